"""Requests in the browser: a deadline moved, a reviewer who never answers, a second opinion that refuses."""

from datetime import datetime
from typing import Any

import pytest
from django.utils.translation import override
from playwright.sync_api import Page, expect

from approvals import tasks
from approvals.models import Request
from ledger.recording import recorded
from registry.models import FiscalYear, Post, Unit, User
from submissions.calendar import open_month
from submissions.models import Period
from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.steps import WITA, at_rest, follow, move_clock
from tests.cast import PNG, assign
from wording.sentences import say
from workflow.models import Grant

WHY = "Server SIPD tidak dapat dibuka sejak 2 Februari, berita acara terlampir."
PEOPLE = {
    "joko": ("Joko Samodra", "agency_head", "Wakil Kepala Daerah"),
    "hadi": ("Hadi Wanareja", "oversight", "Kepala Bagian Administrasi Pembangunan"),
    "indah": ("Indah Kencanawati", "inspector", "Inspektur"),
}


@pytest.fixture(scope="module", autouse=True)
def bureau(site: Site) -> None:
    """Hadi's bureau, Indah's inspectorate, and Joko above both."""
    with recorded(None):
        root = Unit.objects.get(parent=None)
        superior = None
        for username, (name, role, title) in PEOPLE.items():
            post = Post.objects.create(unit=root, role=role, title=title, superior=superior)
            superior = superior or post
            person = User(username=username, name=name, email=f"{username}@contoh.test", password="!")
            person.save()
            assign(person, post)
            site.section.people[username] = person


def said(sentence: str, /, **params: Any) -> str:
    with override("id"):
        return say(sentence, params)


def ask(page: Page, kind: str, *months: Period, **typed: str) -> Request:
    """Somebody fills in the page of a new request and sends it."""
    page.goto("/requests/")
    follow(page, f"a[href='/requests/new/{kind}/']", f"**/requests/new/{kind}/")
    for month in months:
        page.check(f"[name=months][value='{month.pk}']")
    for name, text in typed.items():
        page.fill(f"[name={name}]", text)
    page.set_input_files("[name=file]", {"name": "berita-acara.png", "mimeType": "image/png", "buffer": PNG})
    follow(page, "main form .button.primary", "**/requests/*/")
    case = Request.objects.latest("pk")
    expect(page.locator(".status")).to_contain_text(said("asking.done.asked", number=case.number))
    return case


def from_list(page: Page, case: Request) -> None:
    """Somebody finds a request among those that wait for him."""
    page.goto("/requests/")
    follow(page, f"a[href='/requests/{case.token}/']", f"**/requests/{case.token}/")
    expect(page.locator("main")).to_contain_text(WHY)


def answer(page: Page, step: str, verdict: str, reason: str) -> None:
    page.fill(f"#{step}-reason", reason)
    follow(page, f"form:has(#{step}-reason) button[value={verdict}]")


