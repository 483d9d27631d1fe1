"""Cell by cell: what autosave, a workbook or a treasury's file puts into a report, and what stood there before (V-54).

A cell is named as in the form, without the report's prefix: `line-<id>`, `line-<id>-reason`, `line-<id>-corrects`,
`increment` or `volume`, `physical_reason`, `status`, `problems` (codes joined by commas), `problem_text`,
`follow_up_text`, `follow_up_pic`, `follow_up_due`, `follow_up_answer`, `needs_leadership`, `public_note`, `why-<mark>`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from ledger.recording import recorded
from registry.models import User
from submissions.facts import Finding
from submissions.forms import WHY, Typed, read_values
from submissions.models import Report
from submissions.readings import Reading, read
from submissions.services import save_entries
from wording.numbers import (
    NumberRefused,
    money,
    parse_money,
    parse_optional,
    parse_points,
    parse_quantity,
    quantity,
)
from wording.sentences import say
from workflow import engine
from workflow.cursor import prepared

MONEY = re.compile(r"line-[0-9]+")
LINE = re.compile(r"(line-[0-9]+)(?:-reason|-corrects)")


@dataclass(frozen=True, slots=True)
class Cell:
    """What somebody wrote, and what stood there when he saw it; `was` None: he asks to write whatever stands there."""

    text: str
    was: str | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A cell that somebody else changed meanwhile: what stands there now, by whom and when."""

    stored: str
    by: str
    at: datetime | None


@dataclass
class Answer:
    """What became of one report's cells; `closed` says why nothing can be written there at all."""

    version: int = 0
    saved: dict[str, str] = field(default_factory=dict)  # as they stand now
    refused: dict[str, str] = field(default_factory=dict)  # the sentence that says why
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    closed: str = ""

    @property
    def clean(self) -> bool:
        return not (self.refused or self.conflicts or self.closed)


def stored(reading: Reading, language: str) -> dict[str, str]:
    """Every cell as the page shows it in this language; explanations only where there are any."""
    physical = reading.physical_now
    lines = {
        name: text
        for line in reading.lines
        for name, text in (
            (f"line-{line.id}", "" if line.this_month is None else money(line.this_month, language)),
            (f"line-{line.id}-reason", line.reason),
            (f"line-{line.id}-corrects", str(line.corrects or "")),
        )
    }
    return lines | {
        "volume" if reading.by_volume else "increment": ""
        if physical is None
        else quantity(physical, language),
        "physical_reason": reading.physical_reason,
        "status": reading.status,
        "problems": ",".join(reading.problems),
        "problem_text": reading.problem_text,
        "follow_up_text": reading.follow_up_text,
        "follow_up_pic": reading.follow_up_pic,
        "follow_up_due": reading.follow_up_due.isoformat() if reading.follow_up_due else "",
        "follow_up_answer": reading.follow_up_answer,
        "needs_leadership": "1" if reading.needs_leadership else "",
        "public_note": reading.public_note,
        **{f"why-{mark}": text for mark, text in reading.explanations.items()},
    }


def field_of(finding: Finding) -> str:
    """The cell that a finding is about."""
    if finding.line_id is None:
        return finding.field if finding.field != "entered" else "status"
    suffix = {"correction_reason": "-reason", "corrects_month": "-corrects"}.get(finding.field, "")
    return finding.field if finding.field.startswith("why-") else f"line-{finding.line_id}{suffix}"


class _NotAll(Exception):
    """One cell could not be taken where all or nothing was asked."""


def save(
    *,
    actor: User,
    typed: Mapping[int, Mapping[str, Cell]],
    language: str,
    all_or_nothing: bool = False,
    reason: str = "",
) -> dict[int, Answer]:
    """Put cells into reports, by report id; numbers are read in `language`. The same thing twice changes nothing.

    A cell is taken when what stands there is what its writer saw, or is what he writes. What cannot be read, and what a
    blocking rule refuses, is left as it was while the other cells are saved; with `all_or_nothing` nothing is.
    """
    answers: dict[int, Answer] = {}
    try:
        with recorded(actor):
            answers = _save(actor, typed, language, reason)
            if all_or_nothing and not all(answer.clean for answer in answers.values()):
                raise _NotAll
    except _NotAll:
        for answer in answers.values():
            answer.saved.clear()
    return answers


def _save(
    actor: User, typed: Mapping[int, Mapping[str, Cell]], language: str, reason: str
) -> dict[int, Answer]:
    entering = engine.locked_for_entry(Report, dict.fromkeys(typed), actor=actor, cursor=prepared())
    readings = {one.id: one for one in read(entering.documents)}
    answers = {pk: Answer() for pk in typed}
    for pk, refusal in entering.refusals.items():
        answers[pk].closed = say(refusal.code, refusal.params)
    wanted = {
        pk: taken for pk, one in readings.items() if (taken := _taken(one, typed[pk], language, answers[pk]))
    }
    _store(actor, readings, wanted, language, answers, reason)
    for one in read(readings):
        now = stored(one, language)
        answers[one.id].version = one.version
        answers[one.id].saved = {name: now.get(name, "") for name in answers[one.id].saved}
    return answers


