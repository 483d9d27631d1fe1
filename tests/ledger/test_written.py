# ruff: noqa: S608 - names of tables that stand here
"""What the triggers write is letter for letter what `ledger.payload` says, and tables of before are brought to it."""

import importlib
import json
import re

import pytest
from django.db import connection

from ledger import sql
from ledger.recording import recorded
from registry.models import Unit
from tests.cast import World

quicker = importlib.import_module("ledger.migrations.0004_quicker")
MOMENT = re.compile(r'"at" : "[^"]+"')

# As `audit` and `seal_history` made them before: image, name and key stand where they stood.
IMAGE = "json_build_object('id', {0}.id, 'name', {0}.name, 'words_sha256', ledger.digest({0}.words::text))"
NEW, OLD = IMAGE.format("n"), IMAGE.format("o")
BEFORE = {
    sql.inserted(
        "registry_unit", "id", NEW
    ): f"""  WITH e AS (INSERT INTO ledger.event (of_table, of_row, payload)
    SELECT 'registry_unit', n.id, ledger.payload('registry_unit', 'I', n.id, NULL, {NEW}) FROM n RETURNING id)""",
    sql.inserted("registry_historicalunit", "history_id", NEW): f"""WITH e AS (INSERT INTO ledger.event
    SELECT 'registry_historicalunit', n.history_id, ledger.payload('registry_historicalunit', 'I', n.history_id, NULL, {NEW})"""
    " FROM n RETURNING id)",
    sql.updated("registry_unit", OLD, NEW): f"""  WITH images AS (SELECT coalesce(n.id, o.id) AS id,
      CASE WHEN o.id IS NOT NULL THEN {OLD} END AS before, CASE WHEN n.id IS NOT NULL THEN {NEW} END AS after
      FROM o FULL JOIN n ON n.id = o.id),
    e AS (INSERT INTO ledger.event (of_table, of_row, payload)
      SELECT 'registry_unit', id, ledger.payload('registry_unit', 'U', id, before, after) FROM images""",
    sql.deleted("registry_unit", OLD): f"""  WITH e AS (INSERT INTO ledger.event (of_table, of_row, payload)
    SELECT 'registry_unit', o.id, ledger.payload('registry_unit', 'D', o.id, {OLD}, NULL) FROM o RETURNING id)""",
}


@pytest.mark.parametrize("now", BEFORE, ids=["insert", "history", "update", "delete"])
def test_a_function_of_before_becomes_the_one_that_is_made_now(now: str) -> None:
    assert quicker.rewritten("record_it", BEFORE[now]) == now


def test_a_function_that_says_something_else_is_not_overwritten() -> None:
    with pytest.raises(ValueError, match="record_it"):
        quicker.rewritten("record_it", "INSERT INTO ledger.event SELECT 1")


def test_every_function_writes_the_new_way(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(quicker.STANDING)
        assert cursor.fetchall() == []


def test_a_table_may_have_a_column_named_like_what_the_function_keeps(cast: World) -> None:
    with recorded(None), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO submissions_yearact (fiscal_year_id, month, kind, moment, done_at, told)"
            " SELECT id, 1, 'x', now(), now(), 7"
            " FROM registry_fiscalyear RETURNING id"
        )
        ((made,),) = cursor.fetchall()
        cursor.execute(
            "SELECT payload::json -> 'new' ->> 'told' FROM ledger.event"
            " WHERE of_table = 'submissions_yearact' AND of_row = %s ORDER BY id",
            [made],
        )
        assert cursor.fetchall() == [("7",)]


def test_an_event_is_written_as_the_envelope_has_it(cast: World) -> None:
    unit = Unit.objects.filter(parent__isnull=False)[0]
    with recorded(next(iter(cast.people.values())), 'a "reason", "xid" : 7'), connection.cursor() as cursor:
        # Nothing that a client names may be taken for the place where the envelope goes on.
        cursor.execute("""SET LOCAL application_name = '", "xid" : "1'""")
        unit.name = 'Dinas "Pekerjaan", "xid" : \\ \n Umum'
        unit.save()
        cursor.execute("SELECT max(id) FROM ledger.event WHERE of_table = 'registry_unit'")
        ((last,),) = cursor.fetchall()
        cursor.execute(
            "SELECT e.payload, ledger.payload('registry_unit', 'U', e.of_row, j -> 'old', j -> 'new')"
            " FROM ledger.event e CROSS JOIN LATERAL (SELECT e.payload::json) AS x(j)"
            " WHERE e.id = %s",
            [last],
        )
        ((written, told),) = cursor.fetchall()
    assert MOMENT.sub("", written, count=1) == MOMENT.sub("", told, count=1)
    assert json.loads(written)["new"]["name"] == unit.name
    assert json.loads(written)["program"] == '", "xid" : "1'
