"""The calendar's tick: the right people are told once, whatever stands still, fails, or ticks at the same time."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from approvals import digests
from ledger.recording import recorded
from registry.models import Assignment, Post, Unit
from submissions import services, ticking
from submissions.calendar import close_month, open_month
from submissions.models import (
    CalendarAct,
    CalendarFault,
    CalendarRule,
    Heartbeat,
    Holiday,
    Period,
    Report,
    YearAct,
)
from submissions.ticking import tick
from tests import databases
from tests.cast import World, assign
from tests.sixty import Region, region
from tests.together import together
from workflow import granting, route
from workflow.models import Outbox, RouteVersion

T5, T3H, FIRST_LATE_MORNING = "2026-01-30 19:00", "2026-02-05 19:00", "2026-02-06 07:00"
IDLE, AT_T5 = 3, 12


def acts(**wanted: Any) -> list[tuple[str, str, bool, int]]:
    """Kind, local day and hour, whether skipped, how many told."""
    found = CalendarAct.objects.filter(**wanted).order_by("moment", "kind", "period")
    return [
        (one.kind, f"{one.moment.astimezone(ZoneInfo('Asia/Makassar')):%d %H:%M}", one.skipped, one.told)
        for one in found
    ]


def told() -> dict[str, list[tuple[str, str, int]]]:
    """Who was told what since the last look: user name -> (act, step, count) of each line."""
    rows = Outbox.objects.filter(topic="calendar.digest", done_at=None).order_by("pk")
    found: dict[str, list[tuple[str, str, int]]] = {}
    for row in rows:
        (person,) = Assignment.objects.filter(person=row.payload["person"]).values_list(
            "person__username", flat=True
        )[:1]
        assert person not in found, "two digests for one person in one tick"
        found[person] = [(line["act"], line["step"] or "", line["count"]) for line in row.payload["lines"]]
    rows.update(done_at=datetime(2026, 1, 1, tzinfo=UTC))
    return found


@pytest.fixture
def month(cast: World) -> list[Report]:
    """Three reports of Ani's, January open."""
    cast.items(3)
    return cast.open()


def test_only_who_holds_is_reminded(cast: World, month: list[Report]) -> None:
    cast.submitted(month[:1], 10)
    cast.at(
        "2026-02-04 19:00"
    )  # a reminder of the entry, due tomorrow, and of the verification, due on Monday
    tick()
    assert told() == {"ani": [("remind", "entry", 2)], "budi": [("remind", "verify", 1)]}
    assert acts(skipped=False) == [
        ("remind.entry", "04 19:00", False, 1), ("remind.verify", "04 19:00", False, 1),
    ]  # fmt: skip


def test_the_same_minute_tells_nobody_twice(cast: World, month: list[Report]) -> None:
    cast.at(T5)
    assert tick().done == 1
    assert (tick().done, tick().done, Outbox.objects.count()) == (0, 0, 1)


def test_what_is_overdue_goes_to_the_holder_and_to_his_superior_each_morning(
    cast: World, month: list[Report]
) -> None:
    cast.submitted(month[:1], 10)
    cast.at(FIRST_LATE_MORNING)
    tick()
    assert told() == {
        "ani": [("overdue", "entry", 2)],
        "citra": [("escalate", "entry", 2)],
        "budi": [("remind", "verify", 1)],
    }
    cast.at("2026-02-07 10:00")  # a Saturday
    tick()
    assert told() == {}
    cast.at("2026-02-10 07:00")
    tick()
    assert told() == {
        "ani": [("overdue", "entry", 2)],
        "budi": [("overdue", "verify", 1)],
        "citra": [("escalate", "entry", 2), ("escalate", "verify", 1)],
    }


def test_a_superior_named_at_the_post_hears_of_it_instead_of_the_head(
    cast: World, month: list[Report]
) -> None:
    with recorded(None):
        Post.objects.filter(pk=cast.posts["officer"].pk).update(superior=cast.posts["section_head"])
    cast.at(FIRST_LATE_MORNING)
    tick()
    assert told() == {"ani": [("overdue", "entry", 3)], "budi": [("escalate", "entry", 3)]}


