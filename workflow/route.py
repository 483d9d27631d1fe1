"""The law: who may move a document where. Pure Python, no framework, readable in one sitting.

A route is an ordered list of tiers. Tier 0 is entry, by the technical officer; tiers 1..n decide: they verify, then
sign, then review. A document waits at one tier at a time, and `decide(facts, verb)` answers with a Move or a Refusal.
Refusals speak in codes; the words are in `wording.sentences`. What a route may look like, and where it can lead, is in
`workflow.map`. Sources: design.md 4, domain.md 2.3 (V-50..V-55), 2.6 and 4.1.
"""

from datetime import timedelta

from workflow.terms import (
    AMEND,
    AMENDMENT,
    ASSISTANCE,
    CANCEL,
    CANCELLED,
    DECIDING,
    DRAFT,
    ENTER,
    GONE_STATES,
    OPEN_STATES,
    PUBLISH,
    PUBLISHED,
    RECALL,
    RETURN,
    RETURNED,
    REVIEW,
    SCOPES,
    SHORTEST_REASON,
    SIGN,
    SIGNED,
    SOURCES,
    STATES,
    SUBMIT,
    SUBMITTED,
    SUPERSEDE,
    SUPERSEDED,
    TARGETS,
    VERBS,
    VERIFIED,
    VERIFY,
    WAIVER,
    Condition,
    Facts,
    GrantFact,
    Move,
    Office,
    Refusal,
    Route,
    Tier,
)

__all__ = [
    "AMEND",
    "AMENDMENT",
    "ASSISTANCE",
    "CANCEL",
    "CANCELLED",
    "Condition",
    "DECIDING",
    "DRAFT",
    "ENTER",
    "Facts",
    "GONE_STATES",
    "GrantFact",
    "Move",
    "OPEN_STATES",
    "Office",
    "PUBLISH",
    "PUBLISHED",
    "RECALL",
    "RETURN",
    "RETURNED",
    "REVIEW",
    "Refusal",
    "Route",
    "SCOPES",
    "SHORTEST_REASON",
    "SIGN",
    "SIGNED",
    "SOURCES",
    "STATES",
    "SUBMIT",
    "SUBMITTED",
    "SUPERSEDE",
    "SUPERSEDED",
    "TARGETS",
    "Tier",
    "VERBS",
    "VERIFIED",
    "VERIFY",
    "WAIVER",
    "decide",
    "holds",
    "mandate",
    "may_enter",
]


def decide(facts: Facts, verb: str) -> Move | Refusal:
    """The one judgement. The first reason that stands in the way is the one that is told."""
    if facts.state not in SOURCES[verb]:
        return _wrong_state(facts, verb)
    if facts.seen_version is not None and facts.seen_version != facts.version:
        return Refusal("route.stale", {"seen": facts.seen_version, "version": facts.version})
    office = _office(facts, verb)
    if isinstance(office, Refusal):
        return office
    refusal = _window(facts, verb) or _separation(facts, verb) or _particular(facts, verb)
    if refusal:
        return refusal
    state, tier = _target(facts, verb)
    return Move(state, tier, office, _exception(facts, verb))


def _wrong_state(facts: Facts, verb: str) -> Refusal:
    return Refusal("route.state", {"state": facts.state, "verb": verb})


# --- Who -------------------------------------------------------------------------------------------------


def _office(facts: Facts, verb: str) -> Office | Refusal | None:
    """The actor's office for what is to be done; V-52. An acting holder counts like a definitive one."""
    tiers = _acting_tiers(facts, verb)
    if not tiers:
        return _wrong_state(facts, verb)
    if facts.actor_id is None:
        return _calendar(facts, verb)
    for number in tiers:
        for office in facts.offices:
            if holds(facts, number, office):
                return office
    if tiers == (0,) and facts.tier_posts.get(0) is None and facts.route.tiers[0].scope == "item":
        return Refusal("route.empty_post")
    return Refusal("route.office", {"role": facts.route.tiers[tiers[0]].role, "verb": verb})


def _calendar(facts: Facts, verb: str) -> Refusal | None:
    """What may happen without anybody: what only waited for its hour. Nothing is approved by silence."""
    waits = verb in (PUBLISH, SUPERSEDE) or (verb == CANCEL and facts.now >= facts.locks_at)
    return None if waits else Refusal("route.nobody", {"verb": verb})


