"""A real worker on the queues in PostgreSQL: what is sent is done, also when the worker dies over it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import databases

WORKER = [
    *(
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "--app",
        "tests.config.worker_app",
        "worker",
        "--concurrency",
        "1",
    ),
    *("--hostname", "worker@jenjang", "--without-mingle", "--without-gossip", "--without-heartbeat"),
]


@contextmanager
def a_worker(surroundings: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as out:
        worker = subprocess.Popen(WORKER, env=surroundings, stdout=out, stderr=out, start_new_session=True)
    try:
        yield worker
    finally:
        if worker.poll() is None:
            worker.terminate()
        worker.wait(120)


def send(surroundings: dict[str, str], task: str, *paths: Path) -> None:
    words = ", ".join(repr(str(path)) for path in paths)
    code = f"from tests.config import worker_app; worker_app.{task}.delay({words})"
    subprocess.run([sys.executable, "-c", code], env=surroundings, check=True, timeout=300)


def comes_true(said: Callable[[], bool], seconds: float = 120) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if said():
            return True
        time.sleep(0.1)
    return False


def test_what_is_sent_while_no_worker_runs_is_done_later(committed: dict[str, str], tmp_path: Path) -> None:
    surroundings = databases.environment(committed)
    send(surroundings, "write", tmp_path / "done")
    with a_worker(surroundings, tmp_path / "log"):
        assert comes_true((tmp_path / "done").exists), (tmp_path / "log").read_text()


def test_what_a_killed_worker_had_begun_is_done_by_the_next(
    committed: dict[str, str], tmp_path: Path
) -> None:
    surroundings = databases.environment(committed)
    with a_worker(surroundings, tmp_path / "log") as first:
        send(surroundings, "write_slowly", tmp_path / "begun", tmp_path / "done")
        assert comes_true((tmp_path / "begun").exists), (tmp_path / "log").read_text()
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert not (tmp_path / "done").exists()
    with a_worker(surroundings, tmp_path / "log"):
        assert comes_true((tmp_path / "done").exists), (tmp_path / "log").read_text()
    assert (tmp_path / "begun").read_text() == "begun\nbegun\n"
