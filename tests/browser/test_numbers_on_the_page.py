"""The page reads every awkward number as the server does, and writes it as the server does."""

from decimal import Decimal

import pytest

from tests.browser.conftest import Visits
from tests.browser.entry_desk import opened
from tests.wording.awkward import AWKWARD, WAYS, WHY
from wording import ways
from wording.numbers import money, quantity

MODULE = "[...document.scripts].find(one => one.src.includes('/grid')).src"
READ = """async ([address, asked, way]) => {
  const { read } = await import(address);
  return asked.map(([text, kind]) => {
    const value = read(text, way, kind);
    return value === undefined ? "refused" : value === null ? "empty" : String(value);
  });
}"""
WRITE = """async ([address, asked, way]) => {
  const { plain, read, write } = await import(address);
  return asked.map(([text, kind]) => {
    const written = write(plain(text), way, kind);
    return [written, String(read(written, way, kind))];
  });
}"""
SIZES = (
    "0", "0.05", "-0.5", "7", "-20", "999", "1000", "-1000", "12345", "99999.99", "100000", "-1234567.5", "12345678", "100000000",
    "123456789012345.67", "-999999999999999999.99",
)  # fmt: skip


def ten_thousandths(found: str) -> str:
    """What the server made of a text, in the page's unit."""
    if found == "empty":
        return found
    return "refused" if found in WHY else str(int(Decimal(found) * 10_000))


@pytest.mark.parametrize("way", WAYS)
def test_the_page_reads_every_awkward_number_as_the_server_does(visit: Visits, way: str) -> None:
    page = opened(visit)
    read = page.evaluate(READ, [page.evaluate(MODULE), [[one.text, one.kind] for one in AWKWARD], way])

    found = {(one.text, one.kind): here for one, here in zip(AWKWARD, read, strict=True)}
    assert found == {(one.text, one.kind): ten_thousandths(getattr(one, way)) for one in AWKWARD}


@pytest.mark.parametrize("way", WAYS)
def test_the_page_writes_numbers_as_the_server_does_and_reads_its_own_back(visit: Visits, way: str) -> None:
    page = opened(visit)
    fits = [text for text in SIZES if abs(Decimal(text)) < 10**14]
    asked = [*([text, "money"] for text in SIZES), *([text, "volume"] for text in fits)]
    written = page.evaluate(WRITE, [page.evaluate(MODULE), asked, way])

    language, theirs = WAYS[way]
    with ways.of(theirs):
        made = [(money if kind == "money" else quantity)(Decimal(text), language) for text, kind in asked]
    shown = [
        text.removeprefix("\N{LEFT-TO-RIGHT MARK}") for text in made
    ]  # a field is from left to right anyway
    assert written == [
        [text, str(int(Decimal(asked_one[0]) * 10_000))] for text, asked_one in zip(shown, asked, strict=True)
    ]
