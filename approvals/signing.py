"""Signing and checking PDF documents: PAdES by pyHanko. Passphrases live for the length of one call and are never kept."""

import asyncio
import json
import logging
import struct
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol, TypeVar

from asn1crypto import cms, keys, pem, x509
from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from django.views.decorators.debug import sensitive_variables
from pyhanko.pdf_utils import layout
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

MANIFEST = "manifest.json"
FIELD = "Jenjang"
SIGNATURE_ANCHOR = (
    "#signature"  # the printed document marks the place of the visible signature by a link that ends so
)
T = TypeVar("T")
# A bad file is an answer (the verdict or the refusal), not an incident with traces and a person's number in the log.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
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
    """A document cannot be signed: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visible signature goes: page counted from 0, box (left, bottom, right, top) in points."""

    page: int
    box: tuple[int, int, int, int]


class Signer(Protocol):
    """A backend that puts one signature on a document."""

    def sign(self, pdf: bytes, *, reason: str, location: str, name: str, face: bytes | None = None) -> bytes:
        """The same document with a PAdES signature; raises SigningRefused."""
        ...


class Pkcs12Signer:
    """A key in a PKCS#12 file under a passphrase. The key is loaded at once: a wrong passphrase is told before any act."""

    @sensitive_variables("passphrase", "content", "opened")
    def __init__(self, path: Path, passphrase: str) -> None:
        if not path.is_file():
            raise SigningRefused("sign.key_missing")
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SigningRefused("sign.key_unreadable") from error
        opened = _open_pkcs12(content, passphrase)
        certificate = opened.cert.certificate
        if certificate.not_valid_after_utc < datetime.now(UTC):
            raise SigningRefused("sign.expired", {"expired_at": certificate.not_valid_after_utc.isoformat()})
        self.holder_serial = _holder_serial(certificate)
        self._signer = _simple_signer(opened)

    def sign(self, pdf: bytes, *, reason: str, location: str, name: str, face: bytes | None = None) -> bytes:
        """PAdES baseline B; the field's name is fixed, so a second signature of the house is refused.

        `face` (a one-page PDF, document.stamp) is shown at the document's signature place; without one, or without
        such a place, the signature is invisible.
        """
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            reason=reason,
            location=location,
            name=name,
        )
        try:
            return _apart(lambda: self._signed(pdf, metadata, face))
        except (SigningError, *BROKEN) as error:
            raise SigningRefused("sign.failed", {"kind": type(error).__name__}) from error

    def _signed(self, pdf: bytes, metadata: signers.PdfSignatureMetadata, face: bytes | None) -> bytes:
        place = signature_place(pdf) if face else None
        spec = style = None
        if place and face:
            spec = fields.SigFieldSpec(FIELD, on_page=place.page, box=place.box)
            style = StaticStampStyle(background=_Face(face), border_width=0, background_layout=_FILLING)
        pdf_signer = signers.PdfSigner(metadata, self._signer, stamp_style=style, new_field_spec=spec)
        return bytes(pdf_signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf))).getvalue())


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


def verify(pdf: bytes, trust: Sequence[bytes], *, at: datetime | None = None) -> Verdict:
    """Check every signature of a document against the authorities in `trust` (PEM); the last one is described.

    Never raises on a bad file. `at` is the moment for which certificates must be valid: now, unless the caller has a
    record of its own of when the document was signed.
    """
    roots = [x509.Certificate.load(der) for text in trust for _, _, der in pem.unarmor(text, multiple=True)]
    try:
        signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
        if not signatures:
            return Verdict(False, "verify.unsigned", manifest=manifest_of(pdf))
        context = ValidationContext(
            trust_roots=roots,
            other_certs=SimpleCertificateStore.from_certs([]),
            allow_fetching=False,
            moment=at,
        )
        statuses = _apart(lambda: [validate_pdf_signature(one, context) for one in signatures])
        exact = all(_exact(one, pdf) for one in signatures)
        verdict = _verdict(statuses, exact)
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


