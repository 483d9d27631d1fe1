"""Ani reads the size of what she typed, in the words of her language."""

from decimal import Decimal

import pytest

from wording.amounts import at_a_glance, in_words, scales_text


@pytest.mark.parametrize(
    ("amount", "language", "grouping", "words"),
    [
        ("1250000000", "id", "thousands", "1 miliar 250 juta"),
        ("1250000000", "id", "lakh", "1 miliar 250 juta"),
        ("1250000", "id", "thousands", "1 juta 250 ribu"),
        ("1250500.50", "id", "thousands", "1 juta 250 ribu 500,50"),
        ("1000000.05", "id", "thousands", "1 juta 0,05"),
        ("3000000000001", "id", "thousands", "3 triliun 1"),
        ("999999999999999999.99", "id", "thousands",
         "999 kuadriliun 999 triliun 999 miliar 999 juta 999 ribu 999,99"),
        ("-1500000", "id", "thousands", "-1 juta 500 ribu"),
        ("1250000000", "en", "thousands", "1 billion 250 million"),
        ("12500000", "en", "lakh", "1 crore 25 lakh"),
        ("125000000000", "en", "lakh", "12,500 crore"),
        ("150000", "en", "lakh", "1 lakh 50 thousand"),
        ("12500000", "ur", "lakh", "1 کروڑ 25 لاکھ"),
        ("12500000", "ur", "thousands", "12 ملین 500 ہزار"),
        ("1000", "en", "thousands", "1 thousand"),
        ("999.99", "en", "thousands", ""),
        ("0", "id", "thousands", ""),
        ("1250000", "fr", "thousands", "1 million 250 thousand"),
    ],
)  # fmt: skip
def test_the_words_are_exact(amount: str, language: str, grouping: str, words: str) -> None:
    assert in_words(Decimal(amount), language, grouping) == words


def test_three_zeros_too_many_are_another_word() -> None:
    assert in_words(Decimal(4_933_000), "id") == "4 juta 933 ribu"
    assert in_words(Decimal(4_933_000_000), "id") == "4 miliar 933 juta"


def test_what_is_stored_is_said_from_a_million_on() -> None:
    assert at_a_glance(None, "id") == ""
    assert at_a_glance(Decimal(999_999), "id") == ""
    assert at_a_glance(Decimal(-1_000_000), "id") == "-1 juta"


def test_the_page_gets_the_same_scales() -> None:
    assert scales_text("id") == "kuadriliun:15 triliun:12 miliar:9 juta:6 ribu:3"
    assert scales_text("en", "lakh") == "crore:7 lakh:5 thousand:3"
