"""What a report may say about the work: rules V-18, V-20 to V-23 and V-26, and the points that are stored. Pure Python."""

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from submissions.facts import (
    BLOCK,
    COMPLETED,
    INFO,
    TIME,
    UNDER_WAY,
    VOLUME,
    WARN,
    WHOLE,
    ZERO,
    Finding,
    ItemFacts,
    MonthFacts,
    Policy,
    shown,
    text,
)
from submissions.rules_money import to_date

_STORED_PLACES = Decimal("0.0001")


def effective_increment(facts: ItemFacts) -> Decimal | None:
    """The points of this month, four decimals: as entered, from the volume, or in mode TIME as planned.
    None: not known.

    A volume that reaches its target makes exactly 100 (domain.md 2.4).
    """
    if facts.mode == VOLUME:
        total = _points_of_volume(facts)
        return None if total is None else total - facts.points_before
    if facts.increment is not None:
        return facts.increment
    if facts.nil:
        return ZERO
    return facts.planned_increment if facts.mode == TIME else None


def reached(facts: ItemFacts) -> Decimal:
    """The points up to the end of this month; what is not entered yet counts as nothing."""
    return facts.points_before + (effective_increment(facts) or ZERO)


def snap(facts: ItemFacts, policy: Policy) -> tuple[Decimal | None, Finding | None]:
    """The points to store, and an I finding where completed work was set to exactly 100 (domain.md 2.4,
    T-11)."""
    increment = effective_increment(facts)
    if increment is None or facts.status != COMPLETED:
        return increment, None
    total = facts.points_before + increment
    if total == WHOLE or abs(total - WHOLE) > policy.tolerance:
        return increment, None
    snapped = WHOLE - facts.points_before
    params = {"entered_pt": text(increment), "snapped_pt": text(snapped), "limit_pt": text(WHOLE)}
    return snapped, Finding("V-23", INFO, "V-23.snapped", params, None, physical_field(facts))


def snapped(facts: ItemFacts, policy: Policy) -> tuple[ItemFacts, Finding | None]:
    """The same facts with the points that `snap` stores; a volume stays as it was counted."""
    increment, finding = snap(facts, policy)
    return replace(facts, increment=increment), finding


def progress_entered(facts: ItemFacts) -> Decimal | None:
    """What stands in the field: units in mode VOLUME, points otherwise."""
    return _volume(facts) if facts.mode == VOLUME else effective_increment(facts)


def physical_field(facts: ItemFacts) -> str:
    """Where the progress is entered."""
    return "volume" if facts.mode == VOLUME else "increment"


def run_of_months(
    facts: ItemFacts, count: int, fits: Callable[[MonthFacts], bool]
) -> tuple[MonthFacts, ...] | None:
    """The `count` months just before this one when each of them is reported and fits; None otherwise."""
    by_month = {one.month: one for one in facts.earlier}
    run = [by_month.get(facts.month - back) for back in range(count, 0, -1)]
    kept = tuple(one for one in run if one is not None and fits(one))
    return kept if len(kept) == count else None


def _volume(facts: ItemFacts) -> Decimal | None:
    return ZERO if facts.volume is None and facts.nil else facts.volume


def _points_of_volume(facts: ItemFacts) -> Decimal | None:
    volume = _volume(facts)
    if volume is None or not facts.target:
        return None
    total = facts.volume_before + volume
    if total == facts.target:
        return WHOLE
    return (WHOLE * total / facts.target).quantize(_STORED_PLACES, rounding=ROUND_HALF_UP)


# --- V-20, V-21 ------------------------------------------------------------------------------------------


def check_progress(found: list[Finding], facts: ItemFacts, policy: Policy) -> None:
    """V-20 and V-21: not below zero, not above the whole, and taking back needs a reason."""
    entered = progress_entered(facts)
    if entered is None:
        return
    before = facts.volume_before if facts.mode == VOLUME else facts.points_before
    if entered < 0 and not facts.physical_reason.strip():
        params = {"entered_qty": text(entered)}
        found.append(Finding("V-21", BLOCK, "V-21.reason", params, None, "physical_reason"))
    if before + entered < 0:
        lowest = text(min(-before, ZERO))
        params = {"entered_qty": text(entered), "before_qty": text(before), "lowest_qty": lowest}
        found.append(Finding("V-21", BLOCK, "V-21.below_zero", params, None, physical_field(facts)))
    if facts.mode == VOLUME:
        _check_target(found, facts, policy)
    elif before + entered > WHOLE + policy.tolerance:
        total = before + entered
        params = {
            "entered_pt": text(entered),
            "before_pt": text(before),
            "total_pt": text(total),
            "limit_pt": text(WHOLE),
            "reduce_by_pt": text(total - WHOLE),
        }
        found.append(Finding("V-20", BLOCK, "V-20", params, None, "increment"))


