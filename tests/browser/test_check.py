"""From My work over the answers to the confirmation: at three widths, by keyboard alone, without a script, in Urdu."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Locator, Page, expect

from approvals.services import send_back
from ledger.clock import now
from ledger.recording import recorded
from registry.models import Assignment, BudgetItem, FiscalYear, MonthlyPlan, User
from submissions.calendar import open_month
from submissions.evidence import attach
from submissions.models import Explanation, Payment, PaymentImport, Report
from submissions.services import Entry, LineEntry, save_entries, submit
from tests.browser.conftest import Site, Visits
from tests.browser.handing import WHY, explain, hand_in
from tests.browser.looks import Looks
from tests.browser.section import CLEANING, TRAINING, Section
from tests.browser.steps import follow, move_clock
from tests.cast import assign, png
from workflow import granting

REASON = "Nilai belanja tidak sama dengan SP2D nomor 000123."


def before_opening(section: Section) -> None:
    """Gina held the post until the middle of January; Ani is new in it."""
    gina = User(username="gina", name="Gina Sukmadewi", nip="198001012005012909")
    ani = Assignment.objects.get(person=section.people["ani"])
    with recorded(None):
        gina.save()
        Assignment.objects.filter(pk=ani.pk).update(valid_from=date(2026, 1, 20))
    assign(gina, ani.post, start="2024-01-01", end="2026-01-19")
    section.people["gina"] = gina
    with recorded(
        None
    ):  # two sub-activities for which nothing is planned: they may be idle without a problem
        MonthlyPlan.objects.filter(item_version__item__in=idle_items()).delete()


def idle_items() -> list[BudgetItem]:
    counted = BudgetItem.objects.exclude(sub_activity_code__in=(CLEANING, TRAINING))
    return list(counted.order_by("sub_activity_code")[8:10])


@pytest.fixture(scope="module")
def entered(site: Site) -> list[Report]:
    """Small amounts in eight sub-activities that count in points: enough of everything to submit, unless said below."""
    codes = (CLEANING, TRAINING)
    reports = [one for one in site.section.reports if one.item.sub_activity_code not in codes][:10]
    enter(site, reports[:8], Decimal(1000))
    for one in reports[:8]:
        upload = SimpleUploadedFile("foto.png", png(one.item.sub_activity_code))
        attach(actor=site.section.people["ani"], report=one, upload=upload, kind="PHOTO_PROGRESS")
    return reports


def enter(site: Site, reports: Sequence[Report], amount: Decimal, **said: Any) -> None:
    said = {"status": "PELAKSANAAN", "increment": Decimal("5"), **said}
    typed = [
        Entry(
            report_id=one.pk,
            version=Report.objects.get(pk=one.pk).version,
            lines={line.pk: LineEntry(amount if line.ceiling else Decimal(0)) for line in one.lines.all()},
            **said,
        )
        for one in reports
    ]
    saved = save_entries(actor=site.section.people["ani"], entries=typed)
    assert len(saved.versions) == len(reports), (saved.refusals, saved.findings)


def paid(report: Report, amount: int) -> None:
    """The treasury paid something else for the first line than was entered (V-16)."""
    year = FiscalYear.objects.get()
    lines = report.lines.order_by("line__account_code", "line__fund_source")
    with recorded(None):
        source = PaymentImport.objects.create(
            agency=report.period.agency, fiscal_year=year, at=now(), name="sp2d.csv", sha256=f"{report.pk:064}",
            kind="SP2D", columns={}, rows=len(lines),
        )  # fmt: skip
        for number, one in enumerate(lines):
            money = one.realized if number and one.realized else Decimal(0 if number else amount)
            Payment(
                source=source, line=one.line, month=1, kind="SP2D", number=f"{one.pk}", amount=money
            ).save()


def state(report: Report) -> str:
    return Report.objects.get(pk=report.pk).state


def check_of(*reports: Report) -> str:
    return f"/entry/check/?months=2026-01&reports={','.join(str(one.pk) for one in reports)}"


def why_of(page: Page) -> Locator:
    return page.locator(".why-field textarea")


def test_each_page_fits_and_is_accessible_and_light(
    site: Site, visit: Visits, axe: Any, entered: list[Report]
) -> None:
    looks = Looks(axe)
    odd, clear, wrong, back, gone = entered[:5]
    paid(odd, 2000)
    enter(site, [wrong], Decimal(1000), status="")
    people, versions = site.section.people, {}
    for one in (back, gone):
        versions[one.pk] = Report.objects.get(pk=one.pk).version
    assert all(one.done for one in submit(actor=people["ani"], versions=versions, key="gone"))
    line = back.lines.order_by("pk")[0]
    seen = {back.pk: Report.objects.get(pk=back.pk).version}
    (sent,) = send_back(actor=people["budi"], versions=seen, reason=REASON, marks=[f"line-{line.pk}"])
    assert sent.done, sent
    ani = visit("ani")
    for name, address in (
        ("my-work", "/entry/"), ("handover", "/entry/handover/"), ("catch-up", "/entry/catch-up/"),
        ("history", "/entry/history/"), ("check-some", check_of(odd, clear, wrong)),
    ):  # fmt: skip
        ani.goto(address)
        looks.weigh(ani, name)
        looks.at(ani, name)
    expect(ani.locator(".error-summary a").first).to_have_attribute(
        "href", f"/entry/2026-01/#r{wrong.pk}-status"
    )
    ani.goto("/entry/")
    expect(ani.locator(".note").first).to_contain_text("PPTK Bagian Perekonomian")
    follow(ani, ".cell-link", f"**/entry/2026-01/#r{back.pk}-line-{line.pk}")
    looks.at(visit_check(visit, odd, clear), "check-urdu")


def visit_check(visit: Visits, *reports: Report) -> Page:
    """The answers in Urdu, right to left."""
    page = visit("ani")
    page.goto("/entry/")
    follow(page, "button[name=language][value=ur]:visible")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.goto(check_of(*reports))
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    follow(page, "button[name=language][value=id]:visible")
    follow(page, "button[name=language][value=ur]:visible")
    return page


def test_the_keyboard_alone_explains_and_submits(site: Site, visit: Visits, entered: list[Report]) -> None:
    report = entered[5]
    paid(report, 3000)
    page = visit("ani")
    page.goto(check_of(report))
    to_focus(page, ".examples button")
    page.keyboard.press("Enter")
    expect(why_of(page)).not_to_have_value("")
    expect(why_of(page)).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" Lihat rekening koran.")
    to_focus(page, "[name=statement]")
    page.keyboard.press("Space")
    to_focus(page, ".bar-foot button.primary")
    with page.expect_navigation(url="**/submitted/?**"):
        page.keyboard.press("Enter")
    expect(page.locator(".receipt")).to_contain_text("2026-01/")
    assert state(report) == "submitted"
    kept = Explanation.objects.get(report=report)
    assert (kept.rule, kept.text.endswith("Lihat rekening koran.")) == ("V-16", True)


def to_focus(page: Page, selector: str) -> None:
    """Tab forward until it has the focus; a reader of the keyboard has no other way."""
    for _press in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_without_a_script_she_is_refused_keeps_her_words_and_submits(
    site: Site, visit: Visits, entered: list[Report]
) -> None:
    report = entered[6]
    paid(report, 4000)
    page = visit("ani", script=False)
    page.goto(check_of(report))
    expect(page.locator(".examples li").first).to_be_visible()
    why_of(page).fill("Terlalu dini")
    page.check("[name=statement]")
    follow(page, ".bar-foot button.primary")
    expect(page.locator(".error-summary")).to_be_visible()
    expect(why_of(page)).to_have_value("Terlalu dini")
    expect(why_of(page)).to_have_attribute("aria-invalid", "true")
    assert state(report) == "draft"
    why_of(page).fill("")
    hand_in(page)
    assert state(report) == "submitted"
    assert Explanation.objects.get(report=report).text == WHY
    follow(page, "form[action$='/recall/'] button", "**/entry/")
    assert state(report) == "draft"


def test_what_changed_meanwhile_is_not_submitted_and_the_difference_is_one_click_away(
    site: Site, visit: Visits, entered: list[Report]
) -> None:
    report = entered[7]
    page = visit("ani")
    page.goto(check_of(report))
    enter(site, [report], Decimal(7000))
    page.check("[name=statement]")
    follow(page, ".bar-foot button.primary")
    assert state(report) == "draft"
    expect(page.locator("main tbody tr").first).to_contain_text(f"{7 * len(report.lines.all())}.000")
    follow(page, f"#r{report.pk} a[href*='seen=']", lambda url: "/reports/" in url)
    expect(page.locator("main")).to_contain_text("1.000")


def test_two_months_are_caught_up_on_in_one_sitting(
    site: Site, visit: Visits, axe: Any, entered: list[Report]
) -> None:
    looks = Looks(axe)
    idle = entered[8:10]
    open_month(fiscal_year=FiscalYear.objects.get(), month=2)
    move_clock("2026-03-03 10:00")
    granting.give(
        key="late", kind="reopening", actor=site.section.people["dewi"], office="Bagian Adbang",
        scope_path=idle[0].item.unit.path, subjects=["2026-01"], reason="Dibuka kembali atas permohonan",
        expires_at=now() + timedelta(days=5),
    )  # fmt: skip
    page = visit("ani")
    page.goto("/entry/")
    follow(page, "a[href='/entry/catch-up/']", "**/entry/catch-up/")
    expect(page.locator(".months [aria-current=step] h2")).to_contain_text("Januari 2026")
    for one in idle:
        page.check(f"[name=nil_item][value^='{one.pk},']")
    expect(page.locator("#nil button")).to_contain_text("2")
    page.check("[name=nil_statement]")
    looks.at(page, "catch-up-two-months")
    follow(page, "#nil button")
    assert {state(one) for one in idle} == {"submitted"}
    enter(site, [entered[7]], Decimal(1000))
    follows = Report.objects.filter(item=entered[7].item, period__month=2)
    enter(site, list(follows), Decimal(1000), increment=Decimal("13"))
    page.goto("/entry/catch-up/")
    follow(page, ".page-head .button.primary", "**/entry/check/?**")
    explain(page)
    looks.at(page, "check-two-months")
    hand_in(page)
    expect(page.locator(".receipt")).to_have_count(2)
    looks.at(page, "submitted-two-months")
