"""Reading for pages and exports: published figures, and for insiders also what is on its way. Nothing here writes.

Each function costs a fixed number of statements, however many agencies and sub-activities there are.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
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
from wording.sentences import month_name
from workflow.route import PUBLISHED, SIGNED, SUBMITTED, VERIFIED

ADJUSTMENT = 13
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
class Sight:
    """What somebody may look at: everything (None), or what lies below these paths and what these posts hold."""

    paths: tuple[str, ...] | None = None
    posts: tuple[int, ...] = ()

    @property
    def anything(self) -> bool:
        return self.paths is None or bool(self.paths)


PUBLIC = Sight()


@dataclass(frozen=True, slots=True)
class View:
    """One look at one month: which reports count, of which units."""

    month: Month
    states: tuple[str, ...] = PUBLISHED_ONLY
    unit: Unit | None = None
    sight: Sight = field(default=PUBLIC)

    @property
    def parameters(self) -> dict[str, Any]:
        unit, sight = self.unit, self.sight
        is_agency = unit is not None and unit.kind in Unit.AGENCY_KINDS
        return {
            "year": self.month.year.pk,
            "month": self.month.number,
            "states": list(self.states),
            "path": unit.path if unit else "/",
            "agency": unit.pk if unit and is_agency else None,
            "unit": unit.pk if unit else None,
            "paths": None if sight.paths is None else list(sight.paths),
            "posts": list(sight.posts),
        }


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
    query = queries.BY_UNIT if view.unit else queries.BY_AGENCY
    total, rows = Total(), []
    for row in rows_of(query, view.parameters):
        if row["unit_id"] is None:
            total = build(Total, row)
        else:
            rows.append(UnitTotal(row["unit_id"], row["unit_code"], row["unit_name"], build(Total, row)))
    return total, rows


def items(view: View, *, limit: int | None = None, offset: int = 0) -> list[Item]:
    """The sub-activities of the view's unit and below, in order of unit and code; one statement."""
    parameters = view.parameters | {"limit": limit, "offset": offset}
    return [build(Item, row) for row in rows_of(queries.ITEMS, parameters)]


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
    return kind(**{each.name: row[each.name] for each in fields(kind) if each.name in row})  # type: ignore[arg-type]


def dossiers(reader: User | AnonymousUser, unit: Unit, reports: Iterable[int]) -> dict[int, str]:
    """Names of these reports' pages for auditors, for who audits the unit; nothing for anybody else."""
    if not isinstance(reader, User) or not any(unit.path.startswith(path) for path in audited_paths(reader)):
        return {}
    return dict(Report.objects.filter(pk__in=list(reports)).values_list("pk", "token"))
