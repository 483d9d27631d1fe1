"""manage.py custodian_key NAME --out FOLDER: a key for one of those who may declare a restore, made where he is."""

from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.restoring import Refused, make_custodian


class Command(BaseCommand):
    help = (
        "Makes NAME.key, locked with a passphrase, for the custodian alone, and NAME.pub for everybody: the site's goes to "
        "custodians/ in JENJANG_LEDGER_KEYS. Needs no database; best run on the custodian's own computer."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="who, in one word: inspectorate.sari")
        parser.add_argument("--out", type=Path, required=True, help="the folder for both files")
        parser.add_argument(
            "--passphrase-file", type=Path, help="its first line; unset: asked twice on the terminal"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            public = make_custodian(
                options["name"], options["out"], self._passphrase(options["passphrase_file"])
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"{public.with_suffix('.key')} is locked; {public} is for everybody:\n{public.read_text().strip()}"
        )

    def _passphrase(self, file: Path | None) -> str:
        if file:
            return file.read_text().partition("\n")[0]
        first = getpass("Passphrase: ")
        if getpass("Once more: ") != first:
            raise CommandError("The two passphrases differ; nothing was made.")
        return first
