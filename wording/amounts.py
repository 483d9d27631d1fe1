"""An amount in words of its size: "1 miliar 250 juta". Exact, so that three zeros too many catch the eye.

The words belong to the language in which the amount is written, the scales to the government: English and Urdu count in
thousands or, as in Pakistan, in lakh and crore; Indonesian has one way.
"""

from decimal import Decimal
from typing import Final

from wording.numbers import money

THOUSANDS, LAKH = "thousands", "lakh"
FROM: Final = Decimal(1_000_000)  # what is smaller is read at a glance

_ID = (("kuadriliun", 15), ("triliun", 12), ("miliar", 9), ("juta", 6), ("ribu", 3))
_EN = (("quadrillion", 15), ("trillion", 12), ("billion", 9), ("million", 6), ("thousand", 3))
_UR = (("کواڈریلین", 15), ("ٹریلین", 12), ("بلین", 9), ("ملین", 6), ("ہزار", 3))
_SCALES: Final = {
    ("id", THOUSANDS): _ID,
    ("id", LAKH): _ID,
    ("en", THOUSANDS): _EN,
    ("en", LAKH): (("crore", 7), ("lakh", 5), ("thousand", 3)),
    ("ur", THOUSANDS): _UR,
    ("ur", LAKH): (("کھرب", 11), ("ارب", 9), ("کروڑ", 7), ("لاکھ", 5), ("ہزار", 3)),
}


def scales(language: str, grouping: str = THOUSANDS) -> tuple[tuple[str, int], ...]:
    """The words for powers of ten, the largest first: ("juta", 6) is a million."""
    return _SCALES[language[:2] if language[:2] in ("id", "en", "ur") else "en", grouping]


def scales_text(language: str, grouping: str = THOUSANDS) -> str:
    """The same for a data attribute: "miliar:9 juta:6 ribu:3"."""
    return " ".join(f"{word}:{power}" for word, power in scales(language, grouping))


def in_words(amount: Decimal, language: str, grouping: str = THOUSANDS) -> str:
    """ "1 miliar 250 juta", exact to the cent; what is below a thousand stands as a number. "" below one thousand."""
    rest = abs(amount)
    if rest < 1000:
        return ""
    parts = ["-"] if amount < 0 else []
    for word, power in scales(language, grouping):
        count, rest = divmod(rest, Decimal(10) ** power)
        if count:
            parts.append(f"{money(count, language)} {word}")
    if rest:
        parts.append(money(rest, language))
    return " ".join(parts).replace("- ", "-", 1)


def at_a_glance(amount: Decimal | None, language: str, grouping: str = THOUSANDS) -> str:
    """The words of a stored amount where they help: from one million on."""
    return "" if amount is None or abs(amount) < FROM else in_words(amount, language, grouping)
