"""A comment is said once and stays; the ledger knows of it without its words."""

from django.db import migrations

from ledger.sql import append_only, audit, unaudit

TABLE = "submissions_comment"
COLUMNS = ["id", "report_id", "version", "mark", "person_id", "at"]


class Migration(migrations.Migration):
    dependencies = [("submissions", "0008_comments")]
    operations = [
        migrations.RunSQL(audit(TABLE, COLUMNS, ["text"]), unaudit(TABLE)),
        migrations.RunSQL(append_only(TABLE), f"DROP TRIGGER append_only ON {TABLE};"),
    ]
