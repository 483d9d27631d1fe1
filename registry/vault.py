"""Secrets that must be read again, not only compared: locked with a key that is not in the database.

The key follows from SECRET_KEY; what an earlier one locked is still opened while it stands in SECRET_KEY_FALLBACKS.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """A secret was locked with a key that this installation no longer has."""


def lock(text: str) -> str:
    """The text as only this installation can read it; never the same twice."""
    return _keys().encrypt(text.encode()).decode()


def unlock(locked: str) -> str:
    """The text again. Raises Unreadable when its key is gone."""
    try:
        return _keys().decrypt(locked.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(str(secret))) for secret in secrets])


def _derived(secret: str) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"jenjang vault").derive(secret.encode())
    return base64.urlsafe_b64encode(key)
