"""Prepared statements on Django's own connection and transaction.

Django's cursor binds on the client and never prepares; planning is then the larger part of what an act costs the
server (perform-trial.md 5). Statements sent here are counted by the tests through `listeners`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection, transaction


class Prepared(psycopg.Cursor[Any]):
    """A psycopg cursor that prepares every statement and raises Django's database errors."""

    listeners: list[Callable[[str], None]] = []

    def execute(self, query: Any, params: Any = None, **options: Any) -> "Prepared":
        for listener in self.listeners:
            listener(query)
        with connection.wrap_database_errors:
            super().execute(query, params, prepare=True, **options)
        return self


def listed(ids: Iterable[int]) -> str:
    """Numbers as PostgreSQL writes an array of them: psycopg needs as long to write a list as for the rest of a statement."""
    return "{" + ",".join(map(str, ids)) + "}"


def moment(cursor: Prepared) -> datetime:
    """The present moment by the database's clock, UTC; and from here on this transaction plans prepared statements once,
    because planning them anew each time costs the server more than doing them (perform-trial.md 5)."""
    row = cursor.execute("SELECT jenjang_now(), set_config('plan_cache_mode', 'force_generic_plan', true)")
    now: datetime = row.fetchall()[0][0]
    return now


def prepared() -> Prepared:
    """A prepared cursor on the present connection, inside the present transaction."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a prepared cursor needs an open transaction")
    return Prepared(connection.connection)


def alone() -> Prepared:
    """A prepared cursor for one question that needs no transaction; the connection is made, or made anew, as Django's own
    cursor would."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    return Prepared(connection.connection)
