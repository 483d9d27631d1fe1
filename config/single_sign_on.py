"""Signing in with the government's own identity provider (OpenID Connect: code and PKCE).

It says who somebody is; whether he has an account is ours to say. Nobody is signed up by it, and nothing of it is kept:
each time the claim that the installation names (`OIDC_CLAIM`) is compared with our people.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from allauth.account.forms import LoginForm
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.openid_connect.views import callback, login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from requests import RequestException

from config.accounts import PROVEN_ELSEWHERE
from registry.models import User
from wording.sentences import say

log = logging.getLogger("jenjang.accounts")
PROVIDER = "sso"
# RFC 8176: what is more than a password when it comes beside one.
SECOND = frozenset({"otp", "hwk", "swk", "pop", "fpt", "face", "iris", "retina", "vbm", "sc", "tel", "sms"})
FIRST = frozenset({"pwd", "pin", "kba"})


class Adapter(DefaultSocialAccountAdapter):
    """What allauth asks of us."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the person of ours; who has no account gets a page that says under which name he came."""
        if sociallogin.state.get("process") != "login":
            raise ImmediateHttpResponse(redirect("account_security"))
        said = sociallogin.account.extra_data
        known = said.get("userinfo") or said.get("id_token") or {}
        name = str(known.get(settings.OIDC_CLAIM) or "").strip()
        person = User.objects.filter(**{settings.OIDC_FIELD: name}).first() if name else None
        if person is None:
            code = "account.unknown" if name else "account.unnamed"
            told = say(code, {"name": name, "claim": settings.OIDC_CLAIM})
            page = render(request, "account/unknown_person.html", {"told": told}, status=403)
            raise ImmediateHttpResponse(page)
        sociallogin.user = sociallogin.account.user = person
        request.session.pop(PROVEN_ELSEWHERE, None)
        if second_factor_said(said.get("id_token") or {}):
            request.session[PROVEN_ELSEWHERE] = person.pk


def second_factor_said(token: Mapping[str, Any]) -> bool:
    """Whether the provider says in the signed token that it asked for a second factor; silence is no yes."""
    if str(token.get("acr")) in settings.OIDC_ACR:
        return True
    methods = token.get("amr")
    used = {one for one in methods if isinstance(one, str)} if isinstance(methods, list) else set()
    return "mfa" in used or bool(used & SECOND and used & FIRST)


@login_not_required
def go(request: HttpRequest) -> HttpResponse:
    """Out to the provider."""
    return _answered(request, lambda: login(request, PROVIDER))


@login_not_required
def come_back(request: HttpRequest) -> HttpResponse:
    """Back from it, with a code or without."""
    return _answered(request, lambda: callback(request, PROVIDER))


def _answered(request: HttpRequest, ask: Callable[[], HttpResponse]) -> HttpResponse:
    """A provider that is away, or that talks nonsense, is a page and no error of ours."""
    try:
        return ask()
    except (RequestException, ValueError, KeyError, TypeError) as error:
        log.warning("the identity provider cannot be asked: %s", type(error).__name__)
        return render(request, "socialaccount/authentication_error.html", status=401)


class SignInForm(LoginForm):
    """The form of the door; it knows whether there is another one beside it."""

    @property
    def single_sign_on(self) -> str:
        """What the other door is called; "" where there is none."""
        return settings.OIDC_NAME if settings.OIDC_ISSUER else ""
