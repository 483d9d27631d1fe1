"""The pure part of the calendar: months, working days, due moments and what is done at them (domain.md 3.1). No database.

A rule speaks of days in the government's own zone; every moment that leaves this module is aware and in
UTC. Due moments are computed once, when a period is opened, and stored: a later change of the rule does not
rewrite history. What is done at them follows from them, so an extension needs nothing but new due moments.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ENTRY, VERIFY, SIGN = "entry", "verify", "sign"
STEPS = (ENTRY, VERIFY, SIGN)
NOT_OPEN, OPEN, DUE, GRACE, LATE = "not_open", "open", "due", "grace", "late"
LOCKED, REOPENED, COMPLETE, CLOSED = "locked", "reopened", "complete", "closed"
STAGES = (NOT_OPEN, OPEN, DUE, GRACE, LATE, LOCKED, REOPENED, COMPLETE, CLOSED)
# What is done: `remind` and `overdue` tell who holds, `escalate` tells his superior, the others tell heads or nobody.
REMIND, OVERDUE, ESCALATE, MARK_LATE = "remind", "overdue", "escalate", "late"
TIER = "tier"  # what is overdue by the days that a tier of its route has, not by the calendar's moments
LOCK, TELL_LOCKED, TELL_REOPENED, RELOCK, TELL_RELOCKED = "lock", "locked", "reopened", "relock", "relocked"

NEXT_WORKDAY, NO_ROLL = "NEXT_WORKDAY", "NONE"
CALENDAR, WORKING = "CALENDAR", "WORKING"
ADJUSTMENT_MONTH = 13
# Audit corrections are closed before the accounts of the year go to the auditors, three months after its end.
ADJUSTMENT_MONTHS_LATER = 3

REMINDED_BEFORE = (timedelta(days=5), timedelta(days=2), timedelta(days=1), timedelta(hours=3))
OVERDUE_DAYS = 10
MOST_OWN_DAYS = 90  # working days that a tier may have (workflow.map)

_DAY = timedelta(days=1)
LAST_SECOND = time(23, 59, 59)


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
    work_from: int = 7  # people are told between these hours, on working days only
    work_until: int = 20
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


@dataclass(frozen=True, slots=True)
class Reopening:
    """A grant that lifts the lock of a period from one moment to another."""

    grant: int
    granted_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """Something to do once: `kind` is "remind.entry", "lock", "relock.17" (17 is a grant). From `until` on it is pointless.

    What tells nobody may be done at any hour.
    """

    moment: datetime
    kind: str
    until: datetime | None = None
    tells: bool = True

    @property
    def act(self) -> str:
        return self.kind.partition(".")[0]

    @property
    def of(self) -> str:
        """The step, or the number of the grant; empty for the lock of the period itself."""
        return self.kind.partition(".")[2]


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
    return first_working_day(policy, day, range(366))


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
        opens_at=local_moment(policy, _day_of_month(start, policy.open_day), time.min),
        submit_from=local_moment(policy, due_in, time.min),
        entry_due=local_moment(policy, entry, LAST_SECOND),
        verify_due=local_moment(policy, verify, LAST_SECOND),
        sign_due=local_moment(policy, sign, LAST_SECOND),
        lock_at=local_moment(policy, lock, time.min),
    )


def local_moment(policy: CalendarPolicy, day: date, clock: time) -> datetime:
    """What a wall clock of the government shows on a day, in UTC."""
    return datetime.combine(day, clock, zone_of(policy.time_zone)).astimezone(UTC)


@lru_cache(maxsize=32)
def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name; made once."""
    return ZoneInfo(name)


def late_workdays(due_at: datetime, at: datetime, policy: CalendarPolicy) -> int:
    """How late an act is, in working days begun after the due day; 0 is in time, and up to the grace it
    still is (T-17).

    What is late is late by one day at least, also when it comes on the Saturday after a Friday's deadline.
    """
    if at <= due_at + timedelta(minutes=policy.grace_minutes):
        return 0
    zone = zone_of(policy.time_zone)
    due_day, day = due_at.astimezone(zone).date(), at.astimezone(zone).date()
    begun = sum(
        is_working_day(policy, due_day + offset * _DAY) for offset in range(1, (day - due_day).days + 1)
    )
    return max(1, begun)


# --- Working hours ---------------------------------------------------------------------------------------


def is_working_hour(policy: CalendarPolicy, at: datetime) -> bool:
    """Whether somebody may be told something at this moment."""
    local = at.astimezone(zone_of(policy.time_zone))
    return is_working_day(policy, local.date()) and policy.work_from <= local.hour < policy.work_until


def working_before(policy: CalendarPolicy, at: datetime) -> datetime:
    """The moment itself, or the begin of the last working hour before it: what must come in time comes earlier."""
    if is_working_hour(policy, at):
        return at
    local = at.astimezone(zone_of(policy.time_zone))
    today = 0 if local.hour >= policy.work_until else 1
    day = first_working_day(policy, local.date(), (-offset for offset in range(today, 366)))
    return local_moment(policy, day, time(policy.work_until - 1))


def working_after(policy: CalendarPolicy, at: datetime) -> datetime:
    """The moment itself, or the begin of the next working hours: what has time until then comes later."""
    if is_working_hour(policy, at):
        return at
    local = at.astimezone(zone_of(policy.time_zone))
    today = 0 if local.hour < policy.work_from else 1
    day = first_working_day(policy, local.date(), range(today, 366))
    return local_moment(policy, day, time(policy.work_from))


def first_working_day(policy: CalendarPolicy, day: date, offsets: Iterable[int]) -> date:
    """The first working day of those that are so many days after `day`."""
    for offset in offsets:
        if is_working_day(policy, day + offset * _DAY):
            return day + offset * _DAY
    raise ValueError(
        f"no working day within a year of {day}: check the weekdays and holidays of the calendar"
    )


