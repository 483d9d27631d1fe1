"""Import a unit's plan and ceilings."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandParser

from registry.imports.plan_options import PlanOptions
from registry.imports.plan_rows import KINDS
from registry.imports.problems import Problem, Result, in_words
from registry.management.importing import ImportCommand, find_unit
from registry.models import FiscalYear, Government
from submissions.plans import bring_plan


class Command(ImportCommand):
    help = (
        "Imports a unit's plan and ceilings from CSV or XLSX: all or nothing, errors named by row and column."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Django's own --version gives way to the version of the budget.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--year", required=True, help="the label of the fiscal year, for example 2026")
        parser.add_argument("--unit", required=True, help="the code of the unit whose plan it is")
        parser.add_argument("--government", help="the code of the government, where there are several")
        parser.add_argument(
            "--version", dest="budget_version", choices=KINDS, help="the version (default: murni)"
        )
        parser.add_argument(
            "--effective-month", action="append", default=[], metavar="[VERSION=]MONTH",
            help="fiscal month from which a version other than murni is in force; may be repeated",
        )  # fmt: skip
        parser.add_argument(
            "--legal-basis",
            action="append",
            default=[],
            metavar="[VERSION=]TEXT",
            help="the decision behind a version",
        )

    def bring(self, options: dict[str, Any], place: Government | None) -> Result:
        if options["government"] and place is None:
            known = in_words(Government.objects.order_by("code").values_list("code", flat=True))
            return Result(
                [Problem("import.government_unknown", {"value": options["government"], "known": known})]
            )
        unit = find_unit(options["unit"], place if options["government"] else None)
        if isinstance(unit, Problem):
            return Result([unit])
        years = FiscalYear.objects.filter(government=unit.government)
        year = years.filter(label=str(options["year"])).first()
        if year is None:
            known = in_words(years.order_by("label").values_list("label", flat=True))
            return Result([Problem("import.year_unknown", {"value": str(options["year"]), "known": known})])
        return bring_plan(
            source=options["file"],
            name=options["file"],
            unit=unit,
            fiscal_year=year,
            options=PlanOptions(
                locale=options["locale"],
                version=options["budget_version"],
                effective_months=options["effective_month"],
                legal_bases=options["legal_basis"],
            ),
            dry_run=options["dry_run"],
        )
