"""A scanner of the tests' own that speaks clamd's protocol over TCP or a local socket, and can be made to misbehave."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FOUND = b"stream: Eicar-Test-Signature FOUND\x00"


class Talk(socketserver.BaseRequestHandler):
    """zINSTREAM, then pieces with their length before them, then a length of nothing; one answer."""

    def handle(self) -> None:
        line: socket.socket = self.request
        server: Scanner = self.server  # type: ignore[assignment]
        if self.exactly(10) != b"zINSTREAM\x00":
            line.sendall(b"UNKNOWN COMMAND\x00")
            return
        content = b""
        while length := struct.unpack(">L", self.exactly(4))[0]:
            content += self.exactly(length)
        server.seen.append(content)
        if server.says is not None:
            line.sendall(server.says)
        else:
            line.sendall(FOUND if EICAR in content else b"stream: OK\x00")

    def exactly(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            more = self.request.recv(count - len(got))
            if not more:
                raise EOFError
            got += more
        return got


class Scanner(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: object, family: int) -> None:
        self.address_family = family
        self.seen: list[bytes] = []
        self.says: bytes | None = None
        super().__init__(address, Talk)  # type: ignore[arg-type]

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hung up is no fault of the scanner's."""


@contextmanager
def scanner(place: Path | None = None) -> Iterator[tuple[str, Scanner]]:
    """(its address as CLAMD_URL has it, the scanner) while it runs; on a socket at `place`, or on a port of its own."""
    server = Scanner(str(place), socket.AF_UNIX) if place else Scanner(("127.0.0.1", 0), socket.AF_INET)
    url = str(place) if place else f"tcp://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield url, server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
