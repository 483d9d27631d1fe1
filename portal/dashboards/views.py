"""Below the overview: one sub-activity, and the agency index, for those who oversee."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal import pages
from portal.dashboards import composite, items
from portal.dashboards.asked import asked
from portal.selectors import sight_of
from registry.models import User
from registry.selectors import government_of


@require_safe
def item(request: HttpRequest, year: str, unit: str, sub_activity: str) -> HttpResponse:
    """A sub-activity month by month, for who oversees it; 404 for everybody else."""
    sight = sight_of(request.user)  # type: ignore[arg-type]
    if not sight.anything:
        raise Http404
    return pages.answer(request, items.page(request, sight, year, unit, sub_activity))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The agency index of a month; 404 for who oversees nothing, and before any month is open."""
    user: User = request.user  # type: ignore[assignment]
    sight = sight_of(user)
    question = asked(request.GET, government_of(user)) if sight.anything else None
    if question is None or question.unit:
        raise Http404
    return pages.answer(request, composite.page(request, question, sight))
