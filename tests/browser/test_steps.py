"""What the other tests lean on holds on a slow line: a page that comes in pieces, late, or goes away while it is read."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.looks import Looks
from tests.browser.steps import follow, seen

PAUSE = 0.7  # seconds; longer than a click takes
FIRST = """<!doctype html><html lang="en"><title>First</title><a id="link" href="/next">Next</a>
<form><button id="same" name="sent" value="">Send</button></form><button id="late">Later</button>
<script>late.onclick = () => setTimeout(() => { location.href = "/next"; }, 700);
const said = new URLSearchParams(location.search);
if (said.has("sent")) document.title = "Sent";
if (said.has("away")) setTimeout(() => { location.href = "/next"; }, 700);</script>"""
NEXT = """<!doctype html><html lang="en"><title>Next</title><p>Here"""


class InPieces(BaseHTTPRequestHandler):
    """Says at once that a page is coming; its text comes later, and the end of it later still."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        text = (NEXT if self.path == "/next" else FIRST).encode()
        for piece in (b"", text[:30], text[30:]):
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(PAUSE / 2)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads this server's log."""


@pytest.fixture(scope="module")
def slow() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), InPieces) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


@pytest.mark.parametrize(("what", "title"), [("#link", "Next"), ("#late", "Next"), ("#same", "Sent")])
def test_after_the_click_the_whole_new_page_is_there(slow: str, page: Page, what: str, title: str) -> None:
    page.goto(slow)
    follow(page, what)
    assert page.evaluate("[document.readyState, document.title]") == ["complete", title]


def test_a_page_is_looked_at_when_all_of_it_has_come(slow: str, page: Page) -> None:
    looks = Looks()
    page.goto(f"{slow}/next", wait_until="commit")
    looks.at(page, "next")
    assert looks.titles == {"/next": "Next"}


def test_a_page_that_goes_away_while_it_is_read_is_read_again(slow: str, page: Page) -> None:
    page.goto(f"{slow}/?away")
    assert seen(page, "document.title === 'Next' ? 'read' : new Promise(() => {})") == "read"
