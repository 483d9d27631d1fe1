"""Import a unit's plan and ceilings."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandParser

from registry.imports.adapters import CASH_PLAN, PLAN
from registry.imports.columns import Unclear
from registry.imports.mappings import meaning, save_mapping
from registry.imports.plan_options import PlanOptions
from registry.imports.plan_rows import KINDS
from registry.imports.problems import Problem, Result, in_words, refused
from registry.management.importing import ImportCommand, find_unit
from registry.models import FiscalYear, Government
from registry.reading import FileRefused
from submissions.plans import Foreign, bring_file, bring_plan


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
        parser.add_argument(
            "--unit",
            default="",
            help="the code of the unit whose plan it is; with --mapping the file may name units itself",
        )
        parser.add_argument(
            "--mapping",
            help=f"the file is another system's: {PLAN} or {CASH_PLAN}, recognised by its headings, or a saved name",
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="OURS=HEADING",
            help="what a column of such a file means",
        )
        parser.add_argument(
            "--save-mapping", metavar="NAME", help="keep what the columns mean under this name"
        )
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
        if options["mapping"]:
            return _foreign(options, place)
        unit = find_unit(options["unit"], place if options["government"] else None)
        if isinstance(unit, Problem):
            return Result([unit])
        year = _year(options, unit.government)
        if isinstance(year, Problem):
            return Result([year])
        return bring_plan(
            source=options["file"],
            name=options["file"],
            unit=unit,
            fiscal_year=year,
            options=_said(options),
            dry_run=options["dry_run"],
        )


def _foreign(options: dict[str, Any], place: Government | None) -> Result:
    """A file of another system, by a mapping."""
    if place is None:
        return Result([Problem("import.government_unknown", {"value": "", "known": in_words([])})])
    year = _year(options, place)
    if isinstance(year, Problem):
        return Result([year])
    try:
        meant = meaning(options["file"], options["mapping"], options["column"], place)
    except Unclear as unclear:
        return Result([Problem(unclear.code, unclear.params)])
    except FileRefused as error:
        return refused(error)
    result = bring_file(
        source=options["file"],
        name=options["file"],
        foreign=Foreign(meant.kind, meant.columns, options["unit"]),
        fiscal_year=year,
        options=_said(options),
        dry_run=options["dry_run"],
    )
    if options["save_mapping"] and not result.errors and not options["dry_run"]:
        save_mapping(actor=None, government=place, name=options["save_mapping"], meant=meant)
    return result


def _year(options: dict[str, Any], place: Government) -> FiscalYear | Problem:
    years = FiscalYear.objects.filter(government=place).select_related("government")
    year = years.filter(label=str(options["year"])).first()
    if year is not None:
        return year
    known = in_words(years.order_by("label").values_list("label", flat=True))
    return Problem("import.year_unknown", {"value": str(options["year"]), "known": known})


def _said(options: dict[str, Any]) -> PlanOptions:
    return PlanOptions(
        locale=options["locale"],
        version=options["budget_version"],
        effective_months=options["effective_month"],
        legal_bases=options["legal_basis"],
    )