def test_an_acting_holder_is_told_and_the_one_he_stands_for_is_not(cast: World, month: list[Report]) -> None:
    assign(cast.gita, cast.posts["officer"], "plh", "2026-02-01", "2026-02-05")
    cast.at("2026-02-04 19:00")
    tick()
    assert list(told()) == ["gita"]
    cast.at(FIRST_LATE_MORNING)  # his dates are over
    tick()
    assert list(told()) == ["ani", "citra"]


def test_a_vacant_post_is_told_to_its_superior_only(cast: World, month: list[Report]) -> None:
    with recorded(None):
        Assignment.objects.filter(person=cast.ani).update(valid_to=date(2026, 2, 3))
    cast.at(FIRST_LATE_MORNING)
    tick()
    (line,) = Outbox.objects.get(topic="calendar.digest").payload["lines"]
    assert (line["act"], line["holder"], line["post"]) == (
        "escalate",
        "",
        "PPTK Bina Marga, Dinas Pekerjaan Umum",
    )
    assert list(told()) == ["citra"]


def test_who_entered_a_report_is_not_told_to_verify_it(cast: World, month: list[Report]) -> None:
    cast.submitted(month, 10)
    with recorded(None):
        Assignment.objects.filter(person=cast.budi).update(valid_to=date(2026, 2, 3))
        Assignment.objects.filter(person=cast.ani).update(valid_to=date(2026, 2, 3))
    assign(cast.ani, cast.posts["section_head"], start="2026-02-04")
    cast.at("2026-02-10 07:00")
    tick()
    assert list(told()) == ["citra"]


def test_a_stranger_and_another_agency_hear_nothing(cast: World, month: list[Report]) -> None:
    cast.at(FIRST_LATE_MORNING)
    tick()
    assert not {"eko", "fitri", "gita", "dewi"} & set(told())


def test_a_finished_month_is_told_to_nobody_and_marked_by_nothing(cast: World, month: list[Report]) -> None:
    versions = cast.submitted(month, 10)
    services.engine.perform(route.VERIFY, Report, versions, actor=cast.budi)
    for verb in (route.SIGN, route.PUBLISH):
        services.engine.perform(verb, Report, dict.fromkeys(versions), actor=cast.citra, whole=True)
    for moment in (T3H, FIRST_LATE_MORNING, "2026-02-23 08:00"):
        cast.at(moment)
        assert tick().done == 0
    assert acts() == []


def test_late_and_lock_are_marked_at_their_moments_even_at_night(cast: World, month: list[Report]) -> None:
    cast.at("2026-02-11 00:14:58")
    tick()
    assert ("late.sign", "11 00:14", False, 0) not in acts()
    cast.at("2026-02-11 00:15:00")
    tick()
    assert ("late.sign", "11 00:14", False, 0) in acts()
    assert told() == {}
    cast.at("2026-02-21 00:00:00")
    tick()
    assert ("lock", "21 00:00", False, 0) in acts()
    assert told() == {}
    cast.at("2026-02-23 07:00")
    tick()
    assert told() == {"citra": [("locked", "", 3)]}


def test_after_the_lock_the_calendar_has_nothing_more_to_say(cast: World, month: list[Report]) -> None:
    cast.at("2026-02-23 07:00")
    tick()
    before = CalendarAct.objects.count()
    cast.at("2026-04-01 09:00")
    assert (tick().done, CalendarAct.objects.count()) == (0, before)


def test_nothing_is_approved_by_silence(cast: World, month: list[Report]) -> None:
    cast.submitted(month[:2], 10)
    for day in range(5, 28):
        cast.at(f"2026-02-{day:02} 12:00")
        tick()
    assert sorted(Report.objects.values_list("state", flat=True)) == ["draft", "submitted", "submitted"]


# --- Standing still --------------------------------------------------------------------------------------


def test_after_days_of_downtime_only_the_newest_of_each_kind_is_told(
    cast: World, month: list[Report]
) -> None:
    cast.at("2026-01-30 19:00")
    tick()
    told()
    cast.at("2026-02-12 09:00")
    done = tick()
    assert told() == {"ani": [("overdue", "entry", 3)], "citra": [("escalate", "entry", 3)]}
    assert done.skipped == len(acts(skipped=True)) > 20
    assert [one[:2] for one in acts(skipped=False, kind__startswith="overdue")] == [
        ("overdue.entry", "12 07:00"), ("overdue.sign", "12 07:00"), ("overdue.verify", "12 07:00"),
    ]  # fmt: skip


