"""The board's own small world: public works and health, Hadi's bureau above both."""

from typing import Any

import pytest

from tests.approvals.bureau import settle
from tests.board.people import Board
from tests.cast import World
from tests.files import kept_in


@pytest.fixture
def board(cast: World, tmp_path: Any, settings: Any) -> Board:
    """January: two sub-activities of public works, one of health; files of this test's own. It is 3 February, 09:00 WITA."""
    settings.STORAGES = kept_in(tmp_path)
    settle(cast)
    cast.items(2)
    cast.item(
        "1.02.02.2.01.0014", unit=cast.other_agency, officer="other_officer", verifier="other_section_head"
    )
    cast.open()
    return Board(cast)
