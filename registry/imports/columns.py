"""From cells to values: which columns a file has, and what each cell means in the declared language."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from registry.imports.problems import Problem, Problems, in_words
from registry.reading import Cell, Table
from wording.numbers import NumberRefused, parse_money, parse_quantity, quantity

SURE_DIGITS = 15  # of a number in a spreadsheet
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NIP = re.compile(r"\d{18}")


class Unclear(Exception):
    """A cell whose meaning is not certain; code and parameters of the sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Column:
    """A known column. `needed`: the file must have it. `filled`: where it is there, no cell of it is empty."""

    name: str
    read: Callable[[Cell, str], Any]
    needed: bool = False
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One row as values; an empty or absent cell is None."""

    row: int
    values: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)


def check_columns(table: Table, columns: Sequence[Column], problems: Problems) -> list[Problem]:
    """Missing columns are errors, unknown ones too when they look like a slip; other unknown ones become notes."""
    known, notes = {column.name: column for column in columns}, []
    for name in table.columns:
        if name in known:
            continue
        heading = table.headings[table.columns.index(name)]
        absent = [each for each in known if each not in table.columns]
        near = get_close_matches(name, absent, n=1, cutoff=0.8)
        if near:
            problems.add("import.column_typo", None, name, heading, column=heading, suggestion=near[0])
        else:
            notes.append(Problem("import.column_ignored", {"column": heading}, None, name))
    for column in columns:
        if column.needed and column.name not in table.columns:
            found = in_words(table.headings)
            problems.add("import.missing_column", None, column.name, column=column.name, found=found)
    return notes


def take(table: Table, columns: Sequence[Column], locale: str, problems: Problems) -> list[Record]:
    """The rows as values. Every cell that cannot be read is a problem; its value is None."""
    here = [column for column in columns if column.name in table.columns]
    records = []
    for row in table.rows:
        if row.extra:
            problems.add("import.extra_cells", row.number, separator=table.separator or ";")
        values = {
            column.name: _value(row.number, column, row.cells[column.name], locale, problems)
            for column in here
        }
        records.append(Record(row.number, values))
    return records


def _value(row: int, column: Column, cell: Cell, locale: str, problems: Problems) -> Any:
    if cell == "":
        if column.filled:
            problems.add("import.required", row, column.name, column=column.name)
        return None
    try:
        return column.read(cell, locale)
    except Unclear as unclear:
        problems.add(unclear.code, row, column.name, cell, **unclear.params)
    except NumberRefused as refusal:
        problems.add(refusal.code, row, column.name, cell, **refusal.params)
    return None


# --- Kinds of cells --------------------------------------------------------------------------------------


def text(limit: int) -> Callable[[Cell, str], str]:
    """Text of at most `limit` characters."""

    def read(cell: Cell, locale: str) -> str:
        value = _written(cell)
        if len(value) > limit:
            raise Unclear("import.too_long", length=len(value), limit=limit)
        return value

    return read


def choice(known: Sequence[str], *, fold: Callable[[str], str] = str.upper) -> Callable[[Cell, str], str]:
    """One of the known words, in any case."""

    def read(cell: Cell, locale: str) -> str:
        value = fold(_written(cell))
        if value not in known:
            raise Unclear("import.choice", value=_written(cell), known=in_words(known))
        return value

    return read


def money(cell: Cell, locale: str) -> Decimal:
    """An amount with at most two decimals; text by the declared language, spreadsheet numbers exactly."""
    return parse_money(cell, locale) if isinstance(cell, str) else _number(cell, locale, 2)


def amount(cell: Cell, locale: str) -> Decimal:
    """A quantity or percentage points with at most four decimals."""
    return parse_quantity(cell, locale) if isinstance(cell, str) else _number(cell, locale, 4)


def day(cell: Cell, locale: str) -> date:
    """A date cell, or text as 2026-01-31: any other order of day and month would be guessed."""
    if isinstance(cell, date):
        return cell
    try:
        if isinstance(cell, str) and _ISO_DAY.fullmatch(cell):
            return date.fromisoformat(cell)
    except ValueError:
        pass
    raise Unclear("import.date", value=str(cell), example="2026-01-31")


def nip(cell: Cell, locale: str) -> str:
    """The 18 digits of a civil servant's number, with or without spaces."""
    digits = _written(cell).replace(" ", "")
    if not _NIP.fullmatch(digits) or not digits.isascii():
        raise Unclear("import.nip", value=str(cell))
    return digits


def email(cell: Cell, locale: str) -> str:
    """An e-mail address."""
    value = text(254)(cell, locale)
    try:
        validate_email(value)
    except ValidationError as error:
        raise Unclear("import.email", value=value, example="nama@contoh.test") from error
    return value


def _written(cell: Cell) -> str:
    """The text of a cell; a whole number stands for its digits while the spreadsheet has kept all of them."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        raise Unclear("import.is_truth")
    if isinstance(cell, date):
        raise Unclear("import.is_date", value=cell.isoformat())
    if isinstance(cell, int) or cell.is_integer():
        if abs(cell) >= 10**SURE_DIGITS:
            raise Unclear("import.digits_lost", value=f"{Decimal(cell):f}")
        return str(int(cell))
    return repr(cell)


def _number(cell: int | float | bool | date, locale: str, places: int) -> Decimal:
    """The number a spreadsheet shows: 15 digits; what a formula leaves beyond them (0.1 + 0.2) is not meant."""
    if isinstance(cell, bool):
        raise Unclear("import.is_truth")
    if isinstance(cell, date):
        raise Unclear("import.is_date", value=cell.isoformat())
    value = Decimal(repr(cell))
    if not value.is_finite() or abs(value) >= 10**SURE_DIGITS:
        raise Unclear("import.digits_lost", value=repr(cell))
    if _places(value) > places:
        shown = Decimal(f"{cell:.{SURE_DIGITS}g}")
        value = shown if abs(shown - value) < Decimal("1e-6") else value
    if _places(value) > places:
        with localcontext(prec=60):
            rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        raise NumberRefused(
            "number.decimals",
            {
                "value": f"{value:f}",
                "decimals": _places(value),
                "limit": places,
                "write": quantity(rounded, locale),
            },
        )
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
