"""What a plan may say: codes and sums."""

from decimal import Decimal as D

import pytest

from registry.rules import (
    INDONESIA,
    PAKISTAN,
    PlanItem,
    PlanLine,
    account_key,
    check_code,
    check_plan,
    fits,
    line_key,
    normalise,
    suggest,
)
from wording.sentences import say

UNIT = "4.01.0.00.0.00.01.0000"


def line(ceiling="60", account="5.1.02.01.001.00024", fund="PAD", **more):
    return PlanLine(account_code=account, fund_source=fund, ceiling=D(ceiling), **more)


def item(*lines, code="1.02.01.2.02.0001", unit=UNIT, **more):
    return PlanItem(unit_code=unit, sub_activity_code=code, lines=lines or (line(),), **more)


def months(*values):
    return [None if value is None else D(value) for value in values]


def codes(*items, **more):
    return [finding.code for finding in check_plan(items, INDONESIA, **more)]


# --- Codes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    ["1.02.01.2.02.0001", "1.02.01.2.02.01", "X.XX.01.2.07.0002", "2.22.08.5.07.0006", "4.01.01.2.02.0002"],
)
def test_T18_sub_activity_codes_of_both_widths_are_accepted(code):
    assert fits(INDONESIA.sub_activity, code)
    assert check_code("sub_activity", code, INDONESIA) is None


def test_T18_a_fourth_segment_of_two_digits_is_refused_with_the_code_that_was_meant():
    finding = check_code("sub_activity", "1.01.01.02.02.0001", INDONESIA, line_id=4)

    assert (finding.rule, finding.severity, finding.line_id) == ("V-01", "B", 4)
    assert finding.code == "V-01.sub_activity.suggest"
    assert finding.params == {"value": "1.01.01.02.02.0001", "suggestion": "1.01.01.2.02.0001"}


@pytest.mark.parametrize("account", ["5.1.02.01.01.0024", "5.1.02.01.001.00024", "5.2.04.01.001.0003"])
def test_T19_accounts_of_every_width_are_accepted(account):
    assert fits(INDONESIA.account, account)


@pytest.mark.parametrize(
    "account", ["5.5.02.01.001.00024", "4.1.02.01.001.00024", "5.1.02", "5.1.02.01.001.00024\n"]
)
def test_T19_other_accounts_are_refused(account):
    assert not fits(INDONESIA.account, account)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1.1.1.2.2.1", "1.01.01.2.02.01"),
        ("1.02.01.2.02.001", "1.02.01.2.02.0001"),
        ("1.02 .01.2.02.0001", "1.02.01.2.02.0001"),
        ("x.XX.01.2.07.0002", None),
        ("1.02.01.2.02", None),
        ("1.02.01.22.02.0001", None),
        ("", None),
    ],
)
def test_a_suggestion_is_made_only_where_the_meaning_is_likely(written, meant):
    assert suggest(INDONESIA.sub_activity, INDONESIA.sub_activity_widths, written) == meant


def test_an_account_that_lost_its_zeros_in_a_spreadsheet_is_suggested():
    assert suggest(INDONESIA.account, INDONESIA.account_widths, "5.1.2.1.001.00024") == "5.1.02.01.001.00024"


def test_a_code_without_a_likely_meaning_gets_an_example():
    finding = check_code("account", "5.5.02.01.001.00024", INDONESIA)

    assert finding.code == "V-01.account"
    assert "5.1.02.01.001.00024" in say(finding.code, finding.params)


def test_spaces_around_and_hard_spaces_do_not_matter_and_zeros_stay():
    assert normalise("\u00a0 01 \u200b\ufeff") == "01"
    assert normalise("Alat\u00a0Tulis") == "Alat Tulis"
    assert codes(item(line(account=" 5.1.02.01.001.00024\u00a0"), code="1.02.01.2.02.0001 ")) == []


def test_only_plain_digits_make_a_code():
    assert not fits(INDONESIA.sub_activity, "1.0٢.01.2.02.0001")


def test_two_widths_of_one_account_are_the_same_account():
    assert account_key("5.1.02.01.01.0024") == account_key(" 5.1.02.01.001.00024")
    assert account_key("5.1.02.01.01.0024") != account_key("5.1.02.01.01.0025")
    assert account_key("a01101") == ("A01101",)


def test_pakistan_has_codes_of_its_own():
    assert fits(PAKISTAN.account, "A01")
    assert fits(PAKISTAN.account, "A01101")
    assert not fits(PAKISTAN.account, "A0110")
    assert fits(PAKISTAN.unit, "PW4001")
    assert check_code("account", "5.1.02.01.001.00024", PAKISTAN).code == "V-01.account"
    plan = PlanItem("PW4001", "041101", (PlanLine("A01101", "", D(5)),))
    assert check_plan([plan], PAKISTAN) == ()


def test_a_wrong_unit_code_is_refused():
    assert codes(item(unit="4.01.0.00.0.00.1.0000")) == ["V-01.unit.suggest"]
    assert codes(item(unit="Setda")) == ["V-01.unit"]


def test_a_plan_without_accounts_is_accepted():
    assert codes(item(line(account="", fund=""))) == []


# --- Twice -----------------------------------------------------------------------------------------------


