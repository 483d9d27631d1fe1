"""The clock that rules ask: the database's, never the web server's (design.md 10.1)."""

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The present moment, UTC, by `jenjang_now()`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT jenjang_now()")
        (moment,) = cursor.fetchone()
    return moment
