"""Ani enters a month without touching the mouse: moving, filling, taking back, folding, filtering, looking closer."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site, Visits
from tests.browser.entry_desk import emptied, money_of, opened, saved, stand, typed


@pytest.fixture
def table(visit: Visits, site: Site) -> Page:
    emptied(site)
    return opened(visit)


def said(page: Page) -> Locator:
    return page.locator("[data-grid-say]")


def rows_shown(page: Page) -> int:
    return page.locator("table[data-grid] > tbody:visible").count()


def test_enter_and_the_arrows_move_and_escape_takes_the_cell_back(table: Page) -> None:
    cells = money_of(table)
    cells.nth(0).focus()
    typed(table, ["1500000", "Enter"])
    expect(cells.nth(1)).to_be_focused()
    expect(cells.nth(0)).to_have_value("1.500.000")
    typed(table, ["Shift+Enter"])
    expect(cells.nth(0)).to_be_focused()
    typed(table, ["ArrowDown", "ArrowDown"])
    expect(cells.nth(2)).to_be_focused()
    typed(table, ["77", "Escape"])
    expect(cells.nth(2)).to_have_value("")
    typed(table, ["Tab"])
    expect(cells.nth(2)).not_to_be_focused()


def test_each_step_is_taken_back_by_one_ctrl_z(table: Page) -> None:
    cells = money_of(table)
    cells.nth(0).focus()
    typed(table, ["100", "Enter", "200", "Enter", "300"])
    typed(table, ["Control+z"])
    stand(cells, "100", "200", "")
    typed(table, ["Control+z"])
    stand(cells, "100", "", "")
    expect(cells.nth(1)).to_be_focused()
    typed(table, ["Control+z"])
    stand(cells, "", "", "")
    typed(table, ["Control+z"])
    stand(cells, "", "", "")


def test_ctrl_d_fills_only_what_is_empty_below_and_is_one_step(table: Page) -> None:
    first = table.locator("table[data-grid] > tbody").filter(has=money_of(table).nth(2)).first
    cells = money_of(first)
    count = cells.count()
    assert count >= 3
    cells.nth(1).fill("5")
    cells.nth(0).focus()
    typed(table, ["0", "Control+d"])
    expect(cells.nth(0)).to_have_value("0")
    expect(cells.nth(1)).to_have_value("5")
    expect(cells.nth(2)).to_have_value("0")
    expect(money_of(table).nth(count)).to_have_value("")  # the next sub-activity is left alone
    typed(table, ["Control+z"])
    expect(cells.nth(2)).to_have_value("")
    expect(cells.nth(1)).to_have_value("5")
    # The same by a visible command; an empty cell takes the one above it.
    cells.nth(2).focus()
    table.locator("[data-fill]").click()
    expect(cells.nth(2)).to_have_value("5")
    table.locator(".tools [data-undo]").click()
    expect(cells.nth(2)).to_have_value("")


def test_folded_rows_are_passed_over_and_it_is_said(table: Page) -> None:
    bodies = table.locator("table[data-grid] > tbody")
    first, second, third = (money_of(bodies.nth(number)) for number in range(3))
    bodies.nth(1).locator("[data-fold]").press("Enter")
    expect(bodies.nth(1).locator("[data-fold]")).to_have_attribute("aria-expanded", "false")
    expect(second.first).to_be_hidden()
    bodies.nth(0).locator("input[data-kind]").last.focus()
    typed(table, ["ArrowDown"])
    expect(third.first).to_be_focused()
    expect(said(table)).not_to_be_empty()
    typed(table, ["ArrowUp"])
    expect(bodies.nth(0).locator("input[data-kind]").last).to_be_focused()
    expect(first.first).to_be_visible()
    table.reload()
    expect(money_of(bodies.nth(1)).first).to_be_hidden()  # remembered for this page
    table.locator("[data-fold-all]").click()
    expect(money_of(table).first).to_be_hidden()
    table.locator("[data-fold-all]").click()
    expect(money_of(bodies.nth(1)).first).to_be_visible()


def test_a_filter_is_instant_and_forgets_nothing(table: Page) -> None:
    bodies = table.locator("table[data-grid] > tbody")
    every = bodies.count()
    body = bodies.nth(0)
    cells = body.locator("input[data-kind]")
    for number in range(cells.count()):
        cells.nth(number).fill("1")
    body.locator("select[name$=-status]").select_option("PELAKSANAAN")
    label = table.locator("[data-show=empty]")
    expect(label.locator(".count")).to_have_text(str(every - 1))
    label.press("Enter")
    expect(body).to_be_hidden()
    assert rows_shown(table) == every - 1
    assert table.url.endswith("?show=empty")
    expect(cells.first).to_have_value("1")
    code = bodies.nth(3).locator(".code").first.inner_text()
    table.locator("[data-search]").fill(code)
    expect(bodies.nth(3)).to_be_visible()
    assert rows_shown(table) == 1
    table.locator("[data-search]").fill("")
    table.locator("[data-show=all]").press("Enter")
    assert rows_shown(table) == every
    label.press("Enter")
    # What the filter hides is saved with the rest.
    saved(table)
    table.reload()
    assert "show=empty" in table.url
    expect(body).to_be_hidden()
    expect(cells.first).to_have_value("1")


def test_ctrl_enter_opens_the_details_and_escape_leads_back(table: Page) -> None:
    cell = money_of(table).nth(1)
    cell.focus()
    typed(table, ["Control+Enter"])
    drawer = table.locator("dialog[data-drawer]")
    expect(drawer).to_be_visible()
    expect(drawer.locator("tbody tr")).to_have_count(12)
    expect(drawer.locator("svg.strip")).to_be_visible()
    typed(table, ["Escape"])
    expect(drawer).to_be_hidden()
    expect(cell).to_be_focused()


def test_the_words_of_an_amount_stand_beside_it(table: Page) -> None:
    cell = money_of(table).nth(0)
    words = cell.locator("xpath=..").locator("[data-words]")
    cell.focus()
    typed(table, ["Control+a", "1250000"])
    expect(words).to_have_text("1 juta 250 ribu")
    typed(table, ["000"])
    expect(words).to_have_text("1 miliar 250 juta")
    typed(table, ["Escape"])


def test_the_sums_of_item_and_table_follow_every_key(table: Page) -> None:
    body = table.locator("table[data-grid] > tbody").nth(0)
    cells, total = money_of(body), table.locator("tr[data-total] [data-out=month]")
    item = body.locator("[data-item] [data-out=month]")
    for number in range(cells.count()):
        cells.nth(number).fill("")
    start = total.inner_text()
    cells.nth(0).fill("1.000")
    cells.nth(1).fill("250,50")
    expect(item).to_have_text("1.250,50")
    cells.nth(1).fill("250,5O")  # a letter: it cannot be read, and does not count
    expect(item).to_have_text("1.000")
    expect(cells.nth(1)).to_have_attribute("aria-invalid", "true")
    cells.nth(0).fill("")
    cells.nth(1).fill("")
    expect(total).to_have_text(start)
