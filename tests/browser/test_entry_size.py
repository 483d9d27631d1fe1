"""A large month stays quick: what a page weighs on the line, and how long a key waits for its sum."""

import time
from decimal import Decimal

from playwright.sync_api import Page, expect

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
from tests.browser.conftest import Visits
from tests.browser.entry_desk import money_of, opened
from tests.browser.looks import PAGE_LIMIT, SCRIPT_LIMIT, weight
from tests.browser.section import Section
from tests.cast import assign
from tests.databases import CHECKOUT

# Who has how many sub-activities with how many lines each.
LOADS = {"tari": (24, [8] * 16 + [9] * 8), "uma": (60, [5] * 60)}
NAMES = (
    "Belanja Alat Tulis Kantor",
    "Belanja Perjalanan Dinas Biasa",
    "Belanja Jasa Tenaga Ahli",
    "Belanja Modal Peralatan",
)
# From the key to the sums on the screen, 50 times: the frame after the next one has been drawn.
LATENCY = """async cell => {
  const found = [];
  for (let number = 0; number < 50; number += 1) {
    const start = performance.now();
    cell.value = String(1000000 + number);
    cell.dispatchEvent(new InputEvent("input", { bubbles: true, data: "1", inputType: "insertText" }));
    await new Promise(done => requestAnimationFrame(() => { const port = new MessageChannel();
      port.port1.onmessage = () => done(); port.port2.postMessage(0); }));
    found.push(performance.now() - start);
    await new Promise(done => setTimeout(done, 30));
  }
  return found.sort((a, b) => a - b);
}"""
READY = """() => { const [page] = performance.getEntriesByType("navigation");
  return [page.responseEnd, page.domInteractive, page.domContentLoadedEventEnd]; }"""
# How many rows of the table one key changes.
TOUCHED = """async () => {
  const rows = new Set();
  const watch = new MutationObserver(list => list.forEach(({ target }) =>
    rows.add((target.closest ? target : target.parentElement).closest("tr"))));
  const grid = document.querySelector("table[data-grid]");
  watch.observe(grid, { subtree: true, childList: true, characterData: true });
  const cell = grid.querySelectorAll("input[data-kind=money]")[120];
  cell.value = "5000000";
  cell.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise(done => setTimeout(done, 50));
  watch.disconnect();
  return rows.size;
}"""


def before_opening(section: Section) -> None:
    """Two more officers with a large load each."""
    unit = Unit.objects.get(kind="SECTION")
    year = FiscalYear.objects.get()
    version = BudgetVersion.objects.filter(unit=unit).order_by("sequence").first()
    assert version is not None
    with recorded(None):
        for number, (name, (_count, lines)) in enumerate(LOADS.items(), 1):
            person = User(username=name, name=f"{name.title()} Lembayung", nip=f"19810101200601290{number}")
            person.save()
            post = Post.objects.create(unit=unit, role="officer", title=f"PPTK {number}")
            assign(person, post)
            section.people[name] = person
            for at, many in enumerate(lines, 1):
                _item(unit, year, version, post, f"4.01.0{3 + number}.2.{at:02}.0001", many)


def _item(unit: Unit, year: FiscalYear, version: BudgetVersion, post: Post, code: str, lines: int) -> None:
    item = BudgetItem.objects.create(
        fiscal_year=year, unit=unit, sub_activity_code=code, sub_activity_name=f"Fasilitasi dan Koordinasi {code}",
        output_indicator="Jumlah dokumen", output_unit="Dokumen", officer_post=post,
        verifier_post=Post.objects.get(unit=unit, role="section_head"),
    )  # fmt: skip
    ceiling = Decimal(125_000_000)
    BudgetItemVersion.objects.create(
        item=item, version=version, ceiling=ceiling * lines, physical_mode="PERCENT"
    )
    for number in range(1, lines + 1):
        line = BudgetLine.objects.create(
            item=item,
            account_code=f"5.1.02.01.001.{number:05}",
            account_name=NAMES[number % 4],
            fund_source="PAD",
        )
        BudgetLineVersion.objects.create(line=line, version=version, ceiling=ceiling)


def measured(page: Page) -> tuple[float, float]:
    """Median and worst time in milliseconds from a key to the painted sums."""
    times = money_of(page).nth(100).evaluate(LATENCY)
    return times[len(times) // 2], times[-1]


def told(name: str, *figures: str) -> None:
    """Written down for whoever wants to read them; times differ from machine to machine and are not judged."""
    (CHECKOUT / "build").mkdir(exist_ok=True)
    (CHECKOUT / "build" / f"entry-table-{name}.txt").write_text("\n".join(figures) + "\n")


def test_two_hundred_lines_weigh_little(visit: Visits) -> None:
    page = opened(visit, "tari")
    assert money_of(page).count() == sum(LOADS["tari"][1]) == 200
    total, script = weight(page)
    median, worst = measured(page)
    told("200", f"{total} bytes, script {script}", f"key to sum {median:.0f} ms, worst {worst:.0f} ms")
    assert total <= PAGE_LIMIT, total
    assert script <= SCRIPT_LIMIT, script


def test_three_hundred_rows_are_typed_through(visit: Visits) -> None:
    page = opened(visit, "uma")
    cells = money_of(page)
    assert cells.count() == 300
    answered, interactive, loaded = page.evaluate(READY)
    total, script = weight(page)  # before anything is typed: what waits is sent while the page goes
    median, worst = measured(page)
    start = time.monotonic()
    cells.nth(0).focus()
    for _ in range(50):
        page.keyboard.press("ArrowDown")
    moved = time.monotonic() - start
    told(
        "300", f"answer {answered:.0f} ms, parsed {interactive:.0f} ms, script done {loaded:.0f} ms",
        f"key to sum {median:.0f} ms, worst {worst:.0f} ms", f"{total} bytes, script {script}",
        f"50 x arrow down with the driver {moved:.2f} s",
    )  # fmt: skip
    # One key touches its own sums and no others; the answers to earlier saves have come, so that they mark nothing meanwhile.
    expect(page.locator("[data-save='waiting']")).to_have_count(0)
    assert page.evaluate(TOUCHED) == 3  # its own, its sub-activity's and the table's