def test_a_later_deadline_is_asked_for_and_granted(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    move_clock("2026-02-03 09:00")
    january = Period.objects.get(month=1)
    sari, hadi = visit("sari"), visit("hadi")
    sari.goto("/requests/new/extension/")
    looks.at(sari, "request-new")
    sari.fill("[name=until]", "2026-02-20")
    follow(sari, "main form .button.primary")
    expect(sari.locator(".error-summary")).to_be_visible()
    expect(sari.locator("[name=until]")).to_have_value("2026-02-20")
    looks.at(sari, "request-refused")
    case = ask(sari, "extension", january, until="2026-02-20", reason=WHY)
    looks.at(sari, "request-asked")
    expect(sari.locator(".where")).to_contain_text("Hadi Wanareja")
    expect(sari.locator("button[value=agreed]")).to_have_count(0)
    hadi.goto("/requests/")
    looks.at(hadi, "requests")
    from_list(hadi, case)
    looks.at(hadi, "request-answer")
    answer(hadi, "review", "agreed", "kurang")
    expect(hadi.locator(".error-summary")).to_contain_text(said("asking.reason", length=6, shortest=10))
    expect(hadi.locator("#review-reason")).to_have_value("kurang")
    answer(hadi, "review", "agreed", "Gangguan server sudah diperiksa Diskominfo")
    expect(hadi.locator(".status")).to_contain_text(said("asking.done.agreed", number=case.number))
    sari.reload()
    expect(sari.locator("main")).to_contain_text("Gangguan server sudah diperiksa Diskominfo")
    looks.at(sari, "request-granted")
    looks.weigh(sari, "request-granted")
    january.refresh_from_db()
    assert january.sign_due.astimezone(WITA) == datetime(2026, 2, 20, 23, 59, 59, tzinfo=WITA)
    assert Grant.objects.get(key=f"request-{case.pk}").granted_by == site.section.people["hadi"]


def test_a_reviewer_never_answers_and_nothing_is_granted_by_silence(
    site: Site, visit: Visits, axe: Any
) -> None:
    looks = Looks(axe)
    move_clock("2026-03-02 10:00")
    sari, hadi, joko = visit("sari"), visit("hadi"), visit("joko", script=False)
    case = ask(sari, "reopening", Period.objects.get(month=1), reason=WHY, days="5")
    joko.goto("/requests/")
    expect(joko.locator(f"a[href='/requests/{case.token}/']")).to_have_count(0)
    for moment in ("2026-03-04 09:00", "2026-03-06 09:00", "2026-03-10 09:00"):
        move_clock(moment)
        tasks.sweep_requests()
        at_rest()
    hadi.goto("/notices/")
    expect(hadi.locator("main")).to_contain_text(
        said("notice.request.reminded", code=case.number, grant_kind="reopening", name=case.agency.name)
    )
    sari.reload()
    expect(sari.locator(".where")).to_contain_text("Joko Samodra")
    looks.at(sari, "request-overdue")
    assert not Grant.objects.filter(key=f"request-{case.pk}").exists()
    joko.goto("/notices/")
    follow(joko, f"a[href='/requests/{case.token}/']", f"**/requests/{case.token}/")
    answer(joko, "review", "agreed", "Bagian tidak menjawab; dibuka oleh atasan")
    expect(joko.locator("main")).to_contain_text("Wakil Kepala Daerah")
    assert Grant.objects.get(key=f"request-{case.pk}").granted_by == site.section.people["joko"]
    hadi.goto(f"/requests/{case.token}/")
    hadi.fill("#revoke-reason", "Laporan sudah lengkap lebih cepat")
    follow(hadi, "form:has(#revoke-reason) button")
    expect(hadi.locator(".status")).to_contain_text(said("asking.done.revoked", number=case.number))
    looks.at(hadi, "request-revoked")


def test_a_second_opinion_refuses_a_closed_quarter(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    year = FiscalYear.objects.get()
    for month in (2, 3):
        open_month(fiscal_year=year, month=month)
    move_clock("2026-04-27 09:00")
    sari, hadi, indah = visit("sari"), visit("hadi"), visit("indah")
    case = ask(sari, "reopening", *Period.objects.order_by("month"), reason=WHY, days="3")
    expect(sari.locator("main")).to_contain_text(said("weighty.closed_quarter"))
    expect(sari.locator(".where")).to_have_count(2)
    from_list(indah, case)
    from_list(hadi, case)
    answer(hadi, "review", "agreed", "Data SP2D triwulan I memang belum masuk")
    expect(hadi.locator("button[value=agreed]")).to_have_count(0)
    answer(indah, "second", "refused", "Triwulan I sudah selesai diperiksa")
    expect(indah.locator(".error-summary")).to_contain_text(said("asking.stale"))
    expect(indah.locator("#second-reason")).to_have_value("Triwulan I sudah selesai diperiksa")
    expect(indah.locator("main")).to_contain_text("Data SP2D triwulan I memang belum masuk")
    looks.at(indah, "request-stale")
    follow(indah, "form:has(#second-reason) button[value=refused]")
    expect(indah.locator(".status")).to_contain_text(said("asking.done.refused", number=case.number))
    sari.reload()
    expect(sari.locator("main")).to_contain_text("Triwulan I sudah selesai diperiksa")
    looks.at(sari, "request-denied")
    assert not Grant.objects.filter(key=f"request-{case.pk}").exists()
    at_rest()
    sari.goto("/notices/")
    expect(sari.locator("main")).to_contain_text(
        said("notice.request.denied", code=case.number, grant_kind="reopening", name=case.agency.name,
             reason="Triwulan I sudah selesai diperiksa")
    )  # fmt: skip
