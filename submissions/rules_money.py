"""What a report may say about money: rules V-06 and V-10 to V-16, V-19. Pure Python."""

from decimal import Decimal
from statistics import median
from typing import Any

from submissions.facts import BLOCK, INFO, WARN, ZERO, Finding, ItemFacts, LineFacts, Policy, text


def check_money(found: list[Finding], facts: ItemFacts, policy: Policy) -> None:
    """Each line that is written, then all of them together."""
    for line in facts.lines:
        if line.entered is not None:
            _check_line(found, facts, line, policy)
    if any(line.entered is not None for line in facts.lines):
        _check_ceiling_of_item(found, facts)
        _check_plan_of_item(found, facts, policy)


def entered(facts: ItemFacts) -> Decimal:
    """The money of this month, all lines together."""
    return sum((line.entered for line in facts.lines if line.entered is not None), ZERO)


def to_date(facts: ItemFacts) -> Decimal:
    """The money up to the end of this month, lines that the version in force no longer has included."""
    return entered(facts) + sum((line.before for line in facts.lines), ZERO)


def _check_line(found: list[Finding], facts: ItemFacts, line: LineFacts, policy: Policy) -> None:
    amount = line.entered or ZERO
    total = line.before + amount
    if total > line.ceiling:
        _over_ceiling_of_line(found, facts, line, policy)
    if amount < 0:
        _check_negative(found, facts, line, total)
    elif amount:
        _check_amount(found, facts, line, policy)
    if line.paid is not None and line.paid != amount:
        params = {
            "line": line.label,
            "entered_rp": text(amount),
            "paid_rp": text(line.paid),
            "difference_rp": text(amount - line.paid),
        }
        found.append(Finding("V-16", WARN, "V-16", params, line.line_id, "entered"))
    if amount % 1:
        params = {"line": line.label, "entered_rp": text(amount)}
        found.append(Finding("V-19", INFO, "V-19", params, line.line_id, "entered"))


def _over_ceiling_of_line(found: list[Finding], facts: ItemFacts, line: LineFacts, policy: Policy) -> None:
    severity = WARN if _is_salary(line.account_code, policy) else BLOCK
    params = _over(line.entered or ZERO, line.before, line.ceiling, facts.version_name)
    params["line"] = line.label
    code = "V-10" if line.before <= line.ceiling else "V-10.before"
    found.append(Finding("V-10", severity, code, params, line.line_id, "entered"))


def _is_salary(account: str, policy: Policy) -> bool:
    return any(account == prefix or account.startswith(f"{prefix}.") for prefix in policy.salary_accounts)


def _over(amount: Decimal, before: Decimal, ceiling: Decimal, version: str) -> dict[str, Any]:
    return {
        "entered_rp": text(amount),
        "before_rp": text(before),
        "ceiling_rp": text(ceiling),
        "remaining_rp": text(max(ceiling - before, ZERO)),
        "reduce_by_rp": text(before + amount - ceiling),
        "version": version,
    }


def _check_ceiling_of_item(found: list[Finding], facts: ItemFacts) -> None:
    """V-11, and V-06. Lines that the version no longer has still count. One line that says just this is enough."""
    amount, total = entered(facts), to_date(facts)
    excess = total - facts.ceiling
    said = any(
        one.rule == "V-10" and one.blocks and one.params["reduce_by_rp"] == text(excess) for one in found
    )
    if excess > 0 and not said:
        before = total - amount
        code = "V-11" if before <= facts.ceiling else "V-11.before"
        found.append(Finding("V-11", BLOCK, code, _over(amount, before, facts.ceiling, facts.version_name)))
    if not facts.ceiling and any(line.entered for line in facts.lines):
        params = {"entered_rp": text(amount), "version": facts.version_name}
        found.append(Finding("V-06", WARN, "V-06.realised", params))


def _check_negative(found: list[Finding], facts: ItemFacts, line: LineFacts, total: Decimal) -> None:
    """V-12 and V-13: taking back needs a reason, an earlier published month, and something to take back."""
    amount = text(line.entered or ZERO)
    earlier = sorted(month for month in line.published_months if month < facts.month)
    params: dict[str, Any] = {"line": line.label, "entered_rp": amount}
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
            "entered_rp": amount,
            "before_rp": text(line.before),
            "lowest_rp": lowest,
        }
        found.append(Finding("V-13", BLOCK, "V-13", params, line.line_id, "entered"))


def _check_amount(found: list[Finding], facts: ItemFacts, line: LineFacts, policy: Policy) -> None:
    """V-14, V-15 and the monthly-or-cumulative question of V-22: warnings about unusual amounts."""
    amount = line.entered or ZERO
    params = {"line": line.label, "entered_rp": text(amount)}
    if line.plan_to_date is not None and amount > (limit := line.plan_to_date * policy.cash_plan_factor):
        more = params | {"plan_rp": text(line.plan_to_date), "limit_rp": text(limit)}
        found.append(Finding("V-14", WARN, "V-14", more, line.line_id, "entered"))
    if line.ceiling and amount > (limit := line.ceiling * policy.share_of_ceiling):
        more = params | {"ceiling_rp": text(line.ceiling), "limit_rp": text(limit)}
        found.append(Finding("V-15", WARN, "V-15.share", more, line.line_id, "entered"))
    elif line.history and (usual := median(line.history)) > 0 and amount > usual * policy.times_median:
        more = params | {"median_rp": text(usual), "limit_rp": text(usual * policy.times_median)}
        found.append(Finding("V-15", WARN, "V-15.median", more, line.line_id, "entered"))
    if facts.month >= policy.cumulative_from_month and amount >= line.before > 0:
        more = params | {"before_rp": text(line.before)}
        found.append(Finding("V-22", WARN, "V-22.cumulative_money", more, line.line_id, "entered"))


def _check_plan_of_item(found: list[Finding], facts: ItemFacts, policy: Policy) -> None:
    """V-14 where the cash plan is the item's and not each line's."""
    if facts.planned_cash_to_date is None or any(line.plan_to_date is not None for line in facts.lines):
        return
    amount, limit = entered(facts), facts.planned_cash_to_date * policy.cash_plan_factor
    if amount > max(limit, ZERO):
        params = {
            "entered_rp": text(amount),
            "plan_rp": text(facts.planned_cash_to_date),
            "limit_rp": text(limit),
        }
        found.append(Finding("V-14", WARN, "V-14.item", params))
