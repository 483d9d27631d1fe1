# ruff: noqa: S608 - the statements of who tampers, put together from constants
"""A thousand clean histories raise no alarm; the same histories with one thing changed always do."""

import os
import random
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command

from config import embedded, roles
from ledger.exporting import export
from ledger.notes import sealer_of
from ledger.sql import seal_history
from ledger.verify import Fault, Key, check
from tests import databases
from tests.cast import World
from tests.ledger.lives import Life

Urls = dict[str, str]
HISTORIES, LIVES, TAMPERED = 1000, 100, 200


@pytest.fixture(scope="module")
def life(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Life]:
    """A database that holds the ledger and two toy tables."""
    name = f"{databases.CLONE}{os.getpid()}_lives_{secrets.token_hex(3)}"
    with django_db_blocker.unblock():
        with psycopg.connect(
            embedded.urls(settings.DATA_DIR, "postgres")["superuser"], autocommit=True
        ) as admin:
            roles.prepare_database(admin, name)
        urls = embedded.urls(settings.DATA_DIR, name)
        with databases.pointed_at(name):
            call_command("migrate", "ledger", database="owner", verbosity=0)
        life = Life(urls, sealer_of(tmp_path_factory.mktemp("key")))
        for table in ("event", "leaf", "tile", "checkpoint", "trail"):  # so that a new life can begin
            life.root.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER never_truncated".encode())
        yield life
        life.close()
        databases.drop_database(urls)


def verdict(connection: psycopg.Connection, life: Life, folder: Path, anchors: list[str]) -> str:
    rmtree(folder, ignore_errors=True)
    export(connection, folder)
    return check(folder, Key(life.sealer.public), anchors)


def notes(life: Life) -> list[str]:
    return [note for (note,) in life.root.execute("SELECT note FROM ledger.checkpoint ORDER BY size")]


@pytest.mark.parametrize("one", range(LIVES))
def test_a_clean_history_raises_no_alarm(life: Life, tmp_path: Path, one: int) -> None:
    life.begin()
    anchors: list[str] = []
    for seed in range(one * HISTORIES // LIVES, (one + 1) * HISTORIES // LIVES):
        life.history(seed)
        try:
            verdict(life.root, life, tmp_path / "export", anchors)
        except Fault as fault:
            pytest.fail(f"history {seed}: {fault} {life.told}")
        anchors = notes(life)
    assert len(anchors) > 3


EVENT = "(SELECT event_id FROM ledger.leaf ORDER BY random() LIMIT 1)"
TOY = "(SELECT id FROM toy ORDER BY random() LIMIT 1)"
OLD = "(SELECT history_id FROM historicaltoy ORDER BY random() LIMIT 1)"
TAMPERING = {
    "another digit in an event": "UPDATE ledger.event SET payload = overlay(payload PLACING"
    " translate(substring(payload FROM p FOR 1), '0123456789', '1234567890') FROM p)"
    " FROM (SELECT id AS of, position(floor(random() * 10)::int::text IN payload) AS p FROM ledger.event"
    f" WHERE id = {EVENT}) c WHERE id = c.of AND p > 0",
    "a space after an event": f"UPDATE ledger.event SET payload = payload || ' ' WHERE id = {EVENT}",
    "an event without its place": f"DELETE FROM ledger.leaf WHERE event_id = {EVENT}",
    "two events in each other's places": "UPDATE ledger.leaf SET index = 1000001 - index WHERE index / 2 ="
    f" (SELECT index / 2 FROM ledger.leaf WHERE event_id = {EVENT}) AND index / 2 < (SELECT count(*) / 2 FROM ledger.leaf)",
    "a checkpoint's root": "UPDATE ledger.checkpoint SET note = replace(note, split_part(note, E'\\n', 3), encode(root, 'hex'))"
    " WHERE size = (SELECT size FROM ledger.checkpoint ORDER BY random() LIMIT 1)",
    "a live amount": f"UPDATE toy SET amount = coalesce(amount, 0) + 0.01 WHERE id = {TOY}",
    "live words": f"UPDATE toy SET words = coalesce(words, '') || '.' WHERE id = {TOY}",
    "a live moment": f"UPDATE toy SET at = coalesce(at, now()) + interval '1 microsecond' WHERE id = {TOY}",
    "a live code": f"UPDATE toy SET code = code || '0' WHERE id = {TOY}",
    "a live row gone": f"DELETE FROM toy WHERE id = {TOY}",
    "a live row more": "INSERT INTO toy (id, code) VALUES (-1, 'bayangan')",
    "words of the history": f"UPDATE historicaltoy SET words = coalesce(words, '') || '.' WHERE history_id = {OLD}",
    "a row of the history gone": f"DELETE FROM historicaltoy WHERE history_id = {OLD}",
}


def tampered(connection: psycopg.Connection, lot: random.Random) -> str:
    """Change one thing that was sealed, past every trigger; what it was, or "" where there was nothing to change."""
    for table in ("ledger.event", "ledger.leaf", "ledger.checkpoint", "toy", "historicaltoy"):
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
    connection.execute("SELECT setseed(%s)", [lot.random()])
    way = lot.choice(sorted(TAMPERING))
    return way if connection.execute(TAMPERING[way].encode()).rowcount else ""


@pytest.mark.parametrize("one", range(TAMPERED // 20))
def test_one_thing_tampered_with_is_always_found(life: Life, tmp_path: Path, one: int) -> None:
    life.begin()
    for seed in range(one * 1000, one * 1000 + 4):
        life.history(seed)
    life.seal(life.clerks[0])
    verdict(life.root, life, tmp_path / "export", [])
    lot, done = random.Random(one), 0
    while done < 20:
        with psycopg.connect(life.root.info.dsn, password=life.root.info.password) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            with connection.transaction(force_rollback=True):
                what = tampered(connection, lot)
                if what:
                    done += 1
                    try:
                        verdict(connection, life, tmp_path / "export", [])
                    except Fault:
                        continue
                    pytest.fail(f"nobody found {what}")


WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
UNTOLD = """
SELECT count(*) FROM registry_historicalunit h WHERE NOT EXISTS
  (SELECT FROM ledger.event e WHERE e.of_table = 'registry_historicalunit' AND e.of_row = h.history_id)"""


def test_what_is_written_while_histories_begin_to_be_sealed_is_in_the_ledger(
    committed: Urls, cast: World
) -> None:
    with (
        psycopg.connect(committed["owner"], autocommit=True) as owner,
        psycopg.connect(committed["app"]) as busy,
        psycopg.connect(committed["superuser"], autocommit=True) as watcher,
    ):
        columns = ", ".join(
            name for (name,) in owner.execute(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = 'registry_historicalunit' AND column_name <> 'history_id'"
            )
        )  # fmt: skip
        owner.execute("DROP TRIGGER ledger_insert ON registry_historicalunit")
        busy.execute(
            f"INSERT INTO registry_historicalunit ({columns}) SELECT {columns} FROM registry_historicalunit LIMIT 1".encode()
        )
        statements = seal_history("registry_unit", "registry_historicalunit").encode()
        upgrade = Thread(target=owner.execute, args=[statements])
        upgrade.start()
        until = time.monotonic() + 60
        while watcher.execute(WAITING).fetchone() == (0,) and time.monotonic() < until:
            time.sleep(0.02)
        busy.commit()
        upgrade.join()
        assert owner.execute(UNTOLD).fetchone() == (0,)