def _acting_tiers(facts: Facts, verb: str) -> tuple[int, ...]:
    """Whose act it is; empty when the tier that has the document does something else."""
    tiers = facts.route.tiers
    if (
        verb == CANCEL
        and facts.state not in OPEN_STATES
        and not (facts.revision and facts.now >= facts.locks_at)
    ):
        return ()
    if verb in (SUBMIT, RECALL, CANCEL):
        return (0,)
    signing = tuple(
        number for number, tier in enumerate(tiers) if tier.verb in (SIGN, REVIEW) and tier.asks(facts.about)
    )
    if verb == AMEND:
        return (0, *signing)
    # It follows from the new revision, whose facts may ask for other signatures than the old one's.
    if verb == SUPERSEDE:
        return tuple(number for number, tier in enumerate(tiers) if tier.verb in (SIGN, REVIEW))
    if verb == PUBLISH:
        return signing
    if _again(facts, verb):
        return _verified_by(facts)
    if verb == RETURN:
        return _returning(facts)
    return (facts.tier,) if facts.tier < len(tiers) and tiers[facts.tier].verb == verb else ()


def _verified_by(facts: Facts) -> tuple[int, ...]:
    last = facts.route.before(facts.tier, facts.about)
    while last and facts.route.tiers[last].verb != VERIFY:
        last = facts.route.before(last, facts.about)
    return (last,) if last and facts.earlier_moved else ()


def _returning(facts: Facts) -> tuple[int, ...]:
    """The tier that has it; of what is signed, the reviewer whose review is awaited, or who signed, while it rests."""
    tiers = facts.route.tiers
    if facts.state != SIGNED or (facts.tier < len(tiers) and tiers[facts.tier].blocks):
        return (facts.tier,)
    rests = facts.now < facts.embargo_ends or facts.route.holds_publication(facts.tier, facts.about)
    return (facts.route.before(facts.tier, facts.about),) if rests else ()


def holds(facts: Facts, tier: int, office: Office) -> bool:
    """Whether an office is one that acts at a tier of this document."""
    asked = facts.route.tiers[tier]
    if office.role != asked.role or not _may_stand_in(facts, asked, office):
        return False
    if asked.scope == "item":
        named = facts.tier_posts.get(tier)
        if named is None and tier == 0:
            return False
        if named is not None:
            return (office.stands_in_for or office.post_id) == named
        return office.unit_path == facts.paths["self"]
    place = f"unit:{asked.unit}" if asked.scope == "unit" else asked.scope
    return office.unit_path == facts.paths.get(place)


def _may_stand_in(facts: Facts, tier: Tier, office: Office) -> bool:
    """A superior acts for a vacant post only after the days that the tier says, counted from the later of two moments:
    when the post fell vacant and when the document came."""
    if office.stands_in_for is None:
        return True
    if tier.escalate_days is None:
        return False
    since = [moment for moment in (office.vacant_since, facts.arrived_at or facts.opens_at) if moment]
    return facts.now >= max(since) + timedelta(days=tier.escalate_days)


# --- When, and by which persons --------------------------------------------------------------------------


def _window(facts: Facts, verb: str) -> Refusal | None:
    """V-51: the period is open for acts between its first moment and its lock. What follows a signature is not bound."""
    if verb in (REVIEW, PUBLISH, AMEND, SUPERSEDE, CANCEL) or facts.state == SIGNED:
        return None
    opens_at = (facts.submit_from if verb == SUBMIT else None) or facts.opens_at
    if facts.now < opens_at:
        return Refusal("route.window_not_open", {"opens_at": opens_at.isoformat()})
    if facts.now >= facts.locks_at:
        return Refusal("route.window_locked", {"locked_at": facts.locks_at.isoformat()})
    return None


def _separation(facts: Facts, verb: str) -> Refusal | None:
    """V-53: over persons, not posts: nobody decides on what he entered, nor at two tiers of one report.

    The second may be waived by a grant, which the decision then names; the first never.
    """
    if verb in (VERIFY, RETURN, SIGN, REVIEW, PUBLISH) and facts.actor_id in facts.editors:
        return Refusal("route.self")
    if _at_two_tiers(facts, verb) and facts.grant(WAIVER) is None:
        return Refusal("route.twice")
    if verb in DECIDING and facts.actor_id in facts.agreed and not _again(facts, verb):
        return Refusal("route.counted", {"quorum": facts.route.tiers[facts.tier].quorum})
    return None


def _again(facts: Facts, verb: str) -> bool:
    """Whether a verified document is verified once more, by the tier that verified it last."""
    return verb == VERIFY and facts.state == VERIFIED


def _at_two_tiers(facts: Facts, verb: str) -> bool:
    """Whether the actor has decided on this submission at another tier than the one that he acts for now."""
    if verb not in DECIDING or facts.actor_id is None:
        return False
    before = facts.deciders.get(facts.actor_id, frozenset())
    if _again(facts, verb):
        return facts.actor_id in facts.agreed or bool(before - {facts.tier, *_verified_by(facts)})
    return bool(before)


def _exception(facts: Facts, verb: str) -> int | None:
    """The grant without which this could not be done; the decision keeps it."""
    if verb == AMEND:
        return facts.grant(AMENDMENT)
    return facts.grant(WAIVER) if _at_two_tiers(facts, verb) else None


# --- What the verb itself asks ---------------------------------------------------------------------------


