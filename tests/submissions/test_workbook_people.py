"""Who may take a month home and bring it back, until when, and what that costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ledger.clock import now
from submissions.models import Report
from tests.cast import World
from tests.submissions.workbooks import (
    PAGE,
    ani,
    applied,
    download,
    january,
    lines_of,
    preview_of,
    said,
    text_of,
    unlocked,
    upload,
    where,
    window,
)
from tests.together import together
from workflow import granting
from workflow.models import Grant

__all__ = ["ani", "january"]  # fixtures


@pytest.mark.parametrize("who", ["budi", "citra", "dewi", "eko", "gita", "root"])
def test_strangers_find_no_workbook(cast: World, ani: Client, who: str) -> None:
    content, client = download(ani).saved(), window(cast.people[who])
    assert client.get(PAGE).status_code == 404
    assert upload(client, content).status_code == 404
    assert client.post(PAGE, {"preview": "x"}).status_code == 404


def test_a_visitor_is_asked_to_sign_in(january: list[Report]) -> None:
    answer = Client().get(PAGE)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/login/")
    assert Client().post(PAGE).status_code == 401  # her session ended while the file was on its way


@pytest.mark.parametrize("month", ["0000-01", "2026-13", "2026-1", "2026-06"])
def test_a_month_that_is_none_or_not_open_is_not_found(ani: Client, month: str) -> None:
    assert ani.get(f"/entry/{month}/workbook/").status_code == 404


def test_a_locked_month_can_be_taken_home_and_not_brought_back(
    cast: World, ani: Client, january: list[Report]
) -> None:
    book = download(ani)
    book.line(lines_of(january[0])[0]).value = 5
    seen = upload(ani, book)
    cast.at("2026-03-02 09:00")
    assert unlocked(download(ani).units[0]) == set()
    for answer in (upload(ani, book), ani.post(PAGE, {"preview": preview_of(seen)})):
        assert answer.status_code == 422
        assert said("workbook.closed", why="@").partition("@")[0] in text_of(answer)
    assert lines_of(january[0])[0].realized is None


def test_a_report_that_went_on_is_refused_at_its_cell_and_keeps_the_rest_out(
    cast: World, ani: Client, january: list[Report]
) -> None:
    book = download(ani)
    first, other = book.line(lines_of(january[0])[0]), book.line(lines_of(january[1])[0])
    first.value, other.value = 5, 6
    cast.with_evidence(january[:1])
    cast.submitted(january[:1], 1, 2)
    answer = upload(ani, book)
    assert answer.status_code == 422
    assert preview_of(answer) == ""
    assert f"{where(first)}: {january[0].item.sub_activity_code}: " in text_of(answer)
    first.value = None
    answer = upload(ani, book)
    assert applied(ani, answer).status_code == 302
    assert lines_of(january[1])[0].realized == 6


def test_an_assistant_brings_back_what_the_mandate_covers(cast: World, january: list[Report]) -> None:
    granting.give(
        key="test-9", kind="assistance", actor=cast.dewi, office="Biro Organisasi", scope_path=cast.agency.path,
        reason="Pendampingan sesuai surat tugas", expires_at=now() + timedelta(days=9), person=cast.gita,
        document_no="090/9/2026",
    )  # fmt: skip
    gita = window(cast.gita)
    book = download(gita)
    book.line(lines_of(january[0])[0]).value = 5
    assert applied(gita, upload(gita, book)).status_code == 302
    assert lines_of(january[0])[0].realized == 5
    grant = Grant.objects.get()
    assert january[0].editors.get().grant_id == grant.pk
    book.line(lines_of(january[0])[0]).value = 6
    seen = upload(gita, book)
    granting.revoke(grant=grant, actor=cast.dewi, reason="Tugas sudah selesai")
    assert gita.get(PAGE).status_code == 404
    assert gita.post(PAGE, {"preview": preview_of(seen)}).status_code == 404
    assert lines_of(january[0])[0].realized == 5


def test_a_preview_serves_one_person_one_month_and_one_day(
    cast: World, ani: Client, january: list[Report]
) -> None:
    cast.item(
        "1.02.02.2.01.0001", unit=cast.other_agency, officer="other_officer", verifier="other_section_head"
    )
    cast.open()
    book = download(ani)
    book.line(lines_of(january[0])[0]).value = 5
    seen = upload(ani, book)
    preview = preview_of(seen)
    eko = window(cast.eko)
    assert said("workbook.expired") in text_of(eko.post(PAGE, {"preview": preview}))
    for spoiled in ("", "x", preview[:-1], preview.replace(":", ".", 1), "\u0000", "é"):
        assert said("workbook.expired") in text_of(ani.post(PAGE, {"preview": spoiled}))
    cast.at("2026-02-03 18:00")
    assert said("workbook.expired") in text_of(applied(ani, seen))
    assert lines_of(january[0])[0].realized is None


def test_somebody_elses_report_is_not_written_to_by_a_file_from_before(
    cast: World, ani: Client, january: list[Report]
) -> None:
    book = download(ani)
    book.line(lines_of(january[0])[0]).value, book.line(lines_of(january[1])[0]).value = 5, 6
    item = january[0].item
    item.officer_post = cast.posts["other_officer"]
    item.save()
    answer = upload(ani, book)
    assert said("workbook.not_yours", count=3) in text_of(answer)
    applied(ani, answer)
    assert lines_of(january[0])[0].realized is None
    assert lines_of(january[1])[0].realized == 6


# --- What it costs ---------------------------------------------------------------------------------------


def test_it_costs_the_same_for_five_rows_and_for_fifty(cast: World, statements: Any) -> None:
    client, costs = window(cast.ani), []
    for first, last in ((1, 6), (6, 51)):
        for number in range(first, last):
            cast.item(f"1.03.10.2.01.{number:04}", ceilings=(100, 200))
        reports = cast.open()
        client.get(PAGE)
        with statements() as down:
            book = download(client)
        for report in reports:
            for line in lines_of(report):
                book.line(line).value = last
        content = book.saved()
        with statements() as look:
            answer = upload(client, content)
        with statements() as apply:
            assert applied(client, answer).status_code == 302
        costs.append((len(down), len(look), len(apply)))
    assert costs[0] == costs[1]


def test_sixteen_clicks_at_once_are_one_change(
    committed: dict[str, str], cast: World, ani: Client, january: list[Report]
) -> None:
    book = download(ani)
    for report in january:
        for line in lines_of(report):
            book.line(line).value = 5
    answer, before = upload(ani, book), cast.versions(january)
    answers = together(16, lambda: applied(window(cast.ani), answer).status_code)
    assert answers == [302] * 16
    assert cast.versions(january) == {pk: version + 1 for pk, version in before.items()}
    rows = Report.history.filter(id__in=[one.pk for one in january], history_change_reason="workbook")
    assert rows.count() == len(january)


def test_of_two_people_who_fill_in_the_same_cell_at_once_one_is_told(
    committed: dict[str, str], cast: World, ani: Client, january: list[Report]
) -> None:
    """Each of eight files says another amount; one is stored, and the seven others are shown what stands there now."""
    previews = []
    for amount in range(1, 9):
        book = download(ani)
        book.line(lines_of(january[0])[0]).value = amount
        previews.append(upload(ani, book))
    waiting = iter(previews)
    answers = together(8, lambda: applied(window(cast.ani), next(waiting)).status_code)
    assert sorted(answers) == [302] + [422] * 7
