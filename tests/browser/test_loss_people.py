"""Two tabs, two people, a session that ended: nothing is overwritten unseen, nothing goes in another's name, nothing is lost."""

from collections.abc import Callable
from decimal import Decimal

from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Request, expect

from submissions.models import Report
from tests.browser.conftest import Site, Visits
from tests.browser.cutting import Line
from tests.browser.looks import Looks
from tests.browser.losing import (
    MONTH,
    amount,
    bad_line,
    before_opening,
    cell,
    drafts,
    her_table,
    is_saved,
    lines,
    opened,
    says,
    signed_in,
    typed,
)
from tests.browser.steps import follow

WHILE_ON_ITS_WAY = (
    "for (const one of Object.keys(sessionStorage)) sessionStorage.setItem(one, Date.now() + 60000)"
)
__all__ = ["bad_line", "before_opening", "her_table"]  # who is there, and the fixtures


def test_her_session_ends_and_after_signing_in_elsewhere_it_goes_on_by_itself(
    table: Page, site: Site
) -> None:
    one = lines(site)[8]
    Session.objects.all().delete()
    found = typed(table, one, "3600")
    says(table, "ended")
    expect(found).to_have_attribute("data-save", "waiting")
    with table.expect_popup() as opening:
        table.locator("[data-drafts-login]").click()
    door = opening.value
    signed_in(door, "ani")
    is_saved(found)
    assert amount(one) == 3600
    is_saved(typed(table, one, "3700"))


def test_somebody_else_signs_in_and_hers_is_not_sent_in_his_name(table: Page, site: Site) -> None:
    one = lines(site)[9]
    Session.objects.all().delete()
    typed(table, one, "3800")
    says(table, "ended")
    with table.expect_popup() as opening:
        table.locator("[data-drafts-login]").click()
    door = opening.value
    signed_in(door, "gita")
    says(table, "other")
    assert amount(one) is None and list(drafts(table).values()) == ["3.800"]
    door.goto(table.url)
    expect(door.locator("[data-drafts][data-ready]")).to_be_attached()
    expect(cell(door, one)).to_have_value("")


def test_two_tabs_of_hers_send_once_and_show_the_same(table: Page, line: Line, site: Site) -> None:
    one = lines(site)[12]
    other = opened(table.context.new_page(), line)
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.post_data or "")

    # What the line refused reached nobody: only what was answered counts.
    table.on("requestfinished", note)
    other.on("requestfinished", note)
    is_saved(typed(table, one, "4100"))
    expect(cell(other, one)).to_have_value("4.100")
    with line.refusing():
        typed(table, one, "4200")
        says(table, "offline")
        expect(cell(other, one)).to_have_value("4.200")
        sent.clear()
    is_saved(cell(table, one))
    is_saved(cell(other, one))
    assert sum("4.200" in body for body in sent) == 1
    is_saved(typed(other, one, "4300"))
    expect(cell(table, one)).to_have_value("4.300")
    assert amount(one) == 4300


def test_two_people_on_one_report_see_both_values_and_choose(visit: Visits, line: Line, site: Site) -> None:
    one, two = lines(site)[13:15]
    ani, gita = opened(visit("ani"), line), opened(visit("gita"), line)
    for stored in (one, two):
        is_saved(typed(gita, stored, "5000"))
        found = typed(ani, stored, "5100")
        expect(found).to_have_attribute("data-save", "conflict")
        assert amount(stored) == 5000
    says(ani, "disputed")
    asked = ani.locator(".dispute")
    expect(asked.first).to_contain_text("Gita Saraswati")
    expect(asked.first).to_contain_text("5.000")
    asked.first.locator("button").nth(0).click()  # keep mine
    is_saved(cell(ani, one))
    asked.first.locator("button").nth(1).click()  # take theirs
    expect(cell(ani, two)).to_have_value("5.000")
    expect(asked).to_have_count(0)
    assert (amount(one), amount(two)) == (5100, 5000) and drafts(ani) == {}