def test_T20_the_same_code_in_twelve_units_is_twelve_items():
    units = [item(unit=f"1.02.2.14.0.00.01.{number:04}", code="1.02.05.2.03.0001") for number in range(1, 13)]

    assert codes(*units) == []


def test_the_same_code_twice_in_one_unit_is_refused():
    assert codes(item(), item(code="1.02.01.2.02.0001\u00a0")) == ["V-01.item_twice"]


def test_the_same_account_and_fund_twice_in_one_item_is_refused_in_any_width():
    short = line(account="5.1.02.01.01.0024", line_id=9)

    (finding,) = check_plan([item(line(), short)], INDONESIA)

    assert (finding.code, finding.line_id, finding.field) == ("V-01.line_twice", 9, "account_code")
    assert codes(item(line(), line(fund="DAK"))) == []


# --- Sums ------------------------------------------------------------------------------------------------


def test_lines_make_the_ceiling_exactly():
    (finding,) = check_plan([item(line("60"), line("40.01", fund="DAK"), ceiling=D(100))], INDONESIA)

    assert finding.code == "V-02"
    assert finding.params["difference_rp"] == "0.01"
    assert codes(item(line("60"), line("40", fund="DAK"), ceiling=D(100))) == []


def test_an_item_without_a_ceiling_of_its_own_has_the_sum_of_its_lines():
    assert codes(item(line("60"), line("40", fund="DAK"))) == []


def test_a_ceiling_below_zero_is_refused():
    assert "V-02.negative" in codes(item(line("-1")))
    assert "V-02.negative" in codes(PlanItem(UNIT, "1.02.01.2.02.0001", (), ceiling=D(-1)))


def test_the_cash_plan_makes_the_ceiling_where_one_is_given():
    assert codes(item(cash=months(*[5] * 12))) == []
    assert codes(item(cash=months(*[4] * 12))) == ["V-03"]
    assert codes(item(cash=None)) == codes(item(cash=months(*[None] * 12))) == []
    assert codes(item(cash=months(60, *[None] * 11))) == []
    assert codes(item(line(cash=months(*[4] * 12)))) == ["V-03"]
    assert "V-03.negative" in codes(item(cash=months(61, -1, *[0] * 10)))


def test_a_draft_may_still_miss_its_cash_plan():
    (finding,) = check_plan([item(cash=months(*[4] * 12))], INDONESIA, draft=True)

    assert (finding.code, finding.severity, finding.blocks) == ("V-03", "W", False)


def test_the_physical_plan_makes_one_hundred_or_the_output_target():
    assert codes(item(physical=months(50, 50))) == []
    assert codes(item(physical=months("33.3333", "33.3333", "33.3333"))) == ["V-04"]
    assert codes(item(physical=months(1, 2), mode="VOLUME", target=D(3))) == []
    assert codes(item(physical=months(50, 50), mode="VOLUME", target=D(3))) == ["V-04"]
    assert codes(item(physical=None)) == codes(item(physical=months(None, None))) == []
    assert "V-04.negative" in codes(item(physical=months(101, -1)))


def test_counting_output_needs_a_target():
    assert codes(item(mode="VOLUME")) == codes(item(mode="VOLUME", target=D(0))) == ["V-04.no_target"]


def test_a_new_version_does_not_go_below_what_is_realised():
    plan = item(line("60"))
    key = line_key(plan, line(account="5.1.02.01.01.0024"))

    (finding,) = check_plan([plan], INDONESIA, realised={key: D("60.01")})

    assert finding.code == "V-05"
    assert finding.params["raise_by_rp"] == "0.01"
    assert codes(plan, realised={key: D(60)}) == []


def test_a_line_with_money_cannot_disappear_from_a_new_version():
    plan = item(line("60"))
    gone = line_key(plan, line(account="5.1.02.01.001.00025"))

    (finding,) = check_plan([plan], INDONESIA, realised={gone: D(1)})
    assert finding.code == "V-05.dropped"
    assert finding.params["item"] == "1.02.01.2.02.0001 · 5.1.02.01.001.00025"
    assert codes(plan, realised={gone: D(0)}) == []


def test_an_item_without_money_is_only_mentioned():
    (finding,) = check_plan([item(line("0"))], INDONESIA)

    assert (finding.code, finding.severity) == ("V-06", "W")


def test_every_finding_can_be_said():
    plan = item(line("60"))
    broken = [
        item(
            line("60", account="5.5"),
            line("-1"),
            line("1"),
            ceiling=D(1),
            cash=months(1, -1),
            physical=months(1, -1),
        ),
        item(line("0"), code="1.01.01.02.02.0001", unit="x"),
        item(line("0"), code="1.01.01.02.02.0001", unit="x"),
        item(mode="VOLUME", code="1.02.01.2.02.0009"),
        PlanItem(UNIT, "1.02.01.2.02.0010", (), ceiling=D(-1)),
    ]
    realised = {
        line_key(broken[0], line()): D(500),
        line_key(plan, line(account="5.1.02.01.001.00077")): D(1),
    }

    found = check_plan(broken, INDONESIA, realised)

    for finding in found:
        assert say(finding.code, finding.params)
    assert {finding.rule for finding in found} == {"V-01", "V-02", "V-03", "V-04", "V-05", "V-06"}
