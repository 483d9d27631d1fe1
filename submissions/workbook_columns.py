"""The columns of a month's workbook: which cell of a report stands in which, and what its text looks like there.

A row is one budget line, or a sub-activity as a whole. Every value travels as the text that the entry page shows
(`submissions.cells`), so that page and workbook can be compared; in the file it is a number, a day or a word.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry.imports.columns import SURE_DIGITS, Unclear
from registry.sheets import Cell
from submissions.models import Report
from submissions.readings import LineReading, Reading
from wording.dates import day
from wording.numbers import (
    NumberRefused,
    money,
    parse_money,
    parse_optional,
    parse_points,
    parse_quantity,
    quantity,
)
from wording.sentences import month_name

LONGEST_TEXT, LONGEST_REASON, LONGEST_NAME = 2000, 500, 200
MONTHS = 12
SEPARATOR = ";"


class Kind(StrEnum):
    """What a cell takes."""

    MONEY = "money"
    POINTS = "points"
    QUANTITY = "quantity"
    TEXT = "text"
    DAY = "day"
    CHOICE = "choice"
    CHOICES = "choices"


NUMBERS = {Kind.MONEY: parse_money, Kind.POINTS: parse_points, Kind.QUANTITY: parse_quantity}


@dataclass(frozen=True, slots=True)
class Column:
    """One column; without a kind it is only there to be read. `item` and `line`: the cell that stands in a row of a
    sub-activity and of a line, where there is one; {} is the line's number. `list`: the list to choose from."""

    key: str
    label: str | Promise
    width: int
    kind: Kind | None = None
    item: str = ""
    line: str = ""
    longest: int = 0
    list: str = ""


KEY = Column("key", "", 2)
COLUMNS = (
    KEY,
    Column("code", _("Sub-activity"), 20),
    Column("name", _("Name"), 44),
    Column("account", _("Account"), 21),
    Column("fund", _("Fund source"), 14),
    Column("ceiling", _("Ceiling"), 18),
    Column("before", _("To last month"), 18),
    Column("last", _("Last month"), 18),
    Column("money", _("Money this month"), 20, Kind.MONEY, line="line-{}"),
    Column("remaining", _("Remaining"), 18),
    Column("unit", _("Progress is in"), 12),
    Column("physical_before", _("Progress to last month"), 14),
    Column("physical_plan", _("Planned to date"), 14),
    Column("physical", _("Progress this month"), 14, Kind.POINTS, item="increment"),
    Column("status", _("Execution status"), 22, Kind.CHOICE, item="status", list="statuses"),
    Column("problems", _("Problem categories"), 26, Kind.CHOICES, item="problems", list="problems"),
    Column("problem_text", _("Problem"), 36, Kind.TEXT, item="problem_text", longest=LONGEST_TEXT),
    Column("follow_up_text", _("Follow-up"), 36, Kind.TEXT, item="follow_up_text", longest=LONGEST_TEXT),
    Column("follow_up_pic", _("Person in charge"), 24, Kind.TEXT, item="follow_up_pic", longest=LONGEST_NAME),
    Column("follow_up_due", _("Follow-up due"), 18, Kind.DAY, item="follow_up_due"),
    Column(
        "answer", _("Earlier follow-up"), 18, Kind.CHOICE, item="follow_up_answer", list="answers"
    ),
    Column(
        "leadership", _("Leadership must decide"), 16, Kind.CHOICE, item="needs_leadership", list="yes_no"
    ),
    Column("note", _("Public note"), 36, Kind.TEXT, item="public_note", longest=LONGEST_TEXT),
    Column(
        "reason", _("Reason of a correction"), 30, Kind.TEXT, item="physical_reason", line="line-{}-reason",
        longest=LONGEST_REASON,
    ),
    Column("corrects", _("Month that is corrected"), 18, Kind.CHOICE, line="line-{}-corrects", list="months"),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}
ENTRY = tuple(column for column in COLUMNS if column.kind)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet: a line of a report, or the report itself."""

    reading: Reading
    line: LineReading | None = None

    @property
    def key(self) -> str:
        """What stands in its hidden cell."""
        return f"r{self.reading.id}-line-{self.line.id}" if self.line else f"r{self.reading.id}"

    def cell(self, column: Column) -> str:
        """The name of the report's cell that stands in this column; "" where there is none."""
        if self.line:
            return column.line.format(self.line.id)
        return "volume" if column.item == "increment" and self.reading.by_volume else column.item

    def kind(self, column: Column) -> Kind | None:
        """What this column takes here: progress is in points, or in output units."""
        return Kind.QUANTITY if column.kind is Kind.POINTS and self.reading.by_volume else column.kind


def rows_of(reading: Reading) -> list[Row]:
    """The sub-activity's own row and one for each of its lines."""
    return [Row(reading), *(Row(reading, line) for line in reading.lines)]


def cells_of(reading: Reading) -> Iterator[tuple[Row, Column, str]]:
    """Every cell of a report that the workbook has: its row, its column and its name."""
    for row in rows_of(reading):
        for column in ENTRY:
            if name := row.cell(column):
                yield row, column, name


