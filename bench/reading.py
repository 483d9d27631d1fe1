"""What looking costs as a government's years pile up: the dashboard's totals, and a verifier's inbox.

Each amount of rows has a database of its own. Beside what a page asks stands the least that could answer it, in turns: for the
dashboard the kept sums added up by agency, for the inbox a join of offices and reports by hand. Before anything is measured,
what is kept must equal what the formula says of the reports, in every figure of every agency.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, connections, transaction
from psycopg import sql

from approvals.selectors import listed, waiting_ids
from bench.peers.base import Peer, must
from bench.plan import ROUNDS_OF_READING
from bench.reading_rows import PEOPLE, YEAR, Amount, fill
from config import embedded, roles
from portal import queries, selectors
from portal.selectors import View, build, rows_of
from registry.models import FiscalYear, Unit, User
from submissions import rollups
from submissions.models import Report
from workflow.cursor import Prepared
from workflow.route import VERIFY

NAME, TEMPLATE = "bench_reading", "bench_reading_empty"
ALIASES = ("default", "owner")
LINES = 10  # of a report
PAGE = 20
READERS = 25  # people whose inboxes are looked into, in each round

# The kept sums of a month by agency, and nothing else.
BARE = f"""
SELECT coalesce(u.agency_id, u.id), {rollups.ADDED} FROM submissions_unitmonth t JOIN registry_unit u ON u.id = t.unit_id
WHERE t.fiscal_year_id = %(year)s AND t.month = %(month)s GROUP BY 1"""  # noqa: S608 - a constant
# Submitted reports of the person's post, the oldest first, with their number.
LIMIT = """
SELECT r.id, count(*) OVER () FROM registry_assignment o JOIN registry_budgetitem i ON i.verifier_post_id = o.post_id
  JOIN submissions_report r ON r.item_id = i.id AND r.state = 'submitted'
