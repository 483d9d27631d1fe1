"""A fiscal year as one ZIP file that is read and verified without us: documents, figures, evidence, ledger, verifier.

Written as a stream, in a fixed order and with fixed dates, so that the same content is the same file; a few megabytes of memory
for any size. The ledger in it is the whole one: part of a ledger could not show what is missing.
"""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import psycopg
from django.conf import settings
from django.core.files.base import File
from django.db import connection
from django.db.models.fields.files import FieldFile
from django.template.loader import render_to_string
from django.utils import translation

from approvals.keeping.law import KeepingRefused
from approvals.keeping.things import SIGNED, gone
from approvals.models import SigningBatch, YearBundle
from approvals.published import write_csv
from ledger import verify
from ledger.checkpoints import Checkpoint, latest
from ledger.clock import now
from ledger.exporting import export
from submissions.models import Evidence
from wording.files import plain

FORM = "jenjang.year/1"
PIECE = 1024 * 1024
SAME_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP file knows
READABLE = 0o644 << 16
DOCUMENTS = (
    "document_no", "month", "agency_code", "agency_name", "signer", "level", "published_at", "sha256", "bytes", "path",
    "what_is_wrong",
)  # fmt: skip
EVIDENCE = (
    "report", "month", "unit_code", "sub_activity_code", "revision", "kind", "name", "type", "bytes", "sha256", "uploaded_at",
    "uploaded_by", "path", "disposed_under", "disposed_at",
)  # fmt: skip


