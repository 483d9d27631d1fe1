"""Lists in parts: a cursor says where the next part begins. It is signed, and good for the very same question only."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core import signing
from django.db.models import QuerySet

from portal.api.problems import Problem

SALT = "jenjang.api.cursor"
USUAL, MOST = 50, 200
Row = TypeVar("Row")


def after(cursor: str, question: dict[str, Any]) -> int:
    """The place after which the next part begins; 0 without a cursor. Raises Problem for one of another list."""
    if not cursor:
        return 0
    try:
        digest, place = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Problem(400, "api.cursor") from error
    if digest != _digest(question) or not isinstance(place, int):
        raise Problem(400, "api.cursor")
    return place


def next_cursor(place: int, question: dict[str, Any]) -> str:
    """The cursor of the part that begins after `place`."""
    return signing.dumps([_digest(question), place], salt=SALT)


def _digest(question: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(question, sort_keys=True, default=str).encode()).hexdigest()[:16]


def by_number(
    rows: QuerySet[Any], cursor: str, limit: int, question: dict[str, Any]
) -> tuple[list[Any], str | None]:
    """One part of rows in the order of their numbers, and the cursor of the next one; one statement."""
    found = list(rows.filter(pk__gt=after(cursor, question)).order_by("pk")[: limit + 1])
    more = len(found) > limit
    return found[:limit], next_cursor(found[limit - 1].pk, question) if more else None


def newest_first(
    rows: QuerySet[Any], cursor: str, limit: int, question: dict[str, Any]
) -> tuple[list[Any], str | None]:
    """The same, the newest first."""
    place = after(cursor, question)
    found = list((rows.filter(pk__lt=place) if place else rows).order_by("-pk")[: limit + 1])
    more = len(found) > limit
    return found[:limit], next_cursor(found[limit - 1].pk, question) if more else None


def by_place(
    part: Callable[[int, int], Sequence[Row]], cursor: str, limit: int, question: dict[str, Any]
) -> tuple[list[Row], str | None]:
    """One part of what is read by place (limit, offset) in an order that stands."""
    place = after(cursor, question)
    found = list(part(limit + 1, place))
    return found[:limit], next_cursor(place + limit, question) if len(found) > limit else None
