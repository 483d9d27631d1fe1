"""What the officer does: enter, attach, submit, recall. Every function takes a set and answers for each report."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from ledger.history import history_sql, insert_history
from ledger.recording import recorded
from registry.models import User
from submissions import figures, rules
from submissions.answers import SUBJECTS
from submissions.facts import VOLUME, Finding, ItemFacts
from submissions.models import Explanation, Opening, Report, ReportLine
from wording.sentences import say
from workflow import engine, route
from workflow.cursor import Prepared, alone, prepared
from workflow.engine import Outcome
from workflow.route import Refusal


@dataclass(frozen=True, slots=True)
class LineEntry:
    """This month's money of one line, in the government's currency; None is "not entered"."""

    realized: Decimal | None
    correction_reason: str = ""
    corrects_month: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """All that an officer says in one report; `version` is the one that stood before him when he typed."""

    report_id: int
    version: int | None
    status: str = ""
    increment: Decimal | None = None
    volume: Decimal | None = None
    physical_reason: str = ""
    problems: Sequence[str] = ()
    problem_text: str = ""
    follow_up_text: str = ""
    follow_up_pic: str = ""
    follow_up_due: date | None = None
    follow_up_answer: str = ""
    needs_leadership: bool = False
    public_note: str = ""
    lines: Mapping[int, LineEntry] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(
        default_factory=dict
    )  # by the mark of a warning; others stay as they are


@dataclass(frozen=True, slots=True)
class Saved:
    """`versions`: the reports as they stand now, changed or not. `refusals`: who may not write there. `findings`: what the
    rules say; a report with a blocking one was not saved and is not in `versions`."""

    versions: dict[int, int]
    refusals: dict[int, Refusal]
    findings: dict[int, tuple[Finding, ...]]


CHANGED_LINES = """lines AS (UPDATE submissions_reportline l
  SET realized = m.realized, correction_reason = m.reason, corrects_month = m.corrects
FROM jsonb_to_recordset(%(lines)s::jsonb) AS m(report bigint, id bigint, realized numeric, reason text, corrects smallint)
WHERE l.id = m.id AND l.report_id = m.report
  AND (l.realized, l.correction_reason, l.corrects_month) IS DISTINCT FROM (m.realized, m.reason, m.corrects)
RETURNING l.*)"""

# The ids stand beside the columns, because of JSON the planner expects a hundred rows and would read the whole table; the
# lines are asked for first, so that they are written first and the ledger tells of them in that order.
CHANGED_REPORTS = """reports AS (UPDATE submissions_report r SET status = m.status, increment = m.increment, volume = m.volume,
  physical_reason = m.physical_reason, problems = m.problems, problem_text = m.problem_text,
  follow_up_text = m.follow_up_text, follow_up_pic = m.follow_up_pic, follow_up_due = m.follow_up_due,
  follow_up_answer = m.follow_up_answer, needs_leadership = m.needs_leadership, public_note = m.public_note,
  version = r.version + 1
FROM jsonb_to_recordset(%(reports)s::jsonb) AS m(id bigint, status text, increment numeric, volume numeric,
  physical_reason text, problems text[], problem_text text, follow_up_text text, follow_up_pic text, follow_up_due date,
  follow_up_answer text, needs_leadership boolean, public_note text, explained boolean, mandate bigint)
WHERE r.id = ANY (%(ids)s) AND r.id = m.id
  AND (r.id IN (SELECT report_id FROM lines) OR m.explained
  OR (r.status, r.increment, r.volume, r.physical_reason, r.problems::text[], r.problem_text,
    r.follow_up_text, r.follow_up_pic, r.follow_up_due, r.follow_up_answer, r.needs_leadership, r.public_note)
  IS DISTINCT FROM (m.status, m.increment, m.volume, m.physical_reason, m.problems, m.problem_text, m.follow_up_text,
    m.follow_up_pic, m.follow_up_due, m.follow_up_answer, m.needs_leadership, m.public_note)) RETURNING r.*, m.mandate)"""

EDITORS = """editors AS (INSERT INTO submissions_editor (report_id, person_id, grant_id)
  SELECT id, %(actor)s, mandate FROM reports ON CONFLICT DO NOTHING)"""


@cache
def _changing(*, known: bool) -> str:
    """The one statement of a save: lines and reports that say something else now, the history of both, and who entered,
    unless all of the reports know him already."""
    parts = [
        CHANGED_LINES,
        CHANGED_REPORTS,
        f"report_history AS ({history_sql(Report, 'reports')})",
        f"line_history AS ({history_sql(ReportLine, 'lines')})",
        *([] if known else [EDITORS]),
    ]
    return "WITH " + ",\n".join(parts) + "\nSELECT id FROM reports"


# An emptied explanation stays, empty: its history tells that it was taken back.
EXPLAINED = """
INSERT INTO submissions_explanation AS x (report_id, rule, line_id, text)
SELECT m.report, m.rule, l.id, m.text
FROM jsonb_to_recordset(%s::jsonb) AS m(report bigint, rule text, line bigint, text text)
  LEFT JOIN submissions_reportline l ON l.id = m.line AND l.report_id = m.report
