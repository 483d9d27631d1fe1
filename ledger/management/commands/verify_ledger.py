"""manage.py verify_ledger: whether everything still is as it was written, by the very verifier that outsiders use."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.exporting import export
from ledger.verify import Fault, Key, check


class Command(BaseCommand):
    help = "Check the ledger against its checkpoints, anchors and the live rows; exit 1 with the first fault found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the verdict as JSON")
        parser.add_argument(
            "--anchor", action="append", default=[], type=Path, help="a checkpoint kept outside"
        )
        parser.add_argument("--key", type=Path, help="the sealer's public key; unset: the installation's own")
        parser.add_argument("--export", type=Path, help="keep the exported files in this new folder")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["key"] or Path(settings.LEDGER_KEYS) / "sealer.pub"
        if not path.is_file():
            raise CommandError(
                f"{path} is not there: name the sealer's public key with --key, or start `manage.py seal`."
            )
        with TemporaryDirectory() as temporary:
            folder = options["export"] or Path(temporary) / "export"
            with psycopg.connect(settings.LEDGER_READER_URL, autocommit=True) as connection:
                export(connection, folder)
            try:
                anchors = [one.read_text() for one in options["anchor"]]
                sentence, valid = check(folder, Key(path.read_text()), anchors), True
            except Fault as fault:
                sentence, valid = str(fault), False
        if options["json"]:
            self.stdout.write(json.dumps({"valid": valid, "sentence": sentence}))
        if not valid:
            raise CommandError(sentence)
        if not options["json"]:
            self.stdout.write(sentence)
