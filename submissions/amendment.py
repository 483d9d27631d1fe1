"""What an amendment of a published month may change: rule V-60. Pure Python."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from submissions.facts import BLOCK, WHOLE, Finding, Policy, text


@dataclass(frozen=True, slots=True)
class Standing:
    """How a published month stands: the cumulative value at its end, and the ceiling in force (100 for
    progress)."""

    month: int
    total: Decimal
    ceiling: Decimal


@dataclass(frozen=True, slots=True)
class Amended:
    """One value that an amendment of `month` changes; `standings` are the amended month and all later ones.

    `line_id` None with a label means all lines of the item together (V-11).
    """

    line_id: int | None
    label: str
    old: Decimal
    new: Decimal
    standings: tuple[Standing, ...]


def beside(value: Amended, month: int, others: Iterable[tuple[int, Decimal]], new: Decimal) -> Amended:
    """The value of `month` with `new` in it, where other months (month, by how much) are to be moved in the same breath."""
    moves = [(at, moved) for at, moved in others if at != month]
    standings = tuple(
        replace(one, total=one.total + sum((moved for at, moved in moves if at <= one.month), Decimal(0)))
        for one in value.standings
    )
    return replace(value, new=new, standings=standings)


def check_amendment(
    lines: Iterable[Amended], physical: Amended | None, policy: Policy
) -> tuple[Finding, ...]:
    """V-60: an amendment must not break V-10, V-11, V-13, V-20 or V-21 for its month or a later one (T-14).

    One finding a value, for the month where it is worst.
    """
    found = [finding for line in lines if (finding := _amended_money(line))]
    if physical is not None and (finding := _amended_physical(physical, policy)):
        found.append(finding)
    return tuple(found)


def _amended_money(line: Amended) -> Finding | None:
    moved = line.new - line.old
    over = max(line.standings, key=lambda each: each.total - each.ceiling, default=None)
    if over is not None and over.total + moved > over.ceiling and moved > 0:
        params = {
            "line": line.label,
            "month": over.month,
            "total_rp": text(over.total + moved),
            "ceiling_rp": text(over.ceiling),
            "reduce_by_rp": text(over.total + moved - over.ceiling),
        }
        return Finding("V-60", BLOCK, "V-60.money", params, line.line_id, "entered")
    under = min(line.standings, key=lambda each: each.total, default=None)
    if under is not None and under.total + moved < 0:
        total = under.total + moved
        params = {
            "line": line.label,
            "month": under.month,
            "total_rp": text(total),
            "raise_by_rp": text(-total),
        }
        return Finding("V-60", BLOCK, "V-60.below_zero", params, line.line_id, "entered")
    return None


def _amended_physical(physical: Amended, policy: Policy) -> Finding | None:
    moved = physical.new - physical.old
    over = max(physical.standings, key=lambda each: each.total, default=None)
    if over is not None and over.total + moved > WHOLE + policy.tolerance:
        total = over.total + moved
        params = {
            "month": over.month,
            "total_pt": text(total),
            "limit_pt": text(WHOLE),
            "reduce_by_pt": text(total - WHOLE),
        }
        return Finding("V-60", BLOCK, "V-60.physical", params, None, "increment")
    under = min(physical.standings, key=lambda each: each.total, default=None)
    if under is not None and under.total + moved < 0:
        total = under.total + moved
        params = {"month": under.month, "total_pt": text(total), "raise_by_pt": text(-total)}
        return Finding("V-60", BLOCK, "V-60.physical_below_zero", params, None, "increment")
    return None
