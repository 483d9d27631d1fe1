"""Documents by their bytes: which published document a file is, or what was done to it."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.models import SigningBatch
from submissions.models import Report
from submissions.pages import month_label
from workflow import route

BLOCK = 16 * 1024  # bytes; small enough to say where a copy differs, large enough for a short answer
FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_TOKEN = r"[A-Za-z0-9_-]{1,24}"  # noqa: S105 - the shape of a public name
_ADDRESS = re.compile(rf"/v/({_TOKEN})(?=[/#?)\s]|$)")
_NAMED = re.compile(_ADDRESS.pattern.encode())


class Likeness(StrEnum):
    """What a file is beside the document that was published."""

    SAME = "same"
    UNSIGNED = "unsigned"  # as it was prepared, before its signature
    CUT = "truncated"
    APPENDED = "appended"
    CHANGED = "altered"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Compared:
    """The likeness of a copy, and the byte from which on it differs (a changed copy: the start of that block)."""

    likeness: Likeness
    at: int = 0


def compared(copy: bytes, ours: bytes, unsigned_sha256: str = "") -> Compared:
    """What a copy is beside the published bytes. The page's script (verify.js) decides the same way, from `blocks`."""
    if copy == ours:
        return Compared(Likeness.SAME)
    if hashlib.sha256(copy).hexdigest() == unsigned_sha256:
        return Compared(Likeness.UNSIGNED, len(copy))
    if copy and ours.startswith(copy):
        return Compared(Likeness.CUT, len(copy))
    if copy.startswith(ours):
        return Compared(Likeness.APPENDED, len(ours))
    equal = [one == other for one, other in zip_longest(hashes(copy), hashes(ours))]
    return Compared(Likeness.CHANGED if any(equal) else Likeness.OTHER, equal.index(False) * BLOCK)


def hashes(content: bytes) -> list[str]:
    """The SHA-256 of each block, in order; the last block may be shorter."""
    return [hashlib.sha256(content[at : at + BLOCK]).hexdigest() for at in range(0, len(content), BLOCK)]


def stored(batch: SigningBatch) -> bytes | None:
    """The signed file, as long as it is what was signed; None when it is missing or damaged."""
    if not batch.signed_file:
        return None
    try:
        with batch.signed_file.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == batch.signed_sha256 else None


def blocks(batch: SigningBatch | None) -> dict[str, Any]:
    """For a browser that compares a copy without sending it: size, block size, hashes. Published documents only."""
    content = stored(batch) if batch and batch.state == SigningBatch.State.PUBLISHED else None
    if batch is None or content is None:
        return {"found": False}
    return {
        "found": True,
        "url": reverse("approvals:verification", args=[batch.token]),
        "file": reverse("approvals:public_document", args=[batch.token]),
        "name": told(batch),
        "size": len(content),
        "sha256": batch.signed_sha256,
        "unsigned": batch.prepared_sha256,
        "block": BLOCK,
        "blocks": hashes(content),
    }


def by_fingerprint(sha256: str) -> SigningBatch | None:
    """The published document with this SHA-256 (small hex digits); None for anything else."""
    if not FINGERPRINT.fullmatch(sha256):
        return None
    return _published().filter(signed_sha256=sha256).first()


def by_name(text: str) -> SigningBatch | None:
    """The document that somebody means: by the address on it, its code, its number or its fingerprint."""
    wanted = text.strip()
    if FINGERPRINT.fullmatch(wanted.lower()):
        return by_fingerprint(wanted.lower())
    if found := _ADDRESS.search(wanted):
        wanted = found.group(1)
    if re.fullmatch(_TOKEN, wanted) and (batch := SigningBatch.objects.filter(token=wanted).first()):
        return batch
    return _published().filter(document_no=wanted.upper()).first() if "\0" not in wanted else None


def named_in(content: bytes) -> list[str]:
    """The codes of documents whose address stands in a file, each once, in the order of the file."""
    return list(dict.fromkeys(one.decode() for one in _NAMED.findall(content)))


def origin(tokens: Iterable[str]) -> SigningBatch | None:
    """The first of these documents that exists."""
    wanted = list(tokens)[:20]  # a file full of addresses is no document of ours
    found = {one.token: one for one in SigningBatch.objects.filter(token__in=wanted)}
    return next((found[token] for token in wanted if token in found), None)


def superseded(batch: SigningBatch) -> bool:
    """Whether a later revision replaces one of its reports."""
    return Report.objects.filter(signings__batch=batch, state=route.SUPERSEDED).exists()


def told(batch: SigningBatch) -> str:
    """A document in one line: number, month, agency."""
    return f"{batch.document_no}, {month_label(batch.period.first_day)}, {batch.period.agency.name}"


def answer(batch: SigningBatch | None) -> dict[str, Any]:
    """What is said of a fingerprint."""
    if batch is None:
        return {"found": False}
    replaced = superseded(batch)
    sentence = (
        _("It is genuine, but a later revision replaces it or a part of it: %(document)s.")
        if replaced
        else _("It is genuine: %(document)s.")
    )
    return {
        "found": True,
        "url": reverse("approvals:verification", args=[batch.token]),
        "superseded": replaced,
        "sentence": sentence % {"document": told(batch)},
    }


def _published() -> Any:
    return SigningBatch.objects.filter(state=SigningBatch.State.PUBLISHED).select_related("period__agency")
