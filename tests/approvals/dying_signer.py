"""A process that signs documents in children, each of which kills itself at a point. Reads [batch, point, code] a line.

Nothing is signed here, so nothing has started a thread that a child would miss.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connections

django.setup()

from approvals import services  # noqa: E402 - models want the applications first
from approvals.factors import Factor  # noqa: E402
from approvals.models import SigningBatch  # noqa: E402
from tests.approvals.signing_faults import Points, killed  # noqa: E402
from tests.cast import PASSPHRASE  # noqa: E402

PATIENCE = 120  # seconds, then the child is given up with another signal than the one it waits for


class Noted(list[Any]):
    """Signatures, told by a file: it stays when the process that made them is gone."""

    def __init__(self, notes: Path) -> None:
        super().__init__()
        self._notes = notes

    def append(self, one: Any) -> None:
        self._notes.touch()
        super().append(one)


def sign(batch_id: int, number: int, code: str, notes: Path) -> None:
    """Sign in this process, and be killed at the point."""
    signal.alarm(PATIENCE)
    points = Points(killed, number, made=Noted(notes))
    batch = SigningBatch.objects.get(pk=batch_id)
    with points.watching():
        services.sign(actor=batch.signer, batch=batch, factor=Factor(code), passphrase=PASSPHRASE)


def main(told: dict[str, str]) -> None:
    """Serve until the input ends."""
    for alias in ("default", "owner"):
        connections.settings[alias]["NAME"] = told["database"]
    settings.SIGNING_KEYS = Path(told["keys"])
    settings.STORAGES["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": told["files"]},
    }
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                batch, number, code = json.loads(line)
                sign(batch, number, code, Path(told["notes"]))
                os._exit(0)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        end = (
            "killed"
            if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
            else f"ended {status}"
        )
        sys.stdout.write(("whole" if status == 0 else end) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
