"""Somebody was sent a PDF and wants to know. It is dropped on the page, judged there, and never leaves the device."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page, Request, expect

from approvals import services
from approvals.models import SigningBatch
from approvals.papers import BLOCK
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
)
from tests.approvals.issued import MORE, changed, published, revised, signed_again
from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.section import Section
from tests.browser.steps import at_rest, follow, move_clock
from tests.cast import World
from tests.files import kept_in
from tests.registry.files import SECTION

CODES = ("4.01.01.2.06.0014", "4.01.01.2.06.0015", "4.01.01.2.06.0016")


@dataclass
class Papers:
    """January as it was signed, and the document of a revision of one of its reports."""

    old: SigningBatch
    new: SigningBatch

    def pdf(self, which: SigningBatch, signed: bool = True) -> bytes:
        with (which.signed_file if signed else which.prepared_file).open("rb") as file:
            return bytes(file.read())


@pytest.fixture
def papers(site: Site, site_data: Path, settings: Any) -> Papers:
    settings.SIGNING_KEYS = site.keys
    settings.STORAGES = kept_in(site_data / "files")
    if not SigningBatch.objects.exists():
        _issue(site)
    old, new = SigningBatch.objects.order_by("pk")
    return Papers(old, new)


def before_opening(section: Section) -> None:
    """Three sub-activities with a ceiling of 100 beside the real ones."""
    with recorded(None):
        unit = Unit.objects.get(code=SECTION)
        posts = {post.role: post for post in Post.objects.filter(unit=unit)}
        for code in CODES:
            item = BudgetItem.objects.create(
                fiscal_year=FiscalYear.objects.get(), unit=unit, sub_activity_code=code,
                sub_activity_name="Pemeliharaan Ruang Arsip", officer_post=posts["officer"],
                verifier_post=posts["section_head"],
            )  # fmt: skip
            line = BudgetLine.objects.create(
                item=item,
                account_code="5.1.02.03.02.0035",
                account_name="Belanja Pemeliharaan",
                fund_source="PAD",
            )
            for version in BudgetVersion.objects.filter(unit=unit):
                BudgetItemVersion.objects.create(item=item, version=version, ceiling=100)
                BudgetLineVersion.objects.create(line=line, version=version, ceiling=100)


def _issue(site: Site) -> None:
    world = World(move_clock, None, None, None, None, {}, site.people)  # type: ignore[arg-type]
    chosen = [site.section.report(code) for code in CODES]
    services.verify(actor=site.people["budi"], versions=world.submitted(chosen, 10))
    published(world, chosen, site.people["sari"])
    revised(world, chosen[0], site.people["sari"])
    at_rest()


def choose(page: Page, pdf: bytes, kind: str) -> Locator:
    """Give a file to the page and wait for its verdict."""
    page.set_input_files("#copy-file", {"name": "laporan.pdf", "mimeType": "application/pdf", "buffer": pdf})
    return verdict(page, kind)


def verdict(page: Page, kind: str) -> Locator:
    note = page.locator("[data-answer] .note")
    expect(note).not_to_have_attribute("data-kind", "busy")
    expect(note).to_have_attribute("data-kind", kind)
    return note


def drop(page: Page, pdf: bytes) -> None:
    """Let go of a file over the page, as with a mouse."""
    page.evaluate(
        """digits => {
          const bytes = Uint8Array.from(digits.match(/../g), pair => parseInt(pair, 16));
          const carried = new DataTransfer();
          carried.items.add(new File([bytes], "kiriman.pdf", { type: "application/pdf" }));
          const box = document.querySelector("[data-verify]");
          for (const name of ["dragover", "drop"])
            box.dispatchEvent(new DragEvent(name, { dataTransfer: carried, bubbles: true, cancelable: true }));
        }""",
        pdf.hex(),
    )


def test_each_kind_of_copy_is_told_apart_and_none_is_sent(
    site: Site, visit: Visits, axe: Any, papers: Papers
) -> None:
    looks, page = Looks(axe), visit(language="en-GB")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    ours, key = papers.pdf(papers.new), site.keys / f"signer-{site.people['sari'].pk}.p12"
    page.goto(f"/v/{papers.new.token}/")
    expect(page.locator(".panel h2")).to_contain_text("Yes. It was signed and published.")
    looks.at(page, "verification-new")
    looks.weigh(page, "verification-new")
    for kind, copy in (
        ("same", ours),
        ("unsigned", papers.pdf(papers.new, signed=False)),
        ("cut", ours[: len(ours) // 2]),
        ("cut", ours[: BLOCK - 1]),
        ("cut", ours[: 2 * BLOCK]),
        ("appended", ours + MORE),
        ("resigned", signed_again(ours, key)),
        ("changed", changed(ours, 3 * BLOCK)),
        ("changed", changed(ours, len(ours) - 1)),
        ("changed", changed(ours, 3 * BLOCK)[:-9]),
        ("changed", changed(ours[: 2 * BLOCK + 100], 2 * BLOCK + 50)),
        ("changed", changed(ours, 3 * BLOCK) + MORE),
        ("other", b"%PDF-1.7 quite another file"),
        ("other", b""),
    ):
        note = choose(page, copy, kind)
        expect(note).to_contain_text(hashlib.sha256(copy).hexdigest())
        expect(note).to_contain_text("laporan.pdf")
        looks.at(page, f"verification-{kind}")
    note = choose(page, changed(ours, 3 * BLOCK), "changed")
    expect(note).to_contain_text(f"in 1 of {-(-len(ours) // BLOCK)} parts, from byte {3 * BLOCK:,} on")
    assert {one.method for one in sent} == {"GET"} and not any(one.post_data for one in sent)
    looks.told()


def test_an_older_document_leads_to_its_page_and_that_to_the_one_in_force(
    visit: Visits, axe: Any, papers: Papers
) -> None:
    looks, page = Looks(axe), visit(language="en-GB")
    page.goto(f"/v/{papers.new.token}/")
    drop(page, papers.pdf(papers.old))
    note = verdict(page, "another")
    expect(note).to_contain_text("kiriman.pdf")
    expect(note).to_contain_text("later revision")
    looks.at(page, "verification-another")
    follow(page, note.locator("a"), f"**/v/{papers.old.token}/")
    expect(page.locator(".panel.violet")).to_be_visible()
    choose(page, papers.pdf(papers.old), "old")
    looks.at(page, "verification-superseded")
    # A changed copy of the new document, on the page of the old one: it names where it comes from.
    note = choose(page, changed(papers.pdf(papers.new), 2 * BLOCK), "changed")
    expect(note).to_contain_text(papers.new.document_no)
    follow(page, page.locator(".panel.violet a").first, f"**/v/{papers.new.token}/")


def test_any_file_finds_its_page(visit: Visits, axe: Any, papers: Papers) -> None:
    looks, page = Looks(axe), visit(language="en-GB")
    page.goto("/v/")
    looks.at(page, "lookup")
    looks.weigh(page, "lookup")
    drop(page, papers.pdf(papers.new))
    verdict(page, "same")
    note = choose(page, papers.pdf(papers.old), "old")
    looks.at(page, "lookup-old")
    choose(page, b"%PDF-1.7 nothing of ours", "unknown")
    choose(page, f"see https://jenjang.example/v/{papers.new.token}/ for it".encode(), "named")
    choose(page, b"see https://elsewhere.example/v/not-of-ours/", "unknown")
    choose(page, papers.pdf(papers.new)[:-1], "cut")
    note = choose(page, papers.pdf(papers.new) + MORE, "appended")
    expect(note).to_contain_text(papers.new.document_no)
    follow(page, note.locator("a"), f"**/v/{papers.new.token}/")
    page.goto("/v/")
    page.fill("[name=q]", "RFK/nothing")
    follow(page, "main form button")
    expect(page.locator("[name=q]")).to_have_value("RFK/nothing")
    expect(page.locator("main .note.amber")).to_be_visible()
    page.fill("[name=q]", papers.old.document_no)
    follow(page, "main form button", f"**/v/{papers.old.token}/")


def test_when_the_site_does_not_answer_nothing_is_claimed(visit: Visits, papers: Papers) -> None:
    page = visit(language="en-GB")
    page.goto("/v/")
    page.route("**/v/find/**", lambda route: route.abort())
    choose(page, papers.pdf(papers.new)[:100], "unasked")
    assert all("/v/find/" in one for one in visit.complaints) and visit.complaints
    visit.complaints.clear()


def test_without_a_script_the_page_says_how_it_is_done(visit: Visits, papers: Papers) -> None:
    page = visit(language="en-GB", script=False)
    page.goto("/v/")
    expect(page.locator("[data-verify]")).to_be_hidden()
    page.locator("details.fold summary").click()
    expect(page.locator("main")).to_contain_text("sha256sum")
    page.fill("[name=q]", hashlib.sha256(papers.pdf(papers.old)).hexdigest())
    follow(page, "main form button", f"**/v/{papers.old.token}/")
    expect(page.locator("section:has(#copy) .hash").first).to_have_text(papers.old.signed_sha256)


@pytest.mark.parametrize("language", ["id-ID", "ur-PK"])
def test_it_is_read_on_a_phone_in_the_readers_language(
    visit: Visits, axe: Any, papers: Papers, language: str
) -> None:
    looks, page, short = Looks(axe), visit(language=language), language[:2]
    for address, name in (
        ("/v/", f"lookup-{short}"),
        (f"/v/{papers.old.token}/", f"verification-old-{short}"),
    ):
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("dir", "rtl" if short == "ur" else "ltr")
        choose(page, changed(papers.pdf(papers.old), BLOCK), "changed")
        looks.at(page, name)


def test_sari_sees_that_her_document_is_superseded_and_hands_its_address_on(
    visit: Visits, axe: Any, papers: Papers
) -> None:
    looks, page = Looks(axe), visit("sari")
    page.goto(f"/batches/{papers.old.token}/")
    expect(page.locator(".panel.violet a")).to_have_attribute("href", f"/v/{papers.new.token}/")
    looks.at(page, "signed-superseded")
    page.goto(f"/batches/{papers.new.token}/")
    page.click("[data-share]")
    expect(page.locator("[data-share] ~ [role=status]")).not_to_be_empty()
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/v/{papers.new.token}/")
    assert Client().get(f"/v/{papers.new.token}/qr.svg").status_code == 200
