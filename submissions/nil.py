"""Nil for many: sub-activities without activity this month, reported in one act (domain.md 2.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from registry.models import User
from submissions import figures, rules
from submissions.facts import VOLUME, Finding
from submissions.models import Report
from submissions.readings import Reading
from submissions.services import Entry, LineEntry, save_entries
from workflow import engine
from workflow.engine import Outcome
from workflow.route import OPEN_STATES, SUBMIT, Refusal

# Status and explanation as they stood in the newest earlier month that was handed in.
CARRIED = f"""
SELECT DISTINCT ON (r.id) r.id, e.status, e.problems, e.problem_text, e.follow_up_text, e.follow_up_pic, e.follow_up_due,
  e.needs_leadership, e.public_note
FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id JOIN submissions_report e ON e.item_id = r.item_id
  JOIN submissions_period ep ON ep.id = e.period_id AND ep.month < p.month
WHERE r.id = ANY (%s) AND e.status <> '' AND {figures.COUNTS.format("e")}
ORDER BY r.id, ep.month DESC, e.revision DESC"""  # noqa: S608 - only COUNTS is put in

ZERO = Decimal(0)
MARK = "nil"


@dataclass
class Nil:
    """What became of each chosen report: `outcomes` of the submission, `refusals` (the law's, or it is not nil) and
    `findings` of rules that stand in its way."""

    outcomes: list[Outcome] = field(default_factory=list)
    refusals: dict[int, Refusal] = field(default_factory=dict)
    findings: dict[int, tuple[Finding, ...]] = field(default_factory=dict)


def eligible(readings: Sequence[Reading]) -> list[Reading]:
    """Open reports in which nothing but zero is entered: those that can be nil."""
    return [
        one for one in readings if one.state in OPEN_STATES and not one.revision and refusal_of(one) is None
    ]


def refusal_of(one: Reading) -> Refusal | None:
    """Why this report is not nil: money or progress is entered in it."""
    if one.this_month or any(line.this_month for line in one.lines):
        return Refusal("nil.money", {"code": one.code, "money_rp": f"{one.this_month or ZERO:f}"})
    if one.physical_now:
        return Refusal("nil.progress", {"code": one.code, "entered_qty": f"{one.physical_now:f}"})
    return None


def report_nil(
    *,
    actor: User,
    readings: Sequence[Reading],
    versions: Mapping[int, int | None],
    statement: str,
    key: str | None,
) -> Nil:
    """Enter zero and last month's status into each, and submit them in one act with the mark "nil".

    The rules decide as on any submission; a fixed number of statements whatever the number of reports. What cannot be nil is
    left as it is.
    """
    done = Nil(refusals={one.id: why for one in readings if (why := refusal_of(one))})
    saved = save_entries(actor=actor, entries=_entries(readings, versions, done))
    done.refusals |= saved.refusals
    done.findings = {pk: found for pk, found in saved.findings.items() if pk not in saved.versions}
    with connection.cursor() as cursor:
        facts = figures.load(cursor, list(saved.versions))
    ready: dict[int, int | None] = {}
    for pk, entered in facts.items():
        found = rules.check_submission(entered, figures.POLICY)
        if any(finding.blocks for finding in found):
            done.findings[pk] = found
        else:
            ready[pk] = saved.versions[pk]
    if ready:
        marks = [f"statement-{statement}", MARK]
        done.outcomes = engine.perform(SUBMIT, Report, ready, actor=actor, marks=marks, key=key)
    return done


def _entries(readings: Sequence[Reading], versions: Mapping[int, int | None], done: Nil) -> list[Entry]:
    """What is entered into those that can be nil; the refusals of the others go into `done`."""
    before = carried([one.id for one in readings])
    entries = []
    for one in readings:
        if one.id in done.refusals:
            continue
        said = _said(one, before.get(one.id))
        if isinstance(said, Refusal):
            done.refusals[one.id] = said
        else:
            entries.append(_entry(one, versions.get(one.id), said))
    return entries


def carried(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Status and texts of the newest earlier month that counts and has a status, by report; one statement."""
    names = ("status", *_SAID, "public_note")
    with connection.cursor() as cursor:
        cursor.execute(CARRIED, [list(ids)])
        return {row[0]: dict(zip(names, row[1:], strict=True)) for row in cursor.fetchall()}


def _said(one: Reading, before: Mapping[str, Any] | None) -> Mapping[str, Any] | Refusal:
    """What is said besides the zeros: as typed already, else as last month; without either in the first month, not begun."""
    typed = {name: getattr(one, name) for name in (*_SAID, "follow_up_answer")}
    if one.status:
        return typed | {"status": one.status}
    if before:
        said = typed | {"status": before["status"]}
        # Last month's words come whole or not at all: they would contradict what is typed about this one.
        if any(typed[name] for name in _SAID):
            return said
        said |= {name: before[name] for name in _SAID}
        # A day that has passed promises nothing for this month (V-31); whether a new one is owed the rules say.
        past = said["follow_up_due"] is not None and said["follow_up_due"] < one.first_day
        return said | {"follow_up_due": None} if past else said
    if one.before or one.physical_before:
        return Refusal("nil.status", {"code": one.code})
    return typed | {"status": Report.Status.NOT_STARTED}


_SAID = (
    "problems", "problem_text", "follow_up_text", "follow_up_pic", "follow_up_due", "needs_leadership",
)  # fmt: skip


def _entry(one: Reading, version: int | None, said: Mapping[str, Any]) -> Entry:
    by_volume = one.mode == VOLUME
    return Entry(
        report_id=one.id,
        version=version,
        increment=None if by_volume else ZERO,
        volume=ZERO if by_volume else None,
        public_note=one.public_note,
        lines={line.id: LineEntry(ZERO) for line in one.lines},
        **said,
    )
