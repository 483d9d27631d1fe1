"""The officer's pages. Each fetches and authorises in one call; strangers get 404."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.models import User
from submissions import check_page, entering, entry_page, my_work, nil_page, receipts, selectors
from submissions.forms import ids_of, key_of, whole_number
from submissions.services import recall
from wording.sentences import say
from workflow.engine import KeyReused


@require_GET
def work(request: HttpRequest) -> HttpResponse:
    """O1, my work: what was returned, what is to enter, what is ready, and where the rest is."""
    user: User = request.user  # type: ignore[assignment]
    return render(request, "submissions/work.html", my_work.context(user))


@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, month: str) -> HttpResponse:
    """The month's table: all my sub-activities, saved as one form; submitting is on the page that checks the answers."""
    user: User = request.user  # type: ignore[assignment]
    table = entering.table_of(user, month)
    if not table.readings:
        raise Http404
    if request.method == "GET":
        return render(request, "submissions/entry.html", _month(table, request.GET))
    # The language the page was written in, not the one another tab was switched to meanwhile.
    table.take(request.POST, request.FILES, _number_language(request))
    if table.failed:
        return render(request, "submissions/entry.html", _month(table, request.POST), status=422)
    if request.POST.get("act") == "check" and (chosen := entry_page.to_check(table)):
        return redirect(entry_page.check_url(month, chosen))
    saved = ngettext("Saved: %(n)s sub-activity.", "Saved: %(n)s sub-activities.", table.changed) % {
        "n": table.changed
    }
    messages.success(request, saved if table.changed else _("Nothing was changed."))
    if request.POST.get("act") == "check":
        messages.warning(request, say("entry.none_begun"))
    return redirect(entry_page.same_page(month, request.POST))


def _month(table: entering.Table, asked: QueryDict) -> dict[str, Any]:
    context = entry_page.context(table, asked)
    return context | {"nil": nil_page.offered(table, context["rights"])}


@require_POST
def without_activity(request: HttpRequest, month: str) -> HttpResponse:
    """Nil for many: the ticked sub-activities are entered with zero and submitted in one act."""
    user: User = request.user  # type: ignore[assignment]
    table = entering.table_of(user, month)
    if not table.readings:
        raise Http404
    done = nil_page.answered_before(user, request.POST) or nil_page.take(request, user, table)
    return _submitted_page(month, done) if done else redirect("submissions:entry", month)


def _submitted_page(month: str, reports: Sequence[int]) -> HttpResponse:
    """To the confirmation of the acts by which these were submitted."""
    return redirect(check_page.submitted_url(selectors.acts_of(reports), month))


def _number_language(request: HttpRequest) -> str:
    posted = request.POST.get("number_language", "")
    return posted if posted in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE


@require_GET
def submitted(request: HttpRequest, month: str) -> HttpResponse:
    """O4: what was submitted by some acts, under which number, and who has it now."""
    user: User = request.user  # type: ignore[assignment]
    acts = ids_of(request.GET.get("acts", "").split(","))[:100]
    found = receipts.context(user, acts)
    return render(
        request, "submissions/submitted.html", found | {"month": f"{entering.first_day(month):%Y-%m}"}
    )


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Recall reports that nobody has looked at yet, each in the version that was seen."""
    user: User = request.user  # type: ignore[assignment]
    ids = ids_of(request.POST.getlist("report"))
    stored = dict(selectors.my_reports(user).filter(pk__in=ids).values_list("pk", "version"))
    if not stored:
        raise Http404
    # A page without a version has seen none.
    versions = {pk: whole_number(request.POST.get(f"version-{pk}", ""), 8) or 0 for pk in stored}
    try:
        outcomes = recall(actor=user, versions=versions, key=key_of(request.POST))
        entering.tell_outcomes(request, outcomes, _("Recalled"), versions)
    except KeyReused:
        messages.error(request, say("act.key"))
    return redirect("submissions:work")
