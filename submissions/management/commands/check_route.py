"""manage.py check_route: each route can be walked to its end, and each of its tiers finds its posts on every day."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.models import Government, Post, Unit
from registry.selectors import government
from submissions.resolving import Offices, Use, days_ahead, pinned_uses, troubles, uses_of
from submissions.tenure import Span
from wording.sentences import say
from workflow.map import faults, misread
from workflow.models import RouteVersion
from workflow.route import Refusal


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is wrong with a version of a route, or with what follows none."""

    route: str
    refusal: Refusal
    blocks: bool = True

    @property
    def sentence(self) -> str:
        said = say(self.refusal.code, self.refusal.params)
        return f"{self.route}: {said}" if self.route else said


class Command(BaseCommand):
    help = (
        "Prove the newest version of each route in use: every state reachable, one final, no dead end, and every tier"
        " held on every day of the open months and the one after. Exit 1 with the first fault."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all",
            action="store_true",
            help="every template too, and every version that open reports follow",
        )
        parser.add_argument("--json", action="store_true", help="all faults and warnings, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        here = government()
        if here is None:
            raise CommandError(
                "There is no government yet: import the units first (manage.py import_units FILE)."
            )
        span = days_ahead(here).span
        checked, found = _check(here, span, every=options["all"])
        blocking = [one for one in found if one.blocks]
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(checked, span, found), ensure_ascii=False, indent=1))
        elif not blocking:
            self._tell(checked, span, found)
        if blocking:
            raise CommandError(_first(blocking))

    def _tell(self, checked: Sequence[str], span: Span, warnings: Sequence[Told]) -> None:
        for one in warnings:
            self.stdout.write(f"Take note. {one.sentence}")
        self.stdout.write(
            f"{len(checked)} route versions ({', '.join(checked)}): every tier can act from {span.first} to {span.last} and"
            " leads to a signature."
        )


def _first(blocking: Sequence[Told]) -> str:
    more = f" ({len(blocking) - 1} more; --json lists them all)" if len(blocking) > 1 else ""
    return f"{blocking[0].sentence}{more}"


def _as_data(checked: Sequence[str], span: Span, found: Sequence[Told]) -> dict[str, Any]:
    told = [
        {"route": one.route, "code": one.refusal.code, "params": one.refusal.params, "sentence": one.sentence}
        for one in found
    ]
    return {
        "ok": not any(one.blocks for one in found),
        "checked": list(checked),
        "from": span.first.isoformat(),
        "until": span.last.isoformat(),
        "faults": [said for said, one in zip(told, found, strict=True) if one.blocks],
        "warnings": [said for said, one in zip(told, found, strict=True) if not one.blocks],
    }


def _check(here: Government, span: Span, *, every: bool) -> tuple[list[str], list[Told]]:
    """The versions that were looked at, and all that is wrong with them; what blocks comes first."""
    newest = list(RouteVersion.objects.order_by("code", "-number").distinct("code"))
    followed = set(Unit.objects.filter(government=here).values_list("route_code", flat=True))
    wanted = [one for one in newest if every or one.code in followed]
    held = _held(here) if every else {}
    older = [one for one in held if one not in wanted]
    wrong = {one: _faults(one) for one in [*wanted, *older]}
    found = [Told(str(one), fault) for one, some in wrong.items() for fault in some]
    sound = {one.code: one.law for one in wanted if not wrong[one]}
    offices = Offices(here, span)
    uses = uses_of(here, span, sound)
    found += _lost(here, followed - {one.code for one in newest})
    for version in wanted:
        found += _resolved(version, uses.get(version.code, []) if version.code in sound else [], offices)
    for version, reports in held.items():
        found += _resolved(version, [] if wrong[version] else reports, offices)
    unique = {(one.route, one.sentence): one for one in found}
    return [str(one) for one in wrong], sorted(unique.values(), key=lambda one: not one.blocks)


def _held(here: Government) -> dict[RouteVersion, list[Use]]:
    """The versions that unfinished reports are pinned to, with those reports."""
    versions = {str(one.pk): one for one in RouteVersion.objects.order_by("code", "number")}
    readable = [one.law for one in versions.values() if misread(one.tiers) is None]
    uses = pinned_uses(here, readable)
    return {version: uses[key] for key, version in versions.items() if key in uses}


def _faults(version: RouteVersion) -> list[Refusal]:
    wrong = misread(version.tiers)
    return [wrong] if wrong else faults(version.law, Post.Role.values, Unit.Kind.values)


def _lost(here: Government, codes: set[str]) -> Iterator[Told]:
    """Units that follow a route which does not exist."""
    for code in sorted(codes):
        units = Unit.objects.filter(government=here, route_code=code)
        first = units.first()
        params = {"route_code": code, "place": first.name if first else "", "count": units.count()}
        yield Told("", Refusal("resolve.no_route", params))


def _resolved(version: RouteVersion, uses: list[Use], offices: Offices) -> list[Told]:
    found = troubles(version.law, uses, offices) if uses else []
    return [Told(str(version), one.refusal, one.blocks) for one in found]
