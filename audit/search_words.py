"""An event of the ledger in words: what kind of thing, what was done to it, from which value to which."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit import labels
from audit.search import history_of
from audit.search_things import KIND_OF, KINDS
from wording.dates import day, moment
from wording.numbers import NOTHING, money
from wording.words import STATES

Words = Mapping[str, Promise | str]
DIGEST = "_sha256"
LONGEST = 160  # characters of a value on the page; files have it whole
MOST = 12  # changed columns on the page

OPERATIONS: Words = {
    "I": gettext_lazy("added"),
    "U": gettext_lazy("changed"),
    "D": gettext_lazy("removed"),
    "B": gettext_lazy("taken over"),
    "declared": gettext_lazy("declared"),
}
# What may be asked for: what people enter, what moves a report, what plans, offices and accounts hold.
COLUMNS = (
    "realized", "increment", "volume", "status", "problems", "problem_text_sha256", "follow_up_text_sha256",
    "follow_up_pic_sha256", "follow_up_due", "follow_up_answer", "needs_leadership", "physical_reason_sha256",
    "public_note_sha256", "correction_reason_sha256", "corrects_month", "ceiling", "output_target", "physical_mode", "state",
    "version", "budget_version_id", "route_id", "text_sha256", "amount", "cash", "physical", "officer_post_id",
    "verifier_post_id", "sub_activity_name", "entry_due", "verify_due", "sign_due", "lock_at", "valid_from", "valid_to",
    "person_id", "title", "is_active", "is_staff", "is_superuser", "expires_at", "revoked_at",
)  # fmt: skip
_OWN: Words = {
    "state": gettext_lazy("state"),
    "version": gettext_lazy("version"),
    "step": gettext_lazy("step"),
    "tier": gettext_lazy("tier"),
    "route_id": gettext_lazy("route"),
    "content_hash": gettext_lazy("content hash"),
    "moved_at": gettext_lazy("moved"),
    "submitted_at": gettext_lazy("submitted"),
    "verified_at": gettext_lazy("verified"),
    "signed_at": gettext_lazy("signed"),
    "published_at": gettext_lazy("published"),
    "text": gettext_lazy("text"),
    "reason": gettext_lazy("reason"),
    "expires_at": gettext_lazy("ends"),
    "revoked_at": gettext_lazy("revoked"),
    "is_superuser": gettext_lazy("runs the system"),
    "person_id": gettext_lazy("person"),
    "user_id": gettext_lazy("person"),
    "permission_id": gettext_lazy("right"),
    "content_object_id": gettext_lazy("unit"),
    "officer_post_id": gettext_lazy("technical officer’s post"),
    "verifier_post_id": gettext_lazy("verifier’s post"),
    "amount": gettext_lazy("amount"),
    "original_name": gettext_lazy("name of the file"),
    "name": gettext_lazy("name"),
    "verb": gettext_lazy("act"),
    "code": gettext_lazy("code"),
    "subject": gettext_lazy("about"),
    "page": gettext_lazy("page"),
}
# What only says which row it is, or repeats what stands beside it.
UNSAID = frozenset({
    "id", "token", "history_id", "history_type", "history_date", "history_user_id", "history_change_reason_sha256",
    "report_id", "content_type_id", "object_id", "act_id", "at", "step", "moved_at",
})  # fmt: skip
MONEY = frozenset({"amount", "cash"})
STATE = frozenset({"state", "source", "target"})


def titled(table: str) -> str:
    """The kind of thing a table holds, in words; of a declared event the name it was declared under."""
    return str(labels.TABLES.get(table) or KINDS.get(KIND_OF.get(table, ""), table))


def done(table: str, op: str, image: Mapping[str, Any]) -> str:
    """What happened, in a few words: "Report line: changed", "Decision: Returned"."""
    if table == "workflow_decision" and op == "I":
        return _("Decision: %(done)s") % {"done": labels.DONE.get(str(image.get("verb")), image.get("verb"))}
    return _("%(thing)s: %(done)s") % {"thing": titled(table), "done": OPERATIONS.get(op, op)}


def bare(column: str, table: str = "") -> str:
    """The column whose digest this one is in the ledger; a column that holds a digest itself, such as a file's, as it is."""
    return column if _field(table, column) else column.removesuffix(DIGEST)


def name_of(column: str, table: str = "") -> str:
    """A column as people call it: by the auditors' labels, else by the model that has it, else as it is written."""
    column = bare(column, table)
    if column in (*labels.REPORT_FIELDS, *labels.LINE_FIELDS):
        return labels.name_of(column)
    if column in _OWN:
        return str(_OWN[column])
    field = _field(table, column)
    return str(field.verbose_name) if field else column.removesuffix("_id").replace("_", " ")


def value_of(column: str, value: Any, table: str = "") -> str:
    """A stored value in words, in the active language; "–" where there is none."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if column in STATE or column == "verb":
        return _coded(column, str(value))
    if column in MONEY:
        return money(_number(value)) if _number(value) is not None else str(value)
    if column in (*labels.REPORT_FIELDS, *labels.LINE_FIELDS):
        return labels.value_of(column, value)
    return _typed(_field(table, column), value)


def _coded(column: str, code: str) -> str:
    known: Words = labels.DONE if column == "verb" else STATES
    return str(known.get(code, code))


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return None


def _typed(field: "models.Field[Any, Any] | None", value: Any) -> str:
    if field is not None and field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    text = str(value)
    if isinstance(field, models.DateTimeField):
        return moment(datetime.fromisoformat(text))
    if isinstance(field, models.DateField):
        return day(date.fromisoformat(text))
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return text


@cache
def _models() -> Mapping[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models()}


@cache
def _fields(table: str) -> Mapping[str, "models.Field[Any, Any]"]:
    model = _models().get(history_of(table))
    if model is None:
        return {}
    return {str(field.column): field for field in model._meta.concrete_fields}


def _field(table: str, column: str) -> "models.Field[Any, Any] | None":
    return _fields(table).get(column)


def shortened(text: str) -> str:
    """A value as the page shows it."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
