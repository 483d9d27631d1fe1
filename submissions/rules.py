"""What one report of one month may say: rules V-10..V-24 and V-40 of the domain. Pure Python.

The caller gathers facts (`submissions.facts`), the rules answer with findings: a code and parameters, no
sentence (`wording.sentences` has those).
"""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any

from submissions.facts import (
    BLOCK,
    CANCELLED,
    COMPLETED,
    INFO,
    MILESTONE,
    NOT_STARTED,
    PERCENT,
    STATUSES,
    TIME,
    VOLUME,
    WARN,
    WHOLE,
    ZERO,
    Finding,
    ItemFacts,
    LineFacts,
    Policy,
    text,
)

__all__ = [
    "BLOCK",
    "CANCELLED",
    "COMPLETED",
    "INFO",
    "MILESTONE",
    "NOT_STARTED",
    "PERCENT",
    "STATUSES",
    "TIME",
    "VOLUME",
    "WARN",
    "Finding",
    "ItemFacts",
    "LineFacts",
    "Policy",
    "check",
    "check_submission",
    "effective_increment",
    "snap",
    "snapped",
]

_STORED_PLACES = Decimal("0.0001")


def check(facts: ItemFacts, policy: Policy) -> tuple[Finding, ...]:
    """All findings on what is written so far; nothing missing is complained about. For saving."""
    found: list[Finding] = []
    entered = before = ZERO
    for line in facts.lines:
        before += line.before
        if line.entered is None:
            continue
        entered += line.entered
        _check_line(found, facts, line, policy)
    _check_ceiling_of_item(found, facts, entered, before)
    _check_physical(found, facts, policy)
    _check_status(found, facts, entered, entered + before, policy)
    _check_plausible(found, facts, entered + before, policy)
    return tuple(found)


def check_submission(facts: ItemFacts, policy: Policy) -> tuple[Finding, ...]:
    """All findings of `check`, and what is missing before the report may be submitted (completeness,
    V-40)."""
    found = list(check(facts, policy))
    money = sum((line.entered for line in facts.lines if line.entered is not None), ZERO)
    physical = _progress_entered(facts)
    if not facts.status:
        found.append(Finding("COMPLETE", BLOCK, "complete.status", {}, None, "status"))
    if facts.nil:
        # Values that cancel each other out are not nil either, so each line counts.
        if physical or any(line.entered for line in facts.lines):
            params = {"money_rp": text(money), "entered_qty": text(physical or ZERO)}
            found.append(Finding("COMPLETE", BLOCK, "complete.nil", params, None, "nil"))
        return tuple(found)
    if physical is None:
        name = "volume" if facts.mode == VOLUME else "physical"
        found.append(Finding("COMPLETE", BLOCK, f"complete.{name}", {}, None, _physical_field(facts)))
    for line in facts.lines:
        if line.entered is None and line.ceiling:
            found.append(
                Finding("COMPLETE", BLOCK, "complete.line", {"line": line.label}, line.line_id, "entered")
            )
    _check_evidence(found, facts, money, policy)
    return tuple(found)


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
    return snapped, Finding("V-23", INFO, "V-23.snapped", params, None, _physical_field(facts))


def snapped(facts: ItemFacts, policy: Policy) -> tuple[ItemFacts, Finding | None]:
    """The same facts with the points that `snap` stores; a volume stays as it was counted."""
    increment, finding = snap(facts, policy)
    return replace(facts, increment=increment), finding


# --- Money: V-10..V-15, V-19 -----------------------------------------------------------------------------


def _check_line(found: list[Finding], facts: ItemFacts, line: LineFacts, policy: Policy) -> None:
    entered = line.entered or ZERO
    total = line.before + entered
    if total > line.ceiling:
        _over_ceiling_of_line(found, facts, line, policy)
    if entered < 0:
        _check_negative(found, facts, line, total)
    elif entered:
        _check_amount(found, facts, line, policy)
    if entered % 1:
        params = {"line": line.label, "entered_rp": text(entered)}
        found.append(Finding("V-19", INFO, "V-19", params, line.line_id, "entered"))


def _over_ceiling_of_line(found: list[Finding], facts: ItemFacts, line: LineFacts, policy: Policy) -> None:
    severity = WARN if _is_salary(line.account_code, policy) else BLOCK
    params = _over(line.entered or ZERO, line.before, line.ceiling, facts.version_name)
    params["line"] = line.label
    code = "V-10" if line.before <= line.ceiling else "V-10.before"
    found.append(Finding("V-10", severity, code, params, line.line_id, "entered"))


def _is_salary(account: str, policy: Policy) -> bool:
    return any(account == prefix or account.startswith(f"{prefix}.") for prefix in policy.salary_accounts)


