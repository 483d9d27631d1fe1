"""The second factor at the moment of an act: a code of the person's authenticator app, or the answer of a passkey.

A code counts once, and after it no older one does; wrong ones are counted with the authenticator itself, under the lock
of its row, so that neither many web servers nor many clicks at once allow one try more. Codes alone go by the machine's
time, as RFC 6238 wants it.
"""

import hmac
import json
import time
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt, encrypt
from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from ledger.recording import recorded
from registry.models import Office, Post, User
from registry.vault import Unreadable

TRIES = 8  # wrong codes in a row, then one try in each pause
PAUSE = 15 * 60  # seconds
MOST = 100  # wrong codes in a row after which only a new authenticator helps: NIST SP 800-63B 5.2.2
# What text that no passkey gave makes of its decoders, nested a thousand deep too.
MALFORMED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
TOTP, CODES, PASSKEY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES, Authenticator.Type.WEBAUTHN


@dataclass(frozen=True, slots=True)
class Factor:
    """What a person gave: the digits of a code, or a passkey's answer as JSON. One of the two."""

    code: str = ""
    assertion: str = ""


class FactorRefused(Exception):
    """The second factor does not count: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


def factor_of(request: HttpRequest) -> Factor:
    """The second factor as a page gave it: digits that were typed, or what a passkey answered."""
    return Factor(request.POST.get("code", "").strip(), request.POST.get("assertion", ""))


def check(person: User, factor: Factor, request: HttpRequest | None = None) -> Authenticator:
    """The authenticator whose code or answer this is; it is used up by that. Raises FactorRefused.

    A passkey answers the question that `passkey_question` put to this very session, so it needs the request.
    """
    if factor.assertion and request is not None:
        return answered(person, factor.assertion)
    return spend(person, TOTP, factor.code)


def spend(person: User, kind: str, code: str) -> Authenticator:
    """Use up a code of the app (TOTP) or of the printed list (CODES). Raises FactorRefused."""
    with recorded(person):
        held = Authenticator.objects.select_for_update().filter(user=person, type=kind).first()
        refusal = _judged(held, "".join(code.split())) if held else FactorRefused("factor.none")
        if held:
            held.save(update_fields=["data"])
    if refusal or not held:
        raise refusal or FactorRefused("factor.none")
    return held


def _judged(held: Authenticator, code: str) -> FactorRefused | None:
    """Why this code does not count, None when it does; what is to be remembered stands in `data`."""
    wrong, at = held.data.get("wrong", 0), time.time()
    if wrong >= MOST:
        return FactorRefused("factor.blocked", {"count": wrong})
    if wrong >= TRIES and at < held.data["wrong_at"] + PAUSE:
        return FactorRefused("factor.paused", {"minutes": PAUSE // 60, "count": wrong})
    try:
        refusal = _spent(held, code) if held.type == TOTP else _crossed_out(held, code)
    except Unreadable:
        return FactorRefused("factor.unreadable")
    if refusal is None:
        held.data["wrong"] = 0
    elif refusal.code == "factor.wrong":  # a second click is no guess
        held.data |= {"wrong": wrong + 1, "wrong_at": at}
    return refusal


def _spent(held: Authenticator, code: str) -> FactorRefused | None:
    secret, last, refusal = decrypt(held.data["secret"]), held.data.get("counter", 0), "factor.wrong"
    for counter in yield_hotp_counters_from_time():
        if not hmac.compare_digest(format_hotp_value(hotp_value(secret, counter)).encode(), code.encode()):
            continue
        if counter > last:
            held.data["counter"] = counter
            return None
        refusal = "factor.used"
    return FactorRefused(refusal)


def _crossed_out(held: Authenticator, code: str) -> FactorRefused | None:
    codes = held.wrap().generate_codes()
    for place, one in enumerate(codes):
        if hmac.compare_digest(one.encode(), code.encode()):
            if held.data["used_mask"] >> place & 1:
                return FactorRefused("factor.used")
            held.data["used_mask"] |= 1 << place
            return None
    return FactorRefused("factor.wrong")


def offered(person: User) -> dict[str, Any]:
    """For templates/components/factor.html: whether a passkey can be asked, and in the demonstration the code itself.

    The demonstration's accounts are public anyway, so its pages show the code that counts now; nothing else ever does.
    """
    return {
        "passkeys": Authenticator.objects.filter(user=person, type=PASSKEY).exists(),
        "demo_code": code_now(person) if settings.DEMO else "",
    }


def passkey_question(person: User) -> dict[str, Any]:
    """What the browser must ask the person's passkeys; the session of the request being served keeps the challenge."""
    return auth.begin_authentication(person)


def answered(person: User, assertion: str) -> Authenticator:
    """The passkey whose answer this is to the question of this session; it counts once. Raises FactorRefused."""
    challenge = (auth.get_state() or {}).get("challenge", "")
    try:
        held = auth.complete_authentication(person, json.loads(assertion))
    except (ValidationError, *MALFORMED) as error:
        raise FactorRefused("factor.passkey") from error
    with recorded(person):
        # The session was read before the lock: of two answers to one question the first alone counts.
        held = Authenticator.objects.select_for_update().get(pk=held.pk)
        if held.data.get("answered") == challenge:
            raise FactorRefused("factor.used")
        held.data["answered"] = challenge
        held.save(update_fields=["data"])
    return held


def lacking() -> QuerySet[User]:
    """Those who must have a second factor and have none: who administers, and who holds an office that decides."""
    decides = Office.objects.filter(person=OuterRef("pk")).exclude(role=Post.Role.OFFICER)
    has = Authenticator.objects.filter(user=OuterRef("pk"), type__in=(TOTP, PASSKEY))
    needing = Q(is_staff=True) | Q(is_superuser=True) | Exists(decides)
    return User.objects.filter(needing, ~Exists(has), is_active=True)


def enrol(person: User) -> str:
    """Give a person a new authenticator app instead of the one there was; its secret, which is read nowhere again."""
    secret = generate_totp_secret()
    with recorded(person):
        Authenticator.objects.update_or_create(
            user=person, type=TOTP, defaults={"data": {"secret": encrypt(secret)}}
        )
    return secret


def code_now(person: User) -> str:
    """The code that the person's app shows and that still counts; the next one when this one is used up; "" without an app."""
    held = Authenticator.objects.filter(user=person, type=TOTP).first()
    if held is None:
        return ""
    now = list(yield_hotp_counters_from_time())
    counter = max(now[len(now) // 2], held.data.get("counter", 0) + 1)
    return format_hotp_value(hotp_value(decrypt(held.data["secret"]), counter))
