"""Budi judges what Ani handed in: a return that names cells, seen again as old and new; nothing happens twice."""

import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from registry.models import MonthlyPlan
from submissions.models import Comment, Opening, Report
from submissions.services import Entry, LineEntry, save_entries, submit
from tests.browser.conftest import Site, Visits
from tests.browser.entry_desk import saved
from tests.browser.handing import hand_in
from tests.browser.looks import Looks
from tests.browser.section import Section
from tests.browser.steps import follow
from workflow.models import Decision

SAID = "Angka ini berbeda dengan SP2D nomor 000123."
REASON = "Mohon dicocokkan dengan SP2D, dan catatannya dilengkapi."


def before_opening(section: Section) -> None:
    MonthlyPlan.objects.all().delete()  # what lags behind a plan owes a problem (V-30)


@pytest.fixture(scope="module", autouse=True)
def handed_in(site: Site) -> None:
    """Ani has entered a little money everywhere and submitted it; her own pages are walked through elsewhere."""
    submitted(site, site.section.reports, 1000)


def submitted(site: Site, reports: list[Report], amount: int) -> None:
    ani = site.people["ani"]
    entries = [
        Entry(
            report_id=one.pk,
            version=Report.objects.get(pk=one.pk).version,
            status="PELAKSANAAN",
            increment=None if one.physical_mode == "VOLUME" else Decimal(0),
            volume=Decimal(0) if one.physical_mode == "VOLUME" else None,
            lines={line.pk: LineEntry(Decimal(amount if line.ceiling else 0)) for line in one.lines.all()},
        )
        for one in reports
    ]
    kept = save_entries(actor=ani, entries=entries)
    assert len(kept.versions) == len(reports), (kept.refusals, kept.findings)
    outcomes = submit(actor=ani, versions=kept.versions)
    assert all(one.done for one in outcomes), outcomes


def first_line(report: Report) -> str:
    return f"line-{report.lines.filter(ceiling__gt=0).order_by('line__account_code')[0].pk}"


def reviewed(page: Page, report: Report) -> Page:
    page.goto(f"/reports/{report.token}/")
    return page


def state(report: Report) -> str:
    return Report.objects.get(pk=report.pk).state


def decided(report: Report, verb: str) -> int:
    return Decision.objects.filter(object_id=report.pk, verb=verb).count()


def visible_rows(page: Page) -> list[str]:
    shown = page.locator("[data-rows] > tbody:not([hidden]) .pickbox input[name=lines]").all()
    return [box.get_attribute("value") or "" for box in shown]


def comment(page: Page, cell: str, text: str, *, script: bool) -> None:
    """With a script the link leads to the field; without one it leads to the same page with the cell chosen."""
    link = page.locator(f"a[data-about='{cell}']")
    if script:
        link.click()
        expect(page.locator("#comment-text")).to_be_focused()
    else:
        follow(page, link)
    expect(page.locator("#about")).to_have_value(cell)
    page.fill("#comment-text", text)
    follow(page, "button[value=comment]")
    expect(page.locator(".remark").first).to_contain_text(text)
    expect(page.locator("#comment-text")).to_have_value("")


def attach(page: Page, report: Report) -> None:
    """Ani turns to the evidence of a sub-activity and adds a photograph, which goes by itself."""
    block = page.locator(f"[data-evidence='{report.pk}']")
    block.locator("summary").click()
    page.select_option(f"[name='r{report.pk}-evidence_kind']", "PHOTO_PROGRESS")
    photo: FilePayload = {"name": "bukti.jpg", "mimeType": "image/jpeg", "buffer": picture(report.pk)}
    page.set_input_files(f"[name='r{report.pk}-evidence']", photo)
    expect(block.locator("[data-evidence-count]")).to_have_text("1")


def picture(number: int) -> bytes:
    """A photograph of its own for each report."""
    written = io.BytesIO()
    Image.linear_gradient("L").resize((640, 360)).rotate(number % 90).save(written, "JPEG")
    return written.getvalue()


def in_urdu(page: Page, looks: Looks, name: str) -> None:
    follow(page, "button[name=language][value=ur]:visible")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    looks.at(page, name)
    follow(page, "button[name=language][value=id]:visible")


