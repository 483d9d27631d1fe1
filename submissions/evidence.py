"""Evidence: files that show the work. Every way in leads through `attach`, and what a file is, is told by its content (V-41)."""

import errno
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from ledger.clock import now as database_now
from ledger.history import insert_history
from ledger.recording import recorded
from registry.models import User
from submissions import evidence_images, scanning
from submissions.evidence_forms import Said, mark_of
from submissions.evidence_types import FileRefused, Kind, kind_of, shown_name
from submissions.models import Evidence, Report, Upload, new_token
from submissions.services import note_editors
from workflow import engine
from workflow.cursor import Prepared, prepared
from workflow.engine import Entering

__all__ = ["NOTHING_SAID", "FileRefused", "Said", "attach", "attach_to_all", "checked", "describe", "remove"]

NOTHING_SAID = Said()
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
PICTURES = "image/"


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept."""

    content: bytes
    kind: Kind
    name: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def attach(
    *, actor: User, report: Report, upload: UploadedFile, kind: str, said: Said = NOTHING_SAID
) -> Evidence:
    """Keep one file as evidence of one report; see `attach_to_all`."""
    return attach_to_all(actor=actor, reports=[report], upload=upload, kind=kind, said=said)[0]


def attach_to_all(
    *,
    actor: User,
    reports: Sequence[Report],
    upload: UploadedFile,
    kind: str,
    said: Said = NOTHING_SAID,
) -> list[Evidence]:
    """Keep one file as evidence of several reports that `actor` may write; the same file again is the same evidence.

    The file is stored once. What is not said of a photo is read from it. Raises FileRefused (content, size, number, no room)
    or engine.Refused (not his, not open).
    """
    file = _examined(upload)
    digest, said = file.sha256, _with_notes(file, said)
    shown = _public_copy(file.kind.mime, file.content) if said.public else None
    with recorded(actor):
        cursor = prepared()
        entering = _held(cursor, [report.pk for report in reports], actor)
        held = list(entering.documents)
        present = {one.report_id: one for one in Evidence.objects.filter(report__in=held, sha256=digest)}
        missing = [pk for pk in held if pk not in present]
        not_too_many(missing, file.name)
        new = [_row(pk, file, digest, kind, said, actor, entering) for pk in missing]
        if new:
            _store(cursor, new, actor, entering, file, shown)
    return [*present.values(), *new]


def _row(
    report: int, file: Checked, digest: str, kind: str, said: Said, actor: User, entering: Entering
) -> Evidence:
    return Evidence(
        report_id=report,
        kind=kind,
        original_name=file.name,
        mime=file.kind.mime,
        bytes=len(file.content),
        sha256=digest,
        uploaded_by=actor,
        uploaded_at=entering.now,
        **said.columns(),
    )


def _with_notes(file: Checked, said: Said) -> Said:
    """What the person said, and what the camera noted where nothing was said."""
    if not file.kind.mime.startswith(PICTURES) or (said.taken_at and said.latitude is not None):
        return said
    noted = evidence_images.noted(file.content)
    taken = noted.taken_at
    if taken and timezone.is_naive(taken):
        taken = timezone.make_aware(taken)  # the clock of a camera shows the time of the place
    if said.taken_at is None and taken and taken <= database_now():
        said = replace(said, taken_at=taken)
    if said.latitude is None:
        said = replace(said, latitude=noted.latitude, longitude=noted.longitude)
    return said


def _public_copy(mime: str, content: bytes) -> ContentFile | None:
    """What everybody may see of a photo; a document is shown as it is."""
    return ContentFile(evidence_images.public_copy(content)) if mime.startswith(PICTURES) else None


def _store(
    cursor: Prepared,
    new: list[Evidence],
    actor: User,
    entering: Entering,
    file: Checked,
    shown: ContentFile | None,
) -> None:
    """A file without its row would stay for ever unseen; a row without its file cannot come about."""
    first, token = new[0], new_token()
    storage = first.file.storage
    name = first.file.field.generate_filename(first, f"{token}{file.kind.endings[0]}")
    public = f"public/{entering.now:%Y/%m}/{token}.jpg" if shown else ""
    try:
        storage.save(name, ContentFile(file.content))
        if shown:
            storage.save(public, shown)
        for evidence in new:
            evidence.file.name, evidence.public_file.name = name, public
        Evidence.objects.bulk_create(new)
        ids = [one.pk for one in new]
        insert_history(cursor, Evidence, ids, kind="+", actor_id=actor.pk, at=entering.now)
        _changed(cursor, [one.report_id for one in new], actor, entering)
        scanning.ask(file.sha256, name, entering.now)
    except BaseException as error:
        _forget(storage, name, public)
        if isinstance(error, OSError) and error.errno in FULL:
            raise FileRefused("evidence.disk", {"name": file.name}) from error
        raise


def _forget(storage: Storage, *names: str) -> None:
    for name in filter(None, names):
        with suppress(OSError):
            storage.delete(name)


def describe(*, actor: User, evidence: Evidence, said: Said, seen: str) -> Evidence:
    """Say something else about a file while its report is open: caption, moment, place, for everybody or not.

    `seen` is the `mark_of` what stood there when the person looked. Raises FileRefused when somebody changed it meanwhile, or
    engine.Refused (not his, not open).
    """
    shown = None
    if said.public and not evidence.public_file and evidence.mime.startswith(PICTURES):
        with evidence.file.open("rb") as original:
            shown = _public_copy(evidence.mime, original.read())
    with recorded(actor):
        cursor = prepared()
        entering = _held(cursor, [evidence.report_id], actor)
        fresh = Evidence.objects.get(pk=evidence.pk)
        if said == Said.of(fresh):
            return fresh
        if mark_of(fresh) != seen:
            raise FileRefused("evidence.changed", _changed_by(fresh))
        _say(cursor, fresh, said, shown, actor, entering)
    return fresh


def _say(
    cursor: Prepared,
    evidence: Evidence,
    said: Said,
    shown: ContentFile | None,
    actor: User,
    entering: Entering,
) -> None:
    columns: dict[str, object] = said.columns()
    public, storage = "", evidence.file.storage
    if shown and not evidence.public_file:
        public = f"public/{entering.now:%Y/%m}/{new_token()}.jpg"
        columns["public_file"] = public
    try:
        if public and shown:
            storage.save(public, shown)
        Evidence.objects.filter(pk=evidence.pk).update(**columns)
        insert_history(cursor, Evidence, [evidence.pk], kind="~", actor_id=actor.pk, at=entering.now)
        _changed(cursor, [evidence.report_id], actor, entering)
        evidence.refresh_from_db()
    except BaseException as error:
        _forget(storage, public)
        if isinstance(error, OSError) and error.errno in FULL:
            raise FileRefused("evidence.disk", {"name": evidence.original_name}) from error
        raise


def _changed_by(evidence: Evidence) -> dict[str, str]:
    """Who said last what stands there now."""
    last = Evidence.history.filter(id=evidence.pk).select_related("history_user").latest("history_date")
    person = last.history_user.name if last.history_user else ""
    name = evidence.original_name
    return {"name": name, "person": person, "changed_at": last.history_date.isoformat()}


def remove(*, actor: User, evidence: Evidence) -> None:
    """Take a file away again while the report is open; its history and its ledger events stay."""
    with recorded(actor):
        cursor = prepared()
        entering = _held(cursor, [evidence.report_id], actor)
        Upload.objects.filter(evidence=evidence).delete()
        insert_history(cursor, Evidence, [evidence.pk], kind="-", actor_id=actor.pk, at=entering.now)
        stored, shown, storage = str(evidence.file), str(evidence.public_file), evidence.file.storage
        Evidence.objects.filter(pk=evidence.pk)._raw_delete("default")
        _changed(cursor, [evidence.report_id], actor, entering)
        # A next revision, or another report of the same act, refers to the same stored file.
        if not Evidence.objects.filter(file=stored).exists():
            transaction.on_commit(lambda: _forget(storage, stored))
        if shown and not Evidence.objects.filter(public_file=shown).exists():
            transaction.on_commit(lambda: _forget(storage, shown))


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


def not_too_many(ids: Sequence[int], name: str) -> None:
    """Raises FileRefused when one of these reports has all the files that it may have."""
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


def not_too_large(size: int | None, name: str) -> None:
    """Raises FileRefused for an empty file and for one above the limit (domain.md 2.2)."""
    limit = settings.EVIDENCE_MAX_BYTES
    if not size:
        raise FileRefused("evidence.empty", {"name": name})
    if size > limit:
        told = f"{size / 1024 / 1024:.1f}"
        raise FileRefused("evidence.size", {"name": name, "size": told, "limit": limit // 1024 // 1024})


def _examined(upload: UploadedFile) -> Checked:
    name = shown_name(upload.name or "")
    not_too_large(upload.size, name)
    content = upload.read()
    kind = kind_of(content, name)
    return Checked(content, kind, shown_name(name, kind))


def checked(upload: UploadedFile) -> tuple[bytes, str, str]:
    """(content, mime, extension) of a file that may be kept; raises FileRefused for one that may not."""
    file = _examined(upload)
    return file.content, file.kind.mime, file.kind.endings[0]
