"""One statement saves: each row that changed is told once, in its history and in the ledger, and no other row at all."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from submissions import services
from submissions.models import Editor, Report, ReportLine
from submissions.services import Entry, LineEntry
from tests.cast import World

EVENTS = """
SELECT of_table, of_row, payload::json ->> 'op' FROM ledger.event WHERE id > %s AND of_table ~ '^submissions_' ORDER BY id"""


@pytest.fixture
def reports(cast: World) -> list[Report]:
    """Two sub-activities of three lines each, as January opened them."""
    for number in (1, 2):
        cast.item(f"1.03.10.2.01.{number:04}", ceilings=(1_000, 500, 200))
    return sorted(cast.open(), key=lambda one: one.pk)


def saved(cast: World, reports: list[Report], *amounts: int) -> dict[int, int]:
    """The versions after Ani typed the same amounts into each report."""
    entries = [cast.entry(one, *amounts) for one in reports]
    answer = services.save_entries(actor=cast.ani, entries=entries, reason="by hand")
    assert not answer.refusals and set(answer.versions) == {one.pk for one in reports}
    return answer.versions


def newest_event() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM ledger.event")
        return int(cursor.fetchone()[0])


def told_since(event: int) -> list[tuple[str, int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [event])
        return [(table.removeprefix("submissions_"), row, op) for table, row, op in cursor.fetchall()]


def test_what_changed_is_told_once_and_nothing_else(cast: World, reports: list[Report]) -> None:
    first, second = reports
    versions = saved(cast, reports, 10, 20, 30)
    before, histories = newest_event(), ReportLine.history.count()
    entries = [cast.entry(first, 10, 21, 30), cast.entry(second, 10, 20, 30)]
    answer = services.save_entries(actor=cast.ani, entries=entries, reason="by hand")
    assert answer.versions == {first.pk: versions[first.pk] + 1, second.pk: versions[second.pk]}
    line = first.lines.get(realized=21)
    newest, whole = line.history.first(), first.history.first()
    assert (newest.realized, newest.history_type, newest.history_user_id) == (Decimal(21), "~", cast.ani.pk)
    assert newest.history_change_reason == whole.history_change_reason == "by hand"
    assert newest.history_date == whole.history_date and whole.version == answer.versions[first.pk]
    assert ReportLine.history.count() == histories + 1
    told = told_since(before)
    assert told[:2] == [("reportline", line.pk, "U"), ("report", first.pk, "U")]
    assert sorted(told[2:]) == [
        ("historicalreport", whole.history_id, "I"),
        ("historicalreportline", newest.history_id, "I"),
    ]


def test_what_stands_there_already_leaves_no_trace(cast: World, reports: list[Report]) -> None:
    versions, before = saved(cast, reports, 10, 20, 30), newest_event()
    assert saved(cast, reports, 10, 20, 30) == versions
    assert told_since(before) == []


def test_a_line_of_another_report_is_not_written(cast: World, reports: list[Report]) -> None:
    first, second = reports
    saved(cast, reports, 10, 20, 30)
    line, before = second.lines.get(realized=30), newest_event()
    entry = Entry(
        report_id=first.pk,
        version=None,
        status="PELAKSANAAN",
        increment=Decimal(5),
        lines={line.pk: LineEntry(Decimal(7))},
    )
    services.save_entries(actor=cast.ani, entries=[entry])
    line.refresh_from_db()
    assert line.realized == 30 and told_since(before) == []


def test_a_new_report_beside_a_known_one_remembers_who_entered(cast: World, reports: list[Report]) -> None:
    first, second = reports
    saved(cast, [first], 10, 20, 30)
    before = newest_event()
    saved(cast, reports, 11, 21, 31)
    saved(cast, reports, 12, 22, 32)
    assert sorted(Editor.objects.values_list("report_id", "person_id")) == [
        (first.pk, cast.ani.pk),
        (second.pk, cast.ani.pk),
    ]
    assert [op for table, _, op in told_since(before) if table == "editor"] == ["I"]


def test_a_save_costs_nine_statements(cast: World, reports: list[Report], statements: Any) -> None:
    first = [reports[0]]
    for some, amounts, new in (
        (first, (1, None, None), True),
        (reports, (2, 3, 4), True),
        (reports, (5, 6, 7), False),
    ):
        entries = [cast.entry(one, *amounts) for one in some]
        with statements() as seen:
            services.save_entries(actor=cast.ani, entries=entries)
        assert len([text for text in seen if "SAVEPOINT" not in text]) <= 9, str(seen)
        assert ("INTO submissions_editor" in str(seen)) == new
