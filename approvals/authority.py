"""A demonstration certificate authority. It stands in for a state authority where none is to be had, and says so.

Keys are P-256; every file is readable by its owner only. A government signs with certificates of its own authority.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

AUTHORITY = "Otoritas Contoh Jenjang (bukan BSrE)"
VALID_FROM = datetime(2025, 1, 1, tzinfo=UTC)
VALID_FOR = timedelta(days=3650)


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
    """A signer's key and certificate as PKCS#12 under a passphrase; returns its path (default SERIAL.p12)."""
    authority = x509.load_pem_x509_certificate(create_authority(folder).read_bytes())
    issuer = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, org[:64]),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, serial),
        ]
    )
    certificate = (
        _certificate(subject, authority.subject, key.public_key(), valid_to or VALID_FROM + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .sign(issuer, hashes.SHA256())  # type: ignore[arg-type]
    )
    packed = pkcs12.serialize_key_and_certificates(
        common_name.encode(),
        key,
        certificate,
        [authority],
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    target = path or folder / f"{serial}.p12"
    _write(target, packed)
    return target


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
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(content)
