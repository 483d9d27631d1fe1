"""Servers of a drill's own, which keep what they acknowledge: to be killed, lost and restored."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings
from django.db import connections

from config import embedded, environment
from tests import databases

Urls = dict[str, str]
REPLACING = ("--clean", "--if-exists", "--create", "--exit-on-error")


@contextmanager
def folders() -> Iterator[Path]:
    """A folder for a server, stopped and removed at the end; below the tests' own, where the server's user can go."""
    data = Path(mkdtemp(prefix="drill-", dir=settings.DATA_DIR))
    try:
        yield data
    finally:
        embedded.stop(data)
        note = data / "socket-folder"
        for place in (Path(note.read_text()), data) if note.exists() else (data,):
            shutil.rmtree(place)


def copied(urls: Urls, data: Path) -> Urls:
    """A server in `data` that holds what the database of `urls` holds, under the same name; its own URLs."""
    embedded.ensure(data)
    restored(dumped(urls, data), data, "&options=-csynchronous_commit%3Doff")  # the drill begins afterwards
    return embedded.urls(data, databases.name_of(urls))


def dumped(urls: Urls, data: Path) -> Path:
    """The database of `urls` as one file, where the server of `data` can read it."""
    file = data / "postgres" / "jenjang.dump"
    embedded.run(data, "pg_dump", "--format=custom", "--file", file, urls["superuser"])
    return file


def restored(file: Path, data: Path, options: str = "") -> None:
    """Put what `dumped` wrote into the prepared server, in the place of a database of that name."""
    admin = embedded.urls(data, "postgres")["superuser"] + options
    embedded.run(data, "pg_restore", *REPLACING, "--dbname", admin, file)


@contextmanager
def pointed_at(urls: Urls) -> Iterator[None]:
    """Django's connections, of this thread and of threads started inside, lead to another server."""
    before = {alias: dict(connections.settings[alias]) for alias in databases.ALIASES}
    for alias, role in databases.ALIASES.items():
        connections[alias].close()
        connections.settings[alias].update(environment.database(urls[role]))
    try:
        yield
    finally:
        for alias, kept in before.items():
            connections[alias].close()
            connections.settings[alias].update(kept)


def killed(data: Path) -> None:
    """The postmaster and all its children, at one stroke: held first, so that it cannot have another child."""
    postmaster = int((data / "postgres" / "cluster" / "postmaster.pid").read_text().split("\n", 1)[0])
    os.kill(postmaster, signal.SIGSTOP)
    children = [
        int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if _parent(stat) == postmaster
    ]
    for pid in (postmaster, *children):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has just ended
        return 0
