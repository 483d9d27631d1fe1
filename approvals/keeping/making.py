"""Having a yearly bundle made: by a worker for the page, by the command for a file; what was made is recorded by its hashes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from django.core.files.base import File
from django.core.files.storage import default_storage

from approvals.keeping import bundle
from approvals.keeping.law import KeepingRefused
from approvals.models import YearBundle
from ledger.clock import now
from ledger.recording import recorded
from registry.models import FiscalYear, Unit
from workflow.models import Outbox

PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was written."""

    manifest: str
    sha256: str
    size: int  # bytes


def write(asked: YearBundle, out: BinaryIO) -> Made:
    """Write a bundle to a file that can be read again. Raises KeepingRefused."""
    manifest, digest = bundle.write(asked, out), hashlib.sha256()
    size = out.tell()
    out.seek(0)
    while piece := out.read(PIECE):
        digest.update(piece)
    out.seek(0)
    return Made(manifest, digest.hexdigest(), size)


def make(row: Outbox) -> None:
    """Make the bundle that a row of the outbox names and keep it; made once, however often it is tried."""
    asked = _asked(row.payload["id"])
    if asked.made_at or asked.refused:
        return
    with TemporaryFile() as out:
        try:
            made = write(asked, out)
        except KeepingRefused as refused:
            with recorded(None):
                YearBundle.objects.filter(pk=asked.pk, made_at=None).update(refused=refused.code)
            return
        # Each attempt has a name of its own: one that was given up for dead may still be writing.
        name = f"bundles/{asked.fiscal_year.label.replace('/', '-')}/{asked.token}-{row.attempts}.zip"
        stored = default_storage.save(name, File(out))
    if not finished(asked, made, stored):
        default_storage.delete(stored)


def to_file(year: FiscalYear, unit: Unit, path: Path, *, with_evidence: bool) -> tuple[YearBundle, Made]:
    """Make a bundle as a file of this machine, whole or not at all, and record it. Raises KeepingRefused."""
    asked = YearBundle(fiscal_year=year, unit=unit, with_evidence=with_evidence, asked_at=now())
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("w+b") as out:
            made = write(asked, out)
        with recorded(None):
            asked.save()
            finished(asked, made, "")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return asked, made


def finished(asked: YearBundle, made: Made, stored: str) -> bool:
    """Record what was made; False when somebody else was faster."""
    with recorded(None):
        fresh = YearBundle.objects.select_for_update().get(pk=asked.pk)
        if fresh.made_at:
            return False
        fresh.made_at, fresh.size, fresh.sha256 = now(), made.size, made.sha256
        fresh.manifest = made.manifest
        fresh.manifest_sha256 = hashlib.sha256(made.manifest.encode()).hexdigest()
        fresh.file.name = stored
        fresh.save()
    return True


def _asked(pk: int) -> YearBundle:
    return YearBundle.objects.select_related("fiscal_year", "unit__government").get(pk=pk)
