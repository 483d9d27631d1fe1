"""What proposed corrections of published reports would do to their own and all later months, before anybody opens a revision.

The same figures and the same rule (V-60) by which a revision is judged when it is submitted; here on values that are not stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from submissions import restating
from submissions.amendment import Amended, beside, check_amendment
from submissions.facts import ZERO, Finding
from submissions.figures import POLICY
from submissions.restating import Months

WHOLE_ITEM = None  # as a line: all lines together


@dataclass(frozen=True, slots=True)
class Proposal:
    """New values for one published report: money by budget line, progress of the month in points; None leaves it."""

    report: int
    item: int
    month: int
    money: Mapping[int, Decimal] = field(default_factory=dict)
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MonthEffect:
    """A published month of one sub-activity, to date: as it stands and as it would stand; money, and points of 100."""

    month: int
    ceiling: Decimal
    money: Decimal
    money_then: Decimal
    points: Decimal
    points_then: Decimal


@dataclass(frozen=True, slots=True)
class Effect:
    """What proposals would do to one sub-activity: its months from the first corrected one on, and what V-60 says."""

    item: int
    months: tuple[MonthEffect, ...]
    findings: tuple[Finding, ...]


Moves = Mapping[int | None, Sequence[tuple[int, Decimal]]]  # budget line -> (month, by how much)


def effects(cursor: Any, proposals: Iterable[Proposal]) -> list[Effect]:
    """The effect on each sub-activity, by the first report that is to be corrected; two statements whatever their number."""
    wanted = sorted(proposals, key=lambda one: (one.item, one.month))
    found = restating.months_of(cursor, [one.report for one in wanted], every=True) if wanted else {}
    by_item: dict[int, list[Proposal]] = {}
    for one in wanted:
        if one.report in found:
            by_item.setdefault(one.item, []).append(one)
    return [_effect(item, ones, found) for item, ones in by_item.items()]


def _effect(item: int, proposals: Sequence[Proposal], found: Mapping[int, Months]) -> Effect:
    money: dict[int | None, list[tuple[int, Decimal]]] = {}
    points: list[tuple[int, Decimal]] = []
    for one in proposals:
        months = found[one.report]
        for line, moved in _moved(one, months):
            money.setdefault(line, []).append((one.month, moved))
            money.setdefault(WHOLE_ITEM, []).append((one.month, moved))
        if one.points is not None:
            points.append((one.month, one.points - months.physical.old))
    findings = [finding for one in proposals for finding in _findings(one, found[one.report], money, points)]
    first = found[proposals[0].report]
    return Effect(item, _months(first, money.get(WHOLE_ITEM, ()), points), tuple(findings))


def _moved(one: Proposal, months: Months) -> list[tuple[int | None, Decimal]]:
    return [
        (line.line_id, one.money[line.line_id] - line.old)
        for line in months.lines
        if line.line_id is not None and line.line_id in one.money
    ]


def _findings(
    one: Proposal, months: Months, money: Moves, points: Sequence[tuple[int, Decimal]]
) -> tuple[Finding, ...]:
    """What the rule says of one report's new values while all the others are moved as well."""
    moved = sum((by for _line, by in _moved(one, months)), ZERO)
    lines = [
        beside(line, one.month, money.get(line.line_id, ()), one.money.get(line.line_id or 0, line.old))
        for line in months.lines
    ]
    whole = beside(months.whole, one.month, money.get(WHOLE_ITEM, ()), months.whole.old + moved)
    progress = months.physical.old if one.points is None else one.points
    physical = beside(months.physical, one.month, points, progress)
    return check_amendment([*lines, whole], physical, POLICY)


def _months(
    first: Months, money: Sequence[tuple[int, Decimal]], points: Sequence[tuple[int, Decimal]]
) -> tuple[MonthEffect, ...]:
    then = zip(_after(first.whole, money), _after(first.physical, points), strict=True)
    return tuple(
        MonthEffect(spent.month, spent.ceiling, spent.total, spent_then, done.total, done_then)
        for spent, done, (spent_then, done_then) in zip(
            first.whole.standings, first.physical.standings, then, strict=True
        )
    )


def _after(value: Amended, moves: Sequence[tuple[int, Decimal]]) -> list[Decimal]:
    return [one.total + sum((by for at, by in moves if at <= one.month), ZERO) for one in value.standings]
