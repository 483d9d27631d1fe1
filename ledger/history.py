"""The one helper that writes sets with history: django-simple-history's rows by one INSERT .. SELECT."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords


def kept(**options: Any) -> HistoricalRecords:
    """History of a business model. Its user has no constraint, so that a history row never has to change."""
    return HistoricalRecords(user_db_constraint=False, **options)


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
    history = model.history.model  # type: ignore[attr-defined]
    columns = ", ".join(f'"{field.column}"' for field in history.tracked_fields)
    cursor.execute(
        f'INSERT INTO "{history._meta.db_table}" ({columns}, history_date, history_type, history_user_id,'  # noqa: S608
        f' history_change_reason) SELECT {columns}, %s, %s, %s, %s FROM "{model._meta.db_table}" WHERE id = ANY(%s)',
        [at, kind, actor_id, reason[:100], list(ids)],
    )
