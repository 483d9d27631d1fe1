"""What a file is, told by its content alone (V-41): one of six kinds, whole, and nothing besides. Knows no framework."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from submissions import evidence_images, evidence_office, evidence_pdf
from submissions.evidence_faults import FileRefused

__all__ = ["ACCEPTED", "FileRefused", "Kind", "kind_of", "shown_name"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is kept: its MIME type, and the endings its name may have, the usual one first."""

    mime: str
    endings: tuple[str, ...]


PDF = Kind("application/pdf", (".pdf",))
JPEG = Kind("image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"))
PNG = Kind("image/png", (".png",))
WEBP = Kind("image/webp", (".webp",))
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",))
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",))
ACCEPTED = (PDF, JPEG, PNG, WEBP, XLSX, DOCX)
OFFICE = {"xlsx": XLSX, "docx": DOCX}

LONGEST_NAME = 200
# Joiners are letters' business in Urdu and other scripts; every other unseen sign is there to deceive.
KEPT_SIGNS = "\u200c\u200d"
UNSEEN = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}

# A reader of archives looks at a file's end, so any file may be an archive as well: where its directory may end.
DIRECTORY_END, DIRECTORY_SIZE, LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
# Long enough not to occur by chance in ten megabytes of picture.
OTHER_FILES = (
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"<?php",
    b"<script",
    b"<SCRIPT",
    b"\x7fELF\x02\x01\x01\x00",
)
PAGES = re.compile(rb"\s*<(!doctype|html|\?xml|svg|script|head|body|\?php|!--|iframe|\?=)", re.IGNORECASE)
# The kinds of file that people attach by mistake, each with a cure of its own.
STRANGERS: tuple[tuple[bytes, int, str], ...] = (
    (b"MZ", 0, "evidence.program"),
    (b"\x7fELF", 0, "evidence.program"),
    (b"#!", 0, "evidence.program"),
    (b"\xca\xfe\xba\xbe", 0, "evidence.program"),
    (b"\xcf\xfa\xed\xfe", 0, "evidence.program"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", 0, "evidence.program"),
    (b"Rar!\x1a\x07", 0, "evidence.archive"),
    (b"7z\xbc\xaf\x27\x1c", 0, "evidence.archive"),
    (b"PK\x05\x06", 0, "evidence.archive"),
    (b"\x1f\x8b", 0, "evidence.archive"),
    (b"BZh", 0, "evidence.archive"),
    (b"\xfd7zXZ\x00", 0, "evidence.archive"),
    (b"MSCF", 0, "evidence.archive"),
    (b"ustar", 257, "evidence.archive"),
    (b"CD001", 32_769, "evidence.archive"),
    (b"ftyphei", 4, "evidence.heic"),
    (b"ftypmif1", 4, "evidence.heic"),
    (b"ftypavif", 4, "evidence.heic"),
    (b"ftyp", 4, "evidence.film"),
    (b"\x1aE\xdf\xa3", 0, "evidence.film"),
    (b"GIF8", 0, "evidence.picture_kind"),
    (b"BM", 0, "evidence.picture_kind"),
    (b"II*\x00", 0, "evidence.picture_kind"),
    (b"MM\x00*", 0, "evidence.picture_kind"),
)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def kind_of(content: bytes, name: str) -> Kind:
    """The kind of a file that may be kept; raises FileRefused with the reason and the cure for any other (V-41)."""
    if not content:
        raise FileRefused("evidence.empty", {"name": name})
    for start, read in READERS:
        if content.startswith(start):
            kind = read(content, name)
            if kind not in (XLSX, DOCX):
                _nothing_besides(content, name)
            return kind
    raise _stranger(content, name)


def _pdf(content: bytes, name: str) -> Kind:
    evidence_pdf.examine(content, name)
    return PDF


def _picture(kind: Kind, walk: Callable[[bytes, str], Any]) -> Callable[[bytes, str], Kind]:
    def read(content: bytes, name: str) -> Kind:
        evidence_images.examine(content, name, kind.mime, walk)
        return kind

    return read


def _webp(content: bytes, name: str) -> Kind:
    if content[8:12] != b"WEBP":
        raise FileRefused("evidence.type", {"name": name})
    return _picture(WEBP, evidence_images.webp)(content, name)


def _office(content: bytes, name: str) -> Kind:
    return OFFICE[evidence_office.examine(content, name)]


READERS: tuple[tuple[bytes, Callable[[bytes, str], Kind]], ...] = (
    (b"%PDF-", _pdf),
    (b"\xff\xd8\xff", _picture(JPEG, evidence_images.jpeg)),
    (b"\x89PNG\r\n\x1a\n", _picture(PNG, evidence_images.png)),
    (b"RIFF", _webp),
    (b"PK\x03\x04", _office),
)


def _nothing_besides(content: bytes, name: str) -> None:
    """A document or picture that another program would take for an archive, a page or a program is none of ours."""
    at = len(content)
    while (
        at := content.rfind(DIRECTORY_END, max(0, len(content) - LONGEST_COMMENT - DIRECTORY_SIZE), at)
    ) >= 0:
        comment = int.from_bytes(content[at + 20 : at + 22], "little")
        if len(content) >= at + DIRECTORY_SIZE + comment:
            raise FileRefused("evidence.mixed", {"name": name})
    if any(mark in content for mark in OTHER_FILES):
        raise FileRefused("evidence.mixed", {"name": name})


def _stranger(content: bytes, name: str) -> FileRefused:
    """Why a file that is none of the six kinds is not taken, as precisely as its first bytes tell."""
    if content.startswith(OLD_OFFICE):
        code = "evidence.encrypted" if ENCRYPTED_PACKAGE in content else "evidence.old_office"
    elif b"%PDF-" in content[:1024]:
        code = "evidence.mixed"
    elif PAGES.match(content.removeprefix(b"\xef\xbb\xbf")[:1024]):
        code = "evidence.page"
    else:
        matching = (code for mark, at, code in STRANGERS if content[at : at + len(mark)] == mark)
        code = next(matching, "evidence.type")
    return FileRefused(code, {"name": name})


def shown_name(name: str, kind: Kind | None = None) -> str:
    """A name to show and to download under, never a path: without folders and unseen signs, ending as its content is."""
    bare = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign for sign in bare if sign in KEPT_SIGNS or unicodedata.category(sign) not in UNSEEN)
    short = " ".join(seen.split()).strip(". ")
    ending = kind.endings[0] if kind and not short.lower().endswith(kind.endings) else ""
    stem, dot, last = short.rpartition(".")
    if len(short) + len(ending) > LONGEST_NAME and dot and len(last) <= 5:
        room = LONGEST_NAME - len(ending) - len(last) - 1
        return f"{stem[:room]}.{last}{ending}"
    return f"{short[: LONGEST_NAME - len(ending)] or 'file'}{ending}"
