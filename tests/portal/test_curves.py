"""The money forecast where the ceiling changes within the year (W-8)."""

import csv
import io
import re
from decimal import Decimal

import pytest
from django.test import Client

from registry.grants import SEE, give
from registry.models import User
from tests.portal.world import Agency, World


@pytest.fixture
def leader(world: World) -> User:
    person = world.person("leader")
    give(SEE, person, world.root)
    return person


@pytest.mark.parametrize(
    ("later", "april", "december"), [(1200, "20.0000", "60.0000"), (800, "30.0000", "90.0000")]
)
def test_a_changed_ceiling_is_neither_spending_nor_money_that_came_back(
    world: World, works: Agency, leader: User, client: Client, later: int, april: str, december: str
) -> None:
    """60 a month makes 720 in a year, whatever the ceiling was before April: the leader reads so on all pages."""
    item = world.item(works, "1.03.01", Decimal(1000))
    for month in (1, 2, 3):
        world.open(month)
        world.done(works, item, month, 60)
    world.ceiling(item, Decimal(later), version=world.version(works.unit, "perubahan", 4))
    world.open(4)
    world.done(works, item, 4, 60)
    client.force_login(leader)

    def read(address: str) -> str:
        return re.sub(r"</?bdi>", "", client.get(address, headers={"accept-language": "en"}).content.decode())

    for basis in ("", "&basis=restated"):
        rows = list(
            csv.DictReader(io.StringIO(read(f"/overview/?table=curve&format=csv{basis}"), newline=""))
        )
        assert (rows[3]["absorption_actual"], rows[11]["absorption_forecast"]) == (april, december)
    said = f"at this pace {december[:5]} % at the end of the year"
    for address in ("/overview/", "/overview/item/2026/1.03/1.03.01/"):
        assert said in read(address)
