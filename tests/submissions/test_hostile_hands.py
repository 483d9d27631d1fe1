"""Hands that are not where they should be: other people's tokens, previews and months, and texts that would be programs."""

import io
from dataclasses import fields
from functools import partial
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase

from ledger.recording import recorded
from registry.models import Government, User
from submissions import cells, workbook_applying
from submissions.cells import Cell
from submissions.evidence import Said, attach_to_all
from submissions.models import Evidence, Report, Upload
from tests.cast import World
from tests.submissions.corpus_makers import picture
from tests.submissions.evidence import begun, folder, part, sent, signed_in
from tests.submissions.test_cells_page import events

__all__ = ["folder"]
capture = partial(TestCase.captureOnCommitCallbacks, execute=True)
EVIL = [
    '=HYPERLINK("http://x.test")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "_x0041_",
    "<script>alert(1)</script>",
]


@pytest.fixture
def report(cast: World) -> Report:
    cast.item(ceilings=[1_000_000])
    return cast.open()[0]


@pytest.fixture
def ani(cast: World, report: Report) -> Client:
    return signed_in(cast.ani)


@pytest.mark.parametrize(
    "offset", ["-1", "+0", "0x1", "", "1e3", "99999999999999", "999999999999999999999", "٣", "1", "0 0"]
)
def test_an_offset_that_is_none_writes_nothing(ani: Client, report: Report, offset: str) -> None:
    url = begun(ani, report, "foto.jpg", 10).json()["url"]
    answer = ani.patch(url, b"x", content_type="application/offset+octet-stream", HTTP_UPLOAD_OFFSET=offset)
    assert answer.status_code in (400, 409) and Upload.objects.get().received == 0


def test_a_part_beyond_the_size_is_refused_and_no_other_person_goes_on(
    cast: World, ani: Client, report: Report
) -> None:
    url = begun(ani, report, "foto.jpg", 10).json()["url"]
    assert part(ani, url, 0, b"x" * 11).status_code == 422
    for who in ("budi", "citra", "dewi", "gita"):
        assert part(signed_in(cast.people[who]), url, 0, b"x").status_code == 404
        assert signed_in(cast.people[who]).head(url).status_code == 404
    assert part(Client(), url, 0, b"x").status_code == 401
    assert Upload.objects.get().received == 0


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..", "/", "C:\\x\\y.jpg", "\x00", "a\r\nX: y.jpg", "‮gpj.exe", "", "x" * 9999],
)
def test_a_file_is_never_kept_under_its_own_name(ani: Client, report: Report, name: str) -> None:
    photo = picture()
    answer = sent(ani, report, name, photo)
    assert answer.status_code == 200, answer.content
    file = Evidence.objects.get()
    stored = str(file.file)
    assert ".." not in stored and stored.startswith("evidence/")
    got = ani.get(f"/evidence/{file.token}/")
    assert got.status_code == 200 and "\n" not in got["Content-Disposition"]


def test_after_submission_nothing_is_said_of_a_file_or_taken_away(
    cast: World, ani: Client, report: Report
) -> None:
    sent(ani, report, "foto.jpg", picture())
    url = begun(ani, report, "zwei.jpg", 4).json()["url"]
    cast.submitted([report], 10)
    file = Evidence.objects.get()
    version = Report.objects.get(pk=report.pk).version
    assert ani.post(f"/evidence/{file.token}/remove/").status_code == 409
    answer = ani.post(f"/evidence/{file.token}/about/", {"caption": "anders", "public": "1", "seen": ""})
    assert answer.status_code == 422
    assert part(ani, url, 0, b"xxxx").status_code in (409, 422)
    said = cells.save(
        actor=cast.ani, typed={report.pk: {"why-V-15": Cell("Karena uang muka.", "")}}, language="id"
    )
    assert said[report.pk].closed
    assert Report.objects.get(pk=report.pk).version == version and Evidence.objects.get().caption == ""
    assert Client().get(f"/evidence/{file.token}/public/").status_code == 404


def test_texts_that_would_be_programs_stay_texts_in_the_workbook(
    cast: World, ani: Client, report: Report
) -> None:
    for evil in EVIL:
        cells.save(actor=cast.ani, typed={report.pk: {"problem_text": Cell(evil, None)}}, language="id")
        page = ani.get("/entry/2026-01/").content.decode()
        assert "<script>alert" not in page
        answer = ani.get("/entry/2026-01/workbook/")
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        found = [
            one for sheet in book for row in sheet.iter_rows() for one in row if one.value == evil.strip()
        ]
        assert found or evil == "_x0041_"
        assert all(one.data_type == "s" for one in found)
        again = ani.post("/entry/2026-01/workbook/", {"workbook": io.BytesIO(answer.content)})
        assert again.context["trial"] is None or not again.context["trial"].changes, again.context["errors"]


def test_a_preview_of_somebody_else_is_no_preview(cast: World, ani: Client, report: Report) -> None:
    trial = workbook_applying.Trial("id", [workbook_applying.Change(*_change(report))])
    text = workbook_applying.packed(trial, user=cast.budi, month="2026-01")
    for preview in (
        text,
        workbook_applying.packed(trial, user=cast.ani, month="2026-02"),
        "x",
        "",
        "\ud7ff:x:y",
    ):
        answer = ani.post("/entry/2026-01/workbook/", {"preview": preview})
        assert answer.status_code == 422
    assert Report.objects.get(pk=report.pk).public_note == ""


def _change(report: Report) -> list[Any]:
    given: dict[str, Any] = {
        "report": report.pk,
        "name": "public_note",
        "text": "x",
        "was": "",
        "where": "",
        "code": "",
    }
    return [given.get(one.name, "") for one in fields(workbook_applying.Change)]


