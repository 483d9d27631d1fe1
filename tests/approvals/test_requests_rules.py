"""The pure rules of requests: second opinions, patience, days."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from approvals.asking_rules import (
    ASKERS,
    KINDS,
    PATIENCE,
    Thresholds,
    Weight,
    end_of,
    evening_after,
    last_month_of_quarter,
    local_day,
    morning_after,
    second_opinion,
)
from submissions.moments import CalendarPolicy

LARGE = Thresholds().amount
HOLIDAYS = CalendarPolicy(holidays=frozenset({date(2026, 2, 17)}))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "months", "amount", "closed", "why"),
    [
        ("reopening", 1, 0, False, []),
        ("reopening", 1, 0, True, ["closed_quarter"]),
        ("reopening", 2, LARGE - Decimal("0.01"), False, []),
        ("reopening", 2, LARGE, False, ["amount"]),
        ("reopening", 3, 0, False, ["months"]),
        ("amendment", 12, LARGE, True, ["closed_quarter", "amount", "months"]),
        ("extension", 1, LARGE, False, []),
        ("extension", 1, LARGE * 2, True, []),
        ("waiver", 2, LARGE, True, []),
        ("waiver", 12, 0, False, ["months"]),
        ("assistance", 3, 0, False, ["months"]),
    ],
)
def test_a_second_opinion_is_asked_for_where_one_word_is_not_enough(
    kind: str, months: int, amount: int | Decimal, closed: bool, why: list[str]
) -> None:
    assert second_opinion(Weight(kind, months, Decimal(amount), closed)) == why


def test_the_thresholds_can_be_others() -> None:
    weight = Weight("reopening", 2, Decimal(10), closed_quarter=False)
    assert second_opinion(weight, Thresholds(months=2, amount=Decimal(10))) == ["amount", "months"]


@pytest.mark.parametrize(("month", "last"), [(1, 3), (3, 3), (4, 6), (9, 9), (10, 12), (12, 12), (13, 12)])
def test_each_month_has_the_last_of_its_quarter(month: int, last: int) -> None:
    assert last_month_of_quarter(month) == last


@pytest.mark.parametrize(
    ("asked", "days", "morning"),
    [
        ("2026-02-02T02:00", 1, "2026-02-03T01:00"),  # Monday 10:00 WITA: Tuesday 09:00
        ("2026-02-02T17:30", 1, "2026-02-04T01:00"),  # Tuesday 01:30 WITA already: Wednesday 09:00
        ("2026-02-06T02:00", 1, "2026-02-09T01:00"),  # Friday: Monday
        ("2026-02-07T02:00", 2, "2026-02-10T01:00"),  # Saturday: Tuesday
        ("2026-02-16T02:00", 1, "2026-02-18T01:00"),  # Monday before a holiday: Wednesday
    ],
)
def test_nobody_is_reminded_at_night_or_on_a_holiday(asked: str, days: int, morning: str) -> None:
    assert morning_after(HOLIDAYS, utc(asked), days) == utc(morning)


def test_a_grant_of_days_ends_with_the_last_second_of_a_working_day() -> None:
    assert evening_after(HOLIDAYS, utc("2026-02-13T02:00"), 3) == utc("2026-02-19T15:59:59")
    assert end_of(HOLIDAYS, date(2026, 2, 20)) == utc("2026-02-20T15:59:59")
    assert local_day(HOLIDAYS, utc("2026-02-20T16:30")) == date(2026, 2, 21)


def test_a_calendar_of_holidays_only_says_so() -> None:
    with pytest.raises(ValueError, match="no 1 working days"):
        morning_after(CalendarPolicy(working_weekdays=frozenset()), utc("2026-02-02T02:00"), 1)


def test_every_kind_says_who_asks_and_how_long_reviewers_have() -> None:
    assert set(KINDS) == set(ASKERS) == set(PATIENCE)
    assert all(one.remind < one.escalate for one in PATIENCE.values())
