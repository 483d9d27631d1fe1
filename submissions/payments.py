"""Bringing a treasury's payments in (SP2D, SPJ): looked at first, then stored all or nothing, and empty cells filled (V-16).

What is stored stands beside the officers' figures and never changes one that was entered.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from typing import Any

from django.db import connection

from ledger.clock import now as database_now
from ledger.recording import recorded
from registry.imports.problems import Problem, Problems
from registry.imports.writing import Writer
from registry.models import Unit, User
from registry.reading import FileRefused, Table, read_table
from submissions.models import Payment, PaymentImport, PaymentMapping
from submissions.payment_changes import ZERO, Comparison, Stored, compare, gaps, unmentioned
from submissions.payment_filling import Filled, fill_empty
from submissions.payment_places import Placed, place
from submissions.payment_progress import ToDate, to_date
from submissions.payment_reading import Choices, read_rows
from submissions.payment_scope import Book, Scope

MOST = 10**18  # an amount of several rows together is kept in a column too
STORED = """
SELECT p.id, p.line_id, p.month, p.number, p.paid_on, p.amount, p.number = '' AND s.cumulative, p.kind
FROM submissions_payment p JOIN submissions_paymentimport s ON s.id = p.source_id WHERE p.line_id = ANY (%s)"""


@dataclass(frozen=True)
class File:
    """A file as it came: its bytes and its name. It is read once, however often it is asked."""

    content: bytes
    name: str

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def table(self) -> Table:
        """Its rows; raises FileRefused."""
        return read_table(BytesIO(self.content), self.name)


@dataclass(slots=True)
class Look:
    """What a file would do. With any error nothing of it can be stored."""

    scope: Scope
    choices: Choices
    book: Book
    errors: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    found: Comparison = field(default_factory=Comparison)
    # (line, month) -> what all kinds together have paid, as it would be
    paid: dict[tuple[int, int], Decimal] = field(default_factory=dict)
    to_date: ToDate = field(default_factory=dict)  # physical points, where the file gives them

    @property
    def mark(self) -> str:
        """What was shown, in short: a preview that is applied later must still be about the same changes."""
        shown = [(one.line, one.month, one.number, one.amount, one.before and one.before.amount)
                 for one in self.found.changes]  # fmt: skip
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:20]

    @property
    def filling(self) -> dict[tuple[int, int], Decimal]:
        """The sums of the lines and months that the file is about, from which empty cells are filled."""
        return {pair: self.paid[pair] for pair in self.found.rows}


@dataclass(frozen=True, slots=True)
class Applied:
    """What was stored: nothing when `look` has errors, or when it is no longer what was shown (`moved`)."""

    look: Look
    stored: PaymentImport | None = None
    filled: Filled = field(default_factory=Filled)
    moved: bool = False


def look_at(*, file: File, scope: Scope, choices: Choices) -> Look:
    """What the file would change, in a fixed number of statements whatever its size."""
    look, problems = Look(scope, choices, Book.load(scope)), Problems()
    try:
        table = file.table
    except FileRefused as error:
        look.errors = [Problem(error.code, error.params, error.row)]
        return look
    rows, left = read_rows(table, choices, scope.year, problems)
    look.placed = place(rows, look.book, choices.columns, left, problems)
    look.to_date = to_date(look.placed, choices.columns.get("physical", ""), problems)
    look.notes = [Problem(note.code, note.params) for note in table.notes] + left.notes()
    _compare(look, problems)
    if not problems and not look.placed:
        problems.add("payments.nothing")
    look.errors = problems.listed()
    return look


def _compare(look: Look, problems: Problems) -> None:
    """Set the changes and the sums that they make."""
    with connection.cursor() as cursor:
        cursor.execute(STORED, [look.book.mine()])
        rows = cursor.fetchall()
    stored = [Stored(*row) for *row, kind in rows if kind == look.choices.kind]
    for one in rows:
        look.paid[one[1], one[2]] = look.paid.get((one[1], one[2]), ZERO) + one[5]
    if look.choices.cumulative and not problems:
        _check_to_date(look, stored, problems)
    look.found = compare(look.placed, stored, look.choices.cumulative)
    for change in look.found.changes:
        if abs(change.amount) >= MOST:
            problems.add("number.too_large", value=f"{change.amount:f}", digits=len(f"{MOST}") - 1)
        pair = (change.line, change.month)
        look.paid[pair] = look.paid.get(pair, ZERO) + change.difference
    for pair in look.found.rows:
        look.paid.setdefault(pair, ZERO)


def _check_to_date(look: Look, stored: Sequence[Stored], problems: Problems) -> None:
    start = look.scope.year.start_date.month
    for month, missing in gaps(look.placed, stored).items():
        row = next(each.row.row for each in look.placed if each.row.month == month)
        column = look.choices.columns.get("month") or look.choices.columns.get("date", "")
        problems.add(
            "payments.gap", row, column, "", month=month, missing_months=list(missing), start_month=start
        )  # fmt: skip
    if count := unmentioned(look.placed, stored):
        look.notes.append(Problem("payments.unmentioned", {"count": count}))


def bring_in(
    *,
    actor: User | None,
    file: File,
    scope: Scope,
    choices: Choices,
    seen: str | None = None,
    fill: bool = False,
    language: str = "id",
    save_as: str = "",
) -> Applied:
    """Store what the file says, all or nothing, then fill empty cells if asked. The same file twice stores nothing more.

    `seen`: the mark of the preview that a person agreed to; when the changes are others by now, nothing is stored.
    """
    with recorded(actor):
        # One import at a time at an agency: the second of two sees what the first has stored.
        Unit.objects.select_for_update(no_key=True).get(pk=scope.agency.pk)
        look = look_at(file=file, scope=scope, choices=choices)
        if look.errors:
            return Applied(look)
        if seen is not None and look.found.changes and seen != look.mark:
            return Applied(look, moved=True)
        stored = _store(actor, file, look) if look.found.changes else None
        if save_as:
            _remember(scope.agency, save_as, file, choices)
        filled = Filled()
        if fill and actor:
            filled = fill_empty(
                actor=actor, sums=look.filling, to_date=look.to_date, language=language, reason=f"payments {file.name}",
            )  # fmt: skip
        return Applied(look, stored, filled)


def _store(actor: User | None, file: File, look: Look) -> PaymentImport:
    """One row for the file, and in sets the payments that are new or changed."""
    source = PaymentImport(
        agency=look.scope.agency, fiscal_year=look.scope.year, person=actor, at=database_now(), name=file.name[-200:],
        sha256=file.sha256, kind=look.choices.kind, columns=look.choices.as_json(), cumulative=look.choices.cumulative,
        rows=len(look.placed),
    )  # fmt: skip
    source.save(force_insert=True)
    writer = Writer(actor_id=actor.pk if actor else None, reason=f"payments {file.name}")
    fresh = [
        Payment(
            source=source, line_id=one.line, month=one.month, kind=look.choices.kind, number=one.number,
            paid_on=one.paid_on, amount=one.amount,
        )
        for one in look.found.changes
        if one.before is None
    ]  # fmt: skip
    named = [
        Payment(id=one.before.id, source=source, paid_on=one.paid_on, amount=one.amount)
        for one in look.found.changes
        if one.before and not one.follows
    ]
    following = [
        Payment(id=one.before.id, amount=one.amount)
        for one in look.found.changes
        if one.before and one.follows
    ]
    writer.insert(fresh)
    writer.update(named, ("source", "paid_on", "amount"))
    writer.update(following, ("amount",))
    return source


# --- Saved mappings --------------------------------------------------------------------------------------


def _remember(agency: Unit, name: str, file: File, choices: Choices) -> None:
    """Keep the meaning of the columns under a name; the newest of a name counts."""
    columns = choices.as_json() | {"headings": sorted(file.table.columns), "kind": choices.kind}
    mapping = PaymentMapping.objects.filter(agency=agency, name=name[:80]).first()
    mapping = mapping or PaymentMapping(agency=agency, name=name[:80])
    if mapping.columns != columns:
        mapping.columns = columns
        mapping.save()


def remembered(agency: Unit, columns: Sequence[str]) -> PaymentMapping | None:
    """The newest mapping of the agency for a file with just these headings."""
    saved = PaymentMapping.objects.filter(agency=agency).order_by("-pk")
    return next((one for one in saved if one.columns.get("headings") == sorted(columns)), None)


def chosen(saved: Mapping[str, Any], kind: str, of_month: int | None = None) -> Choices:
    """A saved mapping as choices."""
    return Choices(
        columns=dict(saved["fields"]), kind=kind, cumulative=bool(saved.get("cumulative")), of_month=of_month,
        numbers=saved.get("numbers", "id"),
    )  # fmt: skip
