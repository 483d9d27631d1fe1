"""Moving the database's clock: only the role that owns the tables may (design.md 10.1)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, connections


def move(moment: datetime) -> None:
    """From now on jenjang_now() says `moment`, and runs on from there."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE jenjang_clock SET ahead = %s - clock_timestamp()", [moment])


@contextmanager
def hurried() -> Iterator[None]:
    """Thousands of small acts need not each wait for the disk: a crash loses the last second, and loading goes on there."""
    sessions = (connection, connections["owner"])
    for session in sessions:
        with session.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        for session in sessions:
            with session.cursor() as cursor:
                cursor.execute("RESET synchronous_commit")
