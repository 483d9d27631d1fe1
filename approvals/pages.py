"""What the deciders' pages show: plain dictionaries for the templates, shapes as each template says."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.models import SigningBatch
from registry.models import User
from submissions import formulas
from submissions.holding import CAPACITIES, Where, where
from submissions.models import Period, Report
from submissions.pages import file_row, report_row, stored_findings
from submissions.readings import LineReading, Reading, total
from submissions.selectors import decisions_on, evidence_of, month_label, returns_of
from wording import words
from wording.sentences import month_name, say
from workflow import engine, route
from workflow.models import Decision
from workflow.route import Refusal

MOST_NAMED = 8
TONES = {"RED": "bad", "YELLOW": "low"}
HUES = {
    "verify": "green",
    "sign": "green",
    "publish": "green",
    "return": "red",
    "recall": "amber",
    "submit": "",
}


def inbox_rows(user: User, readings: Sequence[Reading], verb: str, now: datetime) -> list[dict[str, Any]]:
    """Reports that wait for `user`, with what stands in the way of each."""
    documents = list(Report.objects.filter(pk__in=[one.id for one in readings]))
    buttons = engine.available(user, documents)
    holders = where(readings, now=now)
    with connection.cursor() as cursor:
        findings = stored_findings([one.id for one in readings], cursor)
    returned = _times(readings, route.RETURN)
    submitters = _submitters(readings)
    return [
        _inbox_row(one, holders[one.id], buttons[one.id][verb])
        | {
            "officer": submitters.get(one.id, ""),
            "warnings": sum(finding.severity == "W" for finding in findings[one.id]),
            "times_returned": returned.get(one.id, 0),
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
        "selected": False,
    }


def _times(readings: Sequence[Reading], verb: str) -> dict[int, int]:
    counted: dict[int, int] = {}
    for decision in decisions_on(one.id for one in readings).filter(verb=verb):
        counted[decision.object_id] = counted.get(decision.object_id, 0) + 1
    return counted


def _submitters(readings: Sequence[Reading]) -> dict[int, str]:
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


def review_context(user: User, report: Report, reading: Reading, now: datetime) -> dict[str, Any]:
    """For templates/approvals/review.html."""
    buttons = engine.available(user, [report])[report.pk]
    allowed = {verb: buttons[verb] is None for verb in (route.VERIFY, route.RETURN, route.SIGN, route.RECALL)}
    (holder,) = where([reading], now=now).values()
    with connection.cursor() as cursor:
        findings = stored_findings([reading.id], cursor)[reading.id]
    decisions = list(decisions_on([report.pk]))
    returned = returns_of([reading]).get(report.pk)
    waiting = {route.SUBMITTED: route.VERIFY, route.VERIFIED: route.SIGN}.get(report.state)
    refusal = buttons[waiting] if waiting else None
    return {
        "report": _report(reading),
        "lines": [_line(line, decisions) for line in reading.lines],
        "physical": _physical(reading),
        "evidence": [file_row(file) for file in evidence_of([reading.id]).get(reading.id, ())],
        "warnings": [say(one.code, one.params) for one in findings if one.severity == "W"],
        "steps": _steps(report, decisions, holder),
        "where": holder,
        "returned": returned,
        "history": [_history_row(one) for one in reversed(decisions)],
        "actions": allowed,
        "refusal": say(refusal.code, refusal.params) if refusal and not any(allowed.values()) else "",
        "act_url": reverse("approvals:review", args=[report.token]),
        "return_targets": _return_targets(report),
        "sign_url": reverse("approvals:to_sign"),
        "crumbs": [{"label": month_label(reading.first_day), "url": ""}],
        "key": str(uuid4()),
        "reason": "",
        "ticked": [],
        "errors": [],
        "reason_error": "",
    }


def _report(one: Reading) -> dict[str, Any]:
    names = (
        "id version revision content_hash code name unit state ceiling version_name this_month last_month before cumulative"
        " remaining absorption status_label problem_text follow_up_text follow_up_pic follow_up_due public_note"
    )
    output = " · ".join(
        part for part in (one.output_indicator, str(one.target or ""), one.output_unit) if part
    )
    return {name: getattr(one, name) for name in names.split()} | {
        "officer": _submitters([one]).get(one.id, ""),
        "month": month_label(one.first_day),
        "plan": one.planned_absorption,
        "problems": one.problem_labels,
        "output": output,
    }


def _line(line: LineReading, decisions: Sequence[Decision]) -> dict[str, Any]:
    names = "id account account_name fund ceiling before last_month this_month cumulative remaining absorption reason"
    marked = {mark for one in decisions if one.verb == route.RETURN for mark in one.marks}
    return {name: getattr(line, name) for name in names.split()} | {
        "corrects_label": month_name(line.corrects) if line.corrects else "",
        "changed": f"line-{line.id}" in marked,
    }


def _physical(one: Reading) -> dict[str, Any]:
    return {
        "unit": one.output_unit if one.by_volume else _("points"),
        "target": one.target if one.by_volume else 100,
        "plan_to_date": one.physical_plan,
        "before": one.physical_before,
        "last_month": one.physical_last,
        "this_month": one.physical_now,
        "cumulative": one.physical_before + (one.physical_now or 0),
        "percent": one.physical,
    }


def _steps(report: Report, decisions: Sequence[Decision], holder: Where) -> list[dict[str, Any]]:
    """One step for each tier, and publication; done ones with the words of their decision."""
    since = max((one.step for one in decisions if one.verb == route.SUBMIT), default=None)
    climb = [one for one in decisions if since is not None and one.step >= since] if report.tier else []
    by_verb = {one.verb: one for one in climb}
    labels = [
        (route.SUBMIT, _("Entered")),
        (route.VERIFY, _("Verified")),
        (route.SIGN, _("Signed")),
        (route.PUBLISH, _("Published")),
    ]
    steps: list[dict[str, Any]] = []
    for verb, label in labels:
        done = by_verb.get(verb)
        waits = not done and all(step["state"] == "done" for step in steps)
        state = (
            "done"
            if done
            else ("returned" if report.state == route.RETURNED else "current")
            if waits
            else "todo"
        )
        step: dict[str, Any] = {"label": label, "state": state, "person": "", "office": "", "at": None}
        if done:
            step |= {
                "person": done.actor_name,
                "office": f"{CAPACITIES.get(done.capacity, '')}{done.post_title}",
                "at": done.at,
            }
        elif waits:
            step |= {"person": holder.person, "office": holder.office}
        steps.append(step)
    return steps


def _history_row(one: Decision) -> dict[str, Any]:
    return {
        "title": f"{words.STATES[one.source]} → {words.STATES[one.target]}",
        "person": one.actor_name,
        "office": f"{CAPACITIES.get(one.capacity, '')}{one.post_title}, {one.unit_name}",
        "at": one.at,
        "reason": one.reason,
        "hue": HUES.get(one.verb, ""),
    }


def _return_targets(report: Report) -> list[dict[str, str]]:
    targets = [{"code": "officer", "label": _("the technical officer")}]
    if report.tier > 1:
        targets.append({"code": "previous", "label": _("the tier before")})
    return targets
