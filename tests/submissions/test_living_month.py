"""January of sixty agencies, lived through: opened, reminded, escalated, extended, locked, reopened, expired, closed.

Every notice and letter of these seven weeks is listed below. The same month with three ticks at once, with three days of
downtime, and with a worker killed by SIGKILL at each step ends the same way.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count, cycle, groupby
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.core import mail
from django.db import connection

from approvals import tasks
from approvals.models import Notice
from ledger.recording import recorded
from registry.models import Assignment
from submissions.calendar import close_month, extend
from submissions.models import CalendarAct, CalendarFault, CalendarRule, Period
from submissions.ticking import tick
from tests import databases
from tests.cast import World
from tests.sixty import Agency, Region, region
from tests.together import noticed, together
from workflow import granting, route
from workflow.cursor import Prepared
from workflow.models import Decision, Outbox

WITA = ZoneInfo("Asia/Makassar")
# The agencies by their fate: in time, verified late, entered late, extended by a grant, reopened by a grant and published,
# reopened in vain, and never heard of.
EARLY, SLOW, BEHIND, EXTENDED = (1, 20), (21, 30), (31, 40), (41, 50)
REOPENED, EXPIRED, NEVER = (51, 53), (54, 55), (56, 60)

TOLD = """
01-16 19:00 vacant: bureau
01-30 19:00 remind entry: officer 1-60
02-03 19:00 remind entry: officer 21-60
02-04 19:00 remind entry: officer 31-40 51-60
02-04 19:00 remind verify: section_head 21-30
02-05 19:00 remind entry: officer 31-40 51-60
02-06 07:00 escalate entry: agency_head 60
02-06 07:00 escalate entry: section_head 31-40 51-59
02-06 07:00 overdue entry: officer 31-40 51-60
02-06 19:00 remind verify: section_head 21-30
02-09 07:00 escalate entry: agency_head 60
02-09 07:00 escalate entry: section_head 31-40 51-59
02-09 07:00 overdue entry: officer 31-40 51-60
02-09 19:00 remind verify: section_head 21-30
02-10 07:00 escalate entry: agency_head 60
02-10 07:00 escalate entry: section_head 31-40 51-59
02-10 07:00 escalate verify: agency_head 21-30
02-10 07:00 overdue entry: officer 31-40 51-60
02-10 07:00 overdue verify: section_head 21-30
02-10 19:00 remind entry: officer 41-50
02-11 07:00 escalate entry: agency_head 60
02-11 07:00 escalate entry: section_head 31-40 51-59
02-11 07:00 escalate verify: agency_head 21-30
02-11 07:00 overdue entry: officer 31-40 51-60
02-11 07:00 overdue verify: section_head 21-30
02-12 07:00 escalate entry: agency_head 60
02-12 07:00 escalate entry: section_head 51-59
02-12 07:00 escalate verify: agency_head 21-40
02-12 07:00 overdue entry: officer 51-60
02-12 07:00 overdue verify: section_head 21-40
02-13 07:00 escalate entry: agency_head 60
02-13 07:00 escalate entry: section_head 51-59
02-13 07:00 escalate sign: regent x20
02-13 07:00 overdue entry: officer 51-60
02-13 07:00 overdue sign: agency_head 21-40
02-13 19:00 remind verify: section_head 41-50
02-16 07:00 escalate entry: agency_head 60
02-16 07:00 escalate entry: section_head 51-59
02-16 07:00 overdue entry: officer 51-60
02-17 07:00 escalate entry: agency_head 60
02-17 07:00 escalate entry: section_head 51-59
02-17 07:00 overdue entry: officer 51-60
02-17 19:00 vacant: bureau
02-18 07:00 escalate entry: agency_head 60
02-18 07:00 escalate entry: section_head 51-59
02-18 07:00 overdue entry: officer 51-60
02-19 07:00 escalate entry: agency_head 60
02-19 07:00 escalate entry: section_head 51-59
02-19 07:00 overdue entry: officer 51-60
02-20 07:00 escalate entry: agency_head 60
02-20 07:00 escalate entry: section_head 51-59
02-20 07:00 overdue entry: officer 51-60
02-23 07:00 locked: agency_head 51-60
02-24 09:00 reopened: agency_head 51-55
02-24 09:00 reopened entry: officer 51-55
02-25 19:00 remind entry: officer 54-55
02-25 19:00 remind sign: agency_head 51-53
02-26 19:00 remind entry: officer 54-55
02-27 19:00 remind entry: officer 1-53 54-55x2 56-60
03-02 07:00 relocked: agency_head 54-55
03-03 19:00 remind entry: officer 1-60
"""

# The worker stands still from Monday to Wednesday night. What was missed stays missed, but for the list of vacant tiers, which
# is of use until the month opens.
DOWN = ("2026-02-16 00:00", "2026-02-19 00:00")
TOLD_LATER = "02-19 07:00 vacant: bureau"

Happening = tuple[str, Callable[..., None], tuple[int, int]]


@dataclass
class Life:
    """A month as it is lived: `run` is one tick, in some way; `told` keeps who was told what when."""

    land: Region
    run: Callable[[], object]
    down: bool = False
    told: list[str] = field(default_factory=list)
    last_row: int = 0

    def live(self) -> None:
        happenings = {local(at): (act, who) for at, act, who in self.happenings()}
        with psycopg.connect(databases.current()["owner"], autocommit=True) as owner:
            for at in sorted({*hours(), *happenings}):
                owner.execute("UPDATE jenjang_clock SET ahead = %s - clock_timestamp()", [at])
                if at in happenings:
                    act, who = happenings[at]
                    act(self.land.some(*who))
                if not (self.down and local(DOWN[0]) <= at < local(DOWN[1])):
                    self.run()
                    self.look(at)

    def happenings(self) -> list[Happening]:
        """What people do in these weeks."""
        return [
            ("2026-02-02 09:00", self.submit, EARLY),
            ("2026-02-03 10:00", self.verify, EARLY),
            ("2026-02-04 10:00", self.publish, EARLY),
            ("2026-02-04 10:30", self.submit, SLOW),
            ("2026-02-04 11:00", self.extension, EXTENDED),
            ("2026-02-11 10:00", self.submit, BEHIND),
            ("2026-02-12 10:00", self.verify, (SLOW[0], BEHIND[1])),
            ("2026-02-13 10:00", self.publish, (SLOW[0], BEHIND[1])),
            ("2026-02-13 10:30", self.submit, EXTENDED),
            ("2026-02-17 10:00", self.verify, EXTENDED),
            ("2026-02-18 10:00", self.publish, EXTENDED),
            ("2026-02-24 09:00", self.reopening, (REOPENED[0], EXPIRED[1])),
            ("2026-02-25 10:00", self.submit, REOPENED),
            ("2026-02-25 11:00", self.verify, REOPENED),
            ("2026-02-26 10:00", self.publish, REOPENED),
            ("2026-03-03 10:00", self.close, (1, 60)),
        ]

    def submit(self, agencies: Sequence[Agency]) -> None:
        self.land.fill(agencies)
        self.land.act(route.SUBMIT, agencies)

    def verify(self, agencies: Sequence[Agency]) -> None:
        self.land.act(route.VERIFY, agencies)

    def publish(self, agencies: Sequence[Agency]) -> None:
        self.land.publish(agencies)

    def extension(self, agencies: Sequence[Agency]) -> None:
        """They have until the 20th, by a grant of the bureau."""
        grant = self.granted("extension", agencies[0].unit.path.rsplit("/", 2)[0] + "/", "2026-02-20")
        moved = extend(
            fiscal_year=self.land.cast.year,
            month=1,
            agencies=[one.unit for one in agencies],
            new_due=date(2026, 2, 20),
            reason=grant.reason,
            grant=grant,
            actor=self.land.bureau,
        )
        assert moved == len(agencies)

    def reopening(self, agencies: Sequence[Agency]) -> None:
        """Locked agencies may still report until Friday night."""
        for one in agencies:
            self.granted("reopening", one.unit.path, "2026-02-27")

    def granted(self, kind: str, path: str, until: str) -> Any:
        return granting.give(
            key=f"{kind}-{path}",
            kind=kind,
            actor=self.land.bureau,
            office="Kepala Bagian Adbang",
            scope_path=path,
            subjects=["2026-01"],
            reason="Server SIPD tidak dapat dibuka dua hari",
            expires_at=local(f"{until} 23:59:59"),
        )

    def close(self, agencies: Sequence[Agency]) -> None:
        assert close_month(fiscal_year=self.land.cast.year, month=1) == len(agencies)

    def look(self, at: datetime) -> None:
        """List what was told since the last look: each line of each digest."""
        rows = list(Outbox.objects.filter(topic="calendar.digest", pk__gt=self.last_row).order_by("pk"))
        if not rows:
            return
        self.last_row = rows[-1].pk
        people = dict(Assignment.objects.values_list("person", "person__username"))
        names = [people[row.payload["person"]] for row in rows]
        assert len(set(names)) == len(names), "two digests for one person in one tick"
        lines = sorted(
            (f"{line['act']} {line['step'] or ''}".strip(), role, int(number or 0))
            for row, name in zip(rows, names, strict=True)
            for role, _, number in [name.partition("-")]
            for line in row.payload["lines"]
        )
        for (act, role), found in groupby(lines, key=lambda line: line[:2]):
            who = f"{role} {ranges([number for *_, number in found])}".strip()
            self.told.append(f"{at.astimezone(WITA):%m-%d %H:%M} {act}: {who}")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


def hours() -> Iterator[datetime]:
    """Morning and evening of each working day and of one weekend, and the nights in which something begins or ends."""
    day = local("2026-01-16 00:00")
    while day < local("2026-03-04 00:00"):
        if day.weekday() < 5 or f"{day:%m-%d}" in ("02-07", "02-08"):
            yield from (day + timedelta(hours=7), day + timedelta(hours=19))
        day += timedelta(days=1)
    yield from map(local, ("2026-01-25 00:00:01", "2026-02-11 00:15", "2026-02-21 00:00", "2026-02-28 00:00"))


def ranges(numbers: list[int]) -> str:
    """1-3 7, or 1-3x2 for two lines in one digest; nothing for who has no number."""
    times = {number: numbers.count(number) for number in numbers}
    steps = count()
    parts = []
    for (_, often), run in groupby(sorted(times), key=lambda number: (number - next(steps), times[number])):
        found = list(run)
        name = f"{found[0]}-{found[-1]}" if len(found) > 1 else str(found[0] or "")
        parts.append(f"{name}x{often}" if often > 1 else name)
    return " ".join(parts)


@pytest.fixture
def land(committed: dict[str, str], cast: World) -> Region:
    """Sixty agencies; the section head of the sixtieth has left. Months open by themselves."""
    found = region(cast, 60)
    with recorded(None):
        CalendarRule.objects.create(fiscal_year=cast.year, opens_itself=True)
        found.agencies[59].posts["section_head"].assignments.update(valid_to=date(2025, 12, 31))
    return found


def expect_the_end(land: Region) -> None:
    """How it all ended, whatever happened on the way."""
    published = [*range(1, 51), *range(51, 54)]
    assert land.states() == ["published" if n in published else "draft" for n in range(1, 61)]
    assert Period.objects.filter(month=1, closed_at=None).count() == 0
    dues = {f"{one.sign_due.astimezone(WITA):%d}" for one in Period.objects.filter(month=1)}
    assert dues == {"10", "20"}
    # Nothing moved but by somebody's hand: four acts for each published report, each by its own person.
    assert Decision.objects.count() == 4 * len(published)
    assert not Decision.objects.filter(actor=None).exists()
    keys = list(CalendarAct.objects.values_list("period", "kind", "moment"))
    assert len(set(keys)) == len(keys)
    assert not CalendarFault.objects.exists()


def expect_letters() -> None:
    """Each digest was one notice and one letter."""
    digests = Outbox.objects.filter(topic="calendar.digest").values_list("key", "payload__person")
    notices = Notice.objects.filter(code__startswith="notice.digest.")
    expected = sorted((f"{key}:{person}", person) for key, person in digests)
    assert sorted(notices.values_list("key", "person")) == expected
    letters = [letter.to[0] for letter in mail.outbox if "below you. Please" in letter.body]
    assert sorted(letters) == sorted(notices.values_list("person__email", flat=True))
    assert len(letters) == 742
    assert not Outbox.objects.filter(done_at=None).exists()


def test_a_month_of_sixty_agencies(land: Region) -> None:
    def worker() -> None:
        tick()
        tasks.drain()

    life = Life(land, worker)
    life.live()
    assert life.told == TOLD.strip().splitlines()
    expect_the_end(land)
    expect_letters()
    assert not CalendarAct.objects.filter(skipped=True).exists()


def test_with_three_ticks_at_once_it_is_the_same_month(land: Region) -> None:
    life = Life(land, lambda: together(3, tick))
    life.live()
    assert life.told == TOLD.strip().splitlines()
    expect_the_end(land)


def test_with_three_days_of_downtime_it_ends_the_same(land: Region) -> None:
    life = Life(land, tick, down=True)
    life.live()
    days = {f"02-{day}" for day in (16, 17, 18)}
    expected = [line for line in TOLD.strip().splitlines() if line[:5] not in days]
    assert sorted(life.told) == sorted([*expected, TOLD_LATER])
    expect_the_end(land)
    skipped = CalendarAct.objects.filter(skipped=True)
    assert {f"{one.moment.astimezone(WITA):%m-%d}" for one in skipped} == days
    assert {one.kind.partition(".")[0] for one in skipped} == {"overdue", "escalate"}


def test_with_a_worker_killed_at_each_step_it_is_the_same_month(land: Region) -> None:
    statement = cycle(range(1, 12))
    killed: list[bool] = []

    def worker() -> None:
        killed.append(killed_at(next(statement)))
        tick()

    life = Life(land, worker)
    life.live()
    assert life.told == TOLD.strip().splitlines()
    expect_the_end(land)
    assert sum(killed) > 30


def killed_at(number: int) -> bool:
    """A process of its own ticks and is killed after so many statements; whether it came to that.

    What it had not committed is rolled back when the server notices; the next tick comes after that.
    """
    child = os.fork()
    if not child:
        _tick_and_die(number)
    _, status = os.waitpid(child, 0)
    noticed()
    return os.WIFSIGNALED(status)


def _tick_and_die(number: int) -> None:
    """In the child: the parent's connection is left alone, not closed, and a new one opened."""
    parents = connection.connection
    left = iter(range(number))

    def count_down(*_: Any) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrapper(execute: Any, *call: Any) -> Any:
        count_down()
        return execute(*call)

    try:
        connection.connection = None
        Prepared.listeners.append(count_down)
        with connection.execute_wrapper(wrapper):
            tick()
    finally:
        os._exit(0 if parents else 1)
