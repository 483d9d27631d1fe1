"""What an amendment of a published month may change."""

from decimal import Decimal as D

from submissions.amendment import Amended, Standing, check_amendment
from submissions.rules import Policy

POLICY = Policy()


def amended(old, new, *standings, line_id=7):
    return Amended(
        line_id, "5.1.02 Paper", D(old), D(new), tuple(Standing(m, D(t), D(c)) for m, t, c in standings)
    )


def test_T14_an_amendment_that_breaks_a_later_month_is_refused():
    march = amended("10", "60", (3, "30", "100"), (4, "60", "100"), (8, "95", "100"))

    (finding,) = check_amendment([march], None, POLICY)

    assert (finding.rule, finding.code) == ("V-60", "V-60.money")
    assert finding.params["month"] == 8
    assert finding.params["total_rp"] == "145"
    assert finding.params["reduce_by_rp"] == "45"


def test_an_amendment_within_the_ceiling_of_every_later_month_is_accepted():
    assert check_amendment([amended("10", "15", (3, "30", "100"), (8, "95", "100"))], None, POLICY) == ()


def test_an_amendment_looks_at_the_ceiling_of_each_month():
    cut = amended("10", "20", (3, "30", "100"), (4, "45", "50"), (8, "95", "200"))

    assert check_amendment([cut], None, POLICY)[0].params["month"] == 4


def test_an_amendment_may_not_take_a_later_month_below_zero():
    (finding,) = check_amendment([amended("40", "0", (3, "40", "100"), (4, "10", "100"))], None, POLICY)

    assert finding.code == "V-60.below_zero"
    assert finding.params["raise_by_rp"] == "30"


def test_an_amendment_of_progress_keeps_every_later_month_between_zero_and_one_hundred():
    over = amended("10", "20", (3, "30", "100"), (8, "95", "100"), line_id=None)
    under = amended("30", "0", (3, "30", "100"), (4, "20", "100"), line_id=None)

    assert [finding.code for finding in check_amendment([], over, POLICY)] == ["V-60.physical"]
    assert [finding.code for finding in check_amendment([], under, POLICY)] == ["V-60.physical_below_zero"]
