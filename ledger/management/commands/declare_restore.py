"""manage.py declare_restore: after a restore, say in the ledger what was lost, with the signatures of two custodians."""

from getpass import getpass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connections

from ledger import restoring
from ledger.restoring import Refused
from ledger.verify import Key


class Command(BaseCommand):
    help = (
        "Declares a restore. At one desk: --lost, --reason and two --custodian-key. At several: --note FILE with --lost and "
        "--reason writes the note, with --custodian-key adds a signature to it (no database needed), alone declares it."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lost", type=Path, help="the newest checkpoint that somebody kept outside")
        parser.add_argument(
            "--reason", default="", help="why, in one line: it is kept for ever and shown to everybody"
        )
        parser.add_argument(
            "--kept", type=int, help="size of the last checkpoint that was restored; unset: the newest"
        )
        parser.add_argument(
            "--custodian-key", action="append", default=[], type=Path, help="NAME.key; twice for two"
        )
        parser.add_argument(
            "--passphrase-file", action="append", default=[], type=Path,
            help="one for each key, in their order; unset: asked on the terminal",
        )  # fmt: skip
        parser.add_argument("--note", type=Path, help="the file that goes from desk to desk")
        parser.add_argument("--database", default="owner", help="alias of the owner's connection")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._act(**options)
        except (Refused, OSError, OperationalError) as refused:
            raise CommandError(str(refused)) from refused

    def _act(
        self, *, lost: Path | None, note: Path | None, custodian_key: list[Path], **options: Any
    ) -> None:
        if lost:
            text = self._made(lost, options)
        elif note:
            text = note.read_text()
        else:
            raise CommandError("Name the lost checkpoint with --lost, or the note with --note.")
        kept, until, reason = restoring.told(text)
        self.stdout.write(f"Kept: {kept} events. Lost: what came after, until {until}. Reason: {reason}")
        for key, file in zip_longest(custodian_key, options["passphrase_file"][: len(custodian_key)]):
            text = restoring.signed(text, restoring.custodian(key, self._passphrase(key, file)))
        if note and (lost or custodian_key):
            with note.open("x" if lost else "w") as file:  # never over a note that somebody has signed
                file.write(text)
            self.stdout.write(f"{note} is written; with two signatures, declare it with --note alone.")
        else:
            self._declare(text, options["database"])

    def _made(self, lost: Path, options: dict[str, Any]) -> str:
        sealer = Key((Path(settings.LEDGER_KEYS) / "sealer.pub").read_text())
        return restoring.note_of(
            _opened(options["database"]), sealer, lost.read_text(), options["reason"], options["kept"]
        )

    def _passphrase(self, key: Path, file: Path | None) -> str:
        return file.read_text().partition("\n")[0] if file else getpass(f"Passphrase of {key.name}: ")

    def _declare(self, text: str, alias: str) -> None:
        event = restoring.declare(_opened(alias), text, restoring.custodians(Path(settings.LEDGER_KEYS)))
        self.stdout.write(f"Declared: event {event}, public with the next seal.")


def _opened(alias: str) -> psycopg.Connection:
    connections[alias].ensure_connection()
    raw: psycopg.Connection = connections[alias].connection
    return raw
