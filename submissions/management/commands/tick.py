"""manage.py tick: what the worker does each minute, once, by hand: opens, reminds, escalates, locks."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from submissions.ticking import tick


class Command(BaseCommand):
    help = "Do all that the calendar has due now. Running it twice does nothing twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a sentence")

    def handle(self, *args: Any, **options: Any) -> None:
        done = tick()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done), default=str))
        else:
            self.stdout.write(
                f"{done.opened} periods opened, {done.done} acts done, {done.skipped} skipped, {done.digests} digests,"
                f" {done.published} reports published, {done.cancelled} revisions cancelled."
            )
        if done.failed:
            self.stderr.write("\n".join(f"failed: {one}" for one in done.failed))
            raise SystemExit(1)
