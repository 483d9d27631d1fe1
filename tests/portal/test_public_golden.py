"""The golden figures of domain.md 10 as everybody reads them: on the pages, in the tables' files and in the open data."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests import golden
from tests.golden import BRIDGE, ROAD
from tests.portal.world import Agency, World

MONTH, UNIT = "/p/2026/2026-01/", "/p/2026/2026-01/1.03/"
DEVIATIONS = (*golden.DEVIATIONS, golden.ROUNDED)


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> None:
    settings.OPEN_DATA = tmp_path


def page(client: Client, path: str) -> str:
    return client.get(path, headers={"accept-language": "en"}).content.decode()


def rows(client: Client, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def tables(client: Client, path: str) -> list[list[dict[str, str]]]:
    """The table of a page as CSV and as JSON: they say the same."""
    told = json.loads(client.get(f"{path}?format=json").content)
    as_text = [{name: "" if value is None else str(value) for name, value in row.items()} for row in told]
    plain = rows(client, f"{path}?format=csv")
    truth = {"True": "yes", "False": "no"}
    assert [{name: truth.get(value, value) for name, value in row.items()} for row in as_text] == plain
    return [plain]


def test_weights_and_progress(world: World, works: Agency, client: Client) -> None:
    """T-1."""
    golden.three_ceilings(world, works)
    (told,) = tables(client, UNIT)
    assert [(row["weight"], row["weighted_physical"]) for row in told] == [
        ("50.0000", "20.0000"), ("12.5000", "12.5000"), ("37.5000", "3.7500"),
    ]  # fmt: skip
    assert all(text in page(client, UNIT) for text in ("36.25 %", "37.50 %", "20.00"))
    assert "36.25" in page(client, MONTH) and tables(client, MONTH)[0][0]["physical"] == "36.2500"
    assert [row["physical_to_date"] for row in rows(client, "/data/2026/realization.csv")] == [
        "40.0000",
        "100.0000",
        "10.0000",
    ]


def test_a_cut_ceiling_as_published_and_restated(world: World, works: Agency, client: Client) -> None:
    """T-2."""
    item = world.item(works, ROAD, Decimal(1000))
    world.open(8)
    world.done(works, item, 8, Decimal(600))
    world.ceiling(item, Decimal(800), version=world.version(works.unit, "perubahan", 9))
    world.open(9)
    world.done(works, item, 9, Decimal(50))
    (months,) = tables(client, f"/p/2026/1.03/{ROAD}/")
    assert [(row["absorption"], row["absorption_on_present_ceiling"]) for row in months] == [
        ("60.0000", "75.0000"), ("81.2500", "81.2500"),
    ]  # fmt: skip
    assert months[1]["remaining"] == "150.00"
    told = page(client, f"/p/2026/1.03/{ROAD}/")
    assert all(text in told for text in ("60.00", "restated</", "75.00", "81.25")) or "restated" in told
    data = rows(client, "/data/2026/realization.csv")
    assert [(row["absorption"], row["ceiling"]) for row in data] == [
        ("60.0000", "1000.00"),
        ("81.2500", "800.00"),
    ]
    assert "60.00 %" in page(client, "/p/2026/2026-08/") and "81.25 %" in page(client, "/p/2026/2026-09/")


def test_deviations_their_colours_and_their_words(world: World, works: Agency, client: Client) -> None:
    """T-3 to T-6 and T-15, one sub-activity each."""
    made = [
        world.item(works, f"1.03.10.2.01.{n:04}", Decimal(333), plan={1: (None, Decimal(plan))})
        for n, (plan, *_rest) in enumerate(DEVIATIONS)
    ]
    world.open(1)
    world.publish(
        works,
        *(
            world.enter(item, 1, Decimal(0), increment=Decimal(actual))
            for item, (_plan, actual, *_rest) in zip(made, DEVIATIONS, strict=True)
        ),
    )
    (told,) = tables(client, UNIT)
    for row, (_plan, _actual, points, colour, word) in zip(told, DEVIATIONS, strict=True):
        assert row["deviation_physical_colour"] == colour
        assert abs(Decimal(row["deviation_physical"]) - Decimal(points)) < Decimal("0.01")
        item = page(client, f"/p/2026/1.03/{row['sub_activity_code']}/")
        shown = f"+{points}" if colour == "AHEAD" else points
        assert shown in item and word in item, (points, word)


def test_every_total_says_what_it_covers(world: World, works: Agency, client: Client) -> None:
    """T-8 and T-6: 65.00 % of what reported, 88.00 % of the ceiling, 57.20 % of all."""
    golden.one_of_two_agencies(world, works)
    assert (
        "65.00 % of the ceiling that reported (88.00 % of the ceiling) · 57.20 % of the total ceiling"
        in page(client, MONTH)
    )
    total = tables(client, MONTH)[0][-1]
    assert (total["absorption_of_reported"], total["coverage"], total["absorption_of_total"]) == (
        "65.0000",
        "88.0000",
        "57.2000",
    )
    assert "Incomplete" in page(client, MONTH)


def test_without_a_ceiling_nothing_is_known(world: World, works: Agency, client: Client) -> None:
    """T-10."""
    cut, other = world.item(works, ROAD, Decimal(100)), world.item(works, BRIDGE, Decimal(200))
    world.open(1)
    world.publish(
        works,
        world.enter(cut, 1, Decimal(0), increment=Decimal(90)),
        world.enter(other, 1, Decimal(50), increment=Decimal(20)),
    )
    version = world.version(works.unit, "pergeseran", 2)
    world.ceiling(cut, Decimal(0), version=version)
    world.ceiling(other, Decimal(200), version=version)
    world.open(2)
    world.publish(
        works,
        world.enter(cut, 2, Decimal(0), increment=Decimal(1)),
        world.enter(other, 2, Decimal(0), increment=Decimal(0)),
    )
    (told,) = tables(client, "/p/2026/2026-02/1.03/")
    assert [(row["absorption"], row["weight"]) for row in told] == [("", ""), ("25.0000", "100.0000")]
    assert [
        row["absorption"] for row in rows(client, "/data/2026/realization.csv") if row["month"] == "2"
    ] == ["", "25.0000"]