def _verdict(statuses: Sequence[PdfSignatureStatus], exact: bool) -> Verdict:
    last = statuses[-1]
    intact = exact and all(one.intact and one.valid for one in statuses)
    trusted = all(one.trusted for one in statuses)
    whole = last.coverage == SignatureCoverageLevel.ENTIRE_FILE and last.modification_level in (
        None,
        ModificationLevel.NONE,
    )
    sound = all(one.bottom_line for one in statuses)
    subject, issuer = last.signing_cert.subject.native, last.signing_cert.issuer.native
    return Verdict(
        valid=intact and trusted and whole and sound,
        code=_code(intact, trusted, whole, sound),
        intact=intact,
        trusted=trusted,
        covers_whole_file=whole,
        signer_name=str(subject.get("common_name", "")),
        signer_serial=str(subject.get("serial_number", "")),
        issuer=str(issuer.get("common_name", "")),
        signed_at=last.signer_reported_dt,
    )


def _code(intact: bool, trusted: bool, whole: bool, sound: bool) -> str:
    if not intact:
        return "verify.altered"
    if not whole:
        return "verify.appended"
    if not trusted:
        return "verify.untrusted"
    return "verify.valid" if sound else "verify.altered"


def _exact(signature: EmbeddedPdfSignature, pdf: bytes) -> bool:
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
        and _headers_follow(signature.signed_data, signature.signer_cert)
    )


def _headers_follow(signed: cms.SignedData, certificate: x509.Certificate) -> bool:
    """Whether what the container repeats outside of the signed part says the same as the signed part."""
    infos = signed["signer_infos"]
    sid = infos[0]["sid"]
    algorithms = [one.dump() for one in signed["digest_algorithms"]]
    return (
        len(infos) == 1
        and (signed["version"].native, infos[0]["version"].native) == ("v1", "v1")
        and algorithms == [infos[0]["digest_algorithm"].dump()]
        and sid.name == "issuer_and_serial_number"
        and sid.chosen["issuer"].dump() == certificate.issuer.dump()
        and sid.chosen["serial_number"].native == certificate.serial_number
    )


@sensitive_variables("content", "passphrase")
def _open_pkcs12(content: bytes, passphrase: str) -> Any:
    try:
        opened = pkcs12.load_pkcs12(content, passphrase.encode())
    except ValueError as error:
        # The same error tells a wrong passphrase and a damaged file; the outer shape tells them apart.
        code = "sign.passphrase" if _looks_like_pkcs12(content) else "sign.key_unreadable"
        raise SigningRefused(code) from error
    if opened.cert is None or opened.key is None:
        raise SigningRefused("sign.key_unreadable")
    return opened


def _looks_like_pkcs12(content: bytes) -> bool:
    try:
        return bool(asn1_pkcs12.Pfx.load(content, strict=True)["version"].native == "v3")
    except (ValueError, TypeError, KeyError):
        return False


def _holder_serial(certificate: certificates.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(certificates.NameOID.SERIAL_NUMBER)
    return str(found[0].value) if found else ""


@sensitive_variables("opened", "key")
def _simple_signer(opened: Any) -> signers.SimpleSigner:
    key = opened.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = [_plain(one.certificate) for one in opened.additional_certs]
    return signers.SimpleSigner(
        signing_cert=_plain(opened.cert.certificate),
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore.from_certs(chain),
        # Who checks has the authority's certificate from elsewhere; inside, no signature would cover it.
        embed_roots=False,
    )


def _plain(certificate: certificates.Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


class _Face(PdfContent):
    """A page of another PDF as the appearance of a signature."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self._pdf = pdf

    def render(self) -> bytes:
        form = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self._pdf)))
        self.resources.xobject["/Face"] = form
        left, bottom, right, top = form.get_object()["/BBox"]
        self.box = layout.BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return b"/Face Do"


_FILLING = layout.SimpleBoxLayoutRule(
    x_align=layout.AxisAlignment.ALIGN_MIN, y_align=layout.AxisAlignment.ALIGN_MAX, margins=layout.Margins()
)


def _apart(work: Callable[[], T]) -> T:
    """pyHanko runs an event loop of its own, which is not possible where one is running already: then in a thread."""
    if not _in_event_loop():
        return work()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
