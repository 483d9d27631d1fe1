"""Ani keeps a month on her device: it opens without network, what she types is sent when there is one, and signing out
leaves nothing behind."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Site, Visits
from tests.browser.cutting import Line
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
    sign_in,
    typed,
)
from tests.browser.steps import follow

__all__ = ["bad_line", "before_opening", "her_table"]  # who is there, and the fixtures

# Everything of this site that lies on the device: what is kept, and in which databases there is something.
REMAINS = """async () => {
  const kept = [];
  for (const name of await caches.keys()) {
    for (const one of await (await caches.open(name)).keys()) kept.push(new URL(one.url).pathname);
  }
  const databases = (await indexedDB.databases()).map((one) => one.name);
  const workers = (await navigator.serviceWorker.getRegistrations()).length;
  return { kept, databases, workers };
}"""
NOTHING: dict[str, Any] = {"kept": [], "databases": [], "workers": 0}


def keep(page: Page) -> None:
    """She presses the button, and it is kept."""
    button, other = page.locator("[data-keep] button").all()
    button.click()
    expect(other).to_be_visible()


def kept(page: Page) -> list[str]:
    found: list[str] = page.evaluate(REMAINS)["kept"]
    return found


def sign_out(page: Page) -> None:
    page.locator("details.menu summary").click()
    follow(page, "details.menu form button")


def test_nothing_is_kept_before_she_asks(table: Page) -> None:
    remains = table.evaluate(REMAINS)
    assert (remains["kept"], remains["workers"]) == ([], 0)


def test_the_month_opens_without_network_and_what_she_types_is_sent_on_return(
    table: Page, line: Line, site: Site, visit: Visits
) -> None:  # fmt: skip
    one, two = lines(site)[:2]
    keep(table)
    paths = kept(table)
    assert MONTH in paths and all(path == MONTH or path.startswith("/static/") for path in paths)
    scripts = table.locator("script[src]").evaluate_all("all => all.map(one => one.getAttribute('src'))")
    assert set(scripts) < set(paths) and all(re.search(r"\.[0-9a-f]{12}\.", one) for one in scripts)
    gita = opened(visit("gita"), line)
    is_saved(typed(gita, two, "600"))
    with line.refusing():
        opened(table, line)
        says(table, "offline")
        typed(table, one, "500")
        typed(table, two, "700")
        says(table, "kept")
        opened(table, line)  # and once more, with what she typed
        expect(cell(table, one)).to_have_value("500")
        expect(cell(table, one)).to_have_attribute("data-save", "waiting")
        table.goto(f"{line.base}/entry/")
        expect(table.locator("main a")).to_have_attribute("href", MONTH)
        opened(table, line)
    is_saved(cell(table, one))
    expect(cell(table, two)).to_have_attribute("data-save", "conflict")
    assert (amount(one), amount(two)) == (500, 600)


def test_a_network_that_answers_too_late_is_not_waited_for(table: Page, line: Line, site: Site) -> None:
    keep(table)
    table.reload()
    with line.stalling():
        table.goto(line.base + MONTH, wait_until="domcontentloaded")
        expect(cell(table, lines(site)[0])).to_be_visible()


def test_she_removes_it_from_this_device(table: Page) -> None:
    keep(table)
    table.locator("[data-keep] button").nth(1).click()
    expect(table.locator("[data-keep] button").nth(0)).to_be_visible()
    remains = table.evaluate(REMAINS)
    assert (remains["kept"], remains["workers"]) == ([], 0)


def test_signing_out_leaves_nothing_and_who_comes_next_finds_nothing(
    table: Page, line: Line, site: Site
) -> None:  # fmt: skip
    keep(table)
    sign_out(table)
    assert table.evaluate(REMAINS) == NOTHING
    sign_in(table, "gita", line.base)
    assert kept(table) == [] and drafts(table) == {}
    with line.refusing(), pytest.raises(Exception, match="ERR_"):
        table.goto(line.base + MONTH)


def test_the_answer_alone_wipes_the_device_where_no_script_does(table: Page) -> None:
    keep(table)
    table.route("**/js/leaving*", lambda route: route.abort())
    table.goto("/")
    sign_out(table)
    assert table.evaluate(REMAINS) == NOTHING


def test_the_script_alone_wipes_it_where_a_browser_knows_no_such_answer(table: Page) -> None:
    keep(table)

    def plain(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        headers = {name: value for name, value in answer.headers.items() if name != "clear-site-data"}
        assert len(headers) < len(answer.headers)
        route.fulfill(response=answer, headers=headers)

    table.route("**/accounts/logout/", plain)
    sign_out(table)
    assert table.evaluate(REMAINS) == NOTHING


def test_she_is_told_before_unsent_values_are_wiped(table: Page, line: Line, site: Site) -> None:
    with line.refusing():
        typed(table, lines(site)[3], "800")
        says(table, "kept")
        table.locator("details.menu summary").click()
        table.locator("details.menu form button").click()
        expect(table.locator("details.menu [role=alert]")).to_contain_text("1")
        assert list(drafts(table).values()) == ["800"]
    is_saved(cell(table, lines(site)[3]))


def test_what_was_kept_for_her_is_never_shown_to_another_person(
    table: Page, line: Line, site: Site
) -> None:  # fmt: skip
    keep(table)
    with line.refusing():
        typed(table, lines(site)[4], "900")
        says(table, "kept")
    Session.objects.all().delete()
    table.context.clear_cookies()
    sign_in(table, "gita", line.base)
    assert kept(table) == []
    opened(table, line)
    expect(cell(table, lines(site)[4])).to_have_value("")
    with line.refusing():
        table.goto(line.base + MONTH)
        expect(table.locator("h1")).to_be_visible()
        expect(table.locator("main a")).to_have_count(0)
    # Hers come back to her alone.
    table.context.clear_cookies()
    sign_in(table, "ani", line.base)
    opened(table, line)
    is_saved(cell(table, lines(site)[4]))
    assert amount(lines(site)[4]) == 900
