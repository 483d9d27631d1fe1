"""Importing contracts of a unit and those below it: all or nothing, and nothing changes the second time (W-5, W-13).

A row says one contract, by sub-activity and number. Contracts that a file does not name stay as they are; what a column that
the file does not have would say, stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, BinaryIO

from registry.imports.columns import Column, Record, check_columns, day, money, take, text
from registry.imports.problems import Problem, Problems, Result, refused
from registry.imports.writing import Writer
from registry.models import BudgetItem, BudgetItemVersion, Contract, FiscalYear, Unit, User
from registry.reading import FileRefused, read_table
from registry.rules import account_key

FIELDS = ("name", "provider", "value", "signed_on", "starts_on", "ends_on", "package_code", "ended_on")
NEW = ("name", "provider", "value", "signed_on", "starts_on", "ends_on")  # what a contract cannot be without
COLUMNS = (
    Column("unit_code", text(40)),
    Column("sub_activity_code", text(40), needed=True, filled=True),
    Column("number", text(80), needed=True, filled=True),
    Column("name", text(400), filled=True),
    Column("provider", text(200), filled=True),
    Column("value", money, filled=True),
    Column("signed_on", day, filled=True),
    Column("starts_on", day, filled=True),
    Column("ends_on", day, filled=True),
    Column("package_code", text(40)),
    Column("ended_on", day),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One contract as the file makes it; `before` is empty for a new one, `after` what is said now, by field."""

    row: int
    contract: Contract
    before: dict[str, Any]

    @property
    def differences(self) -> list[tuple[str, Any, Any]]:
        """(field, before, after) of what changes in a contract that is known."""
        after = figures(self.contract)
        return [(name, value, after[name]) for name, value in self.before.items() if value != after[name]]


@dataclass(slots=True)
class Trial:
    """What a file does, or would do: the result, and the contracts that are new or change."""

    result: Result
    changes: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class _Work:
    unit: Unit
    problems: Problems
    items: dict[tuple[str, tuple[int | str, ...]], BudgetItem]  # by unit code and sub-activity code
    codes: dict[tuple[int | str, ...], list[BudgetItem]]
    units: set[str]
    known: dict[tuple[int, str], Contract]
    rows: dict[tuple[int, str], int] = field(default_factory=dict)


def figures(contract: Contract) -> dict[str, Any]:
    """What a contract says, by field."""
    return {name: getattr(contract, name) for name in FIELDS}


def import_contracts(
    *,
    source: str | Path | BinaryIO,
    name: str,
    unit: Unit,
    fiscal_year: FiscalYear,
    locale: str,
    actor: User | None = None,
) -> Trial:
    """Import contracts of a unit and all below it inside the caller's `recorded()` transaction; writes nothing when there
    is an error."""
    problems = Problems()
    try:
        table = read_table(source, name)
    except FileRefused as error:
        return Trial(refused(error))
    notes = check_columns(table, COLUMNS, problems)
    notes += [Problem(note.code, note.params) for note in table.notes]
    if problems:
        return Trial(Result(problems.listed(), notes=notes))
    # One import at a time: two could bring the same new contract.
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    work = _load(unit, fiscal_year, problems)
    records = take(table, COLUMNS, locale, problems)
    changes = [change for record in records if (change := _change(work, record))]
    warnings = _warnings(changes)
    if problems:
        return Trial(Result(problems.listed(), warnings, notes))
    return _write(
        changes, warnings, notes, Writer(actor_id=actor.pk if actor else None, reason=_reason(name))
    )


def _reason(name: str) -> str:
    return f"import_contracts {Path(name).name}"[:100]


def _load(unit: Unit, year: FiscalYear, problems: Problems) -> _Work:
    items = list(
        BudgetItem.objects.filter(unit__path__startswith=unit.path, fiscal_year=year)
        .select_related("unit")
        .order_by("pk")
    )
    codes: dict[tuple[int | str, ...], list[BudgetItem]] = {}
    for item in items:
        codes.setdefault(account_key(item.sub_activity_code), []).append(item)
    known = Contract.objects.filter(item__in=[item.pk for item in items])
    units = Unit.objects.filter(path__startswith=unit.path).values_list("code", flat=True)
    return _Work(
        unit,
        problems,
        {(item.unit.code, account_key(item.sub_activity_code)): item for item in items},
        codes,
        set(units),
        {(one.item_id, one.number): one for one in known},
    )


