"""Compile every template of ours, and refuse what the content security policy would block in the browser."""

import re
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateSyntaxError, engines

BLOCKED = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(
        r"<script\b(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE
    ),
    "an address of another host": re.compile(
        r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"(?:https?:)?//", re.IGNORECASE
    ),
}
# Letters are read by mail programs, which know no style sheet of ours and no policy.
IN_LETTERS = {"a style attribute", "an inline style sheet"}
TAGS = re.compile(r"{%.*?%}|{#.*?#}|{{.*?}}", re.DOTALL)


class Command(BaseCommand):
    help = (
        "Compiles every template and finds markup that the content security policy blocks; exit 1 on a fault."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        folders = [settings.BASE_DIR / "templates"]
        ours = [
            Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR
        ]
        folders += [folder / "templates" for folder in ours]
        files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
        faults = [fault for path in files for fault in _faults(path)]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write(f"{len(files)} templates compile.")


def _faults(path: Path) -> list[str]:
    source = path.read_text()
    try:
        engines["django"].from_string(source)
    except TemplateSyntaxError as error:
        return [f"{path}: {error}"]
    if path.suffix != ".html":
        return []
    letter = path.parent.name == "mail"
    plain = TAGS.sub(lambda found: "\n" * found.group().count("\n"), source)
    return [
        f"{path}:{plain.count(chr(10), 0, match.start()) + 1}: {kind}"
        for kind, pattern in BLOCKED.items()
        if not (letter and kind in IN_LETTERS)
        for match in pattern.finditer(plain)
    ]
