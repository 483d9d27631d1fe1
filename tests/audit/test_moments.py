"""What Dewi sees of a past moment: rebuilt from the ledger, with the history beside it where the two part."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from audit.models import Reading
from audit.moments import Moment
from audit.moments_events import TABLES, read
from audit.moments_pages import then
from audit.moments_subjects import found as subjects_of
from audit.moments_words import HIDDEN, label
from audit.story import held
from ledger.recording import recorded
from registry import grants
from submissions import services
from submissions.models import Holiday, Report, ReportLine
from tests.audit.conftest import Past
from tests.cast import World

A_MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def dewi(past: Past, client: Client) -> Client:
    client.force_login(past.cast.dewi)
    return client


def look(client: Client, what: str, which: str, **asked: Any) -> Any:
    answer = client.get("/audit/moment/", {"what": what, "which": which, **asked})
    assert answer.status_code == 200
    return answer


def events(table: str, row: int) -> list[tuple[int, datetime]]:
    """Number and moment of each event of a row, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, payload::json ->> 'at' FROM ledger.event WHERE of_table = %s AND of_row = %s ORDER BY id",
            [table, row],
        )
        return [(number, datetime.fromisoformat(at)) for number, at in cursor.fetchall()]


def history_of(model: Any, number: int) -> str:
    """A history row as the database writes it down."""
    with connection.cursor() as cursor:
        table = model.history.model._meta.db_table
        cursor.execute(f"SELECT to_jsonb(h)::text FROM {table} h WHERE history_id = %s", [number])  # noqa: S608
        (text,) = cursor.fetchone()
    return text


def row(answer: Any, what: str, head: str = "") -> Any:
    """The first row of a kind, as the page shows it."""
    return next(one for one in answer.context["rows"] if one.what == what and head in one.head)


def facts(shown: Any) -> dict[str, str]:
    return {fact.label: fact.text for fact in shown.facts}


def first_line(past: Past) -> ReportLine:
    return past.report.lines.order_by("line__account_code")[0]


# --- The moment ------------------------------------------------------------------------------------------


def test_a_change_counts_from_its_very_microsecond(past: Past, dewi: Client) -> None:
    _opened, _entered, (number, at) = events("submissions_reportline", first_line(past).pk)
    before = look(dewi, "report", past.report.token, at=(at - A_MICROSECOND).isoformat())
    after = look(dewi, "report", past.report.token, at=at.isoformat())
    assert facts(row(before, "Report line", "00001"))["realized this month"] == "4,000,000"
    assert facts(row(after, "Report line", "00001"))["realized this month"] == "3,500,000"
    assert row(before, "Report line", "00001").next.id == number
    assert row(after, "Report line", "00001").last.id == number


def test_the_number_of_an_event_is_a_moment_too(past: Past, dewi: Client) -> None:
    opened, entered, _corrected = events("submissions_reportline", first_line(past).pk)
    for (number, _at), money in ((opened, "–"), (entered, "4,000,000")):
        answer = look(dewi, "report", past.report.token, event=number)
        assert facts(row(answer, "Report line", "00001"))["realized this month"] == money


def test_before_it_was_made_it_did_not_exist_and_the_page_says_by_which_event_it_came(
    past: Past, dewi: Client
) -> None:
    ((number, at), *_) = events("submissions_report", past.report.pk)
    answer = look(dewi, "report", past.report.token, at=(at - A_MICROSECOND).isoformat())
    assert {one.state for one in answer.context["rows"]} == {"later"}
    assert f"It did not exist yet: it was added later, by event {number}" in answer.content.decode()


def test_what_was_removed_did_not_exist_any_more(past: Past, dewi: Client) -> None:
    with recorded(past.cast.root):
        holiday = Holiday.objects.create(
            government=past.cast.government, day="2026-03-20", name="Hari Raya Nyepi"
        )
        pk = holiday.pk
        holiday.delete()
    (_, added), (number, _) = events("submissions_holiday", pk)
    code = past.cast.agency.code
    there = look(dewi, "calendar", code, at=added.isoformat())
    gone = look(dewi, "calendar", code)
    assert row(there, "Holiday", "Hari Raya Nyepi").state == "there"
    assert row(gone, "Holiday", "Hari Raya Nyepi").state == "gone"
    assert f"it was removed by event {number}" in gone.content.decode()


