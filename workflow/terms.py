"""The words of the law: states, verbs, tiers, routes, offices, and the facts that it judges. Pure Python; data only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

DRAFT, SUBMITTED, VERIFIED, SIGNED = "draft", "submitted", "verified", "signed"
PUBLISHED, RETURNED, SUPERSEDED, CANCELLED = "published", "returned", "superseded", "cancelled"
STATES = (DRAFT, SUBMITTED, VERIFIED, SIGNED, PUBLISHED, RETURNED, SUPERSEDED, CANCELLED)
OPEN_STATES = (DRAFT, RETURNED)  # the officer may write
GONE_STATES = (SUPERSEDED, CANCELLED)  # counts no more

SUBMIT, RECALL, VERIFY, RETURN, SIGN = "submit", "recall", "verify", "return", "sign"
REVIEW, PUBLISH, AMEND, SUPERSEDE, CANCEL = "review", "publish", "amend", "supersede", "cancel"
VERBS = (SUBMIT, RECALL, VERIFY, RETURN, SIGN, REVIEW, PUBLISH, AMEND, SUPERSEDE, CANCEL)
ENTER = "enter"  # no act: writing the content, which moves nothing
DECIDING = (VERIFY, SIGN, REVIEW)  # what a tier does to let a document pass

# From which states a verb may start at all. The machine in `workflow.document` is built from the same table.
SOURCES: Mapping[str, tuple[str, ...]] = {
    SUBMIT: OPEN_STATES,
    RECALL: (SUBMITTED, VERIFIED),
    VERIFY: (SUBMITTED, VERIFIED),  # verified: once more, when an earlier month moved under it
    RETURN: (SUBMITTED, VERIFIED, SIGNED),
    SIGN: (VERIFIED,),
    REVIEW: (SIGNED, PUBLISHED),
    PUBLISH: (SIGNED,),
    AMEND: (PUBLISHED,),
    SUPERSEDE: (PUBLISHED,),
    CANCEL: (*OPEN_STATES, SUBMITTED, VERIFIED),  # on its way: when its time is over
}
TARGETS: Mapping[str, tuple[str, ...]] = {
    SUBMIT: (SUBMITTED, VERIFIED),
    RECALL: (DRAFT,),
    VERIFY: (SUBMITTED, VERIFIED),
    RETURN: (RETURNED, SUBMITTED, VERIFIED, SIGNED),
    SIGN: (VERIFIED, SIGNED),
    REVIEW: (SIGNED, PUBLISHED),
    PUBLISH: (PUBLISHED,),
    AMEND: (PUBLISHED,),
    SUPERSEDE: (SUPERSEDED,),
    CANCEL: (CANCELLED,),
}
SHORTEST_REASON = 10
SCOPES = ("item", "self", "parent", "agency", "government", "unit")
WAIVER, AMENDMENT, ASSISTANCE = "waiver", "amendment", "assistance"  # kinds of grants that the law asks for


@dataclass(frozen=True, slots=True)
class Condition:
    """Something a tier asks of a document: `fact` compared by `op` (>=, <, =, has, in) with a value, all of it data."""

    fact: str
    op: str
    value: Any

    def holds(self, about: Mapping[str, Any]) -> bool:
        """Whether it is so; sums are compared as decimals, sets by membership."""
        found = about[self.fact]
        if self.op in (">=", "<"):
            return (Decimal(found) >= Decimal(self.value)) == (self.op == ">=")
        if self.op == "has":
            return bool(self.value in found)
        return bool(found in self.value if self.op == "in" else found == self.value)


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a route: which verb, by a post of which role, found how (`scope`)."""

    verb: str
    role: str
    scope: str
    unit: str = ""  # the code of the unit, for scope "unit"
    quorum: int = 1  # how many different persons
    when: tuple[Condition, ...] = ()  # the tier is passed over unless all hold
    due_days: int | None = None  # working days it has; without them, the calendar's moments
    escalate_days: int | None = None  # vacant for so long, the superior acts in its place
    blocks: bool = False  # a review that holds publication up
    label: str = ""  # as the regulation calls it

    def asks(self, about: Mapping[str, Any]) -> bool:
        """Whether a document with these facts comes by this tier."""
        return all(condition.holds(about) for condition in self.when)


