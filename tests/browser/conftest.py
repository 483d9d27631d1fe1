"""A browser, a site to visit with it, and eyes that see what a person would complain about."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from registry.models import User
from tests import databases
from tests.browser.running import collect_static, running
from tests.browser.section import Section, furnish
from tests.browser.steps import LOADING, PATIENCE

# Playwright keeps an event loop in this thread for the rest of the run; Django would refuse to ask the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
expect.set_options(timeout=PATIENCE * 1000)
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-lcd-text",
]  # fmt: skip
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{folder}</dir></fontconfig>"""
BACKEND = "django.contrib.auth.backends.ModelBackend"
CSP = """document.addEventListener("securitypolicyviolation", event =>
  console.error(`CSP ${event.effectiveDirective} ${event.blockedURI}`))"""
# A refused form is answered with 422 and the page again; the browser counts that as a resource that failed.
REFUSED = "the server responded with a status of 422"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


class Place(Protocol):
    """A running site, and who may sign in there."""

    base: str

    @property
    def people(self) -> dict[str, User]: ...


@dataclass
class Site:
    """A running site and the section that works there."""

    base: str
    section: Section
    keys: Path

    @property
    def people(self) -> dict[str, User]:
        return self.section.people


@pytest.fixture(scope="session")
def browser_type_launch_args(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not os.path.exists(CHROMIUM):
        pytest.exit(
            "Chromium is missing: install the package chromium, or set CHROMIUM to its path.", returncode=1
        )
    # Whatever fonts the machine has, Urdu is drawn with the one that the printed document uses.
    fonts = tmp_path_factory.mktemp("fonts") / "fonts.conf"
    fonts.write_text(FONTS.format(folder=databases.CHECKOUT / "approvals" / "typst" / "fonts"))
    told = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
    return {"executable_path": CHROMIUM, "args": FLAGS, "headless": True, "env": told}


@pytest.fixture(scope="session")
def site_data(worker_id: str, django_db_setup: None) -> Path:
    """A data folder with the static files in it; sites that follow one another share it."""
    data = settings.DATA_DIR / f"site-{worker_id}"
    data.mkdir(mode=0o700, exist_ok=True)
    collect_static(data, data / "keys", databases.current())
    return data


@pytest.fixture(scope="module")
def site(
    request: pytest.FixtureRequest,
    site_data: Path,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """January of one section, open and empty, on a site of this module's own."""
    keys = tmp_path_factory.mktemp("keys")
    with django_db_blocker.unblock():
        urls = databases.clone_database(request.module.__name__.rpartition(".")[2])
        try:
            with databases.pointed_at(databases.name_of(urls)):
                before = getattr(request.module, "before_opening", None)
                section = furnish(keys, lambda moment: _move_clock(urls["owner"], moment), before)
                with running(site_data, keys, urls) as base:
                    yield Site(base, section, keys)
        finally:
            databases.drop_database(urls)


def _move_clock(owner: str, moment: datetime) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("UPDATE jenjang_clock SET ahead = %s - clock_timestamp()", [moment])


@dataclass
class Visits:
    """Everybody's own browser window; what went wrong in any of them is told at the end."""

    browser: Browser
    site: Place
    script: bool = True
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(self, who: str = "", *, language: str = "id-ID", script: bool | None = None) -> Page:
        """A window of somebody who has signed in, or of a visitor."""
        scripted = self.script if script is None else script
        context = self.browser.new_context(
            viewport={"width": 1280, "height": 800}, locale=language, timezone_id="Asia/Makassar",
            java_script_enabled=scripted, reduced_motion="reduce", base_url=self.site.base,
            permissions=["clipboard-read", "clipboard-write"],
        )  # fmt: skip
        context.set_default_timeout(PATIENCE * 1000)
        context.set_default_navigation_timeout(LOADING * 1000)
        self.contexts.append(context)
        if who:
            client = Client()
            client.force_login(self.site.people[who], backend=BACKEND)
            cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.site.base}
            context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.add_init_script(CSP)
        page.on("console", lambda message: self._heard(who, message))
        page.on("pageerror", lambda error: self.complaints.append(f"{who or 'visitor'}: {error}"))
        return page

    def _heard(self, who: str, message: ConsoleMessage) -> None:
        if message.type == "error" and REFUSED not in message.text:
            self.complaints.append(f"{who or 'visitor'} at {message.location.get('url')}: {message.text}")


@pytest.fixture
def visit(browser: Browser, site: Place) -> Iterator[Visits]:
    visits = Visits(browser, site)
    yield visits
    for context in visits.contexts:
        context.close()
    assert not visits.complaints, "\n".join(visits.complaints)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """WCAG 2.0 to 2.2 A and AA, and best practice: nothing may be found."""

    def check(page: Page) -> None:
        found = Axe().run(page, options=RULES).response["violations"]
        told = [
            f"{one['id']} ({one['impact']}): {one['help']} {[node['html'][:160] for node in one['nodes'][:4]]}"
            for one in found
        ]
        assert not told, f"{page.url} at {page.viewport_size}:\n" + "\n".join(told)

    return check
