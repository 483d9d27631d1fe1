"""The ledger as files that anybody can check without us: what ledger/verify.py reads."""

from pathlib import Path

import psycopg
from psycopg import sql

# One line for each event, as the bytes were stored: JSON has no line break of its own, and neither quote nor delimiter occurs.
RAW = "COPY ({}) TO STDOUT WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
EVENTS = "SELECT e.id || ' ' || e.payload FROM ledger.leaf l JOIN ledger.event e ON e.id = l.event_id ORDER BY l.index"
UNSEALED = (
    "SELECT e.id || ' ' || e.payload FROM ledger.queue q JOIN ledger.event e ON e.id = q.id ORDER BY e.id"
)
CHECKPOINTS = "SELECT json_build_object('size', size, 'note', note) FROM ledger.checkpoint ORDER BY size"
TABLES = """
SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE t.tgname = 'ledger_insert' AND n.nspname = 'public' ORDER BY 1"""
# Every column that any event (of these rows) ever spoke of in a table and that is still there, in words or as a digest.
SPOKEN = """
SELECT DISTINCT name FROM (SELECT DISTINCT ARRAY(SELECT json_object_keys(x.payload::json -> 'new')) AS names
  FROM ledger.event x WHERE x.of_table = %s AND (%s::bigint[] IS NULL OR x.of_row = ANY (%s))
    AND x.payload::json ->> 'new' IS NOT NULL) s, unnest(s.names) AS name ORDER BY name"""
COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
HASHED = "_sha256"
KEPT = "history_id"  # what numbers the rows of a history


def export(connection: psycopg.Connection, folder: Path) -> None:
    """Write events, checkpoints and live rows as they stand in one moment; the folder must be empty."""
    folder.mkdir(parents=True, exist_ok=True)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        for name, query in (
            ("events.log", EVENTS),
            ("unsealed.log", UNSEALED),
            ("checkpoints.jsonl", CHECKPOINTS),
        ):
            _copy(cursor, sql.SQL(query), folder / name, "xb")
        (folder / "rows.jsonl").touch(exist_ok=False)
        for (table,) in cursor.execute(TABLES).fetchall():
            _copy(cursor, images(cursor, table), folder / "rows.jsonl", "ab")


def _copy(cursor: psycopg.Cursor, query: sql.Composable, path: Path, mode: str) -> None:
    with path.open(mode) as lines, cursor.copy(sql.SQL(RAW).format(query)) as rows:
        for piece in rows:
            lines.write(piece)


def images(cursor: psycopg.Cursor, table: str, ids: list[int] | None = None) -> sql.Composed:
    """The query that tells of the rows of a table (of `ids` only, where given) as its events do: one JSON object for each."""
    columns = {name for (name,) in cursor.execute(COLUMNS, [table]).fetchall()}
    spoken = [name for (name,) in cursor.execute(SPOKEN, [table, ids, ids]).fetchall()]
    told = [one for name in spoken if (one := _told(name, columns)) is not None]
    key = KEPT if KEPT in columns else "id"
    mark = sql.Identifier(key)
    only = (
        sql.SQL("")
        if ids is None
        else sql.SQL(" WHERE t.{} = ANY ({}) ORDER BY t.{}").format(mark, ids, mark)
    )
    return sql.SQL(
        "SELECT json_build_object('table', {}, 'id', t.{}, 'row', json_build_object({})) FROM public.{} t{}"
    ).format(sql.Literal(table), sql.Identifier(key), sql.SQL(", ").join(told), sql.Identifier(table), only)


def _told(name: str, columns: set[str]) -> sql.Composed | None:
    if name in columns:
        return sql.SQL("{}, t.{}").format(sql.Literal(name), sql.Identifier(name))
    plain = name.removesuffix(HASHED)
    if name != plain and plain in columns:
        return sql.SQL("{}, ledger.digest(t.{}::text)").format(sql.Literal(name), sql.Identifier(plain))
    return None
