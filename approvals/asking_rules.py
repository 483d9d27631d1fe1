"""Who may ask for what, when a second opinion is needed, and how long people have. Pure: no database, no framework."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from submissions.moments import CalendarPolicy, is_working_day

EXTENSION, REOPENING, AMENDMENT = "extension", "reopening", "amendment"
WAIVER, ASSISTANCE = "waiver", "assistance"
KINDS = (EXTENSION, REOPENING, AMENDMENT, WAIVER, ASSISTANCE)
REVIEW, SECOND = "review", "second"

HEAD, SECTION_HEAD = "agency_head", "section_head"
# A section head may ask for what only concerns the work of his agency; what lifts a lock or a rule is asked by its head.
ASKERS = {
    EXTENSION: (HEAD, SECTION_HEAD),
    REOPENING: (HEAD,),
    AMENDMENT: (HEAD, SECTION_HEAD),
    WAIVER: (HEAD,),
    ASSISTANCE: (HEAD,),
}
# Which office answers at which step: the bureau at the government's root, the inspectorate wherever it sits.
ANSWERERS = {REVIEW: "oversight", SECOND: "inspector"}

# Kinds that name a last day themselves; the others run for working days from the grant (domain.md 3.1: three).
BY_DAY = (EXTENSION, WAIVER, ASSISTANCE)
USUAL_DAYS = {REOPENING: 3, AMENDMENT: 10}
MOST_DAYS = 20
LONGEST = timedelta(days=366)
SHORTEST_REASON, LONGEST_REASON = 10, 2000

WORK_BEGINS = time(9)


@dataclass(frozen=True, slots=True)
class Patience:
    """Working days until a reviewer is reminded, until his superior is asked as well, and between later reminders."""

    remind: int
    escalate: int
    again: int = 2


PATIENCE = {
    EXTENSION: Patience(1, 2, 1),
    REOPENING: Patience(2, 4),
    AMENDMENT: Patience(2, 5),
    WAIVER: Patience(2, 4),
    ASSISTANCE: Patience(2, 5),
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on one bureau's word is not enough. `amount` in the government's money."""

    months: int = 3
    amount: Decimal = Decimal("5000000000")


@dataclass(frozen=True, slots=True)
class Weight:
    """What a request would touch: how many months, ceilings of the sub-activities, whether a quarter is closed."""

    kind: str
    months: int
    amount: Decimal
    closed_quarter: bool


def second_opinion(weight: Weight, thresholds: Thresholds = Thresholds()) -> list[str]:  # noqa: B008 - frozen
    """Why the inspectorate is asked as well: closed_quarter, amount, months; empty when it is not.

    Amount and quarter count where published or locked figures would move; a deadline, a waiver or a helping hand moves none.
    """
    moves_figures = weight.kind in (REOPENING, AMENDMENT)
    reasons = {
        "closed_quarter": moves_figures and weight.closed_quarter,
        "amount": moves_figures and weight.amount >= thresholds.amount,
        "months": weight.months >= thresholds.months,
    }
    return [code for code, holds in reasons.items() if holds]


def last_month_of_quarter(month: int) -> int:
    """The fiscal month that closes the quarter of a fiscal month; the adjustment (13) belongs to the last quarter."""
    return (min(month, 12) - 1) // 3 * 3 + 3


def morning_after(policy: CalendarPolicy, moment: datetime, days: int) -> datetime:
    """The beginning of work on the n-th working day after `moment`, UTC; nobody is told anything at night."""
    return _at(policy, _working_day_after(policy, local_day(policy, moment), days), WORK_BEGINS)


def evening_after(policy: CalendarPolicy, moment: datetime, days: int) -> datetime:
    """The last second of the n-th working day after `moment`, UTC."""
    return end_of(policy, _working_day_after(policy, local_day(policy, moment), days))


def end_of(policy: CalendarPolicy, day: date) -> datetime:
    """The last second of a day in the government's zone, UTC."""
    return _at(policy, day, time(23, 59, 59))


def local_day(policy: CalendarPolicy, moment: datetime) -> date:
    """The day on which a moment falls in the government's zone."""
    return moment.astimezone(ZoneInfo(policy.time_zone)).date()


def working_days(policy: CalendarPolicy, begin: datetime, end: datetime) -> int:
    """How many working days began after the day of `begin`, up to and with the day of `end`; 0 on the same day."""
    first, last = local_day(policy, begin), local_day(policy, end)
    days = range(1, (last - first).days + 1)
    return sum(is_working_day(policy, first + timedelta(days=offset)) for offset in days)


def _at(policy: CalendarPolicy, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(policy.time_zone)).astimezone(UTC)


def _working_day_after(policy: CalendarPolicy, day: date, days: int) -> date:
    left = days
    for offset in range(1, 367):
        later = day + timedelta(days=offset)
        left -= is_working_day(policy, later)
        if left == 0:
            return later
    raise ValueError(f"no {days} working days within a year after {day}: check the holidays of the calendar")
