"""A small ledger made by hand, as an export and as a proof, for tests of the verifier that need no database."""

import hashlib
import json
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.merkle import Log
from ledger.notes import Sealer
from ledger.verify import Fault, Key, check, leaf_of

SEALER = Sealer("jenjang.ledger", Ed25519PrivateKey.from_private_bytes(b"\1" * 32))
OTHER = Sealer("jenjang.ledger", Ed25519PrivateKey.from_private_bytes(b"\2" * 32))
KEY = Key(SEALER.public)
NAMES = ("events.log", "unsealed.log", "checkpoints.jsonl", "rows.jsonl")


def event(number: int, table: str, row: int, old: Any, new: Any, **more: Any) -> str:
    told = {
        "table": table,
        "op": "U",
        "id": row,
        "old": old,
        "new": new,
        "at": f"2026-02-03T09:00:{number:02}+08:00",
        **more,
    }
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
ROWS: list[dict[str, Any]] = [
    {"table": "plan", "id": 1, "row": {"id": 1, "code": "c", "amount": 2, "more": "m"}},
    {"table": "plan", "id": 2, "row": {"id": 2, "code": "é \u0000"}},
    {"table": "plan", "id": 4, "row": {"id": 4, "code": "e", "came_later": None}},
]
SIZES = (3, 5, 7)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def leaves(events: list[str]) -> list[bytes]:
    return [leaf_of(int(line.partition(" ")[0]), line.partition(" ")[2]) for line in events]


def tree_of(events: list[str]) -> Log:
    log = Log(0, lambda tile: b"")
    log.add(leaves(events))
    return log


def note(size: int, events: list[str] = EVENTS, sealer: Sealer = SEALER) -> str:
    return sealer.note(size, tree_of(events).root(size))


def written(folder: Path, **other: list[Any]) -> Path:
    """An export, sound unless `other` says what stands in one of its files."""
    folder.mkdir()
    told: dict[str, list[Any]] = {
        "events": EVENTS, "unsealed": WAITING, "rows": ROWS,
        "checkpoints": [{"size": size, "note": note(size)} for size in SIZES], **other,
    }  # fmt: skip
    for name in NAMES:
        lines = [one if isinstance(one, str) else json.dumps(one) for one in told[name.partition(".")[0]]]
        (folder / name).write_text("".join(f"{line}\n" for line in lines), newline="")
    return folder


def proved(folder: Path) -> Path:
    """The proof of plan 1 and 2, with a file and with the way from the first checkpoint."""
    tree, places = tree_of(EVENTS), (1, 2, 3, 6)
    content = b"foto"
    digest = sha256(content)
    events = [*EVENTS[:6], event(7, "plan", 2, {"id": 2, "code": "b"}, {"id": 2, "code": digest})]
    tree = tree_of(events)
    written(folder, events=[events[place] for place in places], checkpoints=[{"note": note(7, events)}],
            rows=[ROWS[0], {"table": "plan", "id": 2, "row": {"id": 2, "code": digest}}], unsealed=[])  # fmt: skip
    lines = [
        {"event": place + 1, "index": place, "path": [step.hex() for step in tree.inclusion(place, 7)]}
        for place in places
    ]
    across = {"from": 3, "path": [step.hex() for step in tree.consistency(3, 7)]}
    (folder / "proofs.jsonl").write_text("\n".join(map(json.dumps, [across, *lines])))
    (folder / "files").mkdir()
    (folder / f"files/{digest}.jpg").write_bytes(content)
    return folder


def fault(folder: Path, *anchors: str) -> str:
    with pytest.raises(Fault) as found:
        check(folder, KEY, anchors)
    return str(found.value)


def zipped(folder: Path, path: Path) -> zipfile.Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return zipfile.Path(path)


CUSTODIANS = [Sealer(name, Ed25519PrivateKey.generate()) for name in ("ani", "budi", "citra")]


def restored(
    kept: int,
    lost: int,
    events: list[str] = EVENTS,
    signing: list[Sealer] = CUSTODIANS[:2],
    kind: str = "restored",
) -> str:
    roots = [
        b64encode(tree_of(some).root(size)).decode()
        for some, size in ((events, kept), ([*EVENTS, *LOST], lost))
    ]
    text = f"jenjang.ledger/{kind}\n{kept}\n{roots[0]}\n{lost}\n{roots[1]}\nlistrik padam\n"
    return f"{text}\n" + "".join(one.signature(text) for one in signing)


LOST = [event(number, "ddl", 0, None, None) for number in range(10, 15)]


def declared(folder: Path, text: str) -> Path:
    after = [*EVENTS, event(8, "restored", 0, None, None, what={"note": text})]
    checkpoints = [{"note": note(size, after)} for size in (3, 7, 8)]
    return written(folder, events=after, checkpoints=checkpoints)


def edit(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Spoil one file; what changes nothing is no test."""
    before = path.read_bytes()
    path.write_bytes(change(before))
    assert path.read_bytes() != before
