"""Budi's hands at his desk: what the tests of every journey share."""

from playwright.sync_api import Page


def open_the_unusual(page: Page) -> int:
    """Look at each report of the list that has no box to tick, then come back; how many there were."""
    here = page.url
    links = page.locator("tbody tr:not(:has(input[name=report])) th a").all()
    addresses = [link.get_attribute("href") for link in links]
    for address in addresses:
        page.goto(str(address))
    page.goto(here)
    return len(addresses)
