"""All that is kept about one report, read in a fixed number of statements whatever its length."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any

from approvals.keeping.selectors import holds_on
from approvals.models import Hold, SigningEntry
from audit import belongings, story
from audit.belongings import report_type
from audit.seen import content_hashes
from audit.story import Event, Kept, Story
from ledger.checkpoints import Checkpoint, latest
from registry.models import BudgetLine, BudgetVersion, Post, User
from submissions.comments import comments_on
from submissions.evidence_rows import with_scans
from submissions.marks import readable
from submissions.models import Comment, Evidence, Opening, Report
from submissions.readings import read
from workflow.models import Attempt, Decision

REPORT, LINE, EVIDENCE = "submissions_report", "submissions_reportline", "submissions_evidence"
EXPLANATION, OPENING, COMMENT = "submissions_explanation", "submissions_opening", "submissions_comment"
DECISION, ATTEMPT = "workflow_decision", "workflow_attempt"


@dataclass(frozen=True, slots=True)
class Dossier:
    """One report. `others` are its other revisions, `beside` the stories of those that were asked for, by revision."""

    report: Report
    story: Story
    others: Sequence[Report]
    beside: Mapping[int, Story]
    decisions: Sequence[Decision]
    hashes: Mapping[int, str]  # of the decided versions, as the history makes them now
    attempts: Sequence[Attempt]
    openings: Sequence[Opening]
    comments: Sequence[Comment]
    cells: Mapping[str, str]  # mark -> name of what a return or a comment points at
    evidence: Sequence[Evidence]
    signings: Sequence[SigningEntry]
    holds: Sequence[Hold]
    people: Mapping[int, str]
    posts: Mapping[int, Post]
    lines: Mapping[int, BudgetLine]
    budget_versions: Mapping[int, BudgetVersion]
    histories: tuple[int, int]  # events of its history rows: all, sealed ones
    newest: Checkpoint | None


def dossier(report: Report, wanted: Iterable[int] = ()) -> Dossier:
    """Everything about a report, and the versions of those of its other revisions that are `wanted`."""
    told = _story(report)
    others = list(
        Report.objects.filter(item=report.item_id, period=report.period_id)
        .exclude(pk=report.pk)
        .order_by("revision")
    )
    beside = {one.revision: _story(one) for one in others if one.revision in set(wanted)}
    decisions = list(
        Decision.objects.filter(content_type=report_type(), object_id=report.pk).order_by("step")
    )
    attempts = list(Attempt.objects.filter(content_type=report_type(), object_id=report.pk).order_by("pk"))
    decided = {decision.version for decision in decisions}
    kept = [row for one in (told, *beside.values()) for row in one.kept]
    ((count, sealed),) = belongings.asked(belongings.HISTORY_EVENTS, [report.pk])
    return Dossier(
        report=report,
        story=told,
        others=others,
        beside=beside,
        decisions=decisions,
        hashes=content_hashes([one for one in told.versions if one.number in decided]),
        attempts=attempts,
        openings=list(Opening.objects.filter(report=report).select_related("person").order_by("pk")),
        comments=list(comments_on([report.pk])),
        cells=readable(read([report.pk])[0]),
        evidence=_evidence(report),
        signings=list(SigningEntry.objects.filter(report=report).select_related("batch").order_by("-pk")),
        holds=holds_on(report),
        people=_names(kept, told.events, attempts),
        posts=_posts(told.events),
        lines=BudgetLine.objects.in_bulk(_pointed_at(kept, LINE, "line_id")),
        budget_versions=BudgetVersion.objects.in_bulk(_pointed_at(kept, REPORT, "budget_version_id")),
        histories=(count, sealed),
        newest=latest(),
    )


def _story(report: Report) -> Story:
    kept = [
        Kept(table, row, number, kind, at, person, _read(image))
        for table, row, number, kind, at, person, image in belongings.asked(belongings.HISTORY, [report.pk])
    ]
    events = [
        story.event_of(number, table, row, _read(payload), size, at)
        for number, table, row, payload, size, at in belongings.asked(belongings.EVENTS, [report.pk])
    ]
    return story.tell(REPORT, kept, events)


def _read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def _evidence(report: Report) -> list[Evidence]:
    files = Evidence.objects.filter(report=report).select_related("uploaded_by")
    return list(with_scans(files).order_by("pk"))


def _pointed_at(kept: Iterable[Kept], table: str, column: str) -> set[int]:
    return {row.image[column] for row in kept if row.table == table}


def _names(kept: Iterable[Kept], events: Iterable[Event], attempts: Iterable[Attempt]) -> dict[int, str]:
    stood_for = [office.get("for") for event in events for office in event.offices]
    actors = chain((event.actor_id for event in events), (attempt.actor_id for attempt in attempts))
    asked = {*(row.person_id for row in kept), *actors, *stood_for}
    return dict(User.objects.filter(pk__in={pk for pk in asked if pk}).values_list("pk", "name"))


def _posts(events: Iterable[Event]) -> dict[int, Post]:
    held = {office["post"] for event in events for office in event.offices}
    return Post.objects.select_related("unit").in_bulk(held)
