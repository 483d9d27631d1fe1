"""Ani works in Peshawar: Urdu from right to left, rupees in lakh and crore, a year that begins in July."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from ledger.recording import recorded
from registry.models import FiscalYear, Government, User
from submissions import services
from submissions.models import Report
from tests.browser.conftest import Site, Visits
from tests.browser.entry_desk import money_of
from tests.browser.looks import Looks
from tests.browser.section import Section
from tests.browser.steps import move_clock, seen
from workflow import engine, route

MONTH = "2026-07"
ENTRY = f"/entry/{MONTH}/"
JULY, AUGUST = "جولائی", "اگست"
# Numbers that a reader would see in another order than they were written: the places of their signs on the screen tell.
TURNED = """(() => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const left = (node, at) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    return range.getBoundingClientRect();
  };
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (!node.parentElement.checkVisibility()) continue;
    for (const match of node.data.matchAll(/[-\u2212]?\\d[\\d.,-]*\\d|[-\u2212]\\d/g)) {
      const places = [...match[0]].map((_, number) => left(node, match.index + number)).filter((box) => box.width);
      const turned = places.some((box, at) => at && box.top === places[at - 1].top && box.left < places[at - 1].left);
      if (turned) found.push(`${match[0]} in ${node.parentElement.outerHTML.slice(0, 120)}`);
    }
  }
  return found;
})()"""


def before_opening(section: Section) -> None:
    """The government as the province of the demonstration is set up; 3 August 2026, so July is due."""
    with recorded(None):
        Government.objects.update(
            fiscal_start_month=7, currency="PKR", grouping="lakh", time_zone="Asia/Karachi", zone_name="PKT", language="en"
        )  # fmt: skip
        FiscalYear.objects.update(label="2026-27", start_date=date(2026, 7, 1), end_date=date(2027, 6, 30))
        User.objects.update(language="ur")
    move_clock("2026-08-03 12:00")


@pytest.fixture
def ani(visit: Visits) -> Page:
    return visit("ani", language="ur")


WITHOUT_CURVES = """main => {
  const curves = [...main.querySelectorAll("figure.chart")];
  curves.forEach(one => one.hidden = true);
  const told = main.innerText;
  curves.forEach(one => one.hidden = false);
  return told;
}"""


def right_to_left(page: Page) -> None:
    """The page is Urdu from right to left, and every number in it from left to right."""
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("lang", "ur")
    assert seen(page, TURNED) == []
    # A curve has the whole year on its axis, and July before January.
    told = page.locator("main").evaluate(WITHOUT_CURVES)
    for curve in page.locator("figure.chart svg").all():
        axis = curve.text_content() or ""
        assert 0 <= axis.find(JULY) < axis.find("\u062c\u0646\u0648\u0631\u06cc"), axis
    for strange in ("Rp", "IDR", "WITA", "\u062c\u0646\u0648\u0631\u06cc"):
        assert strange not in told, (strange, told[max(0, told.find(strange) - 60) :][:160])


def entered(site: Site, report: Report) -> None:
    """July of one sub-activity: a twelfth of each line, with a photograph."""
    lines = {
        line.pk: services.LineEntry((line.ceiling / 12).quantize(Decimal(1))) for line in report.lines.all()
    }
    made = services.save_entries(
        actor=site.people["ani"],
        entries=[services.Entry(report_id=report.pk, version=fresh(report).version, lines=lines, status="PELAKSANAAN",
                                increment=Decimal("8.3333"))],
    )  # fmt: skip
    assert report.pk in made.versions, made


def fresh(report: Report) -> Report:
    return Report.objects.get(pk=report.pk)


def published(site: Site, report: Report) -> None:
    """What the offices do with it."""
    for verb, who in (
        (route.SUBMIT, "ani"),
        (route.VERIFY, "budi"),
        (route.SIGN, "sari"),
        (route.PUBLISH, ""),
    ):
        outcomes = engine.perform(
            verb, Report, {report.pk: fresh(report).version}, actor=site.people[who] if who else None
        )
        assert all(one.done for one in outcomes), outcomes


def test_her_work_of_july_from_right_to_left(ani: Page, axe: Callable[[Page], None]) -> None:
    ani.goto("/entry/")
    right_to_left(ani)
    expect(ani.locator("main")).to_contain_text(f"{JULY} 2026")
    expect(ani.locator("main")).to_contain_text(f"5 {AUGUST} 2026 23:59 PKT")
    Looks(axe).at(ani, "urdu-work")


def test_the_table_takes_lakh_and_crore(ani: Page, axe: Callable[[Page], None]) -> None:
    ani.goto(ENTRY)
    expect(ani.locator("table[data-grid][data-ready]")).to_have_attribute("data-locale", "lakh")
    right_to_left(ani)
    cell = money_of(ani).first
    cell.fill("1234567")
    cell.press("Enter")
    expect(cell).to_have_value("12,34,567")
    expect(money_of(ani).nth(1)).to_be_focused()
    expect(ani.locator(f"#{cell.get_attribute('id')}-words")).to_have_text("12 لاکھ 34 ہزار 567")
    cell.fill("۱۲٬۳۴٬۵۶۷٫۵")
    cell.press("Tab")
    expect(cell).to_have_value("12,34,567.50")
    cell.fill("1,234,567")
    cell.press("Tab")
    expect(cell).to_have_attribute("data-save", "refused")
    expect(ani.locator(f"#{cell.get_attribute('id')}-note")).to_contain_text("12,34,567")
    right_to_left(ani)
    Looks(axe).at(ani, "urdu-entry")
    cell.fill("")
    cell.press("Tab")
    expect(cell).to_have_attribute("data-save", "saved")


def test_up_and_down_move_in_the_table_and_left_and_right_stay_in_the_number(ani: Page) -> None:
    ani.goto(ENTRY)
    expect(ani.locator("table[data-grid][data-ready]")).to_be_visible()
    cells = money_of(ani)
    cells.nth(0).fill("12")
    cells.nth(0).press("ArrowDown")
    expect(cells.nth(1)).to_be_focused()
    cells.nth(1).press("ArrowUp")
    expect(cells.nth(0)).to_be_focused()
    # The number stands from left to right: Home, one to the right, is between 1 and 2.
    cells.nth(0).press("Home")
    cells.nth(0).press("ArrowRight")
    cells.nth(0).press("5")
    expect(cells.nth(0)).to_have_value("152")
    cells.nth(0).press("ArrowLeft")
    cells.nth(0).press("ArrowLeft")
    cells.nth(0).press("7")
    expect(cells.nth(0)).to_have_value("7152")
    cells.nth(0).fill("")
    cells.nth(0).press("Tab")


def test_the_side_panel_shows_the_year_from_july(site: Site, ani: Page, axe: Callable[[Page], None]) -> None:
    report = site.section.reports[0]
    ani.goto(f"{ENTRY}panel/{report.pk}/")
    rows = ani.locator("main th[scope=row]")
    expect(rows.nth(0)).to_have_text(JULY)
    expect(rows.nth(1)).to_have_text(AUGUST)
    expect(rows.nth(6)).to_have_text("جنوری")
    expect(rows.nth(11)).to_have_text("جون")
    assert seen(ani, TURNED) == []
    Looks(axe).at(ani, "urdu-panel")


def test_her_answers_before_she_submits(site: Site, ani: Page, axe: Callable[[Page], None]) -> None:
    reports = site.section.reports[1:3]
    for report in reports:
        entered(site, report)
    chosen = ",".join(str(one.pk) for one in reports)
    ani.goto(f"/entry/check/?months={MONTH}&reports={chosen}")
    right_to_left(ani)
    expect(ani.locator("main")).to_contain_text("Rs")
    Looks(axe).at(ani, "urdu-check")


def test_she_catches_up(ani: Page, axe: Callable[[Page], None]) -> None:
    ani.goto("/entry/catch-up/")
    right_to_left(ani)
    expect(ani.locator("main")).to_contain_text(f"{JULY} 2026")
    Looks(axe).at(ani, "urdu-catch-up")


def test_a_visitor_reads_one_sub_activity(site: Site, visit: Visits, axe: Callable[[Page], None]) -> None:
    report = site.section.reports[4]
    entered(site, report)
    published(site, report)
    page = visit(language="ur")
    item = report.item
    page.goto(f"/p/2026-27/{item.unit.code}/{item.sub_activity_code}/")
    right_to_left(page)
    told = page.locator("main").inner_text()
    assert f"{JULY} 2026" in told and re.search(
        r"Rs\s\d{1,2},\d{2},\d{3}|Rs\s\d{1,2}(?:,\d{2})+,\d{3}", told
    ), told[:600]
    Looks(axe).at(page, "urdu-item")
