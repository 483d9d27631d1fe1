"""Small files that stand for evidence: a plain picture and a one-page document, different for each month."""

import struct
import zlib
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile


def photo(name: str, shade: int) -> SimpleUploadedFile:
    """A PNG of 8 by 8 points in one colour."""
    row = b"\x00" + bytes((shade % 256, (shade * 7) % 256, (shade * 13) % 256)) * 8
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"tEXt", f"Comment\x00{name}".encode()),
        (b"IDAT", zlib.compress(row * 8)),
        (b"IEND", b""),
    )
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return SimpleUploadedFile(f"{name}.png", content, "image/png")


def document(name: str, words: str, at: datetime) -> SimpleUploadedFile:
    """A PDF of one page with one line of text (plain letters only)."""
    stream = f"BT /F1 14 Tf 60 760 Td ({words}) Tj 0 -24 Td ({at:%d-%m-%Y}) Tj ET".encode(
        "latin-1", "replace"
    )
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    count = len(objects) + 1
    return SimpleUploadedFile(
        f"{name}.pdf", content + end % (count, table, count, len(content)), "application/pdf"
    )
