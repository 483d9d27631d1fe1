"""What a row of the board says: its cells, how timely each tier is (W-10), what its figures stand on (W-6). No database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from approvals.asking_rules import working_days
from portal.board import states
from portal.board.states import Counts
from submissions import formulas
from submissions.moments import CalendarPolicy, Moments, late_workdays, own_due

PUBLISH, ENTRY, VERIFY, SIGN, REVIEW = "publish", "entry", "verify", "sign", "review"
TIERS = (ENTRY, VERIFY, SIGN)
VACANT = "vacant"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit in one month. `period` is None before the month is opened; `late` in working days."""

    month: int
    state: str = states.NOT_DUE
    counts: Counts = field(default_factory=Counts)
    late: int = 0
    times: Moments | None = None
    period: int | None = None
    closed: bool = False
    reopened_until: datetime | None = None
    updated_at: datetime | None = None
    ceiling: Decimal = ZERO
    published_ceiling: Decimal = ZERO
    letter: int = 0  # the last reminder letter of the agency's month: 1 to 3

    @property
    def overdue(self) -> bool:
        """Late, and still not complete."""
        return bool(self.late) and not self.counts.complete

    @property
    def late_after_all(self) -> bool:
        """Complete, but late: said also where the state says something else."""
        return bool(self.late) and self.counts.complete

    @property
    def open(self) -> bool:
        """Whether something can be asked of somebody in it."""
        return self.period is not None and not self.closed and self.state != states.NOT_DUE


@dataclass(frozen=True, slots=True)
class Timed:
    """So many reports that a tier did (or has still to do: `late` is None) so late, and the working hours they lay there."""

    tier: str
    late: int | None
    reports: int
    measured: int = 0
    hours: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Timeliness:
    """W-10 of one tier: 0..100, None where nothing was due yet; `hours` is the mean of working hours held."""

    tier: str
    reports: int
    graded: Decimal | None
    binary: Decimal | None
    hours: Decimal | None


@dataclass(frozen=True, slots=True)
class Holding:
    """A post that has something of a row now; the person is empty while it is vacant."""

    month: int
    step: str
    title: str
    unit: str
    capacity: str
    person: str
    reports: int
    since: datetime
    days: int = 0

    @property
    def office(self) -> str:
        """The post as printed, with "Plt." or "Plh." before an acting holder's."""
        acting = {"plt": "Plt. ", "plh": "Plh. "}.get(self.capacity, "")
        return f"{acting}{self.title}"

    @property
    def vacant(self) -> bool:
        return not self.person


@dataclass(frozen=True, slots=True)
class Row:
    """One unit and all below it through the year."""

    unit_id: int
    code: str
    name: str
    path: str
    cells: tuple[Cell, ...]
    times: tuple[Timed, ...]
    holders: tuple[Holding, ...]
    divided: bool = False

    @property
    def holder(self) -> Holding | None:
        """Who is asked first: of the oldest month that waits, who has had it longest."""
        return self.holders[0] if self.holders else None

    @property
    def more_holders(self) -> int:
        return max(0, len(self.holders) - 1)

    @property
    def updated_at(self) -> datetime | None:
        return max((cell.updated_at for cell in self.cells if cell.updated_at), default=None)

    def cell(self, month: int) -> Cell:
        """The cell of a fiscal month; one that is not due where it was never opened."""
        return next((cell for cell in self.cells if cell.month == month), Cell(month))

    @property
    def overdue(self) -> list[Cell]:
        """The months whose deadline is over and that are not complete."""
        return [cell for cell in self.cells if cell.overdue]

    def tier(self, name: str) -> Timeliness:
        return timeliness(name, self.times)

    @property
    def published(self) -> Timeliness:
        """The unit's score: published against the signature's deadline."""
        return self.tier(PUBLISH)

    @property
    def tiers(self) -> list[Timeliness]:
        """Of who enters, who verifies and who signs."""
        return [self.tier(name) for name in TIERS]


@dataclass(frozen=True, slots=True)
class Sum:
    """Many rows in one month."""

    required: int
    published: int
    complete: int
    units: int
    covered: Decimal | None

    @property
    def counted(self) -> Decimal | None:
        """W-6 by number of reports."""
        return formulas.count_coverage(self.published, self.required)


def covered(cells: Iterable[Cell]) -> Decimal | None:
    """W-6: the ceilings of what is published in percent of all that is required; None without a ceiling (T-10)."""
    found = list(cells)
    published = sum((one.published_ceiling for one in found), ZERO)
    return formulas.coverage(ZERO, published, sum((one.ceiling for one in found), ZERO)).covered


def summed(rows: Sequence[Row], month: int) -> Sum:
    """What all rows together have published in a month."""
    cells = [row.cell(month) for row in rows]
    due = [cell for cell in cells if cell.state not in (states.NOT_DUE, states.EXEMPT)]
    return Sum(
        required=sum(cell.counts.required for cell in due),
        published=sum(cell.counts.published for cell in due),
        complete=sum(cell.counts.complete for cell in due),
        units=len(due),
        covered=covered(due),
    )


def timeliness(tier: str, times: Iterable[Timed]) -> Timeliness:
    """W-10: the mean of each report's own score, as `formulas` gives it (T-7)."""
    mine = [one for one in times if one.tier == tier]
    reports, measured = sum(one.reports for one in mine), sum(one.measured for one in mine)
    return Timeliness(
        tier=tier,
        reports=reports,
        graded=_mean([(formulas.timeliness([one.late]) or ZERO, one.reports) for one in mine]),
        binary=_mean([(formulas.timeliness_binary([one.late]) or ZERO, one.reports) for one in mine]),
        hours=sum((one.hours for one in mine), ZERO) / measured if measured else None,
    )


def _mean(scores: Sequence[tuple[Decimal, int]]) -> Decimal | None:
    count = sum(number for _, number in scores)
    return sum((score * number for score, number in scores), ZERO) / count if count else None


def timed(
    tier: str, due: datetime, arrived: datetime | None, done: datetime | None, *, times: Moments, policy: CalendarPolicy,
    now: datetime,
) -> tuple[bool, int | None]:  # fmt: skip
    """(whether it counts, how many working days late); None is "still to be done, and its deadline is over".

    A tier that got a report late has as many working days for it as the calendar leaves between the deadline before and its
    own; so what others held is not its fault. What is still there and not due counts nowhere yet.
    """
    if arrived is not None:
        due = max(due, own_due(policy, arrived, _allowed(tier, times, policy)))
    if done is None:
        return late_workdays(due, now, policy) > 0, None
    return True, late_workdays(due, done, policy)


def _allowed(tier: str, times: Moments, policy: CalendarPolicy) -> int:
    before, after = (
        (times.entry_due, times.verify_due) if tier == VERIFY else (times.verify_due, times.sign_due)
    )
    return max(1, working_days(policy, before, after))
