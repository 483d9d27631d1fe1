"""ledger/verify.py by itself: signatures as RFC 8032 has them, no library at hand, and exports that somebody spoiled."""

import json
import random
import shutil
import subprocess
import sys
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger import verify
from ledger.merkle import Log
from ledger.notes import Sealer
from ledger.verify import Ed25519, Fault, Key, agree, check, gap, leaf_of, read

# RFC 8032 7.1: secret key, public key, message, signature (the tests 1, 2, 3 and SHA(abc)).
VECTORS = [
    ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563f4932c70e1245034c35467ef2efd4d64ebf819683467e2bf1",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"),
]  # fmt: skip


def ours(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519(public).verify(signature, message)
    except ValueError:
        return False
    return True


def theirs(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize("vector", VECTORS)
def test_signatures_are_those_of_the_standard(vector: tuple[str, str, str, str]) -> None:
    secret, public, message, signature = map(bytes.fromhex, vector)
    key = Ed25519PrivateKey.from_private_bytes(secret)
    assert key.public_key().public_bytes_raw() == public and key.sign(message) == signature
    for judge in (ours, theirs):
        assert judge(public, signature, message)
        assert not judge(public, signature, message + b"\0")


def variants(lot: random.Random, public: bytes, signature: bytes, message: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """The same with something wrong: a bit, the length, a number beyond the order of the group, a point that is none."""
    def flipped(raw: bytes) -> bytes:
        at = lot.randrange(len(raw) * 8)
        return bytes(byte ^ (1 << at % 8 if place == at // 8 else 0) for place, byte in enumerate(raw))

    number = int.from_bytes(signature[32:], "little")
    beyond = signature[:32] + (number + Ed25519.L).to_bytes(32, "little")
    high = signature[:32] + (number | 1 << 255).to_bytes(32, "little")
    point = Ed25519.P + lot.randrange(19)  # written twice: as itself and as what is left of it
    return [
        (public, flipped(signature), message), (public, signature, flipped(message)), (flipped(public), signature, message),
        (public, beyond, message), (public, high, message), (public, signature[:-1], message), (public, signature + b"\0", message),
        (public, b"", message), (public, lot.randbytes(64), message), (lot.randbytes(32), signature, message),
        (public, point.to_bytes(32, "little") + signature[32:], message), (point.to_bytes(32, "little"), signature, message),
        (public, b"\1" + bytes(63), message), (public, b"\1" + bytes(30) + b"\x80" + bytes(32), message),
    ]  # fmt: skip


def test_the_fallback_judges_as_the_library_does() -> None:
    lot = random.Random(8032)
    for length in (0, 1, 63, 200, 1000):
        key = Ed25519PrivateKey.from_private_bytes(lot.randbytes(32))
        message = lot.randbytes(length) or b" "
        public, signature = key.public_key().public_bytes_raw(), key.sign(message)
        assert ours(public, signature, message) and theirs(public, signature, message)
        for wrong in variants(lot, public, signature, message):
            assert not ours(*wrong) and not theirs(*wrong), wrong


SEALER = Sealer("jenjang.ledger", Ed25519PrivateKey.from_private_bytes(b"\1" * 32))
OTHER = Sealer("jenjang.ledger", Ed25519PrivateKey.from_private_bytes(b"\2" * 32))
KEY = Key(SEALER.public)
NAMES = ("events.log", "unsealed.log", "checkpoints.jsonl", "rows.jsonl")


def event(number: int, table: str, row: int, old: Any, new: Any, **more: Any) -> str:
    told = {"table": table, "op": "U", "id": row, "old": old, "new": new, "at": f"2026-02-03T09:00:{number:02}+08:00", **more}
    return f"{number} {json.dumps(told, ensure_ascii=False)}"


EVENTS = [
    event(1, "ddl", 0, None, None),
    event(2, "plan", 1, None, {"id": 1, "code": "a", "amount": 1, "at": "2026-02-03T09:00:00+08:00"}),
    event(3, "plan", 2, None, {"id": 2, "code": "b", "sha256": "x"}),
    event(4, "plan", 1, {"id": 1, "code": "a", "amount": 1}, {"id": 1, "code": "c", "amount": 2, "more": "m"}),
    event(6, "plan", 3, None, {"id": 3, "code": "d"}),
    event(5, "plan", 3, {"id": 3, "code": "d"}, None),
    event(7, "plan", 2, {"id": 2, "code": "b"}, {"id": 2, "code": "é \u0000"}),
]  # fmt: skip
WAITING = [event(9, "plan", 4, None, {"id": 4, "code": "e"})]
ROWS = [
    {"table": "plan", "id": 1, "row": {"id": 1, "code": "c", "amount": 2, "more": "m"}},
    {"table": "plan", "id": 2, "row": {"id": 2, "code": "é \u0000"}},
    {"table": "plan", "id": 4, "row": {"id": 4, "code": "e", "came_later": None}},
]
