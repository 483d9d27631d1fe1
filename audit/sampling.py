"""Which rows a seed draws: rules that anybody can follow by hand, in whole numbers and nothing else. Pure Python.

Rows stand in the order of sha256(seed + ":" + key), written in hexadecimal. The first n of them are the sample; or, where the
probability goes by amount, those that n points hit which lie evenly on the line of all amounts, laid end to end in that order.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

CENTS = 100


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a population; `stratum` is the code of its agency."""

    key: str
    id: int
    amount: Decimal
    stratum: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row that was drawn; `hits`: how many points hit it, where the probability goes by amount."""

    member: Member
    digest: str
    hits: int = 1


def digest(seed: str, key: str) -> str:
    """The place of a row in the order of a seed."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def fingerprint(members: Sequence[Member]) -> str:
    """sha256 of all lines "key amount", sorted by key: the same for two auditors who draw from the same population."""
    lines = sorted(f"{one.key} {one.amount:.2f}" for one in members)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def size_of(member: Member) -> int:
    """The amount in cents, without its sign."""
    return int(abs(member.amount) * CENTS)


def draw(
    members: Sequence[Member], seed: str, count: int, *, by_amount: bool = False, by_stratum: bool = False
) -> list[Drawn]:
    """The sample of `count` rows, all rows when there are no more; by stratum, each with its share."""
    strata: dict[str, list[Member]] = defaultdict(list)
    for one in members:
        strata[one.stratum if by_stratum else ""].append(one)
    weights = {name: sum(map(size_of, rows)) if by_amount else len(rows) for name, rows in strata.items()}
    if not by_amount:
        count = min(count, len(members))
    shares = allotted(weights, count)
    drawn: list[Drawn] = []
    for name in sorted(strata):
        rows = sorted((digest(seed, one.key), one.key, one) for one in strata[name])
        ordered = [Drawn(one, place) for place, _key, one in rows]
        if by_amount:
            drawn += _hit(ordered, seed, shares[name], name)
        else:
            drawn += ordered[: shares[name]]
    return drawn


def allotted(weights: Mapping[str, int], count: int) -> dict[str, int]:
    """`count` shared out in proportion, by the largest remainders; of equal ones the first name first."""
    total = sum(weights.values())
    if not total:
        return dict.fromkeys(weights, 0)
    shares = {name: count * weight // total for name, weight in weights.items()}
    rest = sorted(weights, key=lambda name: (-(count * weights[name] % total), name))
    for name in rest[: count - sum(shares.values())]:
        shares[name] += 1
    return shares


def start(seed: str, stratum: str, total: int) -> int:
    """Where the first point lies, in cents times the number of points: sha256(seed + ":start") as a whole number modulo the
    total in cents; of a stratum, sha256(seed + ":start:" + its code)."""
    name = f"start:{stratum}" if stratum else "start"
    return int(digest(seed, name), 16) % total


def _hit(rows: Sequence[Drawn], seed: str, count: int, stratum: str) -> list[Drawn]:
    """Systematic sampling: point k of `count` lies at (start + k * total) / count cents, for k from 0."""
    total = sum(size_of(one.member) for one in rows)
    if not total or not count:
        return []
    first, found, ends = start(seed, stratum, total), [], 0
    passed = 0  # points before the present row
    for one in rows:
        ends += size_of(one.member)
        reached = -(-(count * ends - first) // total)  # points below the row's end
        if reached > passed:
            found.append(Drawn(one.member, one.digest, reached - passed))
        passed = max(passed, reached)
    return found
