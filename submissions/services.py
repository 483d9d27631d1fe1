"""What the officer does: enter, attach, submit, recall. Every function takes a set and answers for each report."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from ledger.history import insert_history
from ledger.recording import recorded
from registry.models import User
from submissions import figures, rules
from submissions.answers import SUBJECTS
from submissions.facts import VOLUME, Finding, ItemFacts
from submissions.models import Opening, Report, ReportLine
from workflow import engine, route
from workflow.cursor import Prepared, moment, prepared
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
    public_note: str = ""
    lines: Mapping[int, LineEntry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """`versions`: the reports as they stand now, changed or not. `refusals`: who may not write there. `findings`: what the
    rules say; a report with a blocking one was not saved and is not in `versions`."""

    versions: dict[int, int]
    refusals: dict[int, Refusal]
    findings: dict[int, tuple[Finding, ...]]


CHANGED_REPORTS = """
UPDATE submissions_report r SET status = m.status, increment = m.increment, volume = m.volume,
  physical_reason = m.physical_reason, problems = m.problems, problem_text = m.problem_text,
  follow_up_text = m.follow_up_text, follow_up_pic = m.follow_up_pic, follow_up_due = m.follow_up_due,
  public_note = m.public_note, version = r.version + 1
FROM jsonb_to_recordset(%(reports)s::jsonb) AS m(id bigint, status text, increment numeric, volume numeric,
  physical_reason text, problems text[], problem_text text, follow_up_text text, follow_up_pic text, follow_up_due date,
  public_note text)
WHERE r.id = m.id AND ((r.status, r.increment, r.volume, r.physical_reason, r.problems::text[], r.problem_text,
    r.follow_up_text, r.follow_up_pic, r.follow_up_due, r.public_note)
  IS DISTINCT FROM (m.status, m.increment, m.volume, m.physical_reason, m.problems, m.problem_text, m.follow_up_text,
    m.follow_up_pic, m.follow_up_due, m.public_note) OR r.id = ANY (%(touched)s)) RETURNING r.id"""

CHANGED_LINES = """
UPDATE submissions_reportline l SET realized = m.realized, correction_reason = m.reason, corrects_month = m.corrects
FROM jsonb_to_recordset(%(lines)s::jsonb) AS m(report bigint, id bigint, realized numeric, reason text, corrects smallint)
WHERE l.id = m.id AND l.report_id = m.report
  AND (l.realized, l.correction_reason, l.corrects_month) IS DISTINCT FROM (m.realized, m.reason, m.corrects)
RETURNING l.id, l.report_id"""

EDITED = """
INSERT INTO submissions_editor (report_id, person_id, grant_id)
SELECT report, %s, mandate FROM unnest(%s::bigint[], %s::bigint[]) AS m(report, mandate) ON CONFLICT DO NOTHING"""


def save_entries(*, actor: User, entries: Sequence[Entry]) -> Saved:
    """Save what was typed, report by report: what the law or a blocking rule refuses stays unsaved, the rest is kept.

    Unchanged reports keep their version. Percentage points are stored as `rules.snapped` has them (domain.md 2.4).
    """
    asked = {entry.report_id: entry for entry in entries}
    with recorded(actor):
        cursor = prepared()
        versions = {pk: entry.version for pk, entry in asked.items()}
        entering = engine.locked_for_entry(Report, versions, actor=actor, cursor=cursor)
        reports = entering.documents
        stored = figures.load(cursor, list(reports))
        entered = {pk: _entered(stored[pk], asked[pk]) for pk in reports}
        findings = {pk: rules.check(facts, figures.POLICY) for pk, facts in entered.items()}
        kept = [pk for pk, found in findings.items() if not any(finding.blocks for finding in found)]
        for pk in kept:
            entered[pk], note = rules.snapped(entered[pk], figures.POLICY)
            findings[pk] += (note,) if note else ()
        changed = _write(cursor, [(asked[pk], entered[pk]) for pk in kept], actor, entering)
    return Saved({pk: reports[pk].version + (pk in changed) for pk in kept}, entering.refusals, findings)


def _entered(stored: ItemFacts, entry: Entry) -> ItemFacts:
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
        status_reason=entry.problem_text,
    )


def _write(
    cursor: Prepared, kept: Sequence[tuple[Entry, ItemFacts]], actor: User, entering: engine.Entering
) -> set[int]:
    """Two set-based updates, lines first; a report whose lines changed gets a new version too."""
    lines = [
        {
            "report": entry.report_id,
            "id": pk,
            "realized": _text(line.realized),
            "reason": line.correction_reason,
            "corrects": line.corrects_month,
        }
        for entry, _ in kept
        for pk, line in entry.lines.items()
    ]
    changed_lines = cursor.execute(CHANGED_LINES, {"lines": json.dumps(lines)}).fetchall()
    reports = [_columns(entry, facts) for entry, facts in kept]
    touched = sorted({report for _, report in changed_lines})
    rows = cursor.execute(CHANGED_REPORTS, {"reports": json.dumps(reports), "touched": touched}).fetchall()
    changed = {pk for (pk,) in rows}
    if changed:
        now = entering.now
        note_editors(cursor, sorted(changed), actor, entering.mandates)
        insert_history(
            cursor, ReportLine, [pk for pk, _ in changed_lines], kind="~", actor_id=actor.pk, at=now
        )
        insert_history(cursor, Report, sorted(changed), kind="~", actor_id=actor.pk, at=now)
    return changed


def note_editors(cursor: Any, ids: Sequence[int], actor: User, mandates: Mapping[int, int]) -> None:
    """Remember who entered, and by which mandate when it was in another's place; the first time counts."""
    cursor.execute(EDITED, [actor.pk, list(ids), [mandates.get(pk) for pk in ids]])


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
        "public_note": entry.public_note,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


