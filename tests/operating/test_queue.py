"""Messages wait in the same PostgreSQL, and whoever starts makes sure that their queue is there."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from kombu import Connection, Queue

from config import environment
from config.celery import queue_login

TOGETHER = 6


def test_servers_and_workers_that_start_at_the_same_moment_all_get_the_queue(
    committed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With notification switched on this is refused to most of them: the trigger was just made by another."""
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    monkeypatch.setenv("DATABASE_QUEUE_URL", committed["queue"])
    url, options = environment.broker(None)
    options["conn_string"] = queue_login(options["conn_string"])
    at_once = Barrier(TOGETHER)

    def started(number: int) -> int:
        with Connection(f"{url}localhost", transport_options=options) as broker:
            queue = Queue("celery")(broker.default_channel)
            at_once.wait(60)
            for _time in range(5):
                queue.declare()
            with broker.Consumer(queue):
                return number

    with ThreadPoolExecutor(TOGETHER) as pool:
        assert list(pool.map(started, range(TOGETHER))) == list(range(TOGETHER))
