"""The facts of one report of one month, and the shape of an answer on them. Pure Python.

Money is in the government's currency, progress in percentage points, both of this month only; sums of
earlier months come as `before`.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

BLOCK, WARN, INFO = "B", "W", "I"
PERCENT, VOLUME, TIME, MILESTONE = "PERCENT", "VOLUME", "TIME", "MILESTONE"
NOT_STARTED, COMPLETED, CANCELLED = "BELUM_MULAI", "SELESAI", "TIDAK_DILAKSANAKAN"
STATUSES = (
    NOT_STARTED,
    "PERSIAPAN",
    "PENGADAAN",
    "PELAKSANAAN",
    "TERHENTI",
    COMPLETED,
    CANCELLED,
    "LANJUT_TAHUN_DEPAN",
)

ZERO = Decimal(0)
WHOLE: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One budget line in one month. `entered` is None as long as nothing was written."""

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


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One sub-activity in one month. With mode VOLUME `volume` is entered, otherwise `increment` in
    points."""

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
    status_reason: str = ""
    evidence_count: int = 0
    nil: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """What a government may set otherwise. `salary_accounts`: V-10 only warns for these prefixes (for
    example 5.1.01)."""

    tolerance: Decimal = Decimal("0.05")
    salary_accounts: tuple[str, ...] = ()
    evidence_from: Decimal = Decimal(5_000_000)
    evidence_exempt_modes: frozenset[str] = frozenset({TIME})
    cash_plan_factor: Decimal = Decimal("1.10")
    share_of_ceiling: Decimal = Decimal("0.5")
    times_median: int = 5
    usual_jump: Decimal = Decimal(40)
    usual_jump_from_ceiling: Decimal = Decimal(200_000_000)
    usual_lead_of_money: Decimal = Decimal(10)


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


def text(value: Decimal) -> str:
    """A decimal for parameters: never with an exponent."""
    return f"{value:f}"
