"""A demonstration certificate authority. It stands in for a state authority where none is to be had, and says so.

Keys are P-256; every file is readable by its owner only. A government signs with certificates of its own authority.
"""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.views.decorators.debug import sensitive_variables

AUTHORITY = "Otoritas Contoh Jenjang (bukan BSrE)"
TIMESTAMPER = "Cap Waktu Contoh Jenjang"
PLAIN_SERIAL = "the serial of a signer is made of letters, digits, points and hyphens"
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
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
    list_url: str = "",
) -> Path:
    """A signer's key and certificate as PKCS#12 under a passphrase; returns its path (default SERIAL.p12).

    `serial` is the public number of the post holder (NIP), empty when there is none. ValueError for an empty passphrase
    or a serial that is no number. The certificate lies beside it (.pem).
    """
    if not passphrase:
        raise ValueError("a signing key needs a passphrase")
    if not serial and path is None:
        raise ValueError(PLAIN_SERIAL)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certify(
        folder, key.public_key(), common_name, serial, org, valid_to=valid_to, list_url=list_url
    )
    authority = x509.load_pem_x509_certificate((folder / "authority.pem").read_bytes())
    packed = pkcs12.serialize_key_and_certificates(
        common_name.encode(), key, certificate, [authority], _encryption(passphrase)
    )
    target = path or folder / f"{serial}.p12"
    # Beside it once more for who only asks how long it is good: inside, it is under the passphrase.
    _write(target.with_suffix(".pem"), certificate.public_bytes(serialization.Encoding.PEM))
    _write(target, packed)
    return target


def certify(
    folder: Path,
    key: PublicKey,
    common_name: str,
    serial: str,
    org: str,
    *,
    valid_to: datetime | None = None,
    stamps: bool = False,
    list_url: str = "",
) -> x509.Certificate:
    """A certificate for somebody's key, wherever the key itself lies; `stamps` for a server of timestamps, not a person.

    `list_url`: where the list of revoked certificates is had, for who asks.

    ValueError for a serial that is no number.
    """
    if serial and not _SERIAL.fullmatch(serial):
        raise ValueError(PLAIN_SERIAL)
    authority = x509.load_pem_x509_certificate(create_authority(folder).read_bytes())
    made = (
        _certificate(
            _subject(common_name, org, serial), authority.subject, key, valid_to or VALID_FROM + VALID_FOR
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),  # type: ignore[arg-type]
            critical=False,
        )
    )
    if stamps:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    if list_url:
        made = made.add_extension(x509.CRLDistributionPoints([_point(list_url)]), critical=False)
    return made.sign(_issuer(folder), hashes.SHA256())


def issue_timestamper(folder: Path) -> Path:
    """Key and certificate of a timestamp server in one PEM file (timestamper.key); returns its path."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = certify(folder, key.public_key(), TIMESTAMPER, "", AUTHORITY, stamps=True)
    packed = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    target = folder / "timestamper.key"
    _write(target, packed + certificate.public_bytes(serialization.Encoding.PEM))
    return target


def issue_list(
    folder: Path, revoked: Mapping[int, datetime] = MappingProxyType({}), *, until: datetime | None = None
) -> Path:
    """The list of revoked certificates (authority.crl): certificate number -> when; returns its path."""
    authority = x509.load_pem_x509_certificate(create_authority(folder).read_bytes())
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.subject)
        .last_update(min(datetime.now(UTC), until or datetime.max.replace(tzinfo=UTC)) - timedelta(minutes=1))
        .next_update(until or VALID_FROM + VALID_FOR)
        .add_extension(x509.CRLNumber(len(revoked) + 1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),  # type: ignore[arg-type]
            critical=False,
        )
    )
    for number, at in revoked.items():
        entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(at).build()
        made = made.add_revoked_certificate(entry)
    target = folder / "authority.crl"
    _write(target, made.sign(_issuer(folder), hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return target


def _point(url: str) -> x509.DistributionPoint:
    return x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)


def _issuer(folder: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - this file made it
    return key


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
    subject: x509.Name, issuer: x509.Name, key: PublicKey, until: datetime
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
