"""The site as people meet it: gunicorn and a Celery worker as processes of their own, over a database of their own."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings

from tests.databases import CHECKOUT

PROGRAMS = Path(sys.executable).parent
PATIENCE = 180  # seconds; a machine that runs other tests beside this one is slow to start


def environment(data: Path, keys: Path, urls: dict[str, str], port: int) -> dict[str, str]:
    """What the processes are told: the demonstration's settings, which are those of production without TLS."""
    said = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "JENJANG_DEMO": "1",
        "JENJANG_DATA": str(data),
        "JENJANG_KEYS": str(keys),
        "JENJANG_PUBLIC_URL": f"http://127.0.0.1:{port}",
        # The same key as the test's own, so that a session made here is good there.
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": urls["app"],
        "DATABASE_OWNER_URL": urls["owner"],
        "DATABASE_QUEUE_URL": urls["queue"],
    }
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JENJANG_", "DATABASE_", "DEBUG"))
    }
    return kept | said


def collect_static(data: Path, keys: Path, urls: dict[str, str]) -> None:
    """Gather and compress the static files, as `make demo` does before it starts; nothing when they are there."""
    sources = [CHECKOUT / "requirements.txt", *sorted((CHECKOUT / "static").rglob("*"))]
    seen = hashlib.sha256(b"".join(path.read_bytes() for path in sources if path.is_file())).hexdigest()
    mark = data / "static.collected"
    if mark.exists() and mark.read_text() == seen:
        return
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0"]
    subprocess.run(command, cwd=CHECKOUT, env=environment(data, keys, urls, 0), check=True)
    mark.write_text(seen)


@contextmanager
def running(data: Path, keys: Path, urls: dict[str, str]) -> Iterator[str]:
    """The address of the site while it runs; on leaving, both processes have ended."""
    # The listening socket is handed on, so nobody can take the port between choosing and using it.
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        port = listening.getsockname()[1]
        told = environment(data, keys, urls, port)
        base = told["JENJANG_PUBLIC_URL"]
        worker_log, web_log = data / f"worker-{port}.log", data / f"web-{port}.log"
        worker_log.write_text("")  # nothing of an earlier site on this port
        with ExitStack() as stack:
            stack.callback(_stop, _start(listening.fileno(), port, told, web_log, worker_log))
            _wait(lambda: _answers(base), web_log)
            _wait(lambda: " ready." in worker_log.read_text(), worker_log)
            yield base


def _web(listening: int) -> list[str]:
    return [
        "gunicorn", "config.wsgi", "--bind", f"fd://{listening}", "--worker-class", "gthread",
        "--workers", "1", "--threads", "6", "--graceful-timeout", "3", "--no-control-socket", "--access-logfile", "-",
    ]  # fmt: skip


def _worker(port: int) -> list[str]:
    return [
        "celery", "--app", "config.celery", "worker", "--hostname", f"worker@{port}",
        "--concurrency", "1", "--loglevel", "INFO", "--without-mingle", "--without-gossip", "--without-heartbeat",
    ]  # fmt: skip


def _start(
    listening: int, port: int, told: dict[str, str], web_log: Path, worker_log: Path
) -> subprocess.Popen[bytes]:
    """Both from one process, which loads the site once: most of what a start takes is loading it."""
    both = json.dumps({"web": _web(listening), "worker": _worker(port), "log": str(worker_log)})
    with web_log.open("w") as written:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.browser.both", both], cwd=CHECKOUT, env=told, stdout=written,
            stderr=subprocess.STDOUT, pass_fds=[listening], start_new_session=True,
        )  # fmt: skip


def _stop(both: subprocess.Popen[bytes]) -> None:
    """They and their children at one stroke: their database goes as well, so there is nothing to say goodbye for."""
    os.killpg(both.pid, signal.SIGKILL)
    both.wait()


def _wait(good: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not good():
        if time.monotonic() > deadline:
            raise AssertionError(f"It did not start within {PATIENCE} seconds:\n{log.read_text()[-3000:]}")
        time.sleep(0.1)


def _answers(base: str) -> bool:
    try:
        urllib.request.urlopen(f"{base}/accounts/login/", timeout=30).close()  # noqa: S310 - our own address
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{error.url} answers {error.code}") from error
    except OSError:
        return False
    return True
