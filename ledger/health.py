"""How the sealing goes, in figures for whoever watches over the machine."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Health:
    """`backlog`: events that wait to be sealed; `lag`: seconds since the oldest of them happened, 0 when none waits.

    `size`: events under the newest checkpoint; `age`: seconds since it was signed, None before there is one.
    """

    backlog: int
    lag: float
    size: int
    age: float | None


# By the clock that stamps events and checkpoints, which nobody can set from here.
STATE = """
SELECT (SELECT count(*) FROM ledger.queue),
  coalesce((SELECT extract(epoch FROM clock_timestamp() - (e.payload::json ->> 'at')::timestamptz)
    FROM ledger.event e WHERE e.id = (SELECT min(id) FROM ledger.queue)), 0),
  coalesce(c.size, 0), extract(epoch FROM clock_timestamp() - c.at)
FROM (VALUES (1)) AS one LEFT JOIN (SELECT size, at FROM ledger.checkpoint ORDER BY size DESC LIMIT 1) c ON true"""


def health() -> Health:
    """The state of the ledger now. One statement, as quick for a long ledger as for a short one."""
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        backlog, lag, size, age = cursor.fetchone()
    return Health(backlog, max(float(lag), 0.0), size, None if age is None else max(float(age), 0.0))
