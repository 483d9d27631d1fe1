"""Warnings and the reasons for them, files and officers, and numbers as the columns keep them."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from submissions.rules import check_submission
from tests.submissions.facts import asked, codes, findings, item, line
from wording.sentences import say

# --- Files and officers: V-41, V-61 ----------------------------------------------------------------------


def test_files_of_another_month_are_named_once():
    facts = item(reused_files=(("a.jpg", 1), ("a.jpg", 2), ("b.jpg", 1)), officer_assigned=False)

    reused, orphan = findings(facts, "W")
    assert (reused.mark, reused.params) == ("V-41", {"names": ["a.jpg", "b.jpg"], "used_months": [1, 2]})
    assert orphan.mark == "V-61"


# --- Explanations ----------------------------------------------------------------------------------------


def test_each_warning_is_explained_in_fifteen_characters_before_submission():
    facts = item(line("60", paid=D(60)))
    (warning,) = findings(facts, "W")

    (needed,) = findings(facts, judge=check_submission)
    assert (needed.rule, needed.code, needed.line_id, needed.field) == (
        "V-15",
        "explain.needed",
        7,
        "why-V-15-line-7",
    )
    assert needed.params == {"length": 0, "least": 15}
    assert warning.mark == "V-15-line-7"
    assert asked(facts) == []

    def with_reason(text: str) -> list[str]:
        return codes(replace(facts, explanations={"V-15-line-7": text}), judge=check_submission)

    assert with_reason("x" * 15) == []
    assert with_reason("x" * 14) == ["explain.needed"]
    assert with_reason(f"x{' ' * 20}y") == ["explain.needed"]


def test_one_reason_answers_two_questions_of_one_rule_and_lines_have_their_own():
    facts = item(
        line("60", line_id=1),
        line("70", line_id=2),
        ceiling=D(300_000_000),
        increment=D(45),
        points_before=D(40),
    )

    needed = [one.field for one in findings(facts, judge=check_submission) if one.code == "explain.needed"]
    assert needed == ["why-V-15-line-1", "why-V-15-line-2", "why-V-22"]


def test_saving_asks_for_no_reason_and_keeps_one_of_a_thousand_characters():
    assert codes(item(line("60"))) == []
    assert codes(item(explanations={"V-15-line-7": "x" * 1000})) == []
    (long,) = findings(item(explanations={"V-15-line-7": "x" * 1001}))
    assert (long.code, long.field) == ("explain.long", "why-V-15-line-7")


# --- Numbers as the columns keep them --------------------------------------------------------------------


@pytest.mark.parametrize("amount", ["0.01", "10.10", "10.100", "1E+1"])
def test_money_of_two_places_is_kept(amount):
    assert codes(item(line(amount))) == []


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        (item(line("10.001")), "exact.money", "entered"),
        (item(increment=D("5.00001")), "exact.progress", "increment"),
        (item(mode="VOLUME", increment=None, volume=D("1.00001"), target=D(9)), "exact.progress", "volume"),
        (item(line("1E+18")), "exact.large", "entered"),
        (item(line("NaN")), "exact.large", "entered"),
        (item(line("-Infinity")), "exact.large", "entered"),
        (item(increment=D("123456.5")), "exact.large", "increment"),
        (item(mode="VOLUME", increment=None, volume=D("1E+400"), target=D(9)), "exact.large", "volume"),
    ],
)
def test_a_number_that_would_be_rounded_or_does_not_fit_is_refused(facts, code, field):
    refused = findings(facts)[0]

    assert (refused.code, refused.field) == (code, field)
    assert say(refused.code, refused.params)


def test_units_without_a_target_cannot_be_measured():
    facts = item(mode="VOLUME", increment=None, volume=D(3), points_before=D(0))

    assert codes(facts) == ["V-20.no_target"]
    assert codes(replace(facts, volume=D(0)), judge=check_submission) == []
