"""Empty cells are filled with what the treasury paid. A cell that has a value is never touched (V-16 tells then)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from registry.models import User
from submissions.cells import Answer, Cell, save
from submissions.models import Report
from submissions.payment_progress import Progress, ToDate
from submissions.rights import rights_of
from wording.numbers import money, quantity
from wording.sentences import say
from workflow.route import OPEN_STATES

# The newest revision of each sub-activity and month that was not given up: the one that people work on.
CELLS = """
SELECT l.line_id, p.month, r.id, l.id, r.state, l.realized, i.sub_activity_code
FROM submissions_reportline l JOIN submissions_report r ON r.id = l.report_id
  JOIN submissions_period p ON p.id = r.period_id JOIN registry_budgetitem i ON i.id = r.item_id
WHERE l.line_id = ANY (%s) AND p.month = ANY (%s) AND r.state <> 'cancelled'
  AND NOT EXISTS (SELECT 1 FROM submissions_report n WHERE n.item_id = r.item_id AND n.period_id = r.period_id
    AND n.revision > r.revision AND n.state <> 'cancelled')"""


@dataclass(frozen=True, slots=True)
class Entered:
    """One line's money in one month's report, as it stands; None is "not entered"."""

    report: int
    cell: int
    state: str
    amount: Decimal | None
    code: str

    @property
    def empty(self) -> bool:
        """Whether somebody may still have to enter it."""
        return self.amount is None and self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of empty cells: how many were filled; which stayed empty, as (code of the sub-activity, sentence)."""

    cells: int = 0
    reports: int = 0
    refused: tuple[tuple[str, str], ...] = field(default_factory=tuple)


def entered(pairs: Mapping[tuple[int, int], object]) -> dict[tuple[int, int], Entered]:
    """What stands in the reports for these (line, month) pairs; a pair without a report is not there."""
    lines = sorted({line for line, _ in pairs})
    months = sorted({month for _, month in pairs})
    with connection.cursor() as cursor:
        cursor.execute(CELLS, [lines, months])
        return {
            (line, month): Entered(*row) for line, month, *row in cursor.fetchall() if (line, month) in pairs
        }


def fillable(user: User, found: Mapping[tuple[int, int], Entered]) -> dict[tuple[int, int], Entered]:
    """The empty cells that the person may enter now."""
    rights = rights_of(user, {one.report for one in found.values() if one.empty})
    return {pair: one for pair, one in found.items() if one.empty and rights[one.report].editable}


def fill_empty(
    *, actor: User, sums: Mapping[tuple[int, int], Decimal], to_date: ToDate, language: str, reason: str
) -> Filled:
    """Write sums and points into the empty cells, month after month: a ceiling is judged with the months before it."""
    filling = _Filling(fillable(actor, entered(sums)), Progress.load(actor, to_date), sums, language)
    # All months at once and by number, as everybody locks: month after month would meet who has them the other way round.
    wanted = {one.report for one in filling.empty.values()} | filling.progress.editable
    list(Report.objects.filter(pk__in=wanted).order_by("pk").select_for_update().values_list("pk"))
    for month in sorted({month for _, month in [*filling.empty, *to_date]}):
        typed = filling.typed(month)
        answers = save(actor=actor, typed=typed, language=language, reason=reason) if typed else {}
        for report, answer in answers.items():
            filling.took(report, answer)
    return Filled(filling.cells, len(filling.reports), tuple(dict.fromkeys(filling.refused)))


@dataclass(slots=True)
class _Filling:
    empty: Mapping[tuple[int, int], Entered]
    progress: Progress
    sums: Mapping[tuple[int, int], Decimal]
    language: str
    codes: dict[int, str] = field(default_factory=dict)
    points: dict[int, Decimal] = field(default_factory=dict)
    cells: int = 0
    reports: set[int] = field(default_factory=set)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def typed(self, month: int) -> dict[int, dict[str, Cell]]:
        """The cells of one month, by report."""
        found: dict[int, dict[str, Cell]] = {}
        for (line, of_month), one in self.empty.items():
            if of_month == month:
                text = money(self.sums[line, month], self.language)
                found.setdefault(one.report, {})[f"line-{one.cell}"] = Cell(text, "")
                self.codes[one.report] = one.code
        wanted, held_up = self.progress.of_month(month)
        for report, (code, points) in wanted.items():
            found.setdefault(report, {})["increment"] = Cell(quantity(points, self.language), "")
            self.codes[report], self.points[report] = code, points
        self.refused += [(code, say("payments.progress_gap")) for code in held_up]
        return found

    def took(self, report: int, answer: Answer) -> None:
        """Count what was saved of a report, and keep why the rest was not."""
        self.cells += len(answer.saved)
        self.reports |= {report} if answer.saved else set()
        if "increment" in answer.saved:
            self.progress.took(report, self.points[report])
        sentences = [*answer.refused.values(), *([answer.closed] if answer.closed else [])]
        self.refused += [(self.codes[report], sentence) for sentence in sentences]
