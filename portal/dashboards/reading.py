"""The figures behind one question: the months of the year, the units below in each, and the month that is looked at.

Everything that the pages, the files, the print and the weekly letter show comes from here, so that they can only agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from portal import selectors
from portal.dashboards.asked import Asked
from portal.dashboards.curves import MONEY
from portal.figures import Total
from portal.selectors import Sight, UnitTotal


@dataclass(frozen=True, slots=True)
class Numbers:
    """What one question reads. `months` and `below` hold published figures of the year, of a section only those of the newest
    month; `total` and `rows` are of the month that is looked at, and may hold what is not signed yet."""

    total: Total
    rows: Sequence[UnitTotal]
    months: Mapping[int, Total]
    below: Mapping[int, Sequence[UnitTotal]]
    newest: int  # the month whose budget is in force now

    def absorption(self, total: Total, unit: int = 0, *, restated: bool) -> Decimal | None:
        """W-6 on the whole ceiling of the month; restated: the same money on the ceiling in force now (T-2)."""
        if not restated:
            return total.coverage.of_total
        latest = self.latest(unit)
        return total.restated(latest) if latest else None

    def work(self, total: Total, unit: int = 0) -> Decimal | None:
        """W-3 restated: the same progress weighed by the ceilings in force now; None where nothing is restated."""
        latest = self.latest(unit)
        return total.restated_work(latest) if latest else None

    def latest(self, unit: int = 0) -> Total | None:
        """The total of the newest opened month, of a unit below or of all."""
        if not unit:
            return self.months.get(self.newest)
        return next((one.total for one in self.below.get(self.newest, ()) if one.unit_id == unit), None)


def numbers(asked: Asked, sight: Sight) -> Numbers:
    """The figures of a question: two statements, for a section as well, one more where reports count that are not signed, and
    one more for each of these where they are restated."""
    read = _numbers(asked, sight)
    if not asked.restated:
        return read
    newest, month = read.newest, asked.month.number
    published = selectors.work_now(replace(asked, unsigned=False).view(sight), newest)
    shown = selectors.work_now(asked.view(sight), newest) if asked.unsigned else published
    return replace(
        read,
        total=replace(read.total, now_value=shown.get((month, 0))),
        rows=[_now(row, month, shown) for row in read.rows],
        months={
            number: replace(total, now_value=published.get((number, 0)))
            for number, total in read.months.items()
        },
        below={number: [_now(row, number, published) for row in rows] for number, rows in read.below.items()},
    )


def _now(row: UnitTotal, month: int, work: Mapping[tuple[int, int], Decimal | None]) -> UnitTotal:
    return replace(row, total=replace(row.total, now_value=work.get((month, row.unit_id))))


def _numbers(asked: Asked, sight: Sight) -> Numbers:
    if asked.post is not None:
        newest = replace(asked, month=asked.opened[-1], unsigned=False)
        latest, _rows = selectors.units(newest.view(sight))
        total, rows = selectors.units(asked.view(sight))
        return Numbers(total, rows, {newest.month.number: latest}, {}, newest.month.number)
    months = selectors.year_months(asked.year, asked.unit, sight)
    below = selectors.unit_year(asked.year, asked.unit, sight)
    month = asked.month.number
    total, rows = months.get(month, Total()), below.get(month, [])
    if asked.unsigned:
        total, rows = selectors.units(asked.view(sight))
    return Numbers(total, rows, months, below, asked.opened[-1].number)


def against_plan(total: Total, measure: str) -> tuple[Decimal | None, Decimal | None]:
    """How much is done of a total and how far that is from its plan, of the same reports: W-1..W-4 (T-15)."""
    if measure == MONEY:
        return total.absorption, total.deviation_money
    return total.physical, total.deviation_physical
