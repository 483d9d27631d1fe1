"""A word on one cell: said by who holds the report, about what he sees, once, and kept whatever he decides later."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from approvals import services
from ledger.recording import recorded
from registry.models import User
from submissions import comments, marks
from submissions import services as entering
from submissions.comments import CommentRefused
from submissions.models import Comment, Report
from submissions.readings import read
from tests.cast import World
from tests.ledger.test_events import events
from tests.roads import BUREAU, HEAD, PLANNER, SECTION, bureau, follows, planner
from tests.together import together
from workflow import engine, route
from workflow.engine import KeyReused
from workflow.models import Decision

SAID = "Angka ini berbeda dengan SP2D nomor 000123"


def as_(who: User) -> Client:
    with recorded(None):
        User.objects.filter(pk=who.pk).update(language="en")
        who.refresh_from_db()
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def report(cast: World) -> Report:
    """January of one sub-activity with two lines, which waits for Budi."""
    cast.item(ceilings=(100, 200))
    reports = cast.open()
    cast.submitted(reports, 10)
    return Report.objects.get()


def line(report: Report, place: int = 0) -> str:
    return f"line-{report.lines.order_by('line__account_code')[place].pk}"


def say(cast: World, report: Report, who: str = "budi", **other: Any) -> Comment:
    asked: dict[str, Any] = {
        "version": cast.versions([report])[report.pk],
        "mark": line(report),
        "text": SAID,
    } | other
    return comments.say(actor=cast.people[who], report=report, **asked)


def refused(cast: World, report: Report, who: str = "budi", **other: Any) -> str:
    with pytest.raises(CommentRefused) as caught:
        say(cast, report, who, **other)
    assert other.get("text", SAID) not in Comment.objects.values_list("text", flat=True)
    return caught.value.code


def typed(cast: World, report: Report, **other: Any) -> dict[str, Any]:
    version = cast.versions([report])[report.pk]
    return {"act": "comment", "version": version, "about": line(report), "comment": SAID, **other}


def test_budi_says_something_about_one_line_and_the_ledger_knows_without_the_words(
    cast: World, report: Report
) -> None:
    kept = say(cast, report)
    assert (kept.person_name, kept.office) == (
        "Budi Wiratmaka", "Kepala Bidang Bina Marga, Dinas Pekerjaan Umum",
    )  # fmt: skip
    assert (kept.mark, kept.text, kept.version) == (line(report), SAID, Report.objects.get().version)
    (event,) = events(table="submissions_comment")
    assert event["actor"] == str(cast.budi.pk) and SAID not in str(event)
    assert Report.objects.get().state == "submitted"


@pytest.mark.parametrize("who", ["ani", "citra", "dewi", "eko", "fitri", "gita", "root"])
def test_nobody_comments_but_who_holds_it(cast: World, report: Report, who: str) -> None:
    assert refused(cast, report, who) in ("comment.holder", "route.self")
    status = 404 if who in ("eko", "fitri", "gita", "root") else 422
    assert as_(cast.people[who]).post(f"/reports/{report.token}/", typed(cast, report)).status_code == status
    assert not Comment.objects.exists()


def test_whose_turn_is_over_or_has_not_come_says_nothing(cast: World) -> None:
    indra = planner(cast)
    follows(cast, SECTION, PLANNER, HEAD)
    cast.item()
    (one,) = cast.open()
    versions = cast.submitted([one], 10)
    cast.people["indra"] = indra
    assert refused(cast, one, "indra") == "comment.holder"
    services.verify(actor=cast.budi, versions=versions)
    assert refused(cast, one, "budi") == "comment.holder"
    assert say(cast, one, "indra").person_name == indra.name


def test_the_reviewer_after_the_signature_comments_too(cast: World) -> None:
    cast.people["hana"] = bureau(cast)
    follows(cast, SECTION, HEAD, BUREAU | {"blocks": True})
    cast.item()
    (one,) = cast.open()
    versions = cast.submitted([one], 10)
    services.verify(actor=cast.budi, versions=versions)
    engine.perform(route.SIGN, Report, versions, actor=cast.citra)
    assert refused(cast, one, "citra") == "comment.holder"
    assert say(cast, one, "hana").office


@pytest.mark.parametrize("state", ["draft", "returned", "published"])
def test_what_is_not_being_judged_takes_no_comment(cast: World, report: Report, state: str) -> None:
    versions = cast.versions([report])
    if state == "draft":
        entering.recall(actor=cast.ani, versions=versions)
    elif state == "returned":
        services.send_back(actor=cast.budi, versions=versions, reason="Bukti belum dilampirkan")
    else:
        services.verify(actor=cast.budi, versions=versions)
        for verb in (route.SIGN, route.PUBLISH):
            engine.perform(verb, Report, versions, actor=cast.citra)
    for who in ("ani", "budi", "citra"):
        assert refused(cast, report, who) in ("comment.holder", "route.self")


@pytest.mark.parametrize("text", ["", "  ", "ab", "\x00\x00\x00", "x" * 1001])
def test_too_short_or_too_long_is_told_and_kept_in_the_field(cast: World, report: Report, text: str) -> None:
    assert refused(cast, report, text=text) == "comment.length"
    posted = typed(cast, report, comment=text, reason="Bukti belum", lines=[line(report, 1)])
    answer = as_(cast.budi).post(f"/reports/{report.token}/", posted)
    assert answer.status_code == 422 and answer.context["comment_error"]
    assert answer.context["comment"] == text.strip() and answer.context["reason"] == "Bukti belum"


def test_three_and_a_thousand_characters_are_taken(cast: World, report: Report) -> None:
    for length in (3, 1000):
        assert len(say(cast, report, text="x" * length).text) == length


@pytest.mark.parametrize("mark", ["line-1", "ceiling", "token", "physical", "why-V-99", "volume", "x" * 200])
def test_only_cells_of_this_very_report_are_commented_on(cast: World, report: Report, mark: str) -> None:
    assert refused(cast, report, mark=mark) == "comment.cell"


def test_every_cell_evidence_and_the_whole_can_be_commented_on(cast: World, report: Report) -> None:
    (reading,) = read([report.pk])
    for mark in ("", *marks.names_of(reading)):
        assert say(cast, report, mark=mark).mark == mark


def test_another_version_is_refused_with_the_difference_and_the_words_stay(
    cast: World, report: Report
) -> None:
    seen = cast.versions([report])[report.pk]
    entering.recall(actor=cast.ani, versions={report.pk: seen})
    cast.entered([report], 25, 10)
    entering.submit(actor=cast.ani, versions=cast.versions([report]))
    assert refused(cast, report, version=seen) == "route.stale"
    assert refused(cast, report, version=seen + 9) == "route.stale"
    answer = as_(cast.budi).post(
        f"/reports/{report.token}/", typed(cast, report, version=seen, lines=[line(report)])
    )
    assert answer.status_code == 422
    assert ("10", "25") in [(one.seen, one.stored) for one in answer.context["differences"]]
    assert answer.context["comment"] == SAID and answer.context["about"] == line(report)
    assert not Comment.objects.exists()


def test_a_second_tap_says_it_once_and_other_words_with_the_same_key_are_refused(
    cast: World, report: Report
) -> None:
    budi, posted = as_(cast.budi), typed(cast, report, key="one-page")
    for _tap in range(2):
        assert budi.post(f"/reports/{report.token}/", posted).status_code == 200
    assert Comment.objects.count() == 1
    with pytest.raises(KeyReused):
        say(cast, report, text="Sesuatu yang lain", key="one-page")
    assert budi.post(f"/reports/{report.token}/", posted | {"comment": "Lain lagi"}).status_code == 422
    assert Comment.objects.count() == 1
    assert len(events(table="submissions_comment")) == 1


def test_four_taps_at_once_say_it_once(committed: Any, cast: World, report: Report) -> None:
    answers = together(4, lambda: say(cast, report, key="one-page").pk)
    assert len(set(answers)) == 1 and Comment.objects.count() == 1


def test_it_stays_when_the_report_is_verified_afterwards_and_the_next_tier_reads_it(
    cast: World, report: Report
) -> None:
    say(cast, report)
    services.verify(actor=cast.budi, versions=cast.versions([report]))
    for who in ("ani", "citra", "dewi"):
        assert SAID in as_(cast.people[who]).get(f"/reports/{report.token}/").content.decode()
    assert SAID in as_(cast.ani).get(f"/entry/2026-01/panel/{report.pk}/").content.decode()


def test_nobody_changes_or_takes_back_what_was_said(cast: World, report: Report) -> None:
    kept = say(cast, report)
    for act in (lambda: Comment.objects.update(text="Lain"), lambda: kept.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM submissions_comment")
        assert cursor.fetchall() == [(SAID,)]


def test_what_was_typed_and_not_kept_goes_with_the_decision(cast: World, report: Report) -> None:
    posted = typed(cast, report, act="return", category="payments", reason="Mohon diperiksa kembali")
    answer = as_(cast.budi).post(f"/reports/{report.token}/", posted | {"key": "one-page"})
    assert answer.status_code == 302
    assert Comment.objects.get().text == SAID
    assert Decision.objects.get(verb="return").marks == ["category-payments", line(report)]
    assert as_(cast.budi).post(f"/reports/{report.token}/", posted | {"key": "one-page"}).status_code == 302
    assert Comment.objects.count() == 1


def test_a_decision_that_is_refused_keeps_the_comment_once(cast: World, report: Report) -> None:
    budi = as_(cast.budi)
    posted = typed(cast, report, act="return", category="payments", reason="kurang")
    answer = budi.post(f"/reports/{report.token}/", posted)
    assert answer.status_code == 422 and answer.context["comment"] == ""
    again = posted | {"reason": "Mohon diperiksa kembali", "comment": answer.context["comment"]}
    assert budi.post(f"/reports/{report.token}/", again | {"lines": [line(report)]}).status_code == 302
    assert Comment.objects.count() == 1


def test_what_was_commented_on_is_ticked_beforehand_and_what_was_ticked_stays(
    cast: World, report: Report
) -> None:
    budi = as_(cast.budi)
    posted = typed(cast, report, lines=["status"], reason="Belum selesai", category="payments")
    page = budi.post(f"/reports/{report.token}/", posted)
    rows = [*page.context["figures"], *page.context["words"]]
    assert {row.mark for row in rows if row.ticked} == {line(report), "status"}
    assert (page.context["reason"], page.context["category"]) == ("Belum selesai", "payments")
    fresh = budi.get(f"/reports/{report.token}/").context
    assert [row.mark for row in (*fresh["figures"], *fresh["words"]) if row.ticked] == [line(report)]


def test_the_officer_sees_each_comment_beside_its_cell_and_the_reason_beside_the_others(
    cast: World, report: Report
) -> None:
    say(cast, report)
    say(cast, report, mark="public_note", text="Catatan ini memuat nama warga")
    say(cast, report, mark="", text="Selebihnya sudah baik")
    named = [line(report), "public_note", "status", "follow_up_text"]
    reason = "Mohon diperbaiki sebelum tanggal lima"
    services.send_back(actor=cast.budi, versions=cast.versions([report]), reason=reason, marks=named)
    (item,) = as_(cast.ani).get("/entry/2026-01/").context["items"]
    assert item["returned_at"] == {
        line(report): f"{SAID} (Budi Wiratmaka)",
        "public_note": "Catatan ini memuat nama warga (Budi Wiratmaka)",
        "status": reason,
        "follow_up_text": reason,
    }
    assert [row["returned"] != "" for row in item["lines"]] == [True, False]
    page = as_(cast.ani).get("/entry/2026-01/").content.decode()
    assert page.count('class="back"') == 4 and "Selebihnya sudah baik" in page


def test_before_she_hands_it_in_again_she_reads_what_was_said(cast: World, report: Report) -> None:
    say(cast, report)
    services.send_back(
        actor=cast.budi,
        versions=cast.versions([report]),
        reason="Mohon diperiksa kembali",
        marks=[line(report)],
    )
    cast.entered([report], 12, 12)
    page = as_(cast.ani).get(f"/entry/check/?months=2026-01&reports={report.pk}")
    ((item,),) = [month["attention"] for month in page.context["months"]]
    assert item["returned"].said == [("5.1.02.01.001.00001 Belanja 1", f"{SAID} (Budi Wiratmaka)")]
    assert SAID in page.content.decode()


def test_marks_of_earlier_returns_stay_readable(cast: World, report: Report) -> None:
    services.send_back(
        actor=cast.budi, versions=cast.versions([report]), reason="Mohon diperbaiki dahulu",
        marks=["physical", "problem", "evidence", "line-1"],
    )  # fmt: skip
    (item,) = as_(cast.ani).get("/entry/2026-01/").context["items"]
    assert set(item["returned_at"]) == {"increment", "problem_text", "evidence"}
    (row,) = as_(cast.ani).get("/entry/").context["returned"]
    assert [cell["label"] for cell in row["cells"]] == ["physical progress", "problem", "evidence"]


def test_comments_cost_the_same_however_many_there_are(cast: World, report: Report, statements: Any) -> None:
    budi, costs = as_(cast.budi), []
    for count in (1, 12):
        for number in range(count):
            say(cast, report, text=f"{SAID} {number}")
        budi.get(f"/reports/{report.token}/")
        with statements() as seen:
            budi.get(f"/reports/{report.token}/")
        costs.append(len(seen))
    assert costs[0] == costs[1]
