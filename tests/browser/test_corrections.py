"""T-14 in the browser: March was published with 10, April and May followed; 60 cannot be granted, 15 is; both stay readable."""

from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command
from django.utils.translation import override
from playwright.sync_api import Locator, Page, expect

from approvals import services
from approvals.management.commands.verify_pdf import Command
from approvals.models import Request, SigningBatch
from ledger.recording import recorded
from registry.models import (
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetLineVersion,
    BudgetVersion,
    FiscalYear,
    Post,
    Unit,
    User,
)
from submissions.calendar import open_month
from submissions.models import Report
from tests.browser.conftest import Site, Visits
from tests.browser.entry_desk import saved
from tests.browser.handing import hand_in
from tests.browser.looks import Looks
from tests.browser.section import Section
from tests.browser.steps import at_rest, follow, move_clock, until_prepared
from tests.cast import PASSPHRASE, PNG, World, assign, factor
from tests.registry.files import SECTION
from workflow import engine, route

CODE = "4.01.01.2.06.0014"
ITEM = f"/p/2026/{SECTION}/{CODE}/"
WHY = "SP2D nomor 000317 tanggal 28 Maret belum dihitung."
AMOUNTS = {1: 5, 2: 5, 3: 10, 4: 30, 5: 45}
MARCH, APRIL, MAY = "2026-03", "2026-04", "2026-05"
PEOPLE = {
    "hadi": ("Hadi Wanareja", "oversight", "Kepala Bagian Administrasi Pembangunan"),
    "indah": ("Indah Kencanawati", "inspector", "Inspektur"),
}


def before_opening(section: Section) -> None:
    """One sub-activity with a ceiling of 100 beside the real ones; Hadi's bureau and Indah's inspectorate."""
    with recorded(None):
        unit, root = Unit.objects.get(code=SECTION), Unit.objects.get(parent=None)
        posts = {post.role: post for post in Post.objects.filter(unit=unit)}
        item = BudgetItem.objects.create(
            fiscal_year=FiscalYear.objects.get(), unit=unit, sub_activity_code=CODE, officer_post=posts["officer"],
            sub_activity_name="Pemeliharaan Ruang Arsip", verifier_post=posts["section_head"],
        )  # fmt: skip
        line = BudgetLine.objects.create(
            item=item,
            account_code="5.1.02.03.02.0035",
            account_name="Belanja Pemeliharaan",
            fund_source="PAD",
        )
        for version in BudgetVersion.objects.filter(unit=unit):
            BudgetItemVersion.objects.create(item=item, version=version, ceiling=100, physical_mode="PERCENT")
            BudgetLineVersion.objects.create(line=line, version=version, ceiling=100)
        for username, (name, role, title) in PEOPLE.items():
            person = User(username=username, name=name, email=f"{username}@contoh.test", password="!")
            person.save()
            assign(person, Post.objects.create(unit=root, role=role, title=title))
            section.people[username] = person


class Desk:
    """The five people and their windows, and one sub-activity through five months."""

    def __init__(self, site: Site, visit: Visits) -> None:
        self.site, self.visit = site, visit
        self.world = World(
            move_clock, government=None, year=None, agency=None, other_agency=None, posts={}, people=site.people  # type: ignore[arg-type]
        )  # fmt: skip
        self.pages: dict[str, Page] = {}

    def page(self, who: str) -> Page:
        if who not in self.pages:
            self.pages[who] = self.visit(who)
        return self.pages[who]

    def report(self, month: int, revision: int = 0) -> Report:
        return Report.objects.get(item__sub_activity_code=CODE, period__month=month, revision=revision)

    def verified(self, month: int) -> Report:
        """A month opened, entered by Ani and verified by Budi; their pages are walked through elsewhere."""
        if month > 1:
            open_month(fiscal_year=FiscalYear.objects.get(), month=month)
        move_clock(f"2026-{month + 1:02}-03 09:00")
        report = self.report(month)
        services.verify(
            actor=self.site.people["budi"], versions=self.world.submitted([report], AMOUNTS[month])
        )
        return report

    def published(self, month: int) -> None:
        report = self.verified(month)
        for verb in (route.SIGN, route.PUBLISH):
            versions = self.world.versions([report])
            done = engine.perform(verb, Report, versions, actor=self.site.people["sari"], whole=True)
            assert all(one.done for one in done), done

    def sign(self) -> None:
        """Sari signs what waits for her, in her own window."""
        page = self.page("sari")
        page.goto("/sign/")
        page.check("[data-select-all]")
        follow(page, ".bar-foot button.primary", "**/batches/*/")
        until_prepared(page)
        page.check("[name=statement]")
        page.fill("[name=code]", factor(self.site.people["sari"]).code)
        page.fill("[name=passphrase]", PASSPHRASE)
        follow(page, "aside button.primary")
        expect(page.locator("[name=passphrase]")).to_have_count(0)

    def row(self, month: str) -> Locator:
        return self.page("").locator(f"tr#month-{month}")


