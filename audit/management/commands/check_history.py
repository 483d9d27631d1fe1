"""Whether every change in the ledger has its history row, and every history row its change."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.outside import Stray, found


class Command(BaseCommand):
    help = "Finds changes that were made past the application (raw SQL), and history that tells of no change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            type=int,
            default=0,
            metavar="EVENT",
            help="only what came after this event of the ledger",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object for each finding")

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for finding in found(since=max(options["since"], 0)):
            count += 1
            self.stdout.write(_object(finding) if options["json"] else _sentence(finding))
        if count:
            raise CommandError(
                f"{count} places where ledger and history do not agree. Ask who had access to the database at those moments.",
                returncode=1,
            )
        if not options["json"]:
            self.stdout.write(
                "Every change in the ledger has its history row, and every history row its change."
            )


def _sentence(one: Stray) -> str:
    place = f"event {one.event}" if one.event else "no event"
    if one.history is not None:
        return f"{place}: {one.table} {one.row}: history row {one.history} of {one.at:%Y-%m-%d %H:%M:%S}Z tells of no change"
    who = f"person {one.actor_id}" if one.actor_id else "no person"
    return (
        f"{place}: {one.table} {one.row} {WORDS[one.op]} without a history row at {one.at:%Y-%m-%d %H:%M:%S}Z by {who},"
        f" role {one.role}, program {one.program or 'unknown'}, from {one.address}"
    )


WORDS = {"I": "added", "U": "changed", "D": "removed"}


def _object(one: Stray) -> str:
    told = {name: getattr(one, name) for name in Stray.__dataclass_fields__}
    return json.dumps(told, default=str, ensure_ascii=False)