def _particular(facts: Facts, verb: str) -> Refusal | None:
    if verb in (RETURN, AMEND, CANCEL) and facts.actor_id is not None:
        length = len(facts.reason.strip())
        if length < SHORTEST_REASON:
            return Refusal("route.reason", {"length": length, "shortest": SHORTEST_REASON})
    asked = _ASKED.get(verb)
    return asked(facts) if asked else None


def _submitting(facts: Facts) -> Refusal | None:
    if facts.blocking:
        return Refusal("route.blocked", {"count": facts.blocking})
    return Refusal("route.order_submit", {"earlier": facts.earlier_open}) if facts.earlier_open else None


def _recalling(facts: Facts) -> Refusal | None:
    if facts.submitted_by != facts.actor_id:
        return Refusal("route.not_yours")
    if facts.deciders or facts.agreed or facts.opened_at:
        return Refusal("route.opened", {"opened_at": (facts.opened_at or facts.now).isoformat()})
    return None


def _verifying(facts: Facts) -> Refusal | None:
    if facts.blocking:
        return Refusal("route.outgrown", {"count": facts.blocking})
    if facts.state == VERIFIED and facts.earlier_open:
        return Refusal("route.order_again", {"earlier": facts.earlier_open})
    return None


def _signing(facts: Facts) -> Refusal | None:
    if facts.blocking:
        return Refusal("route.outgrown", {"count": facts.blocking})
    if facts.earlier_moved:
        return Refusal("route.order_stale", {"earlier": facts.earlier_moved})
    if facts.earlier_unpublished:
        return Refusal("route.order_sign", {"earlier": facts.earlier_unpublished})
    return None


def _publishing(facts: Facts) -> Refusal | None:
    if facts.route.holds_publication(facts.tier, facts.about):
        waited_for = next(
            one for one in facts.route.tiers[facts.tier :] if one.blocks and one.asks(facts.about)
        )
        return Refusal("route.review_open", {"role": waited_for.role})
    if facts.now < facts.embargo_ends:
        return Refusal("route.embargo", {"until_at": facts.embargo_ends.isoformat()})
    return None


def _amending(facts: Facts) -> Refusal | None:
    if facts.revised:
        return Refusal("route.revised", {"revision": facts.revision + 1})
    return Refusal("route.no_grant") if facts.grant(AMENDMENT) is None else None


def _superseding(facts: Facts) -> Refusal | None:
    return None if facts.replaced else _wrong_state(facts, SUPERSEDE)


def _cancelling(facts: Facts) -> Refusal | None:
    """Only a revision can be given up: the report of a month is owed. One that is on its way, when its time is over: it
    would hold up all later months for ever."""
    return None if facts.revision else Refusal("route.owed")


_ASKED = {
    SUBMIT: _submitting, RECALL: _recalling, VERIFY: _verifying, SIGN: _signing, PUBLISH: _publishing, AMEND: _amending,
    SUPERSEDE: _superseding, CANCEL: _cancelling,
}  # fmt: skip


# --- Where to --------------------------------------------------------------------------------------------


def _target(facts: Facts, verb: str) -> tuple[str, int]:
    law, about = facts.route, facts.about
    fixed = {
        RECALL: (DRAFT, 0), PUBLISH: (PUBLISHED, facts.tier), AMEND: (PUBLISHED, facts.tier),
        SUPERSEDE: (SUPERSEDED, facts.tier), CANCEL: (CANCELLED, facts.tier),
    }  # fmt: skip
    if verb in fixed:
        return fixed[verb]
    if verb == RETURN:
        back = law.before(facts.tier, about)
        return (law.state_at(back), back) if facts.to_previous_tier and back else (RETURNED, 0)
    stays = verb in DECIDING and (
        (verb == VERIFY and facts.state == VERIFIED) or len(facts.agreed) + 1 < law.tiers[facts.tier].quorum
    )
    if stays:
        return facts.state, facts.tier
    tier = law.after(facts.tier if verb != SUBMIT else 0, about)
    return (PUBLISHED if facts.state == PUBLISHED else law.state_at(tier)), tier


def may_enter(facts: Facts) -> Refusal | None:
    """Whether the actor may write the content now: the officer of the item, or who assists him by a mandate."""
    if facts.state not in OPEN_STATES:
        return Refusal("route.state", {"state": facts.state, "verb": ENTER})
    if facts.seen_version is not None and facts.seen_version != facts.version:
        return Refusal("route.stale", {"seen": facts.seen_version, "version": facts.version})
    office = _office(facts, SUBMIT)
    if isinstance(office, Refusal) and mandate(facts) is None:
        return office
    return _window(facts, ENTER)


def mandate(facts: Facts) -> int | None:
    """The grant on which somebody enters who does not hold the officer's post himself; None when he does, or has none."""
    return facts.grant(ASSISTANCE) if isinstance(_office(facts, SUBMIT), Refusal) else None
