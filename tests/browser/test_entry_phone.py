"""Ani at her phone, Ani without a script, Ani in Urdu: the same table, everything within reach."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from approvals.services import send_back
from submissions.models import Report
from submissions.services import Entry, LineEntry, save_entries, submit
from tests.browser.conftest import Site, Visits
from tests.browser.entry_desk import ENTRY, PHONE, money_of, opened, pasted, saved
from tests.browser.looks import Looks
from tests.browser.section import TRAINING
from tests.browser.steps import follow

# Controls that a finger has to hit, by their text, with their sizes; links within sentences are exempt (WCAG 2.5.8).
SMALL = """() => [...document.querySelectorAll("main .tools *, main .bar-foot *, main table[data-grid] *")]
  .filter(one => one.matches("button, select, input, textarea, summary, a.details, label.check"))
  .filter(one => !one.matches("label.check input, [type=hidden], .sr") && one.checkVisibility())
  .map(one => [one.getBoundingClientRect(), one])
  .filter(([box]) => box.height > 0 && (box.height < 43.5 || box.width < 43.5))
  .map(([box, one]) => `${one.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""


def by_touch(page: Page) -> None:
    """A small screen and a finger instead of a mouse."""
    page.set_viewport_size(PHONE)
    line = page.context.new_cdp_session(page)
    line.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    line.send("Emulation.setEmulatedMedia", {"features": [{"name": "pointer", "value": "coarse"}]})


def test_everything_is_within_reach_of_a_finger(visit: Visits) -> None:
    page = opened(visit)
    by_touch(page)
    assert page.evaluate("matchMedia('(pointer: coarse)').matches")
    assert page.evaluate(SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    body = page.locator("table[data-grid] > tbody").first
    cells = money_of(body)
    cells.nth(0).fill("7")
    page.locator("[data-fill]").click()
    expect(cells.nth(1)).to_have_value("7")
    page.locator(".bar-foot [data-undo]").click()
    expect(cells.nth(1)).to_have_value("")
    body.locator("a[data-panel]").click()
    drawer = page.locator("dialog[data-drawer]")
    expect(drawer.locator("tbody tr")).to_have_count(12)
    drawer.get_by_role("button").first.click()
    expect(drawer).to_be_hidden()
    page.locator("[data-show=returned]").click()
    expect(body).to_be_hidden()
    page.locator("[data-show=all]").click()
    body.locator("[data-fold]").click()
    expect(cells.nth(0)).to_be_hidden()
    body.locator("[data-fold]").click()
    cells.nth(0).fill("")


def test_without_a_script_nothing_is_missing_and_a_filter_saves(visit: Visits, site: Site) -> None:
    page = opened(visit, script=False)
    expect(page.locator("[data-tool]:visible")).to_have_count(0)
    bodies = page.locator("table[data-grid] > tbody")
    every = bodies.count()
    body = page.locator(f"#r{site.section.report(TRAINING).pk}")
    cells = body.locator("input[data-kind]")
    for number in range(cells.count()):
        cells.nth(number).fill("0")
    body.locator("select[name$=-status]").select_option("BELUM_MULAI")
    follow(page, "[data-show=empty]")
    expect(page).to_have_url(re.compile(r"\?show=empty$"))
    expect(body).to_be_hidden()
    assert page.locator("table[data-grid] > tbody:visible").count() == every - 1
    follow(page, "[data-show=all]")
    expect(cells.first).to_have_value("0")
    follow(page, body.locator("a[data-panel]"))
    expect(page.locator("svg.strip, .panel-part table").first).to_be_visible()
    follow(page, page.locator("main a[href*='#r']"))
    body.locator("[data-select-item]").check()
    follow(page, ".bar-foot button[value=check]")
    assert f"/entry/check/?months=2026-01&reports={site.section.report(TRAINING).pk}" in page.url


def test_the_warning_the_words_and_the_dialogs_in_urdu(visit: Visits, axe: Callable[[Page], None]) -> None:
    page, looks = opened(visit), Looks(axe)
    follow(page, "button[name=language][value=ur]:visible")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    body = page.locator("table[data-grid] > tbody").nth(1)
    cell = money_of(body).first
    ceiling = cell.get_attribute("data-ceiling") or "0"
    cell.fill(str(int(float(ceiling) * 0.6)))
    body.locator("select[name$=-status]").select_option("PELAKSANAAN")
    saved(page)
    why = body.locator("[data-mark] textarea")
    expect(why.first).to_be_visible()
    looks.at(page, "entry-ur-warning")
    pasted(page, money_of(page).nth(4), "1\n2")
    page.locator("[data-see]").click()
    axe(page)
    page.locator("dialog[data-changes] [data-undo]").click()
    body.locator("a[data-panel]").click()
    expect(page.locator("dialog[data-drawer] tbody tr")).to_have_count(12)
    axe(page)
    page.keyboard.press("Escape")
    follow(page, "button[name=language][value=id]:visible")


@pytest.fixture
def returned(site: Site) -> Report:
    """A report that Budi gave back for one line and its progress."""
    report = site.section.reports[-1]
    lines = {line.pk: LineEntry(line.ceiling * 0) for line in report.lines.all()}
    entry = Entry(
        report.pk, report.version, status="PELAKSANAAN", increment=report.ceiling * 0, lines=lines,
        problems=["HR"], problem_text="Petugas pelaksana belum ditunjuk", follow_up_text="Menunjuk petugas",
        follow_up_pic="Ani", follow_up_due=report.period.first_day.replace(day=28),
    )  # fmt: skip
    people = site.people
    saving = save_entries(actor=people["ani"], entries=[entry])
    assert report.pk in saving.versions, saving
    (done,) = submit(actor=people["ani"], versions=saving.versions)
    assert done.done, done
    line = report.lines.order_by("pk").last()
    assert line is not None
    version = {report.pk: Report.objects.get(pk=report.pk).version}
    marks = [f"line-{line.pk}", "physical"]
    (back,) = send_back(
        actor=people["budi"], versions=version, reason="Kuitansi belum sesuai SP2D", marks=marks
    )
    assert back.done, back
    return report


def test_a_return_leads_to_its_cells_even_when_they_are_folded(visit: Visits, returned: Report) -> None:
    page = opened(visit)
    line = returned.lines.order_by("pk").last()
    assert line is not None
    cell = page.locator(f"#r{returned.pk}-line-{line.pk}")
    expect(cell.locator("xpath=..").locator(".back")).to_contain_text("Kuitansi belum sesuai SP2D")
    expect(page.locator("[data-show=returned] .count")).to_have_text("1")
    page.locator("[data-show=returned]").click()
    assert page.locator("table[data-grid] > tbody:visible").count() == 1
    page.locator("[data-show=empty]").click()
    page.locator(f"a[href='#r{returned.pk}-line-{line.pk}']").click()
    expect(cell).to_be_visible()
    expect(cell).to_be_focused()
    page.goto(f"{ENTRY}?show=empty#r{returned.pk}-increment")
    expect(page.locator(f"#r{returned.pk}-increment")).to_be_focused()
