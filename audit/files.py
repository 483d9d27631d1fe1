"""Whether stored files are still the ones that the ledger tells of: read in pieces, on demand."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.db.models.fields.files import FieldFile

from approvals import recap
from approvals.models import SigningEntry
from submissions.evidence_rows import gone_words
from submissions.models import Evidence

PIECE = 256 * 1024  # bytes in memory


def standing(stored: FieldFile, sha256: str) -> str:
    """ "same", "other" or "missing"."""
    digest = hashlib.sha256()
    try:
        with stored.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    except (FileNotFoundError, ValueError):  # no file, or none was ever named
        return "missing"
    return "same" if digest.hexdigest() == sha256 else "other"


def evidence(files: Sequence[Evidence]) -> dict[int, str]:
    """How the file of each piece of evidence stands; one that was disposed of under minutes is "disposed"."""
    return {one.pk: "disposed" if gone_words(one) else standing(one.file, one.sha256) for one in files}


def documents(entries: Sequence[SigningEntry]) -> dict[int, Any]:
    """What checking the signature of each signed document says now."""
    return {one.batch_id: recap.signature_of(one.batch) for one in entries if one.batch.signed_sha256}
