"""The overview as a page, as files, and as a print."""

from django.http import Http404, HttpRequest, HttpResponse

from portal import pages
from portal.dashboards import overview, printing
from portal.dashboards.asked import asked
from portal.dashboards.reading import numbers
from portal.exports import ANSWERS
from portal.selectors import Sight
from registry.models import User
from registry.selectors import government_of


def answer(request: HttpRequest, sight: Sight) -> HttpResponse:
    """What is asked for: the page, one of its tables as a file, or with `?format=pdf` all of it as a document.

    404 outside of what the reader oversees.
    """
    user: User = request.user  # type: ignore[assignment]
    question = asked(request.GET, government_of(user))
    if question is None:
        return pages.answer(request, overview.nothing())
    read = numbers(question, sight)
    if question.unit and not read.total.items:
        raise Http404
    if request.GET.get("format") == "pdf":
        return printing.answer(question, read, sight, question.year.government)
    if request.GET.get("format") in ANSWERS:
        return pages.answer(request, overview.only_files(question, read, sight))
    return pages.answer(request, overview.page(request, question, read, sight))
