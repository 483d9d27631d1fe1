"""The goals that this comparison can decide. Each is a ratio or a count of one and the same run."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.figures import (
    Record,
    acts_per_second,
    chosen,
    cpu,
    per_act,
    per_act_of_crowd,
    per_document,
    per_journey,
    per_save,
    ratio,
    statements,
    wall,
    with_ledger,
)
from bench.plan import VERBS, Plan

MOST_STATEMENTS = 12
TWO_MILLION = 2_000_000
ACTOR = 1  # the statement that loads who acts: every peer has it, and it is not the act's


@dataclass(frozen=True)
class Goal:
    """`value` against `goal`; `at_least` says which side of it is good."""

    figure: str
    value: float
    goal: float
    at_least: bool = False
    note: str = ""

    @property
    def met(self) -> bool:
        return self.value >= self.goal if self.at_least else self.value <= self.goal


def goals(records: Sequence[Record], plan: Plan) -> list[Goal]:
    """Every goal with what was measured."""
    return [
        *_acts(records),
        *_statements(records, plan),
        *_sets(records, plan),
        *_saves(records),
        *_crowd(records),
        *_ledger(records, plan),
        *_reading(records),
    ]


def _acts(records: Sequence[Record]) -> list[Goal]:
    found = []
    for told, of, viewflow, fsm in (
        ("CPU per act", per_act, 0.3, 0.55),
        ("CPU of a whole journey", per_journey, 0.2, 0.25),
    ):
        ours = of(records, "ours")
        found += [
            Goal(f"{told}, of viewflow's", ratio(ours, of(records, "viewflow")), viewflow),
            Goal(f"{told}, of the fsm stack's", ratio(ours, of(records, "fsm")), fsm),
        ]
    return found


def _statements(records: Sequence[Record], plan: Plan) -> list[Goal]:
    single = statements(records, "ours", figure="journey", pool="acts")
    most = max(single[verb] for verb in VERBS) - ACTOR
    by_rows = [
        statements(records, "ours", figure="journey", pool=pool) for pool in ("rows4", "acts", "rows400")
    ]
    by_size = [statements(records, "ours", figure="sets", size=size) for size in (50, plan.large)]
    rows = max(max(one[verb] for one in by_rows) - min(one[verb] for one in by_rows) for verb in VERBS)
    size = max(abs(one[verb] - single[verb]) for one in by_size for verb in VERBS[:2])
    return [
        Goal("statements of an act, the most of any verb, beside the actor's", most, MOST_STATEMENTS),
        Goal(f"more statements for sets of 50 and {plan.large} than for one", size, 0),
        Goal("more statements for 400 rows than for 4", rows, 0),
    ]


def _sets(records: Sequence[Record], plan: Plan) -> list[Goal]:
    found = []
    for pool, rows in (("sets", 40), ("small", 4)):
        ours, spent = (per_document(records, "ours", pool, plan.large, value) for value in (wall, cpu))
        for peer, told, goal in (("viewflow", "the viewflow loop", 50), ("fsm", "the fsm loop", 28)):
            times = 1 / ratio(ours, per_document(records, peer, "sets", plan.large))
            less = 1 / ratio(spent, per_document(records, peer, "sets", plan.large, cpu))
            note = f"by CPU {less:.1f}; the loop ran on {plan.loop}"
            what = f"submit and verify {plan.large} reports of {rows} rows, times faster than {told}"
            found.append(Goal(what, times, goal, at_least=True, note=note))
    return found


def _saves(records: Sequence[Record]) -> list[Goal]:
    ours = per_save(records, "save_entries")
    return [
        Goal("saving 40 changed rows, of a plain UPDATE's CPU", ratio(ours, per_save(records, "plain")), 2),
        Goal(
            "saving 40 changed rows, of bulk_update's CPU", ratio(ours, per_save(records, "bulk_update")), 0.3
        ),
    ]


def _crowd(records: Sequence[Record]) -> list[Goal]:
    ours = acts_per_second(records, "ours")
    crowds = chosen(records, figure="crowd", peer="ours")
    errors = sum(sum(one["errors"].values()) for one in crowds)
    (server,) = chosen(records, figure="deadlocks", peer="ours")
    found = []
    for peer, told, goal in (("viewflow", "viewflow's", 4.5), ("fsm", "the fsm stack's", 2.5)):
        less = 1 / ratio(per_act_of_crowd(records, "ours"), per_act_of_crowd(records, peer))
        times, note = ratio(ours, acts_per_second(records, peer)), f"by CPU {less:.2f}"
        found.append(Goal(f"8 clients, acts per second, times {told}", times, goal, at_least=True, note=note))
    return [
        *found,
        Goal("8 clients, errors and lost updates", errors, 0),
        Goal("deadlocks", server["deadlocks"], 0),
    ]


def _ledger(records: Sequence[Record], plan: Plan) -> list[Goal]:
    (verified,) = chosen(records, figure="verification")
    seconds = TWO_MILLION * verified["check"] / verified["events"]
    return [
        Goal(
            f"the ledger's part of the time of {told}",
            ratio(with_ledger(records, True, stage), with_ledger(records, False, stage)) - 1,
            0.1,
        )
        for stage, told in (
            ("save", "a save"),
            ("set", f"a set of {plan.large}"),
            ("", "an act of eight writers"),
        )
    ] + [Goal("seconds to verify 2 million events", seconds, 60, note=f"from {verified['events']:,}")]


def _reading(records: Sequence[Record]) -> list[Goal]:
    years = sorted(chosen(records, figure="dashboard"), key=lambda one: one["rows"])
    desks = sorted(chosen(records, figure="inbox"), key=lambda one: one["rows"])
    most, full = years[-1], desks[-1]
    told = f"{most['rows']:,} entry rows"
    totals, live = most["totals"]["ms"], most["live"]
    asked = ("totals", "months", "agencies")
    return [
        Goal(
            f"dashboard, totals of a month, {told}, of the kept sums' SQL",
            totals / most["bare"]["ms"],
            2,
            note=f"from the reports themselves {live / totals:,.0f} times as long",
        ),
        Goal(
            f"dashboard, from {years[0]['rows']:,} to {told}, times longer",
            totals / years[0]["totals"]["ms"],
            1.5,
        ),
        Goal("dashboard, statements of totals, months or agencies", max(_asked(years, asked)), 1),
        Goal(f"inbox, {full['rows']:,} reports, of its limit", full["ours"]["ms"] / full["limit"]["ms"], 10),
        Goal("inbox, statements", max(_asked(desks, ("ours",))), 2),
        Goal(
            f"inbox, from {desks[0]['rows']:,} to {full['rows']:,} reports, times longer",
            full["ours"]["ms"] / desks[0]["ours"]["ms"],
            1.5,
        ),
    ]


def _asked(records: Sequence[Record], stages: Sequence[str]) -> list[float]:
    return [one[stage]["statements"] for one in records for stage in stages]
