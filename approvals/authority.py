"""A demonstration certificate authority. It stands in for a state authority where none is to be had, and says so.

Keys are P-256; every file is readable by its owner only. A government signs with certificates of its own authority.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.views.decorators.debug import sensitive_variables

AUTHORITY = "Otoritas Contoh Jenjang (bukan BSrE)"
VALID_FROM = datetime(2025, 1, 1, tzinfo=UTC)
VALID_FOR = timedelta(days=3650)
ROUNDS = 200_000  # of PBKDF2 for each guess at a passphrase; about a tenth of a second on a small server
LONGEST_NAME = 64  # of a common or organisation name in X.509
_SERIAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z .-]{0,63}")


def create_authority(folder: Path) -> Path:
    """Make the authority in `folder` unless it is there; returns the path of its certificate (PEM)."""
    certificate = folder / "authority.pem"
    if certificate.exists():
        return certificate
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, AUTHORITY)])
    made = (
        _certificate(name, name, key.public_key(), VALID_FROM + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(folder / "authority.key", pem)
    _write(certificate, made.public_bytes(serialization.Encoding.PEM))
    return certificate


@sensitive_variables("passphrase", "packed")
def issue_signer(
    folder: Path,
    common_name: str,
    serial: str,
    org: str,
    passphrase: str,
    *,
    path: Path | None = None,
    valid_to: datetime | None = None,
) -> Path:
    """A signer's key and certificate as PKCS#12 under a passphrase; returns its path (default SERIAL.p12).

    `serial` is the public number of the post holder (NIP), empty when there is none. ValueError for an empty passphrase
    or a serial that is no number.
    """
    if not passphrase:
        raise ValueError("a signing key needs a passphrase")
    if serial and not _SERIAL.fullmatch(serial) or not serial and path is None:
        raise ValueError("the serial of a signer is made of letters, digits, points and hyphens")
    authority = x509.load_pem_x509_certificate(create_authority(folder).read_bytes())
    issuer = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    until = valid_to or VALID_FROM + VALID_FOR
    certificate = (
        _certificate(_subject(common_name, org, serial), authority.subject, key.public_key(), until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),  # type: ignore[arg-type]
            critical=False,
        )
        .sign(issuer, hashes.SHA256())  # type: ignore[arg-type]
    )
    packed = pkcs12.serialize_key_and_certificates(
        common_name.encode(), key, certificate, [authority], _encryption(passphrase)
    )
    target = path or folder / f"{serial}.p12"
    _write(target, packed)
    return target


def _subject(common_name: str, org: str, serial: str) -> x509.Name:
    attributes = [
        x509.NameAttribute(NameOID.COMMON_NAME, common_name[:LONGEST_NAME]),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, org[:LONGEST_NAME]),
    ]
    if serial:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    return x509.Name(attributes)


@sensitive_variables("passphrase")
def _encryption(passphrase: str) -> serialization.KeySerializationEncryption:
    return (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(passphrase.encode())
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    # PAdES wants non-repudiation (content commitment) on the signer's certificate.
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, content: bytes) -> None:
    """Private from its first byte, and whole or not there: a key half written would lock its owner out."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    part.replace(path)
