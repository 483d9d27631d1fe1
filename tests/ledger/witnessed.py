"""A site that shows a ledger over real HTTP, honestly or not, and the office that watches it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.merkle import HASH, Log
from ledger.notes import NAME, Sealer
from ledger.verify import leaf_of
from ledger.witness import run

MANY = 66_000  # a second level of tiles, full, and the third begun


def tree(other_from: int = MANY, size: int = MANY) -> Log:
    """A log of made-up events; those from `other_from` on are others than usual."""
    log = Log(0, lambda tile: b"")
    log.add(leaf_of(at, "{}" if at < other_from else '{"x": 1}') for at in range(size))
    return log


@cache
def honest() -> Log:
    return tree()


@cache
def key() -> Sealer:
    return Sealer(NAME, Ed25519PrivateKey.generate())


@cache
def custodians() -> tuple[Sealer, ...]:
    return tuple(Sealer(name, Ed25519PrivateKey.generate()) for name in ("inspektorat", "arsip", "notaris"))


@dataclass
class Site:
    """A site on this machine that shows a tree's checkpoint and tiles; `lies` stand in the place of what is true."""

    log: Log = field(default_factory=honest)
    size: int = 0
    sealer: Sealer = field(default_factory=key)
    lies: dict[str, Any] = field(default_factory=dict)  # path -> bytes, or a status, or an address to go to
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def note(self) -> str:
        return self.sealer.note(self.size, self.log.root(self.size))

    def answer(self, path: str) -> Any:
        self.asked.append(path)
        if path in self.lies:
            return self.lies[path]
        if path == "checkpoint":
            return self.note().encode()
        if path == "restored":
            return b""
        _, level, *groups = path.removesuffix("/").split("/")
        width = 256
        if groups[-2:-1] and groups[-2].endswith(".p"):
            width, groups = int(groups[-1]), [*groups[:-2], groups[-2].removesuffix(".p")]
        hashes = self.log.tile((int(level), int("".join(groups).replace("x", ""))))[: width * HASH]
        return bytes(hashes) if len(hashes) == width * HASH else 404


@pytest.fixture
def site() -> Iterator[Site]:
    mine = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = mine.answer(self.path.removeprefix("/ledger/"))
            status = answer if isinstance(answer, int) else 302 if isinstance(answer, str) else 200
            self.send_response(status)
            if isinstance(answer, str):
                self.send_header("Location", answer)
            self.end_headers()
            if isinstance(answer, bytes):
                self.wfile.write(answer)

        def log_message(self, *_args: Any) -> None:
            """Nothing is said on the test's own output."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        mine.url = f"http://127.0.0.1:{port}/ledger/"
        yield mine


@contextmanager
def serving(server: Any) -> Iterator[int]:
    with server:
        thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Office:
    """The second office: its keys and its folder."""

    folder: Path
    custodians: list[Path]
    key: Path

    def looks(self, site: Site) -> tuple[int, str]:
        return run(site.url, self.key, self.folder, self.custodians)

    def head(self) -> str:
        return (self.folder / "head.txt").read_text()

    def heads(self, kind: str = "heads") -> list[int]:
        return sorted(int(one.name.partition("-")[0]) for one in (self.folder / kind).iterdir())

    def evidence(self) -> dict[str, str]:
        (here,) = (self.folder / "refused").iterdir()
        return {one.name: one.read_text() for one in here.iterdir()}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    for one in (key(), *custodians()):
        (tmp_path / f"{one.name}.pub").write_text(f"{one.public}\n")
    return Office(
        tmp_path / "state", [tmp_path / f"{one.name}.pub" for one in custodians()], tmp_path / f"{NAME}.pub"
    )
