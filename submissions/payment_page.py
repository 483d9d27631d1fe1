"""What the page of payments shows: which column means what, what would change, and what was entered beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from registry.models import User
from registry.reading import Table
from submissions.forms import whole_number
from submissions.models import PaymentKind
from submissions.payment_changes import ZERO
from submissions.payment_filling import Entered, entered, fillable
from submissions.payment_progress import Progress
from submissions.payment_reading import FIELDS, Choices, recognise, says_cumulative
from submissions.payment_scope import Line, Scope
from submissions.payments import Look, chosen, remembered
from wording.payment_sentences import FIELD_WORDS
from wording.sentences import month_name


def choices_from(query: QueryDict, scope: Scope, table: Table) -> tuple[Choices, str]:
    """How to read the file, and the name of the saved mapping that says so: as chosen, else as saved for just these
    headings, else as the headings suggest."""
    kind = query.get("kind", "")
    kind = kind if kind in PaymentKind.values else PaymentKind.SP2D.value
    of_month = whole_number(query.get("of_month", ""), 2)
    of_month = of_month if of_month and 1 <= of_month <= 12 else None
    if query.get("chosen"):
        columns = {name: query.get(f"f-{name}", "") for name in FIELDS}
        columns = {name: column for name, column in columns.items() if column in table.columns}
        numbers = "en" if query.get("numbers") == "en" else "id"
        return Choices(columns, kind, query.get("cumulative") == "1", of_month, numbers), ""
    if saved := remembered(scope.agency, table.columns):
        return chosen(saved.columns, kind, of_month), saved.name
    columns = recognise(table.columns)
    numbers = "id" if scope.agency.government.language == "id" else "en"
    return Choices(columns, kind, says_cumulative(columns.get("amount", "")), of_month, numbers), ""


def fields(choices: Choices, table: Table) -> list[dict[str, Any]]:
    """A select for each thing that a column may mean."""
    missing = choices.missing()
    options = list(zip(table.columns, table.headings, strict=True))
    return [
        {
            "name": name,
            "label": FIELD_WORDS[name],
            "missing": name in missing,
            "options": [
                (column, heading, choices.columns.get(name) == column) for column, heading in options
            ],
        }
        for name in FIELDS
    ]


def months(scope: Scope, chosen_month: int | None) -> list[tuple[int, str, bool]]:
    """The months of the fiscal year by name: (number, name, chosen)."""
    start = scope.year.start_date.month
    return [(number, month_name(number, start), number == chosen_month) for number in range(1, 13)]


@dataclass(slots=True)
class PreviewLine:
    """One line in one month: what was stored, what it would be, what was entered."""

    line: Line
    rows: int
    before: Decimal
    after: Decimal
    entered: Entered | None
    new: bool = False
    changed: bool = False
    correction: bool = False
    fills: bool = False


@dataclass(slots=True)
class Group:
    """One sub-activity in one month; `paid` and `entered` are of all its lines."""

    line: Line
    month: str
    paid: Decimal
    entered: Decimal | None
    reported: bool
    to_date: Decimal | None  # physical points that the file gives
    lines: list[PreviewLine] = field(default_factory=list)

    @property
    def difference(self) -> Decimal | None:
        """Paid less entered; None as long as nothing was entered."""
        return None if self.entered is None else self.paid - self.entered


def groups(look: Look, user: User) -> tuple[list[Group], int]:
    """The preview in the order of units, codes and months, and how many empty cells could be filled."""
    book = look.book
    changes: dict[tuple[int, int], list[Any]] = {}
    for one in look.found.changes:
        changes.setdefault((one.line, one.month), []).append(one)
    touched = {*look.found.rows, *changes}
    whole = {
        (line.id, month)
        for item, month in {(book.lines[line].item, month) for line, month in touched}
        for line in book.of_item[item]
    }
    here = entered(dict.fromkeys(whole))
    fills = fillable(user, {pair: one for pair, one in here.items() if pair in look.found.rows})
    order = {line: place for place, line in enumerate(book.lines)}
    found: dict[tuple[int, int], Group] = {}
    for pair in sorted(touched, key=lambda pair: order[pair[0]]):
        line = book.lines[pair[0]]
        key = (line.item, pair[1])
        if key not in found:
            found[key] = _group(look, line, pair[1], here)
        made = changes.get(pair, [])
        found[key].lines.append(
            PreviewLine(
                line=line,
                rows=look.found.rows.get(pair, 0),
                before=look.paid[pair] - sum((one.difference for one in made), ZERO),
                after=look.paid[pair],
                entered=here.get(pair),
                new=any(one.before is None for one in made),
                changed=any(one.before is not None for one in made),
                correction=any(one.amount < 0 for one in made),
                fills=pair in fills,
            )
        )
    count = len(fills) + Progress.load(user, look.to_date).count()
    return [found[key] for key in sorted(found, key=lambda key: (order[found[key].line.id], key[1]))], count


def _group(look: Look, line: Line, month: int, here: Mapping[tuple[int, int], Entered]) -> Group:
    lines = look.book.of_item[line.item]
    standing = [here[one.id, month] for one in lines if (one.id, month) in here]
    amounts = [one.amount for one in standing if one.amount is not None]
    return Group(
        line=lines[0],
        month=month_name(month, look.scope.year.start_date.month),
        paid=sum((look.paid.get((one.id, month), ZERO) for one in lines), ZERO),
        entered=sum(amounts, ZERO) if amounts else None,
        reported=bool(standing),
        to_date=look.to_date.get((line.item, month)),
    )


def sums(shown: Sequence[Group]) -> dict[str, Decimal]:
    """The totals of the preview."""
    lines = [line for group in shown for line in group.lines]
    return {
        "before": sum((line.before for line in lines), ZERO),
        "after": sum((line.after for line in lines), ZERO),
    }
