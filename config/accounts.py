"""How allauth behaves here: accounts are made by the administrator and the imports; every change of a key is told.

All doors lead through this adapter: what a new session is marked with (`config.doors` reads it) is written here.
"""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _

from approvals import account_notices, factors
from ledger.recording import recorded
from portal.api import tokens
from registry.models import User

# Marks in the session of who has signed in.
SINCE, SEEN, LACKING, PROVEN_ELSEWHERE = "since", "seen", "lacks_factor", "proven_elsewhere"


class Adapter(DefaultAccountAdapter):
    """What allauth asks of us."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin a session: its age, and whether its person must set up a second factor before anything else."""
        super().login(request, user)
        request.session[SINCE] = request.session[SEEN] = int(time.time())
        if request.session.get(PROVEN_ELSEWHERE) != user.pk and factors.lacking().filter(pk=user.pk).exists():
            request.session[LACKING] = True

    def get_login_stages(self) -> list[str]:
        return ["config.second_factor.Stage"]

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """Who has a second factor confirms by it: a password alone may be what was stolen."""
        methods = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"] != "reauthenticate"]
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Type a code of your app or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        return [{**method, "description": words[method["id"]]} for method in stronger or methods]

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        with recorded(user):
            super().set_password(user, password)

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """By the worker, so that the answer takes as long for an address that nobody has."""
        with recorded(None):
            account_notices.send_link(_person(user))

    def send_notification_mail(
        self, template_prefix: str, user: AbstractBaseUser, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:  # fmt: skip
        """A key of the account has changed: its person is told, and whoever else was signed in is not any more."""
        keys_changed(context_request(), _person(user), template_prefix.rpartition("/")[2])


def context_request() -> HttpRequest:
    """The request that allauth serves."""
    request: HttpRequest = context.request
    return request


def keys_changed(request: HttpRequest, person: User, change: str, /, **params: Any) -> None:
    """Tell a person that a key of his account changed, end his sessions but this one, and take back what his programs have:
    whoever had the old key may have made one."""
    by = request.user if isinstance(request.user, User) else person
    with recorded(by):
        account_notices.announce(person, change, **params)
        end_other_sessions(request, person)
        tokens.revoke_all(person=person, by=by)
    if request.user == person and factors.lacking().filter(pk=person.pk).exists():
        request.session[LACKING] = True


def _person(user: AbstractBaseUser) -> User:
    assert isinstance(user, User)  # noqa: S101 - AUTH_USER_MODEL
    return user
