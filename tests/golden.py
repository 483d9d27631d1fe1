"""The golden table of domain.md 10, copied exactly: what is entered, and the figures that pages, files and answers must show."""

from decimal import Decimal

from submissions.formulas import AHEAD, GREEN, RED, YELLOW
from tests.portal.world import Agency, World, money

ROAD, BRIDGE, CANAL = "1.03.10.2.01.0051", "1.03.10.2.01.0053", "1.03.10.2.01.0055"

# T-1: ceiling and points of each; weights and weighted progress, of which 36.25 is the sum.
WEIGHED = {ROAD: ("1,000,000,000", 40), BRIDGE: ("250,000,000", 100), CANAL: ("750,000,000", 10)}
WEIGHTS, WEIGHTED = ("50.00", "12.50", "37.50"), ("20.00", "12.50", "3.75")

# Plan, actual, deviation in points, its colour and the word beside it.
DEVIATIONS = (
    ("69.21", "67.89", "-1.32", GREEN, "on plan"),  # T-3
    ("72.00", "66.50", "-5.50", YELLOW, "behind plan"),  # T-4
    ("68.00", "59.00", "-9.00", YELLOW, "behind plan"),  # T-5
    ("50", "45", "-5.00", GREEN, "on plan"),  # T-15
    ("50", "40", "-10.00", YELLOW, "behind plan"),
    ("50", "39.99", "-10.01", RED, "far behind plan"),
    ("50", "50", "0.00", GREEN, "on plan"),
    ("50", "50.01", "0.01", AHEAD, "ahead of plan"),
)
ROUNDED = ("13.67", "12.345", "-1.33", GREEN, "on plan")  # T-6: 12.345 is 12.35, and -1.325 is -1.33


def three_ceilings(world: World, agency: Agency) -> None:
    """T-1 in January."""
    made = [world.item(agency, code, money(ceiling)) for code, (ceiling, _points) in WEIGHED.items()]
    world.open(1)
    entered = [
        world.enter(
            item,
            1,
            Decimal(0),
            increment=Decimal(points),
            status="SELESAI" if points == 100 else "PELAKSANAAN",
        )
        for item, (_ceiling, points) in zip(made, WEIGHED.values(), strict=True)
    ]
    world.publish(agency, *entered)


def one_of_two_agencies(world: World, agency: Agency) -> None:
    """T-8 in January: 572 of a ceiling of 880; the other agency, with 120, is silent."""
    silent = world.agency("1.05", "Satpol PP")
    reported = world.item(agency, ROAD, Decimal(880))
    world.item(silent, "1.05.02.2.01.0025", Decimal(120))
    world.open(1)
    world.done(agency, reported, 1, Decimal(572))


def ceiling_cut_to_nothing(world: World, agency: Agency) -> None:
    """T-10 in February: a ceiling cut to 0 after something was done; the other sub-activity carries the whole weight."""
    cut, other = world.item(agency, ROAD, Decimal(100)), world.item(agency, BRIDGE, Decimal(200))
    world.open(1)
    world.publish(
        agency,
        world.enter(cut, 1, Decimal(0), increment=Decimal(90)),
        world.enter(other, 1, Decimal(50), increment=Decimal(20)),
    )
    version = world.version(agency.unit, "pergeseran", 2)
    world.ceiling(cut, Decimal(0), version=version)
    world.ceiling(other, Decimal(200), version=version)
    world.open(2)
    world.publish(
        agency,
        world.enter(cut, 2, Decimal(0), increment=Decimal(0)),
        world.enter(other, 2, Decimal(50), increment=Decimal(5)),
    )
