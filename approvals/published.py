"""All published lines of a year, one row per sub-activity and month: the open data set, and a part of the yearly bundle.

No names of people, no numbers of persons, no internal texts: only what domain.md 5.7 opens. The database itself writes CSV and
JSON, so that a file costs what COPY costs; money is exact, moments are in UTC, nothing known is an empty cell, never 0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db import connection, transaction

from registry.models import FiscalYear
from wording.files import FORMULA_STARTS

AT_ONCE = 2_000  # rows in memory
PATIENCE = "10min"  # for one file of a large government; a page has seconds
MONEY, POINTS = "currency", "percent"


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name, its type as Frictionless says it, what it counts in, and whether people typed its text."""

    name: str
    kind: str = "string"
    unit: str = ""
    typed: bool = False


FIELDS = (
    Field("fiscal_year", typed=True),
    Field("month", "integer"),
    Field("first_day", "date"),
    Field("agency_code", typed=True),
    Field("agency_name", typed=True),
    Field("unit_code", typed=True),
    Field("unit_name", typed=True),
    Field("sub_activity_code", typed=True),
    Field("sub_activity_name", typed=True),
    Field("officer_post", typed=True),
    Field("revision", "integer"),
    Field("budget_version"),
    Field("ceiling", "number", MONEY),
    Field("realized_month", "number", MONEY),
    Field("realized_to_date", "number", MONEY),
    Field("cash_plan_to_date", "number", MONEY),
    Field("absorption", "number", POINTS),
    Field("physical_mode"),
    Field("output_unit", typed=True),
    Field("output_target", "number", "output_unit"),
    Field("physical_month", "number", POINTS),
    Field("physical_to_date", "number", POINTS),
    Field("physical_plan_to_date", "number", POINTS),
    Field("status"),
    Field("problems"),
    Field("public_note", typed=True),
    Field("submitted_at", "datetime"),
    Field("verified_at", "datetime"),
    Field("signed_at", "datetime"),
    Field("published_at", "datetime"),
    Field("document_no", typed=True),
    Field("verification"),
)
COLUMNS = tuple(field.name for field in FIELDS)

# The running sums need all months of a sub-activity together; sorting spills to the server's disk, never to our memory.
# Of an agency (or a unit below it) only its own sub-activities are looked at.
PUBLISHED_LINES = """
WITH counted AS (
  SELECT DISTINCT ON (r.item_id, p.month) r.*, p.month, p.first_day FROM submissions_report r
    JOIN submissions_period p ON p.id = r.period_id JOIN registry_budgetitem i ON i.id = r.item_id
    JOIN registry_unit u ON u.id = i.unit_id
  WHERE p.fiscal_year_id = %(year)s AND r.state = 'published' AND starts_with(u.path, %(path)s)
  ORDER BY r.item_id, p.month, r.revision DESC
),
run AS (
  SELECT c.*, s.money, sum(s.money) OVER months AS realised, sum(c.increment) OVER months AS points,
    sum(c.volume) OVER months AS volumes
  FROM counted c LEFT JOIN (SELECT l.report_id, sum(l.realized) AS money FROM submissions_reportline l
      JOIN counted k ON k.id = l.report_id GROUP BY l.report_id) s ON s.report_id = c.id
  WINDOW months AS (PARTITION BY c.item_id ORDER BY c.month)
)
SELECT y.label AS fiscal_year, c.month::int AS month, c.first_day, a.code AS agency_code, a.name AS agency_name,
  u.code AS unit_code, u.name AS unit_name, i.sub_activity_code, i.sub_activity_name, q.title AS officer_post,
  c.revision::int AS revision, v.kind || ' ' || v.sequence AS budget_version, c.ceiling, c.money AS realized_month,
  c.realised AS realized_to_date, plan.cash AS cash_plan_to_date,
  round(100 * c.realised / nullif(c.ceiling, 0), 4) AS absorption, c.physical_mode, i.output_unit, c.output_target,
  round(CASE WHEN c.physical_mode = 'VOLUME' THEN 100 * c.volume / nullif(c.output_target, 0) ELSE c.increment END, 4)
    AS physical_month,
  round(CASE WHEN c.physical_mode = 'VOLUME' THEN 100 * c.volumes / nullif(c.output_target, 0) ELSE c.points END, 4)
    AS physical_to_date,
  round(CASE WHEN c.physical_mode = 'VOLUME' THEN 100 * plan.physical / nullif(c.output_target, 0) ELSE plan.physical END, 4)
    AS physical_plan_to_date,
  c.status, array_to_string(c.problems, ' ') AS problems, c.public_note, c.submitted_at, c.verified_at, c.signed_at,
  c.published_at, batch.document_no, batch.token AS verification
FROM run c JOIN registry_budgetitem i ON i.id = c.item_id JOIN registry_unit u ON u.id = i.unit_id
  JOIN registry_unit a ON a.id = coalesce(u.agency_id, u.id) JOIN registry_fiscalyear y ON y.id = i.fiscal_year_id
  JOIN registry_budgetversion v ON v.id = c.budget_version_id LEFT JOIN registry_post q ON q.id = i.officer_post_id
  LEFT JOIN registry_budgetitemversion pinned ON pinned.item_id = c.item_id AND pinned.version_id = c.budget_version_id
  LEFT JOIN LATERAL (SELECT sum(k.cash) AS cash, sum(k.physical) AS physical FROM registry_monthlyplan k
    WHERE k.item_version_id = pinned.id AND k.month <= c.month) plan ON true
  LEFT JOIN LATERAL (SELECT b.token, b.document_no FROM approvals_signingentry e
    JOIN approvals_signingbatch b ON b.id = e.batch_id
    WHERE e.report_id = c.id AND b.state = 'published' ORDER BY b.id DESC LIMIT 1) batch ON true
ORDER BY a.code, u.code, i.sub_activity_code, c.month"""