@pytest.mark.parametrize(("place", "script"), [(0, True), (1, False)], ids=["script", "no-script"])
def test_a_return_that_names_three_cells_is_corrected_and_verified_seeing_only_those(
    site: Site, visit: Visits, axe: Callable[[Page], None], place: int, script: bool
) -> None:
    looks, report = Looks(axe if script else None), site.section.reports[place]
    cell = first_line(report)
    budi = reviewed(visit("budi", script=script), report)
    if script:
        looks.weigh(budi, "review-lines")
    looks.at(budi, "review-difference")
    comment(budi, cell, SAID, script=script)
    expect(budi.locator(f"input[name=lines][value={cell}]")).to_be_checked()
    budi.check("input[name=lines][value=status]")
    budi.check("input[name=lines][value=evidence]")
    budi.select_option("[name=category]", "payments")
    budi.fill("[name=reason]", REASON)
    looks.at(budi, "review-returning")
    if script:
        in_urdu(reviewed(visit("budi"), report), looks, "review-ur")
    follow(budi, "button[value=return]", "**/inbox/")
    assert Decision.objects.get(object_id=report.pk, verb="return").marks == [
        "category-payments", cell, "status", "evidence",
    ]  # fmt: skip

    ani = visit("ani")
    ani.goto("/entry/")
    expect(ani.locator(".note.red .cell-link")).to_have_count(3)
    follow(ani, ".note.red .cell-link", "**/entry/2026-01/*")
    row = ani.locator(f"#r{report.pk}")
    expect(row.locator(".back")).to_have_count(3)
    expect(row.locator(f"td:has([name$='{cell}']) .back")).to_contain_text(SAID)
    looks.at(ani, "entry-asked")
    ani.fill(f"[name='r{report.pk}-{cell}']", "2.000")
    saved(ani)
    attach(ani, report)
    ani.check(f"[name='r{report.pk}-select']")
    follow(ani, ani.locator("button[name=act][value=check]").last, "**/entry/check/?**")
    hand_in(ani)
    assert state(report) == "submitted"

    reviewed(budi, report)
    asked = budi.locator("#asked")
    expect(asked.locator("h2")).to_contain_text("3")
    expect(asked.locator("tbody tr")).to_have_count(3)
    for text in ("1.000", "2.000", "bukti.jpg"):
        expect(asked).to_contain_text(text)
    expect(asked.locator(".note.amber")).to_have_count(0)
    assert visible_rows(budi) == [cell]
    budi.click(".proof summary")
    expect(budi.locator(".proof img")).to_be_visible()
    expect(budi.locator(".proof")).to_contain_text("SHA-256")
    looks.at(budi, "review-again")
    everything = budi.locator("a[data-show=all]")
    if script:
        everything.click()
    else:
        follow(budi, everything)
    expect(budi.locator("input[name=lines][value=status]")).to_be_visible()
    assert set(visible_rows(budi)) > {cell, "public_note", "status", "problem_text"}
    expect(everything).to_have_attribute("aria-current", "true")
    follow(budi, "button[value=verify]", "**/inbox/")
    assert state(report) == "verified"


def test_a_stale_page_is_refused_with_the_difference_and_keeps_what_was_typed(
    site: Site, visit: Visits, axe: Callable[[Page], None]
) -> None:
    looks, report = Looks(axe), site.section.reports[2]
    old, new = (reviewed(visit("budi"), report) for _tab in range(2))
    new.select_option("[name=category]", "other")
    new.fill("[name=reason]", REASON)
    follow(new, "button[value=return]", "**/inbox/")
    submitted(site, [report], 3000)
    old.fill("[name=reason]", "Ini alasan yang sudah saya ketik")
    old.fill("#comment-text", SAID)
    old.check("input[name=lines][value=status]")
    follow(old, "button[value=verify]")
    expect(old.locator(".error-summary")).to_be_visible()
    for text in ("1.000", "3.000"):
        expect(old.locator("#differences")).to_contain_text(text)
    expect(old.locator("#comment-text")).to_have_value(SAID)
    expect(old.locator("[name=reason]")).to_have_value("Ini alasan yang sudah saya ketik")
    expect(old.locator("input[name=lines][value=status]")).to_be_checked()
    assert Opening.objects.filter(report=report).count() == 2  # he has looked at the new one too
    looks.at(old, "review-stale")
    assert state(report) == "submitted" and not Comment.objects.filter(report=report).exists()
    follow(
        old, "button[value=verify]", "**/inbox/"
    )  # having seen the difference, he decides; the comment goes with it
    assert state(report) == "verified" and Comment.objects.filter(report=report).count() == 1


def test_a_double_click_the_back_button_and_two_tabs_have_one_effect(site: Site, visit: Visits) -> None:
    first, second = site.section.reports[3:5]
    page = reviewed(visit("budi"), first)
    page.fill("#comment-text", SAID)
    with page.expect_navigation(url="**/inbox/"):
        page.locator("button[value=verify]").dblclick()
    page.go_back()
    page.wait_for_load_state()
    if page.locator("button[value=verify]").count():
        follow(page, "button[value=verify]")
    assert decided(first, "verify") == 1 and Comment.objects.filter(report=first).count() == 1
    one, other = (reviewed(visit("budi"), second) for _tab in range(2))
    follow(one, "button[value=verify]", "**/inbox/")
    follow(other, "button[value=verify]")
    expect(other.locator(".error-summary")).to_be_visible()
    assert decided(second, "verify") == 1 and state(second) == "verified"


def test_j_and_k_lead_through_the_rows_and_are_letters_elsewhere(site: Site, visit: Visits) -> None:
    page = reviewed(visit("budi"), site.section.reports[5])
    boxes = page.locator("[data-rows] > tbody input[name=lines]")
    boxes.first.focus()
    page.keyboard.press("j")
    expect(boxes.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(boxes.first).to_be_focused()
    page.keyboard.press("k")
    expect(boxes.first).to_be_focused()
    page.click("a[data-show=warnings]")
    page.locator("#comment-text").focus()
    page.keyboard.type("jk")
    expect(page.locator("#comment-text")).to_have_value("jk")
    page.click("a[data-show=all]")
    expect(boxes.first).to_be_visible()
    assert "show=all" in page.url
