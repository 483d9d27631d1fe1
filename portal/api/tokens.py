"""Keys of programs: made for a person, shown once, kept as a digest; taken back by him, ended by time.

Their person is told of both, by notice and letter, whoever did it.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.views.decorators.debug import sensitive_variables

from approvals import account_notices
from ledger.clock import now
from ledger.recording import recorded
from portal.models import ApiToken
from registry.models import User

PREFIX = "jjg_"  # by which a key of ours is known from one of the identity provider's, and by who searches for lost keys
HINT = 8
LONGEST_NAME = 80
LONGEST_DAYS = 366
USUAL_DAYS = 90
MOST = 20  # keys of one person that are in force


class TokenRefused(Exception):
    """A key is not made: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


def in_force(person: User) -> QuerySet[ApiToken]:
    """The keys of a person that programs can use now."""
    return ApiToken.objects.filter(person=person, revoked_at=None, expires_at__gt=now())


@sensitive_variables("secret")
def issue(*, person: User, name: str, scope: str, days: int, by: User | None = None) -> tuple[ApiToken, str]:
    """A new key and its secret, which is kept nowhere. `by`: who makes it, None at the terminal. Raises TokenRefused."""
    name = " ".join(name.replace("\x00", "").split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise TokenRefused("api.name", {"length": len(name), "longest": LONGEST_NAME})
    if not 0 < days <= LONGEST_DAYS:
        raise TokenRefused("api.days", {"days": days, "longest": LONGEST_DAYS})
    if scope not in ApiToken.Scope.values:
        raise TokenRefused("api.scope")
    with recorded(by):
        User.objects.select_for_update().get(pk=person.pk)  # two clicks come one after the other
        count = in_force(person).count()
        if count >= MOST:
            raise TokenRefused("api.tokens", {"count": count})
        secret, at = PREFIX + secrets.token_urlsafe(32), now()
        made = ApiToken(
            person=person, name=name, scope=scope, digest=digest_of(secret), hint=secret[:HINT], created_at=at,
            expires_at=at + timedelta(days=days),
        )  # fmt: skip
        _saved(made, by)
        _told(made, "key_issued" if by is None else "key_made" if by == person else "key_given", by)
    return made, secret


def revoke(*, actor: User, token: ApiToken) -> ApiToken:
    """Take one's own key back; a second time nothing changes."""
    with recorded(actor):
        held = ApiToken.objects.select_for_update().get(pk=token.pk, person=actor)
        if held.revoked_at is None:
            _take_back(held, actor)
    return held


def revoke_all(*, person: User, by: User) -> None:
    """Take back every key of a person: who had his password, or sat at his screen, may have made one of them."""
    with recorded(by):
        for held in (
            ApiToken.objects.select_for_update().filter(person=person, revoked_at=None).order_by("pk")
        ):
            _take_back(held, by)


def _take_back(token: ApiToken, by: User) -> None:
    token.revoked_at = now()
    _saved(token, by)
    _told(token, "key_revoked", by)


def _told(token: ApiToken, change: str, by: User | None) -> None:
    account_notices.announce(
        token.person, change, page="tokens:list", key=token.name, hint=token.hint, until_at=token.expires_at.isoformat(),
        person=by.name if by else "",
    )  # fmt: skip


def _saved(token: ApiToken, by: User | None) -> None:
    # simple-history's way of naming who did it; it comes from the act, not from the web server.
    token._history_user = by  # type: ignore[attr-defined]
    token.save()


def digest_of(secret: str) -> str:
    """By which a key is found. The secret has 256 random bits, so a plain digest can be turned back by nobody."""
    return hashlib.sha256(secret.encode()).hexdigest()


@sensitive_variables("secret")
def found(secret: str) -> ApiToken | None:
    """The key whose secret this is, if a program may use it now; that it was used is noted once a day."""
    at = now()
    known = ApiToken.objects.filter(
        digest=digest_of(secret), revoked_at=None, expires_at__gt=at, person__is_active=True
    )
    token = known.select_related("person").first()
    if token and token.last_used_on != at.date():
        with recorded(None):
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=at.date())
    return token
