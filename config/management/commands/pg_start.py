"""Start the private PostgreSQL of JENJANG_DATA."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import embedded


class Command(BaseCommand):
    help = "Starts the private PostgreSQL of JENJANG_DATA, made ready the first time."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("DATABASE_URL names another server; unset it to use the private one.")
        embedded.ensure(settings.DATA_DIR)
        self.stdout.write(f"PostgreSQL is up in {settings.DATA_DIR}")
