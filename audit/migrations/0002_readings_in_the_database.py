"""That somebody read stays, and the ledger knows of it."""

from django.db import migrations

from ledger.sql import append_only, audit, unaudit

TABLE = "audit_reading"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_readings"), ("ledger", "0003_offices_and_trail")]
    operations = [
        migrations.RunSQL(
            audit(TABLE, ["id", "person_id", "page", "subject", "at"], ["query"]), unaudit(TABLE)
        ),
        migrations.RunSQL(append_only(TABLE), f"DROP TRIGGER append_only ON {TABLE};"),
    ]
