"""The verifier's own Ed25519, for whoever has no library: the answers of RFC 8032, and the library's on what is spoiled."""

import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.verify import Ed25519

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
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
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


def variants(
    lot: random.Random, public: bytes, signature: bytes, message: bytes
) -> list[tuple[bytes, bytes, bytes]]:
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
        (public, beyond, message), (public, high, message), (public, signature[:-1], message),
        (public, signature + b"\0", message),
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


def test_a_key_that_is_no_point_or_is_written_in_a_second_way_is_none() -> None:
    """The neutral point is a key under which anything is signed, so its other spellings show what is let in."""
    p, signature = Ed25519.P, Ed25519.BASE + (1).to_bytes(32, "little")
    assert ours((1).to_bytes(32, "little"), signature, b"x")
    for spelling in (p + 1, 1 | 1 << 255, p - 1 | 1 << 255):
        with pytest.raises(ValueError, match="no point"):
            Ed25519(spelling.to_bytes(32, "little")).verify(signature, b"x")
    nowhere = [
        y
        for y in range(2, 60)
        if pow((y * y - 1) * pow(Ed25519.D * y * y + 1, -1, p), (p - 1) // 2, p) == p - 1
    ]
    assert len(nowhere) > 20
    for y in nowhere:
        with pytest.raises(ValueError, match="no point"):
            Ed25519(y.to_bytes(32, "little")).verify(signature, b"x")
