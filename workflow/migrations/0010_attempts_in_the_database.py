"""A refused attempt stays, and the ledger knows of it."""

from django.db import migrations

from ledger.sql import append_only, audit, unaudit

TABLE = "workflow_attempt"
COLUMNS = ["id", "act_id", "content_type_id", "object_id", "verb", "version", "code", "actor_id", "at"]


class Migration(migrations.Migration):
    dependencies = [("workflow", "0009_attempts"), ("ledger", "0003_offices_and_trail")]
    operations = [
        migrations.RunSQL(audit(TABLE, COLUMNS), unaudit(TABLE)),
        migrations.RunSQL(append_only(TABLE), f"DROP TRIGGER append_only ON {TABLE};"),
    ]
