"""What the deciders' pages show: plain dictionaries for the templates, shapes as each template says."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.capacities import assisted, notes_of
from approvals.models import SigningBatch
from approvals.revisions import revisions_of
from approvals.selectors import moved_under, stood_in
from approvals.steps import history_row, steps
from registry.models import User
from submissions import formulas
from submissions.differences import between
from submissions.facts import WARN, Finding
from submissions.holding import Where, where
from submissions.models import Period, Report
from submissions.pages import file_row, report_row, stored_findings
from submissions.readings import LineReading, Reading, total
from submissions.selectors import decisions_on, evidence_of, month_label, returns_of
from wording import words
from wording.sentences import month_name, say
from workflow import engine, route
from workflow.models import Decision
from workflow.record import law
from workflow.route import Refusal

MOST_NAMED = 8
TONES = {"RED": "bad", "YELLOW": "low"}
HUES = {
    "verify": "green",
    "sign": "green",
    "review": "green",
    "publish": "green",
    "return": "red",
    "recall": "amber",
    "amend": "violet",
    "supersede": "violet",
}
# What can be done from a report's own page; the signature covers many and has its own.
ACTS = (
    route.VERIFY,
    route.RETURN,
    route.SIGN,
    route.REVIEW,
    route.RECALL,
    route.AMEND,
    route.CANCEL,
)


def inbox_rows(user: User, readings: Sequence[Reading], verb: str, now: datetime) -> list[dict[str, Any]]:
    """Reports that wait for `user`, with what stands in the way of each."""
    documents = list(Report.objects.filter(pk__in=[one.id for one in readings]))
    buttons = engine.available(user, documents)
    holders = where(readings, now=now)
    standing = _stands_in(user, [one.id for one in readings])
    moved = moved_under(one.id for one in readings)
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


def review_context(
    user: User, report: Report, reading: Reading, now: datetime, seen: int = 0
) -> dict[str, Any]:
    """For templates/approvals/review.html; `seen` is the version that somebody looked at before it changed."""
    buttons = engine.available(user, [report])[report.pk]
    (holder,) = where([reading], now=now).values()
    with connection.cursor() as cursor:
        findings = stored_findings([reading.id], cursor)[reading.id]
    decisions = list(decisions_on([report.pk]))
    notes = notes_of(decisions)
    allowed = {verb: buttons[verb] is None for verb in ACTS}
    moved = moved_under([report.pk]).get(report.pk)
    waiting = waiting_verb(report)
    refusal = buttons[waiting] if waiting else None
    return {
        "report": _report(reading),
        "lines": [_line(line, decisions) for line in reading.lines],
        "physical": _physical(reading),
        "evidence": [file_row(file) for file in evidence_of([reading.id]).get(reading.id, ())],
        "warnings": warnings_of(reading, findings),
        "steps": steps(report, decisions, holder, notes),
        "where": holder,
        "returned": returns_of([reading]).get(report.pk),
        "times_returned": sum(one.verb == route.RETURN for one in decisions),
        "history": [history_row(one, notes, HUES) for one in reversed(decisions)],
        "assisted": assisted([report.pk]).get(report.pk, []),
        "stands_in": _stands_in(user, [report.pk]).get(report.pk, ""),
        "differences": between(report.pk, seen, report.version) if seen else [],
        "seen": seen,
        "revisions": revisions_of(user, report, buttons),
        "actions": allowed,
        "moved": say("desk.moved", {"earlier": moved}) if moved else "",
        "refusal": say(refusal.code, refusal.params) if refusal and not any(allowed.values()) else "",
        "missing": missing_buttons(buttons),
        "act_url": reverse("approvals:review", args=[report.token]),
        "sign_url": reverse("approvals:to_sign"),
        "crumbs": [{"label": month_label(reading.first_day), "url": ""}],
        **_form(report),
    }


def warnings_of(reading: Reading, findings: Iterable[Finding]) -> list[dict[str, str]]:
    """What is unusual in a report, and the officer's reason for it."""
    return [
        {
            "code": reading.code,
            "name": reading.name,
            "sentence": say(one.code, one.params),
            "explanation": reading.explanations.get(one.mark, ""),
        }
        for one in findings
        if one.severity == WARN
    ]


def _form(report: Report) -> dict[str, Any]:
    """The fields of an act, empty; a refused one puts back what was typed."""
    empty = dict.fromkeys(("reason", "category", "typed_for", "reason_error", "category_error"), "")
    return empty | {
        "key": str(uuid4()),
        "return_targets": _return_targets(report),
        "categories": [{"code": code, "label": str(label)} for code, label in words.CATEGORIES.items()],
        "ticked": [],
        "errors": [],
    }


def waiting_verb(report: Report) -> str:
    """What the tier that has it does; empty when it waits for nobody, or for its officer."""
    tiers = law(report.route_id).tiers
    gone = report.state in (*route.OPEN_STATES, *route.GONE_STATES)
    return "" if gone or report.tier >= len(tiers) else tiers[report.tier].verb


def missing_buttons(buttons: Mapping[str, Refusal | None]) -> list[dict[str, str]]:
    """Why each act that could be meant now has no button; what its state rules out anyway is not mentioned."""
    return [
        {"verb": str(words.VERBS[verb]), "sentence": say(refusal.code, refusal.params)}
        for verb, refusal in buttons.items()
        if refusal and refusal.code not in ("route.state", "route.office") and verb in ACTS
    ]


def _stands_in(user: User, reports: Sequence[int]) -> dict[int, str]:
    return {pk: say("desk.stands_in", {"post": post}) for pk, post in stood_in(user, reports).items()}


def _report(one: Reading) -> dict[str, Any]:
    names = (
        "id version revision content_hash code name unit state ceiling version_name this_month last_month before cumulative"
        " remaining absorption status_label problem_text follow_up_text follow_up_pic follow_up_due needs_leadership public_note"
    )
    output = " · ".join(
        part for part in (one.output_indicator, str(one.target or ""), one.output_unit) if part
    )
    return {name: getattr(one, name) for name in names.split()} | {
        "officer": _submitters([one]).get(one.id, ""),
        "month": month_label(one.first_day),
        "plan": one.planned_absorption,
        "problems": one.problem_labels,
        "earlier_follow_up": one.follow_up_answer and str(Report.Answer(one.follow_up_answer).label),
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


def _return_targets(report: Report) -> list[dict[str, str]]:
    targets = [{"code": "officer", "label": _("the technical officer")}]
    if report.tier > 1:
        targets.append({"code": "previous", "label": _("the tier before")})
    return targets