WHERE o.person_id = %s AND o.valid_from <= current_date ORDER BY r.moved_at LIMIT 20"""


def dashboard(_peer: Peer, rows: int) -> dict[str, Any]:
    """Totals of a month, of all months, and of all months by agency: milliseconds, statements, and that they are right."""
    amount = Amount(rows // LINES, LINES)
    with _database(amount) as took:
        year = FiscalYear.objects.get(pk=YEAR)
        view = View(selectors.months(year)[-1])
        took |= _checked(view)
        asks: dict[str, Callable[[], Any]] = {
            "totals": lambda: selectors.units(view),
            "months": lambda: selectors.year_months(year),
            "agencies": lambda: selectors.unit_year(year),
            "agency": lambda: selectors.items(View(view.month, unit=Unit.objects.get(pk=2)), limit=50),
            "bare": lambda: _fetched(BARE, {"year": year.pk, "month": view.month.number}),
        }
        return {"rows": amount.rows, **took, **_timed(asks)}


def inbox(_peer: Peer, rows: int) -> dict[str, Any]:
    """The first page of what waits for a verifier among so many reports, and how much it is, beside the limit."""
    amount = Amount(rows, 1)
    with _database(amount):
        verifiers = User.objects.filter(assignments__post__role="section_head").order_by("pk")
        people = list(verifiers[:: max(1, PEOPLE // 2 // READERS)][:READERS])
        for person in people:
            limit = _fetched(LIMIT, [person.pk])
            shown, number = _page(person)
            said = ([one.pk for one in shown], number)
            must(
                said == ([pk for pk, _ in limit], limit[0][1] if limit else 0),
                "the inbox is not what the limit says",
            )
        asks = {
            "ours": lambda: [_page(person) for person in people],
            "limit": lambda: [_fetched(LIMIT, [person.pk]) for person in people],
        }
        found = _timed(asks)
        return {"rows": amount.rows, **{name: _each(one, len(people)) for name, one in found.items()}}


def _page(person: User) -> tuple[list[Report], int]:
    found = waiting_ids(person, VERIFY)
    return list(listed(found).order_by("moved_at")[:PAGE]), len(found)


def _each(cost: dict[str, float], people: int) -> dict[str, float]:
    return {name: value / people for name, value in cost.items()}


def _checked(view: View) -> dict[str, float]:
    """How long the formula takes where nothing is kept; Wrong when what is kept says something else."""
    kept = selectors.units(view)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        began = time.perf_counter()
        rows = list(rows_of(queries.OWN + queries.UNITS, view.parameters))
        live = time.perf_counter() - began
    totals = {row["unit_id"]: build(selectors.Total, row) for row in rows}
    said: dict[int | None, selectors.Total] = {one.unit_id: one.total for one in kept[1]}
    must(totals == said | {None: kept[0]}, "what is kept is not what the reports say")
    return {"live": live * 1000}


def _timed(asks: dict[str, Callable[[], Any]]) -> dict[str, dict[str, float]]:
    """Each in turn, some rounds long: the median in milliseconds, and how many statements it takes."""
    found: dict[str, list[float]] = {name: [] for name in asks}
    counts = {}
    for number in range(ROUNDS_OF_READING + 1):
        for name, ask in asks.items():
            with _counted() as sent:
                began = time.perf_counter()
                ask()
                took = time.perf_counter() - began
            counts[name] = len(sent)
            if number:  # the first only warms up
                found[name].append(took * 1000)
    return {name: {"ms": median(times), "statements": counts[name]} for name, times in found.items()}


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Statements as they are sent, by Django's cursor and by prepared ones."""
    sent: list[str] = []

    def note(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(statement)
        return execute(statement, params, many, context)

    Prepared.listeners.append(sent.append)
    try:
        with connection.execute_wrapper(note):
            yield sent
    finally:
        Prepared.listeners.remove(sent.append)


def _fetched(statement: str, asked: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())


@contextmanager
def _database(amount: Amount) -> Iterator[dict[str, Any]]:
    """Our own empty tables with these rows, and the roll-ups made by the product; gone afterwards."""
    superuser = embedded.urls(settings.DATA_DIR, NAME)["superuser"]
    with psycopg.connect(embedded.urls(settings.DATA_DIR, "postgres")["superuser"], autocommit=True) as admin:
        _template(admin)
        _drop(admin, NAME)
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                *map(sql.Identifier, (NAME, TEMPLATE, roles.ROLE["owner"]))
            )
        )
        fill(superuser, amount)
        try:
            with _pointed_at(NAME):
                made = _rolled_up()
                with psycopg.connect(superuser, autocommit=True) as here:
                    here.execute("VACUUM (ANALYZE)")
                yield {"made": made * 1000}
        finally:
            _drop(admin, NAME)


def _rolled_up() -> float:
    """The product makes its roll-ups; the seconds."""
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        rollups.refresh(cursor, YEAR, rollups.units_of(cursor, YEAR))
    return time.perf_counter() - began


def _template(admin: psycopg.Connection[Any]) -> None:
    """A database with our tables and nothing in them; one of an earlier run gets the migrations made since."""
    if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
        roles.prepare_database(admin, TEMPLATE)
    with _pointed_at(TEMPLATE):
        call_command("migrate", database="owner", verbosity=0, interactive=False)


@contextmanager
def _pointed_at(name: str) -> Iterator[None]:
    """This process works on another database of the same server."""
    before = {alias: connections.settings[alias]["NAME"] for alias in ALIASES}
    _point(dict.fromkeys(ALIASES, name))
    try:
        yield
    finally:
        _point(before)


def _point(names: dict[str, Any]) -> None:
    for alias, name in names.items():
        wrappers = list(connections[alias].execute_wrappers)
        connections[alias].close()
        connections.settings[alias]["NAME"] = name
        connections[alias].execute_wrappers[:] = wrappers
    ContentType.objects.clear_cache()


def _drop(admin: psycopg.Connection[Any], name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
