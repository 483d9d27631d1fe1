"""A month as an XLSX workbook: to be filled in where there is no network, and read back cell by cell.

Only cells to fill in are unlocked. A hidden sheet holds, signed, whose month this is and what stood in every cell when
the file was made; hidden columns and rows say which row and column is which, so that sheets may be renamed or sorted.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from django.core import signing
from django.utils.translation import gettext as _

from registry.models import User
from submissions import cells
from submissions.models.tokens import new_token
from submissions.readings import Reading
from submissions.selectors import month_label
from submissions.workbook_columns import COLUMNS, KEY, Column, Kind, Row, cells_of, lists, rows_of, value_of
from wording.dates import moment
from wording.sentences import say

FORMAT = 1  # of the file; older files are refused once this grows
SALT = "submissions.workbook"
HIDDEN, MARK = "_jenjang", "jenjang-workbook"
PREFIX = "jenjang:"  # before a column's key
KEYS, TITLE, HINT, HEADS, FIRST = range(5)  # rows of a unit's sheet
CHUNK = 30_000  # a cell holds 32,767 characters
LONGEST_SHEET_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
SUMS = {"ceiling", "before", "last", "money", "remaining", "physical_before", "physical_plan", "physical"}
TEAL, TINT, INPUT, CLOSED = "#0B5D5E", "#E6EFEF", "#FFF9E5", "#F2F2F2"
# Languages by the number under which spreadsheets know them, so that sums and months are written their way.
LOCALES = {"id": "[$-421]", "en": "[$-409]", "ur": "[$-420]"}
THOUSANDS = "{0}#,##0{1}"
LAKH = r"[>=10000000]{0}##\,##\,##\,##0{1};[>=100000]{0}##\,##\,##0{1};{0}##,##0{1}"


@dataclass(frozen=True, slots=True)
class Month:
    """What is written: one person's reports of one month. `editable`: those that may be changed now."""

    user: User
    code: str  # 2026-01
    readings: Sequence[Reading]
    editable: frozenset[int]
    language: str
    made_at: Any
    lakh: bool = False


def person_mark(user: User) -> str:
    """A person in a file: a text that tells nobody anything."""
    return signing.Signer(salt=f"{SALT}.person").signature(str(user.pk))[:22]


def write_month(month: Month) -> bytes:
    """The workbook as a file."""
    target = BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": f"{month.code}", "author": month.user.name, "company": ""})
    writer = _Writer(book, month)
    writer.instructions()
    for name, readings in by_sheet(month.readings).items():
        writer.unit(name, readings)
    writer.hidden()
    book.close()
    return target.getvalue()


def by_sheet(readings: Iterable[Reading]) -> dict[str, list[Reading]]:
    """Readings by the name of their unit's sheet, in the order of their units."""
    units: dict[str, list[Reading]] = {}
    for one in readings:
        units.setdefault(one.unit_code, []).append(one)
    named: dict[str, list[Reading]] = {}
    for found in units.values():
        named[_sheet_name(found[0].unit, named.keys() | {HIDDEN, _("Instructions")})] = found
    return named


