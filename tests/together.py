"""The same act in several threads at once, each with a connection of its own."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, connections


def together(count: int, act: Callable[[], Any]) -> list[Any]:
    """The answers of `count` threads that begin at the same moment; raises what any of them raised."""
    gate, answers, errors = threading.Barrier(count), [], []

    def run() -> None:
        try:
            gate.wait(60)
            answers.append(act())
        except Exception as error:  # noqa: BLE001 - raised again below
            errors.append(error)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return answers


def noticed() -> None:
    """Return when the server knows that a killed process is gone, and has rolled back what it had open."""
    with connection.cursor() as cursor:
        for _ in range(6000):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
            )
            if cursor.fetchone() == (1,):
                return
            time.sleep(0.01)
    raise AssertionError("the server still holds the connection of a process that is gone")
