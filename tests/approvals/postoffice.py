"""A real mail server for the tests: it takes letters over SMTP and can be closed, slow, choosy or rude."""

import email
import email.policy
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

BACKEND = "approvals.smtp.Backend"
TAKEN = "250 OK"


@dataclass
class PostOffice:
    """Where letters arrive. `received` has what was said yes to, and `seen` also what was taken without saying so."""

    port: int = 0
    when: str = ""  # what the test's clock says, noted with each letter
    received: list[tuple[str, EmailMessage]] = field(default_factory=list)
    seen: list[EmailMessage] = field(default_factory=list)
    refuse: Callable[[str], str] = lambda address: TAKEN  # the answer to a recipient
    weigh: Callable[[EmailMessage], str] = lambda letter: TAKEN  # the answer to a letter
    drops: int = 0  # so many letters are taken, and the line is cut instead of an answer
    gate: threading.Event = field(default_factory=threading.Event)  # shut: the answer to a letter waits
    reached: threading.Event = field(default_factory=threading.Event)
    controller: Any = None

    def open(self) -> None:
        """Open the door; again after `close`, at the same place."""
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = free.getsockname()[1]
        self.gate.set()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=30)
        self.controller.start()

    def close(self) -> None:
        """Nobody answers any more."""
        self.gate.set()
        if self.controller:
            self.controller.stop()
            self.controller = None

    async def handle_RCPT(  # noqa: N802 - the server's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.refuse(address)
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.reached.set()
        await server.loop.run_in_executor(None, self.gate.wait, 30)
        self.seen.append(letter)
        if self.drops:
            self.drops -= 1
            with suppress(AttributeError):
                server.transport.abort()
            return TAKEN
        answer = self.weigh(letter)
        if answer == TAKEN:
            self.received.append((self.when, letter))
        return answer

    def ids(self) -> list[str]:
        """The Message-ID of every letter that arrived, with or without an answer."""
        return [str(letter["Message-ID"]) for letter in self.seen]

    def to(self) -> list[str]:
        """To whom letters came."""
        return [str(letter["To"]) for _when, letter in self.received]


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    """The plain or the HTML part of a letter."""
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    """An open post office, and a site that sends its mail there."""
    mine = PostOffice()
    mine.open()
    settings.EMAIL_BACKEND = BACKEND
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", mine.port, 10
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.PUBLIC_URL = "https://jenjang.contoh.test"
    yield mine
    mine.close()
