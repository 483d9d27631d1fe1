"""Files that come in parts over a line that breaks: begun once, appended where they stopped, and kept through `attach`.

The bytes wait in a private folder of this machine; several web servers need to share it. What the row says was received is
what counts: bytes beyond it came from a part that was never acknowledged.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from ledger.clock import now as database_now
from ledger.recording import recorded
from registry.models import User
from submissions import evidence
from submissions.evidence import FULL, FileRefused, Said
from submissions.evidence_types import shown_name
from submissions.models import Evidence, Report, Upload
from submissions.rights import rights_of
from workflow import engine

MOST_AT_ONCE = 100  # files of one person that are on their way; five reports with all that they may have
LONGEST_PART = 1024 * 1024  # bytes that one request may bring
KEPT = timedelta(days=2)


def begin(*, actor: User, report: Report, name: str, size: int, kind: str, said: Said, key: str) -> Upload:
    """Announce a file; the same key again is the same upload. Raises FileRefused, or engine.Refused (not his, not open)."""
    name = shown_name(name)
    evidence.not_too_large(size, name)
    _may_enter(actor, report)
    present = Upload.objects.filter(person=actor, report=report, key=key).first()
    if present:
        if (present.name, present.size) != (name, size):
            raise FileRefused("upload.key", {"name": present.name})
        return _as_far_as_stored(present)
    evidence.not_too_many([report.pk], name)
    count = Upload.objects.filter(person=actor, evidence=None).count()
    if count >= MOST_AT_ONCE:
        raise FileRefused("upload.many", {"name": name, "count": count, "limit": MOST_AT_ONCE})
    with recorded(actor):
        upload, _new = Upload.objects.get_or_create(
            person=actor,
            report=report,
            key=key,
            defaults={
                "name": name,
                "kind": kind,
                "size": size,
                "started_at": database_now(),
                **said.columns(),
            },
        )
    return upload


def _may_enter(actor: User, report: Report) -> None:
    right = rights_of(actor, [report.pk])[report.pk]
    if right.refusal:
        refused = engine.Outcome(report.pk, False, "", right.refusal.code, right.refusal.params)
        raise engine.Refused([refused])


def reached(*, actor: User, token: str) -> Upload:
    """An upload of `actor`, as far as its bytes are there; Upload.DoesNotExist for anybody else's."""
    return _as_far_as_stored(Upload.objects.get(token=token, person=actor))


def _as_far_as_stored(upload: Upload) -> Upload:
    """A machine that lost its power may have lost bytes that it had acknowledged."""
    if not upload.evidence_id:
        with suppress(OSError):
            upload.received = min(upload.received, _place(upload).stat().st_size)
            return upload
        upload.received = 0
    return upload


def append(*, actor: User, token: str, offset: int, part: bytes) -> Upload:
    """Add a part where the last one ended. Raises FileRefused when it begins elsewhere, is too much, or finds no room."""
    with recorded(actor):
        upload = Upload.objects.select_for_update().get(token=token, person=actor)
        if upload.evidence_id:
            return upload
        upload = _as_far_as_stored(upload)
        if offset != upload.received:
            raise FileRefused("upload.offset", {"name": upload.name, "received": upload.received})
        if offset + len(part) > upload.size:
            raise FileRefused("upload.too_much", {"name": upload.name, "size": upload.size})
        _write(upload, part)
        upload.received += len(part)
        upload.save(update_fields=["received"])
    return upload


def _write(upload: Upload, part: bytes) -> None:
    place = _place(upload)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError as error:
        raise _no_room(error, upload) from error
    try:
        os.ftruncate(handle, upload.received)
        os.lseek(handle, upload.received, os.SEEK_SET)
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(handle, rest) :]
    except OSError as error:
        os.ftruncate(handle, upload.received)
        raise _no_room(error, upload) from error
    finally:
        os.close(handle)


def _no_room(error: OSError, upload: Upload) -> Exception:
    return FileRefused("evidence.disk", {"name": upload.name}) if error.errno in FULL else error


def finish(*, actor: User, token: str) -> Evidence:
    """Keep a file that has arrived whole; a second time it is the same evidence.

    Raises FileRefused, after which the upload is forgotten (unless there was no room), or engine.Refused.
    """
    upload = Upload.objects.select_related("evidence", "report").get(token=token, person=actor)
    if upload.evidence:
        return upload.evidence
    place = _place(upload)
    try:
        with place.open("rb") as stored:
            file = UploadedFile(File(stored), upload.name, size=upload.size)
            kept = evidence.attach(
                actor=actor, report=upload.report, upload=file, kind=upload.kind, said=Said.of(upload)
            )
    except FileNotFoundError:
        # The same last part came twice at once, and the other has finished.
        kept_already = Evidence.objects.filter(
            pk__in=Upload.objects.filter(pk=upload.pk).values("evidence")
        ).first()
        if kept_already is None:
            raise FileRefused("upload.offset", {"name": upload.name, "received": 0}) from None
        return kept_already
    except FileRefused as refused:
        if refused.code != "evidence.disk":
            _forget(upload)
        raise
    with recorded(actor):
        Upload.objects.filter(pk=upload.pk).update(evidence=kept)
    place.unlink(missing_ok=True)
    return kept


def _forget(upload: Upload) -> None:
    with recorded(upload.person):
        Upload.objects.filter(pk=upload.pk).delete()
    _place(upload).unlink(missing_ok=True)


def _place(upload: Upload) -> Path:
    # The token is of our own making, so it may be a file's name; what the person called the file never is.
    return Path(settings.UPLOADS) / upload.token


def sweep() -> int:
    """Forget uploads that nobody went on with for two days, and bytes that belong to none; returns how many rows went."""
    at = database_now()
    with recorded(None):
        count, _kinds = Upload.objects.filter(started_at__lt=at - KEPT).delete()
    folder = Path(settings.UPLOADS)
    files = [place for place in folder.iterdir() if place.is_file()] if folder.exists() else []
    wanted = set(
        Upload.objects.filter(Q(evidence=None), token__in=[place.name for place in files]).values_list(
            "token", flat=True
        )
    )
    for place in files:
        with suppress(FileNotFoundError):
            # A row that is being made has no bytes yet, so bytes without a row are never young and needed.
            age = datetime.now(UTC) - datetime.fromtimestamp(place.stat().st_mtime, UTC)
            if place.name not in wanted and age > timedelta(minutes=10):
                place.unlink()
    return count
