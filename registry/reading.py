"""Reading a CSV or XLSX file into rows of cells, safely, with row numbers as the spreadsheet shows them.

What a cell means is decided by `registry.imports.columns`; here only what is certain is set right: spaces around,
no-break and thin spaces, a byte-order mark. The separator of a CSV file is taken from its heading alone.
"""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from registry.rules import normalise
from registry.workbooks import MEGABYTE, MOST_PACKED, MOST_ROWS, FileRefused, check_workbook, column_letters

__all__ = ["Cell", "FileRefused", "Note", "Row", "Table", "check_xlsx", "read_table"]

Cell = str | int | float | bool | date
SEPARATORS = (",", ";", "\t")
CSV_NAMES, XLSX_NAMES = {".csv", ".tsv", ".txt"}, {".xlsx"}
_HEADING = re.compile(r"[\s_-]+")
# What a file really is, by its first bytes; the words need no translation.
_SIGNS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE2"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x1f\x8b", "GZIP"),
)


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a file that was read all the same."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the spreadsheet, and its cells by column; an empty cell is ''."""

    number: int
    cells: dict[str, Cell]
    extra: bool = False  # values beyond the last heading


@dataclass(slots=True)
class Table:
    """A file that was read: columns in their order (`headings` as written), rows, notes, separator of a CSV."""

    columns: list[str]
    headings: list[str]
    rows: list[Row]
    notes: list[Note]
    separator: str = ""


def read_table(source: str | Path | BinaryIO, name: str) -> Table:
    """Read the rows of a file called `name`; raises FileRefused, with a sentence that names the cure."""
    with _opened(source, name) as file:
        kind, suffix = _kind(_head(file)), Path(name).suffix.lower()
        if kind == "OLE2":
            raise FileRefused("import.protected")
        if kind == "ZIP" and suffix in XLSX_NAMES:
            check_workbook(file)
            return _read_xlsx(file)
        if kind == "CSV" and suffix in CSV_NAMES:
            return _read_csv(file.read())
        raise FileRefused(
            "import.kind", name=Path(name).name, found="XLSX" if _is_workbook(file, kind) else kind
        )


def check_xlsx(file: BinaryIO, name: str) -> None:
    """Refuse what is no XLSX workbook by its content, whatever its name; macros too, which nobody here would run."""
    kind = _kind(_head(file))
    if kind == "OLE2":
        raise FileRefused("import.protected")
    parts = _parts(file) if kind == "ZIP" else []
    if kind != "ZIP" or "content.xml" in parts:
        raise FileRefused("import.kind", name=Path(name).name, found="ODF" if parts else kind)
    check_workbook(file)
    if any(part.lower().endswith("vbaproject.bin") for part in parts):
        raise FileRefused("import.macros")


