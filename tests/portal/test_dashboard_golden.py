"""The golden figures of domain.md 10 on the overview, in its files and on paper: the same everywhere."""

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from portal import selectors
from portal.dashboards import printing
from portal.dashboards.asked import Asked
from portal.dashboards.reading import numbers
from portal.selectors import sight_of
from registry.grants import SEE, give
from registry.models import BudgetItem, User
from tests import golden
from tests.portal.world import Agency, World
from wording import ways

Rows = Callable[[str], list[dict[str, str]]]


@pytest.fixture
def leader(world: World) -> User:
    person = world.person("leader")
    give(SEE, person, world.root)
    return person


@pytest.fixture
def shown(client: Client, leader: User) -> Callable[[str], str]:
    """The overview as the leader reads it."""

    def read(query: str = "") -> str:
        client.force_login(leader)
        response = client.get(f"/overview/{query}", headers={"accept-language": "en"})
        assert response.status_code == 200
        return response.content.decode()

    return read


@pytest.fixture
def rows(shown: Callable[[str], str]) -> Rows:
    return lambda query: list(csv.DictReader(io.StringIO(shown(f"{query}&format=csv"), newline="")))


def on_paper(world: World, leader: User, number: int, **asked: Any) -> str:
    """Every word of the print, before typst sets it."""
    opened = selectors.months(world.year)
    month = next(one for one in opened if one.number == number)
    question = Asked(month, opened, **asked)
    sight = sight_of(leader)
    with ways.of(world.government):
        document = printing.document(question, numbers(question, sight), sight, world.government)
    return json.dumps(document, ensure_ascii=False)


def test_weights_and_weighted_progress(
    world: World, works: Agency, leader: User, shown: Any, rows: Rows
) -> None:
    """T-1."""
    golden.three_ceilings(world, works)
    assert [(row["weight"], row["weighted_physical"]) for row in rows("?unit=1.03&table=items")] == [
        ("50.0000", "20.0000"), ("12.5000", "12.5000"), ("37.5000", "3.7500"),
    ]  # fmt: skip
    page = shown("?unit=1.03")
    for figure in (
        "36.25 %",
        "weight 50.00 %",
        "weight 12.50 %",
        "weight 37.50 %",
        ">20.00<",
        ">12.50<",
        ">3.75<",
    ):
        assert figure in page
    assert "50.00 %</a>" not in page  # the simple mean
    assert '"36.25 %"' in on_paper(world, leader, 1)
    for figure in ("20.00", "12.50", "3.75"):
        assert f'"{figure}"' in on_paper(world, leader, 1, unit=works.unit)


def test_a_cut_ceiling_is_restated_beside_what_was_published(
    world: World, works: Agency, leader: User, shown: Any, rows: Rows
) -> None:
    """T-2."""
    item = world.item(works, "1.03.01", Decimal(1000))
    world.open(8)
    world.done(works, item, 8, Decimal(600))
    assert "absorption 60.00 %" in shown("?month=2026-08")
    world.ceiling(item, Decimal(800), version=world.version(works.unit, "perubahan", 9))
    world.open(9)
    world.done(works, item, 9, Decimal(50))
    assert "absorption 60.00 %" in shown("?month=2026-08")
    restated = shown("?month=2026-08&basis=restated")
    assert "absorption 75.00 %" in restated
    assert "as published <bdi>60.00 %</bdi> · restated <b><bdi>75.00 %</bdi></b>" in restated
    assert "absorption 81.25 %" in shown("?month=2026-09")
    year = {row["month"]: row["absorption_actual"] for row in rows("?basis=restated&table=curve")}
    assert (year["Aug"], year["Sep"]) == ("75.0000", "81.2500")
    year = {row["month"]: row["absorption_actual"] for row in rows("?table=curve")}
    assert (year["Aug"], year["Sep"]) == ("60.0000", "81.2500")
    (ranked,) = rows("?month=2026-08&basis=restated&table=ranking")
    assert ranked["absorption"] == "75.0000"
    assert [row["value"] for row in rows("?by=money&table=heat&basis=restated")] == ["75.0000", "81.2500"]
    assert "absorption 75.00 %, as published 60.00 %" in on_paper(world, leader, 8, restated=True)


def test_work_is_weighed_by_the_ceilings_in_force_where_it_is_restated(
    world: World, works: Agency, leader: User, shown: Any, rows: Rows
) -> None:
    """W-3 and T-2: 80 and 20 points of 100 and 300 are now 80 and 20 points of 300 and 100; what was dropped has no weight."""
    other = world.agency("1.05", "Satpol PP")
    items = [world.item(works, f"1.03.0{n}", Decimal(ceiling)) for n, ceiling in enumerate((100, 300, 400))]
    foreign = world.item(other, "1.05.00", Decimal(400))
    world.open(8)
    for agency, item, points in zip(
        (works, works, works, other), (*items, foreign), (80, 20, 50, 10), strict=True
    ):
        world.done(agency, item, 8, 10, increment=Decimal(points))
    version = world.version(works.unit, "perubahan", 9)
    for item, ceiling, active in zip(items, (300, 100, 400), (True, True, False), strict=True):
        world.ceiling(item, Decimal(ceiling), version=version, active=active)
    world.open(9)
    told = "as published <bdi>{} %</bdi> · restated <b><bdi>{} %</bdi></b>"
    for place, published, now in (
        (
            "",
            "31.67",
            "37.50",
        ),  # (8 000 + 6 000 + 20 000 + 4 000) / 1 200, and (24 000 + 2 000 + 4 000) / 800
        ("&unit=1.03", "42.50", "65.00"),
        (f"&unit=1.03&post={works.posts['section_head'].pk}", "42.50", "65.00"),
        ("&unit=1.05", "10.00", "10.00"),
    ):
        assert told.format(published, now) in shown(f"?month=2026-08&basis=restated{place}"), place
    year = {row["month"]: row["physical_actual"] for row in rows("?basis=restated&table=curve")}
    assert (year["Aug"], year["Sep"]) == ("37.5000", "")
    heat = {
        row["unit_code"]: row["value"]
        for row in rows("?table=heat&basis=restated")
        if row["month"] == "2026-08"
    }
    assert heat == {"1.03": "65.0000", "1.05": "10.0000"}
    heat = {row["unit_code"]: row["value"] for row in rows("?table=heat") if row["month"] == "2026-08"}
    assert heat == {"1.03": "42.5000", "1.05": "10.0000"}
    assert told.format("31.67", "37.50") in shown("?month=2026-08&basis=restated&all=1")


