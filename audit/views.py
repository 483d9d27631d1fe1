"""The auditors' pages. They read and nothing else; who audits nothing here finds nothing here."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from audit import dossier_page, pages, selectors, versions
from audit.dossier import dossier
from audit.forms import SearchForm
from audit.reach import reach
from audit.readings import note
from audit.search_views import ready_made

ROWS = 50


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Reports within the auditor's reach, searchable, the latest decisions, and what to ask the ledger."""
    person, paths = reach(request.user)
    note(person, "home", query=request.GET.urlencode())
    form = SearchForm(request.GET, units=selectors.units_within(paths), months=selectors.months())
    reports = selectors.narrowed(selectors.reports_within(paths), **form.asked)
    page = Paginator(reports, ROWS).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    latest = [pages.line(decision, found) for decision, found in selectors.latest_decisions(paths)]
    base = f"{query.urlencode()}&" if query else ""
    context = {"form": form, "page": page, "base": base, "latest": latest, "ready": ready_made(paths)}
    return render(request, "audit/home.html", context)


@require_safe
def report(request: HttpRequest, token: str) -> HttpResponse:
    """One report's whole story: timeline, versions side by side, evidence, decisions, signatures, ledger."""
    person, paths = reach(request.user)
    found = get_object_or_404(selectors.reports_within(paths), token=token)
    note(person, "report", token, request.GET.urlencode())
    kept = dossier(found, versions.revisions_asked(request.GET))
    return render(request, "audit/report.html", dossier_page.context(kept, request.GET))
