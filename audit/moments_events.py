"""What the ledger and the histories hold of chosen rows, in a fixed number of statements for any set of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, models

from audit.moments import Row
from audit.story import Event, Image, Kept, event_of
from registry.grants import UnitUserPermission
from registry.models import (
    Assignment,
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetLineVersion,
    BudgetVersion,
    FiscalYear,
    MonthlyPlan,
    Post,
    Unit,
    User,
)
from submissions.models import CalendarRule, Evidence, Explanation, Holiday, Period, Report, ReportLine
from workflow.models import Grant, RouteVersion

Wanted = Mapping[str, Sequence[int]]  # ids of rows by table

MODELS: tuple[type[models.Model], ...] = (
    Report, ReportLine, Explanation, Evidence, Unit, Post, Assignment, User, UnitUserPermission, BudgetItem, BudgetLine,
    BudgetVersion, BudgetItemVersion, BudgetLineVersion, MonthlyPlan, FiscalYear, Period, CalendarRule, Holiday,
    RouteVersion, Grant,
)  # fmt: skip
TABLES = {model._meta.db_table: model for model in MODELS}
HISTORIES = {
    table: model.history.model._meta.db_table for table, model in TABLES.items() if hasattr(model, "history")
}
# What nobody needs to read, not even as a digest.
SECRET = frozenset(
    {
        "password", "password_sha256", "email", "email_sha256", "nip", "nip_sha256", "last_login", "number_locked_sha256",
    }
)  # fmt: skip

EVENTS = """
SELECT e.id, e.of_table, e.of_row, e.payload, c.size, c.at
FROM unnest(%(tables)s::text[], %(rows)s::bigint[]) AS w(name, id)
  JOIN ledger.event e ON e.of_table = w.name AND e.of_row = w.id LEFT JOIN ledger.leaf l ON l.event_id = e.id
  LEFT JOIN LATERAL (SELECT k.size, k.at FROM ledger.checkpoint k WHERE k.size > l.index ORDER BY k.size LIMIT 1) c ON true
ORDER BY e.id"""
HISTORY = """
SELECT %s, id, history_id, history_type, history_date, history_user_id, to_jsonb(h)::text FROM {} h WHERE id = ANY (%s)"""
LIVE = "SELECT %s, id, to_jsonb(t)::text FROM {} t WHERE id = ANY (%s)"


def told(wanted: Wanted) -> list[Event]:
    """Every event of these rows, in the ledger's order; one statement."""
    pairs = [(table, pk) for table, ids in wanted.items() for pk in ids]
    rows = _asked(EVENTS, {"tables": [name for name, _ in pairs], "rows": [pk for _, pk in pairs]})
    return [
        event_of(number, table, row, read(payload), size, at)
        for number, table, row, payload, size, at in rows
    ]


def kept(wanted: Wanted) -> list[Kept]:
    """Every history row of these rows; one statement, none for tables without a history."""
    rows = _united(HISTORY, {table: ids for table, ids in wanted.items() if table in HISTORIES}, HISTORIES)
    return [
        Kept(table, pk, number, kind, at, person, read(image))
        for table, pk, number, kind, at, person, image in rows
    ]


def live(wanted: Wanted) -> dict[Row, Image]:
    """These rows as they stand now, without what is gone; one statement."""
    rows = _united(LIVE, wanted, {table: table for table in wanted})
    return {(table, pk): read(image) for table, pk, image in rows}


def read(text: str) -> Any:
    """JSON as it was stored, numbers as Decimal, without secrets."""
    return json.loads(text, parse_float=Decimal, object_hook=_without_secrets)


def _without_secrets(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in SECRET}


def _united(statement: str, wanted: Wanted, names: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """One part for each table; the names are those of our own models."""
    parts = [(table, list(ids)) for table, ids in wanted.items() if ids]
    if not parts:
        return []
    text = " UNION ALL ".join(statement.format(names[table]) for table, _ in parts)
    return _asked(text, [value for part in parts for value in part])


def _asked(statement: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def grouped(rows: Iterable[Row]) -> dict[str, list[int]]:
    """Rows as `told`, `kept` and `live` want them."""
    found: dict[str, list[int]] = {}
    for table, pk in rows:
        found.setdefault(table, []).append(pk)
    return found
