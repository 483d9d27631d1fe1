"""The main job, step by step, as five people live it. With a script and without one it is the same story."""

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.utils.translation import override
from playwright.sync_api import Locator, Page, expect

from approvals.signing import verify
from submissions.models import Report
from tests.browser.conftest import Site, Visits
from tests.browser.desk_hands import open_the_unusual
from tests.browser.entry_desk import posted, saved
from tests.browser.handing import hand_in
from tests.browser.looks import Looks
from tests.browser.section import AGENCY, HOUSEHOLD, MEETINGS, typed
from tests.browser.steps import follow, until_prepared
from tests.cast import PASSPHRASE, PASSWORD, factor, png
from tests.registry.files import SECTION
from wording.sentences import say

MONTH = "2026-01"
OVER, CEILING, TOO_MUCH = "41.836.000", "4.183.600", "37.652.400"
REASON = "Realisasi belanja makan minum rapat berbeda dengan SP2D nomor 000123. Mohon diperiksa kembali."


class Story:
    """January of sixteen sub-activities, from empty fields to a document that anybody can check."""

    def __init__(self, site: Site, visit: Visits, looks: Looks, tmp_path: Path) -> None:
        self.site, self.visit, self.looks, self.folder = site, visit, looks, tmp_path
        self.script = visit.script
        self.returned = site.section.report(MEETINGS)
        self.over = site.section.report(HOUSEHOLD)
        self.pages: dict[str, Page] = {}

    def page_of(self, who: str) -> Page:
        if who not in self.pages:
            self.pages[who] = self.visit(who)
        return self.pages[who]

    def look(self, page: Page, name: str, weigh: bool = True) -> None:
        if self.script and weigh:
            self.looks.weigh(page, name)
        self.looks.at(page, name)

    # --- The officer ---------------------------------------------------------------------------------------

    def ani_signs_in(self) -> None:
        page = self.pages["ani"] = self.visit()
        page.goto("/entry/")
        self.look(page, "sign-in")
        page.fill("[name=login]", "ani")
        page.fill("[name=password]", PASSWORD)
        follow(page, "main form button", "**/entry/")
        self.look(page, "work")

    def she_types_january_with_one_line_over_its_ceiling(self) -> None:
        page = self.page_of("ani")
        follow(page, f"a[href='/entry/{MONTH}/']", f"**/entry/{MONTH}/")
        self.look(page, "entry-empty")
        for report in self.site.section.reports:
            self._type(page, report)
        self.looks.at(page, "entry")
        cell = page.locator(self._first_line(self.over))
        cell.fill(OVER)
        if self.script:
            expect(self._note_of(page, cell)).to_contain_text(TOO_MUCH)
            saved(page)
        else:
            posted(page)

    def _type(self, page: Page, report: Report) -> None:
        said = typed(report)
        for name, text in said.fields.items():
            page.fill(f"[name='r{report.pk}-{name}']", text)
        page.select_option(f"[name='r{report.pk}-status']", said.status)
        if report == self.returned:
            body = page.locator(f"#r{report.pk}")
            body.locator("details.fold summary").nth(1).click()
            body.locator("[name$='-problems'][value=COORDINATION]").check()
            page.fill(
                f"[name='r{report.pk}-problem_text']",
                "Narasumber dari kementerian baru tersedia pada Februari.",
            )
            page.fill(
                f"[name='r{report.pk}-follow_up_text']", "Jadwal rapat dipindahkan ke minggu kedua Februari."
            )
            page.fill(f"[name='r{report.pk}-follow_up_due']", "2026-02-13")

    def she_is_told_the_number_the_limit_and_the_cure_and_loses_nothing(self) -> None:
        page = self.page_of("ani")
        cell = page.locator(self._first_line(self.over))
        # With a script the page stays and the cell says it; without one the page comes again with a summary.
        told_at = self._note_of(page, cell) if self.script else page.locator(".error-summary")
        for part in (OVER, CEILING, TOO_MUCH):
            expect(told_at).to_contain_text(part)
        expect(cell).to_have_value(OVER)
        expect(cell).to_have_attribute("aria-invalid", "true")
        expect(self._note_of(page, cell)).to_contain_text(TOO_MUCH)
        for report in self.site.section.reports:
            if report != self.over:
                for name, text in typed(report).fields.items():
                    expect(page.locator(f"[name='r{report.pk}-{name}']")).to_have_value(text)
        refused = int(self._first_name(self.over).removeprefix("line-"))
        assert not self.over.lines.filter(pk=refused, realized=int(OVER.replace(".", ""))).exists()
        assert self.returned.lines.filter(realized__isnull=False).exists()
        self.look(page, "entry-refused", weigh=False)

    def she_corrects_it_attaches_evidence_and_submits_all_sixteen(self) -> None:
        page = self.page_of("ani")
        page.fill(self._first_line(self.over), dict(typed(self.over).fields)[self._first_name(self.over)])
        for report in self.site.section.reports:
            if typed(report).evidence:
                self._attach(page, report)
        self._tick_all(page)
        self.looks.at(page, "entry-ticked")
        self._check(page)
        expect(page.locator("[name=report]:checked")).to_have_count(16)
        expect(page.locator("main")).to_contain_text("Budi Wiratmaka")
        self.look(page, "check")
        hand_in(page)
        expect(page.locator("main")).to_contain_text("Budi Wiratmaka")
        expect(page.locator("tbody tr")).to_have_count(16)
        number = page.locator(".receipt").inner_text()
        assert number.startswith(f"{MONTH}/"), number
        page.reload()
        expect(page.locator(".receipt")).to_have_text(number)
        assert set(self._states()) == {"submitted"}
        self.look(page, "submitted")

    def _check(self, page: Page) -> None:
        """From the table to the page that checks the answers."""
        follow(page, page.locator("button[name=act][value=check]").last, "**/entry/check/?**")

    def _attach(self, page: Page, report: Report) -> None:
        code = report.item.sub_activity_code
        block = page.locator(f"[data-evidence='{report.pk}']")
        block.locator("summary").click()
        page.select_option(f"[name='r{report.pk}-evidence_kind']", "PHOTO_PROGRESS")
        page.set_input_files(
            f"[name='r{report.pk}-evidence']",
            {"name": f"bukti-{code}.png", "mimeType": "image/png", "buffer": png(code)},
        )
        if self.script:  # it goes by itself
            expect(block.locator("[data-evidence-count]")).to_have_text("1")

    # --- The section head ----------------------------------------------------------------------------------

    def budi_returns_one_with_a_reason_that_names_a_line(self) -> None:
        page = self.page_of("budi")
        page.goto("/inbox/")
        expect(page.locator("tbody tr")).to_have_count(16)
        self.look(page, "inbox")
        follow(page, f"#name-{self.returned.pk}", "**/reports/*/")
        self.look(page, "review")
        page.locator("input[name=lines]").first.check()
        follow(page, "button[value=return]")
        expect(page.locator(".error-summary")).to_be_visible()
        expect(page.locator("input[name=lines]").first).to_be_checked()
        page.fill("[name=reason]", REASON)
        page.select_option("[name=category]", "payments")
        follow(page, "button[value=return]", "**/inbox/")
        assert Report.objects.get(pk=self.returned.pk).state == "returned"

    def he_verifies_the_other_fifteen_in_one_act(self) -> None:
        page = self.page_of("budi")
        open_the_unusual(page)
        expect(page.locator("input[name=report]")).to_have_count(15)
        self._tick_all(page)
        button = page.locator(".bar-foot button.primary")
        if self.script:
            expect(button).to_contain_text("15")
        follow(page, button)
        expect(page.locator("#result-title")).to_contain_text("15")
        assert sorted(self._states()) == ["returned", *["verified"] * 15]

    def ani_corrects_what_came_back_and_submits_it_again(self) -> None:
        page = self.page_of("ani")
        page.goto("/entry/")
        expect(page.locator(".note.red blockquote")).to_contain_text("SP2D nomor 000123")
        self.look(page, "work-returned")
        follow(page, ".note.red a", f"**/entry/{MONTH}/*")
        expect(page.locator(f"#r{self.returned.pk}")).to_contain_text("SP2D nomor 000123")
        self.look(page, "entry-returned")
        page.fill(self._first_line(self.returned), "120.000")
        page.check(f"[name='r{self.returned.pk}-select']")
        self._check(page)
        hand_in(page)

    def budi_verifies_it_too(self) -> None:
        page = self.page_of("budi")
        page.goto("/inbox/")
        follow(page, f"#name-{self.returned.pk}", "**/reports/*/")
        expect(page.locator("main")).to_contain_text("120.000")
        follow(page, "button[value=verify]", "**/inbox/")
        assert set(self._states()) == {"verified"}

    # --- The agency head -----------------------------------------------------------------------------------

    def sari_has_the_document_of_all_sixteen_prepared(self) -> None:
        page = self.page_of("sari")
        page.goto("/sign/")
        expect(page.locator("input[name=report]")).to_have_count(16)
        self.look(page, "to-sign")
        self._tick_all(page)
        follow(page, ".bar-foot button.primary", "**/batches/*/")
        until_prepared(page)
        self.look(page, "sign")
        prepared = self._fetched(page, "main a[href$='document.pdf']")
        assert prepared.startswith(b"%PDF-")

    def she_is_refused_with_a_wrong_passphrase(self) -> None:
        page = self.page_of("sari")
        self._sign(page, "bukan kata sandi kunci")
        with override("id"):
            expect(page.locator("#passphrase-note")).to_contain_text(say("sign.passphrase"))
        assert set(self._states()) == {"verified"}
        self.look(page, "sign-refused", weigh=False)

    def she_signs_and_all_sixteen_are_published(self) -> None:
        page = self.page_of("sari")
        self._sign(page, PASSPHRASE)
        expect(page.locator(".panel h2")).to_contain_text("16")
        assert set(self._states()) == {"published"}
        self.look(page, "signed")

    def _sign(self, page: Page, passphrase: str) -> None:
        page.check("[name=statement]")
        page.fill("[name=code]", factor(self.site.people["sari"]).code)
        page.fill("[name=passphrase]", passphrase)
        follow(page, "aside button.primary")

    # --- Everybody -----------------------------------------------------------------------------------------

    def a_visitor_finds_the_agency_and_the_sub_activity(self) -> None:
        page = self.page_of("")
        page.goto("/")
        self.look(page, "public")
        follow(page, f"main tbody a[href$='{AGENCY}/']", f"**/{AGENCY}/")
        self.look(page, "public-agency")
        page.goto(f"/p/2026/{MONTH}/{SECTION}/")
        self.look(page, "public-section")
        with page.expect_download() as download:
            page.locator(
                "#items ~ * a[href*='format=csv'], section:has(#items) a[href*='format=csv']"
            ).first.click()
        text = Path(download.value.path()).read_text("utf-8-sig")
        assert text.count("4.01.0") >= 16, text
        follow(page, f"main a[href*='{MEETINGS}']", f"**/{MEETINGS}/")
        expect(page.locator("main")).to_contain_text("948.000")
        self.look(page, "public-item")

    def the_visitor_compares_the_document_with_what_was_published(self) -> None:
        page = self.page_of("")
        follow(page, "main a[href^='/v/']", "**/v/*/")
        self.look(page, "verification")
        pdf = self._fetched(page, "main a[href$='document.pdf']")
        altered = bytearray(pdf)
        altered[len(pdf) // 3] ^= 1
        if self.script:
            self._compare(page, pdf, ".note.green")
            self.looks.at(page, "verification-same")
            self._compare(page, bytes(altered), ".note.red")
            self.looks.at(page, "verification-different")
        else:
            fingerprint = page.locator("section:has(#copy) .hash").first.inner_text().strip()
            assert fingerprint == hashlib.sha256(pdf).hexdigest()
            assert fingerprint != hashlib.sha256(altered).hexdigest()
        self._judged(pdf, bytes(altered))

    def _compare(self, page: Page, pdf: bytes, answer: str) -> None:
        page.set_input_files(
            "#copy-file", {"name": "laporan.pdf", "mimeType": "application/pdf", "buffer": pdf}
        )
        expect(page.locator(f"[data-answer] {answer}")).to_contain_text("laporan.pdf")

    def _judged(self, pdf: bytes, altered: bytes) -> None:
        """What others say of the two files who know nothing of this site."""
        trust = [(self.site.keys / "authority.pem").read_bytes()]
        verdict = verify(pdf, trust)
        assert verdict.valid, verdict
        assert verdict.signer_name == "Sari Hastapura"
        assert not verify(altered, trust).valid
        if tool := shutil.which("pdfsig"):
            assert "Signature is Valid" in self._told(tool, pdf)
            assert "Signature is Valid" not in self._told(tool, altered)

    def _told(self, tool: str, pdf: bytes) -> str:
        path = self.folder / "document.pdf"
        path.write_bytes(pdf)
        return subprocess.run(
            [tool, str(path)], capture_output=True, text=True, env={"HOME": str(self.folder)}
        ).stdout

    def the_visitor_reads_it_in_english_and_in_urdu(self) -> None:
        page = self.page_of("")
        page.goto(f"/p/2026/{MONTH}/{SECTION}/")
        for language, direction, written in (
            ("en", "ltr", "38,413,700"),
            ("ur", "rtl", "38,413,700"),
            ("id", "ltr", "38.413.700"),
        ):
            follow(page, f"button[name=language][value={language}]:visible")
            expect(page.locator("html")).to_have_attribute("lang", language)
            expect(page.locator("html")).to_have_attribute("dir", direction)
            expect(page.locator("tfoot")).to_contain_text(written)
            if language == "ur":
                self.looks.at(page, "public-ur")

    # --- The auditor ---------------------------------------------------------------------------------------

    def dewi_reads_the_whole_story(self) -> None:
        page = self.page_of("dewi")
        page.goto("/audit/")
        self.look(page, "audit")
        follow(page, f"main tbody th a:has-text('{MEETINGS}')", "**/audit/reports/*/")
        told = page.locator("ol.history")
        for part in ("Ani Lembayung", "Budi Wiratmaka", "Sari Hastapura", REASON):
            expect(told).to_contain_text(part)
        expect(told.locator("li.red")).to_contain_text(self._first_account())
        assert told.locator("[data-kind=outside]").count() == 0
        expect(page.locator("main")).to_contain_text("120.000")
        self.look(page, "audit-report")

    def everybody_signs_out(self) -> None:
        page = self.page_of("ani")
        page.goto("/entry/")
        page.click("details.menu > summary")
        follow(page, ".menu-panel form button", f"{self.site.base}/")
        page.goto("/entry/")
        expect(page.locator("[name=login]")).to_be_visible()

    # --- How it is done ------------------------------------------------------------------------------------

    def _tick_all(self, page: Page) -> None:
        if self.script:
            page.check("[data-select-all]")
            return
        for box in page.locator("[data-select-item]:visible").all():
            box.check()

    def _first_name(self, report: Report) -> str:
        return next(name for name in typed(report).fields if name.startswith("line-"))

    def _first_account(self) -> str:
        return str(self.returned.lines.order_by("line__account_code").first().line.account_code)

    def _first_line(self, report: Report) -> str:
        return f"[name='r{report.pk}-{self._first_name(report)}']"

    def _note_of(self, page: Page, cell: Locator) -> Locator:
        return page.locator(f"#{cell.get_attribute('id')}-note")

    def _states(self) -> list[str]:
        return list(Report.objects.values_list("state", flat=True))

    def _fetched(self, page: Page, link: str) -> bytes:
        """The file behind a link, with the reader's own session."""
        answer: Any = page.request.get(str(page.locator(link).first.get_attribute("href")))
        assert answer.ok, answer.status
        return bytes(answer.body())


def told(story: Story) -> None:
    """From the first figure to the last reader."""
    story.ani_signs_in()
    story.she_types_january_with_one_line_over_its_ceiling()
    story.she_is_told_the_number_the_limit_and_the_cure_and_loses_nothing()
    story.she_corrects_it_attaches_evidence_and_submits_all_sixteen()
    story.budi_returns_one_with_a_reason_that_names_a_line()
    story.he_verifies_the_other_fifteen_in_one_act()
    story.ani_corrects_what_came_back_and_submits_it_again()
    story.budi_verifies_it_too()
    story.sari_has_the_document_of_all_sixteen_prepared()
    story.she_is_refused_with_a_wrong_passphrase()
    story.she_signs_and_all_sixteen_are_published()
    story.a_visitor_finds_the_agency_and_the_sub_activity()
    story.the_visitor_compares_the_document_with_what_was_published()
    story.the_visitor_reads_it_in_english_and_in_urdu()
    story.dewi_reads_the_whole_story()
    story.everybody_signs_out()
