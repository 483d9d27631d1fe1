"""How people write numbers, and how we read and show them."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from tests.wording.awkward import AWKWARD, PAGE, WAYS, Awkward, outcome, page
from wording import order, ways
from wording.dates import day
from wording.numbers import (
    NumberRefused,
    exact_points,
    money,
    parse_money,
    parse_optional,
    parse_points,
    parse_quantity,
    points,
    quantity,
)
from wording.sentences import onward, say


def refused(text, language, parse=parse_money):
    with pytest.raises(NumberRefused) as caught:
        parse(text, language)
    return caught.value


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("1.234.567,89", "id", "1234567.89"),
        ("1,234,567.89", "en", "1234567.89"),
        ("1,234,567.89", "ur", "1234567.89"),
        ("1234567", "id", "1234567"),
        ("1234567", "en", "1234567"),
        ("1234567,5", "id", "1234567.5"),
        ("1.234", "id", "1234"),
        ("1,234", "en", "1234"),
        ("1,23", "id", "1.23"),
        ("0", "id", "0"),
        ("0,5", "id", "0.5"),
        ("007", "en", "7"),
        ("Rp1.250.000", "id", "1250000"),
        ("Rp. 1.250.000,-", "id", "1250000"),
        ("Rp\u00a01.250.000,00", "id", "1250000"),
        ("rp 5", "id", "5"),
        ("PKR 1,000.50", "en", "1000.50"),
        ("Rs 1,000", "en", "1000"),
        ("\u00a0\u2009 12 \u202f", "id", "12"),
        ("\u200e12\u200f\n", "en", "12"),
        ("-20", "id", "-20"),
        ("\u221220", "id", "-20"),
        ("\u2013 Rp 20", "id", "-20"),
        ("Rp -20", "id", "-20"),
        ("(1.000)", "id", "-1000"),
        ("+5", "en", "5"),
        ("\u06f1\u06f2\u06f3", "ur", "123"),
        ("999.999.999.999.999.999,99", "id", "999999999999999999.99"),
    ],
)
def test_money_is_read_as_the_declared_language_writes_it(text, language, value):
    assert parse_money(text, language) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "language", "write"),
    [
        ("1,234.50", "id", "1.234,50"),
        ("1.234,50", "en", "1,234.50"),
        ("1.23", "id", "1,23"),
        ("0.5", "id", "0,5"),
        ("1,234,567", "id", "1.234.567"),
        ("1.234.567", "en", "1,234,567"),
    ],
)
def test_a_number_of_the_other_language_is_refused_with_the_way_to_write_it(text, language, write):
    refusal = refused(text, language)

    assert refusal.code == "number.other_locale"
    assert refusal.params["write"] == write
    assert write in say(refusal.code, refusal.params)


def test_three_digits_after_an_english_point_are_too_many_for_money():
    refusal = refused("1.234", "en")

    assert refusal.code == "number.decimals"
    assert refusal.params == {"value": "1.234", "decimals": 3, "limit": 2, "write": "1,234"}


def test_too_many_decimals_are_refused_with_the_rounded_number():
    assert refused("12,3456", "id").params["write"] == "12,35"
    assert refused("33,33333", "id", parse_points).params["write"] == "33,3333"


@pytest.mark.parametrize("text", ["1.2345.678", "12.34.56", "1..234", ",5", "5,", "0.123.456", "1,2,3", "."])
def test_separators_in_unusual_places_are_refused(text):
    assert refused(text, "id").code == "number.grouping"


@pytest.mark.parametrize(
    "text", ["abc", "12 juta", "1e5", "NaN", "Infinity", "1_000", "1 000", "Rp", "--5", "½"]
)
def test_letters_and_signs_are_refused_with_an_example(text):
    refusal = refused(text, "id")

    assert refusal.code == "number.letters"
    assert "1.234.567,89" in say(refusal.code, refusal.params)


def test_what_does_not_fit_the_column_is_refused():
    assert refused("1000000000000000000", "id").code == "number.too_large"
    assert refused("9" * 300, "id").code == "number.too_large"
    assert refused("1000", "id", parse_points).code == "number.too_large"


def test_the_sentence_of_a_refusal_shows_only_the_beginning_of_a_long_text():
    assert len(refused("x" * 10_000, "id").params["value"]) == 40


def test_points_have_four_decimals_and_may_end_with_a_per_cent_sign():
    assert parse_points("33,3333", "id") == Decimal("33.3333")
    assert parse_points("33.3333 %", "en") == Decimal("33.3333")
    assert parse_points("33.333", "en") == Decimal("33.333")


def test_points_written_with_an_english_point_are_not_read_as_thousands():
    refusal = refused("33.333", "id", parse_points)

    assert refusal.code == "number.other_locale"
    assert refusal.params["write"] == "33,333"


def test_quantities_may_be_large_and_fine():
    assert parse_quantity("12.345,6789", "id") == Decimal("12345.6789")


def test_nothing_written_is_not_zero():
    assert parse_optional("", "id") is None
    assert parse_optional(" \u00a0", "id") is None
    assert parse_optional(None, "id") is None
    assert parse_optional("0", "id") == 0
    assert parse_optional("1,5", "id", parse_points) == Decimal("1.5")
    assert refused(" ", "id").code == "number.empty"


def test_a_minus_zero_is_zero():
    assert str(parse_money("-0", "id")) == "0"


@pytest.mark.parametrize(
    ("amount", "language", "currency", "shown"),
    [
        ("1234567.89", "id", None, "1.234.567,89"),
        ("1234567.89", "en", None, "1,234,567.89"),
        ("1234567890.50", "id", "IDR", "Rp1.234.567.890,50"),
        ("1234567", "en", "PKR", "Rs 1,234,567"),
        ("5", "en", "USD", "USD 5"),
        ("681989691.00", "id", "IDR", "Rp681.989.691"),
        ("-20", "id", "IDR", "-Rp20"),
        ("0", "id", None, "0"),
        ("-0.001", "id", None, "0"),
        ("999999999999999999.99", "id", None, "999.999.999.999.999.999,99"),
    ],
)
def test_money_is_shown_with_cents_only_where_there_are_any(amount, language, currency, shown):
    assert money(Decimal(amount), language, currency) == shown


def test_nothing_is_shown_as_a_dash_and_never_as_zero():
    assert money(None, "id") == points(None, "id") == quantity(None, "id") == "–"


def test_points_are_rounded_half_up():
    assert points(Decimal("12.345"), "en") == "12.35"
    assert points(Decimal("-1.325"), "id") == "-1,33"
    assert points(Decimal("40"), "id") == "40,00"


def test_points_in_sentences_keep_the_decimals_that_matter():
    assert exact_points(Decimal("100.0501"), "id") == "100,0501"
    assert exact_points(Decimal("40"), "id") == "40,00"
    assert quantity(Decimal("12.5000"), "id") == "12,5"
    assert quantity(Decimal("1200"), "id") == "1.200"


def test_what_is_shown_is_read_back_as_the_same_number():
    for language in ("id", "en", "ur"):
        for amount in ("0", "-20", "1234567.89", "1000", "0.05"):
            assert parse_money(money(Decimal(amount), language, "IDR"), language) == Decimal(amount)


# --- Lakh and crore ------------------------------------------------------------------------------------------

KP = ways.Ways(grouping=ways.LAKH, currency="PKR", fiscal_start_month=7)


@pytest.mark.parametrize(
    ("amount", "language", "shown"),
    [
        ("0", "ur", "0"),
        ("999", "ur", "999"),
        ("1000", "en", "1,000"),
        ("99999", "en", "99,999"),
        ("100000", "en", "1,00,000"),
        ("123456789.5", "ur", "12,34,56,789.50"),
        ("-123456789", "en", "-12,34,56,789"),
        ("999999999999999999.99", "ur", "9,99,99,99,99,99,99,99,999.99"),
        ("123456789.5", "id", "123.456.789,50"),
    ],
)
def test_a_government_of_lakh_and_crore_groups_by_them_in_english_and_urdu(
    amount: str, language: str, shown: str
) -> None:
    with ways.of(KP):
        assert money(Decimal(amount), language) == shown
        assert parse_money(shown, language) == Decimal(amount)


def test_a_minus_stays_before_its_number_among_urdu_words() -> None:
    shown = money(Decimal(-5000), "ur", "PKR")
    assert shown == "\u200e-Rs 5,000" and parse_money(shown, "ur") == -5000
    assert points(Decimal("-1.5"), "ur") == "\u200e-1.50"
    with override("ur"):
        assert onward() == "←"
    with override("en"):
        assert onward() == "→"


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("2026-01-31", ["2026-01-31"]),
        ("\u0645\u062b\u0644\u0627\u064b 2025-26/1\u06d4", ["2025-26/1"]),
        ("\u2212\u0035 \u062a\u06a9\u060c -10.5.", ["\u22125", "-10.5"]),
        ("SHA-256, UTF-8, 12,34,567.50, /p/2026-27/", []),
    ],
)
def test_numbers_with_signs_are_held_together_among_urdu_words(text: str, held: list[str]) -> None:
    with override("ur"):
        shown = order.kept(text)
    assert re.findall("\u2066(.*?)\u2069", shown) == held
    assert shown.replace("\u2066", "").replace("\u2069", "") == text
    with override("en"):
        assert order.kept(text) == text


def test_a_day_is_written_in_urdu() -> None:
    with override("ur"):
        assert day(date(2026, 6, 15)) == "15 جون 2026"


def test_points_and_quantities_are_grouped_alike() -> None:
    with ways.of(KP):
        assert quantity(Decimal("1234567.5"), "ur") == "12,34,567.5"
        assert points(Decimal("123456.789"), "en") == "1,23,456.79"


def test_the_grouping_of_the_other_kind_is_refused_with_the_way_to_write_it() -> None:
    with ways.of(KP):
        here = refused("1,234,567.50", "ur")
        with override("en"):
            assert "lakh and crore" in say(here.code, here.params)
    there = refused("12,34,567.50", "en")

    assert (here.code, here.params["write"]) == ("number.other_grouping_lakh", "12,34,567.50")
    assert (there.code, there.params["write"]) == ("number.other_grouping_en", "1,234,567.50")


def test_a_plain_number_is_read_whatever_the_grouping() -> None:
    for grouping in (ways.THOUSANDS, ways.LAKH):
        with ways.of(ways.Ways(grouping=grouping)):
            assert parse_money("1234567.50", "ur") == Decimal("1234567.50")


def test_after_a_government_the_ways_are_as_before() -> None:
    with ways.of(KP), ways.of(None):
        assert money(100_000, "en") == "100,000"
    assert ways.current() == ways.Ways()


def test_a_sentence_speaks_of_the_government_s_money() -> None:
    params = {"line": "A", "entered_rp": "100000", "ceiling_rp": "150000", "limit_rp": "75000"}
    with override("en"), ways.of(KP):
        assert "Rs 1,00,000" in say("V-15.share", params)
    with override("en"):
        assert "Rp100,000" in say("V-15.share", params)


# --- What people type ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", AWKWARD, ids=lambda one: ascii(one.text)[:30])
def test_every_awkward_number_becomes_what_the_list_says(one: Awkward) -> None:
    assert {way: outcome(one.text, one.kind, way) for way in WAYS} == {
        "id": one.id,
        "en": one.en,
        "lakh": one.lakh,
    }


def test_the_page_of_numbers_is_as_the_code_has_it() -> None:
    with override("en"):
        assert PAGE.read_text(encoding="utf-8") == page()
