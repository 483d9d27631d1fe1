"""Import people, posts and assignments; a trial also says what that would do to open reports."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.offices_effects import SELF, TWICE, Effects, effects_of, seats_of
from approvals.offices_law import day_in
from ledger.recording import recorded
from registry.imports.people import import_people
from registry.imports.problems import Problem, Result, in_words
from registry.management.importing import ImportCommand
from registry.models import Government
from wording import words
from workflow.map import ORDER


class Command(ImportCommand):
    help = "Imports people and the posts they hold from CSV or XLSX: all or nothing. Passwords are never imported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--government", help="the code of the government, where there are several")
        parser.add_argument(
            "--rotation",
            action="store_true",
            help="people and posts must be known, and whoever holds a post ends on the day before his successor begins",
        )

    def bring(self, options: dict[str, Any], place: Government | None) -> Result:
        if place is None:
            known = in_words(Government.objects.order_by("code").values_list("code", flat=True))
            value = options["government"] or "–"
            return Result([Problem("import.government_unknown", {"value": value, "known": known})])
        with recorded(None):
            day = day_in(place)
            before = seats_of(place, day) if options["dry_run"] else None
            result = import_people(
                source=options["file"],
                name=options["file"],
                government=place,
                locale=options["locale"],
                rotation=options["rotation"],
            )
            if before and not result.errors:
                effects = effects_of(place, before, seats_of(place, day), day)
                result.summary["effects"] = counted(effects)
                result.notes += told(effects)
            if options["dry_run"] or result.errors:
                transaction.set_rollback(True)
        return result


def counted(effects: Effects) -> list[dict[str, Any]]:
    """For each agency: open reports that would then wait for somebody else, by step, and those he could not decide on."""
    agencies: dict[str, dict[str, Any]] = {}
    for one in effects.lines:
        mine = agencies.setdefault(
            one.agency.name, {"agency": one.agency.name, **dict.fromkeys((*ORDER, SELF, TWICE), 0)}
        )
        mine[one.verb] += one.here
        if one.refusal:
            mine[one.refusal] += 1
    return [agencies[name] for name in sorted(agencies)]


def told(effects: Effects) -> Iterator[Problem]:
    """The same in sentences."""
    for one in counted(effects):
        steps = ", ".join(f"{words.STEPS[verb]} {one[verb]}" for verb in ORDER if one[verb])
        params = {"agency": one["agency"], "steps": steps or _("none"), "own": one[SELF], "twice": one[TWICE]}
        yield Problem("office.effects", params)
    for paper in effects.papers:
        params = {"number": paper.batch.document_no, "name": paper.batch.signer_name}
        yield Problem("office.paper", params)
