"""Webhooks in the browser: Hadi registers an address, is refused a private one, sees the secret once, and what a test came to."""

from typing import Any

import pytest
from django.utils.translation import override
from playwright.sync_api import expect

from ledger.recording import recorded
from portal import webhooks
from portal.models import Delivery, Webhook
from portal.webhook_events import TOPICS
from registry.models import Post, Unit, User
from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.section import Section
from tests.browser.steps import at_rest, follow
from tests.cast import assign
from wording.sentences import say


def before_opening(section: Section) -> None:
    """Hadi's bureau at the root."""
    with recorded(None):
        root = Unit.objects.get(parent=None)
        hadi = User(username="hadi", name="Hadi Wanareja", email="hadi@contoh.test", password="!")
        hadi.save()
        assign(hadi, Post.objects.create(unit=root, role="oversight", title="Kepala Bagian Adbang"))
        section.people["hadi"] = hadi


@pytest.fixture
def hook(site: Site, settings: Any) -> Webhook:
    """An address on this machine, which only the test's own settings allow: the site will refuse to send there."""
    settings.WEBHOOK_NETWORKS = ("127.0.0.0/8",)
    there = Webhook.objects.first()  # the stories of this file share one site
    if there:
        return there
    scope = Unit.objects.get(parent=None).pk
    made, _secret = webhooks.register(
        actor=site.people["hadi"],
        name="Dasbor provinsi",
        url="http://127.0.0.1:9999/hook",
        topics=list(TOPICS),
        scope=scope,
    )
    return made


def test_a_webhook_is_registered_looked_after_and_never_reaches_inside(
    site: Site, visit: Visits, axe: Any, hook: Webhook
) -> None:
    looks = Looks(axe)
    hadi = visit("hadi")
    hadi.goto("/webhooks/")
    expect(hadi.locator("main tbody tr")).to_have_count(1)
    hadi.fill("[name=name]", "Portal data terbuka")
    hadi.fill("[name=url]", "https://127.0.0.1/hook")
    hadi.check("[name=topics][value='report.published']")
    looks.at(hadi, "webhooks")
    looks.weigh(hadi, "webhooks")
    hadi.fill("[name=name]", "Portal data terbuka")
    hadi.fill("[name=url]", "https://127.0.0.1/hook")
    hadi.check("[name=topics][value='report.published']")
    follow(hadi, "main form .button.primary")
    with override("id"):
        expect(hadi.locator("#url-note")).to_contain_text(say("webhook.private", {"host": "127.0.0.1"}))
    expect(hadi.locator("[name=url]")).to_have_value("https://127.0.0.1/hook")
    looks.at(hadi, "webhooks-refused")

    follow(hadi, f"a[href='/webhooks/{hook.token}/']", f"**/webhooks/{hook.token}/")
    follow(hadi, "button[value=test]")
    at_rest()
    assert Delivery.objects.get().state == "waiting"
    hadi.reload()
    expect(hadi.locator("section:has(#messages) tbody tr")).to_have_count(1)
    looks.at(hadi, "webhook")
    follow(hadi, "button[value=rotate]")
    secret = hadi.locator("[data-secret]").inner_text()
    assert secret.startswith("whsec_")
    looks.at(hadi, "webhook-secret")
    follow(hadi, "a.button[href^='/webhooks/']")
    expect(hadi.locator("main")).not_to_contain_text("whsec_")
    follow(hadi, "button[value=pause]")
    expect(hadi.locator("button[value=resume]")).to_be_visible()
    assert visit("sari").request.get(f"/webhooks/{hook.token}/").status == 404


def test_the_same_pages_are_read_from_the_right(site: Site, visit: Visits, axe: Any, hook: Webhook) -> None:
    looks = Looks(axe)
    with recorded(None):
        User.objects.filter(username="hadi").update(language="ur")
    hadi = visit("hadi", language="ur-PK")
    hadi.goto("/webhooks/")
    expect(hadi.locator("html")).to_have_attribute("dir", "rtl")
    looks.at(hadi, "webhooks-ur")
    follow(hadi, "main tbody th a")
    looks.at(hadi, "webhook-ur")
