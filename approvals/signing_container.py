"""The bytes of a signature's own container that no signature covers: they must follow from what is covered."""

from collections.abc import Sequence

from asn1crypto import cms, core, x509
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureStatus

from approvals.signing_trust import certificates, timestamp_authorities
from approvals.signing_validity import STAMP


def follows(signature: EmbeddedPdfSignature, status: PdfSignatureStatus, trust: Sequence[bytes]) -> bool:
    """Whether headers, certificates and timestamp of the container say nothing of their own."""
    roots = certificates(trust)
    return (
        _headers_follow(signature.signed_data, status, "v1")
        and _certificates_count(signature.signed_data, status, roots)
        and _stamp_follows(signature.signer_info, status, [*roots, *certificates(timestamp_authorities())])
    )


def _headers_follow(signed: cms.SignedData, status: SignatureStatus, version: str) -> bool:
    """Whether what the container repeats outside of the signed part says the same as the signed part."""
    infos = signed["signer_infos"]
    sid, certificate = infos[0]["sid"], status.signing_cert
    algorithms = [one.dump() for one in signed["digest_algorithms"]]
    return (
        len(infos) == 1
        and (signed["version"].native, infos[0]["version"].native) == (version, "v1")
        and algorithms == [infos[0]["digest_algorithm"].dump()]
        and sid.name == "issuer_and_serial_number"
        and sid.chosen["issuer"].dump() == certificate.issuer.dump()
        and sid.chosen["serial_number"].native == certificate.serial_number
        and isinstance(signed["crls"], core.Void)
    )


def _certificates_count(
    signed: cms.SignedData, status: SignatureStatus, roots: Sequence[x509.Certificate]
) -> bool:
    """Whether each certificate is one on which the verdict rests; without a path the verdict is a no in any case."""
    if status.validation_path is None:
        return True
    resting = {one.dump() for one in [*status.validation_path.iter_certs(include_root=True), *roots]}
    return all(one.chosen.dump() in resting for one in signed["certificates"])


def _stamp_follows(
    signer: cms.SignerInfo, status: PdfSignatureStatus, roots: Sequence[x509.Certificate]
) -> bool:
    """Whether there is nothing beside the signature but one timestamp, and nothing beside that one's own signature."""
    attributes = signer["unsigned_attrs"]
    if isinstance(attributes, core.Void):
        return True
    stamp = status.timestamp_validity
    if [one["type"].native for one in attributes] != [STAMP] or stamp is None:
        return False
    (attribute,) = attributes
    if len(attribute["values"]) != 1:
        return False
    signed = attribute["values"][0]["content"]
    return (
        _headers_follow(signed, stamp, "v3")
        and _certificates_count(signed, stamp, roots)
        and isinstance(signed["signer_infos"][0]["unsigned_attrs"], core.Void)
    )