def _head(file: BinaryIO) -> bytes:
    """The first bytes of a file that is neither empty nor too large."""
    size = file.seek(0, 2)
    file.seek(0)
    if not size:
        raise FileRefused("import.empty")
    if size > MOST_PACKED:
        raise FileRefused("import.size", size=-(-size // MEGABYTE), limit=MOST_PACKED // MEGABYTE)
    head = file.read(4096)
    file.seek(0)
    return head


def _parts(file: BinaryIO) -> list[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise FileRefused("import.damaged") from error
    finally:
        file.seek(0)


@contextmanager
def _opened(source: str | Path | BinaryIO, name: str) -> Iterator[BinaryIO]:
    if not isinstance(source, str | Path):
        yield source
        return
    try:
        file = Path(source).open("rb")
    except OSError as error:
        raise FileRefused("import.file", name=name) from error
    with file:
        yield file


def _kind(head: bytes) -> str:
    for sign, kind in _SIGNS:
        if head.startswith(sign):
            return kind
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<body")):
        return "HTML"
    if text.startswith(b"<"):
        return "XML"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused("import.encoding")
    return "?" if b"\0" in head else "CSV"


def _is_workbook(file: BinaryIO, kind: str) -> bool:
    if kind != "ZIP":
        return False
    try:
        check_workbook(file)
    except FileRefused:
        return False
    return True


# --- CSV -------------------------------------------------------------------------------------------------


def _read_csv(content: bytes) -> Table:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefused("import.encoding", row=line) from error
    if "\0" in text:
        raise FileRefused("import.encoding")
    separator = _separator(text)
    table = _table(_records(text, separator))
    table.separator = separator
    return table


def _separator(text: str) -> str:
    heading = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=heading.count)


def _records(text: str, separator: str) -> Iterator[list[Cell]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 1
    try:
        for cells in reader:
            yield list(cells)
            row += 1
    except csv.Error as error:
        raise FileRefused("import.quotes", row=row) from error


# --- XLSX ------------------------------------------------------------------------------------------------


def _read_xlsx(file: BinaryIO) -> Table:
    try:
        with CalamineWorkbook.from_filelike(BytesIO(file.read())) as book:
            sheets = [
                each.name
                for each in book.sheets_metadata
                if each.typ == SheetTypeEnum.WorkSheet and each.visible == SheetVisibleEnum.Visible
            ]
            if not sheets:
                raise FileRefused("import.no_sheet")
            sheet = book.get_sheet_by_name(sheets[0])
            if merged := sheet.merged_cell_ranges:
                raise FileRefused("import.merged", row=merged[0][0][0] + 1, cells=_ranges(merged))
            table = _table(_plain(row) for row in sheet.to_python(skip_empty_area=False))
    except CalamineError as error:
        raise FileRefused("import.damaged") from error
    if len(sheets) > 1:
        table.notes.append(Note("import.other_sheets", {"sheet": sheets[0], "others": sheets[1:]}))
    return table


def _ranges(merged: list[tuple[tuple[int, int], tuple[int, int]]]) -> str:
    names = [
        f"{column_letters(start[1] + 1)}{start[0] + 1}:{column_letters(end[1] + 1)}{end[0] + 1}"
        for start, end in sorted(merged)
    ]
    return ", ".join(names[:10]) + (" …" if len(names) > 10 else "")


def _plain(row: list[Any]) -> list[Cell]:
    return [_day(value) if isinstance(value, datetime | time | timedelta) else value for value in row]


def _day(value: datetime | time | timedelta) -> Cell:
    """A moment at midnight is a day; other times stay text, which no number or date column takes."""
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value.isoformat(sep=" ")
    return str(value)


# --- Both ------------------------------------------------------------------------------------------------


def _table(records: Iterable[list[Cell]]) -> Table:
    numbered = ((number, [_tidy(cell) for cell in cells]) for number, cells in enumerate(records, start=1))
    filled = ((number, cells) for number, cells in numbered if any(cell != "" for cell in cells))
    heading = next(filled, None)
    if heading is None:
        raise FileRefused("import.empty")
    headings = [str(cell) for cell in heading[1]]
    columns = [_HEADING.sub("_", text.strip().lower()).strip("_") for text in headings]
    used = [column for column in columns if column]
    if twice := next((column for column in used if used.count(column) > 1), None):
        raise FileRefused("import.twice_column", row=heading[0], column=twice)
    rows: list[Row] = []
    nameless: set[int] = set()
    for number, cells in filled:
        if number > MOST_ROWS:
            raise FileRefused("import.sheet_reach", found=str(number), limit=str(MOST_ROWS))
        rows.append(_row(number, cells, columns, nameless))
    if not rows:
        raise FileRefused("import.no_rows")
    notes = [
        Note("import.column_nameless", {"column": column_letters(index + 1)}) for index in sorted(nameless)
    ]
    return Table(used, [text for text in headings if text], rows, notes)


def _row(number: int, cells: list[Cell], columns: list[str], nameless: set[int]) -> Row:
    named: dict[str, Cell] = {column: "" for column in columns if column}
    extra = False
    for index, cell in enumerate(cells):
        if index >= len(columns):
            extra = extra or cell != ""
        elif columns[index]:
            named[columns[index]] = cell
        elif cell != "":
            nameless.add(index)
    return Row(number, named, extra)


def _tidy(cell: Cell) -> Cell:
    return normalise(cell) if isinstance(cell, str) else cell
