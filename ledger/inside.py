"""What only who has the database can check of the ledger: that nothing fell between queue and tree, that tiles and trail say what
the events say, and that the triggers which write and guard it all are in force.

Everything else is for ledger/verify.py, which outsiders have too. Each check is a few statements over whole sets, and raises
Fault with the first thing that does not hold. They want a transaction in which nothing moves.
"""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from ledger.merkle import HASH, WIDTH
from ledger.sealing import stored
from ledger.verify import Fault, Key, Tree

# An event and its place in the queue are written by one statement; the sealer takes it from there as it seals it.
UNACCOUNTED = """
SELECT count(*), min(e.id) FROM ledger.event e
WHERE NOT EXISTS (SELECT FROM ledger.leaf l WHERE l.event_id = e.id)
  AND NOT EXISTS (SELECT FROM ledger.queue q WHERE q.id = e.id)"""
# What finds events again, beside what they say.
FINDERS = """
SELECT count(*), min(e.id) FROM ledger.event e CROSS JOIN LATERAL json_to_record(e.payload::json) AS p("table" text, id bigint)
WHERE (e.of_table, e.of_row) IS DISTINCT FROM (p."table", p.id)"""
TRAIL = """
WITH told AS (SELECT e.id AS event_id, p.at, substring(p.actor FROM '^[0-9]{1,18}$')::bigint AS actor, p.op,
    p."table" AS of_table, p.id AS of_row
  FROM ledger.leaf l JOIN ledger.event e ON e.id = l.event_id CROSS JOIN LATERAL json_to_record(e.payload::json)
    AS p(at timestamptz, actor text, op text, "table" text, id bigint)),
apart AS (SELECT coalesce(told.event_id, t.event_id) AS id, CASE WHEN t.event_id IS NULL THEN 'is missing'
    WHEN told.event_id IS NULL THEN 'stands for no sealed event' ELSE 'says something else than its event' END AS how
  FROM told FULL JOIN ledger.trail t ON t.event_id = told.event_id
  WHERE (t.event_id, t.at, t.actor, t.op, t.of_table, t.of_row)
    IS DISTINCT FROM (told.event_id, told.at, told.actor, told.op, told.of_table, told.of_row))
SELECT count(*), min(id), (array_agg(how ORDER BY id))[1] FROM apart"""
CHECKPOINTS = """
SELECT count(*), min(size) FROM ledger.checkpoint WHERE (size::text, encode(root, 'base64'))
  IS DISTINCT FROM (split_part(note, E'\\n', 2), split_part(note, E'\\n', 3))"""
NEWEST = "SELECT size, root, note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1"
TILES = "SELECT index, hashes FROM ledger.tile WHERE level = %s ORDER BY index"
# Whatever ever spoke to the ledger, or has a function to do so, must have all its triggers; what is there must not be off.
TRIGGERS = """
WITH speaking AS (SELECT of_table AS name FROM ledger.event GROUP BY 1
  UNION SELECT substring(proname FROM '^record_(.+)_insert$') FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace),
tables AS (SELECT c.oid, c.relname, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
    AND a.attname = 'history_id') AS history FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace),
wanted AS (
  SELECT t.oid, w.name FROM tables t JOIN speaking s ON s.name = t.relname CROSS JOIN LATERAL unnest(CASE
    WHEN t.history THEN '{ledger_insert,append_only,never_truncated}'
    ELSE '{ledger_insert,ledger_update,ledger_delete,never_truncated}' END::text[]) w(name)
  UNION SELECT to_regclass('ledger.' || l.name), w.name FROM (VALUES ('event', 'append_only'), ('leaf', 'append_only'),
    ('checkpoint', 'append_only'), ('trail', 'append_only'), ('tile', 'grow_only')) l(name, guard)
    CROSS JOIN LATERAL (VALUES (l.guard), ('never_truncated')) w(name)
  UNION SELECT g.tgrelid, g.tgname FROM pg_trigger g WHERE g.tgname IN ('append_only', 'grow_only', 'never_truncated')
    OR g.tgname LIKE 'ledger\\_%'
  UNION SELECT g.tgrelid, g.tgname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
    WHERE g.tgenabled = 'D' AND c.relnamespace IN ('public'::regnamespace, 'ledger'::regnamespace))
SELECT w.oid::regclass::text, w.name FROM wanted w LEFT JOIN pg_trigger g ON g.tgrelid = w.oid AND g.tgname = w.name
WHERE g.tgenabled IS DISTINCT FROM 'A' ORDER BY 1, 2"""
EVENT_TRIGGERS = """
SELECT w.name FROM (VALUES ('jenjang_ddl_command_end'), ('jenjang_sql_drop')) w(name) LEFT JOIN pg_event_trigger e
  ON e.evtname = w.name AND e.evtfoid = to_regprocedure('ledger.record_ddl()')
WHERE e.evtenabled IS DISTINCT FROM 'A' ORDER BY 1"""


