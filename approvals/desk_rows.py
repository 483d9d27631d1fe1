"""The rows of a decider's desk: plain dictionaries for templates/approvals/inbox.html."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.urls import reverse

from approvals.models import SigningBatch
from approvals.selectors import moved_under, stood_in
from registry.models import User
from submissions import formulas
from submissions.holding import Where, where
from submissions.models import Period, Report
from submissions.pages import report_row, stored_findings
from submissions.readings import Reading, total
from submissions.selectors import decisions_on, month_label
from wording.sentences import say
from workflow import engine, route
from workflow.route import Refusal

MOST_NAMED = 8


TONES = {"RED": "bad", "YELLOW": "low"}


def inbox_rows(user: User, readings: Sequence[Reading], verb: str, now: datetime) -> list[dict[str, Any]]:
    """Reports that wait for `user`, with what stands in the way of each."""
    documents = list(Report.objects.filter(pk__in=[one.id for one in readings]))
    buttons = engine.available(user, documents)
    holders = where(readings, now=now)
    standing = stands_in(user, [one.id for one in readings])
    moved = moved_under(one.id for one in readings)
    with connection.cursor() as cursor:
        findings = stored_findings([one.id for one in readings], cursor)
    returned = _times(readings, route.RETURN)
    submitters = submitters_of(readings)
    return [
        _inbox_row(one, holders[one.id], buttons[one.id][verb])
        | {
            "officer": submitters.get(one.id, ""),
            "warnings": sum(finding.severity == "W" for finding in findings[one.id]),
            "times_returned": returned.get(one.id, 0),
            "stands_in": standing.get(one.id, ""),
            "moved": say("desk.moved", {"earlier": moved[one.id]}) if one.id in moved else "",
        }
        for one in readings
    ]


def _inbox_row(one: Reading, holder: Where, refusal: Refusal | None) -> dict[str, Any]:
    return report_row(one, holder) | {
        "id": one.id,
        "version": one.version,
        "unit": one.unit,
        "since": holder.since,
        "due": holder.due,
        "overdue": holder.overdue,
        "last_month": one.last_month,
        "plan": one.planned_absorption,
        "physical_plan": one.physical_planned,
        "tone": TONES.get(formulas.colour(one.deviation) or "", ""),
        "evidence": one.evidence_count,
        "blocked": say(refusal.code, refusal.params) if refusal else "",
        "agreed": say("desk.agreed", _agreed(holder)) if holder.agreed else "",
        "revision": one.revision,
        "selected": False,
    }


def _agreed(holder: Where) -> dict[str, Any]:
    return {"count": len(holder.agreed), "quorum": holder.quorum, "people": holder.agreed}


def _times(readings: Sequence[Reading], verb: str) -> dict[int, int]:
    counted: dict[int, int] = {}
    for decision in decisions_on(one.id for one in readings).filter(verb=verb):
        counted[decision.object_id] = counted.get(decision.object_id, 0) + 1
    return counted


def submitters_of(readings: Sequence[Reading]) -> dict[int, str]:
    submissions = decisions_on(one.id for one in readings).filter(verb=route.SUBMIT)
    return {decision.object_id: decision.actor_name for decision in submissions}


def held_rows(readings: Sequence[Reading], now: datetime) -> list[dict[str, Any]]:
    """Reports that wait for somebody else: who holds them since when."""
    holders = where(readings, now=now)
    return [report_row(one, holders[one.id]) | {"unit": one.unit} for one in readings]


def missing_rows(readings: Sequence[Reading], now: datetime) -> list[dict[str, Any]]:
    """Reports not submitted yet, with their officers."""
    holders = where(readings, now=now)
    return [
        report_row(one, None)
        | {
            "unit": one.unit,
            "officer": holders[one.id].person,
            "due": holders[one.id].due,
            "overdue": holders[one.id].overdue,
        }
        for one in readings
    ]


def batch_rows(batches: Sequence[SigningBatch], counts: Mapping[int, int]) -> list[dict[str, Any]]:
    """Documents on their way."""
    return [
        {
            "label": one.document_no,
            "url": reverse("approvals:batch", args=[one.token]),
            "state": one.state,
            "count": counts.get(one.pk, 0),
            "at": one.moved_at,
        }
        for one in batches
    ]


def sections(periods: Sequence[Period], readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """For the head: each unit of each open month, how complete it is, and what is missing by name."""
    names = {period.pk: month_label(period.first_day) for period in periods}
    rows: dict[tuple[int, str], list[Reading]] = {}
    for one in readings:
        rows.setdefault((one.period, one.unit), []).append(one)
    return [_section(f"{unit}, {names[period]}", found) for (period, unit), found in rows.items()]


def _section(name: str, readings: Sequence[Reading]) -> dict[str, Any]:
    missing = [one for one in readings if one.state in (*route.OPEN_STATES, route.SUBMITTED)]
    return {
        "name": name,
        "verified": len(readings) - len(missing),
        "required": len(readings),
        "missing": [f"{one.code} {one.name}".strip() for one in missing[:MOST_NAMED]],
        "more": max(len(missing) - MOST_NAMED, 0),
        "money": total(readings).this_month,
        "url": "",
    }


def stands_in(user: User, reports: Sequence[int]) -> dict[int, str]:
    return {pk: say("desk.stands_in", {"post": post}) for pk, post in stood_in(user, reports).items()}
