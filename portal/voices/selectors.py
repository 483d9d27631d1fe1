"""Reading citizens' messages: what everybody may see of them, how many wait, and which is due first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Prefetch, QuerySet, When
from django.urls import reverse

from portal.models import Feedback, FeedbackAct
from registry.models import BudgetItem, Unit

State, Act = Feedback.State, FeedbackAct.Kind
OPEN = (State.RECEIVED, State.ROUTED)


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages of some units: waiting for a step, of these overdue, answered at least once, and of these in time."""

    open: int
    overdue: int
    answered: int
    in_time: int

    @property
    def share(self) -> Decimal | None:
        """Answered in time, in percent of what was answered; None when nothing was."""
        return Decimal(self.in_time * 100) / self.answered if self.answered else None


# A message is of the unit it was passed on to, else of the one it is about, else of the government.
COUNTS = """
WITH said AS (SELECT f.state, f.triage_due, f.answer_due, f.close_due,
    (SELECT min(a.at) FROM portal_feedbackact a WHERE a.feedback_id = f.id AND a.kind = 'answer') AS answered_at
  FROM portal_feedback f
    LEFT JOIN registry_unit r ON r.id = f.routed_to_id LEFT JOIN registry_unit u ON u.id = f.unit_id
    JOIN registry_unit g ON g.government_id = f.government_id AND g.parent_id IS NULL
  WHERE f.state <> 'refused' AND EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) p
    WHERE starts_with(coalesce(r.path, u.path, g.path), p)))
SELECT count(*) FILTER (WHERE state IN ('received', 'routed')),
  count(*) FILTER (WHERE state IN ('received', 'routed') AND jenjang_now() > CASE
    WHEN answered_at IS NOT NULL THEN close_due WHEN state = 'received' THEN triage_due ELSE answer_due END),
  count(answered_at), count(*) FILTER (WHERE answered_at <= answer_due)
FROM said"""


def counts(paths: Sequence[str]) -> Counts:
    """How many messages of the units below these paths wait, are overdue, were answered, and in time. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"paths": list(paths)})
        return Counts(*cursor.fetchone())


def by_clock(messages: QuerySet[Feedback]) -> QuerySet[Feedback]:
    """The same with `due`, the end of the step that each waits for; the longest due first, what waits for nothing last.

    What was answered before and asked again is due with its close; its clock was set when it came.
    """
    answered = Exists(FeedbackAct.objects.filter(feedback=OuterRef("pk"), kind=Act.ANSWER))
    due = Case(
        When(state=State.ANSWERED, then=F("close_due")),
        When(answered, state__in=OPEN, then=F("close_due")),
        When(state=State.RECEIVED, then=F("triage_due")),
        When(state=State.ROUTED, then=F("answer_due")),
        output_field=DateTimeField(null=True),
    )
    waiting = Case(When(state__in=OPEN, then=due), output_field=DateTimeField(null=True))
    return messages.annotate(due=due).order_by(waiting.asc(nulls_last=True), "-moved_at", "-pk")


# --- For everybody ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """A public answer: which office gave it, when."""

    office: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A moderated message as everybody may read it. No ticket, no contact, no coordinates."""

    kind: str
    text: str
    place: str
    received_at: datetime
    state: str
    photo_url: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class About:
    """For templates/portal/voices/about.html: where to say something, and what was said."""

    write_url: str
    survey_url: str
    shown: tuple[Shown, ...]


def shown_about(*, unit: Unit | None = None, item: BudgetItem | None = None, limit: int = 10) -> list[Shown]:
    """The newest messages about a sub-activity, or about a unit and all below it, that were made public. Two statements."""
    found = Feedback.objects.filter(shown=True)
    if item:
        found = found.filter(item=item)
    elif unit:
        found = found.filter(unit__path__startswith=unit.path)
    answers = FeedbackAct.objects.filter(kind=Act.ANSWER).order_by("pk")
    rows = found.order_by("-received_at", "-pk").prefetch_related(
        Prefetch("acts", queryset=answers, to_attr="answers")
    )
    return [shown(one, one.answers) for one in rows[:limit]]


def shown(one: Feedback, answers: Sequence[FeedbackAct]) -> Shown:
    """One message as everybody may read it."""
    return Shown(
        str(one.get_kind_display()),
        one.text,
        one.place,
        one.received_at,
        one.state,
        reverse("voices:public_photo", args=[one.pk]) if one.photo else "",
        tuple(Answer(act.office, act.text, act.at) for act in answers),
    )


def about_unit(unit: Unit, month: str = "") -> About:
    """What the page of a unit shows of citizens; `month`: "2026-03", the month of its figures."""
    survey = reverse("voices:survey", args=[unit.code]) if unit.parent_id else ""
    return About(write_url(unit=unit, month=month), survey, tuple(shown_about(unit=unit)))


def about_item(item: BudgetItem, month: str = "") -> About:
    """What the page of a sub-activity shows of citizens."""
    return About(write_url(unit=item.unit, item=item, month=month), "", tuple(shown_about(item=item)))


def write_url(*, unit: Unit, item: BudgetItem | None = None, month: str = "") -> str:
    """Where something is said about a unit or a sub-activity."""
    asked: dict[str, Any] = {"unit": unit.code}
    if item:
        asked["item"] = item.sub_activity_code
    if month:
        asked["month"] = month
    return f"{reverse('voices:new')}?{urlencode(asked)}"
