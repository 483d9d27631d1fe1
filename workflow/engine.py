"""The one door: every change of state goes through `perform()` (design.md 4).

Set-based: an act on 1 or 500 documents costs the same number of statements, one job each:
who and key, lock, what the decisions say, facts (the document's own, a fixed number), and all that the act leaves.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection, transaction

from ledger.clock import now as database_now
from ledger.recording import claimed, this_request
from workflow import attempts, route
from workflow.cursor import Prepared, listed, moment, prepared
from workflow.document import Document
from workflow.models import RouteVersion
from workflow.record import Record, records
from workflow.route import Move, Refusal
from workflow.writing import ANSWER, statement

TRIES = 3  # a serialisation failure or deadlock is nobody's fault: the same act is tried again
RETRIED = {"40001", "40P01"}

HEAD = """
WITH clock AS MATERIALIZED (SELECT jenjang_now() AS now), fresh AS (INSERT INTO workflow_act (key, actor_id, verb, asked, at)
  SELECT %(key)s, %(actor)s, %(verb)s, %(asked)s, clock.now FROM clock ON CONFLICT (key) DO NOTHING RETURNING id)
SELECT (SELECT id FROM fresh), clock.now, set_config('jenjang.actor', %(actor_text)s, true),
  set_config('jenjang.request', %(request)s, true), set_config('jenjang.address', %(address)s, true),
  set_config('jenjang.reason', %(reason)s, true),
  set_config('jenjang.offices', coalesce(ledger.offices(%(actor)s::bigint), ''), true),
  set_config('plan_cache_mode', 'force_generic_plan', true) FROM clock"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: done, or refused with a code and its parameters."""

    id: int
    done: bool
    state: str = ""
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What the documents are asked their facts for. `verb` is None when only buttons are wanted."""

    verb: str | None
    actor_id: int | None
    now: datetime
    seen: Mapping[int, int | None]
    reason: str = ""
    to_previous_tier: bool = False
    whole: bool = False  # the set goes together or not at all
    record: Mapping[int, Record] = field(default_factory=dict)


class Refused(Exception):
    """An act on one document, or on a set that goes as a whole, was refused. Carries the refused outcomes."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        super().__init__(", ".join(f"{outcome.id}: {outcome.code}" for outcome in outcomes))
        self.outcomes = list(outcomes)


class KeyReused(Exception):
    """The idempotency key was used before for another request."""


def perform(
    verb: str,
    model: type[Document],
    versions: Mapping[int, int | None],
    *,
    actor: Any,
    key: str | None = None,
    reason: str = "",
    marks: Sequence[str] = (),
    to_previous_tier: bool = False,
    whole: bool = False,
) -> list[Outcome]:
    """Do `verb` on the documents whose ids are the keys of `versions` (id -> the version the actor saw).

    One transaction; one Outcome per document, in the order asked. With `whole`, one refusal refuses all and raises
    Refused. A repeated `key` gets the first answer and does nothing; with another request it raises KeyReused. Without an
    actor it is the calendar that acts, which publishes and supersedes what only waited for its hour, and nothing else.
    """
    asked = _Asked(
        verb, model, dict(versions), actor, key or str(uuid4()), reason, tuple(marks), to_previous_tier, whole
    )
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return _act(asked, prepared())
        except Refused as refusal:
            if not connection.in_atomic_block:  # else whoever began the transaction says what became of it
                attempted(verb, model, versions, actor=actor, refused=refusal.outcomes, key=asked.key)
            raise
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state not in RETRIED or connection.in_atomic_block or attempt == TRIES:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def attempted(
    verb: str,
    model: type[Document],
    versions: Mapping[int, int | None],
    *,
    actor: Any,
    refused: Sequence[Outcome],
    key: str | None = None,
) -> None:
    """Put on the record who tried to decide on what is his own, where the act itself was rolled back or never begun.

    Once for each `key`. To be called outside of what is rolled back.
    """
    if actor is None or not any(outcome.code in attempts.SELF_DEALING for outcome in refused):
        return
    marked = derived(key or str(uuid4()), "refused")
    asked = _Asked(verb, model, dict(versions), actor, marked, "", (), False, whole=True)
    with transaction.atomic():
        cursor = prepared()
        act, _now = _head(asked, cursor)
        if act is not None:
            answer = json.dumps([asdict(one) for one in refused], default=str)
            cursor.execute(ANSWER, {"answer": answer, "act": act})
            _keep_attempts(asked, act, refused, cursor)


def derived(key: str, word: str | int) -> str:
    """The key of an act that follows from another one: the same again for the same act, whatever the length of its key."""
    return hashlib.sha256(f"{key}:{word}".encode()).hexdigest()


def perform_one(verb: str, document: Document, *, version: int | None, actor: Any, **options: Any) -> Outcome:
    """The same for one document; raises Refused instead of answering with a refusal."""
    (outcome,) = perform(verb, type(document), {document.pk: version}, actor=actor, **options)
    if not outcome.done:
        raise Refused([outcome])
    return outcome


