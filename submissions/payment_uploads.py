"""Files of payments and plans between choosing and importing: they wait a day, each where only its person finds it."""

from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename

from registry.models import User
from registry.workbooks import MEGABYTE, MOST_PACKED, FileRefused
from submissions.models import new_token
from submissions.payments import File
from submissions.shelf import Shelf

TOKEN_LENGTH = 20
LONGEST = 150  # bytes of a name
SHELF = Shelf("payments")
PLANS = Shelf("plans")


def keep(user: User, upload: UploadedFile, shelf: Shelf = SHELF) -> str:
    """Keep a file that can be read, and return its public name; raises FileRefused. Old ones of the person go."""
    if (upload.size or 0) > MOST_PACKED:
        size = -(-(upload.size or 0) // MEGABYTE)
        raise FileRefused("import.size", size=size, limit=MOST_PACKED // MEGABYTE)
    content = upload.read()
    _ = File(content, upload.name or "").table
    token = new_token()
    # A folder takes 255 bytes; a name that nothing is left of before its ending would have none.
    name = (
        get_valid_filename(f"x{PurePath(upload.name or '').name}")[1:]
        .encode()[-LONGEST:]
        .decode(errors="ignore")
    )
    name = f"x{name}" if name.startswith(".") else name
    shelf.put(user, f"{token}{name}", content)
    return token


def kept(user: User, token: str, shelf: Shelf = SHELF) -> File | None:
    """The person's file of that name; None when there is none any more."""
    if len(token) != TOKEN_LENGTH:
        return None
    found = shelf.find(user, token)
    return File(found[1], found[0][TOKEN_LENGTH:]) if found else None
