"""What the databases of the tests promise: the site's own role, clean rollbacks, clones to commit in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from config import embedded
from tests import databases
from workflow.cursor import prepared


def asked(sentence: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sentence)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_the_site_is_jenjang_app_with_its_time_limits() -> None:
    assert asked("SELECT current_user") == "jenjang_app"
    assert asked("SHOW statement_timeout") == "30s"
    assert asked("SHOW lock_timeout") == "5s"
    assert asked("SHOW idle_in_transaction_session_timeout") == "1min"


@pytest.mark.django_db
@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "autovacuum"])
def test_what_tests_write_waits_for_no_disk_and_is_swept_between_files_only(setting: str) -> None:
    assert asked(f"SHOW {setting}") == "off"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sentence",
    [
        "TRUNCATE django_session",
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "DROP TABLE django_session",
        "ALTER TABLE django_session DISABLE TRIGGER ALL",
        "CREATE SCHEMA mine",
        "SET ROLE ledger_owner",
        "SET ROLE jenjang_owner",
        "SET session_replication_role = replica",
        "SELECT * FROM pgmq.meta",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_the_site_has_rows_only(sentence: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        asked(sentence)


def test_nobody_logs_in_as_the_owner_of_the_ledger(committed: dict[str, str]) -> None:
    stranger = psycopg.conninfo.make_conninfo(committed["app"], user="ledger_owner")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(stranger)


@pytest.mark.parametrize("role", ["app", "owner", "queue", "sealer", "auditor"])
def test_each_role_is_nobody_special(committed: dict[str, str], role: str) -> None:
    with psycopg.connect(committed[role]) as login:
        row = login.execute(
            "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False,)


def test_what_one_thread_commits_another_sees(committed: dict[str, str]) -> None:
    def add(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_session VALUES (%s, '', now())", [f"key {number}"])
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    assert asked("SELECT count(*) FROM django_session") == 8
    assert asked("SELECT current_database()") == databases.name_of(committed)


@pytest.mark.django_db
def test_a_committed_row_of_another_test_is_not_here() -> None:
    assert asked("SELECT count(*) FROM django_session") == 0


@pytest.mark.django_db
def test_every_statement_is_counted_once(statements: Callable[[], Any]) -> None:
    with statements() as seen:
        asked("SELECT 1")
        prepared().execute("SELECT %s::int", [2])
    assert seen == ["SELECT 1", "SELECT %s::int"]


@pytest.mark.django_db
def test_the_clock_is_moved_and_comes_back(clock: Callable[[datetime], None]) -> None:
    moment = datetime(2026, 2, 5, 9, 0, tzinfo=UTC)
    clock(moment)
    assert 0 <= (asked("SELECT jenjang_now()") - moment).total_seconds() < 60


@pytest.mark.django_db
def test_the_clock_has_come_back() -> None:
    assert abs((asked("SELECT jenjang_now()") - datetime.now(UTC)).total_seconds()) < 60


def test_a_server_that_is_up_is_not_started_again(committed: dict[str, str], settings: Any) -> None:
    pid = settings.DATA_DIR / "postgres" / "cluster" / "postmaster.pid"
    before = pid.read_text()
    embedded.ensure(settings.DATA_DIR)
    assert pid.read_text() == before
