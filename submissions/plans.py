"""Bringing in a plan while reports stand on it: what is published limits it (V-05), open drafts follow it, and what is new in
an open month gets its report there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from django.db import connection, transaction
from django.db.models import Sum

from ledger.recording import recorded
from registry.imports.adapters import CASH_PLAN, Part, adapted, as_plan, in_the_files_words, with_cash
from registry.imports.plan import import_plan
from registry.imports.plan_options import MURNI, PlanOptions
from registry.imports.plan_store import Store
from registry.imports.problems import Problem, Problems, Result, refused
from registry.models import BudgetVersion, FiscalYear, Unit, User
from registry.reading import FileRefused, Table, read_table
from registry.rules import LineKey, account_key, normalise
from submissions import rollups
from submissions.calendar import complete
from submissions.models import Report, ReportLine
from submissions.pinning import repin
from workflow.route import OPEN_STATES, PUBLISHED


def bring_plan(
    *,
    source: str | Path | BinaryIO,
    name: str,
    unit: Unit,
    fiscal_year: FiscalYear,
    options: PlanOptions,
    actor: User | None = None,
    dry_run: bool = False,
) -> Result:
    """Import a plan of a unit in one transaction; with `dry_run` everything is tried and rolled back."""
    with recorded(actor):
        (unit,) = _locked([unit])
        result = _bring(source, name, unit, fiscal_year, options, actor)
        if result.changed:
            _keep(fiscal_year, [unit])
        if dry_run or result.errors:
            transaction.set_rollback(True)
    return result


@dataclass(frozen=True, slots=True)
class Foreign:
    """A file of another system: what it is (`adapters.PLAN` or `CASH_PLAN`), our columns by its headings, and the unit's code
    where the file has no column for it."""

    kind: str
    columns: Mapping[str, str]
    unit: str = ""


def bring_file(
    *,
    source: str | Path | BinaryIO,
    name: str,
    foreign: Foreign,
    fiscal_year: FiscalYear,
    options: PlanOptions,
    actor: User | None = None,
    dry_run: bool = False,
) -> Result:
    """Import another system's file for all units that it names, all or nothing; with `dry_run` everything is rolled back."""
    problems = Problems()
    try:
        table = read_table(source, name)
    except FileRefused as error:
        return refused(error)
    parts = adapted(table, foreign.kind, foreign.columns, foreign.unit, options.locale, problems)
    if not parts and not problems:  # sums alone
        return refused(FileRefused("import.no_rows"))
    units = _units_of(parts, fiscal_year, problems)
    if problems:
        return Result([in_the_files_words(one, foreign.columns) for one in problems.listed()])
    results = []
    with recorded(actor):
        locked = {unit.code: unit for unit in _locked(units)}
        list(_reports(fiscal_year, units))  # of all units in one order, as whoever publishes holds them
        for part in parts:
            unit = locked[part.code]
            mine = _table(foreign.kind, part, unit, fiscal_year, options, problems)
            results.append(_bring(mine, name, unit, fiscal_year, options, actor))
        result = _together(results, problems, foreign)
        if any(one.changed for one in results):
            _keep(fiscal_year, locked.values())
        if dry_run or result.errors:
            transaction.set_rollback(True)
    return result


def _locked(units: Sequence[Unit]) -> list[Unit]:
    """One import of a unit at a time, and no report of it is submitted while its ceilings change; always in the same order."""
    rows = Unit.objects.select_for_update(of=("self",)).select_related("government", "agency")
    return list(rows.filter(pk__in=[unit.pk for unit in units]).order_by("pk"))


def _bring(
    source: str | Path | BinaryIO | Table,
    name: str,
    unit: Unit,
    fiscal_year: FiscalYear,
    options: PlanOptions,
    actor: User | None,
) -> Result:
    result = import_plan(
        source=source,
        name=name,
        unit=unit,
        fiscal_year=fiscal_year,
        options=options,
        realised=realised_lines(fiscal_year, unit),
        pinned=_pinned_versions(fiscal_year, unit),
        actor=actor,
    )
    if result.changed:
        repin(fiscal_year=fiscal_year, unit=unit, actor=actor)
        complete(fiscal_year=fiscal_year, unit=unit, actor=actor)
    return result


def _keep(fiscal_year: FiscalYear, units: Iterable[Unit]) -> None:
    """The roll-ups follow, last of all: whoever publishes holds his reports while he waits for the sums of a unit."""
    with connection.cursor() as cursor:
        rollups.refresh(cursor, fiscal_year.pk, [unit.pk for unit in units])


