"""Import the payments that a treasury's file lists."""

from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import transaction

from ledger.recording import recorded
from registry.imports.problems import Problem, Result, in_words, refused
from registry.management.importing import ImportCommand, find_unit
from registry.models import FiscalYear, Government, Unit
from registry.reading import FileRefused, Table
from submissions.models import PaymentKind, PaymentMapping
from submissions.payment_reading import Choices, recognise, says_cumulative
from submissions.payment_scope import Scope, whole
from submissions.payments import Applied, File, bring_in, chosen


class Command(ImportCommand):
    help = (
        "Imports payments (SP2D or SPJ) of a unit and all below it from CSV or XLSX: all or nothing, errors named by row. "
        "Columns are recognised by their headings, or as a saved mapping says. Nothing that was entered changes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--year", required=True, help="the label of the fiscal year, for example 2026")
        parser.add_argument("--unit", required=True, help="the code of the agency, or of a unit below one")
        parser.add_argument("--kind", required=True, choices=PaymentKind.values, help="what the file lists")
        parser.add_argument("--mapping", help="the name of a column mapping that the agency has saved")
        parser.add_argument(
            "--month", help="the fiscal month of all rows, 1 to 12, when the file does not say it"
        )
        parser.add_argument(
            "--cumulative",
            action="store_true",
            help="amounts are to date: they are differenced month by month",
        )
        parser.add_argument("--government", help="the code of the government, where there are several")

    def bring(self, options: dict[str, Any], place: Government | None) -> Result:
        unit = find_unit(options["unit"], place if options["government"] else None)
        if isinstance(unit, Problem):
            return Result([unit])
        scope = _scope(unit, str(options["year"]))
        if isinstance(scope, Problem):
            return Result([scope])
        try:
            file = File(_content(options["file"]), Path(options["file"]).name)
            choices = _choices(file.table, scope, options)
        except FileRefused as error:
            return refused(error)
        if isinstance(choices, Problem):
            return Result([choices])
        with recorded(None):
            done = bring_in(actor=None, file=file, scope=scope, choices=choices)
            if options["dry_run"]:
                transaction.set_rollback(True)
        return _result(done)


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise FileRefused("import.file", name=path) from error


def _scope(unit: Unit, label: str) -> Scope | Problem:
    years = FiscalYear.objects.select_related("government").filter(government=unit.government)
    year = years.filter(label=label).first()
    if year is None:
        known = in_words(years.order_by("label").values_list("label", flat=True))
        return Problem("import.year_unknown", {"value": label, "known": known})
    return whole(unit, year) or Problem("payments.unit_without_agency", {"value": unit.code})


def _choices(table: Table, scope: Scope, options: dict[str, Any]) -> Choices | Problem:
    """The columns as the mapping says, else as their headings do; what an option says goes before both."""
    month = options["month"]
    if month is not None and not (month.isascii() and month.isdigit() and 1 <= int(month) <= 12):
        return Problem("payments.month_range", {"value": month})
    of_month = int(month) if month else None
    if options["mapping"]:
        saved = PaymentMapping.objects.filter(agency=scope.agency)
        mapping = saved.filter(name=options["mapping"]).first()
        if mapping is None:
            known = in_words(saved.order_by("name").values_list("name", flat=True))
            return Problem("payments.mapping_unknown", {"value": options["mapping"], "known": known})
        choices = chosen(mapping.columns, options["kind"], of_month)
        return replace(choices, cumulative=choices.cumulative or options["cumulative"])
    columns = recognise(table.columns)
    to_date = options["cumulative"] or says_cumulative(columns.get("amount", ""))
    return Choices(columns, options["kind"], to_date, of_month, options["locale"])


def _result(done: Applied) -> Result:
    look = done.look
    if look.errors:
        return Result(look.errors, notes=look.notes)
    found = look.found
    return Result(
        notes=look.notes,
        summary={
            "unit": look.scope.agency.code,
            "year": look.scope.year.label,
            "kind": look.choices.kind,
            "changed": bool(found.changes),
            "payments": {"new": found.new, "changed": found.changed, "unchanged": found.same},
            "corrections": sum(one.amount < 0 for one in found.changes),
        },
    )
