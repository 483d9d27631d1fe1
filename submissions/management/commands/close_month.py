"""manage.py close_month YYYY-MM: nothing moves in that month any more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.selectors import government
from submissions.calendar import CalendarRefused, close_month, month_of
from wording.sentences import say


class Command(BaseCommand):
    help = "Close a month for good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="YYYY-MM")

    def handle(self, *args: Any, **options: Any) -> None:
        here = government()
        if here is None:
            raise CommandError(
                "There is no government yet: import the units first (manage.py import_units FILE)."
            )
        try:
            fiscal_year, month = month_of(here, options["month"])
        except CalendarRefused as refused:
            raise CommandError(say(refused.code, refused.params)) from refused
        closed = close_month(fiscal_year=fiscal_year, month=month)
        self.stdout.write(f"{options['month']}: {closed} periods closed.")
