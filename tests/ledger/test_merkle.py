"""The tree of the log: known answers of RFC 6962, and every proof checked by the verifier that outsiders use."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.merkle import NOTHING, WIDTH, Log, Tile
from ledger.verify import Tree, consistent, included, leaf_of

# The eight leaves with which Certificate Transparency's own tests begin, and the roots of the first 0 to 8 of them.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def log_of(leaves: list[bytes]) -> Log:
    log = Log(0, lambda tile: b"")
    log.add(leaves)
    return log


def hashed(text: str) -> bytes:
    return hashlib.sha256(b"\x00" + bytes.fromhex(text)).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    leaves = [hashed(text) for text in LEAVES]
    tree = Tree()
    for leaf in leaves[:size]:
        tree.add(leaf)
    assert tree.root().hex() == log_of(leaves).root(size).hex() == ROOTS[size]
    assert ROOTS[0] == NOTHING.hex()


def test_a_leaf_is_the_number_and_the_text_of_an_event() -> None:
    assert leaf_of(12, "é") == leaf_of(12, "é".encode()) == hashlib.sha256(b"\x00" + b"12\n\xc3\xa9").digest()


SIZES = 1300  # five tiles and a bit, so that a second level begins
MANY = [leaf_of(number, "{}") for number in range(SIZES)]
WHOLE = log_of(MANY)
WHOLE_ROOTS = [WHOLE.root(size) for size in range(SIZES + 1)]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_every_leaf_is_proven_and_no_other_in_its_place(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, SIZES))
    index = data.draw(st.integers(0, size - 1))
    proof = WHOLE.inclusion(index, size)
    assert included(MANY[index], index, size, proof, WHOLE_ROOTS[size])
    assert not included(MANY[(index + 1) % SIZES], index, size, proof, WHOLE_ROOTS[size])
    assert not included(MANY[index], index, size, [*proof, NOTHING], WHOLE_ROOTS[size])
    if proof:
        assert not included(MANY[index], index, size, proof[:-1], WHOLE_ROOTS[size])
        assert not included(MANY[index], index ^ 1, size, proof, WHOLE_ROOTS[size])


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_later_tree_is_shown_to_begin_with_an_earlier_one(data: st.DataObject) -> None:
    second = data.draw(st.integers(1, SIZES))
    first = data.draw(st.integers(0, second))
    proof = WHOLE.consistency(first, second)
    assert consistent(first, second, proof, WHOLE_ROOTS[first], WHOLE_ROOTS[second])
    if 0 < first < second:
        assert not consistent(first, second, proof, WHOLE_ROOTS[first - 1], WHOLE_ROOTS[second])
        assert not consistent(first, second, proof[:-1], WHOLE_ROOTS[first], WHOLE_ROOTS[second])


def test_what_needs_no_proof_is_compared_all_the_same() -> None:
    assert consistent(7, 7, [], WHOLE_ROOTS[7], WHOLE_ROOTS[7]) and consistent(
        0, 7, [], NOTHING, WHOLE_ROOTS[7]
    )
    assert not consistent(7, 7, [], WHOLE_ROOTS[7], WHOLE_ROOTS[8])
    assert not consistent(0, 7, [], WHOLE_ROOTS[1], WHOLE_ROOTS[7])
    for first, second in ((8, 7), (-1, 7), (3, 7)):
        assert not consistent(first, second, [], WHOLE_ROOTS[7], WHOLE_ROOTS[7])
    assert not consistent(7, 7, [NOTHING], WHOLE_ROOTS[7], WHOLE_ROOTS[7])


def test_a_tree_that_goes_on_from_its_tiles_is_the_same_tree() -> None:
    stored: dict[Tile, bytes] = {}

    def kept(tile: Tile) -> bytes:
        return stored.get(tile, b"")

    size = 0
    for count in (1, 254, 1, 1, 300, 511, 232):
        log = Log(size, kept)
        log.add(MANY[size : size + count])
        stored.update({tile: bytes(log.tile(tile)) for tile in log.changed})
        size = log.size
        assert log.root() == WHOLE_ROOTS[size]
    assert max(tile[0] for tile in stored) == 1 and len(stored[0, 0]) == WIDTH * 32
