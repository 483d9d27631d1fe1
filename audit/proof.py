"""The proof of reports as files that anybody checks without us: python3 verify.py. Read in one moment of the database."""

import hashlib
import io
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import psycopg
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction

from approvals.models import SigningBatch
from audit.belongings import rows_of
from audit.dossier import Dossier
from audit.proof_words import readme, report_json, story_csv
from ledger import verify
from ledger.checkpoints import latest
from ledger.proving import Proof, Unsealed, prove
from ledger.verify import Fault, Key
from submissions.models import Evidence, Report

PIECE = 256 * 1024  # bytes in memory
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # of every member: the same state makes the same archive
SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


class NotYet(Exception):
    """The newest events wait for their seal, or nothing was ever sealed. Some seconds later there is a proof."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the live ledger and tables said of a report; `fault` is empty when everything holds."""

    size: int
    at: datetime
    events: int
    fault: str


class Packed:
    """Members of an archive below one folder, and the hash of each: the same state makes the same bytes."""

    def __init__(self, into: ZipFile, folder: str) -> None:
        self.into, self.folder, self.sums = into, folder, dict[str, str]()

    def copy(self, name: str, content: IO[bytes] | File, how: int = ZIP_DEFLATED) -> None:
        """A file, piece by piece."""
        member, digest = ZipInfo(self.folder + name, LONG_AGO), hashlib.sha256()
        member.compress_type, member.external_attr = how, 0o644 << 16
        with self.into.open(member, "w") as out:
            while piece := content.read(PIECE):
                digest.update(piece)
                out.write(piece)
        self.sums[name] = digest.hexdigest()

    def put(self, name: str, content: bytes) -> None:
        """A short one."""
        self.copy(name, io.BytesIO(content))

    def put_sums(self) -> None:
        """SHA256SUMS, as sha256sum reads it."""
        self.put("SHA256SUMS", "".join(f"{sha256}  {name}\n" for name, sha256 in self.sums.items()).encode())


def bundle(kept: Dossier) -> IO[bytes]:
    """One report's proof with all that is needed to check and to read it, as a ZIP file that stands at its beginning.

    Raises NotYet.
    """

    def tell(packed: Packed, proven: Proof) -> None:
        packed.put("README.txt", readme(kept.report).encode())
        packed.put("story.csv", story_csv(kept).encode())
        packed.put("report.json", report_json(kept).encode())

    return archived([kept.report], tell)


def archived(reports: Sequence[Report], tell: Callable[[Packed, Proof], None]) -> IO[bytes]:
    """A ZIP file that stands at its beginning: one proof of these reports, what checks it, what `tell` adds, and all hashes.

    Raises NotYet.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        with ZipFile(file, "w") as into:
            packed = Packed(into, "")
            proven = pack(reports, packed)
            packed.put("verify.py", Path(verify.__file__).read_bytes())
            packed.put("sealer.pub", _key_text().encode())
            tell(packed, proven)
            packed.put_sums()
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def pack(reports: Sequence[Report], packed: Packed) -> Proof:
    """Put one proof of all these reports together: what ledger/verify.py checks, with evidence and signed documents.

    Raises NotYet.
    """
    with tempfile.TemporaryDirectory() as name:
        with _one_moment() as cursor:
            proof = _gathered(cursor, reports, Path(name))
            # In the same moment: one more would be a file that no event here tells of.
            files = _files(reports)
        for path in sorted(Path(name).iterdir()):
            with path.open("rb") as content:
                packed.copy(path.name, content)
    for sha256, stored in sorted(files.items()):
        try:
            attached = default_storage.open(stored, "rb")
        except (FileNotFoundError, ValueError):  # gone from the store; report.json says which ones there were
            continue
        with attached:
            packed.copy(f"files/{sha256}{_suffix(stored)}", attached, ZIP_STORED)
    return proof


def checked(report: Report) -> Checked:
    """Verify a report now: its events against the newest checkpoint, its rows in the tables against its events.

    Raises NotYet, and FileNotFoundError where the sealer's public key is not at hand.
    """
    key, fault = Key(_key_text()), ""
    with tempfile.TemporaryDirectory() as name:
        with _one_moment() as cursor:
            proof = _gathered(cursor, [report], Path(name))
        try:
            verify.check(Path(name), key)
        except Fault as found:
            fault = str(found)
    return Checked(proof.size, proof.at, proof.events, fault)


def _gathered(cursor: psycopg.Cursor[Any], reports: Sequence[Report], folder: Path) -> Proof:
    ids = [report.pk for report in reports]
    try:
        proof = prove(cursor, rows_of(ids), _printed(ids), folder)
    except Unsealed as error:
        raise NotYet from error
    if proof.waiting:
        raise NotYet
    return proof


@contextmanager
def _one_moment() -> Iterator[psycopg.Cursor[Any]]:
    if latest() is None:
        raise NotYet
    with transaction.atomic():
        with connection.cursor() as first:
            first.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with psycopg.Cursor(connection.connection) as cursor:
            yield cursor


def _printed(reports: Sequence[int]) -> list[int]:
    """Sizes of the ledger that are printed in the documents of these reports, each of them attached as checkpoint.txt."""
    batches = SigningBatch.objects.filter(entries__report__in=reports).exclude(manifest="")
    told = (json.loads(text).get("checkpoint") or "0" for text in batches.values_list("manifest", flat=True))
    return sorted({int(text.split()[0]) for text in told})


def _files(reports: Sequence[Report]) -> dict[str, str]:
    """Where the files lie whose hash an event tells, by that hash: evidence, also what was taken away again, and documents."""
    ids = [report.pk for report in reports]
    past = Evidence.history.filter(report_id__in=ids)
    signed = SigningBatch.objects.filter(entries__report__in=ids).exclude(signed_sha256="")
    return {
        **dict(past.values_list("sha256", "file")),
        **dict(Evidence.objects.filter(report__in=ids).values_list("sha256", "file")),
        **dict(signed.values_list("signed_sha256", "signed_file")),
    }


def _suffix(stored: str) -> str:
    suffix = PurePosixPath(stored).suffix.lower()
    return suffix if SUFFIX.fullmatch(suffix) else ""


def _key_text() -> str:
    return (Path(settings.LEDGER_KEYS) / "sealer.pub").read_text()
