"""The same rows as files: CSV beside every table, and all published lines as open data.

Money is written exactly, points with their four stored decimals, moments in UTC, names of columns in English whatever
the reader's language, so that a program that reads them keeps working. Nothing known is an empty cell, never 0.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TextIO

import xlsxwriter
from django.http import HttpResponse

from approvals.published import COLUMNS
from submissions.formulas import half_up
from wording.files import csv_file, plain

ROWS_A_SHEET = 1_000_000  # a worksheet ends at 1,048,576
EXACT_DIGITS = 15  # what a spreadsheet's numbers keep


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the file and how to find its value."""

    name: str
    value: Callable[[Any], Any]


def points(value: Decimal | None) -> Decimal | None:
    """Points as they are stored: four decimals, half up."""
    return None if value is None else half_up(value, 4)


def csv_answer(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> HttpResponse:
    """A table as a CSV file (RFC 4180, UTF-8)."""
    values = ([column.value(row) for column in columns] for row in rows)
    return csv_file(name, [column.name for column in columns], values)


def write_json(rows: Iterable[Sequence[Any]], out: TextIO) -> int:
    """One array, one object a line; money and points as strings, so that no reader makes floats of them."""
    count = 0
    out.write("[")
    for count, row in enumerate(rows, 1):
        out.write(",\n" if count > 1 else "\n")
        json.dump(dict(zip(COLUMNS, map(_jsonable, row), strict=True)), out, ensure_ascii=False)
    out.write("\n]\n")
    return count


def write_xlsx(rows: Iterable[Sequence[Any]], path: str) -> int:
    """One worksheet, and another one for each further million rows."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book, sheet, place, count = xlsxwriter.Workbook(path, options), None, 0, 0
    try:
        for row in rows:
            if sheet is None or place > ROWS_A_SHEET:
                sheet, place = _sheet(book), 1
            for column, value in enumerate(row):
                _write_cell(sheet, place, column, value)
            place, count = place + 1, count + 1
        if sheet is None:
            _sheet(book)
    finally:
        book.close()
    return count


def _sheet(book: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name)
    return sheet


def _write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, int) or (
        isinstance(value, Decimal) and len(value.as_tuple().digits) <= EXACT_DIGITS
    ):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, _text(value))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else plain(value)


def _jsonable(value: Any) -> Any:
    if value is None or isinstance(value, int | str):
        return value
    return plain(value)
