"""Reading for pages and exports: published figures, and for insiders also what is on its way. Nothing here writes.

Each function costs a fixed number of statements, however many agencies and sub-activities there are.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils.formats import date_format

from approvals.models import SigningBatch
from portal import queries
from portal.figures import Item, ItemMonth, Total
from registry.models import BudgetItem, FiscalYear, Government, Office, Reach, Unit, User
from registry.selectors import audited_paths
from submissions.models import Report
from submissions.rollups import PLANNED
from wording.sentences import month_name
from workflow.route import PUBLISHED, SIGNED, SUBMITTED, VERIFIED

ADJUSTMENT = 13
ROOT_DEPTH = 2  # slashes in the path of the root of a tree of units: "/3/"
PUBLISHED_ONLY = (PUBLISHED,)
# What an officer has handed in. Drafts and returned reports are nobody's statement yet.
HANDED_IN = (SUBMITTED, VERIFIED, SIGNED, PUBLISHED)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Month:
    """A fiscal month that has been opened; `agencies` counts those that published something in it."""

    year: FiscalYear
    number: int
    first_day: date
    agencies: int

    @property
    def slug(self) -> str:
        """2026-03, as in addresses; the adjustment is month 13 of the year's last calendar year."""
        if self.number == ADJUSTMENT:
            return f"{self.year.end_date.year}-{ADJUSTMENT}"
        return f"{self.first_day:%Y-%m}"

    @property
    def label(self) -> str:
        """The month as people say it, in the active language."""
        return month_name(ADJUSTMENT) if self.number == ADJUSTMENT else date_format(self.first_day, "F Y")

    @property
    def short(self) -> str:
        return "13" if self.number == ADJUSTMENT else date_format(self.first_day, "M")


@dataclass(frozen=True, slots=True)
class UnitTotal:
    """The total of one unit and all below it."""

    unit_id: int
    unit_code: str
    unit_name: str
    total: Total


@dataclass(frozen=True, slots=True)
class SectionTotal:
    """The total of what one post verifies; post 0 stands for what nobody is named for."""

    post_id: int
    title: str
    unit_name: str
    total: Total


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody may look at: everything (None), or what lies below these paths and what these posts hold."""

    paths: tuple[str, ...] | None = None
    posts: tuple[int, ...] = ()

    @property
    def anything(self) -> bool:
        return self.paths is None or bool(self.paths)

    def by_place(self, unit: Unit | None) -> bool:
        """Whether the paths alone say what may be seen of a unit (None: of a government), so that posts add nothing."""
        if self.paths is None or not self.posts:
            return True
        if unit is None:
            return any(path.count("/") == ROOT_DEPTH for path in self.paths)
        return any(unit.path.startswith(path) for path in self.paths)


PUBLIC = Sight()


@dataclass(frozen=True, slots=True)
class View:
    """One look at one month: which reports count, of which units; `post` narrows it to what one post verifies (0: none)."""

    month: Month
    states: tuple[str, ...] = PUBLISHED_ONLY
    unit: Unit | None = None
    sight: Sight = field(default=PUBLIC)
    post: int | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        number = self.month.number
        scope = _scope(self.month.year, self.unit, self.sight) | {"post": self.post}
        return scope | {"month": number, "first": number, "last": number, "states": list(self.states)}

    @property
    def kept(self) -> bool:
        """Whether the answer was kept when the figures were published; else the formula is asked."""
        return self.states == PUBLISHED_ONLY and self.sight.by_place(self.unit)


def sight_of(user: User) -> Sight:
    """What a person oversees, as `Report.objects.visible_to`: two statements. Not `anything` for officers and strangers."""
    reaches = Reach.objects.filter(person=user.pk).values_list("path", flat=True)
    held = Office.objects.filter(person=user.pk).values_list("post", flat=True)
    return Sight(tuple(sorted(set(reaches))), tuple(held))


def years(government: Government) -> list[FiscalYear]:
    """The fiscal years, newest first."""
    return list(FiscalYear.objects.filter(government=government).order_by("-start_date"))


def months(year: FiscalYear) -> list[Month]:
    """The opened months of a year."""
    with connection.cursor() as cursor:
        cursor.execute(queries.MONTHS, [year.pk])
        return [Month(year, number, first, agencies) for _, number, first, agencies in cursor.fetchall()]


def newest_month(of: Sequence[FiscalYear], *, published: bool) -> tuple[Month | None, list[Month]]:
    """The newest month with published figures (or, for insiders, the newest opened one), and all months of its year."""
    for year in of:
        opened = months(year)
        for month in reversed(opened):
            if month.agencies or not published:
                return month, opened
    return None, []


def units(view: View) -> tuple[Total, list[UnitTotal]]:
    """The total, and one total per agency, or per unit right below the view's unit; one statement."""
    total, rows = Total(), []
    for row in rows_of(_sums(view.kept, view.post) + queries.UNITS, view.parameters):
        if row["unit_id"] is None:
            total = build(Total, row)
        else:
            rows.append(_unit_total(row))
    return total, rows


def year_months(year: FiscalYear, unit: Unit | None = None, sight: Sight = PUBLIC) -> dict[int, Total]:
    """The published totals of all twelve months, and of the adjustment once it is open; one statement.

    A month that is not open yet has its plan and ceilings only.
    """
    months = {number: Total() for number in range(1, ADJUSTMENT)}
    rows = rows_of(_sums(sight.by_place(unit)) + queries.YEAR, _year(year, unit, sight))
    return months | {row["month"]: build(Total, row) for row in rows}


