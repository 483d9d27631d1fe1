"""A longer way in the browser: nil for many, two verifications, two signatures, a blocking review, and a revision."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from playwright.sync_api import Page, expect

from approvals.authority import issue_signer
from approvals.models import SigningBatch
from approvals.tasks import void_abandoned
from ledger.clock import now
from ledger.recording import recorded
from registry.models import MonthlyPlan, Post, Unit, User
from submissions.models import Report
from submissions.services import Entry as Typed
from submissions.services import LineEntry, save_entries, submit
from tests.browser.conftest import Site, Visits
from tests.browser.desk_hands import open_the_unusual
from tests.browser.entry_desk import saved
from tests.browser.handing import hand_in
from tests.browser.looks import Looks
from tests.browser.section import AGENCY, HOUSEHOLD, MEETINGS, Section
from tests.browser.steps import follow, move_clock, until_prepared
from tests.cast import PASSPHRASE, PASSWORD, assign, factor
from tests.registry.files import SECTION
from workflow import granting
from workflow.models import RouteVersion

WHY = "SP2D nomor 000123 belum dihitung dalam realisasi belanja makan minum."
TIERS = [
    {"verb": "submit", "role": "officer", "scope": "item"},
    {"verb": "verify", "role": "section_head", "scope": "item", "label": "Kepala Bagian"},
    {"verb": "verify", "role": "planner", "scope": "agency", "label": "Bagian Perencanaan", "due_days": 2},
    {"verb": "sign", "role": "agency_head", "scope": "agency", "quorum": 2, "label": "Sekretaris Daerah"},
    {"verb": "review", "role": "oversight", "scope": "government", "blocks": True, "label": "Bagian Adbang"},
]
PEOPLE = {
    "indra": ("Indra Gunung", "planner", "Kepala Bagian Perencanaan"),
    "joko": ("Joko Samodra", "agency_head", "Pelaksana Harian Sekretaris Daerah"),
    "hadi": ("Hadi Wanareja", "oversight", "Kepala Bagian Administrasi Pembangunan"),
}


def before_opening(section: Section) -> None:
    """The section follows a route of five tiers; Indra checks, Joko signs beside Sari, Hadi reviews."""
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
        RouteVersion.objects.create(code="PANJANG", number=1, name="Rute panjang", tiers=TIERS)
        Unit.objects.filter(code=SECTION).update(route_code="PANJANG")
        MonthlyPlan.objects.all().delete()  # what lags behind a plan is not nil: it owes a problem (V-30)


@pytest.fixture(scope="module", autouse=True)
def keys(site: Site) -> None:
    joko = site.section.people["joko"]
    issue_signer(
        site.keys,
        joko.name,
        str(joko.nip),
        "Sekretariat Daerah",
        PASSPHRASE,
        path=site.keys / f"signer-{joko.pk}.p12",
    )


def states(reports: list[Report]) -> set[tuple[str, int]]:
    return set(Report.objects.filter(pk__in=[one.pk for one in reports]).values_list("state", "tier"))


def handed_in(site: Site, reports: list[Report]) -> None:
    """Ani enters a little money into these and submits them; her pages are walked through elsewhere."""
    entries = [
        Typed(
            report_id=one.pk,
            version=one.version,
            status="PELAKSANAAN",
            increment=None if one.physical_mode == "VOLUME" else Decimal(0),
            volume=Decimal(0) if one.physical_mode == "VOLUME" else None,
            lines={line.pk: LineEntry(Decimal(1000 if line.ceiling else 0)) for line in one.lines.all()},
        )
        for one in reports
    ]
    ani = site.section.people["ani"]
    saved = save_entries(actor=ani, entries=entries)
    assert len(saved.versions) == len(reports), (saved.refusals, saved.findings)
    outcomes = submit(actor=ani, versions=saved.versions)
    assert all(one.done for one in outcomes), outcomes


def everything(page: Page, address: str, done: str) -> None:
    """Somebody ticks all that waits for him and presses the one button."""
    page.goto(address)
    open_the_unusual(page)
    page.check("[data-select-all]")
    follow(page, ".bar-foot button.primary", done)


def sign(page: Page, person: User, looks: Looks | None = None) -> None:
    everything(page, "/sign/", "**/batches/*/")
    until_prepared(page)
    if looks:
        looks.at(page, "sign-of-two")
    page.check("[name=statement]")
    page.fill("[name=code]", factor(person).code)
    page.fill("[name=passphrase]", PASSPHRASE)
    follow(page, "aside button.primary")
    expect(page.locator("[name=passphrase]")).to_have_count(0)


def test_nil_for_many_two_verifications_two_signatures_and_a_review_that_blocks(
    site: Site, visit: Visits, axe: Any
) -> None:
    looks = Looks(axe)
    move_clock("2026-02-03 09:00")
    reports = site.section.reports
    idle, busy = reports[-3:], reports[:-3]
    ani = visit("ani")
    ani.goto("/entry/2026-01/")
    ani.click("#nil summary")
    for one in idle:
        ani.check(f"[name=nil_report][value='{one.pk}']")
    expect(ani.locator("#nil button")).to_contain_text("3")
    ani.check("[name=nil_statement]")
    looks.at(ani, "entry-nil")
    follow(ani, "#nil button", "**/submitted/?**")
    assert states(idle) == {("submitted", 1)}
    handed_in(site, busy)

    everything(visit("budi"), "/inbox/", "**/inbox/?result=*")
    assert states(reports) == {("submitted", 2)}
    indra = visit("indra")
    indra.goto("/inbox/")
    looks.at(indra, "inbox-second")
    everything(indra, "/inbox/", "**/inbox/?result=*")
    assert states(reports) == {("verified", 3)}

    sari = visit("sari")
    sign(sari, site.people["sari"], looks)
    looks.at(sari, "batch-waiting")
    expect(sari.locator(".panel.amber")).to_contain_text("Joko Samodra")
    assert states(reports) == {("verified", 3)}
    joko = visit("joko")
    joko.goto("/sign/")
    expect(joko.locator("tbody").last).to_contain_text("Sari Hastapura")
    looks.at(joko, "to-sign-second")
    sign(joko, site.people["joko"])
    assert states(reports) == {("signed", 4)}
    assert set(SigningBatch.objects.values_list("state", flat=True)) == {"waiting"}


def test_the_review_is_queried_then_accepted(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    reports = site.section.reports
    report = site.section.report(MEETINGS)
    hadi = visit("hadi")
    hadi.goto("/reviews/")
    expect(hadi.locator("input[name=report]")).to_have_count(len(reports))
    looks.at(hadi, "to-review")
    follow(hadi, f"#name-{report.pk}", "**/reports/*/")
    looks.at(hadi, "review-after-signature")
    hadi.fill("#reason", WHY)
    follow(hadi, "button[value=return]")
    expect(hadi.locator("#category-note")).to_be_visible()
    expect(hadi.locator("#reason")).to_have_value(WHY)
    looks.at(hadi, "review-refused")
    hadi.select_option("[name=category]", "payments")
    hadi.select_option("[name=target]", "previous")
    follow(hadi, "button[value=return]", "**/reviews/")
    assert states([report]) == {("verified", 3)}
    for who in ("sari", "joko"):
        sign(visit(who), site.people[who])
    everything(hadi, "/reviews/", "**/reviews/?result=*")
    assert {state for state, _tier in states(reports)} == {"published"}
    void_abandoned()
    assert set(SigningBatch.objects.values_list("state", flat=True)) == {"published"}
    hadi.goto(f"/reports/{report.token}/")
    expect(hadi.locator(".stepper")).to_contain_text("Sari Hastapura; Joko Samodra")
    expect(hadi.locator(".history")).to_contain_text(WHY)
    looks.at(hadi, "review-published")


def test_a_revision_from_its_permission_to_its_publication(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    report = site.section.report(HOUSEHOLD)
    dewi = site.section.people["dewi"]
    sari = visit("sari")
    sari.goto(f"/reports/{report.token}/")
    expect(sari.locator("a[href*='/requests/new/amendment/']")).to_be_visible()
    granting.give(
        key="journey", kind="amendment", actor=dewi, office="Bagian Adbang", scope_path=report.item.unit.path,
        subjects=[f"2026-01/item-{report.item_id}"], reason="Disetujui atas nota dinas 17",
        expires_at=now() + timedelta(days=5), document_no="900/17/2026",
    )  # fmt: skip
    sari.reload()
    sari.fill("#amend_reason", WHY)
    looks.at(sari, "amend")
    follow(sari, "button[value=amend]", lambda url: report.token not in url)
    looks.at(sari, "revision-draft")
    draft = Report.objects.get(item=report.item_id, revision=1)

    ani = visit("ani")
    ani.goto("/entry/")
    looks.at(ani, "work-revision")
    ani.goto(f"/entry/2026-01/#r{draft.pk}")
    line = draft.lines.filter(ceiling__gt=0).order_by("line__account_code").first()
    assert line
    ani.fill(f"[name='r{draft.pk}-line-{line.pk}']", "25.000")
    saved(ani)
    expect(ani.locator(f"#r{draft.pk}")).to_contain_text(WHY)
    expect(ani.locator(f"#r{draft.pk}")).to_contain_text("1.000")
    looks.at(ani, "entry-revision")
    ani.check(f"[name='r{draft.pk}-select']")
    follow(ani, ".bar-foot button[value=check]", "**/entry/check/?**")
    hand_in(ani)
    budi = visit("budi")
    budi.goto(f"/reports/{draft.token}/")
    expect(budi.locator("section:has(#changes)")).to_contain_text("25.000")
    looks.at(budi, "review-revision")
    everything(budi, "/inbox/", "**/inbox/?result=*")
    everything(visit("indra"), "/inbox/", "**/inbox/?result=*")
    sign(sari, site.people["sari"])
    sign(visit("joko"), site.people["joko"])
    everything(visit("hadi"), "/reviews/", "**/reviews/?result=*")
    assert set(Report.objects.filter(item=report.item_id).values_list("revision", "state")) == {
        (0, "superseded"), (1, "published"),
    }  # fmt: skip
    void_abandoned()

    visitor = visit("")
    old = SigningBatch.objects.filter(entries__report=report).earliest("pk")
    visitor.goto(f"/v/{old.token}/")
    expect(visitor.locator(".panel.violet")).to_contain_text(WHY)
    looks.at(visitor, "verification-superseded")
    follow(visitor, ".panel.violet a", lambda url: old.token not in url)
    looks.at(visitor, "verification-revision")
    visitor.goto(f"/p/2026/{SECTION}/{HOUSEHOLD}/")
    expect(visitor.locator("main")).to_contain_text(WHY)
    looks.at(visitor, "public-item-revision")


def test_the_same_pages_are_read_from_the_right(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    with recorded(None):
        User.objects.filter(username__in=("ani", "sari", "hadi")).update(language="ur")
    report = Report.objects.get(item=site.section.report(HOUSEHOLD).item_id, revision=0)
    for who, address, name in (
        ("hadi", "/reviews/?tab=elsewhere", "to-review-ur"),
        ("sari", f"/reports/{report.token}/", "review-ur"),
        ("ani", "/entry/", "work-ur"),
    ):
        page = visit(who, language="ur-PK")
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        looks.at(page, name)