UNREADABLE = (
    ({"at": "kemarin"}, "“kemarin” is no moment that can be read"),
    ({"at": "2026-02-30T09:00"}, "“2026-02-30T09:00” is no moment"),
    ({"at": "9999-12-31T23:59"}, "The year 9999 lies outside"),
    ({"at": "0001-01-01T00:00+14:00"}, "The year 1 lies outside"),
    ({"at": "2026-02-03\x00"}, "is no moment that can be read"),
    ({"at": "2099-01-01T00:00"}, "has not come yet"),
    ({"event": "0"}, "The ledger has no event 0"),
    ({"event": "9" * 40}, "The ledger has no event 999"),
    ({"event": "²"}, "The ledger has no event ²"),
)


def test_a_moment_that_is_none_is_said_and_kept(past: Past, dewi: Client) -> None:
    for asked, said in UNREADABLE:
        answer = look(dewi, "report", past.report.token, **asked)
        text = answer.content.decode()
        assert said in text and past.report.token in text, asked
        assert "subject" not in answer.context
        assert all(getattr(answer.context["form"], name) == value.strip() for name, value in asked.items())


def test_a_name_that_is_none_is_said_and_kept(past: Past, dewi: Client) -> None:
    for what in ("report", "published", "offices", "item", "calendar", "person", "route", "grant"):
        for which in ("nothing-of-this-name", "x" * 101, "a\x00b", "item-", "P-", "item-" + "9" * 30):
            answer = look(dewi, what, which)
            assert answer.context["form"].which == which
            assert answer.context["form"].errors["which"], (what, which)


def test_a_kind_that_is_none_is_that_of_reports(past: Past, dewi: Client) -> None:
    assert look(dewi, "secrets", past.report.token).context["subject"].kind == "report"


# --- Ledger and history ----------------------------------------------------------------------------------


def test_a_random_story_is_rebuilt_as_the_history_tells_it(cast: World, client: Client) -> None:
    """Each state of each row that a history row holds is what the page says after the event of that change."""
    chance = random.Random(6)
    cast.item(ceilings=(90_000_000, 30_000_000))
    (report,) = cast.open()
    for _ in range(12):
        said = {"increment": chance.randint(1, 9), "problem_text": chance.choice(["", "Hujan", "Lahan"])}
        said |= {
            "problems": ["LAND"] if said["problem_text"] else [],
            "follow_up_text": "Rapat",
            "follow_up_due": None,
        }
        services.save_entries(
            actor=cast.ani,
            entries=[cast.entry(report, chance.randint(1, 9) * 10**6, chance.choice([None, 1000]), **said)],
        )
    (subject,) = subjects_of(["/"], "report", report.token)
    compared = 0
    for model in (Report, ReportLine):
        for pk in model.objects.values_list("pk", flat=True):
            rows = list(model.history.filter(id=pk).order_by("history_id"))
            told = events(model._meta.db_table, pk)
            for kept, (number, at) in zip(rows, told, strict=True):
                before = then(subject, Moment(at))
                assert not any(one.suspect for one in before.rows)
                (stood,) = [one for one in before.rows if one.last and one.last.id == number]
                image = read(history_of(model, kept.history_id))
                assert stood.image and {name: held(image, name) for name in stood.image} == stood.image
                compared += 1
    assert compared > 20


@pytest.fixture
def draft(past: Past) -> Report:
    """Another report, still open, so that the database takes raw SQL on it."""
    past.cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    report = next(report for report in past.cast.open() if report.state == "draft")
    past.cast.entered([report], 100)
    return report


