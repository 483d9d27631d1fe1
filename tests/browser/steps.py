"""What a test waits for, so that a slow machine only makes it slower: pages, the worker, the clock."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from django.db.models import Q
from playwright.sync_api import Error, Locator, Page

from approvals import tasks
from approvals.delivering import UNFINISHED
from ledger.clock import now
from tests import databases
from workflow.models import Outbox

WITA = ZoneInfo("Asia/Makassar")
PATIENCE, LOADING, WORKING = 60, 120, 180  # seconds: for what a page shows, for a page, for the worker
Address = str | re.Pattern[str] | Callable[[str], bool]
# What playwright says when a document goes away while it is being asked.
GONE = "Execution context was destroyed"
COMPLETE = "document.readyState === 'complete' && document.documentElement ? ({asked}) : null"


def follow(page: Page, what: str | Locator, address: Address | None = None) -> None:
    """Click what leads to another page or posts a form, and wait until the new page (at `address`) has loaded.

    The new page may have the address of the old one, so looking at the address alone would not wait.
    """
    target = page.locator(what).first if isinstance(what, str) else what
    with page.expect_navigation(url=address):
        target.click()


def seen(page: Page, asked: str) -> Any:
    """What a JavaScript expression yields in a document that is complete; null means: not yet, ask again."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            page.wait_for_load_state()
            answer = page.evaluate(COMPLETE.format(asked=asked))
        except Error as error:
            if GONE not in error.message:
                raise
            answer = None
        if answer is not None:
            return answer
        assert time.monotonic() < deadline, f"{page.url} did not yield {asked} within {PATIENCE} seconds"
        page.wait_for_timeout(50)


def until_prepared(page: Page) -> None:
    """Look again until the worker has made the document that is to be signed here."""
    deadline = time.monotonic() + WORKING
    while not page.locator("[name=passphrase]").count():
        assert time.monotonic() < deadline, f"no document within {WORKING} seconds: {page.url}"
        page.wait_for_timeout(500)
        page.reload()


def at_rest() -> None:
    """Do what waits in the outbox; what the site's worker has taken meanwhile is waited for."""
    deadline = time.monotonic() + WORKING
    while tasks.drain() or _due():
        assert time.monotonic() < deadline, f"the outbox did not come to rest within {WORKING} seconds"
        time.sleep(0.1)


def _due() -> bool:
    """A row that the worker holds is skipped by `drain`, but counts as undone here until the worker commits; so does a letter
    that it is sending."""
    open_rows = Outbox.objects.filter(done_at=None).filter(
        Q(not_before__lte=now()) | Q(last_error=UNFINISHED)
    )
    return open_rows.exists()


def move_clock(text: str) -> None:
    """Local wall clock, for the site and for this test; never under the hands of the worker."""
    at_rest()
    moment = datetime.fromisoformat(text).replace(tzinfo=WITA)
    with psycopg.connect(databases.current()["owner"], autocommit=True) as owner:
        owner.execute("UPDATE jenjang_clock SET ahead = %s - clock_timestamp()", [moment])
