"""The dry run of a route: which units would use it, who would hold what, which tiers are vacant, and what changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from approvals.drawings import notes_of, title_of
from registry.models import Government
from submissions.holding import CAPACITIES
from submissions.resolving import Desk, Offices, Trouble, Use, desk_of, desks_of, troubles
from submissions.tenure import Span
from workflow.route import Route

SHOWN_UNITS, SHOWN_TROUBLES = 8, 12


@dataclass(frozen=True, slots=True)
class Trial:
    """What would happen if units followed a route from today on."""

    law: Route
    uses: Sequence[Use]
    offices: Offices
    troubles: Sequence[Trouble]

    @property
    def blocking(self) -> list[Trouble]:
        return [one for one in self.troubles if one.blocks]

    @property
    def units(self) -> list[int]:
        """The units that would use it, in the order of their codes."""
        return list(dict.fromkeys(use.unit for use in self.uses))

    @property
    def items(self) -> int:
        return sum(use.items for use in self.uses)


def tried(government: Government, span: Span, law: Route, uses: Sequence[Use]) -> Trial:
    """A dry run of a sound route; three statements."""
    offices = Offices(government, span)
    return Trial(law, uses, offices, troubles(law, uses, offices))


def tiers_of(trial: Trial, currency: str, units: Mapping[str, str]) -> list[dict[str, Any]]:
    """For each tier: at how many places it is, for how many sub-activities, and at how many nobody holds a post today."""
    desks = desks_of(trial.law, trial.uses, trial.offices.named)
    rows = []
    for number, tier in enumerate(trial.law.tiers):
        places = {desk: uses for desk, uses in desks.items() if desk.tier == number}
        held = sum(bool(_people(trial, desk)) for desk in places)
        rows.append({
            "name": title_of(number, tier),
            "notes": notes_of(tier, currency, units),
            "places": len(places),
            "items": sum(use.items for uses in places.values() for use in uses),
            "vacant": len(places) - held,
        })  # fmt: skip
    return rows


def _people(trial: Trial, desk: Desk) -> list[str]:
    """Who could act at a desk today, with his post."""
    today = trial.offices.span.first
    held = ((seat, seat.holder(today)) for seat in trial.offices.seats_of(trial.law, desk))
    return [
        f"{one.name} ({CAPACITIES.get(one.kind, '')}{seat.title})" for seat, one in held if one is not None
    ]


def sample(trial: Trial, search: str) -> list[dict[str, Any]]:
    """A few units, or those that a search finds, with who would hold each tier of their sub-activities."""
    words = search.casefold().split()
    found = [use for use in trial.uses if all(word in f"{use.code} {use.name}".casefold() for word in words)]
    return [
        {"unit": use.name, "code": use.code, "items": use.items, "holders": _holders(trial, use)}
        for use in found[:SHOWN_UNITS]
    ]


def _holders(trial: Trial, use: Use) -> list[dict[str, Any]]:
    rows = []
    for number, tier in enumerate(trial.law.tiers):
        asked = use.may_meet(tier)
        desk = desk_of(trial.law, number, use, trial.offices.named)
        people = _people(trial, desk) if asked else []
        rows.append({"tier": number, "asked": asked, "people": people})
    return rows


def changes(
    before: Route | None, after: Route, currency: str, units: Mapping[str, str]
) -> list[dict[str, str]]:
    """What the tiers of a version say that those of another did not: {kind: new | gone | other, before, after}."""
    old = _told(before, currency, units) if before else []
    new = _told(after, currency, units)
    found: list[dict[str, str]] = []
    for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, came = old[first:last], new[start:end]
        for number in range(max(len(gone), len(came))):
            one, other = gone[number : number + 1], came[number : number + 1]
            word = "other" if one and other else "gone" if one else "new"
            found.append({"kind": word, "before": "".join(one), "after": "".join(other)})
    if before and before.embargo_hours != after.embargo_hours:
        found.append(
            {"kind": "embargo", "before": str(before.embargo_hours), "after": str(after.embargo_hours)}
        )
    return found


def _told(law: Route, currency: str, units: Mapping[str, str]) -> list[str]:
    # Without its number: a tier that only moved down is the same.
    return [
        "; ".join([title_of(number, tier).partition(". ")[2], *notes_of(tier, currency, units)])
        for number, tier in enumerate(law.tiers)
    ]
