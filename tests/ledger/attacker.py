# ruff: noqa: S608 - the statements of an attacker, put together from constants
"""Who runs the database server, and the small site that he attacks.

One small site lives through eight seals, and somebody outside keeps two of the eight checkpoints: the third and the last. Each
attacker is the server's superuser, who switches every trigger off and holds, where it helps, the sealer's own key.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import roles
from ledger import inside
from ledger.exporting import export
from ledger.notes import Sealer, sealer_of
from ledger.recording import recorded
from ledger.sealing import seal
from ledger.verify import Fault, Key, check
from registry.models import Unit
from tests import databases
from tests.cast import inhabited

Urls = dict[str, str]
SEALS = 8
HEALTH, WORKS = "1.02.2.14.0.00.01.0000", "1.03.1.04.0.00.01.0000"  # the codes of two agencies
ASIDE = 1_000_000  # a place in the log that nobody has
KEPT_TABLES = ("event", "leaf", "tile", "checkpoint", "trail")


@dataclass(frozen=True)
class Site:
    """A site whose ledger was sealed; what of it lies outside: the sealer's public key and two checkpoints."""

    urls: Urls
    sealer: Sealer
    anchors: tuple[str, str]


def fault_of(folder: Path, sealer: Sealer, anchors: Sequence[str]) -> str:
    try:
        check(folder, Key(sealer.public), anchors)
    except Fault as fault:
        return str(fault)
    return ""


def rename(code: str, name: str) -> None:
    """As the site does it, with the row of the history that people read."""
    with recorded(None):
        unit = Unit.objects.get(code=code)
        unit.name = name
        unit.save()


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with django_db_blocker.unblock():
        urls, sealer = databases.clone_database("attacked"), sealer_of(tmp_path_factory.mktemp("key"))
        with (
            databases.pointed_at(databases.name_of(urls)),
            psycopg.connect(urls["sealer"], autocommit=True) as connection,
        ):
            inhabited(lambda moment: None)
            for number in range(SEALS):
                if number:
                    rename(HEALTH, f"Dinas Kesehatan {number}")
                    rename(WORKS, f"Dinas Pekerjaan Umum {number}")
                assert seal(connection, sealer)
            notes = [
                note for (note,) in connection.execute("SELECT note FROM ledger.checkpoint ORDER BY size")
            ]
        assert len(notes) == SEALS
        yield Site(urls, sealer, (notes[2], notes[-1]))
        databases.drop_database(urls)


@pytest.fixture
def he(site: Site) -> Iterator["Attacker"]:
    """The server's superuser, in one transaction: what he does stays with him, and the next one finds the site as it was."""
    with psycopg.connect(site.urls["superuser"]) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction(force_rollback=True):
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            yield Attacker(connection, site)


