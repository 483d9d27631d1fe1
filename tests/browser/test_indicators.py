"""The KPI pack of a public entity, in a browser: entered, verified, signed, asked back, corrected, accepted."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from playwright.sync_api import Page, expect

from indicators.models import Pack
from indicators.services import open_quarter
from registry.models import User
from tests import databases
from tests.browser.conftest import Visits, _move_clock
from tests.browser.looks import Looks
from tests.browser.running import running
from tests.browser.steps import follow
from tests.cast import PASSWORD, PNG, factor
from tests.indicators.province import SOUND, Province, furnish

YES_NO = ("accounts_on_time", "board_met", "ceo_in_post", "cfo_in_post", "internal_audit")
# The current ratio is 0.95: an alarm that wants cause and action.
FIGURES = {**SOUND, "current_assets": "380", "revenue": "1000.50"}
REMARKS = "The subsidy of the last quarter came late; the department releases it monthly from October on."
QUERY = "Receivables of 200 do not agree with the ageing list, which shows 180. Please correct or explain."


@dataclass
class Site:
    """A running site and the province that reports there."""

    base: str
    province: Province

    @property
    def people(self) -> dict[str, User]:
        return self.province.people


@pytest.fixture(scope="module")
def site(
    site_data: Path, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The first quarter of a small province, open and empty, on a site of this module's own."""
    keys = tmp_path_factory.mktemp("keys")
    hasher = ScryptPasswordHasher()
    with django_db_blocker.unblock():
        urls = databases.clone_database("packs")
        try:
            with databases.pointed_at(databases.name_of(urls)):
                province = furnish(
                    lambda moment: _move_clock(urls["owner"], moment), hasher.encode(PASSWORD, hasher.salt())
                )
                open_quarter(fiscal_year=province.year, quarter=1)
                with running(site_data, keys, urls) as base:
                    yield Site(base, province)
        finally:
            databases.drop_database(urls)


