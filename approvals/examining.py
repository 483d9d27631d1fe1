"""The verdict on any file: its signature, and what the record here knows of it. `manage.py verify_pdf` tells it."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from approvals import batches, papers, recap
from approvals.models import SigningBatch
from approvals.papers import Likeness
from approvals.signing import Verdict, verify
from wording.sentences import say

# Outcome -> exit status of verify_pdf. 1 and 2 are left to a file that cannot be opened and to wrong arguments.
EXITS = {
    "valid": 0,
    "superseded": 3,
    "unpublished": 4,
    "untrusted": 5,
    "unsigned": 6,
    "appended": 7,
    "resigned": 8,
    "truncated": 9,
    "altered": 10,
    "revoked": 11,
    "unreadable": 12,
    "expired": 13,
    "unstamped": 14,
}
_END = b"%%EOF"
_TAIL = 1024  # bytes from the end in which a whole PDF has its end mark


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file is: an outcome of EXITS, its sentence, its signature, and the document here that it was made from."""

    outcome: str
    sentence: str
    sha256: str
    verdict: Verdict
    signed_at: datetime | None = None
    document: str = ""
    page: str = ""
    replaced_by: list[str] = field(default_factory=list)
    known: bool = False  # whether just these bytes were signed here


def examine(content: bytes) -> Examined:
    """Judge a file by its signature and by the record; never raises on a bad file."""
    sha256 = hashlib.sha256(content).hexdigest()
    batch = SigningBatch.objects.select_related("period__agency").filter(signed_sha256=sha256).first()
    if batch:
        return _known(content, sha256, batch)
    verdict = verify(content, recap.trusted())
    batch = papers.origin([*papers.named_in(content), *_of_manifest(verdict)])
    if batch and (finding := _copy(content, sha256, batch, verdict)):
        return finding
    return _stranger(content, sha256, verdict)


def _known(content: bytes, sha256: str, batch: SigningBatch) -> Examined:
    # At the moment of the signature: a certificate that expired since then was good when it counted.
    at = recap.signed_at(batch)
    verdict = verify(content, recap.trusted(), at=at or batch.moved_at)
    later = list(batches.replacements(batch).values())
    outcome = "valid" if verdict.valid else _outcome(verdict)
    if verdict.valid and batch.state != SigningBatch.State.PUBLISHED:
        outcome = "unpublished"
    elif verdict.valid and later:
        outcome = "superseded"
    sentence = say(f"paper.{outcome}") if outcome in ("unpublished", "superseded") else say(verdict.code)
    return Examined(
        outcome=outcome,
        sentence=sentence,
        sha256=sha256,
        verdict=verdict,
        signed_at=at,
        document=papers.told(batch),
        page=batches.verify_url(batch),
        replaced_by=[f"{one['code']}: {one['note']} {one['url']}".strip() for one in later],
        known=True,
    )


def _copy(content: bytes, sha256: str, batch: SigningBatch, verdict: Verdict) -> Examined | None:
    """What was done to a document of ours; None when the file only mentions it."""
    ours = papers.stored(batch)
    found = papers.compared(content, ours, batch.prepared_sha256) if ours else None
    if found is None or found.likeness == Likeness.OTHER:
        return None
    outcome, code = str(found.likeness), f"paper.{found.likeness}"
    if found.likeness == Likeness.APPENDED and _signed_again(content[found.at :]):
        outcome, code = "resigned", "paper.resigned"
    params: dict[str, Any] = {"at": found.at, "size": len(ours or b""), "copy": len(content)}
    return Examined(
        outcome=outcome,
        sentence=say(code, params),
        sha256=sha256,
        verdict=verdict,
        document=papers.told(batch),
        page=batches.verify_url(batch),
    )


def _stranger(content: bytes, sha256: str, verdict: Verdict) -> Examined:
    outcome, sentence = _outcome(verdict), say(verdict.code)
    if not verdict.valid and content.startswith(b"%PDF-") and _END not in content[-_TAIL:]:
        outcome, sentence = "truncated", say("paper.cut_somewhere")
    elif verdict.valid:
        sentence = say("paper.elsewhere")
    return Examined(outcome=outcome, sentence=sentence, sha256=sha256, verdict=verdict)


def _outcome(verdict: Verdict) -> str:
    code = verdict.code.removeprefix("verify.")
    return code if code in EXITS else "altered"


def _of_manifest(verdict: Verdict) -> list[str]:
    """The code in the attached manifest: it is compressed, so that the bytes alone do not show it."""
    return papers.named_in(str((verdict.manifest or {}).get("verify", "")).encode())


def _signed_again(tail: bytes) -> bool:
    return b"/ByteRange" in tail
