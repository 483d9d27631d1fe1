"""Putting a signature on a document with a key that is at hand: PAdES B-B, with a timestamp B-T, with proofs of validity B-LT.

Everything that can be refused is refused before the key is used: an authority that is not trusted here, a certificate that
was revoked, a timestamp server that does not answer.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from asn1crypto import x509
from django.conf import settings
from pyhanko.pdf_utils import layout
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, RevokedError, ValidationError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from approvals import signing_trust
from approvals.signing import BROKEN, SigningRefused, signature_place
from approvals.signing_aside import apart

BASIC, STAMPED, LONG_TERM = "B-B", "B-T", "B-LT"
FIELD = "Jenjang"  # a fixed name, so that a second signature of the house is refused
DIGEST = "sha256"
log = logging.getLogger("jenjang.signing")
# What a server that is down, slow or no timestamp server at all makes of a request.
UNSTAMPED = (TimestampRequestError, OSError, ValueError, TypeError, KeyError)


@dataclass(frozen=True, slots=True)
class Words:
    """What a signature says of itself. `face`: a one-page PDF (document.stamp) that is shown at its place."""

    reason: str
    location: str
    name: str
    face: bytes | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed document, its PAdES level, and the number a signing service gave it."""

    pdf: bytes
    level: str
    external_id: str = ""


def put(pdf: bytes, signer: signers.Signer, words: Words) -> Signed:
    """The document with a signature. Raises SigningRefused; `final` when the document itself is at fault.

    Without a face, or without a place for it on the document, the signature is invisible.
    """
    stamper = timestamper()
    proofs = _proofs(signer, stamper) if stamper else None
    try:
        made = apart(lambda: _signed(pdf, signer, words, stamper, proofs))
    except TimestampRequestError as error:
        # It answered a moment ago: whatever the key made stayed in memory and is gone.
        raise SigningRefused("sign.tsa_down", final=False) from error
    except (SigningError, *BROKEN) as error:
        raise SigningRefused("sign.failed", {"kind": type(error).__name__}) from error
    return Signed(made, LONG_TERM if proofs else STAMPED if stamper else BASIC)


def standing(certificate: x509.Certificate, chain: Sequence[x509.Certificate] = ()) -> None:
    """Refuse a certificate that is out of its time, on a list of revoked ones, or of no authority trusted here."""
    _in_time(certificate)
    try:
        apart(lambda: asyncio.run(_usable(certificate, chain, _context("soft-fail"))))
        if signing_trust.revocations() or settings.REVOCATION_FETCH:
            apart(lambda: asyncio.run(_listed(certificate, chain)))
    except RevokedError as error:
        params = {"revoked_at": error.revocation_dt.isoformat()}
        raise SigningRefused("sign.revoked", params, final=False) from error
    except (PathError, ValidationError) as error:
        issuer = str(certificate.issuer.native.get("common_name", ""))
        raise SigningRefused("sign.untrusted", {"issuer": issuer}, final=False) from error


async def _listed(certificate: x509.Certificate, chain: Sequence[x509.Certificate]) -> None:
    """Ask the installed lists, which the soft way does only for certificates that name one. No answer is no objection."""
    try:
        await _usable(certificate, chain, _context("require"))
    except RevokedError:
        raise
    except (PathError, ValidationError) as error:
        log.info("no list tells whether a certificate was revoked: %s", type(error).__name__)


def _in_time(certificate: x509.Certificate) -> None:
    now = datetime.now(UTC)
    if certificate.not_valid_after < now:
        params = {"expired_at": certificate.not_valid_after.isoformat()}
        raise SigningRefused("sign.expired", params, final=False)
    if certificate.not_valid_before > now:
        params = {"valid_at": certificate.not_valid_before.isoformat()}
        raise SigningRefused("sign.too_early", params, final=False)


def timestamper() -> TimeStamper | None:
    """The timestamp server, asked once so that a server that is down is known before anything is signed; None for B-B."""
    if not settings.TSA_URL:
        return None
    stamper = RequestsHTTPTimeStamper(settings.TSA_URL, timeout=settings.TSA_TIMEOUT)
    try:
        apart(lambda: asyncio.run(stamper.async_dummy_response(DIGEST)))
    except UNSTAMPED as error:
        if settings.TSA_REQUIRED:
            raise SigningRefused("sign.tsa_down", final=False) from error
        log.warning("the timestamp server does not answer (%s): signed without", type(error).__name__)
        return None
    return stamper


def _proofs(signer: signers.Signer, stamper: TimeStamper) -> ValidationContext | None:
    """A context that holds proof of validity for every certificate of the signature; None when there is not enough."""

    async def gathered() -> None:
        context = _context("require", stamping=True)
        await _usable(signer.signing_cert, list(signer.cert_registry), context)
        async for _ in stamper.validation_paths(context):
            pass

    try:
        apart(lambda: asyncio.run(gathered()))
    except (PathError, ValidationError) as error:
        log.info("no proof of validity to keep with the signature: %s", type(error).__name__)
        return None
    return _context("require", stamping=True)


async def _usable(
    certificate: x509.Certificate, chain: Sequence[x509.Certificate], context: ValidationContext
) -> None:
    validator = CertificateValidator(
        certificate, intermediate_certs=SimpleCertificateStore.from_certs(chain), validation_context=context
    )
    await validator.async_validate_usage({"non_repudiation"})


def _context(mode: str, *, stamping: bool = False) -> ValidationContext:
    texts = signing_trust.authorities() + (signing_trust.timestamp_authorities() if stamping else [])
    return ValidationContext(
        trust_roots=signing_trust.certificates(texts),
        other_certs=[],
        crls=signing_trust.revocations(),
        allow_fetching=settings.REVOCATION_FETCH,
        revocation_mode=mode,
    )


def _signed(
    pdf: bytes,
    signer: signers.Signer,
    words: Words,
    stamper: TimeStamper | None,
    proofs: ValidationContext | None,
) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=words.reason,
        location=words.location,
        name=words.name,
        validation_context=proofs,
        embed_validation_info=proofs is not None,
        # The proofs come before the signature, in its own revision: it covers them as it covers every other byte.
        dss_settings=DSSContentSettings(
            include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
        ),
    )
    place = signature_place(pdf) if words.face else None
    spec = style = None
    if place and words.face:
        spec = fields.SigFieldSpec(FIELD, on_page=place.page, box=place.box)
        style = StaticStampStyle(background=_Face(words.face), border_width=0, background_layout=_FILLING)
    pdf_signer = signers.PdfSigner(
        metadata, signer, timestamper=stamper, stamp_style=style, new_field_spec=spec
    )
    return bytes(pdf_signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf))).getvalue())


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
