"""Where each row's money belongs: the one budget line that it can only be, or a sentence with the cure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from registry.imports.problems import Problems, in_words
from registry.models import Unit
from registry.rules import account_key
from submissions.payment_reading import Left, PaidRow
from submissions.payment_scope import Book, Key, Line

MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and its budget line."""

    row: PaidRow
    line: Line


class _Lost(Exception):
    """No line is certain: the code of the sentence, the field it is about, and its parameters."""

    def __init__(self, code: str, field: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.field, self.params = code, field, params


@dataclass(slots=True)
class _Finder:
    book: Book
    known: dict[tuple[str, str, str, str], Line | _Lost | None] = field(default_factory=dict)
    elsewhere: set[Key] | None = None

    def line(self, row: PaidRow) -> Line | None:
        """The line; None for a row of another agency. Raises _Lost. Rows that say the same are looked up once."""
        asked = (row.unit, row.sub_activity, row.account, row.fund)
        if asked not in self.known:
            try:
                self.known[asked] = self._line(row)
            except _Lost as lost:
                self.known[asked] = lost
        found = self.known[asked]
        if isinstance(found, _Lost):
            raise found.with_traceback(None)
        return found

    def _line(self, row: PaidRow) -> Line | None:
        unit = account_key(row.unit) if row.unit else ()
        if unit and unit not in self.book.units:
            if unit in self._elsewhere():
                return None
            raise _Lost("payments.unit_unknown", "unit", value=row.unit)
        item, account = self._item(row, unit)
        return self._of_item(row, self.book.of_item[item], account)

    def _elsewhere(self) -> set[Key]:
        if self.elsewhere is None:
            codes = Unit.objects.filter(government=self.book.scope.agency.government_id)
            self.elsewhere = {account_key(code) for code in codes.values_list("code", flat=True)}
        return self.elsewhere

    def _item(self, row: PaidRow, unit: Key) -> tuple[int, Key]:
        """The sub-activity, and what of the account is left when the code stands in front of it."""
        account = account_key(row.account) if row.account else ()
        code = account_key(row.sub_activity) if row.sub_activity else self._in_front(account)
        if code and account[: len(code)] == code:
            account = account[len(code) :]
        found = self.book.items.get(code, {})
        if not found:
            raise self._unknown(row)
        at_unit = [item for item, line in found.items() if not unit or account_key(line.unit) == unit]
        if not at_unit and unit == account_key(self.book.scope.agency.code):
            at_unit = list(found)  # the file names the agency, the plan its unit
        if not at_unit:
            units = in_words(sorted({line.unit for line in found.values()})[:MOST_NAMED])
            raise _Lost("payments.not_at_unit", "unit", value=row.sub_activity, unit=row.unit, units=units)
        if len(at_unit) > 1:
            units = in_words(sorted({line.unit for line in found.values()})[:MOST_NAMED])
            value = row.sub_activity or row.account
            raise _Lost(
                "payments.several_units", "sub_activity", value=value, count=len(at_unit), units=units
            )
        return at_unit[0], account

    def _in_front(self, account: Key) -> Key:
        """The sub-activity in a full reference such as 1.03.10.2.01.0053.5.2.04.01.001.0003."""
        sizes = range(len(account), 0, -1)
        return next((account[:size] for size in sizes if account[:size] in self.book.items), account)

    def _unknown(self, row: PaidRow) -> _Lost:
        if not row.sub_activity:
            return _Lost("payments.no_item", "account", value=row.account)
        codes = sorted({line.code for line in self.book.lines.values()})
        near = get_close_matches(row.sub_activity, codes, n=1, cutoff=0.9)
        if near:
            return _Lost("payments.item_suggest", "sub_activity", value=row.sub_activity, suggestion=near[0])
        agency, year = self.book.scope.agency.name, self.book.scope.year.label
        return _Lost(
            "payments.item_unknown", "sub_activity", value=row.sub_activity, agency=agency, year=year
        )

    def _of_item(self, row: PaidRow, lines: Sequence[Line], account: Key) -> Line:
        if account:
            bought = [line for line in lines if account_key(line.account) == account]
            if not bought:
                known = in_words([line.account or "–" for line in lines][:MOST_NAMED])
                value = ".".join(map(str, account)) if not row.sub_activity else row.account
                raise _Lost(
                    "payments.account_unknown", "account", value=value, item=lines[0].code, known=known
                )
            lines = bought
        if row.fund:
            paid = [line for line in lines if _plain(line.fund) == _plain(row.fund)]
            if not paid:
                known = in_words(sorted({line.fund or "–" for line in lines}))
                raise _Lost("payments.fund_unknown", "fund", value=row.fund, item=lines[0].code, known=known)
            lines = paid
        if len(lines) > 1:
            several = "payments.several_funds" if account else "payments.several_accounts"
            known = in_words([line.fund if account else line.account for line in lines][:MOST_NAMED])
            named = "fund" if account else "account"
            raise _Lost(several, named, value=row.account or "–", item=lines[0].code, known=known)
        return lines[0]


def _plain(name: str) -> str:
    """A fund source without its spaces and hyphens: "DAK Fisik" is "DAK-FISIK"."""
    return re.sub(r"[\W_]", "", name).casefold()


def place(
    rows: Sequence[PaidRow], book: Book, columns: Mapping[str, str], left: Left, problems: Problems
) -> list[Placed]:
    """The rows with their lines. Other people's rows and other agencies' are left out; the rest is a problem by row."""
    finder, placed = _Finder(book), []
    for row in rows:
        try:
            line = finder.line(row)
        except _Lost as lost:
            column = columns.get(lost.field, lost.field)
            problems.add(lost.code, row.row, column, lost.params["value"], **lost.params)
            continue
        if line is None:
            left.out("payments.other_agency", row.amount)
        elif line.item not in book.scope.items:
            left.out("payments.not_mine", row.amount)
        else:
            placed.append(Placed(row, line))
    return placed
