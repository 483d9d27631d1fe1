#!/usr/bin/env python3
"""Check an exported ledger, or the proof of a report: python3 verify.py EXPORT --key PUBKEY [--anchor FILE] [--custodian PUBKEY]

Needs Python 3.11 and nothing else. EXPORT is a folder or ZIP file of events.log (in the order of the seals), unsealed.log,
checkpoints.jsonl and rows.jsonl; a proof has proofs.jsonl and files/ too, and nothing unsealed. PUBKEY holds the line
"name+id+base64"; an anchor is a checkpoint that somebody kept outside. What a restore lost is accepted when two custodians signed
for it. Exit status 1 and one sentence for the first fault. Hashes are those of RFC 6962, checkpoints C2SP signed notes, Ed25519.
"""

import argparse
import hashlib
import json
import sys
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    LIBRARY: Any = Ed25519PublicKey.from_public_bytes
except ImportError:  # RFC 8032 below: some 25 times slower, and as strict
    LIBRARY, InvalidSignature = None, ValueError  # type: ignore[assignment,misc]
Export = Path | zipfile.Path
State = tuple[int, bytes]  # size and root of the tree
NUMBER = "\0"  # stands before a number with a fraction, and in no text of the database
read = json.JSONDecoder(parse_float=NUMBER.__add__).decode


class Fault(Exception):
    """The first thing that is not as it must be, as a sentence."""


def leaf_of(event: int, payload: str | bytes) -> bytes:
    """The leaf of one event: its number and the very text that was stored."""
    text = payload.encode() if isinstance(payload, str) else payload
    return hashlib.sha256(b"\x00%d\n%b" % (event, text)).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """The parent of two nodes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The roots of the perfect subtrees of a log, the widest first: enough to go on and to say the root."""

    def __init__(self) -> None:
        self.size, self.peaks = 0, list[bytes]()

    def add(self, leaf: bytes) -> None:
        """One leaf more."""
        rest = self.size
        while rest & 1:
            leaf, rest = node_of(self.peaks.pop(), leaf), rest >> 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The tree's hash; of nothing, the hash of nothing."""
        node = self.peaks[-1] if self.peaks else hashlib.sha256().digest()
        for peak in reversed(self.peaks[:-1]):
            node = node_of(peak, node)
        return node


def _climbed(at: int, last: int, path: Iterable[bytes], node: bytes) -> tuple[bytes, bytes] | None:
    """From node `at` of a level whose last is `last` to the top: of what stands left of it and itself, and of all."""
    old = new = node
    for step in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            old, new = node_of(step, old), node_of(step, new)
            while at and not at & 1:  # the last of a level that is odd goes up alone
                at, last = at >> 1, last >> 1
        else:
            new = node_of(new, step)
        at, last = at >> 1, last >> 1
    return None if last else (old, new)


def included(leaf: bytes, index: int, size: int, proof: Iterable[bytes], root: bytes) -> bool:
    """Whether `leaf` stands at `index` of the tree with that size and root (RFC 6962 2.1.1)."""
    return 0 <= index < size and (_climbed(index, size - 1, proof, leaf) or [None])[-1] == root


def consistent(first: int, second: int, proof: Iterable[bytes], root: bytes, later: bytes) -> bool:
    """Whether the tree of `second` leaves begins with that of `first` (RFC 6962 2.1.2)."""
    path, at, last = [*proof], first - 1, second - 1
    if not path or not 0 < first < second:
        return not path and first in (0, second) and root == (later if first else Tree().root())
    node = path.pop(0) if first & at else root  # a power of two is a subtree of its own: its root begins
    while at & 1:
        at, last = at >> 1, last >> 1
    return _climbed(at, last, path, node) == (root, later)


