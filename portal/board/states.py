"""The eleven states of a cell of the board, one unit in one month (domain.md 5.1). Pure: no database, no framework.

state      word                what it means; the first that holds counts, from the top
NOT_DUE    not due             the month is not open for entry yet
EXEMPT     exempt              nothing of the unit's has to be reported in this month (V-06)
REOPENED   reopened            locked and open again by a grant, or complete and a correction is under way
AMENDED    amended             everything is published, at least one report in a corrected revision
ON_TIME    published on time   everything is published, the last of it by the signature's deadline and its grace
LATE       published late      everything is published, the last of it so many working days after the deadline
PARTIAL    partly published    n of N reports are published
VERIFIED   verified            nothing is published; every report waits for its signature or for what comes after it
SUBMITTED  submitted           nothing is published; every report was handed in
DRAFT      draft               something is entered; x per cent of what has to be entered, what is handed in counted whole
EMPTY      empty               nothing is entered

A report counts by its first revision; a correction changes the state only to AMENDED or REOPENED. MEANINGS says the same for
the page's legend, and `state_of` is the only place that decides.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from submissions.moments import CalendarPolicy, Moments, late_workdays

NOT_DUE, EXEMPT, REOPENED, AMENDED = "NOT_DUE", "EXEMPT", "REOPENED", "AMENDED"
ON_TIME, LATE, PARTIAL = "ON_TIME", "LATE", "PARTIAL"
VERIFIED, SUBMITTED, DRAFT, EMPTY = "VERIFIED", "SUBMITTED", "DRAFT", "EMPTY"
STATES = (NOT_DUE, EMPTY, DRAFT, SUBMITTED, VERIFIED, PARTIAL, ON_TIME, LATE, REOPENED, AMENDED, EXEMPT)
COMPLETE = frozenset({ON_TIME, LATE, AMENDED})


@dataclass(frozen=True, slots=True)
class Counts:
    """The required reports of one unit in one month, each counted by its first revision.

    `entered` is the sum over them of the share that is entered (0..1); `last_at` the last of the first publications.
    """

    required: int = 0
    begun: int = 0
    submitted: int = 0  # handed in and not verified yet
    verified: int = 0  # verified, or signed and not published yet
    published: int = 0
    amended: int = 0
    correcting: int = 0
    entered: Decimal = Decimal(0)
    last_at: datetime | None = None

    @property
    def complete(self) -> bool:
        return self.published >= self.required > 0

    @property
    def missing(self) -> int:
        return self.required - self.published

    @property
    def percent(self) -> int:
        """What is entered, in whole per cent, rounded down: 100 is only said when all is there."""
        share = 100 * self.entered / self.required if self.required else Decimal(0)
        return int(share.to_integral_value(ROUND_FLOOR))


def late_of(counts: Counts, times: Moments | None, policy: CalendarPolicy, now: datetime) -> int:
    """Working days after the signature's deadline: of the last publication, or until now while something is missing."""
    if times is None or not counts.required:
        return 0
    at = counts.last_at if counts.complete else now
    return late_workdays(times.sign_due, at or now, policy)


def state_of(counts: Counts, times: Moments | None, *, late: int, reopened: bool, now: datetime) -> str:
    """The state of a cell. `times`: the month's moments, None before it is opened; `late`: as `late_of` says; `reopened`: a
    grant lifts the lock now."""
    if times is None or now < times.opens_at:
        return NOT_DUE
    if not counts.required:
        return EXEMPT
    if counts.complete:
        return _published(counts, late)
    if reopened and now >= times.lock_at:
        return REOPENED
    return _under_way(counts)


def _published(counts: Counts, late: int) -> str:
    if counts.correcting:
        return REOPENED
    if counts.amended:
        return AMENDED
    return LATE if late else ON_TIME


def _under_way(counts: Counts) -> str:
    if counts.published:
        return PARTIAL
    if counts.verified == counts.required:
        return VERIFIED
    if counts.verified + counts.submitted == counts.required:
        return SUBMITTED
    return DRAFT if counts.begun or counts.verified or counts.submitted else EMPTY
