"""A report as its judge reads it: row by row beside the month before and beside what stood there at its last return."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from submissions import cells, differences, marks
from submissions.differences import Difference
from submissions.facts import WARN, ZERO, Finding
from submissions.forms import WHY
from submissions.models import Comment, Evidence
from submissions.readings import LineReading, Reading
from submissions.typed import label_of, told
from wording.numbers import NOTHING, money, points, quantity
from wording.sentences import month_name, say
from workflow.models import Decision
from workflow.route import OPEN_STATES, RETURN, RETURNED

ALL, CHANGED, SINCE, WARNINGS = "all", "changed", "since", "warnings"
ALWAYS = ("status", "problems", "problem_text", "follow_up_text", "public_note")
MONEY, POINTS, QUANTITY, WORDS = "money", "points", "quantity", "words"
SHOW: Mapping[str, Callable[[Decimal | None], str]] = {MONEY: money, POINTS: points, QUANTITY: quantity}


@dataclass(frozen=True, slots=True)
class Since:
    """The newest return to the officer, if there was one, and what is not as it was then."""

    returned: Decision | None = None
    changes: tuple[Difference, ...] = ()

    def at_return(self, cell: str) -> str:
        """What stood in a cell at that return, where it stands no more."""
        return next((one.seen for one in self.changes if one.mark == cell), "")

    @property
    def named(self) -> list[str]:
        return [] if self.returned is None else self.returned.marks


def since_return(report: int, version: int, decisions: Iterable[Decision]) -> Since:
    """What happened since the newest return to the officer. No statement without one."""
    back = [one for one in decisions if one.verb == RETURN and one.target == RETURNED]
    if not back:
        return Since()
    return Since(back[-1], tuple(differences.between(report, back[-1].version, version)))


@dataclass
class Row:
    """One row of the review; numbers as decimals, words as people read them. `flags`: by which switch it is shown."""

    mark: str
    label: str
    kind: str
    now: Any
    last: Any
    sub: str = ""
    cumulative: Decimal | None = None
    ceiling: Decimal | None = None
    share: Decimal | None = None  # of the ceiling or the target, in percent
    plan: Decimal | None = None  # to date
    at_return: str = ""
    flags: list[str] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)  # warnings and reasons: see _part
    comments: list[Comment] = field(default_factory=list)
    ticked: bool = False
    hidden: bool = False

    @property
    def change(self) -> Decimal:
        """This month less the month before; of numbers only."""
        return (self.now or ZERO) - (self.last or ZERO)

    @property
    def texts(self) -> dict[str, str]:
        """The numbers as people read them, a change with its sign; words as they are."""
        if self.kind == WORDS:
            return {"now": self.now, "last": self.last, "at_return": self.at_return}
        show = SHOW[self.kind]
        found = {name: show(getattr(self, name)) for name in ("now", "last", "cumulative", "ceiling", "plan")}
        found["change"] = signed(self.change, show)
        return found | {"at_return": self.at_return or found["now"]}

    @property
    def marks(self) -> list[str]:
        return [self.mark, *(part["mark"] for part in self.parts if part["mark"])]


def signed(value: Decimal, show: Callable[[Decimal], str]) -> str:
    """A change as people read it: more with a plus."""
    return f"+{show(value)}" if value > 0 else show(value)


class Rows:
    """Builds the rows of one report."""

    def __init__(
        self,
        reading: Reading,
        *,
        findings: Sequence[Finding],
        since: Since,
        before: Mapping[str, str],
        comments: Sequence[Comment],
        ticked: Iterable[str],
    ) -> None:
        self.reading, self.since, self.before = reading, since, before
        self.comments, self.ticked = comments, frozenset(ticked)
        self.names = marks.names_of(reading)
        self.parts = self._explained([one for one in findings if one.severity == WARN])

    def figures(self) -> list[Row]:
        """The budget lines, then the physical row."""
        return [self._finished(row) for row in (*map(self._line, self.reading.lines), self._physical())]

    def words(self) -> list[Row]:
        """What stands beside the figures; a field that nobody ever used is left out."""
        now = differences.in_words({name: getattr(self.reading, name) for name in marks.WORDS})
        rows = [
            self._in_words(name, now[name], self.before.get(name, NOTHING))
            for name in marks.WORDS
            if name in ALWAYS
            or name in self.ticked
            or {now[name], self.before.get(name, NOTHING)} != {NOTHING}
        ]
        return [self._finished(row) for row in rows]

    def evidence(self) -> Row:
        """What was said about the files."""
        return self._finished(self._in_words(marks.EVIDENCE, NOTHING, NOTHING))

    def whole(self) -> Row:
        """What is unusual in the report as a whole; comments on the whole stand with the others."""
        row = self._finished(self._in_words("", NOTHING, NOTHING))
        row.comments = [one for one in row.comments if one.mark]
        return row

    def elsewhere(self, rows: Iterable[Row]) -> list[tuple[str, Comment]]:
        """Comments that no row shows, with the name of what they are on: the whole report, a line that is there no more."""
        shown = {one.pk for row in rows for one in row.comments}
        known = marks.readable(self.reading)
        return [(known.get(one.mark, ""), one) for one in self.comments if one.pk not in shown]

    def _in_words(self, name: str, now: str, last: str) -> Row:
        label = label_of(self.reading, name) if name in marks.WORDS else self.names.get(name, "")
        return Row(name, label, WORDS, now, last, parts=self.parts.get(name, []))

    def _line(self, line: LineReading) -> Row:
        name = f"line-{line.id}"
        said = {
            f"{name}-reason": line.reason,
            f"{name}-corrects": line.corrects and month_name(line.corrects),
        }
        parts = [_part(mark, self.names[mark], str(text)) for mark, text in said.items() if text]
        return Row(
            name, line.account, MONEY, line.this_month, line.last_month,
            sub=" · ".join(part for part in (line.account_name, line.fund) if part),
            cumulative=line.cumulative, ceiling=line.ceiling, share=line.absorption,
            parts=[*parts, *self.parts.get(name, [])],
        )  # fmt: skip

    def _physical(self) -> Row:
        one = self.reading
        name = marks.cell_of(one, marks.PHYSICAL)
        return Row(
            name, _("Physical progress"), QUANTITY if one.by_volume else POINTS,
            one.physical_now, one.physical_last, sub=one.output_unit if one.by_volume else _("points"),
            cumulative=one.physical_before + (one.physical_now or ZERO),
            ceiling=one.target if one.by_volume else None, share=one.physical, plan=one.physical_plan,
            parts=self.parts.get(name, []),
        )  # fmt: skip

    def _explained(self, findings: Sequence[Finding]) -> dict[str, list[dict[str, Any]]]:
        """By the row that they are about: the warnings, each with the officer's explanation; also explanations of what is no
        warning any more. One explanation may answer two sentences."""
        said: dict[str, list[str]] = {}
        places: dict[str, str] = {}
        for one in findings:
            said.setdefault(one.mark, []).append(say(one.code, one.params))
            places.setdefault(one.mark, _place(one))
        for mark, text in self.reading.explanations.items():
            if text:
                said.setdefault(mark, [])
        found: dict[str, list[dict[str, Any]]] = {}
        for mark, sentences in said.items():
            name, text = f"why-{mark}", self.reading.explanations.get(mark, "")
            part = _part(name, self.names.get(name, ""), text, sentences)
            found.setdefault(places.get(mark, _line_of(name)), []).append(part)
        return found

    def _finished(self, row: Row) -> Row:
        """With its comments, ticks and flags, and what stood there at the last return."""
        for part in row.parts:
            part["ticked"] = part["mark"] in self.ticked
            part["at_return"] = self.since.at_return(part["mark"])
        row.comments = [one for one in self.comments if one.mark in row.marks]
        row.ticked = row.mark in self.ticked
        row.at_return = self.since.at_return(row.mark)
        changed = row.now != row.last if row.kind == WORDS else bool(row.change)
        touched = any(self.since.at_return(mark) for mark in row.marks)
        warned = any(part["sentences"] for part in row.parts)
        flags = {CHANGED: changed, SINCE: touched, WARNINGS: warned}
        row.flags = [name for name, holds in flags.items() if holds]
        return row


def _place(finding: Finding) -> str:
    """The row that a warning is about; empty for the whole report."""
    cell = cells.field_of(finding)
    if finding.line_id is not None:
        return f"line-{finding.line_id}"
    return cell if cell in (*marks.WORDS, *marks.PROGRESS, marks.EVIDENCE) else ""


def _line_of(why: str) -> str:
    """The line that an explanation is about, as "line-17"; empty for the whole report."""
    found = WHY.fullmatch(why)
    return f"line-{found[1]}" if found and found[1] else ""


def _part(mark: str, label: str, text: str, sentences: Sequence[str] = ()) -> dict[str, Any]:
    return {"mark": mark, "label": label, "text": text, "sentences": list(sentences)}


def asked_for(reading: Reading, since: Since, evidence: Sequence[Evidence]) -> dict[str, Any] | None:
    """What became of the cells that the newest return named, old and new, and what else changed; None while it is not
    handed in again."""
    if since.returned is None or reading.state in OPEN_STATES:
        return None
    known = marks.readable(reading)
    named = [mark for mark in since.named if mark in known]
    rows, changed = [], 0
    for mark in named:
        found = [one for one in since.changes if marks.covers(mark, one.mark)]
        changed += bool(found)
        rows += [_changed(one) for one in found] or [_unchanged(known[mark], stands(reading, mark, evidence))]
    others = [one for one in since.changes if not any(marks.covers(mark, one.mark) for mark in named)]
    if not named:  # it may be about anything
        rows, others = [_changed(one) for one in others], []
    return {
        "count": len(named),
        "changed": changed,
        "same": len(named) - changed,
        "rows": rows,
        "others": others,
        "person": since.returned.actor_name,
        "at": since.returned.at,
        "reason": since.returned.reason,
    }


def _changed(one: Difference) -> dict[str, Any]:
    return {"label": one.field, "seen": one.seen, "stored": one.stored, "changed": True}


def _unchanged(label: str, text: str) -> dict[str, Any]:
    return {"label": label, "seen": text, "stored": text, "changed": False}


def stands(reading: Reading, mark: str, evidence: Sequence[Evidence]) -> str:
    """What stands in a cell now, in words."""
    if mark == marks.EVIDENCE:
        return ngettext("%(n)s file", "%(n)s files", len(evidence)) % {"n": len(evidence)}
    cell = marks.cell_of(reading, mark)
    return told(cell, cells.stored(reading, get_language() or "").get(cell, ""))


def switches(rows: Sequence[Row], since: Since, asked: str) -> tuple[str, list[dict[str, Any]]]:
    """Which rows are shown, and the switch; what is ticked or commented on is never hidden. After a return it begins with
    what changed since."""
    counts = {name: sum(name in row.flags for row in rows) for name in (CHANGED, SINCE, WARNINGS)}
    usual = SINCE if counts[SINCE] else ALL
    labels = {ALL: _("Everything"), CHANGED: _("Changed since last month"), SINCE: _("Changed since the return"),
              WARNINGS: _("With warnings")}  # fmt: skip
    offered = [name for name in labels if name != SINCE or since.returned]
    show = asked if asked in offered else usual
    for row in rows:
        row.hidden = show != ALL and show not in row.flags and not row.ticked
    return show, [
        {"code": name, "label": labels[name], "count": counts.get(name, len(rows)), "current": name == show}
        for name in offered
    ]