def available(actor: Any, documents: Sequence[Document]) -> dict[int, dict[str, Refusal | None]]:
    """For each document and verb: None when `actor` may do it now, else the reason why not. Reads only."""
    if not documents:
        return {}
    with transaction.atomic():
        cursor = prepared()
        # A button is there before the reason is typed, so one that is long enough stands in for it.
        reason = "." * route.SHORTEST_REASON
        question = Question(
            None,
            actor.pk,
            database_now(),
            {document.pk: None for document in documents},
            reason,
            record=records(type(documents[0]), documents, cursor),
        )
        facts = type(documents[0]).facts(cursor, documents, question)
    return {
        pk: {
            verb: None if isinstance(answer := route.decide(fact, verb), Move) else answer
            for verb in route.VERBS
        }
        for pk, fact in facts.items()
    }


@dataclass(frozen=True, slots=True)
class _Asked:
    verb: str
    model: type[Document]
    versions: dict[int, int | None]
    actor: Any
    key: str
    reason: str
    marks: tuple[str, ...]
    to_previous_tier: bool
    whole: bool

    @property
    def actor_id(self) -> int | None:
        return self.actor.pk if self.actor else None

    def digest(self) -> str:
        words = [
            self.verb,
            self.model._meta.label,
            sorted(self.versions.items()),
            self.actor_id,
            self.reason,
            self.marks,
        ]
        return hashlib.sha256(json.dumps([*words, self.to_previous_tier, self.whole]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Moved:
    document: Document
    source: str
    tier: int
    move: Move
    hash: str


def _act(asked: _Asked, cursor: Prepared) -> list[Outcome]:
    act, now = _head(asked, cursor)
    if act is None:
        return _first_answer(asked, cursor)
    documents = _lock(asked.model, list(asked.versions), cursor, asked.verb)
    facts = (
        asked.model.facts(cursor, documents, _question(asked, documents, cursor, now)) if documents else {}
    )
    moved, outcomes = _judge(asked, documents, facts, cursor, now)
    answer = [outcomes.get(pk) or Outcome(pk, False, code="route.unknown") for pk in asked.versions]
    refused = [outcome for outcome in answer if not outcome.done]
    if asked.whole and refused:
        raise Refused(refused)
    told = json.dumps([asdict(one) for one in answer])
    if moved:
        _write(asked, act, moved, told, cursor, now)
        _follow_up(asked, [one.document.pk for one in moved], facts, cursor, now)
    else:
        cursor.execute(ANSWER, {"answer": told, "act": act})
    _keep_attempts(asked, act, refused, cursor)
    return answer


def _keep_attempts(asked: _Asked, act: int, refused: Sequence[Outcome], cursor: Prepared) -> None:
    codes = [(outcome.id, outcome.code) for outcome in refused]
    attempts.keep(cursor, act, asked.model, asked.verb, asked.actor, asked.versions, codes)


def _question(asked: _Asked, documents: Sequence[Document], cursor: Prepared, now: datetime) -> Question:
    record = records(asked.model, documents, cursor)
    return Question(
        asked.verb, asked.actor_id, now, asked.versions, asked.reason, asked.to_previous_tier, asked.whole, record
    )  # fmt: skip


def _follow_up(
    asked: _Asked, ids: list[int], facts: Mapping[int, route.Facts], cursor: Prepared, now: datetime
) -> None:
    """What an act brings with it, in the same transaction: a new revision, or the end of the one it replaces."""
    if asked.verb == route.AMEND:
        asked.model.revise(cursor, ids, asked.actor.pk, now)
    revisions = [pk for pk in ids if facts[pk].revision]
    if asked.verb == route.PUBLISH and revisions:
        older: dict[int, int | None] = dict.fromkeys(asked.model.replaced(cursor, revisions))
        _act(
            replace(asked, verb=route.SUPERSEDE, versions=older, key=derived(asked.key, "older"), whole=True),
            cursor,
        )
    if asked.verb == route.PUBLISH:
        asked.model.published(cursor, ids)


def _head(asked: _Asked, cursor: Prepared) -> tuple[int | None, datetime]:
    request = this_request()
    row = cursor.execute(
        HEAD,
        {
            "key": asked.key,
            "actor": asked.actor_id,
            "actor_text": str(asked.actor_id or ""),
            "verb": asked.verb,
            "asked": asked.digest(),
            "request": request.id,
            "address": request.address,
            "reason": claimed(asked.reason),
        },
    ).fetchall()[0]
    return row[0], row[1]


def _first_answer(asked: _Asked, cursor: Prepared) -> list[Outcome]:
    row = cursor.execute("SELECT asked, answer FROM workflow_act WHERE key = %s", [asked.key]).fetchall()[0]
    if row[0] != asked.digest():
        raise KeyReused(asked.key)
    return [Outcome(**one) for one in json.loads(row[1])]


def _lock(model: type[Document], ids: list[int], cursor: Prepared, verb: str = "") -> list[Document]:
    """The rows, locked in primary-key order, so that two sets never wait for each other.

    What publication may follow locks those that it ends as well, which come first: an act on both would wait for it.
    """
    fields = ["id", "state", "tier", "step", "version", "content_hash", "route_id"]
    ends = model.predecessors if verb in (route.SIGN, route.REVIEW, route.PUBLISH) else ""
    wanted = f"%s::bigint[] || ARRAY({ends})" if ends else "%s"
    rows = cursor.execute(
        f'SELECT {", ".join(fields)} FROM "{model._meta.db_table}" WHERE id = ANY({wanted}) ORDER BY id FOR UPDATE',  # noqa: S608
        [listed(ids)] * (2 if ends else 1),
    ).fetchall()
    asked = set(ids)
    return [model.from_db("default", fields, row) for row in rows if row[0] in asked]


def _judge(
    asked: _Asked,
    documents: Sequence[Document],
    facts: Mapping[int, route.Facts],
    cursor: Prepared,
    now: datetime,
) -> tuple[list[_Moved], dict[int, Outcome]]:
    moves: list[tuple[Document, Move]] = []
    outcomes: dict[int, Outcome] = {}
    for document in documents:
        answer = route.decide(facts[document.pk], asked.verb)
        if isinstance(answer, Refusal):
            outcomes[document.pk] = Outcome(document.pk, False, document.state, answer.code, answer.params)
        else:
            moves.append((document, answer))
            outcomes[document.pk] = Outcome(document.pk, True, answer.state)
    # Only a submission fixes the content; every later decision is bound to that hash.
    texts = (
        asked.model.content(cursor, [one.pk for one, _ in moves])
        if asked.verb == route.SUBMIT and moves
        else {}
    )
    moved = []
    for document, move in moves:
        source, tier = document.state, document.tier
        text = texts.get(document.pk)
        digest = hashlib.sha256(text.encode()).hexdigest() if text is not None else document.content_hash
        document.advance(asked.verb, move, now)
        moved.append(_Moved(document, source, tier, move, digest))
    return moved, outcomes


def _write(
    asked: _Asked, act: int, moved: Sequence[_Moved], answer: str, cursor: Prepared, now: datetime
) -> None:
    columns = {
        "act": act, "verb": asked.verb, "actor": asked.actor_id, "at": now, "answer": answer,
        "actor_name": asked.actor.name if asked.actor else "",
        "reason": asked.reason.strip(), "marks": json.dumps(list(asked.marks)),
        "kind": "~", "change": asked.verb, "topic": asked.model.topics.get(asked.verb),
        "told_from": asked.model.told_from.get(asked.verb, ""),
        "content_type": ContentType.objects.get_for_model(asked.model).pk,
        "ids": listed(one.document.pk for one in moved), "moves": json.dumps([_columns(one) for one in moved]),
    }  # fmt: skip
    ((count,),) = cursor.execute(statement(asked.model, asked.verb), columns).fetchall()
    if count != len(moved):
        raise AssertionError(f"{count} rows moved of {len(moved)}: a locked row changed")


def _columns(moved: _Moved) -> dict[str, Any]:
    """What the statement is told of one document; the calendar holds no office."""
    document, move, office = moved.document, moved.move, moved.move.office
    return {
        "id": document.pk, "step": document.step, "version": document.version, "hash": moved.hash, "tier": moved.tier,
        "source": moved.source, "target": move.state, "target_tier": move.tier, "granted": move.grant,
        "post": office and office.post_id, "vacant": office and office.stands_in_for, "title": office.title if office else "",
        "unit": office.unit_name if office else "", "capacity": office.capacity if office else "",
    }  # fmt: skip


def newest_route(code: str) -> RouteVersion:
    """The version of a route that documents of a new period are pinned to; raises RouteVersion.DoesNotExist."""
    return RouteVersion.objects.filter(code=code).latest("number")


@dataclass(frozen=True, slots=True)
class Entering:
    """Documents locked to be written to, why others are not, the mandates of who enters in another's place, and the documents
    that he has written to before."""

    now: datetime
    documents: dict[int, Document]
    refusals: dict[int, Refusal]
    mandates: dict[int, int]
    known: frozenset[int]


def locked_for_entry(
    model: type[Document], versions: Mapping[int, int | None], *, actor: Any, cursor: Prepared
) -> Entering:
    """Lock documents to be written to: the moment, those that `actor` may write, and why not the others."""
    documents = _lock(model, list(versions), cursor)
    now = moment(cursor)
    facts = (
        model.facts(cursor, documents, Question(route.ENTER, actor.pk, now, versions)) if documents else {}
    )
    refusals = {pk: Refusal("route.unknown") for pk in versions if pk not in facts}
    refusals |= {pk: refusal for pk, fact in facts.items() if (refusal := route.may_enter(fact))}
    open_ones = {document.pk: document for document in documents if document.pk not in refusals}
    mandates = {pk: grant for pk in open_ones if (grant := route.mandate(facts[pk])) is not None}
    known = frozenset(pk for pk in open_ones if actor.pk in facts[pk].editors)
    return Entering(now, open_ones, refusals, mandates, known)
