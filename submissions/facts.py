"""The facts of one report of one month, and the shape of an answer on them. Pure Python.

Money is in the government's currency, progress in percentage points, both of this month only; sums of
earlier months come as `before`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from submissions.formulas import USUAL_LIMITS, Limits, half_up

BLOCK, WARN, INFO = "B", "W", "I"
PERCENT, VOLUME, TIME, MILESTONE = "PERCENT", "VOLUME", "TIME", "MILESTONE"
NOT_STARTED, PREPARATION, PROCUREMENT = "BELUM_MULAI", "PERSIAPAN", "PENGADAAN"
UNDER_WAY, HALTED, COMPLETED = "PELAKSANAAN", "TERHENTI", "SELESAI"
CANCELLED, CARRIED_OVER = "TIDAK_DILAKSANAKAN", "LANJUT_TAHUN_DEPAN"
STATUSES = (
    NOT_STARTED,
    PREPARATION,
    PROCUREMENT,
    UNDER_WAY,
    HALTED,
    COMPLETED,
    CANCELLED,
    CARRIED_OVER,
)
# What became of a follow-up that an earlier month left open (V-31).
DONE, EXTENDED = "DONE", "EXTENDED"

ZERO = Decimal(0)
WHOLE: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One budget line in one month. `entered` is None as long as nothing was written; `paid` is what the treasury's payments
    of this month make, None when none was imported for the item."""

    line_id: int | None
    label: str
    ceiling: Decimal
    entered: Decimal | None
    before: Decimal = ZERO
    account_code: str = ""
    correction_reason: str = ""
    corrects_month: int | None = None
    published_months: frozenset[int] = frozenset()
    plan_to_date: Decimal | None = None
    history: tuple[Decimal, ...] = ()
    paid: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """One earlier month of the item, as it counts. Progress and its plan are points of this month in every mode, money and
    its plan are of this month. `follow_up_answer` is DONE, EXTENDED or empty; `last_day` None only in an adjustment."""

    month: int
    status: str = ""
    increment: Decimal | None = None
    money: Decimal | None = None
    planned_increment: Decimal | None = None
    planned_cash: Decimal | None = None
    follow_up_text: str = ""
    follow_up_due: date | None = None
    follow_up_answer: str = ""
    published: bool = False
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One sub-activity in one month. With mode VOLUME `volume` is entered, otherwise `increment` in points.

    `planned_increment` and `planned_cash` are of this month, `planned_points` and `planned_cash_to_date` up to its end;
    points in every mode. None without a plan. `earlier` has the months that count, oldest first. `explanations`: by the mark
    of a finding. `reused_files`: name and the other month (V-41).
    """

    month: int
    ceiling: Decimal
    version_name: str
    mode: str
    lines: tuple[LineFacts, ...]
    status: str = ""
    increment: Decimal | None = None
    points_before: Decimal = ZERO
    volume: Decimal | None = None
    volume_before: Decimal = ZERO
    target: Decimal | None = None
    planned_increment: Decimal | None = None
    physical_reason: str = ""
    evidence_count: int = 0
    nil: bool = False
    revision: int = 0
    earlier: tuple[MonthFacts, ...] = ()
    planned_points: Decimal | None = None
    planned_cash: Decimal | None = None
    planned_cash_to_date: Decimal | None = None
    first_day: date | None = None
    last_day: date | None = None
    problems: tuple[str, ...] = ()
    problem_text: str = ""
    follow_up_text: str = ""
    follow_up_due: date | None = None
    follow_up_answer: str = ""
    explanations: Mapping[str, str] = field(default_factory=dict)
    reused_files: tuple[tuple[str, int], ...] = ()
    infected_files: tuple[str, ...] = ()
    officer_assigned: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """What a government may set otherwise; the usual values are those of domain.md 2.3 to 2.5, by rule:

    tolerance: V-20, V-23 (2.4, the completion snap). salary_accounts: V-10 only warns for these prefixes (for example
    5.1.01). advance_before_start: V-24 leaves an advance payment for work that has not started to the warning V-17.
    evidence_from, evidence_exempt_modes: V-40. cash_plan_factor: V-14. share_of_ceiling, times_median: V-15. usual_jump,
    usual_jump_from_ceiling, cumulative_from_month: V-22. usual_lead_of_money: V-18. unchanged_months: V-26. limits: the
    colours of W-4, for V-30; money_deviation: by the money too, not by the work alone. idle_months, problem_least,
    problem_most: V-30 and 2.2. explanation_least, explanation_most: the typed reason of a warning (2.3, severity W).
    """

    tolerance: Decimal = Decimal("0.05")
    salary_accounts: tuple[str, ...] = ()
    advance_before_start: bool = False
    evidence_from: Decimal = Decimal(5_000_000)
    evidence_exempt_modes: frozenset[str] = frozenset({TIME})
    cash_plan_factor: Decimal = Decimal("1.10")
    share_of_ceiling: Decimal = Decimal("0.5")
    times_median: int = 5
    usual_jump: Decimal = Decimal(40)
    usual_jump_from_ceiling: Decimal = Decimal(200_000_000)
    cumulative_from_month: int = 3
    usual_lead_of_money: Decimal = Decimal(10)
    unchanged_months: int = 3
    limits: Limits = USUAL_LIMITS
    money_deviation: bool = False
    idle_months: int = 2
    problem_least: int = 20
    problem_most: int = 2000
    explanation_least: int = 15
    explanation_most: int = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one rule: severity B blocks, W asks for a reason, I informs."""

    rule: str
    severity: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    line_id: int | None = None
    field: str = ""

    @property
    def blocks(self) -> bool:
        return self.severity == BLOCK

    @property
    def mark(self) -> str:
        """What an explanation of this finding is kept under: the rule, and the report's line if it is about one."""
        return self.rule if self.line_id is None else f"{self.rule}-line-{self.line_id}"


def shown(value: Decimal) -> str:
    """A percentage for parameters: two decimals, half up (domain.md 2.4)."""
    return text(half_up(value))


def text(value: Decimal) -> str:
    """A decimal for parameters: never with an exponent."""
    return f"{value:f}"
