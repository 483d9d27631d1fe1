"""Numbers as people write and read them. The language is declared by the caller, never guessed from the text.

Indonesian writes 1.234.567,89; English and Urdu write 1,234,567.89. The text "1.234" is therefore 1234 in
one and 1.234 in the other, so a text that does not fit the declared language is refused with the way to
write it.

Where the government counts in lakh and crore (`wording.ways`), English and Urdu write 12,34,567.89, and then
1,234,567.89 is refused with the way to write it, as the other way round; Indonesian has only its own way.
Whatever groups its digits neither way, such as 1234567.89, is read everywhere. docs/numbers.md shows it all.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from django.utils.translation import get_language, gettext

from wording import ways

NOTHING = "–"
SYMBOLS = {"IDR": "Rp", "PKR": "Rs "}


@dataclass(frozen=True, slots=True)
class _Way:
    """How a language writes numbers in one grouping."""

    name: str
    group: str
    decimal: str
    groups: re.Pattern[str]


def _way_of(name: str, group: str, decimal: str, head: str, middle: str) -> _Way:
    # A first group of "0" is never written: "0.123" in Indonesian is most likely an English fraction.
    pattern = rf"[1-9]{head}(?:\{group}{middle})*\{group}\d{{3}}"
    return _Way(name, group, decimal, re.compile(pattern))


_ID = _way_of("id", ".", ",", r"\d{0,2}", r"\d{3}")
_EN = _way_of("en", ",", ".", r"\d{0,2}", r"\d{3}")
_LAKH = _way_of("lakh", ",", ".", r"\d?", r"\d{2}")
_EXAMPLE = Decimal("1234567.89")
_FROM_LEFT = "\u200e"
_LONGEST = 60
_SHOWN = 40
_INVISIBLE = dict.fromkeys(
    map(
        ord,
        "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u061c",
    )
)
_MINUS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"), "-")
# Digits that keyboards here write: Arabic, Urdu, Devanagari, fullwidth. The page reads the same ones (grid.js).
_DIGITS = {zero + digit: str(digit) for zero in (0x660, 0x6F0, 0x966, 0xFF10) for digit in range(10)}
_PREFIX = re.compile(r"(?:rp\.?|idr|pkr|rs\.?|₨)\s*", re.IGNORECASE)
_ENDING = {",": re.compile(r",--?$"), ".": re.compile(r"/-$")}  # 5.000,- in Indonesia, 5,000/- in Pakistan


class NumberRefused(ValueError):
    """A text that is no number in the declared language; `code` and `params` are for
    `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any]) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class _Kind:
    """What fits into the column behind a field: digits before and after the decimal sign."""

    integers: int
    decimals: int
    prefix: bool = False
    percent: bool = False


_MONEY = _Kind(integers=18, decimals=2, prefix=True)
_POINTS = _Kind(integers=3, decimals=4, percent=True)
_QUANTITY = _Kind(integers=14, decimals=4)


def parse_money(text: str, language: str) -> Decimal:
    """An amount of money from a person's text; raises NumberRefused."""
    return _parse(text, language, _MONEY)


def parse_points(text: str, language: str) -> Decimal:
    """Percentage points (up to 4 decimals) from a person's text; raises NumberRefused."""
    return _parse(text, language, _POINTS)


def parse_quantity(text: str, language: str) -> Decimal:
    """A number of output units (up to 4 decimals) from a person's text; raises NumberRefused."""
    return _parse(text, language, _QUANTITY)


def parse_optional(
    text: str | None, language: str, parse: Callable[[str, str], Decimal] = parse_money
) -> Decimal | None:
    """As `parse`, but nothing written is None, which is not zero."""
    if text is None or not _clean(text):
        return None
    return parse(text, language)


def money(amount: Decimal | int | None, language: str | None = None, currency: str | None = None) -> str:
    """An amount as it is read: cents only where there are any, "–" for None."""
    if amount is None:
        return NOTHING
    rounded = _half_up(Decimal(amount), 2)
    text = _grouped(abs(rounded), language, 0 if rounded == rounded.to_integral_value() else 2)
    symbol = SYMBOLS.get(currency, f"{currency} ") if currency else ""
    return f"{_sign(rounded, language)}{symbol}{text}"


def points(value: Decimal | int | None, language: str | None = None, places: int = 2) -> str:
    """A percentage or percentage points with two decimals, half up, "–" for None (a division by zero)."""
    if value is None:
        return NOTHING
    rounded = _half_up(Decimal(value), places)
    return f"{_sign(rounded, language)}{_grouped(abs(rounded), language, places)}"


def exact_points(value: Decimal | None, language: str | None = None) -> str:
    """Points with as many of the stored four decimals as matter: a limit must not look equal to what
    exceeds it."""
    return points(value, language, max(2, _decimals_that_matter(value)))


def quantity(value: Decimal | int | None, language: str | None = None) -> str:
    """A number of output units, without trailing zeros."""
    return points(value, language, _decimals_that_matter(value))


def _decimals_that_matter(value: Decimal | int | None) -> int:
    text = "" if value is None else f"{_half_up(Decimal(value), 4):f}"
    return len(text.partition(".")[2].rstrip("0"))


def _half_up(value: Decimal, places: int) -> Decimal:
    with localcontext(prec=60):  # the default 28 digits are too few for a sum of the largest columns
        return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _way(language: str | None) -> _Way:
    if (language or get_language() or "id")[:2] == "id":
        return _ID
    return _LAKH if ways.current().grouping == ways.LAKH else _EN


def _sign(value: Decimal, language: str | None) -> str:
    """What stands before a number. Among words from right to left a bare minus would move behind it: a mark that nobody
    sees keeps it there; it is passed over when the number is read."""
    if value >= 0:
        return ""
    return f"{_FROM_LEFT}-" if (language or get_language() or "id")[:2] == "ur" else "-"


def way(language: str | None) -> str:
    """What a script is told of how numbers are written here: "id", "en" or "lakh"."""
    return _way(language).name


def _grouped(value: Decimal, language: str | None, places: int) -> str:
    how = _way(language)
    whole, _, fraction = f"{_half_up(value, places):f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    width = 2 if how is _LAKH else 3
    first = len(head) % width
    pieces = [head[:first], *(head[at : at + width] for at in range(first, len(head), width)), tail]
    text = how.group.join(piece for piece in pieces if piece)
    return f"{text}{how.decimal}{fraction}" if fraction else text


def _parse(text: str, language: str, kind: _Kind) -> Decimal:
    shown = text.strip()[:_SHOWN]
    cleaned = _clean(text)
    if not cleaned:
        raise NumberRefused("number.empty", {"write": _example(language, kind)})
    how = _way(language)
    negative, body = _bare(cleaned, how, kind)
    if len(body) > _LONGEST:
        raise NumberRefused("number.too_large", {"value": shown, "digits": kind.integers})
    found = sorted(set(body) - set("0123456789.,"))
    if found or not body:
        seen = ", ".join(gettext("a space") if sign.isspace() else sign for sign in found)
        refused = {"value": shown, "found": seen or shown, "write": _example(language, kind)}
        raise NumberRefused("number.letters", refused)
    value = _read(body, how)
    if value is None:
        raise _misfit(body, shown, language, kind)
    if -_exponent(value) > kind.decimals:
        raise _too_fine(body, value, shown, language, kind)
    if value >= Decimal(10) ** kind.integers:
        raise _too_large(body, shown, language, kind)
    return -value if negative and value else value


def _clean(text: str) -> str:
    """Without what nobody sees: spaces around, direction marks; every digit and minus sign in its plain
    form."""
    return text[:400].translate(_INVISIBLE).translate(_MINUS).translate(_DIGITS).strip()


def _bare(text: str, how: _Way, kind: _Kind) -> tuple[bool, str]:
    """The sign, and the text without sign, currency, per cent sign and the ending that stands for no cents."""
    sign = ""
    if text.startswith("(") and text.endswith(")"):
        sign, text = "-", text[1:-1].strip()
    sign, text = _unsigned(text, sign)
    if kind.prefix:
        text = _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text
        sign, text = _unsigned(text, sign)
        text = _ENDING[how.decimal].sub("", text)
    if kind.percent:
        text = re.sub(r"\s*[%\u066a]$", "", text)
    # The Arabic signs mean the same in every language.
    return sign == "-", text.replace("\u066b", how.decimal).replace("\u066c", how.group)


def _unsigned(text: str, sign: str) -> tuple[str, str]:
    if text[:1] in ("-", "+") and not sign:
        return text[0], text[1:].lstrip()
    return sign, text


def _read(body: str, how: _Way) -> Decimal | None:
    """The number, or None when separators do not stand where this way of writing puts them."""
    whole, mark, fraction = body.partition(how.decimal)
    if mark and not fraction.isdigit():
        return None
    if not whole.isdigit():
        if not how.groups.fullmatch(whole):
            return None
        whole = whole.replace(how.group, "")
    return Decimal(f"{whole}.{fraction}" if fraction else whole)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _as_other(body: str, language: str, kind: _Kind) -> tuple[Decimal, _Way] | None:
    """The number that the text would be in another way of writing, if it fits the field there, and that way."""
    here = _way(language)
    for other in (_ID, _EN, _LAKH):
        value = None if other is here else _read(body, other)
        if value is not None and -_exponent(value) <= kind.decimals and value < Decimal(10) ** kind.integers:
            return value, other
    return None


def _misfit(body: str, shown: str, language: str, kind: _Kind) -> NumberRefused:
    found = _as_other(body, language, kind)
    if found is None:
        return NumberRefused("number.grouping", {"value": shown, "write": _example(language, kind)})
    value, other = found
    same_signs = other.decimal == _way(language).decimal
    code = f"number.other_grouping_{_way(language).name}" if same_signs else "number.other_locale"
    return NumberRefused(code, {"value": shown, "write": _written(value, language)})


def _too_fine(body: str, value: Decimal, shown: str, language: str, kind: _Kind) -> NumberRefused:
    found = _as_other(body, language, kind)
    write = _written(_half_up(value, kind.decimals) if found is None else found[0], language)
    params = {"value": shown, "decimals": -_exponent(value), "limit": kind.decimals, "write": write}
    return NumberRefused("number.decimals", params)


def _too_large(body: str, shown: str, language: str, kind: _Kind) -> NumberRefused:
    found = _as_other(body, language, kind)
    if found is not None:
        return NumberRefused("number.other_locale", {"value": shown, "write": _written(found[0], language)})
    return NumberRefused("number.too_large", {"value": shown, "digits": kind.integers})


def _written(value: Decimal, language: str) -> str:
    return _grouped(value, language, max(0, -_exponent(value)))


def _example(language: str, kind: _Kind) -> str:
    return _written(Decimal("12.5") if kind.percent else _EXAMPLE, language)


def symbol(currency: str) -> str:
    """What stands in table heads: "Rp"; a currency without a symbol stands for itself."""
    return SYMBOLS.get(currency, currency).strip()
