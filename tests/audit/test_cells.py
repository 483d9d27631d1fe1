"""One value of a report through all its days, as Dewi reads it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils.html import escape

from approvals import services as approvals
from audit.models import Reading
from registry import grants
from submissions.models import Report
from tests.approvals.bureau import WHY, Bureau, bureau
from tests.audit.conftest import REASON, Past
from tests.cast import World, assign
from tests.submissions.test_revisions import amended, permitted, published
from workflow import engine, route

__all__ = ["bureau"]


@pytest.fixture
def dewi(past: Past, client: Client) -> Client:
    client.force_login(past.cast.dewi)
    return client


def address(report: Report, name: str) -> str:
    return f"/audit/reports/{report.token}/cells/{name}/"


def life(client: Client, report: Report, name: str) -> Any:
    answer = client.get(address(report, name))
    assert answer.status_code == 200
    return answer


def values(answer: Any, revision: int = 0) -> list[Any]:
    return list(answer.context["lives"][revision].values)


def money(report: Report, number: int = 1) -> str:
    line = report.lines.get(line__account_code__endswith=f"0000{number}")
    return f"line-{line.pk}"


def test_she_reads_every_amount_with_writer_office_version_and_event(past: Past, dewi: Client) -> None:
    answer = life(dewi, past.report, money(past.report))
    told = [(one.text, one.before, one.person, one.version) for one in values(answer)]
    assert told == [
        ("–", "–", "", 1),
        ("4,000,000", "–", "Ani Lembayung", 2),
        ("3,500,000", "4,000,000", "Ani Lembayung", 4),
    ]
    assert [office.text for office in values(answer)[1].offices] == ["PPTK Bina Marga, Dinas Pekerjaan Umum"]
    text = answer.content.decode()
    assert all(f"event {one.event.id}" in text for one in values(answer))
    assert "not sealed yet" in text and answer.context["red"] == 0


def test_a_change_names_the_return_that_asked_for_it_with_its_words(past: Past, dewi: Client) -> None:
    answer = life(dewi, past.report, money(past.report))
    _opened, entered, corrected = values(answer)
    assert entered.asking is None
    assert (corrected.asking.person, corrected.asking.named, corrected.asking.reason) == (
        "Budi Wiratmaka", True, REASON,
    )  # fmt: skip
    assert escape(REASON) in answer.content.decode()


def test_a_change_that_the_return_did_not_name_is_marked(past: Past, dewi: Client) -> None:
    answer = life(dewi, past.report, "problem_text")
    (*_, corrected) = values(answer)
    assert corrected.text == "Lahan belum bebas di dua titik"
    assert corrected.asking is not None and not corrected.asking.named
    assert "which did not name this value" in answer.content.decode()


def test_the_decisions_made_on_a_value_stand_with_it(past: Past, dewi: Client) -> None:
    opened, entered, corrected = values(life(dewi, past.report, money(past.report)))
    titles = [[made.title for made in one.decisions] for one in (opened, entered, corrected)]
    assert titles == [[], ["Submitted", "Returned"], ["Submitted", "Verified"]]
    assert corrected.decisions[-1].office == "Kepala Bidang Bina Marga, Dinas Pekerjaan Umum"


def test_words_money_and_codes_all_have_their_lives(past: Past, dewi: Client) -> None:
    expected = {
        "increment": ["–", "5.00", "4.00"],
        "status": ["–", "Under way"],
        "problems": ["–", "Land"],
        "follow_up_due": ["–", "20 March 2026"],
        "public_note": ["–"],
        "needs_leadership": ["no"],
        "ceiling": ["120,000,000"],
        money(past.report, 2): ["–", "1,000,000"],
        f"{money(past.report)}-reason": ["–"],
        f"{money(past.report)}-corrects": ["–"],
    }
    for name, texts in expected.items():
        assert [one.text for one in values(life(dewi, past.report, name))] == texts, name


def test_an_explanation_has_a_life_too(cast: World, client: Client) -> None:
    cast.item(ceilings=(90_000_000,))
    (report,) = cast.open()
    cast.entered([report], 80_000_000)
    explained = report.explanations.order_by("pk")[0]
    client.force_login(cast.dewi)
    mark = f"-line-{explained.line_id}" if explained.line_id else ""
    (value, *_) = values(life(client, report, f"why-{explained.rule}{mark}"))
    assert (value.text, value.person) == (explained.text, "Ani Lembayung")


def test_a_revision_goes_on_with_the_life_and_names_what_allowed_it(cast: World, client: Client) -> None:
    cast.item(ceilings=(100,))
    cast.open()
    january = published(cast, 1, 10)
    permitted(cast)
    revision = amended(cast, january)
    cast.entered([revision], 30)
    client.force_login(cast.dewi)
    for report in (january, revision):
        answer = life(client, report, money(report))
        assert [[one.text for one in values(answer, n)] for n in (0, 1)] == [["–", "10"], ["10", "30"]]
        allowed = values(answer, 1)[1].allowing
        assert [(one.kind, one.reason) for one in allowed] == [
            ("Permission to amend", "Disetujui atas nota dinas 17")
        ]
        assert not values(answer, 0)[1].allowing
        assert [made.title for made in values(answer, 0)[1].decisions][-2:] == [
            "Published",
            "Opened for amendment",
        ]


def test_a_revision_names_the_request_that_asked_for_it(bureau: Bureau, client: Client) -> None:
    cast = bureau.cast
    (report, _other) = cast.reports(1)
    versions = cast.submitted([report], 10)
    approvals.verify(actor=cast.budi, versions=versions)
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, versions, actor=cast.citra, whole=True)
    case = bureau.ask("amendment")
    bureau.answer(case, "hadi")
    if "second" in bureau.open(case):
        bureau.answer(case, "indah")
    revision = amended(cast, Report.objects.get(pk=report.pk))
    cast.entered([revision], 15)
    client.force_login(cast.dewi)
    answer = life(client, revision, money(revision))
    (allowed,) = values(answer, 1)[1].allowing
    assert (allowed.number, allowed.reason) == (case.number, WHY)
    assert case.number in answer.content.decode() and escape(WHY) in answer.content.decode()


def test_a_value_written_by_an_acting_holder_says_for_whom(past: Past, dewi: Client) -> None:
    cast = past.cast
    cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    report = next(report for report in cast.open() if report.state == "draft")
    assign(cast.gita, cast.posts["officer"], kind="plh", start="2026-02-01", end="2026-02-28")
    cast.entered([report], 7, by="gita")
    *_, last = values(life(dewi, report, money(report)))
    assert [(one.text, one.instead_of) for one in last.offices] == [
        ("Plh. PPTK Bina Marga, Dinas Pekerjaan Umum", "Ani Lembayung")
    ]


def test_raw_sql_stands_in_red_with_the_role_that_wrote_it(past: Past, dewi: Client) -> None:
    cast = past.cast
    cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    report = next(report for report in cast.open() if report.state == "draft")
    cast.entered([report], 5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE submissions_reportline SET realized = 900 WHERE report_id = %s", [report.pk])
    cast.entered([report], 6)
    answer = life(dewi, report, money(report))
    assert [(one.text, one.red) for one in values(answer)] == [
        ("–", False), ("5", False), ("900", True), ("6", False),
    ]  # fmt: skip
    text = answer.content.decode()
    assert answer.context["red"] == 1
    assert "Changed outside the application" in text and "jenjang_app" in text


def test_a_value_that_only_the_history_claims_stands_in_red_without_an_event(
    past: Past, dewi: Client
) -> None:
    line = past.report.lines.order_by("line__account_code")[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO submissions_historicalreportline (id, report_id, line_id, ceiling, realized, correction_reason,"
            " history_date, history_type) VALUES (%s, %s, %s, 1000, 55, '', '2026-02-06T00:00Z', '~')",
            [line.pk, past.report.pk, line.line_id],
        )
    answer = life(dewi, past.report, money(past.report))
    *_, last = values(answer)
    assert (last.text, last.red, last.event) == ("55", True, None)
    assert "In the history, but not in the ledger" in answer.content.decode()


def test_words_that_are_nowhere_any_more_are_told_as_erased(past: Past, dewi: Client) -> None:
    cast = past.cast
    cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    report = next(report for report in cast.open() if report.state == "draft")
    with connection.cursor() as cursor:
        for words in ("Kata yang hilang", "Kata lain"):
            cursor.execute("UPDATE submissions_report SET public_note = %s WHERE id = %s", [words, report.pk])
    answer = life(dewi, report, "public_note")
    assert [one.erased for one in values(answer)] == [False, True, False]
    assert "words erased" in answer.content.decode()


def test_a_cell_that_this_report_never_had_is_not_found(past: Past, dewi: Client) -> None:
    past.cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    other = next(report for report in past.cast.open() if report.state == "draft")
    names = (
        money(other),
        "line-0",
        f"line-{'9' * 30}",
        "line-1-secret",
        "password",
        "why-V-15-line-999999",
        "why-",
        "state",
        "%00",
    )
    for name in names:
        assert dewi.get(address(past.report, name)).status_code == 404, name
    assert values(life(dewi, past.report, "why-V-99")) == []


def test_who_audits_nothing_finds_nothing(past: Past, client: Client) -> None:
    for stranger in ("ani", "budi", "citra", "eko", "fitri", "gita", "root"):
        client.force_login(past.cast.people[stranger])
        assert client.get(address(past.report, "increment")).status_code == 404, stranger


def test_an_auditor_of_another_agency_and_a_visitor_do_not_see_it(past: Past, client: Client) -> None:
    assert client.get(address(past.report, "increment"))["Location"].startswith("/accounts/login/")
    grants.give(grants.AUDIT, past.cast.gita, past.cast.other_agency)
    client.force_login(past.cast.gita)
    assert client.get(address(past.report, "increment")).status_code == 404
    assert client.post(address(past.report, "increment")).status_code == 405


def test_her_looking_is_on_the_record(past: Past, dewi: Client) -> None:
    life(dewi, past.report, "increment")
    kept = Reading.objects.latest("pk")
    assert (kept.person, kept.page, kept.subject, kept.query) == (
        past.cast.dewi, "cell", past.report.token, "increment",
    )  # fmt: skip


def test_a_life_costs_the_same_short_or_long(past: Past, dewi: Client, statements: Callable[[], Any]) -> None:
    cast = past.cast
    cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    report = next(report for report in cast.open() if report.state == "draft")
    name = money(report)
    cast.entered([report], 1)
    life(dewi, report, name)
    counts = []
    for more in (0, 5, 20):
        for amount in range(more):
            cast.entered([report], 2 + amount)
        with statements() as seen:
            answer = life(dewi, report, name)
        counts.append(len(seen))
    assert len(values(answer)) > 20
    assert len(set(counts)) == 1, counts
