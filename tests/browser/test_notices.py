"""Being told in the browser: the bell, what is read, one's own settings, the end of gathered letters, dead letters; and a letter
as a mail program shows it, in Indonesian and in Urdu."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from approvals import letter_words
from approvals.letter_words import Told
from approvals.models import Letter, Notice, Preference
from approvals.notices import everyone, tell
from approvals.unsubscribing import address
from ledger.clock import now
from ledger.recording import recorded
from registry.models import Government, User
from tests.browser.conftest import Site, Visits
from tests.browser.looks import DESKTOP, PHONE, PICTURES, WANTED, Looks
from tests.browser.section import CLEANING, TRAINING
from tests.browser.steps import at_rest, follow, move_clock
from workflow.models import Outbox

WHY = "Bukti SP2D belum ada di berkas; lampirkan, lalu ajukan lagi."


@pytest.fixture(scope="module", autouse=True)
def told(site: Site) -> None:
    """Two of Ani's reports came back; one was published. There is an administrator."""
    with recorded(None):
        root = User.objects.create_superuser("root", "!", name="Ratna Adiwangsa", email="ratna@contoh.test")
        User.objects.filter(username="ani").update(email="ani@contoh.test")
    site.section.people["root"] = root
    site.section.people["ani"].refresh_from_db()
    for number, code in enumerate((TRAINING, CLEANING, TRAINING)):
        report = site.section.report(code)
        params = {
            "code": code, "name": report.item.sub_activity_name, "month": "2026-01", "person": "Budi Wiratmaka",
            "office": "Kepala Bagian Perekonomian", "reason": WHY,
            "cells": {"id": ["status pelaksanaan", "progres fisik"], "en": ["execution status"], "ur": ["عمل درآمد کی حیثیت"]},
        }  # fmt: skip
        to = everyone([site.section.people["ani"]], params, f"/reports/{report.token}/")
        tell(event=f"back-{number}", code="notice.report.returned", to=to, urgent=True)
    at_rest()


