"""What leaders decide on what officers asked of them: recorded, told, carried out or withdrawn (domain.md 5.3).

A leader is who holds the office `leader` at the root of the government; seeing the queue is not deciding. A decision stands on
the version of the report that was read, and is never rewritten: it is only carried out or withdrawn.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q
from django.urls import reverse

from approvals import notices
from ledger.clock import now
from ledger.recording import recorded
from registry.imports.writing import Writer
from registry.models import Government, Office, Post, User
from submissions.holding import CAPACITIES
from submissions.models import LeaderDecision, Report
from workflow.models import Outbox
from workflow.outbox import nudge

TOPIC = "decision.told"
MADE, DONE, WITHDRAWN = "made", "done", "withdrawn"
SHORTEST, LONGEST = 10, 2000
MOST_OFFERED = 20

# What an officer has handed in. `r` is a report, `p` its month.
HANDED_IN = "('submitted', 'verified', 'signed', 'published')"
# Nothing newer of the same sub-activity was handed in.
NEWEST = f"""r.state IN {HANDED_IN} AND NOT EXISTS (SELECT 1 FROM submissions_report n
  JOIN submissions_period np ON np.id = n.period_id WHERE n.item_id = r.item_id AND n.state IN {HANDED_IN}
    AND (np.month, n.revision) > (p.month, r.revision))"""  # noqa: S608 - constants
# Somebody decided on this month or a later one, or on an earlier one after this report was handed in.
DECISION_SINCE = """SELECT d.id FROM submissions_leaderdecision d JOIN submissions_report e ON e.id = d.report_id
  JOIN submissions_period ep ON ep.id = e.period_id WHERE e.item_id = r.item_id AND d.state <> 'withdrawn'
    AND (ep.month >= p.month OR d.decided_at >= r.submitted_at)"""
WAITS = f"r.needs_leadership AND {NEWEST} AND NOT EXISTS ({DECISION_SINCE})"

STANDING = f"""
SELECT r.id, r.needs_leadership, {NEWEST}, d.decided_name, d.decided_at
FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
  LEFT JOIN submissions_leaderdecision d ON d.id = (SELECT max(s.id) FROM ({DECISION_SINCE}) s)
WHERE r.id = ANY (%s)"""  # noqa: S608 - only the constants above are put in


class DecisionRefused(Exception):
    """Why a decision, or its end, is not recorded: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Wish:
    """What a leader decides: the words, whose office carries it out, until which day."""

    text: str
    owner: Post
    due: date


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one report: decided (`decision`), or left out for a reason."""

    report: int
    item: str
    decision: LeaderDecision | None = None
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


def offices_of_leader(user: User) -> list[Office]:
    """The leader's offices that a person holds now, each at the root of a government."""
    held = Office.objects.filter(person=user.pk, role=Post.Role.LEADER, unit__parent=None)
    return list(held.select_related("unit__government").order_by("pk"))


def today_in(government: Government) -> date:
    """The day in the government's zone, by the database's clock."""
    return now().astimezone(ZoneInfo(government.time_zone)).date()


def owners_for(words: str, government: Government) -> list[Post]:
    """Offices of a government that fit these words, by title and unit; those that somebody holds. At most one more than are
    offered."""
    posts = Post.objects.filter(unit__government=government, offices__isnull=False).select_related("unit")
    for word in words.replace(",", " ").split():
        posts = posts.filter(
            Q(title__icontains=word)
            | Q(unit__name__icontains=word)
            | Q(offices__person__name__icontains=word)
        )
    return list(posts.order_by("unit__path", "title", "pk").distinct()[: MOST_OFFERED + 1])


# --- Deciding --------------------------------------------------------------------------------------------