WHERE (m.line IS NULL OR l.id IS NOT NULL) AND (m.text <> '' OR EXISTS (SELECT 1 FROM submissions_explanation o
  WHERE o.report_id = m.report AND o.rule = m.rule AND o.line_id IS NOT DISTINCT FROM m.line))
ON CONFLICT (report_id, rule, line_id) DO UPDATE SET text = excluded.text WHERE x.text <> excluded.text
RETURNING x.id, x.report_id, x.xmax = 0"""

EDITED = """
INSERT INTO submissions_editor (report_id, person_id, grant_id)
SELECT report, %s, mandate FROM unnest(%s::bigint[], %s::bigint[]) AS m(report, mandate) ON CONFLICT DO NOTHING"""


def save_entries(*, actor: User, entries: Sequence[Entry], reason: str = "") -> Saved:
    """Save what was typed, report by report: what the law or a blocking rule refuses stays unsaved, the rest is kept.

    Unchanged reports keep their version. `reason` goes into the history: by what means it was
    entered. Percentage points are stored as `rules.snapped` has them (domain.md 2.4).
    """
    asked = {entry.report_id: entry for entry in entries}
    with recorded(actor):
        cursor = prepared()
        versions = {pk: entry.version for pk, entry in asked.items()}
        entering = engine.locked_for_entry(Report, versions, actor=actor, cursor=cursor)
        reports = entering.documents
        stored = figures.load(cursor, list(reports))
        entered = {pk: as_entered(stored[pk], asked[pk]) for pk in reports}
        findings = {
            pk: _news(stored[pk], rules.check(facts, figures.POLICY)) for pk, facts in entered.items()
        }
        kept = [pk for pk, found in findings.items() if not any(finding.blocks for finding in found)]
        for pk in kept:
            entered[pk], note = rules.snapped(entered[pk], figures.POLICY)
            findings[pk] += (note,) if note else ()
        changed = _write(cursor, [(asked[pk], entered[pk]) for pk in kept], actor, entering, reason)
    return Saved({pk: reports[pk].version + (pk in changed) for pk in kept}, entering.refusals, findings)


def _news(stored: ItemFacts, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Without the blocking findings that stand there already word for word: a budget that was cut below what was entered
    keeps nobody from writing why. They still stop the submission."""
    if not any(one.blocks for one in found):
        return found
    standing = {_words(one) for one in rules.check(stored, figures.POLICY) if one.blocks}
    return tuple(one for one in found if not one.blocks or _words(one) not in standing)


def _words(finding: Finding) -> tuple[str, str]:
    """What a finding says of what, however its numbers are written: 900 and 900.00 are one sum."""
    return finding.mark, say(finding.code, finding.params)


