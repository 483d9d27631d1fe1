"""The ranking of agencies by absorption within their size class (W-9). No database."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.dashboards.asked import Asked
from portal.dashboards.reading import Numbers
from portal.selectors import UnitTotal
from submissions.formulas import RED, WHOLE, YELLOW, Ranked, colour, size_classes

TONES = {YELLOW: "low", RED: "bad"}


@dataclass(frozen=True, slots=True)
class Place:
    """One unit in the ranking of its class; `place` is None below the line, where something has not reported."""

    place: int | None
    unit: UnitTotal
    absorption: Decimal | None
    plan: Decimal | None
    url: str
    first_below: bool = False  # the line is drawn above it

    @property
    def tone(self) -> str:
        """How its bar is drawn: far behind, behind, or as it should be."""
        return TONES.get(colour(self.unit.total.deviation_money) or "", "")


def classes(asked: Asked, numbers: Numbers) -> list[list[Place]]:
    """W-9: four classes by ceiling, the largest first; restated, the absorption stands on the budget in force now."""
    units = {row.unit_code: row for row in numbers.rows if row.total.ceiling}
    ranked = [
        Ranked(
            row.unit_code,
            row.total.ceiling,
            numbers.absorption(row.total, row.unit_id, restated=asked.restated),
            row.total.physical,
            row.total.coverage.covered,
        )
        for row in units.values()
    ]
    return [_places(asked, one, units) for one in size_classes(ranked)]


def worst(places: Sequence[Sequence[Place]], count: int = 5) -> list[Place]:
    """The units that are furthest behind their plan of money and work together, of all classes."""
    behind = [one for each in places for one in each if _off(one) < 0]
    return sorted(behind, key=lambda one: (_off(one), one.unit.unit_code))[:count]


def _off(one: Place) -> Decimal:
    known = (one.unit.total.deviation_money, one.unit.total.deviation_physical)
    return sum((each for each in known if each is not None), Decimal(0))


def _places(asked: Asked, ranked: Sequence[Ranked], units: dict[str, UnitTotal]) -> list[Place]:
    placed: list[Place] = []
    for number, one in enumerate(ranked, 1):
        below = one.covered is None or one.covered < WHOLE
        unit = units[one.code]
        first = below and not any(each.place is None for each in placed)
        url = f"?{asked.query(unit=one.code, post=None)}"
        placed.append(
            Place(None if below else number, unit, one.absorption, unit.total.plan_money, url, first)
        )
    return placed
