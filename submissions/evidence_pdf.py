"""PDF documents: whole, readable without a password, and doing nothing by themselves. Bytes are searched, nothing is run."""

import re
import zlib

from submissions.evidence_faults import FileRefused

MOST_STREAMS = 20_000
MOST_UNPACKED = (
    64 * 1024 * 1024
)  # of object streams together; an ordinary document has less than one megabyte
LONGEST_DICTIONARY = 4096
PADDING = b"\x00 \t\r\n\x0c\x1a"
VERSION = re.compile(rb"%PDF-[12]\.\d")
STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
HIDDEN_LETTER = re.compile(rb"#([0-9A-Fa-f]{2})")
# Long names do not occur by chance in packed data, so the whole file is searched for them; short ones only outside of it.
ACTIVE = re.compile(rb"/(?:JavaScript|Launch|RichMedia|ImportData|SubmitForm|GoToE|Rendition)(?![A-Za-z0-9])")
ATTACHED = re.compile(rb"/EmbeddedFiles?(?![A-Za-z0-9])")
SHORT = re.compile(rb"/(?:JS|XFA)(?![A-Za-z0-9])")
ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
PAGE = re.compile(rb"<(?:html|!doctype\s+html|script|svg|iframe)\b|<\?php", re.IGNORECASE)
OBJECT_STREAM = re.compile(rb"/(?:ObjStm|First)(?![A-Za-z0-9])")
FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/[A-Za-z0-9]+)?")
PREDICTED = re.compile(rb"/Predictor\s*(?:[2-9]|1\d)")


def examine(content: bytes, name: str) -> None:
    """Raises FileRefused for a PDF that is cut off, locked, holds other files, or has something that starts by itself."""
    if not VERSION.match(content):
        raise FileRefused("evidence.damaged", {"name": name})
    body = content.rstrip(PADDING)
    last = body.rfind(b"%%EOF")
    if last < 0 or b"startxref" not in body:
        raise FileRefused("evidence.cut", {"name": name})
    if last + 5 != len(body):
        raise FileRefused("evidence.mixed", {"name": name})
    plain = spelled_out(content)
    if ENCRYPTED.search(plain):
        raise FileRefused("evidence.encrypted", {"name": name})
    _does_nothing(plain, name)
    outside, object_streams = _parts(content, name)
    outside = spelled_out(outside)
    if SHORT.search(outside):
        raise FileRefused("evidence.pdf_active", {"name": name})
    if PAGE.search(outside):
        raise FileRefused("evidence.mixed", {"name": name})
    room = MOST_UNPACKED
    for dictionary, packed in object_streams:
        inside = spelled_out(_unpacked(dictionary, packed, room, name))
        room -= len(inside)
        _does_nothing(inside, name)
        if SHORT.search(inside):
            raise FileRefused("evidence.pdf_active", {"name": name})


def spelled_out(content: bytes) -> bytes:
    """The same with letters that a name hides as #4A written plainly."""
    return HIDDEN_LETTER.sub(lambda found: bytes((int(found[1], 16),)), content)


def _does_nothing(plain: bytes, name: str) -> None:
    if ACTIVE.search(plain):
        raise FileRefused("evidence.pdf_active", {"name": name})
    if ATTACHED.search(plain):
        raise FileRefused("evidence.pdf_attached", {"name": name})


def _parts(content: bytes, name: str) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """What stands outside of streams, and the streams that hold objects, each with its dictionary."""
    outside, inside, at = [], [], 0
    for number, found in enumerate(STREAM.finditer(content)):
        if number > MOST_STREAMS:
            raise FileRefused("evidence.bomb", {"name": name})
        start = found.start()
        if start < at:
            continue
        outside.append(content[at:start])
        low = max(at, start - LONGEST_DICTIONARY)
        dictionary = spelled_out(content[max(low, content.rfind(b"obj", low, start)) : start])
        end = content.find(b"endstream", found.end())
        end = len(content) if end < 0 else end
        if OBJECT_STREAM.search(dictionary):
            inside.append((dictionary, content[found.end() : end]))
        at = end
    outside.append(content[at:])
    return b"\n".join(outside), inside


def _unpacked(dictionary: bytes, packed: bytes, room: int, name: str) -> bytes:
    """The objects of a stream; one that is packed in an unusual way may hide anything, so it is refused."""
    filters = FILTER.search(dictionary)
    if filters is None:
        return packed
    names = re.findall(rb"/([A-Za-z0-9]+)", filters[1] or b"")
    if names not in ([b"FlateDecode"], [b"Fl"]) or PREDICTED.search(dictionary):
        raise FileRefused("evidence.pdf_hidden", {"name": name})
    inflating = zlib.decompressobj()
    try:
        plain = inflating.decompress(packed, max(room, 1))
    except zlib.error as error:
        raise FileRefused("evidence.damaged", {"name": name}) from error
    if inflating.unconsumed_tail:
        raise FileRefused("evidence.bomb", {"name": name})
    return plain
