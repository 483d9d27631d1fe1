"""Two web servers and three workers on one PostgreSQL, with a broker between them, under load, and one of each killed.

    python -m tests.operating.nodes [--broker redis|rabbitmq|pgmq] [--reports 300] [--clients 6]

Programs enter, hand in, return, hand in again and verify; each sends a request again, with the same Idempotency-Key and to the
other server, when it got no answer. What was answered must be there, once; what follows from it (notices, letters) must have
been done, once. Prints one line of JSON and exits 1 when anything is lost or doubled.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from queue import Empty, Queue
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

import psycopg  # noqa: E402 - Django is set up first
from django.core.management import call_command  # noqa: E402

from approvals.delivering import LEASE  # noqa: E402
from portal.api.tokens import issue  # noqa: E402
from submissions.pages import STATEMENT_VERSION  # noqa: E402
from tests import databases  # noqa: E402
from tests.approvals.postoffice import PostOffice  # noqa: E402
from tests.browser.running import PROGRAMS, environment  # noqa: E402
from tests.cast import World, inhabited  # noqa: E402
from tests.databases import CHECKOUT  # noqa: E402

WEB, WORKERS = 2, 3
PACKAGES = {
    "redis": ("/usr/bin/redis-server", "redis-server"),
    "rabbitmq": ("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server"),
}
PATIENCE = 120  # seconds until a process answers, a request is answered, the outbox is empty
WHY = "Angka belum sama dengan SP2D bulan ini, mohon dicocokkan."
ENTRY = {
    "status": "PELAKSANAAN",
    "increment": "5",
    "lines": [{"account": "5.1.02.01.001.00001", "fund": "PAD", "realized": "1"}],
}


@dataclass
class Node:
    """One process with its children, which is killed with them."""

    name: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Tally:
    """What the programs were answered, and what it took."""

    acts: Counter[tuple[str, str]] = field(default_factory=Counter)  # (report, verb) -> acknowledged
    repeats: int = 0
    replayed: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Program:
    """A client with a key, who knows both servers and never sends an act under a second name."""

    def __init__(self, ports: list[int], secret: str, tally: Tally) -> None:
        self.ports, self.secret, self.tally = list(ports), secret, tally
        random.shuffle(self.ports)

    def ask(self, method: str, path: str, body: Any = None, match: str = "") -> tuple[Any, str]:
        """The answer and its ETag; sent again until there is one."""
        headers = {
            "Authorization": f"Bearer {self.secret}",
            "Content-Type": "application/json",
            "Accept-Language": "en",
        }
        headers |= {"If-Match": match} if match else {}
        headers |= {"Idempotency-Key": str(uuid4())} if method != "GET" else {}
        began = time.monotonic()
        while True:
            try:
                status, answer, told = self._once(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                status, answer, told = 0, b"", {}
            # A request with this key that the killed server had begun is told to wait.
            if status in (0, 500, 502, 503, 429) or (status == 409 and method != "GET"):
                if time.monotonic() - began > PATIENCE:
                    raise AssertionError(
                        f"{method} {path}: no answer in {PATIENCE} s, last {status} {answer[:300]!r}"
                    )
                self.ports.append(self.ports.pop(0))
                with self.tally.lock:
                    self.tally.repeats += 1
                time.sleep(0.2)
                continue
            if status >= 400:
                raise AssertionError(f"{method} {path}: {status} {answer[:400]!r}")
            with self.tally.lock:
                self.tally.replayed += "Idempotency-Replayed" in told
                self.tally.slowest = max(self.tally.slowest, time.monotonic() - began)
            return (json.loads(answer) if answer else None), told.get("ETag", "")

    def _once(
        self, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[0], timeout=30)
        try:
            connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, response.read(), dict(response.getheaders())
        finally:
            connection.close()

    def act(self, report: str, verb: str, body: Any = None) -> None:
        """One act on the report as it is now."""
        _, etag = self.ask("GET", f"/reports/{report}")
        method, path = ("PUT", "entry") if verb == "enter" else ("POST", verb)
        self.ask(method, f"/reports/{report}/{path}", body, etag)
        with self.tally.lock:
            self.tally.acts[report, verb] += 1


def main() -> int:
    parser = argparse.ArgumentParser(description="Two web servers and three workers, one of each killed.")
    parser.add_argument("--broker", choices=BROKERS, default="redis")
    parser.add_argument("--reports", type=int, default=300)
    parser.add_argument("--clients", type=int, default=6)
    said = parser.parse_args()
    program = PACKAGES.get(said.broker)
    if program and not Path(program[0]).exists():
        raise SystemExit(f"This needs {said.broker}: as root, apt-get install {program[1]}")
    with ExitStack() as stack:
        told = run(stack, said.broker, said.reports, said.clients)
    sys.stdout.write(json.dumps(told) + "\n")
    return 1 if told["lost"] or told["doubled"] or told["faults"] else 0


def run(stack: ExitStack, broker: str, reports: int, clients: int) -> dict[str, Any]:
    """The whole rehearsal; what was counted."""
    folder = Path(tempfile.mkdtemp(prefix="jenjang-nodes-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    handle = databases.in_use()
    stack.callback(databases.stop_when_last, handle)
    databases.hurried()
    urls = databases.clone_database("nodes")
    stack.callback(databases.drop_database, urls)
    stack.enter_context(databases.pointed_at(databases.name_of(urls)))
    world = lived_in(urls, reports)
    office = PostOffice()
    office.open()
    stack.callback(office.close)
    told = environment(folder, folder / "keys", urls, 0) | {
        "EMAIL_URL": f"smtp://127.0.0.1:{office.port}", "JENJANG_API_REQUESTS": "1000000", "JENJANG_LOGS": "json",
        "CELERY_BROKER_URL": stack.enter_context(BROKERS[broker](folder)),
    }  # fmt: skip
    if not told["CELERY_BROKER_URL"]:
        del told["CELERY_BROKER_URL"]
    webs, ports = started_webs(stack, told, folder)
    workers = started_workers(stack, told, folder)
    tally = Tally()
    began = time.monotonic()
    killed = lived_through(world, ports, tally, reports, clients, [webs[0], workers[0]])
    load = time.monotonic() - began
    drained = waited(lambda: not due(urls))
    if waiting(urls):
        # What the killed worker had in its hands is its own until it cannot be at work any more.
        later(urls, LEASE)
        drained += waited(lambda: not waiting(urls))
    return counted(urls, tally, office, killed, drained) | {
        "broker": broker, "reports": reports, "clients": clients, "load_s": round(load, 1), "drained_s": round(drained, 1),
    }  # fmt: skip


def lived_in(urls: dict[str, str], reports: int) -> World:
    """The cast, with so many reports of January to enter."""

    def move(moment: datetime) -> None:
        with psycopg.connect(urls["owner"], autocommit=True) as owner:
            owner.execute("UPDATE jenjang_clock SET ahead = %s - clock_timestamp()", [moment])

    world = inhabited(move)
    for number in range(reports):
        world.item(f"1.03.10.2.01.{number:04}")
    world.open()
    world.factor("budi")  # who decides has a second factor
    return world


def later(urls: dict[str, str], lapse: timedelta) -> None:
    """So much time goes by for everybody who asks the database."""
    with psycopg.connect(urls["owner"], autocommit=True) as owner:
        owner.execute("UPDATE jenjang_clock SET ahead = ahead + %s", [lapse])


# --- The broker, and the processes ----------------------------------------------------------------------------


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Redis as Debian packages it, on a port of its own."""
    port = free_port()
    command = [
        PACKAGES["redis"][0],
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    process = launched("redis", command, dict(os.environ), folder)
    try:
        waited(lambda: reachable(port))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """RabbitMQ as Debian packages it, with a node, a folder and a port of its own."""
    port, name = free_port(), f"jenjang{os.getpid()}@localhost"
    told = dict(os.environ) | {
        "RABBITMQ_NODENAME": name, "RABBITMQ_NODE_PORT": str(port), "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_DIST_PORT": str(free_port()), "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"), "HOME": str(folder),
        "RABBITMQ_LOG_BASE": str(folder / "log"), "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
    }  # fmt: skip
    folder.chmod(0o777)
    process = launched("rabbitmq", [PACKAGES["rabbitmq"][0]], told, folder)
    try:
        waited(lambda: reachable(port))
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        process.kill()


