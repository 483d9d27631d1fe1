"""What the pages show of one report's past: the timeline and the events, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit import labels, naming, story
from audit.dossier import ATTEMPT, COMMENT, DECISION, EVIDENCE, EXPLANATION, LINE, OPENING, REPORT, Dossier
from audit.story import FAR, Event, Image, Kept, Saved, ranges
from submissions.models import Comment, Opening, Report
from wording.numbers import NOTHING
from wording.sentences import say
from workflow.models import Attempt, Decision

SHORT = 160  # characters of a long text in the timeline; the versions show it whole
Rows = Mapping[tuple[str, int], Event]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `before` and `after` are states of the report; `sealed` size and moment of a checkpoint."""

    place: int
    at: datetime
    kind: str  # decision, attempt, saved, opening, comment, outside, unproved
    title: str
    person: str = ""
    office: str = ""
    stood_for: str = ""
    address: str = ""
    hue: str = ""
    before: str = ""
    after: str = ""
    version: int | None = None
    hash: str = ""
    reason: str = ""
    about: Sequence[str] = ()
    changes: Sequence[tuple[str, str, str]] = ()
    events: str = ""
    sealed: tuple[int, datetime] | None = None


def timeline(kept: Dossier) -> list[Entry]:
    """Everything that happened to a report, oldest first, in the order in which the ledger recorded it."""
    alone = [event for event in kept.story.events if event.table in (COMMENT, DECISION, OPENING, ATTEMPT)]
    of_row = {(event.table, event.row): event for event in alone}
    decided = {event.act for event in alone if event.table == DECISION}
    entries = [_decision(kept, decision, of_row) for decision in kept.decisions]
    entries += [_attempt(kept, attempt, of_row) for attempt in kept.attempts]
    entries += [_saved(kept, saved) for saved in story.saves(REPORT, kept.story, decided)]
    entries += [_opening(kept, opening, of_row) for opening in kept.openings]
    entries += [_comment(kept, comment, of_row) for comment in kept.comments]
    entries += [_outside(kept, event) for event in kept.story.outside]
    entries += [_unproved(kept, row) for row in kept.story.unproved]
    return sorted(entries, key=lambda entry: (entry.place, entry.at))


def ledger(kept: Dossier) -> list[dict[str, Any]]:
    """Every event of the report and its rows, and whether a history row tells the same."""
    outside = {event.id for event in kept.story.outside}
    return [
        {
            "id": event.id,
            "table": naming.table_of(event.table),
            "row": event.row,
            "op": labels.OPERATIONS.get(event.op, event.op),
            "actor_id": event.actor_id,
            "person": naming.person_of(kept, event.actor_id),
            "role": event.role,
            "at": event.at,
            "sealed": event.sealed,
            "outside": event.id in outside,
        }
        for event in kept.story.events
    ]


def line(decision: Decision, report: Report) -> dict[str, Any]:
    """One row of the list of latest decisions."""
    title = str(labels.DONE.get(decision.verb, decision.verb))
    return {"decision": decision, "title": title, "office": naming.printed(decision), "report": report}


def traces(events: Iterable[Event]) -> dict[str, Any]:
    """Where what these events tell came from, and what seals it: the latest of their checkpoints, once all have one."""
    told = list(events)
    seals = [event.sealed for event in told if event.sealed]
    return {
        "events": ranges(event.id for event in told),
        "address": next((event.address for event in told if event.address), ""),
        "sealed": max(seals) if told and len(seals) == len(told) else None,
    }


def _decision(kept: Dossier, decision: Decision, of_row: Rows) -> Entry:
    event = of_row.get((DECISION, decision.pk))
    lines = {
        f"line-{row.row}": naming.line_of(kept, row.image) for row in kept.story.kept if row.table == LINE
    }
    return Entry(
        place=event.id if event else FAR,
        at=decision.at,
        kind="decision",
        title=str(labels.DONE.get(decision.verb, decision.verb)),
        person=decision.actor_name,
        office=naming.printed(decision),
        stood_for=naming.stood_for(kept, decision, event),
        hue=labels.HUES.get(decision.verb, ""),
        before=decision.source,
        after=decision.target,
        version=decision.version,
        hash=decision.content_hash,
        reason=naming.words_of(decision.reason, _digest(event, "reason")),
        about=[lines.get(mark) or naming.mark_of(kept, mark) for mark in decision.marks],
        **traces([one for one in kept.story.events if event and one.act == event.act]),
    )


def _digest(event: Event | None, column: str) -> str | None:
    return (event.new or {}).get(f"{column}_sha256") if event else None


