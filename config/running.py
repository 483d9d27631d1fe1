"""`make demo`: everything from an empty folder to a running site, in the foreground, until Ctrl-C.

supervisor keeps web, worker and beat; each writes its own log file, and this process shows those files on the terminal.
"""

import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import TextIO

import django
from django.conf import settings
from django.core.management import call_command

from config import embedded, folder

CHECKOUT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
HOST = os.environ.get("JENJANG_BIND", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
PROFILE = os.environ.get("JENJANG_PROFILE", "demo")
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 60  # seconds until the site must answer

SUPERVISOR = """\
[supervisord]
nodaemon = true
silent = true
logfile = {logs}/supervisor.log
logfile_maxbytes = 1MB
logfile_backups = 1
pidfile = {data}/supervisor.pid
{user}
"""
PROGRAM = """
[program:{name}]
command = {command}
directory = {checkout}
stdout_logfile = {logs}/{name}.log
stdout_logfile_maxbytes = 5MB
stdout_logfile_backups = 2
redirect_stderr = true
autorestart = true
startsecs = 2
stopwaitsecs = 15
killasgroup = true
"""


class Stopped(Exception):
    """Somebody asked the site to stop."""


def main() -> int:
    """Prepare, run and show the site; 0 after a stop that was asked for."""
    for number in STOPS:
        signal.signal(number, _stop)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["JENJANG_DEMO"] = "1"
    # The processes it starts must find the same folder, whatever their own working directory is.
    data = embedded.data_dir(os.environ.get("JENJANG_DATA"), CHECKOUT)
    os.environ["JENJANG_DATA"] = str(data)
    # Said by Celery to root at each start; a demonstration in a container often has nobody else.
    os.environ["PYTHONWARNINGS"] = "ignore:You're running the worker"
    try:
        with _alone(data):
            _refuse_a_taken_port()
            _say(f"Data folder: {data}")
            try:
                return _site(data)
            finally:
                for number in STOPS:
                    signal.signal(number, signal.SIG_IGN)
                if "DATABASE_URL" not in os.environ and embedded.stop(data):
                    _say("PostgreSQL is stopped.")
    except Stopped:
        return 0


def _site(data: Path) -> int:
    embedded.ready(CHECKOUT)
    django.setup()
    _prepare(data)
    return _run(data)


def _prepare(data: Path) -> None:
    (data / "logs").mkdir(exist_ok=True)
    _say("Bringing the database up to date ...")
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    _say("Demonstration data ...")
    call_command("load_demo", profile=PROFILE)
    _collect(data)


def _collect(data: Path) -> None:
    """Gather static files when they or the libraries changed since the last time."""
    sources = [CHECKOUT / "requirements.txt", *sorted((CHECKOUT / "static").rglob("*"))]
    seen = "".join(f"{path} {path.stat().st_mtime_ns}\n" for path in sources if path.is_file())
    digest, mark = hashlib.sha256(seen.encode()).hexdigest(), data / "static.collected"
    if not mark.exists() or mark.read_text() != digest:
        _say("Gathering static files ...")
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        mark.write_text(digest)


def _run(data: Path) -> int:
    conf = data / "supervisor.conf"
    conf.write_text(_configuration(data))
    logs = [data / "logs" / f"{name}.log" for name in _commands(data)]
    for log in logs:
        threading.Thread(target=_show, args=(log, _end(log)), daemon=True).start()
    # A session of its own: Ctrl-C reaches this process alone, which then stops the others in order.
    runner = subprocess.Popen(  # noqa: S603 - a fixed program of the environment
        [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(conf)], start_new_session=True
    )
    try:
        if not _answering(runner):
            _say(f"The site did not answer within {PATIENCE} seconds; its logs are in {data / 'logs'}.")
            return 1
        _greet()
        return runner.wait()
    finally:
        _say("Stopping ...")
        runner.terminate()
        runner.wait()


def _commands(data: Path) -> dict[str, list[str]]:
    celery = [str(PROGRAMS / "celery"), "--quiet", "--app", "config.celery"]
    return {
        "web": [
            str(PROGRAMS / "gunicorn"), "config.wsgi", "--bind", f"{HOST}:{PORT}", "--worker-class", "gthread",
            "--workers", "2", "--threads", "8", "--graceful-timeout", "10", "--no-control-socket",
            "--access-logfile", "-",
        ],
        "worker": [
            *celery, "worker", "--hostname", "worker@jenjang", "--concurrency", "2", "--loglevel", "INFO",
            "--without-mingle", "--without-gossip", "--without-heartbeat",
        ],
        "sealer": [sys.executable, str(CHECKOUT / "manage.py"), "seal"],
        "beat": [*celery, "beat", "--loglevel", "INFO", "--schedule", str(data / "beat"), "--pidfile="],
    }  # fmt: skip


def _configuration(data: Path) -> str:
    """supervisor's file; a percent sign is its own escape, so a path's is doubled."""
    places = {
        "data": _escaped(str(data)),
        "logs": _escaped(str(data / "logs")),
        "checkout": _escaped(str(CHECKOUT)),
    }
    parts = [SUPERVISOR.format(**places, user="user = root" if os.geteuid() == 0 else "")]
    for name, words in _commands(data).items():
        command = " ".join(f'"{_escaped(word)}"' for word in words)
        # Celery's parent ends its own children, after they finished what they were doing.
        parts.append(
            PROGRAM.format(**places, name=name, command=command, as_group=str(name == "web").lower())
        )
    return "".join(parts)


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _alone(data: Path) -> TextIO:
    """Hold the data folder for as long as the returned file stays open; refused while another run holds it."""
    handle = (folder.opened(data) / "running").open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Left by a run that was killed: its supervisor lives on without it.
        pid = _supervisor(data)
    except BlockingIOError:
        handle.seek(0)
        pid = handle.read()
    if pid:
        raise SystemExit(
            f"Jenjang already runs with the data folder {data} (process {pid}). Stop it with `kill {pid}`, "
            f"or start another one beside it: JENJANG_DATA=/another/folder PORT={PORT + 1} make demo"
        )
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def _supervisor(data: Path) -> str:
    try:
        pid = (data / "supervisor.pid").read_text().strip()
        return pid if b"supervisord" in Path(f"/proc/{int(pid)}/cmdline").read_bytes() else ""
    except (FileNotFoundError, ValueError):
        return ""


def _refuse_a_taken_port() -> None:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, PORT))
        except OSError:
            raise SystemExit(
                f"Port {PORT} is taken by another program. Choose a free one: PORT={PORT + 1} make demo"
            ) from None


