"""The data folder (JENJANG_DATA): where it is, whose it is, and the secrets made for it once."""

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

ROLES = ("superuser", "owner", "app", "queue", "sealer", "auditor")
NOBODY = 65534


def server_user() -> tuple[int, int]:
    """(uid, gid) the embedded server runs as: PostgreSQL refuses to run as root, so root lends it to `nobody`."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return NOBODY, NOBODY
    return entry.pw_uid, entry.pw_gid


def data_dir(wanted: str | None, checkout: Path) -> Path:
    """JENJANG_DATA or var/ in the checkout; a private folder under /var/tmp when the server's user cannot get there."""
    folder = Path(wanted).expanduser().absolute() if wanted else checkout / "var"
    if _reachable(folder):
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:10]
    return Path("/var/tmp") / f"jenjang-{os.geteuid()}-{name}"  # noqa: S108 - `opened` refuses a folder of anybody else


def opened(data: Path) -> Path:
    """The data folder, made when missing; refused when it belongs to somebody else."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = data.lstat().st_uid
    if owner != os.geteuid() or data.is_symlink():
        raise ImproperlyConfigured(
            f"The data folder {data} belongs to user {owner}, and this process is user {os.geteuid()}. "
            f"Start Jenjang as user {owner}, or set JENJANG_DATA to a folder of your own."
        )
    # Others may pass through (the server's user has to) but not look around.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    if stat.S_IMODE(data.stat().st_mode) != mode:
        data.chmod(mode)
    return data


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """One process at a time may start, stop or prepare what lives in this data folder."""
    with (opened(data) / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def secrets_of(data: Path) -> dict[str, str]:
    """Passwords of the database roles and Django's key: made once, kept in secrets.json for this user alone."""
    path = data / "secrets.json"
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    with locked(data):
        if path.exists():
            return _read(path)
        made = {role: secrets.token_urlsafe(24) for role in ROLES} | {"django": secrets.token_urlsafe(60)}
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            json.dump(made, handle)
        draft.rename(path)
        return made


def _read(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.read_text())
    except PermissionError:
        raise ImproperlyConfigured(
            f"{path} belongs to user {path.parent.stat().st_uid}, and this process is user {os.geteuid()}. "
            "Start Jenjang as that user, or set JENJANG_DATA to a folder of your own."
        ) from None
    return found


def _reachable(folder: Path) -> bool:
    """Whether the server's user can pass every folder above, and we can make or use the folder itself."""
    there = next(part for part in (folder, *folder.parents) if part.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        # A folder that exists and is not ours is refused with a sentence later; it is not silently replaced.
        return there == folder
    if os.geteuid() != 0:
        return True
    uid, gid = server_user()
    return all(_passes(part.stat(), uid, gid) for part in folder.parents if part.exists())


def _passes(status: os.stat_result, uid: int, gid: int) -> bool:
    bit = stat.S_IXUSR if status.st_uid == uid else stat.S_IXGRP if status.st_gid == gid else stat.S_IXOTH
    return bool(status.st_mode & bit)
