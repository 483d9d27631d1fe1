"""What is likely to remain unspent at the year's end: ceiling less realised less forecast spend (W-13, W-8).

The forecast goes on from the newest published month with the mean of the last three months' money, at most to the ceiling.
Published figures only; each row says how much of the ceiling it stands on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from portal import selectors
from portal.dashboards.card import Card
from portal.dashboards.leading_scope import SCOPE, Here, behind, frame, here_of, of_unit, query
from portal.exports import Column, points
from portal.figures import Total
from portal.pages import Page, Table
from portal.selectors import Month, UnitTotal, View, build, rows_of
from submissions import formulas
from submissions.moments import start_of_month
from wording.numbers import money, symbol

YEAR, RECENT, LARGEST = 12, 3, 15
HALF = Decimal(50)
ZERO = Decimal(0)

# The largest sub-activities of the newest published month with the money of the last three.
ITEMS = f"""
WITH {SCOPE}
SELECT s.code, s.name, s.unit_code, s.unit_name, s.agency_code, s.agency_name, t.in_force_ceiling AS ceiling,
  coalesce(t.realised, 0) AS realised, t.reported, b.months
FROM scope s JOIN submissions_itemmonth t ON t.item_id = s.id AND t.month = %(month)s
  LEFT JOIN LATERAL (SELECT array_agg(coalesce(x.this_month, 0) ORDER BY x.month) AS months FROM submissions_itemmonth x
    WHERE x.item_id = s.id AND x.month BETWEEN %(month)s - 2 AND %(month)s) b ON true
WHERE t.required AND t.in_force_ceiling > 0 ORDER BY t.in_force_ceiling DESC, s.code, s.unit_code LIMIT %(limit)s"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Outlook:
    """Money until now and at the year's end, in the government's currency; `recent`: the last months' money, oldest first."""

    ceiling: Decimal
    realised: Decimal
    recent: Sequence[Decimal]
    left: int  # months of the year that are still to come
    covered: Decimal | None = None

    @property
    def expected(self) -> Decimal:
        """W-8 in money, in whole units: what is still spent at the pace of the last months, at most what is left."""
        if not self.ceiling or not self.recent:
            return ZERO
        before = self.realised - sum(self.recent, ZERO)
        shares = [formulas.absorption(one, self.ceiling) or ZERO for one in (before, *self.recent)]
        # A year that is younger than three months has no earlier money to count.
        reached = formulas.forecast(shares if len(self.recent) >= RECENT else shares[1:], self.left)
        now = formulas.absorption(self.realised, self.ceiling) or ZERO
        more = max((reached or ZERO) - now, ZERO)
        return formulas.half_up(more * self.ceiling / formulas.WHOLE, 0)

    @property
    def risk(self) -> Decimal:
        """W-13."""
        return formulas.unspent_risk(self.ceiling, self.realised, self.expected)

    @property
    def share(self) -> Decimal | None:
        """The risk in percent of the ceiling."""
        return formulas.percent(self.risk, self.ceiling)

    @property
    def absorption(self) -> Decimal | None:
        return formulas.absorption(self.realised, self.ceiling)


@dataclass(frozen=True, slots=True)
class AgencyRisk:
    """An agency, or a unit of one, and its outlook."""

    code: str
    name: str
    outlook: Outlook


@dataclass(frozen=True, slots=True)
class ItemRisk:
    """A sub-activity and its outlook."""

    code: str
    name: str
    unit_code: str
    unit_name: str
    agency_name: str
    outlook: Outlook


@dataclass(frozen=True, slots=True)
class Together:
    """The sum of agencies: exact sums, never a mean of percentages (W-3)."""

    ceiling: Decimal
    realised: Decimal
    expected: Decimal
    risk: Decimal
    covered: Decimal | None

    @property
    def share(self) -> Decimal | None:
        return formulas.percent(self.risk, self.ceiling)

    @property
    def absorption(self) -> Decimal | None:
        return formulas.absorption(self.realised, self.ceiling)


def months_of(here: Here) -> Mapping[int, Sequence[UnitTotal]]:
    """The units below in each month of the year; one statement. Http404 for a unit of which there is nothing to be seen."""
    found = selectors.unit_year(here.year, here.unit, here.sight) if here.year else {}
    if here.unit and not any(found.values()):
        raise Http404
    return found


def agencies(by_month: Mapping[int, Sequence[UnitTotal]], month: int) -> tuple[Together, list[AgencyRisk]]:
    """The units of a year's months (`selectors.unit_year`), the largest risk first, and their sum."""
    recent = [{one.unit_id: one.total for one in by_month.get(number, ())} for number in _recent(month)]
    found = []
    for one in by_month.get(month, ()):
        spent = [(totals.get(one.unit_id, Total()).this_month or ZERO) for totals in recent]
        found.append(AgencyRisk(one.unit_code, one.unit_name, _outlook(one, spent, month)))
    found.sort(key=lambda each: (-each.outlook.risk, each.code))
    sums = {
        name: sum((getattr(each.outlook, name) for each in found), ZERO)
        for name in ("ceiling", "realised", "expected", "risk")
    }
    return Together(**sums, covered=_covered(by_month.get(month, ()))), found


