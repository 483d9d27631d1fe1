"""A citizen's photo: examined like evidence, and kept only as a new picture in which nothing is but what is seen on it."""

import errno
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from portal.models import Feedback
from submissions import evidence_images, scanning
from submissions.evidence import checked
from submissions.evidence_faults import FileRefused
from submissions.evidence_types import shown_name
from submissions.models import EvidenceScan

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture without what the camera wrote into it: no place, no time, no device."""

    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def read_photo(upload: UploadedFile) -> Photo:
    """The picture of a file; raises FileRefused for whatever is no picture, too large, or more than a picture (V-41)."""
    content, mime, _ending = checked(upload)
    if mime not in evidence_images.FORMATS:
        raise FileRefused("voices.no_photo", {"name": shown_name(upload.name or "")})
    return Photo(evidence_images.public_copy(content))


def keep(feedback: Feedback, photo: Photo, at: datetime) -> None:
    """Put a picture beside a message that is about to be saved, within its transaction. Raises FileRefused without room."""
    name = feedback.photo.field.generate_filename(feedback, f"{feedback.token}.jpg")
    try:
        feedback.photo.name = default_storage.save(name, ContentFile(photo.content))
    except OSError as error:
        if error.errno in FULL:
            raise FileRefused("evidence.disk", {"name": "photo.jpg"}) from error
        raise
    feedback.photo_sha256 = photo.sha256
    scanning.ask(photo.sha256, feedback.photo.name, at)


def forget(feedback: Feedback) -> None:
    """Take the picture away for good, once the transaction that says so is committed."""
    name = feedback.photo.name
    feedback.photo = ""
    if name:
        transaction.on_commit(lambda: drop(name))


def drop(name: str) -> None:
    """Delete a stored file; one that is gone already is no matter."""
    with suppress(OSError):
        default_storage.delete(name)


def may_be_seen(feedback: Feedback) -> bool:
    """Whether there is a picture that the scanner, where there is one, found nothing in."""
    if not feedback.photo:
        return False
    if not settings.CLAMD_URL:
        return True
    newest = EvidenceScan.objects.filter(sha256=feedback.photo_sha256).order_by("-at", "-pk").first()
    return newest is not None and newest.state == EvidenceScan.State.CLEAN
