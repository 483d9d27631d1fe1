"""What the cells of a workbook hold, exactly as its file says: sums as decimals, formulas, dates, what is merged or hidden.

For files that `registry.reading.check_xlsx` has let through. A reader of values alone would not tell a formula from a
number or a hidden row from a visible one, and makes binary fractions of sums.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from posixpath import join, normpath
from typing import BinaryIO
from xml.parsers import expat

from registry.workbooks import MEGABYTE, WORKBOOK, FileRefused, column_letters

MOST_READ = 60 * MEGABYTE  # unpacked, of the parts that are read here
MOST_FILLED = 300_000  # cells that hold something
MOST_STRINGS = 300_000
MOST_MERGED = 10_000
MOST_ELEMENTS = 1_000_000
LONGEST_NUMBER = 40  # characters; programs write 17 digits
PIECE = 64 * 1024
RELATIONS, STRINGS, STYLES = "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml"
# Formats that the standard numbers without writing them down: days and times; percentages.
_DAYS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_PERCENTS = {9, 10}
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
Value = str | Decimal | bool | date
Range = tuple[int, int, int, int]  # first row, first column, last row, last column


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `value` is None for a formula whose result the file does not hold; `error` is one such as #DIV/0!."""

    value: Value | None
    error: str = ""
    formula: bool = False
    percent: bool = False


@dataclass(slots=True)
class Sheet:
    """One worksheet; rows and columns count from 1."""

    name: str
    hidden: bool
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)

    def at(self, row: int, column: int) -> Cell | None:
        return self.rows.get(row, {}).get(column)

    def hides_column(self, column: int) -> bool:
        return any(first <= column <= last for first, last in self.hidden_columns)


def place(row: int, column: int) -> str:
    """The name of a cell: F12."""
    return f"{column_letters(column)}{row}"


def span(area: Range) -> str:
    """The name of a range: F12:F14."""
    return f"{place(area[0], area[1])}:{place(area[2], area[3])}"


def read_sheets(file: BinaryIO) -> list[Sheet]:
    """All worksheets in their order; raises FileRefused for what no spreadsheet program writes."""
    try:
        with zipfile.ZipFile(file) as archive:
            book = _Book(archive)
            return [book.read(sheet, part) for sheet, part in book.sheets]
    except (expat.ExpatError, zipfile.BadZipFile, KeyError, IndexError, ValueError, OverflowError) as error:
        raise FileRefused("import.damaged") from error


