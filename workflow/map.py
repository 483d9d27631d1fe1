"""What a route may look like, and where it leads: pure Python, for checking and drawing routes before they are used.

Conditions make a route several: it is walked once for each kind of document that its conditions can tell apart
(`cases`), and so what is said about it here holds for every document there can be.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, product
from typing import Any, NamedTuple

from workflow.route import (
    AMEND,
    CANCEL,
    CANCELLED,
    DECIDING,
    DRAFT,
    PUBLISH,
    PUBLISHED,
    RECALL,
    RETURN,
    RETURNED,
    REVIEW,
    SCOPES,
    SIGN,
    SIGNED,
    STATES,
    SUBMIT,
    SUBMITTED,
    SUPERSEDE,
    SUPERSEDED,
    VERIFIED,
    VERIFY,
    Condition,
    Refusal,
    Route,
    Tier,
)

# What the conditions of tiers may ask, and by which comparisons.
FACTS: Mapping[str, tuple[str, ...]] = {
    "ceiling": (">=", "<"),  # of the report, in the government's currency
    "fund_source": ("has",),  # one of its lines draws on it
    "kind": ("=", "in"),  # of the unit
}
ORDER = (SUBMIT, VERIFY, SIGN, REVIEW)
LONGEST_ROUTE, MOST_PERSONS, MOST_DAYS = 12, 9, 90
MOST_CONDITIONS = 12  # of a whole route: each one can double the kinds of documents
LONGEST_EMBARGO = 720  # hours
LONGEST_AMOUNT = 20  # digits and point
ANOTHER = ""  # a kind of unit that no condition names


class Place(NamedTuple):
    """Where a document can be: its state, and the tier that has it."""

    state: str
    tier: int


class Way(NamedTuple):
    """One step of the map: by which verb from where to where."""

    verb: str
    source: Place
    target: Place


START = Place(DRAFT, 0)


def faults(route: Route, roles: Iterable[str], kinds: Iterable[str] | None = None) -> list[Refusal]:
    """All that is wrong with a route as data, each with a code and its parameters; empty for a sound one.

    `roles` are those of posts, `kinds` those of units, where they are known. What is wrong at one tier names it.
    """
    known = frozenset(roles), None if kinds is None else frozenset(kinds)
    found = _shape(route)
    for number, tier in enumerate(route.tiers):
        found += [Refusal(code, {"tier": number, **params}) for code, params in _tier(number, tier, *known)]
    return found or _walked(route) or dead_ends(route, ways(route))


def misread(tiers: Any) -> Refusal | None:
    """Whether a stored form is no list of tiers at all, so that the law cannot even read it."""
    if not isinstance(tiers, list):
        return Refusal("fault.form", {"tier": 0, "value": str(tiers)[:80]})
    for number, tier in enumerate(tiers):
        if not (isinstance(tier, dict) and _well_formed(tier)):
            return Refusal("fault.form", {"tier": number, "value": str(tier)[:80]})
    return None


_TEXTS, _NAMES = ("verb", "role", "scope", "unit", "label"), frozenset(Tier.__dataclass_fields__)


def _well_formed(tier: Mapping[str, Any]) -> bool:
    when = tier.get("when", [])
    return (
        {"verb", "role", "scope"} <= tier.keys() <= _NAMES
        and all(isinstance(tier.get(name, ""), str) for name in _TEXTS)
        and isinstance(tier.get("blocks", False), bool)
        and isinstance(when, list)
        and all(isinstance(one, dict) and one.keys() == {"fact", "op", "value"} for one in when)
        and all(isinstance(one["fact"], str) and isinstance(one["op"], str) for one in when)
    )


# --- Each tier, and all of them together ---------------------------------------------------------------


def _shape(route: Route) -> list[Refusal]:
    verbs = [tier.verb for tier in route.tiers]
    asked = sum(len(tier.when) for tier in route.tiers)
    found = []
    if not verbs or verbs[0] != SUBMIT or SUBMIT in verbs[1:]:
        found.append(Refusal("fault.first"))
    if not 2 <= len(verbs) <= LONGEST_ROUTE:
        found.append(Refusal("fault.length", {"length": len(verbs), "longest": LONGEST_ROUTE}))
    if SIGN not in verbs:
        found.append(Refusal("fault.unsigned"))
    known = [verb for verb in verbs if verb in ORDER]
    if known != sorted(known, key=ORDER.index):
        found.append(Refusal("fault.order"))
    holding = [tier.blocks for tier in route.tiers if tier.verb == REVIEW]
    if holding != sorted(holding, reverse=True):
        found.append(Refusal("fault.late_block"))
    if asked > MOST_CONDITIONS:
        found.append(Refusal("fault.conditions", {"count": asked, "most": MOST_CONDITIONS}))
    if not 0 <= route.embargo_hours <= LONGEST_EMBARGO:
        found.append(Refusal("fault.embargo", {"hours": route.embargo_hours, "longest": LONGEST_EMBARGO}))
    return found


def _tier(
    number: int, tier: Tier, roles: frozenset[str], kinds: frozenset[str] | None
) -> Iterable[tuple[str, dict[str, Any]]]:
    days = [n for n in (tier.due_days, tier.escalate_days) if n is not None]
    checks: list[tuple[str, dict[str, Any], bool]] = [
        ("fault.verb", {"verb": tier.verb}, tier.verb in ORDER),
        ("fault.role", {"role": tier.role}, tier.role in roles),
        ("fault.scope", {"scope": tier.scope}, tier.scope in SCOPES),
        ("fault.unit", {}, (tier.scope == "unit") == bool(tier.unit)),
        ("fault.quorum", {"quorum": tier.quorum, "most": MOST_PERSONS}, _whole(tier.quorum, 1, MOST_PERSONS)),
        ("fault.entry", {}, number > 0 or (not tier.when and tier.quorum == 1)),
        ("fault.blocks", {}, not tier.blocks or tier.verb == REVIEW),
        *(("fault.days", {"days": n, "most": MOST_DAYS}, _whole(n, 0, MOST_DAYS)) for n in days),
        *(
            (
                "fault.condition",
                {"fact": one.fact, "op": one.op, "value": _shown(one.value)},
                _sound(one, kinds),
            )
            for one in tier.when
        ),
    ]
    return [(code, params) for code, params, sound in checks if not sound]


def _whole(number: Any, least: int, most: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and least <= number <= most


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _sound(condition: Condition, kinds: frozenset[str] | None) -> bool:
    if condition.op not in FACTS.get(condition.fact, ()) or not _comparable(condition.op, condition.value):
        return False
    return condition.fact != "kind" or kinds is None or _named(condition) <= kinds


def _comparable(op: str, value: Any) -> bool:
    if op in (">=", "<"):
        whole = isinstance(value, str) and len(value) <= LONGEST_AMOUNT and value.isascii()
        return whole and value.replace(".", "", 1).isdecimal()
    if op == "in":
        return isinstance(value, list) and bool(value) and all(isinstance(one, str) and one for one in value)
    return isinstance(value, str) and bool(value)


def _named(condition: Condition) -> frozenset[str]:
    return frozenset(condition.value if condition.op == "in" else [condition.value])


# --- The kinds of documents that its conditions tell apart ------------------------------------------------


def cases(route: Route) -> list[dict[str, Any]]:
    """Facts of documents, one for each way in which the conditions of a route can hold or not hold together."""
    asked = [condition for tier in route.tiers for condition in tier.when]
    limits = {Decimal(one.value) for one in asked if one.fact == "ceiling"}
    kinds = sorted({kind for one in asked if one.fact == "kind" for kind in _named(one)})
    funds = sorted({one.value for one in asked if one.fact == "fund_source"})
    drawn = [
        frozenset(some) for size in range(len(funds) + 1) for some in combinations(funds, size)
    ]  # of n sources each may be there or not
    return [
        {"ceiling": ceiling, "kind": kind, "fund_source": sources}
        for ceiling, kind, sources in product(sorted({Decimal(0), *limits}), [ANOTHER, *kinds], drawn)
    ]


def walk(route: Route, about: Mapping[str, Any]) -> tuple[int, ...]:
    """The tiers that a document with these facts comes by, entry first."""
    return tuple(number for number, tier in enumerate(route.tiers) if not number or tier.asks(about))


def _walked(route: Route) -> list[Refusal]:
    """Documents that nobody would sign, and tiers that nobody would ever ask."""
    walks = [(about, walk(route, about)) for about in cases(route)]
    found = []
    for about, tiers in walks:
        if not any(route.tiers[number].verb == SIGN for number in tiers):
            params = {"ceiling_rp": str(about["ceiling"]), "unit_kind": about["kind"]}
            found.append(Refusal("fault.passed_over", {**params, "funds": sorted(about["fund_source"])}))
            break
    asked = {number for _, tiers in walks for number in tiers}
    never = [number for number in range(len(route.tiers)) if number not in asked]
    return found + [Refusal("fault.never", {"tier": number}) for number in never]


# --- The map --------------------------------------------------------------------------------------------


def ways(route: Route) -> list[Way]:
    """Every step that some document of this route can take; a tier with conditions is passed over by others."""
    found: dict[Way, None] = {}
    for about in {walk(route, about): about for about in cases(route)}.values():
        found |= dict.fromkeys(_steps(route, about))
    return list(found)


def _steps(route: Route, about: Mapping[str, Any]) -> list[Way]:
    found: list[Way] = []
    seen, waiting = {START}, [START]
    while waiting:
        for way in _from(route, about, waiting.pop(0)):
            found.append(way)
            if way.target not in seen:
                seen.add(way.target)
                waiting.append(way.target)
    return found


def _from(route: Route, about: Mapping[str, Any], at: Place) -> Iterable[Way]:
    following = route.after(at.tier, about)
    if at.state in (DRAFT, RETURNED):
        yield Way(SUBMIT, at, _place(route, following))
        yield Way(CANCEL, at, Place(CANCELLED, 0))
    elif at.state in (SUBMITTED, VERIFIED, SIGNED, PUBLISHED):
        if at.tier < len(route.tiers):
            target = Place(PUBLISHED, following) if at.state == PUBLISHED else _place(route, following)
            yield Way(route.tiers[at.tier].verb, at, target)
        if at.state in (SUBMITTED, VERIFIED):
            yield Way(RECALL, at, START)
        yield from _back(route, about, at)
        if at.state == SIGNED and not route.holds_publication(at.tier, about):
            yield Way(PUBLISH, at, Place(PUBLISHED, at.tier))
        if at.state == PUBLISHED:
            yield Way(AMEND, at, at)
            yield Way(SUPERSEDE, at, Place(SUPERSEDED, at.tier))


def _back(route: Route, about: Mapping[str, Any], at: Place) -> Iterable[Way]:
    rests = at.state == SIGNED and (route.holds_publication(at.tier, about) or route.embargo_hours)
    if at.state in (SUBMITTED, VERIFIED) or rests:
        yield Way(RETURN, at, Place(RETURNED, 0))
        previous = route.before(at.tier, about)
        if previous:
            yield Way(RETURN, at, _place(route, previous))


def _place(route: Route, tier: int) -> Place:
    return Place(route.state_at(tier), tier)


def dead_ends(route: Route, found: Sequence[Way]) -> list[Refusal]:
    """Places from which publication cannot be reached, and states that nothing leads to, on the map that `found` makes."""
    places = {START} | {way.target for way in found}
    final = Place(PUBLISHED, len(route.tiers))
    before: dict[Place, set[Place]] = {}
    for way in found:
        before.setdefault(way.target, set()).add(way.source)
    leads, waiting = {final}, [final]
    while waiting:
        for place in before.get(waiting.pop(), set()) - leads:
            leads.add(place)
            waiting.append(place)
    ends = [one for one in places if one.state not in (SUPERSEDED, CANCELLED) and one not in leads]
    needed = {DRAFT, SIGNED, PUBLISHED, RETURNED, SUPERSEDED, CANCELLED} | {
        route.state_at(number) for number, tier in enumerate(route.tiers) if tier.verb in DECIDING
    }
    unreached = needed - {place.state for place in places}
    return [Refusal("fault.dead_end", {"state": one.state, "tier": one.tier}) for one in sorted(ends)] + [
        Refusal("fault.unreached", {"state": state}) for state in STATES if state in unreached
    ]