def test_a_tick_that_comes_back_at_night_waits_for_the_morning(cast: World, month: list[Report]) -> None:
    cast.at("2026-02-07 02:00")
    tick()
    assert told() == {}
    cast.at("2026-02-09 07:00")
    tick()
    assert list(told()) == ["ani", "citra"]


def test_a_holiday_that_is_added_moves_what_is_still_to_come(cast: World, month: list[Report]) -> None:
    with recorded(None):
        Holiday.objects.create(government=cast.government, day=date(2026, 2, 6), name="Libur daerah")
    cast.at(FIRST_LATE_MORNING)
    tick()
    assert told() == {}
    cast.at("2026-02-09 07:00")
    tick()
    assert list(told()) == ["ani", "citra"]


# --- Tiers with days of their own ------------------------------------------------------------------------


@pytest.fixture
def hasty(cast: World) -> list[Report]:
    """The section head has two working days, and a review that holds publication up has five."""
    with recorded(None):
        RouteVersion.objects.create(
            code="HASTY",
            number=1,
            name="Cepat",
            tiers=[
                {"verb": "submit", "role": "officer", "scope": "item"},
                {"verb": "verify", "role": "section_head", "scope": "item", "due_days": 2},
                {"verb": "sign", "role": "agency_head", "scope": "agency"},
                {"verb": "review", "role": "oversight", "scope": "government", "blocks": True, "due_days": 5},
            ],
        )
        type(cast.agency).objects.filter(pk=cast.agency.pk).update(route_code="HASTY")
        bureau = Post.objects.create(
            unit=Unit.objects.get(parent=None), role="oversight", title="Kepala Bagian Adbang"
        )
        Post.objects.create(unit=Unit.objects.get(parent=None), role="agency_head", title="Bupati")
    assign(cast.gita, bureau)
    assign(cast.dewi, Post.objects.get(title="Bupati"))
    cast.items(2)
    return cast.open()


def test_a_tier_with_days_of_its_own_is_overdue_by_them_and_not_by_the_calendar(
    cast: World, hasty: list[Report]
) -> None:
    cast.submitted(hasty, 10)  # on Tuesday the 3rd
    for moment in ("2026-02-04 19:00", "2026-02-05 19:00"):
        cast.at(moment)
        tick()
        assert told() == {}
    cast.at(FIRST_LATE_MORNING)
    tick()
    assert told() == {"budi": [("overdue", "verify", 2)], "citra": [("escalate", "verify", 2)]}
    (first, _) = Outbox.objects.order_by("pk")
    assert first.payload["lines"][0]["due_at"] == "2026-02-05T15:59:59+00:00"
    cast.at("2026-02-10 07:00")  # the calendar's own deadline adds nothing
    tick()
    assert told() == {"budi": [("overdue", "verify", 2)], "citra": [("escalate", "verify", 2)]}


def test_a_review_that_holds_publication_up_is_overdue_even_after_the_lock(
    cast: World, hasty: list[Report]
) -> None:
    versions = cast.submitted(hasty, 10)
    services.engine.perform(route.VERIFY, Report, versions, actor=cast.budi)
    cast.at("2026-02-19 10:00")
    services.engine.perform(route.SIGN, Report, dict.fromkeys(versions), actor=cast.citra, whole=True)
    told()
    cast.at("2026-02-26 19:00")
    tick()
    assert told() == {}
    cast.at("2026-02-27 07:00")
    tick()
    assert told() == {"gita": [("overdue", "review", 2)], "dewi": [("escalate", "review", 2)]}
    services.engine.perform(route.REVIEW, Report, dict.fromkeys(versions), actor=cast.gita)
    cast.at("2026-03-02 07:00")
    tick()
    assert told() == {}


def test_a_revision_that_is_open_is_nobodys_duty_in_the_calendar(cast: World, month: list[Report]) -> None:
    versions = cast.submitted(month, 10)
    services.engine.perform(route.VERIFY, Report, versions, actor=cast.budi)
    for verb in (route.SIGN, route.PUBLISH):
        services.engine.perform(verb, Report, dict.fromkeys(versions), actor=cast.citra, whole=True)
    cast.at("2026-03-05 09:00")
    with recorded(cast.dewi):
        granting.give(
            key="request-9", kind="amendment", actor=cast.dewi, office="Kepala Bagian Adbang", scope_path=cast.agency.path,
            subjects=["2026-01"], reason="Kuitansi ganda ditemukan", expires_at=datetime(2026, 3, 20, tzinfo=UTC),
        )  # fmt: skip
    (outcome, *_) = services.amend(
        actor=cast.citra, versions=dict.fromkeys(versions), reason="Kuitansi ganda ditemukan"
    )
    assert outcome.done and Report.objects.filter(revision=1, state="draft").exists()
    done = tick()
    assert (done.done, told()) == (0, {})


