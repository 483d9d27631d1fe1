"""Months that are over are worked out once. Whatever happens, the board says the same as one that is worked out anew."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.db import transaction

from ledger.clock import now
from ledger.recording import recorded
from portal.board import counting, finished, selectors
from portal.board.acting import targets
from portal.board.figures import Row
from portal.board.lettering import proposals
from portal.board.selectors import Scope
from portal.selectors import View, months, units
from registry.models import FiscalYear, Unit
from submissions import services
from submissions.calendar import extend, open_month
from submissions.models import CalendarRule, Holiday, Period, Report
from tests.board.people import Board
from tests.cast import WITA, World, assign
from workflow import granting

WHY = "Salah ketik, SP2D 17 belum masuk"


class Forgetful:
    """A cache that keeps nothing."""

    def get(self, name: str) -> None:
        return None

    def set(self, name: str, value: object, seconds: float) -> None:
        pass


class Broken:
    """A cache that cannot be reached."""

    def get(self, name: str) -> None:
        raise ConnectionError

    def set(self, name: str, value: object, seconds: float) -> None:
        raise ConnectionError


@dataclass
class Town:
    """January is over: two sub-activities of public works, one of each of its two sections, one of health; some came late."""

    board: Board
    cast: World
    patch: pytest.MonkeyPatch
    sections: list[Unit] = field(default_factory=list)
    today: int = 12

    def looks(self) -> list[Scope]:
        """What the bureau and two section heads look at, and the units of public works."""
        here, year, works = self.cast.government, self.cast.year, self.cast.agency
        paths = [(one.path,) for one in self.sections]
        return [*(Scope(here, year, None, one) for one in (None, *paths)), Scope(here, year, works)]

    def read(self) -> list[tuple[Row, ...]]:
        return [selectors.board(one).rows for one in self.looks()]

    def agrees(self) -> list[tuple[Row, ...]]:
        """Every reader reads what is worked out from the reports, whatever is kept."""
        read = self.read()
        with self.patch.context() as patched:
            patched.setattr(finished, "cache", Forgetful())
            assert read == self.read()
        return read

    def changed_by(self, change: Callable[[], Any]) -> bool:
        """Whether a change is read: at once, and by everybody as it is."""
        before = self.read()
        change()
        return self.agrees() != before

    def asked(self) -> list[int]:
        """Of which months the reports were looked at for the bureau's board, one for each agency."""
        seen: list[int] = []
        real = counting.worked_out

        def watched(ground: Any, months: Sequence[counting.Month]) -> Any:
            seen.extend(one.period for one in months)
            return real(ground, months)

        with self.patch.context() as patched:
            patched.setattr(counting, "worked_out", watched)
            selectors.board(self.looks()[0])
        return sorted(Period.objects.filter(pk__in=seen).values_list("month", flat=True))

    def tomorrow(self) -> None:
        self.today += 1
        self.cast.at(f"2026-02-{self.today} 09:00")

    def publish(self, *reports: Report) -> None:
        """Of one agency, at one moment."""
        unit = Unit.objects.get(pk=reports[0].item.unit_id)
        mine = reports[0].item.officer_post_id == self.cast.posts["officer"].pk
        by, enters = ("budi", "ani") if mine else ("fitri", "eko")
        self.board.verified(reports, by=by, enters=enters)
        self.board.signed(reports, by="citra" if unit.agency_id == self.cast.agency.pk else "gita")

    def correct(self, report: Report) -> Report:
        """A correction is opened; nothing is handed in of it."""
        granting.give(
            key=f"test-{report.pk}", kind="amendment", actor=self.cast.hadi, office="Bagian Adbang",
            scope_path=self.cast.agency.path, subjects=["2026-01"], reason=WHY, expires_at=now() + timedelta(days=30),
        )  # fmt: skip
        versions = {report.pk: Report.objects.get(pk=report.pk).version}
        (outcome,) = services.amend(actor=self.cast.citra, versions=versions, reason=WHY)
        assert outcome.done, outcome
        return Report.objects.get(item=report.item, period=report.period, revision=1)

    def moved(self, unit: Unit, above: Unit) -> None:
        with recorded(None):
            unit.parent = above
            unit.save()
        unit.refresh_from_db()

    def item(self, code: str, **options: Any) -> Report:
        """One more sub-activity; it comes into January, which is open already."""
        item = self.cast.item(code, **options)
        open_month(fiscal_year=self.cast.year, month=1)
        return Report.objects.get(item=item, period__month=1)


