"""The pure parts: tickets that are read aloud, clocks of working days, the index to the last digit, groups that betray nobody."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.voices.clocks import dues
from portal.voices.ikm import FEWEST, band_of, cut, hidden, index
from portal.voices.survey import Quarter
from portal.voices.tickets import new_ticket, read_ticket
from submissions.moments import CalendarPolicy


def test_a_ticket_is_read_however_it_is_written_down() -> None:
    ticket = new_ticket()
    digits = ticket.replace("-", "")
    assert len(digits) == 16 and ticket.count("-") == 3
    urdu = digits.translate({ord(str(n)): chr(0x06F0 + n) for n in range(10)})
    for written in (ticket, digits, f" {digits[:8]} {digits[8:]} ", f"No. {ticket}!", urdu):
        assert read_ticket(written) == ticket


def test_every_wrong_digit_and_every_two_exchanged_ones_are_noticed() -> None:
    digits = new_ticket().replace("-", "")
    wrong = [
        digits[:at] + other + digits[at + 1 :]
        for at in range(16)
        for other in "0123456789"
        if other != digits[at]
    ]
    wrong += [
        digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        for at in range(15)
        if digits[at] != digits[at + 1]
    ]
    assert [one for one in wrong if read_ticket(one)] == []


@pytest.mark.parametrize("text", ["", "1234", "x" * 100_000, "\x00", "\ud83d", "1" * 17, "½" * 16, "²" * 16])
def test_what_is_no_ticket_is_none(text: str) -> None:
    assert read_ticket(text) in (None, read_ticket("2" * 16))


def test_tickets_do_not_repeat() -> None:
    assert len({new_ticket() for _ in range(5000)}) == 5000


def test_the_clock_counts_working_days_in_the_governments_zone() -> None:
    # Friday 13 February 2026, 23:30 in Makassar; Tuesday the 17th is a holiday.
    policy = CalendarPolicy(time_zone="Asia/Makassar", holidays=frozenset({date(2026, 2, 17)}))
    times = dues(policy, datetime(2026, 2, 13, 15, 30, tzinfo=UTC))
    last = [datetime(2026, 2, day, 15, 59, 59, tzinfo=UTC) for day in (19, 27)]
    assert [times.triage_due, times.answer_due] == last
    assert times.close_due == datetime(2026, 4, 14, 15, 59, 59, tzinfo=UTC)


def test_half_an_hour_later_is_another_day() -> None:
    policy = CalendarPolicy(time_zone="Asia/Makassar")
    early = dues(policy, datetime(2026, 2, 12, 15, 59, tzinfo=UTC))
    late = dues(policy, datetime(2026, 2, 12, 16, 0, tzinfo=UTC))
    assert (late.answer_due - early.answer_due).days == 1


# --- The index -------------------------------------------------------------------------------------------


def test_the_index_is_the_sum_of_the_means_by_a_ninth_by_25() -> None:
    found = index(5, [20, 15, 15, 20, 16, 17, 18, 19, 15])
    assert found is not None
    assert found.means[4] == Fraction(16, 5)
    assert found.value == sum(found.means) * Fraction(1, 9) * 25 == Fraction(775, 9)
    assert (found.shown, found.band, found.answers) == (Decimal("86.11"), "B", 5)


@pytest.mark.parametrize(
    ("value", "band"),
    [
        ("100", "A"), ("88.31", "A"), ("88.309999", "B"), ("88.305", "B"), ("88.30", "B"), ("76.61", "B"), ("76.6099", "C"),
        ("76.60", "C"), ("65", "C"), ("64.999999", "D"), ("64.99", "D"), ("25", "D"),
    ],
)  # fmt: skip
def test_bands_are_told_from_the_value_before_rounding(value: str, band: str) -> None:
    assert band_of(Fraction(value)) == band
    # What is shown never reads as another band than the one that is named.
    assert band_of(Fraction(cut(Fraction(value)))) == band


@pytest.mark.parametrize("value", ["24.99", "0", "-1", "100.01"])
def test_an_index_that_cannot_be_is_no_index(value: str) -> None:
    with pytest.raises(ValueError, match=value.split(".", maxsplit=1)[0]):
        band_of(Fraction(value))


def test_nine_worst_and_nine_best_answers_are_the_two_ends() -> None:
    worst, best = index(7, [7] * 9), index(7, [28] * 9)
    assert worst and best
    assert (worst.value, best.value) == (Fraction(25), Fraction(100))
    assert (worst.band, best.band) == ("D", "A")


def test_four_answers_are_not_shown_and_five_are() -> None:
    assert index(FEWEST - 1, [12] * 9) is None
    assert index(FEWEST, [15] * 9) is not None


@pytest.mark.parametrize("sums", [[4] * 9, [21] * 9, [10] * 8, [10] * 10])
def test_sums_that_five_answers_cannot_have_are_refused(sums: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot add up"):
        index(5, sums)


@given(st.lists(st.lists(st.integers(1, 4), min_size=9, max_size=9), min_size=5, max_size=40))
def test_the_index_is_between_its_ends_and_has_a_band(answers: list[list[int]]) -> None:
    found = index(len(answers), [sum(column) for column in zip(*answers, strict=True)])
    assert found is not None and 25 <= found.value <= 100
    assert found.value == Fraction(sum(map(sum, answers)) * 25, 9 * len(answers))
    assert found.band in "ABCD" and found.shown <= found.value


@given(st.dictionaries(st.one_of(st.none(), st.integers(1, 9)), st.integers(1, 30), max_size=8))
def test_the_whole_without_what_is_shown_is_nobody_or_at_least_five(counts: dict[int | None, int]) -> None:
    unseen = hidden(counts)
    assert all(counts[group] >= FEWEST for group in counts.keys() - unseen)
    left = sum(counts[group] for group in unseen)
    assert left == 0 or left >= FEWEST or unseen == set(counts)


def test_one_lonely_district_takes_the_smallest_shown_one_with_it() -> None:
    assert hidden({1: 12, 2: 7, 3: 2}) == {2, 3}
    assert hidden({1: 12, 2: 3, 3: 2}) == {2, 3}
    assert hidden({1: 12, 2: 5, None: 6}) == set()


def test_a_day_is_in_its_quarter() -> None:
    assert [Quarter.of(date(2026, month, 1)).slug for month in (1, 3, 4, 12)] == [
        "2026-1", "2026-1", "2026-2", "2026-4",
    ]  # fmt: skip
    assert Quarter(2026, 4).months == (10, 12)
