"""One cell's life: every value that it ever had in a report and in the revisions of the same sub-activity and month.

A cell is named as in `submissions.cells`; besides those, the ceiling and the output target that a report was opened with. What
the ledger recorded is the thread; history rows give the words, decisions, returns, grants and requests say why.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from approvals.models import Request
from audit import labels, moments_events, moments_words, naming
from audit.moments import DIGEST, Row, words
from audit.moments_pages import named
from audit.moments_words import Names, Office
from audit.story import FAR, Event, Image, Kept, paired
from registry.models import User
from submissions.marks import covers
from submissions.models import Editor, Explanation, Report, ReportLine
from submissions.selectors import mandates_of
from wording.numbers import NOTHING
from workflow.models import Decision, Grant
from workflow.route import AMEND, RETURN, SUBMIT

REPORT, LINE, EXPLANATION = "submissions_report", "submissions_reportline", "submissions_explanation"
DECISION = "workflow_decision"
OF_LINE = re.compile(r"line-([1-9][0-9]{0,17})(-reason|-corrects)?")
WHY = re.compile(r"why-(V-[0-9]{2})(?:-line-([1-9][0-9]{0,17}))?")
LINE_COLUMNS = {None: "realized", "-reason": "correction_reason", "-corrects": "corrects_month"}
REPORT_COLUMNS = frozenset(
    {
        "increment", "volume", "physical_reason", "status", "problems", "problem_text", "follow_up_text", "follow_up_pic",
        "follow_up_due", "follow_up_answer", "needs_leadership", "public_note", "ceiling", "output_target",
    }
)  # fmt: skip
# What somebody wrote beside a value to say why it is so.
REASONS = {"realized": "correction_reason", "increment": "physical_reason", "volume": "physical_reason"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands: a column of the report, of its line for a budget line, or the answer to a rule."""

    table: str
    column: str
    line: int | None = None  # the budget line
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """The return before a change: who asked, in which office, with which words; `named`: it named this very cell."""

    person: str
    office: str
    at: datetime
    reason: str
    named: bool


@dataclass(frozen=True, slots=True)
class Allowing:
    """The exception that a change rests on, and the request that asked for it."""

    kind: str
    reason: str
    number: str
    granted_by: str


@dataclass(frozen=True, slots=True)
class Made:
    """A decision that was made while a value stood."""

    title: str
    person: str
    office: str
    at: datetime
    hue: str


@dataclass
class Value:
    """One value with everything that is known of how it came; `event` is None for what only the history tells."""

    text: str
    before: str
    place: int
    at: datetime
    person: str
    erased: bool = False
    removed: bool = False
    offices: Sequence[Office] = ()
    version: int | None = None
    event: Event | None = None
    outside: bool = False
    reason: str = ""
    asking: Asking | None = None
    allowing: Sequence[Allowing] = ()
    decisions: list[Made] = field(default_factory=list)

    @property
    def red(self) -> bool:
        return self.outside or self.event is None


@dataclass(frozen=True, slots=True)
class Life:
    """The values of the cell in one revision, oldest first."""

    report: Report
    values: Sequence[Value]


def place_of(report: Report, name: str) -> Place | None:
    """Where the cell of that name stands; None when this report never had it. One statement at most."""
    if name in REPORT_COLUMNS:
        return Place(REPORT, name)
    if found := OF_LINE.fullmatch(name):
        line = _budget_line(report, int(found[1]))
        return Place(LINE, LINE_COLUMNS[found[2]], line) if line else None
    if found := WHY.fullmatch(name):
        line = _budget_line(report, int(found[2])) if found[2] else None
        return Place(EXPLANATION, "text", line, found[1]) if line or not found[2] else None
    return None


def _budget_line(report: Report, pk: int) -> int | None:
    row = ReportLine.history.filter(id=pk, report_id=report.pk).values_list("line_id", flat=True)[:1]
    return next(iter(row), None)


def lives(report: Report, name: str, place: Place) -> list[Life]:
    """The cell in every revision of the report's sub-activity and month; a fixed number of statements."""
    family = list(Report.objects.filter(item=report.item_id, period=report.period_id).order_by("revision"))
    rows = _rows(place, [one.pk for one in family])
    decisions = _decisions(family)
    wanted = {REPORT: [one.pk for one in family]} | moments_events.grouped(rows)
    told = moments_events.told(wanted | {DECISION: [one.pk for one in decisions]})
    thread = _Thread(
        name,
        place,
        told,
        moments_events.kept(wanted),
        moments_events.live(wanted).values(),
        rows,
        decisions,
        _grants(family, decisions),
    )
    return [Life(one, thread.values(one)) for one in family]


