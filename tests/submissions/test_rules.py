"""What an officer may report for one sub-activity in one month."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from submissions.rules import Policy, check, effective_increment, snap, snapped
from tests.submissions.facts import POLICY, codes, findings, item, line

# --- Money -----------------------------------------------------------------------------------------------


def test_T12_an_entry_over_the_ceiling_is_refused_with_what_to_take_off():
    (finding,) = findings(item(line("15", before="90")))

    assert (finding.rule, finding.code, finding.line_id, finding.field) == ("V-10", "V-10", 7, "entered")
    assert finding.blocks
    assert finding.params == {
        "line": "5.1.02 Paper",
        "entered_rp": "15",
        "before_rp": "90",
        "ceiling_rp": "100",
        "remaining_rp": "10",
        "reduce_by_rp": "5",
        "version": "DPPA 2",
    }


def test_an_entry_that_reaches_the_ceiling_exactly_is_accepted():
    assert codes(item(line("10", before="90"))) == []


def test_one_cent_over_the_ceiling_is_refused():
    (finding,) = findings(item(line("10.01", before="90")))

    assert finding.params["reduce_by_rp"] == "0.01"


def test_when_earlier_months_passed_a_lowered_ceiling_the_cure_is_another():
    (finding,) = findings(item(line("0", before="110")))

    assert finding.code == "V-10.before"
    assert finding.params["reduce_by_rp"] == "10"


def test_a_government_may_let_salaries_pass_the_ceiling_with_a_warning():
    salaries = Policy(salary_accounts=("5.1.01",))

    over = item(line("15", before="90", account_code="5.1.01.01.001.00001"))
    other = item(line("15", before="90", account_code="5.1.010.01"))

    assert codes(over, "B", salaries) == []
    assert codes(over, "W", salaries)[0] == "V-10"
    assert codes(other, "B", salaries) == ["V-10"]


def test_all_lines_together_may_not_pass_the_ceiling_of_the_item():
    facts = item(line("60", ceiling="100"), line("50", ceiling="100"), ceiling=D(100))

    (finding,) = findings(facts)

    assert finding.code == "V-11"
    assert finding.params["reduce_by_rp"] == "10"
    assert finding.line_id is None


def test_money_of_lines_without_an_entry_counts_for_the_item_too():
    facts = item(line("20", ceiling="100"), line(None, before="90", ceiling="100"), ceiling=D(100))

    assert codes(facts) == ["V-11"]


def test_T13_a_correction_of_a_published_month_with_a_reason_is_accepted():
    facts = item(
        line(
            "-20",
            before="90",
            correction_reason="SP2D withdrawn",
            corrects_month=3,
            published_months=frozenset({1, 2, 3}),
        ),
        month=4,
    )

    assert codes(facts) == []


def test_T13_taking_back_more_than_was_realised_is_refused():
    facts = item(
        line(
            "-95",
            before="90",
            correction_reason="SP2D withdrawn",
            corrects_month=3,
            published_months=frozenset({3}),
        ),
        month=4,
    )

    (finding,) = findings(facts)

    assert finding.code == "V-13"
    assert finding.params["lowest_rp"] == "-90"


def test_taking_back_needs_a_reason_and_a_month():
    facts = item(line("-20", before="90", published_months=frozenset({1, 2, 5})))

    reason, month = findings(facts)

    assert (reason.code, reason.field) == ("V-12.reason", "correction_reason")
    assert (month.code, month.field) == ("V-12.month", "corrects_month")
    assert month.params["published_months"] == [1, 2]


@pytest.mark.parametrize("corrects", [2, 3, 4])
def test_only_an_earlier_published_month_of_the_same_line_can_be_corrected(corrects):
    facts = item(
        line(
            "-20",
            before="90",
            correction_reason="wrong",
            corrects_month=corrects,
            published_months=frozenset({1, 3, 4}),
        )
    )

    assert codes(facts) == ["V-12.unpublished"]


def test_a_reason_of_spaces_is_no_reason():
    facts = item(
        line("-20", before="90", correction_reason="  ", corrects_month=1, published_months=frozenset({1})),
    )

    assert codes(facts) == ["V-12.reason"]


def test_cents_are_only_mentioned():
    assert codes(item(line("10.50")), "I") == ["V-19"]
    assert codes(item(line("10.00")), "I") == []


def test_money_ahead_of_the_cash_plan_is_questioned():
    assert "V-14" in codes(item(line("12", plan_to_date=D(10))), "W")
    assert "V-14" not in codes(item(line("11", plan_to_date=D(10))), "W")
    assert "V-14" not in codes(item(line("11", plan_to_date=None)), "W")


def test_three_zeros_too_many_are_questioned():
    assert "V-15.share" in codes(item(line("51")), "W")
    assert "V-15.share" not in codes(item(line("50")), "W")
    assert "V-15.median" in codes(item(line("26", history=(D(5), D(4), D(6)))), "W")
    assert "V-15.median" not in codes(item(line("25", history=(D(5), D(4), D(6)))), "W")
    assert "V-15.median" not in codes(item(line("26", history=(D(0), D(0), D(6)))), "W")


def test_a_cumulative_typed_as_a_month_is_questioned():
    assert "V-22.cumulative_money" in codes(item(line("30", before="20")), "W")
    assert "V-22.cumulative_money" not in codes(item(line("30", before="20"), month=2), "W")
    assert "V-22.cumulative_money" not in codes(item(line("30", before="0")), "W")
    assert "V-22.cumulative" in codes(item(increment=D(25), points_before=D(20)), "W")


def test_an_unwritten_line_is_not_complained_about_while_saving():
    assert check(item(line(None), status="", increment=None), POLICY) == ()


# --- Physical progress -----------------------------------------------------------------------------------


def test_progress_over_the_whole_is_refused_with_what_to_take_off():
    (finding,) = findings(item(increment=D("30.06"), points_before=D(70), status=""))

    assert finding.code == "V-20"
    assert finding.params == {
        "entered_pt": "30.06",
        "before_pt": "70",
        "total_pt": "100.06",
        "limit_pt": "100",
        "reduce_by_pt": "0.06",
    }


def test_a_rounding_difference_over_the_whole_is_accepted():
    assert codes(item(increment=D("30.05"), points_before=D(70), status="SELESAI")) == []


def test_output_over_the_target_is_refused_in_units():
    facts = item(mode="VOLUME", volume=D(6), volume_before=D(5), target=D(10), points_before=D(50), status="")

    (finding,) = findings(facts)

    assert finding.code == "V-20.volume"
    assert finding.params["reduce_by_qty"] == "1"


def test_progress_taken_back_needs_a_reason_and_something_to_take_back():
    assert codes(item(increment=D(-5))) == ["V-21.reason"]
    assert codes(item(increment=D(-5), physical_reason="measured again")) == []
    assert codes(item(increment=D(-25), physical_reason="measured again")) == ["V-21.below_zero"]


def test_a_raised_output_target_lowers_the_percentage_without_a_negative_entry():
    facts = item(mode="VOLUME", volume=D(0), volume_before=D(5), target=D(20), points_before=D(50))

    assert codes(facts) == []
    assert effective_increment(facts) == D("-25")


def test_a_large_jump_of_a_large_item_is_questioned():
    jump = {"increment": D(41), "points_before": D(50)}

    assert "V-22.jump" in codes(item(ceiling=D(200_000_001), **jump), "W")
    assert "V-22.jump" not in codes(item(ceiling=D(200_000_000), **jump), "W")


def test_money_ahead_of_the_work_is_questioned():
    facts = item(line("36", before="0", ceiling="100"), ceiling=D(100), increment=D(5), points_before=D(20))

    assert "V-18" in codes(facts, "W")
    assert "V-18" not in codes(replace(facts, lines=(line("35"),)), "W")


def test_the_passing_of_time_progresses_as_planned():
    facts = item(mode="TIME", increment=None, planned_increment=D("8.3333"))

    assert effective_increment(facts) == D("8.3333")
    assert effective_increment(replace(facts, increment=D(4))) == D(4)
    assert effective_increment(replace(facts, nil=True)) == 0


# --- Completion ------------------------------------------------------------------------------------------


def test_T11_three_thirds_of_completed_work_make_exactly_one_hundred():
    facts = item(increment=D("33.33"), points_before=D("66.66"), status="SELESAI")

    increment, finding = snap(facts, POLICY)

    assert increment == D("33.34")
    assert facts.points_before + increment == D("100.0000")
    assert (finding.rule, finding.severity, finding.code) == ("V-23", "I", "V-23.snapped")
    assert finding.params == {"entered_pt": "33.33", "snapped_pt": "33.34", "limit_pt": "100"}
    assert codes(snapped(facts, POLICY)[0]) == codes(facts) == []


def test_work_that_is_not_completed_is_never_set_to_one_hundred():
    facts = item(increment=D("33.33"), points_before=D("66.66"))

    assert snap(facts, POLICY) == (D("33.33"), None)
    assert codes(facts) == []


@pytest.mark.parametrize(
    ("increment", "stored"), [("33.29", "33.34"), ("33.39", "33.34"), ("33.28", "33.28")]
)
def test_only_a_rounding_difference_is_set_right(increment, stored):
    assert snap(item(increment=D(increment), points_before=D("66.66"), status="SELESAI"), POLICY)[0] == D(
        stored
    )


def test_volume_that_reaches_its_target_is_exactly_one_hundred():
    thirds = item(
        mode="VOLUME",
        volume=D(1),
        volume_before=D(2),
        target=D(3),
        points_before=D("66.6667"),
        status="SELESAI",
    )

    assert effective_increment(thirds) == D("33.3333")
    assert thirds.points_before + effective_increment(thirds) == 100
    assert codes(thirds) == []


def test_volume_is_stored_in_four_decimals_and_adds_up():
    first = item(mode="VOLUME", volume=D(1), target=D(3), points_before=D(0))

    assert effective_increment(first) == D("33.3333")


def test_completed_means_the_whole_and_the_whole_means_completed():
    (incomplete,) = findings(item(increment=D(5), points_before=D(20), status="SELESAI"))

    assert incomplete.code == "V-23.incomplete"
    assert incomplete.params["missing_pt"] == "75"
    assert codes(item(increment=D(80), points_before=D(20))) == ["V-23.complete"]
    assert codes(item(increment=D(80), points_before=D(20), status="SELESAI")) == []
    assert codes(item(increment=D(80), points_before=D(20), status="")) == []


def test_what_has_not_started_has_neither_money_nor_progress():
    nothing = {"status": "BELUM_MULAI", "increment": D(0), "points_before": D(0)}

    assert codes(item(**nothing)) == []
    assert codes(item(line("5"), **nothing)) == ["V-24.money"]
    assert codes(item(line("0", before="5"), **nothing)) == ["V-24.money"]
    assert codes(item(**nothing | {"increment": D(1)})) == ["V-24.physical"]
    assert codes(item(**nothing | {"points_before": D(1)})) == ["V-24.physical"]


def test_amounts_that_cancel_each_other_out_have_still_moved():
    back = line(
        "-5", before="5", correction_reason="wrong line", corrects_month=1, published_months=frozenset({1})
    )
    facts = item(back, line("5"), status="BELUM_MULAI", increment=D(0), points_before=D(0))

    assert codes(facts) == ["V-24.money"]


def test_what_will_not_be_carried_out_has_no_money_and_a_reason():
    assert codes(item(line("5"), status="TIDAK_DILAKSANAKAN")) == ["V-24.cancelled", "V-24.reason"]
    assert codes(item(status="TIDAK_DILAKSANAKAN", problem_text="Budget was cut")) == []


def test_the_item_says_nothing_when_one_line_says_just_the_same():
    assert codes(item(line("115"), ceiling=D(100))) == ["V-10"]
    assert codes(item(line("60"), line("60"), ceiling=D(100))) == ["V-11"]