def test_the_bell_counts_and_the_list_gathers_by_report(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    move_clock("2026-02-03 10:00")
    ani = visit("ani")
    ani.goto("/entry/")
    expect(ani.locator(".bell b")).to_have_text("3")
    follow(ani, ".bell", "**/notices/")
    expect(ani.locator(".matters > li")).to_have_count(2)
    expect(ani.locator(".matters > li").first).to_contain_text(TRAINING)
    expect(ani.locator(".matters .unread").first).to_contain_text(WHY)
    looks.at(ani, "notices")
    looks.weigh(ani, "notices")
    follow(ani, ani.locator(".matters > li", has_text=CLEANING).locator("button"))
    expect(ani.locator(".bell b")).to_have_text("2")
    follow(ani, "a[href='/notices/?show=unread']", "**/notices/?show=unread")
    expect(ani.locator(".matters > li")).to_have_count(1)
    follow(ani, ".page-head .actions form button")
    expect(ani.locator(".bell b")).to_have_count(0)
    expect(ani.locator(".empty")).to_be_visible()
    looks.at(ani, "notices-read")
    follow(ani, ".tabs a[href='/notices/']", "**/notices/")
    follow(ani, ani.locator(".matters a").first, "**/reports/*/")


@pytest.mark.parametrize("script", [True, False])
def test_ani_chooses_how_she_is_told(site: Site, visit: Visits, axe: Any, script: bool) -> None:
    ani = visit("ani", script=script)
    ani.goto("/notices/")
    follow(ani, ".page-head .actions a", "**/notices/settings/")
    if script:
        looks = Looks(axe)
        looks.at(ani, "notice-settings")
        looks.weigh(ani, "notice-settings")
    ani.check("[name=rhythm][value=daily]")
    ani.fill("[name=quiet_from]", "20:00")
    ani.fill("[name=quiet_to]", "")
    follow(ani, "main form .button.primary")
    expect(ani.locator(".error-summary")).to_be_visible()
    expect(ani.locator("[name=quiet_from]")).to_have_value("20:00")
    expect(ani.locator("[name=rhythm][value=daily]")).to_be_checked()
    if script:
        axe(ani)
    ani.fill("[name=quiet_to]", "07:00")
    follow(ani, "main form .button.primary", "**/notices/settings/")
    expect(ani.locator(".status")).not_to_be_empty()
    expect(ani.locator("[name=quiet_to]")).to_have_value("07:00")
    assert Preference.objects.get(person=site.people["ani"]).rhythm == "daily"
    with recorded(None):
        Preference.objects.all().delete()


def test_a_visitor_with_a_link_ends_what_gathers(site: Site, visit: Visits, axe: Any) -> None:
    with recorded(None):
        Preference.objects.create(person=site.people["ani"], rhythm="weekly")
    link = address(site.people["ani"])
    visitor = visit(script=False)
    visitor.goto("/" + link.split("/", 3)[3])
    assert Preference.objects.get().rhythm == "weekly"
    follow(visitor, "main form .button.primary")
    expect(visitor.locator("main form")).to_have_count(0)
    assert Preference.objects.get().rhythm == "never"
    looks = visit()
    looks.goto("/" + link.split("/", 3)[3])
    Looks(axe).at(looks, "notices-stop")


def test_an_administrator_sends_what_was_given_up(site: Site, visit: Visits, axe: Any) -> None:
    at = now()
    row = Outbox.objects.filter(topic="letter").earliest("pk")
    Letter.objects.filter(pk=row.payload["id"]).update(sent_at=None)
    Outbox.objects.filter(pk=row.pk).update(done_at=at, last_error="SMTPRecipientsRefused 550")
    Outbox.objects.create(
        key="stuck", topic="evidence.scan", payload={}, created_at=at, not_before=at, done_at=at, attempts=290,
        last_error="ConnectionRefusedError",
    )  # fmt: skip
    root = visit("root")
    root.goto("/outbox/")
    expect(root.locator("main tbody tr")).to_have_count(2)
    expect(root.locator("main")).to_contain_text("Ani Lembayung")
    expect(root.locator("main")).not_to_contain_text(WHY)
    looks = Looks(axe)
    looks.at(root, "outbox")
    looks.weigh(root, "outbox")
    follow(root, root.locator("tbody tr", has_text="Ani Lembayung").locator("button"))
    expect(root.locator("tbody tr", has_text="Ani Lembayung")).to_have_count(0)
    at_rest()
    assert Letter.objects.get(pk=row.payload["id"]).sent_at
    Outbox.objects.filter(key="stuck").delete()


@pytest.mark.parametrize(("language", "direction"), [("id", "ltr"), ("ur", "rtl")])
def test_a_letter_as_a_mail_program_shows_it(
    site: Site, visit: Visits, axe: Any, language: str, direction: str
) -> None:
    """The HTML part, with nothing but itself: no server is asked for anything, by day and by night."""
    person = site.people["ani"]
    person.language = language
    notice = Notice.objects.filter(person=person).earliest("pk")
    letter = Letter(pk=1, key="looks", person=person)
    mail = letter_words.compose(letter, [Told(notice, notice.code, notice.params)], Government.objects.get())
    page = visit()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size in (DESKTOP, PHONE):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.set_content(str(mail.alternatives[0][0]))
            assert page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            )
            keep(page, f"mail-{language}-{scheme}-{size[0]}")
    expect(page.locator("html")).to_have_attribute("dir", direction)
    expect(page.locator("body")).to_contain_text(WHY)
    assert [url for url in asked if not url.startswith("about:")] == []
    assert page.locator("img, link, script, style").count() == 0


def keep(page: Page, name: str) -> None:
    """Pictures for docs/, when they are wanted; those by night when all are."""
    if WANTED == "all" or (WANTED and "light" in name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / f"{name}.png").write_bytes(page.screenshot())
