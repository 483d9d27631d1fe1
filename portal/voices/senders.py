"""How often somebody without an account may write, and how little is known of him for that.

A sender is five digits of a keyed digest of his address and the day: each stands for thousands of addresses, so it limits how
often, and tells nobody who. The address itself is written down nowhere, not in the ledger either.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from ledger.clock import now
from ledger.recording import Request, current_request, recorded, this_request

KEPT_DIGITS = 5
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GUESSES = 10  # wrong ticket numbers in an hour
IN_A_HOUSE = 64  # bits of an IPv6 address that one household has


class VoiceRefused(Exception):
    """What a citizen or an official wanted was refused: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


def sender_of(request: HttpRequest, at: datetime) -> str:
    """The digest of where a request comes from, for the day in the active zone; empty when that is not known."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    place = str(
        ipaddress.ip_network((address, IN_A_HOUSE), strict=False) if address.version == 6 else address
    )
    said = f"{timezone.localtime(at):%Y-%m-%d} {place}"
    return hmac.new(settings.SECRET_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()[:KEPT_DIGITS]


@contextmanager
def unnamed() -> Iterator[None]:
    """One transaction of somebody who is nobody's business: the ledger keeps the request's id, not where it came from."""
    mark = current_request.set(Request(this_request().id))
    try:
        with recorded(None):
            yield
    finally:
        current_request.reset(mark)


def one_at_a_time(sender: str) -> None:
    """Within a transaction: another message of the same sender waits until this one is written, so that none slips past."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"voices {sender}"])


def not_too_often(sent: QuerySet[Any], moment: str, at: datetime, limits: dict[timedelta, int]) -> None:
    """Raises VoiceRefused with the moment from which on it is possible again; `sent` is what the sender sent before.

    `moment`: the column that says when.
    """
    for span, most in limits.items():
        times = list(
            sent.filter(**{f"{moment}__gt": at - span})
            .order_by(f"-{moment}")
            .values_list(moment, flat=True)[:most]
        )
        if len(times) == most:
            hours = int(span / HOUR)
            raise VoiceRefused(
                "voices.often", {"limit": most, "hours": hours, "again_at": (times[-1] + span).isoformat()}
            )


def may_guess(sender: str) -> None:
    """Raises VoiceRefused for who gave too many wrong ticket numbers within an hour."""
    if (cache.get(_guesses(sender)) or 0) >= GUESSES:
        raise VoiceRefused("voices.guessed", {"limit": GUESSES})


def guessed_wrong(sender: str) -> None:
    """Count a ticket number that looks right and is none."""
    key = _guesses(sender)
    if not cache.add(key, 1, HOUR.total_seconds()):
        cache.incr(key)


def _guesses(sender: str) -> str:
    return f"voices.guesses:{sender}:{now():%Y%m%d%H}"
