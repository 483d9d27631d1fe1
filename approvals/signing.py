"""Signing and checking PDF documents: PAdES by pyHanko. Passphrases live for the length of one call and are never kept."""

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol, TypeVar

from asn1crypto import pem, x509
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

MANIFEST = "manifest.json"
T = TypeVar("T")


class SigningRefused(Exception):
    """A document cannot be signed: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


class Signer(Protocol):
    """A backend that puts one signature on a document."""

    def sign(self, pdf: bytes, *, reason: str, location: str, name: str) -> bytes:
        """The same document with a PAdES signature; raises SigningRefused."""
        ...


class Pkcs12Signer:
    """A key in a PKCS#12 file under a passphrase. The key is loaded at once: a wrong passphrase is told before any act."""

    def __init__(self, path: Path, passphrase: str) -> None:
        if not path.is_file():
            raise SigningRefused("sign.key_missing")
        content, secret = path.read_bytes(), passphrase.encode()
        try:
            certificate = pkcs12.load_pkcs12(content, secret).cert
        except ValueError as error:
            # The same error tells a wrong passphrase and a damaged file; PKCS#12 files begin with a sequence.
            code = "sign.passphrase" if content[:1] == b"\x30" else "sign.key_unreadable"
            raise SigningRefused(code) from error
        if certificate is None:
            raise SigningRefused("sign.key_unreadable")
        until = certificate.certificate.not_valid_after_utc
        if until < datetime.now(UTC):
            raise SigningRefused("sign.expired", {"expired_at": until.isoformat()})
        self._signer = signers.SimpleSigner.load_pkcs12_data(content, other_certs=[], passphrase=secret)

    def sign(self, pdf: bytes, *, reason: str, location: str, name: str) -> bytes:
        """PAdES baseline B; the field's name is fixed, so a second signature of the house is refused."""
        metadata = signers.PdfSignatureMetadata(
            field_name="Jenjang",
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            reason=reason,
            location=location,
            name=name,
        )
        try:
            return _apart(lambda: self._signed(pdf, metadata))
        except (SigningError, PdfError) as error:
            raise SigningRefused("sign.failed", {"kind": type(error).__name__}) from error

    def _signed(self, pdf: bytes, metadata: signers.PdfSignatureMetadata) -> bytes:
        written = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), metadata, signer=self._signer)
        return bytes(written.getvalue())


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


def verify(pdf: bytes, trust: Sequence[bytes]) -> Verdict:
    """Check the last signature of a document against the authorities in `trust` (PEM). Never raises on a bad file."""
    try:
        reader = PdfFileReader(BytesIO(pdf))
        signatures = reader.embedded_signatures
        if not signatures:
            return Verdict(False, "verify.unsigned")
        manifest = _manifest(reader)
        roots = [x509.Certificate.load(der) for text in trust for _, _, der in pem.unarmor(text, multiple=True)]
        context = ValidationContext(
            trust_roots=roots, other_certs=SimpleCertificateStore.from_certs(roots), allow_fetching=False
        )
        status = _apart(lambda: validate_pdf_signature(signatures[-1], context))
    except (PdfError, SignatureValidationError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return Verdict(False, "verify.unreadable")
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE and status.modification_level in (
        None,
        ModificationLevel.NONE,
    )
    valid = bool(status.bottom_line and whole)
    subject = status.signing_cert.subject.native
    return Verdict(
        valid=valid,
        code=_code(status.intact and status.valid, status.trusted, whole),
        intact=bool(status.intact and status.valid),
        trusted=bool(status.trusted),
        covers_whole_file=whole,
        signer_name=str(subject.get("common_name", "")),
        signer_serial=str(subject.get("serial_number", "")),
        issuer=str(status.signing_cert.issuer.native.get("common_name", "")),
        signed_at=status.signer_reported_dt,
        manifest=manifest,
    )


def manifest_of(pdf: bytes) -> dict[str, Any] | None:
    """The manifest attached to a document; None when it has none or cannot be read."""
    try:
        return _manifest(PdfFileReader(BytesIO(pdf)))
    except (PdfError, ValueError, KeyError, TypeError):
        return None


def _code(intact: bool, trusted: bool, whole: bool) -> str:
    if not intact:
        return "verify.altered"
    if not whole:
        return "verify.appended"
    return "verify.valid" if trusted else "verify.untrusted"


def _manifest(reader: PdfFileReader) -> dict[str, Any] | None:
    for file in reader.root.get("/AF", ()):
        attached = file.get_object()
        if str(attached.get("/UF", attached.get("/F", ""))) == MANIFEST:
            found: dict[str, Any] = json.loads(attached["/EF"]["/F"].data)
            return found
    return None


def _apart(work: Callable[[], T]) -> T:
    """pyHanko runs an event loop of its own, which is not possible where one is running already: then in a thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()
