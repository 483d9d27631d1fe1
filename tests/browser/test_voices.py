"""A citizen's complaint about a road, from the page of its sub-activity to the answer; and the survey. In the browser."""

import re
from typing import Any

from playwright.sync_api import expect

from ledger.recording import recorded
from portal.models import Feedback
from portal.voices import survey
from registry.models import BudgetItem, FiscalYear, Post, Unit, User
from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks, weight
from tests.browser.section import Section
from tests.browser.steps import follow, move_clock
from tests.cast import assign

ROAD = "1.03.10.2.01.0055"
PUBLIC_WORKS = "1.03.1.04.0.00.01.0000"
SAID = "Jalan di depan pasar berlubang dalam, dua orang sudah jatuh minggu ini."
ANSWER = "Lubang sudah ditimbun hari ini, pengaspalan mulai Senin depan."
LIGHT = 24 * 1024  # bytes of the whole form with all its files and headers, compressed, without a cache


def before_opening(section: Section) -> None:
    """Hadi's bureau at the root, and the agency that looks after roads: Joko verifies, Kartini heads it."""
    with recorded(None):
        root = Unit.objects.get(parent=None)
        works = Unit.objects.create(
            government=root.government,
            parent=root,
            kind="AGENCY",
            code=PUBLIC_WORKS,
            name="Dinas Pekerjaan Umum",
        )
        Unit.objects.create(
            government=root.government,
            parent=root,
            kind="DISTRICT",
            code="7.01.0.00.0.00.01.0000",
            name="Muara Hening",
        )
        seats = {
            "hadi": ("Hadi Wanareja", root, "oversight", "Kepala Bagian Adbang"),
            "joko": ("Joko Sasmaya", works, "section_head", "Kepala Bidang Bina Marga"),
            "kartini": ("Kartini Lasmana", works, "agency_head", "Kepala Dinas Pekerjaan Umum"),
        }
        posts = {}
        for username, (name, unit, role, title) in seats.items():
            person = User(username=username, name=name, email=f"{username}@contoh.test", password="!")
            person.save()
            posts[username] = Post.objects.create(unit=unit, role=role, title=title)
            assign(person, posts[username])
            section.people[username] = person
        BudgetItem.objects.create(
            fiscal_year=FiscalYear.objects.get(), unit=works, sub_activity_code=ROAD,
            sub_activity_name="Pemeliharaan Rutin Jalan", verifier_post=posts["joko"],
        )  # fmt: skip


def test_a_complaint_about_a_road_from_its_page_to_the_answer(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    citizen = visit(script=False)
    citizen.goto(f"/p/2026/{PUBLIC_WORKS}/{ROAD}/")
    follow(citizen, "a[href^='/feedback/new/']", "**/feedback/new/**")
    expect(citizen.locator("main")).to_contain_text("Pemeliharaan Rutin Jalan")
    move_clock("2026-02-03 09:10")
    citizen.fill("[name=text]", "Rusak!")
    citizen.fill("[name=place]", "Depan Pasar Lama")
    follow(citizen, "main form .button.primary")
    expect(citizen.locator("#text-note")).to_be_visible()
    expect(citizen.locator("[name=place]")).to_have_value("Depan Pasar Lama")
    citizen.fill("[name=text]", SAID)
    citizen.fill("[name=contact]", "warga@contoh.test")
    follow(citizen, "main form .button.primary", re.compile(r"/feedback/[\w-]{20,}/$"))
    ticket = citizen.locator("[data-ticket]").inner_text()
    assert re.fullmatch(r"\d{4}(-\d{4}){3}", ticket)

    hadi = visit("hadi")
    hadi.goto("/voices/")
    looks.at(hadi, "voices")
    follow(hadi, "main tbody th a", "**/voices/*/")
    expect(hadi.locator("main")).not_to_contain_text(ticket)
    hadi.select_option("[name=unit]", PUBLIC_WORKS)
    follow(hadi, "button[value=route]")
    follow(hadi, "button[value=show]")
    looks.at(hadi, "voices-message")

    joko = visit("joko")
    joko.goto("/notices/")
    follow(joko, "main a[href^='/voices/']", "**/voices/*/")
    joko.fill("#answer", ANSWER)
    follow(joko, "button[value=answer]")
    expect(joko.locator("main .history")).to_contain_text("Kepala Bidang Bina Marga")

    citizen.goto("/feedback/")
    citizen.fill("[name=ticket]", ticket.replace("-", " "))
    follow(citizen, "main form .button", re.compile(r"/feedback/[\w-]{20,}/$"))
    expect(citizen.locator("main")).to_contain_text(ANSWER)
    expect(citizen.locator("main")).not_to_contain_text("Joko")
    reader = visit()
    reader.goto(citizen.url)
    looks.at(reader, "voices-ticket")
    follow(citizen, "button[value=solved]")
    assert Feedback.objects.get().state == "closed"
    citizen.goto(f"/p/2026/{PUBLIC_WORKS}/{ROAD}/")
    expect(citizen.locator(".voices")).to_contain_text(SAID)
    expect(citizen.locator(".voices .answer")).to_contain_text(ANSWER)


def test_the_form_is_light_fills_in_the_place_and_is_read_from_the_right(
    site: Site, visit: Visits, axe: Any
) -> None:
    looks = Looks(axe)
    citizen = visit(language="ur-PK")
    citizen.context.grant_permissions(["geolocation"])
    citizen.context.set_geolocation({"latitude": -0.502106, "longitude": 117.153709})
    citizen.goto(f"/feedback/new/?unit={PUBLIC_WORKS}&item={ROAD}")
    expect(citizen.locator("html")).to_have_attribute("dir", "rtl")
    citizen.locator("[data-here] button").click()
    expect(citizen.locator("[name=latitude]")).to_have_value("-0.502106")
    looks.at(citizen, "voices-form-ur")
    total, _script = weight(citizen)
    assert total < LIGHT, total


def test_the_survey_and_what_it_adds_up_to(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    works, district = Unit.objects.get(code=PUBLIC_WORKS), Unit.objects.get(kind="DISTRICT")
    for _ in range(5):
        survey.answer(unit=works, scores=[4] * 8 + [3], district=district, comment="", sender="")
    citizen = visit()
    citizen.goto(f"/survey/{PUBLIC_WORKS}/")
    move_clock("2026-02-03 09:30")
    looks.at(citizen, "survey")
    for number in range(1, 10):
        citizen.check(f"[name=e{number}][value='4']")
    follow(citizen, "main form .button.primary", "**/thanks/")
    follow(citizen, "main a[href$='/results/']", "**/results/")
    expect(citizen.locator("main")).to_contain_text("97,68")
    looks.at(citizen, "survey-results")
