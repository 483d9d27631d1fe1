"""What was done past the application is found: raw SQL, forgotten history, history that was slipped in. And nothing else."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from audit import outside, outside_views
from audit.models import Reading
from ledger.recording import recorded
from registry import grants
from registry.models import Unit, User
from submissions.models import Report
from tests.audit.conftest import Past
from tests.cast import World

RAW = "UPDATE submissions_reportline SET realized = realized + 1 WHERE report_id = %s"
FIRST = (
    "UPDATE submissions_reportline SET realized = 1"
    " WHERE id = (SELECT min(id) FROM submissions_reportline WHERE report_id = %s)"
)
GONE = FIRST.replace("UPDATE submissions_reportline SET realized = 1", "DELETE FROM submissions_reportline")


def raw(statement: str, *values: Any) -> None:
    """What somebody with the site's own password does in a terminal: nobody is named."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('jenjang.actor', '', true), set_config('jenjang.address', '', true)"
        )
        cursor.execute(statement, values)


@pytest.fixture
def draft(cast: World) -> Report:
    """A report of two lines that Ani has begun: the database itself keeps raw SQL from all later ones."""
    cast.item(ceilings=(90_000_000, 30_000_000))
    (report,) = cast.open()
    cast.entered([report], 3_500_000, 1_000_000)
    return report


def findings(**asked: Any) -> list[tuple[str, str, bool]]:
    return [(one.table, one.op, one.history is None) for one in outside.found(**asked)]


def last_event() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM ledger.event")
        (newest,) = cursor.fetchone() or (0,)
        return int(newest)


def test_a_year_of_honest_work_alarms_nobody(past: Past) -> None:
    user = past.cast.ani
    with recorded(user):
        user.set_password("empat lima enam tujuh")
        user.save()  # a secret that the history does not keep
        user.save()  # and a saving that changes nothing
        Unit.objects.get(pk=past.cast.agency.pk).save()
        past.cast.gita.is_active = False
        past.cast.gita.save()
        grants.give(grants.SEE, past.cast.gita, past.cast.agency)
    assert findings() == []


@pytest.mark.parametrize(
    ("statement", "op"),
    [
        (FIRST, "U"),
        ("INSERT INTO submissions_reportline (report_id, line_id, ceiling, correction_reason)"
         " SELECT report_id, (SELECT id FROM registry_budgetline WHERE id NOT IN (SELECT line_id FROM submissions_reportline)"
         " LIMIT 1), 5, '' FROM submissions_reportline WHERE report_id = %s LIMIT 1", "I"),
        (GONE, "D"),
    ],
)  # fmt: skip
def test_raw_sql_is_found_with_who_and_by_which_program(
    cast: World, draft: Report, statement: str, op: str
) -> None:
    cast.item("1.03.10.2.01.0052", ceilings=(10,))
    before = last_event()
    raw(statement, draft.pk)
    (found,) = outside.found()
    assert (found.table, found.op, found.history, found.actor_id) == (
        "submissions_reportline",
        op,
        None,
        None,
    )
    assert (found.role, found.event, found.address) == ("jenjang_app", before + 1, "local")
    assert findings(since=before) == [("submissions_reportline", op, True)]
    assert findings(since=before + 1) == []


def test_a_change_hidden_between_honest_ones_is_the_one_that_is_found(past: Past) -> None:
    cast = past.cast
    unit = cast.agency
    for name in ("Dinas PU", "Dinas PUPR"):
        with recorded(cast.root):
            unit.name = name
            unit.save()
        raw("UPDATE registry_unit SET name = name || ' (diam-diam)' WHERE id = %s", unit.pk)
    assert findings() == [("registry_unit", "U", True)] * 2
    assert [one.new and one.new["name"] for one in outside.found()] == [
        "Dinas PU (diam-diam)",
        "Dinas PUPR (diam-diam)",
    ]


def test_code_that_forgets_the_history_is_found_with_its_person(past: Past) -> None:
    with recorded(past.cast.root):
        Unit.objects.filter(pk=past.cast.agency.pk).update(name="Dinas PUPR")
    (found,) = outside.found()
    assert (found.table, found.actor_id) == ("registry_unit", past.cast.root.pk)


def test_a_history_row_that_tells_of_no_change_is_found(past: Past) -> None:
    line = past.report.lines.order_by("pk").first()
    history = line.history.latest()
    history.pk, history.realized = None, 77
    with recorded(past.cast.ani):
        history.save(force_insert=True)
    (found,) = outside.found()
    assert (found.table, found.row, found.history) == ("submissions_reportline", line.pk, history.pk)
    assert found.event == last_event()


