"""Files behind the figures of a pack, checked like all evidence: by their content, never by their name."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from indicators.models import Pack, PackFile
from indicators.services import mark_changed
from ledger.history import insert_history
from ledger.recording import recorded
from registry.models import User
from submissions.evidence import FULL, FileRefused, checked
from workflow import engine
from workflow.cursor import Prepared, prepared
from workflow.engine import Entering

CHANGED = "UPDATE indicators_pack SET version = version + 1 WHERE id = %s"


def attach(*, actor: User, pack: Pack, upload: UploadedFile) -> PackFile:
    """Keep one file; the same file again is the same one. Raises FileRefused, or engine.Refused (not his, not open)."""
    content, mime, extension = checked(upload)
    digest = hashlib.sha256(content).hexdigest()
    with recorded(actor):
        cursor = prepared()
        entering = _held(cursor, pack.pk, actor)
        present = PackFile.objects.filter(pack=pack)
        same = present.filter(sha256=digest).first()
        if same:
            return same
        if present.count() >= settings.EVIDENCE_MAX_FILES:
            raise FileRefused(
                "evidence.number", {"limit": settings.EVIDENCE_MAX_FILES, "name": upload.name or ""}
            )
        kept = _kept(pack, upload, actor, entering.now)
        kept.mime, kept.bytes, kept.sha256 = mime, len(content), digest
        try:
            kept.file.save(f"{kept.token}{extension}", ContentFile(content), save=False)
        except OSError as error:
            if error.errno in FULL:
                raise FileRefused("evidence.disk", {"name": upload.name or ""}) from error
            raise
        try:
            PackFile.objects.bulk_create([kept])
            insert_history(cursor, PackFile, [kept.pk], kind="+", actor_id=actor.pk, at=entering.now)
            _changed(cursor, pack.pk, actor, entering)
        except Exception:
            # A file without its row would stay for ever unseen.
            kept.file.storage.delete(str(kept.file.name))
            raise
    return kept


def remove(*, actor: User, file: PackFile) -> None:
    """Take a file away again while the pack is open; its history and its ledger events stay."""
    with recorded(actor):
        cursor = prepared()
        entering = _held(cursor, file.pack_id, actor)
        insert_history(cursor, PackFile, [file.pk], kind="-", actor_id=actor.pk, at=entering.now)
        stored, storage = str(file.file.name), file.file.storage
        PackFile.objects.filter(pk=file.pk)._raw_delete("default")
        _changed(cursor, file.pack_id, actor, entering)
        # A next revision refers to the same stored file.
        if not PackFile.objects.filter(file=stored).exists():
            transaction.on_commit(lambda: storage.delete(stored))


def _kept(pack: Pack, upload: UploadedFile, actor: User, at: datetime) -> PackFile:
    return PackFile(pack=pack, original_name=(upload.name or "")[-200:], uploaded_by=actor, uploaded_at=at)


def _held(cursor: Prepared, pk: int, actor: User) -> Entering:
    entering = engine.locked_for_entry(Pack, {pk: None}, actor=actor, cursor=cursor)
    if entering.refusals:
        raise engine.Refused(
            [engine.Outcome(pk, False, "", one.code, one.params) for pk, one in entering.refusals.items()]
        )
    return entering


def _changed(cursor: Prepared, pk: int, actor: User, entering: Entering) -> None:
    cursor.execute(CHANGED, [pk])
    mark_changed(cursor, [pk], actor, entering)
