"""Whether a signature is sound: today, or else by its own timestamp and the proofs of validity that came with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from approvals.signing_aside import apart
from approvals.signing_trust import certificates, revocations, timestamp_authorities

STAMP = "signature_time_stamp_token"


def checked(
    reader: PdfFileReader, signature: EmbeddedPdfSignature, trust: Sequence[bytes], at: datetime | None
) -> PdfSignatureStatus:
    """The status of a signature as of `at` or now; where that is not good, as of its timestamp, if the proofs are there."""
    roots, lists = certificates(trust), revocations()
    stamping = _context([*roots, *certificates(timestamp_authorities())], at, lists, "soft-fail")
    status = _status(signature, _context(roots, at, lists, "soft-fail"), stamping)
    stamp = status.timestamp_validity
    if status.trusted and lists:
        # The soft way asks no list unless the certificate itself names one.
        strict = _status(signature, _context(roots, at, lists, "require"), stamping)
        status = strict if strict.revoked else status
    if status.trusted or not stamp or not (stamp.intact and stamp.valid and stamp.trusted):
        return status
    revoked = status.revocation_details
    if level_of(reader, signature) != "B-LT" or (revoked and revoked.revocation_date <= stamp.timestamp):
        return status
    then = {**_wishes(roots, stamp.timestamp, "require"), "crls": lists}
    proofs = DocumentSecurityStore.read_dss(reader).as_validation_context(then)
    return _status(signature, proofs, stamping)


def level_of(reader: PdfFileReader, signature: EmbeddedPdfSignature) -> str:
    """How much stands by the signature: B-B nothing, B-T a timestamp, B-LT the proofs of validity as well."""
    attributes = signature.signer_info["unsigned_attrs"].native or ()
    if STAMP not in {one["type"] for one in attributes}:
        return "B-B"
    store = reader.root["/DSS"] if "/DSS" in reader.root else {}
    return "B-LT" if any(name in store and len(store[name]) for name in ("/CRLs", "/OCSPs")) else "B-T"


def _status(
    signature: EmbeddedPdfSignature, context: ValidationContext, stamping: ValidationContext
) -> PdfSignatureStatus:
    return apart(lambda: validate_pdf_signature(signature, context, stamping))


def _context(
    roots: list[x509.Certificate], at: datetime | None, lists: list[crl.CertificateList], mode: str
) -> ValidationContext:
    return ValidationContext(other_certs=[], crls=lists, **_wishes(roots, at, mode))


def _wishes(roots: list[x509.Certificate], at: datetime | None, mode: str) -> dict[str, Any]:
    # A list of today tells what was revoked, and when, for every earlier hour as well.
    return {
        "trust_roots": roots,
        "moment": at,
        "revocation_mode": mode,
        "retroactive_revinfo": True,
        "allow_fetching": False,
    }
