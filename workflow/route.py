"""The law: who may move a document where. Pure Python, no framework, readable in one sitting.

A route is an ordered list of tiers. Tier 0 is entry, by the technical officer; tiers 1..n decide. A document waits at
one tier at a time, and `decide(facts, verb)` answers with a Move or a Refusal. Refusals speak in codes; the words are
in `wording.sentences`. Sources: design.md 4, domain.md 2.3 (V-50..V-55), 2.6 and 4.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DRAFT, SUBMITTED, VERIFIED = "draft", "submitted", "verified"
SIGNED, PUBLISHED, RETURNED = "signed", "published", "returned"
STATES = (DRAFT, SUBMITTED, VERIFIED, SIGNED, PUBLISHED, RETURNED)
OPEN_STATES = (DRAFT, RETURNED)  # the officer may write

SUBMIT, RECALL, VERIFY, RETURN, SIGN, PUBLISH = "submit", "recall", "verify", "return", "sign", "publish"
VERBS = (SUBMIT, RECALL, VERIFY, RETURN, SIGN, PUBLISH)

# From which states a verb may start at all. The machine in `workflow.document` is built from the same table.
SOURCES: Mapping[str, tuple[str, ...]] = {
    SUBMIT: OPEN_STATES,
    RECALL: (SUBMITTED, VERIFIED),
    VERIFY: (SUBMITTED,),
    RETURN: (SUBMITTED, VERIFIED),
    SIGN: (VERIFIED,),
    PUBLISH: (SIGNED,),
}
TARGETS: Mapping[str, tuple[str, ...]] = {
    SUBMIT: (SUBMITTED, VERIFIED),
    RECALL: (DRAFT,),
    VERIFY: (SUBMITTED, VERIFIED),
    RETURN: (RETURNED, SUBMITTED),
    SIGN: (VERIFIED, SIGNED),
    PUBLISH: (PUBLISHED,),
}
SHORTEST_REASON = 10
SCOPES = ("item", "self", "parent", "agency")


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a route: which verb, by a post of which role, found how (`scope`)."""

    verb: str
    role: str
    scope: str


@dataclass(frozen=True, slots=True)
class Route:
    """Ordered tiers; `tiers[0]` enters, the others verify and then sign."""

    tiers: tuple[Tier, ...]

    def state_at(self, tier: int) -> str:
        """The state of a document that waits at `tier` (1..n), or after the last one."""
        if tier >= len(self.tiers):
            return SIGNED
        return SUBMITTED if self.tiers[tier].verb == VERIFY else VERIFIED


@dataclass(frozen=True, slots=True)
class Office:
    """An office that the actor holds at the moment of the act, by the database's clock (V-52)."""

    post_id: int
    role: str
    title: str
    unit_name: str
    unit_path: str
    capacity: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the law asks about one document, one actor and one moment. Moments are UTC."""

    state: str
    tier: int
    version: int
    seen_version: int | None
    route: Route
    actor_id: int
    offices: tuple[Office, ...]
    unit_path: str
    parent_path: str
    agency_path: str
    tier_posts: Mapping[int, int | None]  # tier -> the post this very document names (scope "item")
    now: datetime
    opens_at: datetime
    locks_at: datetime
    editors: frozenset[int] = frozenset()
    deciders: frozenset[int] = frozenset()  # who verified since the last submission, at lower tiers
    submitted_by: int | None = None
    opened_at: datetime | None = None  # by the tier that holds it, since it came there
    earlier_open: str | None = None  # first earlier month not yet submitted ("2026-01"), V-50
    earlier_unpublished: str | None = None  # first earlier month neither published nor in this act
    earlier_moved: str | None = None  # first earlier month submitted anew since this one was verified
    blocking: int = 0  # blocking findings of the document's own rules
    reason: str = ""
    to_previous_tier: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Where the document goes, and the office that takes it there."""

    state: str
    tier: int
    office: Office


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it does not: a code and its parameters, for `wording.sentences.say`."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


def decide(facts: Facts, verb: str) -> Move | Refusal:
    """The one judgement. The first reason that stands in the way is the one that is told."""
    if facts.state not in SOURCES[verb]:
        return Refusal("route.state", {"state": facts.state, "verb": verb})
    if facts.seen_version is not None and facts.seen_version != facts.version:
        return Refusal("route.stale", {"seen": facts.seen_version, "version": facts.version})
    office = _office(facts, verb)
    if isinstance(office, Refusal):
        return office
    refusal = _window(facts) or _separation(facts, verb) or _particular(facts, verb)
    if refusal:
        return refusal
    state, tier = _target(facts, verb)
    return Move(state, tier, office)


