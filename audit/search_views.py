"""The search over events: a page, two files, and the searches that somebody keeps. Nothing else is written than that he read."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from approvals.desk_saved import NotKept, forget, keep, kept_by
from audit import search_files, search_forms, search_found, selectors
from audit.reach import reach
from audit.readings import note
from audit.search_forms import Asked, asked
from ledger.clock import now
from registry.models import User
from wording.sentences import say

DESK = "audit"
ROWS = 50
RECENT = timedelta(days=30)
FILES = {"csv": (search_files.csv_lines, "text/csv"), "json": (search_files.json_lines, "application/json")}


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Events that answer a question, newest first; posting keeps or deletes a search under a name."""
    person, paths = reach(request.user)
    if request.method == "POST":
        return _kept(request, person, paths)
    if saved := request.GET.get("saved"):
        return redirect(_address(_own(person, saved)))
    note(person, "search", query=request.GET.urlencode())
    return _page(request, person, paths, asked(request.GET, paths))


@require_safe
def download(request: HttpRequest, form: str) -> HttpResponseBase:
    """All events that answer, as CSV or JSON."""
    person, paths = reach(request.user)
    note(person, "search", subject=form, query=request.GET.urlencode())
    found = asked(request.GET, paths)
    if found.question is None:
        return _page(request, person, paths, found)
    lines, kind = FILES[form]
    response = StreamingHttpResponse(
        lines(found.question, search_found.reach_of(paths)), content_type=f"{kind}; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="events.{form}"'
    return response


def _page(request: HttpRequest, person: User, paths: list[str], found: Asked, **extra: Any) -> HttpResponse:
    shown = search_forms.fields(found, selectors.months())
    answer = None
    if found.question is not None:
        far = search_found.reach_of(paths)
        gather = search_found.gathers(found.question, far)
        answer = search_found.find(found.question, far, rows=ROWS, gather=gather)
    context = {
        "fields": shown,
        "asked_in_words": search_forms.in_words(shown),
        "answer": answer,
        "query": found.query,
        "errors": found.errors,
        "saved": kept_by(person, DESK),
        "columns": search_files.MEANINGS,
        "most": search_files.MOST,
        "here": reverse("audit:search"),
    } | extra
    return render(request, "audit/search.html", context, status=422 if context["errors"] else 200)


def _kept(request: HttpRequest, person: User, paths: list[str]) -> HttpResponse:
    """Keep the search of the page under a name, or delete one of one's own."""
    if request.POST.get("do") == "forget":
        number = _own(person, request.POST.get("saved", "")).pk
        forget(person=person, desk=DESK, number=number)
        messages.success(request, say("search.gone"))
        return redirect(_address(asked(QueryDict(request.POST.get("query", "")), paths)))
    found, name = asked(QueryDict(request.POST.get("query", "")), paths), request.POST.get("name", "")
    try:
        if found.question is None:
            return _page(request, person, paths, found, name=name)
        if len(found.query) > search_forms.LONGEST_KEPT:
            limit = search_forms.LONGEST_KEPT
            raise NotKept("search.too_long", {"length": len(found.query), "limit": limit})
        saved = keep(person=person, desk=DESK, name=name, query=found.query)
    except NotKept as refused:
        errors = [{"field": "search-name", "sentence": say(refused.code, refused.params)}]
        return _page(request, person, paths, found, errors=errors, name=name)
    messages.success(request, say("search.kept", {"name": saved.name}))
    return redirect(_address(found))


def _own(person: User, number: str) -> Any:
    """A saved search of one's own; Http404 for any other."""
    for one in kept_by(person, DESK):
        if str(one.pk) == number:
            return one
    raise Http404


def _address(found: Any) -> str:
    return f"{reverse('audit:search')}?{found.query}"


def ready_made(paths: list[str]) -> list[dict[str, Any]]:
    """The ready-made questions about the last 30 days, each with its address and, where rows tell it, how many there were."""
    since = now() - RECENT
    counts = search_found.recent(paths, since)
    day = f"{timezone.localtime(since):%Y-%m-%d}"
    return [
        {
            "label": label,
            "count": counts.get(name),
            "url": f"{reverse('audit:search')}?asked={name}&since={day}",
        }
        for name, label in search_forms.ASKED.items()
    ]
