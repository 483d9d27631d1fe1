"""What a page showed, fixed by the server: each report with its version. An act on all of a filter acts on these and no others.

The list travels with the page, signed for one person and one desk, so that what arrived later is never decided unseen.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core import signing

from registry.models import User

MOST = 500  # what one act takes


@dataclass(frozen=True, slots=True)
class Pin:
    """A filter as its query says it, and what it showed: report -> version."""

    query: str
    seen: Mapping[int, int]


def pinned(user: User, verb: str, pin: Pin) -> str:
    """The text that goes with the page."""
    return signing.dumps([pin.query, list(pin.seen.items())], salt=_salt(user, verb), compress=True)


def read_pin(user: User, verb: str, text: str) -> Pin | None:
    """What was pinned for this person at this desk; None for anything else."""
    try:
        query, seen = signing.loads(text, salt=_salt(user, verb))
    except signing.BadSignature:
        return None
    return Pin(query, {pk: version for pk, version in seen})


def _salt(user: User, verb: str) -> str:
    return f"approvals.desk:{verb}:{user.pk}"