def test_what_gita_changed_elsewhere_in_the_report_appears_with_anis_next_save(
    visit: Visits, line: Line, site: Site
) -> None:
    report = next(one for one in site.section.reports if one.lines.count() > 1)
    one, two = report.lines.order_by("pk")[:2]
    ani, gita = opened(visit("ani"), line), opened(visit("gita"), line)
    is_saved(typed(gita, two, "17"))
    is_saved(typed(ani, one, "18"))
    expect(cell(ani, two)).to_have_value("17")


def test_a_draft_in_the_numbers_of_another_language_keeps_its_meaning(
    table: Page, line: Line, site: Site
) -> None:
    one, two = lines(site)[15:17]
    with line.refusing():
        typed(table, one, "1.234,5")
        typed(table, two, "1.2")  # no number in Indonesian; it must not become 1.2 or 12
        says(table, "offline")
        assert set(drafts(table).values()) == {"1.234,50", "1.2"}
        table.goto("about:blank")  # else the Indonesian page might send them yet
        table.context.add_cookies([{"name": "django_language", "value": "en", "url": site.base}])
    opened(table, line)
    expect(table.locator("html")).to_have_attribute("lang", "en")
    is_saved(cell(table, one))
    assert amount(one) == Decimal("1234.5")
    expect(cell(table, one)).to_have_value("1,234.50")
    expect(cell(table, two)).to_have_value("1,2")
    expect(cell(table, two)).to_have_attribute("data-save", "refused")


def test_a_page_that_was_asked_for_before_a_save_shows_what_was_saved(
    table: Page, line: Line, site: Site
) -> None:
    """The site made the page before her last value came; its answer to that came while the page was on its way."""
    one = lines(site)[21]

    made = table.context.request.get(line.base + MONTH)
    is_saved(typed(table, one, "44"))
    table.evaluate(WHILE_ON_ITS_WAY)
    table.route(f"**{MONTH}", lambda route: route.fulfill(response=made), times=1)
    opened(table, line)
    expect(cell(table, one)).to_have_value("44")


def test_without_script_a_session_that_ended_gives_everything_back_to_send_again(
    visit: Visits, line: Line, site: Site
) -> None:
    one = lines(site)[20]
    page = visit("ani", script=False)
    page.goto(line.base + MONTH)
    cell(page, one).fill("8000")
    note = page.locator(f"[name=r{one.report_id}-public_note]")
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    note.fill("Dua kata\n“dan” <tiga>")
    Session.objects.all().delete()
    follow(page, page.locator("button[name=act][value=save]").last)
    expect(page.locator(".typed")).to_contain_text("8000")
    expect(page.locator(".typed")).to_contain_text("“dan” <tiga>")
    with page.context.expect_page() as opening:
        page.locator("ol.steps a").click()
    door = opening.value
    signed_in(door, "ani")
    follow(
        page, "main form button"
    )  # its token is of before the sign-in: asked once more, with everything in place
    expect(page.locator(".typed")).to_contain_text("8000")
    follow(page, "main form button")
    assert amount(one) == 8000
    assert Report.objects.get(pk=one.report_id).public_note == "Dua kata\n“dan” <tiga>"


def test_every_state_of_a_cell_is_seen_on_a_phone_and_from_right_to_left(
    visit: Visits, line: Line, site: Site, axe: Callable[[Page], None]
) -> None:
    looks = Looks(axe)
    saved, refused, disputed, waits = lines(site)[21:25]
    page, gita = visit("ani"), opened(visit("gita"), line)
    page.context.add_cookies([{"name": "django_language", "value": "ur", "url": site.base}])
    opened(page, line)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    is_saved(typed(page, saved, "100"))
    expect(typed(page, refused, "9" * 15)).to_have_attribute("data-save", "refused")
    is_saved(typed(gita, disputed, "200"))
    expect(typed(page, disputed, "300")).to_have_attribute("data-save", "conflict")
    with line.refusing():
        expect(typed(page, waits, "400")).to_have_attribute("data-save", "waiting")
        says(page, "offline")
        cell(page, disputed).scroll_into_view_if_needed()
        looks.at(page, "entry-states-ur")
    is_saved(cell(page, waits))
