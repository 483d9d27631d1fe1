"""Ani fills her month in with LibreOffice: what she saved there is what stands in her reports."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from submissions.models import Report
from tests.cast import World
from tests.submissions.calc import Calc, calc, calc_programs
from tests.submissions.workbooks import (
    applied,
    download,
    fresh,
    lines_of,
    preview_of,
    said,
    text_of,
    upload,
    where,
    window,
)

__all__ = ["calc", "calc_programs"]
MILLION = 1_000_000
CELLS = 160 * 3 + 40 * 11  # of two hundred rows


def cents(number: int) -> Decimal:
    """A different amount for each row, with cents that binary fractions do not hold."""
    return Decimal(number * 37_411) + Decimal(number % 100) / 100


@pytest.fixture
def ani(cast: World) -> Client:
    return window(cast.ani)


def nothing_changes(answer: Any) -> bool:
    return preview_of(answer) == "" and said("workbook.nothing", count=CELLS) in text_of(answer)


def test_two_hundred_rows_come_back_as_they_were_typed(cast: World, ani: Client, calc: Calc) -> None:
    cast.items(40, ceilings=(900 * MILLION,) * 4)
    reports = cast.open()
    book = download(ani)
    lines = [line for report in reports for line in lines_of(report)]
    assert len(lines) + len(reports) == 200
    steps: list[list[Any]] = []
    for number, line in enumerate(lines, start=1):
        cell = book.line(line)
        steps.append(["number", cell.parent.title, cell.coordinate, float(cents(number))])
    for number, report in enumerate(reports, start=1):
        points, status, note = (book.item(report, name) for name in ("physical", "status", "note"))
        sheet = points.parent.title
        steps += [
            ["number", sheet, points.coordinate, number / 8],
            ["text", sheet, status.coordinate, "Pelaksanaan"],
            ["text", sheet, note.coordinate, f"  Catatan ke-{number}: “baik”\nbaris kedua "],
        ]
    untouched = calc.change(book.saved())
    filled = calc.change(book.saved(), *steps)
    calc.run()

    nothing = upload(ani, untouched.read_bytes())
    assert nothing.status_code == 200
    assert nothing_changes(nothing)
    answer = upload(ani, filled.read_bytes())
    assert answer.status_code == 200, text_of(answer)[:3000]
    assert applied(ani, answer).status_code == 302
    assert [line.realized for report in reports for line in lines_of(report)] == [
        cents(number) for number in range(1, 161)
    ]
    stored = Report.objects.filter(pk__in=[one.pk for one in reports]).order_by("pk")
    for number, report in enumerate(stored, start=1):
        assert (report.increment, report.status) == (Decimal(number) / 8, "PELAKSANAAN")
        assert report.public_note == f"Catatan ke-{number}: “baik”\nbaris kedua"
    assert nothing_changes(upload(ani, filled.read_bytes()))


def test_she_is_told_what_became_of_formulas_days_hidden_rows_and_a_renamed_sheet(
    cast: World, ani: Client, calc: Calc
) -> None:
    cast.items(3, ceilings=(900 * MILLION,) * 3)
    first, second, third = cast.open()
    book = download(ani)
    cells = [book.line(line) for line in lines_of(first)]
    sheet = cells[0].parent.title
    places = [cell.coordinate for cell in cells]
    progress, due = (book.item(first, name).coordinate for name in ("physical", "follow_up_due"))
    hidden = book.line(lines_of(third)[0])
    taken = calc.change(
        book.saved(),
        ["typed", sheet, places[0], "=2*1500000.25"],
        ["typed", sheet, places[1], f"={places[0]}*2"],
        ["typed", sheet, progress, "7.5"],
        ["typed", sheet, due, "2026-03-15"],
        ["number", sheet, hidden.coordinate, 1_000_000],
        ["hide_rows", sheet, hidden.row - 1, hidden.row],
        ["rename", sheet, "Bina Marga & ‘Jalan’"],
    )
    merged_cells = [book.line(line).coordinate for line in lines_of(second)]
    refused = calc.change(
        book.saved(),
        ["typed", sheet, places[0], "=1/0"],
        ["day", sheet, places[1], "2026-03-15"],
        ["typed", sheet, places[2], "=1/3"],
        ["number", sheet, merged_cells[0], 5],
        ["merge", sheet, f"{merged_cells[0]}:{merged_cells[2]}"],
    )
    calc.run()

    answer = upload(ani, taken.read_bytes())
    page, name = text_of(answer), "Bina Marga & ‘Jalan’"
    assert answer.status_code == 200, page
    assert said("workbook.formulas", cells=f"{name}!{places[0]}, {name}!{places[1]}") in page
    assert said("workbook.hidden_rows", cells=f"{name}!{hidden.row - 1}:{hidden.row}") in page
    assert applied(ani, answer).status_code == 302
    assert [line.realized for line in lines_of(first)] == [
        Decimal("3000000.50"),
        Decimal("6000001.00"),
        None,
    ]
    assert fresh(first).increment == Decimal("7.5")
    assert fresh(first).follow_up_due.isoformat() == "2026-03-15"
    assert lines_of(third)[0].realized == 1_000_000

    answer = upload(ani, refused.read_bytes())
    page = text_of(answer)
    assert answer.status_code == 422
    assert preview_of(answer) == ""
    assert f"{where(cells[0])}: " + said("workbook.error_value", value="#DIV/0!") in page
    assert f"{where(cells[1])}: " + said("import.is_date", value="2026-03-15") in page
    fine: dict[str, Any] = {"value": "0,333333333333333", "decimals": 15, "limit": 2, "write": "0,33"}
    assert f"{where(cells[2])}: " + said("number.decimals", **fine) in page
    area = f"{merged_cells[0]}:{merged_cells[2]}"
    assert f"{sheet}!{merged_cells[0]}: " + said("workbook.merged", range=area) in page
