"""A signing key in a PKCS#12 file under a passphrase."""

from pathlib import Path
from typing import Any

from asn1crypto import keys, x509
from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from django.views.decorators.debug import sensitive_variables
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from approvals.signing import SigningRefused
from approvals.signing_making import Signed, Words, put, standing


class Pkcs12Backend:
    """The key file of one person, whose public number stands in its certificate."""

    kind = "pkcs12"

    def __init__(self, path: Path, holder: str) -> None:
        self._path, self._holder = path, holder

    @sensitive_variables("passphrase", "signer")
    def sign(self, pdf: bytes, *, passphrase: str, words: Words) -> Signed:
        """Sign with the key in the file. Raises SigningRefused."""
        signer = self._opened(passphrase)
        certificate: x509.Certificate = signer.signing_cert
        if str(certificate.subject.native.get("serial_number", "")) != self._holder:
            raise SigningRefused("sign.not_yours", final=False)
        standing(certificate, list(signer.cert_registry))
        return put(pdf, signer, words)

    def asked(self) -> x509.Certificate | str:
        """The certificate as it lies beside the key file (signer-7.pem); the one inside is under the passphrase."""
        beside = self._path.with_suffix(".pem")
        if not self._path.is_file():
            raise SigningRefused("sign.key_missing", final=False)
        if not beside.is_file():
            return "cert.unknown"
        try:
            return _plain(certificates.load_pem_x509_certificate(beside.read_bytes()))
        except (OSError, ValueError) as error:
            raise SigningRefused("sign.key_unreadable", final=False) from error

    @sensitive_variables("passphrase", "content", "opened")
    def _opened(self, passphrase: str) -> signers.SimpleSigner:
        if not self._path.is_file():
            raise SigningRefused("sign.key_missing", final=False)
        try:
            content = self._path.read_bytes()
        except OSError as error:
            raise SigningRefused("sign.key_unreadable", final=False) from error
        return _simple_signer(_open_pkcs12(content, passphrase))


@sensitive_variables("content", "passphrase")
def _open_pkcs12(content: bytes, passphrase: str) -> Any:
    try:
        opened = pkcs12.load_pkcs12(content, passphrase.encode())
    except ValueError as error:
        # The same error tells a wrong passphrase and a damaged file; the outer shape tells them apart.
        code = "sign.passphrase" if _looks_like_pkcs12(content) else "sign.key_unreadable"
        raise SigningRefused(code, final=False) from error
    if opened.cert is None or opened.key is None:
        raise SigningRefused("sign.key_unreadable", final=False)
    return opened


def _looks_like_pkcs12(content: bytes) -> bool:
    try:
        return bool(asn1_pkcs12.Pfx.load(content, strict=True)["version"].native == "v3")
    except (ValueError, TypeError, KeyError):
        return False


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
