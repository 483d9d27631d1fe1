"""bench/RESULTS.md: the tables, from the records of one run."""

from collections.abc import Sequence

from bench.figures import (
    MILLI,
    Record,
    acts_per_second,
    by_round,
    chosen,
    cpu,
    middle,
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
from bench.goals import Goal
from bench.peers.names import NAMES, WAYS
from bench.plan import PEERS, VERBS, WITH_SETS, Plan

STAGES = ("enter", *VERBS)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def number(value: float) -> str:
    """Three figures that mean something: 0.284, 4.37, 52.1, 431."""
    places = next((places for limit, places in ((1, 3), (10, 2), (100, 1)) if abs(value) < limit), 0)
    return f"{value:.{places}f}"


def results(records: Sequence[Record], goals: Sequence[Goal], plan: Plan, machine: str) -> str:
    """The whole file."""
    met = sum(goal.met for goal in goals)
    parts = [
        "# The engine beside its peers\n\nWritten by `make bench`; how to read it: docs/speed.md. Trust ratios, not times: "
        f"they are of one run, taken in turns.\n\n{machine}\n",
        f"## Goals: {met} of {len(goals)} met\n\n" + _goals(goals),
        "## One act on one report, 40 rows\n\nMean of submit, verify, sign and publish, and the whole journey with the "
        "entering of 40 rows (per transition, a fifth of it). Milliseconds.\n\n" + _acts(records),
        "## CPU of each step\n\nMilliseconds of client and server.\n\n" + _steps(records),
        "## Statements\n\nWithout BEGIN and COMMIT; the actor is loaded by one of them (by none at the limit).\n\n"
        + _counted(records, plan),
        "## Sets\n\nSubmit and verify, milliseconds on the clock per document and act. Peers without sets do one after the "
        f"other; for the largest set they did {plan.loop} and the same time is assumed for each of the rest.\n\n"
        + _sets(records, plan),
        "## Saving 40 changed rows\n\nOn our tables, under the ledger's triggers. Only our service checks office, calendar "
        "and rules, and writes history.\n\n" + _saves(records),
        "## Eight clients at once\n\nA process and a connection each, reports of their own, four acts on each. What was "
        "answered was then looked up: no update was lost, or there would be no table.\n\n" + _crowd(records),
        "## The ledger\n\nThe same acts with its triggers and without, in turns, milliseconds on the clock; then what sealing, "
        "exporting and verifying take, thousand events per second.\n\n" + _ledger(records),
        "## Reading\n\nMilliseconds on the clock, with so many entry rows in a database of its own: totals of one month by "
        "agency, of all months, of all months by agency, one agency's sub-activities; the kept sums added up by a bare "
        "statement; the formula on the reports themselves, which must say the same; and what making all roll-ups anew "
        "takes. Then a verifier's inbox, the first page and the count.\n\n" + _reading(records),
    ]
    return "\n".join(parts)


def _goals(goals: Sequence[Goal]) -> str:
    rows = [
        [
            goal.figure,
            ("at least " if goal.at_least else "at most ") + f"{goal.goal:g}",
            number(goal.value),
            "met" if goal.met else "**not met**",
            goal.note,
        ]
        for goal in goals
    ]
    return table(["figure", "goal", "measured", "", "note"], rows)


def _acts(records: Sequence[Record]) -> str:
    rows = []
    for peer in PEERS:
        client = per_act(records, peer, lambda one: MILLI * one["client"] / one["acts"])
        server = per_act(records, peer, lambda one: MILLI * one["server"] / one["acts"])
        act, whole = per_act(records, peer), per_journey(records, peer)
        rows.append(
            [
                NAMES[peer],
                *map(number, (middle(client), middle(server), middle(act))),
                number(ratio(act, per_act(records, "limit"))),
                number(middle(per_act(records, peer, wall))),
                number(middle(whole)),
                number(ratio(whole, per_journey(records, "limit"))),
            ]
        )
    head = ["peer", "client CPU", "PostgreSQL CPU", "both", "x limit", "wall", "journey CPU", "x limit"]
    return table(head, rows)


def _steps(records: Sequence[Record]) -> str:
    rows = []
    for peer in PEERS:
        of = [chosen(records, figure="journey", peer=peer, pool="acts", stage=stage) for stage in STAGES]
        rows.append([NAMES[peer], *(number(middle(by_round(one, cpu, 1))) for one in of)])
    return table(["peer", *STAGES], rows)


def _counted(records: Sequence[Record], plan: Plan) -> str:
    rows = []
    for peer in PEERS:
        for told, wanted in (
            ("one, 4 rows", {"figure": "journey", "pool": "rows4"}),
            ("one, 40 rows", {"figure": "journey", "pool": "acts"}),
            ("one, 400 rows", {"figure": "journey", "pool": "rows400"}),
            ("set of 50", {"figure": "sets", "size": 50}),
            (f"set of {plan.large}", {"figure": "sets", "size": plan.large}),
        ):
            found = statements(records, peer, **wanted)
            sets = wanted["figure"] == "sets"
            if sets and peer not in WITH_SETS:
                continue
            rows.append(
                [NAMES[peer], told, *(f"{found[stage]:.0f}" if stage in found else "" for stage in STAGES)]
            )
    return table(["peer", "on", *STAGES], rows)


def _sets(records: Sequence[Record], plan: Plan) -> str:
    rows = []
    for peer in PEERS:
        large = per_document(records, peer, "sets", plan.large)
        small = per_document(records, peer, "small", plan.large)
        one = per_act(records, peer, wall)
        rows.append(
            [
                NAMES[peer],
                number(middle(one)),
                number(middle(per_document(records, peer, "sets", 50))),
                number(middle(large)),
                number(middle(small)) if small else "",
            ]
        )
    head = [
        "peer",
        "1 (of all four verbs)",
        "50, 40 rows each",
        f"{plan.large}, 40 rows each",
        f"{plan.large}, 4 rows",
    ]
    return table(head, rows)


def _saves(records: Sequence[Record]) -> str:
    rows = []
    for way, told in WAYS.items():
        of = chosen(records, figure="saves", stage=way)
        calls = max(one["statements"] / one["acts"] for one in of)
        rows.append(
            [
                told,
                number(middle(per_save(records, way))),
                number(middle(by_round(of, wall, 1))),
                f"{calls:.0f}",
            ]
        )
    return table(["way", "CPU ms", "wall ms", "statements"], rows)


def _crowd(records: Sequence[Record]) -> str:
    rows = []
    for peer in PEERS:
        rate = acts_per_second(records, peer)
        told = chosen(records, figure="crowd", peer=peer)
        errors = sum(sum(one["errors"].values()) for one in told)
        (server,) = chosen(records, figure="deadlocks", peer=peer)
        spent = number(middle(per_act_of_crowd(records, peer)))
        rows.append([NAMES[peer], number(middle(rate)), spent, str(errors), str(server["deadlocks"])])
    return table(["peer", "acts per second", "CPU per act, ms", "errors", "deadlocks"], rows)


def _ledger(records: Sequence[Record]) -> str:
    rows = []
    for stage, told in (
        ("save", "a save of 40 changed rows"),
        ("set", "a set, submitted"),
        ("", "one act of eight writers"),
    ):
        on, off = (with_ledger(records, one, stage) for one in (True, False))
        rows.append([told, number(middle(on)), number(middle(off)), f"{100 * (ratio(on, off) - 1):+.0f} %"])
    (verified,) = chosen(records, figure="verification")
    rates = [number(verified["events"] / verified[step] / 1000) for step in ("seal", "export", "check")]
    return (
        table(["", "with", "without", "more"], rows)
        + "\n"
        + table(
            ["events", "sealed", "exported with all rows", "verified"], [[f"{verified['events']:,}", *rates]]
        )
    )


def _reading(records: Sequence[Record]) -> str:
    stages = ("totals", "months", "agencies", "agency", "bare")
    years = [
        [
            f"{one['rows']:,}",
            *(number(one[stage]["ms"]) for stage in stages),
            number(one["live"]),
            number(one["made"]),
        ]
        for one in chosen(records, figure="dashboard")
    ]
    desks = [
        [
            f"{one['rows']:,}",
            number(one["ours"]["ms"]),
            number(one["limit"]["ms"]),
            f"{one['ours']['statements']:.0f}",
        ]
        for one in chosen(records, figure="inbox")
    ]
    head = [
        "entry rows",
        "a month",
        "all months",
        "by agency",
        "an agency's page",
        "bare",
        "live",
        "made anew",
    ]
    return table(head, years) + "\n" + table(["reports", "inbox", "limit", "statements"], desks)
