"""Importing a plan: sub-activities, lines and one or more budget versions of a unit, all or nothing.

`import_plan` compares the file with what is stored and writes only differences, so that importing a file twice changes
nothing. What was published of each line, and which versions reports are pinned to, is handed in: this module knows
nothing of reports (design.md 10.8).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from registry.imports.officers import resolve_posts
from registry.imports.patterns import patterns_of
from registry.imports.plan_options import PlanOptions
from registry.imports.plan_rows import ItemRow, PlanFile, parse_plan
from registry.imports.plan_store import ITEM_FIELDS, ItemState, Store, VersionState, total
from registry.imports.problems import Problem, Problems, Result, refused
from registry.imports.writing import Writer
from registry.models import (
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetVersion,
    FiscalYear,
    Nomenclature,
    Unit,
    User,
)
from registry.reading import FileRefused, Table, read_table
from registry.rules import Finding, LineKey, PlanItem, PlanLine, check_plan

NEW, CORRECTED, UNCHANGED = "new", "corrected", "unchanged"


@dataclass(slots=True)
class Version:
    """One version of the file: what it shall say, and what becomes of the stored one."""

    kind: str
    month: int
    legal_basis: str | None
    state: VersionState
    before: VersionState | None  # of the version that it corrects or follows
    action: str
    row: BudgetVersion | None
    cash_dropped: int = 0


@dataclass(slots=True)
class Work:
    """One import under way."""

    store: Store
    plan: PlanFile
    problems: Problems
    warnings: list[Problem] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)


def import_plan(
    *,
    source: str | Path | BinaryIO | Table,
    name: str,
    unit: Unit,
    fiscal_year: FiscalYear,
    options: PlanOptions,
    realised: Mapping[LineKey, Decimal],
    pinned: Collection[int],
    actor: User | None = None,
) -> Result:
    """Import a plan inside the caller's `recorded()` transaction; writes nothing when there is an error.

    `realised`: published sums by line in the government's currency (V-05). `pinned`: versions that reports beyond
    draft and returned are pinned to; those are never corrected in place.
    """
    problems = Problems()
    try:
        table = source if isinstance(source, Table) else read_table(source, name)
        plan = parse_plan(table, options.locale, options.version, problems)
    except FileRefused as error:
        return refused(error)
    months, bases = options.of_versions(plan.kinds, problems)
    if not plan.items:
        return Result(problems.listed(), notes=plan.notes)
    work = Work(Store.load(fiscal_year, unit), plan, problems)
    posts = resolve_posts(plan.items.values(), unit, fiscal_year, problems)
    unread = bool(problems)
    for kind in sorted(plan.kinds, key=lambda each: (months.get(each, 13), plan.kinds.index(each))):
        work.versions.append(_version(work, kind, months.get(kind, 1), bases.get(kind), pinned))
    _check(work, realised, unread)
    result = Result(problems.listed(), work.warnings, plan.notes)
    writer = Writer(actor_id=actor.pk if actor else None, reason=f"import_plan {Path(name).name}")
    counts = _write(work, posts, writer) if not result.errors else {}
    result.summary = _summary(work, counts, bool(writer.touched))
    result.notes += [
        Problem("import.cash_dropped", {"count": each.cash_dropped, "version": each.kind})
        for each in work.versions
        if each.cash_dropped
    ]
    return result


# --- What the file wants ---------------------------------------------------------------------------------


def _version(work: Work, kind: str, month: int, basis: str | None, pinned: Collection[int]) -> Version:
    """The version that the file describes: the stored one of that kind and month, corrected, or a new one."""
    same = [row for row in work.store.versions if row.kind == kind and row.effective_month == month]
    row = same[-1] if same else None
    before = work.store.state(row) if row else _in_force(work, month)
    state = {
        item.code: _item_state(work.plan, item, kind, (before or {}).get(item.code))
        for item in work.plan.items.values()
    }
    lost = [
        code for code, item in (before or {}).items() if item.cash and code in state and not state[code].cash
    ]
    if row and before == state:
        action = UNCHANGED
    elif row and row.pk not in pinned:
        action = CORRECTED
    else:
        action, row = NEW, None
    return Version(kind, month, basis, state, before, action, row, 0 if work.plan.has_cash else len(lost))


def _in_force(work: Work, month: int) -> VersionState | None:
    """What a new version continues: the one in force in its first month, stored or made by this import."""
    said = {each.row.pk: each.state for each in work.versions if each.row}
    made = [(each.month, each.state) for each in work.versions if not each.row and each.month <= month]
    stored = [row for row in work.store.versions if row.effective_month <= month]
    row = max(stored, key=lambda each: (each.effective_month, each.sequence), default=None)
    if made and (row is None or made[-1][0] >= row.effective_month):
        return made[-1][1]
    if row is None:
        return None
    return said[row.pk] if row.pk in said else work.store.state(row)


def _item_state(plan: PlanFile, item: ItemRow, kind: str, before: ItemState | None) -> ItemState:
    """What a column that the file does not have says, stays as it was; a cash plan only with its ceiling."""
    ceiling = item.ceiling(kind)
    target = item.said.get("output_target", before.target if before else None)
    mode = item.said.get("physical_mode", before.mode if before else BudgetItemVersion.Mode.PERCENT.value)
    kept_cash = before.cash if before and before.ceiling == ceiling else None
    kept_physical = before.physical if before and (before.mode, before.target) == (mode, target) else None
    return ItemState(
        ceiling,
        target,
        mode,
        item.cash_plan() if plan.has_cash else kept_cash,
        item.physical_plan() if plan.has_physical else kept_physical,
        {key: line.ceilings[kind] for key, line in item.lines.items()},
    )


# --- The rules -------------------------------------------------------------------------------------------


def _check(work: Work, realised: Mapping[LineKey, Decimal], unread: bool) -> None:
    """V-01..V-06 for each version. Where cells could not be read, only what does not need them is said."""
    patterns = patterns_of(work.store.unit.government)
    for version in work.versions:
        items = [_plan_item(work, version, item) for item in work.plan.items.values()]
        compared = {} if version.action == UNCHANGED else realised
        for finding in check_plan(items, patterns, compared):
            if finding.code == "V-05" and not Decimal(finding.params["realised_rp"]):
                continue  # a ceiling below zero is told by V-02
            if unread and finding.rule != "V-01" and finding.code != "V-02.negative":
                continue
            problem = _problem(work, version, finding)
            if finding.blocks:
                work.problems.put(problem)
            elif problem not in work.warnings:
                work.warnings.append(problem)


def _plan_item(work: Work, version: Version, item: ItemRow) -> PlanItem:
    state = version.state[item.code]
    lines = tuple(
        PlanLine(line.account_code, line.fund_source, line.ceilings[version.kind], line_id=line.row)
        for line in item.lines.values()
    )
    return PlanItem(
        work.store.unit.code, item.code, lines, cash=state.cash, physical=state.physical, mode=state.mode,
        target=state.target, line_id=item.row,
    )  # fmt: skip


def _problem(work: Work, version: Version, finding: Finding) -> Problem:
    """A finding with its place in the file; a unit's code is nobody's row."""
    if finding.field == "unit_code":
        return Problem(finding.code, finding.params, None, "unit_code", str(finding.params.get("value", "")))
    column = work.plan.ceiling_columns[version.kind] if finding.field == "ceiling" else finding.field
    first = {"cash": "cash_01", "physical": "physical_01"}.get(column, column)
    params = finding.params
    value = next(
        (params[key] for key in ("value", "planned_rp", "planned_qty", "ceiling_rp") if key in params), ""
    )
    return Problem(finding.code, params, finding.line_id, first, str(value))


# --- Writing ---------------------------------------------------------------------------------------------


def _write(work: Work, posts: Mapping[tuple[str, str], Any], writer: Writer) -> dict[str, dict[str, int]]:
    """Write the differences; returns how many items and lines are new, changed and unchanged."""
    store, (moved_items, moved_lines) = work.store, _moved(work)
    items = _write_items(work, posts, writer)
    lines = _write_lines(work, writer)
    fresh, named = [], []
    for version in work.versions:
        if version.action == NEW:
            version.row = BudgetVersion(
                fiscal_year=store.fiscal_year, unit=store.unit, kind=version.kind, effective_month=version.month,
                sequence=max((row.sequence for row in store.versions), default=0) + 1,
                legal_basis=version.legal_basis or "",
            )  # fmt: skip
            store.versions.append(version.row)
            fresh.append(version.row)
        elif (
            version.row and version.legal_basis is not None and version.row.legal_basis != version.legal_basis
        ):
            version.row.legal_basis = version.legal_basis
            named.append(version.row)
    writer.insert(fresh)
    writer.update(named, ("legal_basis",))
    for version in work.versions:
        if version.row and version.action != UNCHANGED:
            store.write_version(version.row, version.state, writer)
    keys = {(item.code, key) for item in work.plan.items.values() for key in item.lines}
    return {
        "items": _counts(set(work.plan.items), items["new"], moved_items | items["changed"]),
        "lines": _counts(keys, lines["new"], moved_lines | lines["changed"]),
    }


def _counts(everything: set[Any], new: set[Any], changed: set[Any]) -> dict[str, int]:
    changed = (changed & everything) - new
    return {"new": len(new), "changed": len(changed), "unchanged": len(everything) - len(new) - len(changed)}


def _moved(work: Work) -> tuple[set[Any], set[Any]]:
    """Sub-activities and lines whose figures are not those that the version had, or that it continues."""
    items, lines = set(), set()
    for version in work.versions:
        for code, item in version.state.items():
            before = (version.before or {}).get(code)
            if before == item:
                continue
            items.add(code)
            lines |= {
                (code, key)
                for key, ceiling in item.lines.items()
                if not before or before.lines.get(key) != ceiling
            }
    return items, lines


def _write_items(work: Work, posts: Mapping[tuple[str, str], Any], writer: Writer) -> dict[str, set[Any]]:
    store = work.store
    unnamed = [code for code, item in work.plan.items.items() if "sub_activity_name" not in item.said]
    names = _nomenclature(store, unnamed)
    fresh, changed = [], []
    for code, item in work.plan.items.items():
        row = store.items.get(code) or BudgetItem(
            fiscal_year=store.fiscal_year, unit=store.unit, sub_activity_code=code
        )
        before = _figures(row)
        row.sub_activity_name = (
            item.said.get("sub_activity_name") or row.sub_activity_name or names.get(code, "")
        )
        row.output_indicator = item.said.get("output_indicator", row.output_indicator)
        row.output_unit = item.said.get("output_unit", row.output_unit)
        for column, post_id in (("officer_nip", "officer_post_id"), ("verifier_nip", "verifier_post_id")):
            if post := posts.get((column, item.said.get(column, ""))):
                setattr(row, post_id, post.pk)
        after = _figures(row)
        if row._state.adding:
            fresh.append(row)
        elif before != after:
            changed.append(row)
        store.items[code] = row
    writer.insert(fresh)
    writer.update(changed, ITEM_FIELDS)
    return {
        "new": {row.sub_activity_code for row in fresh},
        "changed": {row.sub_activity_code for row in changed},
    }


def _figures(row: BudgetItem) -> tuple[object, ...]:
    return (
        row.sub_activity_name,
        row.output_indicator,
        row.output_unit,
        row.officer_post_id,
        row.verifier_post_id,
    )


def _nomenclature(store: Store, codes: list[str]) -> dict[str, str]:
    """Names of that year for the sub-activities that the file does not name (domain.md 1.2)."""
    if not codes:
        return {}
    rows = Nomenclature.objects.filter(
        government=store.unit.government_id, year=store.fiscal_year.start_date.year, code__in=codes
    )
    return dict(rows.values_list("code", "name"))


def _write_lines(work: Work, writer: Writer) -> dict[str, set[Any]]:
    """Lines keep the account code as it was first written: two writings of one account are one line."""
    store, fresh, changed = work.store, [], []
    made: dict[str, set[Any]] = {"new": set(), "changed": set()}
    for code, item in work.plan.items.items():
        for key, line in item.lines.items():
            row = store.lines.get((code, key))
            if row is None:
                row = store.lines[code, key] = BudgetLine(
                    item_id=store.items[code].pk, account_code=line.account_code, account_name=line.account_name or "",
                    fund_source=line.fund_source,
                )  # fmt: skip
                fresh.append(row)
                made["new"].add((code, key))
            elif line.account_name is not None and row.account_name != line.account_name:
                row.account_name = line.account_name
                changed.append(row)
                made["changed"].add((code, key))
    writer.insert(fresh)
    writer.update(changed, ("account_name",))
    return made


def _summary(work: Work, counts: Mapping[str, Any], changed: bool) -> dict[str, Any]:
    return {
        "unit": work.store.unit.code,
        "year": work.store.fiscal_year.label,
        "changed": changed,
        **counts,
        "versions": [_version_summary(version) for version in work.versions],
    }


def _version_summary(version: Version) -> dict[str, Any]:
    lines = {(code, key) for code, item in version.state.items() for key in item.lines}
    before = {(code, key) for code, item in (version.before or {}).items() for key in item.lines}
    return {
        "kind": version.kind,
        "effective_month": version.month,
        "sequence": version.row.sequence if version.row else None,
        "action": version.action,
        "items": len(version.state),
        "lines": len(lines),
        "lines_added": len(lines - before),
        "lines_dropped": len(before - lines),
        "total_before": None if version.before is None else f"{total(version.before):.2f}",
        "total": f"{total(version.state):.2f}",
    }
