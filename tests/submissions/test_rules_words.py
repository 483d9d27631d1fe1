"""What an officer has to say beside the figures: status, problems, follow-ups, files, and reasons for warnings."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from submissions.facts import MonthFacts
from submissions.rules import Policy, check, check_submission
from submissions.rules_narrative import open_follow_ups, overdue
from tests.submissions.facts import POLICY, asked, codes, findings, item, line
from wording.rules_sentences import RULES
from wording.sentences import placeholders, say

FEBRUARY, MARCH = date(2026, 2, 28), {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)}
TOLD = {
    "problems": ("LAND",),
    "problem_text": "Half of the land is not bought yet.",
    "follow_up_text": "Meet the owners",
    "follow_up_due": date(2026, 4, 20),
}
NOT_STARTED = {"status": "BELUM_MULAI", "increment": D(0), "points_before": D(0)}


def months(*said: dict[str, Any]) -> tuple[MonthFacts, ...]:
    """January and the months after it, under way and as planned unless said."""
    return tuple(
        MonthFacts(**{"month": number, "status": "PELAKSANAAN", "increment": D(5), "money": D(1), **one})
        for number, one in enumerate(said, 1)
    )


# --- Money before the work: V-17; the treasury's payments: V-16; no ceiling: V-06 -------------------------


def test_money_before_the_work_is_questioned_even_where_it_is_refused():
    facts = item(line("5"), **NOT_STARTED)

    assert codes(facts) == ["V-24.money"]
    assert codes(facts, "W") == ["V-17"]


def test_a_government_may_take_an_advance_before_the_start_with_a_reason():
    advances = Policy(advance_before_start=True)

    assert codes(item(line("5"), **NOT_STARTED), policy=advances) == []
    assert codes(item(line("0", before="5"), **NOT_STARTED), "W", advances) == ["V-17"]
    moved = item(line("5"), **NOT_STARTED | {"increment": D(1)})
    assert codes(moved, policy=advances) == ["V-24.money", "V-24.physical"]


def test_a_difference_from_the_payments_is_told_with_its_size():
    (warning,) = findings(item(line("12", paid=D("9.50"))), "W")

    assert (warning.code, warning.line_id, warning.field, warning.mark) == (
        "V-16",
        7,
        "entered",
        "V-16-line-7",
    )
    assert warning.params["difference_rp"] == "2.50"


def test_what_nobody_entered_yet_differs_from_no_payment():
    assert check(item(line(None, paid=D(9))), POLICY) == ()
    assert codes(item(line("0", paid=D(0))), "W") == []
    assert codes(item(line("0", paid=D(9))), "W") == ["V-16"]
    assert codes(item(line("9", paid=None)), "W") == []


def test_an_item_without_a_ceiling_needs_nothing_until_money_moves():
    empty = item(line(None, ceiling="0"), ceiling=D(0), increment=None)
    back = line(
        "-5",
        before="5",
        ceiling="0",
        correction_reason="r",
        corrects_month=1,
        published_months=frozenset({1}),
    )

    assert asked(empty) == []
    assert codes(item(back, ceiling=D(0)), "W") == ["V-06.realised"]


def test_the_cash_plan_of_the_whole_item_holds_where_lines_have_none():
    two = (line("6", ceiling="500"), line("5.01", ceiling="500"))

    assert "V-14.item" in codes(item(*two, planned_cash_to_date=D(10)), "W")
    assert "V-14.item" not in codes(
        item(line("6", ceiling="500"), line("5"), planned_cash_to_date=D(10)), "W"
    )
    assert "V-14.item" not in codes(item(*two, planned_cash_to_date=None), "W")
    assert codes(item(line("12", plan_to_date=D(10)), planned_cash_to_date=D(10)), "W") == ["V-14"]


# --- Status: V-25, V-26 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("BELUM_MULAI", "PERSIAPAN", []),
        ("PENGADAAN", "PENGADAAN", []),
        ("PELAKSANAAN", "PENGADAAN", ["V-25"]),
        ("PELAKSANAAN", "TERHENTI", []),
        ("TERHENTI", "PELAKSANAAN", []),
        ("PELAKSANAAN", "LANJUT_TAHUN_DEPAN", []),
        ("LANJUT_TAHUN_DEPAN", "PELAKSANAAN", ["V-25"]),
        ("TIDAK_DILAKSANAKAN", "PERSIAPAN", ["V-25"]),
        ("PENGADAAN", "TIDAK_DILAKSANAKAN", []),
    ],
)
def test_a_status_that_goes_back_is_questioned(before, now, expected):
    facts = item(status=now, problem_text="Because of the flood", earlier=months({}, {"status": before}))

    assert [one for one in codes(facts, "W") if one == "V-25"] == expected


def test_after_a_halt_the_work_goes_on_where_it_stopped():
    earlier = months({"status": "PELAKSANAAN"}, {"status": "TERHENTI"})

    assert "V-25" in codes(item(status="PERSIAPAN", earlier=earlier), "W")


def test_completed_work_stays_completed_except_by_an_amendment():
    done = item(
        status="PELAKSANAAN", increment=D(0), points_before=D(100), earlier=months({}, {"status": "SELESAI"})
    )

    assert "V-25.completed" in codes(done)
    assert "V-25.completed" not in codes(replace(done, revision=1))
    assert "V-25" in codes(replace(done, revision=1), "W")
    assert "V-25.completed" not in codes(replace(done, status="SELESAI"))


def test_a_raised_target_makes_completed_work_go_on():
    facts = item(mode="VOLUME", volume=D(1), volume_before=D(10), target=D(20), points_before=D(50),
                 earlier=months({}, {"status": "SELESAI"}))  # fmt: skip

    assert codes(facts) == []
    assert codes(facts, "W") == ["V-25"]


def test_the_month_that_is_compared_is_the_last_one_with_a_status():
    assert codes(
        item(status="PENGADAAN", earlier=months({"status": "PELAKSANAAN"}, {"status": ""})), "W"
    ) == ["V-25"]


def test_three_months_under_way_without_progress_are_questioned():
    still = {"increment": D(0)}
    facts = item(increment=D(0), earlier=months(still, still))

    assert codes(facts, "W") == ["V-26"]
    assert codes(replace(facts, increment=D("0.01")), "W") == []
    assert codes(replace(facts, earlier=months({}, still)), "W") == []
    assert codes(replace(facts, earlier=months(still, {"increment": D(0), "status": "TERHENTI"})), "W") == []
    assert codes(replace(facts, earlier=months(still, still)[1:]), "W") == []
    assert codes(replace(facts, increment=None), "W") == []


# --- Problem: V-30 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "expected"),
    [("30.00", []), ("30.01", ["V-30.behind"]), ("20", []), (None, []), ("36", ["V-30.behind"])],
)
def test_work_behind_its_plan_needs_a_problem_from_yellow_on(plan, expected):
    facts = item(planned_points=None if plan is None else D(plan))

    assert asked(facts)[:1] == expected


def test_a_government_may_ask_about_money_behind_its_plan_too():
    both = Policy(money_deviation=True)
    facts = item(line("10"), ceiling=D(100), planned_cash_to_date=D("15.01"))

    assert asked(facts) == []
    assert asked(facts, both)[:1] == ["V-30.behind_money"]
    assert asked(replace(facts, planned_cash_to_date=D(15)), both) == []
    assert asked(replace(facts, increment=D(80), status="SELESAI"), both) == []
    assert asked(item(line("0", ceiling="0"), ceiling=D(0), planned_cash_to_date=D(10)), both) == []


def test_what_is_asked_names_the_numbers():
    (problem, *_rest) = findings(item(planned_points=D("33.335")), judge=check_submission)

    assert problem.params == {"actual_pt": "25.00", "plan_pt": "33.34", "behind_pt": "8.34", "limit_pt": "5"}


def test_a_problem_is_told_with_its_text_a_follow_up_and_a_day():
    halted = item(status="TERHENTI")

    assert asked(halted) == ["V-30.halted", "V-30.text", "V-30.follow_up", "V-30.due"]
    fields = [one.field for one in findings(halted, judge=check_submission)]
    assert fields == ["problems", "problem_text", "follow_up_text", "follow_up_due"]
    assert asked(replace(halted, **TOLD)) == []


def test_a_problem_of_ones_own_accord_is_told_in_full_as_well():
    assert asked(item(problems=("LAND",))) == ["V-30.text", "V-30.follow_up", "V-30.due"]
    assert asked(item(problems=("OTHER",)))[0] == "V-30.other"
    assert asked(item(**TOLD | {"problems": ("OTHER",)})) == []
    assert asked(item(**TOLD)) == []


def test_a_text_has_twenty_to_two_thousand_characters():
    assert asked(item(**TOLD | {"problem_text": "x" * 20})) == []
    assert asked(item(**TOLD | {"problem_text": "x" * 19})) == ["V-30.text"]
    assert asked(item(**TOLD | {"problem_text": f"  {'x' * 19}  "})) == ["V-30.text"]
    assert asked(item(**TOLD | {"problem_text": "x" * 2000})) == []
    assert codes(item(problem_text="x" * 2001)) == ["V-30.long"]


def test_saving_asks_for_no_problem():
    assert codes(item(status="TERHENTI", planned_points=D(90))) == []


@pytest.mark.parametrize("kind", ["increment", "money"])
def test_two_planned_months_without_anything_need_a_problem(kind):
    plan = "planned_increment" if kind == "increment" else "planned_cash"
    idle = {kind: D(0), plan: D(1)}
    facts = item(increment=D(0) if kind == "increment" else D(5), earlier=months({}, idle), **{plan: D(1)})
    code = "V-30.idle" if kind == "increment" else "V-30.idle_money"

    assert asked(facts)[:1] == [code]
    assert asked(replace(facts, **{plan: D(0)})) == []
    assert asked(replace(facts, earlier=months({}, idle | {plan: D(0)}))) == []
    assert asked(replace(facts, earlier=months({}, idle | {kind: D(1)}))) == []
    assert asked(replace(facts, earlier=months(idle))) == []
    assert asked(replace(facts, lines=(line("1"),), increment=D(1))) == []


def test_what_will_not_be_carried_out_gives_its_reason_and_no_follow_up():
    facts = item(
        status="TIDAK_DILAKSANAKAN", planned_points=D(90), problem_text="The budget was cut in March."
    )

    assert asked(facts) == []
    assert asked(replace(facts, problem_text="Cut")) == ["V-30.text"]
    assert asked(replace(facts, problem_text="")) == ["V-24.reason"]


def test_a_government_may_set_other_limits():
    strict = Policy(limits=replace(POLICY.limits, green=D(-1)))

    assert asked(item(planned_points=D(27)), strict)[:1] == ["V-30.behind"]
    assert asked(item(planned_points=D(26)), strict) == []


# --- Follow-up: V-31 -------------------------------------------------------------------------------------


def promise(due: str, said: str = "Meet the owners", **more: Any) -> dict[str, Any]:
    return {"follow_up_text": said, "follow_up_due": date.fromisoformat(due), "last_day": FEBRUARY, **more}


def test_a_follow_up_is_due_in_the_month_or_later():
    assert codes(item(follow_up_due=date(2026, 3, 1), **MARCH)) == []
    (early,) = findings(item(follow_up_due=date(2026, 2, 28), **MARCH))

    assert (early.code, early.field) == ("V-31.early", "follow_up_due")


@pytest.mark.parametrize(("due", "expected"), [("2026-03-31", ["V-31.answer"]), ("2026-04-01", [])])
def test_what_fell_due_by_the_end_of_the_month_is_answered(due, expected):
    assert asked(item(earlier=months({}, promise(due)), **MARCH)) == expected


def test_an_extension_needs_a_later_day():
    facts = item(earlier=months({}, promise("2026-03-10")), follow_up_answer="EXTENDED", **MARCH)

    assert asked(facts) == ["V-31.extended"]
    assert asked(replace(facts, follow_up_due=date(2026, 3, 10))) == ["V-31.extended"]
    assert asked(replace(facts, follow_up_due=date(2026, 3, 11))) == []
    assert asked(replace(facts, follow_up_answer="DONE")) == []
    assert asked(replace(facts, follow_up_answer="")) == ["V-31.answer"]


def test_what_an_earlier_month_called_done_is_not_asked_again():
    january = promise("2026-02-10", last_day=date(2026, 1, 31))

    assert asked(item(earlier=months(january, {"last_day": FEBRUARY}), **MARCH)) == ["V-31.answer"]
    assert (
        asked(item(earlier=months(january, {"last_day": FEBRUARY, "follow_up_answer": "DONE"}), **MARCH))
        == []
    )


def test_what_was_extended_waits_for_its_new_day():
    january = promise("2026-02-10", last_day=date(2026, 1, 31))
    extended = {"last_day": FEBRUARY, "follow_up_answer": "EXTENDED", "follow_up_due": date(2026, 3, 15)}
    facts = item(earlier=months(january, extended), **MARCH)

    (waiting,) = overdue(facts)
    assert (waiting.month, waiting.text, waiting.due) == (2, "Meet the owners", date(2026, 3, 15))


def test_an_answer_closes_what_was_due_and_not_what_comes_later():
    early, late = promise("2026-02-10", last_day=date(2026, 1, 31)), {"follow_up_answer": "DONE"}
    facts = item(earlier=months(early, promise("2026-06-30", "Pave the road") | late), **MARCH)

    assert [one.text for one in open_follow_ups(facts)] == ["Pave the road"]
    assert overdue(facts) == ()


def test_the_same_promise_month_after_month_is_one():
    facts = item(
        earlier=months(promise("2026-02-20", last_day=date(2026, 1, 31)), promise("2026-03-20")), **MARCH
    )

    assert [one.due for one in overdue(facts)] == [date(2026, 3, 20)]


def test_several_promises_are_listed_together():
    facts = item(earlier=months(promise("2026-03-05", "Meet"), promise("2026-03-20", "Pave")), **MARCH)

    (finding,) = findings(facts, judge=check_submission)
    assert finding.params == {"follow_ups": ["Meet", "Pave"], "due_on": "2026-03-20"}


# --- Sentences -------------------------------------------------------------------------------------------

SPOKEN = (
    item(line("-5", before="5", ceiling="0"), ceiling=D(0)),
    item(line("6"), line("6", paid=D(9)), planned_cash_to_date=D(10)),
    item(line("5"), **NOT_STARTED),
    item(mode="VOLUME", increment=None, volume=D(3)),
    item(status="PERSIAPAN", earlier=months({}, {})),
    item(status="PELAKSANAAN", increment=D(0), points_before=D(100), earlier=months({}, {"status": "SELESAI"})),
    item(increment=D(0), earlier=months({"increment": D(0)}, {"increment": D(0)}), planned_increment=D(1)),
    item(status="TERHENTI", problems=("OTHER",)),
    item(status="TERHENTI", problem_text="short"),
    item(planned_points=D(90)),
    item(planned_cash_to_date=D(900)),
    item(increment=D(0), planned_increment=D(1), earlier=months({}, {"increment": D(0), "planned_increment": D(1)})),
    item(planned_cash=D(1), earlier=months({}, {"money": None, "planned_cash": D(1)})),
    item(problem_text="x" * 2001, explanations={"V-22": "y" * 1001}),
    item(follow_up_due=date(2026, 2, 1), earlier=months({}, promise("2026-03-10")), **MARCH),
    item(follow_up_answer="EXTENDED", earlier=months({}, promise("2026-03-10")), **MARCH),
    item(reused_files=(("a.jpg", 1),), officer_assigned=False),
    item(line("0.001"), increment=D("0.00001")),
    item(increment=D("1E+9")),
)  # fmt: skip


def test_everything_the_rules_say_about_words_has_its_sentence():
    policy = Policy(money_deviation=True)
    found = [one for facts in SPOKEN for one in check_submission(facts, policy)]

    for one in found:
        assert set(one.params) >= placeholders(one.code)
        assert say(one.code, one.params)
    assert {one.code for one in found} >= set(RULES)