def test_history_that_tells_other_values_than_the_change_is_found_with_its_change(past: Past) -> None:
    root = Unit.objects.get(parent=None)
    with recorded(past.cast.root):  # save() does not know the path that the database gives
        Unit.objects.create(
            government=root.government, parent=root, kind="AGENCY", code="7.01", name="Kecamatan"
        )
    assert findings() == [("registry_unit", "I", True), ("registry_unit", "I", False)]


def test_history_slipped_in_past_its_trigger_is_found(committed: dict[str, str], cast: World) -> None:
    with psycopg.connect(committed["superuser"], autocommit=True) as superuser:
        superuser.execute("ALTER TABLE registry_historicalunit DISABLE TRIGGER ledger_insert")
        superuser.execute(
            "INSERT INTO registry_historicalunit SELECT (jsonb_populate_record(h, jsonb_build_object('history_id', 900001,"
            " 'name', 'Nama lain'))).* FROM registry_historicalunit h WHERE id = %s LIMIT 1",
            [cast.agency.pk],
        )
        superuser.execute("ALTER TABLE registry_historicalunit ENABLE ALWAYS TRIGGER ledger_insert")
    (found,) = outside.found()
    assert (found.table, found.history, found.event) == ("registry_unit", 900_001, None)


def test_a_column_that_came_with_an_upgrade_alarms_nobody(committed: dict[str, str], past: Past) -> None:
    with psycopg.connect(committed["owner"], autocommit=True) as owner:
        for table in ("registry_unit", "registry_historicalunit"):
            owner.execute(f"ALTER TABLE {table} ADD COLUMN motto text NOT NULL DEFAULT 'Bersama'")  # noqa: S608
            function = owner.execute(
                "SELECT pg_get_functiondef(%s::regprocedure)", [f"ledger.record_{table}_insert()"]
            ).fetchone()
            assert function
            owner.execute(function[0].replace("'name', n.name", "'name', n.name, 'motto', n.motto"))
    assert findings() == []


# --- The command -----------------------------------------------------------------------------------------


def test_the_command_says_that_all_is_well(past: Past) -> None:
    told = StringIO()
    call_command("check_history", stdout=told)
    assert told.getvalue().startswith("Every change in the ledger has its history row")
    quiet = StringIO()
    call_command("check_history", "--json", stdout=quiet)
    assert quiet.getvalue() == ""


def test_the_command_ends_with_1_and_the_list(draft: Report) -> None:
    before = last_event()
    raw(RAW, draft.pk)
    told, objects = StringIO(), StringIO()
    with pytest.raises(CommandError) as ended:
        call_command("check_history", stdout=told)
    assert ended.value.returncode == 1
    lines = told.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"event {before + 1}: submissions_reportline ")
    assert "without a history row" in lines[0] and "role jenjang_app" in lines[0]
    with pytest.raises(CommandError):
        call_command("check_history", "--json", f"--since={before + 1}", stdout=objects)
    (only,) = [json.loads(line) for line in objects.getvalue().splitlines()]
    assert (only["event"], only["op"]) == (before + 2, "U")
    call_command("check_history", f"--since={before + 2}", stdout=StringIO())


# --- The page --------------------------------------------------------------------------------------------

URL = "/audit/outside/"


