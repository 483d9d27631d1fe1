"""manage.py open_month YYYY-MM: periods and reports of a month."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.clock import now
from ledger.recording import recorded
from registry.models import Unit
from registry.selectors import government
from submissions.calendar import CalendarRefused, month_of, open_month
from submissions.telling import announce_opening
from wording.sentences import say


class Command(BaseCommand):
    help = "Open a month: one report for each active sub-activity of all agencies, or of those named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="YYYY-MM")
        parser.add_argument(
            "--unit", action="append", metavar="CODE", help="only this agency (may be repeated)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        here = government()
        if here is None:
            raise CommandError(
                "There is no government yet: import the units first (manage.py import_units FILE)."
            )
        agencies = None
        if options["unit"]:
            agencies = list(Unit.objects.filter(government=here, code__in=options["unit"]))
            missing = set(options["unit"]) - {unit.code for unit in agencies}
            if missing:
                raise CommandError(
                    f"No unit has the code {', '.join(sorted(missing))}. Look the codes up in the unit list."
                )
        try:
            fiscal_year, month = month_of(here, options["month"])
            with recorded(None):
                opened = open_month(fiscal_year=fiscal_year, month=month, agencies=agencies)
                announce_opening(fiscal_year.pk, month, now())
        except CalendarRefused as refused:
            raise CommandError(say(refused.code, refused.params)) from refused
        self.stdout.write(
            f"{options['month']}: {opened.periods} periods and {opened.reports} reports opened."
        )
