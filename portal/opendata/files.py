"""The open data as files: made once for what is public now, then served from the disk until something is published.

Each file is written beside its place by the database's own COPY or through a server-side cursor, so that memory stays constant;
its SHA-256 and length are known before the first byte goes out.
"""

import fcntl
import gzip
import hashlib
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from approvals.published import write_csv, write_json
from portal.exports import XLSX, write_xlsx
from portal.opendata.stamp import Stamp
from registry.models import FiscalYear, Unit

PIECE = 1 << 20  # bytes at once
KEPT = 3600  # seconds that a file stays after a newer one was made
KINDS = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8", "xlsx": XLSX}
SMALLER = ("csv", "json")  # which gzip makes smaller
NAME = "realization"


@dataclass(frozen=True, slots=True)
class File:
    """One finished file: where it lies, its SHA-256 and its length in bytes."""

    kind: str
    path: Path
    sha256: str
    size: int

    @property
    def packed(self) -> Path:
        """The same, compressed (gzip)."""
        return self.path.with_name(f"{self.path.name}.gz")


@dataclass(frozen=True, slots=True)
class Extent:
    """What a data set is about: a fiscal year of the whole government, or of an agency and all below it."""

    year: FiscalYear
    unit: Unit | None = None

    @property
    def path(self) -> str:
        return self.unit.path if self.unit else ""

    @property
    def folder(self) -> str:
        return f"{self.year.pk}-{self.unit.pk if self.unit else 'all'}"


def write_lines(kind: str, year: FiscalYear, target: Path, path: str = "") -> int:
    """All published lines of a year, of units at or below `path`, into a file; returns how many."""
    if kind == "xlsx":
        return write_xlsx(year, target, path)
    with target.open("wb") as out:
        return (write_csv if kind == "csv" else write_json)(year, out, path)


def finished(extent: Extent, kind: str, now: Stamp) -> File:
    """The file as of `now`; made when it is not there yet. Whoever asks meanwhile waits for the one who makes it."""
    place = Path(settings.OPEN_DATA) / extent.folder
    path = place / now.text / f"{NAME}.{kind}"
    if not _sum_of(path).exists():
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(place / f"{kind}.lock"):
            if not _sum_of(path).exists():
                _make(extent, kind, path)
                _forget(place)
    return File(kind, path, _sum_of(path).read_text(), path.stat().st_size)


def _make(extent: Extent, kind: str, path: Path) -> None:
    path.parent.mkdir(exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.new")
    write_lines(kind, extent.year, draft, extent.path)
    if kind in SMALLER:
        with (
            draft.open("rb") as plain,
            gzip.GzipFile(path.with_name(f"{path.name}.gz"), "wb", 6, mtime=0) as out,
        ):
            shutil.copyfileobj(plain, out, PIECE)
    with draft.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    draft.replace(path)
    # Last: where it stands, the file is whole.
    _sum_of(path).write_text(digest)


def _forget(place: Path) -> None:
    """What was public before; who was told of it a moment ago still finds it."""
    for old in place.iterdir():
        if old.is_dir() and old.stat().st_mtime < time.time() - KEPT:
            shutil.rmtree(old, ignore_errors=True)


def _sum_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
