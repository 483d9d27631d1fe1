"""The law by itself, as tables: every verb in every state, and for each verb every reason that may stand in its way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workflow.route import (
    SOURCES,
    STATES,
    TARGETS,
    VERBS,
    Facts,
    GrantFact,
    Move,
    Office,
    Refusal,
    Route,
    decide,
    mandate,
    may_enter,
)

NOW = datetime(2026, 2, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
OFFICER, HEAD, PLANNER, BOSS, BUREAU, STRANGER = 1, 2, 3, 4, 5, 9
ENTRY = {"verb": "submit", "role": "officer", "scope": "item"}
VERIFIES = {"verb": "verify", "role": "section_head", "scope": "item"}
CHECKS = {"verb": "verify", "role": "planner", "scope": "agency"}
SIGNS = {"verb": "sign", "role": "agency_head", "scope": "agency"}
REVIEWS = {"verb": "review", "role": "oversight", "scope": "government"}
PLAIN = Route.of([ENTRY, VERIFIES, SIGNS])
LONG = Route.of([ENTRY, VERIFIES, CHECKS, SIGNS, {**REVIEWS, "blocks": True}, REVIEWS], 24)


def office(person: int, **more: Any) -> Office:
    """What a person of this story holds."""
    post, role, path = {
        OFFICER: (11, "officer", "/1/2/"), HEAD: (12, "section_head", "/1/2/"), PLANNER: (13, "planner", "/1/2/"),
        BOSS: (14, "agency_head", "/1/2/"), BUREAU: (15, "oversight", "/1/"), STRANGER: (19, "section_head", "/1/9/"),
    }[person]  # fmt: skip
    return replace(Office(post, role, "Jabatan", "Dinas", path, "definitive"), **more)


def facts(person: int | None, state: str, tier: int, **more: Any) -> Facts:
    """A report at a tier, and a person who holds the office of this story, in the middle of the month."""
    return replace(
        Facts(
            state=state, tier=tier, version=7, seen_version=7, route=PLAIN, actor_id=person,
            offices=(office(person),) if person else (), paths={"self": "/1/2/", "agency": "/1/2/", "government": "/1/"},
            tier_posts=dict.fromkeys(range(1, 9), 12) | {0: 11}, now=NOW, opens_at=NOW - 9 * DAY, locks_at=NOW + 9 * DAY,
            about={"ceiling": 100, "fund_source": frozenset({"PAD"}), "kind": "AGENCY"}, arrived_at=NOW - DAY,
            signed_at=NOW - 2 * DAY, editors=frozenset({OFFICER}), submitted_by=OFFICER, reason="Alasan cukup",
        ),
        **more,
    )  # fmt: skip


def said(answer: Move | Refusal) -> str:
    return answer.code if isinstance(answer, Refusal) else f"{answer.state} {answer.tier}"


GRANT = (GrantFact(1, "amendment", None),)
# verb -> who, where the report is, and what else has to be so that it may be done; and where it leads.
DONE: dict[str, tuple[Facts, str]] = {
    "submit": (facts(OFFICER, "draft", 0), "submitted 1"),
    "recall": (facts(OFFICER, "submitted", 1), "draft 0"),
    "verify": (facts(HEAD, "submitted", 1), "verified 2"),
    "return": (facts(HEAD, "submitted", 1), "returned 0"),
    "sign": (facts(BOSS, "verified", 2), "signed 3"),
    "review": (facts(BUREAU, "signed", 4, route=LONG), "signed 5"),
    "publish": (facts(BOSS, "signed", 3), "published 3"),
    "amend": (facts(BOSS, "published", 3, grants=GRANT), "published 3"),
    "supersede": (facts(BOSS, "published", 3, replaced=True), "superseded 3"),
    "cancel": (facts(OFFICER, "draft", 0, revision=1), "cancelled 0"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_who_may_does_what_comes_next(verb: str) -> None:
    asked, leads_to = DONE[verb]
    assert said(decide(asked, verb)) == leads_to


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", STATES)
def test_a_verb_starts_from_its_states_and_leads_to_its_targets(verb: str, state: str) -> None:
    asked = replace(DONE[verb][0], state=state)
    answer = decide(asked, verb)
    if state not in SOURCES[verb]:
        assert said(answer) == "route.state"
        assert answer.params == {"state": state, "verb": verb}
    elif isinstance(answer, Move):
        assert answer.state in TARGETS[verb]


STALE, EARLY, LATE = {"seen_version": 6}, {"now": NOW - 20 * DAY}, {"now": NOW + 20 * DAY}
BOUND = ("submit", "recall", "verify", "return", "sign")  # by the month; what follows a signature is not
OTHER = {"actor_id": STRANGER, "offices": (office(STRANGER),), "submitted_by": STRANGER}
ALL_THREE = frozenset({HEAD, BOSS, BUREAU})
REFUSED = [
    *[(verb, STALE, "route.stale") for verb in VERBS],
    *[(verb, {"seen_version": 8}, "route.stale") for verb in VERBS],
    *[(verb, OTHER, "route.office") for verb in VERBS],
    *[(verb, {"offices": ()}, "route.office") for verb in VERBS],
    *[(verb, EARLY, "route.window_not_open") for verb in BOUND],
    *[(verb, LATE, "route.window_locked") for verb in BOUND],
    *[(verb, {"editors": ALL_THREE}, "route.self")
      for verb in ("verify", "return", "sign", "review", "publish")],
    *[(verb, {"deciders": dict.fromkeys(ALL_THREE, {8})}, "route.twice") for verb in ("verify", "sign", "review")],
    *[(verb, {"agreed": ALL_THREE}, "route.counted") for verb in ("verify", "sign", "review")],
    *[(verb, {"reason": reason}, "route.reason") for verb in ("return", "amend", "cancel")
      for reason in ("", "         ", "  kurang   ", "123456789")],
    *[(verb, {"actor_id": None, "offices": ()}, "route.nobody") for verb in VERBS if verb not in ("publish", "supersede")],
    ("submit", {"blocking": 1}, "route.blocked"),
    ("submit", {"earlier_open": "2025-12"}, "route.order_submit"),
    ("submit", {"tier_posts": {0: None}}, "route.empty_post"),
    ("submit", {"submit_from": NOW + DAY}, "route.window_not_open"),
    ("recall", {"submitted_by": 8}, "route.not_yours"),
    ("recall", {"opened_at": NOW}, "route.opened"),
    ("recall", {"deciders": {HEAD: frozenset({1})}}, "route.opened"),
    ("recall", {"agreed": frozenset({HEAD})}, "route.opened"),
    ("verify", {"blocking": 1}, "route.outgrown"),
    ("verify", {"state": "verified", "tier": 2}, "route.state"),
    ("sign", {"blocking": 1}, "route.outgrown"),
    ("sign", {"earlier_moved": "2026-01"}, "route.order_stale"),
    ("sign", {"earlier_unpublished": "2026-01"}, "route.order_sign"),
    ("sign", {"earlier_open": "2026-01", "earlier_unpublished": "2026-01"}, "route.order_sign"),
    ("review", {"tier": 6}, "route.state"),
    ("publish", {"route": LONG, "tier": 4}, "route.review_open"),
    ("publish", {"route": LONG, "tier": 6, "signed_at": NOW - timedelta(hours=23)}, "route.embargo"),
    ("amend", {"grants": ()}, "route.no_grant"),
    ("amend", {"grants": (GrantFact(1, "reopening", None), GrantFact(2, "waiver", BOSS))}, "route.no_grant"),
    ("amend", {"grants": (GrantFact(1, "amendment", HEAD),)}, "route.no_grant"),
    ("amend", {"revised": True}, "route.revised"),
    ("supersede", {"replaced": False}, "route.state"),
    ("cancel", {"revision": 0}, "route.owed"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "but", "code"), REFUSED)
def test_each_reason_alone_stands_in_the_way(verb: str, but: dict[str, Any], code: str) -> None:
    assert said(decide(replace(DONE[verb][0], **but), verb)) == code


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in BOUND])
@pytest.mark.parametrize("when", [EARLY, LATE])
def test_what_follows_a_signature_is_not_bound_to_the_month(verb: str, when: dict[str, Any]) -> None:
    asked = replace(DONE[verb][0], **when, signed_at=NOW - 30 * DAY)
    assert isinstance(decide(asked, verb), Move)


@pytest.mark.parametrize("verb", VERBS)
def test_who_names_no_version_is_not_stale(verb: str) -> None:
    assert isinstance(decide(replace(DONE[verb][0], seen_version=None), verb), Move)


@pytest.mark.parametrize(
    ("state", "tier", "verb", "leads_to"),
    [("signed", 3, "publish", "published 3"), ("published", 3, "supersede", "superseded 3"),
     ("draft", 0, "cancel", "cancelled 0"), ("returned", 0, "cancel", "cancelled 0")],
)  # fmt: skip
def test_the_calendar_does_what_only_waited_for_its_hour(
    state: str, tier: int, verb: str, leads_to: str
) -> None:
    asked = facts(None, state, tier, replaced=True, revision=1, locks_at=NOW - DAY, reason="")
    answer = decide(asked, verb)
    assert said(answer) == leads_to
    assert answer.office is None


def test_the_calendar_gives_up_no_revision_that_still_has_time() -> None:
    assert said(decide(facts(None, "draft", 0, revision=1), "cancel")) == "route.nobody"


@pytest.mark.parametrize(
    ("agreed", "leads_to"), [(set(), "submitted 1"), ({8}, "submitted 1"), ({7, 8}, "verified 2")]
)
def test_a_quorum_of_three_waits_for_three(agreed: set[int], leads_to: str) -> None:
    route = Route.of([ENTRY, {**VERIFIES, "quorum": 3}, SIGNS])
    assert (
        said(decide(facts(HEAD, "submitted", 1, route=route, agreed=frozenset(agreed)), "verify")) == leads_to
    )


def condition(fact: str, op: str, value: Any) -> dict[str, Any]:
    return {"when": [{"fact": fact, "op": op, "value": value}]}


@pytest.mark.parametrize(
    ("when", "comes_by"),
    [
        (condition("ceiling", ">=", "100"), True), (condition("ceiling", ">=", "100.01"), False),
        (condition("ceiling", "<", "100.01"), True), (condition("ceiling", "<", "100"), False),
        (condition("fund_source", "has", "PAD"), True), (condition("fund_source", "has", "DAK"), False),
        (condition("kind", "=", "AGENCY"), True), (condition("kind", "=", "UPTD"), False),
        (condition("kind", "in", ["UPTD", "AGENCY"]), True), (condition("kind", "in", ["UPTD"]), False),
        ({"when": [*condition("kind", "=", "AGENCY")["when"], *condition("ceiling", ">=", "200")["when"]]}, False),
    ],
)  # fmt: skip
def test_a_tier_is_passed_over_unless_all_its_conditions_hold(when: dict[str, Any], comes_by: bool) -> None:
    route = Route.of([ENTRY, VERIFIES, {**CHECKS, **when}, SIGNS])
    assert said(decide(facts(HEAD, "submitted", 1, route=route), "verify")) == (
        "submitted 2" if comes_by else "verified 3"
    )
    back = decide(facts(BOSS, "verified", 3, route=route, to_previous_tier=True), "return")
    assert said(back) == ("submitted 2" if comes_by else "submitted 1")


def test_who_signs_or_reviews_a_tier_that_is_passed_over_has_no_say() -> None:
    route = Route.of([ENTRY, SIGNS, {**REVIEWS, **condition("ceiling", ">=", "200")}])
    for state, verb in (("signed", "publish"), ("published", "amend")):
        assert said(decide(facts(BUREAU, state, 3, route=route, grants=GRANT), verb)) == "route.office"


@pytest.mark.parametrize(
    ("days", "vacant", "came", "done"),
    [
        (None, 30, 30, False),
        (3, 3, 3, True),
        (3, 30, 2, False),
        (3, 2, 30, False),
        (3, None, 3, True),
        (0, 0, 0, True),
    ],
)
def test_a_superior_acts_once_the_vacancy_has_lasted(
    days: int | None, vacant: int | None, came: int, done: bool
) -> None:
    route = Route.of([ENTRY, {**VERIFIES, "escalate_days": days}, SIGNS])
    since = None if vacant is None else NOW - vacant * DAY
    standing = replace(office(BOSS), role="section_head", stands_in_for=12, vacant_since=since)
    asked = facts(BOSS, "submitted", 1, route=route, offices=(standing,), arrived_at=NOW - came * DAY)
    answer = decide(asked, "verify")
    assert said(answer) == ("verified 2" if done else "route.office")
    assert (
        said(decide(replace(asked, tier_posts={1: 99}), "verify")) == "route.office"
    )  # another post is vacant


def test_an_acting_holder_counts_like_a_definitive_one_and_is_named() -> None:
    answer = decide(facts(HEAD, "submitted", 1, offices=(office(HEAD, capacity="plt"),)), "verify")
    assert isinstance(answer, Move)
    assert (answer.office.capacity, answer.office.post_id) == ("plt", 12)


WAIVER = (GrantFact(3, "waiver", BOSS),)


@pytest.mark.parametrize(
    ("grants", "editors", "agreed", "answer"),
    [
        (WAIVER, set(), set(), "signed 3"), ((), set(), set(), "route.twice"),
        ((GrantFact(3, "waiver", HEAD),), set(), set(), "route.twice"), (GRANT, set(), set(), "route.twice"),
        (WAIVER, {BOSS}, set(), "route.self"), (WAIVER, set(), {BOSS}, "route.counted"),
    ],
)  # fmt: skip
def test_a_waiver_lifts_two_tiers_in_one_hand_and_nothing_else(
    grants: Any, editors: set[int], agreed: set[int], answer: str
) -> None:
    asked = facts(
        BOSS, "verified", 2, grants=grants, deciders={BOSS: frozenset({1})}, editors=frozenset(editors), agreed=frozenset(agreed)
    )  # fmt: skip
    move = decide(asked, "sign")
    assert said(move) == answer
    assert not isinstance(move, Move) or move.grant == 3


def test_a_grant_that_was_not_needed_is_not_named() -> None:
    assert decide(facts(BOSS, "verified", 2, grants=WAIVER), "sign").grant is None


@pytest.mark.parametrize(
    ("hours", "answer"), [(23, "route.embargo"), (24, "published 6"), (25, "published 6")]
)
def test_what_is_signed_rests_until_its_hour(hours: int, answer: str) -> None:
    asked = facts(BOSS, "signed", 6, route=LONG, signed_at=NOW - timedelta(hours=hours))
    assert said(decide(asked, "publish")) == answer
    assert said(decide(replace(asked, actor_id=None, offices=()), "publish")) == answer


@pytest.mark.parametrize(
    ("person", "tier", "hours", "answer"),
    [
        (BUREAU, 4, 99, "returned 0"), (BOSS, 4, 1, "route.office"),  # while its review is awaited, the reviewer
        (BUREAU, 5, 1, "returned 0"), (BUREAU, 5, 99, "route.state"),  # who passed it last, while it rests
    ],
)  # fmt: skip
def test_of_what_is_signed_a_return_is_the_reviewers_or_whose_it_was_while_it_rests(
    person: int, tier: int, hours: int, answer: str
) -> None:
    asked = facts(person, "signed", tier, route=LONG, signed_at=NOW - timedelta(hours=hours))
    assert said(decide(asked, "return")) == answer


def test_no_review_that_blocks_is_passed_by_whatever_stands_before_it() -> None:
    route = Route.of([ENTRY, SIGNS, REVIEWS, {**REVIEWS, "blocks": True}])
    assert said(decide(facts(BOSS, "signed", 2, route=route), "publish")) == "route.review_open"
    assert said(decide(facts(BUREAU, "signed", 2, route=route), "review")) == "signed 3"


def test_a_return_by_the_second_review_goes_to_the_first() -> None:
    route = Route.of([ENTRY, SIGNS, {**REVIEWS, "blocks": True}, {**REVIEWS, "blocks": True}])
    answer = decide(facts(BUREAU, "signed", 3, route=route, to_previous_tier=True), "return")
    assert said(answer) == "signed 2"
    assert answer.state in TARGETS["return"]


MANDATE = GrantFact(4, "assistance", HEAD)
AGAIN: dict[str, Any] = {"state": "verified", "tier": 2, "earlier_moved": "2026-01"}


@pytest.mark.parametrize(
    ("but", "answer"),
    [
        ({}, "verified 2"), ({"earlier_moved": None}, "route.state"), ({"deciders": {HEAD: frozenset({1})}}, "verified 2"),
        ({"earlier_open": "2026-01"}, "route.order_again"), ({"blocking": 2}, "route.outgrown"),
        ({"editors": frozenset({HEAD})}, "route.self"), (LATE, "route.window_locked"),
    ],
)  # fmt: skip
def test_what_an_earlier_month_moved_under_is_verified_again_by_who_verified(
    but: dict[str, Any], answer: str
) -> None:
    assert said(decide(facts(HEAD, **{**AGAIN, **but}), "verify")) == answer
    assert said(decide(facts(BOSS, **AGAIN), "verify")) == "route.office"


@pytest.mark.parametrize(
    ("person", "but", "answer"),
    [
        (OFFICER, {}, None),
        (OFFICER, {"state": "submitted", "tier": 1}, "route.state"),
        (OFFICER, STALE, "route.stale"),
        (OFFICER, {"submit_from": NOW + DAY}, None),
        (OFFICER, EARLY, "route.window_not_open"),
        (OFFICER, LATE, "route.window_locked"),
        (OFFICER, {"tier_posts": {0: None}}, "route.empty_post"),
        (HEAD, {}, "route.office"),
        (HEAD, {"grants": (MANDATE,)}, None),
        (HEAD, {"grants": (replace(MANDATE, person_id=BOSS),)}, "route.office"),
        (HEAD, {"grants": (MANDATE,), **LATE}, "route.window_locked"),
    ],
)  # fmt: skip
def test_who_may_write(person: int, but: dict[str, Any], answer: str | None) -> None:
    asked = replace(facts(person, "draft", 0), **but)
    refusal = may_enter(asked)
    assert (refusal and refusal.code) == answer
    if person == HEAD and answer is None:
        assert mandate(asked) == 4
        assert said(decide(asked, "submit")) == "route.office"  # a mandate to assist submits nothing