def _walk(
    archive: zipfile.ZipFile,
    part: str,
    opened: Callable[[str, dict[str, str]], None],
    closed: Callable[[str, str], None],
    most: int,
) -> int:
    """Call `opened(name, attributes)` and `closed(name, text)` for each element, names without a prefix. Returns how many of
    `most` elements are left."""
    parser, text, count = expat.ParserCreate(), list[str](), 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        text.clear()
        opened(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        closed(name.rpartition(":")[2], "".join(text))
        text.clear()

    def declared(*_: object) -> None:
        raise FileRefused("import.packed", found="DOCTYPE", limit="0")

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text.append, declared
    with archive.open(part) as content:
        for piece in iter(lambda: content.read(PIECE), b""):
            parser.Parse(piece)
            if count > most:
                raise FileRefused("import.packed", found=part[:80], limit=str(MOST_ELEMENTS))
        parser.Parse(b"", True)
    return most - count


class _Book:
    """What the sheets share: their names, the texts, the formats."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.parts = set(archive.namelist())
        self.sheets: list[tuple[Sheet, str]] = []
        self.from_1904 = False
        self.strings: list[str] = []
        self.days: set[int] = set()
        self.percents: set[int] = set()
        self.left, self.elements = MOST_FILLED, MOST_ELEMENTS
        if sum(part.file_size for part in archive.infolist()) > MOST_READ:
            raise FileRefused("import.unpacked", limit=MOST_READ // MEGABYTE)
        self._contents()
        if STRINGS in self.parts:
            self._texts()
        if STYLES in self.parts:
            self._formats()

    def _contents(self) -> None:
        targets: dict[str, str] = {}

        def relation(name: str, told: dict[str, str]) -> None:
            if name == "Relationship" and told.get("Type", "").endswith("/worksheet"):
                targets[told["Id"]] = normpath(join("xl", told["Target"])).lstrip("/")

        def sheet(name: str, told: dict[str, str]) -> None:
            if name == "workbookPr":
                self.from_1904 = told.get("date1904") in ("1", "true")
            key = next((value for key, value in told.items() if key.endswith(":id")), "")
            if name == "sheet" and key in targets:
                hidden = told.get("state", "visible") != "visible"
                self.sheets.append((Sheet(told["name"], hidden), targets[key]))

        self._walk(RELATIONS, relation, lambda *_: None)
        self._walk(WORKBOOK, sheet, lambda *_: None)

    def _texts(self) -> None:
        pieces: list[str] = []
        sound = 0  # inside rPh: how a text is spoken, no part of it

        def opened(name: str, _told: dict[str, str]) -> None:
            nonlocal sound
            sound += name == "rPh"

        def closed(name: str, text: str) -> None:
            nonlocal sound
            sound -= name == "rPh"
            if name == "t" and not sound:
                pieces.append(text)
            elif name == "si":
                if len(self.strings) >= MOST_STRINGS:
                    raise FileRefused("import.packed", found=STRINGS, limit=str(MOST_STRINGS))
                self.strings.append(unescaped("".join(pieces)))
                pieces.clear()

        self._walk(STRINGS, opened, closed)

    def _formats(self) -> None:
        codes: dict[int, str] = {}
        inside, count = False, 0

        def opened(name: str, told: dict[str, str]) -> None:
            nonlocal inside, count
            if name == "numFmt":
                codes[int(told["numFmtId"])] = _QUOTED.sub("", told.get("formatCode", "")).lower()
            elif name == "cellXfs":
                inside = True
            elif name == "xf" and inside:
                number = int(told.get("numFmtId", "0"))
                code = codes.get(number, "")
                if number in _PERCENTS or "%" in code:
                    self.percents.add(count)
                elif number in _DAYS or (code and code != "general" and set(code) & set("dmyhs")):
                    self.days.add(count)
                count += 1

        def closed(name: str, _text: str) -> None:
            nonlocal inside
            inside = inside and name != "cellXfs"

        self._walk(STYLES, opened, closed)

    def _walk(
        self, part: str, opened: Callable[[str, dict[str, str]], None], closed: Callable[[str, str], None]
    ) -> None:
        self.elements = _walk(self.archive, part, opened, closed, self.elements)

    def read(self, sheet: Sheet, part: str) -> Sheet:
        reader = _SheetReader(self, sheet)
        self._walk(part, reader.opened, reader.closed)
        return sheet


class _SheetReader:
    """Fills one sheet. A row or cell that does not say where it stands follows the one before it."""

    def __init__(self, book: _Book, sheet: Sheet) -> None:
        self.book, self.sheet = book, sheet
        self.row = self.column = 0
        self.told: dict[str, str] = {}
        self.text: str | None = None
        self.pieces: list[str] = []
        self.formula = self.sound = False

    def opened(self, name: str, told: dict[str, str]) -> None:
        if name == "c":
            self._cell(told)
        elif name == "row":
            self.row, self.column = int(told.get("r", self.row + 1)), 0
            if _hidden(told, "ht"):
                self.sheet.hidden_rows.add(self.row)
        elif name == "f":
            self.formula = True
        elif name == "rPh":
            self.sound = True
        elif name == "col" and _hidden(told, "width"):
            self.sheet.hidden_columns.append((int(told["min"]), int(told["max"])))
        elif name == "mergeCell":
            self.sheet.merged.append(_range(told["ref"]))
            if len(self.sheet.merged) > MOST_MERGED:
                raise FileRefused("import.packed", found="mergeCell", limit=str(MOST_MERGED))

    def _cell(self, told: dict[str, str]) -> None:
        self.told, self.text, self.pieces, self.formula = told, None, [], False
        row, column = _position(told["r"]) if "r" in told else (self.row, self.column + 1)
        self.row, self.column = row, column

    def closed(self, name: str, text: str) -> None:
        if name == "v":
            self.text = text
        elif name == "t" and not self.sound:
            self.pieces.append(text)
        elif name == "rPh":
            self.sound = False
        elif name == "c" and (self.text is not None or self.pieces or self.formula):
            self._keep(self._made())

    def _keep(self, cell: Cell) -> None:
        if cell.value == "" and not cell.formula:
            return
        self.book.left -= 1
        if self.book.left < 0:
            raise FileRefused(
                "import.sheet_reach", found=place(self.row, self.column), limit=f"{MOST_FILLED} cells"
            )
        self.sheet.rows.setdefault(self.row, {})[self.column] = cell

    def _made(self) -> Cell:
        kind, style, text = self.told.get("t", "n"), int(self.told.get("s", "0")), self.text
        if kind == "inlineStr":
            return Cell(unescaped("".join(self.pieces)), "", self.formula)
        if not text:
            lost = self.formula and not (kind == "str" and text == "")
            return Cell(None if lost else "", "", self.formula)
        if kind == "e":
            return Cell(None, text[:20], self.formula)
        if kind in ("s", "str"):
            number = int(text) if kind == "s" else 0
            if number < 0:
                raise ValueError(text)
            return Cell(self.book.strings[number] if kind == "s" else unescaped(text), "", self.formula)
        if kind == "b":
            return Cell(text == "1", "", self.formula)
        if kind == "d":
            return Cell(_day(datetime.fromisoformat(text.removesuffix("Z"))), "", self.formula)
        return self._number(text, style)

    def _number(self, text: str, style: int) -> Cell:
        try:
            number = Decimal(text.strip()[: LONGEST_NUMBER + 1])
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or len(text) > LONGEST_NUMBER:
            return Cell(None, text[:20], self.formula)
        if style in self.book.days:
            return Cell(_serial(number, self.book.from_1904), "", self.formula)
        return Cell(number, "", self.formula, style in self.book.percents)


def unescaped(text: str) -> str:
    """The text that a file's _x000D_ stands for; halves of characters, which no database takes, are replaced."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _hidden(told: dict[str, str], size: str) -> bool:
    return told.get("hidden") in ("1", "true") or (size in told and float(told[size]) == 0)


def _position(name: str) -> tuple[int, int]:
    found = _REFERENCE.fullmatch(name)
    if not found:
        raise ValueError(name)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def _range(name: str) -> Range:
    first, _, last = name.partition(":")
    return (*_position(first), *_position(last or first))


def _serial(number: Decimal, from_1904: bool) -> Value:
    """The day that a spreadsheet's number stands for; a number that is no day stays one."""
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
    if not 0 <= number < 2_958_466:  # the year 10000
        return number
    return _day(start + timedelta(seconds=round(float(number) * 86_400)))


def _day(value: datetime) -> Value:
    """A moment at midnight is a day; other moments stay text, which no date column takes."""
    return value.date() if value.time() == time() else value.isoformat(sep=" ")
