"""Packs of public entities follow a route too, without a sub-activity that names their posts."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from indicators.services import open_quarter
from ledger.recording import recorded
from registry.models import Assignment
from tests.indicators.province import Province
from workflow.models import RouteVersion


def refused(*options: str) -> str:
    with translation.override("en"), pytest.raises(CommandError) as told:
        call_command("check_route", *options)
    return str(told.value)


def test_the_route_of_packs_finds_its_posts(province: Province, capsys: pytest.CaptureFixture[str]) -> None:
    open_quarter(fiscal_year=province.year, quarter=1)
    call_command("check_route", "--all")
    assert "PSE 1" in capsys.readouterr().out


def test_an_entity_without_its_chief_executive_is_named(province: Province) -> None:
    open_quarter(fiscal_year=province.year, quarter=1)
    with recorded(None):
        for one in Assignment.objects.filter(post__role="agency_head", post__unit__kind="PUBLIC_ENTITY"):
            one.valid_to = date(2020, 1, 1)
            one.valid_from = date(2019, 1, 1)
            one.save()
    assert "PSE 1: Tier 1: nobody holds" in refused("--all")


def test_a_version_that_packs_are_pinned_to_is_looked_at(province: Province) -> None:
    """A later version asks for nobody who is missing; the packs that are open keep the one they have."""
    open_quarter(fiscal_year=province.year, quarter=1)
    tiers = RouteVersion.objects.get(code="PSE").tiers
    with recorded(None):
        RouteVersion.objects.create(code="PSE", number=2, name="PSE", tiers=[*tiers[:3]])
        for one in Assignment.objects.filter(post__role="oversight"):
            one.valid_to, one.valid_from = date(2020, 1, 1), date(2019, 1, 1)
            one.save()
    assert "PSE 1: Tier 3: nobody holds" in refused("--all")
