"""How people, programs and other languages write numbers: each text with what it becomes, or why it is refused.

The server's reading is held to this list by test_numbers.py, the entry page's by tests/browser/test_numbers_on_the_page.py,
and docs/numbers.md shows it: `python -m tests.wording.awkward` writes that page, `--check` says whether it is right.
"""

import os
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

import django
from django.utils.translation import override

from wording import ways
from wording.numbers import NumberRefused, parse_money, parse_points, parse_quantity
from wording.sentences import say

PAGE: Final = Path(__file__).parents[2] / "docs" / "numbers.md"
PARSERS: Final[dict[str, Callable[[str, str], Decimal]]] = {
    "money": parse_money,
    "points": parse_points,
    "volume": parse_quantity,
}
WAYS: Final = {  # the way of writing -> (a language that has it, the government's ways)
    "id": ("id", ways.Ways()),
    "en": ("en", ways.Ways()),
    "lakh": ("ur", ways.Ways(grouping=ways.LAKH, currency="PKR", fiscal_start_month=7)),
}


class Awkward(NamedTuple):
    """A text in a field for `kind`; what it becomes in each way of writing: a number, or a code without "number."."""

    text: str
    kind: str
    id: str
    en: str
    lakh: str


AWKWARD: Final = [Awkward(*row) for row in (
    ("1.234.567,89", "money", "1234567.89", "other_locale", "other_locale"),
    ("1,234,567.89", "money", "other_locale", "1234567.89", "other_grouping_lakh"),
    ("12,34,567.89", "money", "other_locale", "other_grouping_en", "1234567.89"),
    ("1.234", "money", "1234", "decimals", "decimals"),
    ("1,234", "money", "decimals", "1234", "1234"),
    ("12,345", "money", "decimals", "12345", "12345"),
    ("1,23,456", "money", "other_locale", "other_grouping_en", "123456"),
    ("1,00,000", "money", "other_locale", "other_grouping_en", "100000"),
    ("12,34,56,789.50", "money", "other_locale", "other_grouping_en", "123456789.50"),
    ("1.000.000", "money", "1000000", "other_locale", "other_locale"),
    ("1000000", "money", "1000000", "1000000", "1000000"),
    ("1 000 000", "money", "letters", "letters", "letters"),
    ("1\xa0000", "money", "letters", "letters", "letters"),
    ("1'234", "money", "letters", "letters", "letters"),
    ("1_000", "money", "letters", "letters", "letters"),
    ("1.234,5", "money", "1234.5", "other_locale", "other_locale"),
    ("1,234.5", "money", "other_locale", "1234.5", "1234.5"),
    ("1.5", "money", "other_locale", "1.5", "1.5"),
    ("1,5", "money", "1.5", "other_locale", "other_locale"),
    ("12,34", "money", "12.34", "other_locale", "other_locale"),
    ("0,5", "money", "0.5", "other_locale", "other_locale"),
    ("0.123", "money", "grouping", "decimals", "decimals"),
    ("0,00000001", "money", "decimals", "grouping", "grouping"),
    (",5", "money", "grouping", "grouping", "grouping"),
    ("5,", "money", "grouping", "grouping", "grouping"),
    (".5", "money", "grouping", "grouping", "grouping"),
    ("1..2", "money", "grouping", "grouping", "grouping"),
    ("1,,000", "money", "grouping", "grouping", "grouping"),
    ("1.2.3", "money", "grouping", "grouping", "grouping"),
    ("1.234.56", "money", "grouping", "grouping", "grouping"),
    ("1.23.456", "money", "grouping", "grouping", "grouping"),
    ("12.34.567", "money", "grouping", "grouping", "grouping"),
    ("1,2,34,567", "money", "grouping", "grouping", "grouping"),
    ("0,12,345", "money", "grouping", "grouping", "grouping"),
    ("Rp 1.250.000,-", "money", "1250000", "letters", "letters"),
    ("Rp1.500,--", "money", "1500", "letters", "letters"),
    ("rp. 2.000", "money", "2000", "decimals", "decimals"),
    ("IDR 5.000", "money", "5000", "decimals", "decimals"),
    ("PKR 5,000", "money", "decimals", "5000", "5000"),
    ("Rs 1,234/-", "money", "letters", "1234", "1234"),
    ("Rs. 12,34,567", "money", "other_locale", "other_grouping_en", "1234567"),
    ("₨ 5", "money", "5", "5", "5"),
    ("5 PKR", "money", "letters", "letters", "letters"),
    ("Rp", "money", "letters", "letters", "letters"),
    ("روپے 500", "money", "letters", "letters", "letters"),
    ("(5.000)", "money", "-5000", "decimals", "decimals"),
    ("(5,000)", "money", "decimals", "-5000", "-5000"),
    ("(-5)", "money", "letters", "letters", "letters"),
    ("−20", "money", "-20", "-20", "-20"),
    ("– 20", "money", "-20", "-20", "-20"),
    ("- 5", "money", "-5", "-5", "-5"),
    ("+5", "money", "5", "5", "5"),
    ("--5", "money", "letters", "letters", "letters"),
    ("+-5", "money", "letters", "letters", "letters"),
    ("5-", "money", "letters", "letters", "letters"),
    ("-0", "money", "0", "0", "0"),
    (" 12 ", "money", "12", "12", "12"),
    ("\xa0\u200b12\u200f", "money", "12", "12", "12"),
    ("\u200e1,000\u200f", "money", "decimals", "1000", "1000"),
    ("1.000\u200b", "money", "1000", "decimals", "decimals"),
    ("٣٤٥", "money", "345", "345", "345"),
    ("۱۲۳٫۵", "money", "123.5", "123.5", "123.5"),
    ("۱٬۲۳۴", "money", "1234", "1234", "1234"),
    ("۱۲٬۳۴٬۵۶۷", "money", "grouping", "other_grouping_en", "1234567"),
    ("۱،۲۳۴", "money", "letters", "letters", "letters"),
    ("१२३", "money", "123", "123", "123"),
    ("১২৩", "money", "letters", "letters", "letters"),
    ("１２３", "money", "123", "123", "123"),
    ("1，234", "money", "letters", "letters", "letters"),
    ("12 juta", "money", "letters", "letters", "letters"),
    ("1,5 jt", "money", "letters", "letters", "letters"),
    ("2 lakh", "money", "letters", "letters", "letters"),
    ("1e6", "money", "letters", "letters", "letters"),
    ("0x10", "money", "letters", "letters", "letters"),
    ("½", "money", "letters", "letters", "letters"),
    ("1/2", "money", "letters", "letters", "letters"),
    ("12:30", "money", "letters", "letters", "letters"),
    ("2026-01-31", "money", "letters", "letters", "letters"),
    ("∞", "money", "letters", "letters", "letters"),
    ("NaN", "money", "letters", "letters", "letters"),
    ("=1+1", "money", "letters", "letters", "letters"),
    ("5%", "money", "letters", "letters", "letters"),
    ("007", "money", "7", "7", "7"),
    ("0", "money", "0", "0", "0"),
    ("", "money", "empty", "empty", "empty"),
    ("   ", "money", "empty", "empty", "empty"),
    ("-", "money", "letters", "letters", "letters"),
    ("100.000.000.000.000.000.000", "money", "too_large", "grouping", "grouping"),
    ("999.999.999.999.999.999,99", "money", "999999999999999999.99", "other_locale", "other_locale"),
    ("999999999999999999999999999999", "money", "too_large", "too_large", "too_large"),
    ("O5", "money", "letters", "letters", "letters"),
    ("l00", "money", "letters", "letters", "letters"),
    ("33,3333", "points", "33.3333", "other_locale", "other_locale"),
    ("33.3333", "points", "other_locale", "33.3333", "33.3333"),
    ("33.333", "points", "other_locale", "33.333", "33.333"),
    ("12,5%", "points", "12.5", "other_locale", "other_locale"),
    ("12.5 %", "points", "other_locale", "12.5", "12.5"),
    ("١٢٫٥٪", "points", "12.5", "12.5", "12.5"),
    ("12,5 percent", "points", "letters", "letters", "letters"),
    ("100", "points", "100", "100", "100"),
    ("1000", "points", "too_large", "too_large", "too_large"),
    ("1.000", "points", "other_locale", "1.000", "1.000"),
    ("-5", "points", "-5", "-5", "-5"),
    ("+-5", "points", "letters", "letters", "letters"),
    ("5,00000", "points", "decimals", "grouping", "grouping"),
    ("12.345,6789", "volume", "12345.6789", "other_locale", "other_locale"),
    ("12,345.6789", "volume", "other_locale", "12345.6789", "12345.6789"),
    ("1.234", "volume", "1234", "1.234", "1.234"),
    ("1,234", "volume", "1.234", "1234", "1234"),
    ("1,23,456", "volume", "other_locale", "other_grouping_en", "123456"),
    ("0,0001", "volume", "0.0001", "other_locale", "other_locale"),
    ("Rp 5", "volume", "letters", "letters", "letters"),
    ("5 Km", "volume", "letters", "letters", "letters"),
    ("99999999999999,9999", "volume", "99999999999999.9999", "other_locale", "other_locale"),
)]  # fmt: skip

