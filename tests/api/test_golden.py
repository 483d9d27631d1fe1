"""The golden figures of domain.md 10 through the public API: the same to the last digit as on the pages."""

from decimal import Decimal
from typing import Any

import pytest

from submissions.formulas import half_up
from tests import golden
from tests.api.conftest import Program
from tests.portal.conftest import works, world
from tests.portal.world import Agency, World

__all__ = ["works", "world"]  # the fixtures that live beside that story


def told(path: str) -> Any:
    response = Program().get(f"/public{path}")
    assert response.status_code == 200, response.content
    return response.json()


def government(month: str) -> dict[str, Any]:
    return told(f"/2026/{month}/totals")["figures"]


def items(agency: Agency, month: str) -> list[dict[str, Any]]:
    return told(f"/2026/{month}/items?unit={agency.unit.code}")["items"]


def shown(value: str | None) -> str:
    assert value is not None
    return f"{half_up(Decimal(value)):f}"


def test_progress_is_weighted_by_ceiling_and_never_averaged(world: World, works: Agency) -> None:
    """T-1."""
    golden.three_ceilings(world, works)
    rows = items(works, "2026-01")
    assert [shown(row["weight"]) for row in rows] == list(golden.WEIGHTS)
    assert [shown(row["weighted_physical"]) for row in rows] == list(golden.WEIGHTED)
    assert government("2026-01")["physical"] == "36.2500"


def test_a_cut_ceiling_leaves_what_was_published_and_restates_beside_it(world: World, works: Agency) -> None:
    """T-2."""
    item = world.item(works, "1.03.10.2.01.0051", Decimal(1000))
    world.open(8)
    world.done(works, item, 8, Decimal(600))
    assert shown(government("2026-08")["absorption"]) == "60.00"
    world.ceiling(item, Decimal(800), version=world.version(works.unit, "perubahan", 9))
    world.open(9)
    world.done(works, item, 9, Decimal(50))
    august, september = told(f"/2026/units/{works.unit.code}/items/1.03.10.2.01.0051")["months"]
    assert shown(august["absorption"]) == "60.00"
    assert shown(august["absorption_restated"]) == "75.00"
    assert shown(september["absorption"]) == "81.25"
    assert september["remaining"] == "150.00"
    assert shown(government("2026-08")["absorption"]) == "60.00"
    assert shown(government("2026-09")["absorption"]) == "81.25"


@pytest.mark.parametrize(("plan", "actual", "points", "tag"), [row[:4] for row in golden.DEVIATIONS])
def test_the_deviation_is_signed_and_its_colour_exact(
    world: World, works: Agency, plan: str, actual: str, points: str, tag: str
) -> None:
    item = world.item(works, "1.03.10.2.01.0051", Decimal(333), plan={1: (None, Decimal(plan))})
    world.open(1)
    world.done(works, item, 1, Decimal(0), increment=Decimal(actual))
    (row,), total = items(works, "2026-01"), government("2026-01")
    (published,) = told(f"/2026/units/{works.unit.code}/items/1.03.10.2.01.0051")["months"]
    for one in (row, total, published):
        assert Decimal(one["deviation_physical"]) == Decimal(points)
        assert one["deviation_physical_colour"] == tag


def test_figures_round_half_away_from_zero(world: World, works: Agency) -> None:
    """T-6."""
    item = world.item(works, "1.03.10.2.01.0051", Decimal(100_000), plan={1: (None, Decimal("13.67"))})
    world.open(1)
    world.done(works, item, 1, Decimal(12_345), increment=Decimal("12.345"))
    total = government("2026-01")
    assert (total["absorption"], total["physical"], total["deviation_physical"]) == (
        "12.3450",
        "12.3450",
        "-1.3250",
    )
    assert [shown(total[name]) for name in ("absorption", "physical", "deviation_physical")] == [
        "12.35",
        "12.35",
        "-1.33",
    ]


def test_every_total_says_how_much_of_the_ceiling_it_covers(world: World, works: Agency) -> None:
    """T-8."""
    golden.one_of_two_agencies(world, works)
    total = government("2026-01")
    assert [shown(total[name]) for name in ("absorption", "coverage", "absorption_of_total")] == [
        "65.00",
        "88.00",
        "57.20",
    ]
    assert (
        not total["complete"]
        and total["as_of"].endswith("Z")
        and "sum(realized)" in told("/2026/2026-01/totals")["formula"]
    )


def test_without_a_ceiling_nothing_is_known_and_nothing_is_weighed(world: World, works: Agency) -> None:
    """T-10: a ceiling cut to 0 after something was spent; the other sub-activity carries the whole weight."""
    golden.ceiling_cut_to_nothing(world, works)
    empty, full = items(works, "2026-02")
    assert empty["absorption"] is None and empty["weight"] is None
    assert full["weight"] == "100.0000"
    assert government("2026-02")["physical"] == "25.0000"
    assert shown(government("2026-02")["absorption"]) == "50.00"