def _over(entered: Decimal, before: Decimal, ceiling: Decimal, version: str) -> dict[str, Any]:
    return {
        "entered_rp": text(entered),
        "before_rp": text(before),
        "ceiling_rp": text(ceiling),
        "remaining_rp": text(max(ceiling - before, ZERO)),
        "reduce_by_rp": text(before + entered - ceiling),
        "version": version,
    }


def _check_ceiling_of_item(found: list[Finding], facts: ItemFacts, entered: Decimal, before: Decimal) -> None:
    """V-11. Lines that the version no longer has still count in `before`. One line that says just this is enough."""
    excess = entered + before - facts.ceiling
    said = any(
        one.rule == "V-10" and one.blocks and one.params["reduce_by_rp"] == text(excess) for one in found
    )
    if excess > 0 and not said and any(line.entered is not None for line in facts.lines):
        code = "V-11" if before <= facts.ceiling else "V-11.before"
        found.append(Finding("V-11", BLOCK, code, _over(entered, before, facts.ceiling, facts.version_name)))


def _check_negative(found: list[Finding], facts: ItemFacts, line: LineFacts, total: Decimal) -> None:
    """V-12 and V-13: taking back needs a reason, an earlier published month, and something to take back."""
    entered = text(line.entered or ZERO)
    earlier = sorted(month for month in line.published_months if month < facts.month)
    params: dict[str, Any] = {"line": line.label, "entered_rp": entered}
    if not line.correction_reason.strip():
        found.append(Finding("V-12", BLOCK, "V-12.reason", params, line.line_id, "correction_reason"))
    if line.corrects_month is None:
        params = params | {"published_months": earlier}
        found.append(Finding("V-12", BLOCK, "V-12.month", params, line.line_id, "corrects_month"))
    elif line.corrects_month not in earlier:
        params = params | {"published_months": earlier, "corrects_month": line.corrects_month}
        found.append(Finding("V-12", BLOCK, "V-12.unpublished", params, line.line_id, "corrects_month"))
    if total < 0:
        lowest = text(min(-line.before, ZERO))
        params = {
            "line": line.label,
            "entered_rp": entered,
            "before_rp": text(line.before),
            "lowest_rp": lowest,
        }
        found.append(Finding("V-13", BLOCK, "V-13", params, line.line_id, "entered"))


def _check_amount(found: list[Finding], facts: ItemFacts, line: LineFacts, policy: Policy) -> None:
    """V-14, V-15 and the monthly-or-cumulative question of V-22: warnings about unusual amounts."""
    entered = line.entered or ZERO
    params = {"line": line.label, "entered_rp": text(entered)}
    if line.plan_to_date is not None and entered > (limit := line.plan_to_date * policy.cash_plan_factor):
        more = params | {"plan_rp": text(line.plan_to_date), "limit_rp": text(limit)}
        found.append(Finding("V-14", WARN, "V-14", more, line.line_id, "entered"))
    if line.ceiling and entered > (limit := line.ceiling * policy.share_of_ceiling):
        more = params | {"ceiling_rp": text(line.ceiling), "limit_rp": text(limit)}
        found.append(Finding("V-15", WARN, "V-15.share", more, line.line_id, "entered"))
    elif line.history and (usual := median(line.history)) > 0 and entered > usual * policy.times_median:
        more = params | {"median_rp": text(usual), "limit_rp": text(usual * policy.times_median)}
        found.append(Finding("V-15", WARN, "V-15.median", more, line.line_id, "entered"))
    if facts.month >= 3 and entered >= line.before > 0:
        more = params | {"before_rp": text(line.before)}
        found.append(Finding("V-22", WARN, "V-22.cumulative_money", more, line.line_id, "entered"))


# --- Physical progress: V-20..V-22 -----------------------------------------------------------------------


def _progress_entered(facts: ItemFacts) -> Decimal | None:
    """What stands in the field: units in mode VOLUME, points otherwise."""
    return _volume(facts) if facts.mode == VOLUME else effective_increment(facts)


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


def _physical_field(facts: ItemFacts) -> str:
    return "volume" if facts.mode == VOLUME else "increment"


def _check_physical(found: list[Finding], facts: ItemFacts, policy: Policy) -> None:
    entered = _progress_entered(facts)
    if entered is None:
        return
    before = facts.volume_before if facts.mode == VOLUME else facts.points_before
    if entered < 0 and not facts.physical_reason.strip():
        params = {"entered_qty": text(entered)}
        found.append(Finding("V-21", BLOCK, "V-21.reason", params, None, "physical_reason"))
    if before + entered < 0:
        lowest = text(min(-before, ZERO))
        params = {"entered_qty": text(entered), "before_qty": text(before), "lowest_qty": lowest}
        found.append(Finding("V-21", BLOCK, "V-21.below_zero", params, None, _physical_field(facts)))
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
    """V-20 in units of output."""
    total = facts.volume_before + (facts.volume or ZERO)
    if facts.target and WHOLE * total > (WHOLE + policy.tolerance) * facts.target:
        params = {
            "entered_qty": text(facts.volume or ZERO),
            "before_qty": text(facts.volume_before),
            "total_qty": text(total),
            "target_qty": text(facts.target),
            "reduce_by_qty": text(total - facts.target),
        }
        found.append(Finding("V-20", BLOCK, "V-20.volume", params, None, "volume"))