def shown(client: Client, query: str = "") -> str:
    answer = client.get(URL + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_dewi_sees_what_was_done_by_whom_and_the_way_to_the_dossier(
    cast: World, draft: Report, client: Client
) -> None:
    client.force_login(cast.dewi)
    assert "every change has its history" in shown(client)
    line = draft.lines.order_by("pk").first()
    with recorded(cast.eko), connection.cursor() as cursor:
        changed = (
            "UPDATE submissions_reportline SET realized = 123456, correction_reason = 'Rahasia' WHERE id = %s"
        )
        cursor.execute(changed, [line.pk])
    page = shown(client)
    assert "1 place where history and ledger do not agree" in page
    assert "Changed without a history row" in page
    assert cast.eko.name in page and "jenjang_app" in page
    assert "123,456" in page and "3,500,000" in page  # before and after
    assert "Rahasia" in page  # the words from the live row; the event has their fingerprint
    assert f"/audit/reports/{draft.token}/" in page


def test_words_that_stand_nowhere_any_more_are_only_a_fingerprint(
    cast: World, draft: Report, client: Client
) -> None:
    for words in ("Kata pertama", "Kata kedua"):
        raw("UPDATE submissions_reportline SET correction_reason = %s WHERE report_id = %s", words, draft.pk)
    client.force_login(cast.dewi)
    page = shown(client)
    assert "Kata kedua" in page
    assert "Kata pertama" not in page and "fingerprint only" in page


def test_mail_and_number_of_a_person_are_never_shown(past: Past, client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registry_user SET email = 'baru@contoh.example' WHERE id = %s", [past.cast.gita.pk]
        )
    grants.give(grants.AUDIT, past.cast.dewi, Unit.objects.get(parent=None))
    client.force_login(past.cast.dewi)
    page = shown(client)
    assert "fingerprint only" in page
    assert "baru@contoh.example" not in page


@pytest.mark.parametrize("stranger", ["ani", "budi", "citra", "eko", "gita", "root"])
def test_who_audits_nothing_finds_nothing(past: Past, client: Client, stranger: str) -> None:
    client.force_login(past.cast.people[stranger])
    assert client.get(URL).status_code == 404


def test_an_auditor_sees_his_agency_and_what_belongs_to_nobody_only_from_the_root(
    cast: World, draft: Report, client: Client
) -> None:
    raw(RAW, draft.pk)
    raw("UPDATE registry_user SET language = 'en' WHERE id = %s", cast.gita.pk)
    counts = {}
    for unit in (cast.other_agency, cast.agency, Unit.objects.get(parent=None)):
        person = User.objects.create_user(f"auditor-{unit.pk}", name="Auditor")
        grants.give(grants.AUDIT, person, unit)
        client.force_login(person)
        counts[unit.pk] = client.get(URL).context["page"].paginator.count
    assert list(counts.values()) == [0, 2, 3]


def test_each_look_is_on_the_record_and_nothing_can_be_sent(past: Past, client: Client) -> None:
    client.force_login(past.cast.dewi)
    shown(client, "?until=40")
    reading = Reading.objects.get()
    assert (reading.person, reading.page, reading.query) == (past.cast.dewi, "outside", "until=40")
    assert client.post(URL).status_code == 405
    assert Reading.objects.count() == 1


@pytest.mark.parametrize("until", ["x", "-3", "0", "%00", "9" * 40, "²", ""])
def test_a_number_that_no_event_has_shows_the_newest(past: Past, client: Client, until: str) -> None:
    client.force_login(past.cast.dewi)
    newest = last_event()
    assert client.get(f"{URL}?until={until}").context["stretch"].until >= newest


def test_the_ledger_is_walked_through_in_stretches(
    cast: World, draft: Report, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside_views, "STRETCH", 600)
    raw(RAW, draft.pk)
    changed = last_event()
    with recorded(cast.ani):
        for number in range(60):
            cast.ani.language = ("en", "id")[number % 2]
            cast.ani.save()
    client.force_login(cast.dewi)
    answer = client.get(URL)
    stretch, seen = answer.context["stretch"], [one.event for one in answer.context["shown"]]
    while stretch.older:
        answer = client.get(f"{URL}?until={stretch.older}")
        assert answer.context["stretch"].until == stretch.since
        stretch = answer.context["stretch"]
        seen += [one.event for one in answer.context["shown"]]
    assert seen == [changed, changed - 1]


def test_where_too_much_differs_for_a_page_the_command_is_named(
    cast: World, draft: Report, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside_views, "MOST", 1)
    client.force_login(cast.dewi)
    raw(FIRST, draft.pk)
    raw(RAW, draft.pk)
    page = shown(client)
    assert "1 are shown here" in page and "manage.py check_history" in page
    assert len(findings()) == 3


def test_one_finding_costs_as_much_as_five_hundred(
    cast: World, draft: Report, client: Client, statements: Callable[[], Any]
) -> None:
    client.force_login(cast.dewi)
    shown(client)
    costs, there = {}, 0
    for count in (1, 50, 500):
        raw(
            "INSERT INTO submissions_explanation (report_id, rule, text)"
            " SELECT %s, 'V-' || n, 'Karena ' || n FROM generate_series(%s, %s) AS n",
            draft.pk, there + 1, count,
        )  # fmt: skip
        there = count
        with statements() as seen:
            page = client.get(URL).context["page"]
        assert page.paginator.count == count
        costs[count] = len(seen)
    assert len(set(costs.values())) == 1, costs
