"""A virus scanner's answer: clamd, asked in its own protocol (INSTREAM), over TCP or a local socket."""

import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

PIECE = 64 * 1024
PATIENCE = 30  # seconds for each step of the talk
LONGEST = 120  # seconds for all of it: who answers a byte at a time would hold the worker for hours
LONGEST_ANSWER = 4096


class ScannerFailed(Exception):
    """The scanner did not answer, or not with yes or no."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Clean, or the name of what was found."""

    found: str = ""

    @property
    def clean(self) -> bool:
        return not self.found


def scan(url: str, content: bytes) -> Verdict:
    """What the scanner at `url` (tcp://host:port or a path) says of these bytes; raises ScannerFailed."""
    try:
        with _connected(url) as line:
            hurry = _until(line, monotonic() + LONGEST)
            line.sendall(b"zINSTREAM\x00")
            for at in range(0, len(content), PIECE):
                piece = content[at : at + PIECE]
                hurry()
                line.sendall(struct.pack(">L", len(piece)) + piece)
            line.sendall(struct.pack(">L", 0))
            return _read(_answer(line, hurry))
    except (OSError, ValueError) as error:
        raise ScannerFailed(type(error).__name__) from error


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), PATIENCE)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(PATIENCE)
    try:
        line.connect(parts.path)
    except OSError:
        line.close()
        raise
    return line


def _until(line: socket.socket, end: float) -> Callable[[], None]:
    """What to call before each step, so that no step lasts beyond the end."""

    def hurry() -> None:
        left = end - monotonic()
        if left <= 0:
            raise TimeoutError
        line.settimeout(min(PATIENCE, left))

    return hurry


def _answer(line: socket.socket, hurry: Callable[[], None]) -> str:
    said = b""
    while not said.endswith(b"\x00") and len(said) < LONGEST_ANSWER:
        hurry()
        more = line.recv(LONGEST_ANSWER)
        if not more:
            break
        said += more
    return said.rstrip(b"\x00\n").decode("utf-8", "replace")


def _read(answer: str) -> Verdict:
    """ "stream: OK" or "stream: Eicar-Test-Signature FOUND"; all else is a failure."""
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Verdict()
    if said.endswith(" FOUND"):
        return Verdict(said.removesuffix(" FOUND").strip()[:150] or "?")
    raise ScannerFailed(said[:100] or "no answer")
