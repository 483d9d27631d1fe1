"""What is likely to remain unspent at the year's end (W-13), from the pace of the last three months (W-8)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from portal.dashboards import risk
from portal.dashboards.leading_scope import sight_for
from portal.dashboards.risk import Outlook
from portal.selectors import Month, View
from registry.models import User
from tests.portal.leading_world import page, regent, rows
from tests.portal.world import Agency, World

RISK = "/overview/risk/"


@pytest.fixture
def leader(world: World) -> User:
    return regent(world)


@pytest.mark.parametrize(
    ("ceiling", "spent", "left", "expected", "remains"),
    [
        (1200, [100, 100, 100], 8, 800, 100),
        (1200, [30, 60, 90], 9, 540, 480),  # mean 60, nine months more
        (1000, [200, 200, 200], 9, 400, 0),  # at most what is left
        (900, [90], 11, 810, 0),  # of a young year its only month
        (900, [], 12, 0, 900),
        (0, [0, 0, 0], 9, 0, 0),
        (100, [60, 60], 10, 0, -20),  # a ceiling that was cut below what is spent
        (1000, [100, 0, 0], 0, 0, 900),  # the year is over
    ],
)
def test_the_forecast_goes_on_at_the_pace_of_the_last_months(
    ceiling: int, spent: list[int], left: int, expected: int, remains: int
) -> None:
    outlook = Outlook(Decimal(ceiling), Decimal(sum(spent)), [Decimal(one) for one in spent], left)
    assert (outlook.expected, outlook.risk) == (Decimal(expected), Decimal(remains))


def test_earlier_money_counts_as_spent_and_not_as_pace() -> None:
    outlook = Outlook(Decimal(1000), Decimal(500), [Decimal(10), Decimal(20), Decimal(30)], 6)
    assert (outlook.expected, outlook.risk, outlook.share) == (Decimal(120), Decimal(380), Decimal(38))


@pytest.fixture
def march(world: World, works: Agency) -> World:
    """A road that spends and a school that does not; a second agency is silent in March."""
    guards = world.agency("1.05", "Satpol PP")
    road, school = world.item(works, "1.03.00", Decimal(1200)), world.item(works, "1.03.01", Decimal(600))
    guard = world.item(guards, "1.05.00", Decimal(200))
    for month in (1, 2, 3):
        world.open(month)
        world.publish(works, world.enter(road, month, 100, increment=5), world.enter(school, month, 0))
        if month < 3:
            world.done(guards, guard, month, 30, increment=5)
    return world


def test_each_agency_and_its_largest_sub_activities_are_told_with_what_they_stand_on(
    march: World, leader: User, client: Client
) -> None:
    works_row, guards_row = rows(client, leader, RISK)
    assert [works_row[name] for name in ("unit_code", "ceiling", "realised", "expected", "risk", "coverage")] == [
        "1.03", "1800.00", "300.00", "900", "600.00", "100.0000",
    ]  # fmt: skip
    # Silent in March: (30 + 30 + 0) / 3 a month, and its figure stands on nothing of the ceiling.
    assert [guards_row[name] for name in ("expected", "risk", "coverage")] == ["140", "0.00", "0.0000"]
    found = rows(client, leader, f"{RISK}?table=items")
    assert [(one["sub_activity_code"], one["risk"]) for one in found] == [
        ("1.03.00", "0.00"), ("1.03.01", "600.00"), ("1.05.00", "0.00"),
    ]  # fmt: skip
    shown = page(client, leader, RISK)
    assert "600 are likely to remain unspent: 30.00 % of the ceiling" in shown
    assert "Formula (W-13)" in shown


def test_a_month_that_has_just_begun_is_not_what_the_outlook_stands_on(
    march: World, works: Agency, leader: User, client: Client
) -> None:
    march.open(4)
    small = march.item(works, "1.03.02", Decimal(10))
    march.open(4)
    march.done(works, small, 4, 1, increment=1)
    assert "until March 2026" in page(client, leader, RISK)
    assert "until April 2026" in page(client, leader, f"{RISK}?month=2026-04")


def test_a_head_reads_the_outlook_of_his_own_agency_and_strangers_none(
    march: World, works: Agency, client: Client
) -> None:
    assert [one["unit_code"] for one in rows(client, works.people["agency_head"], RISK)] == ["1.03"]
    for person in (works.people["officer"], march.person("stranger")):
        client.force_login(person)
        assert client.get(RISK).status_code == 404
    client.logout()
    assert client.get(RISK).status_code == 302


def test_before_anything_is_published_the_page_says_so(world: World, leader: User, client: Client) -> None:
    assert "Nothing is published yet" in page(client, leader, RISK)
    assert risk.cards(View(Month(world.year, 1, date(2026, 1, 1), 0), sight=sight_for(leader))) == []
    client.force_login(leader)
    assert client.get(f"{RISK}?year=1999").status_code == 404


def test_the_card_says_what_is_likely_to_remain(march: World, leader: User) -> None:
    (card,) = risk.cards(View(Month(march.year, 3, date(2026, 3, 1), 1), sight=sight_for(leader)))
    said = "30.00 % of the ceiling, at the pace until March 2026; coverage 90.00 %"
    assert (card.value, card.words) == ("Rp 600", said)


def test_the_card_of_a_month_that_has_just_begun_is_of_the_one_before(march: World, leader: User) -> None:
    """An April without reports is no April without spending: the card says what the page says."""
    seen = sight_for(leader)
    (before,) = risk.cards(View(Month(march.year, 3, date(2026, 3, 1), 1), sight=seen))
    march.open(4)
    assert risk.cards(View(Month(march.year, 4, date(2026, 4, 1), 0), sight=seen)) == [before]


def test_what_the_adjustment_spent_remains_no_more(
    world: World, works: Agency, leader: User, client: Client
) -> None:
    road = world.item(works, "1.03.00", Decimal(1000))
    for month in (12, 13):
        world.open(month)
        world.clock(datetime(2027, 1, 8 + month, 1, tzinfo=UTC))
        world.done(works, road, month, 300)
    (row,) = rows(client, leader, RISK)
    assert [row[name] for name in ("realised", "expected", "risk")] == ["600.00", "0", "400.00"]
    (item,) = rows(client, leader, f"{RISK}?table=items")
    assert item["risk"] == "400.00"
    (card,) = risk.cards(View(Month(world.year, 13, date(2026, 12, 1), 1), sight=sight_for(leader)))
    assert card.value == "Rp 400"
    (december,) = rows(client, leader, f"{RISK}?month=2026-12")
    assert december["risk"] == "700.00"


def test_the_page_costs_the_same_for_any_number_of_agencies(
    march: World, leader: User, client: Client, statements: Callable[[], Any]
) -> None:
    def count() -> int:
        with statements() as seen:
            assert client.get(RISK).status_code == 200
        return len(seen)

    client.force_login(leader)
    count()
    few = count()
    for n in range(12):
        march.item(march.agency(f"3.{n:02}", f"Dinas {n}"), "3.01", Decimal(100))
    march.open(3)
    assert count() == few <= 22
