"""The proof of some rows: their events, each with its way to the newest checkpoint, as ledger/verify.py reads them.

It knows rows by table and number and nothing of what they mean. Everything is read in the transaction of the given cursor, which
must see one moment only (REPEATABLE READ): else what is written meanwhile would look like a fault.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from ledger.exporting import RAW, images
from ledger.merkle import HEIGHT, Log, Tile

Row = tuple[str, int]  # table and number
AT_ONCE = 5_000  # events whose tiles are in memory together: at most 8 kB each
OF_ROWS = "unnest({}::text[], {}::bigint[]) AS r(name, id) JOIN ledger.event e ON e.of_table = r.name AND e.of_row = r.id"
LINES = "SELECT e.id || ' ' || e.payload FROM "
SEALED = LINES + OF_ROWS + " JOIN ledger.leaf l ON l.event_id = e.id ORDER BY l.index"
UNSEALED = LINES + OF_ROWS + " JOIN ledger.queue q ON q.id = e.id ORDER BY e.id"
PLACES = "SELECT l.index, e.id FROM " + OF_ROWS + " JOIN ledger.leaf l ON l.event_id = e.id ORDER BY l.index"  # noqa: S608
# A row as it stands, and what its last event says of columns that are there no more: so no name can be left out unseen.
ROWS = """
SELECT jsonb_build_object('table', i.told -> 'table', 'id', i.told -> 'id', 'row', coalesce((SELECT e.payload::jsonb -> 'new'
  FROM ledger.event e JOIN ledger.leaf l ON l.event_id = e.id WHERE e.of_table = {1} AND e.of_row = (i.told ->> 'id')::bigint
  ORDER BY l.index DESC LIMIT 1), '{{}}') || (i.told -> 'row')::jsonb)
FROM ({0}) AS i (told) ORDER BY (i.told ->> 'id')::bigint"""
NEWEST = "SELECT size, note, at FROM ledger.checkpoint ORDER BY size DESC LIMIT 1"
TILES = """
SELECT t.level, t.index, t.hashes FROM unnest(%s::smallint[], %s::bigint[]) AS w(level, index)
  JOIN ledger.tile t ON (t.level, t.index) = (w.level, w.index)"""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a folder proves: `events` of some rows in the ledger of `size` events; `waiting` ones are not sealed yet."""

    size: int
    at: datetime  # of its checkpoint, UTC
    events: int
    waiting: int


class Unsealed(Exception):
    """There is no checkpoint yet that anything could be proved by."""


def prove(cursor: psycopg.Cursor, rows: Iterable[Row], earlier: Iterable[int], folder: Path) -> Proof:
    """Write the proof of these rows into an empty folder, and that the ledger of each `earlier` size led to the newest.

    Each row must be known by all its events, so `rows` names rows that are gone too. Statements: six, three for each table and
    one for 5,000 events. Raises Unsealed before the first checkpoint.
    """
    wanted = sorted(set(rows))
    of_rows = [sql.Literal([table for table, _ in wanted]), sql.Literal([number for _, number in wanted])]
    newest = cursor.execute(NEWEST).fetchone()
    if newest is None:
        raise Unsealed
    size, note = int(newest[0]), newest[1]
    (folder / "checkpoints.jsonl").write_text(_line({"size": size, "note": note}))
    _copied(cursor, sql.SQL(SEALED).format(*of_rows), folder / "events.log")
    waiting = _copied(cursor, sql.SQL(UNSEALED).format(*of_rows), folder / "unsealed.log")
    (folder / "rows.jsonl").touch()
    for table, numbers in _by_table(wanted).items():
        told = sql.SQL(ROWS).format(images(cursor, table, numbers), sql.Literal(table))
        _copied(cursor, told, folder / "rows.jsonl")
    places = cursor.execute(sql.SQL(PLACES).format(*of_rows)).fetchall()
    with (folder / "proofs.jsonl").open("w") as lines:
        lines.write("\n".join(_proofs(cursor, size, places, earlier)))
    return Proof(size, newest[2], len(places), waiting)


def _proofs(
    cursor: psycopg.Cursor, size: int, places: Sequence[Any], earlier: Iterable[int]
) -> Iterator[str]:
    known = sorted({one for one in earlier if 0 < one < size})
    log = _log(cursor, size, [one - 1 for one in known])
    for one in known:
        yield _line({"from": one, "path": [step.hex() for step in log.consistency(one, size)]})
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        log = _log(cursor, size, [place for place, _ in some])
        for place, event in some:
            path = [step.hex() for step in log.inclusion(place, size)]
            yield _line({"event": event, "index": place, "path": path})


def _log(cursor: psycopg.Cursor, size: int, places: Sequence[int]) -> Log:
    """The tree, with every tile that lies on the way from these leaves to the root fetched by one statement."""
    levels = range((size.bit_length() + HEIGHT - 1) // HEIGHT)
    wanted = sorted({(level, place >> HEIGHT * (level + 1)) for place in (*places, size) for level in levels})
    found: Mapping[Tile, bytes] = {
        (level, index): bytes(hashes)
        for level, index, hashes in cursor.execute(
            TILES, [[level for level, _ in wanted], [index for _, index in wanted]]
        ).fetchall()
    }
    return Log(size, lambda tile: found.get(tile, b""))


def _by_table(rows: Iterable[Row]) -> dict[str, list[int]]:
    tables: dict[str, list[int]] = defaultdict(list)
    for table, number in rows:
        tables[table].append(number)
    return tables


def _copied(cursor: psycopg.Cursor, query: sql.Composable, path: Path) -> int:
    """Append what a query tells to a file, a line for each row; how many."""
    with path.open("ab") as lines, cursor.copy(sql.SQL(RAW).format(query)) as rows:
        for piece in rows:
            lines.write(piece)
    return cursor.rowcount


def _line(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
