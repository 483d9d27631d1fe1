"""Who is told what became of a report: only those who can act on it now, or whose work it was and who still hold an office."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import override

from approvals.notices import To, everyone, tell
from registry.models import User
from submissions import marks
from submissions.models import Report
from submissions.readings import read
from submissions.telling import OPENED
from workflow import route
from workflow.models import Decision, Outbox

RETURNED, RESUBMITTED, PUBLISHED = "report.returned", "report.resubmitted", "report.published"

OFFICERS = """
SELECT o.person_id FROM submissions_report r JOIN registry_budgetitem i ON i.id = r.item_id
  JOIN registry_office o ON o.post_id = i.officer_post_id WHERE r.id = %(report)s"""
# Who helps on a mandate that is in force may enter as well.
HELPERS = """
SELECT e.person_id FROM submissions_editor e JOIN workflow_grant g ON g.id = e.grant_id WHERE e.report_id = %(report)s
  AND jenjang_now() >= g.granted_at AND jenjang_now() < least(g.expires_at, g.revoked_at)"""
# Whose turn it is; who entered a report cannot decide on it (V-53).
HOLDERS = """
SELECT o.person_id FROM submissions_holder h JOIN registry_office o ON o.post_id = h.post_id WHERE h.report_id = %(report)s
  AND (h.tier = 0 OR NOT EXISTS (SELECT 1 FROM submissions_editor e
    WHERE e.report_id = h.report_id AND e.person_id = o.person_id))"""
SUBMITTERS = """
SELECT d.actor_id FROM workflow_decision d JOIN django_content_type c ON c.id = d.content_type_id
WHERE c.app_label = 'submissions' AND c.model = 'report' AND d.object_id = %(report)s AND d.verb = 'submit'
  AND EXISTS (SELECT 1 FROM registry_office o WHERE o.person_id = d.actor_id)"""
TOLD = {
    RETURNED: f"{OFFICERS} UNION {HELPERS} UNION {HOLDERS}",
    RESUBMITTED: HOLDERS,
    PUBLISHED: f"{OFFICERS} UNION {SUBMITTERS}",
}
# Every officer who has something to enter in a month that was just opened.
ENTERING = """
SELECT o.person_id, count(DISTINCT r.id), min(p.entry_due), to_char(min(p.first_day), 'YYYY-MM')
FROM submissions_period p JOIN submissions_report r ON r.period_id = p.id AND r.revision = 0 AND r.state = 'draft'
  JOIN submissions_holder h ON h.report_id = r.id JOIN registry_office o ON o.post_id = h.post_id
WHERE p.fiscal_year_id = %(year)s AND p.month = %(month)s AND p.closed_at IS NULL GROUP BY o.person_id ORDER BY o.person_id"""


def tell_of_report(row: Outbox) -> None:
    """Tell those concerned what happened to a report; what moved on before anybody could act is told to nobody."""
    report = Report.objects.select_related("item", "period").get(pk=row.payload["id"])
    step = row.payload["step"] + 1
    if row.topic == RESUBMITTED and report.step != step:
        return
    decision = Decision.objects.select_related("act").get(
        content_type__app_label="submissions", content_type__model="report", object_id=report.pk, step=step
    )
    people = [
        one
        for one in _people(TOLD[_asked(row.topic, report, step)], report.pk)
        if one.pk != decision.actor_id
    ]
    tell(
        event=row.key,
        code=f"notice.{row.topic}",
        to=everyone(people, _params(report, decision), reverse("approvals:review", args=[report.token])),
        urgent=row.topic == RETURNED,
        together=f"{row.topic}:act-{decision.act_id}",
    )


def _asked(topic: str, report: Report, step: int) -> str:
    """Once a returned report has moved on, its return is news for its officers only, not for who holds it now."""
    return PUBLISHED if topic == RETURNED and report.step != step else topic


def _people(statement: str, report: int) -> Sequence[User]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"report": report})
        people = [pk for (pk,) in cursor.fetchall()]
    return list(User.objects.filter(pk__in=people).order_by("pk"))


def _params(report: Report, decision: Decision) -> dict[str, Any]:
    return {
        "code": report.item.sub_activity_code,
        "name": report.item.sub_activity_name,
        "month": str(report.period),
        "person": decision.actor_name,
        "office": decision.post_title,
        "reason": decision.reason,
        "cells": _cells(report, decision) if decision.verb == route.RETURN else {},
    }


def _cells(report: Report, decision: Decision) -> Mapping[str, list[str]]:
    """The cells that a return names, as the form calls them, in each language: the reader may change his."""
    if not decision.marks:
        return {}
    (reading,) = read([report.pk])
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            names = marks.readable(reading)
            found[language] = [names[mark] for mark in decision.marks if mark in names]
    return found


def tell_of_opening(row: Outbox) -> None:
    """Tell officers that a month is open for entry, and until when."""
    with connection.cursor() as cursor:
        cursor.execute(ENTERING, {"year": row.payload["year"], "month": row.payload["month"]})
        found = cursor.fetchall()
    people = User.objects.in_bulk([person for person, *_ in found])
    tell(
        event=row.key,
        code=f"notice.{OPENED}",
        to=[
            To(
                people[person],
                {"count": count, "month": month, "due_at": due.isoformat()},
                reverse("submissions:entry", args=[month]),
            )
            for person, count, due, month in found
        ],
    )
