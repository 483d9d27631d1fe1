"""Random acts upon a demonstration regency, and whether every kept figure still says what the reports say (docs/speed.md).

JENJANG_DATA=/a/folder python -m bench.shaken --acts 1000
"""

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from random import Random

import django
from django.conf import settings
from django.core.management import call_command

from config import embedded

CHECKOUT = Path(__file__).resolve().parent.parent


def main(words: Sequence[str]) -> None:
    """Do as many acts as were asked for, then compare both tables with the formula; exit 1 when they differ."""
    parser = ArgumentParser(prog="python -m bench.shaken", description=__doc__)
    parser.add_argument(
        "--acts", type=int, default=1000, help="how many must be done; what is refused comes on top"
    )
    parser.add_argument("--seed", type=int, default=20260104, help="the same seed, the same acts")
    asked = parser.parse_args(words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    embedded.ready(CHECKOUT)
    django.setup()
    if settings.PRODUCTION:
        raise SystemExit(
            "This changes figures at random: only a demonstration's database is good for it (JENJANG_DEMO=1)."
        )
    # Nobody has to be woken: messages stay in this process and end with it.
    import_module("celery").current_app.conf.broker_url = "memory://localhost/"
    year = (
        import_module("registry.models")
        .FiscalYear.objects.filter(government__code="99.01")
        .latest("start_date")
    )
    shaker = import_module("bench.shaking").Shaker(year, Random(asked.seed))  # noqa: S311 - invented figures, no secrets
    began = time.monotonic()
    shaker.shake(asked.acts)
    took = time.monotonic() - began
    sys.stdout.write(
        f"{asked.acts} acts in {took:.0f} s: done {_told(shaker.done)}; refused {_told(shaker.refused)}.\n"
    )
    call_command("check_rollups")


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"


if __name__ == "__main__":
    main(sys.argv[1:])