@pytest.fixture
def town(board: Board, cast: World, monkeypatch: pytest.MonkeyPatch) -> Town:
    town = Town(board, cast, monkeypatch)
    with recorded(None):
        Period.objects.update(lock_at=cast.at("2026-02-28 00:00"))
        for number in (1, 2):
            one = Unit.objects.create(
                government=cast.government, parent=cast.agency, kind="SECTION", code=f"B{number}", name=f"Bidang {number}"
            )  # fmt: skip
            one.refresh_from_db()
            town.sections.append(one)
    assign(cast.gita, cast.posts["other_agency_head"])
    cast.at("2026-02-03 09:00")
    last = [
        town.item(f"1.03.10.2.02.000{n}", unit=one, ceilings=(100 * n,))
        for n, one in enumerate(town.sections, 2)
    ]
    town.publish(*board.works[:1])
    town.publish(*board.health)
    board.verified(board.works[1:2])
    cast.at("2026-02-09 11:00")
    board.signed(board.works[1:2])
    board.verified(last)
    cast.at("2026-02-12 09:00")
    board.signed(last)
    return town


def test_only_months_in_which_something_is_open_are_worked_out_again(town: Town, statements: Any) -> None:
    open_month(fiscal_year=town.cast.year, month=2)
    assert town.asked() == [1, 1, 2, 2]
    assert town.asked() == [2, 2]
    first = town.board.works[0]
    draft = town.correct(first)
    assert town.asked() == [1, 2, 2] and town.asked() == [1, 2, 2]
    town.publish(draft)
    assert town.asked() == [1, 2, 2] and town.asked() == [2, 2]
    town.read()
    with statements() as few:
        town.read()
    for number in range(3):
        town.cast.plan([f"1.03.10.2.0{number}.{n:04}" for n in range(5, 12)], unit=town.sections[number % 2])
    open_month(fiscal_year=town.cast.year, month=2)
    town.read()
    with statements() as many:
        town.read()
    assert len(many) == len(few)


@pytest.mark.parametrize("seed", [3])
def test_whatever_happens_every_board_is_as_if_worked_out_anew(town: Town, seed: int) -> None:
    acts = Acts(town, random.Random(seed))  # noqa: S311 - which acts are tried, no secret
    town.agrees()
    for name in acts.some(13):
        getattr(acts, name)()
        town.agrees()


