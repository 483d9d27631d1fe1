"""When a month opens, is due and locks, and how late an act is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from submissions.moments import (
    ADJUSTMENT_MONTH,
    NO_ROLL,
    WORKING,
    CalendarPolicy,
    due_moments,
    fiscal_month,
    late_workdays,
    start_of_month,
)

WITA = CalendarPolicy()
DECEMBER = date(2025, 12, 1)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_T16_a_deadline_on_a_saturday_moves_to_monday_night():
    assert due_moments(WITA, DECEMBER).sign_due == utc(2026, 1, 12, 15, 59, 59)


def test_a_month_opens_on_the_25th_and_is_due_and_locked_in_the_next():
    moments = due_moments(WITA, DECEMBER)

    assert moments.opens_at == utc(2025, 12, 24, 16)
    assert moments.submit_from == utc(2025, 12, 31, 16)
    assert moments.entry_due == utc(2026, 1, 5, 15, 59, 59)
    assert moments.verify_due == utc(2026, 1, 8, 15, 59, 59)
    assert moments.lock_at == utc(2026, 1, 20, 16)


def test_holidays_move_a_deadline_further():
    policy = replace(WITA, holidays=frozenset({date(2026, 1, 12), date(2026, 1, 13)}))

    assert due_moments(policy, DECEMBER).sign_due == utc(2026, 1, 14, 15, 59, 59)


def test_a_rule_may_keep_the_calendar_day():
    assert due_moments(replace(WITA, roll=NO_ROLL), DECEMBER).sign_due == utc(2026, 1, 10, 15, 59, 59)


def test_a_rule_may_count_working_days():
    policy = replace(WITA, unit=WORKING, holidays=frozenset({date(2026, 1, 1)}))

    moments = due_moments(policy, DECEMBER)

    assert moments.entry_due == utc(2026, 1, 8, 15, 59, 59)
    assert moments.sign_due == utc(2026, 1, 15, 15, 59, 59)


def test_the_lock_never_comes_before_a_deadline():
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(31))

    moments = due_moments(replace(WITA, holidays=closed), DECEMBER)

    assert moments.sign_due == utc(2026, 2, 2, 15, 59, 59)
    assert moments.lock_at == utc(2026, 2, 2, 16)


def test_deadlines_keep_their_order():
    moments = due_moments(replace(WITA, entry_day=20, verify_day=8, sign_day=10), DECEMBER)

    assert moments.entry_due == moments.verify_due == moments.sign_due == utc(2026, 1, 20, 15, 59, 59)


def test_a_day_that_a_month_does_not_have_is_its_last_day():
    assert due_moments(replace(WITA, open_day=31), date(2026, 2, 1)).opens_at == utc(2026, 2, 27, 16)


def test_the_zone_is_the_governments():
    karachi = replace(WITA, time_zone="Asia/Karachi")

    assert due_moments(karachi, date(2026, 7, 1)).sign_due == utc(2026, 8, 10, 18, 59, 59)


def test_a_calendar_without_working_days_is_a_fault_and_not_an_endless_search():
    with pytest.raises(ValueError, match="working day"):
        due_moments(replace(WITA, working_weekdays=frozenset()), DECEMBER)
    with pytest.raises(ValueError, match="working days"):
        due_moments(replace(WITA, working_weekdays=frozenset(), unit=WORKING), DECEMBER)


DUE = utc(2026, 1, 12, 15, 59, 59)


@pytest.mark.parametrize(
    ("at", "late"),
    [
        (utc(2026, 1, 12, 15, 59, 59), 0),
        (utc(2026, 1, 12, 16, 0, 1), 0),  # Tuesday 00:00:01, within the grace
        (utc(2026, 1, 12, 16, 14, 59), 0),
        (utc(2026, 1, 12, 16, 15, 1), 1),  # Tuesday 00:15:01
        (utc(2026, 1, 13, 15, 59, 59), 1),
        (utc(2026, 1, 13, 16, 0, 0), 2),
        (utc(2026, 1, 16, 10, 0), 4),
        (utc(2026, 1, 17, 10, 0), 4),  # Saturday begins no working day
        (utc(2026, 1, 19, 10, 0), 5),
    ],
)
def test_T17_after_the_grace_each_working_day_begun_counts(at, late):
    assert late_workdays(DUE, at, WITA) == late


def test_holidays_do_not_count_as_late():
    policy = replace(WITA, holidays=frozenset({date(2026, 1, 14)}))

    assert late_workdays(DUE, utc(2026, 1, 15, 10), policy) == 2


def test_what_comes_on_the_saturday_after_a_friday_is_late_all_the_same():
    friday = utc(2026, 1, 9, 15, 59, 59)

    assert late_workdays(friday, utc(2026, 1, 10, 3), WITA) == 1
    assert late_workdays(friday, utc(2026, 1, 12, 3), WITA) == 1


def test_what_is_late_on_the_due_day_itself_is_late():
    noon = utc(2026, 1, 12, 4)

    assert late_workdays(noon, utc(2026, 1, 12, 5), WITA) == 1


def test_fiscal_months_begin_where_the_year_begins():
    assert start_of_month(2026, 1) == date(2026, 1, 1)
    assert start_of_month(2026, 12) == date(2026, 12, 1)
    assert start_of_month(2025, 1, start_month=7) == date(2025, 7, 1)
    assert start_of_month(2025, 7, start_month=7) == date(2026, 1, 1)
    assert start_of_month(2025, 12, start_month=7) == date(2026, 6, 1)


def test_a_calendar_day_belongs_to_one_fiscal_month():
    for start_month in (1, 7):
        for month in range(1, 13):
            first = start_of_month(2025, month, start_month)
            assert (
                fiscal_month(first, start_month)
                == fiscal_month(first.replace(day=28), start_month)
                == (2025, month)
            )


def test_a_month_that_does_not_exist_is_a_fault():
    for month in (0, 14):
        with pytest.raises(ValueError, match="1..13"):
            start_of_month(2026, month)


def test_the_adjustment_opens_when_december_locks_and_is_due_in_march():
    start = start_of_month(2026, ADJUSTMENT_MONTH)

    december = due_moments(WITA, start)
    adjustment = due_moments(WITA, start, ADJUSTMENT_MONTH)

    assert start == date(2026, 12, 1)
    assert adjustment.opens_at == adjustment.submit_from == december.lock_at == utc(2027, 1, 20, 16)
    assert adjustment.sign_due == utc(2027, 3, 10, 15, 59, 59)
    assert adjustment.lock_at == utc(2027, 3, 20, 16)
