"""Units, sub-activities and contracts are found by a part of their code or name, also where a letter is wrong."""

from django.db import migrations

INDEXES = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX unit_search ON registry_unit USING gin (
  (translate(lower(code), '.-/ ', '') || ' ' || lower(name)) gin_trgm_ops);
CREATE INDEX item_search ON registry_budgetitem USING gin (
  (translate(lower(sub_activity_code), '.-/ ', '') || ' ' || lower(sub_activity_name)) gin_trgm_ops);
CREATE INDEX contract_search ON registry_contract USING gin (
  (translate(lower(number), '.-/ ', '') || ' ' || lower(name) || ' ' || lower(provider)) gin_trgm_ops);
"""
NO_INDEXES = "DROP INDEX contract_search; DROP INDEX item_search; DROP INDEX unit_search;"


class Migration(migrations.Migration):
    dependencies = [("registry", "0012_leaders")]
    operations = [migrations.RunSQL(INDEXES, NO_INDEXES)]