def as_entered(stored: ItemFacts, entry: Entry) -> ItemFacts:
    """The facts as they would be with what was typed."""
    lines = tuple(
        replace(
            line,
            entered=typed.realized,
            correction_reason=typed.correction_reason,
            corrects_month=typed.corrects_month,
        )
        if line.line_id is not None and (typed := entry.lines.get(line.line_id))
        else line
        for line in stored.lines
    )
    return replace(
        stored,
        lines=lines,
        status=entry.status,
        increment=entry.increment,
        volume=entry.volume,
        physical_reason=entry.physical_reason,
        problems=tuple(entry.problems),
        problem_text=entry.problem_text,
        follow_up_text=entry.follow_up_text,
        follow_up_due=entry.follow_up_due,
        follow_up_answer=entry.follow_up_answer,
        explanations={**stored.explanations, **entry.explanations},
    )


def _write(
    cursor: Prepared,
    kept: Sequence[tuple[Entry, ItemFacts]],
    actor: User,
    entering: engine.Entering,
    reason: str,
) -> set[int]:
    """What changed, in one statement after the explanations; a report whose lines or explanations changed gets a new version
    too. Answers with the reports that have one."""
    if not kept:
        return set()
    told = {"actor": actor.pk, "at": entering.now, "change": reason[:100]}
    explained = _explain(cursor, kept, told)
    ids = [entry.report_id for entry, _ in kept]
    reports = [
        _columns(entry, facts)
        | {"explained": entry.report_id in explained, "mandate": entering.mandates.get(entry.report_id)}
        for entry, facts in kept
    ]
    columns = {
        "lines": json.dumps([line for entry, _ in kept for line in _lines(entry)]),
        "reports": json.dumps(reports),
        "ids": ids,
    }
    statement = _changing(known=entering.known.issuperset(ids))
    return {pk for (pk,) in cursor.execute(statement, {"kind": "~", **told, **columns}).fetchall()}


def _explain(cursor: Prepared, kept: Sequence[tuple[Entry, ItemFacts]], told: Mapping[str, Any]) -> set[int]:
    """The reports of which an explanation changed; no statement when none was typed."""
    rows = []
    for entry, _ in kept:
        for mark, text in entry.explanations.items():
            rule, _, line = mark.partition("-line-")
            rows.append(
                {"report": entry.report_id, "rule": rule, "line": int(line) if line else None, "text": text}
            )
    changed = cursor.execute(EXPLAINED, [json.dumps(rows)]).fetchall() if rows else []
    for kind, made in (("+", True), ("~", False)):
        if ids := [pk for pk, _, new in changed if new == made]:
            insert_history(
                cursor,
                Explanation,
                ids,
                kind=kind,
                actor_id=told["actor"],
                at=told["at"],
                reason=told["change"],
            )
    return {report for _, report, _ in changed}


def note_editors(cursor: Any, ids: Sequence[int], actor: User, mandates: Mapping[int, int]) -> None:
    """Remember who entered, and by which mandate when it was in another's place; the first time counts."""
    cursor.execute(EDITED, [actor.pk, list(ids), [mandates.get(pk) for pk in ids]])


def _lines(entry: Entry) -> list[dict[str, Any]]:
    return [
        {
            "report": entry.report_id,
            "id": pk,
            "realized": _text(line.realized),
            "reason": line.correction_reason,
            "corrects": line.corrects_month,
        }
        for pk, line in entry.lines.items()
    ]


