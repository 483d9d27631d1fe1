"""A real server that receives webhooks, on this machine: it keeps what came and answers as it is told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What came, the newest last, and the next answers; after them 200."""

    url: str = ""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str = ""
    slowly: float = 0.0  # seconds between the bytes of an endless answer
    body: bytes = b"ok"

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.came]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver while it listens."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            if receiver.location:
                self.send_header("Location", receiver.location)
            if not receiver.slowly:
                self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            try:
                self._answer()
            except OSError:
                return

        def _answer(self) -> None:
            if not receiver.slowly:
                self.wfile.write(receiver.body)
            while receiver.slowly:
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(receiver.slowly)

        def log_message(self, *_args: Any) -> None:
            """Nothing is said on the test's own output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook?from=jenjang"
        yield receiver
        receiver.slowly = 0.0
        server.shutdown()
        thread.join(5)
