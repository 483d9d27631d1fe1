"""The golden figures of domain.md 10, entered through the one door and read back from the pages' selectors."""

from decimal import Decimal

import pytest

from portal import selectors
from portal.figures import Item, Total
from portal.selectors import Month, View
from submissions.formulas import colour, half_up
from tests import golden
from tests.portal.world import Agency, World


def month_of(world: World, number: int) -> Month:
    return next(month for month in selectors.months(world.year) if month.number == number)


def government(world: World, number: int) -> Total:
    return selectors.units(View(month_of(world, number)))[0]


def year(world: World) -> dict[int, Total]:
    """The year's totals, from the sums that were kept when the figures were published."""
    return selectors.year_months(world.year)


def items(world: World, agency: Agency, number: int) -> list[Item]:
    return selectors.items(View(month_of(world, number), unit=agency.unit))


def shown(value: Decimal | None) -> str:
    assert value is not None
    return f"{half_up(value):f}"


def test_progress_is_weighted_by_ceiling_and_never_averaged(world: World, works: Agency) -> None:
    """T-1."""
    golden.three_ceilings(world, works)
    rows = items(world, works, 1)
    assert [shown(row.weight) for row in rows] == list(golden.WEIGHTS)
    assert [shown(row.weighted) for row in rows] == list(golden.WEIGHTED)
    assert government(world, 1).physical == Decimal("36.25")
    assert year(world)[1].physical == year(world)[1].physical_of_total == Decimal("36.25")


def test_a_cut_ceiling_leaves_what_was_published_and_restates_beside_it(world: World, works: Agency) -> None:
    """T-2."""
    item = world.item(works, "1.03.10.2.01.0051", Decimal(1000))
    world.open(8)
    world.done(works, item, 8, Decimal(600))
    assert shown(government(world, 8).absorption) == "60.00"
    world.ceiling(item, Decimal(800), version=world.version(works.unit, "perubahan", 9))
    world.open(9)
    world.done(works, item, 9, Decimal(50))
    august, september = selectors.item_year(item)
    assert shown(august.absorption) == "60.00"
    assert shown(august.restated) == "75.00"
    assert shown(september.absorption) == "81.25"
    assert september.remaining == Decimal(150)
    assert shown(government(world, 8).absorption) == "60.00"
    assert shown(government(world, 9).absorption) == "81.25"
    months = year(world)
    assert shown(months[8].absorption) == "60.00"
    assert shown(months[8].restated(months[9])) == "75.00"
    assert shown(months[9].absorption) == shown(months[9].restated(months[9])) == "81.25"
    assert months[9].realised == months[9].in_force_ceiling - Decimal(150)


@pytest.mark.parametrize(("plan", "actual", "points", "tag"), [row[:4] for row in golden.DEVIATIONS])
def test_the_deviation_is_signed_and_its_colour_exact(
    world: World, works: Agency, plan: str, actual: str, points: str, tag: str
) -> None:
    item = world.item(works, "1.03.10.2.01.0051", Decimal(333), plan={1: (None, Decimal(plan))})
    world.open(1)
    world.done(works, item, 1, Decimal(0), increment=Decimal(actual))
    (row,), total = items(world, works, 1), government(world, 1)
    (published,) = selectors.item_year(item)
    kept, (agency,) = year(world)[1], selectors.unit_year(world.year)[1]
    told = (row, total, published, kept, agency.total)
    for deviation in (one.deviation_physical for one in told):
        assert deviation == Decimal(points)
        assert colour(deviation) == tag


def test_figures_round_half_away_from_zero(world: World, works: Agency) -> None:
    """T-6, through a page's figures: 12.345 and a deviation of -1.325."""
    item = world.item(works, "1.03.10.2.01.0051", Decimal(100_000), plan={1: (None, Decimal("13.67"))})
    world.open(1)
    world.done(works, item, 1, Decimal(12_345), increment=Decimal("12.345"))
    total = government(world, 1)
    assert shown(total.absorption) == "12.35"
    assert shown(total.physical) == "12.35"
    assert shown(total.deviation_physical) == "-1.33"