class Acts:
    """What may happen to a month, in any order; each finds what it can be done to, or lets a day pass."""

    def __init__(self, town: Town, chance: random.Random) -> None:
        self.town, self.cast, self.chance = town, town.cast, chance

    def some(self, count: int) -> list[str]:
        """Each at least once, as far as the count goes."""
        names = [
            name
            for name, one in vars(Acts).items()
            if callable(one) and name not in ("some", "__init__", "_one")
        ]
        found = [*names, *(self.chance.choice(names) for _ in range(count - len(names)))]
        self.chance.shuffle(found)
        return found

    def _one(self, **which: Any) -> Report | None:
        found = list(
            Report.objects.filter(period__month=1, **which).select_related("item__unit").order_by("pk")
        )
        return self.chance.choice(found) if found else None

    def a_sub_activity_comes(self) -> None:
        unit = self.chance.choice([*self.town.sections, self.cast.agency])
        count = Report.objects.count()
        self.town.item(f"1.03.10.2.03.{count:04}", unit=unit, ceilings=(100 + count,))

    def somebody_writes(self) -> None:
        if draft := self._one(state="draft", item__officer_post=self.cast.posts["officer"]):
            self.cast.entered([draft], 6)

    def something_is_published_late(self) -> None:
        self.town.tomorrow()
        if draft := self._one(state="draft"):
            self.town.publish(draft)

    def a_correction_is_opened(self) -> None:
        done = Report.objects.filter(revision=1).values("item")
        report = self._one(state="published", revision=0, item__unit__agency=self.cast.agency)
        if report and not done.filter(item=report.item).exists():
            self.town.correct(report)

    def a_correction_is_published(self) -> None:
        if draft := self._one(state="draft", revision=1):
            self.town.publish(draft)

    def a_correction_is_given_up(self) -> None:
        if draft := self._one(state="draft", revision=1):
            versions = {draft.pk: draft.version}
            assert services.give_up(actor=self.cast.ani, versions=versions, reason=WHY)[0].done

    def a_deadline_is_moved(self) -> None:
        agency = self.chance.choice([self.cast.agency, self.cast.other_agency])
        until = date(2026, 2, min(27, self.town.today + self.chance.randrange(1, 4)))
        extend(fiscal_year=self.cast.year, month=1, agencies=[agency], new_due=until, reason=WHY)

    def a_unit_is_moved(self) -> None:
        unit = self.town.sections[0]
        other = {self.cast.agency.pk: self.cast.other_agency, self.cast.other_agency.pk: self.cast.agency}
        self.town.moved(unit, other[unit.parent_id or 0])

    def a_holiday_is_declared(self) -> None:
        with recorded(None):
            day = date(2026, 2, self.chance.randrange(3, 14))
            Holiday.objects.get_or_create(
                government=self.cast.government, day=day, defaults={"name": "Libur"}
            )

    def the_calendar_is_changed(self) -> None:
        with recorded(None):
            CalendarRule.objects.update_or_create(
                fiscal_year=self.cast.year,
                defaults={
                    "grace_minutes": self.chance.randrange(0, 2000),
                    "work_from": self.chance.randrange(5, 9),
                },
            )

    def february_is_opened(self) -> None:
        open_month(fiscal_year=self.cast.year, month=2)

    def a_day_passes(self) -> None:
        self.town.tomorrow()


# --- What a month's figures depend on, each by itself ------------------------------------------------------


def test_deadlines(town: Town) -> None:
    """What was done before its deadline counts only when that and its grace are past."""
    periods = Period.objects.filter(month=1)

    def moves(name: str, until: str) -> bool:
        at = datetime.fromisoformat(f"2026-02-{until}").replace(tzinfo=WITA)
        return town.changed_by(partial(periods.update, **{f"{name}_due": at}))

    with recorded(None):
        assert moves("entry", "02 23:59") and moves("verify", "05 23:59") and moves("sign", "09 23:59")
        assert moves("entry", "12 08:50") and town.changed_by(town.tomorrow)
        assert moves("sign", "13 23:59") and town.changed_by(town.tomorrow)


def test_the_calendar(town: Town) -> None:
    year, here = town.cast.year, town.cast.government
    rule = CalendarRule.objects.filter(fiscal_year=year)
    town.cast.at("2026-02-20 09:00")
    with recorded(None):
        CalendarRule.objects.create(fiscal_year=year)
        day = date(2026, 2, 11)
        assert town.changed_by(lambda: Holiday.objects.create(government=here, day=day, name="Libur"))
        assert town.changed_by(lambda: rule.update(work_from=9))
        assert town.changed_by(lambda: rule.update(work_until=12))
        assert town.changed_by(lambda: rule.update(grace_minutes=3 * 24 * 60))
        assert town.changed_by(lambda: type(here).objects.update(time_zone="Asia/Jayapura"))
        assert town.changed_by(
            partial(begins, year, date(2026, 3, 10))
        )  # nothing before 7 February is measured


def begins(year: FiscalYear, day: date) -> None:
    year.start_date = day
    year.save()


def test_places(town: Town) -> None:
    """Two sections did the same at the same time: neither reads the other's figures, nor an agency those of its units."""
    first, second = town.sections
    rows = dict(zip(("all", "first", "second", "units"), town.agrees(), strict=False))
    ceilings = [rows[name][0].cells[0].ceiling for name in ("first", "second")]
    assert ceilings == [200, 300]
    assert {one.unit_id for one in rows["units"]} == {town.cast.agency.pk, first.pk, second.pk}
    assert town.changed_by(lambda: town.moved(first, town.cast.other_agency))
    assert town.changed_by(lambda: town.moved(first, town.cast.agency))
    assert town.read()[0] == rows["all"]