def lists(reading: Reading) -> dict[str, dict[str, str]]:
    """The lists to choose from: code -> word in the active language. Fiscal months start where this one's year does."""
    start = (reading.first_day.month - reading.month) % 12 + 1
    return {
        "statuses": dict(_named(Report.Status.choices)),
        "problems": dict(_named(Report.Problem.choices)),
        "answers": dict(_named(Report.Answer.choices)),
        "yes_no": {"1": gettext("yes"), "": gettext("no")},
        "months": {str(month): month_name(month, start) for month in range(1, MONTHS + 1)},
    }


def _named(pairs: Iterable[tuple[str, str | Promise]]) -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in pairs if code]


def value_of(kind: Kind, text: str, words: Mapping[str, str], language: str) -> str | Decimal | date | None:
    """What is written into the file for a cell's text. A sum that a spreadsheet's number cannot hold stays text."""
    if kind in NUMBERS:
        number = parse_optional(text, language, NUMBERS[kind])
        return text if number is not None and len(number.as_tuple().digits) > SURE_DIGITS else number
    if kind is Kind.DAY:
        return date.fromisoformat(text) if text else None
    if kind is Kind.CHOICE:
        return words.get(text, text) or None
    if kind is Kind.CHOICES:
        return f"{SEPARATOR} ".join(words.get(code, code) for code in text.split(",") if code) or None
    return text or None


def text_of(kind: Kind, cell: Cell | None, words: Mapping[str, str], language: str) -> str:
    """The text that the entry page would show for what stands in a file's cell; raises Unclear and NumberRefused."""
    if cell is None:
        return ""
    if cell.error:
        raise Unclear("workbook.error_value", value=cell.error)
    if cell.value is None:
        raise Unclear("workbook.no_result")
    if kind in NUMBERS:
        return _number(kind, cell, language)
    if kind is Kind.DAY:
        return _day(cell)
    if isinstance(cell.value, bool) and words.keys() == {"1", ""}:
        return "1" if cell.value else ""
    text = _written(cell).strip()
    if kind is Kind.CHOICE:
        return _choice(text, words)
    if kind is Kind.CHOICES:
        chosen = [_choice(part.strip(), words) for part in text.split(SEPARATOR) if part.strip()]
        return ",".join(dict.fromkeys(chosen))
    return text


def same(kind: Kind, one: str, other: str, language: str) -> bool:
    """Whether two texts of a cell mean the same: 1.000,00 is 1.000."""
    if kind in NUMBERS:
        parse = NUMBERS[kind]
        try:
            return parse_optional(one, language, parse) == parse_optional(other, language, parse)
        except NumberRefused:
            pass  # written before the government grouped its digits otherwise
    if kind is Kind.CHOICES:
        return set(one.split(",")) == set(other.split(","))
    return _lines(one) == _lines(other)


def shown(kind: Kind, text: str, words: Mapping[str, str], language: str) -> str:
    """A cell's text as the preview shows it."""
    if kind in NUMBERS or not text:
        return text
    value = value_of(kind, text, words, language)
    return day(value) if isinstance(value, date) else str(value)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _number(kind: Kind, cell: Cell, language: str) -> str:
    if isinstance(cell.value, str):
        number = parse_optional(cell.value, language, NUMBERS[kind])
    elif isinstance(cell.value, bool):
        raise Unclear("import.is_truth")
    elif isinstance(cell.value, Decimal):
        number = NUMBERS[kind](_decimal(kind, cell.value, percent=cell.percent, language=language), language)
    else:
        raise Unclear("import.is_date", value=str(cell.value))
    if number is None:
        return ""
    return money(number, language) if kind is Kind.MONEY else quantity(number, language)


def _decimal(kind: Kind, value: Decimal, *, percent: bool, language: str) -> str:
    """A file's number written in the language. It keeps 15 digits; what a formula leaves beyond them is not meant, and
    12.5 % stands in the file as 0.125."""
    if percent:
        if kind is not Kind.POINTS:
            raise Unclear("workbook.percent")
        value = value.scaleb(2)
    if value.adjusted() >= SURE_DIGITS:
        raise Unclear("import.digits_lost", value=f"{value:.3E}")
    value = Decimal(f"{value:.{SURE_DIGITS}g}")
    if value.adjusted() < -SURE_DIGITS:
        value = Decimal(0)
    text = f"{value.normalize():f}" if value else "0"
    return text.replace(".", ",") if language == "id" else text


def _day(cell: Cell) -> str:
    value = cell.value
    try:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, str):
            return date.fromisoformat(value.strip()).isoformat() if value.strip() else ""
    except ValueError:
        pass
    raise Unclear("import.date", value=str(value)[:40], example="2026-01-31")


def _written(cell: Cell) -> str:
    if isinstance(cell.value, bool):
        raise Unclear("import.is_truth")
    if isinstance(cell.value, Decimal):
        return f"{cell.value.normalize():f}" if cell.value.adjusted() < SURE_DIGITS else str(cell.value)
    return str(cell.value)


def _choice(text: str, words: Mapping[str, str]) -> str:
    """The code of a word of the list, in whatever case; the code itself will do."""
    if not text:
        return ""
    folded = text.casefold()
    for code, word in words.items():
        if folded in (word.casefold(), code.casefold()):
            return code
    raise Unclear("import.choice", value=text[:80], known=", ".join(words.values()))
