"""Saying who acts, to the database, for the length of one transaction."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import connection, transaction


@dataclass(frozen=True, slots=True)
class Request:
    """What the ledger keeps of the call in which something is done: its id and the address it came from."""

    id: str
    address: str = ""


current_request: ContextVar[Request | None] = ContextVar("current_request", default=None)
# The digest of the reason that is claimed now; None while nothing is recorded.
_claimed: ContextVar[str | None] = ContextVar("claimed_reason", default=None)


def this_request() -> Request:
    """The request being served, or a fresh one for commands and tasks."""
    return current_request.get() or Request(str(uuid4()))


# What the application claims of who acts; what the database knows by itself stands beside it in each event.
CLAIM = """
SELECT set_config('jenjang.actor', %(actor_text)s, true), set_config('jenjang.request', %(request)s, true),
  set_config('jenjang.address', %(address)s, true), set_config('jenjang.reason', %(reason)s, true),
  set_config('jenjang.offices', coalesce(ledger.offices(%(actor)s::bigint), ''), true)"""
FOR_REASON = "SELECT set_config('jenjang.reason', %s, true)"


def digest_of(reason: str) -> str:
    """The sha256 of a reason, as the events carry it; empty for none."""
    return hashlib.sha256(reason.encode()).hexdigest() if reason else ""


def claimed(reason: str) -> str:
    """The digest that events are to carry: that of these words without the space around them, else of what is done around."""
    return digest_of(reason.strip()) or _claimed.get() or ""


@contextmanager
def recorded(actor: Any | None, reason: str = "") -> Iterator[None]:
    """One transaction whose ledger events name `actor` (a user, or None for the system), the offices he holds, the request,
    and the sha256 of a `reason` whose words are kept in a row of what is done. Without one, that of the act it is part of."""
    request, around, told = this_request(), _claimed.get(), claimed(reason)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                CLAIM,
                {
                    "actor": actor.pk if actor else None,
                    "actor_text": str(actor.pk) if actor else "",
                    "request": request.id,
                    "address": request.address,
                    "reason": told,
                },
            )
        mark = _claimed.set(told)
        try:
            yield
        finally:
            _claimed.reset(mark)
        # What is rolled back takes its claim with it.
        if around is not None and around != told and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(FOR_REASON, [around])
