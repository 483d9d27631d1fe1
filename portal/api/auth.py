"""Who asks: a key of ours, one of the identity provider's, or the session of a page.

What a key may do beside reading: all that its person may, where it was made for acting. Whose office decides needs a
second factor for that, as in the browser; a signature asks for a fresh code and the passphrase each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from approvals import factors
from portal.api import limits, tokens
from portal.api.problems import Problem
from portal.models import ApiToken
from registry.models import User

SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what his key may do. `program`: by what a key is known in the ledger; empty for a session."""

    person: User
    acts: bool
    program: str = ""
    proven: bool = False  # a second factor was asked for where the key was made


class Bearer(HttpBearer):
    """A key in the header: one of ours, or an access token of the identity provider."""

    def __call__(self, request: HttpRequest) -> Any:
        return getattr(request, "caller", None)

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        raise AssertionError("unreachable: the caller is known before an operation begins")


class Session(APIKeyCookie):
    """The session of the pages; what changes something needs the CSRF token as well."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        return getattr(request, "caller", None)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        raise AssertionError("unreachable: the caller is known before an operation begins")


Elsewhere = Callable[[str], Caller | None]  # who comes with a key that is none of ours


def identify(request: HttpRequest, elsewhere: Elsewhere) -> Caller | None:
    """Who asks; None for a visitor. Raises Problem for a key that does not fit, and for one that may not do this."""
    said = request.headers.get("Authorization", "")
    address = request.META.get("REMOTE_ADDR", "")
    if said:
        caller = _by_key(said, address, elsewhere)
    elif isinstance(request.user, User):
        caller = Caller(request.user, acts=True, proven=True)
    else:
        return None
    limits.take(f"key:{caller.program}" if caller.program else f"person:{caller.person.pk}")
    if request.method not in SAFE:
        _may_act(request, caller)
    return caller


def visitor(request: HttpRequest) -> None:
    """Count who comes with no name; raises Problem (429) for too many from one address."""
    limits.take(f"visitor:{limits.place_of(request.META.get('REMOTE_ADDR', ''))}")


def _may_act(request: HttpRequest, caller: Caller) -> None:
    if not caller.program and check_csrf(request):
        raise Problem(403, "api.csrf")
    if not caller.acts:
        raise Problem(403, "api.token_read")
    if not caller.proven and factors.lacking().filter(pk=caller.person.pk).exists():
        raise Problem(403, "api.factor")


def _by_key(said: str, address: str, elsewhere: Elsewhere) -> Caller:
    kind, _, key = said.partition(" ")
    caller = _of_ours(key.strip()) if key.strip().startswith(tokens.PREFIX) else elsewhere(key.strip())
    if kind.lower() != "bearer" or caller is None:
        limits.guessed(address)
        raise refused("api.token")
    return caller


def refused(code: str, **params: Any) -> Problem:
    """A key that opens nothing."""
    return Problem(401, code, params, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


def _of_ours(secret: str) -> Caller | None:
    token = tokens.found(secret)
    if token is None:
        return None
    return Caller(token.person, acts=token.scope == ApiToken.Scope.ACT, program=f"key-{token.pk}")