# --- Grants, extensions, closing -------------------------------------------------------------------------


def reopened(cast: World, until: str, *, subjects: tuple[str, ...] = ("2026-01",)) -> Any:
    return granting.give(
        key=f"request-{until}",
        kind="reopening",
        actor=cast.dewi,
        office="Kepala Bagian Adbang",
        scope_path=cast.agency.path,
        reason="Server SIPD tidak dapat dibuka",
        subjects=subjects,
        expires_at=datetime.fromisoformat(until).replace(tzinfo=ZoneInfo("Asia/Makassar")),
    )


def test_a_reopening_is_told_reminded_and_ends_by_itself(cast: World, month: list[Report]) -> None:
    cast.at("2026-02-23 07:00")
    tick()
    told()
    cast.at("2026-02-24 10:00")
    reopened(cast, "2026-02-27 23:59:59")
    tick()
    assert told() == {"ani": [("reopened", "entry", 3)], "citra": [("reopened", "", 3)]}
    assert cast.submitted(month[:1], 10)
    cast.at("2026-02-27 19:00")
    tick()
    assert told() == {"ani": [("remind", "entry", 2)], "budi": [("remind", "verify", 1)]}
    cast.at("2026-03-02 07:00")
    tick()
    assert told() == {"citra": [("relocked", "", 3)]}
    (outcome,) = services.submit(actor=cast.ani, versions=cast.versions(month[1:2]))
    assert outcome.code == "route.window_locked"
    before = CalendarAct.objects.count()
    cast.at("2026-03-20 09:00")
    assert (tick().done, CalendarAct.objects.count()) == (0, before)


def test_a_reopening_of_one_sub_activity_is_told_for_that_one(cast: World, month: list[Report]) -> None:
    cast.at("2026-02-24 10:00")
    tick()
    told()
    reopened(cast, "2026-02-27 23:59:59", subjects=(f"2026-01/item-{month[1].item_id}",))
    tick()
    assert told() == {"ani": [("reopened", "entry", 1)], "citra": [("reopened", "", 1)]}


def test_a_grant_that_is_revoked_ends_when_it_was_revoked(cast: World, month: list[Report]) -> None:
    cast.at("2026-02-24 10:00")
    tick()
    told()
    grant = reopened(cast, "2026-02-27 23:59:59")
    cast.at("2026-02-25 10:00")
    tick()
    told()
    granting.revoke(grant=grant, actor=cast.dewi, reason="Tidak diperlukan lagi")
    cast.at("2026-02-25 10:01")
    tick()
    assert told() == {"citra": [("relocked", "", 3)]}


def test_a_grant_of_another_month_or_agency_reopens_nothing(cast: World, month: list[Report]) -> None:
    cast.at("2026-02-24 10:00")
    tick()
    told()
    reopened(cast, "2026-02-27 23:59:59", subjects=("2026-02",))
    tick()
    assert told() == {}
    assert not CalendarAct.objects.filter(kind__startswith="reopened").exists()


@pytest.mark.parametrize(("slug", "opened"), [("2026-12", {12}), ("2026-13", {13})])
def test_the_adjustment_is_another_month_than_the_december_it_begins_with(
    cast: World, slug: str, opened: set[int]
) -> None:
    """A reopening of the one reopens, tells and remembers nothing of the other."""
    (item,) = cast.items(1)
    for number in range(1, 14):
        cast.open(number)
    cast.at("2027-03-25 10:00")
    tick()
    told()
    reopened(cast, "2027-03-30 23:59:59", subjects=(f"{slug}/item-{item.pk}",))
    Outbox.objects.all().delete()
    assert not tick().failed
    assert {one.period.month for one in CalendarAct.objects.filter(kind__startswith="reopened")} == opened
    said = [line for row in Outbox.objects.filter(topic="calendar.digest") for line in row.payload["lines"]]
    assert {(line["act"], line["month"], line["count"]) for line in said} == {("reopened", slug, 1)}
    (entering,) = digests.shown([line for line in said if line["audience"] == "holder"])
    assert entering.url == ("/entry/2026-12/" if 12 in opened else "/entry/")


