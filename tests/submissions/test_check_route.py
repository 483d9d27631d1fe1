"""A route is proved before it is used: it can be walked to a signature, and each sub-activity finds its posts."""

import pytest
from django.core.management import CommandError, call_command

from registry.models import Unit
from tests.cast import World
from workflow.models import RouteVersion

BROKEN = {
    "no signature at the end": [{"verb": "submit", "role": "officer", "scope": "item"}],
    "an unknown role": [
        {"verb": "submit", "role": "officer", "scope": "item"},
        {"verb": "sign", "role": "king", "scope": "agency"},
    ],
    "an unknown scope": [
        {"verb": "submit", "role": "officer", "scope": "item"},
        {"verb": "sign", "role": "agency_head", "scope": "moon"},
    ],
    "verification after the signature": [
        {"verb": "submit", "role": "officer", "scope": "item"},
        {"verb": "sign", "role": "agency_head", "scope": "agency"},
        {"verb": "verify", "role": "section_head", "scope": "item"},
        {"verb": "sign", "role": "agency_head", "scope": "agency"},
    ],
    "an unknown verb": [
        {"verb": "submit", "role": "officer", "scope": "item"},
        {"verb": "nod", "role": "section_head", "scope": "item"},
        {"verb": "sign", "role": "agency_head", "scope": "agency"},
    ],
}


def test_the_route_that_ships_holds(cast: World, capsys: pytest.CaptureFixture[str]) -> None:
    cast.items(3)
    call_command("check_route")
    assert "leads to a signature" in capsys.readouterr().out


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_route_is_refused(cast: World, fault: str) -> None:
    RouteVersion.objects.create(code="DINAS", number=2, name="Dinas", tiers=BROKEN[fault])
    with pytest.raises(CommandError, match="DINAS 2"):
        call_command("check_route")


def test_an_item_nobody_enters_is_named(cast: World) -> None:
    cast.item("1.03.10.2.01.0077", officer="")
    with pytest.raises(CommandError, match=r"1\.03\.10\.2\.01\.0077: no post for tier 0"):
        call_command("check_route")


def test_a_unit_on_a_route_that_does_not_exist_is_named(cast: World) -> None:
    Unit.objects.filter(pk=cast.agency.pk).update(route_code="BULAN")
    with pytest.raises(CommandError, match="BULAN"):
        call_command("check_route")
