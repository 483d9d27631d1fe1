"""The hands that make hostile files, in code: pictures, documents and archives that are not what they say."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Sequence
from functools import cache

import openpyxl
import xlsxwriter
from PIL import Image

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SCRIPT = b"<html><script>alert(document.cookie)</script></html>"
SHELL = b"<?php system($_GET['c']); ?>"
PROGRAM = b"MZ\x90\x00" + b"\0" * 200 + b"This program cannot be run in DOS mode."
BOMB = b"<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><x>&b;</x>"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
    b'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
TEXT = b'<?xml version="1.0"?><w:document xmlns:w="x"><w:body><w:p/></w:body></w:document>'


# --- good files, from which the bad ones are made ---------------------------------------------------------


@cache
def picture(form: str = "JPEG", size: tuple[int, int] = (160, 120)) -> bytes:
    """A picture with some noise in it."""
    grains = random.Random(7).randbytes(size[0] * size[1] * 3)
    written = io.BytesIO()
    Image.frombytes("RGB", size, grains).save(written, form)
    return written.getvalue()


def pdf(*objects: bytes, trailer: bytes = b"", text: bytes = b"BT (bukti) Tj ET") -> bytes:
    """A document of one page; `objects` stand behind its own, which are four."""
    bodies = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        *objects,
    )
    content, places = b"%PDF-1.5\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
    )
    return content + end % (len(bodies) + 1, rows, len(bodies) + 1, trailer, len(content))


def object_stream(inside: bytes, filters: bytes = b"/Filter /FlateDecode") -> bytes:
    """Objects packed into a stream, as newer documents have them."""
    packed = zlib.compress(b"9 0 " + inside) if filters else b"9 0 " + inside
    return b"<< /Type /ObjStm /N 1 /First 4 %s /Length %d >>\nstream\n%s\nendstream" % (
        filters,
        len(packed),
        packed,
    )


def office(extra: Sequence[tuple[str, bytes]] = (), types: bytes = TYPES, *, text: bytes = TEXT) -> bytes:
    """A DOCX with further members."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("[Content_Types].xml", types), ("word/document.xml", text), *extra):
            archive.writestr(name, content)
    return written.getvalue()


def relations(kind: str, target: str, mode: str = "External") -> bytes:
    """The relations of one part, with one that leads somewhere."""
    schema = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return (
        f'<Relationships xmlns="x"><Relationship Id="r1" Type="{schema}/{kind}" Target="{target}" '
        f'TargetMode="{mode}"/></Relationships>'
    ).encode()


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A plain archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as made:
        for name, content in members:
            made.writestr(name, content)
    return written.getvalue()


def workbook() -> bytes:
    """An XLSX with a chart and a link, as an office keeps one."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet("Rekap")
        sheet.write_column(0, 0, [1, 2, 3])
        sheet.write_url(4, 0, "https://contoh.test/")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Rekap!$A$1:$A$3"})
        sheet.insert_chart("C2", chart)
    return written.getvalue()


def other_workbook() -> bytes:
    written = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "Rp"
    book.save(written)
    return written.getvalue()


# --- pictures ---------------------------------------------------------------------------------------------


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def raw_png(width: int, height: int, packed: bytes, *more: bytes, colour: int = 2) -> bytes:
    """A PNG that says these measures, whatever its pixels are."""
    header = struct.pack(">LLBBBBB", width, height, 8, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + b"".join(more)
        + chunk(b"IDAT", packed)
        + chunk(b"IEND", b"")
    )


def packed_zeros(length: int) -> bytes:
    """So many zeros, packed; made a piece at a time."""
    packing = zlib.compressobj(9)
    piece = b"\0" * 1_000_000
    packed = b"".join(packing.compress(piece) for _ in range(length // len(piece)))
    return packed + packing.compress(b"\0" * (length % len(piece))) + packing.flush()


def with_comment(comment: bytes, mark: int = 0xFE) -> bytes:
    """A JPEG with a note right behind its beginning."""
    whole = picture()
    return whole[:2] + bytes((0xFF, mark)) + struct.pack(">H", len(comment) + 2) + comment + whole[2:]


def as_wide(width: int, height: int) -> bytes:
    """A JPEG whose frame says other measures."""
    whole = bytearray(picture())
    at = whole.index(b"\xff\xc0")
    struct.pack_into(">HH", whole, at + 5, height, width)
    return bytes(whole)


def many_scans() -> bytes:
    """A progressive JPEG whose last scan is repeated until reading it takes for ever."""
    written = io.BytesIO()
    Image.frombytes("RGB", (160, 120), b"\x77" * 57_600).save(written, "JPEG", progressive=True)
    whole = written.getvalue()
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * 3_000 + b"\xff\xd9"


def as_archive_too() -> bytes:
    """A JPEG and a ZIP at once: the archive lies in a note, its directory's comment is the picture."""
    inner = archive(("run.html", SCRIPT), method=zipfile.ZIP_STORED)
    whole = bytearray(with_comment(inner))
    end = whole.index(b"PK\x05\x06")
    struct.pack_into("<H", whole, end + 20, len(whole) - end - 22)
    return bytes(whole)


