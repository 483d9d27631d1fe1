"""Moving the database's clock: only the role that owns the tables may (design.md 10.1)."""

from datetime import datetime

from django.db import connections


def move(moment: datetime) -> None:
    """From now on jenjang_now() says `moment`, and runs on from there."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE jenjang_clock SET ahead = %s - clock_timestamp()", [moment])
