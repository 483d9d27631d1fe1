"""manage.py ledger_witness: the witness of another office, from this program; it asks nothing of a database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import witness


class Command(BaseCommand):
    help = "Fetch a ledger's checkpoint, show that it goes on from the one kept, keep it. Exit 1: refused; 2: no answer."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        witness.arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        status, sentence = witness.run(options["url"], options["key"], options["state"], options["custodian"])
        if status:
            raise CommandError(sentence, returncode=status)
        self.stdout.write(sentence)
