"""A citizen on a phone: she looks for an office, finds its page, one sub-activity, and takes the figures away."""

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from approvals import services
from tests.approvals.issued import published
from tests.browser.conftest import Site, Visits
from tests.browser.looks import PAGE_LIMIT, PHONE, SCRIPT_LIMIT, Looks, weight
from tests.browser.section import AGENCY
from tests.browser.steps import at_rest, follow, move_clock
from tests.browser.test_verification import CODES, before_opening
from tests.cast import World
from tests.files import kept_in

__all__ = ["before_opening"]


def search(page: Page, words: str) -> None:
    page.locator("form[role=search] input").fill(words)
    follow(page, "form[role=search] button", "**/search/?q=*")


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as coming:
        page.locator(".take-away a", has_text=name).last.click()
    return Path(coming.value.path()).read_bytes()


def test_from_a_word_to_a_file(site: Site, site_data: Path, visit: Visits, axe: Any, settings: Any) -> None:
    settings.SIGNING_KEYS = site.keys
    settings.STORAGES = kept_in(site_data / "files")
    world = World(move_clock, None, None, None, None, {}, site.people)  # type: ignore[arg-type]
    chosen = [site.section.report(code) for code in CODES]
    services.verify(actor=site.people["budi"], versions=world.submitted(chosen, 10))
    published(world, chosen, site.people["sari"])
    at_rest()

    looks, page = Looks(axe), visit(language="en-GB")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto("/")
    search(page, "secretariat")
    expect(page.locator("main")).to_contain_text("Sekretariat Daerah")
    looks.at(page, "search")
    follow(page, ".found a", f"**/p/2026/2026-01/{AGENCY}/")
    total, script = weight(page)
    assert total <= PAGE_LIMIT and script <= SCRIPT_LIMIT, (total, script)
    expect(page.locator(".chart").first).to_be_visible()
    search(page, f" {CODES[0].replace('.', ' ')} ")
    follow(page, ".found a", f"**/{CODES[0]}/")
    expect(page.locator("h1")).to_contain_text("Pemeliharaan Ruang Arsip")
    rows = list(csv.DictReader(io.StringIO(downloaded(page, "csv").decode())))
    assert [row["sub_activity_code"] for row in rows] == list(CODES)
    address = page.locator(".take-away a", has_text="datapackage.json").get_attribute("href")
    told = page.request.get(str(address)).json()
    content = downloaded(page, "json")
    assert told["resources"][1]["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    follow(page, page.get_by_role("link", name="Columns and licence"), "**/data/2026/")
    looks.at(page, "open-data")
