"""Whom the calendar tells what: the holders of open reports, the superiors of who is overdue, the heads of locked months.

One statement for any number of agencies; what one person is told in one go is one digest (an outbox row).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from submissions.answers import SUBJECTS
from submissions.moments import (
    ENTRY,
    ESCALATE,
    OVERDUE,
    REMIND,
    SIGN,
    STEPS,
    TELL_LOCKED,
    TELL_RELOCKED,
    TELL_REOPENED,
    TIER,
    VERIFY,
    CalendarPolicy,
    Due,
    Moments,
    due_of,
    own_cutoffs,
    own_due,
    zone_of,
)
from workflow.cursor import Prepared
from workflow.models import Outbox
from workflow.outbox import nudge
from workflow.route import DRAFT, PUBLISHED, RETURNED, SIGNED, SUBMITTED, VERIFIED

DIGEST, OPENED = "calendar.digest", "month.opened"  # topics of the outbox
HOLDER, SUPERIOR, HEAD, OVERSIGHT = "holder", "superior", "head", "oversight"
STATES = {ENTRY: (DRAFT, RETURNED), VERIFY: (SUBMITTED,), SIGN: (VERIFIED,)}
DECIDED = (SUBMITTED, VERIFIED)
UNFINISHED = tuple(state for step in STEPS for state in STATES[step])

# Reports of a month as they were owed; a later revision is nobody's duty in the calendar. Who entered a report cannot verify
# or sign it (V-53), so he is not told to. The superior is the nearest one upwards whose post has a holder; of a vacant post
# he hears too. Tiers that have working days of their own keep them, and not the calendar's deadlines.
TOLD = f"""
WITH asked AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%(asked)s::jsonb)
    AS a(ask int, period bigint, audience text, states text[], "grant" bigint, own boolean, zone text, cutoffs jsonb)),
  own AS MATERIALIZED (
    SELECT t.route_id, t.number, t.due_days FROM workflow_tier t WHERE t.due_days IS NOT NULL AND t.number > 0),
  waiting AS MATERIALIZED (SELECT a.ask, a.audience, r.id, r.token, p.agency_id, i.sub_activity_code AS code,
      i.sub_activity_name AS name, r.moved_at, own.due_days,
      CASE r.state WHEN 'submitted' THEN 'verify' WHEN 'verified' THEN 'sign' WHEN 'signed' THEN 'review'
        WHEN 'published' THEN 'review' ELSE 'entry' END AS step
    FROM asked a JOIN submissions_report r ON r.period_id = a.period AND r.revision = 0 AND r.state = ANY (a.states)
      JOIN submissions_period p ON p.id = r.period_id JOIN registry_budgetitem i ON i.id = r.item_id
      JOIN registry_unit u ON u.id = i.unit_id LEFT JOIN workflow_grant g ON g.id = a."grant"
      LEFT JOIN own ON own.route_id = r.route_id AND own.number = r.tier
    WHERE (a.own IS NULL OR (NOT a.own AND own.due_days IS NULL)
        OR (a.own AND (r.moved_at AT TIME ZONE a.zone)::date <= (a.cutoffs ->> own.due_days::text)::date))
      AND (g.id IS NULL OR (starts_with(u.path, g.scope_path) AND (g.subjects = '{{}}' OR g.subjects && {SUBJECTS})))),
  holding AS MATERIALIZED (SELECT h.report_id, h.post_id FROM submissions_holder h
    WHERE h.report_id = ANY (ARRAY(SELECT w.id FROM waiting w WHERE w.audience <> 'head'))),
  office AS MATERIALIZED (SELECT o.post_id, o.person_id, o.unit_id, o.role FROM registry_office o),
  held AS MATERIALIZED (SELECT w.*, h.post_id, o.person_id AS holder FROM waiting w
      JOIN holding h ON h.report_id = w.id LEFT JOIN office o ON o.post_id = h.post_id
    WHERE w.audience <> 'head'),
  above AS (WITH RECURSIVE climb(post_id, superior_id, height) AS (
      SELECT s.post_id, s.superior_id, 1 FROM registry_superior s
      WHERE s.post_id IN (SELECT h.post_id FROM held h WHERE h.audience = 'superior')
      UNION ALL SELECT c.post_id, s.superior_id, c.height + 1 FROM climb c JOIN registry_superior s ON s.post_id = c.superior_id
      WHERE c.height < 6 AND NOT EXISTS (SELECT 1 FROM office o WHERE o.post_id = c.superior_id))
    SELECT c.post_id, o.person_id FROM climb c JOIN office o ON o.post_id = c.superior_id),
  told AS (
    SELECT h.ask, h.holder AS person, h.post_id, h.holder, h.step, h.id, h.token, h.code, h.name, h.moved_at, h.due_days
    FROM held h WHERE h.audience = 'holder' AND h.holder IS NOT NULL AND (h.step = 'entry' OR NOT EXISTS (
      SELECT 1 FROM submissions_editor e WHERE e.report_id = h.id AND e.person_id = h.holder))
    UNION ALL
    SELECT h.ask, a.person_id, h.post_id, h.holder, h.step, h.id, h.token, h.code, h.name, h.moved_at, h.due_days
    FROM held h JOIN above a ON a.post_id = h.post_id WHERE h.audience = 'superior' AND a.person_id IS DISTINCT FROM h.holder
    UNION ALL
    SELECT w.ask, o.person_id, NULL, NULL, NULL, w.id, w.token, w.code, w.name, NULL, NULL FROM waiting w
      JOIN office o ON o.unit_id = w.agency_id AND o.role = 'agency_head' WHERE w.audience = 'head')
