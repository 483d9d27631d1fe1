#!/usr/bin/env python3
"""Check an exported ledger, or the proof of a report: python3 verify.py EXPORT --key PUBKEY [--anchor FILE] [--custodian PUBKEY]

Needs Python 3.11 and nothing else. EXPORT is a folder or ZIP file of events.log (as they were sealed), unsealed.log,
checkpoints.jsonl and rows.jsonl; a proof has proofs.jsonl and files/ too. PUBKEY holds the line "name+id+base64"; an anchor is a
checkpoint that somebody kept outside. What a restore lost is accepted when two custodians signed for it. Exit status 1 and one
sentence for the first fault. Hashes are those of RFC 6962, checkpoints C2SP signed notes with Ed25519.
"""

import argparse
import hashlib
import json
import sys
import zipfile
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    LIBRARY: Any = Ed25519PublicKey.from_public_bytes
except ImportError:  # RFC 8032 below: some hundred times slower, and as strict
    LIBRARY, InvalidSignature = None, ValueError  # type: ignore[assignment,misc]
Export = Path | zipfile.Path
State = tuple[int, bytes]  # size and root of the tree


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
        node, rest = leaf, self.size
        while rest & 1:
            node, rest = node_of(self.peaks.pop(), node), rest >> 1
        self.peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The tree's hash; of nothing, the hash of nothing."""
        node = self.peaks[-1] if self.peaks else hashlib.sha256().digest()
        for peak in reversed(self.peaks[:-1]):
            node = node_of(peak, node)
        return node


def included(leaf: bytes, index: int, size: int, proof: Iterable[bytes], root: bytes) -> bool:
    """Whether `leaf` stands at `index` of the tree with that size and root (RFC 6962 2.1.1)."""
    path = list(proof)

    def climbed(at: int, width: int) -> bytes:
        if width == 1:
            return leaf
        half, beside = 1 << (width - 1).bit_length() - 1, path.pop()
        return (
            node_of(climbed(at, half), beside)
            if at < half
            else node_of(beside, climbed(at - half, width - half))
        )

    return 0 <= index < size and len(path) <= 64 and _holds(lambda: climbed(index, size) == root and not path)


def consistent(first: int, second: int, proof: Iterable[bytes], root: bytes, later: bytes) -> bool:
    """Whether the tree of `second` leaves begins with that of `first` (RFC 6962 2.1.2)."""
    path = list(proof)

    def climbed(old: int, width: int, whole: bool) -> tuple[bytes, bytes]:
        if old == width:
            return (root, root) if whole else (path[-1], path.pop())
        half, beside = 1 << (width - 1).bit_length() - 1, path.pop()
        one, two = climbed(old, half, whole) if old <= half else climbed(old - half, width - half, False)
        return (one, node_of(two, beside)) if old <= half else (node_of(beside, one), node_of(beside, two))

    if first in (0, second):
        return not path and (first == 0 or root == later)
    return 0 < first < second and _holds(lambda: climbed(first, second, True) == (root, later) and not path)


def _holds(claim: Any) -> bool:
    try:
        return bool(claim())
    except IndexError:  # a path that is too short
        return False


