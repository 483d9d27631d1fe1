"""`make bench`: every peer in a process of its own, asked in turns; records on standard output, bench/RESULTS.md at the end."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from bench import exports, server
from bench.figures import Record
from bench.goals import goals
from bench.plan import CLIENTS, PEERS, WARM, WITH_SETS, Plan, plan
from bench.report import number, results
from config import embedded

CHECKOUT = Path(__file__).resolve().parent.parent
RESULTS = {"full": CHECKOUT / "bench" / "RESULTS.md", "quick": CHECKOUT / "build" / "bench-quick.md"}
SETTINGS = {"ours": "config.settings", "viewflow": "bench.peers.settings", "fsm": "bench.peers.settings"}


class Worker:
    """A peer's process; one question at a time."""

    def __init__(self, peer: str, process: "subprocess.Popen[str]") -> None:
        self.peer, self.process = peer, process

    def ask(self, **question: Any) -> Any:
        """Ask and wait."""
        self._pipe(self.process.stdin).write(json.dumps(question) + "\n")
        self._pipe(self.process.stdin).flush()
        return self.answer()

    def answer(self) -> Any:
        """The next answer; SystemExit when the process has ended instead."""
        line = self._pipe(self.process.stdout).readline()
        if not line:
            raise SystemExit(f"{self.peer} stopped with code {self.process.wait()}; its words are above")
        return json.loads(line)

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        if pipe is None:
            raise AssertionError("both ends are pipes")
        return pipe


class Run:
    """Collects the records of a run, and shows each as it comes."""

    def __init__(self, workers: dict[str, Worker]) -> None:
        self.workers = workers
        self.records: list[Record] = []

    def note(self, **record: Any) -> None:
        """One record more."""
        self.records.append(record)
        sys.stdout.write(json.dumps(record) + "\n")
        sys.stdout.flush()

    def turns(self, number: int) -> list[Worker]:
        """Everybody, each round beginning with another: whoever comes after a pause of the disk is not always the same."""
        order = [self.workers[peer] for peer in PEERS]
        place = number % len(order)
        return order[place:] + order[:place]

    def staged(self, figure: str, number: int, worker: Worker, **question: Any) -> None:
        """A task whose answer has a cost for each stage."""
        for stage, cost in worker.ask(do=figure, **question).items():
            self.note(figure=figure, peer=worker.peer, round=number, stage=stage, **question, **cost)


def measure(run: Run, chosen: Plan, data: Path, names: dict[str, str]) -> None:
    """All figures, in turns. What only warms up is asked for without a record."""
    _rows(run)
    server.settle(data, names)
    _acts(run, chosen)
    server.settle(data, names)
    _sets(run, chosen)
    for turn in range(chosen.rounds):
        run.staged("saves", turn, run.workers["ours"])
    _crowd(run, chosen)
    run.note(figure="verification", peer="ours", **server.sealed_and_verified(data, names["ours"]))
    _ledger(run, chosen, data, names["ours"])
    _reading(run, chosen)
    found = server.deadlocks(data)
    for peer, name in names.items():
        run.note(figure="deadlocks", peer=peer, deadlocks=found[name])


def _rows(run: Run) -> None:
    """Statements for few rows and for many."""
    for worker in run.turns(0):
        for pool in ("rows4", "rows400"):
            worker.ask(do="journey", pool=pool, count=1)
            run.staged("journey", 0, worker, pool=pool, count=1)
        worker.ask(do="journey", pool="acts", count=WARM)


def _acts(run: Run, chosen: Plan) -> None:
    for turn in range(chosen.rounds):
        say(f"single acts, round {turn + 1} of {chosen.rounds}")
        for worker in run.turns(turn):
            run.staged("journey", turn, worker, pool="acts", count=chosen.journeys)