def _covered(totals: Sequence[UnitTotal]) -> Decimal | None:
    """W-6 of all of them: the share of the ceiling that was reported."""
    reported = sum((one.total.reported_ceiling for one in totals), ZERO)
    return formulas.percent(reported, sum((one.total.ceiling for one in totals), ZERO))


def _recent(month: int) -> range:
    return range(max(month - RECENT + 1, 1), month + 1)


def _outlook(one: UnitTotal, spent: Sequence[Decimal], month: int) -> Outlook:
    total = one.total
    left = max(YEAR - month, 0)
    return Outlook(total.in_force_ceiling, total.realised or ZERO, spent, left, total.coverage.covered)


def items(parameters: Mapping[str, Any], month: int, limit: int = LARGEST) -> list[ItemRisk]:
    """The largest sub-activities by ceiling; one statement."""
    found = []
    for row in rows_of(ITEMS, {**parameters, "month": month, "limit": limit}):
        covered = formulas.WHOLE if row["reported"] else ZERO
        outlook = Outlook(row["ceiling"], row["realised"], row["months"] or (), max(YEAR - month, 0), covered)
        found.append(build(ItemRisk, row | {"outlook": outlook}))
    return found


def _money(name: str) -> Column:
    return Column(name, lambda row: getattr(row.outlook, name))


FIGURES = (
    _money("ceiling"), _money("realised"), _money("expected"), _money("risk"),
    Column("risk_percent", lambda row: points(row.outlook.share)),
    Column("coverage", lambda row: points(row.outlook.covered)),
)  # fmt: skip
AGENCIES: Sequence[Column] = (
    Column("unit_code", lambda row: row.code), Column("unit_name", lambda row: row.name), *FIGURES,
)  # fmt: skip
ITEM_COLUMNS: Sequence[Column] = (
    Column("unit_code", lambda row: row.unit_code),
    Column("unit_name", lambda row: row.unit_name),
    Column("sub_activity_code", lambda row: row.code),
    Column("sub_activity_name", lambda row: row.name),
    *FIGURES,
)


def page(request: HttpRequest) -> Page:
    """The page of the year-end risk, for insiders."""
    here = of_unit(here_of(request))
    by_month = months_of(here)
    month = _month(here.months, request.GET.get("month", "")) or _usual(here, by_month)
    asked = {"month": request.GET.get("month", ""), "year": request.GET.get("year", ""), **here.place}
    context: dict[str, Any] = {
        **frame(here, "risk", _("Year-end risk"), asked),
        "month": month,
        "months": [
            {
                "label": one.short,
                "title": one.label,
                "url": query(asked, month=one.slug),
                "current": one == month,
            }
            for one in here.months
            if one.agencies or one == month
        ],
    }
    if here.year is None or month is None:
        return Page("portal/leading/risk.html", context, "risk")
    number = month.number
    whole, rows = agencies(by_month, number)
    largest = items(here.parameters(), number)
    context |= {"whole": whole, "rows": rows, "items": largest, "left": max(YEAR - number, 0)}
    tables = {
        "agencies": Table(AGENCIES, lambda: rows),
        "items": Table(ITEM_COLUMNS, lambda: largest),
    }
    return Page("portal/leading/risk.html", context, f"{month.slug}-risk", tables)


def _usual(here: Here, by_month: Mapping[int, Sequence[UnitTotal]]) -> Month | None:
    """The newest month that most of the ceiling was reported of."""
    number = _told([one.number for one in here.months], by_month)
    return next((one for one in here.months if one.number == number), here.published)


def _told(months: Iterable[int], by_month: Mapping[int, Sequence[UnitTotal]]) -> int | None:
    """The newest of these months that most of the ceiling was reported of: one just begun would look like no spending."""
    return max((one for one in months if (_covered(by_month.get(one, ())) or ZERO) >= HALF), default=None)


def _month(months: Sequence[Month], slug: str) -> Month | None:
    return next((one for one in months if one.slug == slug), None)


def cards(view: View) -> list[Card]:
    """For the overview: what is likely to remain unspent, as the page says it of the newest month that can be told of; one
    statement. None for a section, which has no months of its own, and none before anything can be told."""
    if view.post is not None:
        return []
    by_month = selectors.unit_year(view.month.year, view.unit, view.sight)
    number = _told(range(1, view.month.number + 1), by_month)
    if number is None:
        return []
    year, whole = view.month.year, agencies(by_month, number)[0]
    first = start_of_month(year.start_date.year, number, year.government.fiscal_start_month)
    month = replace(view.month, number=number, first_day=first)
    words = _("%(share)s %% of the ceiling, at the pace until %(month)s; coverage %(coverage)s %%") % {
        "share": formulas.half_up(whole.share or ZERO),
        "month": month.label,
        "coverage": formulas.half_up(whole.covered or ZERO),
    }
    value = f"{symbol(year.government.currency)} {money(whole.risk)}"
    return [Card(_("Likely to remain unspent"), value, behind("risk", view, month=month.slug), words)]
