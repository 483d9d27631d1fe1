"""Is it safe to hand this file to the XLSX reader? A workbook is a ZIP of XML, and both can be made to explode.

Checked before anything is opened: the directory of the ZIP, and then each part by unpacking it in small pieces, because
the directory may lie. Cells are looked at on the way: the reader keeps a sheet as a full rectangle, so that two cells
in opposite corners would ask for half a terabyte and end the process.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

MEGABYTE = 1024 * 1024
MOST_PACKED = 20 * MEGABYTE
MOST_UNPACKED = 200 * MEGABYTE
MOST_PARTS = 2_000
MOST_RATIO = 100
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 200_000, 1_000, 1_000_000
PIECE = 256 * 1024
# Spreadsheet programs write parts of a few hundred bytes that pack very well; small parts do no harm.
RATIO_FROM = MEGABYTE

WORKBOOK = "xl/workbook.xml"
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,9})(\d{1,12})[\"']")
_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?(row|c)[\s/>]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


class FileRefused(Exception):
    """The file cannot be read at all; `code` and `params` are for `wording.sentences.say`."""

    def __init__(self, code: str, row: int | None = None, **params: Any) -> None:
        super().__init__(code, params)
        self.code, self.row, self.params = code, row, params


@dataclass(slots=True)
class _Reach:
    """How large a rectangle the cells of one part may span."""

    row: int = 0
    column: int = 0
    rows: int = 0
    cells: int = 0
    referenced: int = 0

    def look(self, piece: bytes) -> None:
        if references := _REFERENCE.findall(piece):
            letters, digits = zip(*references, strict=True)
            self.row = max(self.row, *map(int, digits))
            self.referenced += len(letters) - letters.count(b"")
            self.column = max(self.column, *map(_column_number, set(letters)))
        elements = _ELEMENT.findall(piece)
        rows = elements.count(b"row")
        self.rows += rows
        self.cells += len(elements) - rows

    def check(self) -> None:
        # Rows and cells without a reference follow the one before them.
        rows = self.row + self.rows if self.row < self.rows else self.row
        columns = self.column + max(0, self.cells - self.referenced)
        if rows > MOST_ROWS or columns > MOST_COLUMNS or max(rows * columns, self.cells) > MOST_CELLS:
            raise FileRefused(
                "import.sheet_reach",
                found=f"{column_letters(max(columns, 1))}{max(rows, 1)}",
                limit=f"{MOST_ROWS} × {MOST_COLUMNS}",
            )


def check_workbook(file: BinaryIO) -> None:
    """Refuse what is no workbook, is too large unpacked, or is packed to do harm (trust.md: zip bombs)."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if WORKBOOK not in archive.namelist():
                raise FileRefused("import.damaged")
            _check_directory(parts)
            for part in parts:
                _check_part(file, part)
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError) as error:
        raise FileRefused("import.damaged") from error
    finally:
        file.seek(0)


def _check_directory(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise FileRefused("import.packed", found=f"{len(parts)} parts", limit=f"{MOST_PARTS} parts")
    total = sum(part.file_size for part in parts)
    if total > MOST_UNPACKED:
        raise FileRefused("import.unpacked", limit=MOST_UNPACKED // MEGABYTE)
    for part in parts:
        if part.file_size > RATIO_FROM and part.file_size > MOST_RATIO * max(part.compress_size, 1):
            ratio = part.file_size // max(part.compress_size, 1)
            raise FileRefused("import.packed", found=f"1 : {ratio}", limit=f"1 : {MOST_RATIO}")
        if part.flag_bits & 1:
            raise FileRefused("import.protected")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused("import.packed", found=f"method {part.compress_type}", limit="deflate")


def _check_part(file: BinaryIO, part: zipfile.ZipInfo) -> None:
    reach, size, tail = _Reach(), 0, b""
    for piece in _unpacked(file, part):
        if size == 0 and piece.startswith(_UTF16):
            raise FileRefused("import.packed", found="UTF-16", limit="UTF-8")
        size += len(piece)
        if size > part.file_size:
            raise FileRefused("import.packed", found="size", limit=f"{part.file_size} bytes")
        text = tail + piece
        end = text.rfind(b">") + 1  # an element is never cut in two
        reach.look(text[:end])
        reach.check()
        tail = text[end:]
        if len(tail) > MEGABYTE:
            raise FileRefused(
                "import.packed", found=part.filename[:80], limit="1 MB"
            )  # no element is as long
    reach.look(tail)
    reach.check()


def _unpacked(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes as they are, not as the directory says."""
    file.seek(part.header_offset)
    header = file.read(30)
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile(part.filename)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    file.seek(name_length + extra_length, 1)
    left = part.compress_size
    unpack = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (packed := file.read(min(left, PIECE // 4))):
        left -= len(packed)
        if unpack is None:
            yield packed
            continue
        yield unpack.decompress(packed, PIECE)
        while unpack.unconsumed_tail:
            yield unpack.decompress(unpack.unconsumed_tail, PIECE)
    if unpack is not None:
        yield unpack.flush()


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """The name a spreadsheet gives to its column: 1 is A, 27 is AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
