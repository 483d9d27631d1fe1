"""A month's workbook that came back: what it says in each cell, what changed, and what cannot be taken.

Rows and columns are recognised by the hidden keys that `submissions.workbook` wrote, wherever they stand now. Whatever is
left out or taken otherwise than it looks is told; nothing is guessed.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

from django.core import signing
from django.utils.translation import override

from registry.imports.columns import Unclear
from registry.models import User
from registry.reading import check_xlsx
from registry.sheets import Cell, Range, Sheet, place, read_sheets, span
from registry.workbooks import FileRefused, column_letters
from submissions.readings import Reading
from submissions.selectors import month_label
from submissions.workbook import FORMAT, MARK, PREFIX, SALT, person_mark, reference
from submissions.workbook_columns import (
    BY_KEY,
    COLUMNS,
    ENTRY,
    KEY,
    Column,
    Kind,
    Row,
    lists,
    rows_of,
    same,
    shown,
    text_of,
)
from wording.dates import moment
from wording.numbers import NumberRefused
from wording.sentences import say

KEY_ROW_WITHIN = 50
MOST_NAMED = 12  # cells in one sentence
MOST_FAULTS = 1_000
Words = Mapping[str, Mapping[str, str]]  # the lists to choose from: code -> word
_ROW_KEY = re.compile(r"r[0-9]{1,18}(?:-line-[0-9]{1,18})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_FIXED = {"code", "name", "account", "fund", "ceiling", "before", "last", "physical_before", "physical_plan"}


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that the workbook would change: where it stands, what it says, and what stood there at its making."""

    report: int
    name: str
    text: str
    was: str
    where: str  # Jalan!F12
    code: str
    item: str
    label: str
    old: str  # as people read them
    new: str

    @property
    def key(self) -> str:
        return key_of(self.report, self.name)


def key_of(report: int, name: str) -> str:
    """A cell as the entry page names it."""
    return f"r{report}-{name}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be taken, and why."""

    where: str
    sentence: str


@dataclass
class Proposal:
    """All that a workbook says."""

    language: str
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchanged: int = 0

    def refuse(self, where: str, code: str, params: Mapping[str, Any]) -> None:
        """A cell that cannot be taken. After many of them the rest are only as wrong as these."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(where, say(code, params)))


def read_month(file: BinaryIO, name: str, *, user: User, month: str, readings: Sequence[Reading]) -> Proposal:
    """What the workbook says about these reports of a person; raises FileRefused when it is none of theirs."""
    check_xlsx(file, name)
    sheets = read_sheets(file)
    told = _told(sheets, user, month, readings)
    rows = {row.key: row for reading in readings for row in rows_of(reading)}
    with override(told["language"]):
        words = lists(readings[0])
    reader = _Reader(Proposal(told["language"]), told["was"], rows, (words, lists(readings[0])))
    pages = [found for sheet in sheets if (found := _page(sheet))]
    if not pages:
        raise FileRefused("workbook.no_keys")
    reader.read(pages)
    reader.tell_others(sheets, [page.sheet for page in pages])
    return reader.proposal


def _told(sheets: Iterable[Sheet], user: User, month: str, readings: Sequence[Reading]) -> dict[str, Any]:
    """What the hidden sheet says, once it is certain that this site wrote it for this person and month."""
    hidden = next((one for one in sheets if _text(one.at(1, 1)) == MARK), None)
    if hidden is None:
        raise FileRefused("workbook.foreign")
    pieces = [_text(hidden.at(row, 1)) for row in sorted(hidden.rows) if row > 1]
    try:
        told: dict[str, Any] = signing.loads("".join(pieces), salt=SALT)
    except signing.BadSignature as error:
        raise FileRefused("workbook.foreign") from error
    if told["format"] != FORMAT:
        raise FileRefused("workbook.format")
    if told["month"] != month:
        label = month_label(datetime.fromisoformat(f"{told['month']}-01").date())
        raise FileRefused("workbook.month", label=label, here=month_label(readings[0].first_day))
    if told["person"] != person_mark(user):
        raise FileRefused("workbook.person", at=moment(datetime.fromisoformat(told["made_at"])))
    return told


@dataclass(slots=True)
class _Page:
    """A unit's sheet: where its columns and rows stand now."""

    sheet: Sheet
    key_row: int
    columns: dict[str, list[int]]
    rows: list[tuple[int, str]]  # row, key

    def where(self, row: int, column: int) -> str:
        return f"{self.sheet.name}!{place(row, column)}"


