"""How a person signs: `manage.py set_signatory citra --backend pkcs11 --label token/key`."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from approvals.models import Backend
from approvals.signatories import SignatoryRefused, set_signatory
from registry.models import User
from wording.sentences import say


class Command(BaseCommand):
    help = (
        "Set with what a person signs. A national number comes from a file or, with -, from standard input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--backend", choices=Backend.values, required=True)
        parser.add_argument(
            "--label", default="", help="of the key: TOKEN/KEY for pkcs11, the file's name for pkcs12"
        )
        # Not as an argument: the list of processes shows those to everybody on the machine.
        parser.add_argument(
            "--number-file", help="a file that holds the national number; - for standard input"
        )

    def handle(self, *, username: str, backend: str, label: str, number_file: str | None, **_: Any) -> None:
        person = User.objects.filter(username=username).first()
        if person is None:
            raise CommandError(say("signatory.person", {"name": username}))
        try:
            number = _read(number_file).strip() if number_file else ""
            set_signatory(actor=None, person=person, backend=backend, label=label, number=number)
        except OSError as error:
            raise CommandError(f"{number_file}: {error.strerror}") from error
        except SignatoryRefused as refused:
            raise CommandError(say(refused.code, refused.params)) from refused
        self.stdout.write(f"{username}: {backend} {label}".rstrip())


def _read(name: str) -> str:
    return sys.stdin.read() if name == "-" else Path(name).read_text()