# --- Status: V-23, V-24 ----------------------------------------------------------------------------------


def _check_status(
    found: list[Finding], facts: ItemFacts, entered: Decimal, money: Decimal, policy: Policy
) -> None:
    if not facts.status:
        return
    increment = effective_increment(facts)
    total = facts.points_before + (increment or ZERO)
    _check_completion(found, facts, increment, total, policy)
    if facts.status == NOT_STARTED:
        # Looked at line by line: two amounts that cancel each other out are movements all the same.
        if money or any(line.entered or line.before for line in facts.lines):
            params = {"entered_rp": text(entered), "total_rp": text(money)}
            found.append(Finding("V-24", BLOCK, "V-24.money", params, None, "status"))
        if increment or total:
            params = {"entered_pt": text(increment or ZERO), "total_pt": text(total)}
            found.append(Finding("V-24", BLOCK, "V-24.physical", params, None, "status"))
    elif facts.status == CANCELLED:
        if money:
            found.append(Finding("V-24", BLOCK, "V-24.cancelled", {"total_rp": text(money)}, None, "status"))
        if not facts.status_reason.strip():
            found.append(Finding("V-24", BLOCK, "V-24.reason", {}, None, "status_reason"))


def _check_completion(
    found: list[Finding], facts: ItemFacts, increment: Decimal | None, total: Decimal, policy: Policy
) -> None:
    """V-23: completed if and only if the whole is reached; within the tolerance `snap` makes it exact."""
    if facts.status == COMPLETED and total < WHOLE - policy.tolerance:
        missing = text(WHOLE - total)
        params = {"total_pt": text(total), "limit_pt": text(WHOLE), "missing_pt": missing}
        found.append(Finding("V-23", BLOCK, "V-23.incomplete", params, None, "status"))
    elif (
        facts.status != COMPLETED
        and total >= WHOLE
        and (increment is not None or facts.points_before >= WHOLE)
    ):
        found.append(Finding("V-23", BLOCK, "V-23.complete", {"total_pt": text(total)}, None, "status"))


# --- Plausible: V-18, V-22 -------------------------------------------------------------------------------


def _check_plausible(found: list[Finding], facts: ItemFacts, money: Decimal, policy: Policy) -> None:
    increment = effective_increment(facts)
    if increment is None:
        return
    total = facts.points_before + increment
    if facts.ceiling and WHOLE * money > (total + policy.usual_lead_of_money) * facts.ceiling:
        params = {
            "financial_pt": text(_shown(WHOLE * money / facts.ceiling)),
            "physical_pt": text(total),
            "limit_pt": text(policy.usual_lead_of_money),
        }
        found.append(Finding("V-18", WARN, "V-18", params, None, _physical_field(facts)))
    if facts.mode == TIME:
        return
    params = {"entered_pt": text(increment)}
    if increment > policy.usual_jump and facts.ceiling > policy.usual_jump_from_ceiling:
        more = params | {"limit_pt": text(policy.usual_jump), "ceiling_rp": text(facts.ceiling)}
        found.append(Finding("V-22", WARN, "V-22.jump", more, None, _physical_field(facts)))
    if facts.month >= 3 and increment >= facts.points_before > 0:
        more = params | {"before_pt": text(facts.points_before)}
        found.append(Finding("V-22", WARN, "V-22.cumulative", more, None, _physical_field(facts)))


def _shown(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


# --- Evidence: V-40 --------------------------------------------------------------------------------------


def _check_evidence(found: list[Finding], facts: ItemFacts, money: Decimal, policy: Policy) -> None:
    """V-40. The value of a month is its money or its share of the work in money, whichever is more:
    otherwise a large item could claim progress without money and without evidence."""
    if facts.evidence_count or facts.mode in policy.evidence_exempt_modes:
        return
    increment = effective_increment(facts) or ZERO
    value = max(money, facts.ceiling * increment / WHOLE)
    if (money > 0 or increment > 0) and value >= policy.evidence_from:
        params = {
            "money_rp": text(money),
            "entered_pt": text(increment),
            "limit_rp": text(policy.evidence_from),
        }
        found.append(Finding("V-40", BLOCK, "V-40", params, None, "evidence"))
