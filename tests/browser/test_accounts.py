"""Accounts as people meet them: a second factor set up and used, a passkey, and sessions that end where they should."""

import re
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from approvals import factors
from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.steps import follow
from tests.cast import PASSWORD, factor

VIRTUAL = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip
AUTHENTICATE = "**/accounts/2fa/authenticate/"


def enter(page: Page, who: str, base: str = "", to: str | re.Pattern[str] | None = None) -> None:
    """By the door, with the password."""
    page.goto(f"{base}/accounts/login/")
    page.fill("[name=login]", who)
    page.fill("[name=password]", PASSWORD)
    follow(page, "main form button.primary", to)


def leave(page: Page) -> None:
    page.locator("details.menu summary").click()
    follow(page, "details.menu form button")


@pytest.mark.parametrize(("who", "script"), [("budi", True), ("sari", False)])
def test_a_factor_is_set_up_before_anything_else_and_asked_from_then_on(
    site: Site, visit: Visits, axe: Any, who: str, script: bool
) -> None:
    looks, page, person = Looks(axe if script else None), visit(script=script), site.people[who]
    enter(page, who, to="**/accounts/set-up/")
    looks.at(page, "set-up")
    page.goto("/inbox/")
    expect(page).to_have_url(re.compile("/accounts/set-up/$"))
    follow(page, "main a[href$='/totp/activate/']", "**/2fa/totp/activate/")
    looks.at(page, "set-up-app")
    page.fill("[name=code]", "000000")
    follow(page, "main form button.primary")
    expect(page.locator(".field .error")).to_be_visible()
    secret = page.locator("[data-secret]").inner_text()
    now = list(factors.yield_hotp_counters_from_time())
    page.fill("[name=code]", factors.format_hotp_value(factors.hotp_value(secret, now[len(now) // 2])))
    follow(page, "main form button.primary", "**/2fa/recovery-codes/")
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    if script:
        looks.at(page, "recovery-codes")
        page.emulate_media(media="print")
        expect(page.locator(".codes li").first).to_be_visible()
        page.emulate_media(media="screen")
    page.reload()
    expect(page.locator(".codes li")).to_have_count(0)
    page.goto("/home/")
    expect(page.locator("nav.nav a").first).to_be_visible()
    if script:
        leave(page)
    else:
        page.context.clear_cookies()
    enter(page, who, to=AUTHENTICATE)
    looks.at(page, "second-step")
    page.fill("[name=code]", factor(person).code)
    follow(page, "main form button.primary", re.compile(r"/(inbox|sign)/$"))
    page.context.clear_cookies()
    enter(page, who, to=AUTHENTICATE)
    page.fill("[name=code]", codes[4])
    follow(page, "main form button.primary", re.compile(r"/(inbox|sign)/$"))


def with_passkeys(page: Page) -> CDPSession:
    """A device that has finger, face or PIN, as the browser would find one."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})
    return session


def test_ani_adds_a_passkey_and_signs_in_with_nothing_else(site: Site, visit: Visits, axe: Any) -> None:
    base, page, looks = site.base.replace("127.0.0.1", "localhost"), visit(), Looks(axe)
    device = with_passkeys(page)
    enter(page, "ani", base, "**/entry/")
    page.goto(f"{base}/accounts/security/")
    looks.at(page, "security-empty")
    follow(page, "main a[href$='/webauthn/add/']")
    page.fill("[name=password]", PASSWORD)
    follow(page, "main form button.primary", "**/webauthn/add/")
    looks.at(page, "passkey-add")
    page.fill("[name=name]", "Laptop kantor")
    page.check("[name=passwordless]")
    follow(page, "[data-passkey] button", "**/2fa/recovery-codes/")
    page.goto(f"{base}/accounts/security/")
    expect(page.locator("main")).to_contain_text("Laptop kantor")
    looks.at(page, "security")
    leave(page)
    page.goto(f"{base}/accounts/login/")
    looks.at(page, "sign-in-passkey")
    follow(page, "[data-passkey] button", "**/entry/")
    leave(page)
    enter(page, "ani", base, AUTHENTICATE)
    follow(page, "[data-passkey] button", "**/entry/")
    # Another device has no such key, and the page says so instead of waiting.
    leave(page)
    stranger = visit()
    device.detach()
    with_passkeys(stranger)
    enter(stranger, "ani", base, AUTHENTICATE)
    stranger.locator("[data-passkey] button").click()
    expect(stranger.locator("[data-passkey] [role=status]")).not_to_be_empty()


def test_dewi_ends_a_session_elsewhere_and_then_all(site: Site, visit: Visits, axe: Any) -> None:
    looks, pages = Looks(axe), [visit(), visit(), visit()]
    for page in pages:
        enter(page, "dewi", to="**/audit/")
    here, office, home = pages
    here.goto("/accounts/security/")
    expect(here.locator(".sessions li")).to_have_count(3)
    follow(here, here.locator(".sessions form button").first, "**/accounts/reauthenticate/**")
    looks.at(here, "confirm")
    here.fill("[name=password]", PASSWORD)
    follow(here, "main form button.primary", "**/accounts/security/")
    follow(here, here.locator(".sessions form button").first, "**/accounts/security/")
    expect(here.locator(".sessions li")).to_have_count(2)
    ended = [page for page in (office, home) if page.goto("/audit/") and "/login/" in page.url]
    assert len(ended) == 1
    follow(here, "form[action$='/sessions/end/'] button", "**/accounts/login/**")
    for page in pages:
        page.goto("/audit/")
        expect(page).to_have_url(re.compile("/accounts/login/"))


def test_the_pages_stand_in_urdu(site: Site, visit: Visits, axe: Any) -> None:
    looks, page = Looks(axe), visit("ani", language="ur")
    site.people["ani"].language = "ur"
    site.people["ani"].save()
    page.goto("/accounts/security/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    looks.at(page, "security-ur")
    page.goto("/accounts/2fa/totp/activate/")
    looks.at(page, "confirm-ur")
