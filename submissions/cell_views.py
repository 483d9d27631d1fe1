"""What the entry page asks in the background: keep these cells, and what stands there now (JSON)."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from ledger.clock import now as database_now
from registry.models import User
from submissions import cells, entering, pages, selectors
from submissions.cells import Answer, Cell
from submissions.facts import BLOCK, INFO, ZERO, Finding
from submissions.offline import person_mark
from submissions.readings import LineReading, Reading, Total, read, total
from submissions.rights import rights_of
from wording import dates
from wording.sentences import say

MOST_CELLS = 4_000


class _Refused(Exception):
    """A request that is none of ours: a code of `wording.sentences.say`."""


@require_POST
@never_cache
@login_not_required
def save(request: HttpRequest, month: str) -> JsonResponse:
    """Keep cells of the month's reports; what became of each."""
    if not request.user.is_authenticated:
        return _ended(request)
    try:
        language, typed = _asked(request)
    except _Refused as refused:
        return JsonResponse({"sentence": say(str(refused), {"limit": MOST_CELLS})}, status=400)
    user: User = request.user
    with override(language):
        mine = _reports(user, month)
        wanted = {pk: found for pk, found in typed.items() if pk in mine}
        answers = cells.save(actor=user, typed=wanted, language=language)
        # The sums of the whole month, as they are after this.
        readings = read(mine)
        return JsonResponse(
            {
                "saved_at": dates.clock(database_now()),
                "reports": _answered(answers, {one.id: one for one in readings}),
                "total": _money(total(readings)),
                "unknown": sorted(set(typed) - mine),
            }
        )


@require_GET
@never_cache
@login_not_required
def state(request: HttpRequest, month: str) -> JsonResponse:
    """How the month stands now, for a page that was away: who asks, a fresh token, and every cell."""
    if not request.user.is_authenticated:
        return _ended(request)
    user: User = request.user
    language = _language(request.GET.get("language", ""))
    with override(language):
        mine = _reports(user, month)
        rights = rights_of(user, mine)
        reports = {}
        for one in read(mine):
            refusal = rights[one.id].refusal
            reports[one.id] = {
                "version": one.version,
                "editable": refusal is None,
                "closed": say(refusal.code, refusal.params) if refusal else "",
                "cells": cells.stored(one, language),
            }
    return JsonResponse(
        {"person": person_mark(user), "csrf": get_token(request), "month": month, "reports": reports}
    )


def _reports(user: User, month: str) -> set[int]:
    """The reports of a month that a person enters; 404 when there is none."""
    day = entering.first_day(month)
    mine = selectors.my_reports(user).filter(period__first_day=day, period__month__lte=12)
    ids = set(mine.values_list("pk", flat=True))
    if not ids:
        raise Http404
    return ids


def _ended(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"login": f"{reverse('account_login')}"}, status=401)


def _language(code: Any) -> str:
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _asked(request: HttpRequest) -> tuple[str, dict[int, dict[str, Cell]]]:
    """(language, cells by report) of a request; raises _Refused for what nobody's page sends."""
    try:
        asked = json.loads(request.body)
        language = _language(asked.get("language"))
        typed = {
            int(report): {str(name)[:80]: _cell(cell) for name, cell in found.items()}
            for report, found in asked["reports"].items()
            if report.isascii() and report.isdigit() and len(report) <= 18
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _Refused("cell.request") from error
    if sum(len(found) for found in typed.values()) > MOST_CELLS:
        raise _Refused("cell.too_many")
    return language, typed


def _cell(cell: Mapping[str, Any]) -> Cell:
    text, was = cell["text"], cell["was"]
    if not (isinstance(text, str) and isinstance(was, str)):
        raise TypeError
    # Half of a sign, as a script that cuts a text in two leaves it, is nothing that the database can keep.
    whole = text.replace("\x00", "").encode(errors="replace").decode()
    return Cell(whole, was)


def _answered(answers: Mapping[int, Answer], readings: Mapping[int, Reading]) -> dict[int, dict[str, Any]]:
    with connection.cursor() as cursor:
        findings = pages.stored_findings(list(answers), cursor)
    return {
        pk: {
            "version": answer.version,
            "saved": answer.saved,
            "refused": answer.refused,
            "conflicts": {
                name: {"stored": one.stored, "by": one.by, "at": dates.moment(one.at)}
                for name, one in answer.conflicts.items()
            },
            "closed": answer.closed,
            "warnings": [_warning(one) for one in findings[pk] if one.severity not in (BLOCK, INFO)],
            "sums": _sums(readings[pk]),
        }
        for pk, answer in answers.items()
    }


def _warning(finding: Finding) -> dict[str, str]:
    return {
        "mark": finding.mark,
        "field": cells.field_of(finding),
        "sentence": say(finding.code, finding.params),
    }


def _sums(one: Reading) -> dict[str, Any]:
    """Sums of a report and of each line, as plain decimals: the page writes them in its own way."""
    lines = {line.id: _money(line) for line in one.lines}
    physical = {
        "before": _plain(one.physical_before),
        "month": _plain(one.physical_now),
        "cumulative": _plain(one.physical_before + (one.physical_now or ZERO)),
        "percent": _plain(one.physical),
    }
    return {**_money(one), "lines": lines, "physical": physical}


def _money(one: Reading | LineReading | Total) -> dict[str, str]:
    return {
        "month": _plain(one.this_month),
        "before": _plain(one.before),
        "cumulative": _plain(one.cumulative),
        "remaining": _plain(one.remaining),
        "absorption": _plain(one.absorption),
    }


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
