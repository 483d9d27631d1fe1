"""Open a quarter: a draft pack for each public entity."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from indicators.services import open_quarter
from registry.models import FiscalYear
from wording.sentences import say

QUARTER = re.compile(r"(.{1,20})/([1-4])")


class Command(BaseCommand):
    help = "Opens a quarter of a fiscal year for all public entities; again, it adds only what is missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("quarter", help="fiscal year and number, for example 2025-26/1")
        parser.add_argument(
            "--government", default="", help="its code, when two have a year of the same name"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            found = QUARTER.fullmatch(options["quarter"])
            years = FiscalYear.objects.filter(label=found[1]) if found else FiscalYear.objects.none()
            if options["government"]:
                years = years.filter(government__code=options["government"])
            year = years.select_related("government").order_by("pk").first()
            if found is None or year is None:
                raise CommandError(say("pack.quarter", {"value": options["quarter"]}))
            new = open_quarter(fiscal_year=year, quarter=int(found[2]))
        self.stdout.write(f"{options['quarter']}: {len(new)} new packs.")