def _sets(run: Run, chosen: Plan) -> None:
    for worker in run.turns(0):
        worker.ask(do="sets", pool="sets", size=50, loop=2)
    for turn in range(chosen.set_rounds):
        say(f"sets, round {turn + 1} of {chosen.set_rounds}")
        for worker in run.turns(turn):
            run.staged("sets", turn, worker, pool="sets", size=50, loop=chosen.loop // 2)
            run.staged("sets", turn, worker, pool="sets", size=chosen.large, loop=chosen.loop)
            if worker.peer in WITH_SETS:
                run.staged("sets", turn, worker, pool="small", size=chosen.large, loop=0)


def _crowd(run: Run, chosen: Plan) -> None:
    for turn in range(chosen.crowd_rounds):
        say(f"{CLIENTS} clients, round {turn + 1} of {chosen.crowd_rounds}")
        for worker in run.turns(turn):
            told = worker.ask(do="crowd", clients=CLIENTS, count=chosen.crowd)
            run.note(figure="crowd", peer=worker.peer, round=turn, **told)


def _ledger(run: Run, chosen: Plan, data: Path, name: str) -> None:
    """The same acts with the ledger and without; who comes first changes from round to round."""
    ours = run.workers["ours"]
    for turn in range(chosen.ledger_rounds):
        say(f"with the ledger and without, round {turn + 1} of {chosen.ledger_rounds}")
        for on in (True, False) if turn % 2 == 0 else (False, True):
            server.remember(data, name, on)
            ours.ask(
                do="ledger_crowd", on=on, clients=CLIENTS, count=1
            )  # connections and plans, after the tables changed
            run.staged("ledger", turn, ours, on=on)
            told = ours.ask(do="ledger_crowd", on=on, clients=CLIENTS, count=chosen.crowd)
            run.note(figure="ledger_crowd", peer="ours", round=turn, on=on, **told)
    server.remember(data, name, True)


def _reading(run: Run, chosen: Plan) -> None:
    """What looking costs with more and more rows."""
    ours = run.workers["ours"]
    for figure, amounts in (("dashboard", chosen.years), ("inbox", chosen.inboxes)):
        for amount in amounts:
            say(f"{figure} with {amount:,} rows")
            run.note(figure=figure, peer="ours", amount=amount, **ours.ask(do=figure, rows=amount))


@contextmanager
def workers(chosen: Plan, data: Path, names: dict[str, str]) -> Iterator[dict[str, Worker]]:
    """A process for each peer, ready; all are ended at the end."""
    with ExitStack() as stack:
        made = {}
        for peer, name in names.items():
            command = [sys.executable, "-m", "bench.worker", peer, chosen.name]
            process = subprocess.Popen(  # noqa: S603 - our own module
                command,
                cwd=CHECKOUT,
                env=_environment(peer, data, name),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            made[peer] = Worker(peer, process)
        for worker in made.values():
            worker.answer()
            say(f"{worker.peer} is ready")
        yield made


def _environment(peer: str, data: Path, database: str) -> dict[str, str]:
    """Ours finds the embedded server as a site does; the others are told their database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    kept |= {"JENJANG_DATA": str(data), "PYTHONPATH": str(CHECKOUT), "BENCH_PEER": peer}
    if peer in SETTINGS:
        kept["DJANGO_SETTINGS_MODULE"] = SETTINGS[peer]
    if peer != "ours":
        kept["DATABASE_URL"] = embedded.urls(data, database)["app"]
    return kept


def machine(chosen: Plan, data: Path, seconds: float, load: float) -> str:
    """What it ran on, without the machine's name."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, plan `{chosen.name}`, {seconds:.0f} s, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, PostgreSQL {server.version(data)} embedded, unix socket, fsync and synchronous_commit on; "
        f"load before and after: {number(load)} and {number(os.getloadavg()[0])}."
    )


def say(told: str) -> None:
    """To whoever waits."""
    sys.stderr.write(f"bench: {told}\n")
    sys.stderr.flush()


def main() -> None:
    """Run the plan that BENCH names; write the tables and one record for each goal."""
    chosen = plan(os.environ.get("BENCH") or "full")
    # Never the site's own folder: the databases found there are dropped.
    data = Path(os.environ.get("BENCH_DATA") or CHECKOUT / "build" / "bench-data").resolve()
    started, load = time.monotonic(), os.getloadavg()[0]
    names = server.fresh(data)
    try:
        with workers(chosen, data, names) as ready:
            run = Run(ready)
            measure(run, chosen, data, names)
        exports.measured(run, data, names["ours"])
        found = [*goals(run.records, chosen), *exports.goals_of(run.records)]
        for goal in found:
            run.note(
                figure="goal",
                of=goal.figure,
                goal=goal.goal,
                at_least=goal.at_least,
                value=goal.value,
                met=goal.met,
            )
        told = machine(chosen, data, time.monotonic() - started, load)
        written = RESULTS[chosen.name]
        written.parent.mkdir(exist_ok=True)
        written.write_text(results(run.records, found, chosen, told))
        say(
            f"{sum(goal.met for goal in found)} of {len(found)} goals met; {written.relative_to(CHECKOUT)} has the tables"
        )
    finally:
        embedded.stop(data)


if __name__ == "__main__":
    main()
