"""Photos: whole to the last byte and of a reasonable size, what the camera noted in them, and the copy that everybody may see.

Each format is walked by its own structure before Pillow decodes it, so that nothing lies behind or beside the picture.
"""

import io
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from PIL import Image, ImageOps

from submissions.evidence_faults import FileRefused

LONGEST_SIDE = 1600  # points of the public copy (domain.md 2.2)
QUALITY = 85
MOST_POINTS = {"image/jpeg": 64_000_000, "image/png": 16_000_000, "image/webp": 12_200_000}
MOST_POINTS_PROGRESSIVE, MOST_SCANS = (
    24_000_000,
    40,
)  # its coefficients are all held at once, and read once a scan
WIDEST = 20_000
MOST_PARTS = 20_000
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
# Whatever Pillow may raise over bytes that are no picture.
DAMAGED = (
    OSError, SyntaxError, ValueError, TypeError, EOFError, IndexError, KeyError, OverflowError, AttributeError,
    struct.error, zlib.error, MemoryError, Image.DecompressionBombError,
)  # fmt: skip
FOREIGN = re.compile(
    rb"<(?:script|html|svg|iframe|!doctype)\b|<\?php|%PDF-|PK\x03\x04|Rar!\x1a|7z\xbc\xaf", re.IGNORECASE
)
HEAD = 1024  # a PDF reader looks for its mark in the first bytes

END_OF_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
STANDALONE = {0x01, *range(0xD0, 0xD8)}
FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive; all others are read by few programs
OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, *range(0xC9, 0xCC), *range(0xCD, 0xD0)}
EOI, SOS, PROGRESSIVE, FIRST_NOTE = 0xD9, 0xDA, 0xC2, 0xE0
MARK = re.compile(rb"\xff+[^\x00\xff]", re.DOTALL)
WEBP_PARTS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP "}
PNG_PIXELS = {b"IDAT", b"fdAT"}
PNG_NEEDED = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}

EARLIEST = 1900  # the year: a clock that was never set says 0001, which no database hands out again
EXIF, GPS = 0x8769, 0x8825
TAKEN, ZONE = 0x9003, 0x9011  # DateTimeOriginal, OffsetTimeOriginal


@dataclass(frozen=True, slots=True)
class Walked:
    """What a format's own structure says, with everything that is written beside the picture."""

    width: int
    height: int
    notes: list[bytes] = field(default_factory=list)
    scans: int = 1
    progressive: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """What a camera wrote into a picture. A moment without a zone is the local time of where the camera was."""

    taken_at: datetime | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


