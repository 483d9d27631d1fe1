"""Checkpoints as C2SP signed notes: what an outsider keeps of the ledger, in four lines of text."""

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAME = "jenjang.ledger"
ALGORITHM = b"\x01"  # Ed25519, in C2SP's list


@dataclass(frozen=True, slots=True)
class Sealer:
    """The sealer's key. The private half never leaves its process."""

    name: str
    key: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The verifier's line, "name+id+base64"."""
        packed = ALGORITHM + self.key.public_key().public_bytes_raw()
        return f"{self.name}+{_hint(self.name, packed).hex()}+{base64.b64encode(packed).decode()}"

    def note(self, size: int, root: bytes) -> str:
        """The signed checkpoint of a tree."""
        text = f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n"
        return f"{text}\n{self.signature(text)}"

    def signature(self, text: str) -> str:
        """The line that stands under a text of this key's, after an empty line; the text ends with a line break."""
        packed = ALGORITHM + self.key.public_key().public_bytes_raw()
        signature = _hint(self.name, packed) + self.key.sign(text.encode())
        return f"\u2014 {self.name} {base64.b64encode(signature).decode()}\n"


def _hint(name: str, packed: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + packed).digest()[:4]


def sealer_of(folder: Path, name: str = NAME) -> Sealer:
    """The key in `folder`, made once: sealer.key for its owner alone, sealer.pub for everybody."""
    path = folder / "sealer.key"
    folder.mkdir(parents=True, exist_ok=True, mode=0o711)  # the public half is for everybody
    if not path.exists():
        _make(path)
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")
    sealer = Sealer(name, key)
    public = folder / "sealer.pub"
    if not public.exists() or public.read_text() != sealer.public + "\n":
        public.write_text(sealer.public + "\n")
    return sealer


def _make(path: Path) -> None:
    """Written whole or not at all, and never over a key that another sealer made in the same moment."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(pem)
        os.fsync(handle.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
