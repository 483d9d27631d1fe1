"""Checking answers, handing over, catching up and looking back: pages of an officer. Strangers get 404."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.models import User
from submissions import catching_up, check_page, handover, own_history, selectors
from submissions.checking import Check, answered_before, check_of


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """O3: what is about to be handed in, and the act itself."""
    user: User = request.user  # type: ignore[assignment]
    checked = check_of(user, request.GET)
    if request.method == "GET":
        return render(request, "submissions/check.html", check_page.context(checked))
    acts, gone = answered_before(user, request.POST)
    if acts:
        return _again(request, checked, acts, gone)
    checked.take(request.POST, get_language() or "id")
    acts, gone = ([], set()) if checked.acts else answered_before(user, request.POST)
    if acts:  # the same post came twice at the same moment, and the other was first
        return _again(request, checked, acts, gone)
    if not checked.failed:
        return redirect(check_page.submitted_url(checked.acts, check_page.first_month(checked)))
    return _refused(request, checked)


def _again(request: HttpRequest, checked: Check, acts: list[int], gone: set[int]) -> HttpResponse:
    """A second tap gets the first answer: the same confirmation, or the same page with what went and what did not."""
    checked.look_at(request.POST)
    checked.sentences, checked.stale, checked.refused = [], {}, {}
    if gone and not (checked.ticked or frozenset()) - gone:
        return redirect(check_page.submitted_url(acts, check_page.first_month(checked)))
    checked.acts, checked.done = (acts, len(gone)) if gone else ([], 0)
    return _refused(request, checked)


def _refused(request: HttpRequest, checked: Check) -> HttpResponse:
    return render(request, "submissions/check.html", check_page.context(checked), status=422)


@require_GET
def hand_over(request: HttpRequest) -> HttpResponse:
    """What somebody who takes over a post has to know."""
    user: User = request.user  # type: ignore[assignment]
    found = handover.context(user)
    if not found["posts"]:
        raise Http404
    return render(request, "submissions/handover.html", found)


@require_GET
def catch_up(request: HttpRequest) -> HttpResponse:
    """The open months in order, in one sitting."""
    user: User = request.user  # type: ignore[assignment]
    return render(request, "submissions/catch_up.html", catching_up.context(user))


@require_POST
def nil_months(request: HttpRequest) -> HttpResponse:
    """Nil for many over several months, in order."""
    user: User = request.user  # type: ignore[assignment]
    acts = catching_up.answered_before(user, request.POST) or catching_up.take_nil(request, user)
    if not acts:
        return redirect("submissions:catch_up")
    return redirect(check_page.submitted_url(acts, selectors.first_month_of(acts)))


@require_POST
def narrative(request: HttpRequest) -> HttpResponse:
    """Copy last month's texts into the empty fields of the ticked sub-activities."""
    user: User = request.user  # type: ignore[assignment]
    catching_up.take_narrative(request, user)
    return redirect("submissions:catch_up")


@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """O5: months and sub-activities with their states."""
    user: User = request.user  # type: ignore[assignment]
    found: dict[str, Any] = own_history.context(user, request.GET.get("year", ""))
    return render(request, "submissions/history.html", found)