def _office(facts: Facts, verb: str) -> Office | Refusal:
    """The actor's office for the tier that acts now; V-52. An acting holder counts like a definitive one."""
    acting_tier = {SUBMIT: 0, RECALL: 0, PUBLISH: len(facts.route.tiers) - 1}.get(verb, facts.tier)
    tier = facts.route.tiers[acting_tier]
    if verb in (VERIFY, SIGN) and tier.verb != verb:
        return Refusal("route.state", {"state": facts.state, "verb": verb})
    named = facts.tier_posts.get(acting_tier)
    if acting_tier == 0 and named is None:
        return Refusal("route.empty_post")
    for office in facts.offices:
        if office.role == tier.role and _in_scope(office, tier.scope, named, facts):
            return office
    return Refusal("route.office", {"role": tier.role, "verb": verb})


def _in_scope(office: Office, scope: str, named: int | None, facts: Facts) -> bool:
    if scope == "item":
        return office.post_id == named if named else office.unit_path == facts.unit_path
    paths = {"self": facts.unit_path, "parent": facts.parent_path, "agency": facts.agency_path}
    return office.unit_path == paths[scope]


def _window(facts: Facts) -> Refusal | None:
    """V-51: the period is open for acts between its first moment and its lock."""
    if facts.now < facts.opens_at:
        return Refusal("route.window_not_open", {"opens_at": facts.opens_at.isoformat()})
    if facts.now >= facts.locks_at:
        return Refusal("route.window_locked", {"locked_at": facts.locks_at.isoformat()})
    return None


def _separation(facts: Facts, verb: str) -> Refusal | None:
    """V-53: over persons, not posts: nobody decides on what he entered, nor at two tiers of one report."""
    if verb in (VERIFY, RETURN, SIGN, PUBLISH) and facts.actor_id in facts.editors:
        return Refusal("route.self")
    if verb in (VERIFY, SIGN) and facts.actor_id in facts.deciders:
        return Refusal("route.twice")
    return None


def _particular(facts: Facts, verb: str) -> Refusal | None:
    """What only this verb asks."""
    if verb == SUBMIT and facts.blocking:
        return Refusal("route.blocked", {"count": facts.blocking})
    if verb == SUBMIT and facts.earlier_open:
        return Refusal("route.order_submit", {"earlier": facts.earlier_open})
    if verb in (VERIFY, SIGN) and facts.blocking:
        return Refusal("route.outgrown", {"count": facts.blocking})
    if verb == SIGN and facts.earlier_moved:
        return Refusal("route.order_stale", {"earlier": facts.earlier_moved})
    if verb == SIGN and facts.earlier_unpublished:
        return Refusal("route.order_sign", {"earlier": facts.earlier_unpublished})
    if verb == RECALL and facts.submitted_by != facts.actor_id:
        return Refusal("route.not_yours")
    if verb == RECALL and (facts.deciders or facts.opened_at):
        return Refusal("route.opened", {"opened_at": (facts.opened_at or facts.now).isoformat()})
    if verb == RETURN and len(facts.reason.strip()) < SHORTEST_REASON:
        return Refusal("route.reason", {"length": len(facts.reason.strip()), "shortest": SHORTEST_REASON})
    return None


def _target(facts: Facts, verb: str) -> tuple[str, int]:
    if verb == SUBMIT:
        return facts.route.state_at(1), 1
    if verb == RECALL:
        return DRAFT, 0
    if verb == RETURN:
        back = facts.tier - 1
        if facts.to_previous_tier and back >= 1:
            return facts.route.state_at(back), back
        return RETURNED, 0
    if verb == PUBLISH:
        return PUBLISHED, facts.tier
    return facts.route.state_at(facts.tier + 1), facts.tier + 1


def faults(route: Route, roles: tuple[str, ...]) -> list[str]:
    """What is wrong with a route as data; empty when every tier can act and the last one signs."""
    found = []
    verbs = [tier.verb for tier in route.tiers]
    if len(verbs) < 2 or verbs[0] != SUBMIT or verbs[-1] != SIGN:
        found.append("a route begins with one submit tier and ends with a sign tier")
    if any(verb not in (VERIFY, SIGN) for verb in verbs[1:]):
        found.append("tiers after entry verify or sign")
    if verbs.count(SIGN) > 1 and VERIFY in verbs[verbs.index(SIGN) :]:
        found.append("no verification after a signature")
    found += [
        f"tier {number}: no post has the role {tier.role}"
        for number, tier in enumerate(route.tiers)
        if tier.role not in roles
    ]
    found += [
        f"tier {number}: unknown scope {tier.scope}"
        for number, tier in enumerate(route.tiers)
        if tier.scope not in SCOPES
    ]
    return found


def may_enter(facts: Facts) -> Refusal | None:
    """Whether the actor may write the content now: the officer of the item, an open state, an open period."""
    if facts.state not in OPEN_STATES:
        return Refusal("route.state", {"state": facts.state, "verb": "enter"})
    if facts.seen_version is not None and facts.seen_version != facts.version:
        return Refusal("route.stale", {"seen": facts.seen_version, "version": facts.version})
    office = _office(facts, SUBMIT)
    return office if isinstance(office, Refusal) else _window(facts)
