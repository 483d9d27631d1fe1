"""The page that collects a case, and its archive. They read and nothing else."""

from collections.abc import Sequence
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit import cases, readings, selectors
from audit.moments_forms import shown
from audit.proof import NotYet
from audit.reach import reach
from ledger.clock import now
from registry.models import User
from submissions.models import Report
from wording.sentences import say

MANY = 500  # tokens that are looked at; whoever asks for more is told how many one case holds


@require_safe
def case(request: HttpRequest) -> HttpResponse:
    """The reports of a case before it is taken away: what is in it, and what stands in the way."""
    _person, reports, context = _asked(request)
    return render(request, "audit/case.html", {**context, "reports": reports, "wait": "wait" in request.GET})


@require_safe
def archive(request: HttpRequest) -> HttpResponseBase:
    """The case as a ZIP file; back to its page, which says why, while there is something in the way."""
    person, reports, context = _asked(request)
    back = f"{reverse('audit:case')}?{context['query']}"
    if not reports or context["refusal"]:
        return redirect(back)
    try:
        content = cases.archive(person, reports, context["query"], now())
    except (NotYet, FileNotFoundError):
        return redirect(f"{back}&wait=1")
    name = f"case-{now():%Y%m%d-%H%M%S}.zip"
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")


def _asked(request: HttpRequest) -> tuple[User, list[Report], dict[str, Any]]:
    person, paths = reach(request.user)
    tokens = list(dict.fromkeys(token.strip() for token in request.GET.getlist("report") if token.strip()))
    query = request.GET.copy()
    query.pop("wait", None)
    readings.note(person, "case", "", query.urlencode())
    reports = cases.reports_of(selectors.reports_within(paths), tokens[:MANY])
    weighed = cases.weigh(reports)
    return (
        person,
        reports,
        {
            "query": query.urlencode(),
            "weighed": weighed,
            "refusal": _refusal(tokens, weighed),
            "unknown": _unknown(tokens[:MANY], reports),
        },
    )


def _refusal(tokens: Sequence[str], weighed: cases.Weighed) -> str:
    if not tokens:
        return say("case.none")
    if len(tokens) > cases.MOST:
        return say("case.too_many", {"count": len(tokens), "limit": cases.MOST})
    if weighed.bytes > cases.LARGEST:
        said = {"size": filesizeformat(weighed.bytes), "limit": filesizeformat(cases.LARGEST)}
        return say("case.too_large", said)
    return ""


def _unknown(tokens: Sequence[str], reports: Sequence[Report]) -> str:
    known = {one.token for one in reports}
    missing = [token for token in tokens if token not in known]
    if not missing:
        return ""
    return say("case.unknown", {"count": len(missing), "tokens": ", ".join(map(shown, missing[:5]))})
