"""Changes that history does not tell, and history that tells of no change, for all business tables at once.

The database lays each row's history beside its events, in order, and names the rows where the two differ; only those are
judged one by one, by the rule of `audit.story`.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection, models

from audit import story
from audit.story import Event, Image, Kept
from ledger.sealing import person_of
from ledger.sql import PAIR

SLICE = 5_000  # rows that one statement compares
AT_ONCE = 500  # rows that are judged together
OPS = {kind: op for op, kind in story.KINDS.items()}

# What events and histories tell of, as the triggers have it: (function, name, plain column, hashed column).
TOLD = f"""
SELECT p.proname, trim(m[1], ''''), m[2], m[3]
FROM pg_proc p, regexp_matches(substring(p.prosrc FROM 'json_build_object.*'), {PAIR}, 'g') AS m
WHERE p.pronamespace = 'ledger'::regnamespace AND p.proname = ANY (%s)"""  # noqa: S608 - a constant

# The rows, of tables and of histories, that a stretch of the ledger is about.
TOUCHED = """
SELECT e.of_table, array_agg(DISTINCT e.of_row) FROM ledger.event e WHERE e.id > %s AND e.id <= %s GROUP BY 1"""

BOUNDS = """
SELECT (array_agg(x.at ORDER BY x.id))[1], (array_agg(x.at ORDER BY x.id DESC))[1]
FROM ((SELECT id FROM ledger.event WHERE id > %s ORDER BY id LIMIT 1) UNION (SELECT id FROM ledger.event WHERE id <= %s
  ORDER BY id DESC LIMIT 1)) e JOIN LATERAL (SELECT f.id, (f.payload::json ->> 'at')::timestamptz AS at FROM ledger.event f
  WHERE f.id = e.id) x ON true"""

# A history row that repeats the one before it was saved without a change, so the ledger has nothing to tell.
KEPT = """
SELECT k.*, k.kind = '~' AND k.image = lag(k.image) OVER (PARTITION BY k.id ORDER BY k.history_id) AS repeats
FROM (SELECT h.id, h.history_id, h.history_type AS kind, h.history_date, h.history_user_id, jsonb_build_object({image}) AS image
  FROM "{history}" h WHERE {of_history}) k"""
DIFFERENT = """
WITH said AS (SELECT e.of_row AS id, x.payload ->> 'op' AS op, (x.payload -> 'new') AS new,
    row_number() OVER (PARTITION BY e.of_row ORDER BY e.id) AS n
  FROM ledger.event e CROSS JOIN LATERAL (SELECT e.payload::jsonb OFFSET 0) AS x(payload)
  WHERE e.of_table = %(table)s AND e.of_row = ANY (%(ids)s)),
marked AS ({kept}),
told AS (SELECT m.*, row_number() OVER (PARTITION BY m.id ORDER BY m.history_id) AS n FROM marked m WHERE m.repeats IS NOT TRUE)
SELECT DISTINCT coalesce(s.id, t.id) AS id FROM said s FULL JOIN told t ON t.id = s.id AND t.n = s.n
WHERE s.id IS NULL OR t.id IS NULL OR translate(s.op, 'IUD', '+~-') <> t.kind
  OR s.op <> 'D' AND (t.image || (s.new - %(untold)s::text[])) <> t.image
ORDER BY id"""

NEXT = """
(SELECT DISTINCT of_row AS id FROM ledger.event WHERE of_table = %s AND of_row > %s ORDER BY 1 LIMIT %s)
UNION (SELECT DISTINCT id FROM "{history}" WHERE id > %s ORDER BY 1 LIMIT %s) ORDER BY id LIMIT %s"""
EVENTS = "SELECT id, payload FROM ledger.event WHERE of_table = %s AND of_row = ANY (%s)"
ROWS = """
SELECT k.id, k.history_id, k.kind, k.history_date, k.history_user_id, k.image::text,
  (SELECT min(e.id) FROM ledger.event e WHERE e.of_table = %s AND e.of_row = k.history_id), k.repeats
FROM ({kept}) k"""


@dataclass(frozen=True, slots=True)
class Stray:
    """A change without its history row, or a history row (`history`: its number) without its change.

    `event` is the ledger's number of the one or of the other; a history row that was slipped in has none.
    """

    table: str
    row: int
    op: str
    event: int | None
    history: int | None
    at: datetime
    actor_id: int | None
    role: str
    program: str
    address: str
    old: Image | None
    new: Image | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events above `since` up to `until`, written between two moments; what is `older` and `newer` ends there."""

    since: int
    until: int
    first_at: datetime | None
    last_at: datetime | None
    older: int | None
    newer: int | None


@dataclass(frozen=True, slots=True)
class _Pair:
    """A table and its history, and what both tell of."""

    table: str
    history: str
    image: str  # arguments of jsonb_build_object
    names: frozenset[str]
    untold: tuple[str, ...]  # columns that events tell of and the history does not keep: secrets


def with_history() -> dict[str, type[models.Model]]:
    """The models whose every change leaves a history row, by the name of their table."""
    return {model._meta.db_table: model for model in apps.get_models() if hasattr(model, "history")}


def stretch(until: str, length: int) -> Stretch:
    """The `length` events up to the one that is asked for; the newest ones when that is no number of an event."""
    ((newest,),) = _asked("SELECT coalesce(max(id), 0) FROM ledger.event", [])
    asked = int(until) if until.isascii() and until.isdecimal() and len(until) < 19 else newest
    end = asked if 0 < asked < newest else newest
    since = max(end - length, 0)
    ((first, last),) = _asked(BOUNDS, [since, end])
    newer = min(end + length, newest) if end < newest else None
    return Stretch(since, end, first, last, since or None, newer)


def found(since: int = 0, until: int | None = None, most: int | None = None) -> Iterator[Stray]:
    """What does not agree among the events above `since` up to `until`, table by table; of `most` rows of each table at most.

    Reads with constant memory. What was slipped into a history past its trigger is found when everything is asked.
    """
    everything = not since and until is None
    touched = {} if everything else _touched(since, until)
    for pair in _pairs():
        ids = None if everything else _rows(pair, touched)
        if ids is None or ids:
            for finding in _found_in(pair, ids, most):
                place = finding.event or since + 1  # what has no number is told wherever its row is looked at
                if since < place <= (until or place):
                    yield finding


def _asked(statement: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _pairs() -> list[_Pair]:
    tables = {table: model.history.model._meta.db_table for table, model in with_history().items()}  # type: ignore[attr-defined]
    told: dict[str, list[tuple[str, str | None, str | None]]] = defaultdict(list)
    names = [f"record_{name}_insert" for pair in tables.items() for name in pair]
    for function, *column in _asked(TOLD, [names]):
        told[function].append((column[0], column[1], column[2]))
    found = []
    for table, history in sorted(tables.items()):
        kept = [
            one
            for one in told[f"record_{history}_insert"]
            if one[1] is None or not one[1].startswith("history_")
        ]
        image = ", ".join(
            f"'{name}', h.\"{plain}\"" if plain else f"'{name}', ledger.digest(h.\"{hashed}\"::text)"
            for name, plain, hashed in kept
        )
        own = {name for name, _, _ in kept}
        untold = [name for name, _, _ in told[f"record_{table}_insert"] if name not in own]
        found.append(_Pair(table, history, image, frozenset(own), tuple(untold)))
    return found


def _touched(since: int, until: int | None) -> dict[str, list[int]]:
    return dict(_asked(TOUCHED, [since, until if until is not None else 1 << 62]))


def _rows(pair: _Pair, touched: Mapping[str, list[int]]) -> list[int]:
    """The rows of a table that the stretch touches, themselves or in their history."""
    own, kept = touched.get(pair.table, []), touched.get(pair.history, [])
    if kept:
        statement = f'SELECT DISTINCT id FROM "{pair.history}" WHERE history_id = ANY (%s)'  # noqa: S608 - names of models
        own = [*own, *(row for (row,) in _asked(statement, [kept]))]
    return sorted(set(own))


def _found_in(pair: _Pair, ids: Sequence[int] | None, most: int | None) -> Iterator[Stray]:
    """The findings of one table, a slice of its rows after the other."""
    kept = KEPT.format(image=pair.image, history=pair.history, of_history="h.id = ANY (%(ids)s)")
    left = most
    for part in _slices(pair, ids):
        values = {"table": pair.table, "ids": part, "untold": list(pair.untold)}
        different = [row for (row,) in _asked(DIFFERENT.format(kept=kept), values)][:left]
        left = None if left is None else left - len(different)
        for start in range(0, len(different), AT_ONCE):
            yield from _judged(pair, different[start : start + AT_ONCE])


def _slices(pair: _Pair, ids: Sequence[int] | None) -> Iterator[list[int]]:
    """These rows, or all that were ever there, in portions that stay within a statement's time and memory."""
    if ids is not None:
        yield from (list(ids[start : start + SLICE]) for start in range(0, len(ids), SLICE))
        return
    last, statement = 0, NEXT.format(history=pair.history)
    while rows := [row for (row,) in _asked(statement, [pair.table, last, SLICE, last, SLICE, SLICE])]:
        yield rows
        last = rows[-1]


def _judged(pair: _Pair, ids: Sequence[int]) -> list[Stray]:
    """What `audit.story` says of rows whose history and events differ, by the columns that both know."""
    said = {event: _read(text) for event, text in _asked(EVENTS, [pair.table, list(ids)])}
    part = KEPT.format(image=pair.image, history=pair.history, of_history="h.id = ANY (%s)")
    rows = _asked(ROWS.format(kept=part), [pair.history, list(ids)])
    kept = [
        Kept(pair.table, row, number, kind, at, person, _read(image))
        for row, number, kind, at, person, image, _, _ in rows
    ]
    told, outside = story.paired(kept, [_event(pair, *one) for one in said.items()])
    sealed = {number: event for _, number, *_, event, _ in rows}
    repeats = {number for _, number, *_, repeats in rows if repeats}
    return [_without_history(event, said[event.id]) for event in outside] + [
        _without_change(row, sealed[row.number])
        for row in told
        if not row.event and row.number not in repeats
    ]


def _event(pair: _Pair, number: int, said: Mapping[str, Any]) -> Event:
    new = said["new"] and {name: value for name, value in said["new"].items() if name in pair.names}
    actor = person_of(said)
    at = datetime.fromisoformat(said["at"])
    return Event(number, pair.table, said["id"], said["op"], said["old"], new, "", actor, said["role"], at)


def _without_history(event: Event, said: Mapping[str, Any]) -> Stray:
    return Stray(
        table=event.table, row=event.row, op=event.op, event=event.id, history=None, at=event.at, actor_id=event.actor_id,
        role=event.role, program=said["program"] or "", address=said["address"] or said["from"], old=said["old"],
        new=said["new"],
    )  # fmt: skip


def _without_change(row: Kept, event: int | None) -> Stray:
    return Stray(
        table=row.table, row=row.row, op=OPS[row.kind], event=event, history=row.number, at=row.at, actor_id=row.person_id,
        role="", program="", address="", old=None, new=row.image,
    )  # fmt: skip


def _read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)
