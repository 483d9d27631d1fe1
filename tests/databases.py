"""Databases for tests: one migrated template, and a clone of it for whoever needs one (design.md 10.3)."""

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TextIO

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from config import embedded, roles

CHECKOUT = Path(__file__).resolve().parent.parent
# What shapes a migrated database: the migrations, the SQL they take from beside them, roles and libraries.
SHAPING = (
    "*/migrations/*.py",
    "*/models.py",
    "*/models/*.py",
    "*/sql.py",
    "*/desks.py",
    "*/rollups.py",
    "config/roles.py",
    "requirements.txt",
)
TEMPLATE, CLONE = "jenjang_template_", "jenjang_test_"
# Statistics of what a table holds are not asked for: between two tests it is empty, and plans would believe it stays so.
LITTERED = "SELECT schemaname || '.' || relname FROM pg_stat_user_tables WHERE n_dead_tup > 1000"
ALIASES = {"default": "app", "owner": "owner"}


def start() -> None:
    """Have the tests' server up; what it holds may be lost in a crash, so it need not wait for the disk."""
    embedded.ensure(settings.DATA_DIR, throwaway=True)


def hurried() -> None:
    """Have it run without waiting for the disk: a command of the site may have started it as a real one is started."""
    start()
    with _admin() as admin:
        (waits,) = admin.execute("SHOW fsync").fetchall()[0]
    if waits == "on":
        embedded.stop(settings.DATA_DIR)
        start()


def in_use() -> TextIO:
    """Say that a run uses the server, for as long as the returned file stays open."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    handle = (settings.DATA_DIR / "in-use").open("w")
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def stop_when_last(handle: TextIO) -> None:
    """Stop the server unless another run uses it."""
    with handle, suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        embedded.stop(settings.DATA_DIR)


def template() -> str:
    """Name of the migrated template database, made when the sources that shape it have changed."""
    name = TEMPLATE + _sources()
    with _admin() as admin:
        _queue_up(admin)
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            draft = f"{name}_draft"
            _drop(admin, draft)
            roles.prepare_database(admin, draft)
            with pointed_at(draft):
                call_command("migrate", database="owner", verbosity=0, interactive=False)
            _name(admin, "ALTER DATABASE {} RENAME TO {}", draft, name)
    return name


def clone_database(name_hint: str, model: dict[str, str] | None = None) -> dict[str, str]:
    """A fresh database with all migrations applied; a libpq URL for each role. Give it back with `drop_database`.

    `model`: such a database that nobody is connected to, whose rows shall be there too.
    """
    hint = re.sub(r"[^a-z0-9]+", "_", name_hint.lower())[:30].strip("_")
    name = f"{CLONE}{os.getpid()}_{hint}_{secrets.token_hex(3)}"
    source = name_of(model) if model else template()
    with _admin() as admin:
        _name(admin, "CREATE DATABASE {} TEMPLATE {} OWNER {}", name, source, roles.ROLE["owner"])
    return embedded.urls(settings.DATA_DIR, name)


def environment(urls: dict[str, str]) -> dict[str, str]:
    """Environment for a process of the site (web, worker, command) that shall work on this clone."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "JENJANG_TEST": "1",
        "DATABASE_URL": urls["app"],
        "DATABASE_OWNER_URL": urls["owner"],
        "DATABASE_QUEUE_URL": urls["queue"],
        "DATABASE_SEALER_URL": urls["sealer"],
        "DATABASE_AUDITOR_URL": urls["auditor"],
    }


def drop_database(urls: dict[str, str]) -> None:
    """Drop what `clone_database` made, whoever is still connected."""
    with _admin() as admin:
        _drop(admin, name_of(urls))


def sweep(urls: dict[str, str]) -> None:
    """Take away what rolled back tests left in a database: thousands of dead rows make every later test slower."""
    with psycopg.connect(urls["superuser"], autocommit=True) as admin:
        admin.execute("SET lock_timeout = '1s'")
        for (table,) in admin.execute(LITTERED).fetchall():
            with suppress(psycopg.errors.LockNotAvailable):
                _name(admin, "VACUUM {}.{}", *table.split(".", 1))


def drop_leftovers() -> None:
    """Drop clones of runs that have ended and templates of older sources."""
    keep = TEMPLATE + _sources()
    with _admin() as admin:
        _queue_up(admin)
        rows = admin.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^jenjang_(test|template)_'"
        ).fetchall()
        for (name,) in rows:
            if name == keep or (name.startswith(CLONE) and _alive(int(name.split("_")[2]))):
                continue
            with suppress(psycopg.errors.ObjectInUse, psycopg.errors.InvalidCatalogName):
                _name(admin, "DROP DATABASE IF EXISTS {}", name)


def current() -> dict[str, str]:
    """A URL for each role to the database that Django's connections lead to at present."""
    return embedded.urls(settings.DATA_DIR, connections.settings["default"]["NAME"])


def name_of(urls: dict[str, str]) -> str:
    """The database that these URLs lead to."""
    return str(psycopg.conninfo.conninfo_to_dict(urls["app"])["dbname"])


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Django's connections, of this thread and of threads started inside, lead to this database."""
    before = {alias: connections.settings[alias]["NAME"] for alias in ALIASES}
    _point(dict.fromkeys(ALIASES, name))
    try:
        yield
    finally:
        _point(before)


def lead_to(name: str) -> None:
    """Django's connections of this thread lead to this database from now on; they stay open when they did before."""
    if {connections.settings[alias]["NAME"] for alias in ALIASES} != {name}:
        _point(dict.fromkeys(ALIASES, name))


def _point(names: dict[str, str]) -> None:
    for alias, name in names.items():
        connections[alias].close()
        connections.settings[alias]["NAME"] = name


@cache
def _sources() -> str:
    """Fixed when first asked: what this process has loaded, even if somebody edits the files meanwhile."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SHAPING for path in CHECKOUT.glob(pattern)):
        digest.update(f"{path.relative_to(CHECKOUT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _admin() -> Iterator[psycopg.Connection]:
    start()
    with psycopg.connect(embedded.urls(settings.DATA_DIR, "postgres")["superuser"], autocommit=True) as admin:
        yield admin


def _queue_up(admin: psycopg.Connection) -> None:
    """Two workers want the template at the same moment: one makes it, the other waits here."""
    admin.execute("SELECT pg_advisory_lock(hashtext('jenjang template'))")


def _drop(admin: psycopg.Connection, name: str) -> None:
    _name(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _name(admin: psycopg.Connection, statement: str, *names: str) -> None:
    admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
