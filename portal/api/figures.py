"""Sums as answers: the same selectors and the same columns as the pages and their CSV files."""

from typing import Any

from django.http import Http404

from portal import selectors
from portal.figures import Item, ItemMonth, Total
from portal.selectors import HANDED_IN, PUBLIC, PUBLISHED_ONLY, Month, Sight, View
from registry.models import FiscalYear, Government, Unit
from submissions.formulas import colour

FORMULA = (
    "absorption = 100 * sum(realized) / sum(ceiling); physical = sum(ceiling * progress) / sum(ceiling); "
    "deviation = actual - plan, in points"
)


def year_of(here: Government | None, label: str) -> FiscalYear:
    """The fiscal year of that name; Http404 without."""
    found = FiscalYear.objects.filter(government=here, label=label).select_related("government").first()
    if here is None or found is None:
        raise Http404
    return found


def month_of(year: FiscalYear, slug: str) -> Month:
    """The opened month of that name; Http404 without."""
    for month in selectors.months(year):
        if month.slug == slug:
            return month
    raise Http404


def unit_of(here: Government | None, code: str) -> Unit:
    """The unit of that code; Http404 without."""
    found = Unit.objects.filter(government=here, code=code).select_related("agency").first()
    if found is None:
        raise Http404
    return found


def view_of(month: Month, unit: Unit | None, *, unsigned: bool = False, sight: Sight = PUBLIC) -> View:
    """One look at one month."""
    return View(month, states=HANDED_IN if unsigned else PUBLISHED_ONLY, unit=unit, sight=sight)


def month_figures(view: View) -> dict[str, Any]:
    """The sum of a view, and of each unit right below; one statement."""
    total, rows = selectors.units(view)
    if view.unit and not total.items:
        raise Http404
    return {
        "year": view.month.year.label,
        "month": view.month.slug,
        "unit": view.unit.code if view.unit else None,
        "includes_unsigned": view.states != PUBLISHED_ONLY,
        "formula": FORMULA,
        "figures": total_of(total),
        "units": [
            {"unit": row.unit_code, "name": row.unit_name, "figures": total_of(row.total)} for row in rows
        ],
    }


def year_figures(year: FiscalYear, unit: Unit | None, sight: Sight = PUBLIC) -> dict[str, Any]:
    """The months of a year, as published; months that are not open yet have ceilings and plans only. Two statements.

    Http404 for a unit of which there is nothing to be seen.
    """
    opened = {one.number: one.slug for one in selectors.months(year)}
    found = selectors.year_months(year, unit, sight)
    if unit and not any(total.items for total in found.values()):
        raise Http404
    return {
        "year": year.label,
        "unit": unit.code if unit else None,
        "formula": FORMULA,
        "months": [
            {"month": opened.get(number) or slug_of(year, number), "figures": total_of(total)}
            for number, total in sorted(found.items())
        ],
    }


def slug_of(year: FiscalYear, number: int) -> str:
    """The name of a fiscal month in addresses; months are counted from the first one of the year."""
    if number == selectors.ADJUSTMENT:
        return f"{year.end_date.year}-{selectors.ADJUSTMENT}"
    months = year.start_date.year * 12 + year.start_date.month - 2 + number
    return f"{months // 12}-{months % 12 + 1:02}"


def total_of(total: Total) -> dict[str, Any]:
    """A sum as an answer has it."""
    return {
        "ceiling": total.ceiling,
        "reported_ceiling": total.reported_ceiling,
        "realized_month": total.this_month,
        "realized_to_date": total.realised,
        "absorption": total.absorption,
        "absorption_of_total": total.coverage.of_total,
        "planned_absorption": total.planned_money,
        "deviation_money": total.deviation_money,
        "deviation_money_colour": colour(total.deviation_money),
        "physical": total.physical,
        "planned_physical": total.planned_physical,
        "deviation_physical": total.deviation_physical,
        "deviation_physical_colour": colour(total.deviation_physical),
        "coverage": total.coverage.covered,
        "reports_required": total.required,
        "reports_counted": total.reported,
        "reports_published": total.published,
        "complete": total.complete,
        "as_of": total.as_of,
    }


def item_of(one: Item) -> dict[str, Any]:
    """A sub-activity of one month as an answer has it."""
    return {
        "unit": one.unit_code,
        "code": one.code,
        "name": one.name,
        "required": one.required,
        "reported": one.reported,
        "published": one.published,
        "state": one.state or None,
        "revision": one.revision or 0,
        "ceiling": one.ceiling,
        "realized_month": one.this_month,
        "realized_to_date": one.realised,
        "absorption": one.absorption,
        "planned_absorption": one.planned_money,
        "deviation_money": one.deviation_money,
        "physical": one.physical,
        "planned_physical": one.planned_physical,
        "deviation_physical": one.deviation_physical,
        "deviation_physical_colour": colour(one.deviation_physical),
        "weight": one.weight,
        "weighted_physical": one.weighted,
        "status": one.status or "",
        "public_note": one.public_note or "",
        "as_of": one.as_of,
    }


def item_month_of(one: ItemMonth, slugs: dict[int, str]) -> dict[str, Any]:
    """A published month of a sub-activity as an answer has it."""
    return {
        "month": slugs.get(one.month, str(one.month)),
        "revision": one.revision,
        "ceiling": one.ceiling,
        "ceiling_now": one.ceiling_now,
        "realized_month": one.this_month,
        "realized_to_date": one.realised,
        "remaining": one.remaining,
        "absorption": one.absorption,
        "absorption_restated": one.restated,
        "planned_absorption": one.planned_money,
        "deviation_money": one.deviation_money,
        "physical_month": one.increment,
        "physical": one.physical,
        "planned_physical": one.planned_physical,
        "deviation_physical": one.deviation_physical,
        "deviation_physical_colour": colour(one.deviation_physical),
        "status": one.status,
        "problems": list(one.problems),
        "public_note": one.public_note,
        "published_at": one.published_at,
        "document": one.batch_token,
        "document_no": one.document_no,
        "evidence": [name for name, _words in one.files],
    }
