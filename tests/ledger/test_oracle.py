"""The tree agrees with pymerkle, which others wrote: the same roots, the same proofs, and the same proofs refused."""

import hashlib
import random
from collections.abc import Sequence

import pytest
from pymerkle import (  # type: ignore[import-untyped]
    ConsistencyProof,
    InclusionProof,
    InmemoryTree,
    verify_consistency,
    verify_inclusion,
)

from ledger.merkle import Log
from ledger.verify import Tree, consistent, included, node_of

TREES, EACH = 20, 250  # 5,000 proofs of either kind
SHA = "sha256"


def grown(seed: int) -> tuple[random.Random, InmemoryTree, Log, list[bytes]]:
    """A tree of random entries, theirs and ours."""
    lot = random.Random(seed)
    entries = [
        lot.randbytes(lot.randint(0, 40))
        for _ in range(lot.choice((lot.randint(1, 40), lot.randint(40, 2000))))
    ]
    theirs, ours = InmemoryTree(algorithm=SHA), Log(0, lambda tile: b"")
    theirs.append_entries(entries)
    leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
    ours.add(leaves)
    return lot, theirs, ours, leaves


def in_our_form(proof: ConsistencyProof) -> list[bytes]:
    """Theirs spells out what stands right of the old tree and left of it; RFC 6962 folds the first, and knows the old root."""
    if proof.prior_size == proof.size:
        return []
    begin = proof.subset.index(1)  # where the old tree's last perfect subtree stands
    beside = proof.path[0]
    for left, step in zip(proof.rule[: begin - 1], proof.path[1:begin], strict=True):
        beside = node_of(step, beside) if left else node_of(beside, step)
    whole = proof.prior_size & (proof.prior_size - 1) == 0
    return [*([] if whole else [proof.path[begin]]), beside, *proof.path[begin + 1 :]]


def spoiled(lot: random.Random, proof: Sequence[bytes]) -> list[list[bytes]]:
    """The proof with one bit another, one hash more at either end, and one less."""
    more = [[*proof, lot.randbytes(32)], [lot.randbytes(32), *proof]]
    if not proof:
        return more
    at, bit = lot.randrange(len(proof)), 1 << lot.randrange(256)
    flipped = (int.from_bytes(proof[at], "big") ^ bit).to_bytes(32, "big")
    return [*more, [*proof[:at], flipped, *proof[at + 1 :]], [*proof[:at], *proof[at + 1 :]]]


@pytest.mark.parametrize("seed", range(TREES))
def test_every_proof_is_theirs_and_theirs_is_ours(seed: int) -> None:
    lot, theirs, ours, leaves = grown(seed)
    tree, roots = Tree(), [Tree().root()]
    for leaf in leaves:
        tree.add(leaf)
        roots.append(tree.root())
    for _ in range(EACH):
        size = lot.randint(1, len(leaves))
        index, first, root = lot.randrange(size), lot.randint(1, size), theirs.get_root(size)
        assert ours.root(size) == roots[size] == root

        proof, path = theirs.prove_inclusion(index + 1, size), ours.inclusion(index, size)
        assert [leaves[index], *path] == proof.path
        assert included(leaves[index], index, size, path, root)
        rebuilt = InclusionProof(SHA, True, size, index + 1, proof.rule, [leaves[index], *path])
        verify_inclusion(leaves[index], ours.root(size), rebuilt, index + 1, size, SHA)

        across, steps = theirs.prove_consistency(first, size), ours.consistency(first, size)
        assert steps == in_our_form(across)
        assert consistent(first, size, steps, theirs.get_root(first), root)
        verify_consistency(ours.root(first), ours.root(size), across, first, size, SHA)


@pytest.mark.parametrize("seed", range(TREES))
def test_no_spoiled_proof_passes(seed: int) -> None:
    lot, theirs, ours, leaves = grown(seed)
    for _ in range(EACH // 5):
        size = lot.randint(1, len(leaves))
        index, first, root = lot.randrange(size), lot.randint(1, size), ours.root(size)
        path, steps = ours.inclusion(index, size), ours.consistency(first, size)
        for other in spoiled(lot, path):
            assert not included(leaves[index], index, size, other, root)
        for other in spoiled(lot, steps):
            assert not consistent(first, size, other, ours.root(first), root)
        for elsewhere in {index - 1, index + 1, index ^ 1, lot.randrange(-size, size)} - {index}:
            assert not included(leaves[index], elsewhere, size, path, root)
        # A checkpoint signs size and root together, so another size comes with a root of its own.
        for wrong in {size - 1, size + 1, lot.randint(1, len(leaves))} & set(range(1, len(leaves) + 1)) - {
            size
        }:
            assert not included(leaves[index], index, wrong, path, ours.root(wrong))
            assert not consistent(first, wrong, steps, ours.root(first), ours.root(wrong))
        for wrong in {first - 1, first + 1, lot.randint(1, size)} - {0, first}:
            assert not consistent(wrong, size, steps, ours.root(first), root)
            assert not consistent(wrong, size, steps, ours.root(min(wrong, size)), root)