def test_raw_sql_is_seen_and_marked_with_what_the_history_says(
    past: Past, dewi: Client, draft: Report
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE submissions_reportline SET realized = 777 WHERE report_id = %s", [draft.pk])
    number, at = events("submissions_reportline", draft.lines.get().pk)[-1]
    answer = look(dewi, "report", draft.token, at=at.isoformat())
    shown = row(answer, "Report line")
    assert (shown.outside, shown.suspect, answer.context["suspects"]) == (True, True, 1)
    money = next(fact for fact in shown.facts if fact.label == "realized this month")
    assert (money.text, money.history) == ("777", "100")
    text = answer.content.decode()
    assert f"Event {number} was not made by the application" in text and "The history says: 100" in text
    before = look(dewi, "report", draft.token, at=(at - A_MICROSECOND).isoformat())
    assert before.context["suspects"] == 0


def test_a_row_that_the_history_never_heard_of_is_marked(past: Past, dewi: Client, draft: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO submissions_explanation (report_id, rule, text) VALUES (%s, 'V-18', 'Tidak ada')",
            [draft.pk],
        )
    answer = look(dewi, "report", draft.token)
    shown = row(answer, "Explanation", "V-18")
    assert (shown.outside, shown.silent, shown.suspect) == (True, True, True)
    assert "The history knows nothing of this row at that moment." in answer.content.decode()


def test_a_history_row_that_somebody_wrote_by_hand_is_set_beside_the_ledger(
    past: Past, dewi: Client, draft: Report
) -> None:
    line = draft.lines.get()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO submissions_historicalreportline (id, report_id, line_id, ceiling, realized, correction_reason,"
            " history_date, history_type) VALUES (%s, %s, %s, 1000, 55, '', '2026-02-04T00:00Z', '~')",
            [line.pk, draft.pk, line.line_id],
        )
    shown = row(look(dewi, "report", draft.token), "Report line")
    money = next(fact for fact in shown.facts if fact.label == "realized this month")
    assert (money.text, money.history, shown.outside) == ("100", "55", False)


def test_words_come_from_a_row_whose_digest_agrees_and_are_erased_without_one(
    past: Past, dewi: Client, draft: Report
) -> None:
    answer = look(dewi, "report", past.report.token)
    assert facts(row(answer, "Report"))["problem"] == "Lahan belum bebas di dua titik"
    with connection.cursor() as cursor:
        for words in ("Kata yang hilang", "Kata lain"):
            cursor.execute("UPDATE submissions_report SET public_note = %s WHERE id = %s", [words, draft.pk])
    (number, _at), _ = events("submissions_report", draft.pk)[-2:]
    answer = look(dewi, "report", draft.token, event=number)
    note = next(fact for fact in row(answer, "Report").facts if fact.label == "public note")
    assert note.erased and "words erased" in answer.content.decode()
    assert "Kata yang hilang" not in answer.content.decode()


# --- Who, and what it costs ------------------------------------------------------------------------------


def test_who_audits_nothing_finds_nothing(cast: World, client: Client) -> None:
    for stranger in ("ani", "budi", "citra", "eko", "fitri", "gita", "root"):
        client.force_login(cast.people[stranger])
        assert client.get("/audit/moment/").status_code == 404, stranger


def test_a_visitor_is_asked_to_sign_in_and_nothing_can_be_sent(cast: World, client: Client) -> None:
    assert client.get("/audit/moment/")["Location"].startswith("/accounts/login/")
    client.force_login(cast.dewi)
    assert [getattr(client, verb)("/audit/moment/").status_code for verb in ("post", "put", "delete")] == [
        405
    ] * 3


def test_another_agencys_things_are_not_found(past: Past, client: Client) -> None:
    cast = past.cast
    grants.give(grants.AUDIT, cast.gita, cast.other_agency)
    client.force_login(cast.gita)
    for what, which in (
        ("report", past.report.token),
        ("published", past.report.token),
        ("item", past.report.token),
        ("item", f"item-{past.report.item_id}"),
        ("offices", cast.agency.code),
        ("calendar", cast.agency.code),
        ("person", "budi"),
        ("person", "dewi"),
    ):
        answer = look(client, what, which)
        assert "subject" not in answer.context and answer.context["form"].errors["which"], (what, which)
    assert look(client, "person", "fitri").context["subject"].title == "Fitri Merantian"


def test_her_looking_is_on_the_record(past: Past, dewi: Client) -> None:
    look(dewi, "report", past.report.token, at="2026-02-03T09:00")
    kept = Reading.objects.latest("pk")
    assert (kept.person, kept.page, kept.subject) == (past.cast.dewi, "moment", past.report.token)
    assert "at=2026-02-03" in kept.query


def test_every_column_of_every_row_has_a_name(past: Past) -> None:
    """In the catalogue's care: a column that the ledger tells of has words of its own, not the database's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT e.of_table, k FROM ledger.event e, json_object_keys(e.payload::json -> 'new') k"
            " WHERE e.of_table = ANY (%s) AND e.payload::json ->> 'new' IS NOT NULL",
            [list(TABLES)],
        )
        columns = cursor.fetchall()
    assert [name for table, name in columns if name not in HIDDEN and "_" in label(table, name)] == []


def test_a_look_costs_the_same_for_one_line_and_for_many(
    cast: World, client: Client, statements: Callable[[], Any]
) -> None:
    cast.item(ceilings=(10,))
    cast.item("1.03.10.2.01.0052", ceilings=(10,) * 50)
    cast.item("1.03.10.2.01.0053", ceilings=(10,) * 200)
    tokens = list(
        Report.objects.filter(pk__in=[one.pk for one in cast.open()])
        .order_by("item_id")
        .values_list("token", flat=True)
    )
    client.force_login(cast.dewi)
    look(client, "report", tokens[0])
    counts = []
    for token in tokens:
        with statements() as seen:
            answer = look(client, "report", token)
        counts.append(len(seen))
    assert answer.context["page"].paginator.count == 201
    assert len(set(counts)) == 1, counts
