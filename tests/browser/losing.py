"""Ani's table over a bad line: what the tests of loss share."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from playwright.sync_api import Locator, Page, expect

from ledger.clock import now
from registry.models import Unit, User
from submissions.models import ReportLine
from tests.browser.conftest import Site, Visits
from tests.browser.cutting import Line
from tests.browser.section import AGENCY, Section
from tests.browser.steps import PATIENCE, follow
from tests.cast import PASSWORD
from workflow import granting

MONTH = "/entry/2026-01/"
POINTS = 20
# What a browser says of an answer that did not come, or not whole: of a header too.
BROKEN = re.compile("Failed to load resource|Unrecognized Content-Security-Policy directive")
# Every draft that lies on the device, whoever's it is.
DRAFTS = """() => new Promise((resolve, reject) => {
  const ask = indexedDB.open("jenjang");
  ask.onupgradeneeded = () => ask.transaction.abort();
  ask.onerror = () => resolve([]);
  ask.onsuccess = () => {
    const all = ask.result.transaction("drafts").objectStore("drafts").getAll();
    all.onsuccess = () => { ask.result.close(); resolve(all.result); };
    all.onerror = () => reject(all.error);
  };
})"""


def before_opening(section: Section) -> None:
    """Gita of the bureau may help Ani enter."""
    hasher = ScryptPasswordHasher()
    gita = User(username="gita", name="Gita Saraswati", password=hasher.encode(PASSWORD, hasher.salt()))
    gita.save()
    section.people["gita"] = gita
    granting.give(
        key="assist-1", kind="assistance", actor=section.people["dewi"], office="Biro Organisasi", person=gita,
        scope_path=Unit.objects.get(code=AGENCY).path, reason="Pendampingan bulan Januari",
        expires_at=now() + timedelta(days=10),
    )  # fmt: skip


@pytest.fixture(name="line")
def bad_line(site: Site, visit: Visits) -> Iterator[Line]:
    """A bad line to the site; what the browser says of a broken one is no complaint."""
    bad = Line(site.base)
    yield bad
    for context in visit.contexts:
        context.close()
    bad.close()
    visit.complaints[:] = [one for one in visit.complaints if not BROKEN.search(one)]


@pytest.fixture(name="table")
def her_table(visit: Visits, line: Line) -> Page:
    return opened(visit("ani"), line)


def opened(page: Page, line: Line) -> Page:
    page.goto(line.base + MONTH)
    expect(page.locator("[data-drafts][data-ready]")).to_be_attached()
    page.wait_for_load_state("networkidle")
    return page


def cell(page: Page, stored: ReportLine) -> Locator:
    return page.locator(f"#r{stored.report_id}-line-{stored.pk}")


def typed(page: Page, stored: ReportLine, text: str) -> Locator:
    found = cell(page, stored)
    found.fill(text)
    found.blur()
    return found


def is_saved(found: Locator) -> None:
    expect(found).to_have_attribute("data-save", "saved")


def says(page: Page, key: str) -> None:
    """The status line says the sentence of this name, in whichever language the page is."""
    sentence = page.locator("[data-drafts]").get_attribute(f"data-text-{key}") or ""
    said = max(re.split(r"%\(\w+\)s", sentence), key=len).strip(" .")
    assert said, key
    expect(page.locator("[data-drafts-line]")).to_contain_text(said)


def drafts(page: Page) -> dict[str, str]:
    """Name of the cell -> the text that waits on the device."""
    rows: list[dict[str, Any]] = page.evaluate(DRAFTS)
    return {one["name"]: one["text"] for one in rows}


def waits(page: Page, name: str, text: str) -> None:
    """The device holds this text for this cell."""
    deadline = time.monotonic() + PATIENCE
    while (held := drafts(page).get(name)) != text:
        assert time.monotonic() < deadline, f"{name}: the device holds {held!r}, not {text!r}"
        page.wait_for_timeout(50)


def lines(site: Site) -> list[ReportLine]:
    """Lines with room for many amounts, in the order of the page."""
    reports = [one.pk for one in site.section.reports]
    return list(
        ReportLine.objects.filter(report__in=reports, ceiling__gte=1_000_000).order_by("report", "pk")
    )


def amount(stored: ReportLine) -> Decimal | int | None:
    return ReportLine.objects.get(pk=stored.pk).realized


def times_written(stored: ReportLine, value: int) -> int:
    """How often this amount was put into the line, by its history."""
    values = list(stored.history.order_by("history_date", "history_id").values_list("realized", flat=True))
    return sum(now == value != before for before, now in zip([None, *values], values, strict=False))


def sign_in(page: Page, who: str, address: str) -> None:
    page.goto(f"{address}/accounts/login/")
    signed_in(page, who)


def signed_in(page: Page, who: str) -> None:
    """The form of the door, which stands open in this window."""
    page.locator("#id_login").fill(who)
    page.locator("#id_password").fill(PASSWORD)
    follow(page, "main form button")
    expect(page.locator("#id_password")).to_have_count(0)  # the door is behind her
