"""Ani at her table: the keyboard alone is enough, a spreadsheet can be pasted, and she reads it in her own language."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from submissions.models import Report
from tests.browser.conftest import Site, Visits
from tests.browser.entry_desk import ENTRY, emptied, money_of, opened, pasted, posted, saved, stand
from tests.browser.looks import Looks
from tests.browser.steps import follow
from tests.cast import PASSWORD


@pytest.fixture
def table(visit: Visits, site: Site) -> Page:
    emptied(site)
    return opened(visit)


def values(cells: Locator, count: int) -> list[str]:
    return [cells.nth(number).input_value() for number in range(count)]


def test_the_arrows_and_enter_lead_her_from_line_to_line(table: Page) -> None:
    cells = money_of(table)
    first, second = cells.nth(0), cells.nth(1)
    first.focus()
    table.keyboard.type("1500000")
    table.keyboard.press("Enter")
    expect(second).to_be_focused()
    expect(first).to_have_value("1.500.000")
    table.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    table.keyboard.press("ArrowDown")
    table.keyboard.press("ArrowDown")
    expect(cells.nth(2)).to_be_focused()
    table.keyboard.press("Shift+Enter")
    expect(second).to_be_focused()
    table.keyboard.type("250000")
    expect(first.locator("xpath=ancestor::tbody").locator("[data-item] [data-out=month]")).to_have_text(
        "1.750.000"
    )
    table.keyboard.press("Escape")
    expect(second).to_have_value("")
    saved(table)
    expect(first).to_have_value("1.500.000")


def test_she_pastes_a_column_from_her_spreadsheet_and_takes_it_back(table: Page, site: Site) -> None:
    cells = money_of(table)
    before = values(cells, 5)
    pasted(table, cells.nth(0), "1.000\t\r\n2.000,50\t\r\nabc\t\r\n4.000\t\r\n")
    stand(cells, "1.000", "2.000,50", "abc", "4.000")
    unreadable = table.locator(f"#{cells.nth(2).get_attribute('aria-describedby')}")
    expect(unreadable).to_contain_text("abc")
    total = table.locator("tr[data-total] [data-out=month]")
    expect(total).to_have_text("7.000,50")
    table.keyboard.press("Control+z")
    stand(cells, *before)
    pasted(table, cells.nth(0), "11.000\n12.000\n13.000\n0\n")
    stand(cells, "11.000", "12.000", "13.000", "0")
    saved(table)
    first = site.section.reports[0]
    stored = first.lines.order_by("line__account_code").values_list("realized", flat=True)
    assert list(stored) == [11_000, 12_000, 13_000]


def test_she_reads_her_table_in_english_and_in_urdu(visit: Visits, axe: Callable[[Page], None]) -> None:
    page, looks = visit("ani"), Looks(axe)
    page.goto(ENTRY)
    first = money_of(page).first
    first.fill("4.933.000")
    page.locator("select[name$=-status]").first.select_option("PELAKSANAAN")
    saved(page)
    for language, direction, written in (
        ("en", "ltr", "4,933,000"),
        ("ur", "rtl", "4,933,000"),
        ("id", "ltr", "4.933.000"),
    ):
        follow(page, f"button[name=language][value={language}]:visible")
        expect(page.locator("html")).to_have_attribute("dir", direction)
        expect(first).to_have_value(written)
        if language == "en":
            first.fill("5,000,000")
            saved(page)
            first.fill("4,933,000")
            saved(page)
        if language == "ur":
            looks.at(page, "entry-ur")


def test_two_windows_without_a_script_do_not_overwrite_each_other(visit: Visits, site: Site) -> None:
    emptied(site)
    here, there = (opened(visit, script=False) for _ in range(2))
    report = site.section.reports[5]
    line = f"[name^='r{report.pk}-line-']"
    here.locator(line).first.fill("111.000")
    posted(here)
    there.locator(line).first.fill("222.000")
    posted(there)
    expect(there.locator(".error-summary")).to_contain_text(report.item.sub_activity_code)
    expect(there.locator(line).first).to_have_value("222.000")
    expect(there.locator(f"#r{report.pk}")).to_contain_text("111.000")
    assert Report.objects.get(pk=report.pk).lines.filter(realized=111_000).exists()
    posted(there)  # shown what stands there, she decides
    assert Report.objects.get(pk=report.pk).lines.filter(realized=222_000).exists()


def test_she_signs_in_with_the_keyboard_and_out_again(visit: Visits, site: Site) -> None:
    page = visit()
    page.goto("/accounts/login/")
    page.locator("[name=login]").focus()
    page.keyboard.type("ani")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation(url="**/entry/"):
        page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.locator("details.menu > summary").press("Enter")
    with page.expect_navigation(url=f"{site.base}/"):
        page.locator(".menu-panel form button").press("Enter")
    page.goto("/entry/")
    expect(page.locator("[name=password]")).to_be_visible()
