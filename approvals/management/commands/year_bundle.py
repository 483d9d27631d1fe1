"""manage.py year_bundle --year Y [--unit CODE] [--with-evidence] --out F: a fiscal year as one file to keep elsewhere."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from approvals.keeping.law import KeepingRefused
from approvals.keeping.making import to_file
from registry.models import FiscalYear, Unit
from registry.selectors import government
from wording.sentences import say


class Command(BaseCommand):
    help = "Write all signed documents, published figures, the list of evidence and the ledger with its verifier."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", required=True, help="label of the fiscal year, for example 2026")
        parser.add_argument("--unit", help="code of a unit: it and all below it; without it, everything")
        parser.add_argument(
            "--with-evidence", action="store_true", help="the files of evidence too, not only their list"
        )
        parser.add_argument(
            "--out", required=True, type=Path, help="the ZIP file to write; an older one is replaced"
        )

    def handle(self, *, year: str, unit: str | None, out: Path, **options: Any) -> None:
        here = government()
        of = FiscalYear.objects.filter(government=here, label=year).first()
        if of is None:
            known = ", ".join(FiscalYear.objects.filter(government=here).values_list("label", flat=True))
            raise CommandError(f"There is no fiscal year {year}. Known: {known or 'none yet'}.")
        wanted = {"code": unit} if unit else {"parent": None}
        place = Unit.objects.filter(government=here, **wanted).select_related("government").first()
        if place is None:
            raise CommandError(f"There is no unit with the code {unit}.")
        if not out.parent.is_dir():
            raise CommandError(f"There is no folder {out.parent} to write {out.name} into.")
        try:
            _asked, made = to_file(of, place, out, with_evidence=options["with_evidence"])
        except KeepingRefused as refused:
            raise CommandError(say(refused.code, refused.params)) from refused
        self.stdout.write(f"{made.size} bytes in {out}, SHA-256 {made.sha256}")
