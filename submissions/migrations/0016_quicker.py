"""What belongs to a frozen report is guarded by a function of its own table, which is planned once and not at each change;
who may decide on a report is not asked when the decision is about something else."""

from django.db import migrations

from submissions.desks import holder_guard
from workflow.sql import freeze

# Every table that the one function for all of them guards until now, with the two names it was given.
GUARDED = r"""
SELECT DISTINCT c.relname, split_part(a.names, '\000', 1), split_part(a.names, '\000', 2)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid, LATERAL (SELECT encode(t.tgargs, 'escape') AS names) AS a
WHERE t.tgfoid = to_regproc('public.workflow_frozen') AND t.tgname ~ '^frozen_' ORDER BY c.relname"""

# Every guard that `holder_guard` made: about which documents it is, and who entered them.
HOLDERS = r"""
SELECT p.proname, m[1] || '.' || m[2], m[3], m[4] FROM pg_proc p, regexp_matches(p.prosrc,
  'c\.app_label = ''(\w+)'' AND c\.model = ''(\w+)'' AND \(.*FROM (\w+) e WHERE e\.(\w+) = d\.object_id AND e\.person_id') AS m
WHERE p.proname ~ '_require_holder$' AND p.pronamespace = 'public'::regnamespace ORDER BY p.proname"""


def guard_each(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(GUARDED)
        for table, document, column in cursor.fetchall():
            cursor.execute(freeze(table, document, column))
        cursor.execute("DROP FUNCTION IF EXISTS workflow_frozen()")
        cursor.execute(HOLDERS)
        for name, label, editors, column in cursor.fetchall():
            cursor.execute(holder_guard(name, label, editors, column))


class Migration(migrations.Migration):
    dependencies = [("submissions", "0015_at_tier"), ("workflow", "0010_attempts_in_the_database")]
    operations = [migrations.RunPython(guard_each, migrations.RunPython.noop)]
