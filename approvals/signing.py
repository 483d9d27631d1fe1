"""Checking signed PDF documents: PAdES by pyHanko. How they are signed: signing_backends."""

import json
import logging
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from approvals import signing_container as container
from approvals.signing_validity import checked, level_of

MANIFEST = "manifest.json"
SIGNATURE_ANCHOR = (
    "#signature"  # the printed document marks the place of the visible signature by a link that ends so
)
# A bad file is an answer (the verdict or the refusal), not an incident with traces and a person's number in the log.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
PAST = (AdESIndeterminate.OUT_OF_BOUNDS_NO_POE, AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED)
# What parsers raise on a file that was cut, damaged or made to harm; named one by one so that our own faults surface.
BROKEN = (
    PdfError,
    SignatureValidationError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


class SigningRefused(Exception):
    """A document cannot be signed: a code and its parameters, for `wording.sentences.say`.

    `final` unless it is certain that nothing was signed: only then may the same document be tried again.
    """

    def __init__(self, code: str, params: dict[str, Any] | None = None, *, final: bool = True) -> None:
        super().__init__(code)
        self.code, self.params, self.final = code, params or {}, final


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visible signature goes: page counted from 0, box (left, bottom, right, top) in points."""

    page: int
    box: tuple[int, int, int, int]


def signature_place(pdf: bytes) -> Place | None:
    """The rectangle that the printed document keeps for the visible signature; None when it keeps none."""
    reader = PdfFileReader(BytesIO(pdf))
    for page in reversed(range(int(reader.root["/Pages"]["/Count"]))):
        for annotation in reader.find_page_for_modification(page)[0].get_object().get("/Annots", ()):
            link = annotation.get_object()
            if str(link.get("/A", {}).get("/URI", "")).endswith(SIGNATURE_ANCHOR):
                left, bottom, right, top = (round(float(side)) for side in link["/Rect"])
                return Place(page, (left, bottom, right, top))
    return None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a document's signature says. `valid` is true only when everything holds and it covers the whole file."""

    valid: bool
    code: str
    intact: bool = False
    trusted: bool = False
    covers_whole_file: bool = False
    signer_name: str = ""
    signer_serial: str = ""
    issuer: str = ""
    signed_at: datetime | None = None
    manifest: dict[str, Any] | None = None
    level: str = ""  # of PAdES: B-B, B-T, B-LT
    stamped_at: datetime | None = None  # by the timestamp authority, where there is one


def verify(pdf: bytes, trust: Sequence[bytes], *, at: datetime | None = None) -> Verdict:
    """Check the signature of a document against the authorities in `trust` (PEM); of several the last one is described.

    Never raises on a bad file. `at` is the moment for which certificates must be valid: now, unless the caller has a
    record of its own of when the document was signed. A document that carries a timestamp and the proofs of that hour is
    good beyond the end of its certificate.
    """
    try:
        reader = PdfFileReader(BytesIO(pdf))
        signatures = [one for one in reader.embedded_signatures if one.sig_object_type == "/Sig"]
        if not signatures:
            return Verdict(False, "verify.unsigned", manifest=manifest_of(pdf))
        statuses = [checked(reader, one, trust, at) for one in signatures]
        exact = all(_exact(one, pdf, status, trust) for one, status in zip(signatures, statuses, strict=True))
        verdict = _verdict(statuses, exact, closed=pdf.rstrip(b"\r\n").endswith(b"%%EOF"))
        verdict = replace(verdict, level=level_of(reader, signatures[-1]))
    except BROKEN:
        return Verdict(False, "verify.unreadable")
    return replace(verdict, manifest=manifest_of(pdf))


def manifest_of(pdf: bytes) -> dict[str, Any] | None:
    """The manifest attached to a document; None when it has none or cannot be read."""
    try:
        for file in PdfFileReader(BytesIO(pdf)).root.get("/AF", ()):
            attached = file.get_object()
            if str(attached.get("/UF", attached.get("/F", ""))) == MANIFEST:
                found = json.loads(attached["/EF"]["/F"].data)
                return found if isinstance(found, dict) else None
    except BROKEN:
        return None
    return None


def _verdict(statuses: Sequence[PdfSignatureStatus], exact: bool, *, closed: bool) -> Verdict:
    last = statuses[-1]
    intact = exact and all(one.intact and one.valid for one in statuses)
    trusted = all(one.trusted for one in statuses)
    whole = closed and _covers(last)
    sound = all(one.bottom_line for one in statuses)
    subject, issuer = last.signing_cert.subject.native, last.signing_cert.issuer.native
    stamp = last.timestamp_validity
    return Verdict(
        valid=intact and trusted and whole and sound and len(statuses) == 1,
        code=_code(statuses, intact, whole),
        intact=intact,
        trusted=trusted,
        covers_whole_file=whole,
        signer_name=str(subject.get("common_name", "")),
        signer_serial=str(subject.get("serial_number", "")),
        issuer=str(issuer.get("common_name", "")),
        signed_at=last.signer_reported_dt,
        stamped_at=stamp.timestamp if stamp else None,
    )


def _covers(status: PdfSignatureStatus) -> bool:
    """Whether nothing follows the signature but proofs of its validity, which some services add afterwards."""
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return status.modification_level in (None, ModificationLevel.NONE)
    return (
        status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
        and status.modification_level == ModificationLevel.LTA_UPDATES
    )


def _code(statuses: Sequence[PdfSignatureStatus], intact: bool, whole: bool) -> str:
    if not intact:
        return "verify.altered"
    if len(statuses) > 1:
        return "verify.resigned"
    if not whole:
        return "verify.appended"
    (status,) = statuses
    if status.revoked:
        return "verify.revoked"
    if status.trust_problem_indic in PAST:
        return "verify.expired"
    if not status.trusted:
        return "verify.untrusted"
    return "verify.valid" if status.bottom_line else "verify.unstamped"


def _exact(
    signature: EmbeddedPdfSignature, pdf: bytes, status: PdfSignatureStatus, trust: Sequence[bytes]
) -> bool:
    """Whether the part that no signature can cover, its own container, is written in the one way it can be.

    A signature leaves out its own bytes. Without this the padding, the spelling of the digits and the headers of the
    container could be changed unseen, and "one changed byte is told" would not be true of every byte.
    """
    start, length, resume, _ = (int(value) for value in signature.byte_range)
    content = signature.pkcs7_content
    digits = content.hex().encode()
    message = cms.ContentInfo.load(content)
    used = len(message.dump())
    return (
        pdf[start + length : resume] in (b"<" + digits + b">", b"<" + digits.upper() + b">")
        and not any(content[used:])
        and message.copy().dump(force=True) == content[:used]
        and container.follows(signature, status, trust)
    )