def test_a_closed_month_is_left_alone(cast: World, month: list[Report]) -> None:
    close_month(fiscal_year=cast.year, month=1)
    cast.at(FIRST_LATE_MORNING)
    assert tick().done == 0


# --- Opening and vacancies -------------------------------------------------------------------------------


def opens_itself(cast: World) -> None:
    with recorded(None):
        CalendarRule.objects.create(fiscal_year=cast.year, opens_itself=True)


def test_a_month_opens_by_itself_when_the_rule_says_so_and_not_otherwise(cast: World) -> None:
    cast.items(2)
    cast.at("2026-01-25 00:00:01")
    assert tick().opened == 0
    opens_itself(cast)
    assert (tick().opened, tick().opened) == (1, 0)
    assert Report.objects.count() == 2
    assert Period.objects.get().history.get().history_user_id is None
    cast.at("2026-02-24 23:59:00")
    assert tick().opened == 0
    cast.at("2026-02-25 00:00:01")
    assert tick().opened == 1


def test_months_missed_while_nothing_ran_open_one_after_the_other(cast: World) -> None:
    cast.items(1)
    opens_itself(cast)
    cast.at("2026-03-26 09:00")
    assert [tick().opened for _ in range(4)] == [1, 1, 1, 0]


def test_a_year_ends_with_its_twelfth_month(cast: World) -> None:
    cast.items(1)
    for number in range(1, 13):
        open_month(fiscal_year=cast.year, month=number)
    opens_itself(cast)
    cast.at("2027-03-01 09:00")
    assert tick().opened == 0


def test_vacant_tiers_are_listed_to_the_bureau_before_the_month_opens(cast: World) -> None:
    cast.items(2)
    with recorded(None):
        bureau = Post.objects.create(
            unit=Unit.objects.get(parent=None), role="oversight", title="Kepala Bagian Adbang"
        )
        Assignment.objects.filter(person=cast.budi).update(valid_to=date(2026, 1, 10))
    assign(cast.gita, bureau)
    cast.at("2026-01-16 18:59")
    tick()
    assert told() == {}
    cast.at("2026-01-16 19:00")  # seven days before the 25th is a Sunday
    tick()
    tick()
    (line,) = Outbox.objects.get(topic="calendar.digest").payload["lines"]
    assert line["posts"] == [
        ["Dinas Pekerjaan Umum", "section_head", "Kepala Bidang Bina Marga", "Dinas Pekerjaan Umum", 2]
    ]
    assert list(told()) == ["gita"]
    assert YearAct.objects.get().told == 1
    cast.at("2026-01-26 09:00")
    tick()
    assert told() == {}


# --- Failures --------------------------------------------------------------------------------------------


def spoil(agency: int) -> None:
    """The database refuses to note anything for one agency."""
    with psycopg.connect(databases.current()["owner"], autocommit=True) as owner:
        owner.execute(
            f"""CREATE OR REPLACE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF (SELECT agency_id FROM submissions_period WHERE id = NEW.period_id) = {agency}
                THEN RAISE EXCEPTION 'disk full'; END IF; RETURN NEW; END $$;
            CREATE TRIGGER spoil BEFORE INSERT ON submissions_calendaract FOR EACH ROW EXECUTE FUNCTION spoil()"""  # noqa: S608
        )


def mend() -> None:
    with psycopg.connect(databases.current()["owner"], autocommit=True) as owner:
        owner.execute("DROP TRIGGER spoil ON submissions_calendaract")


def test_an_agency_that_fails_stops_no_other_and_is_done_when_it_can_be(
    committed: dict[str, str], cast: World
) -> None:
    land = region(cast, 4)
    open_month(fiscal_year=cast.year, month=1)
    spoil(land.agencies[1].unit.pk)
    cast.at(T5)
    first, again = tick(), tick()
    assert (first.done, again.done) == (3, 0)
    assert set(told()) == {"officer-01", "officer-03", "officer-04"}
    fault = CalendarFault.objects.get()
    assert (fault.agency, fault.kind, fault.times, fault.cleared_at) == (
        land.agencies[1].unit,
        "acts",
        2,
        None,
    )
    assert fault.error == "ProgrammingError"  # what an exception raised in the database is to Django
    mend()
    assert tick().done == 1
    assert list(told()) == ["officer-02"]
    fault.refresh_from_db()
    assert fault.cleared_at


