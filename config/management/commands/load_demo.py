"""Load the demonstration regency: deterministic, fictitious, through the product's own door."""

from argparse import ArgumentParser
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import accounts, loading
from config.demo.profiles import PROFILES, Profile


class Command(BaseCommand):
    help = "Loads the demonstration regency into an empty database; a second time changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--profile",
            choices=sorted(PROFILES),
            default="demo",
            help="how much: tiny or demo; full and stress to measure with",
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
        found = loading.state(profile)
        if found == "complete":
            self.stdout.write(
                f"The demonstration data ({profile.name}) is there already; nothing was changed."
            )
        else:
            self._load(profile, accounts.chosen() if found == "empty" else self._known())
        if options["accounts"]:
            self.stdout.write(accounts.table(self._known()))

    def _known(self) -> accounts.Secrets:
        known = accounts.known()
        if known is None:
            raise CommandError(
                f"The passwords of this demonstration data are kept in {accounts.FILE} of the data folder it was loaded with; "
                f"{settings.DATA_DIR} has none. Set JENJANG_DATA to that folder, or load into an empty database."
            )
        return known

    def _load(self, profile: Profile, secrets: accounts.Secrets) -> None:
        # Nobody has to be woken for what lies in the past: messages stay in this process and end with it.
        broker, current_app.conf.broker_url = current_app.conf.broker_url, "memory://localhost/"
        try:
            loading.load(profile, secrets, self.stdout.write)
        finally:
            current_app.conf.broker_url = broker
