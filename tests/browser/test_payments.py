"""Payments of the treasury in the browser: a register of a quarter, headings nobody knows, and no script at all."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from submissions.models import Payment, PaymentImport, ReportLine
from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.steps import follow

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
REGISTER = FIXTURES / "sp2d_setda_perekonomian_2026.csv"
SPENDING = FIXTURES / "spj_setda_perekonomian_2026.xlsx"
START = "/entry/payments/"


def choose(page: Page, file: Path, kind: str = "SP2D") -> None:
    """Somebody chooses a file and looks at it."""
    page.goto(START)
    page.check(f"[name=kind][value={kind}]")
    page.set_input_files("[name=file]", file)
    follow(page, "main form .button.primary", lambda address: START in address and "agency=" in address)


def read_in(page: Page, site: Site, language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": site.base}])


def bring_in(page: Page) -> None:
    follow(page, ".bar-foot .button.primary", lambda address: address.endswith(START))


def test_a_quarter_of_sp2d_fills_january_and_is_remembered(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    page = visit("ani")
    page.goto(START)
    looks.at(page, "payments")
    looks.weigh(page, "payments")

    choose(page, REGISTER)

    expect(page.locator("h1")).to_have_text(REGISTER.name)
    looks.at(page, "payments-look")
    looks.weigh(page, "payments-look")
    page.fill("[name=save_as]", "SIPD SP2D")
    bring_in(page)
    expect(page.locator(".status")).to_contain_text(REGISTER.name)
    looks.at(page, "payments-done")
    stored = Payment.objects.filter(source=PaymentImport.objects.get())
    assert stored.count() == 28
    january = dict(stored.filter(month=1, amount__gt=0).values_list("line", "amount"))
    cells = dict(ReportLine.objects.filter(realized__isnull=False).values_list("line", "realized"))
    assert set(cells) == set(january)

    choose(page, REGISTER)
    expect(page.locator("summary", has_text="SIPD SP2D")).to_be_visible()
    assert PaymentImport.objects.count() == 1


def test_headings_that_nobody_knows_are_chosen_with_the_keyboard(
    site: Site, visit: Visits, axe: Any, tmp_path: Path
) -> None:
    looks = Looks(axe)
    first, second = REGISTER.read_text(encoding="utf-8").splitlines()[:2]
    named = {
        "Kode Rekening": "K1",
        "Kode Sub Kegiatan": "K2",
        "Nilai SP2D (Rp)": "Keluar",
        "Tanggal SP2D": "Hari",
    }
    for heading, other in named.items():
        first = first.replace(heading, other)
    rows = REGISTER.read_text(encoding="utf-8").splitlines()[2:4]
    file = tmp_path / "kas-daerah.csv"
    file.write_text("\r\n".join([first, second, *rows]), encoding="utf-8")
    page = visit("sari")
    choose(page, file)
    expect(page.locator(".error-summary")).to_be_focused()
    looks.at(page, "payments-columns")
    chosen = {"account": "K1", "sub_activity": "K2", "amount": "Keluar", "date": "Hari"}
    for field, heading in chosen.items():
        page.focus(f"#f-{field}")
        page.keyboard.type(heading)
        expect(page.locator(f"#f-{field} option:checked")).to_have_text(heading)
    page.focus("details form .button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_have_count(0)
    expect(page.locator(".payments tbody").first).to_be_visible()


def test_a_file_with_errors_names_them_and_stores_nothing(
    site: Site, visit: Visits, axe: Any, tmp_path: Path
) -> None:
    looks = Looks(axe)
    file = tmp_path / "salah.csv"
    text = REGISTER.read_text(encoding="utf-8")
    file.write_text(text.replace("24/01/2026", "24/01/2025").replace(";PAD;", ";DAK;", 3), encoding="utf-8")
    before = Payment.objects.count()
    page = visit("ani")

    choose(page, file)

    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("tanggal_sp2d")
    expect(summary).to_contain_text("sumber_dana")
    looks.at(page, "payments-refused")
    expect(page.locator("[name=mark]")).to_have_count(0)
    assert Payment.objects.count() == before


@pytest.mark.parametrize("language", ["id", "ur"])
def test_without_script_in_every_direction(site: Site, visit: Visits, language: str) -> None:
    page = visit("ani", script=False)
    read_in(page, site, language)
    page.set_viewport_size({"width": 360, "height": 740})
    choose(page, SPENDING, "SPJ")
    expect(page.locator(".payments")).to_be_visible()
    if page.locator(".bar-foot .button.primary").count():
        bring_in(page)
    assert Payment.objects.filter(kind="SPJ").count() == 18


def test_right_to_left_the_pages_hold(site: Site, visit: Visits, axe: Any) -> None:
    looks = Looks(axe)
    page = visit("sari")
    read_in(page, site, "ur")
    choose(page, REGISTER)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    looks.at(page, "payments-look-ur")
