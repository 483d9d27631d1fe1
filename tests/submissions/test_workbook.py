"""Ani takes her month home as a workbook, fills it in, and brings it back: what she wrote stands in her reports."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from registry.models import Government
from submissions import services
from submissions.models import Report
from tests.cast import World
from tests.submissions.workbooks import (
    ENTRY,
    Book,
    ani,
    applied,
    download,
    fresh,
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

__all__ = ["ani", "january"]  # fixtures


# --- Down ------------------------------------------------------------------------------------------------


def test_only_what_is_to_be_filled_in_can_be_changed(cast: World, ani: Client, january: list[Report]) -> None:
    first, second = january
    cast.with_evidence([second])
    cast.submitted([second], 3_000_000, volume=Decimal(2))
    book = download(ani)
    (sheet,) = book.units
    assert sheet.protection.sheet
    assert unlocked(book.book.worksheets[0]) == set()
    own = {
        book.line(line, column).coordinate
        for line in lines_of(first)
        for column in ("money", "reason", "corrects")
    }
    names = (
        "physical", "status", "problems", "problem_text", "follow_up_text", "follow_up_pic", "follow_up_due", "answer",
        "leadership", "note", "reason",
    )  # fmt: skip
    assert unlocked(sheet) == own | {book.item(first, name).coordinate for name in names}
    assert sheet.freeze_panes == "D5"
    assert sheet.row_dimensions[1].hidden
    assert sheet.column_dimensions["A"].hidden
    assert book.book["_jenjang"].sheet_state == "veryHidden"
    money = book.line(lines_of(second)[0])
    assert (money.value, money.data_type) == (3_000_000, "n")


def test_the_cells_check_what_is_typed_and_offer_the_lists(ani: Client, january: list[Report]) -> None:
    book = download(ani)
    (sheet,) = book.units
    rules = {
        rule.type: rule for rule in sheet.data_validations.dataValidation if where_of(rule, book, january[0])
    }
    assert rules.keys() == {"decimal", "list", "date", "textLength"}
    source = next(
        rule.formula1
        for rule in sheet.data_validations.dataValidation
        if book.item(january[0], "status").coordinate in rule.sqref
    )
    name, _, cells = source.replace("$", "").partition("!")
    words = [cell.value for row in book.book[name.strip("'")][cells] for cell in row]
    assert words[:4] == ["Belum mulai", "Persiapan", "Proses pengadaan", "Pelaksanaan"]


def where_of(rule: Any, book: Book, report: Report) -> bool:
    names = ("physical", "status", "follow_up_due", "note")
    return any(book.item(report, name).coordinate in rule.sqref for name in names)


@pytest.mark.parametrize(
    ("language", "grouping", "shown", "rtl"),
    [
        ("id", "thousands", "[$-421]#,##0.00", False),
        ("en", "thousands", "[$-409]#,##0.00", False),
        ("ur", "lakh", r"[>=10000000][$-420]##\,##\,##\,##0.00;[>=100000][$-420]##\,##\,##0.00;[$-420]##,##0.00", True),
    ],
)  # fmt: skip
def test_the_sheet_is_written_as_its_reader_reads(
    cast: World, january: list[Report], language: str, grouping: str, shown: str, rtl: bool
) -> None:
    Government.objects.filter(pk=cast.government.pk).update(grouping=grouping)
    book = download(window(cast.ani, language))
    (sheet,) = book.units
    assert bool(sheet.sheet_view.rightToLeft) is rtl
    assert book.line(lines_of(january[0])[0]).number_format == shown


def test_each_unit_has_a_sheet_with_a_name_that_a_spreadsheet_takes(
    cast: World, ani: Client, january: list[Report]
) -> None:
    type(cast.other_agency).objects.filter(pk=cast.other_agency.pk).update(
        name="Bidang [Jalan/Jembatan]: pemeliharaan rutin dan berkala"
    )
    cast.item("1.03.10.2.01.0060", unit=cast.other_agency)
    cast.open()
    book = download(ani)
    assert [sheet.title for sheet in book.units] == [
        "Dinas Pekerjaan Umum",
        "Bidang  Jalan Jembatan   pemeli",
    ]
    assert len(book.units[1]["A"]) == 6


def test_a_sum_that_a_spreadsheet_would_round_is_written_as_text(
    cast: World, ani: Client, january: list[Report]
) -> None:
    cast.item("1.03.10.2.01.0061", ceilings=(999_999_999_999_999_999,))
    (huge,) = [one for one in cast.open() if one.pk not in {report.pk for report in january}]
    line = lines_of(huge)[0]
    line.realized = Decimal("123456789012345678.25")
    line.save()
    book = download(ani)
    assert book.line(line).value == "123.456.789.012.345.678,25"
    assert preview_of(upload(ani, book)) == ""


# --- Up --------------------------------------------------------------------------------------------------


def test_what_she_writes_in_every_kind_of_cell_stands_in_her_report(
    ani: Client, january: list[Report]
) -> None:
    first, second = january
    book = download(ani)
    book.line(lines_of(first)[0]).value = 12_500_000
    book.line(lines_of(first)[1]).value = 1_250_000.5
    for name, value in {
        "physical": 7.25, "status": "Pelaksanaan", "problems": "Lahan; cuaca atau keadaan kahar",
        "problem_text": "Lahan belum bebas\ndi tiga titik", "follow_up_text": "Musyawarah dengan pemilik",
        "follow_up_pic": "Kepala Seksi", "follow_up_due": date(2026, 3, 15), "leadership": "ya",
        "note": "=Pekerjaan berjalan",
    }.items():  # fmt: skip
        book.item(first, name).value = value
    book.item(first, "note").data_type = "s"
    book.item(second, "physical").value = 3
    answer = upload(ani, book)
    assert answer.status_code == 200, text_of(answer)
    for text in (
        "Pelaksanaan",
        "1.250.000,50",
        "15 Maret 2026",
        "Lahan; Cuaca",
        where(book.item(second, "physical")),
    ):
        assert text in text_of(answer)
    assert lines_of(first)[0].realized is None  # nothing yet
    assert applied(ani, answer)["Location"] == ENTRY
    first, second = fresh(first), fresh(second)
    assert [line.realized for line in lines_of(first)] == [Decimal(12_500_000), Decimal("1250000.50")]
    assert (first.increment, first.status) == (Decimal("7.25"), "PELAKSANAAN")
    assert first.problems == ["LAND", "WEATHER_FORCE_MAJEURE"]
    assert first.problem_text == "Lahan belum bebas\ndi tiga titik"
    assert (first.follow_up_due, first.needs_leadership) == (date(2026, 3, 15), True)
    assert first.public_note == "=Pekerjaan berjalan"
    assert second.volume == 3


def test_a_file_that_nobody_changed_changes_nothing(cast: World, ani: Client, january: list[Report]) -> None:
    cast.entered(january[:1], 7, 8, problems=["LAND"], problem_text="Lahan", follow_up_due=date(2026, 3, 1))
    before = cast.versions(january)
    answer = upload(ani, download(ani))
    assert answer.status_code == 200
    assert preview_of(answer) == ""
    assert said("workbook.nothing", count=31) in text_of(answer)
    assert cast.versions(january) == before


def test_an_emptied_cell_is_emptied(cast: World, ani: Client, january: list[Report]) -> None:
    cast.entered(january[:1], 7, 8, public_note="Catatan")
    book = download(ani)
    book.line(lines_of(january[0])[1]).value = None
    book.item(january[0], "note").value = "  "
    applied(ani, upload(ani, book))
    assert [line.realized for line in lines_of(january[0])] == [7, None]
    assert fresh(january[0]).public_note == ""


def test_applying_is_one_act_that_history_and_ledger_know_as_the_workbook(
    cast: World, ani: Client, january: list[Report]
) -> None:
    book = download(ani)
    for report in january:
        for line in lines_of(report):
            book.line(line).value = 5
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM ledger.event")
        (before,) = cursor.fetchone()
    applied(ani, upload(ani, book))
    changed = Report.history.filter(id__in=[one.pk for one in january], history_change_reason="workbook")
    assert {row.id: row.history_user_id for row in changed} == {one.pk: cast.ani.pk for one in january}
    assert [lines_of(one)[0].history.first().history_change_reason for one in january] == ["workbook"] * 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE of_table = 'submissions_reportline'), count(DISTINCT payload::json ->> 'request'),"
            " count(*) FILTER (WHERE payload::json ->> 'actor' <> %s) FROM ledger.event WHERE id > %s",
            [str(cast.ani.pk), before],
        )
        assert cursor.fetchone() == (3, 1, 0)


def test_a_second_click_changes_nothing_more(cast: World, ani: Client, january: list[Report]) -> None:
    book = download(ani)
    book.line(lines_of(january[0])[0]).value = 5
    answer = upload(ani, book)
    assert applied(ani, answer).status_code == 302
    versions = cast.versions(january)
    assert applied(ani, answer).status_code == 302
    assert cast.versions(january) == versions


def test_one_value_that_is_refused_keeps_all_the_others_out(
    cast: World, ani: Client, january: list[Report]
) -> None:
    """Between the look and the click the other line used up what was left."""
    first, second = lines_of(january[0])
    book = download(ani)
    book.line(first).value, book.item(january[1], "physical").value = 60_000_000, 3
    answer = upload(ani, book)
    second.ceiling = 0
    second.save()
    Report.objects.filter(pk=january[0].pk).update(ceiling=50_000_000)
    refused = applied(ani, answer)
    assert refused.status_code == 422
    assert where(book.line(first)) in text_of(refused)
    assert "60.000.000" in text_of(refused)
    assert fresh(january[1]).volume is None


# --- Meanwhile -------------------------------------------------------------------------------------------


@pytest.fixture
def changed_twice(cast: World, ani: Client, january: list[Report]) -> Any:
    """Her file says 5 and 6; meanwhile 70 was typed on the page where the file says 5."""
    first, second = lines_of(january[0])
    book = download(ani)
    book.line(first).value, book.line(second).value = 5, 6
    services.save_entries(actor=cast.ani, entries=[cast.entry(january[0], 70)])
    return upload(ani, book), f"r{january[0].pk}-line-{first.pk}", where(book.line(first))


def test_what_was_changed_meanwhile_is_shown_and_stays(
    ani: Client, january: list[Report], changed_twice: Any
) -> None:
    answer, _key, place = changed_twice
    page = text_of(answer)
    assert answer.status_code == 200
    assert place in page
    for text in ("Ani Lembayung", "“70”", "“5”"):
        assert text in page
    assert applied(ani, answer).status_code == 302
    assert [line.realized for line in lines_of(january[0])] == [70, 6]


def test_she_takes_the_workbooks_value_when_she_ticks_it(
    ani: Client, january: list[Report], changed_twice: Any
) -> None:
    answer, key, _place = changed_twice
    assert applied(ani, answer, key).status_code == 302
    assert [line.realized for line in lines_of(january[0])] == [5, 6]


def test_what_changes_between_look_and_click_is_shown_again(
    cast: World, ani: Client, january: list[Report], changed_twice: Any
) -> None:
    answer, key, place = changed_twice
    cast.entered(january[:1], 90, 91)
    again = applied(ani, answer, key)
    assert again.status_code == 422
    assert said("workbook.moved") in text_of(again)
    assert [line.realized for line in lines_of(january[0])] == [90, 91]
    assert text_of(again).count("“9") == 2
    assert applied(ani, again, key).status_code == 302
    assert [line.realized for line in lines_of(january[0])] == [5, 91]


def test_what_somebody_entered_alike_is_no_change_any_more(
    cast: World, ani: Client, january: list[Report]
) -> None:
    book = download(ani)
    book.line(lines_of(january[0])[0]).value = 5
    services.save_entries(actor=cast.ani, entries=[cast.entry(january[0], 5)])
    answer = upload(ani, book)
    assert preview_of(answer) == ""
    assert said("workbook.nothing", count=31) in text_of(answer)
