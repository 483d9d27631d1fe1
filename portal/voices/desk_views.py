"""The pages of officials: the inbox with acts on many, one message with every act, and the file for SP4N-LAPOR!."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from portal.models import Feedback, FeedbackAct
from portal.voices import desk, exporting, moderation, rights
from portal.voices.forms import clean
from portal.voices.moderation import Seen
from portal.voices.rights import Standing
from portal.voices.selectors import by_clock
from portal.voices.senders import VoiceRefused
from portal.voices.views import picture
from registry.models import User
from submissions.forms import ids_of
from wording.sentences import say

REFUSED = 409
Act = FeedbackAct.Kind
FIELDS = {
    "voices.unit": "unit", "voices.unit_elsewhere": "unit", "voices.reason": "reason", "voices.words_short": "text",
    "voices.words_long": "text",
}  # fmt: skip


def _user(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]
    return user


def _standing(request: HttpRequest) -> Standing:
    held = rights.standing(_user(request))
    if not held.anything:
        raise Http404
    return held


@never_cache
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """What waits, the longest due first; the bureau acts on many at once."""
    held = _standing(request)
    context: dict[str, Any] = {}
    if request.method == "POST":
        if not held.bureaus:
            raise Http404
        try:
            _many(request, held)
            return redirect(request.get_full_path())
        except VoiceRefused as refused:
            context = _wrong(refused, request.POST)
    page = desk.list_context(held, request.GET) | context
    return render(request, "portal/voices/desk.html", page, status=REFUSED if context else 200)


def _many(request: HttpRequest, held: Standing) -> None:
    """Raises VoiceRefused before anything was done; what single messages are refused for is told beside what was done."""
    post, user = request.POST, _user(request)
    kind = post.get("act", "")
    if kind not in moderation.MANY:
        raise VoiceRefused("voices.no_act")
    ids = ids_of(post.getlist("message"))
    chosen: dict[int, list[Seen]] = {}  # by government
    for pk, government in (
        rights.visible(held).filter(pk__in=ids).order_by("pk").values_list("pk", "government")
    ):
        chosen.setdefault(government, []).append(Seen(pk, post.get(f"seen-{pk}", "")))
    if not chosen:
        raise VoiceRefused("voices.none")
    said = {government: _said(kind, post, government) for government in chosen}
    outcomes = [
        outcome
        for government, some in chosen.items()
        for outcome in moderation.many(actor=user, kind=kind, chosen=some, **said[government])
    ]
    done = sum(one.refused is None for one in outcomes)
    if done:
        messages.success(request, say("voices.done.many", {"count": done}))
    for one in outcomes:
        if one.refused:
            messages.warning(request, say(one.refused.code, one.refused.params))


def _said(kind: str, post: QueryDict, government: int) -> dict[str, Any]:
    """The words of an act on messages of a government, as its service wants them. Raises VoiceRefused for what is missing."""
    if kind == Act.ROUTE:
        unit = moderation.unit_for(government, clean(post.get("unit", "")))
        return {"unit": unit, "text": clean(post.get("text", "")), "together": f"voices:{uuid4()}"}
    if kind == Act.REFUSE:
        reason = post.get("reason", "")
        if reason not in FeedbackAct.Reason.values:
            raise VoiceRefused("voices.reason")
        return {"reason": reason, "text": clean(post.get("text", ""))}
    return {"text": clean(post.get("text", ""))} if kind in (Act.ANSWER, Act.NOTE, Act.ERASE) else {}


def _wrong(refused: VoiceRefused, typed: Mapping[str, str]) -> dict[str, Any]:
    error = {"field": FIELDS.get(refused.code, ""), "sentence": say(refused.code, refused.params)}
    kept = {name: clean(typed.get(name, "")) for name in ("text", "unit", "reason", "act")}
    return {"errors": [error], "wrong": {error["field"]: error["sentence"]}, "typed": kept}


ONE: Mapping[str, Callable[..., Any]] = {
    **moderation.MANY, Act.ANSWER: moderation.answer, Act.NOTE: moderation.note, Act.ERASE: moderation.erase,
}  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_variables("contact")
def message(request: HttpRequest, number: int) -> HttpResponse:
    """One message: what was written, what was done, and what this office may do now."""
    held = _standing(request)
    one = _visible(held, number)
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            contact = _act(request, one)
            if not contact:
                return redirect("voices:message", number)
            context = {"contact": contact}
        except VoiceRefused as refused:
            context = _wrong(refused, request.POST)
        # Of what went to somebody else meanwhile he sees what he saw, with his words and why they were not taken.
        one = _found(held, number) or one
    page = desk.message_context(held, one) | context
    return render(request, "portal/voices/message.html", page, status=REFUSED if "errors" in context else 200)


def _found(held: Standing, number: int) -> Feedback | None:
    return by_clock(rights.visible(held)).filter(pk=number).first()


def _visible(held: Standing, number: int) -> Feedback:
    one = _found(held, number)
    if one is None:
        raise Http404
    return one


@sensitive_variables("contact")
def _act(request: HttpRequest, one: Feedback) -> str:
    """Do what was clicked and say so; a contact that was asked for is returned, to be shown this once."""
    user = _user(request)
    kind, seen = request.POST.get("act", ""), Seen(one.pk, request.POST.get("seen", ""))
    if kind == Act.LOOK:
        return moderation.look(actor=user, seen=seen)
    if kind not in ONE:
        raise VoiceRefused("voices.no_act")
    ONE[kind](actor=user, seen=seen, **_said(kind, request.POST, one.government_id))
    messages.success(request, say(f"voices.done.{kind}"))
    return ""


@never_cache
@require_safe
def photo(request: HttpRequest, number: int) -> HttpResponseBase:
    """The photo of a message, for who reads it."""
    return picture(_visible(_standing(request), number))


@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """All messages of the bureau's government as a file for SP4N-LAPOR!, without a word of any citizen."""
    held = _standing(request)
    if not held.bureaus:
        raise Http404
    return exporting.answer(held)