def decide(*, actor: User, versions: Mapping[int, int | None], wish: Wish, key: str) -> list[Outcome]:
    """Record one decision for each of these reports, as it was read (`versions`: id -> version); several at once, each judged
    by itself. The same request once more answers with what was recorded.

    Raises DecisionRefused where nothing can be recorded at all: words, day, owner, no office.
    """
    with recorded(actor, wish.text):
        seats = {one.unit.government_id: one for one in offices_of_leader(actor)}
        if not seats:
            raise DecisionRefused("decision.stranger")
        _check(wish, seats)
        reports = list(
            Report.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk__in=list(versions), item__unit__government=wish.owner.unit.government_id)
            .select_related("item", "period")
            .order_by("pk")
        )
        before = _before(reports, wish, key)
        judged = [_judged(one, versions[one.pk], standing) for one, standing in _standings(reports, before)]
        seat = seats[wish.owner.unit.government_id]
        at = now()
        fresh = [_made(one.report, wish, key, actor, seat, at) for one in judged if not one.code]
        Writer(actor_id=actor.pk, reason="decide").insert(fresh)
        _announce(fresh, MADE, _digest(key))
    made = {one.report_id: one for one in fresh} | before
    refused = {one.report: one for one in judged if one.code}
    codes = {one.pk: one.item.sub_activity_code for one in reports}
    refused |= {
        pk: _withdrawn(one, codes[pk]) for pk, one in before.items() if one.state == one.State.WITHDRAWN
    }
    gone = [Outcome(pk, "", code="decision.gone") for pk in versions if pk not in codes]
    return [refused.get(pk) or Outcome(pk, code, made[pk]) for pk, code in codes.items()] + gone


def _check(wish: Wish, seats: Mapping[int, Office]) -> None:
    """Refuse what can be said without looking at a report."""
    length = len(wish.text)
    if not SHORTEST <= length <= LONGEST:
        raise DecisionRefused("decision.text", length=length, shortest=SHORTEST, longest=LONGEST)
    seat = seats.get(wish.owner.unit.government_id)
    if seat is None:
        raise DecisionRefused("decision.owner_unknown", value=wish.owner.title)
    today = today_in(seat.unit.government)
    if wish.due < today:
        raise DecisionRefused("decision.past", due_on=wish.due.isoformat(), today_on=today.isoformat())
    last = date(today.year + 1, 12, 31)
    if wish.due > last:
        raise DecisionRefused("decision.far", due_on=wish.due.isoformat(), last_on=last.isoformat())


def _digest(*parts: object) -> str:
    return hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest()[:24]


def _token(report: int, wish: Wish, key: str) -> str:
    """The name of a decision, the same again for the same request: a key cannot be used for other words."""
    return _digest(key, report, wish.text, wish.owner.pk, wish.due)


def _before(reports: Sequence[Report], wish: Wish, key: str) -> dict[int, LeaderDecision]:
    """What the same request recorded already, by report."""
    tokens = [_token(one.pk, wish, key) for one in reports]
    found = LeaderDecision.objects.filter(token__in=tokens).select_related("ended_by")
    return {one.report_id: one for one in found}


def _withdrawn(one: LeaderDecision, item: str) -> Outcome:
    """A form that is sent again after its decision was withdrawn records nothing, and is not told that it did."""
    params = {
        "name": one.ended_by and one.ended_by.name,
        "ended_at": one.ended_at and one.ended_at.isoformat(),
    }
    return Outcome(one.report_id, item, code="decision.ended", params=params)


def _standings(reports: Sequence[Report], before: Mapping[int, LeaderDecision]) -> list[tuple[Report, Any]]:
    """Each report with how it stands now, read after the lock; those decided by this very request are left out."""
    wanted = {one.pk: one for one in reports if one.pk not in before}
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [list(wanted)])
        return [(wanted[row[0]], row[1:]) for row in cursor.fetchall()]


def _judged(
    report: Report, seen: int | None, standing: tuple[bool, bool, str | None, datetime | None]
) -> Outcome:
    asks, newest, name, at = standing
    params: dict[str, Any] = {}
    if not newest:
        code = "decision.newer" if report.state in ("published", "superseded") else "decision.stale"
    elif not asks:
        code = "decision.not_asked"
    elif at is not None:
        code, params = "decision.decided", {"name": name, "decided_at": at.isoformat()}
    else:
        code = "" if seen == report.version else "decision.stale"
    return Outcome(report.pk, report.item.sub_activity_code, code=code, params=params)


def _made(report: int, wish: Wish, key: str, actor: User, seat: Office, at: datetime) -> LeaderDecision:
    return LeaderDecision(
        token=_token(report, wish, key), report_id=report, text=wish.text, owner_post=wish.owner, due=wish.due,
        decided_by=actor, decided_name=actor.name, decided_office=_named(seat), decided_at=at,
    )  # fmt: skip


def _named(seat: Office) -> str:
    return f"{CAPACITIES.get(seat.capacity, '')}{seat.title}, {seat.unit_name}"


# --- Carrying out, withdrawing ---------------------------------------------------------------------------


def may_carry_out(user: User, decision: LeaderDecision) -> bool:
    """Whoever holds the office that is to carry it out, or a leader of that government."""
    held = Office.objects.filter(person=user.pk, post=decision.owner_post_id)
    return held.exists() or may_withdraw(user, decision)


