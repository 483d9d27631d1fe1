"""What the pages show: the timeline of one report and its versions as columns, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit import labels, story
from audit.selectors import COMMENT, DECISION, EVIDENCE, LINE, OPENING, REPORT, Dossier
from audit.story import FAR, Event, Image, Kept, Saved, Version, ranges
from submissions.models import Comment, Opening, Report
from wording.numbers import NOTHING
from workflow.models import Decision

SHORT = 160  # characters of a long text in the timeline; the versions show it whole


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `before` and `after` are states of the report."""

    place: int
    at: datetime
    kind: str  # decision, saved, opening, comment, outside, unproved
    title: str
    person: str = ""
    office: str = ""
    hue: str = ""
    before: str = ""
    after: str = ""
    version: int | None = None
    hash: str = ""
    reason: str = ""
    about: Sequence[str] = ()
    changes: Sequence[tuple[str, str, str]] = ()
    events: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one version. `changed`: it differs from the column before it."""

    text: str
    changed: bool = False
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    cells: Sequence[Cell]
    number: bool = False
    code: str = ""
    deep: bool = False


def timeline(kept: Dossier) -> list[Entry]:
    """Everything that happened to a report, oldest first, in the order in which the ledger recorded it."""
    alone = [event for event in kept.story.events if event.table in (COMMENT, DECISION, OPENING)]
    of_row = {(event.table, event.row): event for event in alone}
    decided = {event.act for event in alone if event.table == DECISION}
    entries = [_decision(kept, decision, of_row) for decision in kept.decisions]
    entries += [_saved(kept, saved) for saved in story.saves(REPORT, kept.story, decided)]
    entries += [_opening(opening, of_row) for opening in kept.openings]
    entries += [_comment(kept, comment, of_row) for comment in kept.comments]
    entries += [_outside(kept, event) for event in kept.story.outside]
    entries += [_unproved(kept, row) for row in kept.story.unproved]
    return sorted(entries, key=lambda entry: (entry.place, entry.at))


def columns(kept: Dossier, numbers: Sequence[int]) -> dict[str, Any]:
    """The chosen versions as columns: heads, fields, lines and evidence, with what changed marked."""
    versions = [version for version in kept.story.versions if version.number in numbers]
    hashes = {decision.version: decision.content_hash for decision in kept.decisions}
    return {
        "heads": [
            {
                "number": version.number,
                "at": version.at,
                "person": _name(kept, version.person_id),
                "hash": hashes.get(version.number, ""),
            }
            for version in versions
        ],
        "fields": [_field(kept, versions, column) for column in labels.REPORT_FIELDS],
        "lines": _lines(kept, versions),
        "evidence": _evidence(versions),
    }


def ledger(kept: Dossier) -> list[dict[str, Any]]:
    """Every event of the report and its rows, and whether a history row tells the same."""
    outside = {event.id for event in kept.story.outside}
    return [
        {
            "id": event.id,
            "table": _table(event.table),
            "row": event.row,
            "op": labels.OPERATIONS.get(event.op, event.op),
            "actor_id": event.actor_id,
            "person": _name(kept, event.actor_id),
            "role": event.role,
            "at": event.at,
            "outside": event.id in outside,
        }
        for event in kept.story.events
    ]


def printed(decision: Decision) -> str:
    """The office as printed on that day: Plt. Kepala Dinas ..., unit."""
    acting = labels.CAPACITIES.get(decision.capacity, "")
    return f"{acting} {decision.post_title}, {decision.unit_name}".strip()


def line(decision: Decision, report: Report) -> dict[str, Any]:
    """One row of the list of latest decisions."""
    title = str(labels.DONE.get(decision.verb, decision.verb))
    return {"decision": decision, "title": title, "office": printed(decision), "report": report}


def _decision(kept: Dossier, decision: Decision, of_row: Mapping[tuple[str, int], Event]) -> Entry:
    event = of_row.get((DECISION, decision.pk))
    lines = {f"line-{row.row}": _line_label(kept, row.image) for row in kept.story.kept if row.table == LINE}
    return Entry(
        place=event.id if event else FAR,
        at=decision.at,
        kind="decision",
        title=str(labels.DONE.get(decision.verb, decision.verb)),
        person=decision.actor_name,
        office=printed(decision),
        hue=labels.HUES.get(decision.verb, ""),
        before=decision.source,
        after=decision.target,
        version=decision.version,
        hash=decision.content_hash,
        reason=decision.reason,
        about=[lines.get(mark) or _mark(kept, mark) for mark in decision.marks],
        events=ranges(kept.story.of_act(event.act)) if event else "",
    )


def _mark(kept: Dossier, mark: str) -> str:
    if mark.startswith("statement-"):
        return _("statement accepted, text %(version)s") % {"version": mark.removeprefix("statement-")}
    column = labels.MARKS.get(mark, mark)
    return labels.name_of(column) if column in labels.REPORT_FIELDS else kept.cells.get(mark, mark)


def _saved(kept: Dossier, saved: Saved) -> Entry:
    changes = [one for row, before in saved.changes for one in _changes(kept, row, before)]
    return Entry(
        place=saved.place,
        at=saved.at,
        kind="saved",
        title=_("Opened for entry") if saved.opened else _("Saved"),
        person=_name(kept, saved.person_id),
        version=saved.version,
        changes=() if saved.opened else changes,
        events=ranges(saved.events),
    )


def _opening(opening: Opening, of_row: Mapping[tuple[str, int], Event]) -> Entry:
    event = of_row.get((OPENING, opening.pk))
    return Entry(
        place=event.id if event else FAR,
        at=opening.at,
        kind="opening",
        title=_("Opened and read"),
        person=opening.person.name,
        events=str(event.id) if event else "",
    )


def _comment(kept: Dossier, comment: Comment, of_row: Mapping[tuple[str, int], Event]) -> Entry:
    event = of_row.get((COMMENT, comment.pk))
    return Entry(
        place=event.id if event else FAR,
        at=comment.at,
        kind="comment",
        title=_("Comment"),
        person=comment.person_name,
        office=comment.office,
        version=comment.version,
        reason=comment.text,
        about=[kept.cells.get(comment.mark, comment.mark)] if comment.mark else [],
        events=str(event.id) if event else "",
    )


def _outside(kept: Dossier, event: Event) -> Entry:
    images = (event.old or {}, event.new or {})
    columns = [name for name in {**images[0], **images[1]} if images[0].get(name) != images[1].get(name)]
    return Entry(
        place=event.id,
        at=event.at,
        kind="outside",
        title=_("Changed outside the application"),
        person=_name(kept, event.actor_id),
        office=event.role,
        hue="red",
        about=[f"{_table(event.table)} {event.row}, {labels.OPERATIONS.get(event.op, event.op)}"],
        changes=[(name, _raw(images[0].get(name)), _raw(images[1].get(name))) for name in columns],
        events=str(event.id),
    )


def _unproved(kept: Dossier, row: Kept) -> Entry:
    return Entry(
        place=FAR,
        at=row.at,
        kind="unproved",
        title=_("In the history, but not in the ledger"),
        person=_name(kept, row.person_id),
        hue="red",
        about=[f"{_table(row.table)} {row.row}"],
    )


def _changes(kept: Dossier, row: Kept, before: Image | None) -> list[tuple[str, str, str]]:
    """Label, old and new value of each column that this change touched."""
    if row.table == EVIDENCE:
        name = row.image["original_name"]
        return [(_("Evidence"), name if row.kind == "-" else NOTHING, NOTHING if row.kind == "-" else name)]
    columns = labels.REPORT_FIELDS if row.table == REPORT else labels.LINE_FIELDS
    label = f"{_line_label(kept, row.image)}: " if row.table == LINE else ""
    old, new = before or {}, {} if row.kind == "-" else row.image
    return [
        (label + labels.name_of(column), _said(kept, column, old), _said(kept, column, new))
        for column in columns
        if old.get(column) != new.get(column) and (before or new.get(column))
    ]


def _said(kept: Dossier, column: str, image: Image) -> str:
    text = _value(kept, column, image)
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"


def _value(kept: Dossier, column: str, image: Image) -> str:
    value = image.get(column)
    if column == "budget_version_id" and value is not None and value in kept.budget_versions:
        return str(kept.budget_versions[value])
    return labels.value_of(column, value)


def _raw(value: Any) -> str:
    return NOTHING if value in (None, "", []) else str(value)


def _name(kept: Dossier, person: int | None) -> str:
    return kept.people.get(person, "") if person else _("The system")


def _line_label(kept: Dossier, image: Image) -> str:
    line = kept.lines.get(image["line_id"])
    parts = (
        (line.account_code, line.account_name, line.fund_source) if line else (_("Line"), image["line_id"])
    )
    return " ".join(str(part) for part in parts if part)


def _table(name: str) -> str:
    return str(labels.TABLES.get(name, name))


def _field(kept: Dossier, versions: Sequence[Version], column: str) -> Row:
    images = [version.report for version in versions]
    return _row(kept, labels.name_of(column), column, images)


def _row(kept: Dossier, label: str, column: str, images: Sequence[Image], *, deep: bool = False) -> Row:
    texts = [_value(kept, column, image) for image in images]
    values = [image.get(column) for image in images]
    cells = [Cell(text, n > 0 and values[n] != values[n - 1]) for n, text in enumerate(texts)]
    return Row(label, cells, column in labels.NUMBERS, deep=deep)


def _lines(kept: Dossier, versions: Sequence[Version]) -> list[dict[str, Any]]:
    ids = sorted({pk for version in versions for pk in version.lines})
    found = []
    for pk in ids:
        images = [version.lines.get(pk, {}) for version in versions]
        label = _line_label(kept, next(image for image in images if image))
        rows = [
            _row(kept, labels.name_of(column), column, images, deep=True)
            for column in labels.LINE_FIELDS
            if column in ("realized", "ceiling") or any(image.get(column) for image in images)
        ]
        found.append({"label": label, "rows": rows})
    return sorted(found, key=lambda line: line["label"])


def _evidence(versions: Sequence[Version]) -> list[Row]:
    ids = sorted({pk for version in versions for pk in version.evidence})
    rows = []
    for pk in ids:
        images = [version.evidence.get(pk) for version in versions]
        shown = next(image for image in images if image)
        cells = [
            Cell(
                _("attached") if image else NOTHING,
                n > 0 and bool(image) != bool(images[n - 1]),
                image["sha256"] if image else "",
            )
            for n, image in enumerate(images)
        ]
        rows.append(Row(shown["original_name"], cells, code=labels.kind_of(shown["kind"])))
    return rows
