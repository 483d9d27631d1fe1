"""What is installed in JENJANG_KEYS beside the signers' keys: whose signatures and timestamps count, and who was revoked.

authority*.pem sign documents, tsa*.pem sign timestamps only, *.crl are lists of revoked certificates (PEM or DER).
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from asn1crypto import crl, pem, x509
from django.conf import settings

AUTHORITIES, STAMPERS, LISTS = "authority*.pem", "tsa*.pem", "*.crl"
INSTALLED = (AUTHORITIES, STAMPERS, LISTS)  # all that a check looks at beside the document
log = logging.getLogger("jenjang.signing")


def authorities() -> list[bytes]:
    """Certificates (PEM) of the authorities whose signatures count; empty when none was installed."""
    return _read(AUTHORITIES)


def timestamp_authorities() -> list[bytes]:
    """Certificates (PEM) whose timestamps count besides those of the authorities themselves."""
    return _read(STAMPERS)


def certificates(texts: Sequence[bytes]) -> list[x509.Certificate]:
    """The certificates of PEM texts."""
    return [x509.Certificate.load(der) for text in texts for _, _, der in pem.unarmor(text, multiple=True)]


def revocations() -> list[crl.CertificateList]:
    """The lists of revoked certificates; one that cannot be read is told in the log and left out."""
    found = []
    for path in sorted(Path(settings.SIGNING_KEYS).glob(LISTS)):
        try:
            content = path.read_bytes()
            der = pem.unarmor(content)[2] if pem.detect(content) else content
            one = crl.CertificateList.load(der, strict=True)
            one["tbs_cert_list"]["issuer"].dump()
        except (OSError, TypeError, ValueError) as error:
            log.error(
                "the list of revoked certificates %s cannot be read: %s", path.name, type(error).__name__
            )
        else:
            found.append(one)
    return found


def _read(pattern: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(Path(settings.SIGNING_KEYS).glob(pattern))]
