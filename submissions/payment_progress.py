"""Physical progress that another system gives to date becomes the points of each month (domain.md 0.3).

Only empty cells are filled, and only while no earlier month is open in between: its points would count in the later one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from registry.imports.problems import Problems
from registry.models import User
from submissions.facts import VOLUME
from submissions.figures import COUNTS
from submissions.payment_places import Placed
from submissions.rights import rights_of
from workflow.route import OPEN_STATES

ZERO = Decimal(0)
REPORTS = f"""
SELECT r.id, r.item_id, p.month, i.sub_activity_code, r.state, r.physical_mode = '{VOLUME}', r.increment,
  {COUNTS.format("r")}, NOT EXISTS (SELECT 1 FROM submissions_report n WHERE n.item_id = r.item_id
    AND n.period_id = r.period_id AND n.revision > r.revision AND n.state <> 'cancelled')
FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id JOIN registry_budgetitem i ON i.id = r.item_id
WHERE r.item_id = ANY (%s) AND p.month <= %s AND r.state <> 'cancelled' ORDER BY p.month"""  # noqa: S608 - constants
ToDate = Mapping[tuple[int, int], Decimal]  # (sub-activity, fiscal month) -> points to date


def to_date(placed: Sequence[Placed], column: str, problems: Problems) -> ToDate:
    """Points to date by sub-activity and month; all rows of one have to say the same."""
    found: dict[tuple[int, int], Decimal] = {}
    said_in: dict[tuple[int, int], int] = {}
    for each in placed:
        points, key = each.row.physical, (each.line.item, each.row.month)
        if points is None:
            continue
        if found.setdefault(key, points) != points:
            problems.add(
                "import.differs", each.row.row, column, points, other_row=said_in[key], other_value=f"{found[key]:f}",
                subject=each.line.code,
            )  # fmt: skip
        said_in.setdefault(key, each.row.row)
    return found


@dataclass(frozen=True, slots=True)
class _Report:
    id: int
    item: int
    month: int
    code: str
    state: str
    by_volume: bool
    increment: Decimal | None
    counts: bool
    newest: bool


@dataclass(slots=True)
class Progress:
    """The points that empty cells would get, month after month, as the months before them come to stand."""

    wanted: ToDate
    reports: dict[int, list[_Report]] = field(default_factory=dict)
    editable: frozenset[int] = frozenset()
    points: dict[int, Decimal] = field(default_factory=dict)  # report -> points filled just now

    @classmethod
    def load(cls, user: User, wanted: ToDate) -> "Progress":
        """Three statements, whatever the number of sub-activities; none without progress in the file."""
        progress = cls(wanted)
        if not wanted:
            return progress
        with connection.cursor() as cursor:
            cursor.execute(REPORTS, [sorted({item for item, _ in wanted}), max(month for _, month in wanted)])
            for row in cursor.fetchall():
                report = _Report(*row)
                progress.reports.setdefault(report.item, []).append(report)
        empty = [one.id for one in progress._empty()]
        progress.editable = frozenset(pk for pk, right in rights_of(user, empty).items() if right.editable)
        return progress

    def _empty(self) -> list[_Report]:
        return [
            one
            for reports in self.reports.values()
            for one in reports
            if one.newest and one.increment is None and one.state in OPEN_STATES
            and (one.item, one.month) in self.wanted and not one.by_volume
        ]  # fmt: skip

    def of_month(self, month: int) -> tuple[dict[int, tuple[str, Decimal]], list[str]]:
        """Report -> (code, points) of the cells to fill, and the codes of those that an earlier empty month holds up."""
        found, held_up = {}, []
        for one in self._empty():
            if one.month != month or one.id not in self.editable:
                continue
            before = [each for each in self.reports[one.item] if each.counts and each.month < month]
            points = [self.points.get(each.id, each.increment) for each in before]
            if None in points:
                held_up.append(one.code)
            else:
                reached = sum((each for each in points if each is not None), ZERO)
                found[one.id] = one.code, self.wanted[one.item, month] - reached
        return found, held_up

    def took(self, report: int, points: Decimal) -> None:
        """The cell of this report stands now."""
        self.points[report] = points

    def count(self) -> int:
        """How many cells could be filled."""
        return sum(one.id in self.editable for one in self._empty())
