"""The figures of the domain (W-1..W-11, W-13), exact in Decimal; round only to show them (`half_up`).

A division by zero gives None, which is shown as "–": never 0 and never 100. Percentages and points are both
0..100.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate

ZERO, WHOLE = Decimal(0), Decimal(100)
AHEAD, GREEN, YELLOW, RED = "AHEAD", "GREEN", "YELLOW", "RED"
BANDS = ((Decimal(91), "ST"), (Decimal(76), "T"), (Decimal(66), "S"), (Decimal(51), "R"))
LOWEST_BAND = "SR"


def half_up(value: Decimal, places: int = 2) -> Decimal:
    """Rounded half away from zero, as PostgreSQL's round(numeric) does; for display, print and signed
    figures (T-6)."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """100 * part / whole, None when the whole is zero (T-10)."""
    return WHOLE * part / whole if whole else None


# --- W-1: one item ---------------------------------------------------------------------------------------


def cumulative(months: Iterable[Decimal]) -> tuple[Decimal, ...]:
    """R(m), P(m), T(m): running sums of monthly values."""
    return tuple(accumulate(months))


def absorption(realised: Decimal, ceiling: Decimal) -> Decimal | None:
    """A(m) = 100 * R(m) / C(m)."""
    return percent(realised, ceiling)


def planned_financial(plan_to_date: Decimal, ceiling: Decimal) -> Decimal | None:
    """T_f(m) = 100 * cash plan to date / C(m)."""
    return percent(plan_to_date, ceiling)


def physical_of_volume(volume: Decimal, target: Decimal) -> Decimal | None:
    """P(m) in mode VOLUME = 100 * volume to date / V(m)."""
    return percent(volume, target)


# --- W-2, W-3: many items --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weighed:
    """One item in a total: its ceiling and the points it reached."""

    ceiling: Decimal
    points: Decimal


def weights(ceilings: Sequence[Decimal]) -> tuple[Decimal | None, ...]:
    """W-2: b_i in percent (bobot); an item without a ceiling has none (T-10)."""
    total = sum(ceilings, ZERO)
    return tuple(percent(ceiling, total) if ceiling else None for ceiling in ceilings)


def weighted(weight: Decimal | None, points: Decimal) -> Decimal | None:
    """W-2: tertimbang_i = b_i * P_i, in points of the whole."""
    return None if weight is None else weight * points / WHOLE


def weighted_physical(items: Iterable[Weighed]) -> Decimal | None:
    """W-3: P = sum of C_i * P_i over sum of C_i; never the mean of percentages (T-1)."""
    ceiling = value = ZERO
    for item in items:
        ceiling += item.ceiling
        value += item.ceiling * item.points
    return value / ceiling if ceiling else None


def physical_value(items: Iterable[Weighed]) -> Decimal:
    """W-3: the value of the work done in money, sum of C_i * P_i / 100."""
    return sum((item.ceiling * item.points for item in items), ZERO) / WHOLE


def simple_mean(points: Sequence[Decimal]) -> Decimal | None:
    """The unweighted mean that some regions print as a second column; not an official figure."""
    return sum(points, ZERO) / len(points) if points else None


# --- W-4, W-5: against the plan --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the colours of W-4 change, in points; a government may set others."""

    green: Decimal = Decimal(-5)
    yellow: Decimal = Decimal(-10)


USUAL_LIMITS = Limits()


def deviation(actual: Decimal | None, plan: Decimal | None) -> Decimal | None:
    """W-4: D = actual - plan in points; negative is behind. None without a plan."""
    return None if actual is None or plan is None else actual - plan


def colour(points: Decimal | None, limits: Limits = USUAL_LIMITS) -> str | None:
    """W-4: AHEAD above 0, GREEN down to -5, YELLOW down to -10, RED below (T-15). From the exact value, not
    the rounded."""
    if points is None:
        return None
    if points > 0:
        return AHEAD
    if points >= limits.green:
        return GREEN
    return YELLOW if points >= limits.yellow else RED


def achievement(actual: Decimal, plan: Decimal) -> Decimal | None:
    """W-4: K = 100 * actual / plan, None when nothing was planned."""
    return percent(actual, plan)


def critical_contract(plan: Decimal, actual: Decimal, ends_after_year: bool = False) -> str | None:
    """W-5: "I" or "II" (the period in which a contract is critical), "YEAR_END", or None.

    Period I is a plan up to 70: critical when more than 10 points behind. Period II is above 70: more than
    5 behind, or less when the contract ends after the fiscal year. A lag of exactly 5 is counted to the
    latter.
    """
    lag = plan - actual
    if plan <= 70:
        return "I" if lag > 10 else None
    if lag > 5:
        return "II"
    return "YEAR_END" if ends_after_year else None


# --- W-6: coverage ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a total stands on. `of_total` is the official figure: who did not report counts as zero."""

    of_reported: Decimal | None
    covered: Decimal | None
    of_total: Decimal | None

    @property
    def complete(self) -> bool:
        """False: the figure is shown as incomplete."""
        return self.covered is not None and self.covered >= WHOLE