# --- What is done when -----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def moments(
    times: Moments,
    policy: CalendarPolicy,
    reopenings: tuple[Reopening, ...] = (),
    own_dues: tuple[datetime, ...] = (),
) -> tuple[Due, ...]:
    """All that is to be done for a period from its opening on, in the order of the moments; each moment of a kind once.

    `own_dues` are those of reports that wait at a tier with days of its own.
    """
    found = {
        *(one for step in STEPS for one in _of_step(step, times, policy)),
        *_of_lock(times.lock_at, policy),
        *(one for reopening in reopenings for one in _of_reopening(reopening, policy)),
        *(one for due in own_dues for one in _overdue(TIER, due, policy, None)),
    }
    return tuple(sorted(found, key=lambda one: (one.moment, one.kind)))


def due_of(times: Moments, step: str) -> datetime:
    """When a step is due."""
    return {ENTRY: times.entry_due, VERIFY: times.verify_due, SIGN: times.sign_due}[step]


def own_due(policy: CalendarPolicy, arrived_at: datetime, days: int) -> datetime:
    """When a report is due at a tier that has so many working days: at the end of the last, not counting the day it came."""
    day = arrived_at.astimezone(zone_of(policy.time_zone)).date()
    for _ in range(days):
        day = first_working_day(policy, day, range(1, 366))
    return local_moment(policy, day, LAST_SECOND)


@lru_cache(maxsize=64)
def own_cutoffs(policy: CalendarPolicy, today: date) -> dict[str, str]:
    """For each number of working days, the last day of arrival (ISO) that makes a report overdue `today` by `own_due`."""
    worked, found = 0, {"0": (today - _DAY).isoformat()}
    for offset in range(1, 2 * MOST_OWN_DAYS):
        worked += is_working_day(policy, today - offset * _DAY)
        found.setdefault(str(worked), (today - (offset + 1) * _DAY).isoformat())
    return found


def _of_step(step: str, times: Moments, policy: CalendarPolicy) -> Iterator[Due]:
    due = due_of(times, step)
    for before in REMINDED_BEFORE:
        moment = working_before(policy, _earlier(policy, due, before))
        if times.opens_at <= moment < due:
            yield Due(moment, f"{REMIND}.{step}", due)
    yield Due(due + timedelta(minutes=policy.grace_minutes), f"{MARK_LATE}.{step}", tells=False)
    yield from _overdue(step, due, policy, times.lock_at)


def _overdue(of: str, due: datetime, policy: CalendarPolicy, until: datetime | None) -> Iterator[Due]:
    due_day = due.astimezone(zone_of(policy.time_zone)).date()
    for days in range(1, OVERDUE_DAYS + 1):
        moment = working_after(policy, local_moment(policy, due_day + days * _DAY, time(policy.work_from)))
        if until is None or moment < until:
            yield Due(moment, f"{OVERDUE}.{of}", until)
            yield Due(moment, f"{ESCALATE}.{of}", until)


def _earlier(policy: CalendarPolicy, moment: datetime, before: timedelta) -> datetime:
    """Whole days earlier is the same hour of that day, also where clocks are changed in between."""
    if before % _DAY:
        return moment - before
    local = moment.astimezone(zone_of(policy.time_zone))
    return local_moment(policy, local.date() - before, local.time())


def _of_lock(lock_at: datetime, policy: CalendarPolicy) -> Iterator[Due]:
    yield Due(lock_at, LOCK, tells=False)
    yield Due(working_after(policy, lock_at), TELL_LOCKED)


def _of_reopening(one: Reopening, policy: CalendarPolicy) -> Iterator[Due]:
    yield Due(working_after(policy, one.granted_at), f"{TELL_REOPENED}.{one.grant}", one.expires_at)
    for before in REMINDED_BEFORE:
        moment = working_before(policy, _earlier(policy, one.expires_at, before))
        if moment > one.granted_at:
            yield Due(moment, f"{REMIND}.{one.grant}", one.expires_at)
    yield Due(one.expires_at, f"{RELOCK}.{one.grant}", tells=False)
    yield Due(working_after(policy, one.expires_at), f"{TELL_RELOCKED}.{one.grant}")


def sorted_out(missing: Sequence[Due], now: datetime, policy: CalendarPolicy) -> tuple[list[Due], list[Due]]:
    """What to do now, and what to skip, of all that was not done yet.

    Of several missed moments of one kind only the newest counts, and only as long as it has a point; at night
    nobody is told anything, so that waits for the morning.
    """
    newest = {one.kind: one for one in sorted(missing, key=lambda one: one.moment) if one.moment <= now}
    do: list[Due] = []
    skip: list[Due] = []
    for one in missing:
        if one.moment > now:
            continue
        if one != newest[one.kind] or (one.until is not None and now >= one.until):
            skip.append(one)
        elif not one.tells or is_working_hour(policy, now):
            do.append(one)
    return do, skip


def stage(
    times: Moments,
    now: datetime,
    *,
    grace_minutes: int,
    unpublished: int,
    closed: bool = False,
    reopened: bool = False,
) -> str:
    """Where a period stands: one of STAGES. It is due from the first moment of submission until its last deadline."""
    if closed:
        return CLOSED
    if now < times.opens_at:
        return NOT_OPEN
    if not unpublished:
        return COMPLETE
    if now >= times.lock_at:
        return REOPENED if reopened else LOCKED
    if now < times.submit_from:
        return OPEN
    if now <= times.sign_due:
        return DUE
    return GRACE if now <= times.sign_due + timedelta(minutes=grace_minutes) else LATE
