"""A comment in the survey can be erased: of its row that, and nothing else, may ever change."""

from django.db import migrations

from ledger.sql import append_only

TABLE = "portal_surveyanswer"
ERASABLE = f"""
CREATE OR REPLACE TRIGGER append_only BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION ledger.refuse();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER only_erased BEFORE UPDATE ON {TABLE} FOR EACH ROW
  WHEN (NEW.comment <> '' OR to_jsonb(NEW) - 'comment' IS DISTINCT FROM to_jsonb(OLD) - 'comment')
  EXECUTE FUNCTION ledger.refuse();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER only_erased;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0004_reasons_of_refusal"),
    ]

    operations = [
        migrations.RunSQL(ERASABLE, f"DROP TRIGGER only_erased ON {TABLE}; {append_only(TABLE)}"),
    ]