def flagged_webp() -> bytes:
    """A WebP whose canvas is said to be enormous."""
    canvas = b"\0\0\0\0" + (16_000_000).to_bytes(3, "little") + (1_000).to_bytes(3, "little")
    inner = b"WEBP" + b"VP8X" + struct.pack("<L", 10) + canvas + picture("WEBP")[12:]
    return b"RIFF" + struct.pack("<L", len(inner)) + inner


# --- archives that lie ------------------------------------------------------------------------------------


def lying(field: int, value: int, content: bytes | None = None) -> bytes:
    """An office file whose directory says something else about its last member: at `field` of its entry."""
    whole = bytearray(content or office([("word/media/a.xml", b"\0" * 5_000_000)]))
    at = whole.rindex(b"PK\x01\x02")
    struct.pack_into("<L", whole, at + field, value)
    return bytes(whole)


def overlapping() -> bytes:
    """Hundreds of members that are all the same bytes, unpacked again and again."""
    whole = office([("word/media/a.xml", b"\0" * 90_000)])
    end = whole.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<L", whole, end + 16)[0]
    directory = whole[start:end]
    last = directory[directory.rindex(b"PK\x01\x02") :]
    entries = directory + b"".join(last.replace(b"a.xml", b"%05x" % number) for number in range(200))
    count = struct.pack("<HH", 203, 203)
    tail = whole[end : end + 8] + count + struct.pack("<LL", len(entries), start) + b"\0\0"
    return whole[:start] + entries + tail


def hidden_between() -> bytes:
    """An office file with a program between its last member and its directory."""
    whole = office()
    end = whole.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<L", whole, end + 16)[0]
    moved = bytearray(whole[end:])
    struct.pack_into("<L", moved, 16, start + len(PROGRAM))
    return whole[:start] + PROGRAM + whole[start:end] + bytes(moved)


def renamed_inside() -> bytes:
    """The directory calls a member otherwise than the member itself."""
    whole = office([("word/media/a.xml", b"x")])
    at = whole.rindex(b"word/media/a.xml")
    return whole[:at] + b"word/media/b.xml" + whole[at + 16 :]


def locked_member() -> bytes:
    """The flag that says a member is encrypted."""
    whole = bytearray(office([("word/media/a.xml", b"x")]))
    for mark, field in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.rindex(mark) + field] |= 1
    return bytes(whole)


def ole(stream: str) -> bytes:
    """What older office programs write, and newer ones with a password."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + stream.encode("utf-16-le") + b"\0" * 1000


def nested(depth: int) -> bytes:
    """Office files in one another."""
    inner = office()
    for _ in range(depth):
        inner = office([("word/embeddings/Lembar.docx", inner)])
    return inner


def linked(part: str, kind: str, mode: str = "External") -> bytes:
    """An office file of which one part leads outside."""
    return office([(f"word/_rels/{part}.xml.rels", relations(kind, "https://contoh.test/x", mode))])


def hidden_relations() -> bytes:
    """Relations in another encoding, so that a search for letters would not find them."""
    return office([("word/_rels/a.rels", relations("image", "x").decode().encode("utf-16"))])


def commanding() -> bytes:
    """A field that starts a program when the document is opened."""
    return office(text=TEXT.replace(b"<w:p/>", b"<w:instrText>DDEAUTO cmd</w:instrText>"))


def with_macro_type() -> bytes:
    return office(types=TYPES.replace(b"document.main+xml", b"document.macroEnabled.main+xml"))


def pdf_bomb() -> bytes:
    """Half a gigabyte of nothing, where the objects should be."""
    head = b"<< /Type /ObjStm /First 4 /Filter /FlateDecode >>\nstream\n"
    return pdf(head + packed_zeros(500_000_000) + b"\nendstream")


def oddly_packed() -> bytes:
    return pdf(object_stream(b"<<>>", b"/Filter [/ASCIIHexDecode /FlateDecode]"))


def many_chunks() -> bytes:
    header = chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\2\0\0\0")
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"teXt", b"") * 30_000


def scribbled() -> bytes:
    """A JPEG with noise for most of its inside."""
    noise = random.Random(2).randbytes(4000).replace(b"\xff", b"\0")
    return picture()[:300] + noise + b"\xff\xd9"
