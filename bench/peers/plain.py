"""Peers on psycopg alone: the limit, which is one prepared statement per act."""

import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from bench.peers.base import Peer, Wrong, must
from bench.plan import rows_of

MOVES = {
    "submit": ("draft", "submitted"),
    "verify": ("submitted", "verified"),
    "sign": ("verified", "signed"),
    "publish": ("signed", "published"),
}
ENTER = """
WITH made AS (INSERT INTO report (unit_id) SELECT %(unit)s WHERE EXISTS (SELECT FROM holder h
    WHERE h.person_id = %(actor)s AND h.verb = 'enter' AND h.unit_id = %(unit)s) RETURNING id),
  filled AS (INSERT INTO line (report_id, code, realized) SELECT made.id, t.code, t.realized
    FROM made, unnest(%(codes)s::text[], %(sums)s::numeric[]) AS t(code, realized))
SELECT id FROM made"""
MOVE = """
WITH moved AS (UPDATE report SET state = %(target)s, version = version + 1
    WHERE id = ANY (%(ids)s::bigint[]) AND state = %(source)s AND EXISTS (SELECT FROM holder h
      WHERE h.person_id = %(actor)s AND h.verb = %(verb)s AND h.unit_id = report.unit_id) RETURNING id, version),
  noted AS (INSERT INTO decision (report_id, verb, version, actor_id, at, xid)
    SELECT id, %(verb)s, version, %(actor)s, now(), pg_current_xact_id()::text::bigint FROM moved)
SELECT count(*) FROM moved"""
FOUND = """
SELECT (SELECT count(*) FROM report WHERE id = ANY (%(ids)s) AND state = %(state)s),
  (SELECT count(*) FROM decision WHERE report_id = ANY (%(ids)s)),
  (SELECT count(*) FROM event WHERE of_table = 'report' AND of_row = ANY (%(ids)s)),
  (SELECT count(*) FROM line l JOIN event e ON e.of_table = 'line' AND e.of_row = l.id WHERE l.report_id = ANY (%(ids)s))"""


def prepare() -> None:
    """The tables, four people and their rights."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as made:
        made.execute((Path(__file__).parent / "plain.sql").read_text())


class PlainPeer(Peer):
    """Reports are plain rows; a statement that finds nothing to do was refused."""

    def open(self) -> None:
        self.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        self.people: dict[str, int] = dict(self.connection.execute("SELECT name, id FROM person").fetchall())

    def close(self) -> None:
        self.connection.close()

    def backend(self) -> int:
        return self.connection.info.backend_pid

    def draw(self, pool: str, count: int) -> list[Any]:
        return [None] * count

    def ask(self, statement: str, params: dict[str, Any]) -> list[Any]:
        """All rows of a prepared statement."""
        self.statements += 1
        return self.connection.execute(statement, params, prepare=True).fetchall()

    def rows(self, pool: str) -> dict[str, Any]:
        """What the officer types."""
        numbers = range(rows_of(pool))
        return {
            "unit": 1,
            "actor": self.people["submit"],
            "codes": [f"5.1.02.{number:05}" for number in numbers],
            "sums": [Decimal(100) for _ in numbers],
        }

    def check(self, ids: Sequence[int], verbs: Sequence[str], rows: int) -> None:
        state = MOVES[verbs[-1]][1] if verbs else "draft"
        found = self.connection.execute(FOUND, {"ids": list(ids), "state": state}).fetchone()
        steps = len(ids) * len(verbs)
        must(found == (len(ids), steps, steps + len(ids), len(ids) * rows), f"{found} is not what was done")


class Limit(PlainPeer):
    """Nothing can do this work in less: one statement, the right checked inside, records by triggers."""

    name = "limit"
    errors = (psycopg.Error, Wrong)

    def enter(self, pool: str, ticket: Any) -> int:
        ((pk,),) = self.ask(ENTER, self.rows(pool))
        return int(pk)

    def act(self, pool: str, verb: str, ids: Sequence[int]) -> None:
        source, target = MOVES[verb]
        asked = {
            "ids": list(ids),
            "source": source,
            "target": target,
            "verb": verb,
            "actor": self.people[verb],
        }
        ((count,),) = self.ask(MOVE, asked)
        must(count == len(ids), f"{verb} moved {count} of {len(ids)}")
