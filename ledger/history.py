"""The one helper that writes sets with history: django-simple-history's rows by one INSERT .. SELECT."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords


def kept(**options: Any) -> HistoricalRecords:
    """History of a business model. Its user has no constraint, so that a history row never has to change."""
    return HistoricalRecords(user_db_constraint=False, **options)


@cache
def history_sql(model: type[models.Model], source: str) -> str:
    """INSERT .. SELECT of one history row for each row of `source`, which has the model's columns: a table, or a part of the
    statement that this one becomes. Parameters: at, kind ('+', '~' or '-' as in django-simple-history), actor, change.

    The text is kept, because django-simple-history builds a class for each look at a model's history.
    """
    history = model.history.model  # type: ignore[attr-defined]
    columns = ", ".join(f'"{field.column}"' for field in history.tracked_fields)
    return (
        f'INSERT INTO "{history._meta.db_table}" ({columns}, history_date, history_type, history_user_id,'  # noqa: S608
        f" history_change_reason) SELECT {columns}, %(at)s, %(kind)s, %(actor)s, %(change)s FROM {source}"
    )


def insert_history(
    cursor: Any,
    model: type[models.Model],
    ids: Sequence[int],
    *,
    kind: str,
    actor_id: int | None,
    at: datetime,
    reason: str = "",
) -> None:
    """One history row for each of `ids` as it is now; `kind` is '+', '~' or '-' as in django-simple-history."""
    cursor.execute(
        history_sql(model, f'"{model._meta.db_table}" WHERE id = ANY(%(ids)s)'),
        {"at": at, "kind": kind, "actor": actor_id, "change": reason[:100], "ids": list(ids)},
    )
