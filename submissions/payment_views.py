"""Payments of the treasury: choose a file, say what its columns mean, look at what would change, bring it in.

The choices stand in the address, so that a preview can be reloaded, read in another language and gone back to.
"""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from ledger.clock import now as database_now
from registry.imports.problems import Problem
from registry.models import FiscalYear, User
from registry.reading import FileRefused
from submissions import payment_page
from submissions.models import PaymentKind
from submissions.payment_reading import Choices
from submissions.payment_scope import Scope, above, imports_at, scope_of, scopes
from submissions.payment_uploads import keep, kept
from submissions.payments import Applied, File, bring_in, look_at
from wording.sentences import say

GROUPS_PER_PAGE = 30
MOST_TOLD = 20


@require_http_methods(["GET", "POST"])
def payments(request: HttpRequest) -> HttpResponse:
    """Choose the treasury's file; below, what was brought in before."""
    user: User = request.user  # type: ignore[assignment]
    pairs = scopes(user)
    if not pairs and not above(user):
        raise Http404
    if request.method == "GET":
        return render(request, "submissions/payments.html", _start(pairs, request.GET))
    agency, year, kind = (request.POST.get(name, "") for name in ("agency", "year", "kind"))
    if scope_of(user, agency, year) is None:
        raise Http404
    try:
        upload = request.FILES.get("file")
        if upload is None:
            raise FileRefused("payments.no_file")
        token = keep(user, upload)
    except FileRefused as refused:
        sentence = Problem(refused.code, refused.params, refused.row)
        context = _start(pairs, request.POST) | {"refused": sentence}
        return render(request, "submissions/payments.html", context, status=422)
    query = QueryDict(mutable=True)
    query.update({"agency": agency, "year": year, "kind": kind})
    return redirect(f"{reverse('submissions:payments_look', args=[token])}?{query.urlencode()}")


def _start(pairs: Any, typed: QueryDict) -> dict[str, Any]:
    years = {year.label: year for _, year in pairs}
    label = typed.get("year") or _this_year(list(years.values()))
    kind = typed.get("kind") or PaymentKind.SP2D.value
    agencies = {unit.code: unit.name for unit, _ in pairs}
    return {
        "agencies": [(code, name, code == typed.get("agency")) for code, name in agencies.items()],
        "years": [(each, each == label) for each in years],
        "kinds": _kinds(kind),
        "imports": imports_at(pairs),
    }


def _this_year(years: list[FiscalYear]) -> str:
    if not years:
        return ""
    zone = ZoneInfo(years[0].government.time_zone)
    today = database_now().astimezone(zone).date()
    return next((year for year in years if year.start_date <= today <= year.end_date), years[0]).label


def _kinds(kind: str) -> list[tuple[str, str, bool]]:
    words = {value: str(label) for value, label in PaymentKind.choices}
    return [
        (value, value if value == word else f"{value} – {word}", value == kind)
        for value, word in words.items()
    ]


@require_http_methods(["GET", "POST"])
def look(request: HttpRequest, upload: str) -> HttpResponse:
    """What the columns mean and what would change; a POST brings it in."""
    user: User = request.user  # type: ignore[assignment]
    asked = request.POST if request.method == "POST" else request.GET
    scope = scope_of(user, asked.get("agency", ""), asked.get("year", ""))
    if scope is None:
        raise Http404
    file = kept(user, upload)
    if file is None:
        messages.error(request, say("payments.gone"))
        return redirect("submissions:payments")
    choices, mapping = payment_page.choices_from(asked, scope, file.table)
    if request.method == "GET":
        return _preview(request, scope, file, choices, mapping)
    done = bring_in(
        actor=user, file=file, scope=scope, choices=choices, seen=asked.get("mark", ""), fill=asked.get("fill") == "1",
        language=get_language() or "id", save_as=asked.get("save_as", "").replace("\x00", "").strip(),
    )  # fmt: skip
    if done.moved:
        messages.warning(request, say("payments.moved"))
    if done.moved or done.look.errors:
        return redirect(f"{request.path}?{_query(scope, choices).urlencode()}")
    _tell(request, file, done)
    return redirect("submissions:payments")


def _preview(request: HttpRequest, scope: Scope, file: File, choices: Choices, mapping: str) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    table, found = file.table, look_at(file=file, scope=scope, choices=choices)
    shown, fills = payment_page.groups(found, user) if not found.errors else ([], 0)
    missing = bool(choices.missing())
    context = {
        "file": file,
        "scope": scope,
        "look": found,
        "choices": choices,
        "mapping": mapping,
        "missing": missing,
        # What is missing is told beside its select, in fewer words than to a command.
        "errors": [one for one in found.errors if not (missing and one.code.startswith("payments.needs_"))],
        "title_above": missing and len(table.columns) == 1,
        "kinds": _kinds(choices.kind),
        "fields": payment_page.fields(choices, table),
        "months": payment_page.months(scope, choices.of_month),
        "page": Paginator(shown, GROUPS_PER_PAGE).get_page(request.GET.get("page")),
        "base": f"{_query(scope, choices).urlencode()}&",
        "hidden": list(_query(scope, choices).items()),
        "sums": payment_page.sums(shown),
        "fills": fills,
    }
    return render(request, "submissions/payments_look.html", context, status=422 if found.errors else 200)


def _query(scope: Scope, choices: Choices) -> QueryDict:
    """The choices as an address and a form have them."""
    query = QueryDict(mutable=True)
    query.update(
        {
            "agency": scope.agency.code,
            "year": scope.year.label,
            "kind": choices.kind,
            "chosen": "1",
            "cumulative": "1" if choices.cumulative else "",
            "of_month": str(choices.of_month or ""),
            "numbers": choices.numbers,
            **{f"f-{name}": column for name, column in choices.columns.items()},
        }
    )
    return query


def _tell(request: HttpRequest, file: File, done: Applied) -> None:
    """What was stored and filled, and what was not."""
    if done.stored:
        found = done.look.found
        told = {"name": file.name, "new": found.new, "changed": found.changed}
        messages.success(request, say("payments.stored", told))
    else:
        messages.info(request, say("payments.same"))
    if done.filled.cells:
        told = {"cells": done.filled.cells, "reports": done.filled.reports}
        messages.success(request, say("payments.filled", told))
    for code, sentence in done.filled.refused[:MOST_TOLD]:
        messages.warning(request, say("payments.not_filled", {"code": code, "sentence": sentence}))
