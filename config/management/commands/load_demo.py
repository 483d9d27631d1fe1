"""Load the demonstration regency: deterministic, fictitious, through the product's own door."""

from argparse import ArgumentParser
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import accounts, loading
from config.demo.profiles import PROFILES


class Command(BaseCommand):
    help = "Loads the demonstration regency into an empty database; a second time changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--profile", choices=sorted(PROFILES), default="demo", help="how much: tiny or demo"
        )
        parser.add_argument(
            "--accounts", action="store_true", help="print addresses, roles, user names and passwords"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "DATABASE_URL names a server of your own, which is taken for production, and demonstration data moves the "
                "clock. Set JENJANG_DEMO=1 if this database is for demonstrations, or unset DATABASE_URL."
            )
        profile = PROFILES[options["profile"]]
        if loading.state(profile) == "complete":
            self.stdout.write(
                f"The demonstration data ({profile.name}) is there already; nothing was changed."
            )
        else:
            self._load(profile)
        if options["accounts"]:
            self.stdout.write(accounts.table(accounts.prepared()))

    def _load(self, profile: Any) -> None:
        # Nobody has to be woken for what lies in the past: messages stay in this process and end with it.
        broker, current_app.conf.broker_url = current_app.conf.broker_url, "memory://"
        try:
            loading.load(profile, accounts.prepared(), self.stdout.write)
        finally:
            current_app.conf.broker_url = broker
