"""Posts in the browser: Sari appoints who acts for her in the week of the deadline, and the bureau moves people by a file."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.utils.translation import override
from playwright.sync_api import expect

from approvals import services
from approvals.authority import issue_signer
from approvals.models import SigningBatch
from approvals.selectors import to_sign
from ledger.recording import recorded
from registry.models import Assignment, MonthlyPlan, Office, Post, Unit, User
from submissions.models import Report
from submissions.selectors import my_reports
from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.section import AGENCY, Section
from tests.browser.steps import at_rest, follow, move_clock
from tests.browser.test_tiers import handed_in, sign
from tests.cast import PASSPHRASE, PASSWORD, PNG, assign
from tests.registry.files import SECTION
from wording.sentences import say

PEOPLE = {
    "joko": ("Joko Samodra", "assistant", "Asisten Perekonomian"),
    "hadi": ("Hadi Wanareja", "oversight", "Kepala Bagian Administrasi Pembangunan"),
}
HEADING = "username,name,nip,unit_code,role,title,kind,decree_no,valid_from,valid_to"
WAITING = 3


def before_opening(section: Section) -> None:
    """Joko is an assistant of the agency, Hadi heads the central bureau."""
    hasher = ScryptPasswordHasher()
    password = hasher.encode(PASSWORD, hasher.salt())
    with recorded(None):
        root, agency = Unit.objects.get(parent=None), Unit.objects.get(code=AGENCY)
        for number, (username, (name, role, title)) in enumerate(PEOPLE.items(), 5):
            post = Post.objects.create(unit=root if role == "oversight" else agency, role=role, title=title)
            person = User(username=username, name=name, nip=f"19800101200501290{number}", password=password)
            person.save()
            assign(person, post)
            section.people[username] = person
        MonthlyPlan.objects.all().delete()  # what lags behind a plan owes a problem (V-30)


@pytest.fixture(scope="module", autouse=True)
def month(site: Site) -> list[Report]:
    """Joko has a key; three reports of January wait for the signature."""
    joko = site.people["joko"]
    key = site.keys / f"signer-{joko.pk}.p12"
    issue_signer(site.keys, joko.name, str(joko.nip), "Sekretariat Daerah", PASSPHRASE, path=key)
    reports = [one for one in site.section.reports if one.physical_mode != "VOLUME"][:WAITING]
    handed_in(site, reports)
    versions = dict(Report.objects.filter(pk__in=[one.pk for one in reports]).values_list("pk", "version"))
    outcomes = services.verify(actor=site.people["budi"], versions=versions)
    assert all(one.done for one in outcomes), outcomes
    return reports


def said(sentence: str, /, **params: Any) -> str:
    with override("id"):
        return say(sentence, params)


def waits_for(who: User) -> int:
    """How many reports wait for his signature now."""
    return to_sign(who).count()


def test_the_head_sees_what_an_appointment_does_and_loses_nothing_she_typed(
    site: Site, visit: Visits, axe: Any
) -> None:
    looks = Looks(axe)
    move_clock("2026-02-03 09:00")
    sari = visit("sari")
    sari.goto("/offices/")
    looks.at(sari, "offices")
    row = sari.locator("tbody tr", has_text="Sekretaris Daerah").first
    follow(sari, row.locator("a.button"), "**/offices/posts/*/appoint/")
    looks.at(sari, "office-form")
    sari.fill("#who", "joko")
    follow(sari, "button[value=look]")
    expect(sari.locator("#person")).to_contain_text("Joko Samodra")
    sari.check("[name=kind][value=plh]")
    sari.fill("#decree_no", "800/17/2026")
    sari.fill("#first", "2026-02-04")
    sari.fill("#last", "2026-02-02")
    sari.set_input_files("#file", {"name": "SK Plh.png", "mimeType": "image/png", "buffer": PNG})
    follow(sari, "form .actions button.primary")
    expect(sari.locator(".error-summary a")).to_have_attribute("href", "#last")
    expect(sari.locator("#decree_no")).to_have_value("800/17/2026")
    expect(sari.locator("#file-hint")).to_contain_text("SK Plh.png")
    looks.at(sari, "office-form-refused")
    sari.fill("#last", "2026-02-10")
    follow(sari, "form .actions button.primary")
    effects = sari.locator(".office-effects")
    expect(effects.locator(".turns li")).to_have_count(2)
    expect(effects).to_contain_text("Plh. Joko Samodra")
    expect(effects.locator(".months li")).to_contain_text([str(WAITING)])
    looks.at(sari, "office-effects")


def test_who_acts_for_her_signs_as_such_and_she_comes_back(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    sari, joko = visit("sari"), visit("joko")
    post = Post.objects.get(title="Sekretaris Daerah")
    sari.goto(f"/offices/posts/{post.pk}/appoint/")
    sari.fill("#who", "joko")
    sari.check("[name=kind][value=plh]")
    for name, text in {"decree_no": "800/17/2026", "first": "2026-02-04", "last": "2026-02-10"}.items():
        sari.fill(f"#{name}", text)
    sari.set_input_files("#file", {"name": "SK Plh.png", "mimeType": "image/png", "buffer": PNG})
    follow(sari, "form .actions button.primary")
    follow(sari, "button[value=save]", f"**/offices/posts/{post.pk}/")
    expect(sari.locator(".status")).to_contain_text("Joko Samodra")
    looks.at(sari, "office-post")
    at_rest()
    joko.goto("/notices/")
    expect(joko.locator("main")).to_contain_text("Plh. Sekretaris Daerah")
    assert (waits_for(site.people["sari"]), waits_for(site.people["joko"])) == (WAITING, 0)

    move_clock("2026-02-04 08:00")
    assert (waits_for(site.people["sari"]), waits_for(site.people["joko"])) == (0, WAITING)
    sign(joko, site.people["joko"])
    batch = SigningBatch.objects.get()
    assert batch.signer_title.startswith("Plh. Sekretaris Daerah"), batch.signer_title
    visitor = visit("")
    visitor.goto(f"/v/{batch.token}/")
    expect(visitor.locator("main")).to_contain_text("Plh. Sekretaris Daerah")

    move_clock("2026-02-11 08:00")
    assert Office.objects.get(post=post).person_id == site.people["sari"].pk
    sari.goto(f"/offices/posts/{post.pk}/")
    expect(sari.locator(".lede b")).to_have_text("Sari Hastapura")
    looks.at(sari, "office-post-after")


def test_the_bureau_moves_people_by_a_file(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    move_clock("2026-02-12 09:00")
    hadi, people = visit("hadi"), site.people

    def row(who: str, role: str, title: str) -> str:
        person = people[who]
        return f"{who},{person.name},{person.nip},{SECTION},{role},{title},definitive,821/9/2026,2026-02-16,"

    good = [
        row("ani", "section_head", "Kepala Bagian Perekonomian"),
        row("budi", "officer", "PPTK Bagian Perekonomian"),
    ]

    def bring(*rows: str) -> None:
        hadi.goto("/offices/rotation/")
        text = "\n".join([HEADING, *rows, ""]).encode()
        hadi.set_input_files("#file", {"name": "mutasi.csv", "mimeType": "text/csv", "buffer": text})
        follow(hadi, "main form .button.primary")

    hadi.goto("/offices/")
    follow(hadi, "a[href='/offices/rotation/']", "**/offices/rotation/")
    looks.at(hadi, "rotation")
    bring(good[0], good[1].replace("PPTK Bagian", "PPTK Bagan"))
    expect(hadi.locator(".error-summary")).to_contain_text("PPTK Bagan Perekonomian")
    looks.at(hadi, "rotation-refused")
    bring(*good)
    expect(hadi.locator(".offices tbody tr")).to_have_count(4)
    expect(hadi.locator(".office-effects")).to_contain_text("Ani Lembayung")
    looks.at(hadi, "rotation-effects")
    looks.weigh(hadi, "rotation")
    assert not Assignment.objects.filter(valid_from=date(2026, 2, 16)).exists()


def test_what_was_shown_is_applied_and_the_desks_change_on_the_day(
    site: Site, visit: Visits, axe: Any
) -> None:
    hadi, people = visit("hadi"), site.people
    rows = [
        f"{who},{people[who].name},{people[who].nip},{SECTION},{role},{title},definitive,821/9/2026,2026-02-16,"
        for who, role, title in (
            ("ani", "section_head", "Kepala Bagian Perekonomian"),
            ("budi", "officer", "PPTK Bagian Perekonomian"),
        )
    ]
    hadi.goto("/offices/rotation/")
    text = "\n".join([HEADING, *rows, ""]).encode()
    hadi.set_input_files("#file", {"name": "mutasi.csv", "mimeType": "text/csv", "buffer": text})
    follow(hadi, "main form .button.primary")
    follow(hadi, "form:has([name=preview]) button", "**/offices/")
    expect(hadi.locator(".status")).to_contain_text(said("office.done.rotated", count=4))
    ani, budi = visit("ani"), visit("budi")
    assert not my_reports(people["budi"]).exists()
    move_clock("2026-02-16 08:00")
    budi.goto("/entry/handover/")
    expect(budi.locator("main")).to_contain_text("Ani Lembayung")
    assert my_reports(people["budi"]).exists() and not my_reports(people["ani"]).exists()
    ani.goto("/inbox/")
    expect(ani.locator("h1")).to_be_visible()
    assert [one.title for one in Office.objects.filter(person=people["ani"])] == [
        "Kepala Bagian Perekonomian"
    ]


def test_the_same_pages_are_read_from_the_right(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    with recorded(None):
        User.objects.filter(username="hadi").update(language="ur")
    hadi = visit("hadi", language="ur-PK")
    post = Post.objects.get(title="Sekretaris Daerah")
    for address, name in (
        ("/offices/", "offices-ur"),
        (f"/offices/posts/{post.pk}/", "office-post-ur"),
        (f"/offices/posts/{post.pk}/appoint/", "office-form-ur"),
        ("/offices/rotation/", "rotation-ur"),
    ):
        hadi.goto(address)
        expect(hadi.locator("html")).to_have_attribute("dir", "rtl")
        looks.at(hadi, name)