def may_withdraw(user: User, decision: LeaderDecision) -> bool:
    """A leader of the government, also another one than who decided."""
    government = decision.owner_post.unit.government_id
    return any(one.unit.government_id == government for one in offices_of_leader(user))


def carry_out(*, actor: User, token: str, note: str) -> LeaderDecision:
    """Say that a decision is carried out. Raises DecisionRefused."""
    return _end(actor, token, LeaderDecision.State.DONE, note)


def withdraw(*, actor: User, token: str, note: str) -> LeaderDecision:
    """Take a decision back, with a reason; a report that still asks waits again. Raises DecisionRefused."""
    return _end(actor, token, LeaderDecision.State.WITHDRAWN, note)


def _end(actor: User, token: str, state: "LeaderDecision.State", note: str) -> LeaderDecision:
    with recorded(actor, note):
        decision = (
            LeaderDecision.objects.select_for_update(of=("self",))
            .select_related("owner_post__unit", "ended_by")
            .get(token=token)
        )
        may = may_withdraw if state == LeaderDecision.State.WITHDRAWN else may_carry_out
        if not may(actor, decision):
            raise DecisionRefused("decision.not_yours")
        if not SHORTEST <= len(note) <= LONGEST:
            raise DecisionRefused("decision.note", length=len(note), shortest=SHORTEST, longest=LONGEST)
        if decision.state != LeaderDecision.State.OPEN:
            if (decision.state, decision.ended_by_id, decision.ended_note) == (state, actor.pk, note):
                return decision  # a second click
            by, at = decision.ended_by, decision.ended_at
            raise DecisionRefused("decision.ended", name=by and by.name, ended_at=at and at.isoformat())
        decision.state, decision.ended_by, decision.ended_at, decision.ended_note = state, actor, now(), note
        decision.save()
        _announce([decision], DONE if state == LeaderDecision.State.DONE else WITHDRAWN, decision.token)
    return decision


# --- Telling ---------------------------------------------------------------------------------------------


def _announce(decisions: Iterable[LeaderDecision], act: str, together: str) -> None:
    """Have people told, in the act's own transaction; the telling is the worker's."""
    at = now()
    Outbox.objects.bulk_create(
        Outbox(
            key=f"{TOPIC}:{one.pk}:{act}",
            topic=TOPIC,
            payload={"id": one.pk, "act": act, "together": together},
            created_at=at,
            not_before=at,
        )
        for one in decisions
    )
    nudge()


def tell(row: Outbox) -> None:
    """Tell whose office carries it out and the officer who asked; of its end also who decided. Not who did it himself."""
    decision = LeaderDecision.objects.select_related(
        "report__item", "report__period", "owner_post__unit", "decided_by", "ended_by"
    ).get(pk=row.payload["id"])
    act, item = row.payload["act"], decision.report.item
    if act == MADE and decision.state == LeaderDecision.State.WITHDRAWN:
        return
    concerned = Q(offices__post__in=[decision.owner_post_id, item.officer_post_id])
    if act != MADE:
        concerned |= Q(pk=decision.decided_by_id)
    actor = decision.decided_by if act == MADE else decision.ended_by
    people = User.objects.filter(concerned).exclude(pk=actor.pk if actor else 0).distinct().order_by("pk")
    params = _params(decision, act, actor)
    notices.tell(
        event=row.key,
        code=f"notice.decision.{act}",
        to=notices.everyone(people, params, reverse("dashboards:decision", args=[decision.token])),
        together=f"{TOPIC}:{act}:{row.payload['together']}",
    )


def _params(decision: LeaderDecision, act: str, actor: User | None) -> dict[str, Any]:
    made = act == MADE
    return {
        "code": decision.report.item.sub_activity_code,
        "name": decision.report.item.sub_activity_name,
        "month": str(decision.report.period),
        "person": decision.decided_name if made else actor and actor.name,
        "office": decision.decided_office if made else _office_of(actor, decision),
        "text": decision.text if made else decision.ended_note,
        "owner": str(decision.owner_post),
        "due_on": decision.due.isoformat(),
    }


def _office_of(actor: User | None, decision: LeaderDecision) -> str:
    """In which office a decision was ended: the owner's, else the leader's; what he holds now."""
    held = Office.objects.filter(Q(post=decision.owner_post_id) | Q(role=Post.Role.LEADER), person=actor)
    seat = held.order_by("pk").first()
    return _named(seat) if seat else "–"
