"""A saved line no longer keeps indexes that nobody reads by.

What a line said before is found by the line or by its report, never by the day, the person or the budget line; and a line
itself by its report through the constraint that has the report first. With 40 lines in a report each of these was
written 40 times in a save. The models still call the columns foreign keys, so the indexes go by SQL.
"""

from django.db import migrations

HISTORY = "submissions_historicalreportline"
UNREAD = {
    f"{HISTORY}_history_date_7e45e7e2": f"{HISTORY} (history_date)",
    f"{HISTORY}_history_user_id_c018d9b8": f"{HISTORY} (history_user_id)",
    f"{HISTORY}_line_id_c473425d": f"{HISTORY} (line_id)",
    "submissions_reportline_report_id_144d83c2": "submissions_reportline (report_id)",
}


class Migration(migrations.Migration):
    atomic = (
        False  # no transaction holds two tables: a site that serves meanwhile takes them in another order
    )
    dependencies = [("submissions", "0017_lean_history")]
    operations = [
        migrations.RunSQL(f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")
        for name, columns in UNREAD.items()
    ]
