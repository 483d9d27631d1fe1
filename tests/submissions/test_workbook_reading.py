"""What a workbook may have gone through at home, and the clear answer to each of it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from openpyxl.worksheet.worksheet import Worksheet

from submissions.models import Report
from tests.cast import World
from tests.submissions.workbooks import (
    Book,
    ani,
    applied,
    book,
    download,
    fresh,
    january,
    label,
    lines_of,
    patched,
    refused,
    said,
    taken,
    text_of,
    upload,
    where,
    window,
)

__all__ = ["ani", "book", "january"]  # fixtures


# --- Cells -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "written", "amount"),
    [
        ("id", "1.250.000,50", "1250000.50"), ("id", "Rp 1.250.000,-", "1250000"), ("id", " 7 ", "7"),
        ("en", "1,250,000.50", "1250000.50"), ("ur", "1,250,000.50", "1250000.50"), ("en", "(3)", "-3"),
    ],
)  # fmt: skip
def test_a_number_that_was_typed_as_text_is_read_in_the_language_of_the_file(
    cast: World, january: list[Report], language: str, written: str, amount: str
) -> None:
    client = window(cast.ani, language)
    line = lines_of(january[0])[0]
    book = download(client)
    book.line(line).value = written
    if amount.startswith("-"):
        refused(upload(client, book), where(book.line(line)))
        return
    answer = upload(client, book)
    taken(answer)
    applied(client, answer)
    assert lines_of(january[0])[0].realized == Decimal(amount)


@pytest.mark.parametrize(
    ("written", "code", "params"),
    [
        ("1,250,000.50", "number.other_locale", {"value": "1,250,000.50", "write": "1.250.000,50"}),
        ("lima juta", "number.letters", {"value": "lima juta", "found": "@", "write": ""}),
        (True, "import.is_truth", {}),
        (date(2026, 3, 5), "import.is_date", {"value": "2026-03-05"}),
        (1e308, "import.digits_lost", {"value": "1.000E+308"}),
        (1_250.125, "number.decimals", {"value": "1250,125", "decimals": 3, "limit": 2, "write": "1.250,13"}),
        ("=I7*2", "workbook.no_result", {}),
    ],
)  # fmt: skip
def test_a_cell_that_is_no_amount_is_named_with_its_cure(
    ani: Client, january: list[Report], book: Book, written: Any, code: str, params: dict[str, Any]
) -> None:
    first, second = (book.line(line) for line in lines_of(january[0]))
    first.value, second.value = written, 5
    answer = upload(ani, book)
    refused(answer, f"{where(first)}: " + said(code, **params).partition("@")[0])
    assert where(second) in text_of(answer)  # what could be read is still on the page
    assert lines_of(january[0])[1].realized is None


def test_an_error_value_is_refused(ani: Client, january: list[Report], book: Book) -> None:
    cell = book.line(lines_of(january[0])[0])
    cell.value, cell.data_type = "#REF!", "e"
    refused(upload(ani, book), f"{where(cell)}: {said('workbook.error_value', value='#REF!')}")


@pytest.mark.parametrize("number", ["NaN", "INF", "-INF", "1E+999999999", "", "0x10"])
def test_a_number_that_is_none_is_refused(
    ani: Client, january: list[Report], book: Book, number: str
) -> None:
    cell = book.line(lines_of(january[0])[0])
    cell.value = 123_457
    content = patched(book.saved(), "xl/worksheets/sheet2.xml", b"<v>123457</v>", f"<v>{number}</v>".encode())
    answer = upload(ani, content)
    if number:
        refused(answer, where(cell))
    else:
        assert answer.status_code == 200


def test_a_result_beyond_fifteen_digits_means_what_the_spreadsheet_shows(
    ani: Client, january: list[Report], book: Book
) -> None:
    cell = book.line(lines_of(january[0])[0])
    cell.value = 123_457
    content = patched(
        book.saved(), "xl/worksheets/sheet2.xml", b"<v>123457</v>", b"<f>1+2</f><v>0.30000000000000004</v>"
    )
    answer = upload(ani, content)
    taken(answer, said("workbook.formulas", cells=where(cell)))
    applied(ani, answer)
    assert lines_of(january[0])[0].realized == Decimal("0.30")


def test_a_percentage_is_points_where_points_belong_and_no_amount(
    ani: Client, january: list[Report], book: Book
) -> None:
    points, money = book.item(january[0], "physical"), book.line(lines_of(january[0])[0])
    points.value, points.number_format = 0.125, "0.0%"
    answer = upload(ani, book)
    taken(answer, said("workbook.percents", cells=where(points)))
    applied(ani, answer)
    assert fresh(january[0]).increment == Decimal("12.5")
    money.value, money.number_format = 0.5, "0%"
    refused(upload(ani, book), f"{where(money)}: {said('workbook.percent')}")


def test_what_the_rules_refuse_is_said_at_its_cell_before_anything_is_stored(
    ani: Client, january: list[Report], book: Book
) -> None:
    first, second = (book.line(line) for line in lines_of(january[0]))
    first.value, second.value = 100_000_001, -5
    answer = upload(ani, book)
    refused(answer, f"{where(first)}: ", f"{where(second)}: ", "Rp100.000.001", "Rp1")
    assert [line.realized for line in lines_of(january[0])] == [None, None]


def test_a_warning_is_shown_and_does_not_stop_her(ani: Client, january: list[Report], book: Book) -> None:
    cell = book.line(lines_of(january[0])[0])
    cell.value = 90_000_000
    answer = upload(ani, book)
    page = answer.content.decode()
    taken(answer)
    warnings = page.partition('id="warnings"')[2].partition("</section>")[0]
    assert where(cell) in warnings
    assert "Rp90.000.000" in warnings


def test_texts_that_are_too_long_are_refused_and_invisible_characters_left_out(
    ani: Client, january: list[Report], book: Book
) -> None:
    long, odd = book.item(january[0], "problem_text"), book.item(january[0], "follow_up_text")
    long.value, odd.value = "x" * 5_000, "rapat_x0007_ besok_xD83D_ pagi_x000D_\nselesai"
    answer = upload(ani, book)
    refused(
        answer,
        f"{where(long)}: {said('entry.too_long', length=5000, longest=2000)}",
        said("workbook.controls", cells=where(odd)),
    )
    long.value = "x" * 2_000
    applied(ani, upload(ani, book))
    assert fresh(january[0]).follow_up_text == "rapat besok\ufffd pagi\nselesai"


def test_a_word_that_is_not_in_the_list_is_refused_with_the_list(
    ani: Client, january: list[Report], book: Book
) -> None:
    cell = book.item(january[0], "status")
    cell.value = "Hampir selesai"
    refused(upload(ani, book), f"{where(cell)}: “Hampir selesai”", "Pelaksanaan")
    cell.value = " PELAKSANAAN "
    taken(upload(ani, book))


def test_a_file_is_read_in_its_own_language_whatever_the_page_is_in(
    cast: World, january: list[Report], book: Book
) -> None:
    book.item(january[0], "status").value = "Terhenti"
    book.item(january[0], "leadership").value = "ya"
    book.line(lines_of(january[0])[0]).value = "1.250,50"
    client = window(cast.ani, "en")
    answer = upload(client, book)
    taken(answer, "Halted", "yes", "1.250,50", "Nothing is stored yet.")
    assert said("workbook.references", "en", cells="@").partition("@")[0] not in text_of(answer)
    applied(client, answer)
    assert (fresh(january[0]).status, fresh(january[0]).needs_leadership) == ("TERHENTI", True)
    assert lines_of(january[0])[0].realized == Decimal("1250.50")


@pytest.mark.parametrize("written", ["15/03/2026", "besok", 46_096, True])
def test_a_day_that_could_be_another_is_refused(
    ani: Client, january: list[Report], book: Book, written: Any
) -> None:
    cell = book.item(january[0], "follow_up_due")
    cell.value, cell.number_format = written, "General"
    refused(
        upload(ani, book), f"{where(cell)}: {said('import.date', value=str(written), example='2026-01-31')}"
    )


# --- Rows, columns and sheets ----------------------------------------------------------------------------


def test_merged_cells_are_refused_where_something_is_entered_and_nowhere_else(
    ani: Client, january: list[Report], book: Book
) -> None:
    first, second = (book.line(line) for line in lines_of(january[0]))
    sheet = first.parent
    first.value = 5
    sheet.merge_cells("B2:F2")
    taken(upload(ani, book))
    area = f"{first.coordinate}:{second.coordinate}"
    sheet.merge_cells(area)
    refused(upload(ani, book), f"{where(first)}: {said('workbook.merged', range=area)}")


def test_hidden_rows_columns_and_sheets_are_read_and_named(
    ani: Client, january: list[Report], book: Book
) -> None:
    cell, note = book.line(lines_of(january[0])[0]), book.item(january[0], "note")
    sheet = cell.parent
    cell.value, note.value = 5, "Catatan"
    sheet.row_dimensions[cell.row].hidden = True
    sheet.column_dimensions[note.column_letter].hidden = True
    sheet.sheet_state = "hidden"
    answer = upload(ani, book)
    column = note.column_letter
    taken(
        answer,
        said("workbook.hidden_rows", cells=f"{sheet.title}!{cell.row}:{cell.row}"),
        said("workbook.hidden_columns", cells=f"{sheet.title}!{column}:{column}"),
        said("workbook.hidden_sheet", sheet=sheet.title),
    )
    applied(ani, answer)
    assert lines_of(january[0])[0].realized == 5
    assert fresh(january[0]).public_note == "Catatan"


def test_a_renamed_sheet_is_recognised_and_a_strange_one_left_alone(
    ani: Client, january: list[Report], book: Book
) -> None:
    cell = book.line(lines_of(january[0])[0])
    cell.value = 5
    cell.parent.title = "Punya saya"
    book.book.create_sheet("Hitungan", 1)["A1"] = 17
    answer = upload(ani, book)
    taken(answer, f"Punya saya!{cell.coordinate}", said("workbook.other_sheet", sheet="Hitungan"))


def swapped(sheet: Worksheet, one: int, other: int) -> None:
    for column in range(1, sheet.max_column + 1):
        first, second = sheet.cell(one, column), sheet.cell(other, column)
        first.value, second.value = second.value, first.value


def test_sorted_and_moved_rows_are_recognised(ani: Client, january: list[Report], book: Book) -> None:
    line, other = lines_of(january[0])[0], lines_of(january[1])[0]
    book.line(line).value, book.line(other).value = 5, 6
    sheet, rows = book.line(line).parent, (book.line(line).row, book.line(other).row)
    swapped(sheet, *rows)
    sheet.insert_rows(2, amount=3)
    answer = upload(ani, book)
    taken(answer, f"{sheet.title}!I{rows[1] + 3}")
    applied(ani, answer)
    assert [lines_of(report)[0].realized for report in january] == [5, 6]


def test_a_missing_row_keeps_what_is_stored_and_a_doubled_one_is_refused(
    cast: World, ani: Client, january: list[Report]
) -> None:
    cast.entered(january[:1], 7, 8)
    book = download(ani)
    first, second = (book.line(line) for line in lines_of(january[0]))
    first.value = 9
    sheet, doubled = first.parent, first.row
    sheet.delete_rows(second.row)
    answer = upload(ani, book)
    taken(answer, said("workbook.rows_gone", count=1))
    applied(ani, answer)
    assert [line.realized for line in lines_of(january[0])] == [9, 8]
    for column in range(1, sheet.max_column + 1):
        sheet.cell(30, column).value = sheet.cell(doubled, column).value
    there = f"{sheet.title}!A{doubled}"
    refused(upload(ani, book), f"{sheet.title}!A30: {said('workbook.twice', other=there)}")


def test_a_row_of_her_own_is_named_and_not_read(ani: Client, january: list[Report], book: Book) -> None:
    cell = book.line(lines_of(january[0])[0])
    cell.value = 5
    own = cell.parent.cell(40, cell.column)
    own.value = 17
    taken(upload(ani, book), said("workbook.strange_rows", cells=where(own)))


def test_a_deleted_column_keeps_what_is_stored_and_a_doubled_one_is_refused(
    cast: World, ani: Client, january: list[Report]
) -> None:
    cast.entered(january[:1], 7, 8)
    book = download(ani)
    cell, status = book.line(lines_of(january[0])[0]), book.item(january[0], "status")
    sheet = cell.parent
    cell.value = 9
    sheet.delete_cols(status.column)
    heading = said("workbook.column_gone", column=label("status"), sheet=sheet.title)
    answer = upload(ani, book)
    taken(answer, heading)
    applied(ani, answer)
    assert fresh(january[0]).status == "PELAKSANAAN"
    sheet.cell(1, 40).value = sheet.cell(1, cell.column).value
    refused(upload(ani, book), f"{sheet.title}!AN1: ")


def test_without_the_hidden_keys_nothing_is_guessed(ani: Client, january: list[Report], book: Book) -> None:
    for sheet in book.units:
        sheet.delete_rows(1)
    refused(upload(ani, book), said("workbook.no_keys"))


def test_what_is_only_there_to_be_read_is_not_taken(ani: Client, january: list[Report], book: Book) -> None:
    cell = book.line(lines_of(january[0])[0])
    ceiling = book.line(lines_of(january[0])[0], "ceiling")
    cell.value, ceiling.value = 5, 999_999_999_999
    answer = upload(ani, book)
    taken(answer, said("workbook.references", cells=where(ceiling)))
    applied(ani, answer)
    assert lines_of(january[0])[0].ceiling == 100_000_000
