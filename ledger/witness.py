#!/usr/bin/env python3
"""Be a witness of a ledger: python3 -m ledger.witness URL --key PUBKEY --state FOLDER [--custodian PUBKEY]...

For another office's cron. Needs Python 3.11, merkle.py and verify.py beside it, and nothing of the site but its public addresses
below URL (https://.../ledger). It fetches the newest checkpoint, shows by hashes it fetches itself that it goes on from the one
it kept, and keeps it: heads/ has every checkpoint seen, each good as --anchor of verify.py. PUBKEY is the sealer's key, got
once and best compared on paper; custodians are those whose signatures may declare a restore.

Exit status 0: kept. 1: refused, with both checkpoints side by side in refused/. 2: nothing could be learnt (no answer).
"""

import argparse
import fcntl
import hashlib
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ledger.merkle import HASH, WIDTH, Log, Tile
from ledger.verify import Fault, Key, State, consistent, gap

MOST_NOTE, MOST_NOTES = 10_000, 1_000_000  # bytes
STEP, PATIENCE = 20.0, 120.0  # seconds: for one answer to go on, for a whole run
RESTORE = "jenjang.ledger/restored"


class Unknown(Exception):
    """Nothing could be learnt, as a sentence: no answer, or none of the kind that was asked for."""


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint as it was signed, opened."""

    note: str
    size: int
    root: bytes

    @property
    def state(self) -> State:
        """Size and root."""
        return self.size, self.root

    @property
    def name(self) -> str:
        """What its file is called."""
        return f"{self.size:015}-{self.root.hex()[:16]}.txt"


def opened(note: str, key: Key) -> Head:
    """A checkpoint of this key; raises Fault for any other text."""
    try:
        size, root = key.open(note)
    except ValueError as error:
        raise Fault(f"What was shown is no checkpoint of {key.name}.") from error
    if len(root) != HASH:
        raise Fault(f"The checkpoint of size {size} carries no root.")
    return Head(note, size, root)


# --- What the site shows ---------------------------------------------------------------------------------


class _SameScheme(HTTPRedirectHandler):
    """Goes where the site points, but never to another kind of address."""

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        fp.close()  # what else is said there would be read without a limit
        if urlsplit(newurl).scheme != urlsplit(req.full_url).scheme:
            raise Unknown(f"{req.full_url} points to {newurl}, which is not followed.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Site:
    """The public addresses of a ledger, read with limits. Every method raises Unknown when there is no proper answer."""

    def __init__(self, url: str) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise Unknown(f"{url} is no web address: it begins with neither https:// nor http://.")
        self.url, self.until = url.rstrip("/"), time.monotonic() + PATIENCE
        self.opener = build_opener(_SameScheme)

    def read(self, path: str, most: int) -> bytes:
        """The answer, of at most so many bytes."""
        address = f"{self.url}/{path}"
        fresh = {"Cache-Control": "no-cache", "User-Agent": "jenjang-witness"}
        try:
            with self.opener.open(Request(address, headers=fresh), timeout=STEP) as answer:  # noqa: S310 - http(s) only
                body = b""
                while piece := answer.read1(most + 1 - len(body)):
                    body += piece
                    if time.monotonic() > self.until:
                        raise Unknown(f"{address} takes more than {PATIENCE:.0f} seconds.")
        except (OSError, ValueError, HTTPException) as error:
            raise Unknown(f"{address} gives no answer: {error}.") from error
        if len(body) > most:
            raise Unknown(f"{address} answers with more than {most} bytes, and was not read further.")
        return body

    def text(self, path: str, most: int) -> str:
        """The answer as text; what is none is shown as such, and signed by nobody."""
        return self.read(path, most).decode(errors="replace")

    def log(self, size: int) -> Log:
        """The tree of the first `size` events, over the site's tiles."""

        def fetch(tile: Tile) -> bytes:
            level, index = tile
            width = min(WIDTH, size // WIDTH**level - index * WIDTH)
            hashes = self.read(path_of(level, index, width), width * HASH)
            if len(hashes) != width * HASH:
                raise Unknown(
                    f"{self.url}/{path_of(level, index, width)} has not the {width} hashes of a tile."
                )
            return hashes

        return Log(size, fetch)


def path_of(level: int, index: int, width: int = WIDTH) -> str:
    """The address of a tile, as C2SP tlog-tiles writes it: tile/0/x001/234 or tile/0/x001/234.p/56."""
    digits = str(index)
    digits = "0" * (-len(digits) % 3) + digits
    *above, last = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    place = "/".join([*(f"x{group}" for group in above), last])
    return f"tile/{level}/{place}" + ("" if width == WIDTH else f".p/{width}")


# --- What is kept ----------------------------------------------------------------------------------------


class Folder:
    """What a witness keeps: head.txt, the newest; heads/ of one line; lost/ of restores; restores/ that were
    declared; refused/ as evidence."""

    def __init__(self, path: Path, key: Key) -> None:
        self.path, self.key = path, key
        for name in ("heads", "lost", "restores", "refused"):
            (path / name).mkdir(parents=True, exist_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While another run has the folder, this one waits."""
        with (self.path / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def head(self) -> Head | None:
        """The newest checkpoint that was kept."""
        path = self.path / "head.txt"
        return opened(path.read_text(), self.key) if path.exists() else None

    def before(self, size: int) -> Head | None:
        """The newest of the kept line that is of at most so many events."""
        names = [one for one in self._line() if int(one.name.partition("-")[0]) <= size]
        return opened(names[-1].read_text(), self.key) if names else None

    def _line(self) -> list[Path]:
        return sorted((self.path / "heads").glob("[0-9]*-*.txt"))  # and no draft of a run that was stopped

    def keep(self, head: Head) -> None:
        """Add a checkpoint to the line; the head moves last."""
        self._write(self.path / "heads" / head.name, head.note)
        self._write(self.path / "head.txt", head.note)

    def lose(self, size: int) -> None:
        """Put aside what a declared restore has lost: all that is of more events."""
        for one in self._line():
            if int(one.name.partition("-")[0]) > size:
                one.rename(self.path / "lost" / one.name)

    def remember(self, lost: State) -> None:
        """Restores declared until now excuse nothing that is kept from now on."""
        self._write(self._restore(lost), "")

    def remembers(self, lost: State) -> bool:
        """Whether this restore was declared before the newest head was kept."""
        return self._restore(lost).exists()

    def _restore(self, lost: State) -> Path:
        return self.path / "restores" / f"{lost[0]:015}-{lost[1].hex()[:16]}.txt"

    def accuse(self, shown: str, head: Head | None, sentence: str) -> Path:
        """Keep both sides of what does not fit; the same again is kept once."""
        here = self.path / "refused" / hashlib.sha256(shown.encode()).hexdigest()[:16]
        here.mkdir(exist_ok=True)
        for name, text in (
            ("shown.txt", shown),
            ("kept.txt", head.note if head else ""),
            ("why.txt", sentence + "\n"),
        ):
            self._write(here / name, text)
        return here

    @staticmethod
    def _write(path: Path, text: str) -> None:
        draft = path.with_name(f".{path.name}.draft")
        with draft.open("w", newline="") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(path)


# --- Whether the one goes on from the other --------------------------------------------------------------


def leads(log: Log, first: State, new: Head) -> bool:
    """Whether the tree of `new` begins with that of `first`, by a proof from the site's tiles."""
    return first[0] <= new.size and consistent(
        first[0], new.size, log.consistency(first[0], new.size), first[1], new.root
    )


def compare(log: Log, kept: Head | None, new: Head) -> None:
    """Raises Fault unless the hashes lead to the new checkpoint, and it goes on from the kept one."""
    if kept and kept.size == new.size and kept.root != new.root:
        raise Fault(
            f"Two different ledgers of {new.size} events are signed: the one kept, and the one shown now."
        )
    if kept and new.size < kept.size:
        raise Fault(f"The ledger went back: {kept.size} events were kept, {new.size} are shown now.")
    if log.root() != new.root:
        raise Fault(f"The published hashes do not lead to the checkpoint of {new.size} events.")
    if kept and not leads(log, kept.state, new):
        raise Fault(
            f"The ledger of {new.size} events does not go on from that of {kept.size}: something before was changed."
        )


def restored(
    site: Site, log: Log, folder: Folder, kept: Head, new: Head, custodians: Sequence[Key]
) -> State | None:
    """What a restore kept that two custodians declared, that lost the kept head, and that the new one goes on from."""
    try:
        for held, lost in declared(site, custodians):
            covers = not folder.remembers(lost) and (held[0] < kept.size < lost[0] or kept.state == lost)
            older = folder.before(held[0])
            if covers and leads(log, held, new) and (older is None or leads(log, older.state, new)):
                return held
    except Unknown:
        return None  # then it stays refused
    return None


def declared(site: Site, custodians: Sequence[Key]) -> Iterator[tuple[State, State]]:
    """What each restore kept and lost of which these custodians' signatures stand on the site."""
    shown = site.text("restored", MOST_NOTES) if custodians else ""
    for note in re.split(rf"^(?={re.escape(RESTORE)}\n)", shown, flags=re.MULTILINE):
        try:
            yield gap(note, custodians)
        except (Fault, ValueError, IndexError):
            continue  # of others, or no declaration at all


def witness(site: Site, folder: Folder, custodians: Sequence[Key] = ()) -> str:
    """Look once; the sentence of what was kept. Raises Fault with the evidence kept, or Unknown."""
    with folder.alone():
        kept, shown = folder.head(), site.text("checkpoint", MOST_NOTE)
        try:
            return _kept(site, folder, kept, shown, custodians)
        except Fault as fault:
            here = folder.accuse(shown, kept, str(fault))
            raise Fault(
                f"{fault} Both checkpoints are kept in {here}. Show them to the inspectorate."
            ) from fault


def _kept(site: Site, folder: Folder, kept: Head | None, shown: str, custodians: Sequence[Key]) -> str:
    new = opened(shown, folder.key)
    if kept and kept.state == new.state:
        return f"Nothing new: {new.size} events, as before."
    log = site.log(new.size)
    try:
        compare(log, kept, new)
    except Fault:
        held = kept and restored(site, log, folder, kept, new, custodians)
        if not held:
            raise
        folder.lose(held[0])
        _keep(site, folder, new, custodians)
        return (
            f"ATTENTION: A RESTORE WAS DECLARED by two custodians. What came after {held[0]} events is lost; "
            f"{new.size} events now."
        )
    _keep(site, folder, new, custodians)
    return f"Kept: {new.size} events" + (
        f", going on from {kept.size}." if kept else ", the first checkpoint seen."
    )


def _keep(site: Site, folder: Folder, new: Head, custodians: Sequence[Key]) -> None:
    folder.keep(new)
    with suppress(Unknown):
        for _, lost in declared(site, custodians):
            folder.remember(lost)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command is told."""
    parser.add_argument("url", help="the ledger's public address, https://.../ledger")
    parser.add_argument("--key", required=True, type=Path, help="file with the sealer's public key")
    parser.add_argument("--state", required=True, type=Path, help="folder of this witness")
    parser.add_argument(
        "--custodian",
        action="append",
        default=[],
        type=Path,
        help="file with the public key of who may declare a restore",
    )


def run(url: str, key: Path, state: Path, custodian: Sequence[Path]) -> tuple[int, str]:
    """Exit status and sentence of one look."""
    try:
        lines = [Key(path.read_text()) for path in (key, *custodian)]
    except (Fault, OSError, ValueError) as error:
        return 2, f"A key cannot be read: {error}"
    try:
        return 0, witness(Site(url), Folder(state, lines[0]), lines[1:])
    except Fault as fault:
        return 1, _plainly(fault)
    except (Unknown, OSError) as error:
        return 2, _plainly(error)


def _plainly(error: Exception) -> str:
    """What is said may quote what was shown."""
    return "".join(filter(str.isprintable, str(error)))


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments(parser)
    status, sentence = run(**vars(parser.parse_args()))
    (sys.stderr if status else sys.stdout).write(sentence + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