@contextmanager
def pgmq(folder: Path) -> Iterator[str]:
    """No broker: queues in the same PostgreSQL."""
    yield ""


BROKERS: dict[str, Callable[[Path], Any]] = {"redis": redis, "rabbitmq": rabbitmq, "pgmq": pgmq}


def started_webs(stack: ExitStack, told: dict[str, str], folder: Path) -> tuple[list[Node], list[int]]:
    webs, ports = [], []
    for number in range(WEB):
        port = free_port()
        command = [
            str(PROGRAMS / "gunicorn"), "config.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
            "--workers", "1", "--threads", "6", "--no-control-socket",
        ]  # fmt: skip
        webs.append(launched(f"web{number}", command, told, folder))
        stack.callback(webs[-1].kill)
        ports.append(port)
    for port in ports:
        waited(partial(ready, port))
    return webs, ports


def started_workers(stack: ExitStack, told: dict[str, str], folder: Path) -> list[Node]:
    celery = [str(PROGRAMS / "celery"), "--app", "config.celery"]
    nodes = []
    for number in range(WORKERS):
        command = [
            *celery, "worker", "--hostname", f"worker{number}@nodes", "--concurrency", "1", "--loglevel", "INFO",
            "--without-mingle", "--without-gossip", "--without-heartbeat",
        ]  # fmt: skip
        nodes.append(launched(f"worker{number}", command, told, folder))
        stack.callback(nodes[-1].kill)
    beat = launched("beat", [*celery, "beat", "--schedule", str(folder / "beat"), "--pidfile="], told, folder)
    stack.callback(beat.kill)
    for number in range(WORKERS):
        log = folder / f"worker{number}.log"
        waited(partial(begun, log), log.read_text)
    return nodes


