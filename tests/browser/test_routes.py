"""A route is composed in the browser: a tier for large budgets, a review that holds publication, tried, saved."""

from typing import Any

import pytest
from django.utils import translation
from playwright.sync_api import Page, expect

from ledger.recording import recorded
from registry.models import Post, Unit, User
from tests.browser.conftest import Site, Visits
from tests.browser.looks import PHONE, Looks
from tests.browser.section import AGENCY
from tests.browser.steps import follow
from tests.cast import assign
from wording.sentences import say
from workflow.models import RouteVersion

CONDITION = {"fact": "ceiling", "op": ">=", "value": "20000000"}


@pytest.fixture(scope="module", autouse=True)
def bureau(site: Site) -> None:
    """Hadi holds the post of the central bureau."""
    with recorded(None):
        post = Post.objects.create(
            unit=Unit.objects.get(parent=None),
            role="oversight",
            title="Kepala Bagian Administrasi Pembangunan",
        )
        site.section.people["hadi"] = User.objects.create(username="hadi", name="Hadi Wanareja", password="!")
        assign(site.section.people["hadi"], post)


def press(page: Page, name: str, address: str | None = None) -> None:
    """A button of the form, by what it sends."""
    follow(page, f"button[name=do][value='{name}']", address)


def said(code: str, language: str = "id", **params: Any) -> str:
    with translation.override(language):
        return say(code, params)


def compose(page: Page, looks: Looks | None) -> None:
    """From the list of routes to a draft of DINAS with two more tiers."""
    page.goto("/routes/")
    if looks:
        looks.at(page, "routes")
    follow(page, "a[href='/routes/DINAS/']", "**/routes/DINAS/")
    if looks:
        looks.at(page, "route")
    follow(page, "a[href='/routes/compose/?route=DINAS']")
    press(page, "add-1")
    page.select_option("#role-2", "planner")
    page.select_option("#scope-2", "agency")
    page.fill("#label-2", "Kasubag Perencanaan")
    page.click("#tier-2 summary")
    page.select_option("#test-2-0", "ceiling >=")
    page.fill("#value-2-0", "20.000.000")
    press(page, "add-3")
    page.select_option("#verb-4", "review")
    page.select_option("#role-4", "oversight")
    page.select_option("#scope-4", "government")
    page.fill("#quorum-4", "dua")
    page.check("[name=blocks-4]")
    press(page, "save" if looks else "try")


def test_a_route_is_composed_tried_and_saved(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    page = visit("hadi")
    compose(page, looks)
    # What cannot be is said at its tier; everything that was typed is still there.
    expect(page.locator(".error-summary")).to_contain_text(said("compose.faults", count=1))
    expect(page.locator("#faults-4")).to_contain_text("dua")
    expect(page.locator("#value-2-0")).to_have_value("20.000.000")
    expect(page.locator("#label-2")).to_have_value("Kasubag Perencanaan")
    looks.at(page, "route-refused")
    page.fill("#quorum-4", "1")
    press(page, "try")
    # The dry run: nobody holds the new post yet.
    trial = page.locator("section[aria-labelledby=trial]")
    agency = Unit.objects.get(code=AGENCY)
    vacant = said("resolve.no_post", tier=2, place=agency.name, role="planner")
    expect(trial).to_contain_text(vacant)
    expect(trial).to_contain_text("Budi Wiratmaka (Kepala Bagian Perekonomian)")
    expect(page.locator(".drawing rect")).to_have_count(6)
    looks.at(page, "route-composed")
    looks.weigh(visit_composer(visit), "route-compose")
    press(page, "up-4")
    expect(page.locator("#verb-3")).to_have_value("review")
    expect(page.locator("main")).to_contain_text(said("fault.order"))
    press(page, "down-3")
    press(page, "save", "**/routes/DINAS/")
    expect(page.locator(".status")).to_contain_text(
        said("compose.saved", route="DINAS 2", coming_month="2026-02")
    )
    version = RouteVersion.objects.get(code="DINAS", number=2)
    assert [tier["verb"] for tier in version.tiers] == ["submit", "verify", "verify", "sign", "review"]
    assert version.tiers[2]["when"] == [CONDITION]
    assert version.tiers[4]["blocks"] and version.made_by == site.section.people["hadi"]
    looks.at(page, "route-saved")
    looks.told()


def visit_composer(visit: Visits) -> Page:
    page = visit("hadi")
    page.goto("/routes/compose/?route=SETDA")
    return page


def test_the_composer_works_on_a_phone_in_urdu_and_without_a_script(
    site: Site, visit: Visits, axe: Any
) -> None:
    looks = Looks(axe)
    page = visit("hadi", language="ur")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto("/routes/")
    follow(page, ".bottom .lang button[value=ur]")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.goto("/routes/compose/?from=PSE")
    page.fill("#code", "PSEKP")
    looks.at(page, "route-compose-ur")
    page.goto("/routes/drawings/")
    looks.at(page, "route-drawings-ur")
    plain = visit("hadi", script=False)
    compose(plain, None)
    expect(plain.locator("#faults-4")).to_contain_text("dua")
    expect(plain.locator("#label-2")).to_have_value("Kasubag Perencanaan")


def test_units_are_given_a_route(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    page = visit("hadi")
    page.goto("/routes/SETDA/units/")
    unit = Unit.objects.get(name="Bagian Perekonomian")
    page.check(f"[name=unit][value='{unit.pk}']")
    press(page, "try")
    expect(page.locator("main")).to_contain_text("Budi Wiratmaka (Kepala Bagian Perekonomian)")
    expect(page.locator(f"[name=unit][value='{unit.pk}']")).to_be_checked()
    looks.at(page, "route-units")
    press(page, "give", "**/routes/SETDA/")
    expect(page.locator(".status")).to_contain_text(said("compose.given", route="SETDA", count=1))
    unit.refresh_from_db()
    assert unit.route_code == "SETDA"
