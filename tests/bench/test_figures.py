"""The arithmetic of the comparison: nobody is flattered by a mean, a missing round or a wrong divisor."""

import pytest

from bench import figures, goals, meter, plan, report


def step(peer, stage, seconds, *, number=0, acts=2, statements=20, pool="acts"):
    """A record of one stage of a journey: `seconds` of both processes together."""
    return {
        "figure": "journey", "peer": peer, "pool": pool, "round": number, "stage": stage, "acts": acts,
        "client": seconds * 0.75, "server": seconds * 0.25, "wall": seconds * 2, "statements": statements,
    }  # fmt: skip


def journey(peer, seconds, number=0, **options):
    return [step(peer, stage, seconds, number=number, **options) for stage in report.STAGES]


def a_set(peer, seconds, *, acts, size, statements=24, pool="sets", number=0):
    return [
        step(peer, stage, seconds, acts=acts, statements=statements, pool=pool, number=number)
        | {"figure": "sets", "size": size}
        for stage in ("submit", "verify")
    ]


def save(way, seconds):
    return step("ours", way, seconds, acts=1) | {"figure": "saves"}


def crowd(peer, rate, errors=None):
    return {"figure": "crowd", "peer": peer, "round": 0, "acts": rate, "client": 1.0, "server": 1.0, "wall": 1.0,
            "errors": errors or {}}  # fmt: skip


def a_run(ours=1.0):
    """Records of a whole run: viewflow costs 10, the fsm stack 5, the others 1, ours what is said."""
    chosen, costs = plan.QUICK, {"ours": ours, "viewflow": 10.0, "fsm": 5.0, "spiff": 1.0, "limit": 1.0}
    records = []
    for peer, cost in costs.items():
        for pool in ("acts", "rows4", "rows400"):
            records += journey(peer, cost, pool=pool)
        whole = peer in ("ours", "limit")
        for size in (50, chosen.large):
            acts = size if whole else chosen.loop
            records += a_set(peer, cost * acts / (100 if whole else 1), acts=acts, size=size, statements=10)
        if whole:
            records += a_set(peer, cost, acts=chosen.large, size=chosen.large, statements=10, pool="small")
        records.append(crowd(peer, 100 / cost))
        records.append({"figure": "deadlocks", "peer": peer, "deadlocks": 0})
    for on, factor in ((True, 1.05), (False, 1.0)):
        records += [
            step("ours", stage, factor, acts=1) | {"figure": "ledger", "on": on} for stage in ("save", "set")
        ]
        records.append(crowd("ours", 10) | {"figure": "ledger_crowd", "on": on, "wall": factor})
    records.append({"figure": "verification", "events": 300_000, "seal": 6.0, "export": 3.0, "check": 8.0})
    records += [years(500_000, ours), years(8_000_000, ours), inbox(1_000, ours), inbox(100_000, ours)]
    return [*records, save("save_entries", 1.0), save("plain", 0.6), save("bulk_update", 4.0)]


def years(rows, factor):
    """A dashboard: what is kept is read in 2 ms, or slower with more rows when the engine is slow."""
    grown = 2 * factor ** (rows > 500_000)
    asks = {name: {"ms": grown, "statements": 1} for name in ("totals", "months", "agencies", "agency")}
    return {"figure": "dashboard", "peer": "ours", "rows": rows, "live": 900.0, "made": 5000.0, **asks,
            "bare": {"ms": 1.5, "statements": 1}}  # fmt: skip


def inbox(rows, factor):
    return {"figure": "inbox", "peer": "ours", "rows": rows, "ours": {"ms": 2 * factor ** (rows > 1_000), "statements": 2},
            "limit": {"ms": 0.4, "statements": 1}}  # fmt: skip


def test_an_act_costs_the_mean_of_four_verbs_and_entering_is_not_one_of_them():
    records = [*journey("ours", 0.008), step("ours", "enter", 5.0)]
    assert figures.per_act(records, "ours") == {0: pytest.approx(4.0)}


def test_a_journey_is_a_fifth_of_entering_and_four_acts():
    records = [step("ours", "enter", 0.018), *(step("ours", verb, 0.008) for verb in plan.VERBS)]
    assert figures.per_journey(records, "ours") == {0: pytest.approx((9 + 4 * 4) / 5)}


def test_ratios_are_taken_within_a_round_and_the_middle_one_counts():
    ours, other = {0: 1.0, 1: 10.0, 2: 3.0}, {0: 2.0, 1: 20.0, 2: 4.0, 3: 1000.0}
    assert figures.ratio(ours, other) == 0.5


def test_two_that_never_met_in_a_round_have_no_ratio():
    with pytest.raises(ValueError, match="same round"):
        figures.ratio({0: 1.0}, {1: 1.0})


def test_what_was_never_measured_has_no_middle():
    with pytest.raises(ValueError, match="nothing"):
        figures.middle({})


