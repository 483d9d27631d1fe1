"""manage.py rules_table: write the table of all rules into docs/rules.md, or say that it is not as the code has it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from submissions import rule_list


class Command(BaseCommand):
    help = "Writes docs/rules.md from submissions/rule_list.py."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 when docs/rules.md is not up to date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "rules.md"
        page = rule_list.page()
        if not options["check"]:
            path.write_text(page, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != page:
            raise CommandError("docs/rules.md is not as the code has it. Run manage.py rules_table.")
        self.stdout.write(f"{len(rule_list.RULES)} rules.")
