"""The server of the comparison: embedded, durable, a database for each peer, made anew for each run."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg import sql

from bench.peers.base import must
from bench.plan import PEERS
from config import embedded, roles
from ledger.exporting import export
from ledger.notes import sealer_of
from ledger.sealing import seal
from ledger.verify import Key, check

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def fresh(data: Path) -> dict[str, str]:
    """Start the server and make empty databases; the name of each peer's. Refuses a server that may lose commits."""
    data.mkdir(parents=True, exist_ok=True)
    embedded.ensure(data)
    names = {peer: embedded.DATABASE if peer == "ours" else f"bench_{peer}" for peer in PEERS}
    with _admin(data) as admin:
        for setting in DURABLE:
            (value,) = admin.execute(sql.SQL("SHOW {}").format(sql.Identifier(setting))).fetchall()[0]
            must(value == "on", f"{setting} is {value}: an act would not be kept")
        for peer, name in names.items():
            _do(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            if peer == "ours":
                roles.prepare_database(admin, name)
            else:
                _do(admin, "CREATE DATABASE {} OWNER {}", name, roles.ROLE["app"])
        admin.execute("CHECKPOINT")
    return names


def settle(data: Path, names: dict[str, str]) -> None:
    """Statistics as a database has them that has lived for a while, for everybody; nothing left to be written meanwhile."""
    for name in names.values():
        with psycopg.connect(embedded.urls(data, name)["superuser"], autocommit=True) as here:
            here.execute("VACUUM (ANALYZE)")
    with _admin(data) as admin:
        admin.execute("CHECKPOINT")


def deadlocks(data: Path) -> dict[str, int]:
    """Deadlocks that the server has seen in each database, those that were tried again in silence included."""
    with _admin(data) as admin:
        return dict(
            admin.execute(
                "SELECT datname, deadlocks FROM pg_stat_database WHERE datname IS NOT NULL"
            ).fetchall()
        )


def remember(data: Path, name: str, on: bool) -> None:
    """Switch the ledger's triggers on all tables on or off, as only their owner can."""
    with psycopg.connect(embedded.urls(data, name)["superuser"], autocommit=True) as here:
        found = here.execute(
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname ~ '^ledger_'"
        ).fetchall()
        for trigger, table in found:
            _do(here, f"ALTER TABLE {{}} {'ENABLE ALWAYS' if on else 'DISABLE'} TRIGGER {{}}", table, trigger)


def sealed_and_verified(data: Path, name: str) -> dict[str, float]:
    """Seal all that waits, export it and verify the export: events, and the seconds of each step."""
    urls, took = embedded.urls(data, name), {}
    with TemporaryDirectory(dir=data) as folder, psycopg.connect(urls["sealer"], autocommit=True) as here:
        sealer = sealer_of(Path(folder) / "key")
        began, events = time.perf_counter(), 0
        while count := seal(here, sealer):
            events += count
        took["seal"] = time.perf_counter() - began
        began = time.perf_counter()
        with psycopg.connect(urls["app"], autocommit=True) as reader:
            export(reader, Path(folder) / "export")
        took["export"] = time.perf_counter() - began
        began = time.perf_counter()
        check(Path(folder) / "export", Key(sealer.public))
        took["check"] = time.perf_counter() - began
    return {"events": events, **took}


def version(data: Path) -> str:
    """The server's version, as people write it."""
    with _admin(data) as admin:
        (told,) = admin.execute("SHOW server_version").fetchall()[0]
    return str(told).split()[0]


def _admin(data: Path) -> psycopg.Connection[Any]:
    return psycopg.connect(embedded.urls(data, "postgres")["superuser"], autocommit=True)


def _do(admin: psycopg.Connection[Any], statement: str, *names: str) -> None:
    admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
