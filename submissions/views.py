"""The officer's pages. Each fetches and authorises in one call; strangers get 404."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ledger.clock import now as database_now
from registry.models import User
from submissions import entering, nil_page, pages, selectors
from submissions.forms import ids_of, key_of
from submissions.holding import where
from submissions.models import Evidence, Report
from submissions.readings import read
from submissions.rights import rights_of
from submissions.services import recall
from wording.sentences import say
from workflow.engine import KeyReused
from workflow.route import OPEN_STATES


@require_GET
def work(request: HttpRequest) -> HttpResponse:
    """My work: what was returned, the open months, my reports."""
    user: User = request.user  # type: ignore[assignment]
    now = database_now()
    periods = selectors.my_months(user)
    readings = read(selectors.my_reports(user).values_list("pk", flat=True))
    holders = where(readings, now=now)
    returned = selectors.returns_of(readings)
    by_id = {one.id: one for one in readings}
    by_period = {period.pk: [one for one in readings if one.period == period.pk] for period in periods}
    rights = rights_of(user, [one.id for one in readings if one.state in OPEN_STATES])
    months = [
        card
        for period in periods
        if (card := pages.month_card(period, by_period[period.pk], rights, now))["can_enter"]
        or pages.ends(period) > now
    ]
    context = {
        "months": sorted(months, key=lambda month: month["deadline"]["due_at"]),
        "returned": [entering.returned_row(by_id[pk], one) for pk, one in returned.items()],
        "reports": [
            pages.report_row(one, holders[one.id]) for one in reversed(readings) if one.started or one.step
        ],
    }
    return render(request, "submissions/work.html", context)


@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, month: str) -> HttpResponse:
    """The month's table: all my sub-activities, saved and submitted as one form."""
    user: User = request.user  # type: ignore[assignment]
    table = entering.table_of(user, month)
    if not table.readings:
        raise Http404
    if request.method == "GET":
        return render(request, "submissions/entry.html", _month(table))
    before = entering.answered_before(user, request.POST)
    if before:
        return _submitted_page(month, before)
    # The language the page was written in, not the one another tab was switched to meanwhile.
    table.take(request.POST, request.FILES, _number_language(request))
    if table.failed:
        entering.tell_submitted(request, table)
        return render(request, "submissions/entry.html", _month(table), status=422)
    if table.outcomes:
        return _submitted_page(month, [outcome.id for outcome in table.outcomes])
    saved = ngettext("Saved: %(n)s sub-activity.", "Saved: %(n)s sub-activities.", table.changed) % {
        "n": table.changed
    }
    messages.success(request, saved if table.changed else _("Nothing was changed."))
    return redirect("submissions:entry", month)


def _month(table: entering.Table) -> dict[str, Any]:
    context = entering.context(table)
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
    done = ",".join(map(str, reports))
    return redirect(f"{reverse('submissions:submitted', args=[month])}?reports={done}")


def _number_language(request: HttpRequest) -> str:
    posted = request.POST.get("number_language", "")
    return posted if posted in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE


@require_GET
def submitted(request: HttpRequest, month: str) -> HttpResponse:
    """What was submitted just now, and who has it."""
    ids = ids_of(request.GET.get("reports", "").split(","))[:2000]
    user: User = request.user  # type: ignore[assignment]
    mine = selectors.my_reports(user).filter(pk__in=ids, period__first_day=entering.first_day(month))
    readings = read(mine.values_list("pk", flat=True))
    if not readings:
        raise Http404
    return render(request, "submissions/submitted.html", entering.submitted_context(readings, month))


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Recall reports that nobody has looked at yet."""
    user: User = request.user  # type: ignore[assignment]
    ids = ids_of(request.POST.getlist("report"))
    versions = dict(selectors.my_reports(user).filter(pk__in=ids).values_list("pk", "version"))
    if not versions:
        raise Http404
    try:
        outcomes = recall(actor=user, versions=versions, key=key_of(request.POST))
        entering.tell_outcomes(request, outcomes, _("Recalled"))
    except KeyReused:
        messages.error(request, say("act.key"))
    return redirect("submissions:work")


@require_GET
def evidence(request: HttpRequest, token: str) -> FileResponse:
    """One file, to those who may see its report; never shown inside the site, always downloaded."""
    user: User = request.user  # type: ignore[assignment]
    visible = Report.objects.visible_to(user)
    file = get_object_or_404(Evidence, token=token, report__in=visible)
    try:
        content = file.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=True, filename=file.original_name, content_type=file.mime)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
