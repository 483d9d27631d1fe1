"""What each page shows, gathered in a fixed number of statements; the same tables answer as CSV."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.core.paginator import Page as Slice
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from approvals.capacities import notes_by_report
from portal import restated, selectors, tables
from portal.charts import Chart
from portal.dashboards.curves import MONEY, PHYSICAL, curve, month_names
from portal.dashboards.item_curves import item_charts
from portal.exports import ANSWERS, Column
from portal.figures import Item, ItemMonth, Total
from portal.opendata import feeds
from portal.opendata.files import Extent
from portal.opendata.package import files_of
from portal.selectors import Month, UnitTotal, View
from portal.voices.selectors import about_item, about_unit
from registry.models import Contract, FiscalYear, Government, Unit
from registry.selectors import government
from submissions.models import Report

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be had as a file; the rows are only read when they are asked for."""

    columns: Sequence[Column]
    rows: Callable[[], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page and its tables, the first of which is the one that `?format=csv` (xlsx, json) means."""

    template: str
    context: dict[str, Any]
    name: str
    tables: Mapping[str, Table] = field(default_factory=dict)


class ItemRows(Sequence[Item]):
    """Sub-activities of a view, of which a paginator reads only its slice."""

    def __init__(self, view: View, count: int) -> None:
        self.view, self.number = view, count

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, index: Any) -> Any:
        return selectors.items(self.view, limit=index.stop - index.start, offset=index.start)


def answer(request: HttpRequest, page: Page) -> HttpResponse:
    """The page, or with `?format=csv`, xlsx or json its table as a file (`&table=` names another one)."""
    write = ANSWERS.get(request.GET.get("format", ""))
    if write is None:
        return render(request, page.template, page.context)
    wanted = request.GET.get("table") or next(iter(page.tables), "")
    if wanted not in page.tables:
        raise Http404
    table = page.tables[wanted]
    name = page.name if wanted == next(iter(page.tables)) else f"{page.name}-{wanted}"
    return write(name, table.columns, table.rows())


@dataclass(frozen=True)
class Place:
    """Where the reader is: the government and a fiscal year with its opened months."""

    government: Government
    year: FiscalYear

    @cached_property
    def months(self) -> list[Month]:
        return selectors.months(self.year)

    def month(self, slug: str) -> Month:
        """The month of that address; 404 when it was never opened."""
        found = next((month for month in self.months if month.slug == slug), None)
        if found is None:
            raise Http404
        return found


def place(label: str) -> Place:
    """The fiscal year of that address; 404 when there is none."""
    here = government()
    year = (
        FiscalYear.objects.filter(government=here, label=label).select_related("government").first()
        if here
        else None
    )
    if here is None or year is None:
        raise Http404
    return Place(here, year)


def home(request: HttpRequest) -> Page:
    """The government's figures of the newest month in which something was published."""
    here = government()
    years = selectors.years(here) if here else []
    month, opened = selectors.newest_month(years, published=True)
    if here is None or month is None:
        return Page("portal/home.html", {"years": years, "canonical": reverse("portal:home")}, "jenjang")
    page = _government(request, here, View(month), opened)
    return replace(
        page, context=page.context | {"years": years, "home": True, "canonical": reverse("portal:home")}
    )


def newest(label: str) -> Month:
    """The newest month of a year in which something was published, else the newest opened one; 404 without any."""
    there = place(label)
    month = next((each for each in reversed(there.months) if each.agencies), None)
    if month is None and not there.months:
        raise Http404
    return month or there.months[-1]


def government_month(request: HttpRequest, label: str, slug: str) -> Page:
    there = place(label)
    return _government(request, there.government, View(there.month(slug)), there.months)


def _government(request: HttpRequest, here: Government, view: View, opened: Sequence[Month]) -> Page:
    total, rows = selectors.units(view)
    month = view.month
    slices = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    crumbs = [{"label": here.name, "url": reverse("portal:home")}, {"label": month.label}]
    context = _month_context(month, opened, total, "") | {
        "moved": restated.both(view, total),
        "charts": _charts(month, None),
        "files": files_of(Extent(month.year)),
        "feed_url": feeds.address("published"),
        "crumbs": crumbs,
        "rows": slices,
        "complete": sum(row.total.complete for row in rows),
        "agencies": len(rows),
        "canonical": _canonical(month_url(month), slices),
    }
    csv = Table(tables.UNITS, lambda: tables.with_total(total, rows))
    return Page("portal/government.html", context, f"{month.slug}-agencies", {"agencies": csv})


def unit_month(request: HttpRequest, label: str, slug: str, code: str) -> Page:
    """An agency, or a unit below one: its units, its sub-activities, and its signed documents."""
    there, unit = place(label), _unit(code)
    view = View(there.month(slug), unit=unit)
    total, rows = selectors.units(view)
    slices = Paginator(ItemRows(view, total.items), PER_PAGE).get_page(request.GET.get("page"))
    context = _month_context(view.month, there.months, total, code) | {
        "moved": restated.both(view, total),
        "unit": unit,
        "charts": _charts(view.month, unit),
        "files": files_of(Extent(there.year, unit)),
        "feed_url": feeds.address("published", unit),
        "about_voices": about_unit(unit, slug),
        "crumbs": _unit_crumbs(there.government, view.month, unit),
        "units": _below(rows, unit),
        "rows": slices,
        "batches": selectors.batches(view),
        "canonical": _canonical(month_url(view.month, code), slices),
    }
    return Page(
        "portal/unit.html",
        context,
        f"{slug}-{code}",
        {
            "items": Table(tables.ITEMS, lambda: selectors.items(view)),
            "units": Table(tables.UNITS, lambda: tables.with_total(total, rows)),
        },
    )


def item_year(request: HttpRequest, label: str, code: str, sub_activity: str) -> Page:
    """One sub-activity through the year; who audits the unit finds the way to each report's dossier."""
    there, unit = place(label), _unit(code)
    item = selectors.item(there.year, unit, sub_activity)
    if item is None:
        raise Http404
    rows = selectors.item_year(item)
    months = {month.number: month for month in there.months}
    labels = {str(code): label for code, label in Report.Problem.choices}
    last = rows[-1] if rows else None
    corrected = restated.revisions(item) if any(row.replaced for row in rows) else []
    first = restated.first(item) if corrected else {}
    notes = notes_by_report([*(row.report for row in rows), *restated.reports_of(corrected)])
    dossiers = selectors.dossiers(request.user, unit, [row.report for row in rows])
    crumbs = _unit_crumbs(there.government, months[last.month], unit, linked=True) if last else []
    context = {
        "item": item,
        "unit": unit,
        "year": there.year,
        "last": last,
        "charts": item_charts(item, there.year, rows, max(months)) if rows else [],
        "contracts": Contract.objects.filter(item=item).order_by("starts_on", "number"),
        "files": files_of(Extent(there.year, unit)),
        "feed_url": feeds.address("corrections", unit),
        "about_voices": about_item(item),
        "rows": [
            (
                months[row.month],
                row,
                [labels.get(one, one) for one in row.problems],
                notes.get(row.report, []),
                _as_first(first.get(row.month), row, months),
                dossiers.get(row.report, ""),
            )
            for row in reversed(rows)
        ],
        "as_of": max((row.published_at for row in rows if row.published_at), default=None),
        "corrections": [
            {"month": months[ones[0].month], "revisions": [(one, notes.get(one.report, [])) for one in ones]}
            for ones in corrected
        ],
        "crumbs": [*crumbs, {"label": item.sub_activity_code}] if crumbs else [],
        "canonical": reverse("portal:item", args=[label, code, sub_activity]),
    }
    columns = tables.item_months({number: month.slug for number, month in months.items()})
    return Page(
        "portal/item.html",
        context,
        f"{label}-{code}-{sub_activity}",
        {"months": Table(columns, lambda: rows)},
    )


def _as_first(
    first: restated.First | None, row: ItemMonth, months: Mapping[int, Month]
) -> dict[str, Any] | None:
    """What the first document of a month said, where corrections have moved it since."""
    if first is None or (first.realised, first.physical) == (row.realised, row.physical):
        return None
    return {"first": first, "because": [months[number] for number in first.corrected or ()]}


def _charts(month: Month, unit: Unit | None) -> list[Chart]:
    """Physical progress and money through the year; one statement, none where nothing is published in the month."""
    if not month.agencies:
        return []
    months, names = selectors.year_months(month.year, unit), month_names(month.year)
    return [curve(months, names, measure) for measure in (PHYSICAL, MONEY)]


def month_url(month: Month, code: str = "") -> str:
    """The address of a month of the government, or of a unit."""
    label = month.year.label
    if code:
        return reverse("portal:unit", args=[label, month.slug, code])
    return reverse("portal:month", args=[label, month.slug])


def _month_context(month: Month, opened: Sequence[Month], total: Total, code: str) -> dict[str, Any]:
    return {
        "year": month.year,
        "month": month,
        "months": [
            {"label": each.label, "url": month_url(each, code), "current": each.number == month.number}
            for each in opened
            if each.agencies or each.number == month.number
        ],
        "total": total,
    }


def _unit(code: str) -> Unit:
    here = government()
    unit = Unit.objects.filter(government=here, code=code).select_related("agency").first()
    if unit is None:
        raise Http404
    return unit


def _unit_crumbs(here: Government, month: Month, unit: Unit, *, linked: bool = False) -> list[dict[str, str]]:
    crumbs = [
        {"label": here.name, "url": reverse("portal:home")},
        {"label": month.label, "url": month_url(month)},
    ]
    if unit.agency and unit.agency_id != unit.pk:
        crumbs.append({"label": unit.agency.name, "url": month_url(month, unit.agency.code)})
    own = {"label": unit.name}
    return [*crumbs, own | {"url": month_url(month, unit.code)} if linked else own]


def _below(rows: list[UnitTotal], unit: Unit | None) -> list[UnitTotal]:
    """Nothing for a unit without units below it: its one row would repeat the total."""
    return [] if unit and [row.unit_id for row in rows] == [unit.pk] else rows


def _canonical(path: str, slices: Slice[Any]) -> str:
    return path if slices.number == 1 else f"{path}?page={slices.number}"
