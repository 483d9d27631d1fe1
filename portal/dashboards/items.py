"""One sub-activity for those who oversee it: month by month, with problems, follow-ups, decisions and evidence. Reads only.

Published reports only; what stands in them for insiders alone is shown here, because who comes here may see the report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import selectors
from portal.dashboards.item_curves import item_charts
from portal.figures import ItemMonth
from portal.pages import Page, Table
from portal.selectors import Month, Sight
from portal.tables import item_months
from registry.models import BudgetItem, FiscalYear, Unit, User
from registry.selectors import government_of
from submissions.evidence_images import FORMATS
from submissions.evidence_rows import CLEAN, file_row, scan_state, with_scans
from submissions.models import Evidence, LeaderDecision, Report


@dataclass(frozen=True, slots=True)
class Told:
    """One published month: its figures, and what its officer wrote and attached."""

    month: Month
    row: ItemMonth
    report: Report
    problems: Sequence[str]
    decisions: Sequence[LeaderDecision]
    files: Sequence[Mapping[str, Any]]
    photos: Sequence[Mapping[str, Any]] = field(default=())


def page(request: HttpRequest, sight: Sight, label: str, code: str, sub_activity: str) -> Page:
    """A sub-activity of a unit that the reader oversees or works for; 404 for any other."""
    user: User = request.user  # type: ignore[assignment]
    here = government_of(user)
    year = FiscalYear.objects.filter(government=here, label=label).select_related("government").first()
    unit = Unit.objects.filter(government=here, code=code).first()
    item = selectors.item(year, unit, sub_activity) if year and unit else None
    if year is None or item is None or not _seen(item, sight):
        raise Http404
    rows = selectors.item_year(item)
    months = {month.number: month for month in selectors.months(year)}
    told = _told(rows, months)
    slugs = {number: month.slug for number, month in months.items()}
    context = {
        "item": item,
        "unit": item.unit,
        "year": year,
        "last": rows[-1] if rows else None,
        "told": list(reversed(told)),
        "charts": item_charts(item, year, rows, max(months, default=0)),
        "as_of": max((row.published_at for row in rows if row.published_at), default=None),
        "crumbs": _crumbs(item, months[rows[-1].month] if rows else None),
        "public_url_of_item": reverse("portal:item", args=[label, code, sub_activity]),
    }
    table = Table(item_months(slugs), lambda: rows)
    return Page("portal/dashboards/item.html", context, f"{label}-{code}-{sub_activity}", {"months": table})


def _seen(item: BudgetItem, sight: Sight) -> bool:
    """Whether a sub-activity lies below what somebody oversees, or is held by one of his posts."""
    if sight.paths is None or any(item.unit.path.startswith(path) for path in sight.paths):
        return True
    return bool({item.officer_post_id, item.verifier_post_id} & set(sight.posts))


def _told(rows: Sequence[ItemMonth], months: Mapping[int, Month]) -> list[Told]:
    """The months with their reports, decisions and files: three statements."""
    numbers = [row.report for row in rows]
    reports = Report.objects.in_bulk(numbers)
    decisions: dict[int, list[LeaderDecision]] = {}
    for one in (
        LeaderDecision.objects.filter(report__in=numbers).select_related("owner_post__unit").order_by("pk")
    ):
        decisions.setdefault(one.report_id, []).append(one)
    files: dict[int, list[Evidence]] = {}
    for file in with_scans(Evidence.objects.filter(report__in=numbers)).order_by("pk"):
        files.setdefault(file.report_id, []).append(file)
    words = {str(code): str(label) for code, label in Report.Problem.choices}
    return [
        Told(
            months[row.month],
            row,
            reports[row.report],
            [words.get(one, one) for one in row.problems],
            decisions.get(row.report, ()),
            [file_row(file) for file in files.get(row.report, ())],
            [file_row(file) for file in files.get(row.report, ()) if _is_photo(file)],
        )
        for row in rows
    ]


def _is_photo(file: Evidence) -> bool:
    """Whether it can be shown as a picture: clean, there, and of a kind that is one."""
    return file.mime in FORMATS and scan_state(file) == CLEAN and getattr(file, "gone_at", None) is None


def _crumbs(item: BudgetItem, month: Month | None) -> list[dict[str, str]]:
    overview, unit = reverse("portal:overview"), item.unit
    asked = f"?month={month.slug}" if month else "?"
    above = [{"label": _("Overview"), "url": f"{overview}{asked}"}]
    if unit.agency and unit.agency_id != unit.pk:
        above.append({"label": unit.agency.name, "url": f"{overview}{asked}&unit={unit.agency.code}"})
    return [
        *above, {"label": unit.name, "url": f"{overview}{asked}&unit={unit.code}"}, {"label": item.sub_activity_code},
    ]  # fmt: skip
