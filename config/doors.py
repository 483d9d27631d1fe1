"""What stands between a session and the pages: its age, its idleness, and a second factor that is still missing.

Nothing here asks the database on an ordinary page: all of it stands in the session, which is read anyway, and is looked up
and written back at most every five minutes.
"""

import time
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from approvals import factors
from config.accounts import LACKING, PROVEN_ELSEWHERE, SEEN, SINCE
from ledger.clock import now as database_now

NOTED = 5 * 60  # seconds after which it is noted again that somebody is there
SETTING_UP = (
    "account_logout", "account_reauthenticate", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes",
    "account_set_up", "set_language", "account_change_password", "account_set_password",
)  # fmt: skip


class Doors:
    """Ends sessions that are idle or too old, before anybody asks who it is; leads who lacks a factor to where he gets one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SINCE in request.session:
            _keep_or_end(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """None for everybody who may go on."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.session.get(LACKING):
            return None
        if not request.user.is_authenticated or _sets_up(request):
            return None
        if not factors.lacking().filter(pk=request.user.pk).exists():
            del request.session[LACKING]
            return None
        set_up = reverse("account_set_up")
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"set_up": set_up}, status=403)
        return redirect(set_up)


def _sets_up(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.url_name in SETTING_UP


def _looked_up(request: HttpRequest) -> None:
    """Who came to an office since he signed in needs a second factor from then on."""
    person = request.user.pk
    if person is None or request.session.get(PROVEN_ELSEWHERE) == person:
        return
    if factors.lacking().filter(pk=person).exists():
        request.session[LACKING] = True


def _keep_or_end(request: HttpRequest) -> None:
    """The machine's time will do: it is compared with itself, and a page must not ask the database for it."""
    at, session = int(time.time()), request.session
    if (
        at - session[SINCE] >= settings.SESSION_COOKIE_AGE
        or at - session[SEEN] >= settings.SESSION_IDLE_SECONDS
    ):
        UserSession.objects.filter(session_key=session.session_key).delete()
        logout(request)
    elif at - session[SEEN] >= NOTED:
        session[SEEN] = at
        _looked_up(request)
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=database_now())
