"""What a stretch of work cost: CPU of this process, CPU of its PostgreSQL backend, time on the clock, statements."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Cost:
    """Of `acts` acts together: seconds, and statements without BEGIN and COMMIT."""

    acts: int
    client: float = 0.0
    server: float = 0.0
    wall: float = 0.0
    statements: int = 0

    @property
    def cpu(self) -> float:
        """Seconds of both processes together."""
        return self.client + self.server


@dataclass
class Meter:
    """Reads the clocks of one client and its backend. WAL writer and checkpointer serve everybody and are not counted."""

    backend: Callable[[], int]
    statements: Callable[[], int]
    costs: dict[str, Cost] = field(default_factory=dict)

    @contextmanager
    def __call__(self, name: str, acts: int) -> Iterator[None]:
        pid = self.backend()
        count, server = self.statements(), on_cpu(pid)
        wall, client = time.perf_counter(), time.process_time()
        yield
        client, wall = time.process_time() - client, time.perf_counter() - wall
        cost = Cost(acts, client, on_cpu(pid) - server, wall, self.statements() - count)
        self.costs[name] = cost


def on_cpu(pid: int) -> float:
    """Seconds that a process has run, by the kernel's scheduler."""
    return scheduled(Path(f"/proc/{pid}/schedstat").read_text())


def scheduled(text: str) -> float:
    """The first of the three numbers of a schedstat file, nanoseconds, in seconds."""
    return int(text.split()[0]) / 1e9
