"""Bringing in a plan while reports stand on it: what is published limits it, open drafts follow it (V-05)."""

from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.db.models import Sum

from ledger.recording import recorded
from registry.imports.plan import import_plan
from registry.imports.plan_options import PlanOptions
from registry.imports.problems import Result
from registry.models import FiscalYear, Unit, User
from registry.rules import LineKey, account_key, normalise
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
        # One import of a unit at a time, and no report of it is submitted while its ceilings change.
        unit = (
            Unit.objects.select_for_update(of=("self",))
            .select_related("government", "agency")
            .get(pk=unit.pk)
        )
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
        if dry_run or result.errors:
            transaction.set_rollback(True)
    return result


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
    reports = Report.objects.filter(item__fiscal_year=fiscal_year, item__unit=unit).order_by("pk")
    rows = reports.select_for_update(of=("self",)).values_list("budget_version_id", "state")
    return {version for version, state in rows if state not in OPEN_STATES}