def ask(desk: Desk, amount: str, looks: Looks) -> Request:
    """Sari names the wrong amount of March, from the published report itself."""
    sari = desk.page("sari")
    sari.goto(f"/reports/{desk.report(3).token}/")
    follow(sari, "a[href*='/requests/new/amendment/']", "**/requests/new/amendment/?**")
    line = desk.report(3).lines.get()
    cell = f"[name='c{desk.report(3).pk}-line-{line.pk}']"
    sari.fill(cell, amount)
    looks.at(sari, "correction-new")
    follow(sari, "button[value=send]")
    expect(sari.locator(".error-summary")).to_be_visible()
    expect(sari.locator(cell)).to_have_value(amount)
    looks.at(sari, "correction-refused")
    sari.select_option("[name=category]", "payment")
    sari.fill("[name=reason]", WHY)
    sari.set_input_files("[name=file]", {"name": "sp2d-000317.png", "mimeType": "image/png", "buffer": PNG})
    follow(sari, "button[value=send]", "**/requests/*/")
    return Request.objects.latest("pk")


def answer(page: Page, case: Request, step: str, verdict: str, reason: str) -> None:
    page.goto(f"/requests/{case.token}/")
    page.fill(f"#{step}-reason", reason)
    follow(page, f"form:has(#{step}-reason) button[value={verdict}]")


def told(path: Path) -> tuple[str, str]:
    """What the command says of a file: its words, and the sentence with which it ends (none for a document in force)."""
    out = StringIO()
    try:
        with override("en"):
            call_command(Command(), path, stdout=out)
    except CommandError as ended:
        return out.getvalue(), str(ended)
    return out.getvalue(), ""


def amounts(*rows: Locator) -> list[str]:
    return [row.locator("td").first.inner_text() for row in rows]


