"""A plan's file: its columns, and its rows put together to sub-activities with lines. No database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from registry.imports.columns import Column, Record, amount, check_columns, choice, money, nip, take, text
from registry.imports.problems import Problem, Problems, in_words
from registry.models import BudgetItemVersion, BudgetVersion
from registry.reading import Table
from registry.rules import account_key

KINDS = tuple(BudgetVersion.Kind.values)
CEILINGS = {kind: f"ceiling_{kind}" for kind in KINDS}
CASH = tuple(f"cash_{month:02}" for month in range(1, 13))
PHYSICAL = tuple(f"physical_{month:02}" for month in range(1, 13))
# Said of the whole sub-activity: the rows that say it must agree.
OF_ITEM = (
    "sub_activity_name", "output_indicator", "output_unit", "output_target", "physical_mode", *PHYSICAL,
    "officer_nip", "verifier_nip",
)  # fmt: skip

LineKey = tuple[tuple[int | str, ...], str]


@dataclass(slots=True)
class LineRow:
    """One row of the file: a budget line and its ceiling in each version."""

    row: int
    account_code: str
    account_name: str | None
    fund_source: str
    ceilings: dict[str, Decimal]


@dataclass(slots=True)
class ItemRow:
    """One sub-activity of the file. `said` holds what its rows say of it; `said_in` the row that said it."""

    code: str
    row: int
    said: dict[str, Any] = field(default_factory=dict)
    said_in: dict[str, int] = field(default_factory=dict)
    cash: list[Decimal | None] = field(default_factory=lambda: [None] * 12)
    lines: dict[LineKey, LineRow] = field(default_factory=dict)

    def ceiling(self, kind: str) -> Decimal:
        """The sum of the lines in one version."""
        return sum((line.ceilings[kind] for line in self.lines.values()), Decimal(0))

    def cash_plan(self) -> tuple[Decimal, ...] | None:
        """The twelve months of cash, empty ones as zero; None when no month is planned."""
        return _twelve(self.cash)

    def physical_plan(self) -> tuple[Decimal, ...] | None:
        """As `cash_plan`, in points or output units."""
        return _twelve([self.said.get(name) for name in PHYSICAL])


def _twelve(months: Sequence[Decimal | None]) -> tuple[Decimal, ...] | None:
    if all(month is None for month in months):
        return None
    return tuple(month or Decimal(0) for month in months)


@dataclass(slots=True)
class PlanFile:
    """What a plan's file says: its versions in the order of `KINDS`, its sub-activities, which columns it has."""

    kinds: tuple[str, ...]
    items: dict[str, ItemRow]
    has_cash: bool
    has_physical: bool
    ceiling_columns: Mapping[str, str]
    notes: list[Problem]


def columns_of(table: Table) -> list[Column]:
    """The columns that a plan's file may have; which it needs follows from those it has."""
    here = set(table.columns)
    by_account = bool(here & {"account_code", "account_name"})
    has_versions = bool(here & set(CEILINGS.values()))
    return [
        Column("sub_activity_code", text(40), needed=True, filled=True),
        Column("sub_activity_name", text(400)),
        Column("output_indicator", text(400)),
        Column("output_unit", text(80)),
        Column("output_target", amount),
        Column("account_code", text(40), needed=by_account, filled=True),
        Column("account_name", text(400)),
        Column("fund_source", text(40), needed=by_account, filled=True),
        Column("ceiling", money, needed=not has_versions, filled=True),
        *(Column(name, money, filled=True) for name in CEILINGS.values()),
        Column("physical_mode", choice(BudgetItemVersion.Mode.values)),
        *(Column(name, money) for name in CASH),
        *(Column(name, amount) for name in PHYSICAL),
        Column("officer_nip", nip),
        Column("verifier_nip", nip),
    ]


def parse_plan(table: Table, locale: str, version: str | None, problems: Problems) -> PlanFile:
    """The rows of a plan as sub-activities; what is wrong goes to `problems`."""
    columns = columns_of(table)
    notes = check_columns(table, columns, problems)
    notes += [Problem(note.code, note.params) for note in table.notes]
    ceilings = _ceiling_columns(table, version, problems)
    has_cash = any(name in table.columns for name in CASH)
    if has_cash and len(ceilings) > 1:
        problems.add("import.cash_of_which", None, CASH[0], found=in_words(ceilings.values()))
    items: dict[str, ItemRow] = {}
    if not problems:
        unused = set(CEILINGS.values()) - set(ceilings.values())
        used = [column for column in columns if column.name not in unused]
        for record in take(table, used, locale, problems):
            _add(items, record, ceilings, problems)
    has_physical = any(name in table.columns for name in PHYSICAL)
    return PlanFile(tuple(ceilings), items, has_cash, has_physical, ceilings, notes)


def _ceiling_columns(table: Table, version: str | None, problems: Problems) -> dict[str, str]:
    """Which column holds the ceilings of which version."""
    found = {kind: column for kind, column in CEILINGS.items() if column in table.columns}
    if "ceiling" in table.columns:
        if found:
            problems.add("import.ceiling_columns", None, "ceiling", found=in_words(found.values()))
        return {version or KINDS[0]: "ceiling"}
    if version and found:
        if version not in found:
            problems.add("import.version_column", value=version, found=in_words(found))
        return {version: CEILINGS[version]}
    return found


def _add(items: dict[str, ItemRow], record: Record, ceilings: Mapping[str, str], problems: Problems) -> None:
    code = record["sub_activity_code"]
    if code is None:
        return
    item = items.setdefault(code, ItemRow(code, record.row))
    for column in OF_ITEM:
        _agree(item, column, record, problems)
    for month, column in enumerate(CASH):
        if (planned := record[column]) is not None:
            item.cash[month] = (item.cash[month] or Decimal(0)) + planned
    amounts = {kind: record[column] for kind, column in ceilings.items()}
    # A cell that could not be read is reported already; zero keeps the rest of the row in the checks.
    read = {kind: Decimal(0) if value is None else value for kind, value in amounts.items()}
    line = LineRow(
        record.row, record["account_code"] or "", record["account_name"], record["fund_source"] or "", read
    )
    key = (account_key(line.account_code), line.fund_source)
    if earlier := item.lines.get(key):
        problems.add(
            "import.line_twice", record.row, "account_code", line.account_code, other_row=earlier.row, item=code,
            account=line.account_code or "–", fund_source=line.fund_source or "–",
        )  # fmt: skip
        return
    item.lines[key] = line


def _agree(item: ItemRow, column: str, record: Record, problems: Problems) -> None:
    value = record[column]
    if value is None:
        return
    if column in item.said and item.said[column] != value:
        problems.add(
            "import.differs", record.row, column, value, other_row=item.said_in[column],
            other_value=str(item.said[column]), subject=item.code,
        )  # fmt: skip
        return
    item.said[column] = value
    item.said_in.setdefault(column, record.row)
