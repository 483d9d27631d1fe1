"""What is done for a month, at which moment, and where the month stands: tables by hand, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.extensions import availability, extended, proposed_due
from submissions.moments import (
    STAGES,
    CalendarPolicy,
    Due,
    Moments,
    Reopening,
    due_moments,
    is_working_hour,
    moments,
    own_cutoffs,
    own_due,
    sorted_out,
    stage,
    working_after,
    working_before,
)

ZONE = ZoneInfo("Asia/Makassar")
WITA = CalendarPolicy()
TIMES = due_moments(WITA, date(2026, 1, 1))  # due on 5, 9 (8 is a Sunday) and 10 February, locked on the 21st


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def when(
    kind: str,
    times: Moments = TIMES,
    policy: CalendarPolicy = WITA,
    reopenings: tuple[Reopening, ...] = (),
) -> list[str]:
    found = moments(times, policy, reopenings)
    return [one.moment.astimezone(ZONE).strftime("%m-%d %H:%M") for one in found if one.kind == kind]


def test_reminders_come_five_two_and_one_day_and_three_hours_before_in_the_last_working_hour() -> None:
    # Thursday the 5th: five days before is a Saturday, so it comes on the Friday.
    assert when("remind.entry") == ["01-30 19:00", "02-03 19:00", "02-04 19:00", "02-05 19:00"]
    # Monday the 9th: two days and one day before are both the weekend, so one reminder does for both.
    assert when("remind.verify") == ["02-04 19:00", "02-06 19:00", "02-09 19:00"]
    assert when("remind.sign") == ["02-05 19:00", "02-06 19:00", "02-09 19:00", "02-10 19:00"]


def test_what_is_overdue_is_told_every_working_morning_for_ten_days() -> None:
    mornings = [f"02-{day} 07:00" for day in ("06", "09", "10", "11", "12", "13", "16")]
    assert when("overdue.entry") == when("escalate.entry") == mornings
    assert when("overdue.sign")[-2:] == ["02-19 07:00", "02-20 07:00"]


def test_nobody_is_told_that_something_is_overdue_once_it_is_locked() -> None:
    early = replace(TIMES, lock_at=local("2026-02-13 00:00"))
    assert when("overdue.sign", early) == ["02-11 07:00", "02-12 07:00"]


def test_a_month_is_late_after_the_grace_and_locked_at_midnight_and_the_heads_hear_of_it_in_the_morning() -> (
    None
):
    assert when("late.sign") == ["02-11 00:14"]
    assert when("lock") == ["02-21 00:00"]
    assert when("locked") == ["02-23 07:00"]


def test_holidays_and_hours_are_those_of_the_government() -> None:
    policy = replace(
        WITA, holidays=frozenset({date(2026, 2, 4), date(2026, 2, 6)}), work_from=8, work_until=16
    )
    assert when("remind.entry", policy=policy) == ["01-30 15:00", "02-03 15:00", "02-05 15:00"]
    assert when("overdue.entry", policy=policy)[0] == "02-09 08:00"
    karachi = replace(WITA, time_zone="Asia/Karachi")
    found = moments(due_moments(karachi, date(2026, 1, 1)), karachi)
    assert {one.moment.astimezone(ZoneInfo("Asia/Karachi")).hour for one in found if one.tells} == {7, 19}


def test_five_days_before_is_the_same_hour_also_where_clocks_change() -> None:
    lisbon = replace(WITA, time_zone="Europe/Lisbon", work_until=24)
    times = due_moments(lisbon, date(2026, 3, 1))  # the clocks went forward on 29 March
    times = replace(times, entry_due=datetime(2026, 4, 1, 22, 59, 59, tzinfo=UTC))
    first = next(one for one in moments(times, lisbon) if one.kind == "remind.entry")
    assert first.moment == datetime(2026, 3, 27, 23, 59, 59, tzinfo=UTC)


def test_a_month_that_opens_late_has_no_reminders_from_before_it_opened() -> None:
    assert when("remind.entry", replace(TIMES, opens_at=local("2026-02-04 08:00"))) == [
        "02-04 19:00",
        "02-05 19:00",
    ]


def test_a_reopening_is_told_reminded_and_over() -> None:
    reopening = Reopening(17, local("2026-02-25 21:30"), local("2026-03-02 23:59"))
    assert when("reopened.17", reopenings=(reopening,)) == ["02-26 07:00"]
    assert when("remind.17", reopenings=(reopening,)) == ["02-27 19:00", "03-02 19:00"]
    assert when("relock.17", reopenings=(reopening,)) == ["03-02 23:59"]
    assert when("relocked.17", reopenings=(reopening,)) == ["03-03 07:00"]


def test_an_extension_brings_reminders_of_its_own() -> None:
    later = extended(TIMES, WITA, date(2026, 2, 24))
    assert later.sign_due == local("2026-02-24 23:59:59")
    assert later.entry_due - TIMES.entry_due == later.verify_due - TIMES.verify_due == timedelta(days=14)
    assert later.lock_at == local("2026-02-25 00:00")
    assert when("remind.sign", later) == ["02-19 19:00", "02-20 19:00", "02-23 19:00", "02-24 19:00"]
    assert extended(TIMES, WITA, date(2026, 2, 12)).lock_at == TIMES.lock_at


def test_of_several_missed_moments_of_a_kind_only_the_newest_is_done() -> None:
    now = local("2026-02-06 10:00")
    do, skip = sorted_out([one for one in moments(TIMES, WITA) if one.moment <= now], now, WITA)
    kinds = {one.kind: one.moment.astimezone(ZONE).strftime("%d %H:%M") for one in do}
    assert kinds == {
        "late.entry": "06 00:14", "overdue.entry": "06 07:00", "escalate.entry": "06 07:00",
        "remind.verify": "04 19:00", "remind.sign": "05 19:00",
    }  # fmt: skip
    assert {one.kind for one in skip} == {"remind.entry"}
    assert len(skip) == 4


def test_a_reminder_that_would_come_too_late_is_not_sent() -> None:
    due = local("2026-02-05 23:59:59")
    one = Due(local("2026-02-05 19:00"), "remind.entry", due)
    assert sorted_out([one], local("2026-02-05 19:30"), WITA) == ([one], [])
    assert sorted_out([one], due, WITA) == ([], [one])


def test_at_night_and_on_holidays_nobody_is_told_anything_but_what_tells_nobody_is_done() -> None:
    told, silent = (
        Due(local("2026-02-06 07:00"), "overdue.entry"),
        Due(local("2026-02-06 00:15"), "late.entry", tells=False),
    )
    for hour in ("2026-02-06 20:00", "2026-02-07 03:00", "2026-02-07 12:00"):
        assert sorted_out([told, silent], local(hour), WITA) == ([silent], [])
    assert sorted_out([told, silent], local("2026-02-09 07:00"), WITA) == ([told, silent], [])


def test_what_is_still_to_come_is_left_alone() -> None:
    assert sorted_out(moments(TIMES, WITA), TIMES.opens_at - timedelta(days=9), WITA) == ([], [])


@pytest.mark.parametrize(
    ("at", "unpublished", "reopened", "closed", "expected"),
    [
        ("2026-01-24 23:59:59", 5, False, False, "not_open"),
        ("2026-01-25 00:00:00", 5, False, False, "open"),
        ("2026-02-01 00:00:00", 5, False, False, "due"),
        ("2026-02-10 23:59:59", 5, False, False, "due"),
        ("2026-02-11 00:00:00", 5, False, False, "grace"),
        ("2026-02-11 00:14:59", 5, False, False, "grace"),
        ("2026-02-11 00:15:00", 5, False, False, "late"),
        ("2026-02-20 23:59:59", 1, True, False, "late"),
        ("2026-02-21 00:00:00", 1, False, False, "locked"),
        ("2026-02-21 00:00:00", 1, True, False, "reopened"),
        ("2026-02-03 00:00:00", 0, False, False, "complete"),
        ("2026-03-03 00:00:00", 0, True, False, "complete"),
        ("2026-03-03 00:00:00", 4, True, True, "closed"),
    ],
)
def test_where_a_month_stands(at: str, unpublished: int, reopened: bool, closed: bool, expected: str) -> None:
    found = stage(
        TIMES, local(at), grace_minutes=15, unpublished=unpublished, closed=closed, reopened=reopened
    )
    assert found == expected and found in STAGES


def test_a_calendar_without_working_days_is_a_fault_here_too() -> None:
    idle = replace(WITA, working_weekdays=frozenset())
    for place in (working_before, working_after):
        with pytest.raises(ValueError, match="working day"):
            place(idle, local("2026-02-05 12:00"))


def test_an_outage_is_more_than_two_minutes_of_the_last_four_hours() -> None:
    assert [availability(beats) for beats in (240, 238, 237, 120, 0)] == [100, 99, 98, 50, 0]


def test_after_an_outage_each_deadline_moves_to_the_first_whole_working_day_that_followed() -> None:
    sign = TIMES.sign_due
    # Tuesday's deadline: back before midnight, in the same night, in the next morning, or on Friday evening.
    assert proposed_due(WITA, sign, sign, local("2026-02-11 00:30")) == date(2026, 2, 11)
    assert proposed_due(WITA, sign, sign, local("2026-02-11 08:30")) == date(2026, 2, 12)
    assert proposed_due(WITA, sign, sign, local("2026-02-10 22:00")) == date(2026, 2, 11)
    assert proposed_due(WITA, sign, sign, local("2026-02-13 18:00")) == date(2026, 2, 16)
    # The entry day, Thursday the 5th, was lost: one day more for it, and so for the signature.
    assert proposed_due(WITA, sign, TIMES.entry_due, local("2026-02-05 23:00")) == date(2026, 2, 11)


MONTHS = st.dates(date(2020, 1, 1), date(2035, 12, 1)).map(lambda day: day.replace(day=1))
POLICIES = st.builds(
    CalendarPolicy,
    time_zone=st.sampled_from(["Asia/Makassar", "Asia/Karachi", "America/Santiago", "Pacific/Apia"]),
    entry_day=st.integers(1, 12),
    sign_day=st.integers(1, 20),
    work_from=st.integers(0, 11),
    work_until=st.integers(12, 24),
    grace_minutes=st.integers(0, 600),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=40),
)


@given(MONTHS, POLICIES)
def test_nobody_is_ever_told_at_night_and_no_moment_of_a_kind_comes_twice(
    first: date, policy: CalendarPolicy
) -> None:
    times = due_moments(policy, first)
    found = moments(times, policy)
    assert all(is_working_hour(policy, one.moment) for one in found if one.tells)
    assert len({(one.kind, one.moment) for one in found}) == len(found)
    assert all(one.moment < one.until for one in found if one.until)
    assert [one.moment for one in found] == sorted(one.moment for one in found)


@given(MONTHS, POLICIES, st.lists(st.integers(0, 60 * 24 * 50), max_size=12))
def test_however_the_calendar_is_interrupted_each_thing_is_done_or_skipped_once(
    first: date, policy: CalendarPolicy, minutes: list[int]
) -> None:
    times = due_moments(policy, first)
    everything = moments(times, policy)
    seen: list[Due] = []
    for minute in sorted(minutes):
        now = times.opens_at + timedelta(minutes=minute)
        do, skip = sorted_out([one for one in everything if one not in seen], now, policy)
        assert len({one.kind for one in do}) == len(do), "a burst"
        assert all(is_working_hour(policy, now) for one in do if one.tells)
        seen += do + skip
    assert len(set(seen)) == len(seen)


def test_a_tier_with_days_of_its_own_does_not_count_the_day_on_which_a_report_came() -> None:
    tuesday = local("2026-02-03 09:00")
    assert own_due(WITA, tuesday, 2) == local("2026-02-05 23:59:59")
    assert own_due(WITA, local("2026-02-05 09:00"), 2) == local("2026-02-09 23:59:59")  # over a weekend
    assert own_due(replace(WITA, holidays=frozenset({date(2026, 2, 4)})), tuesday, 2) == local(
        "2026-02-06 23:59:59"
    )
    found = moments(TIMES, WITA, own_dues=(own_due(WITA, tuesday, 2),))
    mornings = [one.moment.astimezone(ZONE) for one in found if one.kind == "escalate.tier"]
    assert f"{mornings[0]:%m-%d %H:%M}" == "02-06 07:00" and len(mornings) == 7


@given(MONTHS, POLICIES, st.integers(0, 60), st.integers(0, 20))
def test_the_last_arrival_that_is_overdue_is_found_backwards_as_it_is_forwards(
    first: date, policy: CalendarPolicy, before: int, days: int
) -> None:
    zone = ZoneInfo(policy.time_zone)
    today, came = first + timedelta(days=70), first + timedelta(days=70 - before)
    due = own_due(policy, datetime(came.year, came.month, came.day, 12, tzinfo=zone), days)
    overdue = due.astimezone(zone).date() < today
    assert overdue == (came.isoformat() <= own_cutoffs(policy, today)[str(days)])
