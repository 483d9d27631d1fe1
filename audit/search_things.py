"""What the events of the ledger are about: each audited table, the kind of thing it holds, and where that thing belongs.

An event is within an auditor's reach when its thing hangs on a unit, a sub-activity or a report that is. A table that is not
named here, or has no place, is for auditors of the whole government only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

REPORT, LINE, EVIDENCE, EXPLANATION, DECISION, ATTEMPT, COMMENT, OPENING = (
    "report", "line", "evidence", "explanation", "decision", "attempt", "comment", "opening",
)  # fmt: skip
ASSIGNMENT, OFFICE, ACCOUNT, SEEING, BUDGET, PAYMENT, CALENDAR, REQUEST, GRANT, SIGNING = (
    "assignment", "office", "account", "seeing", "budget", "payment", "calendar", "request", "grant", "signing",
)  # fmt: skip
PACK, ROUTE, KEEPING, NOTICE, WEBHOOK, VOICE, READING, STRUCTURE, HISTORY = (
    "pack", "route", "keeping", "notice", "webhook", "voice", "reading", "structure", "history",
)  # fmt: skip

KINDS: Mapping[str, Promise] = {
    REPORT: _("Report"),
    LINE: _("Report line"),
    EVIDENCE: _("Evidence"),
    EXPLANATION: _("Explanation"),
    DECISION: _("Decision"),
    ATTEMPT: _("Refused attempt"),
    COMMENT: _("Comment"),
    OPENING: _("Opening by the decider"),
    PAYMENT: _("Payment"),
    BUDGET: _("Budget and plan"),
    CALENDAR: _("Calendar"),
    REQUEST: _("Request"),
    GRANT: _("Exception granted"),
    SIGNING: _("Signing"),
    PACK: _("KPI pack"),
    ASSIGNMENT: _("Assignment to an office"),
    OFFICE: _("Unit or post"),
    SEEING: _("Right to see"),
    ACCOUNT: pgettext_lazy("person", "Account"),
    ROUTE: _("Route"),
    KEEPING: _("Hold or disposal"),
    NOTICE: _("Notice or letter"),
    WEBHOOK: _("Webhook"),
    VOICE: _("Citizen's message"),
    READING: _("Reading by an auditor"),
    STRUCTURE: _("Structure of the database"),
    HISTORY: _("Copy for the history"),
}
# Left out unless asked for: each change has its copy, and each look of an auditor leaves a trace of its own.
QUIET = (HISTORY, READING)

# The sets that a scope may be narrowed to, as statements over the parts `units`, `items` and `reports`.
SETS: Mapping[str, str] = {
    "report": "SELECT id FROM reports",
    "token": "SELECT token FROM reports",
    "evidence": "SELECT x.id FROM submissions_evidence x JOIN reports ON reports.id = x.report_id",
    "item": "SELECT id FROM items",
    "line": "SELECT x.id FROM registry_budgetline x JOIN items ON items.id = x.item_id",
    "item_version": "SELECT x.id FROM registry_budgetitemversion x JOIN items ON items.id = x.item_id",
    "unit": "SELECT id FROM units",
    "path": "SELECT path FROM units",
    "post": "SELECT x.id FROM registry_post x JOIN units ON units.id = x.unit_id",
    "period": "SELECT x.id FROM submissions_period x JOIN units ON units.id = x.agency_id",
    "batch": "SELECT x.id FROM approvals_signingbatch x JOIN submissions_period p ON p.id = x.period_id"
    " JOIN units ON units.id = p.agency_id",
    "request": "SELECT x.id FROM approvals_request x JOIN units ON units.id = x.agency_id",
    "pack": "SELECT x.id FROM indicators_pack x JOIN units ON units.id = x.unit_id",
    "feedback": "SELECT x.id FROM portal_feedback x JOIN units ON units.id = x.unit_id",
    "disposal": "SELECT x.id FROM approvals_disposal x JOIN units ON units.id = x.unit_id",
}
OF_REPORTS = ("report", "token", "evidence")  # what is left when a month is asked for
OF_ITEMS = (*OF_REPORTS, "item", "line", "item_version")  # and when a sub-activity is
TEXTUAL = ("token", "path")


@dataclass(frozen=True, slots=True)
class Thing:
    """One table. `column` holds a member of `set`; of `content_type` only, where the column points at several kinds.

    `history`: the table that keeps rows which are gone.
    """

    table: str
    kind: str
    column: str = ""
    set: str = ""
    history: str = ""
    content_type: str = ""


def _with_history(app: str, name: str, kind: str, column: str = "", set_: str = "") -> Thing:
    return Thing(f"{app}_{name}", kind, column, set_, f"{app}_historical{name}")


THINGS: tuple[Thing, ...] = (
    _with_history("submissions", "reportline", LINE, "report_id", "report"),
    _with_history("submissions", "report", REPORT, "id", "report"),
    Thing("workflow_decision", DECISION, "object_id", "report", content_type="report"),
    Thing("workflow_decision", DECISION, "object_id", "pack", content_type="pack"),
    _with_history("submissions", "evidence", EVIDENCE, "report_id", "report"),
    Thing("submissions_evidencescan", EVIDENCE),
    Thing("submissions_disposedfile", KEEPING, "evidence_id", "evidence"),
    _with_history("submissions", "explanation", EXPLANATION, "report_id", "report"),
    Thing("submissions_opening", OPENING, "report_id", "report"),
    Thing("submissions_editor", REPORT, "report_id", "report"),
    Thing("submissions_comment", COMMENT, "report_id", "report"),
    _with_history("submissions", "leaderdecision", DECISION, "report_id", "report"),
    Thing("workflow_attempt", ATTEMPT, "object_id", "report", content_type="report"),
    Thing("workflow_attempt", ATTEMPT, "object_id", "pack", content_type="pack"),
    Thing("approvals_signingentry", SIGNING, "report_id", "report"),
    _with_history("approvals", "signingbatch", SIGNING, "period_id", "period"),
    Thing("audit_reading", READING, "subject", "token"),
    _with_history("registry", "budgetitem", BUDGET, "id", "item"),
    _with_history("registry", "budgetline", BUDGET, "item_id", "item"),
    _with_history("registry", "budgetitemversion", BUDGET, "item_id", "item"),
    _with_history("registry", "budgetlineversion", BUDGET, "line_id", "line"),
    _with_history("registry", "monthlyplan", BUDGET, "item_version_id", "item_version"),
    _with_history("registry", "budgetversion", BUDGET, "unit_id", "unit"),
    _with_history("registry", "fiscalyear", BUDGET),
    _with_history("registry", "contract", BUDGET, "item_id", "item"),
    _with_history("registry", "filemapping", BUDGET),
    _with_history("registry", "nomenclature", BUDGET),
    _with_history("submissions", "payment", PAYMENT, "line_id", "line"),
    Thing("submissions_paymentimport", PAYMENT, "agency_id", "unit"),
    _with_history("submissions", "paymentmapping", PAYMENT, "agency_id", "unit"),
    _with_history("submissions", "period", CALENDAR, "agency_id", "unit"),
    Thing("submissions_calendaract", CALENDAR, "period_id", "period"),
    _with_history("submissions", "calendarrule", CALENDAR),
    _with_history("submissions", "holiday", CALENDAR),
    Thing("submissions_yearact", CALENDAR),
    Thing("approvals_request", REQUEST, "agency_id", "unit"),
    Thing("approvals_requestact", REQUEST, "request_id", "request"),
    Thing("viewflow_process", REQUEST),
    Thing("viewflow_task", REQUEST),
    Thing("workflow_grant", GRANT, "scope_path", "path"),
    _with_history("indicators", "pack", PACK, "unit_id", "unit"),
    _with_history("indicators", "packfigure", PACK, "pack_id", "pack"),
    _with_history("indicators", "packfile", PACK, "pack_id", "pack"),
    Thing("indicators_packeditor", PACK, "pack_id", "pack"),
    Thing("indicators_packopening", PACK, "pack_id", "pack"),
    Thing("indicators_formversion", PACK),
    _with_history("registry", "assignment", ASSIGNMENT, "post_id", "post"),
    _with_history("registry", "post", OFFICE, "unit_id", "unit"),
    _with_history("registry", "unit", OFFICE, "id", "unit"),
    _with_history("registry", "government", OFFICE),
    Thing("registry_unituserpermission", SEEING, "content_object_id", "unit"),
    Thing("registry_unitgrouppermission", SEEING, "content_object_id", "unit"),
    _with_history("registry", "user", ACCOUNT),
    Thing("registry_user_groups", ACCOUNT),
    Thing("registry_user_user_permissions", ACCOUNT),
    Thing("mfa_authenticator", ACCOUNT),
    _with_history("approvals", "signatory", ACCOUNT),
    _with_history("approvals", "preference", ACCOUNT),
    Thing("workflow_routeversion", ROUTE),
    _with_history("approvals", "hold", KEEPING, "unit_id", "unit"),
    _with_history("approvals", "disposal", KEEPING, "unit_id", "unit"),
    Thing("approvals_disposalitem", KEEPING, "disposal_id", "disposal"),
    Thing("approvals_yearbundle", KEEPING, "unit_id", "unit"),
    Thing("approvals_notice", NOTICE),
    Thing("approvals_letter", NOTICE),
    _with_history("portal", "webhook", WEBHOOK, "scope_id", "unit"),
    Thing("portal_reminderletter", NOTICE, "period_id", "period"),
    _with_history("portal", "apitoken", ACCOUNT),
    _with_history("portal", "feedback", VOICE, "unit_id", "unit"),
    Thing("portal_feedbackact", VOICE, "feedback_id", "feedback"),
    Thing("portal_surveyanswer", VOICE, "unit_id", "unit"),
    Thing("ddl", STRUCTURE),
    Thing("restored", STRUCTURE),
)
HISTORIES: Mapping[str, Thing] = {thing.history: thing for thing in THINGS if thing.history}
KIND_OF: Mapping[str, str] = {
    **{thing.table: thing.kind for thing in THINGS},
    **dict.fromkeys(HISTORIES, HISTORY),
}


def tables_of(kinds: Iterable[str]) -> list[str]:
    """The tables that hold things of these kinds."""
    wanted = set(kinds)
    return [table for table, kind in KIND_OF.items() if kind in wanted]