def _page(sheet: Sheet) -> _Page | None:
    for number in sorted(sheet.rows)[:KEY_ROW_WITHIN]:
        columns: dict[str, list[int]] = {}
        for column, cell in sorted(sheet.rows[number].items()):
            text = _text(cell)
            if text.startswith(PREFIX) and text.removeprefix(PREFIX) in BY_KEY:
                columns.setdefault(text.removeprefix(PREFIX), []).append(column)
        if KEY.key in columns:
            keys = columns[KEY.key][0]
            rows = [(row, _text(sheet.at(row, keys))) for row in sorted(sheet.rows) if row > number]
            return _Page(sheet, number, columns, rows)
    return None


def _text(cell: Cell | None) -> str:
    return cell.value.strip() if cell and isinstance(cell.value, str) else ""


class _Reader:
    """Goes through the pages and fills the proposal."""

    def __init__(
        self,
        proposal: Proposal,
        was: Mapping[str, Mapping[str, str]],
        rows: Mapping[str, Row],
        words: tuple[Words, Words],
    ) -> None:
        self.proposal, self.was, self.rows = proposal, was, rows
        self.words, self.shown = words  # in the file's language, and in the reader's
        self.known = {key for key, row in rows.items() if self._had(row)}
        self.seen: dict[str, str] = {}  # key -> where its row stands
        self.gone: set[str] = set()  # keys of sub-activities that are another's now
        self.told: dict[str, list[str]] = {}  # code of a note -> cells

    def _had(self, row: Row) -> bool:
        """Whether the file has this row: it may be younger than the file."""
        had = self.was.get(str(row.reading.id), {})
        return f"line-{row.line.id}" in had if row.line else bool(had)

    def read(self, pages: Sequence[_Page]) -> None:
        for page in pages:
            self._columns(page)
            taken = self._taken(page)
            self._merged(page, taken)
            for number, row in taken:
                self._row(page, number, row)
            self._hidden(page, taken)
        self._tell()

    def _columns(self, page: _Page) -> None:
        for column in ENTRY:
            found = page.columns.get(column.key, [])
            told = {"column": str(column.label), "sheet": page.sheet.name}
            if not found:
                self.proposal.notes.append(say("workbook.column_gone", told))
            if len(found) > 1:
                self.proposal.refuse(page.where(page.key_row, found[1]), "workbook.column_twice", told)

    def _taken(self, page: _Page) -> list[tuple[int, Row]]:
        """The rows of this month that the page has, each once."""
        keys = page.columns[KEY.key][0]
        taken = []
        for number, key in page.rows:
            here = page.where(number, keys)
            if key not in self.known:
                self._strange(page, number, key)
            elif key in self.seen:
                self.proposal.refuse(here, "workbook.twice", {"other": self.seen[key]})
            else:
                self.seen[key] = here
                taken.append((number, self.rows[key]))
        return taken

    def _strange(self, page: _Page, number: int, key: str) -> None:
        """A row of somebody's own, unless it stands above the table or is empty where one enters something."""
        if _ROW_KEY.fullmatch(key):
            self.gone.add(key)
            return
        entered = [
            column
            for one in ENTRY
            for column in page.columns.get(one.key, [])
            if page.sheet.at(number, column)
        ]
        if entered and not self._is_heading(page, number):
            self._note("strange_rows", page.where(number, entered[0]))

    @staticmethod
    def _is_heading(page: _Page, number: int) -> bool:
        first = min((row for row, key in page.rows if _ROW_KEY.fullmatch(key)), default=0)
        return number < first

    def _merged(self, page: _Page, taken: Sequence[tuple[int, Row]]) -> None:
        columns = [number for column in ENTRY for number in page.columns.get(column.key, [])]
        rows = [number for number, _row in taken]
        for area in page.sheet.merged:
            if _touches(area, rows, columns):
                where = page.where(area[0], area[1])
                self.proposal.refuse(where, "workbook.merged", {"range": span(area)})

    def _row(self, page: _Page, number: int, row: Row) -> None:
        had = self.was[str(row.reading.id)]
        for column in COLUMNS:
            columns, name, kind = page.columns.get(column.key, []), row.cell(column), row.kind(column)
            if not columns:
                continue
            cell = page.sheet.at(number, columns[0])
            if kind and name in had:
                self._cell(page, (number, columns[0]), row, (column, kind, name, cell))
            elif column.key in _FIXED and not _stands(reference(column, row), cell):
                self._note("references", page.where(number, columns[0]))

    def _cell(
        self, page: _Page, at: tuple[int, int], row: Row, what: tuple[Column, Kind, str, Cell | None]
    ) -> None:
        column, kind, name, cell = what
        where, was = page.where(*at), self.was[str(row.reading.id)][name]
        words, language = self.words.get(column.list, {}), self.proposal.language
        seen = self.shown.get(column.list, {})
        try:
            text = text_of(kind, cell, words, language)
            if column.longest and len(text) > column.longest:
                raise Unclear("entry.too_long", length=len(text), longest=column.longest)
        except (Unclear, NumberRefused) as refused:
            self.proposal.refuse(where, refused.code, refused.params)
            return
        if _CONTROL.search(text):
            text = _CONTROL.sub("", text)
            self._note("controls", where)
        if same(kind, text, was, language):
            self.proposal.unchanged += 1
            return
        if cell and cell.formula:
            self._note("formulas", where)
        if cell and cell.percent and isinstance(cell.value, Decimal):
            self._note("percents", where)
        self.proposal.changes.append(
            Change(
                row.reading.id,
                name,
                text,
                was,
                where,
                row.reading.code,
                f"{row.line.account} {row.line.account_name}" if row.line else row.reading.name,
                str(column.label),
                shown(kind, was, seen, language),
                shown(kind, text, seen, language),
            )
        )

    def _hidden(self, page: _Page, taken: Sequence[tuple[int, Row]]) -> None:
        sheet = page.sheet
        for first, last in _runs(number for number, _row in taken if number in sheet.hidden_rows):
            self._note("hidden_rows", f"{sheet.name}!{first}:{last}")
        for column in ENTRY:
            for number in page.columns.get(column.key, []):
                if sheet.hides_column(number):
                    letters = column_letters(number)
                    self._note("hidden_columns", f"{sheet.name}!{letters}:{letters}")
        if sheet.hidden:
            self.proposal.notes.append(say("workbook.hidden_sheet", {"sheet": sheet.name}))

    def _note(self, code: str, where: str) -> None:
        self.told.setdefault(code, []).append(where)

    def _tell(self) -> None:
        for code, cells in self.told.items():
            named = ", ".join(cells[:MOST_NAMED])
            more = f" … (+{len(cells) - MOST_NAMED})" if len(cells) > MOST_NAMED else ""
            self.proposal.notes.append(say(f"workbook.{code}", {"cells": named + more}))
        counts = {
            "not_yours": len(self.gone),
            "rows_gone": len(self.known - self.seen.keys()),
            "new_rows": len(self.rows.keys() - self.known),
        }
        self.proposal.notes += [
            say(f"workbook.{code}", {"count": count}) for code, count in counts.items() if count
        ]

    def tell_others(self, sheets: Sequence[Sheet], read: Sequence[Sheet]) -> None:
        """Sheets that somebody added; the first of those that were not read is the one with the instructions."""
        others = [one for one in sheets if one not in read and _text(one.at(1, 1)) != MARK and one.rows]
        for sheet in others:
            if sheet is not sheets[0]:
                self.proposal.notes.append(say("workbook.other_sheet", {"sheet": sheet.name}))


def _touches(area: Range, rows: Sequence[int], columns: Iterable[int]) -> bool:
    """Whether a range covers a cell of these rows (in their order) and columns."""
    next_row = bisect_left(rows, area[0])
    return (
        next_row < len(rows)
        and rows[next_row] <= area[2]
        and any(area[1] <= column <= area[3] for column in columns)
    )


def _stands(expected: str | Decimal | None, cell: Cell | None) -> bool:
    """Whether a cell that is only there to be read still says what it should."""
    value = cell.value if cell and not cell.error else None
    if isinstance(expected, Decimal):
        return isinstance(value, Decimal) and abs(value - expected) < Decimal("0.01") + abs(
            expected
        ) * Decimal("1e-14")
    return (str(value) if value is not None else "").strip() == (expected or "").strip()


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Rows that follow each other as (first, last)."""
    first = last = None
    for number in numbers:
        if first is None or last is None or number != last + 1:
            if first is not None and last is not None:
                yield first, last
            first = number
        last = number
    if first is not None and last is not None:
        yield first, last
