"""The database server is killed at work, again and again: what it acknowledged is there, and the ledger holds.

A kill leaves what the operating system still has to write, so this is about recovery; a power cut is not tried here.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.db import Error, connections

from config import embedded
from ledger.exporting import export
from ledger.notes import Sealer, sealer_of
from ledger.recording import Request, current_request
from ledger.sealing import seal
from ledger.verify import Key, check
from submissions.models import Report
from submissions.services import Entry, LineEntry, save_entries
from tests.cast import World
from tests.ledger import drills

KILLS, WRITERS = 20, 6
PATIENCE = 120  # seconds until a load that does not come is a failure of the test
# What one act leaves in the ledger, always in one transaction.
WHOLE = [
    "submissions_historicalreport",
    "submissions_historicalreportline",
    "submissions_report",
    "submissions_reportline",
]


@dataclass
class Outside:
    """What is known outside the server and does not die with it."""

    begun: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    checkpoints: list[str] = field(default_factory=list)


@dataclass
class Drill:
    """A server of its own, who works on it, and what they know."""

    data: Path
    urls: drills.Urls
    world: World
    reports: Sequence[Report]
    sealer: Sealer
    first: int  # number of the last event before the drill
    outside: Outside = field(default_factory=Outside)

    def write(self, report: Report) -> None:
        """Ani saves one report again and again, until the server is gone."""
        try:
            version, line = Report.objects.get(pk=report.pk).version, report.lines.get().pk
            while True:
                act = Request(str(uuid4()))
                current_request.set(act)
                self.outside.begun.add(act.id)
                typed = {line: LineEntry(Decimal(version % 7 + 1))}
                entry = Entry(
                    report_id=report.pk,
                    version=version,
                    lines=typed,
                    status="PELAKSANAAN",
                    increment=Decimal(5),
                )
                saved = save_entries(actor=self.world.ani, entries=[entry])
                version += 1
                assert saved.versions == {report.pk: version}, saved
                self.outside.acknowledged.add(act.id)
        except Error:
            return
        finally:
            connections["default"].close()

    def seal(self) -> None:
        """The sealer at work, and somebody who keeps each checkpoint that he is shown."""
        with (
            suppress(psycopg.OperationalError),
            psycopg.connect(self.urls["sealer"], autocommit=True) as sealing,
            psycopg.connect(self.urls["auditor"], autocommit=True) as reading,
        ):
            while True:
                if seal(sealing, self.sealer):
                    self.outside.checkpoints.append(newest(reading))
                time.sleep(0.02)  # the writers share a processor with it

    def until_killed(self, acts: int) -> None:
        """Have all at work, and kill the server after `acts` acknowledgements and a checkpoint more."""
        wanted = len(self.outside.acknowledged) + acts, len(self.outside.checkpoints) + 1
        with ThreadPoolExecutor(WRITERS + 1) as pool:
            work = [pool.submit(self.seal), *(pool.submit(self.write, one) for one in self.reports)]
            try:
                _wait(
                    work, lambda: self._stands() >= wanted[0] and len(self.outside.checkpoints) >= wanted[1]
                )
            finally:
                drills.killed(self.data)
        for one in work:
            one.result()

    def _stands(self) -> int:
        return len(self.outside.acknowledged)

    def recovered(self) -> float:
        """Start the server again; seconds until it answers."""
        assert state(self.data) == "in production", "the server had time to say goodbye"
        began = time.monotonic()
        embedded.ensure(self.data)
        with psycopg.connect(self.urls["app"]) as connection:
            connection.execute("SELECT 1")
        return time.monotonic() - began

    def found(self) -> dict[str, list[str]]:
        """Each act that the ledger tells of, with the tables of its events."""
        with psycopg.connect(self.urls["auditor"]) as connection:
            rows = connection.execute(
                "SELECT payload::json ->> 'request', array_agg(of_table ORDER BY of_table)"
                " FROM ledger.event WHERE id > %s GROUP BY 1", [self.first]
            )  # fmt: skip
            return dict(rows.fetchall())


def newest(reading: psycopg.Connection) -> str:
    row = reading.execute("SELECT note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    assert row
    return str(row[0])


def state(data: Path) -> str:
    """What the control file says of a server that does not run."""
    told = embedded.run(data, "pg_controldata", "-D", data / "postgres" / "cluster")
    return next(line.partition(":")[2].strip() for line in told.splitlines() if "cluster state" in line)


def _wait(work: Sequence[Future[None]], ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < deadline, "the load does not come"
        assert not any(one.done() for one in work), [one.exception() for one in work if one.done()]
        time.sleep(0.005)


@contextmanager
def at_work(committed: drills.Urls, cast: World, folder: Path) -> Iterator[Drill]:
    """Six officers' reports, on a server that means what it acknowledges."""
    cast.items(WRITERS, ceilings=(1_000_000,))
    reports = cast.open()
    cast.entered(reports)
    with drills.folders() as data:
        urls = drills.copied(committed, data)
        with psycopg.connect(urls["app"]) as connection:
            asked = "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')"
            assert connection.execute(asked).fetchone() == ("on", "on", "on")
            (last,) = connection.execute("SELECT max(id) FROM ledger.event").fetchone() or (0,)
        with drills.pointed_at(urls):
            yield Drill(data, urls, cast, reports, sealer_of(folder / "key"), last)


def test_twenty_kills_lose_nothing_that_was_acknowledged(
    committed: drills.Urls, cast: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, longest, sentence = random.Random(6), 0.0, ""
    with at_work(committed, cast, tmp_path) as drill:
        outside = drill.outside
        for kill in range(KILLS):
            drill.until_killed(acts=chance.randint(60, 240))
            longest = max(longest, drill.recovered())
            found = drill.found()
            assert outside.acknowledged - found.keys() == set(), f"lost after kill {kill + 1}"
            assert all(tables == WHOLE for tables in found.values())
            assert found.keys() <= outside.begun
            with psycopg.connect(drill.urls["app"], autocommit=True) as connection:
                export(connection, tmp_path / f"after-{kill}")
            sentence = check(tmp_path / f"after-{kill}", Key(drill.sealer.public), outside.checkpoints)
    doubtful = outside.begun - outside.acknowledged
    with capsys.disabled():
        print(  # noqa: T201 - the figures are the point
            f"\n{KILLS} kills: {len(outside.acknowledged)} acts acknowledged, 0 lost, {len(doubtful)} in doubt of which"
            f" {len(doubtful & found.keys())} are wholly there, longest recovery {longest:.1f} s; {sentence}"
        )


def test_a_server_that_acknowledges_too_early_does_not_pass(
    committed: drills.Urls, cast: World, tmp_path: Path
) -> None:
    with at_work(committed, cast, tmp_path) as drill:
        with psycopg.connect(drill.urls["superuser"], autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("SELECT pg_reload_conf()")
        for _ in range(KILLS):
            drill.until_killed(acts=60)
            drill.recovered()
            if drill.outside.acknowledged - drill.found().keys():
                return
    pytest.fail("Twenty kills of a server that does not wait for its disk, and no act was missed.")