# In the table: what each code means in three words.
WHY: Final = {
    "empty": "nothing is written",
    "letters": "not only a number",
    "other_locale": "another language's way",
    "other_grouping_en": "grouped by lakh",
    "other_grouping_lakh": "grouped by thousands",
    "grouping": "signs in unusual places",
    "decimals": "too many decimals",
    "too_large": "too large",
}
KINDS: Final = {"money": "money", "points": "percentage points", "volume": "units of output"}
HEAD: Final = """# Numbers as people type them

A number is read in the declared language of the page, and never guessed: "1.234" is 1234 in Indonesian and 1.234 in English and
Urdu. Where the government counts in lakh and crore, English and Urdu group by them, and the other grouping is refused with the
way to write it; Indonesian has one way. Digits without groups are read everywhere, and so are Arabic and Urdu digits with their
own decimal and thousands signs. The server and the entry table read alike; both are tested with this list. The page is written by
`python -m tests.wording.awkward`; do not edit it by hand.

"""


def outcome(text: str, kind: str, way: str) -> str:
    """What a text becomes, or the code of its refusal, as `Awkward` has it."""
    language, theirs = WAYS[way]
    with ways.of(theirs):
        try:
            return f"{PARSERS[kind](text, language):f}"
        except NumberRefused as refused:
            return refused.code.removeprefix("number.")


