"""Stop the private PostgreSQL of JENJANG_DATA."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config import embedded


class Command(BaseCommand):
    help = "Stops the private PostgreSQL of JENJANG_DATA; open connections are ended."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = embedded.stop(settings.DATA_DIR)
        self.stdout.write(
            f"PostgreSQL is stopped in {settings.DATA_DIR}"
            if stopped
            else f"No PostgreSQL runs in {settings.DATA_DIR}"
        )
