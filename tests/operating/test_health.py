"""Who sends visitors to this process asks it first; who keeps it alive asks whether it answers."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from config import health
from ledger.health import Health
from submissions.models import Heartbeat
from tests.cast import World
from workflow.models import Outbox

ALL_WELL = {
    "database": "ok",
    "migrations": "ok",
    "cache": "ok",
    "outbox": "ok",
    "calendar": "ok",
    "sealing": "ok",
}


@pytest.fixture(autouse=True)
def sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sealer keeps up. What waits in a test's ledger is as old as the database server, so that a long run is behind."""
    told = Health(backlog=1, lag=1.0, size=0, age=None)
    monkeypatch.setattr(health, "health", lambda: told)


def asked() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz")
    assert answer["Cache-Control"] == "no-store" and not answer.cookies
    return answer.status_code, json.loads(answer.content)


def alive(cast: World) -> None:
    Heartbeat.objects.create(minute=cast.at("2026-02-03 09:00"))


def test_a_process_that_answers_is_alive_and_no_statement_is_needed_for_that(
    statements: Callable[[], Any],
) -> None:
    with statements() as seen:
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.content, len(seen)) == (200, b"ok\n", 0)


def test_who_watches_on_the_machine_itself_needs_no_tls_and_no_proxy(cast: World, settings: Any) -> None:
    settings.PROXIES, settings.SECURE_SSL_REDIRECT = 1, True
    settings.ALLOWED_HOSTS, settings.METRICS_TOKEN = ["realisasi.contoh.test"], "x" * 40
    here = Client(HTTP_HOST="127.0.0.1:8000", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"})
    assert [here.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200] * 3
    assert Client(HTTP_HOST="realisasi.contoh.test").get("/").status_code == 301


def test_all_is_well(cast: World) -> None:
    alive(cast)
    assert asked() == (200, {"ready": True, "checks": ALL_WELL})


def test_a_database_that_lacks_a_migration_makes_the_process_unready(cast: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: ["one"])
    status, told = asked()
    assert (status, told["ready"], told["checks"]["migrations"]) == (503, False, "failed")


@pytest.mark.parametrize("broken", ["database", "cache"])
def test_what_is_needed_and_gone_makes_it_unready_and_never_a_500(
    cast: World, monkeypatch: Any, broken: str
) -> None:
    def gone() -> bool:
        raise ConnectionError("no route to host")

    monkeypatch.setitem(health.NEEDED, broken, gone)
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own transaction lives on it
    status, told = asked()
    assert (status, told["checks"][broken]) == (503, "failed")
    assert "no route" not in json.dumps(told)


def test_a_background_that_is_behind_is_told_and_visitors_still_come(cast: World) -> None:
    Heartbeat.objects.create(minute=cast.at("2026-02-03 09:00"))
    at = cast.at("2026-02-03 09:01")
    Outbox.objects.create(key="waits", topic="nobody.knows", payload={}, created_at=at, not_before=at)
    cast.at("2026-02-03 09:10")
    status, told = asked()
    assert status == 200 and told["ready"]
    assert told["checks"] == ALL_WELL | {"outbox": "behind", "calendar": "behind"}


def test_a_sealer_that_is_behind_is_told(cast: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alive(cast)
    monkeypatch.setattr(health, "health", lambda: Health(backlog=9, lag=301.0, size=0, age=None))
    assert asked() == (200, {"ready": True, "checks": ALL_WELL | {"sealing": "behind"}})


def test_a_background_of_which_nothing_is_known_is_told_and_visitors_still_come(
    cast: World, monkeypatch: Any
) -> None:
    def gone() -> dict[str, bool]:
        raise ConnectionError("no route to host")

    monkeypatch.setattr(health, "_background", gone)
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own transaction lives on it
    status, told = asked()
    assert (status, told["ready"], told["checks"]["background"]) == (200, True, "failed")


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_nothing_but_reading(cast: World, address: str) -> None:
    assert Client().post(address).status_code == 405