COUNT = """SELECT count(*) FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
  JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id
WHERE p.fiscal_year_id = %(year)s AND r.state = 'published' AND starts_with(u.path, %(path)s)"""

STARTS = "".join(FORMULA_STARTS).replace("\t", "'||chr(9)||'").replace("\r", "'||chr(13)||'")


def _said(field: Field) -> str:
    """The column as it stands in every file: texts that are empty are not known, moments in UTC."""
    name = f"line.{field.name}"
    if field.kind == "datetime":
        return f"""to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS {field.name}"""
    return f"nullif({name}, '') AS {field.name}" if field.kind == "string" else f"{name} AS {field.name}"


def _in_csv(field: Field) -> str:
    """The same, and nothing that a spreadsheet would run (wording.files.guarded)."""
    name = f"line.{field.name}"
    if not field.typed:
        return _said(field)
    guarded = f"strpos('{STARTS}', left({name}, 1)) > 0"
    return (
        f"CASE WHEN {name} = '' THEN NULL WHEN {guarded} THEN '''' || {name} ELSE {name} END AS {field.name}"
    )


def _in_json(field: Field) -> str:
    """The same; money and points as strings, so that no reader makes floats of them."""
    return f"line.{field.name}::text AS {field.name}" if field.kind == "number" else _said(field)


def _select(columns: Sequence[str]) -> str:
    return f"SELECT {', '.join(columns)} FROM ({PUBLISHED_LINES}) AS line"  # noqa: S608 - joined from constants


AS_ROWS = _select([_said(field) for field in FIELDS])
AS_CSV = f"COPY ({_select([_in_csv(field) for field in FIELDS])}) TO STDOUT WITH (FORMAT csv, HEADER)"
AS_JSON = f"SELECT row_to_json(said)::text FROM ({_select([_in_json(field) for field in FIELDS])}) AS said"  # noqa: S608


def published_lines(year: FiscalYear, path: str = "") -> Iterator[Sequence[Any]]:
    """Every published sub-activity and month of a year, of units at or below `path`; read through a server-side cursor, so
    that memory stays constant."""
    yield from _read(AS_ROWS, year, path)


def count_lines(year: FiscalYear, path: str = "") -> int:
    """How many lines that is; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"year": year.pk, "path": path})
        return int(cursor.fetchone()[0])


def write_csv(year: FiscalYear, out: BinaryIO, path: str = "") -> int:
    """All lines with a header line (RFC 4180, UTF-8), by COPY; returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        _patient(cursor)
        with cursor.copy(AS_CSV, {"year": year.pk, "path": path}) as copy:
            for piece in copy:
                out.write(piece)
        # The header counts for nothing.
        return int(cursor.rowcount)


def write_json(year: FiscalYear, out: BinaryIO, path: str = "") -> int:
    """One array, one object a line; returns how many."""
    count = 0
    out.write(b"[")
    for count, (line,) in enumerate(_read(AS_JSON, year, path), 1):
        out.write((",\n" if count > 1 else "\n").encode())
        out.write(line.encode())
    out.write(b"\n]\n")
    return count


def _read(statement: str, year: FiscalYear, path: str) -> Iterator[Sequence[Any]]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            _patient(cursor)
        with connection.chunked_cursor() as rows:
            rows.execute(statement, {"year": year.pk, "path": path})
            while portion := rows.fetchmany(AT_ONCE):
                yield from portion


def _patient(cursor: Any) -> None:
    """A file takes longer than a page may; until this transaction ends."""
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])
