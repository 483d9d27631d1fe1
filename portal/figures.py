"""What the pages show of sums: W-1..W-6 on exact totals that SQL has added up. Pure Python, no database.

Money is in the government's currency, everything else in percent or percentage points (0..100). None is "not known",
shown as "–": never 0 and never 100.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from submissions import formulas

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Total:
    """Many sub-activities in one month. "Reported" are those with a counted report of that very month.

    Physical progress and both plans are weighed over the reported ones only, so that actual and plan stand on the same
    work; a sub-activity without a plan, or without a ceiling, has no weight there (T-10).
    """

    items: int = 0
    required: int = 0
    reported: int = 0
    published: int = 0
    ceiling: Decimal = ZERO  # of all required ones
    reported_ceiling: Decimal = ZERO
    this_month: Decimal | None = None
    realised: Decimal | None = None  # of all months up to this one, also of those who did not report this one
    reported_realised: Decimal | None = None
    cash_ceiling: Decimal = ZERO  # of the reported ones that have a cash plan
    cash_planned: Decimal | None = None
    cash_realised: Decimal | None = None
    physical_ceiling: Decimal = ZERO  # of the reported ones whose progress is known
    physical_value: Decimal | None = None  # sum of ceiling * points
    planned_ceiling: Decimal = ZERO  # of the reported ones that have a physical plan
    planned_value: Decimal | None = None
    both_ceiling: Decimal = ZERO  # of those with progress and plan
    both_value: Decimal | None = None  # sum of ceiling * (points - planned points)
    # Of all required ones, reported or not, by the version in force in that month; also of a month that is not yet open.
    in_force_ceiling: Decimal = ZERO
    plan_cash_ceiling: Decimal = ZERO  # of those that have a cash plan
    plan_cash: Decimal | None = None  # to date
    plan_ceiling: Decimal = ZERO  # of those that have a physical plan
    plan_value: Decimal | None = None  # sum of ceiling * planned points to date
    # Of all required ones as far as they have come, also those that did not report this month.
    stands_value: Decimal | None = None  # sum of ceiling * points
    # The same by the ceilings in force now: only where figures are restated.
    now_value: Decimal | None = None
    as_of: datetime | None = None

    @property
    def coverage(self) -> formulas.Coverage:
        """W-6. On the total ceiling a month that was not reported counts as zero, earlier months count (T-8)."""
        reported = formulas.coverage(self.reported_realised or ZERO, self.reported_ceiling, self.ceiling)
        return formulas.Coverage(
            of_reported=None if self.reported_realised is None else reported.of_reported,
            covered=reported.covered,
            of_total=_share(self.realised, self.ceiling),
        )

    @property
    def count_coverage(self) -> Decimal | None:
        """W-6 by number of reports."""
        return formulas.count_coverage(self.reported, self.required)

    @property
    def complete(self) -> bool:
        """False: the figures are shown as incomplete. Also a report without a ceiling must have come in."""
        return self.reported >= self.required > 0

    @property
    def absorption(self) -> Decimal | None:
        """W-1, W-3 on the ceiling of those who reported."""
        return self.coverage.of_reported

    @property
    def planned_money(self) -> Decimal | None:
        """W-3: T_f of the reported ones that have a cash plan."""
        return _share(self.cash_planned, self.cash_ceiling)

    @property
    def deviation_money(self) -> Decimal | None:
        """W-4: D_f over the reported ones that have a cash plan."""
        return formulas.deviation(_share(self.cash_realised, self.cash_ceiling), self.planned_money)

    @property
    def physical(self) -> Decimal | None:
        """W-3: sum of ceiling * progress over the sum of ceilings."""
        return _mean(self.physical_value, self.physical_ceiling)

    @property
    def planned_physical(self) -> Decimal | None:
        """W-3: T_p of the reported ones that have a physical plan."""
        return _mean(self.planned_value, self.planned_ceiling)

    @property
    def deviation_physical(self) -> Decimal | None:
        """W-4: D_p over those with progress and plan."""
        return _mean(self.both_value, self.both_ceiling)

    @property
    def plan_money(self) -> Decimal | None:
        """W-3: T_f of all required ones that have a cash plan, whether they reported or not."""
        return _share(self.plan_cash, self.plan_cash_ceiling)

    @property
    def plan_physical(self) -> Decimal | None:
        """W-3: T_p of all required ones that have a physical plan, whether they reported or not."""
        return _mean(self.plan_value, self.plan_ceiling)

    @property
    def physical_of_total(self) -> Decimal | None:
        """W-6 for the work: on the ceiling of all required ones, months without a report add nothing, earlier ones stay."""
        return _mean(self.stands_value, self.ceiling)

    def restated(self, latest: "Total") -> Decimal | None:
        """Absorption of this month's cumulative money on the ceilings in force in the `latest` month (T-2)."""
        return _share(self.realised, latest.in_force_ceiling)

    def restated_work(self, latest: "Total") -> Decimal | None:
        """Progress of this month weighed by the ceilings in force in the `latest` month (W-3, T-2); months without a report add
        nothing, as in `physical_of_total`."""
        return _mean(self.now_value, latest.in_force_ceiling)

    @property
    def plan_covered(self) -> Decimal | None:
        """Share of the weighed ceiling that has a physical plan: below 100, plan and progress stand on different work."""
        return formulas.percent(self.both_ceiling, self.physical_ceiling)

    @property
    def plan_partial(self) -> bool:
        return self.plan_covered is not None and ZERO < self.plan_covered < formulas.WHOLE


