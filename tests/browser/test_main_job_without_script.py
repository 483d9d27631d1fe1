"""The main job in a browser that runs no script at all."""

from pathlib import Path

from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.story import Story, told


def test_the_same_story_needs_no_script(site: Site, visit: Visits, tmp_path: Path) -> None:
    visit.script = False
    looks = Looks()
    told(Story(site, visit, looks, tmp_path))
    looks.told()