def launched(name: str, command: list[str], told: dict[str, str], folder: Path) -> Node:
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=told, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    return Node(name, process)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def reachable(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with suppress(OSError):
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    return False


def begun(log: Path) -> bool:
    """Whether a worker takes tasks."""
    return " ready." in log.read_text()


def so_many(through: Queue[str], share: int) -> bool:
    return through.qsize() >= share


def waited(good: Callable[[], bool], said: Callable[[], str] = str) -> float:
    """Seconds until it was so; `said`: what is told if it never comes to be."""
    began = time.monotonic()
    while not good():
        if time.monotonic() - began > PATIENCE:
            raise AssertionError(f"not within {PATIENCE} seconds {said()}")
        time.sleep(0.1)
    return time.monotonic() - began


# --- The load ---------------------------------------------------------------------------------------------------


def lived_through(
    world: World, ports: list[int], tally: Tally, reports: int, clients: int, doomed: list[Node]
) -> list[str]:
    """All reports are entered, handed in, and verified, every fourth after a return; whom is killed when a third and two
    thirds are through. Returns their names."""
    secrets = {
        name: issue(person=world.people[name], name="nodes", scope="act", days=1)[1]
        for name in ("ani", "budi")
    }
    waiting_reports: Queue[tuple[int, str]] = Queue()
    listed = Program(ports, secrets["ani"], tally)
    for pair in enumerate(all_of(listed)):
        waiting_reports.put(pair)
    assert waiting_reports.qsize() == reports, waiting_reports.qsize()
    through: Queue[str] = Queue()

    def work() -> None:
        officer, head = (Program(ports, secrets[name], tally) for name in ("ani", "budi"))
        while True:
            try:
                number, report = waiting_reports.get_nowait()
            except Empty:
                return
            try:
                one_report(officer, head, report, returned=number % 4 == 0)
            except AssertionError as error:
                with tally.lock:
                    tally.faults.append(str(error))
            through.put(report)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    killed = []
    for share, node in zip((reports // 3, 2 * reports // 3), doomed, strict=True):
        waited(partial(so_many, through, share))
        node.kill()
        killed.append(f"{node.name} after {through.qsize()} reports")
    for thread in threads:
        thread.join()
    return killed


def all_of(program: Program) -> list[str]:
    found, place = [], "/reports?limit=100"
    while place:
        part, _ = program.ask("GET", place)
        found += [one["id"] for one in part["items"]]
        place = f"/reports?limit=100&cursor={part['next']}" if part.get("next") else ""
    return found


def one_report(officer: Program, head: Program, report: str, *, returned: bool) -> None:
    declared = {"statement": STATEMENT_VERSION}
    officer.act(report, "enter", ENTRY)
    officer.act(report, "submit", declared)
    if returned:
        head.act(report, "return", {"reason": WHY})
        officer.act(report, "submit", declared)
    head.act(report, "verify")


# --- What became of it ------------------------------------------------------------------------------------------

DECIDED = """
SELECT r.token, d.verb, count(*) FROM workflow_decision d JOIN submissions_report r ON r.id = d.object_id
  JOIN django_content_type c ON c.id = d.content_type_id AND c.model = 'report' GROUP BY r.token, d.verb"""
ENTERED = """
SELECT r.token, count(*) FILTER (WHERE h.history_type = '~' AND h.realized = 1) FROM submissions_historicalreportline h
  JOIN submissions_report r ON r.id = h.report_id GROUP BY r.token"""
LEFT = "SELECT count(*) FROM workflow_outbox WHERE done_at IS NULL"
DUE = f"{LEFT} AND not_before <= jenjang_now()"
UNSENT = "SELECT count(*) FROM approvals_letter WHERE sent_at IS NULL"
TOLD = "SELECT count(*), count(DISTINCT (key, person_id)) FROM approvals_notice WHERE code LIKE 'notice.report.returned%%'"
STATES = "SELECT state, count(*) FROM submissions_report GROUP BY state"


def rows(urls: dict[str, str], query: str) -> list[Any]:
    with psycopg.connect(urls["owner"], autocommit=True) as owner:
        return owner.execute(query.replace("%%", "%").encode()).fetchall()


def due(urls: dict[str, str]) -> bool:
    return bool(rows(urls, DUE)[0][0])


def waiting(urls: dict[str, str]) -> bool:
    return bool(rows(urls, LEFT)[0][0] or rows(urls, UNSENT)[0][0])


def counted(
    urls: dict[str, str], tally: Tally, office: PostOffice, killed: list[str], drained: float
) -> dict[str, Any]:
    """Acknowledged against stored, both ways."""
    stored = Counter({(report, verb): count for report, verb, count in rows(urls, DECIDED)})
    for report, count in rows(urls, ENTERED):
        stored[report, "enter"] = count
    lost = sum((tally.acts - stored).values())
    doubled = sum((stored - tally.acts).values())
    notices, distinct = rows(urls, TOLD)[0]
    returned = sum(count for (_, verb), count in tally.acts.items() if verb == "return")
    ids = Counter(office.ids())
    verdict = verified()
    return {
        "acts": sum(tally.acts.values()), "lost": lost + max(0, returned - distinct), "doubled": doubled + notices - distinct,
        "killed": killed, "sent_again": tally.repeats, "answered_from_memory": tally.replayed,
        "slowest_s": round(tally.slowest, 1), "returns": returned, "notices_of_returns": notices, "letters": len(ids),
        "letters_in_two_copies": sum(count - 1 for count in ids.values()), "states": dict(rows(urls, STATES)),
        "checks": verdict, "faults": tally.faults[:5] + [name for name, passed in verdict.items() if not passed],
    }  # fmt: skip


def verified() -> dict[str, bool]:
    """Whether the roll-ups are what they should be, and the histories whole."""
    found = {}
    for command in ("check_rollups", "check_history"):
        try:
            call_command(command, stdout=StringIO())
            found[command] = True
        except SystemExit as ended:
            found[command] = not ended.code
    return found


if __name__ == "__main__":
    sys.exit(main())