def _attempt(kept: Dossier, attempt: Attempt, of_row: Rows) -> Entry:
    event = of_row.get((ATTEMPT, attempt.pk))
    return Entry(
        place=event.id if event else FAR,
        at=attempt.at,
        kind="attempt",
        title=_("Refused: %(verb)s") % {"verb": labels.TRIED.get(attempt.verb, attempt.verb)},
        person=naming.person_of(kept, attempt.actor_id),
        office=naming.offices_in(kept, event),
        hue="red",
        version=attempt.version or None,
        reason=say(attempt.code),
        **traces([event] if event else []),
    )


def _saved(kept: Dossier, saved: Saved) -> Entry:
    changes = [one for row, before in saved.changes for one in _changes(kept, row, before)]
    events = [kept.story.by_id[number] for number in saved.events]
    return Entry(
        place=saved.place,
        at=saved.at,
        kind="saved",
        title=_("Opened for entry") if saved.opened else _("Saved"),
        person=naming.person_of(kept, saved.person_id),
        office=naming.offices_in(kept, events[0] if events else None),
        version=saved.version,
        changes=() if saved.opened else changes,
        **traces(events),
    )


def _opening(kept: Dossier, opening: Opening, of_row: Rows) -> Entry:
    event = of_row.get((OPENING, opening.pk))
    return Entry(
        place=event.id if event else FAR,
        at=opening.at,
        kind="opening",
        title=_("Opened and read"),
        person=opening.person.name,
        office=naming.offices_in(kept, event),
        **traces([event] if event else []),
    )


def _comment(kept: Dossier, comment: Comment, of_row: Rows) -> Entry:
    event = of_row.get((COMMENT, comment.pk))
    return Entry(
        place=event.id if event else FAR,
        at=comment.at,
        kind="comment",
        title=_("Comment"),
        person=comment.person_name,
        office=comment.office,
        version=comment.version,
        reason=naming.words_of(comment.text, _digest(event, "text")),
        about=[kept.cells.get(comment.mark, comment.mark)] if comment.mark else [],
        **traces([event] if event else []),
    )


def _outside(kept: Dossier, event: Event) -> Entry:
    images = (event.old or {}, event.new or {})
    columns = [name for name in {**images[0], **images[1]} if images[0].get(name) != images[1].get(name)]
    told = f"{naming.table_of(event.table)} {event.row}, {labels.OPERATIONS.get(event.op, event.op)}"
    return Entry(
        place=event.id,
        at=event.at,
        kind="outside",
        title=_("Changed outside the application"),
        person=naming.person_of(kept, event.actor_id),
        office=event.role,
        hue="red",
        about=[told],
        changes=[
            (name, naming.raw(images[0].get(name)), naming.raw(images[1].get(name))) for name in columns
        ],
        **traces([event]),
    )


def _unproved(kept: Dossier, row: Kept) -> Entry:
    return Entry(
        place=FAR,
        at=row.at,
        kind="unproved",
        title=_("In the history, but not in the ledger"),
        person=naming.person_of(kept, row.person_id),
        hue="red",
        about=[f"{naming.table_of(row.table)} {row.row}"],
    )


def _changes(kept: Dossier, row: Kept, before: Image | None) -> list[tuple[str, str, str]]:
    """Label, old and new value of each column that this change touched."""
    gone = row.kind == "-"
    if row.table == EVIDENCE and (gone or before is None):
        name = row.image["original_name"]
        return [(_("Evidence"), name if gone else NOTHING, NOTHING if gone else name)]
    old, new = before or {}, {} if gone else row.image
    return [
        (label, _said(kept, column, old), _said(kept, column, new))
        for column, label in _compared(kept, row)
        if old.get(column) != new.get(column) and (before or new.get(column))
    ]


def _compared(kept: Dossier, row: Kept) -> list[tuple[str, str]]:
    """The columns of a row that people read, each with how a change of it is headed."""
    if row.table == EXPLANATION:
        about = row.image["line_id"]
        lines = (one.image for one in kept.story.kept if (one.table, one.row) == (LINE, about))
        return [("text", naming.explanation_of(kept, row.image, next(lines, None)))]
    if row.table == EVIDENCE:
        name = row.image["original_name"]
        return [(column, f"{name}: {label}") for column, label in labels.EVIDENCE_FIELDS.items()]
    if row.table == LINE:
        line_name = naming.line_of(kept, row.image)
        return [(column, f"{line_name}: {labels.name_of(column)}") for column in labels.LINE_FIELDS]
    return [(column, labels.name_of(column)) for column in labels.REPORT_FIELDS]


def _said(kept: Dossier, column: str, image: Image) -> str:
    text = naming.value_of(kept, column, image)
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
