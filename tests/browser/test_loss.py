"""Whatever breaks while Ani types, what she typed is stored once, or still waits on her device."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from submissions.models import Report
from tests import databases
from tests.browser.conftest import CHROMIUM, FLAGS, Site, Visits
from tests.browser.cutting import DOWN, UP, Line
from tests.browser.losing import (
    POINTS,
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
    times_written,
    typed,
    waits,
)
from tests.browser.running import PROGRAMS, environment
from tests.databases import CHECKOUT

__all__ = ["bad_line", "before_opening", "her_table"]  # who is there, and the fixtures


def test_what_she_types_is_saved_by_itself(table: Page, site: Site) -> None:
    one, two = lines(site)[:2]
    is_saved(typed(table, one, "1500"))
    expect(cell(table, one)).to_have_value("1.500")
    says(table, "saved")
    assert amount(one) == 1500 and drafts(table) == {}
    cell(table, two).press_sequentially("2500", delay=50)  # she stays in the cell
    is_saved(cell(table, two))
    assert amount(two) == 2500 and times_written(two, 2500) == 1


def test_the_line_is_cut_at_twenty_points_of_saving_and_nothing_is_lost_or_doubled(
    table: Page, line: Line, site: Site
) -> None:
    stored = lines(site)[:4]
    sizes = []
    for number, one in enumerate(stored):
        line.count()
        is_saved(typed(table, one, str(1000 + number)))
        sizes.append((line.carried[UP], line.carried[DOWN]))
    up, down = (min(size) for size in zip(*sizes, strict=True))
    chance = random.Random(20260131)
    for number in range(POINTS):
        one, value = stored[number % 4], 2000 + number
        point = chance.randrange(up + down)
        line.cut(*((UP, point) if point < up else (DOWN, point - up)), of=b"POST")
        is_saved(typed(table, one, str(value)))
        assert amount(one) == value and times_written(one, value) == 1, f"cut at {point} of {up} + {down}"
    assert line.cuts == POINTS
    assert drafts(table) == {}


def test_an_answer_that_was_lost_is_no_quarrel_with_herself(table: Page, line: Line, site: Site) -> None:
    one = lines(site)[4]
    line.cut(DOWN, 0, of=b"POST", dead=True)
    typed(table, one, "3000")
    says(table, "offline")
    assert amount(one) == 3000
    typed(table, one, "3100")
    line.heal()
    is_saved(cell(table, one))
    assert amount(one) == 3100
    line.cut(DOWN, 0, of=b"POST", dead=True)
    typed(table, one, "3200")
    says(table, "offline")
    # Back to what stood there: the site must hear of it, for it holds the other amount by now.
    typed(table, one, "3.100")
    assert amount(one) == 3200
    line.heal()
    is_saved(cell(table, one))
    assert amount(one) == 3100


def test_a_line_that_goes_quiet_is_given_up_and_tried_again(table: Page, line: Line, site: Site) -> None:
    one = lines(site)[5]
    table.locator("[data-drafts]").evaluate("box => { box.dataset.patience = '800' }")
    with line.stalling():
        typed(table, one, "3300")
        says(table, "offline")
        assert list(drafts(table).values()) == ["3.300"]
    is_saved(cell(table, one))
    assert amount(one) == 3300 and times_written(one, 3300) == 1


def test_what_is_refused_stays_with_its_sentence_until_she_corrects_it(
    table: Page, line: Line, site: Site
) -> None:
    one, two = lines(site)[6:8]
    typed(table, one, "9" * 15)
    is_saved(typed(table, two, "3400"))
    found = cell(table, one)
    expect(found).to_have_attribute("data-save", "refused")
    expect(found).to_have_attribute("aria-invalid", "true")
    expect(table.locator(f"#{found.get_attribute('id')}-note")).to_contain_text("999.999.999.999.999")
    says(table, "refused")
    opened(table, line)
    expect(found).to_have_value("999.999.999.999.999")
    expect(found).to_have_attribute("data-save", "refused")
    assert amount(one) is None
    is_saved(typed(table, one, "3500"))
    assert amount(one) == 3500 and drafts(table) == {}


def test_the_browser_is_closed_and_opened_again(
    browser: Browser, site: Site, visit: Visits, line: Line, tmp_path: Path
) -> None:
    one, two = lines(site)[10:12]
    kept = visit("ani").context.cookies()

    def opened_again() -> Page:
        context = browser.browser_type.launch_persistent_context(
            tmp_path, executable_path=CHROMIUM, args=FLAGS, headless=True, locale="id-ID"
        )
        context.add_cookies(kept)  # type: ignore[arg-type]
        return opened(context.new_page(), line)

    page = opened_again()
    with line.refusing():
        typed(page, one, "3900")
        page.locator(f"#r{two.report_id}-status").select_option("PELAKSANAAN")
        cell(page, two).press_sequentially("4000")
        says(page, "offline")
        waits(page, f"r{two.report_id}-line-{two.pk}", "4000")
        page.context.close()
    assert amount(one) is None
    page = opened_again()
    is_saved(cell(page, one))
    is_saved(cell(page, two))
    assert (amount(one), amount(two)) == (3900, 4000)
    assert Report.objects.get(pk=two.report_id).status == "PELAKSANAAN" and drafts(page) == {}
    page.context.close()


def test_she_is_warned_only_when_something_is_neither_stored_nor_on_the_device(
    visit: Visits, line: Line, site: Site
) -> None:
    one = lines(site)[17]
    page = visit("ani")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    opened(page, line)
    with line.refusing():
        typed(page, one, "6000")
        says(page, "kept")
        deadline = time.monotonic() + 20
        while page.evaluate("!dispatchEvent(new Event('beforeunload', {cancelable: true}))"):
            assert time.monotonic() < deadline, "something is never kept"
            page.wait_for_timeout(50)
    page.reload()
    assert asked == []
    expect(cell(page, one)).to_have_value("6.000")
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    opened(page, line)
    with line.refusing():
        typed(page, one, "6100")
        says(page, "unkept")
        page.evaluate("location.reload()")
        deadline = time.monotonic() + 20
        while not asked:
            assert time.monotonic() < deadline
            page.wait_for_timeout(50)
    assert asked == ["beforeunload"]


class Server:
    """The site's web processes on a port of their own; they can be killed and started again."""

    def __init__(self, told: Callable[[int], dict[str, str]], log: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.told, self.log = told(self.port), log
        self.start()

    def start(self) -> None:
        command = [
            str(PROGRAMS / "gunicorn"), "config.wsgi", "--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread",
            "--workers", "1", "--threads", "4", "--no-control-socket",
        ]  # fmt: skip
        with self.log.open("a") as written:
            self.process = subprocess.Popen(
                command, cwd=CHECKOUT, env=self.told, stdout=written, stderr=written, start_new_session=True
            )

    def answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def server(site: Site, site_data: Path, tmp_path: Path) -> Iterator[Server]:
    one = Server(
        lambda port: environment(site_data, site.keys, databases.current(), port), tmp_path / "web.log"
    )
    yield one
    one.kill()


def test_the_server_is_killed_and_started_again_while_she_types(
    visit: Visits, line: Line, site: Site, server: Server
) -> None:
    one, two = lines(site)[18:20]
    line.target = ("127.0.0.1", server.port)
    page = visit("ani")
    deadline = time.monotonic() + 60
    while not server.answers():
        assert time.monotonic() < deadline, server.log.read_text()
        page.wait_for_timeout(200)
    opened(page, line)
    is_saved(typed(page, one, "7000"))
    server.kill()
    typed(page, one, "7100")
    typed(page, two, "7200")
    says(page, "offline")
    server.start()
    is_saved(cell(page, one))
    is_saved(cell(page, two))
    assert (amount(one), amount(two)) == (7100, 7200)
    assert times_written(one, 7100) == times_written(two, 7200) == 1