def _taken(one: Reading, cells: Mapping[str, Cell], language: str, answer: Answer) -> dict[str, str]:
    """The texts to be written; what stands there already is saved, what somebody else wrote meanwhile is a conflict."""
    now = stored(one, language)
    found = {}
    for name, cell in cells.items():
        if name not in now and not _mark_of(one, name):
            answer.refused[name] = say("cell.unknown", {"name": name[:60]})
        elif _same(name, now.get(name, ""), cell.text, language):
            answer.saved[name] = cell.text
        elif cell.was is not None and not _same(name, now.get(name, ""), cell.was, language):
            answer.conflicts[name] = _conflict(one, name, now.get(name, ""))
        else:
            found[name] = cell.text.strip()
    return found


def _mark_of(one: Reading, name: str) -> bool:
    """Whether a cell is the explanation of a rule, of this report or of a line of it."""
    why = WHY.fullmatch(name)
    return why is not None and (why[1] is None or any(line.id == int(why[1]) for line in one.lines))


def _same(name: str, one: str, other: str, language: str) -> bool:
    """Whether two texts say the same in this cell: 1000 and 1.000 do, and problems in another order."""
    if name == "problems":
        return set(one.split(",")) == set(other.split(","))
    parse = (
        parse_money
        if MONEY.fullmatch(name)
        else {"increment": parse_points, "volume": parse_quantity}.get(name)
    )
    if parse is None:
        return _plain(one) == _plain(other)
    try:
        return parse_optional(one, language, parse) == parse_optional(other, language, parse)
    except NumberRefused:
        return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


CHANGED_LINE = """
SELECT u.name, h.history_date FROM submissions_historicalreportline h LEFT JOIN registry_user u ON u.id = h.history_user_id
WHERE h.id = %s ORDER BY h.history_date DESC, h.history_id DESC LIMIT 1"""
CHANGED_REPORT = """
SELECT u.name, h.history_date FROM submissions_historicalreport h LEFT JOIN registry_user u ON u.id = h.history_user_id
WHERE h.id = %s ORDER BY h.history_date DESC, h.history_id DESC LIMIT 1"""


def _conflict(one: Reading, name: str, now: str) -> Conflict:
    line = MONEY.match(name)
    with connection.cursor() as cursor:
        if line:
            cursor.execute(CHANGED_LINE, [int(line[0].removeprefix("line-"))])
        else:
            cursor.execute(CHANGED_REPORT, [one.id])
        by, at = cursor.fetchone() or ("", None)
    return Conflict(now, by or "", at)


def _store(
    actor: User,
    readings: Mapping[int, Reading],
    wanted: Mapping[int, dict[str, str]],
    language: str,
    answers: Mapping[int, Answer],
    reason: str,
) -> None:
    """Save what the rules take. What they refuse is taken out, and the rest is tried again until it stands or nothing is left."""
    pending = dict(wanted)
    while pending:
        forms = {pk: _readable(readings[pk], texts, language, answers[pk]) for pk, texts in pending.items()}
        entries = [form.entry for form in forms.values() if form.entry]
        saved = save_entries(actor=actor, entries=entries, reason=reason)
        again = {}
        for pk, texts in pending.items():
            if pk in saved.versions:
                answers[pk].saved |= texts
            elif pk in saved.refusals:
                answers[pk].closed = say(saved.refusals[pk].code, saved.refusals[pk].params)
            elif rest := _without_refused(texts, saved.findings[pk], answers[pk]):
                again[pk] = rest
        pending = again


def _readable(one: Reading, texts: dict[str, str], language: str, answer: Answer) -> Typed:
    """The report with these texts over what is stored; those that cannot be read are taken out of `texts`."""
    form = read_values(one, stored(one, language) | texts, language)
    if form.errors:
        for name, sentence in form.errors.items():
            answer.refused[name] = sentence
            texts.pop(name, None)
        form = read_values(one, stored(one, language) | texts, language)
    return form


def _without_refused(texts: Mapping[str, str], findings: Iterable[Finding], answer: Answer) -> dict[str, str]:
    """The texts that no blocking finding speaks of; nothing when one speaks of none of them."""
    said: dict[str, str] = {}
    for finding in findings:
        if finding.blocks:
            name = field_of(finding)
            whole = LINE.fullmatch(name)
            # An amount without its reason is refused as the amount that it is.
            place = name if name in texts else whole[1] if whole else ""
            said.setdefault(place, say(finding.code, finding.params))
    named = {name: sentence for name, sentence in said.items() if name in texts}
    if not named:
        sentence = next(iter(said.values()))
        named = dict.fromkeys(texts, sentence)
    answer.refused |= named
    return {name: text for name, text in texts.items() if name not in named}
