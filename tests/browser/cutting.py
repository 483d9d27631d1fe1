"""A bad line between the browser and the site: it cuts after so many bytes, refuses, stalls, or swallows the answer."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

UP, DOWN = "up", "down"  # from the browser to the site, and back
RESET = struct.pack("ii", 1, 0)


class Line:
    """Forwards `base` to the site at `target`, which may be another one later; counts the bytes of each way."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self.target = (parts.hostname or "", parts.port or 80)
        self.carried = {UP: 0, DOWN: 0}
        self.cuts = 0
        self._armed: tuple[str, int] | None = None
        self._dies = self._refusing = False
        self._of = b""
        self._meant: set[frozenset[socket.socket]] = set()  # connections that carry what is to be cut
        self._flowing = threading.Event()
        self._flowing.set()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.base = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, way: str, after: int, *, of: bytes = b"", dead: bool = False) -> None:
        """Once: every connection breaks when so many more bytes have gone this way, of those connections on which a request
        that begins with `of` was sent since; a dead line stays so until `heal`."""
        with self._lock:
            self._of, self._meant = of, set()
            self.carried = {UP: 0, DOWN: 0}
            self._armed, self._dies = (way, after), dead

    def heal(self) -> None:
        self._refusing = False

    def count(self) -> None:
        """Count from zero again."""
        with self._lock:
            self.carried = {UP: 0, DOWN: 0}

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """There is no network: what is open breaks, and nothing new is let in."""
        self._refusing = True
        self._break()
        try:
            yield
        finally:
            self.heal()

    @contextmanager
    def stalling(self) -> Iterator[None]:
        """Nothing breaks and nothing moves, as on a line that has only gone quiet."""
        self._flowing.clear()
        try:
            yield
        finally:
            self._flowing.set()

    def close(self) -> None:
        self._flowing.set()
        self._listening.close()
        self._break()

    def _accept(self) -> None:
        while True:
            try:
                browser, _address = self._listening.accept()
            except OSError:
                return  # closed
            if self._refusing:
                browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                browser.close()
                continue
            try:
                site = socket.create_connection(self.target, timeout=30)
            except OSError:
                browser.close()
                continue
            site.settimeout(None)
            with self._lock:
                self._open |= {browser, site}
            for source, drain, way in ((browser, site, UP), (site, browser, DOWN)):
                threading.Thread(target=self._pump, args=(source, drain, way), daemon=True).start()

    def _pump(self, source: socket.socket, drain: socket.socket, way: str) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._flowing.wait()
                let, last = self._let(frozenset((source, drain)), way, data)
                drain.sendall(let)
                if last:
                    self._break()
                    return
        self._shut(source, drain)

    def _let(self, ends: frozenset[socket.socket], way: str, data: bytes) -> tuple[bytes, bool]:
        """What may still pass, and whether the line breaks behind it."""
        with self._lock:
            if way == UP and data.startswith(self._of):
                self._meant.add(ends)
            if ends not in self._meant:
                return data, False
            if self._armed and self._armed[0] == way:
                left = self._armed[1] - self.carried[way]
                if len(data) >= left:
                    self._armed, self._refusing = None, self._dies
                    self.cuts += 1
                    self.carried[way] += left
                    return data[:left], True
            self.carried[way] += len(data)
            return data, False

    def _break(self) -> None:
        with self._lock:
            doomed, self._open = self._open, set()
        self._shut(*doomed)

    def _shut(self, *ends: socket.socket) -> None:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        with self._lock:
            self._open -= set(ends)
