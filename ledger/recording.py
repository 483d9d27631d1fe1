"""Saying who acts, to the database, for the length of one transaction."""

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


def this_request() -> Request:
    """The request being served, or a fresh one for commands and tasks."""
    return current_request.get() or Request(str(uuid4()))


@contextmanager
def recorded(actor: Any | None) -> Iterator[None]:
    """One transaction whose ledger events name `actor` (a user, or None for the system) and the request."""
    request = this_request()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('jenjang.actor', %s, true), set_config('jenjang.request', %s, true),"
                " set_config('jenjang.address', %s, true)",
                [str(actor.pk) if actor else "", request.id, request.address],
            )
        yield
