"""Import the tree of units of a government."""

from argparse import ArgumentParser
from typing import Any

from django.db import transaction

from ledger.recording import recorded
from registry.imports.problems import Problem, Result, in_words
from registry.imports.units import import_units
from registry.management.importing import ImportCommand
from registry.models import Government


class Command(ImportCommand):
    help = "Imports units (code, name, kind, parent_code, route_code) from CSV or XLSX: all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--government", required=True, help="the code of the government")

    def bring(self, options: dict[str, Any], place: Government | None) -> Result:
        if place is None:
            known = in_words(Government.objects.order_by("code").values_list("code", flat=True))
            return Result(
                [Problem("import.government_unknown", {"value": options["government"], "known": known})]
            )
        with recorded(None):
            result = import_units(
                source=options["file"], name=options["file"], government=place, locale=options["locale"]
            )
            if options["dry_run"] or result.errors:
                transaction.set_rollback(True)
        return result
