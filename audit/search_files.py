"""What a search found as files: CSV and JSON with the same columns, read in parts, so that memory stays constant.

Names of columns and words are English and values as they are stored, so that a program that reads them keeps working.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.search import Question, Reach
from audit.search_found import Change, Found, find, gathers
from wording.files import plain
from wording.sentences import say

MOST = 100_000  # events in one file
AT_ONCE = 5_000  # events in memory


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the files: its name, what it means, and where its value is."""

    name: str
    meaning: Promise
    value: Callable[[Found], Any]


def _of_report(path: str) -> Callable[[Found], Any]:
    def value(event: Found) -> Any:
        found: Any = event.report
        for name in path.split("."):
            found = getattr(found, name) if found is not None else None
        return found

    return value


COLUMNS = (
    Column("event", _("Number of the event in the ledger."), lambda one: one.id),
    Column("sealed", _("yes: under a signed checkpoint; no: written in the last seconds, not sealed yet."),
           lambda one: one.sealed),
    Column("at", _("Moment by the database's clock, UTC."), lambda one: one.at),
    Column("person_id", _("Number of the person in whose name it was done; empty for the system and for raw SQL."),
           lambda one: one.actor),
    Column("person", _("Name of that person today."), lambda one: one.person),
    Column("offices", _("Offices that the person held at that moment."), lambda one: "; ".join(one.offices)),
    Column("what", _("What happened, in words."), lambda one: one.what),
    Column("table", _("Table of the row."), lambda one: one.table),
    Column("row", _("Number of the row."), lambda one: one.row),
    Column("operation", _("I added, U changed, D removed, B taken over; another word for changes of the structure."),
           lambda one: one.op),
    Column("report", _("Token of the report it belongs to."), _of_report("token")),
    Column("sub_activity", _("Code of the report's sub-activity."), _of_report("item.sub_activity_code")),
    Column("unit", _("Unit of the report."), _of_report("item.unit.name")),
    Column("month", _("First day of the report's month."), _of_report("period.first_day")),
    Column("changes", _("Columns that are not what they were, each with its old and its new value as stored; words of free text "
           "where they still stand."), lambda one: one.changes),
    Column("address", _("Address that the request came from."), lambda one: one.address),
    Column("request", _("Number of the request."), lambda one: one.request),
    Column("role", _("Role in the database."), lambda one: one.role),
)  # fmt: skip
MEANINGS: Mapping[str, Promise] = {column.name: column.meaning for column in COLUMNS}


def csv_lines(question: Question, reach: Reach) -> Iterator[str]:
    """The events as CSV (RFC 4180, UTF-8), newest first; a last line says so when they were too many."""
    writer = csv.writer(_Echo())
    yield writer.writerow([column.name for column in COLUMNS])
    for part, cut in _parts(question, reach):
        for event in part:
            yield writer.writerow([_cell(column.value(event)) for column in COLUMNS])
        if cut:
            yield writer.writerow([cut])


def json_lines(question: Question, reach: Reach) -> Iterator[str]:
    """One object: the columns' meanings, the events newest first, one a line, and a sentence when they were too many."""
    with translation.override("en"):
        meanings = {name: str(meaning) for name, meaning in MEANINGS.items()}
    yield '{"columns": ' + json.dumps(meanings) + ',\n"events": ['
    first, said = True, ""
    for part, cut in _parts(question, reach):
        for event in part:
            told = {column.name: _jsonable(column.value(event)) for column in COLUMNS}
            yield ("\n" if first else ",\n") + json.dumps(told, ensure_ascii=False)
            first = False
        said = cut or said
    yield '\n],\n"cut": ' + json.dumps(said or None) + "}\n"


def _parts(question: Question, reach: Reach) -> Iterator[tuple[list[Found], str]]:
    """The events part by part, each with the sentence that ends a file that is cut."""
    question = replace(question, before=None, after=None)
    gather, left = gathers(question, reach), MOST
    while True:
        with translation.override("en"):
            answer = find(question, reach, rows=min(AT_ONCE, left), gather=gather)
            left -= len(answer.events)
            cut = say("search.cut", {"limit": MOST}) if not left and answer.older is not None else ""
        yield list(answer.events), cut
        if answer.older is None or not left:
            return
        question = replace(question, before=answer.older)


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = "; ".join(
            f"{one.column}: {plain(_flat(one.was))} -> {plain(_flat(one.now))}" for one in value
        )
    return plain(value)


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _jsonable(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_change(one) for one in value]
    return value if value is None or isinstance(value, int | str) else plain(value)


def _change(one: Change) -> dict[str, Any]:
    return {"column": one.column, "old": _exact(one.was), "new": _exact(one.now)}


def _exact(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line
