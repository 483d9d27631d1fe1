"""Whether what a letter says is still so, asked again when it is about to be sent: nobody is reminded of what is done.

What happened stays true and is told to who still holds an office: a return, a publication. What asks somebody to act is checked
again: the calendar's lines report by report (state, office, deadline), requests and packs by their own question in `checks`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection

from approvals import asking_law
from approvals.asking_models import RequestAct
from approvals.models import Notice
from registry.models import Office
from submissions.models import Report
from submissions.telling import UNFINISHED
from workflow.route import DRAFT, RETURNED

# code -> whether what this notice asks for is still to be done
checks: dict[str, Callable[[Notice], bool]] = {}

# Reports of each line that still wait for what the line says, by the person who is about to read it. An extension moves the
# deadline of a step, and a new one is reminded of by itself; tiers with working days of their own do not follow the calendar.
STILL = """
WITH said AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%(said)s::jsonb)
    AS s(line int, act text, audience text, step text, due_at timestamptz, reports bigint[])),
  about AS (SELECT s.*, r.id, r.token, r.state, p.agency_id, p.lock_at, own.due_days,
      CASE s.step WHEN 'entry' THEN p.entry_due WHEN 'verify' THEN p.verify_due WHEN 'sign' THEN p.sign_due END AS stands,
      CASE r.state WHEN 'submitted' THEN 'verify' WHEN 'verified' THEN 'sign' WHEN 'signed' THEN 'review'
        WHEN 'published' THEN 'review' ELSE 'entry' END AS now_at
    FROM said s JOIN submissions_report r ON r.id = ANY (s.reports) JOIN submissions_period p ON p.id = r.period_id
      LEFT JOIN workflow_tier own ON own.route_id = r.route_id AND own.number = r.tier)
SELECT a.line, a.token FROM about a
WHERE (a.act <> 'remind' OR a.due_at > jenjang_now())
  AND (a.due_days IS NOT NULL OR a.stands IS NULL OR CASE a.act WHEN 'remind' THEN a.due_at > a.lock_at OR a.due_at = a.stands
    WHEN 'overdue' THEN a.stands <= jenjang_now() WHEN 'escalate' THEN a.stands <= jenjang_now() ELSE true END)
  AND CASE a.audience WHEN 'head' THEN a.state = ANY (%(unfinished)s) AND EXISTS (SELECT 1 FROM registry_office o
      WHERE o.person_id = %(person)s AND o.unit_id = a.agency_id AND o.role = 'agency_head')
    WHEN 'superior' THEN a.now_at = a.step AND EXISTS (SELECT 1 FROM registry_office o WHERE o.person_id = %(person)s)
      AND EXISTS (SELECT 1 FROM submissions_holder h WHERE h.report_id = a.id)
    ELSE a.now_at = a.step AND EXISTS (SELECT 1 FROM submissions_holder h JOIN registry_office o ON o.post_id = h.post_id
        WHERE h.report_id = a.id AND o.person_id = %(person)s)
      AND (a.step = 'entry' OR NOT EXISTS (SELECT 1 FROM submissions_editor e
        WHERE e.report_id = a.id AND e.person_id = %(person)s)) END
ORDER BY a.line, a.id"""

WAITS = ("notice.request.asked", "notice.request.reminded", "notice.request.escalated")
OF_REPORTS = "notice.report."
REMINDED = ("notice.report.reminded", "notice.report.reminded_many")


def lines_still(person: int, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The calendar's lines as they are now, without those of which nothing is left. One statement."""
    said = [{**_asked(line), "line": number} for number, line in enumerate(lines) if "reports" in line]
    left: dict[int, set[str]] = {}
    if said:
        with connection.cursor() as cursor:
            cursor.execute(
                STILL, {"said": json.dumps(said), "person": person, "unfinished": list(UNFINISHED)}
            )
            for number, token in cursor.fetchall():
                left.setdefault(number, set()).add(token)
    return [
        _left(line, left.get(number, set())) if "reports" in line else dict(line)
        for number, line in enumerate(lines)
        if "reports" not in line or number in left
    ]


def _asked(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: line[name] for name in ("act", "audience", "step", "due_at", "reports")}


def _left(line: Mapping[str, Any], tokens: set[str]) -> dict[str, Any]:
    items = [item for item in line["items"] if item[0] in tokens]
    return {**line, "count": len(tokens), "items": items}


def in_office(person: int) -> bool:
    """Whether somebody holds any office now."""
    return Office.objects.filter(person=person).exists()


def stands(notice: Notice, in_office: bool) -> bool:
    """Whether a notice that is not the calendar's may still be sent."""
    if notice.code.startswith(OF_REPORTS) and not in_office:
        return False
    return checks[notice.code](notice) if notice.code in checks else True


def _waits(notice: Notice) -> bool:
    """Whether a request still waits for an answer at the step of which its notice speaks, and its reader may still see it."""
    act = RequestAct.objects.get(pk=notice.key.split(":")[1])
    later = RequestAct.objects.filter(request=act.request_id)
    over = later.filter(kind__in=(RequestAct.Kind.GRANTED, RequestAct.Kind.DENIED))
    answered = later.filter(step=act.step, kind__in=(RequestAct.Kind.AGREED, RequestAct.Kind.REFUSED))
    if over.exists() or (act.step and answered.exists()):
        return False
    return asking_law.visible_to(notice.person).filter(pk=act.request_id).exists()


def _unentered(notice: Notice) -> bool:
    """Whether something of what somebody reminds of is left to enter for its reader."""
    posts = Office.objects.filter(person=notice.person_id).values("post")
    reports = Report.objects.filter(
        pk__in=notice.params.get("reports", ()), state__in=(DRAFT, RETURNED), item__officer_post__in=posts
    )
    return "reports" not in notice.params or reports.exists()


checks.update(dict.fromkeys(WAITS, _waits))
checks.update(dict.fromkeys(REMINDED, _unentered))