def test_every_total_says_how_much_of_the_ceiling_it_covers(world: World, works: Agency) -> None:
    """T-8."""
    golden.one_of_two_agencies(world, works)
    total, rows = selectors.units(View(month_of(world, 1)))
    assert shown(total.coverage.of_reported) == "65.00"
    assert shown(total.coverage.covered) == "88.00"
    assert shown(total.coverage.of_total) == "57.20"
    assert not total.complete
    assert [row.total.complete for row in rows] == [True, False]
    assert rows[1].total.absorption is None
    kept, agencies = year(world)[1], selectors.unit_year(world.year)[1]
    assert (kept, [one.total for one in agencies]) == (total, [row.total for row in rows])


def test_without_a_ceiling_nothing_is_known_and_nothing_is_weighed(world: World, works: Agency) -> None:
    """T-10: a ceiling cut to 0 after something was spent; the other sub-activity carries the whole weight."""
    golden.ceiling_cut_to_nothing(world, works)
    empty, full = items(world, works, 2)
    assert empty.absorption is None
    assert empty.weight is None
    assert full.weight == Decimal(100)
    assert government(world, 2).physical == Decimal(25)
    assert shown(government(world, 2).absorption) == "50.00"
    february = year(world)[2]
    assert (february.physical, shown(february.absorption)) == (Decimal(25), "50.00")
    assert (february.in_force_ceiling, february.required) == (Decimal(200), 2)


def test_output_units_become_points_of_the_target(world: World, works: Agency) -> None:
    item = world.item(
        works, "1.03.10.2.01.0053", Decimal(100), physical_mode="VOLUME", output_target=Decimal(3),
        plan={1: (Decimal(10), Decimal(1)), 2: (Decimal(20), Decimal(2))},
    )  # fmt: skip
    world.open(1)
    world.done(works, item, 1, Decimal(10), volume=Decimal(1))
    world.open(2)
    world.done(works, item, 2, Decimal(20), volume=Decimal(2), status="SELESAI")
    january, february = selectors.item_year(item)
    assert shown(january.physical) == "33.33"
    assert january.deviation_physical == 0
    assert february.physical == Decimal(100)
    assert february.planned_physical == Decimal(100)
    assert february.planned_money == Decimal(30)


def test_a_missing_plan_is_unknown_and_not_zero(world: World, works: Agency) -> None:
    planned = world.item(works, "1.03.10.2.01.0051", Decimal(100), plan={1: (Decimal(10), Decimal(50))})
    free = world.item(works, "1.03.10.2.01.0053", Decimal(300))
    world.open(1)
    world.publish(
        works,
        world.enter(planned, 1, Decimal(10), increment=Decimal(40)),
        world.enter(free, 1, Decimal(0), increment=Decimal(80)),
    )
    first, second = items(world, works, 1)
    assert second.planned_physical is None
    assert second.deviation_money is None
    total = government(world, 1)
    assert total.physical == Decimal(70)
    assert total.planned_physical == Decimal(50)
    assert total.deviation_physical == first.deviation_physical == Decimal(-10)
    assert total.plan_covered == Decimal(25)
    assert total.plan_partial


def test_the_same_code_at_twelve_health_centres_is_twelve_items(world: World) -> None:
    """T-20."""
    health = world.agency("1.02", "Dinas Kesehatan")
    centres = [world.unit(health.unit, "HEALTH_CENTRE", f"1.02.{n:02}", f"Puskesmas {n}") for n in range(12)]
    made = [world.item(health, "1.02.05.2.03.0001", Decimal(10), unit=centre) for centre in centres]
    world.open(1)
    world.publish(health, *[world.enter(item, 1, Decimal(5)) for item in made])
    total, rows = selectors.units(View(month_of(world, 1), unit=health.unit))
    assert total.reported == 12
    assert [row.unit_code for row in rows] == [centre.code for centre in centres]
    assert {shown(row.total.absorption) for row in rows} == {"50.00"}