def _units_of(parts: Sequence[Part], fiscal_year: FiscalYear, problems: Problems) -> list[Unit]:
    codes = [part.code for part in parts]
    units = {
        one.code: one for one in Unit.objects.filter(government=fiscal_year.government_id, code__in=codes)
    }
    for part in parts:
        if part.code not in units:
            problems.add("import.unit_unknown", part.first_row, "unit_code", part.code, value=part.code)
    return list(units.values())


def _table(
    kind: str, part: Part, unit: Unit, fiscal_year: FiscalYear, options: PlanOptions, problems: Problems
) -> Table:
    """One unit's part in our form; months of cash stand on the ceilings of the version that they are for."""
    if kind != CASH_PLAN:
        return as_plan(part)
    store = Store.load(fiscal_year, unit)
    meant = _meant(store.versions, options)
    return with_cash(part, store.state(meant) if meant else {}, store.lines, options.locale, problems)


def _meant(versions: Sequence[BudgetVersion], options: PlanOptions) -> BudgetVersion | None:
    """The stored version that the import will correct, else the one that it will follow."""
    wanted = options.version or MURNI
    months, _bases = options.of_versions([wanted], Problems())  # what is wrong with them the import says
    month = months.get(wanted, 1)
    same = [one for one in versions if one.kind == wanted and one.effective_month == month]
    before = [one for one in versions if one.effective_month <= month]
    return (
        same[-1] if same else max(before, key=lambda one: (one.effective_month, one.sequence), default=None)
    )


def _together(results: Sequence[Result], problems: Problems, foreign: Foreign) -> Result:
    """The answers of all units as one, under the file's own headings."""
    for result in results:
        for problem in result.errors:
            problems.put(problem)
    errors = [in_the_files_words(one, foreign.columns) for one in problems.listed()]
    warnings = [in_the_files_words(one, foreign.columns) for result in results for one in result.warnings]
    notes: list[Problem] = []
    for result in results:
        notes += [one for one in result.notes if one not in notes]
    summary: dict[str, Any] = {
        "changed": any(result.summary.get("changed") for result in results),
        "plans": len(results),
    }
    told = [result.summary for result in results if "items" in result.summary]
    for kind in ("items", "lines") if told else ():
        summary[kind] = {
            word: sum(one[kind][word] for one in told) for word in ("new", "changed", "unchanged")
        }
    summary["versions"] = _versions(told)
    return replace(Result(errors, warnings, notes), summary=summary)


def _versions(told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Versions of all units, those alike as one."""
    alike: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in (version for summary in told for version in summary["versions"]):
        key = (one["kind"], one["effective_month"], one["action"])
        if key not in alike:
            alike[key] = dict(one) | {"sequence": None}
            continue
        held = alike[key]
        for count in ("items", "lines", "lines_added", "lines_dropped"):
            held[count] += one[count]
        for money in ("total", "total_before"):
            known = [Decimal(each[money]) for each in (held, one) if each[money] is not None]
            held[money] = f"{sum(known, Decimal(0)):.2f}" if known else None
    return list(alike.values())


def realised_lines(fiscal_year: FiscalYear, unit: Unit) -> dict[LineKey, Decimal]:
    """Published money of each line of a unit, summed over the year, by the line's identity in the rules."""
    rows = (
        ReportLine.objects.filter(
            report__state=PUBLISHED, line__item__fiscal_year=fiscal_year, line__item__unit=unit
        )
        .values_list("line__item__sub_activity_code", "line__account_code", "line__fund_source")
        .annotate(total=Sum("realized"))
        .order_by()
    )
    code = normalise(unit.code)
    return {
        (code, item, account_key(account), fund): total or Decimal(0) for item, account, fund, total in rows
    }


def _pinned_versions(fiscal_year: FiscalYear, unit: Unit) -> set[int]:
    """Versions on which a report stands that is being judged or was published; all reports of the unit get locked."""
    return {version for version, state in _reports(fiscal_year, [unit]) if state not in OPEN_STATES}


def _reports(fiscal_year: FiscalYear, units: Sequence[Unit]) -> Iterable[tuple[int, str]]:
    """Version and state of each report of these units, locked when they are read."""
    reports = Report.objects.filter(item__fiscal_year=fiscal_year, item__unit__in=units).order_by("pk")
    return reports.select_for_update(of=("self",)).values_list("budget_version_id", "state")
