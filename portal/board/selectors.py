"""Reading the board: a fixed number of statements, however many agencies, months and reports there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ledger.clock import now as database_now
from portal.board import counting, finished, queries, states
from portal.board.counting import Figures, Ground
from portal.board.figures import PUBLISH, Cell, Holding, Row, Timeliness, timeliness
from portal.board.states import Counts
from portal.selectors import build, rows_of
from registry.models import FiscalYear, Government, Reach, Unit, User
from registry.selectors import government_of
from submissions.calendar import policy_of
from submissions.moments import CalendarPolicy, zone_of

COUNTED = ("required", "begun", "submitted", "verified", "published", "amended", "correcting")
ADDED = (*COUNTED, "entered", "ceiling", "published_ceiling")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: a year, a unit whose sub-units are the rows (None: the agencies), and below which paths."""

    government: Government
    year: FiscalYear
    unit: Unit | None = None
    paths: tuple[str, ...] | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        unit = self.unit
        return {
            "year": self.year.pk,
            "unit": unit.pk if unit else None,
            "path": unit.path if unit else "/",
            "agency": unit.pk if unit and unit.kind in Unit.AGENCY_KINDS else None,
            "paths": None if self.paths is None else list(self.paths),
        }


@dataclass(frozen=True, slots=True)
class Board:
    """All rows of a scope as they stand at `at`."""

    scope: Scope
    policy: CalendarPolicy
    rows: tuple[Row, ...]
    at: datetime

    @property
    def opened(self) -> list[int]:
        """The fiscal months that some unit has open or had."""
        return sorted({cell.month for row in self.rows for cell in row.cells})


def sees(user: User) -> tuple[str, ...]:
    """Paths below which a person sees the board: offices above an officer's, and grants; empty for everybody else."""
    return tuple(sorted(set(Reach.objects.filter(person=user.pk).values_list("path", flat=True))))


def home_of(user: User) -> Government | None:
    """The government whose board a person sees."""
    return government_of(user)


def version() -> str:
    """Changes whenever the board may have changed, at least every five minutes; one cheap statement."""
    return next(str(row["concat_ws"]) for row in rows_of(queries.VERSION, {}))


def board(scope: Scope) -> Board:
    """The rows of a scope, in the order of their codes."""
    ground = _ground(scope)
    opened = list(rows_of(queries.MONTHS, ground.asked))
    found = _figures(ground, opened)
    cells, times = _cells(opened, found, ground), counting.by_row(found)
    held = _held(rows_of(queries.HELD, ground.asked), ground)
    units = rows_of(queries.UNITS, {"rows": list(cells), "year": scope.year.pk})
    return Board(
        scope,
        ground.policy,
        tuple(
            Row(
                unit_id=one["id"],
                code=one["code"],
                name=one["name"],
                path=one["path"],
                cells=tuple(cells[one["id"]]),
                times=tuple(times.get(one["id"], ())),
                holders=tuple(held.get(one["id"], ())),
                divided=one["divided"],
            )
            for one in units
        ),
        ground.now,
    )


def published(scope: Scope, until: int) -> dict[int, Timeliness]:
    """Each row's score (W-10 of publication) of the fiscal months up to `until`, by its unit, as `board` gives it, without asking
    who holds what now."""
    ground = _ground(scope)
    opened = list(rows_of(queries.MONTHS, ground.asked))
    asked = {row["period"] for row in opened if row["month"] <= until}
    found = {period: one for period, one in _figures(ground, opened).items() if period in asked}
    return {row: timeliness(PUBLISH, times) for row, times in counting.by_row(found).items()}


def _ground(scope: Scope) -> Ground:
    now, policy = database_now(), policy_of(scope.year)
    places: dict[str, list[int]] = {"items": [], "rows": [], "agencies": []}
    for row in rows_of(queries.PLACES, scope.parameters):
        for name in places:
            places[name].append(row[name])
    return Ground(places, scope.year, policy, now)


def _figures(ground: Ground, opened: Iterable[Mapping[str, Any]]) -> dict[int, Figures]:
    """The figures of each month that is open or was, by period."""
    months = {row["period"]: counting.month(row) for row in opened}
    return finished.figures_of(ground, list(months.values()))


def _cells(
    opened: Sequence[Mapping[str, Any]], found: Mapping[int, Figures], ground: Ground
) -> dict[int, list[Cell]]:
    """The cells by row, of the months that its own agency has opened. What its sub-activities report of such a month counts in
    it, also while they were another agency's: whoever has them today answers for them."""
    counted = _counted(opened, found)
    cells: dict[int, list[Cell]] = {}
    for row in opened:
        if row["row_id"] is not None:
            one = _cell(row, counted.get((row["month"], row["row_id"]), {}), ground)
            cells.setdefault(row["row_id"], []).append(one)
    return cells


def _counted(
    opened: Iterable[Mapping[str, Any]], found: Mapping[int, Figures]
) -> dict[tuple[int, int], counting.Counted]:
    """The rows of COUNTS by month and row of the board, whichever agency's month the reports are in."""
    months = {row["period"]: row["month"] for row in opened}
    counted: dict[tuple[int, int], counting.Counted] = {}
    for period, one in found.items():
        for row in one.counted:
            place = (months[period], row["row_id"])
            counted[place] = _together(counted[place], row) if place in counted else row
    return counted


def _together(one: counting.Counted, other: counting.Counted) -> counting.Counted:
    """Two rows of COUNTS as one."""
    added = {name: (one[name] or 0) + (other[name] or 0) for name in ADDED}
    latest = {
        name: max((each[name] for each in (one, other) if each[name]), default=None)
        for name in ("last_at", "updated_at")
    }
    return added | latest


def _cell(row: Mapping[str, Any], counted: Mapping[str, Any], ground: Ground) -> Cell:
    times, policy, now = counting.month(row).times, ground.policy, ground.now
    counts = Counts(
        **{name: counted.get(name) or 0 for name in COUNTED},
        entered=counted.get("entered") or Decimal(0),
        last_at=counted.get("last_at"),
    )
    late = states.late_of(counts, times, policy, now)
    reopened = row["reopened_until"] is not None
    return Cell(
        month=row["month"],
        state=states.state_of(counts, times, late=late, reopened=reopened, now=now),
        counts=counts,
        late=late,
        times=times,
        period=row["period"],
        closed=row["closed_at"] is not None,
        reopened_until=row["reopened_until"],
        updated_at=counted.get("updated_at"),
        ceiling=counted.get("ceiling") or Decimal(0),
        published_ceiling=counted.get("published_ceiling") or Decimal(0),
        letter=row["letter"] or 0,
    )


def _held(rows: Iterable[Mapping[str, Any]], ground: Ground) -> dict[int, list[Holding]]:
    """Holders by row, the oldest month and the longest wait first; `days` are calendar days in the government's zone."""
    zone = zone_of(ground.policy.time_zone)
    today = ground.now.astimezone(zone).date()
    found: dict[int, list[Holding]] = {}
    for row in rows:
        one = build(Holding, {**row, "days": 0})
        since: date = one.since.astimezone(zone).date()
        found.setdefault(row["row_id"], []).append(replace(one, days=max(0, (today - since).days)))
    return found
