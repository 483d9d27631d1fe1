"""Ani copies a block out of her spreadsheet: what was changed is told, one step takes it back, and no number is guessed."""

import json
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visits
from tests.browser.entry_desk import emptied, money_of, opened, pasted, stand, typed
from tests.browser.steps import follow
from wording.amounts import in_words, scales_text
from wording.numbers import money

# Sixteen rows as a spreadsheet puts them on the clipboard: this month and the three columns that the page reckons itself.
ROWS = 16
BLOCK = {
    "id": "\r\n".join(f"{n}.250.000,50\t{n}.250.000,50\t0\t{n},5%" for n in range(1, ROWS + 1)) + "\r\n",
    "en": "\r\n".join(f"{n},250,000.50\t{n},250,000.50\t0\t{n}.5%" for n in range(1, ROWS + 1)) + "\r\n",
}


@pytest.fixture
def table(visit: Visits, site: Site) -> Page:
    emptied(site)
    return opened(visit)


def in_language(page: Page, language: str) -> None:
    follow(page, f"button[name=language][value={language}]:visible")
    expect(page.locator("table[data-grid][data-ready]")).to_be_visible()


@pytest.mark.parametrize("language", ["id", "en"])
def test_sixteen_rows_and_four_columns_come_in_as_one_step(table: Page, language: str) -> None:
    if language != "id":
        in_language(table, language)
    cells = money_of(table)
    before = [cells.nth(number).input_value() for number in range(ROWS + 1)]
    pasted(table, cells.nth(0), BLOCK[language])
    written = [money(Decimal(f"{n}250000.50"), language) for n in range(1, ROWS + 1)]
    stand(cells, *written)
    expect(cells.nth(ROWS)).to_have_value(before[ROWS])
    told = table.locator("[data-grid-say]")
    expect(told).to_contain_text(str(ROWS))
    expect(told).to_contain_text("48")  # sums that the page reckons itself
    table.locator("[data-see]").click()
    dialog = table.locator("dialog[data-changes]")
    expect(dialog).to_be_visible()
    rows = dialog.locator("tbody tr")
    expect(rows).to_have_count(ROWS)
    expect(rows.nth(2).locator("td").nth(1)).to_have_text(written[2])
    dialog.locator("[data-undo]").click()
    stand(cells, *before)
    expect(table.locator("[data-changed]")).to_be_hidden()
    if language != "id":
        in_language(table, "id")


def test_quoted_cells_breaks_and_trailing_tabs_are_read_as_a_spreadsheet_means_them(table: Page) -> None:
    cells = money_of(table)
    pasted(table, cells.nth(0), '"1.000"\t\r\n"dua\r\nribu"\t\r\n"3.000"\t\r\n')
    expect(cells.nth(0)).to_have_value("1.000")
    expect(cells.nth(1)).to_have_value("duaribu")  # one cell, kept as it was, with its sentence
    expect(table.locator(f"#{cells.nth(1).get_attribute('id')}-note")).to_contain_text("dua")
    expect(cells.nth(2)).to_have_value("3.000")
    expect(cells.nth(3)).to_have_value("")
    typed(table, ["Control+z"])
    stand(cells, "", "", "", "")


def test_what_does_not_fit_is_counted(table: Page) -> None:
    cells = money_of(table)
    count = cells.count()
    pasted(table, cells.nth(count - 2), "1\n2\n3\n4\n")
    expect(cells.nth(count - 1)).to_have_value("2")
    expect(table.locator("[data-grid-say]")).to_contain_text("2")
    expect(table.locator("[data-see]")).to_be_visible()
    typed(table, ["Control+z"])


def test_a_folded_row_is_passed_over_by_a_paste(table: Page) -> None:
    bodies = table.locator("table[data-grid] > tbody")
    bodies.nth(1).locator("[data-fold]").click()
    hidden = money_of(bodies.nth(1)).count()
    first, third = money_of(bodies.nth(0)), money_of(bodies.nth(2))
    count = first.count()
    pasted(table, first.nth(0), "\n".join(str(n) for n in range(1, count + 2)))
    expect(third.nth(0)).to_have_value(str(count + 1))
    expect(money_of(bodies.nth(1)).first).to_have_value("")
    expect(table.locator("[data-grid-say]")).to_contain_text(str(hidden))
    typed(table, ["Control+z"])
    bodies.nth(1).locator("[data-fold]").click()


@pytest.mark.parametrize(("language", "grouping"), [("id", "thousands"), ("en", "lakh"), ("ur", "lakh")])
def test_the_page_says_amounts_in_the_server_s_words(table: Page, language: str, grouping: str) -> None:
    amounts = (
        "999.99",
        "1000",
        "150000",
        "1250000.5",
        "12500000",
        "-98765432101.01",
        "999999999999999999.99",
    )
    address = table.evaluate("[...document.scripts].find(one => one.src.includes('/grid')).src")
    said = table.evaluate(
        "async ([address, amounts, language, scales]) => { const { plain, words } = await import(address);"
        " return amounts.map(amount => words(plain(amount), language, scales)); }",
        [address, list(amounts), language, scales_text(language, grouping)],
    )
    assert said == [in_words(Decimal(amount), language, grouping) for amount in amounts], json.dumps(said)
