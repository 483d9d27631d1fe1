"""Rows of any table as an auditor reads them: columns and values in words, numbers of rows as what they name."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.moments import DIGEST
from audit.story import Event, Image
from registry.models import (
    Assignment,
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetVersion,
    FiscalYear,
    Government,
    Post,
    Unit,
    User,
)
from submissions.models import Period, Report, ReportLine
from wording.dates import day, moment
from wording.numbers import NOTHING, exact_points, money, quantity
from wording.words import STATES
from workflow.models import RouteVersion

LABELS: Mapping[str, Promise] = {
    "token": gettext_lazy("token"),
    "item_id": gettext_lazy("sub-activity"),
    "period_id": gettext_lazy("period"),
    "revision": gettext_lazy("revision"),
    "budget_version_id": gettext_lazy("budget version"),
    "ceiling": gettext_lazy("ceiling"),
    "physical_mode": gettext_lazy("physical mode"),
    "output_target": gettext_lazy("output target"),
    "state": gettext_lazy("state"),
    "tier": gettext_lazy("tier"),
    "step": gettext_lazy("step"),
    "version": gettext_lazy("version"),
    "content_hash": gettext_lazy("content hash"),
    "route_id": gettext_lazy("route"),
    "moved_at": gettext_lazy("last decision"),
    "problems": gettext_lazy("kinds of problem"),
    "submitted_at": gettext_lazy("submitted"),
    "verified_at": gettext_lazy("verified"),
    "signed_at": gettext_lazy("signed"),
    "published_at": gettext_lazy("published"),
    "report_id": gettext_lazy("report"),
    "line_id": gettext_lazy("budget line"),
    "realized": gettext_lazy("realized this month"),
    "corrects_month": gettext_lazy("corrects the month"),
    "correction_reason": gettext_lazy("reason of the correction"),
    "rule": gettext_lazy("rule"),
    "text": gettext_lazy("text"),
    "mime": gettext_lazy("type of file"),
    "bytes": gettext_lazy("bytes"),
    "sha256": gettext_lazy("SHA-256"),
    "uploaded_by_id": gettext_lazy("brought by"),
    "uploaded_at": gettext_lazy("brought"),
    "original_name": gettext_lazy("name of the file"),
    "file": gettext_lazy("stored as"),
    "public_file": gettext_lazy("stored for the public as"),
    "path": gettext_lazy("place in the tree"),
    "agency_id": gettext_lazy("agency"),
    "decree_sha256": gettext_lazy("decree (SHA-256)"),
    "user_id": gettext_lazy("person"),
    "permission_id": gettext_lazy("right"),
    "content_object_id": gettext_lazy("unit"),
    "made_by_id": gettext_lazy("made by"),
    "key": gettext_lazy("key"),
    "subjects": gettext_lazy("covers"),
    "params": gettext_lazy("details"),
    "granted_by_id": gettext_lazy("granted by"),
    "granted_by_name": gettext_lazy("granted by, as printed"),
    "granted_office": gettext_lazy("office, as printed"),
    "granted_at": gettext_lazy("granted"),
    "expires_at": gettext_lazy("ends"),
    "revoked_at": gettext_lazy("revoked"),
    "revoked_by_id": gettext_lazy("revoked by"),
    "revoke_reason": gettext_lazy("reason of revoking"),
}
ROWS: Mapping[str, Promise] = {
    "submissions_report": gettext_lazy("Report"),
    "submissions_reportline": gettext_lazy("Report line"),
    "submissions_explanation": gettext_lazy("Explanation"),
    "submissions_evidence": gettext_lazy("Evidence"),
    "registry_unit": gettext_lazy("Unit"),
    "registry_post": gettext_lazy("Post"),
    "registry_assignment": gettext_lazy("Assignment"),
    "registry_user": gettext_lazy("Person"),
    "registry_unituserpermission": gettext_lazy("Right to see"),
    "registry_budgetitem": gettext_lazy("Sub-activity"),
    "registry_budgetline": gettext_lazy("Budget line"),
    "registry_budgetversion": gettext_lazy("Budget version"),
    "registry_budgetitemversion": gettext_lazy("Ceiling"),
    "registry_budgetlineversion": gettext_lazy("Ceiling of a line"),
    "registry_monthlyplan": gettext_lazy("Monthly plan"),
    "registry_fiscalyear": gettext_lazy("Fiscal year"),
    "submissions_period": gettext_lazy("Period"),
    "submissions_calendarrule": gettext_lazy("Calendar rule"),
    "submissions_holiday": gettext_lazy("Holiday"),
    "workflow_routeversion": gettext_lazy("Route"),
    "workflow_grant": gettext_lazy("Grant"),
}
# What tells a row from its neighbours, in a heading.
HEADS: Mapping[str, Sequence[str]] = {
    "submissions_report": ("token",), "submissions_reportline": ("line_id",), "submissions_explanation": ("rule", "line_id"),
    "submissions_evidence": ("kind", "uploaded_at"), "registry_unit": ("code", "name"), "registry_post": ("title",),
    "registry_assignment": ("person_id", "post_id"), "registry_unituserpermission": ("content_object_id",),
    "registry_budgetitem": ("sub_activity_code", "sub_activity_name"), "registry_budgetline": ("account_code", "fund_source"),
    "registry_budgetversion": ("kind", "sequence"), "registry_budgetitemversion": ("version_id",),
    "registry_budgetlineversion": ("line_id", "version_id"), "registry_monthlyplan": ("item_version_id", "month"),
    "submissions_period": ("first_day",), "submissions_calendarrule": ("fiscal_year_id",),
    "submissions_holiday": ("day", "name"), "workflow_routeversion": ("code", "number"), "workflow_grant": ("key",),
}  # fmt: skip
HIDDEN = frozenset({"id"})

# How a row that another one points at is called, and what has to be read with it.
NAMED: Mapping[type[models.Model], tuple[Sequence[str], Callable[[Any], str]]] = {
    User: ((), lambda one: one.name),
    Unit: ((), lambda one: one.name),
    Post: (("unit",), lambda one: f"{one.title}, {one.unit.name}"),
    Government: ((), lambda one: one.name),
    FiscalYear: ((), lambda one: one.label),
    BudgetItem: ((), str),
    BudgetLine: ((), lambda one: " ".join(filter(None, (one.account_code, one.account_name, one.fund_source)))),
    BudgetVersion: ((), str),
    BudgetItemVersion: (("item", "version"), lambda one: f"{one.item.sub_activity_code}, {one.version}"),
    Period: ((), str),
    Report: ((), lambda one: one.token),
    ReportLine: (("line",), lambda one: str(one.line)),
    RouteVersion: ((), str),
    Assignment: ((), lambda one: str(one.pk)),
}  # fmt: skip
Names = Mapping[tuple[type[models.Model], int], str]


@dataclass(frozen=True, slots=True)
class Office:
    """In which office somebody acted: "Plt. Kepala Dinas", and for whom."""

    text: str
    instead_of: str = ""


def names(images: Iterable[tuple[str, Image]], people: Iterable[int], posts: Iterable[int]) -> Names:
    """What the rows point at is called today; one statement for each table that is pointed at."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    wanted[User].update(people)
    wanted[Post].update(posts)
    for table, image in images:
        for column, value in image.items():
            target = _target(table, column)
            if target in NAMED and isinstance(value, int):
                wanted[target].add(value)  # type: ignore[index]
    found = {}
    for model, ids in wanted.items():
        beside, name = NAMED[model]
        rows = model._default_manager.select_related(*beside).in_bulk(ids) if ids else {}
        found.update({(model, pk): name(row) for pk, row in rows.items()})
    return found


