#!/usr/bin/env python3
"""Check an exported ledger: python ledger/verify.py EXPORT --key PUBKEY [--anchor FILE]...

Needs Python 3.11 and nothing else. EXPORT is a folder of events.jsonl (in the order in which they were sealed),
unsealed.jsonl, checkpoints.jsonl and rows.jsonl; PUBKEY is a file with the line "name+id+base64". An anchor is a checkpoint
that somebody kept outside. Exit status 1 and one sentence for the first fault found.

Hashes are those of RFC 6962 (0x00 before a leaf, 0x01 before a node); checkpoints are C2SP signed notes with Ed25519.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ed25519

    LIBRARY = True
except ImportError:  # RFC 8032 below: about a hundred times slower, and as strict
    LIBRARY = False


class Fault(Exception):
    """The first thing that is not as it must be, as a sentence."""


def leaf_of(event: int, payload: str) -> bytes:
    """The leaf of one event: its number and the very text that was stored."""
    return hashlib.sha256(b"\x00" + str(event).encode() + b"\n" + payload.encode()).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """The parent of two nodes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The roots of the perfect subtrees of a log, the widest first: enough to go on and to say the root."""

    def __init__(self) -> None:
        self.size, self.peaks = 0, list[bytes]()

    def add(self, leaf: bytes) -> None:
        """One leaf more."""
        node, rest = leaf, self.size
        while rest & 1:
            node, rest = node_of(self.peaks.pop(), node), rest >> 1
        self.peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The tree's hash; of nothing, the hash of nothing."""
        if not self.peaks:
            return hashlib.sha256().digest()
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = node_of(peak, node)
        return node


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `leaf` stands at `index` of the tree with that size and root (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_of(step, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_of(node, step)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def consistent(first: int, second: int, proof: Sequence[bytes], root: bytes, later: bytes) -> bool:
    """Whether the tree of `second` leaves begins with that of `first` (RFC 9162 2.1.4.2)."""
    if first == second or first == 0:
        return not proof and (first == 0 or root == later)
    if not 0 < first < second or not proof:
        return False
    path = [root, *proof] if first & (first - 1) == 0 else list(proof)
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_of(step, old), node_of(step, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_of(new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old == root and new == later


class Key:
    """A verifier key of C2SP signed notes: "name+id+base64(0x01 and 32 bytes)"."""

    def __init__(self, line: str) -> None:
        try:
            self.name, number, packed = line.strip().split("+", 2)
            raw = base64.b64decode(packed, validate=True)
        except ValueError as error:
            raise Fault("The public key is not of the form name+id+base64.") from error
        digest = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        if len(raw) != 33 or raw[0] != 1 or digest.hex() != number:
            raise Fault("The public key does not agree with its own id.")
        self.hint, self.public = digest, raw[1:]

    def open(self, note: str) -> tuple[int, bytes]:
        """(size, root) of a checkpoint that this key signed; raises Fault for any other text."""
        text, _, signatures = note.rpartition("\n\n")
        lines = text.split("\n")
        if len(lines) < 3 or lines[0] != self.name:
            raise Fault(f"A checkpoint is not of {self.name}: {note[:60]!r}.")
        for line in signatures.splitlines():
            mark, _, rest = line.partition(" ")
            name, _, packed = rest.partition(" ")
            raw = base64.b64decode(packed) if mark == "\u2014" and name == self.name else b""
            if raw[:4] == self.hint and signed(self.public, raw[4:], (text + "\n").encode()):
                return int(lines[1]), base64.b64decode(lines[2])
        raise Fault(f"The checkpoint of size {lines[1]} is not signed with the given key.")


def signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Ed25519 (RFC 8032)."""
    if not LIBRARY:
        return _signed(public, signature, message)
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    q, r = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    s, t = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = r - q, t - s, t + s, r + q
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _add(found, point)
        point, number = _add(point, point), number >> 1
    return found


def _point(raw: bytes) -> Point | None:
    y, sign = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def _signed(public: bytes, signature: bytes, message: bytes) -> bool:
    if len(signature) != 64:
        return False
    key, start = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    base = _point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    if key is None or start is None or base is None or scalar >= L:
        return False
    digest = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = _times(scalar, base), _add(start, _times(digest, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


def read(path: Path) -> Iterator[Any]:
    """The JSON lines of a file; a file that is not there has none. Decimals stay the digits they are."""
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line, parse_float=str) for line in lines)


def agree(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two images of a row say the same; a column that only one of them has came or went with an upgrade."""
    if one is None or other is None:
        return one is other
    return all(_same(one[name], other[name]) for name in one.keys() & other.keys())


def _same(one: Any, other: Any) -> bool:
    if one == other or not (isinstance(one, str) and isinstance(other, str)):
        return bool(one == other)
    try:  # the same moment, written in another zone
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except (TypeError, ValueError):
        return False


def sealed(export: Path, key: Key, anchors: Sequence[str]) -> tuple[int, int]:
    """Check the tree against its checkpoints and the anchors; (events, checkpoints). Raises Fault."""
    kept = sorted(key.open(one["note"]) for one in read(export / "checkpoints.jsonl"))
    found = [("An anchored checkpoint", *key.open(text)) for text in anchors]
    found += [("A checkpoint", size, root) for size, root in kept]
    tree, seen, wanted = Tree(), set[int](), {size for _, size, _ in found}
    roots = {0: tree.root()}
    for event in read(export / "events.jsonl"):
        if event["id"] in seen:
            raise Fault(f"Event {event['id']} stands in the ledger twice.")
        seen.add(event["id"])
        tree.add(leaf_of(event["id"], event["payload"]))
        if tree.size in wanted:
            roots[tree.size] = tree.root()
    for name, size, root in found:
        if size > tree.size:
            raise Fault(
                f"{name} is of {size} events and the ledger has {tree.size}: what came after is missing."
            )
        if roots[size] != root:
            raise Fault(
                f"{name} of size {size} has another root than the ledger: something before it was changed."
            )
    if tree.size > (kept[-1][0] if kept else 0):
        raise Fault(
            f"The ledger has {tree.size} sealed events, its last checkpoint {kept[-1][0] if kept else 0}."
        )
    return tree.size, len(kept)


def replayed(export: Path) -> int:
    """Follow every row through its events to how it stands in the database; the number of rows. Raises Fault."""
    events = [*read(export / "events.jsonl"), *read(export / "unsealed.jsonl")]
    last: dict[tuple[str, int], Any] = {}
    for event in sorted(events, key=lambda one: int(one["id"])):
        told = json.loads(event["payload"], parse_float=str)
        row = (told["table"], told["id"])
        if not agree(last.get(row), told["old"]):
            raise Fault(f"Event {event['id']} does not follow the one before it of {row[0]} {row[1]}.")
        last[row] = told["new"]
    live = {(one["table"], one["id"]): one["row"] for one in read(export / "rows.jsonl")}
    for row in live.keys() - last.keys():
        raise Fault(f"{row[0]} {row[1]} stands in the database, and no event made it.")
    for row, image in last.items():
        if not agree(image, live.get(row)):
            raise Fault(f"{row[0]} {row[1]} is not as its last event left it.")
    return len(live)


def check(export: Path, key: Key, anchors: Sequence[str] = ()) -> str:
    """Everything, in order; the sentence of success. Raises Fault with the first thing that does not hold."""
    events, checkpoints = sealed(export, key, anchors)
    rows = replayed(export)
    return f"{events} events under {checkpoints} checkpoints and {len(anchors)} anchors, {rows} rows: as they were written."


def main() -> int:
    """The command; 0 when everything holds, else 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", required=True, type=Path)
    parser.add_argument("--anchor", action="append", default=[], type=Path)
    asked = parser.parse_args()
    try:
        anchors = [path.read_text() for path in asked.anchor]
        print(check(asked.export, Key(asked.key.read_text()), anchors))
    except (Fault, OSError) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
