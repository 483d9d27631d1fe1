"""Days and months as treasuries' files write them. What could be read in two ways is refused, never guessed."""

import re
from datetime import date, datetime

from registry.imports.columns import Unclear
from registry.models import FiscalYear
from registry.reading import Cell

# The first letters of a month's name in Indonesian, English and Urdu; longer ones first where one begins another.
NAMES = {
    "jan": 1, "feb": 2, "peb": 2, "mar": 3, "apr": 4, "mei": 5, "may": 5, "jun": 6, "jul": 7, "agu": 8, "ags": 8, "aug": 8,
    "sep": 9, "okt": 10, "oct": 10, "nop": 11, "nov": 11, "des": 12, "dec": 12, "جنو": 1, "فرو": 2, "مار": 3, "اپر": 4,
    "مئی": 5, "جون": 6, "جول": 7, "اگس": 8, "ستم": 9, "اکت": 10, "نوم": 11, "دسم": 12,
}  # fmt: skip
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_WORDS = re.compile(r"(\d{1,2})[ -]([^\W\d_]{3,})[ ,-]+(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/](\d{1,2})")
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/](\d{4})")
_NAMED = re.compile(r"([^\W\d_]{3,})(?:[ -]+(\d{4}))?")


def day(cell: Cell, locale: str) -> date:
    """A day: a date cell, 2026-01-31, 31/01/2026 or 31 Januari 2026. Raises Unclear.

    Indonesian writes the day first. In English 03/04/2026 may be either, so it is refused.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    written = cell if isinstance(cell, str) else ""
    try:
        if match := _ISO.fullmatch(written):
            return date(*map(int, match.groups()))
        if match := _NUMBERS.fullmatch(written):
            return _by_numbers(*map(int, match.groups()), locale=locale)
        if (match := _WORDS.fullmatch(written)) and (number := _named(match[2])):
            return date(int(match[3]), number, int(match[1]))
    except ValueError:
        pass
    raise Unclear("import.date", value=str(cell)[:40], example="2026-01-31")


def _by_numbers(first: int, second: int, year: int, *, locale: str) -> date:
    if locale != "id" and first != second and first <= 12 and second <= 12:
        raise ValueError
    return date(year, second, first) if second <= 12 else date(year, first, second)


def month_of(cell: Cell, locale: str) -> tuple[int | None, int]:
    """(calendar year or None, calendar month): 1 to 12, a name, 2026-01, 01/2026 or a date. Raises Unclear."""
    if isinstance(cell, date):
        return cell.year, cell.month
    if isinstance(cell, bool) or isinstance(cell, float) and not cell.is_integer():
        raise Unclear("payments.month", value=str(cell)[:40])
    written = cell.strip() if isinstance(cell, str) else str(int(cell))
    year, number = _month(written)
    if not 1 <= number <= 12:
        raise Unclear("payments.month", value=written[:40])
    return year, number


def _month(written: str) -> tuple[int | None, int]:
    if written.isascii() and written.isdigit() and len(written) <= 2:
        return None, int(written)
    if match := _YEAR_FIRST.fullmatch(written):
        return int(match[1]), int(match[2])
    if match := _MONTH_FIRST.fullmatch(written):
        return int(match[2]), int(match[1])
    if match := _NAMED.fullmatch(written):
        return (int(match[2]) if match[2] else None), _named(match[1])
    return None, 0


def _named(word: str) -> int:
    return NAMES.get(word.lower()[:3], 0)


def fiscal_month(calendar_year: int | None, month: int, year: FiscalYear) -> int | None:
    """The month of the fiscal year that a calendar month is, 1 to 12; None for one outside it."""
    start = year.start_date
    if calendar_year is None:
        return (month - start.month) % 12 + 1
    number = (calendar_year - start.year) * 12 + month - start.month + 1
    return number if 1 <= number <= 12 else None
