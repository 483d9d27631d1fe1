"""The sealer: takes events from the queue, appends them to the tree, signs a checkpoint. One transaction, or nothing.

It runs beside the site as a role of its own. A queue, not "greater than the last id": ids are not in the order of commits, and
an event that commits late is never missed. Two sealers at once are harmless: the second finds the first at work.
"""

import json
import logging
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from ledger.merkle import Log, Tile
from ledger.notes import Sealer
from ledger.verify import Key, leaf_of

LOCK = 7_201_306_501  # of sealers, among the database's advisory locks
MOST = 20_000  # events in one transaction: about a quarter of a second
ROUND = 5.0  # seconds between two looks at the queue
CHANNEL = "jenjang_seal"
PERSON = re.compile(r"[0-9]{1,18}")  # anybody at the database may claim to be something else

log = logging.getLogger("jenjang.sealer")


def seal(connection: psycopg.Connection, sealer: Sealer) -> int:
    """Seal what waits, at most MOST events; how many. 0 when nothing waits or another sealer is at work."""
    with connection.transaction(), connection.cursor(binary=True) as cursor:
        locked = cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK]).fetchone()
        if not locked or not locked[0]:
            return 0
        events = cursor.execute(
            "WITH taken AS (DELETE FROM ledger.queue WHERE id IN (SELECT id FROM ledger.queue ORDER BY id LIMIT %s) RETURNING id)"
            " SELECT e.id, e.payload FROM taken t JOIN ledger.event e ON e.id = t.id ORDER BY e.id",
            [MOST],
        ).fetchall()
        if not events:
            return 0
        tree = _tree(cursor)
        _append(cursor, tree, events)
        root = tree.root()
        cursor.execute(
            "INSERT INTO ledger.checkpoint (size, root, note) VALUES (%s, %s, %s)",
            [tree.size, root, sealer.note(tree.size, root)],
        )
    return len(events)


def _tree(cursor: psycopg.Cursor) -> Log:
    found = cursor.execute("SELECT max(size) FROM ledger.checkpoint").fetchone()
    return stored(cursor, (found and found[0]) or 0)


def stored(cursor: psycopg.Cursor, size: int) -> Log:
    """The tree of the first `size` events, as its tiles stand in the database."""

    def fetch(tile: Tile) -> bytes:
        row = cursor.execute(
            "SELECT hashes FROM ledger.tile WHERE level = %s AND index = %s", list(tile)
        ).fetchone()
        return bytes(row[0]) if row else b""

    return Log(size, fetch)


def _append(cursor: psycopg.Cursor, tree: Log, events: Sequence[tuple[int, str]]) -> None:
    first = tree.size
    tree.add(leaf_of(event, payload) for event, payload in events)
    with cursor.copy("COPY ledger.leaf (index, event_id) FROM STDIN") as copy:
        for place, (event, _) in enumerate(events):
            copy.write_row((first + place, event))
    with cursor.copy("COPY ledger.trail (event_id, at, actor, op, of_table, of_row) FROM STDIN") as copy:
        for event, payload in events:
            if found := _found(payload):
                copy.write_row((event, *found))
    cursor.executemany(
        "INSERT INTO ledger.tile (level, index, hashes) VALUES (%s, %s, %s)"
        " ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes",
        [(level, index, bytes(tree.tile((level, index)))) for level, index in sorted(tree.changed)],
    )


def _found(payload: str) -> tuple[str, int | None, str, str, int] | None:
    """What finds an event again. None for what cannot be read: it is sealed like all others, or nothing would be any more."""
    try:
        told = json.loads(payload)
    except (ValueError, RecursionError):  # a number, or a nesting, that only the database can read
        return None
    return told["at"], person_of(told), told["op"], told["table"], told["id"]


def person_of(told: Mapping[str, Any]) -> int | None:
    """Whom the payload of an event names as its actor; None for nobody, and for what is no person's number."""
    claim = told["actor"] or ""
    return int(claim) if PERSON.fullmatch(claim) else None


def is_of(connection: psycopg.Connection, sealer: Sealer) -> bool:
    """Whether the newest checkpoint is of this key, or there is none: a lost key is not silently replaced."""
    row = connection.execute("SELECT note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    return row is None or Key(sealer.public).signs(row[0])


def run(connection: psycopg.Connection, sealer: Sealer, rounds: int | None = None) -> None:
    """Seal every ROUND seconds, and at once when a signature asks for it; for ever unless `rounds` says how often."""
    connection.autocommit = True
    connection.execute(f"LISTEN {CHANNEL}")
    done = 0
    while rounds is None or done < rounds:
        began = time.monotonic()
        while count := seal(connection, sealer):
            log.info("sealed %s events", count)
        done += 1
        if rounds is None or done < rounds:
            for _ in connection.notifies(timeout=max(ROUND - (time.monotonic() - began), 0.1), stop_after=1):
                break
