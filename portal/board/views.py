"""The pages of the compliance board. Strangers do not find them."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from approvals.asking_law import RequestRefused
from portal.board import extending, files, lettering, pages, selectors
from portal.board.acting import BoardRefused, Target, standing
from portal.board.lettering import LetterRefused
from portal.board.pages import Look
from portal.board.reminding import remind_ticked
from portal.views import public as open_to_all
from registry.models import Office, User
from submissions.forms import key_of
from wording.board_sentences import LEVELS
from wording.sentences import say
from workflow.engine import KeyReused

Refused = (BoardRefused, RequestRefused, LetterRefused)


@require_safe
def board(request: HttpRequest, code: str = "") -> HttpResponse:
    """The board, or with `?format=` its rows as a file."""
    look = pages.look_of(request, code)
    if look is None:
        return render(request, "portal/board/none.html")
    if kind := request.GET.get("format"):
        return _file(request, look, kind)
    return render(request, "portal/board/board.html", pages.board_page(request, look))


@require_safe
def rows(request: HttpRequest, code: str = "") -> HttpResponse:
    """The rows alone, for a page that looks again by itself; 204 when nothing changed since the version it has seen."""
    look = pages.look_of(request, code)
    if look is None or request.GET.get("seen") == selectors.version():
        return HttpResponse(status=204)
    response = render(request, "portal/board/rows.html", pages.rows_part(look))
    response["Cache-Control"] = "private, no-store"
    return response


@open_to_all
def public(request: HttpRequest) -> HttpResponse:
    """For everybody: published or not yet."""
    return render(request, "portal/board/public.html", pages.public_page(request))


@require_POST
def remind(request: HttpRequest) -> HttpResponse:
    """Remind whoever holds what waits in the ticked units and months."""
    look = _look(request)
    reach = (*look.place.reminds, *look.place.reminds_officers)
    if not reach:
        raise Http404
    try:
        found = pages.ticked(request, look, reach)
        number = remind_ticked(
            actor=look.user, place=look.place, year=look.scope.year, targets=found, key=_key(request)
        )
    except (BoardRefused, KeyReused) as refused:
        return _again(request, look, refused)
    return _back(look, number)


@require_POST
def extend(request: HttpRequest) -> HttpResponse:
    """The bureau moves the deadline of a month: first what and until when, then the act."""
    look, office = _bureau(request)
    try:
        found = _agencies(pages.ticked(request, look, [office.unit_path]))
        pages.one_month(found)
    except BoardRefused as refused:
        return _again(request, look, refused)
    typed = {
        name: request.POST.get(name, "").replace("\x00", "") for name in ("until", "reason", "document_no")
    }
    context = _chosen(request, look, found) | {
        "typed": typed,
        "first": extending.first_day(look.scope.year).isoformat(),
    }
    if "until" not in request.POST:
        return render(request, "portal/board/extend.html", context)
    try:
        later = extending.Later(_day(typed["until"]), typed["reason"], typed["document_no"])
        number = extending.extend_ticked(
            actor=look.user,
            office=office,
            year=look.scope.year,
            targets=found,
            later=later,
            key=_key(request),
        )
    except (*Refused, KeyReused) as refused:
        return render(request, "portal/board/extend.html", context | {"error": _said(refused)}, status=422)
    return _back(look, number)


@require_POST
def new_letters(request: HttpRequest) -> HttpResponse:
    """The bureau makes reminder letters: first what each would say, then the act."""
    look, office = _bureau(request)
    level = {roman: number for number, roman in LEVELS.items()}.get(request.POST.get("level", ""), 1)
    try:
        found = _agencies(pages.ticked(request, look, [office.unit_path]))
        if "make" in request.POST:
            number = lettering.make_ticked(
                actor=look.user,
                office=office,
                year=look.scope.year,
                targets=found,
                level=level,
                key=_key(request),
            )
            return _back(look, number)
    except (*Refused, KeyReused) as refused:
        return _again(request, look, refused)
    proposals = lettering.proposals(found, level, look.scope.year)
    context = _chosen(request, look, found) | {
        "level": LEVELS[level],
        "levels": list(LEVELS.values()),
        "proposals": [
            {"one": one, "why": say(one.code, one.params) if one.code else ""} for one in proposals
        ],
        "possible": sum(one.possible for one in proposals),
        "signer": lettering.signer_of(office),
    }
    return render(request, "portal/board/new_letters.html", context)


@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """The letters that one made, that went to one's agency, or for the bureau all of them."""
    user: User = request.user  # type: ignore[assignment]
    place = standing(user)
    if not (place.bureau or place.heads):
        raise Http404
    found = lettering.visible_to(user, place)[: lettering.LISTED]
    rows = [{"letter": one, "level": LEVELS[one.level]} for one in found]
    return render(request, "portal/board/letters.html", {"rows": rows, "crumbs": pages.crumbs_of_letters()})


@require_safe
def letter(request: HttpRequest, token: str) -> HttpResponse:
    """One letter as it was made, always downloaded."""
    user: User = request.user  # type: ignore[assignment]
    one = get_object_or_404(lettering.visible_to(user, standing(user)), token=token)
    content = lettering.content_of(one)
    if content is None:
        raise Http404
    return files.attached(f"{one.document_no.replace('/', '-')}.pdf", content, "application/pdf")


def _file(request: HttpRequest, look: Look, kind: str) -> HttpResponse:
    whole, found = pages.found_rows(look)
    try:
        answer = files.answer(kind, request.GET.get("table", "board"), whole, look.asked, found)
    except BoardRefused as refused:
        return render(
            request, "portal/board/board.html", pages.board_page(request, look) | {"error": _said(refused)}, status=422
        )  # fmt: skip
    if answer is None:
        raise Http404
    return answer


def _look(request: HttpRequest) -> Look:
    look = pages.look_of(request, request.POST.get("code", ""))
    if look is None:
        raise Http404
    return look


def _bureau(request: HttpRequest) -> tuple[Look, Office]:
    look = _look(request)
    if look.place.bureau is None:
        raise Http404
    return look, look.place.bureau


def _agencies(found: list[Target]) -> list[Target]:
    """Only agencies have deadlines and get letters."""
    kept = [one for one in found if one.unit.agency_id == one.unit.pk]
    if not kept:
        raise BoardRefused("board.none_ticked")
    return kept


def _key(request: HttpRequest) -> str:
    return key_of(request.POST) or uuid4().hex


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise BoardRefused("board.day", {"value": text[:40]}) from None


def _said(refused: Exception) -> str:
    if isinstance(refused, Refused):
        return say(refused.code, refused.params)
    return say("board.key")


def _chosen(request: HttpRequest, look: Look, found: list[Target]) -> dict[str, Any]:
    """What was ticked, carried on by the next form."""
    return {
        "look": look.asked,
        "targets": found,
        "units": list({one.unit.pk: one.unit for one in found}.values()),
        "months": sorted({one.slug for one in found}),
        "key": uuid4().hex,
        "crumbs": pages.crumbs_of_act(look),
        "back": f"{look.url}?{look.asked.query()}",
    }


def _again(request: HttpRequest, look: Look, refused: Exception) -> HttpResponse:
    """The board as it was ticked, with what was wrong."""
    context = pages.board_page(request, look) | {
        "error": _said(refused),
        "ticked": set(request.POST.getlist("unit")),
        "ticked_months": set(request.POST.getlist("months")),
    }
    return render(request, "portal/board/board.html", context, status=422)


def _back(look: Look, number: int) -> HttpResponse:
    return redirect(f"{look.url}?{look.asked.query()}&{urlencode({'result': number})}#result")
