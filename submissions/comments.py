"""What deciders say about single cells of the version before them; said once, kept for ever (domain.md 2.6)."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from ledger.clock import now
from ledger.recording import recorded
from registry.models import User
from submissions import marks
from submissions.holding import CAPACITIES
from submissions.models import Comment, Report
from submissions.readings import read
from workflow import engine, route
from workflow.cursor import prepared
from workflow.engine import KeyReused, Question
from workflow.models import Act
from workflow.record import records
from workflow.route import SHORTEST_REASON, Move, Office, Refusal

SHORTEST, LONGEST = 3, 1000
VERB = "comment"  # of the act that remembers the key; it moves nothing


class CommentRefused(Exception):
    """A comment was not taken: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


def say(
    *, actor: User, report: Report, version: int, mark: str, text: str, key: str | None = None
) -> Comment:
    """Keep what the holder of a report says about one cell of it, or with an empty mark about all of it.

    3 to 1000 characters, about the version that was seen. A repeated `key` gets the first comment; with other words it
    raises KeyReused. Raises CommentRefused (length, cell, another version, not the holder).
    """
    said = text.replace("\x00", "").replace("\r\n", "\n").strip()
    asked = _digest(actor, report, version, mark, said)
    with recorded(actor):
        held = Report.objects.select_for_update().get(pk=report.pk)
        if key and (first := _first(key, asked)):
            return first
        office = _office(actor, held)
        _refuse(held, version, mark, said)
        comment = _keep(actor, held, office, mark, said)
        if key:
            Act.objects.create(
                key=engine.derived(key, VERB), actor=actor, verb=VERB, asked=asked, answer={VERB: comment.pk},
                at=comment.at,
            )  # fmt: skip
        return comment


def comments_on(reports: Iterable[int]) -> QuerySet[Comment]:
    """All comments on these reports, the oldest first."""
    return Comment.objects.filter(report__in=list(reports)).order_by("pk")


def _digest(actor: User, report: Report, version: int, mark: str, text: str) -> str:
    return hashlib.sha256(json.dumps([actor.pk, report.pk, version, mark, text]).encode()).hexdigest()


def _first(key: str, asked: str) -> Comment | None:
    """What the same page said the first time."""
    act = Act.objects.filter(key=engine.derived(key, VERB)).first()
    if act is None or act.answer is None:
        return None
    if act.asked != asked:
        raise KeyReused(key)
    return Comment.objects.get(pk=act.answer[VERB])


def _office(actor: User, held: Report) -> Office:
    """The office in which somebody holds a report now: in which he could send it back, or review it. To enter is no such."""
    cursor = prepared()
    question = Question(
        None, actor.pk, now(), {held.pk: None}, "." * SHORTEST_REASON, record=records(Report, [held], cursor)
    )
    (facts,) = Report.facts(cursor, [held], question).values()
    answers = [route.decide(facts, verb) for verb in (route.RETURN, route.REVIEW)]
    for answer in answers:
        if isinstance(answer, Move) and answer.office:
            return answer.office
    if any(isinstance(answer, Refusal) and answer.code == "route.self" for answer in answers):
        raise CommentRefused("route.self")
    raise CommentRefused("comment.holder", {"state": held.state})


def _refuse(held: Report, version: int, mark: str, text: str) -> None:
    if version != held.version:
        raise CommentRefused("route.stale", {"seen": version, "version": held.version})
    if not SHORTEST <= len(text) <= LONGEST:
        lengths = {"length": len(text), "shortest": SHORTEST, "longest": LONGEST}
        raise CommentRefused("comment.length", lengths)
    (reading,) = read([held.pk])
    if mark and mark not in marks.names_of(reading):
        raise CommentRefused("comment.cell")


def _keep(actor: User, held: Report, office: Office, mark: str, text: str) -> Comment:
    title = f"{CAPACITIES.get(office.capacity, '')}{office.title}, {office.unit_name}"
    return Comment.objects.create(
        report=held, version=held.version, mark=mark, text=text, person=actor, person_name=actor.name,
        office=title, at=now(),
    )  # fmt: skip
