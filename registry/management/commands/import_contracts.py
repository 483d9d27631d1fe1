"""Import contracts with providers."""

from argparse import ArgumentParser
from typing import Any

from django.db import transaction

from ledger.recording import recorded
from registry.imports.contracts import import_contracts
from registry.imports.problems import Problem, Result, in_words
from registry.management.importing import ImportCommand, find_unit
from registry.models import FiscalYear, Government


class Command(ImportCommand):
    help = (
        "Imports contracts (unit_code, sub_activity_code, number, name, provider, value, signed_on, starts_on, ends_on,"
        " package_code, ended_on) of a unit and all below it from CSV or XLSX: all or nothing, errors named by row and column."
        " A contract is known by its sub-activity and number and is updated when it comes again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--year", required=True, help="the label of the fiscal year, for example 2026")
        parser.add_argument("--unit", required=True, help="the code of the agency, or of another unit")
        parser.add_argument("--government", help="the code of the government, where there are several")

    def bring(self, options: dict[str, Any], place: Government | None) -> Result:
        unit = find_unit(options["unit"], place if options["government"] else None)
        if isinstance(unit, Problem):
            return Result([unit])
        years = FiscalYear.objects.filter(government=unit.government)
        year = years.filter(label=options["year"]).first()
        if year is None:
            known = in_words(years.order_by("label").values_list("label", flat=True))
            return Result([Problem("import.year_unknown", {"value": options["year"], "known": known})])
        with recorded(None):
            trial = import_contracts(
                source=options["file"],
                name=options["file"],
                unit=unit,
                fiscal_year=year,
                locale=options["locale"],
            )
            if options["dry_run"] or trial.result.errors:
                transaction.set_rollback(True)
        return trial.result
