"""The bureau at the board: who has not reported, a reminder that names who was told, a letter, a later deadline."""

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from approvals.models import Notice
from ledger.recording import recorded
from portal.models import ReminderLetter
from registry.models import Post, Unit, User
from submissions.models import Report
from submissions.services import Entry, save_entries
from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.section import AGENCY
from tests.browser.steps import at_rest, follow, move_clock
from tests.cast import assign

REASON = "Gangguan jaringan dua hari menurut Diskominfo"
ROW = f"tr:has([value='{AGENCY}'])"


@pytest.fixture(scope="module", autouse=True)
def bureau(site: Site) -> None:
    """Hadi's bureau, and the Regent above it."""
    with recorded(None):
        root = Unit.objects.get(parent=None)
        regent = Post.objects.create(unit=root, role="leader", title="Bupati Mahakarsa Hulu")
        post = Post.objects.create(
            unit=root, role="oversight", title="Kepala Bagian Administrasi Pembangunan", superior=regent
        )
        hadi = User(
            username="hadi", name="Hadi Wanareja", email="hadi@contoh.test", language="en", password="!"
        )  # noqa: S106
        hadi.save()
        assign(hadi, post)
        site.section.people["hadi"] = hadi


def test_the_bureau_reminds_and_extends(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    move_clock("2026-02-12 09:00")
    hadi = visit("hadi", language="en-GB")
    hadi.goto("/board/")
    expect(hadi.locator(ROW)).to_contain_text("2 days late")
    looks.at(hadi, "board")

    # It looks again by itself and keeps what is ticked and where one is.
    hadi.check(f"[name=unit][value='{AGENCY}']")
    report = Report.objects.order_by("pk")[0]
    entry = Entry(
        report_id=report.pk, version=report.version, lines={}, status="PELAKSANAAN", increment=Decimal(1)
    )
    assert save_entries(actor=site.section.people["ani"], entries=[entry]).versions
    hadi.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(hadi.locator(ROW)).to_contain_text("draft")
    expect(hadi.locator(f"[name=unit][value='{AGENCY}']")).to_be_checked()
    expect(hadi.locator(f"[name=unit][value='{AGENCY}']")).to_be_focused()

    follow(hadi, "form .button.primary", "**/board/?*result=*")
    result = hadi.locator("#result")
    expect(result).to_contain_text("Ani Lembayung")
    looks.at(hadi, "board-reminded")
    at_rest()
    ani = site.section.people["ani"]
    assert Notice.objects.filter(person=ani, code="notice.report.reminded_many").count() == 1
    hadi.goto("/board/")
    hadi.check(f"[name=unit][value='{AGENCY}']")
    follow(hadi, "form .button.primary", "**/board/?*result=*")
    expect(result).to_contain_text("Reminded of today already")

    hadi.goto("/board/")
    hadi.check(f"[name=unit][value='{AGENCY}']")
    follow(hadi, "[formaction='/board/letters/new/']", "**/board/letters/new/")
    looks.at(hadi, "board-letters-new")
    follow(hadi, "[name=make]", "**/board/?*result=*")
    letter = ReminderLetter.objects.get()
    expect(result).to_contain_text(letter.document_no)
    with hadi.expect_download() as saved:
        result.locator("a").first.click()
    assert saved.value.suggested_filename == f"{letter.document_no.replace('/', '-')}.pdf"
    hadi.goto("/board/letters/")
    expect(hadi.locator("main")).to_contain_text(letter.document_no)
    looks.at(hadi, "board-letters")

    hadi.goto("/board/")
    hadi.check(f"[name=unit][value='{AGENCY}']")
    follow(hadi, "[formaction='/board/extend/']", "**/board/extend/")
    looks.at(hadi, "board-extend")
    hadi.fill("[name=until]", "2026-02-19")
    hadi.fill("[name=reason]", REASON)
    hadi.fill("[name=document_no]", "100/ADB/2026")
    follow(hadi, "main form .button.primary", "**/board/?*result=*")
    expect(result).to_contain_text("19 February 2026")
    expect(hadi.locator(ROW)).not_to_contain_text("days late")
    looks.weigh(hadi, "board")

    urdu, visitor = visit("hadi", language="ur-PK"), visit()
    with recorded(None):
        User.objects.filter(username="hadi").update(language="ur")
    urdu.goto("/board/")
    expect(urdu.locator("html")).to_have_attribute("dir", "rtl")
    looks.at(urdu, "board-ur")
    visitor.goto("/board/public/")
    expect(visitor.locator("table")).to_be_visible()
    looks.at(visitor, "board-public")