def _change(work: _Work, record: Record) -> Change | None:
    """The contract of one row with what the row says; None when that cannot be told, which is then a problem."""
    item, number = _item(work, record), record["number"]
    if item is None or number is None:
        return None
    if (item.pk, number) in work.rows:
        other = work.rows[item.pk, number]
        work.problems.add(
            "contracts.twice", record.row, "number", number, number=number, other_row=other,
            code=item.sub_activity_code,
        )  # fmt: skip
        return None
    work.rows[item.pk, number] = record.row
    contract = work.known.get((item.pk, number))
    before = figures(contract) if contract else {}
    contract = contract or Contract(item=item, number=number)
    contract.item = item
    for name in FIELDS:
        if name in record.values and (record[name] is not None or name in ("package_code", "ended_on")):
            setattr(contract, name, record[name] if name != "package_code" else record[name] or "")
    return Change(record.row, contract, before) if _sound(work, record, contract, new=not before) else None


def _item(work: _Work, record: Record) -> BudgetItem | None:
    code, unit = record["sub_activity_code"], record["unit_code"]
    if code is None:
        return None
    key = account_key(code)
    if unit is not None:
        if unit not in work.units:
            work.problems.add(
                "contracts.unit", record.row, "unit_code", unit, value=unit, unit=work.unit.name
            )
            return None
        found = [work.items[unit, key]] if (unit, key) in work.items else []
    else:
        own = work.items.get((work.unit.code, key))
        found = [own] if own else work.codes.get(key, [])
    if len(found) == 1:
        return found[0]
    if found:
        units = ", ".join(item.unit.code for item in found)
        work.problems.add("contracts.several", record.row, "sub_activity_code", code, value=code, units=units)
        return None
    _unknown(work, record, code)
    return None


def _unknown(work: _Work, record: Record, code: str) -> None:
    known = sorted({item.sub_activity_code for items in work.codes.values() for item in items})
    near = get_close_matches(code, known, n=1, cutoff=0.9)
    if near:
        work.problems.add(
            "contracts.suggest", record.row, "sub_activity_code", code, value=code, suggestion=near[0]
        )
    else:
        work.problems.add(
            "contracts.unknown", record.row, "sub_activity_code", code, value=code, unit=work.unit.name
        )


def _sound(work: _Work, record: Record, contract: Contract, *, new: bool) -> bool:
    """Whether the contract holds together; what does not is a problem with its place."""
    missing = [name for name in NEW if name not in record.values] if new else []
    for name in missing:
        work.problems.add("contracts.missing", record.row, name, column=name, number=contract.number)
    if missing or any(record[name] is None for name in NEW if name in record.values):
        return False
    found: list[tuple[str, str, dict[str, Any]]] = []
    if contract.value < 0:
        found.append(("contracts.negative", "value", {"value_rp": str(contract.value)}))
    if contract.ends_on < contract.starts_on:
        days = {"starts_on": contract.starts_on.isoformat(), "ends_on": contract.ends_on.isoformat()}
        found.append(("contracts.order", "ends_on", days))
    if contract.ended_on and contract.ended_on < contract.signed_on:
        days = {"signed_on": contract.signed_on.isoformat(), "ended_on": contract.ended_on.isoformat()}
        found.append(("contracts.ended", "ended_on", days))
    for code, column, params in found:
        work.problems.add(code, record.row, column, getattr(contract, column), **params)
    return not found


def _warnings(changes: Sequence[Change]) -> list[Problem]:
    """What is possible and seldom right: work that begins before the signature, more than the whole ceiling."""
    ceilings = _ceilings([change.contract.item_id for change in changes])
    found = []
    for change in changes:
        one = change.contract
        if one.starts_on < one.signed_on:
            params = {
                "number": one.number,
                "starts_on": _iso(one.starts_on),
                "signed_on": _iso(one.signed_on),
            }
            found.append(Problem("contracts.early", params, change.row, "starts_on", _iso(one.starts_on)))
        ceiling = ceilings.get(one.item_id)
        if ceiling is not None and one.value > ceiling:
            sums = {"number": one.number, "value_rp": str(one.value), "ceiling_rp": str(ceiling)}
            found.append(Problem("contracts.ceiling", sums, change.row, "value", str(one.value)))
    return found


def _iso(value: date) -> str:
    return value.isoformat()


def _ceilings(items: Sequence[int]) -> dict[int, Any]:
    """The ceiling of each sub-activity in the newest version of its unit's budget."""
    rows = (
        BudgetItemVersion.objects.filter(item__in=items, active=True)
        .order_by("item", "-version__effective_month", "-version__sequence")
        .distinct("item")
    )
    return dict(rows.values_list("item", "ceiling"))


def _write(changes: list[Change], warnings: list[Problem], notes: list[Problem], writer: Writer) -> Trial:
    fresh = [change for change in changes if not change.before]
    changed = [change for change in changes if change.before and change.differences]
    writer.insert([change.contract for change in fresh])
    writer.update([change.contract for change in changed], FIELDS)
    counts = {
        "new": len(fresh),
        "changed": len(changed),
        "unchanged": len(changes) - len(fresh) - len(changed),
    }
    summary = {"changed": bool(writer.touched), "contracts": counts}
    return Trial(Result(warnings=warnings, notes=notes, summary=summary), [*fresh, *changed])
