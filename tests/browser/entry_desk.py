"""Ani's hands at the month's table: what the tests of the table share."""

from collections.abc import Sequence

from playwright.sync_api import Locator, Page, ViewportSize, expect

from submissions.models import Report
from submissions.services import Entry, LineEntry, save_entries
from tests.browser.conftest import Site, Visits
from tests.browser.steps import follow
from workflow.route import OPEN_STATES

ENTRY = "/entry/2026-01/"
SAVE = ".bar-foot button[name=act][value=save]"
PHONE: ViewportSize = {"width": 360, "height": 740}


def opened(visit: Visits, who: str = "ani", address: str = ENTRY, *, script: bool | None = None) -> Page:
    """The table in a window of its own, its script at work."""
    page = visit(who, script=script)
    page.goto(address)
    if script is not False:
        expect(page.locator("table[data-grid][data-ready]")).to_be_visible()
    return page


def emptied(site: Site) -> None:
    """January as it was opened: what earlier tests saved on this site is taken out of every report that can be entered."""
    open_ones = [one for one in site.section.reports if Report.objects.get(pk=one.pk).state in OPEN_STATES]
    entries = [
        Entry(one.pk, None, lines={line.pk: LineEntry(None) for line in one.lines.all()}) for one in open_ones
    ]
    saving = save_entries(actor=site.people["ani"], entries=entries)
    assert len(saving.versions) == len(entries), saving


def money_of(place: Page | Locator) -> Locator:
    """The fields for money, in the order of the table."""
    return place.locator("input[data-kind=money]")


def stand(cells: Locator, *written: str) -> None:
    """The first cells come to hold these; what the clipboard brings arrives a moment later."""
    for number, text in enumerate(written):
        expect(cells.nth(number)).to_have_value(text)


def pasted(page: Page, cell: Locator, text: str) -> None:
    """What a person does after copying `text` in another program."""
    cell.focus()
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def saved(page: Page) -> None:
    """The button at the foot; the page stays, and says that everything is with the site."""
    line = page.locator("[data-drafts-line]")
    line.evaluate("line => { line.textContent = ''; }")
    page.locator(SAVE).click()
    expect(line).not_to_be_empty()
    expect(page.locator("[data-save=waiting]")).to_have_count(0)


def posted(page: Page) -> None:
    """The same without a script: the page comes again."""
    follow(page, SAVE)


def typed(page: Page, keys: Sequence[str]) -> None:
    """Keys one after another: a name of a key, or a text."""
    for key in keys:
        if key[:1].isupper() and not key[1:].isdigit():
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)