def test_a_unit_that_moved_is_as_timely_there(town: Town) -> None:
    """Its reports stay in the months of the agency that it left, and its days are theirs."""
    town.moved(town.sections[0], town.cast.other_agency)
    here = Scope(town.cast.government, town.cast.year, None, (town.cast.other_agency.path,))
    (row,) = selectors.board(here).rows
    assert (row.published.reports, row.cell(1).counts.required) == (2, 2)
    assert row.published.binary == 50
    assert selectors.published(here, until=12) == {row.unit_id: row.published}


def test_what_a_unit_brought_along_is_owed_where_it_is_today(town: Town) -> None:
    """A section moves from public works to health in March; its February was opened while it was of public works."""
    cast, board = town.cast, town.board
    open_month(fiscal_year=cast.year, month=2)
    works = [one for one in board.of(cast.agency, 2) if one.item.unit_id != town.sections[0].pk]
    health = board.of(cast.other_agency, 2)
    (brought,) = Report.objects.filter(item__unit=town.sections[0], period__month=2)
    cast.at("2026-03-02 09:00")
    for reports in (
        [one for one in works if one.item.unit_id == unit.pk] for unit in (cast.agency, town.sections[1])
    ):
        town.publish(*reports)
    town.publish(*health)
    town.moved(town.sections[0], cast.other_agency)
    cast.at("2026-03-12 09:00")
    rows = {one.unit_id: one for one in town.agrees()[0]}
    told = {
        pk: (one.cell(2).state, one.cell(2).counts.published, one.cell(2).counts.required)
        for pk, one in rows.items()
    }
    assert told == {cast.agency.pk: ("ON_TIME", 3, 3), cast.other_agency.pk: ("PARTIAL", 1, 2)}
    assert [one.month for one in rows[cast.other_agency.pk].overdue] == [2]
    figures = {one.unit_id: one.total for one in units(View(months(cast.year)[1]))[1]}
    covered = {pk: (one.reported, one.required) for pk, one in figures.items()}
    assert covered == {pk: (published, required) for pk, (_, published, required) in told.items()}
    ticked = targets(cast.year, [cast.agency, cast.other_agency], [(2, "2026-02")])
    owed = {
        one.target.unit.pk: (one.owed.missing, one.owed.required, one.code)
        for one in proposals(ticked, 1, cast.year)
    }
    assert owed == {cast.agency.pk: (0, 3, "board.letter_complete"), cast.other_agency.pk: (1, 2, "")}
    board.verified([brought])
    board.signed([brought])  # by who was its head when the month was opened
    assert {one.unit_id: one.cell(2).state for one in town.agrees()[0]}[cast.other_agency.pk] == "LATE"


def test_acts(town: Town) -> None:
    """Also those that are not committed in the order of their moments."""
    first, second = town.board.works[:2]
    town.tomorrow()
    assert town.changed_by(lambda: town.correct(first))
    assert town.changed_by(lambda: town.publish(Report.objects.get(item=first.item, revision=1)))
    town.cast.at("2026-02-12 10:00")
    assert town.changed_by(lambda: town.publish(town.correct(second)))


def test_a_database_that_was_put_back_and_went_on_otherwise(town: Town) -> None:
    """The cache may be elsewhere and know of what never was: as many acts, but at another time."""
    late = town.item("1.03.10.2.04.0001")
    town.patch.setattr(finished, "cache", LocMemCache("elsewhere", {}))
    town.tomorrow()
    with transaction.atomic():
        place = transaction.savepoint()
        town.publish(late)
        before = town.agrees()
        transaction.savepoint_rollback(place)
    town.tomorrow()
    town.publish(late)
    assert town.agrees() != before


def test_after_an_upgrade_figures_are_worked_out_anew(town: Town) -> None:
    town.asked()
    assert town.asked() == []
    town.patch.setattr(finished, "edition", lambda: "another")
    assert town.asked() == [1, 1]


def test_a_cache_that_cannot_be_reached_costs_time_and_nothing_else(town: Town) -> None:
    town.patch.setattr(finished, "cache", Broken())
    town.agrees()
    assert town.asked() == town.asked() == [1, 1]
