"""Acts on one pack as they come from its page: what was asked, in which version, and what became of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from approvals.factors import FactorRefused, factor_of
from indicators import pages, services
from indicators.models import Pack
from ledger.clock import now as database_now
from registry.models import User
from submissions.forms import key_of, whole_number
from wording.sentences import say
from workflow import engine, route
from workflow.engine import KeyReused, Outcome
from workflow.record import law

LONGEST_REASON = 2000
WAITS = (route.SUBMITTED, route.VERIFIED, route.SIGNED)
REASONED = (route.RETURN, route.AMEND, route.CANCEL)


def open_for(user: User, pack: Pack) -> None:
    """Remember that the tier that holds a pack has looked at it: recall ends there."""
    tiers = law(pack.route_id).tiers
    if pack.state not in WAITS or pack.tier >= len(tiers):
        return
    if engine.available(user, [pack])[pack.pk][tiers[pack.tier].verb] is None:
        services.mark_opened(actor=user, pack=pack, at=database_now())


def act_on(request: HttpRequest, user: User, pack: Pack) -> HttpResponse:
    """One act on one pack from its own page; refused, the page again with what was typed."""
    verb, reason = request.POST.get("act", ""), request.POST.get("reason", "").replace("\x00", "")
    if verb not in ACTS:
        return redirect("indicators:pack", pack.token)
    if len(reason) > LONGEST_REASON:
        told = say("entry.too_long", {"length": len(reason), "longest": LONGEST_REASON})
        return _refused(request, user, pack, "reason", told)
    try:
        (outcome,) = ACTS[verb](request, user, pack, reason)
    except KeyReused:
        return _refused(request, user, pack, "", say("act.key"))
    except FactorRefused as refused:
        return _refused(request, user, pack, "code", say(refused.code, refused.params))
    if not outcome.done:
        field = "reason" if outcome.code == "route.reason" else ""
        return _refused(request, user, pack, field, pages.refusal_sentence(outcome.code, outcome.params))
    messages.success(request, _done()[verb])
    return redirect("indicators:pack", pack.token)


def _done() -> dict[str, str]:
    return {
        route.VERIFY: _("Verified. It goes on to the next office."),
        route.SIGN: _("Signed."),
        route.REVIEW: _("Accepted."),
        route.RETURN: _("Returned with your reason."),
        route.RECALL: _("Taken back. It is a draft again."),
        route.AMEND: _("The next revision is open as a draft."),
        route.CANCEL: _("The revision was given up."),
    }


def _seen(request: HttpRequest, pack: Pack) -> dict[int, int | None]:
    """The version that stood on the page; a page without one has seen none."""
    return {pack.pk: whole_number(request.POST.get("version", ""), 9) or 0}


def _plain(act: Callable[..., list[Outcome]]) -> Callable[..., list[Outcome]]:
    def acted(request: HttpRequest, user: User, pack: Pack, reason: str) -> list[Outcome]:
        return act(actor=user, versions=_seen(request, pack), key=key_of(request.POST))

    return acted


def _sign(request: HttpRequest, user: User, pack: Pack, reason: str) -> list[Outcome]:
    return services.sign(
        actor=user,
        versions=_seen(request, pack),
        factor=factor_of(request),
        key=key_of(request.POST),
        request=request,
    )


def _return(request: HttpRequest, user: User, pack: Pack, reason: str) -> list[Outcome]:
    codes = set(pack.figures.values_list("code", flat=True))
    ticked = [f"figure-{code}" for code in dict.fromkeys(request.POST.getlist("figures")) if code in codes]
    return services.send_back(
        actor=user,
        versions=_seen(request, pack),
        reason=reason,
        marks=ticked,
        to_previous_tier=request.POST.get("target") == "previous",
        key=key_of(request.POST),
    )


def _revision(act: Callable[..., list[Outcome]]) -> Callable[..., list[Outcome]]:
    def acted(request: HttpRequest, user: User, pack: Pack, reason: str) -> list[Outcome]:
        return act(actor=user, versions=_seen(request, pack), reason=reason, key=key_of(request.POST))

    return acted


ACTS: dict[str, Callable[..., list[Outcome]]] = {
    route.VERIFY: _plain(services.verify),
    route.REVIEW: _plain(services.review),
    route.RECALL: _plain(services.recall),
    route.SIGN: _sign,
    route.RETURN: _return,
    route.AMEND: _revision(services.amend),
    route.CANCEL: _revision(services.cancel),
}


def _refused(request: HttpRequest, user: User, pack: Pack, field: str, sentence: str) -> HttpResponse:
    """The page again with what was typed, except the code; nothing else is lost."""
    fresh = Pack.objects.get(pk=pack.pk)
    told: dict[str, Any] = {
        "reason": request.POST.get("reason", ""),
        "ticked": request.POST.getlist("figures"),
        "errors": [{"field": field, "sentence": sentence}],
        "reason_error": sentence if field == "reason" else "",
        "code_error": sentence if field == "code" else "",
    }
    context = pages.pack_context(user, fresh, database_now()) | told
    return render(request, "indicators/pack.html", context, status=422)
