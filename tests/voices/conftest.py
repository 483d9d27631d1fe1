"""A town of one's own for each test, with a folder for its files."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from tests.cast import World
from tests.files import kept_in
from tests.voices.town import Town, furnish


@pytest.fixture
def town(cast: World, settings: Any, tmp_path: Path) -> Town:
    """Files go to a folder that goes away; nobody has guessed at a ticket yet."""
    settings.STORAGES = kept_in(tmp_path / "files")
    cache.clear()
    return furnish(cast)