def _rows(place: Place, family: Sequence[int]) -> dict[Row, int]:
    """The rows that the cell stands in, with the report of each; those that are gone too."""
    if place.table == REPORT:
        return {(REPORT, pk): pk for pk in family}
    if place.table == LINE:
        lines = ReportLine.history.filter(report_id__in=family, line_id=place.line)
        return {(LINE, pk): report for pk, report in lines.values_list("id", "report_id")}
    lines = ReportLine.objects.filter(report__in=family, line=place.line).values("pk")
    of_line = Q(line_id__in=lines) if place.line else Q(line_id=None)
    found = Explanation.history.filter(of_line, report_id__in=family, rule=place.rule).values_list(
        "id", "report_id"
    )
    live = Explanation.objects.filter(of_line, report__in=family, rule=place.rule).values_list(
        "id", "report_id"
    )
    return {(EXPLANATION, pk): report for pk, report in found.union(live)}


def _decisions(family: Sequence[Report]) -> list[Decision]:
    kind = ContentType.objects.get_for_model(Report)
    return list(
        Decision.objects.filter(content_type=kind, object_id__in=[one.pk for one in family])
        .select_related("grant")
        .order_by("pk")
    )


def _grants(
    family: Sequence[Report], decisions: Sequence[Decision]
) -> dict[tuple[int, int | None], list[Allowing]]:
    """What a revision (report, None) and a helper's entry (report, person) rest on."""
    opened = [one.grant for one in decisions if one.verb == AMEND and one.grant]
    helpers = list(Editor.objects.filter(report__in=[one.pk for one in family], grant__isnull=False))
    grants = mandates_of({one.grant_id for one in helpers if one.grant_id})
    asked = {grant.key.removeprefix("request-") for grant in [*opened, *grants.values()]}
    requests = Request.objects.in_bulk([int(key) for key in asked if key.isdigit()])
    found: dict[tuple[int, int | None], list[Allowing]] = {}
    for one in family:
        # The nth amendment of a month opened its nth revision.
        if 0 < one.revision <= len(opened):
            found[one.pk, None] = [_allowing(opened[one.revision - 1], requests)]
    for helper in helpers:
        if helper.grant_id in grants:
            found.setdefault((helper.report_id, helper.person_id), []).append(
                _allowing(grants[helper.grant_id], requests)
            )
    return found


def _allowing(grant: Grant, requests: Mapping[int, Request]) -> Allowing:
    key = grant.key.removeprefix("request-")
    request = requests.get(int(key)) if key.isdigit() else None
    return Allowing(
        grant.get_kind_display(),
        request.reason if request else grant.reason,
        request.number if request else "",
        f"{grant.granted_by_name}, {grant.granted_office}",
    )


