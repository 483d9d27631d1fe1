"""What the page of one report shows to who judges it: a dictionary for templates/approvals/review.html."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.capacities import assisted, notes_of
from approvals.desk_rows import stands_in, submitters_of
from approvals.revisions import revisions_of
from approvals.selectors import moved_under
from approvals.steps import history_row, steps
from registry.models import User
from submissions.differences import between
from submissions.facts import WARN, Finding
from submissions.holding import where
from submissions.models import Report
from submissions.pages import file_row, stored_findings
from submissions.readings import LineReading, Reading
from submissions.selectors import decisions_on, evidence_of, month_label, returns_of
from wording import words
from wording.sentences import month_name, say
from workflow import engine, route
from workflow.models import Decision
from workflow.record import law
from workflow.route import Refusal

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
        "stands_in": stands_in(user, [report.pk]).get(report.pk, ""),
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


def _report(one: Reading) -> dict[str, Any]:
    names = (
        "id version revision content_hash code name unit state ceiling version_name this_month last_month before cumulative"
        " remaining absorption status_label problem_text follow_up_text follow_up_pic follow_up_due needs_leadership public_note"
    )
    output = " · ".join(
        part for part in (one.output_indicator, str(one.target or ""), one.output_unit) if part
    )
    return {name: getattr(one, name) for name in names.split()} | {
        "officer": submitters_of([one]).get(one.id, ""),
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