def _sheet_name(unit: str, taken: Iterable[str]) -> str:
    """A unit's name as a spreadsheet takes it: short, without brackets, and not twice."""
    plain = _FORBIDDEN.sub(" ", unit).strip().strip("'")[:LONGEST_SHEET_NAME].strip() or "1"
    used, name, number = {one.casefold() for one in taken}, plain, 1
    while name.casefold() in used:
        number += 1
        name = f"{plain[: LONGEST_SHEET_NAME - len(str(number)) - 1]} {number}"
    return name


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any, month: Month) -> None:
        self.book, self.month = book, month
        self.lists = lists(month.readings[0])
        self.ranges: dict[str, str] = {}
        self.looks: dict[tuple[tuple[str, Any], ...], Any] = {}
        locale = LOCALES.get(month.language, "")
        grouped = LAKH if month.lakh else THOUSANDS
        self.formats = {
            Kind.MONEY: grouped.format(locale, ".00"),
            Kind.POINTS: f"{locale}0.00##",
            Kind.QUANTITY: grouped.format(locale, ".00##"),
            Kind.DAY: f"{locale}d mmmm yyyy",
        }
        for number, (name, words) in enumerate(self.lists.items(), start=2):
            column = chr(64 + number)
            self.ranges[name] = f"='{HIDDEN}'!${column}$1:${column}${len(words)}"

    def look(self, **properties: Any) -> Any:
        """A format; the file keeps each once."""
        key = tuple(sorted(properties.items()))
        if key not in self.looks:
            self.looks[key] = self.book.add_format({"valign": "top", "border_color": "#D9D9D9", **properties})
        return self.looks[key]

    def sheet(self, name: str) -> Any:
        sheet = self.book.add_worksheet(name)
        if self.month.language == "ur":
            sheet.right_to_left()
        sheet.hide_gridlines(2)
        return sheet

    def instructions(self) -> None:
        sheet = self.sheet(_("Instructions"))
        sheet.set_column(0, 0, 110)
        label = month_label(self.month.readings[0].first_day)
        sheet.write_string(0, 0, say("workbook.title", {"label": label}), self.look(bold=True, font_size=16))
        told = {"at": moment(self.month.made_at), "person": self.month.user.name}
        sheet.write_string(1, 0, say("workbook.made", told), self.look(font_color="#595959"))
        for number in range(1, 10):
            text = f"{number}. {say(f'workbook.step_{number}')}"
            sheet.write_string(number + 2, 0, text, self.look(text_wrap=True))
        sheet.protect()

    def unit(self, name: str, readings: Sequence[Reading]) -> None:
        sheet = self.sheet(name)
        self._frame(sheet, readings)
        place = FIRST
        for reading in readings:
            stored = cells.stored(reading, self.month.language)
            rows = rows_of(reading)
            for row in rows:
                self._row(sheet, place, row, stored, len(rows) - 1)
                place += 1
        self._validations(sheet, place - 1)
        sheet.autofilter(HEADS, 0, max(place - 1, FIRST), len(COLUMNS) - 1)
        sheet.freeze_panes(FIRST, 3)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADS)
        sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})

    def _frame(self, sheet: Any, readings: Sequence[Reading]) -> None:
        for number, column in enumerate(COLUMNS):
            sheet.set_column(number, number, column.width, None, {"hidden": column is KEY})
            sheet.write_string(KEYS, number, f"{PREFIX}{column.key}")
            colour = INPUT if column.kind else TINT
            look = {"bold": True, "text_wrap": True, "bg_color": colour, "bottom": 2, "bottom_color": TEAL}
            head = self.look(**look, align="right" if column.key in SUMS else "left")
            sheet.write_string(HEADS, number, str(column.label), head)
        sheet.set_row(KEYS, None, None, {"hidden": True})
        title = f"{month_label(readings[0].first_day)} · {readings[0].unit}"
        sheet.write_string(TITLE, 1, title, self.look(bold=True, font_size=14))
        sheet.write_string(HINT, 1, say("workbook.hint"), self.look(font_color="#595959"))
        sheet.set_row(HEADS, 32)

    def _row(self, sheet: Any, place: int, row: Row, stored: Mapping[str, str], lines: int) -> None:
        whole = row.line is None
        sheet.write_string(place, 0, row.key)
        for number, column in enumerate(COLUMNS[1:], start=1):
            name, kind = row.cell(column), row.kind(column)
            if name and kind:
                self._entry(sheet, (place, number), row, kind, (column, stored.get(name, "")))
                continue
            value = reference(column, row)
            look: dict[str, Any] = {"bottom": 1, "bg_color": TINT if whole else "#FFFFFF", "bold": whole}
            if column.key in ("money", "remaining") and not (column.key == "money" and row.line):
                sum_ = _formula(column, row, place, lines)
                sheet.write_formula(
                    place, number, sum_, self.look(num_format=self.formats[Kind.MONEY], **look), value
                )
            elif isinstance(value, Decimal):
                format_ = self.formats[
                    Kind.MONEY if column.key in ("ceiling", "before", "last") else Kind.QUANTITY
                ]
                sheet.write_number(place, number, value, self.look(num_format=format_, **look))
            else:
                sheet.write_string(place, number, value or "", self.look(**look))

    def _entry(
        self, sheet: Any, place: tuple[int, int], row: Row, kind: Kind, written: tuple[Column, str]
    ) -> None:
        column, text = written
        editable = row.reading.id in self.month.editable
        look: dict[str, Any] = {
            "locked": not editable, "bg_color": INPUT if editable else CLOSED, "border": 1,
            "num_format": self.formats.get(kind, "@"), "text_wrap": kind in (Kind.TEXT, Kind.CHOICES),
        }  # fmt: skip
        value = value_of(kind, text, self.lists.get(column.list, {}), self.month.language)
        if value is None:
            sheet.write_blank(*place, None, self.look(**look))
        elif isinstance(value, Decimal):
            sheet.write_number(*place, value, self.look(**look))
        elif isinstance(value, date):
            sheet.write_datetime(*place, value, self.look(**look))
        else:
            sheet.write_string(*place, value, self.look(**look))

    def _validations(self, sheet: Any, last: int) -> None:
        for number, column in enumerate(COLUMNS):
            if column.kind and last >= FIRST:
                sheet.data_validation(FIRST, number, last, number, self._rule(column))

    def _rule(self, column: Column) -> dict[str, Any]:
        """What the spreadsheet program itself checks; it never stops what is read more exactly here."""
        told = {"error_title": str(column.label)[:32], "ignore_blank": True}
        if column.kind in (Kind.MONEY, Kind.POINTS):
            bounds = {"validate": "decimal", "criteria": "between", "minimum": -(10**15), "maximum": 10**15}
            return told | bounds | {"error_message": say("workbook.check_number")}
        if column.kind is Kind.DAY:
            days = {
                "validate": "date",
                "criteria": "between",
                "minimum": date(2000, 1, 1),
                "maximum": date(2099, 12, 31),
            }
            return told | days | {"error_message": say("workbook.check_day")}
        if column.kind is Kind.TEXT:
            length = {"validate": "length", "criteria": "<=", "value": column.longest}
            return told | length | {"error_message": say("workbook.check_length", {"limit": column.longest})}
        chosen = told | {"validate": "list", "source": self.ranges[column.list]}
        if column.kind is Kind.CHOICES:
            return chosen | {"error_type": "information", "error_message": say("workbook.check_choices")}
        return chosen | {"error_message": say("workbook.check_choice")}

    def hidden(self) -> None:
        """The lists to choose from, and what the reader of the file has to know, signed and in pieces."""
        sheet = self.book.add_worksheet(HIDDEN)
        sheet.write_string(0, 0, MARK)
        text = signing.dumps(manifest(self.month), salt=SALT, compress=True)
        for number in range(0, len(text), CHUNK):
            sheet.write_string(1 + number // CHUNK, 0, text[number : number + CHUNK])
        for number, words in enumerate(self.lists.values(), start=1):
            for place, word in enumerate(words.values()):
                sheet.write_string(place, number, word)
        sheet.protect()
        sheet.very_hidden()


def manifest(month: Month) -> dict[str, Any]:
    """Whose file this is, and what stood in each of its cells."""
    was = {}
    for reading in month.readings:
        stored = cells.stored(reading, month.language)
        was[str(reading.id)] = {name: stored.get(name, "") for _row, _column, name in cells_of(reading)}
    return {
        "format": FORMAT,
        "file": new_token(),
        "person": person_mark(month.user),
        "month": month.code,
        "language": month.language,
        "made_at": month.made_at.isoformat(),
        "was": was,
    }


def reference(column: Column, row: Row) -> str | Decimal | None:
    """What stands in a column that is only there to be read."""
    reading, line = row.reading, row.line
    of = line or reading
    money = {"ceiling": of.ceiling, "before": of.before, "last": of.last_month, "remaining": of.remaining}
    if column.key in money:
        return money[column.key]
    if column.key == "code":
        return reading.code
    if line:
        return {
            "name": line.account_name,
            "account": line.account,
            "fund": line.fund,
            "money": line.this_month,
        }.get(column.key)
    whole: dict[str, str | Decimal | None] = {
        "name": reading.name,
        "money": reading.this_month,
        "unit": reading.output_unit if reading.by_volume else _("points"),
        "physical_before": reading.physical_before,
        "physical_plan": reading.physical_plan,
    }
    return whole.get(column.key)


def _formula(column: Column, row: Row, place: int, lines: int) -> str:
    """Sums that follow what is typed; nobody reads them back."""
    letter = {one.key: chr(65 + number) for number, one in enumerate(COLUMNS)}
    here = place + 1
    if column.key == "money":
        money = letter["money"]
        return f"=SUM({money}{here + 1}:{money}{here + lines})" if lines else "=0"
    return f"={letter['ceiling']}{here}-{letter['before']}{here}-{letter['money']}{here}"
