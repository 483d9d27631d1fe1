"""Where a person's signature is made: a key file, a security module, or BSrE's service. Only this module knows which."""

from typing import Protocol

from asn1crypto import x509
from django.conf import settings

from approvals.models import Backend as Kind
from approvals.models import Signatory
from approvals.signing import SigningRefused
from approvals.signing_bsre import BsreBackend
from approvals.signing_making import Signed, Words
from approvals.signing_pkcs11 import Pkcs11Backend
from approvals.signing_pkcs12 import Pkcs12Backend
from registry.models import User
from registry.vault import Unreadable, unlock


class Backend(Protocol):
    """What puts one signature of one person on a document."""

    kind: str

    def sign(self, pdf: bytes, *, passphrase: str, words: Words) -> Signed:
        """The same document with a PAdES signature. Raises SigningRefused, `final` unless surely nothing was signed."""
        ...

    def asked(self) -> x509.Certificate | str:
        """The person's certificate, or a code that says how it stands, without the passphrase. Raises SigningRefused."""
        ...


def backend_of(person: User) -> Backend:
    """How a person signs; without a Signatory, by the key file named after him. Raises SigningRefused when it is not set up."""
    holder = person.nip or ""
    found = Signatory.objects.filter(person=person).first()
    if found is None or found.backend == Kind.PKCS12:
        name = found.label if found and found.label else f"signer-{person.pk}"
        return Pkcs12Backend(settings.SIGNING_KEYS / f"{name}.p12", holder)
    if found.backend == Kind.PKCS11:
        return Pkcs11Backend(found.label, holder)
    try:
        return BsreBackend(unlock(found.number_locked), holder, person.name)
    except Unreadable as error:
        raise SigningRefused("sign.number_unreadable", final=False) from error


__all__ = ["Backend", "Signed", "SigningRefused", "Words", "backend_of"]
