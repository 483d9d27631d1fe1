"""What the import commands have in common: options, languages, and how the answer is printed."""

import json
import sys
from abc import ABC, abstractmethod
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from ledger.recording import current_request, this_request
from registry.imports.problems import Problem, Result
from registry.models import Government, Unit
from registry.selectors import government
from wording import ways
from wording.numbers import money

LOCALES = ("id", "en")


class ImportCommand(BaseCommand, ABC):
    """Reads a file, prints what was wrong or what changed, and ends with 1 when nothing could be imported."""

    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a CSV (UTF-8) or XLSX file")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )
        parser.add_argument("--json", action="store_true", help="print the answer as JSON")
        parser.add_argument(
            "--locale",
            choices=LOCALES,
            help="how numbers in texts are written (default: the government's language)",
        )
        parser.add_argument(
            "--language", choices=LOCALES, help="the language of the answer (default: the government's)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        place = self.government(options)
        language = options["language"] or (place.language if place else "id")
        options["locale"] = options["locale"] or ("id" if not place or place.language == "id" else "en")
        currency = place.currency if place else "IDR"
        # One call, one request in the ledger, however many transactions it takes.
        mark = current_request.set(this_request())
        with translation.override(language), ways.of(place):
            try:
                result = self.bring(options, place)
            finally:
                current_request.reset(mark)
            if options["json"]:
                self.stdout.write(
                    json.dumps(as_json(result, options["dry_run"], currency), ensure_ascii=False, indent=2)
                )
            else:
                for line in as_text(result, options["dry_run"], currency):
                    self.stdout.write(line)
        if result.errors:
            sys.exit(1)

    def government(self, options: dict[str, Any]) -> Government | None:
        """The government that is meant: the one named, else the one that this installation serves."""
        code = options.get("government")
        return Government.objects.filter(code=code).first() if code else government()

    @abstractmethod
    def bring(self, options: dict[str, Any], place: Government | None) -> Result:
        """Do the import; each command says how."""


def find_unit(code: str, place: Government | None) -> Unit | Problem:
    """The unit of a code, or what to say when there is none or more than one."""
    units = Unit.objects.select_related("government", "agency").filter(code=code.strip())
    found = list(units.filter(government=place) if place else units)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(sorted(unit.government.code for unit in found))
        return Problem("import.unit_ambiguous", {"value": code, "known": names}, value=code)
    return Problem("import.unit_unknown", {"value": code}, value=code)


def as_json(result: Result, dry_run: bool, currency: str) -> dict[str, Any]:
    """The answer for machines; `exceptions` is the list "realisasi melampaui pagu" of V-05."""
    return {
        "errors": [problem.as_json(currency) for problem in result.errors],
        "exceptions": [problem.as_json(currency) for problem in _exceptions(result.errors)],
        "warnings": [problem.as_json(currency) for problem in result.warnings],
        "notes": [problem.as_json(currency) for problem in result.notes],
        "summary": {"dry_run": dry_run, **result.summary},
    }


def as_text(result: Result, dry_run: bool, currency: str) -> Iterator[str]:
    """The answer for people, line by line."""
    exceptions = _exceptions(result.errors)
    others = [problem for problem in result.errors if problem not in exceptions]
    yield from _section(_("Errors"), others, currency)
    yield from _section(_("Realised money exceeds the new ceiling"), exceptions, currency)
    yield from _section(_("Please look at"), result.warnings, currency)
    yield from _section(_("Notes"), result.notes, currency)
    if result.errors:
        yield _("Nothing was imported. Correct what is named above and try again.")
        return
    summary = result.summary
    if summary.get("plans", 0) > 1:
        yield _("Plans of %(count)s units") % {"count": summary["plans"]}
    for kind, counts in summary.items():
        if isinstance(counts, dict):
            yield _("%(what)s: %(new)s new, %(changed)s changed, %(unchanged)s unchanged") % {
                "what": _names().get(kind, kind), **counts,
            }  # fmt: skip
    for version in summary.get("versions", ()):
        yield _version(version, currency)
    if not summary["changed"]:
        yield _("Nothing changes: the file says what is stored already.")
    elif dry_run:
        yield _("This was a trial: nothing was written.")


def _exceptions(problems: Sequence[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.code.startswith("V-05")]


def _section(title: str, problems: Sequence[Problem], currency: str) -> Iterator[str]:
    if not problems:
        return
    yield f"{title} ({len(problems)})"
    for problem in problems:
        place = [_("row %(row)s") % {"row": problem.row}] if problem.row else []
        place += [problem.column] if problem.column else []
        yield f"  {', '.join(place)}{': ' if place else ''}{problem.sentence(currency)}"


def _version(version: dict[str, Any], currency: str) -> str:
    words = {"new": _("new"), "corrected": _("corrected"), "unchanged": _("unchanged")}
    before = version["total_before"]
    return _(
        "Version %(kind)s from month %(month)s (%(action)s): %(items)s sub-activities, %(lines)s lines, "
        "total %(total)s, before %(before)s"
    ) % {
        "kind": version["kind"],
        "month": version["effective_month"],
        "action": words[version["action"]],
        "items": version["items"],
        "lines": version["lines"],
        "total": money(Decimal(version["total"]), currency=currency),
        "before": money(Decimal(before) if before else None, currency=currency),
    }


def _names() -> dict[str, str]:
    return {
        "items": _("Sub-activities"),
        "lines": _("Budget lines"),
        "units": _("Units"),
        "people": _("People"),
        "posts": _("Posts"),
        "assignments": _("Assignments"),
        "payments": _("Payments"),
        "contracts": _("Contracts"),
    }
