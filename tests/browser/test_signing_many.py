"""A hundred and fifty reports signed in one act with a code; and whatever is clicked twice happens once."""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from playwright.sync_api import Page, expect

from approvals import services
from approvals.authority import create_authority, issue_signer
from approvals.models import SigningBatch
from registry.models import User
from submissions.models import Report
from tests import databases
from tests.browser.conftest import Visits
from tests.browser.looks import Looks
from tests.browser.running import running
from tests.browser.steps import follow, until_prepared
from tests.browser.test_accounts import enter, with_passkeys
from tests.cast import PASSPHRASE, PASSWORD, World, factor, inhabited
from workflow.models import Decision

MANY, MORE, BY_KEY = 150, 4, 2


class Site:
    """A running site with one agency of many sub-activities, all of them verified."""

    def __init__(self, base: str, world: World, keys: Path) -> None:
        self.base, self.world, self.keys = base, world, keys

    @property
    def people(self) -> dict[str, User]:
        return self.world.people


@pytest.fixture(scope="module")
def site(
    site_data: Path, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    keys, hasher = tmp_path_factory.mktemp("keys"), ScryptPasswordHasher()
    with django_db_blocker.unblock():
        urls = databases.clone_database("signing many")
        try:
            with databases.pointed_at(databases.name_of(urls)):
                world = inhabited(
                    lambda at: _move_clock(urls["owner"], at), hasher.encode(PASSWORD, hasher.salt())
                )
                create_authority(keys)
                citra = world.citra
                world.factor(citra)
                path = keys / f"signer-{citra.pk}.p12"
                issue_signer(keys, citra.name, str(citra.nip), "Dinas", PASSPHRASE, path=path)
                world.items(MANY + MORE + BY_KEY)
                versions = world.submitted(world.open(), 10)
                services.verify(actor=world.budi, versions=versions)
                with running(site_data, keys, urls) as base:
                    yield Site(base, world, keys)
        finally:
            databases.drop_database(urls)


def _move_clock(owner: str, moment: datetime) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("UPDATE jenjang_clock SET ahead = %s - clock_timestamp()", [moment])


def prepare(page: Page, count: int, base: str = "") -> str:
    """Take so many and have their document made; its address."""
    page.goto(f"{base}/sign/")
    if count == MANY:  # more than one page of them
        follow(page, "[name=do][value=all]")
        if "/batches/" not in page.url:
            follow(page, "main form button.primary", "**/batches/*/")
    else:
        for place in range(count):
            page.locator("input[name=report]").nth(place).check()
        follow(page, ".bar-foot button.primary", "**/batches/*/")
    until_prepared(page)
    return page.url


def fill(page: Page, site: Site) -> None:
    page.check("[name=statement]")
    page.fill("[name=code]", factor(site.people["citra"]).code)
    page.fill("[name=passphrase]", PASSPHRASE)


def published() -> int:
    return Report.objects.filter(state="published").count()


def test_a_double_click_the_back_button_and_two_tabs_sign_once(site: Site, visit: Visits, axe: Any) -> None:
    looks, page = Looks(axe), visit("citra")
    address = prepare(page, MORE)
    looks.at(page, "sign-code")
    expect(page.locator("[data-demo-code]")).to_have_text(re.compile(r"^\d{6}$"))
    for language in ("ur", "id"):
        follow(page, f"button[name=language][value={language}]:visible")
        expect(page.locator("html")).to_have_attribute("lang", language)
        if language == "ur":
            looks.at(page, "sign-code-ur")
    other = page.context.new_page()
    other.goto(address)
    fill(page, site)
    fill(other, site)  # a code of its own: only the document can refuse it
    other.fill("[name=code]", page.locator("[name=code]").input_value())
    page.locator("aside button.primary").dblclick(no_wait_after=True)
    page.wait_for_selector(".panel", state="attached")
    expect(page.locator("[name=passphrase]")).to_have_count(0)
    assert published() == MORE
    follow(other, "aside button.primary")
    expect(other.locator("[name=passphrase]")).to_have_count(0)
    page.go_back()
    if page.locator("[name=passphrase]").count():
        fill(page, site)
        follow(page, "aside button.primary")
    expect(page.locator("[name=passphrase]")).to_have_count(0)
    assert published() == MORE
    assert Decision.objects.filter(verb="sign").count() == MORE
    assert list(SigningBatch.objects.values_list("state", flat=True)) == ["published"]


def test_a_passkey_signs_as_well_and_its_answer_counts_once(site: Site, visit: Visits, axe: Any) -> None:
    base, page, looks = site.base.replace("127.0.0.1", "localhost"), visit(), Looks(axe)
    before = published()
    with_passkeys(page)
    enter(page, "citra", base, "**/2fa/authenticate/")
    page.fill("[name=code]", factor(site.people["citra"]).code)
    follow(page, "main form button.primary", "**/sign/")
    page.goto(f"{base}/accounts/2fa/webauthn/add/")
    page.fill("[name=code]", factor(site.people["citra"]).code)
    follow(page, "main form button.primary", "**/webauthn/add/")
    follow(page, "[data-passkey] button", re.compile("/(recovery-codes|security)/$"))
    address = prepare(page, BY_KEY, base)
    page.check("[name=statement]")
    page.fill("[name=passphrase]", PASSPHRASE)
    page.locator("[data-passkey] button").click()
    expect(page.locator("[data-passkey] [role=status]")).not_to_be_empty()
    looks.at(page, "sign-passkey")
    answer = page.locator("[name=assertion]").input_value()
    assert '"signature"' in answer
    follow(page, "aside button.primary")
    expect(page.locator("[name=passphrase]")).to_have_count(0)
    assert published() == before + BY_KEY
    assert address != prepare(page, BY_KEY, base)
    page.check("[name=statement]")
    page.fill("[name=passphrase]", PASSPHRASE)
    page.evaluate("answer => { document.querySelector('[name=assertion]').value = answer; }", answer)
    follow(page, "aside button.primary")
    expect(page.locator("#code-note")).to_be_visible()
    assert published() == before + BY_KEY


def test_a_hundred_and_fifty_in_one_act(site: Site, visit: Visits, axe: Any) -> None:
    looks, page = Looks(axe), visit("citra")
    prepare(page, MANY)
    expect(page.locator("aside button.primary")).to_contain_text(str(MANY))
    page.fill("[name=code]", "000000")
    page.check("[name=statement]")
    page.fill("[name=passphrase]", PASSPHRASE)
    follow(page, "aside button.primary")
    expect(page.locator("#code-note")).to_be_visible()
    expect(page.locator("[name=statement]")).to_be_checked()
    expect(page.locator("[name=passphrase]")).to_have_value("")
    looks.at(page, "sign-code-refused")
    fill(page, site)
    began = time.monotonic()
    follow(page, "aside button.primary")
    seconds = time.monotonic() - began
    assert published() == MANY + MORE + BY_KEY
    expect(page.locator(".panel h2")).to_contain_text(str(MANY))
    (databases.CHECKOUT / "build").mkdir(exist_ok=True)
    told = f"{MANY} reports signed and published in one act with a code: {seconds:.1f} s from the click to the page\n"
    (databases.CHECKOUT / "build" / "signing_many_seconds.txt").write_text(told)
