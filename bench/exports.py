"""The open data as files: what a hundred thousand published lines cost, beside COPY of the same rows and beside openpyxl.

In a database of its own, cloned from ours: one published line is copied until there are enough, with the ledger's triggers off,
since nothing here is about writing. Every file is written by a process of its own, so that its memory is its own.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import openpyxl
import psycopg
from django.apps import apps
from django.db import connection
from psycopg import sql

from bench.figures import Record, chosen, middle
from bench.goals import Goal
from bench.peers.base import must
from config import embedded, roles

NAME = "bench_exports"
LINES, MONTHS, ROUNDS = 100_000, 12, 3
FIRST = 1_000_000_000  # numbers of the copies, far from those that are there
TABLES = (
    "registry_budgetitem", "registry_budgetitemversion", "registry_budgetline", "registry_monthlyplan", "submissions_period",
    "submissions_report", "submissions_reportline",
)  # fmt: skip
KINDS = ("copy", "csv", "json", "xlsx", "openpyxl")

# One row of a table again, with some columns changed; whatever columns it has.
AGAIN = "(jsonb_populate_record(NULL::{0}, to_jsonb({1}) || jsonb_build_object({2}))).*"
FILL = """
CREATE TEMP TABLE model AS SELECT r.id AS report, r.item_id AS item, r.period_id AS period, v.id AS version, l.id AS line,
  l.line_id AS bought FROM submissions_report r JOIN submissions_reportline l ON l.report_id = r.id
  JOIN registry_budgetitemversion v ON v.item_id = r.item_id AND v.version_id = r.budget_version_id
  WHERE r.state = 'published' ORDER BY r.id, l.id LIMIT 1;
INSERT INTO submissions_period SELECT {period} FROM model m JOIN submissions_period p ON p.id = m.period,
  generate_series(1, {months}) k WHERE NOT EXISTS (SELECT FROM submissions_period o WHERE o.agency_id = p.agency_id
    AND o.fiscal_year_id = p.fiscal_year_id AND o.month = k);
INSERT INTO registry_budgetitem SELECT {item} FROM model m JOIN registry_budgetitem i ON i.id = m.item,
  generate_series(1, {items}) n;
INSERT INTO registry_budgetitemversion SELECT {version} FROM model m JOIN registry_budgetitemversion v ON v.id = m.version,
  generate_series(1, {items}) n;
INSERT INTO registry_budgetline SELECT {bought} FROM model m JOIN registry_budgetline b ON b.id = m.bought,
  generate_series(1, {items}) n;
INSERT INTO registry_monthlyplan (id, item_version_id, month, cash, physical)
  SELECT {first} + n * 100 + k, {first} + n, k, 1000, 8 FROM generate_series(1, {items}) n, generate_series(1, {months}) k;
INSERT INTO submissions_report SELECT {report} FROM model m JOIN submissions_report r ON r.id = m.report
  JOIN submissions_period p ON p.id = m.period JOIN submissions_period o ON o.agency_id = p.agency_id
    AND o.fiscal_year_id = p.fiscal_year_id AND o.month <= {months}, generate_series(1, {items}) n;
INSERT INTO submissions_reportline SELECT {line} FROM model m JOIN submissions_reportline l ON l.id = m.line,
  generate_series(1, {items}) n, generate_series(1, {months}) k;"""


def fill(data: Path, name: str) -> str:
    """Clone a database and give it its lines; the new one's name."""
    with psycopg.connect(embedded.urls(data, "postgres")["superuser"], autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(NAME), sql.Identifier(name))
        )
        roles.prepare_database(admin, NAME)
    with psycopg.connect(embedded.urls(data, NAME)["superuser"], autocommit=True) as here:
        for table in TABLES:
            here.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(sql.Identifier(table)))
        here.execute(_statement())
        here.execute("VACUUM (ANALYZE)")
        (found,) = here.execute("SELECT count(*) FROM submissions_report WHERE id > %s", [FIRST]).fetchall()
    must(found[0] >= LINES, "the lines to be written are not all there")
    return NAME


