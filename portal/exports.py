"""The same rows as files: CSV, XLSX and JSON beside every table, and all published lines as open data.

Money is written exactly, points with their four stored decimals, moments in UTC, names of columns in English whatever
the reader's language, so that a program that reads them keeps working. Nothing known is an empty cell, never 0.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.http import HttpResponse
from rustpy_xlsxwriter import FastExcel

from approvals.published import COLUMNS, count_lines, published_lines
from registry.models import FiscalYear
from submissions.formulas import half_up
from wording.files import csv_file, plain

ROWS_A_SHEET = 1_000_000  # a worksheet ends at 1,048,576
EXACT_DIGITS = 15  # what a spreadsheet's numbers keep
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON = "application/json; charset=utf-8"


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
    return csv_file(name, [column.name for column in columns], _values(columns, rows))


def xlsx_answer(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> HttpResponse:
    """A table as a worksheet."""
    out = io.BytesIO()
    write_sheets([column.name for column in columns], _values(columns, rows), out)
    return _attached(out.getvalue(), XLSX, f"{name}.xlsx")


def json_answer(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> HttpResponse:
    """A table as one array, one object a line; money and points as strings, so that no reader makes floats of them."""
    names = [column.name for column in columns]
    lines = [
        json.dumps(dict(zip(names, map(_jsonable, row), strict=True)), ensure_ascii=False)
        for row in _values(columns, rows)
    ]
    return _attached(("[\n" + ",\n".join(lines) + "\n]\n").encode(), JSON, f"{name}.json")


ANSWERS = {"csv": csv_answer, "xlsx": xlsx_answer, "json": json_answer}


def write_xlsx(year: FiscalYear, out: Path, path: str = "") -> int:
    """All published lines of a year, of units at or below `path`, as worksheets; returns how many."""
    count = count_lines(year, path)
    write_sheets(COLUMNS, published_lines(year, path), str(out), count)
    return count


def write_sheets(
    names: Sequence[str], rows: Iterable[Sequence[Any]], out: BinaryIO | str, count: int = 0
) -> None:
    """One worksheet, and another one for each further million of `count` rows; memory stays constant."""
    book, left = FastExcel(out).freeze(row=1), iter(rows)
    sheets = max(1, -(-count // ROWS_A_SHEET))
    for number in range(1, sheets + 1):
        # The last one takes what came meanwhile.
        part = islice(left, ROWS_A_SHEET) if number < sheets else left
        book.sheet(f"Sheet{number}", _records(names, part))
    book.save()


def _records(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    empty = True
    for row in rows:
        empty = False
        yield dict(zip(names, map(_cell, row), strict=True))
    if empty:
        yield dict.fromkeys(names)


def _cell(value: Any) -> Any:
    """A number as far as a spreadsheet keeps it exactly, else text; no text is run as a formula."""
    kind = type(value)
    if kind is str or value is None or (kind is int and abs(value) < 10**EXACT_DIGITS):
        return value
    if kind is Decimal and len(value.as_tuple().digits) <= EXACT_DIGITS:
        return value
    return value if isinstance(value, str) else plain(value)


def _values(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[list[Any]]:
    return ([column.value(row) for column in columns] for row in rows)


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _jsonable(value: Any) -> Any:
    if value is None or isinstance(value, int | str):
        return value
    return plain(value)
