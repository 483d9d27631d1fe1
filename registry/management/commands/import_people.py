"""Import people, posts and assignments."""

from argparse import ArgumentParser
from typing import Any

from django.db import transaction

from ledger.recording import recorded
from registry.imports.people import import_people
from registry.imports.problems import Problem, Result, in_words
from registry.management.importing import ImportCommand
from registry.models import Government


class Command(ImportCommand):
    help = "Imports people and the posts they hold from CSV or XLSX: all or nothing. Passwords are never imported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--government", help="the code of the government, where there are several")

    def bring(self, options: dict[str, Any], place: Government | None) -> Result:
        if place is None:
            known = in_words(Government.objects.order_by("code").values_list("code", flat=True))
            value = options["government"] or "–"
            return Result([Problem("import.government_unknown", {"value": value, "known": known})])
        with recorded(None):
            result = import_people(
                source=options["file"], name=options["file"], government=place, locale=options["locale"]
            )
            if options["dry_run"] or result.errors:
                transaction.set_rollback(True)
        return result
