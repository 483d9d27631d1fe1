"""Files between choosing and saving: decrees and rotation files wait a day, each where only its person finds it.

They are named by their digest, so that what is saved is the very file that was looked at.
"""

import hashlib

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from approvals.offices_law import Decree, OfficeRefused
from registry.models import User
from registry.workbooks import MEGABYTE, MOST_PACKED
from submissions.evidence import checked
from submissions.evidence_types import shown_name
from submissions.shelf import Shelf

DIGEST = 64  # characters of a sha256
LONGEST = 100  # bytes of a name
SHELF = Shelf("offices")
DECREES = {"application/pdf", "image/jpeg", "image/png"}


def decree_of(upload: UploadedFile) -> Decree:
    """The file of a decree by what its content is; raises FileRefused, OfficeRefused for what is no PDF, JPEG or PNG."""
    name = shown_name(upload.name or "")
    content, mime, ending = checked(upload)
    if mime not in DECREES:
        raise OfficeRefused("office.file_kind", {"name": name})
    return Decree(content, name, ending)


def keep(user: User, content: bytes, name: str) -> str:
    """Keep a file for its person and return its digest. Old ones of his go."""
    digest = hashlib.sha256(content).hexdigest()
    SHELF.drop(user, digest)
    SHELF.put(user, f"{digest}{_plain(name)}", content)
    return digest


def kept(user: User, digest: str) -> tuple[bytes, str] | None:
    """(content, name) of the person's file with that digest; None when there is none any more, or it is another by now."""
    if len(digest) != DIGEST or not digest.isalnum():
        return None
    found = SHELF.find(user, digest)
    if found is None or hashlib.sha256(found[1]).hexdigest() != digest:
        return None
    return found[1], found[0][DIGEST:]


def kept_decree(user: User, digest: str) -> Decree | None:
    """The same as a decree, judged once more by its content."""
    found = kept(user, digest)
    return decree_of(SimpleUploadedFile(found[1], found[0])) if found else None


def small_enough(upload: UploadedFile) -> bytes:
    """The content of a rotation file; raises OfficeRefused for an empty one and for one beyond the limit."""
    size = upload.size or 0
    if not 0 < size <= MOST_PACKED:
        raise OfficeRefused("office.size", {"size": -(-size // MEGABYTE), "limit": MOST_PACKED // MEGABYTE})
    return upload.read()


def _plain(name: str) -> str:
    """A name that every folder takes; its ending stays."""
    plain = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in name)
    return plain.encode()[-LONGEST:].decode(errors="ignore") or "file"
