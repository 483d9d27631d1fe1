"""Reports are frozen by their state; each table speaks to the ledger."""

from django.db import migrations

from ledger.sql import append_only, audit, unaudit
from workflow.sql import freeze, guard

# Statement by statement, so that a set costs one look: the person is the one that the transaction says acts, holds the
# post now, and decides on nothing that he entered (V-52, V-53).
HOLDERS = """
CREATE FUNCTION submissions_require_holder() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT min(d.object_id) INTO wrong FROM made d JOIN django_content_type c ON c.id = d.content_type_id
  WHERE c.app_label = 'submissions' AND c.model = 'report' AND (
    d.actor_id::text IS DISTINCT FROM current_setting('jenjang.actor', true)
    OR NOT EXISTS (SELECT 1 FROM registry_office o WHERE o.person_id = d.actor_id AND o.post_id = d.post_id
      AND o.title = d.post_title AND o.capacity = d.capacity)
    OR NOT EXISTS (SELECT 1 FROM registry_user u WHERE u.id = d.actor_id AND u.name = d.actor_name)
    OR (d.verb NOT IN ('submit', 'recall') AND EXISTS (SELECT 1 FROM submissions_editor e
      WHERE e.report_id = d.object_id AND e.person_id = d.actor_id)));
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'report %: a decision is made by who holds the office and entered nothing', wrong
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER require_holder AFTER INSERT ON workflow_decision REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION submissions_require_holder();
ALTER TABLE workflow_decision ENABLE ALWAYS TRIGGER require_holder;
"""

MOMENTS = ["submitted_at", "verified_at", "signed_at", "published_at"]
EDGES = [
    ("draft", "submitted"), ("draft", "verified"), ("returned", "submitted"), ("returned", "verified"),
    ("submitted", "draft"), ("verified", "draft"), ("submitted", "submitted"), ("submitted", "verified"),
    ("submitted", "returned"), ("verified", "returned"), ("verified", "submitted"), ("verified", "verified"),
    ("verified", "signed"), ("signed", "published"),
]  # fmt: skip
AUDITED = {
    "submissions_calendarrule": (
        ["id", "fiscal_year_id", "open_day", "entry_day", "verify_day", "sign_day", "lock_day", "day_unit", "roll",
         "grace_minutes"], []),
    "submissions_holiday": (["id", "government_id", "day", "name"], []),
    "submissions_period": (
        ["id", "fiscal_year_id", "agency_id", "month", "first_day", "opens_at", "submit_from", "entry_due", "verify_due",
         "sign_due", "lock_at", "closed_at"], []),
    "submissions_report": (
        ["id", "token", "item_id", "period_id", "revision", "budget_version_id", "ceiling", "physical_mode", "output_target",
         "state", "tier", "step", "version", "content_hash", "route_id", "moved_at", "status", "increment", "volume",
         "problems", "follow_up_due", *MOMENTS],
        ["physical_reason", "problem_text", "follow_up_text", "follow_up_pic", "public_note"]),
    "submissions_reportline": (
        ["id", "report_id", "line_id", "ceiling", "realized", "corrects_month"], ["correction_reason"]),
    "submissions_evidence": (
        ["id", "report_id", "token", "kind", "mime", "bytes", "sha256", "uploaded_by_id", "uploaded_at"],
        ["original_name", "file"]),
    "submissions_editor": (["id", "report_id", "person_id"], []),
    "submissions_opening": (["id", "report_id", "step", "person_id", "at"], []),
}  # fmt: skip
HISTORIES = ["calendarrule", "holiday", "period", "report", "reportline", "evidence"]


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0002_initial"),
        ("workflow", "0003_routes"),
        ("registry", "0002_views_and_triggers"),
    ]
    operations = [
        migrations.RunSQL(
            HOLDERS,
            "DROP TRIGGER require_holder ON workflow_decision; DROP FUNCTION submissions_require_holder();",
        ),
        migrations.RunSQL(
            guard("submissions_report", "submissions.report", MOMENTS, EDGES),
            "DROP TRIGGER guard_document ON submissions_report; DROP TRIGGER require_decision ON submissions_report;",
        ),
        *[
            migrations.RunSQL(
                freeze(f"submissions_{name}", "submissions_report", "report_id"),
                "".join(
                    f"DROP TRIGGER frozen_{kind} ON submissions_{name};"
                    for kind in ("insert", "update", "update_to", "delete")
                ),
            )
            for name in ("reportline", "evidence", "editor")
        ],
        *[migrations.RunSQL(audit(table, *columns), unaudit(table)) for table, columns in AUDITED.items()],
        *[
            migrations.RunSQL(append_only(table), f"DROP TRIGGER append_only ON {table};")
            for table in ["submissions_opening", *[f"submissions_historical{name}" for name in HISTORIES]]
        ],
    ]
