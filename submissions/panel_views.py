"""The side panel of the month's table; without a script it is a page of its own."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from registry.models import User
from submissions import panel, selectors
from submissions.entering import first_day
from submissions.readings import read


@require_GET
def show(request: HttpRequest, month: str, report: int) -> HttpResponse:
    """One sub-activity of the month, for those who enter it; `?part=1` is what the script puts into the drawer."""
    user: User = request.user  # type: ignore[assignment]
    mine = selectors.my_reports(user).filter(
        pk=report, period__first_day=first_day(month), period__month__lte=12
    )
    readings = read(mine.values_list("pk", flat=True))
    if not readings:
        raise Http404
    template = "submissions/panel_part.html" if "part" in request.GET else "submissions/panel.html"
    return render(request, template, panel.context(readings[0], month))