def _check_target(found: list[Finding], facts: ItemFacts, policy: Policy) -> None:
    """V-20 in units of output; without a target units mean nothing."""
    volume = facts.volume or ZERO
    total = facts.volume_before + volume
    if not facts.target:
        if volume:
            params = {"entered_qty": text(volume), "version": facts.version_name}
            found.append(Finding("V-20", BLOCK, "V-20.no_target", params, None, "volume"))
    elif WHOLE * total > (WHOLE + policy.tolerance) * facts.target:
        params = {
            "entered_qty": text(volume),
            "before_qty": text(facts.volume_before),
            "total_qty": text(total),
            "target_qty": text(facts.target),
            "reduce_by_qty": text(total - facts.target),
        }
        found.append(Finding("V-20", BLOCK, "V-20.volume", params, None, "volume"))


# --- V-23 ------------------------------------------------------------------------------------------------


def check_completion(found: list[Finding], facts: ItemFacts, policy: Policy) -> None:
    """V-23: completed if and only if the whole is reached; within the tolerance `snap` makes it exact."""
    if not facts.status:
        return
    total = reached(facts)
    known = effective_increment(facts) is not None or facts.points_before >= WHOLE
    if facts.status == COMPLETED and total < WHOLE - policy.tolerance:
        missing = text(WHOLE - total)
        params = {"total_pt": text(total), "limit_pt": text(WHOLE), "missing_pt": missing}
        found.append(Finding("V-23", BLOCK, "V-23.incomplete", params, None, "status"))
    elif facts.status != COMPLETED and total >= WHOLE and known:
        found.append(Finding("V-23", BLOCK, "V-23.complete", {"total_pt": text(total)}, None, "status"))


# --- Plausible: V-18, V-22, V-26 -------------------------------------------------------------------------


def check_plausible(found: list[Finding], facts: ItemFacts, policy: Policy) -> None:
    """V-18, V-22 and V-26: warnings about unusual progress."""
    increment = effective_increment(facts)
    if increment is None:
        return
    total, money = reached(facts), to_date(facts)
    if facts.ceiling and WHOLE * money > (total + policy.usual_lead_of_money) * facts.ceiling:
        params = {
            "financial_pt": shown(WHOLE * money / facts.ceiling),
            "physical_pt": text(total),
            "limit_pt": text(policy.usual_lead_of_money),
        }
        found.append(Finding("V-18", WARN, "V-18", params, None, physical_field(facts)))
    if facts.mode != TIME:
        _check_jump(found, facts, increment, policy)
    _check_unchanged(found, facts, increment, policy)


def _check_jump(found: list[Finding], facts: ItemFacts, increment: Decimal, policy: Policy) -> None:
    params = {"entered_pt": text(increment)}
    if increment > policy.usual_jump and facts.ceiling > policy.usual_jump_from_ceiling:
        more = params | {"limit_pt": text(policy.usual_jump), "ceiling_rp": text(facts.ceiling)}
        found.append(Finding("V-22", WARN, "V-22.jump", more, None, physical_field(facts)))
    if facts.month >= policy.cumulative_from_month and increment >= facts.points_before > 0:
        more = params | {"before_pt": text(facts.points_before)}
        found.append(Finding("V-22", WARN, "V-22.cumulative", more, None, physical_field(facts)))


def _check_unchanged(found: list[Finding], facts: ItemFacts, increment: Decimal, policy: Policy) -> None:
    """V-26: three months in a row under way, and nothing moved."""
    if facts.status != UNDER_WAY or increment:
        return
    if run_of_months(
        facts, policy.unchanged_months - 1, lambda one: one.status == UNDER_WAY and not one.increment
    ):
        params = {"total_pt": text(reached(facts)), "count": policy.unchanged_months}
        found.append(Finding("V-26", WARN, "V-26", params, None, "status"))
