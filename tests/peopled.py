"""The people's world, written down once for each process: every test that asks for `cast` finds it in its database.

Tests that roll back share two databases, an empty one and one where the people live; tests that commit get a clone. What
stands there is what tests.cast.inhabited() writes, and each test gets fresh copies of the objects it gave back.
"""

import pickle
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any

import psycopg
from django.db import connections

from tests import databases
from tests.cast import World, inhabited

EMPTY, PEOPLED = "empty", "peopled"
ELSEWHERE = (
    "This test asks for `cast`, and another fixture has led it to a database where the cast does not live."
)


class Stages:
    """The databases of this process in which tests roll back, made when first asked for."""

    def __init__(self) -> None:
        self.hint = ""
        self.unblock: Callable[[], AbstractContextManager[Any]] | None = (
            None  # until there is a database at all
        )
        self.wanted = EMPTY
        self.urls: dict[str, dict[str, str]] = {}
        self.used: set[str] = set()
        self.model: dict[str, str] = {}  # where the people live and nobody works: what others are cloned from
        self.kept = b""

    def open(self, hint: str, unblock: Callable[[], AbstractContextManager[Any]]) -> None:
        """From now on tests may ask the database; connections lead to what the test at hand wants."""
        self.hint, self.unblock = hint, unblock
        self._lead()

    def close(self) -> None:
        """Drop them all."""
        self.unblock = None
        for urls in (*self.urls.values(), self.model):
            if urls:
                databases.drop_database(urls)
        self.urls.clear()
        self.model, self.kept = {}, b""

    def turn(self, wanted: str) -> None:
        """The next test wants this one; where a fixture of its file has led elsewhere, that stands."""
        self.wanted = wanted
        here = connections.settings["default"]["NAME"]
        if self.unblock and here in map(databases.name_of, self.urls.values()):
            self._lead()

    def _lead(self) -> None:
        assert self.unblock
        with self.unblock():
            if self.wanted not in self.urls:
                model = self.people() if self.wanted == PEOPLED else {}
                self.urls[self.wanted] = databases.clone_database(f"{self.hint} {self.wanted}", model)
            databases.lead_to(databases.name_of(self.urls[self.wanted]))
        self.used.add(self.wanted)

    def people(self) -> dict[str, str]:
        """The database to clone when the people shall live in the clone."""
        if not self.model:
            model = databases.clone_database(f"{self.hint} people")
            with databases.pointed_at(databases.name_of(model)):
                self.kept = pickle.dumps(replace(inhabited(_clock(model["owner"])), move_clock=None))
                _clock(model["owner"])(None)
            self.model = model
        return self.model

    def world(self, clock: Any) -> World:
        """The cast as it was written down, with a clock of its own."""
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM registry_user WHERE username = 'ani')")
            assert self.kept and cursor.fetchone() == (True,), ELSEWHERE
        world: World = pickle.loads(self.kept)  # noqa: S301 - our own bytes
        world.move_clock = clock
        world.at("2026-02-03 09:00")
        return world

    def sweep(self) -> None:
        """After each file: its tests' databases are as small as before."""
        for stage in self.used & self.urls.keys():
            databases.sweep(self.urls[stage])
        self.used = {self.wanted}


def _clock(owner: str) -> Callable[[datetime | None], None]:
    """Set what jenjang_now() says, as the owner may and the site may not; None: the machine's time again."""

    def move(moment: datetime | None) -> None:
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(
                "UPDATE jenjang_clock SET ahead = coalesce(%s - clock_timestamp(), '0')", [moment]
            )

    return move


stages = Stages()