def _answering(runner: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and runner.poll() is None:
        try:
            urllib.request.urlopen(f"http://{HOST}:{PORT}/", timeout=5).close()  # noqa: S310 - our own address
            return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.1)
    return False


def _greet() -> None:
    _say("")
    _say(f"Jenjang answers at {settings.PUBLIC_URL}/")
    call_command("load_demo", profile=PROFILE, accounts=True)
    _say("Ctrl-C stops everything.")
    _say("")


def _end(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _show(log: Path, position: int) -> None:
    """Copy to the terminal what a program writes from now on, each line under the program's name."""
    while True:
        while not log.exists():
            time.sleep(0.1)
        with log.open(errors="replace") as handle:
            handle.seek(position)
            for line in _lines(log, handle):
                _say(f"{log.stem:6} | {line}")
        position = 0


def _lines(log: Path, handle: TextIO) -> Iterator[str]:
    """Whole lines as they come, until the file has been put aside for a new one."""
    waiting = ""
    while True:
        piece = handle.readline()
        waiting += piece
        if waiting.endswith("\n"):
            yield waiting.rstrip("\n")
            waiting = ""
        elif not piece:
            if not log.exists() or log.stat().st_ino != os.fstat(handle.fileno()).st_ino:
                return
            time.sleep(0.1)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
