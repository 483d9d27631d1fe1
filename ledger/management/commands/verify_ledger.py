"""manage.py verify_ledger: whether everything still is as it was written, by the very verifier that outsiders use, and then by
what only the database itself can tell."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.exporting import export
from ledger.inside import CHECKS
from ledger.restoring import custodians
from ledger.verify import Fault, Key, check

# Read as one moment; the site's own limit for a page is none for this.
CALM = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET TIME ZONE 'UTC'"
STILL = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class Command(BaseCommand):
    help = (
        "Check the ledger against its checkpoints, anchors and the live rows, then queue, tiles, trail and triggers. "
        "Exit 1 with the first fault found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the verdict as JSON, with figures")
        parser.add_argument(
            "--anchor", action="append", default=[], type=Path, help="a checkpoint kept outside"
        )
        parser.add_argument("--key", type=Path, help="the sealer's public key; unset: the installation's own")
        parser.add_argument(
            "--custodian", action="append", default=[], type=Path,
            help="public key of who may declare a restore; unset: all of the installation's custodians/",
        )  # fmt: skip
        parser.add_argument("--export", type=Path, help="keep the exported files in this new folder")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key, trusted = self._keys(options)
            anchors = [one.read_text() for one in options["anchor"]]
        except (Fault, OSError, ValueError) as error:
            raise CommandError(f"A key or an anchor cannot be read: {error}") from error
        self.seconds: dict[str, float] = {}
        with TemporaryDirectory() as temporary:
            folder = options["export"] or Path(temporary) / "export"
            if folder.exists() and any(folder.iterdir()):
                raise CommandError(f"{folder} is not empty. Name a new folder with --export.")
            with psycopg.connect(settings.LEDGER_READER_URL, autocommit=True) as connection:
                connection.execute(CALM)
                try:
                    sentence, valid = self._verdict(connection, folder, key, anchors, trusted), True
                except Fault as fault:
                    sentence, valid = str(fault), False
        if options["json"]:
            self.stdout.write(json.dumps({"valid": valid, "sentence": sentence, "seconds": self.seconds}))
        if not valid:
            raise CommandError(sentence)
        if not options["json"]:
            self.stdout.write(sentence)

    def _keys(self, options: dict[str, Any]) -> tuple[Key, list[Key]]:
        folder = Path(settings.LEDGER_KEYS)
        path = options["key"] or folder / "sealer.pub"
        if not path.is_file():
            raise CommandError(
                f"{path} is not there: name the sealer's public key with --key, or start `manage.py seal`."
            )
        given = [Key(one.read_text()) for one in options["custodian"]]
        return Key(path.read_text()), given or custodians(folder)

    def _verdict(
        self, connection: psycopg.Connection, folder: Path, key: Key, anchors: Sequence[str], trusted: Sequence[Key]
    ) -> str:  # fmt: skip
        """The outsider's sentence when everything holds. Raises Fault."""
        # An event that was taken out of the queue is in no export: what it left behind would be said of its row instead.
        self._inside(connection, key, "queue")
        with self._step("export"):
            export(connection, folder)
        with self._step("events"):
            sentence = check(folder, key, anchors, trusted)
        self._inside(connection, key, *(name for name in CHECKS if name != "queue"))
        return sentence

    def _inside(self, connection: psycopg.Connection, key: Key, *names: str) -> None:
        with connection.transaction():
            connection.execute(STILL)
            for name in names:
                with self._step(name):
                    try:
                        CHECKS[name](connection, key)
                    except psycopg.DataError as error:
                        raise Fault(f"Something in the ledger cannot be read ({name}): {error}") from error

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """Say on the side what is being checked: millions of events take their time."""
        self.stderr.write(f"{name} ...", self.style.NOTICE)
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 2)
