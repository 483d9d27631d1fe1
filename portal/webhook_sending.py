"""Sending one message as Standard Webhooks has it: signed, to the address that was judged, once asked and never redirected.

At least once: a message keeps its `webhook-id` at every attempt, so a receiver can leave out what it has. What fails is tried
again after a while, for three days; an address that has failed for that long is switched off, and who looks after it is told.
"""

import base64
import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from portal.webhook_addresses import AddressRefused, Target, target_of

AGENT = "Jenjang-Webhooks/1"
PREFIX = "whsec_"
PATIENCE = 10.0  # seconds for each word of the other side
WHOLE = 20.0  # seconds for all of it
LONGEST_ANSWER = 64 * 1024  # bytes that are read of an answer, and forgotten
# Waiting before each further attempt: nine after the first, over three days and four hours.
AGAIN = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
GONE = 410  # the receiver says that it never wants to hear of it again


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt: the status, or why there was none (a code of `wording.webhook_sentences.WHY`)."""

    status: int | None
    why: str
    ms: int

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def signature(secret: str, message: str, at: int, body: bytes) -> str:
    """`v1,...` over id, second and body, by HMAC-SHA256 with the bytes that a `whsec_` secret stands for."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{message}.{at}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def headers_of(secrets: Iterable[str], message: str, body: bytes) -> Mapping[str, str]:
    """The headers of one attempt. The receiver compares the second with its own clock, so it is the machine's."""
    at = int(time.time())
    return {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(secret, message, at, body) for secret in secrets),
    }


class _Connection(http.client.HTTPConnection):
    """To the very address that was judged; the name serves for the certificate and the Host header only."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=PATIENCE)
        self.target = target
        self.line: socket.socket | None = None  # kept: http.client lets go of `sock` once an answer begins
        self.default_port = 443 if target.secure else 80

    def connect(self) -> None:
        self.line = socket.create_connection((self.target.address, self.target.port), PATIENCE)
        if self.target.secure:
            context = ssl.create_default_context()
            self.line = context.wrap_socket(self.line, server_hostname=self.target.host)
        self.sock = self.line

    def cut(self) -> None:
        """End it from outside, whatever it is waiting for."""
        if self.line is not None:
            with suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """One attempt; never raises for what the other side or the net does."""
    begun = time.monotonic()
    status, why = _post(url, body, headers)
    return Answer(status, why, round((time.monotonic() - begun) * 1000))


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str]:
    try:
        connection = _Connection(target_of(url))
    except AddressRefused as refused:
        return None, refused.code.removeprefix("webhook.")
    watch = threading.Timer(WHOLE, connection.cut)
    watch.start()
    begun = time.monotonic()
    try:
        connection.request("POST", connection.target.path, body, dict(headers))
        answer = connection.getresponse()
        answer.read(LONGEST_ANSWER)
        answer.close()
    except TimeoutError:
        return None, "timeout"
    except ssl.SSLError:
        return None, "certificate"
    except (OSError, http.client.HTTPException):
        return None, "timeout" if time.monotonic() - begun >= WHOLE else "no_answer"
    finally:
        watch.cancel()
        connection.close()
    return answer.status, "" if 200 <= answer.status < 300 else _because(answer.status)


def _because(status: int) -> str:
    return "redirect" if 300 <= status < 400 else "gone" if status == GONE else "status"