def page() -> str:
    """docs/numbers.md as the code has it."""
    return HEAD + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "| What is typed | For | Indonesian | English, Urdu | with lakh and crore |"
    yield "| --- | --- | --- | --- | --- |"
    for one in AWKWARD:
        cells = [_cell(outcome(one.text, one.kind, way)) for way in WAYS]
        yield " | ".join((f"| `{_seen(one.text)}`", KINDS[one.kind], *cells)) + " |"
    yield ""
    yield "What is said, for example (the language of the reader, the way of writing of the page):"
    yield ""
    yield from (f"- {why}: {_sentence(code)}" for code, why in WHY.items())


def _cell(found: str) -> str:
    return f"*{WHY[found]}*" if found in WHY else f"**{found}**"


def _seen(text: str) -> str:
    """A text in which what nobody sees has a name."""
    named = "".join(sign if sign == " " or sign.isprintable() else f"<U+{ord(sign):04X}>" for sign in text)
    return named.replace("\N{NO-BREAK SPACE}", "<U+00A0>").replace("|", "\\|") or " "


def _sentence(code: str) -> str:
    """What the first text that is refused for this reason is told."""
    one, way = next((one, way) for one in AWKWARD for way in WAYS if outcome(one.text, one.kind, way) == code)
    language, theirs = WAYS[way]
    with ways.of(theirs):
        try:
            PARSERS[one.kind](one.text, language)
        except NumberRefused as refused:
            return say(refused.code, refused.params)
    raise AssertionError(one)


def main(asked: list[str]) -> str | None:
    """Write the page; with --check only say what is wrong with it."""
    with override("en"):
        from_code = page()
    if "--check" not in asked:
        PAGE.write_text(from_code, encoding="utf-8")
        return None
    same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == from_code
    return None if same else "docs/numbers.md is not as the code has it. Run python -m tests.wording.awkward."


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    sys.exit(main(sys.argv))
