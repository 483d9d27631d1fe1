"""That a file was disposed of stays, and the ledger knows of it."""

from django.db import migrations

from ledger.sql import append_only, audit, unaudit

TABLE = "submissions_disposedfile"


class Migration(migrations.Migration):
    dependencies = [("submissions", "0011_disposed_files")]
    operations = [
        migrations.RunSQL(
            audit(TABLE, ["id", "evidence_id", "minutes_no", "minutes_date", "at"]), unaudit(TABLE)
        ),
        migrations.RunSQL(append_only(TABLE), f"DROP TRIGGER append_only ON {TABLE};"),
    ]
