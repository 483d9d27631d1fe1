"""What the board's address asks for: year, month, state, late, holder, order, page. Odd words ask for nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from portal.board import states
from portal.board.figures import REVIEW, TIERS, VACANT, Cell, Row, covered
from portal.selectors import ADJUSTMENT, Month
from registry.models import FiscalYear, Government
from submissions.forms import whole_number
from submissions.moments import start_of_month

HOLDERS = (*TIERS, REVIEW, VACANT)
NEVER, NOBODY = datetime.min.replace(tzinfo=UTC), Decimal(-1)
# By what rows are put in order; each key is a row's own, `month` the month that is looked at.
ORDERS: dict[str, Callable[[Row, int], Any]] = {
    "code": lambda row, month: row.code,
    "name": lambda row, month: row.name.lower(),
    "coverage": lambda row, month: _number(covered([row.cell(month)])),
    "timeliness": lambda row, month: _number(row.published.graded),
    "late": lambda row, month: row.cell(month).late if row.cell(month).overdue else 0,
    "held": lambda row, month: row.holder.days if row.holder else -1,
    "updated": lambda row, month: row.updated_at or NEVER,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One look at the board. `sort` with a minus is descending; the code is always the second order."""

    year: FiscalYear
    months: tuple[Month, ...]  # of the year, the adjustment only once it is opened
    month: Month | None = None  # asked for by name
    state: str = ""
    late: bool = False
    holder: str = ""
    sort: str = "code"
    page: int = 1

    @property
    def filtered(self) -> bool:
        return bool(self.state or self.late or self.holder)

    @property
    def looked_at(self) -> Month:
        """The month whose coverage is shown: the one that was asked for, else the newest opened one."""
        opened = [one for one in self.months if one.agencies >= 0]
        return self.month or (opened[-1] if opened else self.months[0])

    def query(self, **changed: Any) -> str:
        """The address of this look with something changed; what is usual is left out."""
        asked: dict[str, Any] = {
            "year": self.year.label,
            "month": self.month.slug if self.month else "",
            "state": self.state,
            "late": "1" if self.late else "",
            "holder": self.holder,
            "sort": "" if self.sort == "code" else self.sort,
            "page": "" if self.page == 1 else str(self.page),
        } | changed
        return urlencode({name: value for name, value in asked.items() if value})

    def found(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that are asked for, in the order that is asked for."""
        kept = sorted((row for row in rows if self._keeps(row)), key=lambda row: row.code)
        name, descending = self.sort.removeprefix("-"), self.sort.startswith("-")
        number = self.looked_at.number
        return sorted(kept, key=lambda row: ORDERS[name](row, number), reverse=descending)

    def _keeps(self, row: Row) -> bool:
        cells = [row.cell(self.month.number)] if self.month else list(row.cells)
        return (
            (not self.state or any(cell.state == self.state for cell in cells))
            and (not self.late or any(cell.overdue for cell in cells))
            and self._held(row, cells)
        )

    def _held(self, row: Row, cells: Sequence[Cell]) -> bool:
        if not self.holder:
            return True
        months = {cell.month for cell in cells}
        mine = [one for one in row.holders if one.month in months]
        return any(one.vacant if self.holder == VACANT else one.step == self.holder for one in mine)


def asked(given: QueryDict, year: FiscalYear, opened: Sequence[Month]) -> Asked:
    """The look that an address asks for; a month that is none of the year's is the caller's to refuse."""
    months = _months(year, opened)
    sort, holder, state = given.get("sort", ""), given.get("holder", ""), given.get("state", "")
    return Asked(
        year=year,
        months=months,
        month=next((one for one in months if one.slug == given.get("month")), None),
        state=state if state in states.STATES else "",
        late=given.get("late") == "1",
        holder=holder if holder in HOLDERS else "",
        sort=sort if sort.removeprefix("-") in ORDERS else "code",
        page=max(1, whole_number(given.get("page", ""), 4) or 1),
    )


def first_page(look: Asked) -> Asked:
    """The same look from its first page, for totals and files."""
    return replace(look, page=1)


def _months(year: FiscalYear, opened: Sequence[Month]) -> tuple[Month, ...]:
    """The twelve months; `agencies` is -1 where nobody opened one yet."""
    known = {one.number: one for one in opened}
    government: Government = year.government
    start = government.fiscal_start_month
    usual = [
        known.get(number) or Month(year, number, start_of_month(year.start_date.year, number, start), -1)
        for number in range(1, 13)
    ]
    return (*usual, *([known[ADJUSTMENT]] if ADJUSTMENT in known else []))


def _number(value: Decimal | None) -> Decimal:
    return NOBODY if value is None else value
