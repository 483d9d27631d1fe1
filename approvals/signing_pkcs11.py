"""A signing key in a security module: PKCS#11, with a token for each person whose user PIN is the passphrase."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pkcs11
from asn1crypto import x509
from django.conf import settings
from django.views.decorators.debug import sensitive_variables
from pkcs11 import exceptions
from pyhanko.sign.pkcs11 import PKCS11Signer

from approvals.signing import SigningRefused
from approvals.signing_making import Signed, Words, put, standing

PATIENCE = 30  # seconds; a signature takes one or two
WRONG_PIN = (exceptions.PinIncorrect, exceptions.PinLenRange, exceptions.PinInvalid)
LOCKED_PIN = (exceptions.PinLocked, exceptions.PinExpired, exceptions.UserPinNotInitialized)
# A login holds for the whole process, whoever makes it: two people must not be inside the module at once.
_inside = threading.Lock()


class Pkcs11Backend:
    """One key of a token. `label` is "token/key"; without a slash the key lies in the token of JENJANG_PKCS11_TOKEN."""

    kind = "pkcs11"

    def __init__(self, label: str, holder: str) -> None:
        token, _, self._key = label.rpartition("/")
        self._token, self._holder = token or settings.PKCS11_TOKEN, holder

    @sensitive_variables("passphrase")
    def sign(self, pdf: bytes, *, passphrase: str, words: Words) -> Signed:
        """Sign inside the module. Raises SigningRefused."""
        with self._session(passphrase) as session:
            certificate = self._certificate_in(session)
            if str(certificate.subject.native.get("serial_number", "")) != self._holder:
                raise SigningRefused("sign.not_yours", final=False)
            standing(certificate)
            if not list(session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY,
                                             pkcs11.Attribute.LABEL: self._key})):  # fmt: skip
                raise SigningRefused("sign.token_key", {"label": self._key}, final=False)
            signer = PKCS11Signer(
                session,
                signing_cert=certificate,
                key_label=self._key,
                embed_roots=False,
                # Hashed here: not every module hashes for a key on a curve.
                use_raw_mechanism=certificate.public_key.algorithm == "ec",
            )
            return put(pdf, signer, words)

    def asked(self) -> x509.Certificate:
        """The certificate as anybody may read it from the token."""
        with self._session(None) as session:
            return self._certificate_in(session)

    @contextmanager
    @sensitive_variables("pin")
    def _session(self, pin: str | None) -> Iterator[Any]:
        if not _inside.acquire(timeout=PATIENCE):
            raise SigningRefused("sign.module_busy", final=False)
        try:
            session = self._opened(pin)
            try:
                yield session
            except exceptions.PKCS11Error as error:
                raise SigningRefused("sign.module", {"kind": type(error).__name__}, final=False) from error
            finally:
                session.close()
        finally:
            _inside.release()

    @sensitive_variables("pin")
    def _opened(self, pin: str | None) -> Any:
        try:
            token = self._module().get_token(token_label=self._token)
            return token.open(user_pin=pin)
        except WRONG_PIN as error:
            raise SigningRefused("sign.passphrase", final=False) from error
        except LOCKED_PIN as error:
            raise SigningRefused("sign.pin_locked", final=False) from error
        except (exceptions.NoSuchToken, exceptions.MultipleTokensReturned) as error:
            raise SigningRefused("sign.token_missing", {"label": self._token}, final=False) from error
        except exceptions.PKCS11Error as error:
            raise SigningRefused("sign.module", {"kind": type(error).__name__}, final=False) from error

    def _module(self) -> Any:
        path = settings.PKCS11_MODULE
        if not path or not Path(path).is_file():
            raise SigningRefused(
                "sign.module_missing", {"path": path or "JENJANG_PKCS11_MODULE"}, final=False
            )
        try:
            return pkcs11.lib(path)
        except (exceptions.PKCS11Error, OSError, RuntimeError) as error:
            raise SigningRefused("sign.module", {"kind": type(error).__name__}, final=False) from error

    def _certificate_in(self, session: Any) -> x509.Certificate:
        wanted = {
            pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
            pkcs11.Attribute.LABEL: self._key,
        }
        found = list(session.get_objects(wanted))
        if len(found) != 1:
            raise SigningRefused("sign.token_certificate", {"label": self._key}, final=False)
        return x509.Certificate.load(bytes(found[0][pkcs11.Attribute.VALUE]))
