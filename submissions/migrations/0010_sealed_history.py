"""What people read of the past is sealed like the past itself."""

from django.db import migrations

from ledger.sql import seal_history, unseal_history

SEALED = [
    "calendarrule", "holiday", "period", "report", "reportline", "explanation", "evidence", "paymentmapping",
    "payment",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("submissions", "0009_comments_in_the_database"), ("ledger", "0003_offices_and_trail")]
    operations = [
        *[
            migrations.RunSQL(
                seal_history(f"submissions_{name}", f"submissions_historical{name}"),
                unseal_history(f"submissions_historical{name}"),
            )
            for name in SEALED
        ],
    ]