def coverage(realised: Decimal, reported_ceiling: Decimal, total_ceiling: Decimal) -> Coverage:
    """W-6: absorption on the ceiling of those who reported, the share they are, and absorption on the total
    (T-8)."""
    return Coverage(
        of_reported=percent(realised, reported_ceiling),
        covered=percent(reported_ceiling, total_ceiling),
        of_total=percent(realised, total_ceiling),
    )


def count_coverage(published: int, required: int) -> Decimal | None:
    """W-6: published reports in percent of required ones."""
    return percent(Decimal(published), Decimal(required))


# --- W-7, W-8, W-9 ---------------------------------------------------------------------------------------


def band(value: Decimal | None) -> str | None:
    """W-7: ST, T, S, R, SR on half-open intervals, from the exact value (T-9)."""
    if value is None:
        return None
    return next((name for least, name in BANDS if value >= least), LOWEST_BAND)


def average_achievement(values: Iterable[Decimal | None]) -> Decimal | None:
    """W-7: the mean of achievements, each capped at 100; items without one do not count."""
    return simple_mean([min(value, WHOLE) for value in values if value is not None])


def forecast(increments: Sequence[Decimal], months: int = 1) -> Decimal | None:
    """W-8: the last cumulative value plus the mean of the last three increments for each further month, at
    most 100."""
    if not increments:
        return None
    recent = increments[-3:]
    step = sum(recent, ZERO) / len(recent)
    return min(sum(increments, ZERO) + step * months, WHOLE)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One unit in the ranking of W-9."""

    code: str
    ceiling: Decimal
    absorption: Decimal | None
    physical: Decimal | None
    covered: Decimal | None = WHOLE


def ranking(rows: Iterable[Ranked]) -> list[Ranked]:
    """W-9: absorption, then physical, then ceiling, each falling, then code. Units below full coverage come
    after all others."""
    return sorted(rows, key=_rank)


def _rank(row: Ranked) -> tuple[bool, bool, Decimal, bool, Decimal, Decimal, str]:
    incomplete = row.covered is None or row.covered < WHOLE
    return (
        incomplete,
        row.absorption is None,
        -(row.absorption or ZERO),
        row.physical is None,
        -(row.physical or ZERO),
        -row.ceiling,
        row.code,
    )


def size_classes(rows: Sequence[Ranked]) -> list[list[Ranked]]:
    """W-9: the ranking within each quartile of ceilings, largest first, so that small units do not crowd
    out large ones."""
    by_size = sorted(rows, key=lambda row: (-row.ceiling, row.code))
    edges = [len(by_size) * quarter // 4 for quarter in range(5)]
    return [ranking(by_size[start:end]) for start, end in zip(edges, edges[1:], strict=False) if start < end]


# --- W-10, W-11, W-13 ------------------------------------------------------------------------------------


def timeliness_binary(late_workdays: Sequence[int | None]) -> Decimal | None:
    """W-10: percent of required reports published in time; None in the list is a report never published
    (T-7)."""
    return percent(Decimal(sum(1 for days in late_workdays if days == 0)), Decimal(len(late_workdays)))


def timeliness(late_workdays: Sequence[int | None]) -> Decimal | None:
    """W-10, graded (the default): 100 less 10 for each late working day, not below 0; never published is 0
    (T-7)."""
    return simple_mean([ZERO if days is None else max(ZERO, WHOLE - 10 * days) for days in late_workdays])


@dataclass(frozen=True, slots=True)
class IndexWeights:
    """W-11: the parts of the agency index; set per year and printed."""

    timeliness: Decimal = Decimal(30)
    physical: Decimal = Decimal(35)
    financial: Decimal = Decimal(25)
    quality: Decimal = Decimal(10)


USUAL_INDEX_WEIGHTS = IndexWeights()


def data_quality(returns: int, amendments: int) -> Decimal:
    """W-11: 100 less 5 for each return and 10 for each amendment, not below 0."""
    return max(ZERO, WHOLE - 5 * returns - 10 * amendments)


def agency_index(
    on_time: Decimal | None,
    physical: Decimal | None,
    financial: Decimal | None,
    quality: Decimal | None,
    parts: IndexWeights = USUAL_INDEX_WEIGHTS,
) -> Decimal | None:
    """W-11: the weighted mean of the parts, each at most 100; a part without a value takes its weight out."""
    pairs = (
        (on_time, parts.timeliness),
        (physical, parts.physical),
        (financial, parts.financial),
        (quality, parts.quality),
    )
    known = [(min(value, WHOLE), weight) for value, weight in pairs if value is not None]
    total = sum((weight for _, weight in known), ZERO)
    return sum((value * weight for value, weight in known), ZERO) / total if total else None


def unspent_risk(ceiling: Decimal, realised: Decimal, expected: Decimal) -> Decimal:
    """W-13: what is likely to remain unspent at the end of the year (SILPA)."""
    return ceiling - realised - expected
