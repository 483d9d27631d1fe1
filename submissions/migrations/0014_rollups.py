"""What is kept of published figures: per sub-activity and month, and per unit and month, filled from what is there already.

Both can be computed from the reports at any time, so they have no history and the ledger does not follow them. `numeric`
without a scale: what a division gave is kept as it is. No foreign keys: an import holds the row of a unit for as long as it
takes, and who publishes meanwhile must not wait for it.
"""

from django.db import migrations

from submissions import rollups

TABLES = """
CREATE TABLE submissions_itemmonth (
  item_id bigint NOT NULL, month smallint NOT NULL, fiscal_year_id bigint NOT NULL, unit_id bigint NOT NULL, report_id bigint,
  revision smallint NOT NULL, required boolean NOT NULL, reported boolean NOT NULL, in_force_ceiling numeric, ceiling numeric,
  this_month numeric, realised numeric, cash_planned numeric, physical numeric, planned_physical numeric, plan_cash numeric,
  plan_physical numeric, stands numeric, status text NOT NULL, as_of timestamptz, PRIMARY KEY (item_id, month)
);
CREATE INDEX itemmonth_unit ON submissions_itemmonth (unit_id, fiscal_year_id, month);
CREATE TABLE submissions_unitmonth (
  fiscal_year_id bigint NOT NULL, unit_id bigint NOT NULL, month smallint NOT NULL, items bigint NOT NULL,
  required bigint NOT NULL, reported bigint NOT NULL, published bigint NOT NULL, ceiling numeric NOT NULL,
  in_force_ceiling numeric NOT NULL, reported_ceiling numeric NOT NULL, cash_ceiling numeric NOT NULL,
  physical_ceiling numeric NOT NULL, planned_ceiling numeric NOT NULL, both_ceiling numeric NOT NULL,
  plan_cash_ceiling numeric NOT NULL, plan_ceiling numeric NOT NULL, this_month numeric, realised numeric,
  reported_realised numeric, cash_planned numeric, cash_realised numeric, physical_value numeric, planned_value numeric,
  both_value numeric, plan_cash numeric, plan_value numeric, stands_value numeric, as_of timestamptz,
  PRIMARY KEY (fiscal_year_id, unit_id, month)
);
"""


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        years = cursor.execute("SELECT id FROM registry_fiscalyear ORDER BY id").fetchall()
        for (year,) in years:
            rollups.refresh(cursor, year, rollups.units_of(cursor, year))


class Migration(migrations.Migration):
    dependencies = [("submissions", "0013_leader_decisions"), ("registry", "0012_leaders")]
    operations = [
        migrations.RunSQL(TABLES, "DROP TABLE submissions_unitmonth, submissions_itemmonth;"),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
