"""Make roles, rights, schemas and queues on the database server; safe to run again."""

import os
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import embedded, roles

OLDEST = 150000
VARIABLES = {
    "app": "DATABASE_URL",
    "owner": "DATABASE_OWNER_URL",
    "queue": "DATABASE_QUEUE_URL",
    "sealer": "DATABASE_SEALER_URL",
    "auditor": "DATABASE_AUDITOR_URL",
}


class Command(BaseCommand):
    help = (
        "Makes the database, its roles, rights, schemas and queues. On a server of your own set DATABASE_ADMIN_URL to a "
        "superuser's URL; each role gets the password that its own URL carries, and cannot log in without one."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.EMBEDDED:
            embedded.ensure(settings.DATA_DIR)
            self._prepare(embedded.urls(settings.DATA_DIR)["superuser"], embedded.urls(settings.DATA_DIR))
        else:
            admin = os.environ.get("DATABASE_ADMIN_URL")
            if not admin:
                raise CommandError(
                    "Set DATABASE_ADMIN_URL to a superuser's URL: postgresql://postgres:...@host/postgres"
                )
            self._prepare(
                admin, {name: os.environ[key] for name, key in VARIABLES.items() if os.environ.get(key)}
            )

    def _prepare(self, admin_url: str, urls: dict[str, str]) -> None:
        passwords, names = {}, set()
        for name, role in roles.ROLE.items():
            if name not in urls:
                continue
            parts = urlsplit(urls[name])
            if unquote(parts.username or "") != role:
                raise CommandError(
                    f"{VARIABLES[name]} logs in as {parts.username!r}; the role for it is {role!r}."
                )
            if not parts.password:
                raise CommandError(
                    f"{VARIABLES[name]} carries no password; write postgresql://{role}:PASSWORD@host/name"
                )
            passwords[name] = unquote(parts.password)
            names.add(unquote(parts.path.lstrip("/")))
        if len(names) != 1:
            raise CommandError(
                f"The URLs name {len(names)} databases ({', '.join(sorted(names))}); they must name one."
            )
        with psycopg.connect(admin_url, autocommit=True) as connection:
            if connection.info.server_version < OLDEST:
                raise CommandError("This server is older than PostgreSQL 15; Jenjang needs 15 or newer.")
            roles.prepare_roles(connection, passwords)
            roles.prepare_database(connection, names.pop())
        self.stdout.write(f"The database is prepared; roles that can log in: {', '.join(sorted(passwords))}")
