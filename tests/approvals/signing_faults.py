"""A signing that fails at its n-th point: each statement, each side of a commit, of the signature and of the stored file."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from approvals.signing_backends import Signed
from approvals.signing_pkcs12 import Pkcs12Backend
from workflow.cursor import Prepared


@dataclass
class Points:
    """What was passed, in order; at the point `stop_at` the fault strikes."""

    strike: Callable[[str], None]
    stop_at: int = 0
    passed: list[str] = field(default_factory=list)
    made: list[Signed] = field(default_factory=list)  # the signatures that came to be

    def at(self, name: str) -> None:
        """One more point."""
        self.passed.append(name)
        if len(self.passed) == self.stop_at:
            self.strike(name)

    @property
    def struck(self) -> bool:
        return bool(self.stop_at) and len(self.passed) >= self.stop_at

    @contextmanager
    def watching(self) -> Iterator["Points"]:
        """Count, and strike, whatever is done inside."""
        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(self._statement))
            Prepared.listeners.append(self._prepared)
            stack.callback(Prepared.listeners.remove, self._prepared)
            for owner, name, wrapped in (
                (BaseDatabaseWrapper, "_commit", self._around(BaseDatabaseWrapper._commit, "commit")),
                (FileSystemStorage, "_save", self._around(FileSystemStorage._save, "file")),
                (Pkcs12Backend, "sign", self._signing(Pkcs12Backend.sign)),
            ):
                stack.enter_context(patch.object(owner, name, wrapped))
            yield self

    def _statement(self, execute: Any, query: str, params: Any, many: bool, context: Any) -> Any:
        self.at(f"statement {query[:40]}")
        return execute(query, params, many, context)

    def _prepared(self, query: str) -> None:
        self.at(f"statement {str(query)[:40]}")

    def _around(self, work: Any, name: str) -> Any:
        def wrapped(own: Any, *args: Any) -> Any:
            self.at(f"before {name}")
            answer = work(own, *args)
            self.at(f"after {name}")
            return answer

        return wrapped

    def _signing(self, work: Any) -> Any:
        def wrapped(own: Any, *args: Any, **kwargs: Any) -> Signed:
            self.at("before the signature")
            signed: Signed = work(own, *args, **kwargs)
            self.made.append(signed)
            self.at("after the signature")
            return signed

        return wrapped


def lost(_: str) -> None:
    """The database goes away under the act: the connection is closed, and this call has no answer."""
    if connection.connection is not None:
        connection.connection.close()
    raise OperationalError("the connection was lost")


def cut(_: str) -> None:
    """The act raises where nobody expects it."""
    raise ZeroDivisionError


def killed(_: str) -> None:
    """The process is killed: no handler, no rollback of its own."""
    os.kill(os.getpid(), signal.SIGKILL)
