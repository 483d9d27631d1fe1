"""The page of what history and ledger do not tell alike, a stretch of the ledger at a time."""

from collections import Counter

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit import outside, outside_pages
from audit.reach import reach
from audit.readings import note

ROWS = 50
STRETCH = 10_000  # events that are compared for one page
MOST = 500  # rows of one table that are judged for one page


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What was changed past the application among the newest events, or among those up to `until`."""
    person, paths = reach(request.user)
    stretch = outside.stretch(request.GET.get("until", ""), STRETCH)
    found = list(outside.found(stretch.since, stretch.until, MOST))
    pages = Paginator(outside_pages.within(found, paths), ROWS).get_page(request.GET.get("page"))
    rows = Counter(table for table, _row in {(one.table, one.row) for one in found})
    context = {
        "stretch": stretch,
        "page": pages,
        "base": f"until={stretch.until}&",
        "shown": outside_pages.shown(list(pages)),
        "most": MOST if max(rows.values(), default=0) >= MOST else 0,
    }
    note(person, "outside", query=request.GET.urlencode())
    return render(request, "audit/outside.html", context)
