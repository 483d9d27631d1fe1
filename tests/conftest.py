"""Fixtures every test may ask for: a database to roll back, one to commit in, a clock, a counter of statements."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, TextIO

import psycopg
import pytest
from django.db import connections
from hypothesis import settings as examples

from tests import databases
from tests.cast import World
from tests.peopled import EMPTY, PEOPLED, stages
from workflow.cursor import Prepared
from workflow.record import law

COMMITTING = (
    "A test that commits or uses threads asks for the fixture `committed`: it gets a database of its own. "
    "Emptying tables (transactional_db, transaction=True, live_server) is not possible for the role the site has."
)
USED: list[TextIO] = []
# How long an example takes says something about the machine; speed is measured by the bench. Which examples are tried
# is the same in every run, here and where a change is judged: what fails there fails here too, and what passed does not
# fail by another draw. To look for what nobody thought of, draw anew: JENJANG_EXAMPLES=fresh pytest tests/... (a find is
# kept in .hypothesis/ and tried first the next time), and write it down as a test of its own.
examples.register_profile("same", deadline=None, derandomize=True, database=None)
examples.register_profile("fresh", deadline=None, derandomize=False)
examples.load_profile(os.environ.get("JENJANG_EXAMPLES", "same"))


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        USED.append(databases.in_use())
        databases.hurried()


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays for the whole run: searching it for garbage again and again takes seconds."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    while USED:
        databases.stop_when_last(USED.pop())


def pytest_runtest_setup(item: pytest.Item) -> None:
    marker = item.get_closest_marker("django_db")
    if marker and (marker.kwargs.get("transaction") or marker.args[:1] == (True,)):
        pytest.fail(COMMITTING, pytrace=False)
    if marker and "committed" in getattr(item, "fixturenames", ()):
        pytest.fail("`committed` is a database of its own: leave the django_db mark out.", pytrace=False)
    asked = getattr(item, "fixturenames", ())
    stages.turn(PEOPLED if "cast" in asked and "committed" not in asked else EMPTY)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """One migrated template for the run, clones of it for this worker."""
    with django_db_blocker.unblock():
        if worker_id in {"master", "gw0"}:
            databases.drop_leftovers()
        try:
            with databases.pointed_at(databases.name_of(databases.current())):  # as it was, at the end
                stages.open(worker_id, django_db_blocker.unblock)
                yield
        finally:
            stages.close()


@pytest.fixture(scope="module", autouse=True)
def swept() -> Iterator[None]:
    """After each file, the database that its tests rolled back in is as small as before."""
    yield
    stages.sweep()


@pytest.fixture
def transactional_db() -> None:
    pytest.fail(COMMITTING, pytrace=False)


@pytest.fixture
def live_server() -> None:
    pytest.fail(COMMITTING, pytrace=False)


@pytest.fixture
def committed(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[dict[str, str]]:
    """A fresh database for this test alone, in which it may commit and use threads; a URL for each role."""
    with django_db_blocker.unblock():
        model = stages.people() if "cast" in request.fixturenames else None
        urls = databases.clone_database(request.node.name, model)
        try:
            with databases.pointed_at(databases.name_of(urls)):
                yield urls
        finally:
            databases.drop_database(urls)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """Whichever database the test has: its own when it asks for `committed`, else one that is rolled back.

    Fixtures that put people and plans in place depend on this one, so that both kinds of test can use them.
    """
    request.getfixturevalue("committed" if "committed" in request.fixturenames else "db")
    law.cache_clear()  # another database may have given the same number to another route


@pytest.fixture
def clock(database: None) -> Iterator[Callable[[datetime], None]]:
    """`clock(moment)` sets what jenjang_now() says, as the owner may and the site may not; it runs on from there."""
    owner = databases.current()["owner"]

    def put(sentence: str, *values: object) -> None:
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(sentence, values)

    def move(moment: datetime) -> None:
        put("UPDATE jenjang_clock SET ahead = %s - clock_timestamp()", moment)

    yield move
    put("UPDATE jenjang_clock SET ahead = '0'")


@pytest.fixture
def cast(database: None, clock: Any) -> World:
    """The people and their world; the clock stands at 3 February 2026, 09:00 WITA, so January is due on the 5th."""
    return stages.world(clock)


class Statements(list[str]):
    """The SQL sent while the counter was open, ORM and prepared cursors alike."""

    def __str__(self) -> str:
        return "\n".join(f"{number:4} {text}" for number, text in enumerate(self, 1))


@pytest.fixture
def statements() -> Callable[[], Any]:
    """`with statements() as seen:` collects every statement of this thread; `len(seen)` is their number."""

    @contextmanager
    def counting() -> Iterator[Statements]:
        seen = Statements()

        def wrapper(execute: Callable[..., Any], query: str, params: Any, many: bool, context: Any) -> Any:
            seen.append(query)
            return execute(query, params, many, context)

        with ExitStack() as stack:
            for alias in databases.ALIASES:
                stack.enter_context(connections[alias].execute_wrapper(wrapper))
            Prepared.listeners.append(seen.append)
            stack.callback(Prepared.listeners.remove, seen.append)
            yield seen

    return counting
