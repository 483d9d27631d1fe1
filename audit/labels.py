"""Names of what is compared, and values as an auditor reads them: words, sums and days instead of codes."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Field
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from submissions.models import Evidence, Report
from wording.dates import day, moment
from wording.numbers import NOTHING, exact_points, money, quantity
from wording.sentences import month_name

Words = Mapping[str, Promise | str]

DONE: Words = {
    "submit": _("Submitted"),
    "recall": _("Recalled"),
    "verify": _("Verified"),
    "review": _("Reviewed"),
    "return": _("Returned"),
    "sign": _("Signed"),
    "publish": _("Published"),
    "amend": _("Opened for amendment"),
    "supersede": _("Replaced"),
    "cancel": _("Cancelled"),
}
TRIED: Words = {  # what somebody was refused to do
    "verify": _("to verify"),
    "return": _("to return"),
    "review": _("to review"),
    "sign": _("to sign"),
    "publish": _("to publish"),
}
HUES = {"submit": "amber", "verify": "amber", "sign": "green", "publish": "green", "return": "red"}
CAPACITIES = {"plt": "Plt.", "plh": "Plh."}
TABLES: Words = {
    "submissions_report": _("Report"),
    "submissions_reportline": _("Report line"),
    "submissions_evidence": _("Evidence"),
    "submissions_explanation": _("Explanation"),
    "submissions_editor": _("Person who entered"),
    "submissions_opening": _("Opening"),
    "submissions_comment": _("Comment"),
    "workflow_decision": _("Decision"),
    "workflow_attempt": _("Refused attempt"),
    "approvals_signingentry": _("Entry of a document"),
    "approvals_signingbatch": _("Signed document"),
}
OPERATIONS: Words = {
    "I": _("added"),
    "U": _("changed"),
    "D": _("removed"),
    "B": _("stood there when sealing began"),
}

# What a return may name beside lines and fields.
MARKS = {"physical": "increment", "problem": "problem_text"}

# What a version holds, in reading order. What moves a report (state, tier, step) is in the timeline.
REPORT_FIELDS = (
    "status", "increment", "volume", "problems", "problem_text", "follow_up_text", "follow_up_pic",
    "follow_up_due", "follow_up_answer", "needs_leadership", "physical_reason", "public_note", "ceiling",
    "output_target", "physical_mode", "budget_version_id",
)  # fmt: skip
LINE_FIELDS = ("realized", "ceiling", "correction_reason", "corrects_month")

_OWN: Words = {
    "ceiling": _("ceiling"),
    "problems": _("kinds of problem"),
    "output_target": _("output target"),
    "physical_mode": _("physical mode"),
    "budget_version_id": _("budget version"),
    "increment": _("physical, this month (points)"),
    "realized": _("realized this month"),
    "correction_reason": _("reason of the correction"),
    "corrects_month": _("corrects the month"),
}


def name_of(column: str) -> str:
    """The label of a compared column: ours where the model has none that says the unit, else the model's."""
    return str(_OWN[column] if column in _OWN else _field(column).verbose_name)


def value_of(column: str, value: Any) -> str:
    """A stored value in words, in the active language; "–" where there is none."""
    if value is None or value == "" or value == []:
        return NOTHING
    return _SHOW.get(column, str)(value)


def kind_of(code: str) -> str:
    """The kind of a piece of evidence."""
    return _choice(dict(Evidence.Kind.choices), code)


def _field(column: str) -> "Field[Any, Any]":
    field = Report._meta.get_field(column)
    if not isinstance(field, Field):
        raise TypeError(f"{column} holds no value")
    return field


def _choice(words: Mapping[str, Any], code: str) -> str:
    return str(words.get(code, code))


_SHOW: Mapping[str, Callable[[Any], str]] = {
    "status": lambda code: _choice(dict(Report.Status.choices), code),
    "problems": lambda codes: ", ".join(_choice(dict(Report.Problem.choices), code) for code in codes),
    "follow_up_answer": lambda code: _choice(dict(Report.Answer.choices), code),
    "kind": kind_of,
    "public": lambda shown: str(_("yes") if shown else _("no")),
    "taken_at": lambda text: moment(datetime.fromisoformat(text)),
    "needs_leadership": lambda needed: str(_("yes") if needed else _("no")),
    "physical_mode": lambda code: _choice(dict(_field("physical_mode").flatchoices), code),
    "increment": lambda number: exact_points(Decimal(number)),
    "volume": lambda number: quantity(Decimal(number)),
    "output_target": lambda number: quantity(Decimal(number)),
    "ceiling": lambda number: money(Decimal(number)),
    "realized": lambda number: money(Decimal(number)),
    "corrects_month": month_name,
    "follow_up_due": lambda text: day(date.fromisoformat(text)),
}
# What may be said of a file after it was attached.
EVIDENCE_FIELDS: Words = {
    "kind": _("kind"),
    "caption": _("caption"),
    "taken_at": _("taken at"),
    "latitude": _("latitude"),
    "longitude": _("longitude"),
    "public": _("for everybody to see once published"),
}
# Set flush with the end of the cell.
NUMBERS = frozenset({"ceiling", "realized", "increment", "volume", "output_target"})
