"""The pure part of the calendar: months, working days and due moments (domain.md 3.1). No database.

A rule speaks of days in the government's own zone; every moment that leaves this module is aware and in
UTC. Moments are computed once, when a period is opened, and stored: a later change of the rule does not
rewrite history.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NEXT_WORKDAY, NO_ROLL = "NEXT_WORKDAY", "NONE"
CALENDAR, WORKING = "CALENDAR", "WORKING"
ADJUSTMENT_MONTH = 13
# Audit corrections are closed before the accounts of the year go to the auditors, three months after its end.
ADJUSTMENT_MONTHS_LATER = 3

_DAY = timedelta(days=1)
_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class CalendarPolicy:
    """The rule of a government for a year. `unit` WORKING counts entry, verify and sign days in working
    days."""

    time_zone: str = "Asia/Makassar"
    open_day: int = 25
    entry_day: int = 5
    verify_day: int = 8
    sign_day: int = 10
    lock_day: int = 21
    roll: str = NEXT_WORKDAY
    unit: str = CALENDAR
    grace_minutes: int = 15
    holidays: frozenset[date] = frozenset()
    working_weekdays: frozenset[int] = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Moments:
    """When a period opens, is due and locks; all aware, UTC. `sign_due` is the official deadline."""

    opens_at: datetime
    submit_from: datetime
    entry_due: datetime
    verify_due: datetime
    sign_due: datetime
    lock_at: datetime


# --- Months ----------------------------------------------------------------------------------------------


def start_of_month(fiscal_year: int, month: int, start_month: int = 1) -> date:
    """The first calendar day of a fiscal month; the year is the one in which the fiscal year begins.

    Month 13, the adjustment, has no days of its own: it belongs to those of month 12.
    """
    if not 1 <= month <= ADJUSTMENT_MONTH:
        raise ValueError(f"fiscal month {month} is not one of 1..13")
    return _add_months(date(fiscal_year, start_month, 1), min(month, 12) - 1)


def fiscal_month(day: date, start_month: int = 1) -> tuple[int, int]:
    """The fiscal year (by the year it begins in) and the month 1..12 of a calendar day."""
    month = (day.month - start_month) % 12 + 1
    return (day.year if day.month >= start_month else day.year - 1), month


def _add_months(first: date, months: int) -> date:
    years, index = divmod(first.month - 1 + months, 12)
    return date(first.year + years, index + 1, 1)


# --- Working days ----------------------------------------------------------------------------------------


def is_working_day(policy: CalendarPolicy, day: date) -> bool:
    return day.weekday() in policy.working_weekdays and day not in policy.holidays


def roll_forward(policy: CalendarPolicy, day: date) -> date:
    """The day itself, or the next working day when the rule rolls (T-16)."""
    if policy.roll == NO_ROLL:
        return day
    for offset in range(366):
        if is_working_day(policy, day + offset * _DAY):
            return day + offset * _DAY
    raise ValueError(
        f"no working day within a year after {day}: check the weekdays and holidays of the calendar"
    )


def _due_day(policy: CalendarPolicy, first: date, number: int) -> date:
    """The day `number` of a month, by the rule's unit; a number past the month's end is its last day."""
    if policy.unit == WORKING:
        return _nth_working_day(policy, first, number)
    return roll_forward(policy, _day_of_month(first, number))


def _day_of_month(first: date, number: int) -> date:
    return first.replace(day=min(number, monthrange(first.year, first.month)[1]))


def _nth_working_day(policy: CalendarPolicy, first: date, number: int) -> date:
    left = number
    for offset in range(366):
        left -= is_working_day(policy, first + offset * _DAY)
        if left == 0:
            return first + offset * _DAY
    raise ValueError(
        f"no {number} working days after {first}: check the weekdays and holidays of the calendar"
    )


# --- Moments ---------------------------------------------------------------------------------------------


def due_moments(policy: CalendarPolicy, start: date, month: int | None = None) -> Moments:
    """The moments of the calendar month that begins on `start`; `month` 13 gives those of the adjustment.

    A month opens on a day of its own and is due and locked in the month after. The lock never comes before
    the day after the last deadline, however long holidays move that. The adjustment opens when month 12
    locks, and is due and locked three months after the year's end.
    """
    regular = _regular(policy, start, _add_months(start, 1))
    if month != ADJUSTMENT_MONTH:
        return regular
    late = _regular(policy, start, _add_months(start, ADJUSTMENT_MONTHS_LATER))
    return Moments(
        opens_at=regular.lock_at,
        submit_from=regular.lock_at,
        entry_due=late.entry_due,
        verify_due=late.verify_due,
        sign_due=late.sign_due,
        lock_at=late.lock_at,
    )


def _regular(policy: CalendarPolicy, start: date, due_in: date) -> Moments:
    entry = _due_day(policy, due_in, policy.entry_day)
    verify = max(entry, _due_day(policy, due_in, policy.verify_day))
    sign = max(verify, _due_day(policy, due_in, policy.sign_day))
    lock = max(_day_of_month(due_in, policy.lock_day), sign + _DAY)
    return Moments(
        opens_at=_at(policy, _day_of_month(start, policy.open_day), time.min),
        submit_from=_at(policy, due_in, time.min),
        entry_due=_at(policy, entry, _LAST_SECOND),
        verify_due=_at(policy, verify, _LAST_SECOND),
        sign_due=_at(policy, sign, _LAST_SECOND),
        lock_at=_at(policy, lock, time.min),
    )


def _at(policy: CalendarPolicy, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, _zone(policy.time_zone)).astimezone(UTC)


@lru_cache(maxsize=32)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def late_workdays(due_at: datetime, at: datetime, policy: CalendarPolicy) -> int:
    """How late an act is, in working days begun after the due day; 0 is in time, and up to the grace it
    still is (T-17).

    What is late is late by one day at least, also when it comes on the Saturday after a Friday's deadline.
    """
    if at <= due_at + timedelta(minutes=policy.grace_minutes):
        return 0
    zone = _zone(policy.time_zone)
    due_day, day = due_at.astimezone(zone).date(), at.astimezone(zone).date()
    begun = sum(
        is_working_day(policy, due_day + offset * _DAY) for offset in range(1, (day - due_day).days + 1)
    )
    return max(1, begun)
