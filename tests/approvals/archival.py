"""What PDF/A-3b (ISO 19005-3, level B) asks for, as far as it can be read from the objects of a file.

Each fault begins with the clause of the standard. What is not looked at: glyph widths against the font programs, and the
operators inside of content streams beyond colours, states and names of resources.
"""

import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
    TextStringObject,
)
from pyhanko.pdf_utils.reader import PdfFileReader

ACTIONS = {"/GoTo", "/GoToR", "/GoToE", "/Thread", "/URI", "/Named", "/SubmitForm"}
FILTERS = {
    "/FlateDecode",
    "/DCTDecode",
    "/ASCIIHexDecode",
    "/ASCII85Decode",
    "/RunLengthDecode",
    "/JPXDecode",
}
PRINT, UNSEEN = 4, 1 | 2 | 32 | 256  # flags of annotations: Invisible, Hidden, NoView, ToggleNoView
LONGEST_NAME, LONGEST_STRING = 127, 32767  # bytes
NAMESPACES = {
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
CMYK = re.compile(rb"(?:^|\s)(?:[\d.]+\s+){4}[kK](?=\s|$)|/DeviceCMYK")
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def faults(pdf: bytes) -> list[str]:
    """Everything that was found against PDF/A-3b; empty when nothing was."""
    reader = PdfFileReader(BytesIO(pdf))
    objects = list(_objects(reader))
    found = [*_frame(pdf, reader), *_metadata(reader), *_intent(reader), *_files(reader, objects)]
    for one in objects:
        found += _object(one)
    return [*found, *_fonts(objects), *_pages(reader), *_form(reader)]


def _at(one: Any, key: str, default: Any = None) -> Any:
    """What stands under a key, wherever it is stored."""
    return one[key] if key in one else default


def _objects(reader: PdfFileReader) -> Iterator[Any]:
    """Every object that can be reached, each once."""
    seen: set[tuple[int, int]] = set()
    todo: list[Any] = [reader.trailer_view]
    while todo:
        one = todo.pop()
        if isinstance(one, IndirectObject):
            if (one.idnum, one.generation) in seen:
                continue
            seen.add((one.idnum, one.generation))
            one = one.get_object()
        yield one
        if isinstance(one, DictionaryObject):
            todo += [one.raw_get(key) for key in one]
        elif isinstance(one, ArrayObject):
            todo += [one.raw_get(index) for index in range(len(one))]


def _frame(pdf: bytes, reader: PdfFileReader) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[4-7]\r?\n%[\x80-\xff]{4}", pdf):
        yield "6.1.2 the header has no version 1.4 to 1.7 with a binary comment"
    if "/ID" not in reader.trailer_view:
        yield "6.1.3 the trailer has no ID"
    if "/Encrypt" in reader.trailer_view:
        yield "6.1.3 the file is encrypted"
    if not re.search(rb"%%EOF\r?\n?\Z", pdf):
        yield "6.1.3 something follows the end of the file"


def _metadata(reader: PdfFileReader) -> Iterator[str]:
    stream = _at(reader.root, "/Metadata")
    if stream is None:
        yield "6.6.2.1 there are no metadata"
        return
    if "/Filter" in stream:
        yield "6.6.2.1 the metadata are compressed"
    if re.search(rb"<\?xpacket[^>]*\b(bytes|encoding)=", stream.data):
        yield "6.6.2.1 the packet has the attribute bytes or encoding"
    told = ElementTree.fromstring(stream.data)  # noqa: S314 - a file that we made
    claim = [_said(told, "pdfaid:part"), _said(told, "pdfaid:conformance")]
    if claim != ["3", "B"]:
        yield f"6.6.4 the file claims to be {claim}"
    info = _at(reader.trailer_view, "/Info", {})
    pairs = {"/Title": "dc:title", "/Producer": "pdf:Producer", "/Creator": "xmp:CreatorTool"}
    pairs |= {"/Author": "dc:creator", "/Keywords": "pdf:Keywords", "/Subject": "dc:description"}
    for key, name in pairs.items():
        if key in info and str(info[key]) != _said(told, name):
            yield f"6.6.3 {key} is {info[key]!s}, {name} is {_said(told, name)}"
    for key, name in {"/CreationDate": "xmp:CreateDate", "/ModDate": "xmp:ModifyDate"}.items():
        if key in info and _moment(str(info[key])) != datetime.fromisoformat(
            _said(told, name) or "1970-01-01"
        ):
            yield f"6.6.3 {key} is {info[key]!s}, {name} is {_said(told, name)}"


def _said(told: ElementTree.Element, name: str) -> str | None:
    prefix, _, local = name.partition(":")
    full = f"{{{NAMESPACES[prefix]}}}{local}"
    for description in told.iter(f"{_RDF}Description"):
        if full in description.attrib:
            return description.attrib[full]
        element = description.find(full)
        if element is not None:
            items = [item.text or "" for item in element.iter(f"{_RDF}li")]
            return items[0] if items else element.text
    return None


def _moment(text: str) -> datetime:
    """A date of PDF: D:20260209031500Z or with +08'00."""
    digits, zone = text[2:16], text[16:].replace("'", "")
    return datetime.strptime(digits + (zone if zone and zone != "Z" else "+0000"), "%Y%m%d%H%M%S%z")


def _intent(reader: PdfFileReader) -> Iterator[str]:
    intents = [one.get_object() for one in _at(reader.root, "/OutputIntents", ())]
    profiles = [_at(one, "/DestOutputProfile") for one in intents if _at(one, "/S") == "/GTS_PDFA1"]
    if not profiles or profiles[0] is None:
        yield "6.2.3 there is no output intent with a profile"
        return
    data = profiles[0].data
    kind, space, version = data[12:16], data[16:20], data[8]
    if data[36:40] != b"acsp" or version > 4 or kind not in (b"mntr", b"prtr", b"scnr", b"spac"):
        yield "6.2.3 the profile is none of a device"
    if {b"RGB ": 3, b"GRAY": 1, b"CMYK": 4}.get(space) != int(profiles[0]["/N"]):
        yield "6.2.3 the number of components is not that of the profile"


def _files(reader: PdfFileReader, objects: list[Any]) -> Iterator[str]:
    associated = [one.get_object() for one in _at(reader.root, "/AF", ())]
    for one in objects:
        if not (isinstance(one, DictionaryObject) and "/EF" in one):
            continue
        if not ("/F" in one and "/UF" in one):
            yield "6.8 a file has no name (F and UF)"
        if _at(one, "/AFRelationship") not in (
            "/Data",
            "/Source",
            "/Alternative",
            "/Supplement",
            "/Unspecified",
        ):
            yield "6.8 a file has no relationship to the document"
        if one not in associated:
            yield "6.8 a file is associated with nothing"
        embedded = one["/EF"]["/F"]
        if "/" not in str(_at(embedded, "/Subtype", ""))[1:].replace("#2F", "/"):
            yield "6.8 a file has no MIME type"
        if "/ModDate" not in _at(embedded, "/Params", {}):
            yield "6.8 a file has no date"


def _object(one: Any) -> Iterator[str]:
    if isinstance(one, NameObject) and len(one.encode()) > LONGEST_NAME:
        yield f"6.1.13 a name is too long: {one[:40]}"
    if isinstance(one, TextStringObject | ByteStringObject) and len(one) > LONGEST_STRING:
        yield "6.1.13 a string is too long"
    if not isinstance(one, DictionaryObject):
        return
    yield from _stream(one)
    yield from _action(one)
    if "/AA" in one:
        yield "6.5.2 there are additional actions"
    if _at(one, "/Type") == "/Annot" or "/Rect" in one and "/Subtype" in one:
        yield from _annotation(one)


def _stream(one: DictionaryObject) -> Iterator[str]:
    if not isinstance(one, StreamObject):
        return
    used = _at(one, "/Filter", [])
    for name in [used] if isinstance(used, NameObject) else used:
        if name not in FILTERS:
            yield f"6.1.7 the filter {name}"
    if {"/F", "/FFilter", "/FDecodeParms"} & set(one):
        yield "6.1.7 a stream lies in another file"
    if (
        _at(one, "/Subtype") == "/PS"
        or {"/OPI", "/Ref", "/Alternates"} & set(one)
        or _at(one, "/Interpolate")
    ):
        yield "6.2.8 an image or form that is not allowed"
    if _at(one, "/Subtype") in ("/Form", None) and CMYK.search(_content(one)):
        yield "6.2.4.3 colours of another device than the output intent's"


def _content(one: StreamObject) -> bytes:
    """The operators of a stream without its texts, in which anything may stand."""
    if (
        _at(one, "/Type") in ("/EmbeddedFile", "/Metadata", "/XRef", "/ObjStm")
        or "/Length1" in one
        or "/N" in one
    ):
        return b""
    try:
        data = bytes(one.data)
    except (zlib.error, ValueError):
        return b""
    return re.sub(rb"\((?:\\.|[^()\\])*\)|<[0-9A-Fa-f]*>", b"", data)


def _action(one: DictionaryObject) -> Iterator[str]:
    if "/JS" in one or "/JavaScript" in one or _at(one, "/S") == "/JavaScript":
        yield "6.5.1 there is a script"
    if _at(one, "/Type") == "/Action" or "/URI" in one:
        if _at(one, "/S") not in ACTIONS:
            yield f"6.5.1 the action {one.get('/S')}"
    if {"/TR", "/HTP"} & set(one) or _at(one, "/TR2", "/Default") != "/Default":
        yield "6.2.5 a transfer function"


def _annotation(one: DictionaryObject) -> Iterator[str]:
    kind, flags = _at(one, "/Subtype"), int(_at(one, "/F", 0))
    if kind in ("/3D", "/Sound", "/Screen", "/Movie", "/FileAttachment"):
        yield f"6.3.1 an annotation {kind}"
    left, bottom, right, top = (float(side) for side in one["/Rect"])
    if kind != "/Popup" and (not flags & PRINT or flags & UNSEEN):
        yield f"6.3.2 an annotation {kind} that is not printed"
    if (
        kind not in ("/Popup", "/Link")
        and right > left
        and top > bottom
        and set(_at(one, "/AP", {})) != {"/N"}
    ):
        yield f"6.3.3 an annotation {kind} without just its normal appearance"


def _fonts(objects: list[Any]) -> Iterator[str]:
    for one in objects:
        if not (isinstance(one, DictionaryObject) and _at(one, "/Type") == "/Font"):
            continue
        if _at(one, "/Subtype") == "/Type0":
            if not (
                str(one["/Encoding"]).startswith("/Identity") or isinstance(one["/Encoding"], StreamObject)
            ):
                yield f"6.2.11.3 the encoding {one['/Encoding']}"
        elif _at(one, "/Subtype") != "/Type3":
            described = _at(one, "/FontDescriptor", {})
            if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(described):
                yield f"6.2.11.4 the font {one.get('/BaseFont')} is not inside"
            if _at(one, "/Subtype") == "/CIDFontType2" and "/CIDToGIDMap" not in one:
                yield f"6.2.11.3 the font {one.get('/BaseFont')} has no map"


def _pages(reader: PdfFileReader) -> Iterator[str]:
    if {"/OpenAction", "/AA"} & set(reader.root):
        yield "6.5.2 something happens when the file is opened"
    names = _at(reader.root, "/Names", {})
    if "/JavaScript" in names or "/AlternatePresentations" in names:
        yield "6.5.1 there are scripts by name"
    if {"/Requirements", "/NeedsRendering"} & set(reader.root):
        yield "6.1.12 the file has requirements"


def _form(reader: PdfFileReader) -> Iterator[str]:
    form = _at(reader.root, "/AcroForm", {})
    if _at(form, "/NeedAppearances") or "/XFA" in form:
        yield "6.4.1 the form is drawn by the reader"
    for signature in reader.embedded_signatures:
        spans = [int(value) for value in signature.byte_range]
        if spans[0] or spans[2] + spans[3] > len(reader.stream.getbuffer()):
            yield "6.4.3 the signature does not cover the file from its beginning"
        if len(signature.signed_data["signer_infos"]) != 1 or not signature.signed_data["certificates"]:
            yield "6.4.3 the signature has not one signer with a certificate"
