"""The way digits are grouped is a government's own choice, and its change is on the record."""

from django.db import migrations

from ledger.sql import audit

COLUMNS = [
    "id", "code", "name", "time_zone", "zone_name", "currency", "grouping", "language", "fiscal_start_month",
    "sub_activity_pattern", "account_pattern", "unit_pattern",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_entry")]
    operations = [migrations.RunSQL(audit("registry_government", COLUMNS), migrations.RunSQL.noop)]
