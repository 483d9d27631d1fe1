"""The main job in a browser that runs scripts; every page is looked at on the way."""

from pathlib import Path

from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.story import Story, told


def test_sixteen_reports_go_from_an_officer_to_a_document_that_anybody_can_check(
    site: Site, visit: Visits, axe, tmp_path: Path
) -> None:
    looks = Looks(axe)
    told(Story(site, visit, looks, tmp_path))
    looks.told()
