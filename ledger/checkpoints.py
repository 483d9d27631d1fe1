"""The newest sealed state of the ledger, for whoever prints it or hands it out."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed state: `size` events under `root`; `note` is the text that an outsider keeps (C2SP)."""

    size: int
    root: bytes
    note: str
    at: datetime  # UTC

    @property
    def mark(self) -> str:
        """What is printed: the first 16 digits of the root."""
        return self.root.hex()[:16]


def latest() -> Checkpoint | None:
    """The newest checkpoint; None before the sealer has begun. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT size, root, note, at FROM ledger.checkpoint ORDER BY size DESC LIMIT 1")
        row = cursor.fetchone()
    return Checkpoint(row[0], bytes(row[1]), row[2], row[3]) if row else None
