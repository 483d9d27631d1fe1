"""Faults put into the law, the engine and the database, one at a time: each is caught by the model, and without it all agree."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError

from submissions import answers
from submissions.models import Report
from tests.workflow import tales
from tests.workflow.play import Disagreement
from tests.workflow.stage import Stage, rolled_back, stage
from tests.workflow.tales import BOTH, CHECKS, ENTRY, LARGE, REVIEWS, SIGNS, VERIFIES, Tale
from workflow import engine, route, terms, writing

__all__ = ["stage"]

Fault = Callable[[pytest.MonkeyPatch, Stage], Any]


def blind(code: str, name: str) -> Fault:
    """A judgement of the law (a function of facts) that does not see one of its reasons."""

    def put(patch: pytest.MonkeyPatch, stage: Stage) -> None:
        judge = getattr(route, name)

        def judged(facts: terms.Facts, *verb: str) -> terms.Refusal | None:
            answer = judge(facts, *verb)
            return None if answer is not None and answer.code == code else answer

        patch.setattr(route, name, judged)
        patch.setattr(
            route, "_ASKED", {verb: judged if one is judge else one for verb, one in route._ASKED.items()}
        )

    return put


def taking(**facts: Any) -> Fault:
    """A law that takes some facts for something else."""

    def put(patch: pytest.MonkeyPatch, stage: Stage) -> None:
        decide = route.decide
        patch.setattr(route, "decide", lambda asked, verb: decide(replace(asked, **facts), verb))

    return put


def setting(owner: Any, name: str, value: Any) -> Fault:
    return lambda patch, stage: patch.setattr(owner, name, value)


def without(owner: Any, name: str, words: str, instead: str = "") -> Fault:
    """A statement that has lost some of its words."""

    def put(patch: pytest.MonkeyPatch, stage: Stage) -> None:
        text = getattr(owner, name)
        assert words in text, f"{name} does not say {words}"
        patch.setattr(owner, name, text.replace(words, instead))

    return put


def a_waiver_lifts_everything(patch: pytest.MonkeyPatch, stage: Stage) -> None:
    judge = route._separation
    patch.setattr(
        route, "_separation", lambda facts, verb: None if facts.grant("waiver") else judge(facts, verb)
    )


def hashes_of_nothing(patch: pytest.MonkeyPatch, stage: Stage) -> None:
    write = engine._write

    def written(asked: Any, act: int, moved: Any, *more: Any) -> None:
        write(asked, act, [replace(one, hash="0" * 64) for one in moved], *more)

    patch.setattr(engine, "_write", written)


def history_is_not_written(patch: pytest.MonkeyPatch, stage: Stage) -> Iterator[None]:
    patch.setattr(writing, "history_sql", lambda model, rows: f"SELECT 1 FROM {rows}")  # noqa: S608
    writing.statement.cache_clear()
    yield
    writing.statement.cache_clear()


def keys_are_not_looked_at(patch: pytest.MonkeyPatch, stage: Stage) -> None:
    head = engine._head
    patch.setattr(engine, "_head", lambda asked, cursor: head(replace(asked, key=str(uuid4())), cursor))


def view(name: str, words: str, instead: str) -> Fault:
    """A view of the database that has lost some of its words."""

    def put(patch: pytest.MonkeyPatch, stage: Stage) -> Iterator[None]:
        ((text,),) = stage.owner.execute("SELECT pg_get_viewdef(%s::regclass)", [name]).fetchall()
        assert words in text, text
        stage.owner.execute(f"CREATE OR REPLACE VIEW {name} AS {text.replace(words, instead)}")
        yield
        stage.owner.execute(f"CREATE OR REPLACE VIEW {name} AS {text}")

    return put


def trigger(table: str, *names: str) -> Fault:
    """Triggers that are switched off."""

    def put(patch: pytest.MonkeyPatch, stage: Stage) -> Iterator[None]:
        for name in names:
            stage.owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        yield
        for name in names:
            stage.owner.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")

    return put


@dataclass(frozen=True)
class Mutation:
    name: str
    fault: Fault
    tale: Callable[[Tale], None]
    tiers: tuple[dict[str, Any], ...] = (ENTRY, VERIFIES, SIGNS)
    embargo: int = 0


FROZEN = ("frozen_insert", "frozen_update", "frozen_update_to", "frozen_delete")
WITHOUT_CAPACITY = ("(o.capacity)::text = 'definitive'::text", "true")
MUTATIONS = (
    Mutation(
        "separation of duties is dropped",
        blind("route.self", "_separation"),
        tales.he_entered_and_becomes_acting_head,
    ),
    Mutation("a waiver covers own entries too", a_waiver_lifts_everything, tales.he_entered_and_has_a_waiver),
    Mutation(
        "one person decides at two tiers",
        blind("route.twice", "_separation"),
        tales.she_verified_and_becomes_acting_boss,
    ),
    Mutation(
        "a grant never expires",
        without(answers, "CONTEXT", "w.expires_at > %(now)s", "true"),
        tales.her_waiver_has_expired,
    ),
    Mutation("a stale version passes", taking(seen_version=None), tales.he_saw_an_older_version),
    Mutation(
        "an expired acting holder acts",
        view("registry_office", "COALESCE(a.valid_to, 'infinity'::date)", "'infinity'::date"),
        tales.his_days_as_acting_head_are_over,
    ),
    Mutation(
        "a person counts twice for a quorum",
        blind("route.counted", "_separation"),
        tales.one_of_two_votes_twice,
        (ENTRY, BOTH, SIGNS),
    ),
    Mutation(
        "a quorum is not waited for",
        taking(agreed=frozenset(range(-9, 0))),
        tales.one_of_two_is_not_enough,
        (ENTRY, BOTH, SIGNS),
    ),
    Mutation(
        "a tier whose condition holds is passed over",
        setting(terms.Tier, "asks", lambda self, about: not self.when),
        tales.a_large_report_comes_by_the_planner,
        (ENTRY, VERIFIES, {**CHECKS, **LARGE}, SIGNS),
    ),
    Mutation(
        "a later month is signed first",
        blind("route.order_sign", "_signing"),
        tales.february_is_signed_before_january,
    ),
    Mutation(
        "a later month is submitted first",
        blind("route.order_submit", "_submitting"),
        tales.february_is_submitted_before_january,
    ),
    Mutation(
        "what moved is not verified again", taking(earlier_moved=None), tales.january_moved_under_february
    ),
    Mutation("the ceiling is looked at once", taking(blocking=0), tales.february_outgrew_the_ceiling),
    Mutation(
        "what was opened is recalled",
        blind("route.opened", "_recalling"),
        tales.he_recalls_what_was_looked_at,
    ),
    Mutation(
        "the calendar approves by silence",
        setting(route, "_calendar", lambda facts, verb: None),
        tales.nobody_did_anything_for_days,
    ),
    Mutation(
        "it is published before its hour",
        blind("route.embargo", "_publishing"),
        tales.it_is_published_while_it_rests,
        embargo=24,
    ),
    Mutation(
        "it is published past a blocking review",
        setting(terms.Route, "holds_publication", lambda *_: False),
        tales.it_is_published_without_its_review,
        (ENTRY, VERIFIES, SIGNS, {**REVIEWS, "blocks": True}),
    ),
    Mutation(
        "acting posts chain",
        view("registry_standin", *WITHOUT_CAPACITY),
        tales.her_superior_only_acts_himself,
        (ENTRY, {**VERIFIES, "escalate_days": 0}, SIGNS),
    ),
    Mutation(
        "a superior does not wait",
        setting(route, "_may_stand_in", lambda *_: True),
        tales.her_post_fell_vacant_today,
        (ENTRY, {**VERIFIES, "escalate_days": 3}, SIGNS),
    ),
    Mutation("locks are ignored", blind("route.window_locked", "_window"), tales.the_month_is_locked),
    Mutation("a key is not looked at", keys_are_not_looked_at, tales.a_key_is_used_twice),
    Mutation("blanks make a reason", taking(reason="." * 12), tales.a_reason_too_short),
    Mutation("hashes are bound to nothing", hashes_of_nothing, tales.it_is_published_while_it_rests),
    Mutation(
        "history is not written",
        history_is_not_written,
        tales.it_is_published_while_it_rests,
    ),
    Mutation(
        "what is amended stays published",
        setting(Report, "replaced", lambda *_: []),
        tales.a_published_month_is_amended,
    ),
    Mutation(
        "a unit of another government has a say",
        without(answers, "NAMED_UNITS", "SELECT government_id,", "SELECT 1 AS government_id,"),
        tales.a_namesake_of_the_bureau_reviews,
        (ENTRY, VERIFIES, SIGNS, REVIEWS),
    ),
    Mutation(
        "a state moves without a decision",
        trigger("submissions_report", "require_decision"),
        tales.somebody_moves_it_by_hand,
    ),
    Mutation(
        "published lines are not frozen",
        trigger("submissions_reportline", *FROZEN),
        tales.somebody_changes_a_published_line,
    ),
    Mutation(
        "anybody's decision is taken",
        trigger("workflow_decision", "submissions_require_holder"),
        tales.somebody_signs_by_hand_what_he_entered,
    ),
)


@contextmanager
def put_in(mutation: Mutation, stage: Stage) -> Iterator[None]:
    """The fault, for as long as the tale lasts."""
    with ExitStack() as stack:
        undo = mutation.fault(stack.enter_context(pytest.MonkeyPatch.context()), stage)
        if isinstance(undo, Iterator):
            next(undo)
            stack.callback(next, undo, None)
        yield


def told(mutation: Mutation, stage: Stage) -> None:
    with rolled_back():
        tale = Tale(stage, *mutation.tiers, embargo=mutation.embargo)
        mutation.tale(tale)
        tale.ends()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_the_fault_is_caught_and_without_it_all_agree(stage: Stage, mutation: Mutation) -> None:
    told(mutation, stage)
    # The model sees it, or a second guard, in the database, refuses what the law let pass.
    with put_in(mutation, stage), pytest.raises((Disagreement, DatabaseError)):
        told(mutation, stage)
    told(mutation, stage)