def _columns(entry: Entry, facts: ItemFacts) -> dict[str, Any]:
    by_volume = facts.mode == VOLUME
    return {
        "id": entry.report_id,
        "status": entry.status,
        "increment": None if by_volume else _text(facts.increment),
        "volume": _text(entry.volume) if by_volume else None,
        "physical_reason": entry.physical_reason,
        "problems": list(entry.problems),
        "problem_text": entry.problem_text,
        "follow_up_text": entry.follow_up_text,
        "follow_up_pic": entry.follow_up_pic,
        "follow_up_due": entry.follow_up_due.isoformat() if entry.follow_up_due else None,
        "follow_up_answer": entry.follow_up_answer,
        "needs_leadership": entry.needs_leadership,
        "public_note": entry.public_note,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


# Unnested, because a plan made for a list that is known promises to be cheaper than the kept one, and is made each time.
MONTHS = """SELECT r.id, p.month FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
WHERE r.id = ANY (ARRAY(SELECT unnest(%s::bigint[])))"""


def submit(
    *, actor: User, versions: Mapping[int, int | None], statement: str = "", key: str | None = None
) -> list[Outcome]:
    """Hand reports to the first tier. Months go in order: an earlier month of the same act is judged first (V-50).

    `statement` is the version of the declaration that was ticked; the decision keeps it.
    """
    marks = [f"statement-{statement}"] if statement else []
    months = _months(list(versions))
    outcomes: dict[int, Outcome] = {}
    for month in sorted({months.get(pk, 0) for pk in versions}):
        of_month = {pk: version for pk, version in versions.items() if months.get(pk, 0) == month}
        answers = engine.perform(
            route.SUBMIT, Report, of_month, actor=actor, marks=marks, key=key and f"{key}:{month}"
        )
        outcomes |= {outcome.id: outcome for outcome in answers}
    return [outcomes[pk] for pk in versions]


def _months(ids: Sequence[int]) -> dict[int, int]:
    return dict(alone().execute(MONTHS, [ids]).fetchall())


def recall(*, actor: User, versions: Mapping[int, int | None], key: str | None = None) -> list[Outcome]:
    """Take back what nobody has looked at yet."""
    return engine.perform(route.RECALL, Report, versions, actor=actor, key=key)


def amend(
    *, actor: User, versions: Mapping[int, int | None], reason: str, key: str | None = None
) -> list[Outcome]:
    """Open revision n+1 of published reports, as a draft with their content; needs a grant that covers them."""
    return engine.perform(route.AMEND, Report, versions, actor=actor, reason=reason, key=key)


def give_up(
    *, actor: User, versions: Mapping[int, int | None], reason: str, key: str | None = None
) -> list[Outcome]:
    """Cancel a revision that is still open; what is published stands."""
    return engine.perform(route.CANCEL, Report, versions, actor=actor, reason=reason, key=key)


READY = """
SELECT r.id FROM submissions_report r JOIN workflow_routeversion w ON w.id = r.route_id
WHERE r.state = 'signed'
  AND NOT EXISTS (SELECT 1 FROM workflow_tier t WHERE t.route_id = r.route_id AND t.number >= r.tier AND t.blocks)
  AND r.signed_at + make_interval(hours => w.embargo_hours) <= jenjang_now() ORDER BY r.id LIMIT 500"""

EXPIRED = f"""
SELECT r.id FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
  JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id
WHERE r.revision > 0 AND r.state IN ('draft', 'returned', 'submitted', 'verified')
  AND least(p.lock_at, p.closed_at) <= jenjang_now()
  AND NOT EXISTS (SELECT 1 FROM workflow_grant w WHERE w.kind IN ('reopening', 'amendment') AND w.revoked_at IS NULL
    AND w.granted_at <= jenjang_now() AND w.expires_at > jenjang_now() AND starts_with(u.path, w.scope_path)
    AND (w.subjects = '{{}}' OR w.subjects && {SUBJECTS}))
ORDER BY r.id LIMIT 500"""  # noqa: S608 - only SUBJECTS is put in


def publish_ready() -> int:
    """Publish, as the calendar, what is signed and only waited for its embargo to end; returns how many."""
    return _by_the_calendar(route.PUBLISH, READY)


def cancel_expired() -> int:
    """Cancel, as the calendar, open revisions whose grant has run out: they would hold up the later months for ever."""
    return _by_the_calendar(route.CANCEL, EXPIRED)


def _by_the_calendar(verb: str, candidates: str) -> int:
    with recorded(None):
        ids = [pk for (pk,) in prepared().execute(candidates).fetchall()]
    if not ids:
        return 0
    outcomes = engine.perform(verb, Report, dict.fromkeys(ids), actor=None)
    return sum(outcome.done for outcome in outcomes)


def mark_opened(*, actor: User, report: Report, at: datetime) -> None:
    """The tier that holds a report looks at it: from now on it cannot be recalled. Once per step and person."""
    if not Opening.objects.filter(report=report, step=report.step, person=actor).exists():
        with recorded(actor):
            Opening.objects.bulk_create(
                [Opening(report=report, step=report.step, person=actor, at=at)], ignore_conflicts=True
            )