@dataclass
class Pack:
    """A ZIP file as it is written, and what lies in it so far."""

    archive: zipfile.ZipFile
    files: list[dict[str, Any]] = field(default_factory=list)

    def put(self, path: str, pieces: Iterable[bytes], *, packed: bool = True) -> dict[str, Any]:
        """Add a file; its path, sha256 and size."""
        entry = zipfile.ZipInfo(path, SAME_DATE)
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        entry.external_attr, digest, size = READABLE, hashlib.sha256(), 0
        with self.archive.open(entry, "w", force_zip64=True) as out:
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
                size += len(piece)
        self.files.append({"path": path, "sha256": digest.hexdigest(), "size": size})
        return self.files[-1]

    def table(self, path: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add a CSV file, a row at a time."""
        self.put(path, _lines(columns, rows))


def _lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([plain(value) for value in row])
        if text.tell() > PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def write(bundle: YearBundle, out: BinaryIO) -> str:
    """Write the bundle to `out`; returns the text of its manifest. Raises KeepingRefused while nothing is sealed."""
    checkpoint, public = latest(), Path(settings.LEDGER_KEYS) / "sealer.pub"
    if checkpoint is None or not public.exists():
        raise KeepingRefused("bundle.unsealed")
    with zipfile.ZipFile(out, "w") as archive:
        pack = Pack(archive)
        documents, wrong = _documents(pack, bundle)
        published = _published(pack, bundle)
        files = _evidence(pack, bundle)
        _ledger(pack)
        pack.put("verify.py", [Path(verify.__file__).read_bytes()])
        pack.put("sealer.pub", [public.read_bytes()])
        for key in sorted((public.parent / "custodians").glob("*.pub")):
            pack.put(f"custodians/{key.name}", [key.read_bytes()])
        for language, _name in settings.LANGUAGES:
            pack.put(f"README.{language}.txt", [_readme(bundle, language)])
        counts = {"documents": len(documents), "published_lines": published, "evidence": files}
        manifest = _manifest(bundle, checkpoint, counts, documents, wrong, pack.files)
        pack.put("manifest.json", [manifest.encode()])
        sums = "".join(f"{one['sha256']}  {one['path']}\n" for one in pack.files)
        pack.put("SHA256SUMS", [sums.encode()])
    return manifest


def _manifest(
    bundle: YearBundle,
    checkpoint: Checkpoint,
    counts: dict[str, int],
    documents: list[dict[str, Any]],
    wrong: list[dict[str, str]],
    files: list[dict[str, Any]],
) -> str:
    unit = bundle.unit
    told = {
        "bundle": FORM,
        "government": {"code": unit.government.code, "name": unit.government.name},
        "unit": {"code": unit.code, "name": unit.name},
        "fiscal_year": bundle.fiscal_year.label,
        "made_at": now().isoformat(),
        "checkpoint": checkpoint.note,
        "counts": counts,
        "bytes": sum(one["size"] for one in files),
        "documents": documents,
        "missing": wrong,
        "files": files,
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


# --- What lies in it -------------------------------------------------------------------------------------


def _documents(pack: Pack, bundle: YearBundle) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Every signed document as it was signed; what is missing, damaged or disposed of is named and does not count."""
    batches = SigningBatch.objects.filter(
        period__fiscal_year=bundle.fiscal_year, period__agency__path__startswith=bundle.unit.path
    ).exclude(signed_sha256="")
    batches = batches.annotate(gone=gone(SIGNED))
    rows, kept, wrong = list[list[Any]](), list[dict[str, Any]](), list[dict[str, str]]()
    ordered = batches.select_related("period__agency").order_by("period__agency__code", "period__month", "pk")
    for one in ordered.iterator():
        period, found = one.period, dict[str, Any]()
        why = "disposed" if one.gone else _unlike(one.signed_file, one.signed_sha256)
        if why:
            wrong.append({"document_no": one.document_no, "sha256": one.signed_sha256, "why": why})
        else:
            name = re.sub(r"[^A-Za-z0-9._-]+", "-", one.document_no)
            path = f"documents/{period.agency.code}/{period}/{name}-{one.pk}.pdf"
            found = pack.put(path, _stored(one.signed_file), packed=False)
            kept.append(found)
        published = one.moved_at if one.state == SigningBatch.State.PUBLISHED else None
        rows.append([
            one.document_no, str(period), period.agency.code, period.agency.name, one.signer_title, one.level,
            published, one.signed_sha256, found.get("size"), found.get("path", ""), why,
        ])  # fmt: skip
    pack.table("documents.csv", DOCUMENTS, rows)
    return kept, wrong


def _unlike(file: FieldFile, sha256: str) -> str:
    digest = hashlib.sha256()
    try:
        for piece in _stored(file):
            digest.update(piece)
    except (FileNotFoundError, ValueError):
        return "missing"
    return "" if digest.hexdigest() == sha256 else "damaged"


def _stored(file: FieldFile) -> Iterator[bytes]:
    with file.open("rb") as stored:
        yield from stored.chunks(PIECE)


def _published(pack: Pack, bundle: YearBundle) -> int:
    """The public columns of every published line, through a file beside: it is written by rows and packed by pieces."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "published.csv"
        with path.open("wb") as out:
            count = write_csv(bundle.fiscal_year, out, bundle.unit.path)
        pack.put("published.csv", _pieces(path))
    return count


def _evidence(pack: Pack, bundle: YearBundle) -> int:
    """The list of all evidence with hashes, and the files where they are wanted: each content once."""
    counted, written = [0], dict[str, str]()
    files = (
        Evidence.objects.filter(
            report__period__fiscal_year=bundle.fiscal_year,
            report__item__unit__path__startswith=bundle.unit.path,
        )
        .select_related("report__period", "report__item__unit", "uploaded_by", "disposed")
        .order_by("report__period__month", "report_id", "pk")
    )
    if bundle.with_evidence:
        for one in files.iterator(chunk_size=500):
            if one.sha256 not in written and not _unlike(one.file, one.sha256):
                ending = Path(str(one.file.name)).suffix
                put = pack.put(f"evidence/{one.sha256}{ending}", _stored(one.file), packed=False)
                written[one.sha256] = put["path"]

    def rows() -> Iterator[Sequence[Any]]:
        for one in files.iterator(chunk_size=500):
            counted[0] += 1
            item, disposed = one.report.item, getattr(one, "disposed", None)
            yield (
                one.report.token, str(one.report.period), item.unit.code, item.sub_activity_code,
                one.report.revision, one.kind, one.original_name, one.mime, one.bytes, one.sha256, one.uploaded_at,
                one.uploaded_by.name, written.get(one.sha256, ""), disposed.minutes_no if disposed else "",
                disposed.at if disposed else None,
            )  # fmt: skip

    pack.table("evidence.csv", EVIDENCE, rows())
    return counted[0]


def _ledger(pack: Pack) -> None:
    """The whole ledger as one moment has it, by a connection of its own: the site's may be in the middle of something."""
    parameters = connection.get_connection_params()
    for ours in ("cursor_factory", "context"):
        parameters.pop(ours, None)
    with TemporaryDirectory() as folder:
        with psycopg.connect(**parameters, autocommit=True) as reader:
            reader.execute("SET statement_timeout = 0")
            export(reader, Path(folder) / "ledger")
        for path in sorted((Path(folder) / "ledger").iterdir()):
            pack.put(f"ledger/{path.name}", _pieces(path))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stored:
        yield from File(stored).chunks(PIECE)


def _readme(bundle: YearBundle, language: str) -> bytes:
    with translation.override(language):
        text: str = render_to_string("keeping/readme.txt", {"bundle": bundle, "unit": bundle.unit})
    return text.encode()
