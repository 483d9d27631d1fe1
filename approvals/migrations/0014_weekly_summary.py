"""Leaders may do without the weekly summary."""

from django.db import migrations, models

from ledger.sql import audit, seal_history

TOLD = ["id", "person_id", "rhythm", "quiet_from", "quiet_to", "weekly"]


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0013_keeping_in_the_database"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalpreference",
            name="weekly",
            field=models.BooleanField(
                db_default=True, default=True, verbose_name="weekly summary for leaders"
            ),
        ),
        migrations.AddField(
            model_name="preference",
            name="weekly",
            field=models.BooleanField(
                db_default=True, default=True, verbose_name="weekly summary for leaders"
            ),
        ),
        migrations.RunSQL(audit("approvals_preference", TOLD), migrations.RunSQL.noop),
        migrations.RunSQL(
            seal_history("approvals_preference", "approvals_historicalpreference"), migrations.RunSQL.noop
        ),
    ]