class _Thread:
    """Events, history and decisions of a family of reports, from which the values of each are told."""

    def __init__(
        self,
        name: str,
        place: Place,
        told: Sequence[Event],
        kept: Sequence[Kept],
        live: Iterable[Image],
        rows: Mapping[Row, int],
        decisions: Sequence[Decision],
        grants: Mapping[tuple[int, int | None], Sequence[Allowing]],
    ) -> None:
        self.name, self.place, self.rows, self.grants = name, place, rows, grants
        self.decisions, self.told = decisions, told
        self.pairs, outside = paired(kept, [event for event in told if event.table != DECISION])
        self.outside = {event.id for event in outside}
        self.images = [*(one.image for one in kept), *live]
        self.decided = {event.row: event for event in told if event.table == DECISION}
        known = [(one.table, one.image) for one in kept]
        self.named: Names = named(told, known)

    def values(self, report: Report) -> list[Value]:
        """The cell's values in one report, in the order of the ledger; what has no event comes last."""
        mine = {row for row, pk in self.rows.items() if pk == report.pk}
        found = [*self._from_events(report, mine), *self._unproved(mine)]
        for number, value in enumerate(found):
            until = found[number + 1].place if number + 1 < len(found) else FAR + 1
            value.decisions += [
                _made(one) for one in self._of(report) if value.place < self._at(one) < until and value.event
            ]
        return found

    def _from_events(self, report: Report, mine: set[Row]) -> list[Value]:
        found: list[Value] = []
        for event in self.told:
            if (event.table, event.row) not in mine:
                continue
            old, new = self._stored(event.old), self._stored(event.new)
            if event.op == "I" or old != new:
                found.append(self._value(report, event))
        return found

    def _stored(self, image: Image | None) -> Any:
        column = self.place.column
        return None if image is None else image.get(column, image.get(column + DIGEST))

    def _value(self, report: Report, event: Event) -> Value:
        text, erased = self._text(event.new)
        version = self._version(report, event)
        return Value(
            text,
            self._text(event.old)[0],
            event.id,
            event.at,
            self._name(event.actor_id),
            erased,
            event.op == "D",
            moments_words.offices(event, self.named),
            version,
            event,
            event.id in self.outside,
            self._reason(event.new),
            self._asking(report, event),
            self._allowing(report, event),
        )

    def _text(self, image: Image | None) -> tuple[str, bool]:
        """The cell in words as an event has it; of a digest whose words are gone, the digest."""
        column = self.place.column
        if image is None:
            return NOTHING, False
        if moments_words.is_digest(self.place.table, column + DIGEST) and column not in image:
            found, erased = words(image.get(column + DIGEST), column, self.images)
            return (str(image[column + DIGEST]) if erased else found or NOTHING), erased
        return moments_words.value(self.place.table, column, image.get(column), self.named), False

    def _reason(self, image: Image | None) -> str:
        column = REASONS.get(self.place.column)
        if not column or image is None:
            return ""
        found, _erased = words(image.get(column + DIGEST), column, self.images)
        return found or ""

    def _version(self, report: Report, event: Event) -> int | None:
        """The version that the value came with: that of the same act, else the one then in force."""
        own = [one for one in self.told if (one.table, one.row) == (REPORT, report.pk) and one.new]
        together = [one for one in own if one.act == event.act and one.new]
        earlier = together or [one for one in own if one.id <= event.id]
        return earlier[-1].new["version"] if earlier and earlier[-1].new else None

    def _asking(self, report: Report, event: Event) -> Asking | None:
        """The return that stood open when the value changed."""
        before = [one for one in self._of(report) if self._at(one) < event.id]
        last = next((one for one in reversed(before) if one.verb in (RETURN, SUBMIT)), None)
        if last is None or last.verb != RETURN:
            return None
        asked = any(covers(mark, self._cell(report)) for mark in last.marks)
        recorded = self.decided[last.pk].new or {}
        reason = naming.words_of(last.reason, recorded.get("reason_sha256"))
        return Asking(last.actor_name, naming.printed(last), last.at, reason, asked)

    def _cell(self, report: Report) -> str:
        """The cell's name in this very report: a budget line has a row of its own in each revision."""
        if self.place.table == REPORT or self.place.line is None:
            return self.name
        own = next((pk for (_table, pk), of in self.rows.items() if of == report.pk), 0)
        return re.sub(r"line-[0-9]+", f"line-{own}", self.name) if self.place.table == LINE else self.name

    def _allowing(self, report: Report, event: Event) -> list[Allowing]:
        mandates = self.grants.get((report.pk, event.actor_id), ()) if event.actor_id else ()
        return [*self.grants.get((report.pk, None), ()), *mandates]

    def _unproved(self, mine: set[Row]) -> list[Value]:
        """Values that the history claims and the ledger never saw."""
        last: dict[Row, Any] = {}
        found = []
        for one in sorted(self.pairs, key=lambda one: one.number):
            row, stored = (one.table, one.row), one.image.get(self.place.column)
            if row in mine and one.event is None and stored != last.get(row):
                text = moments_words.value(self.place.table, self.place.column, stored, self.named)
                found.append(Value(text, "", FAR, one.at, self._name(one.person_id)))
            last[row] = stored
        return found

    def _of(self, report: Report) -> list[Decision]:
        return [one for one in self.decisions if one.object_id == report.pk]

    def _at(self, decision: Decision) -> int:
        event = self.decided.get(decision.pk)
        return event.id if event else FAR

    def _name(self, person: int | None) -> str:
        return self.named.get((User, person), str(person)) if person else ""


def _made(decision: Decision) -> Made:
    return Made(
        str(labels.DONE.get(decision.verb, decision.verb)),
        decision.actor_name,
        naming.printed(decision),
        decision.at,
        labels.HUES.get(decision.verb, ""),
    )


def label_of(place: Place, known: Iterable[str] = ()) -> str:
    """The cell in words: "Belanja Modal …: realized this month"."""
    parts = [*known, place.rule, moments_words.label(place.table, place.column)]
    return ": ".join(part for part in parts if part)