class Story:
    """One quarter of the water company, from empty figures to what the oversight unit has accepted."""

    def __init__(self, site: Site, visit: Visits, looks: Looks) -> None:
        self.province = site.province
        self.visit, self.looks = visit, looks
        self.pages: dict[str, Page] = {}

    def page_of(self, who: str) -> Page:
        if who not in self.pages:
            self.pages[who] = self.visit(who)
        return self.pages[who]

    def state(self) -> str:
        return str(self.province.pack().state)

    def look(self, page: Page, name: str) -> None:
        self.looks.weigh(page, name)
        self.looks.at(page, name)

    def open(self, who: str, link: str, address: str) -> Page:
        page = self.page_of(who)
        page.goto("/packs/")
        follow(page, f"main {link}", address)
        return page

    # --- The finance officer -------------------------------------------------------------------------------

    def gulzar_finds_the_quarter_on_his_desk(self) -> None:
        page = self.page_of("gulzar")
        page.goto("/home/")
        page.wait_for_url("**/packs/")
        expect(page.locator("header .gov")).to_have_text("Province of Shaheenabad")
        self.look(page, "packs")
        follow(page, "main tbody th a", "**/entry/")
        self.look(page, "pack-entry-empty")

    def he_is_told_what_does_not_fit_and_loses_nothing(self) -> None:
        page = self.page_of("gulzar")
        self._type(page, {**FIGURES, "cash": "400"})
        page.fill("[name=n-debt]", "As of the bank's letter of 2 October")
        follow(page, "button[value=submit]")
        summary = page.locator(".error-summary")
        for part in ("400", "380", "20"):
            expect(summary).to_contain_text(part)
        expect(page.locator("#f-cash")).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#f-cash")).to_have_value("400")
        expect(page.locator("#n-debt")).to_have_value("As of the bank's letter of 2 October")
        self.looks.at(page, "pack-entry-refused")
        assert self.state() == "draft"

    def he_explains_the_alarm_attaches_the_accounts_and_submits(self) -> None:
        page = self.page_of("gulzar")
        page.fill("#f-cash", "300")
        follow(page, "button[value=submit]")
        expect(page.locator("#remarks-note")).to_be_visible()
        expect(page.locator("[data-indicator=current_ratio] .tag.red")).to_be_visible()
        self.looks.at(page, "pack-entry-alarm")
        page.fill("#remarks", REMARKS)
        page.set_input_files("#evidence", {"name": "accounts.png", "mimeType": "image/png", "buffer": PNG})
        page.check("#statement")
        follow(page, "button[value=submit]", re.compile(r"/packs/[^/]+/$"))
        expect(page.locator(".where")).to_contain_text("Palwasha Marwatkhel")
        assert self.state() == "submitted"
        self.look(page, "pack-submitted")

    def _type(self, page: Page, figures: dict[str, str]) -> None:
        for code, text in figures.items():
            if code in YES_NO:
                page.select_option(f"#f-{code}", "yes" if text == "1" else "no")
            else:
                page.fill(f"#f-{code}", text)

    # --- Those who decide ----------------------------------------------------------------------------------

    def palwasha_verifies(self) -> None:
        page = self.open("palwasha", "tbody th a", "**/packs/*/")
        expect(page.locator("[data-indicator=current_ratio]")).to_contain_text("0.95")
        self.looks.at(page, "pack-verify")
        follow(page, "button[value=verify]")
        expect(page.locator("#status")).to_contain_text("Verified")
        assert self.state() == "verified"

    def shehram_signs_with_a_code(self, first: bool) -> None:
        page = self.open("shehram", "tbody th a", "**/packs/*/")
        if first:
            page.fill("#code", "not a code")
            follow(page, "button[value=sign]")
            expect(page.locator("#code-note")).to_be_visible()
            expect(page.locator("#code")).to_have_value("")
            self.looks.at(page, "pack-sign-refused")
            assert self.state() == "verified"
        page.fill("#code", factor(self.province.people["shehram"]).code)
        follow(page, "button[value=sign]")
        expect(page.locator("#status")).to_contain_text("Signed")
        assert self.state() == "signed"

    def zarmina_asks_back(self) -> None:
        page = self.open("zarmina", "tbody th a", "**/packs/*/")
        self.looks.at(page, "pack-review")
        page.check("input[name=figures][value=receivable]")
        page.fill("#reason", "Why?")
        follow(page, "button[value=return]")
        expect(page.locator("#reason-note")).to_be_visible()
        expect(page.locator("input[name=figures][value=receivable]")).to_be_checked()
        page.fill("#reason", QUERY)
        follow(page, "button[value=return]")
        expect(page.locator("#status")).to_contain_text("Returned")
        assert self.state() == "returned"
        expect(page.locator("button[value=review]")).to_have_count(0)

    def gulzar_corrects_and_submits_again(self) -> None:
        page = self.open("gulzar", "tbody th a", "**/entry/")
        expect(page.locator(".note.red blockquote").first).to_contain_text("ageing list")
        expect(page.locator("#name-receivable")).to_contain_text("asked about")
        self.looks.at(page, "pack-entry-returned")
        page.fill("#f-receivable", "180")
        page.fill("#n-receivable", "Two bills of August were counted twice")
        page.check("#statement")
        follow(page, "button[value=submit]", re.compile(r"/packs/[^/]+/$"))
        assert self.state() == "submitted"

    def zarmina_accepts(self) -> None:
        page = self.open("zarmina", "tbody th a", "**/packs/*/")
        expect(page.locator("[data-figure=receivable]")).to_contain_text("Two bills of August")
        follow(page, "button[value=review]")
        expect(page.locator("#status")).to_contain_text("Accepted")
        assert self.state() == "published"
        self.look(page, "pack-published")

    def everybody_reads_it_in_three_languages(self) -> None:
        page = self.page_of("zarmina")
        for language, direction, written in (
            ("id", "ltr", "1.000,50"),
            ("ur", "rtl", "1,000.50"),
            ("en", "ltr", "1,000.50"),
        ):
            follow(page, f"button[name=language][value={language}]:visible")
            expect(page.locator("html")).to_have_attribute("lang", language)
            expect(page.locator("html")).to_have_attribute("dir", direction)
            expect(page.locator("[data-figure=revenue]")).to_contain_text(written)
            if language == "ur":
                self.looks.at(page, "pack-ur")
                page.goto("/packs/?tab=others")
                self.looks.at(page, "packs-ur")
                page.go_back()


def test_a_pack_goes_from_the_finance_officer_to_the_oversight_unit_and_back_and_is_accepted(
    site: Site, visit: Visits, axe: Callable[[Page], None]
) -> None:
    looks = Looks(axe)
    story = Story(site, visit, looks)
    story.gulzar_finds_the_quarter_on_his_desk()
    story.he_is_told_what_does_not_fit_and_loses_nothing()
    story.he_explains_the_alarm_attaches_the_accounts_and_submits()
    story.palwasha_verifies()
    story.shehram_signs_with_a_code(first=True)
    story.zarmina_asks_back()
    story.gulzar_corrects_and_submits_again()
    story.palwasha_verifies()
    story.shehram_signs_with_a_code(first=False)
    story.zarmina_accepts()
    story.everybody_reads_it_in_three_languages()


def test_it_works_without_a_script(site: Site, visit: Visits) -> None:
    pack = Pack.objects.get(unit__code="HD-01", quarter=1)
    page = visit("tariq", script=False)
    page.goto(f"/packs/{pack.token}/entry/")
    page.fill("#f-cash", "12,5")
    follow(page, page.locator("button[value=save]").last)
    expect(page.locator("#f-cash")).to_have_value("12,5")
    expect(page.locator(".error-summary a")).to_have_attribute("href", "#f-cash")
    page.fill("#f-cash", "12.50")
    follow(page, page.locator("button[value=save]").last)
    expect(page.locator("#f-cash")).to_have_value("12.50")