def test_a_published_march_is_corrected_after_april_and_may(
    site: Site, visit: Visits, axe: Any, tmp_path: Path, settings: Any
) -> None:
    settings.SIGNING_KEYS = site.keys
    looks, desk = Looks(axe), Desk(site, visit)
    for month in (1, 2):
        desk.published(month)
    desk.verified(3)
    desk.sign()
    for month in (4, 5):
        desk.published(month)
    move_clock("2026-06-12 09:00")

    # Before: the public page, and the document that everybody may have downloaded.
    visitor = desk.page("")
    visitor.goto(ITEM)
    for slug, money in ((MARCH, ("20", "10")), (APRIL, ("50", "30")), (MAY, ("95", "45"))):
        for text in money:
            expect(desk.row(slug).locator("td").first).to_contain_text(text)
    expect(visitor.locator("#corrections")).to_have_count(0)
    looks.at(visitor, "correction-public-before")
    first = SigningBatch.objects.get(entries__report=desk.report(3))
    pdf = bytes(visitor.request.get(f"/v/{first.token}/document.pdf").body())
    path = tmp_path / "maret.pdf"
    path.write_bytes(pdf)
    assert told(path)[1] == ""

    # Sixty would make 145 of 100 in May: the bureau sees it and cannot grant it.
    case = ask(desk, "60", looks)
    hadi = desk.page("hadi")
    hadi.goto(f"/requests/{case.token}/")
    expect(hadi.locator("section:has(#restated) .note.red").first).to_contain_text("145")
    expect(hadi.locator("section:has(#restated) tbody tr").last).to_contain_text("145")
    expect(hadi.locator("button[value=agreed]")).to_be_disabled()
    looks.at(hadi, "correction-breaks")
    answer(hadi, case, "review", "refused", "Dengan 60 realisasi Mei menjadi 145 dari 100.")

    # Fifteen is granted by the bureau, and by the inspectorate because the quarter is closed.
    case = ask(desk, "15", looks)
    hadi.goto(f"/requests/{case.token}/")
    expect(hadi.locator("section:has(#restated) tbody tr").last).to_contain_text("100")
    looks.at(hadi, "correction-effect")
    answer(hadi, case, "review", "agreed", "SP2D 000317 sudah dicocokkan.")
    indah = desk.page("indah")
    answer(indah, case, "second", "agreed", "Bukti sudah diperiksa Inspektorat.")
    looks.at(indah, "correction-granted")

    # The revision: opened by Sari, entered by Ani beside what was granted, verified by Budi, signed by Sari.
    sari = desk.page("sari")
    sari.goto(f"/reports/{desk.report(3).token}/")
    sari.fill("#amend_reason", WHY)
    follow(sari, "button[value=amend]", lambda url: desk.report(3).token not in url)
    draft = desk.report(3, 1)
    ani = desk.page("ani")
    ani.goto(f"/entry/{MARCH}/#r{draft.pk}")
    block = ani.locator(f"#r{draft.pk}")
    expect(block).to_contain_text("15")
    ani.fill(f"[name='r{draft.pk}-line-{draft.lines.get().pk}']", "15")
    saved(ani)
    looks.at(ani, "correction-entry")
    ani.check(f"[name='r{draft.pk}-select']")
    follow(ani, ".bar-foot button[value=check]", "**/entry/check/?**")
    hand_in(ani)
    budi = desk.page("budi")
    budi.goto(f"/reports/{draft.token}/")
    expect(budi.locator("section:has(#changes) tbody tr").first).to_contain_text("15")
    expect(budi.locator("section:has(#changes) .tag.amber")).to_have_count(0)
    looks.at(budi, "correction-review")
    follow(budi, "button[value=verify]", "**/inbox/")
    desk.sign()
    at_rest()

    # After: both figures on the public page, both documents genuine, the old one superseded.
    visitor.goto(ITEM)
    visitor.reload()  # what a visitor gets may be kept by his browser for a minute
    for slug, now, before in ((MARCH, "25", "20"), (APRIL, "55", "50"), (MAY, "100", "95")):
        expect(desk.row(slug).locator("td").first).to_contain_text(now)
        expect(desk.row(slug).locator("td").first).to_contain_text(before)
        expect(desk.row(slug).locator("td .tag.violet")).to_have_count(1)
    rows = visitor.locator(f"#correction-{MARCH} tbody tr")
    assert amounts(rows.nth(0), rows.nth(1)) == ["10", "15"]
    expect(rows.nth(1)).to_contain_text(WHY)
    looks.at(visitor, "correction-public-after")
    follow(visitor, rows.nth(0).locator("a").first, "**/v/*/")
    expect(visitor.locator(".panel.violet")).to_contain_text(WHY)
    assert bytes(visitor.request.get(f"/v/{first.token}/document.pdf").body()) == pdf
    looks.at(visitor, "correction-verification")
    words, ended = told(path)
    assert "superseded" in words and ended
    new = SigningBatch.objects.get(entries__report=draft)
    path.write_bytes(bytes(visitor.request.get(f"/v/{new.token}/document.pdf").body()))
    assert told(path)[1] == ""
    visitor.goto(f"/p/2026/{MAY}/{SECTION}/")
    expect(visitor.locator("section.note.violet")).to_contain_text("95")
    hadi.goto("/requests/?tab=all")
    expect(hadi.locator("section:has(#counts) tbody tr")).to_have_count(1)
    looks.at(hadi, "correction-counts")


def test_the_same_pages_are_read_from_the_right(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    with recorded(None):
        User.objects.filter(username__in=("sari", "hadi")).update(language="ur")
    case = Request.objects.latest("pk")
    report = Report.objects.get(item__sub_activity_code=CODE, period__month=4)
    for who, address, name in (
        ("", ITEM, "correction-public-ur"),
        ("hadi", f"/requests/{case.token}/", "correction-request-ur"),
        ("sari", f"/requests/new/amendment/?report={report.token}", "correction-new-ur"),
    ):
        page = visit(who, language="ur-PK")
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        looks.at(page, name)
