"""The number of a citizen's ticket: sixteen digits in four groups, as on a prepaid card. Pure.

Digits are said and typed alike in every language and on every telephone. Fifteen are drawn by lot, so that nobody finds a
ticket by counting; the last one is a check digit (Damm), which catches every single wrong digit and every two exchanged ones.
"""

import secrets
import unicodedata

DIGITS, GROUP = 16, 4
# Damm's quasigroup of order ten: H. M. Damm, 2004.
TABLE = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017",
    "9438617205", "2581436790",
)  # fmt: skip


def new_ticket() -> str:
    """A ticket that nobody can foretell: 4821-0937-5562-1184."""
    drawn = f"{secrets.randbelow(10 ** (DIGITS - 1)):0{DIGITS - 1}d}"
    return written(drawn + _check(drawn))


def written(digits: str) -> str:
    """Sixteen digits as they are printed."""
    return "-".join(digits[at : at + GROUP] for at in range(0, DIGITS, GROUP))


def read_ticket(text: str) -> str | None:
    """The ticket that somebody typed, whatever stands between the digits and in whatever script they are; None when it is none.

    The last digit must fit the others.
    """
    digits = "".join(
        str(unicodedata.digit(sign)) for sign in text[:100] if unicodedata.digit(sign, None) is not None
    )
    return written(digits) if len(digits) == DIGITS and _check(digits) == "0" else None


def _check(digits: str) -> str:
    """The digit that makes the whole come out as zero; of a whole number, whether it does."""
    row = 0
    for digit in digits:
        row = int(TABLE[row][int(digit)])
    return str(row)
