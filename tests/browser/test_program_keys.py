"""Keys for programs in the browser: Ani confirms that it is she, sees her key once, a program uses it, she takes it back."""

import urllib.error
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.steps import follow
from tests.cast import PASSWORD


def asks(site: Site, secret: str) -> int:
    """The status that a program gets with this key."""
    request = urllib.request.Request(f"{site.base}/api/v1/me", headers={"Authorization": f"Bearer {secret}"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 - our own address
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("language", ["id-ID", "ur-PK"])
def test_ani_makes_a_key_for_a_program_and_takes_it_back(
    site: Site, visit: Visits, axe: Any, language: str
) -> None:
    looks = Looks(axe)
    ani = visit("ani", language=language)
    mark = language[:2]
    ani.context.add_cookies([{"name": "django_language", "value": mark, "url": site.base}])
    ani.goto("/tokens/")
    looks.at(ani, f"keys-none-{mark}")
    follow(ani, "a[href='/tokens/new/']")
    ani.fill("[name=password]", PASSWORD)
    follow(ani, "main form .button.primary", "**/tokens/new/")
    ani.fill("[name=days]", "0")
    follow(ani, "main form .button.primary")
    expect(ani.locator("#name-note")).to_be_visible()
    ani.fill("[name=name]", "Rekap bulanan")
    ani.fill("[name=days]", "30")
    looks.at(ani, f"keys-new-{mark}")
    follow(ani, "main form .button.primary")
    secret = ani.locator("[data-secret]").inner_text()
    looks.at(ani, f"keys-made-{mark}")
    assert asks(site, secret) == 200
    follow(ani, "main a.button[href='/tokens/']", "**/tokens/")
    expect(ani.locator("main")).not_to_contain_text(secret)
    looks.at(ani, f"keys-{mark}")
    follow(ani, "main tbody form button")
    assert asks(site, secret) == 401
