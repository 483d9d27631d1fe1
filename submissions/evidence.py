"""Evidence: files that show the work. Their type is told by their content, never by their name (V-40, V-41)."""

import hashlib
import zipfile
from collections.abc import Sequence
from typing import Any

import puremagic
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count

from ledger.history import insert_history
from ledger.recording import recorded
from registry.models import User
from submissions.models import Evidence, Report, new_token
from submissions.services import note_editors
from workflow import engine
from workflow.cursor import Prepared, prepared
from workflow.engine import Entering

OFFICE_PARTS = {
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
}
EXTENSIONS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
STARTS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


class FileRefused(Exception):
    """A file that cannot be taken: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any]) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def attach(*, actor: User, report: Report, upload: UploadedFile, kind: str) -> Evidence:
    """Keep one file as evidence of one report; see `attach_to_all`."""
    return attach_to_all(actor=actor, reports=[report], upload=upload, kind=kind)[0]


def attach_to_all(
    *, actor: User, reports: Sequence[Report], upload: UploadedFile, kind: str
) -> list[Evidence]:
    """Keep one file as evidence of several reports that `actor` may write; the same file again is the same evidence.

    The file is stored once. Raises FileRefused (content, size, number) or engine.Refused (not his, not open).
    """
    content, mime, extension = checked(upload)
    digest = hashlib.sha256(content).hexdigest()
    with recorded(actor):
        cursor = prepared()
        entering = _held(cursor, [report.pk for report in reports], actor)
        held = list(entering.documents)
        present = {one.report_id: one for one in Evidence.objects.filter(report__in=held, sha256=digest)}
        _not_too_many(held, upload.name or "")
        token = new_token()
        new = [
            Evidence(
                report_id=pk,
                kind=kind,
                original_name=(upload.name or "")[-200:],
                mime=mime,
                bytes=len(content),
                sha256=digest,
                uploaded_by=actor,
                uploaded_at=entering.now,
            )
            for pk in held
            if pk not in present
        ]
        if new:
            _store(cursor, new, actor, entering, ContentFile(content), f"{token}{extension}")
    return [*present.values(), *new]


def _store(
    cursor: Prepared, new: list[Evidence], actor: User, entering: Entering, content: ContentFile, name: str
) -> None:
    """A file without its row would stay for ever unseen; a row without its file cannot come about."""
    first = new[0]
    first.file.save(name, content, save=False)
    for evidence in new[1:]:
        evidence.file.name = first.file.name
    try:
        Evidence.objects.bulk_create(new)
        ids = [one.pk for one in new]
        insert_history(cursor, Evidence, ids, kind="+", actor_id=actor.pk, at=entering.now)
        _changed(cursor, [one.report_id for one in new], actor, entering)
    except Exception:
        first.file.storage.delete(str(first.file.name))
        raise


def remove(*, actor: User, evidence: Evidence) -> None:
    """Take a file away again while the report is open; its history and its ledger events stay."""
    with recorded(actor):
        cursor = prepared()
        entering = _held(cursor, [evidence.report_id], actor)
        insert_history(cursor, Evidence, [evidence.pk], kind="-", actor_id=actor.pk, at=entering.now)
        stored, storage = str(evidence.file.name), evidence.file.storage
        Evidence.objects.filter(pk=evidence.pk)._raw_delete("default")
        _changed(cursor, [evidence.report_id], actor, entering)
        if not Evidence.objects.filter(file=stored).exists():
            transaction.on_commit(lambda: storage.delete(stored))


def _held(cursor: Prepared, ids: Sequence[int], actor: User) -> Entering:
    """The reports, locked, if `actor` may write all of them now."""
    entering = engine.locked_for_entry(Report, dict.fromkeys(ids), actor=actor, cursor=cursor)
    if entering.refusals:
        raise engine.Refused(
            [
                engine.Outcome(pk, False, "", refusal.code, refusal.params)
                for pk, refusal in entering.refusals.items()
            ]
        )
    return entering


def _not_too_many(ids: Sequence[int], name: str) -> None:
    counted = (
        Evidence.objects.filter(report__in=ids)
        .values("report")
        .annotate(n=Count("pk"))
        .order_by("-n")
        .first()
    )
    if counted and counted["n"] >= settings.EVIDENCE_MAX_FILES:
        raise FileRefused("evidence.number", {"limit": settings.EVIDENCE_MAX_FILES, "name": name})


def _changed(cursor: Prepared, ids: Sequence[int], actor: User, entering: Entering) -> None:
    cursor.execute("UPDATE submissions_report SET version = version + 1 WHERE id = ANY (%s)", [list(ids)])
    note_editors(cursor, ids, actor, entering.mandates)
    insert_history(cursor, Report, ids, kind="~", actor_id=actor.pk, at=entering.now, reason="evidence")


def checked(upload: UploadedFile) -> tuple[bytes, str, str]:
    """(content, mime, extension) of a file that may be kept; raises FileRefused for one that may not."""
    name, limit = upload.name or "", settings.EVIDENCE_MAX_BYTES
    if not upload.size:
        raise FileRefused("evidence.empty", {"name": name})
    if upload.size > limit:
        size = f"{upload.size / 1024 / 1024:.1f}"
        raise FileRefused("evidence.size", {"name": name, "size": size, "limit": limit // 1024 // 1024})
    content = upload.read()
    mime, extension = _type(content, upload)
    if not mime:
        raise FileRefused("evidence.type", {"name": name})
    return content, mime, extension


def _type(content: bytes, upload: UploadedFile) -> tuple[str, str]:
    """(mime, extension) by content: the first bytes decide, and a second reader has to agree."""
    for start, mime in STARTS.items():
        if content.startswith(start):
            return (mime, EXTENSIONS[mime]) if _agrees(content, mime) else ("", "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp", ".webp"
    if content.startswith(b"PK\x03\x04"):
        return _office(upload)
    return "", ""


def _agrees(content: bytes, mime: str) -> bool:
    try:
        return any(match.mime_type == mime for match in puremagic.magic_string(content))
    except (puremagic.PureError, ValueError):
        return False


def _office(upload: UploadedFile) -> tuple[str, str]:
    """XLSX and DOCX by what their directory says; archives that unpack beyond reason are none (trust.md 3)."""
    try:
        with zipfile.ZipFile(upload) as archive:
            entries = archive.infolist()
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        OSError,
    ):  # what zipfile raises on damaged directories
        return "", ""
    packed, unpacked = sum(e.compress_size for e in entries) or 1, sum(e.file_size for e in entries)
    if len(entries) > 2_000 or unpacked > 200 * 1024 * 1024 or unpacked / packed > 100:
        return "", ""
    names = {entry.filename for entry in entries}
    if "xl/vbaProject.bin" in names or "word/vbaProject.bin" in names:
        return "", ""
    return next((told for part, told in OFFICE_PARTS.items() if part in names), ("", ""))
