"""The calendar's page: where each agency's month stands, and the extension for an outage."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from ledger.clock import now as database_now
from registry.models import User
from submissions import month_board, outages, vacancies
from submissions.calendar import CalendarRefused
from submissions.moments import Moments
from submissions.month_board import Month, Standing
from wording.calendar_sentences import FAULT_WORDS, STAGE_WORDS, STEP_WORDS
from wording.sentences import month_name, say

HUES = {
    "due": "amber", "grace": "amber", "late": "red", "locked": "red", "reopened": "violet", "complete": "green",
}  # fmt: skip
# What needs somebody comes first.
ORDER = ("late", "reopened", "locked", "grace", "due", "open", "complete", "closed", "not_open")


@require_GET
def month(request: HttpRequest) -> HttpResponse:
    """A month of all agencies below one's office; for heads their own agency."""
    user: User = request.user  # type: ignore[assignment]
    paths = month_board.watched(user)
    if not paths:
        raise Http404
    months = month_board.months(paths)
    chosen = _chosen(months, request.GET.get("month", ""))
    now = database_now()
    standings = month_board.board(chosen, paths, now) if chosen else []
    usual = _usual(standings)
    return render(
        request,
        "calendar/month.html",
        {
            "months": [_tab(one, chosen) for one in months[:12]],
            "month": chosen.slug if chosen else "",
            "now": now,
            "counts": _counts(standings),
            "usual": usual,
            "rows": [
                _row(one, one.times != usual)
                for one in sorted(standings, key=lambda one: ORDER.index(one.stage))
            ],
            "faults": [{"fault": one, "word": FAULT_WORDS[one.kind]} for one in month_board.troubles(paths)],
            "vacancies": _vacancies(chosen, standings),
            **_outages(user),
        },
    )


@require_POST
def extend_outage(request: HttpRequest) -> HttpResponse:
    """One click: the proposed extension becomes a grant and new deadlines."""
    user: User = request.user  # type: ignore[assignment]
    if outages.bureau(user) is None:
        raise Http404
    try:
        moved = outages.extend_for(actor=user, key=request.POST.get("key", ""))
        messages.success(
            request,
            ngettext(
                "The deadlines of %(n)s agency were extended. The next reminders follow by themselves.",
                "The deadlines of %(n)s agencies were extended. The next reminders follow by themselves.",
                moved,
            )
            % {"n": moved},
        )
    except CalendarRefused as refused:
        messages.error(request, say(refused.code, refused.params))
    return redirect("calendar:month")


def _chosen(months: list[Month], slug: str) -> Month | None:
    """The month that was asked for, else the newest."""
    if not slug:
        return months[0] if months else None
    found = next((one for one in months if one.slug == slug), None)
    if found is None:
        raise Http404
    return found


def _tab(one: Month, chosen: Month | None) -> dict[str, Any]:
    label = month_name(13) if one.number == 13 else month_name(f"{one.first_day:%Y-%m}")
    return {"label": label, "url": f"?month={one.slug}", "current": one == chosen, "count": None}


def _counts(standings: list[Standing]) -> list[dict[str, Any]]:
    return [
        {"word": STAGE_WORDS[name], "hue": HUES.get(name, ""), "count": count}
        for name in ORDER
        if (count := sum(one.stage == name for one in standings))
    ]


def _usual(standings: list[Standing]) -> Moments | None:
    """The deadlines of most agencies; only others are shown beside their agency."""
    return Counter(one.times for one in standings).most_common(1)[0][0] if standings else None


def _row(one: Standing, own: bool) -> dict[str, Any]:
    return {
        "standing": one,
        "own": own,
        "stage": STAGE_WORDS[one.stage],
        "hue": HUES.get(one.stage, ""),
        "holders": [{"holding": held, "step": STEP_WORDS[held.step]} for held in one.holders],
    }


def _vacancies(chosen: Month | None, standings: list[Standing]) -> list[vacancies.Vacancy]:
    """Tiers without a holder, as they would meet the coming month."""
    if chosen is None:
        return []
    with connection.cursor() as cursor:
        return vacancies.vacancies(cursor, chosen.fiscal_year, [one.agency for one in standings])


def _outages(user: User) -> dict[str, Any]:
    """Proposals are for who may accept them: an oversight office."""
    office = outages.bureau(user)
    if office is None:
        return {"outages": []}
    return {
        "outages": [
            {
                "outage": one,
                "step": STEP_WORDS[one.step],
                "month": month_name(one.slug),
                "agencies": len(one.agencies),
            }
            for one in outages.outages([office.unit_path])
        ]
    }
