"""One decider's act on many reports: what was seen goes in, what became of each comes out and stays readable.

The request is kept as an act of its own, by the page's key, with the filter it named and its answer report by report; sent
twice it is answered twice and done once. The decisions are the engine's, under a key that follows from it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

from django.db import connection

from approvals import services
from approvals.desk_flags import Reason, unopened_among
from ledger.clock import now
from ledger.recording import recorded
from registry.models import User
from submissions.models import Report
from workflow import engine, route
from workflow.engine import KeyReused, Outcome
from workflow.models import Act

MANY = {route.VERIFY: "many.verify", route.REVIEW: "many.review"}
BEGUN = """INSERT INTO workflow_act (key, actor_id, verb, asked, at) VALUES (%s, %s, %s, %s, %s)
  ON CONFLICT (key) DO NOTHING RETURNING id"""


@dataclass(frozen=True, slots=True)
class Result:
    """What an act on many came to."""

    verb: str
    query: str
    outcomes: tuple[Outcome, ...]
    seen: Mapping[int, int]

    @property
    def done(self) -> int:
        return sum(one.done for one in self.outcomes)

    @property
    def skipped(self) -> list[Outcome]:
        return [one for one in self.outcomes if not one.done]


def decide_many(*, actor: User, verb: str, seen: Mapping[int, int], query: str, key: str | None) -> int:
    """Verify or accept what was seen, each in that very version; the number of the act, whose result `result_of` reads.

    What is flagged and was not opened at this step is left out (`desk_flags`). Raises KeyReused.
    """
    key = key or str(uuid4())
    with recorded(actor):
        act = _begun(actor, verb, _digest(seen, query), key)
        if act is None:
            return _first(actor, verb, _digest(seen, query), key)
        left_out = _not_opened(actor, seen) if verb == route.VERIFY else {}
        versions: dict[int, int | None] = {pk: version for pk, version in seen.items() if pk not in left_out}
        own = engine.derived(key, verb)
        decide = services.verify if verb == route.VERIFY else services.review
        told = {one.id: one for one in decide(actor=actor, versions=versions, key=own)} if versions else {}
        told |= {pk: Outcome(pk, False, "", code, params) for pk, (code, params) in left_out.items()}
        answer = {"query": query, "seen": list(seen.items()), "outcomes": [asdict(told[pk]) for pk in seen]}
        Act.objects.filter(pk=act).update(answer=answer)
    return act


def _not_opened(actor: User, seen: Mapping[int, int]) -> dict[int, Reason]:
    """What he could verify as he saw it, but must open first; what is refused anyway gets its reason from the engine.

    Locked, in the engine's order, before anybody asks: what is opened or unusual stays so until the act is done.
    """
    held = Report.objects.filter(pk__in=seen).order_by("pk").select_for_update()
    as_seen = [one for one in held if one.version == seen[one.pk]]
    buttons = engine.available(actor, as_seen)
    return unopened_among(actor, [pk for pk, verbs in buttons.items() if verbs[route.VERIFY] is None])


def _digest(seen: Mapping[int, int], query: str) -> str:
    return hashlib.sha256(json.dumps([query, sorted(seen.items())]).encode()).hexdigest()


def _begun(actor: User, verb: str, asked: str, key: str) -> int | None:
    """The number of a new act; None when the key was used, after waiting for who uses it this moment."""
    with connection.cursor() as cursor:
        cursor.execute(BEGUN, [key, actor.pk, MANY[verb], asked, now()])
        row = cursor.fetchone()
    return row[0] if row else None


def _first(actor: User, verb: str, asked: str, key: str) -> int:
    first = Act.objects.filter(key=key, actor=actor, verb=MANY[verb], asked=asked).first()
    if first is None:
        raise KeyReused(key)
    return first.pk


def result_of(user: User, verb: str, act: int) -> Result | None:
    """What an act of this person at this desk came to; None for any other."""
    mine = Act.objects.filter(pk=act, actor=user, verb=MANY.get(verb, "")).exclude(answer=None).first()
    answer: dict[str, Any] = (mine and mine.answer) or {}
    if not answer:
        return None
    outcomes = tuple(Outcome(**one) for one in answer["outcomes"])
    return Result(verb, answer["query"], outcomes, {pk: version for pk, version in answer["seen"]})
