"""The new edges of a report, who may decide it, and who holds it, in the database itself."""

from django.db import migrations

from ledger.sql import append_only, audit, unaudit
from submissions.desks import holder_guard, holders_view
from workflow.sql import guard

MOMENTS = ["submitted_at", "verified_at", "signed_at", "published_at"]
PINNED = ["route_id", "item_id", "period_id", "revision", "token"]
EDGES = [
    ("draft", "submitted"), ("draft", "verified"), ("returned", "submitted"), ("returned", "verified"),
    ("submitted", "draft"), ("verified", "draft"), ("submitted", "submitted"), ("submitted", "verified"),
    ("submitted", "signed"), ("submitted", "returned"), ("verified", "returned"), ("verified", "submitted"),
    ("verified", "verified"), ("verified", "signed"), ("signed", "signed"), ("signed", "returned"), ("signed", "verified"),
    ("signed", "published"), ("published", "published"), ("published", "superseded"), ("draft", "cancelled"),
    ("returned", "cancelled"), ("submitted", "cancelled"), ("verified", "cancelled"),
]  # fmt: skip

REPORTS = """SELECT r.id, r.state, r.tier, r.route_id, i.unit_id, u.parent_id, u.agency_id, u.government_id,
  split_part(u.path, '/', 2)::bigint AS root_id, i.officer_post_id, i.verifier_post_id
FROM submissions_report r JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id"""

# The posts that each tier of the newest route would need for each sub-activity; NULL where there is none.
NEEDED = """
CREATE VIEW submissions_needed_post AS
SELECT i.id AS item_id, t.number AS tier, t.verb, t.role, x.post_id
FROM registry_budgetitem i JOIN registry_unit u ON u.id = i.unit_id
  JOIN LATERAL (SELECT w.id FROM workflow_routeversion w WHERE w.code = u.route_code ORDER BY w.number DESC LIMIT 1) w ON true
  JOIN workflow_tier t ON t.route_id = w.id
  LEFT JOIN LATERAL (
    SELECT p.id AS post_id FROM registry_post p WHERE t.scope = 'item' AND p.role = t.role
      AND p.id = CASE WHEN t.number = 0 THEN i.officer_post_id ELSE i.verifier_post_id END
    UNION ALL
    SELECT p.id FROM registry_post p WHERE p.role = t.role AND NOT (t.scope = 'item' AND (t.number = 0 OR i.verifier_post_id IS NOT NULL))
      AND p.unit_id = CASE t.scope WHEN 'parent' THEN u.parent_id WHEN 'agency' THEN u.agency_id
        WHEN 'government' THEN split_part(u.path, '/', 2)::bigint
        WHEN 'unit' THEN (SELECT n.id FROM registry_unit n WHERE n.government_id = u.government_id AND n.code = t.unit)
        ELSE u.id END) x ON true;
GRANT SELECT ON submissions_needed_post TO jenjang_app, jenjang_auditor;
"""

AUDITED = {
    "submissions_calendarrule": (
        ["id", "fiscal_year_id", "open_day", "entry_day", "verify_day", "sign_day", "lock_day", "day_unit", "roll",
         "grace_minutes", "work_from", "work_until", "opens_itself", "vacancy_days"], []),
    "submissions_editor": (["id", "report_id", "person_id", "grant_id"], []),
    "submissions_yearact": (["id", "fiscal_year_id", "month", "kind", "moment", "done_at", "told"], []),
    "submissions_calendaract": (["id", "period_id", "kind", "moment", "done_at", "skipped", "told"], []),
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0004_engine"),
        ("workflow", "0005_grants_and_tiers"),
        ("registry", "0004_stand_ins"),
    ]
    operations = [
        migrations.RunSQL(guard("submissions_report", "submissions.report", MOMENTS, EDGES, PINNED), ""),
        migrations.RunSQL(
            "DROP TRIGGER require_holder ON workflow_decision;"
            + holder_guard(
                "submissions_require_holder", "submissions.report", "submissions_editor", "report_id"
            ),
            "",
        ),
        migrations.RunSQL(
            holders_view("submissions_holder", "report_id", REPORTS), "DROP VIEW submissions_holder;"
        ),
        migrations.RunSQL(NEEDED, "DROP VIEW submissions_needed_post;"),
        *[migrations.RunSQL(audit(table, *columns), unaudit(table)) for table, columns in AUDITED.items()],
        *[
            migrations.RunSQL(append_only(table), f"DROP TRIGGER append_only ON {table};")
            for table in ("submissions_calendaract", "submissions_yearact", "submissions_editor")
        ],
    ]
