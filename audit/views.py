"""The auditors' pages. They read and nothing else; who audits nothing here finds nothing here."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from audit import pages, selectors
from audit.forms import SearchForm, chosen
from registry.models import User
from registry.selectors import audited_paths

ROWS = 50


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Reports within the auditor's reach, searchable, and the latest decisions."""
    paths = _paths(request.user)
    form = SearchForm(request.GET, units=selectors.units_within(paths), months=selectors.months())
    reports = selectors.narrowed(selectors.reports_within(paths), **form.asked)
    page = Paginator(reports, ROWS).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    latest = [pages.line(decision, found) for decision, found in selectors.latest_decisions(paths)]
    base = f"{query.urlencode()}&" if query else ""
    return render(request, "audit/home.html", {"form": form, "page": page, "base": base, "latest": latest})


@require_safe
def report(request: HttpRequest, token: str) -> HttpResponse:
    """One report's whole story: timeline, versions side by side, evidence, signatures, ledger."""
    found = get_object_or_404(selectors.reports_within(_paths(request.user)), token=token)
    kept = selectors.dossier(found)
    numbers = [version.number for version in kept.story.versions]
    shown = chosen(request.GET, numbers)
    context = {
        "report": found,
        "item": found.item,
        "timeline": pages.timeline(kept),
        "numbers": numbers,
        "shown": shown,
        "versions": pages.columns(kept, shown),
        "evidence": kept.evidence,
        "signings": kept.signings,
        "events": pages.ledger(kept),
        "outside": len(kept.story.outside) + len(kept.story.unproved),
    }
    return render(request, "audit/report.html", context)


def _paths(user: object) -> list[str]:
    paths = audited_paths(user) if isinstance(user, User) else []
    if not paths:
        raise Http404
    return paths
