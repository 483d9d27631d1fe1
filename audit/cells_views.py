"""The page of one cell. It reads and nothing else."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from audit import cells, readings, selectors
from audit.reach import reach
from registry.models import BudgetLine


@require_safe
def cell(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """Every value that one cell ever had: who wrote it, in which office, why, and what was decided on it."""
    person, paths = reach(request.user)
    report = get_object_or_404(selectors.reports_within(paths), token=token)
    place = cells.place_of(report, name)
    if place is None:
        raise Http404
    line = BudgetLine.objects.filter(pk=place.line).first() if place.line else None
    readings.note(person, "cell", token, name)
    lives = cells.lives(report, name, place)
    context = {
        "report": report,
        "item": report.item,
        "label": cells.label_of(place, [f"{line.account_code} {line.account_name}".strip()] if line else []),
        "lives": lives,
        "red": sum(value.red for life in lives for value in life.values),
        "count": sum(len(life.values) for life in lives),
    }
    return render(request, "audit/cell.html", context)
