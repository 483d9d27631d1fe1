"""The way of a report, tier by tier: who did what on it, in which capacity, and who has it now."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions.holding import CAPACITIES, Where
from submissions.models import Report
from submissions.selectors import category_of
from wording import words
from wording.sentences import onward
from workflow import route
from workflow.models import Decision
from workflow.record import law
from workflow.route import Route, Tier

DONE = {
    route.SUBMIT: gettext_lazy("Entered"),
    route.VERIFY: gettext_lazy("Verified"),
    route.SIGN: gettext_lazy("Signed"),
    route.REVIEW: gettext_lazy("Reviewed"),
    route.RETURN: gettext_lazy("Returned to the tier before"),
    route.AMEND: gettext_lazy("Revision opened"),
}


def steps(
    report: Report, decisions: Sequence[Decision], holder: Where, notes: Mapping[int, list[str]]
) -> list[dict[str, Any]]:
    """One step for each tier that this report comes by, and publication; done ones with the words of their decisions."""
    way = law(report.route_id)
    since = max((one.step for one in decisions if one.verb == route.SUBMIT), default=None)
    climb = [one for one in decisions if since is not None and one.step >= since] if report.tier else []
    published = [one for one in climb if one.verb == route.PUBLISH]
    found: list[dict[str, Any]] = []
    for number in _tiers(report, way, climb):
        found.append(_tier(report, number, way.tiers[number], climb, holder, notes))
    place = next(
        (at for at, step in enumerate(found) if step["verb"] == route.REVIEW and not step["blocks"]),
        len(found),
    )
    found.insert(place, _publication(report, published, holder, notes))
    return found


def _tiers(report: Report, way: Route, climb: Sequence[Decision]) -> list[int]:
    """The tiers it went by, and from where it stands those whose conditions hold."""
    about = {
        "ceiling": report.ceiling,
        "fund_source": frozenset(_funds(report)) if any(tier.when for tier in way.tiers) else frozenset(),
        "kind": report.item.unit.kind,
    }
    gone = {one.tier for one in climb if one.verb in (route.SUBMIT, *route.DECIDING)}
    return [
        number
        for number, tier in enumerate(way.tiers)
        if number == 0 or number == report.tier or number in gone or tier.asks(about)
    ]


def _funds(report: Report) -> Sequence[str]:
    return list(report.lines.values_list("line__fund_source", flat=True))


def _tier(
    report: Report,
    number: int,
    tier: Tier,
    climb: Sequence[Decision],
    holder: Where,
    notes: Mapping[int, list[str]],
) -> dict[str, Any]:
    made = [one for one in climb if one.verb == tier.verb and (one.tier == number or number == 0)]
    last = {one.actor_id: one for one in made}  # once more by the same person counts once
    done = [one for one in last.values() if number < report.tier]
    step = {"label": str(DONE[tier.verb]), "verb": tier.verb, "blocks": tier.blocks, **_empty()}
    if done:
        return step | {"state": "done"} | _said(done, notes)
    if (
        number == report.tier
        and holder.kind in ("draft", "returned", "waiting")
        or _reviewing(report, number)
    ):
        state = "returned" if report.state == route.RETURNED else "current"
        return step | {"state": state, "person": holder.person, "office": holder.office}
    return step | {"state": "todo"}


def _reviewing(report: Report, number: int) -> bool:
    return report.state == route.PUBLISHED and number == report.tier


def _publication(
    report: Report, published: Sequence[Decision], holder: Where, notes: Mapping[int, list[str]]
) -> dict[str, Any]:
    step = {"label": _("Published"), "verb": route.PUBLISH, "blocks": False, **_empty()}
    if published:
        return step | {"state": "done"} | _said(published[-1:], notes)
    return step | ({"state": "current", "at": holder.due} if holder.kind == "embargo" else {"state": "todo"})


def _empty() -> dict[str, Any]:
    return {"person": "", "office": "", "at": None, "notes": []}


def _said(done: Sequence[Decision], notes: Mapping[int, list[str]]) -> dict[str, Any]:
    people = [one.actor_name or _("by the calendar") for one in done]
    titles = [f"{CAPACITIES.get(one.capacity, '')}{one.post_title}" for one in done if one.post_title]
    return {
        "person": "; ".join(people),
        "office": "; ".join(dict.fromkeys(titles)),
        "at": done[-1].at,
        "notes": [note for one in done for note in notes.get(one.pk, ())],
    }


def history_row(one: Decision, notes: Mapping[int, list[str]], hues: Mapping[str, str]) -> dict[str, Any]:
    """One decision in the list of what happened so far."""
    title = f"{words.STATES[one.source]} {onward()} {words.STATES[one.target]}"
    if one.source == one.target:
        again = one.verb == route.VERIFY and one.source == route.VERIFIED
        title = _("Verified again") if again else str(DONE.get(one.verb, words.VERBS[one.verb]))
    office = f"{CAPACITIES.get(one.capacity, '')}{one.post_title}, {one.unit_name}" if one.post_title else ""
    return {
        "title": title,
        "person": one.actor_name or _("The calendar"),
        "office": office,
        "at": one.at,
        "category": category_of(one.marks),
        "reason": one.reason,
        "notes": notes.get(one.pk, []) + ([_("Nil: no activity this month.")] if "nil" in one.marks else []),
        "hue": hues.get(one.verb, ""),
    }