class Attacker:
    """Who knows how everything is made, and may do everything. Nothing of what he does is recorded while he is `silent`."""

    def __init__(self, connection: psycopg.Connection, site: Site) -> None:
        self.connection, self.site = connection, site

    @contextmanager
    def acting_as(self, role: str) -> Iterator[None]:
        self.do(f"SET ROLE {roles.ROLE[role]}")
        yield
        self.do("RESET ROLE")

    def sealed(self, sealer: Sealer | None = None) -> int:
        """The real sealer at its work; with another key, when given."""
        with self.acting_as("sealer"):
            return seal(self.connection, sealer or self.site.sealer)

    def checkpoints(self) -> list[tuple[int, str]]:
        return list(self.connection.execute("SELECT size, note FROM ledger.checkpoint ORDER BY size"))

    def verdicts(self, folder: Path) -> list[str]:
        """What the verifier says without the anchors and with them; "" where it finds nothing."""
        with self.acting_as("app"):
            export(self.connection, folder)
        return [fault_of(folder, self.site.sealer, anchors) for anchors in ((), self.site.anchors)]

    def inside(self) -> str:
        """What `verify_ledger` finds beside, who reads the database itself."""
        try:
            for one in inside.CHECKS.values():
                one(self.connection, Key(self.site.sealer.public))
        except Fault as fault:
            return str(fault)
        return ""

    def do(self, *statements: str) -> None:
        for statement in statements:
            self.connection.execute(statement.encode())

    def ask(self, query: str) -> Any:
        row = self.connection.execute(query.encode()).fetchone()
        return row[0] if row else None

    @contextmanager
    def silent(self, *tables: str) -> Iterator[None]:
        """All triggers off, those on commands too; afterwards each is on again as it was."""
        tables = tables or tuple(f"ledger.{table}" for table in KEPT_TABLES)
        self.do("SET event_triggers = off")
        names = {table: self._triggers(table) for table in tables}
        self.do(*[f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in tables])
        yield
        self.do(*[f"ALTER TABLE {table} ENABLE TRIGGER ALL" for table in tables])
        self.do(
            *[f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {one}" for table in tables for one in names[table]]
        )
        self.do("SET event_triggers = on")

    def _triggers(self, table: str) -> list[str]:
        rows = self.connection.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'A'", [table]
        )
        return [name for (name,) in rows]

    def last_event(self, code: str) -> int:
        """The newest event of an agency."""
        return int(
            self.ask(
                f"SELECT max(id) FROM ledger.event WHERE of_table = 'registry_unit' AND of_row = {self.unit(code)}"
            )
        )

    def unit(self, code: str) -> int:
        return int(self.ask(f"SELECT id FROM registry_unit WHERE code = '{code}'"))

    def place(self, event: int) -> int:
        return int(self.ask(f"SELECT index FROM ledger.leaf WHERE event_id = {event}"))

    def shift(self, after: int, by: int) -> None:
        """Leaves from a place on get another number."""
        self.do(
            f"UPDATE ledger.leaf SET index = index + {ASIDE} WHERE index >= {after}",
            f"UPDATE ledger.leaf SET index = index - {ASIDE} + {by} WHERE index >= {ASIDE}",
        )

    def without(self, *events: int) -> None:
        """Take events out, leaf and all."""
        gone = ", ".join(map(str, events))
        for table, column in (("leaf", "event_id"), ("trail", "event_id"), ("queue", "id"), ("event", "id")):
            self.do(f"DELETE FROM ledger.{table} WHERE {column} IN ({gone})")

    def cut(self, size: int) -> list[int]:
        """The sealed log ends here, with tiles that fit and checkpoints up to here; the events that it had after."""
        rows = self.connection.execute("SELECT event_id FROM ledger.leaf WHERE index >= %s", [size])
        events = [event for (event,) in rows]
        self.do(
            f"DELETE FROM ledger.leaf WHERE index >= {size}",
            f"DELETE FROM ledger.checkpoint WHERE size > {size}",
            f"DELETE FROM ledger.trail WHERE event_id IN ({', '.join(map(str, events))})",
            f"DELETE FROM ledger.tile WHERE index * (256 ^ (level + 1)) >= {size}",
            "UPDATE ledger.tile SET hashes ="
            f" substring(hashes FROM 1 FOR 32 * ({size} / (256 ^ level)::bigint - index * 256)::int)"
            f" WHERE (index + 1) * (256 ^ (level + 1)) > {size}",
        )
        return events

    def wind_back(self, to: int) -> None:
        """Checkpoints, events and rows as they were at an earlier checkpoint."""
        with self.silent(
            *[f"ledger.{table}" for table in KEPT_TABLES], "registry_unit", "registry_historicalunit"
        ):
            events = self.cut(to)
            self.without(*events)
            for unit in (HEALTH, WORKS):
                before = f"SELECT payload::json #>> '{{new,name}}' FROM ledger.event WHERE id = {self.last_event(unit)}"
                self.do(f"UPDATE registry_unit SET name = ({before}) WHERE code = '{unit}'")
            self.do(
                "DELETE FROM registry_historicalunit h WHERE NOT EXISTS (SELECT FROM ledger.event e"
                " WHERE e.of_table = 'registry_historicalunit' AND e.of_row = h.history_id)"
            )

    def rebuild(self, sealer: Sealer) -> None:
        """The whole log anew, with a checkpoint wherever there was one."""
        sizes = [size for size, _ in self.checkpoints()]
        order = [
            event for (event,) in self.connection.execute("SELECT event_id FROM ledger.leaf ORDER BY index")
        ]
        with self.silent():
            self.do("TRUNCATE ledger.leaf, ledger.tile, ledger.checkpoint, ledger.trail")
        for begin, end in zip([0, *sizes[:-1]], sizes, strict=True):
            self.connection.execute(
                "INSERT INTO ledger.queue SELECT unnest(%s::bigint[])", [order[begin:end]]
            )
            assert self.sealed(sealer) == end - begin

    def everywhere(self, old: str, new: str) -> None:
        """Other words in all events and rows, so that each event still goes on from the one before."""
        tables = ("ledger.event", "registry_unit", "registry_historicalunit")
        with self.silent(*tables):
            self.do(f"UPDATE ledger.event SET payload = replace(payload, '{old}', '{new}')")
            for table in tables[1:]:
                self.do(f"UPDATE {table} SET name = replace(name, '{old}', '{new}')")
