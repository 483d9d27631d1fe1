"""Writing sets of rows with their history: per table one statement for the rows and one for their history."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection, models

from ledger.clock import now
from ledger.history import insert_history


class Writer:
    """Writes inside the caller's `recorded()` transaction; remembers how many rows it touched."""

    def __init__(self, *, actor_id: int | None, reason: str) -> None:
        self.actor_id = actor_id
        self.reason = reason
        self.touched = 0

    @cached_property
    def at(self) -> datetime:
        return now()

    def insert(self, rows: Sequence[models.Model]) -> None:
        """Insert rows of one model; they get their keys."""
        if rows:
            model = type(rows[0])
            model._default_manager.bulk_create(rows)
            self._remember(model, rows, "+")

    def update(self, rows: Sequence[models.Model], fields: Sequence[str]) -> None:
        """Write `fields` of rows of one model."""
        if not rows:
            return
        model = type(rows[0])
        columns = [field for field in model._meta.concrete_fields if field.name in fields]
        # One UPDATE whatever the number of rows; a CASE with a branch for each row grows with its square.
        arrays = ", ".join(f"%s::{_base_type(column)}[]" for column in columns)
        names = ", ".join(f'"{column.column}"' for column in columns)
        sets = ", ".join(f'"{column.column}" = m."{column.column}"' for column in columns)
        values = [[column.get_prep_value(getattr(row, column.attname)) for row in rows] for column in columns]
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{model._meta.db_table}" t SET {sets}'  # noqa: S608  (names from the model, values bound)
                f' FROM unnest(%s::bigint[], {arrays}) AS m("id", {names}) WHERE t."id" = m."id"',
                [[row.pk for row in rows], *values],
            )
        self._remember(model, rows, "~")

    def delete(self, rows: Sequence[models.Model]) -> None:
        """Delete rows of one model; their history keeps the last state."""
        if rows:
            model = type(rows[0])
            self._remember(model, rows, "-")
            model._default_manager.filter(pk__in=[row.pk for row in rows])._raw_delete(using="default")

    def remember(self, model: type[models.Model], ids: Sequence[int]) -> None:
        """History of rows that changed by a trigger."""
        if ids:
            with connection.cursor() as cursor:
                insert_history(
                    cursor, model, ids, kind="~", actor_id=self.actor_id, at=self.at, reason=self.reason
                )

    def _remember(self, model: type[models.Model], rows: Sequence[models.Model], kind: str) -> None:
        self.touched += len(rows)
        ids: list[Any] = [row.pk for row in rows]
        with connection.cursor() as cursor:
            insert_history(
                cursor, model, ids, kind=kind, actor_id=self.actor_id, at=self.at, reason=self.reason
            )


def _base_type(field: "models.Field[Any, Any]") -> str:
    """The column's type without its length, so that a cast never cuts a text silently."""
    return str(field.db_type(connection)).partition("(")[0]