class Ed25519:
    """Signatures as RFC 8032 has them, where no library is at hand. A point is X, Y, Z, T: x = X/Z, y = Y/Z, xy = T/Z."""

    P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
    D, BASE = -121665 * pow(121666, -1, P) % P, (4 * pow(5, -1, P) % P).to_bytes(32, "little")

    def __init__(self, public: bytes) -> None:
        self.public = public

    def _add(self, one: Sequence[int], other: Sequence[int]) -> tuple[int, int, int, int]:
        (x, y, z, t), (u, v, w, s), p = one, other, self.P
        less, more = (y - x) * (v - u) % p, (y + x) * (v + u) % p
        turn, wide = 2 * self.D * t * s % p, 2 * z * w % p
        a, b, c, d = more - less, wide - turn, wide + turn, more + less
        return a * b % p, c * d % p, b * c % p, a * d % p

    def _point(self, raw: bytes, sign: int = 1) -> tuple[int, int, int, int]:
        y, odd, p = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7, self.P
        square = (y * y - 1) * pow(self.D * y * y + 1, -1, p) % p
        x = pow(square, (p + 3) // 8, p)
        x = x if (x * x - square) % p == 0 else x * pow(2, (p - 1) // 4, p) % p
        if y >= p or (x * x - square) % p or (x == 0 and odd):
            raise ValueError("no point of the curve")
        return (x := sign * (x if x & 1 == odd else p - x) % p), y, 1, x * y % p

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raises ValueError where the signature is not of this key over that message: unless R = S B - h A."""
        start, scalar = signature[:32], int.from_bytes(signature[32:], "little")
        digest = int.from_bytes(hashlib.sha512(start + self.public + message).digest(), "little") % self.L
        base, key, found = self._point(self.BASE), self._point(self.public, -1), (0, 1, 1, 0)
        both = self._add(base, key)
        for bit in range(252, -1, -1):
            found, which = self._add(found, found), (scalar >> bit & 1) + 2 * (digest >> bit & 1)
            found = self._add(found, (base, key, both)[which - 1]) if which else found
        x, y = (part * pow(found[2], -1, self.P) % self.P for part in found[:2])
        if len(signature) != 64 or scalar >= self.L or (y | (x & 1) << 255).to_bytes(32, "little") != start:
            raise ValueError("another key or another message")


def exact(text: str) -> bytes:
    """The bytes of base64; none where the text is not the one way to write them: another would be a change that nobody finds."""
    with suppress(ValueError):
        if b64encode(raw := b64decode(text)).decode() == text:
            return raw
    return b""


class Key:
    """A verifier key of C2SP signed notes: "name+id+base64(0x01 and 32 bytes)"."""

    def __init__(self, line: str) -> None:
        self.name, number, packed = [*line.strip().split("+", 2), "", ""][:3]
        raw = exact(packed)
        self.hint, self.public = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4], raw[1:]
        if len(raw) != 33 or raw[0] != 1 or self.hint.hex() != number:
            raise Fault("The public key is not of the form name+id+base64, or does not agree with its id.")

    def signs(self, note: str) -> bool:
        """Whether one of the signatures under a note is of this key."""
        text, _, below = note.strip().rpartition("\n\n")
        marked = [line.rpartition(" ") for line in below.splitlines()]
        raw = [exact(packed) for name, _, packed in marked if name == f"\u2014 {self.name}"]
        return any(self.signed(one[4:], (text + "\n").encode()) for one in raw if one[:4] == self.hint)

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature is of this key over that message."""
        with suppress(InvalidSignature, ValueError):
            (LIBRARY or Ed25519)(self.public).verify(signature, message)
            return True
        return False

    def open(self, note: str) -> State:
        """The state that a checkpoint of this key tells; raises Fault for any other text."""
        name, size, root = [*note.strip().rpartition("\n\n")[0].split("\n"), "", ""][:3]
        if name != self.name or not size.isdecimal() or not self.signs(note):
            raise Fault(f"The checkpoint of size {size[:20]} is not signed with the given key.")
        return int(size), b64decode(root)


def gap(note: str, custodians: Sequence[Key]) -> tuple[State, State]:
    """The state that a declared restore kept, and the one that it lost; raises Fault unless two custodians signed."""
    kind, kept, root, lost, gone = [*note.split("\n"), "", "", "", ""][:5]
    sizes = [int(size) for size in (kept, lost) if size.isdecimal()]
    if len({key.public for key in custodians if key.signs(note)}) < 2:
        raise Fault("A restore is declared without the signatures of two custodians whose keys were given.")
    if kind != "jenjang.ledger/restored" or len(sizes) != 2 or sizes[0] >= sizes[1]:
        raise Fault("A restore is declared in words that say nothing of what was kept and what was lost.")
    return (sizes[0], b64decode(root)), (sizes[1], b64decode(gone))


def agree(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two images of a row say the same; a column that only one of them has came or went with an upgrade."""
    if one is None or other is None:
        return one is other
    return all(_same(one[name], other[name]) for name in one.keys() & other.keys())


def _same(one: Any, other: Any) -> bool:
    if one == other or not isinstance(one, str) or not isinstance(other, str):
        return bool(one == other)
    try:  # the same number with other noughts behind it, or the same moment in another zone
        if one[:1] == other[:1] == NUMBER:
            return Decimal(one[1:]) == Decimal(other[1:])
        moment = datetime.fromisoformat(one)  # which takes anything for the T between day and hour
        return (
            one[10] == other[10] == "T"
            and moment.tzinfo is not None
            and moment == datetime.fromisoformat(other)
        )
    except (ValueError, IndexError):
        return False


class Ledger:
    """An export, and what its events say of each row. Every method raises Fault with what does not hold."""

    def __init__(self, export: Export, custodians: Sequence[Key]) -> None:
        self.export, self.custodians = export, custodians
        self.last, self.gaps, self.count = (
            dict[str, str](),
            list[tuple[State, State]](),
            0,
        )  # each row's last image, as JSON
        # The newest moment so far, and events that say they are older than those before them.
        self.newest, self.dated = datetime.min.replace(tzinfo=UTC), list[int]()
        self.stands: Callable[[State], bool] = lambda state: False  # whether the ledger once was so

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file."""
        with (self.export / name).open("rb") as lines:
            yield from lines

    def follow(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Number and payload of the events of a file, each of which then has to go on from the one before of its row."""
        for line in self.lines(name):
            number, _, payload = line.rstrip(b"\n").partition(b" ")
            yield (event := int(number)), payload
            told, self.count = read(payload.decode()), self.count + 1
            row, moment = f"{told['table']} {told['id']}", datetime.fromisoformat(told["at"])
            if self.newest - moment > timedelta(days=1):
                self.dated.append(event)
            self.newest, last = max(self.newest, moment), self.last.pop(row, "null")
            if last != json.dumps(told["old"]) and not agree(json.loads(last), told["old"]):
                raise Fault(f"Event {event} does not follow the one before it of {row}.")
            if told["new"] is not None:
                self.last[row] = json.dumps(told["new"])
            elif row == "restored 0":
                self.gaps.append(gap(told["what"]["note"], self.custodians))
                if not self.stands(self.gaps[-1][0]):
                    raise Fault(f"Event {event} declares a restore to a state that the ledger never had.")

    def whole(self, wanted: set[int]) -> int:
        """Go through all events, minding the roots of these sizes; the number of those that are sealed."""
        tree, found = Tree(), {0: Tree().root()}
        self.stands = lambda state: found.get(state[0]) == state[1]
        for event, payload in self.follow("events.log"):
            tree.add(leaf_of(event, payload))
            if tree.size in wanted:
                found[tree.size] = tree.root()
        sum(1 for _ in self.follow("unsealed.log"))
        return tree.size

    def excerpt(self, size: int, root: bytes) -> int:
        """Go through some events and their proofs in the tree of that size and root; the size."""
        proofs = [json.loads(line) for line in self.lines("proofs.jsonl")]
        path = {one.get("event", -one.get("from", 0)): [*map(bytes.fromhex, one["path"])] for one in proofs}
        index, last = {one["event"]: one["index"] for one in proofs if "event" in one}, -1
        self.stands = lambda one: consistent(one[0], size, path.get(-one[0], ()), one[1], root)
        for event, payload in self.follow("events.log"):
            before, last = last, index.get(event, -1)
            if last <= before or not included(leaf_of(event, payload), last, size, path[event], root):
                raise Fault(f"Event {event} is not proved to be in its place in the ledger of {size} events.")
        return size

    def rows(self, proof: bool) -> int:
        """Every row stands as its last event left it, in a proof with all that this told; how many."""
        count = 0
        for line in self.lines("rows.jsonl"):
            count, told = count + 1, read(line.decode())
            row, image = f"{told['table']} {told['id']}", told["row"]
            last = json.loads(self.last.pop(row, "null"))
            if image is None or not agree(last, image) or (proof and last.keys() - image.keys()):
                raise Fault(f"{row} is not as its last event left it, or no event made it.")
        for row in self.last:
            raise Fault(f"{row} is not as its last event left it: it is gone.")
        return count

    def files(self) -> None:
        """Each file of a proof is named after its sha256, which a row tells."""
        folder = self.export / "files"
        for file in folder.iterdir() if folder.exists() else ():
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            if file.name[:64] != digest or not any(f'"{digest}"' in image for image in self.last.values()):
                raise Fault(f"The file {file.name} is not one that the ledger tells of.")

    def had(self, name: str, states: Sequence[State], size: int, gaps: Sequence[tuple[State, State]]) -> None:
        """Each of these states is one that the ledger of that size had, or one that a declared restore has lost."""
        for one in states:
            if not self.stands(one) and not any(k[0] < one[0] < lost[0] or one == lost for k, lost in gaps):
                told = f"is of {one[0]} events and the ledger has {size}: what came after is missing."
                other = f"of size {one[0]} has another root than the ledger, or was taken out of it."
                raise Fault(f"{name} {told if one[0] > size else other}")


def check(export: Export, key: Key, anchors: Sequence[str] = (), custodians: Sequence[Key] = ()) -> str:
    """Everything, in order; the sentence of success. Raises Fault with the first thing that does not hold."""
    try:
        return _checked(Ledger(export, custodians), key, anchors)
    except Fault:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a spoiled file brings about is a fault of the file
        raise Fault(f"The export cannot be read: {type(error).__name__}, {error}.") from error


def _checked(ledger: Ledger, key: Key, anchors: Sequence[str]) -> str:
    kept = sorted(key.open(json.loads(line)["note"]) for line in ledger.lines("checkpoints.jsonl"))
    held, (size, root) = [key.open(text) for text in anchors], kept[-1] if kept else (0, b"")
    proof = (ledger.export / "proofs.jsonl").exists()
    sealed = ledger.excerpt(size, root) if proof else ledger.whole({size for size, _ in kept})
    ledger.had("A checkpoint", kept, sealed, ())
    if sealed != size or not kept:
        raise Fault(f"There are {sealed} sealed events, and the last checkpoint is of {size}.")
    ledger.files()
    told = f"{ledger.count} events under {len(kept)} checkpoints and {len(held)} anchors, {ledger.rows(proof)} rows:"
    ledger.had("An anchored checkpoint", held, sealed, ledger.gaps)
    told += " as they were written." + f" The ledger has {sealed} sealed events." * (ledger.count != sealed)
    if dated := ledger.dated:
        told += f" {len(dated)} events, {dated[0]} first, say they are a day older than some before them."
    lost = (
        f" A restore lost what came after {one} until {two}: declared." for (one, _), (two, _) in ledger.gaps
    )
    return told + "".join(lost)


def main() -> int:
    """The command; 0 when everything holds, else 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", required=True, type=Path)
    parser.add_argument("--anchor", action="append", default=[], type=Path)
    parser.add_argument("--custodian", action="append", default=[], type=Path)
    asked = parser.parse_args()
    try:
        export = zipfile.Path(asked.export) if asked.export.is_file() else asked.export
        key, custodians = Key(asked.key.read_text()), [Key(path.read_text()) for path in asked.custodian]
        print(check(export, key, [path.read_text() for path in asked.anchor], custodians))
    except (Fault, OSError, ValueError, zipfile.BadZipFile) as fault:  # which may quote what is spoiled
        print("".join(filter(str.isprintable, str(fault)))[:900], file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