SELECT t.ask, t.person, t.step, b.title, u.name, coalesce(w.name, ''), count(DISTINCT t.id),
  to_jsonb((array_agg(jsonb_build_array(t.token, t.code, t.name) ORDER BY t.code, t.id))[1:10]),
  min(t.moved_at), min(t.due_days), to_jsonb(array_agg(DISTINCT t.id))
FROM told t JOIN registry_user told ON told.id = t.person LEFT JOIN registry_post b ON b.id = t.post_id
  LEFT JOIN registry_unit u ON u.id = b.unit_id LEFT JOIN registry_user w ON w.id = t.holder
GROUP BY t.ask, t.person, t.step, t.post_id, b.title, u.name, t.holder, w.name
ORDER BY t.person, t.ask, t.step, t.post_id"""  # noqa: S608 - only what a grant may name is put in


@dataclass(frozen=True, slots=True)
class Planned:
    """An act of one period that is to be done now, with what has to be said about it."""

    period: int
    agency: int
    agency_name: str
    month: str
    times: Moments
    due: Due
    policy: CalendarPolicy
    now: datetime

    @property
    def key(self) -> tuple[int, str, datetime]:
        return self.period, self.due.kind, self.due.moment

    @property
    def group(self) -> tuple[int, str]:
        """What is overdue at several steps in the same morning is asked for and told once."""
        merged = self.due.act in (OVERDUE, ESCALATE)
        return self.period, f"{self.due.act} {self.due.of == TIER}" if merged else self.due.kind


@dataclass(frozen=True, slots=True)
class Line:
    """What one person is told about one period: `said` is JSON for the digest."""

    person: int
    group: tuple[int, str]  # the `group` of the act that says it
    said: dict[str, Any]


def lines_of(cursor: Prepared, planned: Sequence[Planned]) -> list[Line]:
    """The lines of all who are told by these acts, in one statement."""
    asks = _asks(planned)
    if not asks:
        return []
    asked = [{"ask": number, **ask.asked} for number, ask in enumerate(asks)]
    rows = cursor.execute(TOLD, {"asked": json.dumps(asked)}).fetchall()
    return [_line(asks[row[0]], row) for row in rows]


@dataclass(slots=True)
class _Ask:
    """Acts of one period that tell the same audience of the same things, asked for once."""

    one: Planned
    asked: dict[str, Any]


def _asks(planned: Sequence[Planned]) -> list[_Ask]:
    found: dict[tuple[int, str, str], _Ask] = {}
    for one in planned:
        if not one.due.tells:
            continue
        states, grant = _about(one)
        for audience in _audiences(one.due.act):
            ask = {"period": one.period, "audience": audience, "states": states, "grant": grant, **_own(one)}
            known = found.setdefault((*one.group, audience), _Ask(one, ask))
            known.asked["states"] = sorted({*known.asked["states"], *states})
    return list(found.values())


def _audiences(act: str) -> tuple[str, ...]:
    if act == ESCALATE:
        return (SUPERIOR,)
    if act == TELL_REOPENED:
        return (HOLDER, HEAD)
    return (HEAD,) if act in (TELL_LOCKED, TELL_RELOCKED) else (HOLDER,)


def _own(one: Planned) -> dict[str, Any]:
    """Whether an act is about tiers with days of their own, and if so which arrivals are overdue; None: about all."""
    if one.due.of == TIER:
        zone = one.policy.time_zone
        today = one.now.astimezone(zone_of(zone)).date()
        return {"own": True, "zone": zone, "cutoffs": own_cutoffs(one.policy, today)}
    return {"own": False if one.due.of in STEPS else None}


def _about(one: Planned) -> tuple[list[str], int | None]:
    """The states of the reports an act is about, and the grant that limits it."""
    due = one.due
    if due.of == TIER:
        return [*(DECIDED if one.now < one.times.lock_at else ()), SIGNED, PUBLISHED], None
    if due.of not in STEPS:
        return list(UNFINISHED), int(due.of) if due.of else None
    if due.act == REMIND:
        return list(STATES[due.of]), None
    upto = STEPS[: STEPS.index(due.of) + 1]
    return [state for step in upto for state in STATES[step]], None


def _line(ask: _Ask, row: Sequence[Any]) -> Line:
    _ask, person, step, title, unit, holder, count, items, moved_at, days, reports = row
    one = ask.one
    said = {
        "act": one.due.act,
        "audience": ask.asked["audience"],
        "agency": one.agency_name,
        "month": one.month,
        "step": step,
        "due_at": _due(one, step, moved_at, days).isoformat(),
        "count": count,
        "post": f"{title}, {unit}" if title else "",
        "holder": holder,
        "items": json.loads(items),
        "reports": json.loads(reports),
    }
    return Line(person, one.group, said)


def _due(one: Planned, step: str | None, moved_at: datetime | None, days: int | None) -> datetime:
    """The moment that a line names: the deadline of the step, of the tier, or the end or begin of a lock."""
    if one.due.of == TIER and moved_at is not None and days is not None:
        return own_due(one.policy, moved_at, days)
    if one.due.of in STEPS and step:
        return due_of(one.times, step)
    return one.due.until or (one.due.moment if one.due.of else one.times.lock_at)


def told_by(planned: Iterable[Planned], lines: Iterable[Line]) -> dict[tuple[int, str, datetime], int]:
    """How many persons each act tells something; what is told once for several acts counts at the first."""
    people: dict[tuple[int, str], set[int]] = {}
    for line in lines:
        people.setdefault(line.group, set()).add(line.person)
    return {one.key: len(people.pop(one.group, ())) for one in planned}


def announce_opening(year: int, month: int, at: datetime) -> None:
    """Have officers told that a month of a fiscal year is open, in the transaction that opens it; again, nobody is told twice."""
    Outbox.objects.bulk_create(
        [
            Outbox(
                key=f"{OPENED}:{year}:{month}",
                topic=OPENED,
                payload={"year": year, "month": month},
                created_at=at,
                not_before=at,
            )
        ],
        ignore_conflicts=True,
    )
    nudge()
