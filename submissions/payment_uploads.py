"""Files of payments between choosing and importing: they wait a day, each where only its person finds it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.text import get_valid_filename

from registry.models import User
from registry.workbooks import MEGABYTE, MOST_PACKED, FileRefused
from submissions.models import new_token
from submissions.payments import File

TOKEN_LENGTH = 20
KEPT = timedelta(days=1)
MOST_KEPT = 10
LONGEST = 150  # bytes of a name


def keep(user: User, upload: UploadedFile) -> str:
    """Keep a file that can be read, and return its public name; raises FileRefused. Old ones of the person go."""
    if (upload.size or 0) > MOST_PACKED:
        size = -(-(upload.size or 0) // MEGABYTE)
        raise FileRefused("import.size", size=size, limit=MOST_PACKED // MEGABYTE)
    content = upload.read()
    _ = File(content, upload.name or "").table
    _clear(user)
    token = new_token()
    # A folder takes 255 bytes; a name that nothing is left of before its ending would have none.
    name = (
        get_valid_filename(f"x{PurePath(upload.name or '').name}")[1:]
        .encode()[-LONGEST:]
        .decode(errors="ignore")
    )
    name = f"x{name}" if name.startswith(".") else name
    default_storage.save(f"{_folder(user)}/{token}{name}", ContentFile(content))
    return token


def kept(user: User, token: str) -> File | None:
    """The person's file of that name; None when there is none any more."""
    if len(token) != TOKEN_LENGTH:
        return None
    name = next((one for one in _names(user) if one.startswith(token)), None)
    if name is None:
        return None
    with default_storage.open(f"{_folder(user)}/{name}") as file:
        return File(file.read(), name[TOKEN_LENGTH:])


def _folder(user: User) -> str:
    return f"payments/{user.pk}"


def _names(user: User) -> list[str]:
    try:
        return default_storage.listdir(_folder(user))[1]
    except FileNotFoundError:
        return []


def _clear(user: User) -> None:
    """Files are working copies: the import keeps their digest, not them."""
    limit = timezone.now() - KEPT
    for position, (at, path) in enumerate(sorted(_dated(user), reverse=True), 1):
        if at < limit or position >= MOST_KEPT:
            default_storage.delete(path)


def _dated(user: User) -> Iterator[tuple[datetime, str]]:
    for name in _names(user):
        path = f"{_folder(user)}/{name}"
        # Another of his windows may have cleared it meanwhile.
        with suppress(FileNotFoundError):
            yield default_storage.get_modified_time(path), path
