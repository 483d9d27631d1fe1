"""The ledger as files that anybody can check without us: what ledger/verify.py reads."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

EVENTS = "SELECT e.id, e.payload FROM ledger.leaf l JOIN ledger.event e ON e.id = l.event_id ORDER BY l.index"
UNSEALED = "SELECT e.id, e.payload FROM ledger.queue q JOIN ledger.event e ON e.id = q.id ORDER BY e.id"
CHECKPOINTS = "SELECT size, note FROM ledger.checkpoint ORDER BY size"
# What each row's last event told of it: the columns that its table spoke of at that time.
SPOKEN = """
SELECT DISTINCT ON (of_row) of_row, ARRAY(SELECT json_object_keys((payload::json) -> 'new')) AS names
FROM ledger.event WHERE of_table = %s ORDER BY of_row, id DESC"""
TABLES = """
SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE t.tgname = 'ledger_insert' AND n.nspname = 'public' ORDER BY 1"""
HASHED = "_sha256"


def export(connection: psycopg.Connection, folder: Path) -> None:
    """Write events, checkpoints and live rows as they stand in one moment; the folder must be empty."""
    folder.mkdir(parents=True, exist_ok=True)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        for name, query in (("events", EVENTS), ("unsealed", UNSEALED)):
            _write(
                folder / f"{name}.jsonl",
                ({"id": row[0], "payload": row[1]} for row in _stream(connection, query)),
            )
        kept = _stream(connection, CHECKPOINTS)
        _write(folder / "checkpoints.jsonl", ({"size": size, "note": note} for size, note in kept))
        _write(folder / "rows.jsonl", _rows(connection))


def _stream(connection: psycopg.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor(name="export") as cursor:
        cursor.itersize = 5000
        yield from cursor.execute(query.encode())


def _write(path: Path, found: Iterable[dict[str, Any]]) -> None:
    with path.open("x", encoding="utf-8") as lines:
        lines.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in found)


def _rows(connection: psycopg.Connection) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        tables = [name for (name,) in cursor.execute(TABLES).fetchall()]
        for table in tables:
            columns = _columns(cursor, table)
            for names, ids in _groups(cursor, table, columns).items():
                yield from _images(cursor, table, columns, names, ids)


def _columns(cursor: psycopg.Cursor, table: str) -> set[str]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    return {name for (name,) in cursor.fetchall()}


def _groups(cursor: psycopg.Cursor, table: str, columns: set[str]) -> dict[tuple[str, ...], list[int]]:
    """The rows that live, by the columns their last event spoke of; a row without any event by its id alone."""
    spoken: dict[int, list[str]] = dict(cursor.execute(SPOKEN, [table]).fetchall())
    ids = cursor.execute(sql.SQL("SELECT id FROM {}").format(sql.Identifier(table))).fetchall()
    groups: dict[tuple[str, ...], list[int]] = {}
    for (pk,) in ids:
        names = tuple(
            name for name in spoken.get(pk, ["id"]) if name.removesuffix(HASHED) in columns or name in columns
        )
        groups.setdefault(names, []).append(pk)
    return groups


def _images(
    cursor: psycopg.Cursor, table: str, columns: set[str], names: tuple[str, ...], ids: list[int]
) -> Iterator[dict[str, Any]]:
    """Rows as the triggers of `ledger.sql` would tell of them."""
    told = [
        sql.SQL("{}, t.{}").format(sql.Literal(name), sql.Identifier(name))
        if name in columns
        else sql.SQL("{}, ledger.digest(t.{}::text)").format(
            sql.Literal(name), sql.Identifier(name.removesuffix(HASHED))
        )
        for name in names
    ]
    query = sql.SQL("SELECT t.id, json_build_object({})::text FROM {} t WHERE t.id = ANY (%s)").format(
        sql.SQL(", ").join(told), sql.Identifier(table)
    )
    for pk, image in cursor.execute(query, [ids]):
        yield {"table": table, "id": pk, "row": json.loads(image, parse_float=str)}
