"""Budi's desk in the browser: 43 reports in one act with 2 skipped, two tabs, back button, double click, reminders, Urdu."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from playwright.sync_api import Page, expect

from approvals.models import Notice
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
from submissions.models import Report
from submissions.services import Entry, LineEntry, save_entries, submit
from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.section import Section
from tests.browser.steps import at_rest, follow, move_clock
from tests.browser.test_urdu import TURNED
from tests.cast import PASSWORD, assign
from tests.registry.files import SECTION
from workflow.models import Decision

CALM, UNUSUAL = range(1, 96), (901, 902)
CODE = "4.01.03.2.09.{:04}"
CEILING = Decimal(1_000_000)


def before_opening(section: Section) -> None:
    """Joko is a second officer of the section, with 97 sub-activities of a million each."""
    hasher = ScryptPasswordHasher()
    with recorded(None):
        unit, year = Unit.objects.get(code=SECTION), FiscalYear.objects.get()
        post = Post.objects.create(unit=unit, role="officer", title="PPTK Bina Usaha")
        joko = User(
            username="joko", name="Joko Samodra", nip="198001012005012905", password=hasher.encode(PASSWORD, hasher.salt())
        )  # fmt: skip
        joko.save()
        assign(joko, post)
        section.people["joko"] = joko
        head = Post.objects.get(unit=unit, role="section_head")
        version = BudgetVersion.objects.get(unit=unit, kind="murni")
        for number in (*CALM, *UNUSUAL):
            item = BudgetItem.objects.create(
                fiscal_year=year, unit=unit, sub_activity_code=CODE.format(number), officer_post=post, verifier_post=head,
                sub_activity_name=f"Pembinaan Usaha Kecil Wilayah {number}", output_indicator="Usaha", output_unit="Unit",
            )  # fmt: skip
            BudgetItemVersion.objects.create(
                item=item, version=version, ceiling=CEILING, physical_mode="PERCENT"
            )
            line = BudgetLine.objects.create(
                item=item, account_code="5.1.02.01.001.00024", account_name="Belanja ATK", fund_source="PAD"
            )
            BudgetLineVersion.objects.create(line=line, version=version, ceiling=CEILING)


def handed_in(site: Site, numbers: Sequence[int], share: int = 6) -> list[Report]:
    """Joko enters `share` percent of money and work in each of these, and submits them."""
    joko = site.people["joko"]
    codes = [CODE.format(number) for number in numbers]
    reports = list(
        Report.objects.filter(item__sub_activity_code__in=codes).order_by("item__sub_activity_code")
    )
    why = {"V-15": "Pembayaran sekaligus sesuai kontrak."} if share > 50 else {}
    entries = [
        Entry(
            one.pk, one.version, status="PELAKSANAAN", increment=Decimal(share),
            lines={line.pk: LineEntry(CEILING * share / 100) for line in one.lines.all()},
            explanations={f"{rule}-line-{line.pk}": text for rule, text in why.items() for line in one.lines.all()},
        )
        for one in reports
    ]  # fmt: skip
    saved = save_entries(actor=joko, entries=entries)
    outcomes = submit(actor=joko, versions=saved.versions)
    assert len(outcomes) == len(numbers) and all(one.done for one in outcomes), outcomes
    return reports


def states(reports: Sequence[Report]) -> dict[str, int]:
    found = list(Report.objects.filter(pk__in=[one.pk for one in reports]).values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def verified() -> int:
    return Decision.objects.filter(verb="verify").count()


@pytest.fixture
def looks(axe: Callable[[Page], None]) -> Looks:
    return Looks(axe)


def test_who_has_not_submitted_is_reminded_once(site: Site, visit: Visits, looks: Looks) -> None:
    move_clock("2026-02-03 09:00")
    budi = visit("budi")
    budi.goto("/inbox/?tab=missing")
    expect(budi.locator("form ul.files > li")).to_have_count(2)
    looks.at(budi, "inbox-missing")
    follow(budi, "li:has-text('Ani Lembayung') button", "**/inbox/?tab=missing")
    expect(budi.locator("#status")).to_contain_text("Ani Lembayung")
    expect(budi.locator("li:has-text('Ani Lembayung') button")).to_have_count(0)
    expect(budi.locator("li:has-text('Joko Samodra') button")).to_have_count(1)
    at_rest()
    assert Notice.objects.filter(person=site.people["ani"], code="notice.report.reminded_many").count() == 1
    assert not Notice.objects.filter(person=site.people["joko"]).exists()


def test_forty_three_reports_in_one_act_with_two_skipped(site: Site, visit: Visits, looks: Looks) -> None:
    calm, unusual = handed_in(site, range(1, 42)), handed_in(site, UNUSUAL, share=60)
    reports = [*calm, *unusual]
    budi, second = visit("budi"), visit("budi")
    budi.goto("/inbox/")
    budi.click(".desk-filter summary")
    budi.select_option("[name=officer]", label="Joko Samodra, PPTK Bina Usaha")
    budi.select_option("[name=evidence]", "no")
    follow(budi, ".desk-filter form button", "**/inbox/?**officer=**")
    expect(budi.locator("tbody tr")).to_have_count(43)
    expect(budi.locator("input[name=report]")).to_have_count(41)
    expect(budi.locator("[name=do][value=all]")).to_contain_text("43")
    expect(budi.locator("tfoot")).to_contain_text("3.660.000")
    looks.at(budi, "inbox-filter")
    keeps_the_filter(budi)
    listed = budi.url
    second.goto(listed)
    follow(budi, "[name=do][value=all]")
    expect(budi.locator("h1")).to_contain_text("43")
    expect(budi.locator("#unopened")).to_contain_text("2")
    expect(budi.locator(".result li")).to_have_count(2)
    looks.at(budi, "inbox-confirm")
    assert verified() == 0
    budi.locator("form button.primary").dblclick()
    budi.wait_for_url("**/inbox/?**result=**")
    expect(budi.locator("#result-title")).to_contain_text("41")
    expect(budi.locator("#result-title")).to_contain_text("2")
    expect(budi.locator("#result li")).to_have_count(2)
    looks.at(budi, "inbox-result")
    assert states(reports) == {"verified": 41, "submitted": 2} and verified() == 41
    again_by_the_back_button(budi)
    the_other_tab_is_told_the_truth(second)
    assert states(reports) == {"verified": 41, "submitted": 2} and verified() == 41
    budi.reload()
    opens_them_and_verifies(budi, unusual)
    assert states(reports) == {"verified": 43} and verified() == 43


def keeps_the_filter(page: Page) -> None:
    page.click(".desk-filter summary")
    page.fill("[name=name]", "Joko tanpa bukti")
    follow(page, "form:has([name=name]) button", "**/inbox/?**")
    expect(page.locator(".desk-saved a")).to_have_text("Joko tanpa bukti")
    expect(page.locator(".desk-saved a")).to_have_attribute("aria-current", "page")


def again_by_the_back_button(page: Page) -> None:
    """The question once more from the browser's history, answered once more: the first answer, and no second effect."""
    result = page.url
    page.go_back()
    expect(page.locator("form button.primary")).to_be_visible()
    follow(page, "form button.primary", "**/inbox/?**result=**")
    assert page.url == result
    expect(page.locator("#result-title")).to_contain_text("41")


