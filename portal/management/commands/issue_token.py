"""manage.py issue_token USER [--scope act] [--days N] [--name NAME]: a key for a program; prints it and nothing else."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.api import tokens
from portal.models import ApiToken
from registry.models import User
from wording.sentences import say


class Command(BaseCommand):
    help = "Make a key with which a program works for a person; it is printed once and kept nowhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="user name of the person")
        parser.add_argument("--scope", choices=ApiToken.Scope.values, default=ApiToken.Scope.READ)
        parser.add_argument("--days", type=int, default=tokens.USUAL_DAYS, help="how long it is valid")
        parser.add_argument("--name", default="issue_token", help="by which the person knows it again")

    def handle(self, *, user: str, scope: str, days: int, name: str, **options: Any) -> None:
        person = User.objects.filter(username=user, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active person with the user name {user}.")
        try:
            _token, secret = tokens.issue(person=person, name=name, scope=scope, days=days)
        except tokens.TokenRefused as refused:
            raise CommandError(say(refused.code, refused.params)) from refused
        self.stdout.write(secret)