def unit_year(
    year: FiscalYear, unit: Unit | None = None, sight: Sight = PUBLIC
) -> dict[int, list[UnitTotal]]:
    """The same for each agency, or each unit right below `unit`, in order of their codes; one statement."""
    months: dict[int, list[UnitTotal]] = {number: [] for number in range(1, ADJUSTMENT)}
    for row in rows_of(_sums(sight.by_place(unit)) + queries.UNIT_YEAR, _year(year, unit, sight)):
        months.setdefault(row["month"], []).append(_unit_total(row))
    return months


def work_now(view: View, newest: int) -> dict[tuple[int, int], Decimal | None]:
    """(month, unit right below or 0 for all) -> sum of ceiling * points of the year's progress, where the ceilings are those in
    force in the `newest` opened month (W-3, T-2); one statement."""
    asked = view.parameters | {"first": 1, "last": ADJUSTMENT, "newest": newest}
    return {
        (row["month"], row["unit_id"]): row["value"]
        for row in rows_of(_facts(view) + queries.WORK_NOW, asked)
    }


def items(view: View, *, limit: int | None = None, offset: int = 0) -> list[Item]:
    """The sub-activities of the view's unit and below, in order of unit and code; one statement."""
    parameters = view.parameters | {"limit": limit, "offset": offset}
    return [build(Item, row) for row in rows_of(_facts(view) + queries.ITEMS, parameters)]


def sections(view: View) -> list[SectionTotal]:
    """One total per post that verifies sub-activities of the view, those without one last; one statement."""
    return [
        SectionTotal(row["post_id"], row["title"], row["unit_name"], build(Total, row))
        for row in rows_of(_facts(view) + queries.SECTIONS, view.parameters)
    ]


def _facts(view: View) -> str:
    return queries.KEPT_FACTS if view.kept else queries.FACTS


def _sums(kept: bool, post: int | None = None) -> str:
    if not kept:
        return queries.OWN
    return queries.KEPT_OWN if post is None else queries.KEPT_SECTION


def _scope(year: FiscalYear, unit: Unit | None, sight: Sight) -> dict[str, Any]:
    is_agency = unit is not None and unit.kind in Unit.AGENCY_KINDS
    return {
        "year": year.pk,
        "path": unit.path if unit else "/",
        "agency": unit.pk if unit and is_agency else None,
        "unit": unit.pk if unit else None,
        "post": None,
        "planned": PLANNED,
        "paths": None if sight.paths is None else list(sight.paths),
        "posts": list(sight.posts),
    }


def _year(year: FiscalYear, unit: Unit | None, sight: Sight) -> dict[str, Any]:
    return _scope(year, unit, sight) | {"first": 1, "last": ADJUSTMENT, "states": list(PUBLISHED_ONLY)}


def _unit_total(row: Mapping[str, Any]) -> UnitTotal:
    return UnitTotal(row["unit_id"], row["unit_code"], row["unit_name"], build(Total, row))


def item(year: FiscalYear, unit: Unit, code: str) -> BudgetItem | None:
    """A sub-activity by the names in its address."""
    return (
        BudgetItem.objects.filter(fiscal_year=year, unit=unit, sub_activity_code=code)
        .select_related("unit__agency", "officer_post__unit", "fiscal_year")
        .first()
    )


def item_year(of: BudgetItem) -> list[ItemMonth]:
    """The published months of one sub-activity, with running sums; one statement."""
    rows = rows_of(queries.ITEM_YEAR, {"item": of.pk, "scanned": bool(settings.CLAMD_URL)})
    return [
        build(
            ItemMonth,
            row
            | {
                "problems": tuple(row["problems"]),
                "replaced": tuple(tuple(one) for one in json.loads(row["replaced"] or "[]")),
                "files": tuple(tuple(one) for one in json.loads(row["files"] or "[]")),
            },
        )
        for row in rows
    ]


def batches(view: View) -> list[SigningBatch]:
    """The published signing batches of the unit's agency in this month, oldest first."""
    agency = view.unit.agency_id if view.unit else None
    return list(
        SigningBatch.objects.filter(
            period__fiscal_year=view.month.year,
            period__month=view.month.number,
            period__agency=agency,
            state=SigningBatch.State.PUBLISHED,
        ).order_by("pk")
    )


def rows_of(query: str, parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of one statement, by name of column."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            yield dict(zip(names, row, strict=True))


def build(kind: type[Row], row: Mapping[str, Any]) -> Row:
    """A dataclass from a row; columns that it does not know are left out."""
    return kind(**{name: row[name] for name in kind.__dataclass_fields__ if name in row})  # type: ignore[attr-defined]


def dossiers(reader: User | AnonymousUser, unit: Unit, reports: Iterable[int]) -> dict[int, str]:
    """Names of these reports' pages for auditors, for who audits the unit; nothing for anybody else."""
    if not isinstance(reader, User) or not any(unit.path.startswith(path) for path in audited_paths(reader)):
        return {}
    return dict(Report.objects.filter(pk__in=list(reports)).values_list("pk", "token"))
