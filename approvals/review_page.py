"""What the page of one report shows to who judges it: a dictionary for templates/approvals/review.html."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.capacities import assisted, notes_of
from approvals.desk_rows import stands_in, submitters_of
from approvals.review_difference import Rows, asked_for, signed, since_return, switches
from approvals.revisions import revisions_of
from approvals.selectors import moved_under
from approvals.steps import history_row, steps
from registry.models import User
from submissions import marks
from submissions.comments import comments_on
from submissions.differences import before, between
from submissions.evidence_images import FORMATS
from submissions.evidence_rows import CLEAN, gone_words, scan_state
from submissions.facts import WARN, ZERO, Finding
from submissions.forms import whole_number
from submissions.holding import where
from submissions.models import Evidence, Report
from submissions.openings import opened
from submissions.pages import file_row, stored_findings
from submissions.readings import Reading
from submissions.selectors import decisions_on, evidence_of, month_label, returns_of
from wording import words
from wording.numbers import money
from wording.sentences import say
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


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks at a report: `seen` the version that stood before him earlier (0: none), which rows are `show`n, what
    a comment will be `about`, and what is `ticked` (None: what was commented on)."""

    seen: int = 0
    show: str = ""
    about: str = ""
    ticked: tuple[str, ...] | None = None

    @classmethod
    def of(cls, asked: QueryDict) -> "Look":
        """As an address says it."""
        return cls(whole_number(asked.get("seen", ""), 9) or 0, asked.get("show", ""), asked.get("about", ""))


def review_context(user: User, report: Report, reading: Reading, now: datetime, look: Look) -> dict[str, Any]:
    """For templates/approvals/review.html."""
    buttons = engine.available(user, [report])[report.pk]
    holders = where([reading], now=now)
    holder = holders[report.pk]
    decisions = list(decisions_on([report.pk]))
    notes = notes_of(decisions)
    allowed = {verb: buttons[verb] is None for verb in ACTS}
    moved = moved_under([report.pk]).get(report.pk)
    waiting = waiting_verb(report)
    refusal = buttons[waiting] if waiting else None
    return {
        "report": _report(reading),
        "physical": {"plan_to_date": reading.physical_planned, "percent": reading.physical},
        **_difference(reading, decisions, look),
        "steps": steps(report, decisions, holder, notes),
        "where": holder,
        "returned": returns_of([reading]).get(report.pk),
        "times_returned": sum(one.verb == route.RETURN for one in decisions),
        "history": [history_row(one, notes, HUES) for one in reversed(decisions)],
        "assisted": assisted([report.pk]).get(report.pk, []),
        "stands_in": stands_in(user, [report.pk]).get(report.pk, ""),
        "differences": between(report.pk, look.seen, report.version) if look.seen else [],
        "seen": look.seen,
        "opened": opened(holders).get(report.pk, ""),
        "revisions": revisions_of(user, report, buttons),
        "actions": allowed | {"comment": allowed[route.RETURN] or allowed[route.REVIEW]},
        "moved": say("desk.moved", {"earlier": moved}) if moved else "",
        "refusal": say(refusal.code, refusal.params) if refusal and not any(allowed.values()) else "",
        "missing": missing_buttons(buttons),
        "act_url": reverse("approvals:review", args=[report.token]),
        "sign_url": reverse("approvals:to_sign"),
        "crumbs": [{"label": month_label(reading.first_day), "url": ""}],
        **_form(report),
    }


def _difference(reading: Reading, decisions: Sequence[Decision], look: Look) -> dict[str, Any]:
    """The report row by row beside the month before and the last return, with what was said about each cell."""
    with connection.cursor() as cursor:
        findings = stored_findings([reading.id], cursor)[reading.id]
    said = list(comments_on([reading.id]))
    fresh = [one.mark for one in said if one.mark and one.version == reading.version]
    ticked = fresh if look.ticked is None else look.ticked
    files = evidence_of([reading.id]).get(reading.id, [])
    since = since_return(reading.id, reading.version, decisions)
    rows = Rows(
        reading, findings=findings, since=since, before=before(reading.id), comments=said,
        ticked={marks.cell_of(reading, mark) for mark in ticked},
    )  # fmt: skip
    figures, words, proof, whole = rows.figures(), rows.words(), rows.evidence(), rows.whole()
    show, offered = switches([*figures, *words], since, look.show)
    names = marks.names_of(reading)
    return {
        "figures": figures,
        "words": words,
        "show": show,
        "switches": offered,
        "since": since.returned is not None,
        "words_hidden": all(row.hidden for row in words),
        "nothing_shown": all(row.hidden for row in (*figures, *words)),
        "asked": asked_for(reading, since, files),
        "evidence": [file_row(file) | _looked_at(file) for file in files],
        "proof": proof,
        "whole": whole,
        "remarks": rows.elsewhere([*figures, *words, proof, whole]),
        "points": [{"code": mark, "label": label} for mark, label in names.items()],
        "about": look.about if look.about in names else "",
    }


def _looked_at(file: Evidence) -> dict[str, str]:
    """Where a picture is shown in the page itself; empty for what is no picture, not checked for viruses, or gone."""
    clean = scan_state(file) == CLEAN and file.mime in FORMATS and not gone_words(file)
    return {"preview_url": reverse("submissions:evidence_preview", args=[file.token]) if clean else ""}


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
    empty = dict.fromkeys(("reason", "category", "target", "typed_for", "reason_error", "category_error"), "")
    return empty | {
        "key": str(uuid4()),
        "return_targets": _return_targets(report),
        "categories": [{"code": code, "label": str(label)} for code, label in words.CATEGORIES.items()],
        "comment": "",
        "comment_error": "",
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
        "id version revision content_hash code name unit state ceiling version_name this_month last_month cumulative"
        " absorption cash_plan"
    )
    output = " · ".join(
        part for part in (one.output_indicator, str(one.target or ""), one.output_unit) if part
    )
    return {name: getattr(one, name) for name in names.split()} | {
        "officer": submitters_of([one]).get(one.id, ""),
        "month": month_label(one.first_day),
        "plan": one.planned_absorption,
        "change": signed((one.this_month or ZERO) - one.last_month, money),
        "output": output,
    }


def _return_targets(report: Report) -> list[dict[str, str]]:
    targets = [{"code": "officer", "label": _("the technical officer")}]
    if report.tier > 1:
        targets.append({"code": "previous", "label": _("the tier before")})
    return targets
