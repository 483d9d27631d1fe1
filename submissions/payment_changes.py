"""What a file of payments changes: sums by line, month and number against what earlier imports brought in.

Amounts to date become amounts of their month: P(m) - P(m-1) (domain.md 0.3). A stored amount that came from figures to date
keeps its cumulative: when an earlier month changes afterwards, or single payments of that month come in, it gives way.
Nothing here asks the database.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from submissions.payment_places import Placed

ZERO = Decimal(0)
MONTHS = range(1, 14)
# The number of an amount that stands for a whole month of its line.
WHOLE_MONTH = ""
Identity = tuple[int, int, str]  # line, fiscal month, number


@dataclass(frozen=True, slots=True)
class Stored:
    """A payment of an earlier import; `to_date`: made from figures to date."""

    id: int
    line: int
    month: int
    number: str
    paid_on: date | None
    amount: Decimal
    to_date: bool

    @property
    def identity(self) -> Identity:
        return self.line, self.month, self.number


@dataclass(frozen=True, slots=True)
class Change:
    """One payment as it shall be; `before` is what stands there now. `follows`: it only gives way to another change."""

    line: int
    month: int
    number: str
    paid_on: date | None
    amount: Decimal
    before: Stored | None
    follows: bool = False

    @property
    def difference(self) -> Decimal:
        return self.amount - (self.before.amount if self.before else ZERO)


@dataclass(slots=True)
class Comparison:
    """The changes in the order of lines and months, how many payments of the file stand there already, and which (line,
    month) pairs the file is about with the number of its rows."""

    changes: list[Change] = field(default_factory=list)
    same: int = 0
    rows: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def new(self) -> int:
        return sum(change.before is None for change in self.changes)

    @property
    def changed(self) -> int:
        return len(self.changes) - self.new


def compare(placed: Sequence[Placed], stored: Iterable[Stored], cumulative: bool) -> Comparison:
    """The changes that a file makes to the stored payments of its kind."""
    found = Comparison()
    standing: dict[int, dict[Identity, Stored]] = {}
    for one in stored:
        standing.setdefault(one.line, {})[one.identity] = one
    said: dict[int, dict[Identity, tuple[Decimal, date | None]]] = {}
    for each in placed:
        line, month = each.line.id, each.row.month
        found.rows[line, month] = found.rows.get((line, month), 0) + 1
        identity = (line, month, each.row.number)
        amount, paid_on = said.setdefault(line, {}).get(identity, (ZERO, None))
        said[line][identity] = amount + each.row.amount, paid_on or each.row.paid_on
    for line in sorted(said):
        _compare_line(found, said[line], standing.get(line, {}), cumulative)
    return found


def _compare_line(
    found: Comparison,
    said: Mapping[Identity, tuple[Decimal, date | None]],
    stored: Mapping[Identity, Stored],
    cumulative: bool,
) -> None:
    reached = _reached(stored.values())
    if cumulative:
        reached |= {month: amount for (_, month, _), (amount, _) in said.items()}
        wanted: dict[Identity, Decimal] = {}
    else:
        reached = {month: total for month, total in reached.items() if not _whole(said, month)}
        wanted = {identity: amount for identity, (amount, _) in said.items()}
    line = next(iter(said))[0]
    amounts = {identity: one.amount for identity, one in stored.items()} | wanted
    wanted |= _differences(line, amounts, reached)
    for identity, amount in sorted(wanted.items(), key=lambda pair: pair[0][1:]):
        before = stored.get(identity)
        named = identity in said
        paid_on = (said[identity][1] if named else None) or (before.paid_on if before else None)
        if before and (before.amount, before.paid_on) == (amount, paid_on):
            found.same += named
        else:
            found.changes.append(Change(*identity, paid_on, amount, before, follows=not named))


def _whole(said: Mapping[Identity, object], month: int) -> bool:
    return any((of_month, number) == (month, WHOLE_MONTH) for _, of_month, number in said)


def _reached(stored: Iterable[Stored]) -> dict[int, Decimal]:
    """The cumulative of each month that came as one, by what is stored now."""
    rows = list(stored)
    return {
        one.month: sum((other.amount for other in rows if other.month <= one.month), ZERO)
        for one in rows
        if one.to_date
    }


def _differences(
    line: int, amounts: Mapping[Identity, Decimal], reached: Mapping[int, Decimal]
) -> dict[Identity, Decimal]:
    """For each month with a cumulative: what is left of it after the months before and the single payments of its own."""
    if not reached:
        return {}
    found: dict[Identity, Decimal] = {}
    running = ZERO
    for month in MONTHS:
        identity = (line, month, WHOLE_MONTH)
        single = sum(
            (
                amount
                for key, amount in amounts.items()
                if key[1] == month and not (key == identity and month in reached)
            ),
            ZERO,
        )
        if month in reached:
            found[identity] = reached[month] - running - single
            running = reached[month]
        else:
            running += single
    return found


def gaps(placed: Sequence[Placed], stored: Iterable[Stored]) -> dict[int, tuple[int, ...]]:
    """For each month of figures to date the earlier months that neither the file nor an import has: their money would be
    taken for that month's. The first month of a year stands by itself."""
    months = {each.row.month for each in placed}
    known = months | {one.month for one in stored}
    missing = {
        month: tuple(earlier for earlier in range(1, month) if earlier not in known)
        for month in sorted(months)
    }
    return {month: earlier for month, earlier in missing.items() if earlier}


def unmentioned(placed: Sequence[Placed], stored: Iterable[Stored]) -> int:
    """How many lines that had money to date are not in the newest month of the file: they stay as they are."""
    newest = max((each.row.month for each in placed), default=0)
    there = {each.line.id for each in placed if each.row.month == newest}
    return len({one.line for one in stored if one.to_date and one.month < newest} - there)