MONTHS = """SELECT r.id, p.month FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
WHERE r.id = ANY (%s)"""


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
    with transaction.atomic():
        rows = prepared().execute(MONTHS, [ids]).fetchall()
    return dict(rows)


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


# An item that the new version drops or makes inactive has nothing left to spend. A change of the way progress is counted
# empties what was typed the other way: points are no output units.
PINNED = """
WITH target AS (SELECT r.id, v.id AS version, coalesce(iv.ceiling, 0) AS ceiling,
    coalesce(iv.physical_mode, r.physical_mode) AS mode, coalesce(iv.output_target, CASE WHEN iv.id IS NULL
      THEN r.output_target END) AS target
  FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
    JOIN registry_budgetitem i ON i.id = r.item_id
    JOIN LATERAL (SELECT w.id FROM registry_budgetversion w WHERE w.unit_id = i.unit_id
      AND w.fiscal_year_id = i.fiscal_year_id AND w.effective_month <= p.month
      ORDER BY w.effective_month DESC, w.sequence DESC LIMIT 1) v ON true
    LEFT JOIN registry_budgetitemversion iv ON iv.item_id = i.id AND iv.version_id = v.id AND iv.active
  WHERE i.unit_id = %(unit)s AND i.fiscal_year_id = %(year)s AND r.state IN ('draft', 'returned') AND p.closed_at IS NULL)
UPDATE submissions_report r SET budget_version_id = t.version, ceiling = t.ceiling, physical_mode = t.mode,
  output_target = t.target, version = r.version + 1,
  increment = CASE WHEN (t.mode = 'VOLUME') = (r.physical_mode = 'VOLUME') THEN r.increment END,
  volume = CASE WHEN (t.mode = 'VOLUME') = (r.physical_mode = 'VOLUME') THEN r.volume END
FROM target t WHERE r.id = t.id
  AND ((r.budget_version_id, r.ceiling, r.physical_mode, r.output_target)
      IS DISTINCT FROM (t.version, t.ceiling, t.mode, t.target)
    OR EXISTS (SELECT 1 FROM registry_budgetline b JOIN registry_budgetlineversion lv ON lv.line_id = b.id
      AND lv.version_id = t.version LEFT JOIN submissions_reportline l ON l.report_id = r.id AND l.line_id = b.id
      WHERE b.item_id = r.item_id AND l.ceiling IS DISTINCT FROM lv.ceiling))
RETURNING r.id"""

PINNED_LINES = """
INSERT INTO submissions_reportline AS l (report_id, line_id, ceiling, correction_reason)
SELECT r.id, b.id, lv.ceiling, '' FROM submissions_report r JOIN registry_budgetline b ON b.item_id = r.item_id
  JOIN registry_budgetlineversion lv ON lv.line_id = b.id AND lv.version_id = r.budget_version_id
WHERE r.id = ANY (%s)
ON CONFLICT (report_id, line_id) DO UPDATE SET ceiling = excluded.ceiling WHERE l.ceiling <> excluded.ceiling
RETURNING l.id, l.xmax = 0"""

# A line that the new version dropped has nothing left to spend; what was typed there stays to be seen and corrected.
DROPPED_LINES = """
UPDATE submissions_reportline l SET ceiling = 0 FROM submissions_report r
WHERE l.report_id = r.id AND r.id = ANY (%s) AND l.ceiling <> 0 AND NOT EXISTS (SELECT 1 FROM registry_budgetlineversion lv
  WHERE lv.line_id = l.line_id AND lv.version_id = r.budget_version_id) RETURNING l.id"""


def repin(*, fiscal_year: Any, unit: Any, actor: User | None = None) -> int:
    """Give a unit's open reports the budget version in force in their month; returns how many changed (domain.md 0.4)."""
    with recorded(actor):
        cursor = prepared()
        now = moment(cursor)
        asked = {"unit": unit.pk, "year": fiscal_year.pk}
        reports = [pk for (pk,) in cursor.execute(PINNED, asked).fetchall()]
        lines = cursor.execute(PINNED_LINES, [reports]).fetchall()
        dropped = [pk for (pk,) in cursor.execute(DROPPED_LINES, [reports]).fetchall()]
        _remember(cursor, ReportLine, [pk for pk, new in lines if new], "+", actor, now)
        _remember(cursor, ReportLine, [*(pk for pk, new in lines if not new), *dropped], "~", actor, now)
        _remember(cursor, Report, reports, "~", actor, now)
    return len(reports)


def _remember(
    cursor: Any, model: Any, ids: Iterable[int], kind: str, actor: User | None, now: datetime
) -> None:
    insert_history(cursor, model, list(ids), kind=kind, actor_id=actor.pk if actor else None, at=now)
