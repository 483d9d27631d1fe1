"""What a correction asks for: values of published reports, each with what is published and what shall stand there instead.

Values are kept as they are stored, in no language, so that a request reads the same in every one (domain.md 6.1).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from approvals.asking_models import Request
from registry.models import BudgetLine, FiscalYear, Unit
from submissions import formulas
from submissions.cells import stored
from submissions.forms import read_values
from submissions.granted import MONEY, PROGRESS, in_words, labels
from submissions.models import Report, ReportLine
from submissions.proposing import Effect, Proposal, effects
from submissions.readings import Reading, read
from workflow.cursor import prepared
from workflow.route import PUBLISHED

WORDS = ("status", "problem_text", "follow_up_text", "public_note")


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a published report; `line` is the budget line of an amount, else None. Texts as stored."""

    report: int
    item: int
    month: int
    line: int | None
    field: str
    old: str
    new: str

    def as_json(self) -> dict[str, Any]:
        """As a request and its grant keep it."""
        return asdict(self)


def changes_of(kept: Iterable[Mapping[str, Any]]) -> list[Change]:
    """The changes that a request or a grant names."""
    return [Change(**one) for one in kept]


# --- Typing ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """One value that may be corrected: its name in the form, what is published as people read it, and what was typed."""

    name: str
    field: str
    line: int | None
    label: str
    published: str
    typed: str = ""
    error: str = ""


@dataclass
class Sheet:
    """A published report whose values may be corrected, with what was typed beside them. An empty cell stays as it is."""

    reading: Reading
    item: int
    language: str
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def cells(self) -> list[Cell]:
        """Its cells in the order of the report."""
        now, lines = stored(self.reading, self.language), lines_of([self.reading.id])
        found: list[tuple[str, str, int | None, str]] = [
            (f"line-{one.id}", MONEY, lines[one.id], f"{one.account} {one.account_name}".strip())
            for one in self.reading.lines
        ]
        progress = "volume" if self.reading.by_volume else "increment"
        found += [(name, name, None, labels()[name]) for name in (progress, *WORDS)]
        return [
            Cell(name, what, line, label, now[name], self.typed.get(name, ""), self.errors.get(name, ""))
            for name, what, line, label in found
        ]

    def changes(self) -> list[Change]:
        """What was typed and differs from what is published; what cannot be read is told in `errors`."""
        wanted = {name: text for name, text in self.typed.items() if text.strip()}
        form = read_values(self.reading, stored(self.reading, self.language) | wanted, self.language)
        self.errors |= {name: said for name, said in form.errors.items() if name in wanted}
        if form.entry is None:
            return []
        money_of = {f"line-{line}": one.realized for line, one in form.entry.lines.items()}
        was = {f"line-{line.id}": line.this_month for line in self.reading.lines}
        pairs = [
            (cell, was[cell.name], money_of[cell.name])
            if cell.field == MONEY
            else (cell, getattr(self.reading, cell.field), getattr(form.entry, cell.field))
            for cell in self.cells()
            if cell.name in wanted
        ]
        return [
            Change(
                self.reading.id,
                self.item,
                self.reading.month,
                cell.line,
                cell.field,
                written(old),
                written(new),
            )
            for cell, old, new in pairs
            if old != new
        ]


def written(value: Decimal | str | None) -> str:
    """A value as it is stored: plain digits, codes, words; empty for nothing."""
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else value


def sheets(reports: Iterable[int], agency: int, language: str) -> list[Sheet]:
    """The published ones among these reports of an agency, as they can be corrected."""
    mine = Report.objects.filter(pk__in=list(reports), period__agency=agency, state=PUBLISHED)
    items = dict(mine.values_list("pk", "item"))
    return [Sheet(one, items[one.id], language) for one in read(items)]


def lines_of(reports: Sequence[int]) -> dict[int, int]:
    """The budget line of each line of these reports."""
    return dict(ReportLine.objects.filter(report__in=list(reports)).values_list("pk", "line"))


# --- Judging ---------------------------------------------------------------------------------------------


def faults(
    agency: Unit, fiscal_year: FiscalYear, changes: Sequence[Change], category: str, upload: object
) -> list[str]:
    """What keeps a correction from being asked, as codes: no value, a kind of reason or evidence missing, values out of date."""
    own = Report.objects.filter(period__agency=agency, period__fiscal_year=fiscal_year)
    wanted = {change.report for change in changes}
    found = {
        "asking.no_change": not changes,
        "asking.category": category not in Request.Category.values,
        "asking.evidence": upload is None,
        "asking.change_stale": own.filter(pk__in=wanted).count() != len(wanted) or stale(changes),
    }
    return [code for code, holds in found.items() if holds]


def stale(changes: Sequence[Change]) -> bool:
    """Whether one of these values is not what is published any more, or belongs to a report that was replaced."""
    readings = {one.id: one for one in read({change.report for change in changes}) if one.state == PUBLISHED}
    lines = lines_of(list(readings))
    return any(
        change.report not in readings or _published(readings[change.report], change, lines) != change.old
        for change in changes
    )


def _published(reading: Reading, change: Change, lines: Mapping[int, int]) -> str:
    if change.field != MONEY:
        return written(getattr(reading, change.field))
    return next((written(line.this_month) for line in reading.lines if lines[line.id] == change.line), "")


def effects_of(changes: Sequence[Change]) -> list[Effect]:
    """What the changes would do to their own and all later months (V-60)."""
    targets = dict(
        Report.objects.filter(pk__in={change.report for change in changes}).values_list("pk", "output_target")
    )
    by_report: dict[int, list[Change]] = {}
    for change in changes:
        by_report.setdefault(change.report, []).append(change)
    wanted = [
        Proposal(
            report,
            ones[0].item,
            ones[0].month,
            {one.line: number(one.new) for one in ones if one.field == MONEY and one.line is not None},
            next((_points(one, targets.get(report)) for one in ones if one.field in PROGRESS), None),
        )
        for report, ones in by_report.items()
    ]
    with transaction.atomic():
        return effects(prepared(), wanted)


def _points(change: Change, target: Decimal | None) -> Decimal | None:
    if change.field == "increment" or not target:
        return number(change.new)
    return formulas.physical_of_volume(number(change.new), target)


def number(text: str) -> Decimal:
    """The number that a stored text says; nothing written counts as zero."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal(0)


# --- Reading ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A change as people read it."""

    report: int
    label: str
    old: str
    new: str
    numeric: bool


def shown(changes: Sequence[Change]) -> list[Shown]:
    """The changes in words, in the active language."""
    lines = BudgetLine.objects.in_bulk([one.line for one in changes if one.line])
    words = labels()
    return [
        Shown(
            one.report,
            f"{lines[one.line].account_code} {lines[one.line].account_name}".strip()
            if one.line
            else words[one.field],
            in_words(one.field, one.old),
            in_words(one.field, one.new),
            one.field == MONEY or one.field in PROGRESS,
        )
        for one in changes
    ]


def first_days(reports: Iterable[int]) -> dict[int, tuple[date, str, str, str]]:
    """Month, code, name and page of reports that a request names."""
    rows = Report.objects.filter(pk__in=set(reports)).values_list(
        "pk", "period__first_day", "item__sub_activity_code", "item__sub_activity_name", "token"
    )
    return {pk: (day, code, name, token) for pk, day, code, name, token in rows}
