"""A month as a workbook: down by GET, up by POST, and applied by a second POST once its changes were seen."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registry.models import Government, User
from registry.workbooks import FileRefused
from submissions import entering, selectors
from submissions.rights import rights_of
from submissions.workbook import Month, write_month
from submissions.workbook_applying import PreviewGone, Trial, apply, packed, trial_of, unpacked
from submissions.workbook_reading import read_month
from wording.sentences import say

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN = 100  # errors; a workbook with more is corrected in two goes


@never_cache
@require_http_methods(["GET", "POST"])
def workbook(request: HttpRequest, month: str) -> HttpResponse:
    """The officer's month as XLSX; what he uploads is shown first and stored after that."""
    user: User = request.user  # type: ignore[assignment]
    table = entering.table_of(user, month)
    if not table.readings:
        raise Http404
    desk = _desk(table)
    if request.method == "GET":
        return _file(desk)
    if desk.closed:
        return _page(request, desk, sentence=say("workbook.closed", {"why": desk.closed}))
    return _applied(request, desk) if "preview" in request.POST else _uploaded(request, desk)


@dataclass(frozen=True, slots=True)
class _Desk:
    """A person's month, which of its reports he may change now, and why none of them."""

    table: entering.Table
    editable: frozenset[int]
    closed: str


def _desk(table: entering.Table) -> _Desk:
    rights = rights_of(table.user, [one.id for one in table.readings])
    editable = frozenset(pk for pk, right in rights.items() if right.editable)
    refusals = [right.refusal for right in rights.values() if right.refusal]
    closed = "" if editable or not refusals else say(refusals[0].code, refusals[0].params)
    return _Desk(table, editable, closed)


def _file(desk: _Desk) -> HttpResponse:
    table = desk.table
    language = (get_language() or "id")[:2]
    lakh = table.periods[0].agency.government.grouping == Government.Grouping.LAKH
    month = Month(table.user, table.month, table.readings, desk.editable, language, table.now, lakh)
    response = HttpResponse(write_month(month), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="jenjang-{table.month}.xlsx"'
    return response


def _uploaded(request: HttpRequest, desk: _Desk) -> HttpResponse:
    file: Any = request.FILES.get("workbook")
    if file is None:
        return _page(request, desk, sentence=say("workbook.missing"))
    table = desk.table
    try:
        proposal = read_month(
            file, file.name or "", user=table.user, month=table.month, readings=table.readings
        )
    except FileRefused as refused:
        return _page(request, desk, sentence=say(refused.code, refused.params), name=file.name or "")
    trial = trial_of(actor=table.user, proposal=proposal, readings=table.readings)
    return _page(request, desk, trial=trial, name=file.name or "")


def _applied(request: HttpRequest, desk: _Desk) -> HttpResponse:
    table = desk.table
    try:
        trial = unpacked(request.POST["preview"], user=table.user, month=table.month)
    except PreviewGone:
        return _page(request, desk, sentence=say("workbook.expired"))
    taken = request.POST.getlist("take")
    answer = apply(actor=table.user, trial=trial, readings=table.readings, taken=taken)
    if answer.done:
        told = {"cells": len(answer.changes), "reports": answer.reports}
        messages.success(request, say("workbook.applied", told))
        return redirect("submissions:entry", table.month)
    return _page(request, desk, trial=answer, sentence=say("workbook.moved"))


def _page(
    request: HttpRequest, desk: _Desk, *, trial: Trial | None = None, sentence: str = "", name: str = ""
) -> HttpResponse:
    faults = trial.faults if trial else []
    errors = [{"field": "", "sentence": sentence}] if sentence else []
    errors += [{"field": "", "sentence": f"{one.where}: {one.sentence}"} for one in faults[:MOST_SHOWN]]
    if len(faults) > MOST_SHOWN:
        more = say("workbook.more", {"count": len(faults) - MOST_SHOWN})
        errors.append({"field": "", "sentence": more})
    month = desk.table.month
    label = selectors.month_label(entering.first_day(month))
    context: dict[str, Any] = {
        "month": month,
        "label": label,
        "file_name": name,
        "errors": errors,
        "trial": trial,
        "nothing": say("workbook.nothing", {"count": trial.unchanged})
        if trial and not (trial.changes or trial.conflicts or faults)
        else "",
        "preview": packed(trial, user=desk.table.user, month=month) if trial and trial.ready else "",
        "can_upload": not desk.closed,
        "crumbs": [
            {"label": _("My work"), "url": reverse("submissions:work")},
            {"label": label, "url": reverse("submissions:entry", args=[month])},
            {"label": _("Workbook"), "url": ""},
        ],
    }
    return render(request, "submissions/workbook.html", context, status=422 if errors else 200)
