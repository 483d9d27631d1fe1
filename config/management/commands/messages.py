"""manage.py messages: bring the catalogues in locale/ up to the source, or say what is missing in them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import catalogues


class Command(BaseCommand):
    help = (
        "Collects the texts of Python and templates into locale/*/LC_MESSAGES/django.po; translations stay."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; exit 1 naming each text that is missing, untranslated or has other placeholders",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        base = Path(settings.BASE_DIR)
        packages = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == base]
        try:
            found = catalogues.collect(base, packages)
        except catalogues.Unreadable as error:
            raise CommandError(f"{error}. Correct the file first.") from error
        paths = {
            language: Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
            for language, _name in settings.LANGUAGES
        }
        if options["check"]:
            self._check(found, paths)
        else:
            self._merge(found, paths)

    def _check(self, found: Any, paths: dict[str, Path]) -> None:
        loaded = [catalogues.load(path, language) for language, path in paths.items()]
        faults = [fault for catalogue in loaded for fault in catalogues.faults(found, catalogue)]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write(f"{len(found)} texts, {len(paths)} catalogues: nothing is missing.")

    def _merge(self, found: Any, paths: dict[str, Path]) -> None:
        for language, path in paths.items():
            merged = catalogues.merge(found, catalogues.load(path, language))
            catalogues.save(merged, path)
            done = sum(map(catalogues.translated, catalogues.texts(merged)))
            self.stdout.write(f"{language}: {done} of {len(merged)} texts are translated.")
