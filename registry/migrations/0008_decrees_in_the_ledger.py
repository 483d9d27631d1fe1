"""Which paper an assignment rests on is on the record: the file by its sha256."""

from django.db import migrations

from ledger.sql import audit

TABLE = "registry_assignment"
COLUMNS = [
    "id", "person_id", "post_id", "kind", "decree_no", "decree_date", "decree_sha256", "valid_from", "valid_to",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("registry", "0007_decrees")]
    operations = [migrations.RunSQL(audit(TABLE, COLUMNS), migrations.RunSQL.noop)]
