"""What is new is frozen with its report, speaks to the ledger, and keeps its history."""

from django.db import migrations

from ledger.sql import append_only, audit, unaudit
from workflow.sql import freeze

MOMENTS = ["submitted_at", "verified_at", "signed_at", "published_at"]
AUDITED = {
    "submissions_report": (
        ["id", "token", "item_id", "period_id", "revision", "budget_version_id", "ceiling", "physical_mode", "output_target",
         "state", "tier", "step", "version", "content_hash", "route_id", "moved_at", "status", "increment", "volume",
         "problems", "follow_up_due", "follow_up_answer", "needs_leadership", *MOMENTS],
        ["physical_reason", "problem_text", "follow_up_text", "follow_up_pic", "public_note"]),
    "submissions_evidence": (
        ["id", "report_id", "token", "kind", "mime", "bytes", "sha256", "taken_at", "latitude", "longitude", "public",
         "uploaded_by_id", "uploaded_at"],
        ["original_name", "file", "caption", "public_file"]),
    "submissions_evidencescan": (["id", "sha256", "state", "engine", "at"], []),
    "submissions_explanation": (["id", "report_id", "rule", "line_id"], ["text"]),
    "submissions_payment": (["id", "source_id", "line_id", "month", "kind", "number", "paid_on", "amount"], []),
    "submissions_paymentimport": (
        ["id", "token", "agency_id", "fiscal_year_id", "person_id", "at", "sha256", "kind", "cumulative", "rows"], ["name"]),
    "submissions_paymentmapping": (["id", "agency_id", "name", "columns"], []),
}  # fmt: skip
NEW = ["evidencescan", "explanation", "payment", "paymentimport", "paymentmapping"]
APPEND_ONLY = [
    "evidencescan", "paymentimport", "historicalexplanation", "historicalpayment", "historicalpaymentmapping",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0006_entry"),
        ("registry", "0006_grouping_in_the_ledger"),
    ]
    operations = [
        migrations.RunSQL(
            freeze("submissions_explanation", "submissions_report", "report_id"),
            "".join(
                f"DROP TRIGGER frozen_{kind} ON submissions_explanation;"
                for kind in ("insert", "update", "update_to", "delete")
            ),
        ),
        *[
            migrations.RunSQL(
                audit(table, *columns),
                unaudit(table) if table.removeprefix("submissions_") in NEW else migrations.RunSQL.noop,
            )
            for table, columns in AUDITED.items()
        ],
        *[
            migrations.RunSQL(
                append_only(f"submissions_{name}"),
                f"DROP TRIGGER append_only ON submissions_{name};"
                f"DROP TRIGGER never_truncated ON submissions_{name};",
            )
            for name in APPEND_ONLY
        ],
    ]
