"""The server of the comparison: embedded, durable, a database for each peer, made anew for each run."""

from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench.peers.base import must
from bench.plan import PEERS
from config import embedded, roles

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


def version(data: Path) -> str:
    """The server's version, as people write it."""
    with _admin(data) as admin:
        (told,) = admin.execute("SHOW server_version").fetchall()[0]
    return str(told).split()[0]


def _admin(data: Path) -> psycopg.Connection[Any]:
    return psycopg.connect(embedded.urls(data, "postgres")["superuser"], autocommit=True)


def _do(admin: psycopg.Connection[Any], statement: str, *names: str) -> None:
    admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
