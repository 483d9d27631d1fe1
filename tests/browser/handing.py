"""Handing in, as an officer does it since answers are checked first: what the tests of every journey share."""

from playwright.sync_api import Page

from tests.browser.steps import follow

WHY = "Pembayaran sesuai jadwal kontrak yang berlaku."


def explain(page: Page) -> int:
    """Write an explanation beside every warning that has none; how many there were."""
    empty = [field for field in page.locator(".why-field textarea").all() if not field.input_value()]
    for field in empty:
        field.fill(WHY)
    return len(empty)


def hand_in(page: Page) -> None:
    """On the page that checks the answers: explain what is asked, read the statement, submit what is ticked."""
    explain(page)
    page.check("[name=statement]")
    follow(page, ".bar-foot button.primary", "**/submitted/?**")
