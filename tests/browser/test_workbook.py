"""Ani takes her month home as a workbook and brings it back, on her computer, on her telephone and without script."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visits
from tests.browser.looks import DESKTOP, PHONE, Looks
from tests.browser.steps import follow
from tests.submissions.workbooks import Book, lines_of

ENTRY = "/entry/2026-01/"


def taken_home(page: Page, folder: Path) -> Book:
    """The workbook that the page of the month offers."""
    page.goto(ENTRY)
    page.locator(".workbook-box summary").click()
    with page.expect_download() as waiting:
        page.locator(".workbook-box a[download]").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name == "jenjang-2026-01.xlsx"
    return Book(path.read_bytes())


def brought_back(page: Page, book: Book, folder: Path) -> None:
    path = folder / "januari-terisi.xlsx"
    path.write_bytes(book.saved())
    page.goto(ENTRY)
    page.locator(".workbook-box summary").click()
    page.locator(".workbook-box input[type=file]").set_input_files(path)
    follow(page, ".workbook-box form button")


@pytest.mark.parametrize(("size", "script", "amount"), [(DESKTOP, True, 11_000), (PHONE, False, 12_000)])
def test_she_fills_it_in_at_home_looks_at_the_changes_and_applies_them(
    visit: Visits, site: Site, tmp_path: Path, size: tuple[int, int], script: bool, amount: int
) -> None:
    page = visit("ani", script=script)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    first, second = site.section.reports[0], site.section.reports[1]
    line = lines_of(first)[0]
    book = taken_home(page, tmp_path)
    book.line(line).value = amount
    book.item(second, "note").value = f"Catatan {amount}"
    brought_back(page, book, tmp_path)
    changes = page.locator(".workbook-changes tbody tr")
    expect(changes).to_have_count(2)
    expect(changes.first).to_contain_text(f"{amount:,}".replace(",", "."))
    assert lines_of(first)[0].realized != amount
    follow(page, "form:has([name=preview]) button.primary", lambda url: url.endswith(ENTRY))
    expect(page.locator(f"[name=r{first.pk}-line-{line.pk}]")).to_have_value(f"{amount:,}".replace(",", "."))
    assert lines_of(first)[0].realized == amount


def test_what_cannot_be_taken_is_named_by_its_cell_and_the_rest_stays_on_the_page(
    visit: Visits, site: Site, tmp_path: Path, axe: Callable[[Page], None]
) -> None:
    page, looks = visit("ani"), Looks(axe)
    report = site.section.reports[2]
    book = taken_home(page, tmp_path)
    cell = book.line(lines_of(report)[0])
    cell.value, book.item(report, "note").value = "lima juta", "Catatan"
    brought_back(page, book, tmp_path)
    expect(page.locator(".error-summary")).to_contain_text(f"{cell.parent.title}!{cell.coordinate}: ")
    expect(page.locator(".workbook-changes")).to_contain_text("Catatan")
    expect(page.locator("[name=preview]")).to_have_count(0)
    looks.at(page, "workbook-refused")


def test_she_reads_her_changes_in_urdu_from_right_to_left(
    visit: Visits, site: Site, tmp_path: Path, axe: Callable[[Page], None]
) -> None:
    page, looks = visit("ani"), Looks(axe)
    page.goto(ENTRY)
    follow(page, "button[name=language][value=ur]:visible")
    book = taken_home(page, tmp_path)
    assert all(sheet.sheet_view.rightToLeft for sheet in book.units)
    for number, report in enumerate(site.section.reports[3:8], start=1):
        book.line(lines_of(report)[0]).value = number * 1_000
    brought_back(page, book, tmp_path)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".workbook-changes tbody tr")).to_have_count(5)
    looks.at(page, "workbook-ur")
