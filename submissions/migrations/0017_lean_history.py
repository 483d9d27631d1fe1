"""Indexes that nothing asks, each of which every act pays for, go; who may decide is asked of one person alone.

The history of a report is only looked up by the report. The others are the twin of an index that begins with the same
column, or serve LIKE on words that are always asked as a whole.
"""

from django.db import migrations

from submissions.desks import holder_guard

UNASKED = {
    "submissions_historicalreport": [
        "token", "item_id", "period_id", "route_id", "budget_version_id", "history_date", "history_user_id",
    ],
    "submissions_report": ["token", "item_id", "period_id", "route_id"],
    "workflow_act": ["key"],
    "workflow_decision": ["content_type_id"],
    "workflow_outbox": ["key"],
}  # fmt: skip
PLAIN = """
SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = %s::regclass AND i.indnkeyatts = 1 AND NOT i.indisunique AND i.indpred IS NULL AND a.attname = ANY (%s)"""

# Every guard that `holder_guard` made until now: about which documents it is, and who entered them.
HOLDERS = r"""
SELECT p.proname, m[1] || '.' || m[2], m[3], m[4] FROM pg_proc p, regexp_matches(p.prosrc,
  'c\.app_label = ''(\w+)'' AND c\.model = ''(\w+)'' AND \(.*FROM (\w+) e WHERE e\.(\w+) = d\.object_id AND e\.person_id') AS m
WHERE p.proname ~ '_require_holder$' AND p.pronamespace = 'public'::regnamespace ORDER BY p.proname"""


def make_lean(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, columns in UNASKED.items():
            cursor.execute(PLAIN, [table, columns])
            for (index,) in cursor.fetchall():
                cursor.execute(f"DROP INDEX {index}")
        cursor.execute(HOLDERS)
        for name, label, editors, column in cursor.fetchall():
            cursor.execute(holder_guard(name, label, editors, column))


class Migration(migrations.Migration):
    atomic = (
        False  # no transaction holds two tables: a site that serves meanwhile takes them in another order
    )
    dependencies = [("submissions", "0016_quicker")]
    operations = [migrations.RunPython(make_lean, migrations.RunPython.noop)]
