"""What every peer can be asked for, and what is counted on the way."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import psycopg
from django.db import connection


class Wrong(Exception):
    """A peer did not do what it said: the figures would be worth nothing."""


def must(holds: bool, told: str) -> None:
    """Raise Wrong unless `holds`."""
    if not holds:
        raise Wrong(told)


class Peer(ABC):
    """One way to move reports. Every act is one committed transaction of one person whose right is checked in it."""

    name: ClassVar[str]
    errors: ClassVar[tuple[type[Exception], ...]] = (psycopg.Error,)

    def __init__(self) -> None:
        self.statements = 0

    @abstractmethod
    def open(self) -> None:
        """Connect; a forked client calls it again for a connection of its own."""

    @abstractmethod
    def close(self) -> None:
        """Give up the connection, before a fork."""

    @abstractmethod
    def backend(self) -> int:
        """Process number of the server process that serves this connection."""

    @abstractmethod
    def draw(self, pool: str, count: int) -> list[Any]:
        """Reports that wait to be entered; each is entered once."""

    @abstractmethod
    def enter(self, pool: str, ticket: Any) -> int:
        """The officer enters all rows of a report; its id."""

    def enter_all(self, pool: str, tickets: Sequence[Any]) -> list[int]:
        """The same for many, before a measurement."""
        return [self.enter(pool, ticket) for ticket in tickets]

    @abstractmethod
    def act(self, pool: str, verb: str, ids: Sequence[int]) -> None:
        """One decision on each of `ids`: in one act where the peer knows sets, else one after the other."""

    @abstractmethod
    def check(self, ids: Sequence[int], verbs: Sequence[str], rows: int) -> None:
        """Raise Wrong unless each report went through `verbs`, and every step and changed row has its record."""


class DjangoPeer(Peer):
    """A peer on Django's connection."""

    def open(self) -> None:
        connection.ensure_connection()
        connection.execute_wrappers[:] = [self._count]

    def close(self) -> None:
        connection.close()

    def backend(self) -> int:
        return int(connection.connection.info.backend_pid)

    def _count(self, execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        return execute(statement, params, many, context)
