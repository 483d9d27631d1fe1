"""Keys that the government's identity provider makes out to programs: signed access tokens (JWT, RFC 9068).

They are taken when they are made out for this installation (`OIDC_API_AUDIENCE`); the claim that names the person is the
one of single sign-on. Enter and act may only one with the scope `OIDC_API_ACT`.
"""

import threading
import time
from typing import Any

import jwt
import requests
from django.conf import settings

from config.single_sign_on import second_factor_said
from portal.api.auth import Caller, refused
from portal.api.problems import Problem
from registry.models import User

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 30  # seconds that the provider's clock may differ
REFRESHED = 60  # seconds before the provider is asked for its keys again
TRUSTED = (
    3600  # seconds after which they are asked for again although they are known: one may have been withdrawn
)
PATIENCE = 5  # seconds


class Keys:
    """The provider's public keys; asked for again when one is unknown, but not each time somebody makes a name up."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.known: dict[str, dict[str, Any]] = {}
        self.next: dict[str, float] = {}
        self.until: dict[str, float] = {}
        self.away: set[str] = set()

    def key(self, issuer: str, name: str) -> Any | None:
        """The key of that name; None for one that the provider does not have. Raises Problem when it cannot be asked."""
        with self.lock:
            at = time.monotonic()
            old = name not in self.known.get(issuer, {}) or at >= self.until.get(issuer, 0)
            if old and at >= self.next.get(issuer, 0):
                self._ask(issuer, at)
            found = self.known.get(issuer, {}).get(name)
            if found is None and issuer in self.away:
                raise _away()
            return found

    def _ask(self, issuer: str, at: float) -> None:
        """What the provider has now, and nothing that it had before; one that is away holds nobody up a second time."""
        self.next[issuer] = at + REFRESHED
        self.away.add(issuer)
        try:
            keys = _keys_of(issuer)
        except Problem:
            return
        self.away.discard(issuer)
        self.known[issuer] = {one.key_id or "": one.key for one in keys}
        self.until[issuer] = at + TRUSTED


def _away() -> Problem:
    return Problem(503, "api.provider", headers={"Retry-After": str(REFRESHED)})


KEYS = Keys()


def _keys_of(issuer: str) -> list[Any]:
    try:
        about = requests.get(
            f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=PATIENCE
        ).json()
        found = requests.get(about["jwks_uri"], timeout=PATIENCE).json()
        return [one for one in jwt.PyJWKSet.from_dict(found).keys if one.public_key_use in (None, "sig")]
    except (requests.RequestException, ValueError, KeyError, TypeError, jwt.PyJWTError) as error:
        raise _away() from error


def caller_of(key: str) -> Caller | None:
    """Whose signed access token this is; None for one that is not for us, not in force, or not the provider's."""
    issuer, audience = settings.OIDC_ISSUER, settings.OIDC_API_AUDIENCE
    if not (issuer and audience):
        return None
    try:
        head = jwt.get_unverified_header(key)
        if head.get("alg") not in ALGORITHMS:
            return None
        public = KEYS.key(issuer, str(head.get("kid", "")))
        if public is None:
            return None
        said = jwt.decode(
            key, public, algorithms=[head["alg"]], audience=audience, issuer=[issuer, f"{issuer.rstrip('/')}/"],
            leeway=LEEWAY, options={"require": ["exp", "iss", "aud"]},
        )  # fmt: skip
    except (jwt.PyJWTError, TypeError, ValueError, RecursionError):
        return None
    return _person_of(said)


def _person_of(said: dict[str, Any]) -> Caller:
    """The same person as single sign-on finds."""
    name = str(said.get(settings.OIDC_CLAIM) or "").strip()
    known = User.objects.filter(is_active=True, **{settings.OIDC_FIELD: name})
    person = known.first() if name and name.isprintable() else None
    if person is None:
        raise refused("api.person", name=name[:60] or "–")
    scopes = str(said.get("scope", "")).split()
    program = "".join(str(said.get("azp") or said.get("client_id") or "sso").split())[:40]
    return Caller(person, settings.OIDC_API_ACT in scopes, f"{program}-{person.pk}", second_factor_said(said))
