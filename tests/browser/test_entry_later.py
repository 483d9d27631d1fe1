"""The month after: what was written in January is at hand in February, and a warning is answered where it stands."""

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from submissions.calendar import open_month
from submissions.models import Explanation, Report
from submissions.services import Entry, LineEntry, save_entries
from tests.browser.conftest import Site, Visits
from tests.browser.entry_desk import money_of, opened, saved
from tests.browser.steps import move_clock

FEBRUARY = "/entry/2026-02/"
SAID = {
    "problems": ["HR"], "problem_text": "Petugas pelaksana belum ditunjuk", "follow_up_text": "Menunjuk petugas",
    "follow_up_pic": "Ani", "follow_up_due": date(2026, 2, 20), "public_note": "Kegiatan berjalan",
}  # fmt: skip


@pytest.fixture(scope="module")
def february(site: Site) -> list[Report]:
    """January has words and money in its first sub-activity; February is open, and it is the second of March."""
    first = site.section.reports[0]
    lines = {
        line.pk: LineEntry(Decimal(1_000_000)) for line in first.lines.all() if line.ceiling >= 1_000_000
    }
    entry = Entry(first.pk, None, status="PELAKSANAAN", increment=Decimal(1), lines=lines, **SAID)  # type: ignore[arg-type]
    saving = save_entries(actor=site.people["ani"], entries=[entry])
    assert first.pk in saving.versions, saving
    open_month(fiscal_year=first.period.fiscal_year, month=2)
    move_clock("2026-03-02 09:00")
    return list(Report.objects.filter(period__month=2).order_by("item__sub_activity_code"))


@pytest.fixture
def table(visit: Visits, february: list[Report]) -> Page:
    return opened(visit, address=FEBRUARY)


def test_last_month_s_text_is_copied_as_one_step(table: Page, february: list[Report]) -> None:
    pk = february[0].pk
    problem, note = (table.locator(f"#r{pk}-{name}") for name in ("problem_text", "public_note"))
    expect(table.locator(f"#r{pk}")).to_contain_text("Menunjuk petugas")  # the follow-up that was left open
    expect(table.locator(f"#r{pk}-follow_up_answer")).to_have_count(1)
    table.locator(f"#r{pk} a[data-panel]").click()
    drawer = table.locator("dialog[data-drawer]")
    expect(drawer).to_contain_text("Petugas pelaksana belum ditunjuk")
    drawer.locator("[data-copy]").click()
    expect(drawer).to_be_hidden()
    expect(problem).to_have_value("Petugas pelaksana belum ditunjuk")
    expect(problem).to_be_visible()
    expect(note).to_have_value("Kegiatan berjalan")
    saved(table)
    table.reload()
    expect(problem).to_have_value("Petugas pelaksana belum ditunjuk")
    table.locator(f"#r{pk} a[data-panel]").click()
    problem.evaluate("area => { area.value = ''; }")
    drawer.locator("[data-copy]").click()
    table.locator(".tools [data-undo]").click()
    expect(problem).to_have_value("")


def test_a_warning_comes_with_the_save_and_is_answered_below_its_sub_activity(
    table: Page, february: list[Report]
) -> None:
    report = february[0]
    line = report.lines.filter(ceiling__gt=0).order_by("line__account_code").first()
    assert line is not None
    body = table.locator(f"#r{report.pk}")
    cell = table.locator(f"#r{report.pk}-line-{line.pk}")
    before = money_of(body).count()
    cell.fill(str(int(line.ceiling * Decimal("0.6"))))
    table.locator(f"#r{report.pk}-status").select_option("PELAKSANAAN")
    saved(table)
    why = table.locator(f"[name='r{report.pk}-why-V-15-line-{line.pk}']")
    expect(why).to_be_visible()
    expect(table.locator("[data-show=warnings] .count")).to_have_text("1")
    why.fill("Uang muka sesuai kontrak pengadaan")
    saved(table)
    kept = Explanation.objects.get(report=report, rule="V-15")
    assert kept.text == "Uang muka sesuai kontrak pengadaan"
    table.reload()
    expect(why).to_have_value("Uang muka sesuai kontrak pengadaan")
    assert money_of(body).count() == before
    cell.fill("0")
    saved(table)
    expect(why).to_be_hidden()