def examine(content: bytes, name: str, mime: str, walk: Callable[[bytes, str], Walked]) -> None:
    """Raises FileRefused for a picture that is cut off, too large to unpack, or not only a picture."""
    walked = walk(content, name)
    if any(FOREIGN.search(note) for note in (content[:HEAD], *walked.notes)):
        raise FileRefused("evidence.mixed", {"name": name})
    points, limit = walked.width * walked.height, MOST_POINTS[mime]
    if walked.progressive:
        limit = MOST_POINTS_PROGRESSIVE
    if points > limit or max(walked.width, walked.height) > WIDEST or walked.scans > MOST_SCANS:
        size = f"{walked.width} × {walked.height}"
        raise FileRefused("evidence.points", {"name": name, "size": size, "limit": limit // 1_000_000})
    if not points:
        raise FileRefused("evidence.damaged", {"name": name})
    try:
        with Image.open(io.BytesIO(content), formats=[FORMATS[mime]]) as image:
            if image.size != (walked.width, walked.height):
                raise FileRefused("evidence.damaged", {"name": name})
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is read whole, and kept at a fraction
            image.load()
    except DAMAGED as error:
        raise FileRefused("evidence.damaged", {"name": name}) from error


def jpeg(content: bytes, name: str) -> Walked:
    """Walk a JPEG; behind it may follow only the further pictures that it announces itself, as phones write them."""
    first, at = _one_jpeg(content, 0, name)
    announced = any(note.startswith(b"MPF\x00") for note in first.notes)
    while content[at:].strip(b"\x00\xff"):
        if not (announced and content.startswith(b"\xff\xd8\xff", at)):
            raise FileRefused("evidence.mixed", {"name": name})
        further, at = _one_jpeg(content, at, name)
        first.notes.extend(further.notes)
    return first


def _one_jpeg(content: bytes, at: int, name: str) -> tuple[Walked, int]:
    """One picture from its first mark, and where it ends."""
    size, scans, progressive = (0, 0), 0, False
    notes: list[bytes] = []
    for mark, part, end in _segments(content, at + 2, name):
        if mark in OTHER_FRAMES:
            raise FileRefused("evidence.picture_kind", {"name": name})
        if mark in FRAMES:
            size, progressive = _frame(part, name), mark == PROGRESSIVE
        scans += mark == SOS
        if mark >= FIRST_NOTE:
            notes.append(part)
        at = end
    return Walked(*size, notes, scans, progressive), at


def _segments(content: bytes, at: int, name: str) -> Iterator[tuple[int, bytes, int]]:
    """The parts behind the first mark of a JPEG: mark, content, and where the next one begins. The last one is the end."""
    cut = FileRefused("evidence.cut", {"name": name})
    for _ in range(MOST_PARTS):
        found = MARK.match(content, at)
        if not found:
            raise FileRefused("evidence.damaged", {"name": name}) if content[at:].strip(b"\xff") else cut
        mark, at = content[found.end() - 1], found.end()
        if mark in STANDALONE:
            continue
        if mark == EOI:
            yield mark, b"", at
            return
        start, at = at, at + int.from_bytes(content[at : at + 2], "big")
        part = content[start + 2 : at]
        if at < start + 2 or at > len(content):
            raise cut
        if mark == SOS:
            end = END_OF_SCAN.search(content, at)
            if not end:
                raise cut
            at = end.start()
        yield mark, part, at
    raise FileRefused("evidence.bomb", {"name": name})


def _frame(part: bytes, name: str) -> tuple[int, int]:
    if len(part) < 6 or part[0] != 8:
        raise FileRefused("evidence.picture_kind", {"name": name})
    height, width = struct.unpack_from(">HH", part, 1)
    return width, height


def png(content: bytes, name: str) -> Walked:
    """Walk a PNG chunk by chunk; the last byte of the last chunk is the last byte of the file."""
    size, pixels = (0, 0), False
    notes: list[bytes] = []
    for number, (kind, part, end) in enumerate(_chunks(content, name)):
        known = kind in PNG_NEEDED or kind[:1].islower()  # a capital says that nobody can do without it
        if not known or (number == 0) != (kind == b"IHDR"):
            raise FileRefused("evidence.damaged", {"name": name})
        if kind == b"IHDR":
            size = struct.unpack_from(">LL", part)
        if kind == b"IEND" and end != len(content):
            raise FileRefused("evidence.mixed", {"name": name})
        pixels |= kind == b"IDAT"
        if kind not in PNG_PIXELS:
            notes.append(part)
    if not pixels:
        raise FileRefused("evidence.cut", {"name": name})
    return Walked(*size, notes)


def _chunks(content: bytes, name: str) -> Iterator[tuple[bytes, bytes, int]]:
    """The chunks up to the last one, their check sums right: kind, content, and where the chunk ends."""
    at, kind = 8, b""
    for _ in range(MOST_PARTS):
        if at + 12 > len(content):
            raise FileRefused("evidence.cut", {"name": name})
        length, kind = struct.unpack_from(">L4s", content, at)
        part, end = content[at + 8 : at + 8 + length], at + 12 + length
        if end > len(content):
            raise FileRefused("evidence.cut", {"name": name})
        if zlib.crc32(part, zlib.crc32(kind)) != int.from_bytes(content[end - 4 : end], "big"):
            raise FileRefused("evidence.damaged", {"name": name})
        if kind == b"IHDR" and length != 13:
            raise FileRefused("evidence.damaged", {"name": name})
        yield kind, part, end
        if kind == b"IEND":
            return
        at = end
    raise FileRefused("evidence.bomb", {"name": name})


def webp(content: bytes, name: str) -> Walked:
    """Walk a WebP; the size at its beginning is the size of the file."""
    said = int.from_bytes(content[4:8], "little") + 8
    if said > len(content):
        raise FileRefused("evidence.cut", {"name": name})
    if said != len(content):
        raise FileRefused("evidence.mixed", {"name": name})
    at, size = 12, (0, 0)
    notes: list[bytes] = []
    while at < len(content):
        kind, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        part, at = content[at + 8 : at + 8 + length], at + 8 + length + length % 2
        if len(part) < length or kind not in WEBP_PARTS:
            raise FileRefused("evidence.damaged", {"name": name})
        size = size if any(size) else _webp_size(kind, part)
        if kind in (b"ICCP", b"EXIF", b"XMP "):
            notes.append(part)
    return Walked(*size, notes)


def _webp_size(kind: bytes, part: bytes) -> tuple[int, int]:
    """(width, height) as the first part with a picture or a canvas has them; (0, 0) for any other part."""
    if kind == b"VP8X" and len(part) >= 10:
        return int.from_bytes(part[4:7], "little") + 1, int.from_bytes(part[7:10], "little") + 1
    if kind == b"VP8L" and len(part) >= 5:
        packed = int.from_bytes(part[1:5], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(part) >= 10:
        width, height = struct.unpack_from("<HH", part, 6)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def public_copy(content: bytes) -> bytes:
    """A JPEG of at most 1600 points a side, upright, with nothing in it but the picture: for examined pictures only."""
    with Image.open(io.BytesIO(content), formats=list(FORMATS.values())) as image:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        turned = ImageOps.exif_transpose(image)
        clean = Image.new("RGB", turned.size, "white")
        if "A" in turned.getbands() or "transparency" in turned.info:
            shaped = turned.convert("RGBA")
            clean.paste(shaped, mask=shaped.getchannel("A"))
        else:
            clean.paste(turned.convert("RGB"))
    written = io.BytesIO()
    clean.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()


def noted(content: bytes) -> Noted:
    """When and where a picture was taken, as far as it says so and it can be."""
    try:
        with Image.open(io.BytesIO(content), formats=list(FORMATS.values())) as image:
            exif = image.getexif()
            times, places = exif.get_ifd(EXIF), exif.get_ifd(GPS)
    except DAMAGED:
        return Noted()
    latitude = _degrees(places.get(2), places.get(1), "S", 90)
    longitude = _degrees(places.get(4), places.get(3), "W", 180)
    if latitude is None or longitude is None or not (latitude or longitude):
        latitude = longitude = None
    return Noted(_moment(times.get(TAKEN), times.get(ZONE)), latitude, longitude)


def _moment(text: Any, zone: Any) -> datetime | None:
    """ "2026:01:15 10:22:33", and "+08:00" where the camera knew it."""
    said, offset = str(text or "").strip("\x00 "), str(zone or "").strip("\x00 ")
    for written, form in ((f"{said}{offset}", "%Y:%m:%d %H:%M:%S%z"), (said, "%Y:%m:%d %H:%M:%S")):
        try:
            found = datetime.strptime(written, form)
            if found.year < EARLIEST:
                return None
            return found.astimezone(UTC) if found.tzinfo else found
        except (ValueError, OverflowError):
            continue
    return None


def _degrees(parts: Any, side: Any, negative: str, limit: int) -> Decimal | None:
    """Degrees, minutes and seconds as one number of six decimals; None for what is none."""
    try:
        degrees, minutes, seconds = (Decimal(str(float(part))) for part in parts)
        value = (degrees + minutes / 60 + seconds / 3600).quantize(Decimal("0.000001"))
    except (TypeError, ValueError, ZeroDivisionError, InvalidOperation, OverflowError):
        return None
    if not 0 <= value <= limit:
        return None
    return -value if str(side).strip("\x00 ").upper() == negative else value