def the_other_tab_is_told_the_truth(page: Page) -> None:
    """Another tab still shows all 43: what is verified already is skipped with that reason."""
    expect(page.locator("tbody tr")).to_have_count(43)
    page.check("[data-select-all]")
    follow(page, ".bar-foot button.primary", "**/inbox/?**result=**")
    expect(page.locator("#result li")).to_have_count(41)
    expect(page.locator("#result-title")).to_contain_text("0")


def opens_them_and_verifies(page: Page, reports: Sequence[Report]) -> None:
    follow(page, "#result li a", "**/reports/*/")
    page.goto("/inbox/")
    expect(page.locator("input[name=report]")).to_have_count(1)
    page.goto(f"/reports/{reports[1].token}/")
    page.goto("/inbox/")
    expect(page.locator("input[name=report]")).to_have_count(2)
    page.check("[data-select-all]")
    expect(page.locator(".bar-foot button.primary")).to_contain_text("2")
    follow(page, ".bar-foot button.primary", "**/inbox/?**result=**")
    expect(page.locator("#result li")).to_have_count(0)


def test_without_a_script_it_is_the_same(site: Site, visit: Visits) -> None:
    reports = handed_in(site, range(42, 45))
    budi = visit("budi", script=False)
    budi.goto("/inbox/")
    follow(budi, "[name=do][value=all]")
    expect(budi.locator("h1")).to_contain_text("3")
    follow(budi, "form button.primary", "**/inbox/?**result=**")
    expect(budi.locator("#result-title")).to_contain_text("3")
    budi.reload()
    expect(budi.locator("#result-title")).to_contain_text("3")
    assert states(reports) == {"verified": 3}


def test_fifty_rows_weigh_little(site: Site, visit: Visits, looks: Looks) -> None:
    handed_in(site, range(45, 96))
    budi = visit("budi")
    for address in ("/inbox/", "/inbox/matrix/"):
        budi.goto(address)
        expect(budi.locator("tbody tr")).to_have_count(50)
        looks.weigh(budi, f"fifty rows of {address}")


def test_the_matrix_shows_where_each_month_stands(site: Site, visit: Visits, looks: Looks) -> None:
    budi = visit("budi")
    budi.goto("/inbox/")
    follow(budi, "a[href^='/inbox/matrix/']", "**/inbox/matrix/**")
    looks.at(budi, "matrix")
    with budi.expect_download() as begun:
        budi.click(".foot a")
    assert begun.value.suggested_filename.endswith(".csv")
    follow(budi, "td a", "**/reports/*/")


def test_the_desk_from_right_to_left(site: Site, visit: Visits, axe: Any) -> None:
    with recorded(None):
        User.objects.filter(username="budi").update(language="ur")
    budi = visit("budi", language="ur")
    for address, name in (
        ("/inbox/?evidence=no", "inbox-ur"),
        ("/inbox/?tab=missing", "inbox-missing-ur"),
        ("/inbox/matrix/", "matrix-ur"),
    ):
        budi.goto(address)
        expect(budi.locator("html")).to_have_attribute("dir", "rtl")
        assert budi.evaluate(TURNED) == []
        Looks(axe).at(budi, name)
