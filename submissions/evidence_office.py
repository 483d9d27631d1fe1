"""XLSX and DOCX: one archive from the first byte to the last, without programs, foreign objects or doors to the outside.

The directory is not believed: every member is found where it must lie and unpacked once, a piece at a time. XML is searched
and never parsed, so no entity is ever expanded.
"""

import html
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from submissions.evidence_faults import FileRefused

MOST_MEMBERS = 2_000
MOST_UNPACKED = 200 * 1024 * 1024  # bytes of all members together (trust.md 3)
MOST_RATIO, RATIO_FROM = (
    100,
    20 * 1024 * 1024,
)  # a small table of equal rows may well be packed to a hundredth
MOST_RELATIONS = 4 * 1024 * 1024
MOST_EMBEDDED = 20 * 1024 * 1024
PIECE = 256 * 1024
ENCRYPTED, DESCRIBED = 0x1, 0x8  # flags of a member
LONGEST_DESCRIPTOR = 24
DIRECTORY_END, DIRECTORY_SIZE = b"PK\x05\x06", 22
LARGE_END, LARGE_SIZE = (
    b"PK\x06\x06",
    76,
)  # of large archives, with its locator; writers of small ones add it too

MAIN_PARTS = {"xl/workbook.xml": "xlsx", "word/document.xml": "docx"}
TYPES, RELATIONS = "[Content_Types].xml", ".rels"
MAIN_TYPE = {"xlsx": b"spreadsheetml.sheet.main+xml", "docx": b"wordprocessingml.document.main+xml"}
OLE, ARCHIVE, PDF, WINDOWS, LINUX = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"%PDF-", b"MZ", b"\x7fELF"
EMBEDDED = re.compile(r"(?:xl|word)/embeddings/[^/]+\.(?:xlsx|docx)", re.IGNORECASE)
MACROS = re.compile(r"vba(?:Project|Data)|macrosheets/|dialogsheets/|userCustomization/", re.IGNORECASE)
OBJECTS = re.compile(r"(?:^|/)(?:activeX|ctrlProps)/|oleObject", re.IGNORECASE)
ENTITIES = (b"<!DOCTYPE", b"<!ENTITY", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
COMMANDS = re.compile(rb"DDEAUTO|<(?:\w+:)?ddeLink\b")
RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
OUTSIDE = re.compile(r"""TargetMode\s*=\s*["']\s*External""", re.IGNORECASE)
KIND_OF_RELATION = re.compile(r"""\bType\s*=\s*["']([^"']*)""")
HARMLESS = {
    "hyperlink",
    "externallinkpath",
}  # followed only by a click; another workbook's values, as they were stored


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the archive: its name, where its packed bytes lie, and how long they say they are unpacked."""

    name: str
    start: int
    packed: int
    unpacked: int
    stored: bool
    crc: int


def examine(content: bytes, name: str, depth: int = 0) -> str:
    """ "xlsx" or "docx"; raises FileRefused for every other archive (V-41)."""
    members = _members(content, name)
    names = [member.name for member in members]
    kind = next((MAIN_PARTS[one] for one in names if one in MAIN_PARTS), "")
    if not kind or TYPES not in names:
        code = "evidence.opendocument" if "mimetype" in names else "evidence.archive"
        raise FileRefused(code, {"name": name})
    if any(MACROS.search(one) for one in names):
        raise FileRefused("evidence.macros", {"name": name})
    if any(OBJECTS.search(one) for one in names):
        raise FileRefused("evidence.embedded", {"name": name})
    for member in members:
        _look_into(content, member, kind, name, depth)
    return kind


def _members(content: bytes, name: str) -> list[Member]:
    """The members, in their order; refused when anything lies before, between, behind or over them."""
    mixed, damaged = (
        FileRefused("evidence.mixed", {"name": name}),
        FileRefused("evidence.damaged", {"name": name}),
    )
    end = content.rfind(DIRECTORY_END)
    if end < 0:
        raise FileRefused("evidence.cut", {"name": name})
    if end + DIRECTORY_SIZE != len(content):
        raise mixed
    size, offset = struct.unpack_from("<LL", content, end + 12)
    gap = end - offset - size
    if gap not in (0, LARGE_SIZE) or (gap and not content.startswith(LARGE_END, offset + size)):
        raise mixed
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
        raise damaged from error
    _measured(entries, name)
    members, at = [], 0
    for entry in entries:
        # Bit 3 says that the sizes follow the data; nothing else may stand between two members.
        if not at <= entry.header_offset <= at + (LONGEST_DESCRIPTOR if at else 0):
            raise mixed
        member = _member(content, entry, name)
        members.append(member)
        at = member.start + member.packed
    if not at <= offset <= at + LONGEST_DESCRIPTOR:
        raise mixed
    return members


def _measured(entries: Sequence[zipfile.ZipInfo], name: str) -> None:
    """Refuses what unpacks beyond reason, is locked, packed in a strange way, or has names that lead elsewhere."""
    packed, unpacked = sum(one.compress_size for one in entries), sum(one.file_size for one in entries)
    steep = unpacked > RATIO_FROM and unpacked > MOST_RATIO * max(packed, 1)
    if len(entries) > MOST_MEMBERS or unpacked > MOST_UNPACKED or steep:
        raise FileRefused("evidence.bomb", {"name": name})
    if any(one.flag_bits & ENCRYPTED for one in entries):
        raise FileRefused("evidence.encrypted", {"name": name})
    names = [one.orig_filename for one in entries]
    strange = any(
        "\\" in one or "\x00" in one or one.startswith("/") or ".." in one.split("/") for one in names
    )
    methods = {one.compress_type for one in entries} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    if strange or methods or len({one.lower() for one in names}) != len(names):
        raise FileRefused("evidence.damaged", {"name": name})


def _member(content: bytes, entry: zipfile.ZipInfo, name: str) -> Member:
    """Where a member lies, if its own header agrees with the directory."""
    at = entry.header_offset
    own = content[at : at + 30]
    if len(own) < 30 or not own.startswith(ARCHIVE):
        raise FileRefused("evidence.damaged", {"name": name})
    named, extra = struct.unpack_from("<HH", own, 26)
    flags, method = struct.unpack_from("<HH", own, 6)
    start = at + 30 + named + extra
    encoding = "utf-8" if flags & 0x800 else "cp437"
    spelled = content[at + 30 : at + 30 + named].decode(encoding, "replace")
    if spelled != entry.orig_filename or method != entry.compress_type or flags & ENCRYPTED:
        raise FileRefused("evidence.damaged", {"name": name})
    if start + entry.compress_size > len(content):
        raise FileRefused("evidence.cut", {"name": name})
    stored = entry.compress_type == zipfile.ZIP_STORED
    return Member(spelled, start, entry.compress_size, entry.file_size, stored, entry.CRC)


def _pieces(content: bytes, member: Member, name: str) -> Iterator[bytes]:
    """The unpacked bytes, a piece at a time; refused as soon as they are more, or others, than the directory says."""
    damaged = FileRefused("evidence.damaged", {"name": name})
    inflating, total, crc = zlib.decompressobj(-15), 0, 0
    packed = memoryview(content)[member.start : member.start + member.packed]
    rest: bytes | memoryview = packed
    while True:
        try:
            piece = bytes(rest[:PIECE]) if member.stored else inflating.decompress(rest, PIECE)
        except zlib.error as error:
            raise damaged from error
        rest = rest[PIECE:] if member.stored else inflating.unconsumed_tail
        total += len(piece)
        crc = zlib.crc32(piece, crc)
        if total > member.unpacked:
            raise FileRefused("evidence.bomb", {"name": name})
        yield piece
        if not rest and (member.stored or inflating.eof or not piece):
            break
    whole = member.stored or (inflating.eof and not inflating.unused_data)
    if total != member.unpacked or crc != member.crc or not whole:
        raise damaged


def _look_into(content: bytes, member: Member, kind: str, name: str, depth: int) -> None:
    lower = member.name.lower()
    kept, before, first = [], b"", b""
    whole = lower.endswith(RELATIONS) or member.name == TYPES or EMBEDDED.fullmatch(member.name)
    limit = MOST_EMBEDDED if EMBEDDED.fullmatch(member.name) else MOST_RELATIONS
    for piece in _pieces(content, member, name):
        if not first:
            first = piece[:8]
            _no_other_file(first, member, name, depth)
        if lower.endswith((".xml", RELATIONS, ".vml")):
            seam = before + piece
            if any(mark in seam for mark in ENTITIES):
                raise FileRefused("evidence.entities", {"name": name})
            if COMMANDS.search(seam):
                raise FileRefused("evidence.linked", {"name": name})
            before = piece[-40:]
        if whole:
            kept.append(piece)
            if sum(map(len, kept)) > limit:
                raise FileRefused("evidence.bomb", {"name": name})
    if EMBEDDED.fullmatch(member.name):
        examine(b"".join(kept), name, depth + 1)
    elif whole:
        _look_at_words(b"".join(kept), member, kind, name)


def _no_other_file(first: bytes, member: Member, name: str, depth: int) -> None:
    """What a member is by its first bytes, whatever it is called; a chart may carry the sheet it was made from."""
    if first.startswith(ARCHIVE):
        if depth or not EMBEDDED.fullmatch(member.name):
            raise FileRefused("evidence.embedded", {"name": name})
    elif first.startswith((OLE, PDF, WINDOWS, LINUX)):
        raise FileRefused("evidence.embedded", {"name": name})


def _look_at_words(content: bytes, member: Member, kind: str, name: str) -> None:
    """The list of types, or the relations of one part."""
    if b"\x00" in content:  # UTF-16: allowed by the standard, written by no program, and good to hide in
        raise FileRefused("evidence.damaged", {"name": name})
    if member.name == TYPES:
        if b"macroEnabled" in content or b"vbaProject" in content:
            raise FileRefused("evidence.macros", {"name": name})
        if MAIN_TYPE[kind] not in content:
            raise FileRefused("evidence.damaged", {"name": name})
        return
    for found in RELATION.findall(content.decode("utf-8", "replace")):
        tag = html.unescape(found)
        told = KIND_OF_RELATION.search(tag)
        relation = told[1].rpartition("/")[2].lower() if told else ""
        if OUTSIDE.search(tag) and relation not in HARMLESS:
            raise FileRefused("evidence.linked", {"name": name})