def _statement() -> str:
    copies = {
        "period": AGAIN.format("submissions_period", "p", f"'id', {FIRST} + k, 'month', k"),
        "item": AGAIN.format("registry_budgetitem", "i", f"'id', {FIRST} + n, 'sub_activity_code', 'B.' || n"),
        "version": AGAIN.format("registry_budgetitemversion", "v", f"'id', {FIRST} + n, 'item_id', {FIRST} + n"),
        "bought": AGAIN.format("registry_budgetline", "b", f"'id', {FIRST} + n, 'item_id', {FIRST} + n"),
        "report": AGAIN.format(
            "submissions_report", "r",
            f"'id', {FIRST} + n * 100 + o.month, 'token', 'b' || n * 100 + o.month, 'item_id', {FIRST} + n, 'period_id', o.id, "
            "'public_note', 'Pekerjaan ruas ' || n || ' berjalan sesuai jadwal'",
        ),
        "line": AGAIN.format(
            "submissions_reportline", "l",
            f"'id', {FIRST} + n * 100 + k, 'report_id', {FIRST} + n * 100 + k, 'line_id', {FIRST} + n, 'realized', 12345 + n + k",
        ),
    }  # fmt: skip
    return FILL.format(**copies, items=-(-LINES // MONTHS), months=MONTHS, first=FIRST)


def measured(run: Any, data: Path, name: str) -> None:
    """Every kind of file in turns, each in a process of its own."""
    made = fill(data, name)
    for turn in range(ROUNDS):
        order = KINDS[turn % len(KINDS) :] + KINDS[: turn % len(KINDS)]
        for kind in order:
            run.note(figure="exports", peer="ours", kind=kind, round=turn, **_asked(data, made, kind))


def _asked(data: Path, name: str, kind: str) -> dict[str, Any]:
    url, kept = (
        embedded.urls(data, name),
        {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ},
    )
    told = {
        "DATABASE_URL": url["app"], "DATABASE_OWNER_URL": url["owner"],
        "JENJANG_DATA": str(data), "JENJANG_DEMO": "1", "CELERY_BROKER_URL": "memory://",
        "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
    }  # fmt: skip
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "bench.exports", kind, str(data / f"export.{kind}")],
        env=kept | told, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def goals_of(records: Sequence[Record]) -> list[Goal]:
    """speed.md 3: CSV beside COPY, XLSX beside openpyxl, and the memory it takes; medians of the rounds."""
    rounds = {kind: chosen(records, figure="exports", kind=kind) for kind in KINDS}
    if not rounds["csv"]:
        return []

    def times(one: str, other: str) -> float:
        pairs = zip(rounds[one], rounds[other], strict=True)
        return middle({number: a["wall"] / b["wall"] for number, (a, b) in enumerate(pairs)})

    extra = max(one["extra_mb"] for one in rounds["xlsx"])
    return [
        Goal("CSV of 100,000 lines, times COPY", times("csv", "copy"), 1.3),
        Goal(
            "XLSX of 100,000 lines, times faster than openpyxl", times("openpyxl", "xlsx"), 2, at_least=True
        ),
        Goal("XLSX of 100,000 lines, extra memory in MB", extra, 50),
    ]


# --- What each process does -------------------------------------------------------------------------------------------


def _copied(year: Any, target: Path) -> None:
    """The limit: the same rows, as the database writes them, without a guard and without our own hands."""
    published = import_module("approvals.published")
    with connection.cursor() as cursor, target.open("wb") as out:
        statement = f"COPY ({published.PUBLISHED_LINES}) TO STDOUT WITH (FORMAT csv, HEADER)"
        with cursor.copy(statement, {"year": year.pk, "path": ""}) as copy:
            for piece in copy:
                out.write(piece)


def _by_openpyxl(year: Any, target: Path) -> None:
    published = import_module("approvals.published")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(published.COLUMNS)
    for row in published.published_lines(year):
        sheet.append(list(row))
    book.save(target)


def _way(kind: str) -> Callable[[Any, Path], object]:
    files = import_module("portal.opendata.files")
    ways = {"copy": _copied, "openpyxl": _by_openpyxl}
    return ways.get(kind) or (lambda year, target: files.write_lines(kind, year, target))


def main(kind: str, target: Path) -> None:
    """Write one file and say what it took."""
    django.setup()
    way = _way(kind)
    year = (
        apps.get_model("registry", "BudgetItem")
        .objects.select_related("fiscal_year")
        .get(pk=FIRST + 1)
        .fiscal_year
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM submissions_report WHERE state = 'published'")
        (lines,) = cursor.fetchone()
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    way(year, target)
    wall = time.perf_counter() - began
    extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    told = {"lines": lines, "wall": wall, "extra_mb": extra, "mb": target.stat().st_size / 1e6}
    sys.stdout.write(json.dumps(told))
    target.unlink()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
