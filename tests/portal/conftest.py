"""The portal's own small world."""

from collections.abc import Callable
from datetime import datetime

import pytest

from tests.portal.world import Agency, World


@pytest.fixture
def world(clock: Callable[[datetime], None]) -> World:
    return World(clock)


@pytest.fixture
def works(world: World) -> Agency:
    """The public works agency: officer, section head and agency head."""
    return world.agency("1.03", "Dinas PUPR")
