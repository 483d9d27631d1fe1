"""Sub-activity by month: where each report of a decider's field stands, as a page and as a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals import selectors
from approvals.desk import PAGES
from approvals.desk_rows import deviation_of
from ledger.clock import now as database_now
from registry.models import BudgetItem, FiscalYear, User
from submissions import formulas
from submissions.models import Report
from submissions.readings import Reading, read
from submissions.selectors import month_label
from wording.files import csv_file
from wording.sentences import month_name
from workflow import route

PAGE_SIZE = 50
AT_ONCE = 100  # sub-activities whose figures are in memory together, for the file
COLUMNS = (
    "unit_code", "unit", "sub_activity", "name", "month", "revision", "state", "this_month", "cumulative", "ceiling",
    "physical", "physical_plan", "deviation", "band",
)  # fmt: skip


@dataclass(frozen=True)
class Matrix:
    """One fiscal year of the field of a desk."""

    user: User
    verb: str
    verbs: tuple[str, ...]
    years: tuple[FiscalYear, ...]
    year: FiscalYear | None

    @property
    def reports(self) -> QuerySet[Report]:
        return selectors.field_of(self.user, self.verb).filter(period__fiscal_year=self.year)

    @property
    def items(self) -> QuerySet[BudgetItem]:
        found = BudgetItem.objects.filter(pk__in=self.reports.values("item")).select_related("unit")
        return found.order_by("unit__path", "sub_activity_code", "pk")

    def context(self, request: HttpRequest) -> dict[str, Any]:
        """For templates/approvals/matrix.html."""
        page = Paginator(self.items, PAGE_SIZE).get_page(request.GET.get("page"))
        periods = self.reports.order_by("period__first_day", "period__month").distinct()
        months = {
            number: _label(first, number)
            for first, number in periods.values_list("period__first_day", "period__month")
        }
        cells = self._cells(list(page))
        query = f"desk={self.verb}&year={self.year.pk if self.year else ''}"
        return {
            "months": [{"short": month_name(number), "label": label} for number, label in months.items()],
            "rows": [_row(item, cells, months) for item in page],
            "page": page,
            "base": f"{query}&",
            "csv_url": f"?{query}&format=csv",
            "as_of": database_now(),
            "years": [{"label": one.label, "url": f"?desk={self.verb}&year={one.pk}", "current": one == self.year}
                      for one in self.years],
            "tabs": self._desks(),
            "crumbs": [{"label": _("Inbox"), "url": reverse(PAGES[self.verb])}, {"label": _("Matrix"), "url": ""}],
        }  # fmt: skip

    def _desks(self) -> list[dict[str, Any]]:
        """The same for each desk that he has; one needs no choice."""
        labels = {route.VERIFY: _("To verify"), route.SIGN: _("To sign"), route.REVIEW: _("To review")}
        rows = [
            {"label": labels[verb], "url": f"?desk={verb}", "count": None, "current": verb == self.verb}
            for verb in self.verbs
        ]
        return rows if len(rows) > 1 else []

    def _cells(self, items: Iterable[BudgetItem]) -> dict[tuple[int, int], Reading]:
        """Readings by sub-activity and month."""
        owners = dict(self.reports.filter(item__in=list(items)).values_list("pk", "item"))
        return {(owners[one.id], one.month): one for one in read(owners)}

    def csv(self) -> HttpResponse:
        """One row for each sub-activity and month, all pages together."""
        label = self.year.label if self.year else ""
        return csv_file(f"matrix-{self.verb}-{label}", COLUMNS, self._lines())

    def _lines(self) -> Iterable[tuple[Any, ...]]:
        items = list(self.items)
        for start in range(0, len(items), AT_ONCE):
            cells = self._cells(items[start : start + AT_ONCE])
            for item in items[start : start + AT_ONCE]:
                yield from (_line(cells[key]) for key in sorted(cells) if key[0] == item.pk)


def matrix_of(user: User, request: HttpRequest) -> Matrix:
    """The matrix that the address asks for; of who has no desk there is none."""
    has = selectors.verbs_of(user)
    verbs = tuple(verb for verb in PAGES if verb in has)
    if not verbs:
        raise Http404
    asked = request.GET.get("desk", "")
    verb = asked if asked in verbs else verbs[0]
    fields = selectors.field_of(user, verb).order_by().values("period__fiscal_year")
    years = tuple(FiscalYear.objects.filter(pk__in=fields).order_by("-start_date"))
    year = next((one for one in years if str(one.pk) == request.GET.get("year")), years[0] if years else None)
    return Matrix(user, verb, verbs, years, year)


def _label(first_day: Any, number: int) -> str:
    return month_name(number) if number == 13 else month_label(first_day)


def _row(
    item: BudgetItem, cells: Mapping[tuple[int, int], Reading], months: Mapping[int, str]
) -> dict[str, Any]:
    return {
        "code": item.sub_activity_code,
        "name": item.sub_activity_name,
        "unit": item.unit.name,
        "cells": [
            {"month": label, **_cell(cells.get((item.pk, number)))} for number, label in months.items()
        ],
    }


def _cell(one: Reading | None) -> dict[str, Any]:
    if one is None:
        return {"state": ""}
    handed_in = bool(one.revision) or one.state != route.DRAFT
    state = one.state if one.started or handed_in else "missing"
    url = reverse("approvals:review", args=[one.token]) if handed_in else ""
    told = deviation_of(one) if handed_in else {"band": "", "tone": "", "deviation": None}
    return {"state": state, "url": url, "revision": one.revision, **told}


def _line(one: Reading) -> tuple[Any, ...]:
    deviation = one.deviation
    month = f"{one.first_day:%Y}-13" if one.month == 13 else f"{one.first_day:%Y-%m}"
    points = [
        None if value is None else formulas.half_up(value, 4)
        for value in (one.physical, one.physical_planned, deviation)
    ]
    return (
        one.unit_code, one.unit, one.code, one.name, month, one.revision, one.state, one.this_month, one.cumulative,
        one.ceiling, *points, formulas.colour(deviation),
    )  # fmt: skip
