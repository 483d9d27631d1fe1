"""From what was measured to figures and ratios. Pure: lists of records in, numbers out.

A record is one answer of one peer: {"figure": "journey", "peer": "ours", "round": 0, "stage": "submit", "acts": 8,
"client": s, "server": s, "wall": s, "statements": n, ...}; seconds are of all its acts together. Peers are compared round
by round, because neighbours in time had the same machine; the figure is the median of the rounds.
"""

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

from bench.plan import VERBS, WITH_SETS

Record = dict[str, Any]
MILLI = 1000


def chosen(records: Iterable[Record], **wanted: Any) -> list[Record]:
    """Those that have all of these values."""
    return [one for one in records if all(one.get(name) == value for name, value in wanted.items())]


def cpu(record: Record) -> float:
    """Milliseconds of client and server per act."""
    return MILLI * float(record["client"] + record["server"]) / int(record["acts"])


def wall(record: Record) -> float:
    """Milliseconds on the clock per act."""
    return MILLI * float(record["wall"]) / int(record["acts"])


def by_round(records: Iterable[Record], value: Callable[[Record], float], scale: float) -> dict[int, float]:
    """The values of each round added up and divided by `scale`."""
    sums: dict[int, float] = {}
    for one in records:
        sums[one["round"]] = sums.get(one["round"], 0.0) + value(one)
    return {number: total / scale for number, total in sums.items()}


def per_act(records: Sequence[Record], peer: str, value: Callable[[Record], float] = cpu) -> dict[int, float]:
    """Mean over the four verbs, round by round; entering is not in it."""
    acts = [one for one in chosen(records, figure="journey", peer=peer, pool="acts") if one["stage"] in VERBS]
    return by_round(acts, value, len(VERBS))


def per_journey(
    records: Sequence[Record], peer: str, value: Callable[[Record], float] = cpu
) -> dict[int, float]:
    """A whole journey, entering 40 rows and four acts, per transition: a fifth of it."""
    return by_round(chosen(records, figure="journey", peer=peer, pool="acts"), value, 1 + len(VERBS))


def per_document(
    records: Sequence[Record], peer: str, pool: str, size: int, value: Callable[[Record], float] = wall
) -> dict[int, float]:
    """Per document and act of submit and verify, in sets of `size` or one after the other; on the clock unless said."""
    return by_round(chosen(records, figure="sets", peer=peer, pool=pool, size=size), value, 2)


def per_save(records: Sequence[Record], way: str) -> dict[int, float]:
    """CPU of saving one report's rows."""
    return by_round(chosen(records, figure="saves", stage=way), cpu, 1)


def acts_per_second(records: Sequence[Record], peer: str) -> dict[int, float]:
    """All clients together."""
    return {one["round"]: one["acts"] / one["wall"] for one in chosen(records, figure="crowd", peer=peer)}


def per_act_of_crowd(records: Sequence[Record], peer: str) -> dict[int, float]:
    """CPU per act while all clients work."""
    return by_round(chosen(records, figure="crowd", peer=peer), cpu, 1)


def with_ledger(records: Sequence[Record], on: bool, stage: str = "") -> dict[int, float]:
    """On the clock: a save, a set (`stage`), or one act of eight writers."""
    figure, wanted = ("ledger", {"stage": stage}) if stage else ("ledger_crowd", {})
    return by_round(chosen(records, figure=figure, on=on, **wanted), wall, 1)


def middle(rounds: dict[int, float]) -> float:
    """The median of the rounds; ValueError when nothing was measured."""
    if not rounds:
        raise ValueError("nothing was measured")
    return median(rounds.values())


def ratio(ours: dict[int, float], other: dict[int, float]) -> float:
    """How many times the other, round against the same round."""
    common = ours.keys() & other.keys()
    if not common:
        raise ValueError("the two were never measured in the same round")
    return median(ours[number] / other[number] for number in common)


def statements(records: Sequence[Record], peer: str, **wanted: Any) -> dict[str, float]:
    """Statements per call of each stage: a set is one call, a journey one call for each report."""
    found: dict[str, float] = {}
    for one in chosen(records, peer=peer, **wanted):
        calls = 1 if one["figure"] == "sets" and one["peer"] in WITH_SETS else one["acts"]
        found[one["stage"]] = max(found.get(one["stage"], 0.0), one["statements"] / calls)
    return found