def test_a_section_is_restated_on_its_own_ceiling(
    world: World, works: Agency, client: Client, leader: User, shown: Any
) -> None:
    """T-2, of what one office verifies: the other nine tenths of its agency are no ceiling of it."""
    item = world.item(works, "1.03.01", Decimal(1000))
    other = world.item(works, "1.03.02", Decimal(9000))
    BudgetItem.objects.filter(pk=other.pk).update(verifier_post=None)
    world.open(8)
    world.done(works, item, 8, Decimal(600))
    version = world.version(works.unit, "perubahan", 9)
    world.ceiling(item, Decimal(800), version=version)
    world.ceiling(other, Decimal(9000), version=version)
    world.open(9)
    section = f"?month=2026-08&unit=1.03&post={works.posts['section_head'].pk}&basis=restated"
    assert "as published <bdi>60.00 %</bdi> · restated <b><bdi>75.00 %</bdi></b>" in shown(section)
    assert "absorption 75.00 %, as published 60.00 %" in on_paper(
        world, leader, 8, restated=True, unit=works.unit, post=works.posts["section_head"].pk
    )
    # It has no curve and no place of its own, and does not pass its agency's off as such.
    for table in ("curve", "heat", "ranking"):
        assert client.get(f"/overview/{section}&format=csv&table={table}").status_code == 404


@pytest.mark.parametrize(("plan", "actual", "points", "colour", "word"), [*golden.DEVIATIONS, golden.ROUNDED])
def test_a_deviation_has_its_sign_its_colour_and_its_word(
    world: World,
    works: Agency,
    leader: User,
    shown: Any,
    rows: Rows,
    plan: str,
    actual: str,
    points: str,
    colour: str,
    word: str,
) -> None:
    item = world.item(works, "1.03.01", Decimal(333), plan={1: (None, Decimal(plan))})
    world.open(1)
    world.done(works, item, 1, Decimal(0), increment=Decimal(actual))
    (cell,) = rows("?table=heat")
    assert (Decimal(cell["deviation"]), cell["colour"]) == (Decimal(actual) - Decimal(plan), colour)
    page = shown("")
    signed = f"+{points}" if colour == "AHEAD" else points
    assert f'<bdi dir="ltr">{signed}</bdi>' in page
    assert f'<span class="sr">, {word}</span>' in page
    paper = on_paper(world, leader, 1)
    assert f"deviation {points}, {word}" in paper
    if actual == "12.345":
        assert "12.35 %" in page
        assert "12.35 %" in paper


def test_every_figure_says_how_much_of_the_ceiling_it_covers(
    world: World, works: Agency, leader: User, shown: Any, rows: Rows
) -> None:
    """T-8; who has not reported everything stands below the line (W-9)."""
    golden.one_of_two_agencies(world, works)
    page = shown("")
    assert (
        "65.00 % of the ceiling that reported (88.00 % of the ceiling) · 57.20 % of the total ceiling" in page
    )
    assert "January 2026: 1 of 2 agencies signed; absorption 57.20 %" in page
    assert "Incomplete" in page
    assert {row["unit_code"]: row["place"] for row in rows("?table=ranking")} == {"1.03": "1", "1.05": ""}
    paper = on_paper(world, leader, 1)
    assert (
        "65.00 % of the ceiling that reported (88.00 % of the ceiling) · 57.20 % of the total ceiling"
        in paper
    )


def test_without_a_ceiling_nothing_is_known(world: World, works: Agency, shown: Any, rows: Rows) -> None:
    """T-10."""
    golden.ceiling_cut_to_nothing(world, works)
    empty, full = rows("?month=2026-02&unit=1.03&table=items")
    assert (empty["absorption"], empty["weight"]) == ("", "")
    assert (full["absorption"], full["weight"]) == ("50.0000", "100.0000")
    assert "25.00 %" in shown("?month=2026-02")


def test_a_month_that_most_have_not_reported_does_not_pull_the_curve_down(
    world: World, works: Agency, leader: User, rows: Rows
) -> None:
    """W-6: on the whole ceiling; W-8: the forecast goes on from there."""
    second = world.agency("1.05", "Satpol PP")
    road, guard = world.item(works, "1.03.01", Decimal(900)), world.item(second, "1.05.01", Decimal(100))
    world.open(1)
    world.done(works, road, 1, Decimal(90), increment=Decimal(10))
    world.done(second, guard, 1, Decimal(10), increment=Decimal(10))
    world.open(2)
    world.done(second, guard, 2, Decimal(10), increment=Decimal(10))
    january, february, march = rows("?table=curve")[:3]
    assert (january["physical_actual"], february["physical_actual"]) == ("10.0000", "11.0000")
    assert (january["absorption_actual"], february["absorption_actual"]) == ("10.0000", "11.0000")
    assert (january["complete"], february["complete"]) == ("yes", "no")
    assert march["physical_forecast"] == "16.5000"  # 11 and the mean of 10 and 1
