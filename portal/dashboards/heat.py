"""The heat table: units by months, each cell with its figure, its colour in words, and what it stands on. No database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.dashboards.asked import Asked
from portal.dashboards.curves import MONEY
from portal.dashboards.reading import Numbers, against_plan
from portal.figures import Total
from portal.selectors import Month, UnitTotal
from submissions.formulas import AHEAD, GREEN, RED, WHOLE, YELLOW, colour
from wording.words import COLOURS

# A shape beside the colour, which is never the only sign.
SHAPES = {AHEAD: "▲", GREEN: "●", YELLOW: "◆", RED: "▼"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit in one month. `band` is a colour of W-4, "" without a plan, None where nothing is published."""

    slug: str
    month: str
    url: str
    value: Decimal | None
    deviation: Decimal | None
    band: str | None
    covered: Decimal | None

    @property
    def shape(self) -> str:
        return SHAPES.get(self.band or "", "")

    @property
    def word(self) -> str:
        return str(COLOURS[self.band]) if self.band else ""

    @property
    def partial(self) -> bool:
        """Whether something of the ceiling has not reported (W-6)."""
        return self.covered is not None and self.covered < WHOLE


@dataclass(frozen=True, slots=True)
class Line:
    """One unit through the year."""

    unit_id: int
    code: str
    name: str
    url: str
    cells: tuple[Cell, ...]


def table(asked: Asked, numbers: Numbers) -> list[Line]:
    """Every unit below, in order of code, with a cell for each opened month."""
    totals: dict[int, dict[int, Total]] = {}
    units: dict[int, UnitTotal] = {}
    for month, rows in numbers.below.items():
        for row in rows:
            units[row.unit_id] = row
            totals.setdefault(row.unit_id, {})[month] = row.total
    return [
        Line(
            one.unit_id,
            one.unit_code,
            one.unit_name,
            f"?{asked.query(unit=one.unit_code, post=None)}",
            _cells(asked, numbers, one, totals[one.unit_id]),
        )
        for one in sorted(units.values(), key=lambda one: one.unit_code)
    ]


def legend() -> list[tuple[str, str, str]]:
    """The shapes and their words, from ahead to far behind."""
    return [(band, shape, str(COLOURS[band])) for band, shape in SHAPES.items()]


def _cells(asked: Asked, numbers: Numbers, unit: UnitTotal, totals: Mapping[int, Total]) -> tuple[Cell, ...]:
    return tuple(
        _cell(
            asked, numbers, unit, totals.get(month.number), month,
            f"?{asked.query(unit=unit.unit_code, post=None, month=month.slug, all=None)}",
        )
        for month in asked.opened
    )  # fmt: skip


def _cell(
    asked: Asked, numbers: Numbers, unit: UnitTotal, total: Total | None, month: Month, url: str
) -> Cell:
    if total is None or not total.reported:
        return Cell(month.slug, month.label, url, None, None, None, None)
    value, off = against_plan(total, asked.measure)
    if asked.restated and asked.measure == MONEY:
        value = numbers.absorption(total, unit.unit_id, restated=True)
    elif asked.restated:
        value = numbers.work(total, unit.unit_id)
    return Cell(month.slug, month.label, url, value, off, colour(off) or "", total.coverage.covered)


def columns(asked: Asked) -> Sequence[str]:
    """The short names of the opened months."""
    return [month.short for month in asked.opened]
