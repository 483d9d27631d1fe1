"""The board of problems: what is open, since when, who can solve it, and who may read it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from portal.dashboards import problems
from portal.dashboards.leading_scope import scope_parameters, sight_for
from portal.selectors import Month, View
from registry.models import User
from submissions.models import Report
from submissions.problem_owners import LEVELS, OWNERS, owner_of
from tests.portal.leading_world import ASKS, asking, page, regent, rows
from tests.portal.world import Agency, World

BOARD = "/overview/problems/"


@pytest.fixture
def leader(world: World) -> User:
    return regent(world)


@pytest.fixture
def april(world: World, works: Agency) -> World:
    """Land stands in the way of one road since February; a second has had weather once, and is free of it again."""
    road, bridge = (world.item(works, f"1.03.0{n}", Decimal(ceiling)) for n, ceiling in enumerate((400, 100)))
    for month in (1, 2, 3):
        world.open(month)
        free = {"problems": [], "needs_leadership": False}
        asking(world, works, road, month, **(free if month == 1 else {}))
        weather = {**ASKS, "problems": ["WEATHER_FORCE_MAJEURE"], "needs_leadership": False}
        world.done(works, bridge, month, 10, **(weather if month == 2 else free))
    world.clock(datetime(2026, 4, 25, 1, tzinfo=UTC))
    return world


def test_each_category_has_somebody_who_can_solve_it() -> None:
    assert set(OWNERS) == set(Report.Problem.values)
    assert {owner_of(category) for category in OWNERS} == set(LEVELS)


def test_only_what_the_newest_report_names_is_open_and_its_age_counts_from_the_first_month(
    april: World, leader: User, client: Client
) -> None:
    (one,) = rows(client, leader, BOARD)
    assert (one["sub_activity_code"], one["category"], one["owner_level"]) == ("1.03.00", "LAND", "sekda")
    assert (one["since"], one["age_days"]) == ("2026-02-01", str((date(2026, 4, 25) - date(2026, 2, 1)).days))
    assert (one["ceiling"], one["due"], one["overdue"], one["needs_leadership"]) == (
        "400.00",
        "2026-04-20",
        "yes",
        "yes",
    )
    assert one["problem"] == ASKS["problem_text"]
    shown = page(client, leader, BOARD)
    assert "/overview/item/2026/1.03/1.03.00/" in shown
    assert "Camat Muara Tujuh" in shown


def test_a_month_without_the_problem_begins_its_age_anew(
    april: World, works: Agency, leader: User, client: Client
) -> None:
    bridge = Report.objects.get(item__sub_activity_code="1.03.01", period__month=3).item
    april.open(4)
    weather = {**ASKS, "problems": ["WEATHER_FORCE_MAJEURE"], "needs_leadership": False}
    april.done(works, bridge, 4, 10, **weather)
    found = {one["category"]: one["since"] for one in rows(client, leader, BOARD)}
    assert found["WEATHER_FORCE_MAJEURE"] == "2026-04-01"


def test_a_sub_activity_with_two_problems_counts_once_in_the_sum(
    april: World, works: Agency, leader: User
) -> None:
    road = Report.objects.get(item__sub_activity_code="1.03.00", period__month=3).item
    april.open(4)
    asking(april, works, road, 4, problems=["LAND", "HR"])
    parameters = scope_parameters(april.year.pk, sight_for(leader)) | problems.Asked().parameters()
    parameters |= {"states": ["published"], "today": date(2026, 5, 3)}
    whole, kinds = problems.kinds(parameters, date(2026, 5, 3))
    assert {(one.category, one.number, one.ceiling) for one in kinds} == {
        ("LAND", 1, Decimal(400)),
        ("HR", 1, Decimal(400)),
    }
    assert (whole.number, whole.ceiling) == (2, Decimal(400))


NARROWED = {
    "?category=LAND": 1, "?category=CASH": 0, "?owner=sekda": 1, "?owner=agency": 0, "?agency=1.03": 1, "?agency=9.99": 0,
    "?overdue=yes": 1, "?leader=yes": 1, "?sort=ceiling": 1, "?sort=nonsense": 1, "?category=%00": 1, "?agency=%00": 1,
}  # fmt: skip


def test_the_board_can_be_narrowed_and_ordered(april: World, leader: User, client: Client) -> None:
    for query, number in NARROWED.items():
        assert len(rows(client, leader, f"{BOARD}{query}")) == number, query
    page(client, leader, f"{BOARD}?category=CASH&sort=due")


def test_what_is_not_signed_is_shown_on_request_and_tagged(
    april: World, works: Agency, leader: User, client: Client
) -> None:
    april.open(4)
    bridge = Report.objects.get(item__sub_activity_code="1.03.01", period__month=3).item
    april.submit(works, april.enter(bridge, 4, 10, **{**ASKS, "problems": ["HR"]}))
    assert [one["category"] for one in rows(client, leader, BOARD)] == ["LAND"]
    assert {one["category"] for one in rows(client, leader, f"{BOARD}?all=1")} == {"LAND", "HR"}
    assert "Not final" in page(client, leader, f"{BOARD}?all=1")
    assert "Not final" not in page(client, leader, BOARD)


def test_heads_read_the_problems_of_their_own_agency_only(
    april: World, works: Agency, client: Client
) -> None:
    other = april.agency("1.05", "Satpol PP")
    assert len(rows(client, works.people["agency_head"], BOARD)) == 1
    assert rows(client, other.people["agency_head"], BOARD) == []
    assert "lahan" not in page(client, other.people["agency_head"], BOARD)


def test_officers_strangers_and_the_public_find_no_board(april: World, works: Agency, client: Client) -> None:
    for person in (works.people["officer"], april.person("stranger")):
        client.force_login(person)
        assert client.get(BOARD).status_code == 404
    client.logout()
    assert client.get(BOARD).status_code == 302
    assert str(ASKS["problem_text"]) not in client.get("/p/2026/1.03/1.03.00/").content.decode()


def test_the_same_rows_come_as_a_workbook(april: World, leader: User, client: Client) -> None:
    client.force_login(leader)
    response = client.get(f"{BOARD}?format=xlsx")
    content = b"".join(response.streaming_content) if response.streaming else response.content
    from_sheet = load_workbook(BytesIO(content)).active
    assert [cell.value for cell in next(from_sheet.iter_rows(min_row=2))][4] == "1.03.00"


def test_the_card_counts_what_is_open(april: World, leader: User) -> None:
    month = Month(april.year, 3, date(2026, 3, 1), 1)
    (card,) = problems.cards(View(month, sight=sight_for(leader)))
    assert (card.value, card.hue) == ("1", "red")


def test_the_board_costs_the_same_for_any_number_of_problems(
    april: World, works: Agency, leader: User, client: Client, statements: Callable[[], Any]
) -> None:
    def counts() -> list[int]:
        found = []
        for query in ("", "?all=1", "?format=csv"):
            with statements() as seen:
                assert client.get(f"{BOARD}{query}").status_code == 200
            found.append(len(seen))
        return found

    client.force_login(leader)
    counts()
    few = counts()
    more = [april.item(works, f"2.{n:02}", Decimal(50)) for n in range(12)]
    april.open(4)
    april.publish(works, *[april.enter(one, 4, 1, **ASKS) for one in more])
    assert counts() == few
    assert max(few) <= 22