def label(table: str, column: str) -> str:
    """A column in words; that of a digest is called like its words."""
    field = _field(table, column)
    said = field.verbose_name if field is not None else ""
    plain = column if column in LABELS else column.removesuffix(DIGEST)
    return str(said if isinstance(said, Promise) else LABELS.get(plain, plain))


def value(table: str, column: str, stored: Any, named: Names) -> str:
    """A stored value in words, in the active language; "–" where there is none."""
    field = _field(table, column)
    if stored is None or stored == "" or stored == [] or stored == {}:
        return NOTHING
    if isinstance(stored, bool):
        return _("yes") if stored else _("no")
    target = _target(table, column)
    if target is not None:
        return named.get((target, stored), str(stored))
    if column == "state" and stored in STATES:
        return str(STATES[stored])
    return _plain(field, stored)


def _plain(field: Any, stored: Any) -> str:
    if isinstance(stored, list):
        inner = dict(getattr(getattr(field, "base_field", None), "flatchoices", ()))
        return ", ".join(str(inner.get(one, one)) if isinstance(one, str) else _json(one) for one in stored)
    if isinstance(stored, dict):
        return _json(stored)
    if field is not None and (words := dict(field.flatchoices)) and stored in words:
        return str(words[stored])
    if isinstance(field, models.DateTimeField):
        return moment(datetime.fromisoformat(stored))
    if isinstance(field, models.DateField):
        return day(date.fromisoformat(stored))
    if isinstance(field, models.DecimalField):
        number = Decimal(stored)
        show = money if field.decimal_places == 2 else exact_points if field.max_digits == 9 else quantity
        return show(number)
    return str(stored)


def head(table: str, image: Image, named: Names) -> str:
    """What a row is called among its like."""
    parts = [
        value(table, column, image.get(column), named) for column in HEADS.get(table, ()) if image.get(column)
    ]
    return " · ".join(parts)


def offices(event: Event, named: Names) -> list[Office]:
    """The offices that the writer held, as the ledger noted them."""
    return [
        Office(
            " ".join(
                filter(
                    None, (ACTING.get(one["capacity"], ""), named.get((Post, one["post"]), str(one["post"])))
                )
            ),
            named.get((User, one["for"]), str(one["for"])) if one.get("for") else "",
        )
        for one in event.offices
    ]


ACTING = {"plt": "Plt.", "plh": "Plh."}


def is_digest(table: str, column: str) -> bool:
    """Whether a column of an event is the digest of words, not a column of that name."""
    return column.endswith(DIGEST) and column not in _fields(table)


def _json(stored: Any) -> str:
    return json.dumps(stored, ensure_ascii=False, default=str)


def _field(table: str, column: str) -> Any:
    """The model's field behind a column, or behind the words of a digest; None for a column that is no more."""
    fields = _fields(table)
    return fields.get(column) or fields.get(column.removesuffix(DIGEST))


def _target(table: str, column: str) -> type[models.Model] | None:
    field = _fields(table).get(column)
    return field.related_model if field is not None and field.is_relation else None


@cache
def _fields(table: str) -> Mapping[str, Any]:
    """The fields of the model behind a table, by column; none for a table that is no more."""
    models_of = {model._meta.db_table: model for model in apps.get_models()}
    model = models_of.get(table)
    return {str(field.column): field for field in model._meta.concrete_fields} if model else {}
