"""manage.py check_rollups: what is kept of published figures says to the last digit what the reports say."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from registry.models import BudgetItem, FiscalYear, Unit
from submissions import rollups
from submissions.rollups import Compared, Difference

TOLD = 5  # differences in words; --json lists more


class Command(BaseCommand):
    help = (
        "Compare the kept sums of published figures with the reports themselves, of all fiscal years and governments, to the"
        " last digit. Exit 1 with the first differences."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="figures and differences, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        found = list(_years())
        seconds = round(time.monotonic() - began, 1)
        wrong = sum(one.wrong for _, one in found)
        items, units = sum(one.items for _, one in found), sum(one.units for _, one in found)
        told = [said for year, one in found for said in _in_words(year, one.differences)]
        if options["json"]:
            said = {
                "ok": not wrong, "years": len(found), "item_months": items, "unit_months": units, "seconds": seconds,
                "wrong": wrong, "differences": told,
            }  # fmt: skip
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=1))
        elif not wrong:
            self.stdout.write(
                f"{items} months of sub-activities and {units} of units in {len(found)} fiscal years say what the reports say"
                f" ({seconds} s)."
            )
        if wrong:
            first = "\n".join(told[:TOLD])
            raise CommandError(
                f"{wrong} of {items + units} rows say something else than the reports:\n{first}"
            )


def _years() -> Iterator[tuple[FiscalYear, Compared]]:
    with connection.cursor() as cursor:
        for year in FiscalYear.objects.select_related("government").order_by("pk"):
            yield year, rollups.compare(cursor, year.pk, rollups.units_of(cursor, year.pk))


def _in_words(year: FiscalYear, differences: tuple[Difference, ...]) -> Iterator[str]:
    items = BudgetItem.objects.select_related("unit").in_bulk(
        [one.row for one in differences if one.of == "item"]
    )
    units = Unit.objects.in_bulk([one.row for one in differences if one.of == "unit"])
    for one in differences:
        item = items.get(one.row)
        place = (
            f"{item.sub_activity_code} of {item.unit}"
            if item
            else str(units.get(one.row, f"{one.of} {one.row}"))
        )
        yield f"{year.government}, {year}, month {one.month}, {place}: {_said(one)}."


def _said(one: Difference) -> str:
    if not one.kept:
        return "nothing is kept of it"
    if not one.live:
        return "it is kept, and should not be"
    return "; ".join(
        f"{name} is kept as {one.kept[name]}, the reports say {one.live[name]}" for name in one.live
    )
