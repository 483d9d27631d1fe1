"""manage.py seal: the sealer's process. It needs its own role and its own key, and nothing of the site."""

from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.notes import sealer_of
from ledger.sealing import is_of, run, seal


class Command(BaseCommand):
    help = "Seal the ledger: every five seconds and at each signature. --once seals what waits and ends."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="seal what waits now, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LEDGER_SEALER_URL:
            raise CommandError("Set DATABASE_SEALER_URL to the URL of the role jenjang_sealer.")
        sealer = sealer_of(Path(settings.LEDGER_KEYS))
        with psycopg.connect(settings.LEDGER_SEALER_URL, autocommit=True) as connection:
            if not is_of(connection, sealer):
                raise CommandError(
                    f"{settings.LEDGER_KEYS} holds another key than the one that sealed this ledger: put sealer.key back from its"
                    " copy. Sealed with a new one, every earlier checkpoint would seem forged."
                )
            if not options["once"]:
                run(connection, sealer)
            total = 0
            while count := seal(connection, sealer):
                total += count
        self.stdout.write(f"sealed {total} events")