def test_a_document_of_a_set_costs_its_share_of_two_acts():
    records = a_set("ours", 0.5, acts=500, size=500)
    assert figures.per_document(records, "ours", "sets", 500) == {0: pytest.approx(2.0)}


def test_statements_of_a_set_are_counted_for_the_act_and_those_of_a_loop_for_each_document():
    records = [
        *a_set("ours", 1, acts=50, size=50, statements=12),
        *a_set("fsm", 1, acts=50, size=50, statements=350),
    ]
    assert figures.statements(records, "ours", figure="sets") == {"submit": 12, "verify": 12}
    assert figures.statements(records, "fsm", figure="sets") == {"submit": 7, "verify": 7}


def test_the_kernel_says_how_long_a_process_has_run():
    assert meter.scheduled("1500000000 250000 321\n") == 1.5


def test_a_meter_takes_differences_and_divides_nothing():
    count = iter((3, 10))
    one = meter.Meter(backend=lambda: 1, statements=lambda: next(count))
    one.costs.clear()
    with one("submit", acts=7):
        pass
    cost = one.costs["submit"]
    assert (cost.acts, cost.statements) == (7, 7)
    assert cost.cpu == cost.client + cost.server >= 0


def test_goals_say_which_side_is_good():
    found = {goal.figure: goal for goal in goals.goals(a_run(), plan.QUICK)}
    assert found["CPU per act, of viewflow's"].value == pytest.approx(0.1)
    assert found["CPU per act, of viewflow's"].met
    assert found[
        "submit and verify 100 reports of 40 rows, times faster than the viewflow loop"
    ].value == pytest.approx(1000)
    assert found["8 clients, acts per second, times the fsm stack's"].value == pytest.approx(5)
    assert found["saving 40 changed rows, of a plain UPDATE's CPU"].value == pytest.approx(1 / 0.6)
    assert found["statements of an act, the most of any verb, beside the actor's"].value == 9
    assert all(goal.met for goal in found.values())


def test_a_slow_engine_meets_no_goal_of_speed():
    found = {goal.figure: goal for goal in goals.goals(a_run(ours=20.0), plan.QUICK)}
    assert not found["CPU per act, of viewflow's"].met
    assert not found["CPU of a whole journey, of the fsm stack's"].met
    assert not found["8 clients, acts per second, times viewflow's"].met


def test_more_statements_for_more_rows_are_seen():
    records = a_run() + journey("ours", 1.0, pool="rows400", statements=26)
    found = {goal.figure: goal for goal in goals.goals(records, plan.QUICK)}
    assert found["more statements for 400 rows than for 4"].value == 3
    assert not found["more statements for 400 rows than for 4"].met


def test_errors_and_deadlocks_are_goals_too():
    records = [
        one for one in a_run() if not (one["figure"] in ("crowd", "deadlocks") and one["peer"] == "ours")
    ]
    records += [crowd("ours", 100, {"Refused": 2}), {"figure": "deadlocks", "peer": "ours", "deadlocks": 1}]
    found = {goal.figure: goal for goal in goals.goals(records, plan.QUICK)}
    assert found["8 clients, errors and lost updates"].value == 2
    assert not found["deadlocks"].met


def test_the_tables_name_every_peer_and_what_was_not_met():
    records = a_run(ours=20.0)
    text = report.results(records, goals.goals(records, plan.QUICK), plan.QUICK, "two cores")
    assert text.count("django-viewflow 2.4.0") >= 4
    assert "**not met**" in text and "two cores" in text
    assert "the loop ran on 20" in text


@pytest.mark.parametrize(
    ("value", "shown"), [(0.2841, "0.284"), (4.369, "4.37"), (52.13, "52.1"), (431.4, "431")]
)
def test_numbers_show_three_figures(value, shown):
    assert report.number(value) == shown


def test_an_unknown_plan_is_refused_by_name():
    with pytest.raises(ValueError, match="'fast'"):
        plan.plan("fast")


@pytest.mark.parametrize("chosen", [plan.FULL, plan.QUICK])
def test_the_pools_hold_what_the_run_will_draw(chosen):
    pools = chosen.pools()
    assert pools["acts"].count == chosen.rounds * chosen.journeys + plan.WARM
    assert pools["sets"].count >= chosen.set_rounds * (50 + chosen.large) + 50
    # Each round of the ledger is a crowd that only warms up and one that counts, with its triggers and without.
    crowds = chosen.crowd_rounds * (chosen.crowd + plan.CLIENT_WARM)
    crowds += 2 * chosen.ledger_rounds * (chosen.crowd + 1 + 2 * plan.CLIENT_WARM)
    assert pools["crowd7"].count == crowds
    assert pools["ledgersets"].count == 2 * chosen.ledger_rounds * chosen.large
    assert {name: pool.rows for name, pool in pools.items()} == {name: plan.rows_of(name) for name in pools}
