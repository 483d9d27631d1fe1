"""Pages of accounts that allauth does not have, or has otherwise."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.account.views import PasswordChangeView, PasswordSetView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approvals import factors
from config import devices
from config.accounts import LACKING, SINCE, Adapter
from ledger.recording import recorded
from registry.models import User
from registry.vault import Unreadable

View = Callable[..., HttpResponseBase]


def confirmed(view: View) -> View:
    """Only for who has just shown that it is he; else he is led to do so, and nothing that was posted is kept.

    From there he comes back to the page, or to the one with the button when the address takes posts only.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and is_reauthentication_required(request, app="account"):
            methods = Adapter(request).get_reauthentication_methods(request.user)
            match = request.resolver_match
            posts_only = match is not None and match.url_name in (
                "account_end_session",
                "account_end_sessions",
            )
            back = reverse("account_security") if posts_only else request.path
            return redirect(f"{methods[0]['url']}?{urlencode({'next': back})}")
        return view(request, *args, **kwargs)

    return asked


def on_record(view: View) -> View:
    """What allauth changes of somebody's keys is in the ledger with his name."""

    @wraps(view)
    def acted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        with recorded(request.user):
            return view(request, *args, **kwargs)

    return acted


@require_POST
def passkey_question(request: HttpRequest) -> JsonResponse:
    """What the browser must ask the passkeys of who is signed in; asked when the button is pressed, for that act alone."""
    return JsonResponse({"request_options": factors.passkey_question(_me(request))})


@require_GET
@never_cache
def security(request: HttpRequest) -> HttpResponse:
    """One page for all keys of one's account and all places where one is signed in."""
    me = _me(request)
    mine = list(Authenticator.objects.filter(user=me).order_by("created_at", "pk"))
    context = {
        "app": next((one for one in mine if one.type == factors.TOTP), None),
        "passkeys": [
            {"pk": one.pk, "name": one.wrap().name, "created_at": one.created_at, "last_used_at": one.last_used_at}
            for one in mine
            if one.type == factors.PASSKEY
        ],
        "codes_left": next((_left(one) for one in mine if one.type == factors.CODES), None),
        "sessions": devices.sessions_of(me, request.session.session_key or ""),
        "has_password": me.has_usable_password(),
    }  # fmt: skip
    return render(request, "account/security.html", context)


@require_GET
@never_cache
def set_up(request: HttpRequest) -> HttpResponse:
    """Where somebody is led who must have a second factor and has none."""
    if not request.session.get(LACKING):
        return redirect("account_security")
    # He has typed his password a moment ago, at the door; a few minutes later he is asked again.
    fresh = time.time() - request.session[SINCE] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    if fresh and _me(request).has_usable_password():
        record_authentication(request, _me(request), "password", reauthenticated=True)
    return render(request, "account/set_up.html")


@require_POST
@confirmed
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one other place."""
    session = get_object_or_404(UserSession, pk=pk, user=_me(request))
    if session.is_current():
        raise Http404
    with recorded(_me(request)):
        session.end()
    messages.success(request, _("Signed out there."))
    return redirect("account_security")


@require_POST
@confirmed
def end_all_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    with recorded(_me(request)):
        end_other_sessions(request, _me(request))
        UserSession.objects.filter(session_key=request.session.session_key).delete()
    Adapter(request).logout(request)
    return redirect("account_login")


@require_http_methods(["GET"])
def to_security(request: HttpRequest) -> HttpResponse:
    """Addresses of allauth's that have no use here: one page stands for them."""
    return redirect("account_security")


@require_GET
@login_not_required
def to_login(request: HttpRequest) -> HttpResponse:
    """The same for those who are not signed in."""
    return redirect("account_login")


class ActivateApp(ActivateTOTPView):
    """The code that proves a new app is used up by that, like any other."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        with suppress(factors.FactorRefused):  # too old by a moment: it counts for nobody then
            factors.spend(_me(self.request), factors.TOTP, form.cleaned_data["code"])
        return response


@method_decorator([sensitive_post_parameters(), never_cache, confirmed], name="dispatch")
class ChangePassword(PasswordChangeView):
    """Asked for the second factor first by who has one, and for the old password always."""


@method_decorator([sensitive_post_parameters(), never_cache, confirmed], name="dispatch")
class SetPassword(PasswordSetView):
    """For who has none yet."""


def _left(codes: Authenticator) -> int:
    """How many recovery codes are unused; none of a list whose key is gone."""
    try:
        return len(codes.wrap().get_unused_codes())
    except Unreadable:
        return 0


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - LoginRequiredMiddleware stands before
    return request.user
