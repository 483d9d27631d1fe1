"""The line breaks while a file is sent, or while a report is handed in: it arrives, and it arrives once."""

import base64
import hashlib
import random
import time
from contextlib import suppress

from playwright.sync_api import Error, Page

from submissions import cells, services
from submissions.cells import Cell
from submissions.models import Evidence, Report
from tests.browser.conftest import Site, Visits
from tests.browser.cutting import DOWN, UP, Line
from tests.browser.losing import POINTS, bad_line, before_opening, opened
from tests.browser.section import CLEANING, typed
from tests.browser.steps import PATIENCE
from tests.browser.test_evidence import DROP, PAPER
from tests.submissions.corpus_makers import pdf
from workflow.models import Decision

__all__ = ["bad_line", "before_opening"]  # who is there, and the fixture


def paper(number: int) -> bytes:
    """A document of three parts of the line, unlike every other."""
    words = random.Random(number).randbytes(40_000).hex().encode()
    return pdf(text=b"BT (" + words + b") Tj ET")


def dropped(page: Page, report: Report, number: int) -> None:
    """She drops one document, and the page says that it has arrived."""
    zone = page.locator(f"[data-evidence='{report.pk}']")
    name = f"berkas-{number}.pdf"
    zone.locator("[data-evidence-drop]").evaluate(
        DROP, [[name, PAPER, base64.b64encode(paper(number)).decode()]]
    )
    arrived = zone.locator("[data-file]").filter(has_text=name)
    for _ in range(PATIENCE * 10):
        if arrived.count():
            return
        page.wait_for_timeout(100)
        page.evaluate("dispatchEvent(new Event('online'))")  # as a device says when its network is back
    raise AssertionError(f"{name} did not arrive")


def test_the_line_is_cut_at_twenty_points_of_an_upload_and_every_file_arrives_once(
    visit: Visits,
    line: Line,
    site: Site,
) -> None:
    page = opened(visit("ani"), line)
    reports = site.section.reports[:2]
    for report in reports:
        page.locator(f"[data-evidence='{report.pk}'] summary").click()
    line.count()
    dropped(page, reports[0], 0)
    up, down = line.carried[UP], line.carried[DOWN]
    chance = random.Random(20260228)
    for number in range(1, POINTS + 1):
        # As many cuts in what comes back as in what goes out, which is longer by far.
        way, most = ((UP, up), (DOWN, down))[number % 2]
        line.cut(way, chance.randrange(most * 9 // 10))
        dropped(page, reports[number % 2], number)
    assert line.cuts == POINTS
    for number in range(POINTS + 1):
        digest = hashlib.sha256(paper(number)).hexdigest()
        assert Evidence.objects.filter(sha256=digest).count() == 1, number


def ready(site: Site) -> Report:
    """January of one sub-activity, typed whole: it needs nothing more than to be handed in."""
    report = site.section.report(CLEANING)
    said = typed(report)
    texts = {name: Cell(text, None) for name, text in (said.fields | {"status": said.status}).items()}
    answer = cells.save(actor=site.section.people["ani"], typed={report.pk: texts}, language="id")[report.pk]
    assert answer.clean, answer
    return report


def landed(page: Page, line: Line, cuts: int) -> bool:
    """Whether the page that confirms has come; False when the browser says that the line broke, or shows half an answer and
    nothing more comes."""
    deadline, broken = time.monotonic() + PATIENCE, 0.0
    while not page.url.startswith("chrome-error:"):
        page.wait_for_timeout(50)
        with suppress(Error):  # between two pages
            if "/submitted/" in page.url and page.evaluate("document.readyState") == "complete":
                return page.locator("h1").count() == 1
        broken = broken or (time.monotonic() if line.cuts == cuts else 0.0)
        if broken and time.monotonic() > broken + 1.5:
            return False
        assert time.monotonic() < deadline, f"neither an answer nor an error: {page.url}"
    return False


def test_the_line_is_cut_at_twenty_points_of_handing_in_and_there_is_one_decision(
    visit: Visits,
    line: Line,
    site: Site,
) -> None:
    report, page = ready(site), visit("ani")
    ani = site.section.people["ani"]
    address = f"{line.base}/entry/check/?months=2026-01&reports={report.pk}"
    chance = random.Random(20260331)
    up, down = 0, 3000  # bytes: the answer and the beginning of the page that confirms
    for number in range(POINTS + 1):
        page.goto(address)
        page.check("[name=statement]")
        if number:
            point = chance.randrange(up + down)
            line.cut(*((UP, point) if point < up else (DOWN, point - up)))
        else:
            line.count()
        page.locator(".bar-foot button.primary").click(no_wait_after=True)
        while not landed(page, line, number):
            # She goes back, where everything stands as she left it, or opens the page anew; and presses once more.
            if number % 2:
                page.go_back()
            if not page.locator("[name=statement]").count():
                page.goto(address)
            if not page.locator("[name=statement]").count():
                break  # it has gone its way: there is nothing left to submit
            page.check("[name=statement]")
            page.locator(".bar-foot button.primary").click(no_wait_after=True)
        if not number:
            up, down = (
                line.carried[UP],
                line.carried[DOWN] // 2,
            )  # half: the page that confirms comes after it
        assert line.cuts == number
        assert Decision.objects.filter(verb="submit", object_id=report.pk).count() == number + 1
        assert Report.objects.get(pk=report.pk).state == "submitted"
        version = Report.objects.get(pk=report.pk).version
        assert services.recall(actor=ani, versions={report.pk: version})[0].done