@dataclass(frozen=True, slots=True)
class Item:
    """One sub-activity in one month. `reported` is false where no report of that month counts: then only the money of
    earlier months is known."""

    code: str
    name: str
    unit_code: str
    unit_name: str
    required: bool
    reported: bool
    published: bool
    ceiling: Decimal | None
    this_month: Decimal | None
    realised: Decimal | None
    cash_planned: Decimal | None
    physical: Decimal | None
    planned_physical: Decimal | None
    status: str
    public_note: str
    as_of: datetime | None
    weighed_over: Decimal = ZERO  # the reported ceiling of the whole table
    revision: int = 0
    state: str = ""

    @property
    def absorption(self) -> Decimal | None:
        """W-1: A = 100 * R / C."""
        return _share(self.realised, self.ceiling) if self.reported else None

    @property
    def planned_money(self) -> Decimal | None:
        """W-1: T_f = 100 * cash plan to date / C."""
        return _share(self.cash_planned, self.ceiling)

    @property
    def deviation_money(self) -> Decimal | None:
        return formulas.deviation(self.absorption, self.planned_money)

    @property
    def deviation_physical(self) -> Decimal | None:
        return formulas.deviation(self.physical, self.planned_physical)

    @property
    def weight(self) -> Decimal | None:
        """W-2: share of the reported ceiling of the table, in percent; none without a ceiling (T-10)."""
        if not self.reported or not self.ceiling:
            return None
        return formulas.percent(self.ceiling, self.weighed_over)

    @property
    def weighted(self) -> Decimal | None:
        """W-2: weight times progress, in points of the whole."""
        return None if self.physical is None else formulas.weighted(self.weight, self.physical)


@dataclass(frozen=True, slots=True)
class ItemMonth:
    """One published month of one sub-activity: as published, and restated on the ceiling in force now (domain.md 2.5)."""

    month: int
    revision: int
    ceiling: Decimal
    ceiling_now: Decimal | None
    this_month: Decimal | None
    realised: Decimal | None
    cash_planned: Decimal | None
    increment: Decimal | None
    physical: Decimal | None
    planned_physical: Decimal | None
    status: str
    problems: tuple[str, ...]
    public_note: str
    published_at: datetime | None
    batch_token: str | None
    document_no: str | None
    report: int = 0
    replaced: tuple[
        tuple[int, str | None], ...
    ] = ()  # earlier revisions, each with the name of its document's page
    files: tuple[tuple[str, str], ...] = ()  # evidence that everybody may see: name in addresses, words

    @property
    def absorption(self) -> Decimal | None:
        return _share(self.realised, self.ceiling)

    @property
    def restated(self) -> Decimal | None:
        """Absorption on the ceiling in force now; what was signed stays as it was (T-2)."""
        return _share(self.realised, self.ceiling_now)

    @property
    def remaining(self) -> Decimal | None:
        return None if self.realised is None else self.ceiling - self.realised

    @property
    def planned_money(self) -> Decimal | None:
        return _share(self.cash_planned, self.ceiling)

    @property
    def deviation_money(self) -> Decimal | None:
        return formulas.deviation(self.absorption, self.planned_money)

    @property
    def deviation_physical(self) -> Decimal | None:
        return formulas.deviation(self.physical, self.planned_physical)


def _share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """100 * part / whole; None without a part or a whole."""
    return None if part is None or not whole else formulas.percent(part, whole)


def _mean(value: Decimal | None, weight: Decimal) -> Decimal | None:
    return None if value is None or not weight else value / weight