@pytest.mark.parametrize("evil", EVIL)
def test_the_check_page_shows_explanations_as_texts_and_takes_no_strangers_report(
    cast: World, ani: Client, report: Report, evil: str
) -> None:
    cast.entered([report], 10)
    why = f"r{report.pk}-why-V-15"
    answer = ani.post(
        f"/entry/check/?reports={report.pk}",
        {why: evil, "r0-why-V-15": "x", "rx-why-V-1": "y", "report": [report.pk, "99999", "x"]},
    )
    assert answer.status_code == 422 and "<script>alert" not in answer.content.decode()
    for who in ("budi", "citra", "gita"):
        client = signed_in(cast.people[who])
        assert (
            client.post(
                f"/entry/check/?reports={report.pk}", {"report": report.pk, "statement": "1"}
            ).status_code
            == 404
        )
    assert Report.objects.get(pk=report.pk).state == "draft"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "months=2026-13",
        "months=x",
        "reports=1e9",
        "reports=" + "9" * 18,
        "months=2026-01&reports=",
        "reports=%00",
        "months=9999-12",
        "reports=" + "1," * 500,
    ],
)
def test_any_address_of_the_check_page_is_answered(ani: Client, query: str) -> None:
    assert ani.get(f"/entry/check/?{query}").status_code in (200, 404)


def test_all_or_nothing_leaves_nothing(cast: World, ani: Client, report: Report) -> None:
    cast.item("1.03.10.2.01.0052", ceilings=[100])
    other = next(one for one in cast.open() if one.pk != report.pk)
    before, history = events(), Report.history.count()
    typed = {
        report.pk: {"public_note": Cell("a", "")},
        other.pk: {f"line-{other.lines.get().pk}": Cell("200", "")},
    }
    answers = cells.save(actor=cast.ani, typed=typed, language="id", all_or_nothing=True)
    assert not answers[report.pk].saved and answers[other.pk].refused
    assert (events(), Report.history.count()) == (before, history)


def test_a_workbook_from_before_the_digits_were_grouped_otherwise_gets_an_answer(
    cast: World, ani: Client, report: Report
) -> None:
    """Its numbers stand there as the government wrote them then."""
    cells.save(
        actor=cast.ani,
        typed={report.pk: {f"line-{report.lines.get().pk}": Cell("900000", "")}},
        language="en",
    )
    with recorded(None):
        User.objects.filter(pk=cast.ani.pk).update(language="en")
    file = ani.get("/entry/2026-01/workbook/").content
    with recorded(None):
        Government.objects.update(grouping="lakh")
    answer = ani.post("/entry/2026-01/workbook/", {"workbook": io.BytesIO(file)})
    assert answer.status_code == 200
    assert not answer.context["trial"].changes and not answer.context["trial"].conflicts


def test_a_great_post_of_a_visitor_is_refused_and_not_given_back() -> None:
    fields = {f"r{number}-status": "x" for number in range(30_000)}
    assert Client().post("/entry/2026-01/", fields).status_code in (400, 401, 413)
    assert Client().post("/entry/2026-01/", {"r1-public_note": "x" * 20_000_000}).status_code in (
        400,
        401,
        413,
    )


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://testserver.evil.test",
        "https://testserver",
        "http://testserver:81",
        "http://[",
        "//testserver",
        "",
    ],
)
def test_no_other_origin_gets_back_what_was_posted(cast: World, report: Report, origin: str) -> None:
    for client in (Client(enforce_csrf_checks=True), signed_in(cast.ani)):
        client.handler.enforce_csrf_checks = True
        answer = client.post(
            "/entry/2026-01/", {"r1-public_note": "geheim", "password": "x"}, HTTP_ORIGIN=origin
        )
        assert answer.status_code == 403 and "geheim" not in answer.content.decode()


def test_a_promise_at_the_edges_of_time_is_no_error(cast: World, ani: Client, report: Report) -> None:
    for day in ("0001-01-01", "9999-12-31", "2026-W05-6", "2026-02-30", "-1-01-01"):
        typed = {report.pk: {"follow_up_due": Cell(day, None), "status": Cell("TERHENTI", None)}}
        answer = cells.save(actor=cast.ani, typed=typed, language="id")[report.pk]
        assert answer.saved or answer.refused
        for page in (
            "/entry/2026-01/",
            "/entry/",
            f"/entry/check/?reports={report.pk}",
            "/entry/2026-01/workbook/",
            "/entry/2026-01/state/",
        ):
            assert ani.get(page).status_code == 200, (day, page)


def test_a_file_of_two_reports_stays_as_long_as_one_of_them_has_it(
    cast: World, ani: Client, report: Report
) -> None:
    cast.item("1.03.10.2.01.0052")
    other = next(one for one in cast.open() if one.pk != report.pk)
    upload = SimpleUploadedFile("foto.jpg", picture())
    first, second = attach_to_all(
        actor=cast.ani, reports=[report, other], upload=upload, kind="OTHER", said=Said(public=True)
    )
    assert (str(first.file), str(first.public_file)) == (str(second.file), str(second.public_file))
    with capture():
        assert ani.post(f"/evidence/{first.token}/remove/").status_code == 200
    assert second.file.storage.exists(str(second.file)) and second.file.storage.exists(
        str(second.public_file)
    )
    assert ani.get(f"/evidence/{second.token}/").status_code == 200
    with capture():
        assert ani.post(f"/evidence/{second.token}/remove/").status_code == 200
    assert not second.file.storage.exists(str(second.file))
    assert not second.file.storage.exists(str(second.public_file))
