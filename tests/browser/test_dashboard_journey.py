"""The regent's way: from the headline of the overview, by clicks only, to one photograph of the work."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from playwright.sync_api import Page, expect

from approvals import services
from ledger.recording import recorded
from registry.models import MonthlyPlan, Post, Unit, User
from submissions import evidence
from submissions.models import Report
from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.section import Section
from tests.browser.steps import at_rest, follow, seen
from tests.browser.test_tiers import handed_in, sign
from tests.cast import assign, png
from tests.files import kept_in


def before_opening(section: Section) -> None:
    """A regent holds the office of a leader; January has no plan, so that nothing lags and owes a problem (V-30)."""
    with recorded(None):
        post = Post.objects.create(unit=Unit.objects.get(parent=None), role=Post.Role.LEADER, title="Bupati")
        regent = User(username="regent", name="Yudawan Hastapura", language="en")
        regent.set_unusable_password()
        regent.save()
        assign(regent, post)
        section.people["regent"] = regent
        MonthlyPlan.objects.filter(month=1).delete()


@pytest.fixture(scope="module", autouse=True)
def january(site: Site, site_data: Path) -> Report:
    """One report of January with a photograph, verified; Sari signs it in the story."""
    (report,) = reports = site.section.reports[:1]
    with override_settings(STORAGES=kept_in(site_data / "files")):
        photo = SimpleUploadedFile("foto.png", png("januari"))
        evidence.attach_to_all(actor=site.people["ani"], reports=reports, upload=photo, kind="PHOTO_PROGRESS")
    handed_in(site, list(Report.objects.filter(pk=report.pk)))
    version = Report.objects.get(pk=report.pk).version
    assert services.verify(actor=site.people["budi"], versions={report.pk: version})[0].done
    return report


def test_from_the_headline_to_one_photograph_by_clicks(
    site: Site, visit: Visits, axe: Callable[[Page], None], january: Report
) -> None:
    looks = Looks(axe)
    sign(visit("sari"), site.people["sari"])
    at_rest()
    page = visit("regent", language="en")
    page.goto("/overview/")
    follow(page, "button[name=language][value=en]:visible")
    expect(page.locator("main .lede")).to_contain_text("0 of 1 agencies signed; absorption")
    expect(page.locator("figure.chart svg[role=img]")).to_have_count(2)
    looks.weigh(page, "overview")
    looks.at(page, "overview")
    follow(page, "table.heat tbody th a", re.compile(r"unit="))
    looks.at(page, "overview-agency")
    follow(page, "section[aria-labelledby=rows] tbody th a", re.compile(r"unit="))
    expect(page.locator("main .lede")).to_contain_text("1 of 16 reports signed")
    code = january.item.sub_activity_code
    follow(page, f"section[aria-labelledby=items] a:has-text('{code}')", re.compile(r"/overview/item/"))
    expect(page.locator("#told")).to_be_visible()
    looks.at(page, "overview-item")
    photo = page.locator(".photos img").first
    photo.scroll_into_view_if_needed()
    assert seen(
        page,
        "(picture => picture.complete ? picture.naturalWidth : null)(document.querySelector('.photos img'))",
    )
    with page.expect_download() as coming:
        photo.click()
    assert coming.value.suggested_filename == "foto.png"


def test_the_overview_reads_from_right_to_left_in_urdu(visit: Visits, axe: Callable[[Page], None]) -> None:
    page = visit("regent", language="ur")
    page.goto("/overview/")
    follow(page, "button[name=language][value=ur]:visible")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("figure.chart svg").first).to_have_attribute("direction", "ltr")
    Looks(axe).at(page, "overview-ur")