class Ed25519:
    """Signatures as RFC 8032 has them, where no library is at hand. A point is (x, y)."""

    P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
    D, BASE = -121665 * pow(121666, -1, P) % P, (4 * pow(5, -1, P) % P).to_bytes(32, "little")

    def __init__(self, public: bytes) -> None:
        self.public = public

    def _add(self, a: Sequence[int], b: Sequence[int]) -> tuple[int, int]:
        both = self.D * a[0] * b[0] * a[1] * b[1]
        x, y = (
            (a[0] * b[1] + b[0] * a[1]) * pow(1 + both, -1, self.P),
            (a[1] * b[1] + a[0] * b[0]) * pow(1 - both, -1, self.P),
        )
        return x % self.P, y % self.P

    def _times(self, number: int, point: tuple[int, int]) -> tuple[int, int]:
        found = (0, 1)
        while number:
            found, point, number = (
                self._add(found, point) if number & 1 else found,
                self._add(point, point),
                number >> 1,
            )
        return found

    def _point(self, raw: bytes) -> tuple[int, int]:
        y, odd, p = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7, self.P
        square = (y * y - 1) * pow(self.D * y * y + 1, -1, p) % p
        x = pow(square, (p + 3) // 8, p)
        x = x if (x * x - square) % p == 0 else x * pow(2, (p - 1) // 4, p) % p
        if y >= p or (x * x - square) % p or (x == 0 and odd):
            raise ValueError("no point of the curve")
        return (x if x & 1 == odd else p - x), y

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raises ValueError where the signature is not of this key over that message."""
        scalar, start = int.from_bytes(signature[32:], "little"), signature[:32]
        digest = int.from_bytes(hashlib.sha512(start + self.public + message).digest(), "little") % self.L
        if len(signature) != 64 or scalar >= self.L:
            raise ValueError("no signature")
        if self._times(scalar, self._point(self.BASE)) != self._add(
            self._point(start), self._times(digest, self._point(self.public))
        ):
            raise ValueError("another key or another message")


class Key:
    """A verifier key of C2SP signed notes: "name+id+base64(0x01 and 32 bytes)"."""

    def __init__(self, line: str) -> None:
        self.name, number, packed = [*line.strip().split("+", 2), "", ""][:3]
        raw = b64decode(packed)
        self.hint, self.public = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4], raw[1:]
        if len(raw) != 33 or raw[0] != 1 or self.hint.hex() != number:
            raise Fault(
                "The public key is not of the form name+id+base64, or does not agree with its own id."
            )

    def signs(self, note: str) -> bool:
        """Whether one of the signatures under a note is of this key."""
        text, _, below = note.rpartition("\n\n")
        marked = [line.rpartition(" ") for line in below.splitlines()]
        raw = [b64decode(packed) for name, _, packed in marked if name == f"\u2014 {self.name}"]
        return any(self.signed(one[4:], (text + "\n").encode()) for one in raw if one[:4] == self.hint)

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature is of this key over that message."""
        try:
            (LIBRARY or Ed25519)(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def open(self, note: str) -> State:
        """The state that a checkpoint of this key tells; raises Fault for any other text."""
        lines = [*note.rpartition("\n\n")[0].split("\n"), "", ""]
        if lines[0] != self.name or not lines[1].isdecimal() or not self.signs(note):
            raise Fault(f"The checkpoint of size {lines[1]} is not signed with the given key of {self.name}.")
        return int(lines[1]), b64decode(lines[2])


def agree(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two images of a row say the same; a column that only one of them has came or went with an upgrade."""
    if one == other or one is None or other is None:
        return one == other
    return all(_same(one[name], other[name]) for name in one.keys() & other.keys())


def _same(one: Any, other: Any) -> bool:
    try:  # the same moment, written in another zone
        return bool(one == other) or datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except (TypeError, ValueError):
        return False


class Ledger:
    """An export, and what its events say of each row. Every method raises Fault with what does not hold."""

    def __init__(self, export: Export, custodians: Sequence[Key] = ()) -> None:
        self.export, self.custodians, self.last = export, custodians, dict[tuple[str, int], Any]()
        self.seen, self.gaps = (
            set[int](),
            list[tuple[State, State]](),
        )  # of each restore, what was kept and what was lost

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file; a file that is not there has none."""
        if (self.export / name).exists():
            with (self.export / name).open("rb") as lines:
                yield from lines

    def events(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Number and payload of each event of a file."""
        for line in self.lines(name):
            number, _, payload = line.rstrip(b"\n").partition(b" ")
            yield int(number), payload

    def follow(self, event: int, payload: bytes) -> None:
        """The next event of its row; it must go on from the one before, and stand there once."""
        told = json.loads(payload, parse_float=str)
        row, old, new = (told["table"], told["id"]), told["old"], told["new"]
        if event in self.seen or not agree(self.last.pop(row, None), old):
            raise Fault(
                f"Event {event} does not follow the one before it of {row[0]} {row[1]}, or stands there twice."
            )
        self.seen.add(event)
        if new is not None:
            self.last[row] = new
        elif row[0] == "restored":
            note = told["what"]["note"]
            if len({key.public for key in self.custodians if key.signs(note)}) < 2:
                raise Fault(
                    f"Event {event} declares a restore without the signatures of two custodians whose keys were given."
                )
            lines = note.split("\n")
            self.gaps.append(((int(lines[1]), b64decode(lines[2])), (int(lines[3]), b64decode(lines[4]))))

    def replay(self) -> int:
        """Follow every row through its events to how it stands; the number of rows."""
        for name in ("events.log", "unsealed.log"):
            for event, payload in self.events(name):
                self.follow(event, payload)
        self.files()
        count = 0
        for line in self.lines("rows.jsonl"):
            count, one = count + 1, json.loads(line, parse_float=str)
            if not agree(self.last.pop((one["table"], one["id"]), None), one["row"]):
                raise Fault(
                    f"{one['table']} {one['id']} is not as its last event left it, or no event made it."
                )
        for table, row in self.last:
            raise Fault(f"{table} {row} is not as its last event left it: it is gone.")
        return count

    def files(self) -> None:
        """Each file of a proof is named after its sha256, which an event tells."""
        folder = self.export / "files"
        told = {value for image in self.last.values() for value in image.values()} if folder.exists() else ()
        for file in folder.iterdir() if folder.exists() else ():
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            if not file.name.startswith(digest) or digest not in told:
                raise Fault(f"The file {file.name} is not one that the ledger tells of.")

    def whole(self, kept: Sequence[State], anchors: Sequence[State]) -> tuple[int, int]:
        """Check all events; how many, and how many rows they lead to."""
        tree, wanted, found = Tree(), {size for size, _ in [*kept, *anchors]}, {0: Tree().root()}
        for event, payload in self.events("events.log"):
            tree.add(leaf_of(event, payload))
            if tree.size in wanted:
                found[tree.size] = tree.root()
        self.stands(tree.size, found, kept, "A checkpoint")
        if tree.size > max((size for size, _ in kept), default=0):
            raise Fault(f"The ledger has {tree.size} sealed events, and its last checkpoint is of fewer.")
        rows = self.replay()  # which also says what restores have lost
        self.stands(tree.size, found, anchors, "An anchored checkpoint")
        return tree.size, rows

    def stands(self, size: int, found: Mapping[int, bytes], states: Sequence[State], name: str) -> None:
        """Each of these states must be one that the ledger had, or one that a declared restore has lost."""
        for state in states:
            if found.get(state[0]) == state[1] or any(
                kept[0] < state[0] < lost[0] or state == lost for kept, lost in self.gaps
            ):
                continue
            if state[0] > size:
                raise Fault(
                    f"{name} is of {state[0]} events and the ledger has {size}: what came after is missing."
                )
            raise Fault(
                f"{name} of size {state[0]} has another root than the ledger: something before it was changed."
            )

    def excerpt(self, head: State, anchors: Sequence[State]) -> tuple[int, int]:
        """Check some events by their proofs; how many, and how many rows they lead to."""
        proofs = [json.loads(line) for line in self.lines("proofs.jsonl")]
        path = {
            one.get("event", -one.get("from", 0)): [bytes.fromhex(step) for step in one["path"]]
            for one in proofs
        }
        index = {one["event"]: one["index"] for one in proofs if "event" in one}
        for event, payload in self.events("events.log"):
            if not included(
                leaf_of(event, payload), index.get(event, -1), head[0], path.get(event, ()), head[1]
            ):
                raise Fault(f"Event {event} is not proved to be in the ledger of {head[0]} events.")
        for size, root in anchors:
            if not consistent(size, head[0], path.get(-size, ()), root, head[1]):
                raise Fault(
                    f"An anchored checkpoint of size {size} does not lead to that of {head[0]}, or its proof is missing."
                )
        return len(index), self.replay()


def check(export: Export, key: Key, anchors: Sequence[str] = (), custodians: Sequence[Key] = ()) -> str:
    """Everything, in order; the sentence of success. Raises Fault with the first thing that does not hold."""
    try:
        ledger = Ledger(export, custodians)
        kept = sorted(key.open(json.loads(line)["note"]) for line in ledger.lines("checkpoints.jsonl"))
        held = [key.open(text) for text in anchors]
        proved = (export / "proofs.jsonl").exists()
        events, rows = ledger.excerpt(kept[-1], held) if proved else ledger.whole(kept, held)
    except (ValueError, KeyError, IndexError, TypeError, UnicodeError) as error:
        raise Fault(f"The export cannot be read: {error!r}.") from error
    gaps = "".join(
        f" A restore lost what came after {kept} until {lost}: declared."
        for (kept, _), (lost, _) in ledger.gaps
    )
    return f"{events} events under {len(kept)} checkpoints and {len(held)} anchors, {rows} rows: as they were written.{gaps}"


def main() -> int:
    """The command; 0 when everything holds, else 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", required=True, type=Path)
    parser.add_argument("--anchor", action="append", default=[], type=Path)
    parser.add_argument("--custodian", action="append", default=[], type=Path)
    asked = parser.parse_args()
    export = zipfile.Path(str(asked.export)) if asked.export.is_file() else asked.export
    try:
        key, custodians = Key(asked.key.read_text()), [Key(path.read_text()) for path in asked.custodian]
        print(check(export, key, [path.read_text() for path in asked.anchor], custodians))
    except (Fault, OSError, ValueError, zipfile.BadZipFile) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
