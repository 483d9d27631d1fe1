"""The map of a route: every step some document can take, and nothing that the law would refuse."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.map import START, Place, Way, cases, dead_ends, faults, misread, walk, ways
from workflow.route import (
    AMEND,
    CANCEL,
    PUBLISH,
    PUBLISHED,
    RETURN,
    RETURNED,
    REVIEW,
    SIGN,
    SUBMIT,
    SUBMITTED,
    SUPERSEDE,
    VERBS,
    VERIFIED,
    VERIFY,
    Condition,
    Facts,
    GrantFact,
    Move,
    Office,
    Route,
    Tier,
    decide,
)

ROLES = ("officer", "head", "bureau")
ENTRY, CHECK, SIGNS = (
    Tier(SUBMIT, "officer", "self"),
    Tier(VERIFY, "head", "self"),
    Tier(SIGN, "head", "self"),
)
NOW = datetime(2026, 2, 3, tzinfo=UTC)
LIMITS = ("100", "200")


def rich(value: str = "100", op: str = ">=") -> Condition:
    return Condition("ceiling", op, value)


CONDITIONS = st.one_of(
    st.builds(Condition, st.just("ceiling"), st.sampled_from((">=", "<")), st.sampled_from(LIMITS)),
    st.builds(Condition, st.just("fund_source"), st.just("has"), st.sampled_from(("PAD", "DAU"))),
    st.builds(Condition, st.just("kind"), st.just("="), st.sampled_from(("AGENCY", "WARD"))),
    st.builds(Condition, st.just("kind"), st.just("in"), st.just(["AGENCY", "WARD"])),
)
WHEN = st.lists(CONDITIONS, max_size=2).map(tuple)


@st.composite
def routes(draw: st.DrawFn) -> Route:
    """Routes of any shape that is in order."""
    verified = [replace(CHECK, when=draw(WHEN)) for _ in range(draw(st.integers(0, 2)))]
    signed = [replace(SIGNS, when=draw(WHEN)) for _ in range(draw(st.integers(1, 2)))]
    reviewed = [
        Tier(REVIEW, "bureau", "government", when=draw(WHEN), blocks=draw(st.booleans()))
        for _ in range(draw(st.integers(0, 2)))
    ]
    return Route((ENTRY, *verified, *signed, *reviewed), draw(st.sampled_from((0, 24))))


def test_a_document_climbs_and_can_be_returned_from_where_it_waits() -> None:
    found = ways(Route((ENTRY, CHECK, SIGNS)))
    assert Way(SUBMIT, START, Place(SUBMITTED, 1)) in found
    assert Way(VERIFY, Place(SUBMITTED, 1), Place(VERIFIED, 2)) in found
    assert Way(RETURN, Place(VERIFIED, 2), Place(SUBMITTED, 1)) in found
    assert Way(RETURN, Place(VERIFIED, 2), Place(RETURNED, 0)) in found
    assert not [way for way in found if way.verb == RETURN and way.source.state == PUBLISHED]


def test_a_tier_with_a_condition_is_met_by_some_and_passed_over_by_others() -> None:
    found = ways(Route((ENTRY, CHECK, replace(CHECK, when=(rich(),)), SIGNS)))
    after = {way.target.tier for way in found if way.verb == VERIFY and way.source == Place(SUBMITTED, 1)}
    assert after == {2, 3}


def test_of_two_tiers_that_exclude_each_other_none_leads_to_the_other() -> None:
    small, large = replace(SIGNS, when=(rich(op="<"),)), replace(SIGNS, when=(rich(),))
    law = Route((ENTRY, small, large))
    assert faults(law, ROLES) == []
    assert {walk(law, about) for about in cases(law)} == {(0, 1), (0, 2)}
    assert not [
        way for way in ways(law) if way.source.tier == 1 and way.target.tier == 2 and way.verb == SIGN
    ]


def test_a_gap_between_conditions_of_signing_tiers_is_found_with_its_document() -> None:
    small, large = replace(SIGNS, when=(rich("100", "<"),)), replace(SIGNS, when=(rich("200"),))
    (fault,) = faults(Route((ENTRY, small, large)), ROLES)
    assert (fault.code, fault.params["ceiling_rp"]) == ("fault.passed_over", "100")


def test_a_place_without_a_way_on_is_named() -> None:
    law = Route((ENTRY, CHECK, SIGNS))
    without = [way for way in ways(law) if way.verb != SIGN]
    assert {one.code for one in dead_ends(law, without)} == {"fault.dead_end", "fault.unreached"}
    assert {"tier": 2, "state": VERIFIED} in [one.params for one in dead_ends(law, without)]


@pytest.mark.parametrize(
    "tiers",
    [
        None, {}, "x", [1], [{}], [{"verb": 1, "role": "a", "scope": "b"}], [{"verb": "a", "role": "b", "scope": "c", "king": 1}],
        [{"verb": "a", "role": "b", "scope": "c", "blocks": "yes"}], [{"verb": "a", "role": "b", "scope": "c", "when": {}}],
        [{"verb": "a", "role": "b", "scope": "c", "when": [{"fact": "ceiling"}]}],
        [{"verb": "a", "role": "b", "scope": "c", "when": [{"fact": 1, "op": "=", "value": 1}]}],
    ],
)  # fmt: skip
def test_what_is_no_list_of_tiers_is_said_so(tiers: Any) -> None:
    assert misread(tiers).code == "fault.form"


TIERS = st.fixed_dictionaries(
    {"verb": st.text(), "role": st.text(), "scope": st.text()},
    optional={
        "quorum": st.none() | st.integers() | st.text() | st.booleans(),
        "due_days": st.none() | st.integers() | st.floats(),
        "when": st.lists(st.fixed_dictionaries({"fact": st.sampled_from(("ceiling", "kind", "x")), "op": st.sampled_from(
            (">=", "in", "=", "has")), "value": st.none() | st.text() | st.integers() | st.lists(st.text() | st.integers())})),
    },
)  # fmt: skip


@given(st.lists(TIERS, max_size=4))
def test_whatever_can_be_read_is_judged_and_never_fails(tiers: list[dict[str, Any]]) -> None:
    assert misread(tiers) is None
    assert faults(Route.of(tiers), ROLES, ("AGENCY",))


@given(routes())
@settings(max_examples=150, deadline=None)
def test_what_has_no_fault_leads_every_document_to_one_end(law: Route) -> None:
    found = faults(law, ROLES)
    if found:
        assert {one.code for one in found} <= {"fault.passed_over", "fault.never", "fault.late_block"}
        return
    for about in cases(law):
        tiers = walk(law, about)
        assert any(law.tiers[number].verb == SIGN for number in tiers)
    finals = {way.target for way in ways(law)} - {way.source for way in ways(law)}
    assert {place.state for place in finals} == {"superseded", "cancelled"}


@given(routes(), st.data())
@settings(max_examples=150, deadline=None)
def test_every_move_of_the_law_is_on_the_map_and_every_way_is_a_move(law: Route, data: st.DataObject) -> None:
    """For each place, each verb and each kind of document: decide() moves there exactly when the map has the way."""
    if faults(law, ROLES):
        return
    drawn = {way for about in cases(law) for way in _moves(law, about)}
    assert drawn == set(ways(law))


def _moves(law: Route, about: Mapping[str, Any]) -> set[Way]:
    """What decide() answers from each place that it leads to, to somebody who holds every office, now and later."""
    found: set[Way] = set()
    seen, waiting = {START}, [START]
    while waiting:
        at = waiting.pop()
        for verb in VERBS:
            for way in _answers(law, about, at, verb):
                found.add(way)
                if way.target not in seen:
                    seen.add(way.target)
                    waiting.append(way.target)
    return found


def _answers(law: Route, about: Mapping[str, Any], at: Place, verb: str) -> list[Way]:
    offices = tuple(Office(n, role, role, role, "/1/", "definitive") for n, role in enumerate(ROLES, 1))
    facts = Facts(
        state=at.state, tier=at.tier, version=1, seen_version=1, route=law, actor_id=7, offices=offices,
        paths={"self": "/1/", "government": "/1/"}, tier_posts={}, now=NOW, opens_at=NOW, locks_at=NOW + timedelta(days=9),
        about=about, arrived_at=NOW, signed_at=NOW, submitted_by=7, revision=1, replaced=True, reason="reason enough",
        grants=(GrantFact(1, "amendment", None),),
    )  # fmt: skip
    moments = [facts, replace(facts, now=NOW + timedelta(days=2))]  # within an embargo, and after it
    directions = (False, True) if verb == RETURN else (False,)
    answers = [decide(replace(one, to_previous_tier=way), verb) for one in moments for way in directions]
    return [Way(verb, at, Place(one.state, one.tier)) for one in answers if isinstance(one, Move)]


def test_amending_and_giving_up_are_on_the_map() -> None:
    found = ways(Route((ENTRY, SIGNS)))
    assert {AMEND, SUPERSEDE, CANCEL, PUBLISH} <= {way.verb for way in found}