def test_a_month_that_cannot_open_is_shown_and_stops_nothing(
    cast: World, month: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    opens_itself(cast)

    def fail(**_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(ticking, "open_month", fail)
    cast.at("2026-02-26 09:00")
    done = tick()
    assert done.done and done.failed
    assert CalendarFault.objects.get().kind == "opening"
    monkeypatch.undo()
    tick()
    assert CalendarFault.objects.get().cleared_at


def test_the_command_says_what_it_did(
    cast: World, month: list[Report], capsys: pytest.CaptureFixture[str]
) -> None:
    cast.at(T5)
    call_command("tick")
    assert "1 acts done, 0 skipped, 1 digests" in capsys.readouterr().out
    call_command("tick", "--json")
    assert '"done": 0' in capsys.readouterr().out


# --- Cost and company ------------------------------------------------------------------------------------


@pytest.fixture
def land(committed: dict[str, str], cast: World) -> Region:
    """Sixty agencies with two reports each, in a database of their own."""
    found = region(cast, 60, items=2)
    open_month(fiscal_year=cast.year, month=1)
    return found


def test_what_a_tick_costs(land: Region, cast: World, statements: Callable[[], Any]) -> None:
    cast.at("2026-01-30 18:59")
    with statements() as idle:
        assert tick().done == 0
    cast.at(T5)
    with statements() as busy:
        done = tick()
    with statements() as after:
        tick()
    assert (done.done, done.digests) == (60, 60)
    assert (len(idle), len(after)) == (2, IDLE), f"{idle}\n{after}"
    assert len(busy) <= AT_T5, str(busy)


def test_three_ticks_at_once_do_everything_once(land: Region, cast: World) -> None:
    land.fill(land.some(1, 20))
    cast.at("2026-02-02 09:00")
    land.act(route.SUBMIT, land.some(1, 20))
    for moment, people in (("2026-02-03 19:00", 40), (FIRST_LATE_MORNING, 40 + 40 + 20)):
        cast.at(moment)
        answers = together(3, tick)
        assert sum(one.digests for one in answers) == len(told()) == people
        assert not any(one.failed for one in answers)
    keys = CalendarAct.objects.values_list("period", "kind", "moment")
    assert len(set(keys)) == len(keys)


def test_a_heartbeat_is_left_each_minute_and_old_ones_go(cast: World) -> None:
    for minute in ("09:00:05", "09:00:50", "09:01:05"):
        cast.at(f"2026-02-03 {minute}")
        tick()
    assert [f"{one.minute:%H:%M}" for one in Heartbeat.objects.order_by("minute")] == ["01:00", "01:01"]
    cast.at("2026-04-20 09:00")
    tick()
    assert Heartbeat.objects.count() == 1
    assert Heartbeat.objects.get().minute == datetime(2026, 4, 20, 1, tzinfo=UTC)


def test_old_months_are_not_told_when_the_calendar_first_runs(cast: World, month: list[Report]) -> None:
    cast.at("2026-02-25 09:00")
    open_month(fiscal_year=cast.year, month=2)
    cast.at("2026-09-01 09:00")
    done = tick()
    assert told() == {"citra": [("locked", "", 3), ("locked", "", 3)]}
    assert (done.done, tick().done) == (2 * 5, 0)


def test_acts_are_kept_as_they_were_written(cast: World, month: list[Report]) -> None:
    cast.at(T5)
    tick()
    with pytest.raises(Exception, match="kept as they were written"), connection.cursor() as cursor:
        cursor.execute("UPDATE submissions_calendaract SET told = 0")


def test_every_act_is_in_the_ledger(cast: World, month: list[Report]) -> None:
    cast.at(T5)
    tick()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload::json ->> 'actor' FROM ledger.event WHERE of_table = 'submissions_calendaract'"
        )
        assert cursor.fetchall() == [(None,)]


def test_moments_are_by_the_clock_of_the_database(cast: World, month: list[Report]) -> None:
    cast.move_clock(datetime(2026, 1, 30, 10, 59, 59, tzinfo=UTC) - timedelta(seconds=5))
    assert tick().done == 0
    cast.at(T5)
    assert tick().done == 1
