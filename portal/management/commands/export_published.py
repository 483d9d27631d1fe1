"""manage.py export_published --year Y --format csv|json|xlsx --out F: all published lines of a year as one file."""

import os
from argparse import ArgumentParser
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.opendata.files import KINDS, write_lines
from registry.models import FiscalYear
from registry.selectors import government


class Command(BaseCommand):
    help = "Write every published line of a fiscal year (sub-activity and month) to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", required=True, help="label of the fiscal year, for example 2026")
        parser.add_argument("--format", choices=list(KINDS), default="csv")
        parser.add_argument(
            "--out", required=True, type=Path, help="the file to write; an older one is replaced"
        )

    def handle(self, *, year: str, out: Path, **options: Any) -> None:
        here = government()
        of = FiscalYear.objects.filter(government=here, label=year).first()
        if of is None:
            known = ", ".join(FiscalYear.objects.filter(government=here).values_list("label", flat=True))
            raise CommandError(f"There is no fiscal year {year}. Known: {known or 'none yet'}.")
        if not out.parent.is_dir():
            raise CommandError(f"There is no folder {out.parent} to write {out.name} into.")
        count = write(of, options["format"], out)
        self.stdout.write(f"{count} published lines of {year} in {out}")


def write(year: FiscalYear, kind: str, out: Path) -> int:
    """Beside the target first, so that a reader never meets half a file; returns the number of lines."""
    with NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as draft:
        path = Path(draft.name)
    try:
        count = write_lines(kind, year, path)
        path.chmod(0o666 & ~_umask())
        path.replace(out)
    finally:
        path.unlink(missing_ok=True)
    return count


def _umask() -> int:
    # The only portable way to read it is to set it.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