def accounted(connection: psycopg.Connection, key: Key) -> None:
    """Every event is sealed, or waits in the queue to be."""
    count, first = _row(connection, UNACCOUNTED)
    if count:
        raise Fault(
            f"{count} events are neither sealed nor in the queue, event {first} first: they were taken out of it."
        )


def checkpoints(connection: psycopg.Connection, key: Key) -> None:
    """The columns beside each signed checkpoint say what it says."""
    count, first = _row(connection, CHECKPOINTS)
    if count:
        raise Fault(
            f"{count} checkpoints stand beside another size or root than they sign, that of {first} events first."
        )


def tiles(connection: psycopg.Connection, key: Key) -> None:
    """The stored tiles lead to the newest checkpoint, all of them and nothing else."""
    found = connection.execute(NEWEST).fetchone()
    size, root = key.open(found[2]) if found else (0, b"")
    level, above, count = 0, b"", size
    while count or level == 0:
        above = _level(connection, level, count, above)
        level, count = level + 1, count // WIDTH
    extra = connection.execute(
        "SELECT level, index FROM ledger.tile WHERE level >= %s LIMIT 1", [level]
    ).fetchone()
    if extra:
        raise Fault(f"Tile {extra[1]} of level {extra[0]} belongs to no tree of {size} events.")
    if found and stored(connection.cursor(), size).root() != root:
        raise Fault(f"The stored tiles do not lead to the checkpoint of {size} events.")


def _level(connection: psycopg.Connection, level: int, count: int, said: bytes) -> bytes:
    """Check the tiles of a level, of `count` hashes, against what those below make; what these make of the next one."""
    above, done = bytearray(), 0
    for index, hashes in _tiles(connection, level):
        begin = index * WIDTH * HASH
        whole = len(hashes) == min(WIDTH, count - index * WIDTH) * HASH and index == done
        if not whole or (level and said[begin : begin + len(hashes)] != hashes):
            raise Fault(f"Tile {index} of level {level} is not the one that was sealed.")
        done += 1
        if len(hashes) == WIDTH * HASH:
            tree = Tree()
            for at in range(0, len(hashes), HASH):
                tree.add(hashes[at : at + HASH])
            above += tree.root()
    if done != -(-count // WIDTH):
        raise Fault(f"Tile {done} of level {level} is missing.")
    return bytes(above)


def _tiles(connection: psycopg.Connection, level: int) -> Iterator[tuple[int, bytes]]:
    with connection.cursor(name=f"tiles_{level}", binary=True) as cursor:
        cursor.itersize = 500
        yield from cursor.execute(TILES, [level])


def trail(connection: psycopg.Connection, key: Key) -> None:
    """What finds events again, by table and row, by person, moment and kind, says what the events say."""
    count, first = _row(connection, FINDERS)
    if count:
        raise Fault(f"{count} events are filed under another row than they tell of, event {first} first.")
    count, first, how = _row(connection, TRAIL)
    if count:
        raise Fault(f"{count} rows of the trail are wrong: that of event {first} {how}.")


def triggers(connection: psycopg.Connection, key: Key) -> None:
    """What writes events, and what guards them, is in force for whoever is logged in."""
    off = connection.execute(TRIGGERS).fetchall()
    if off:
        table, name = off[0]
        raise Fault(f"{len(off)} triggers are missing or not always in force, {name} of {table} first.")
    gone = connection.execute(EVENT_TRIGGERS).fetchall()
    if gone:
        raise Fault(
            f"The event trigger {gone[0][0]} is missing or not always in force: changes of tables go unrecorded."
        )


def _row(connection: psycopg.Connection, statement: str) -> Any:
    return connection.execute(statement.encode()).fetchone()


# In the order in which they are worth asking: what explains most comes first.
CHECKS: dict[str, Callable[[psycopg.Connection, Key], None]] = {
    "queue": accounted, "checkpoints": checkpoints, "tiles": tiles, "trail": trail, "triggers": triggers,
}  # fmt: skip