@dataclass(frozen=True, slots=True)
class Route:
    """Ordered tiers: `tiers[0]` enters, the others verify, then sign, then review."""

    tiers: tuple[Tier, ...]
    embargo_hours: int = 0  # between the last signature and publication

    @classmethod
    def of(cls, tiers: Sequence[Mapping[str, Any]], embargo_hours: int = 0) -> "Route":
        """A route from its stored form; raises TypeError for a key that no tier has."""
        return cls(
            tuple(
                Tier(**{**tier, "when": tuple(Condition(**one) for one in tier.get("when", ()))})
                for tier in tiers
            ),
            embargo_hours,
        )

    def state_at(self, tier: int) -> str:
        """The state of a document that waits at `tier` (1..n), or after the last one."""
        if tier >= len(self.tiers):
            return SIGNED
        return {VERIFY: SUBMITTED, SIGN: VERIFIED, REVIEW: SIGNED}[self.tiers[tier].verb]

    def after(self, tier: int, about: Mapping[str, Any]) -> int:
        """The next tier that a document with these facts comes by; past the last one, the number of tiers."""
        later = range(tier + 1, len(self.tiers))
        return next((number for number in later if self.tiers[number].asks(about)), len(self.tiers))

    def before(self, tier: int, about: Mapping[str, Any]) -> int:
        """The tier it came from; 0 is entry."""
        earlier = range(min(tier, len(self.tiers)) - 1, 0, -1)
        return next((number for number in earlier if self.tiers[number].asks(about)), 0)

    def holds_publication(self, tier: int, about: Mapping[str, Any] | None = None) -> bool:
        """Whether a review that must come before publication is still ahead of a document at `tier`, or its present one;
        without its facts, whether one may be."""
        return any(one.blocks and (about is None or one.asks(about)) for one in self.tiers[tier:])


@dataclass(frozen=True, slots=True)
class Office:
    """An office that the actor holds at the moment of the act, by the database's clock (V-52).

    For a superior of a vacant post, `role` and `unit_path` are those of the vacant post `stands_in_for`; the other fields
    are his own, because that is who acts.
    """

    post_id: int
    role: str
    title: str
    unit_name: str
    unit_path: str
    capacity: str
    stands_in_for: int | None = None
    vacant_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class GrantFact:
    """A grant that is in force now and covers the document."""

    id: int
    kind: str
    person_id: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the law asks about one document, one actor and one moment. Moments are UTC."""

    state: str
    tier: int
    version: int
    seen_version: int | None
    route: Route
    actor_id: int | None  # None is the calendar
    offices: tuple[Office, ...]
    paths: Mapping[str, str]  # scope -> path of the unit whose posts act; "unit:CODE" for a named one
    tier_posts: Mapping[int, int | None]  # tier -> the post this very document names (scope "item")
    now: datetime
    opens_at: datetime
    locks_at: datetime
    submit_from: datetime | None = None  # entry is open from `opens_at`, submission from here
    about: Mapping[str, Any] = field(default_factory=dict)  # what the conditions of tiers may ask
    arrived_at: datetime | None = None  # at the tier that has it now
    signed_at: datetime | None = None
    editors: frozenset[int] = frozenset()
    # Who decided since the last submission: person -> at which tiers, this one included for who verified once more.
    deciders: Mapping[int, frozenset[int]] = field(default_factory=dict)
    agreed: frozenset[int] = frozenset()  # who has let it pass at this tier already, short of the quorum
    submitted_by: int | None = None
    opened_at: datetime | None = None  # by the tier that holds it, since it came there
    earlier_open: str | None = None  # first earlier month not yet submitted ("2026-01"), V-50
    earlier_unpublished: str | None = None  # first earlier month neither published nor in this act
    earlier_moved: str | None = None  # first earlier month that moved since this one was verified
    blocking: int = 0  # blocking findings of the document's own rules
    grants: tuple[GrantFact, ...] = ()
    revision: int = 0
    revised: bool = False  # a later revision is under way
    replaced: bool = False  # a later revision is published
    reason: str = ""
    to_previous_tier: bool = False

    def grant(self, kind: str) -> int | None:
        """The grant of a kind that covers this document and, where it names a person, this actor."""
        fits = (one.id for one in self.grants if one.kind == kind and one.person_id in (None, self.actor_id))
        return next(fits, None)

    @property
    def embargo_ends(self) -> datetime:
        """From when a signed document may be published."""
        return (self.signed_at or self.now) + timedelta(hours=self.route.embargo_hours)


@dataclass(frozen=True, slots=True)
class Move:
    """Where the document goes, the office that takes it there, and the exception that lets it. No office: the calendar."""

    state: str
    tier: int
    office: Office | None
    grant: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it does not: a code and its parameters, for `wording.sentences.say`."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)
