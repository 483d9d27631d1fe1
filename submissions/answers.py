"""What the law asks about reports, answered for whole sets: a fixed number of statements whatever their size.

Facts are read after the lock, in statements of their own: joined into the locking statement they would be stale for
whoever had to wait (perform-trial.md 5.3).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from submissions import figures, restating, rules
from workflow import route
from workflow.cursor import listed
from workflow.engine import Question
from workflow.record import Record, law
from workflow.route import Facts, GrantFact, Office, Route

# What a grant may name: the month, and the sub-activity in the month; the adjustment, month 13, has no days of its own.
MONTH = "to_char(p.first_day, CASE WHEN p.month = 13 THEN 'YYYY\"-13\"' ELSE 'YYYY-MM' END)"
SUBJECTS = f"ARRAY[{MONTH}, {MONTH} || '/item-' || r.item_id]::varchar[]"

# When a month last changed what later ones build on: a revision does so when it is published.
MOVED = "CASE WHEN e.revision = 0 THEN e.submitted_at ELSE e.published_at END"

# One look at the earlier months of each item answers four questions; grants in force are few and looked up once.
CONTEXT = f"""
WITH in_force AS MATERIALIZED (SELECT w.id, w.kind, w.person_id, w.scope_path, w.subjects, w.expires_at FROM workflow_grant w
  WHERE w.revoked_at IS NULL AND w.granted_at <= %(now)s AND w.expires_at > %(now)s)
SELECT r.id, u.path, coalesce(up.path, ''), ua.path, '/' || split_part(u.path, '/', 2) || '/', u.kind,
  i.officer_post_id, i.verifier_post_id, u.government_id, p.opens_at, p.submit_from,
  greatest(least(p.lock_at, p.closed_at), g.lasts), earlier.open, earlier.unpublished, earlier.anew, earlier.moved,
  (SELECT min(o.at) FROM submissions_opening o WHERE o.report_id = r.id AND o.step = r.step),
  ARRAY(SELECT c.person_id FROM submissions_editor c WHERE c.report_id = r.id),
  r.signed_at, r.revision, coalesce(later.revised, false), coalesce(later.replaced, false), r.ceiling,
  CASE WHEN %(funds)s THEN ARRAY(SELECT b.fund_source FROM submissions_reportline l JOIN registry_budgetline b ON b.id = l.line_id
    WHERE l.report_id = r.id) END, g.grants
FROM submissions_report r JOIN registry_budgetitem i ON i.id = r.item_id JOIN submissions_period p ON p.id = r.period_id
  JOIN registry_unit u ON u.id = i.unit_id JOIN registry_unit ua ON ua.id = p.agency_id
  LEFT JOIN registry_unit up ON up.id = u.parent_id
  CROSS JOIN LATERAL (SELECT
      to_char(min(ep.first_day) FILTER (WHERE e.state IN ('draft', 'returned') AND e.revision = 0), 'YYYY-MM') AS open,
      to_char(min(ep.first_day) FILTER (WHERE e.state NOT IN ('published', 'superseded', 'cancelled')
        AND NOT e.id = ANY (%(together)s::bigint[])), 'YYYY-MM') AS unpublished,
      to_char(min(ep.first_day) FILTER (WHERE {MOVED} > r.verified_at), 'YYYY-MM') AS anew,
      coalesce(bool_or({MOVED} > r.submitted_at OR (e.state IN ('draft', 'returned') AND e.revision = 0)), false) AS moved
    FROM submissions_report e JOIN submissions_period ep ON ep.id = e.period_id
    WHERE e.item_id = r.item_id AND ep.month < p.month) earlier
  CROSS JOIN LATERAL (SELECT bool_or(n.state <> 'cancelled') AS revised, bool_or(n.state = 'published') AS replaced
    FROM submissions_report n WHERE n.item_id = r.item_id AND n.period_id = r.period_id AND n.revision > r.revision) later
  CROSS JOIN LATERAL (SELECT jsonb_agg(jsonb_build_array(w.id, w.kind, w.person_id) ORDER BY w.id) AS grants,
      max(w.expires_at) FILTER (WHERE (w.kind = 'reopening' AND p.closed_at IS NULL)
        OR (w.kind = 'amendment' AND r.revision > 0)) AS lasts
    FROM in_force w WHERE starts_with(u.path, w.scope_path) AND (w.subjects = '{{}}' OR w.subjects && {SUBJECTS})) g
WHERE r.id = ANY (%(ids)s)"""  # noqa: S608 - only the two texts above are put in

OFFICES = """
SELECT post_id, role, title, unit_name, unit_path, capacity, NULL::bigint, NULL::timestamptz FROM registry_office
WHERE person_id = %(actor)s ORDER BY post_id"""

STAND_INS = """
SELECT post_id, role, title, unit_name, unit_path, capacity, vacant_post_id, vacant_since FROM registry_standin
WHERE person_id = %(actor)s ORDER BY post_id, vacant_post_id"""

NAMED_UNITS = "SELECT government_id, 'unit:' || code, path FROM registry_unit WHERE code = ANY (%s)"

# What was added to the form later stands in the text only where it is said: a report that was submitted before an upgrade
# keeps its hash.
CONTENT = """
SELECT r.id, (jsonb_build_object('format', 'jenjang-report-1', 'government', g.code, 'unit', u.code, 'fiscal_year', y.label,
  'month', p.month, 'revision', r.revision, 'sub_activity', i.sub_activity_code, 'route', w.code || '-' || w.number,
  'budget_version', v.kind || '-' || v.sequence, 'ceiling', r.ceiling::text, 'physical_mode', r.physical_mode,
  'output_target', r.output_target::text, 'status', r.status, 'increment', r.increment::text, 'volume', r.volume::text,
  'physical_reason', r.physical_reason, 'problems', to_jsonb(r.problems), 'problem_text', r.problem_text,
  'follow_up_text', r.follow_up_text, 'follow_up_pic', r.follow_up_pic, 'follow_up_due', r.follow_up_due,
  'public_note', r.public_note,
  'lines', (SELECT coalesce(jsonb_agg(jsonb_build_array(b.account_code, b.fund_source, l.ceiling::text, l.realized::text,
      l.correction_reason, l.corrects_month) ORDER BY b.account_code, b.fund_source), '[]')
    FROM submissions_reportline l JOIN registry_budgetline b ON b.id = l.line_id WHERE l.report_id = r.id),
  'evidence', (SELECT coalesce(jsonb_agg(jsonb_build_array(e.kind, e.sha256) ORDER BY e.sha256), '[]')
    FROM submissions_evidence e WHERE e.report_id = r.id))
  || jsonb_strip_nulls(jsonb_build_object(
    'follow_up_answer', nullif(r.follow_up_answer, ''), 'needs_leadership', nullif(r.needs_leadership, false),
    'explanations', (SELECT jsonb_agg(jsonb_build_array(x.rule, coalesce(b.account_code, ''), coalesce(b.fund_source, ''),
        x.text) ORDER BY x.rule, b.account_code, b.fund_source)
      FROM submissions_explanation x LEFT JOIN submissions_reportline l ON l.id = x.line_id
        LEFT JOIN registry_budgetline b ON b.id = l.line_id WHERE x.report_id = r.id),
    'evidence_notes', (SELECT jsonb_agg(jsonb_build_array(e.sha256, e.caption, extract(epoch FROM e.taken_at)::text,
        e.latitude::text, e.longitude::text, e.public) ORDER BY e.sha256)
      FROM submissions_evidence e WHERE e.report_id = r.id
        AND (e.caption <> '' OR e.taken_at IS NOT NULL OR e.latitude IS NOT NULL OR e.public)))))::text
FROM submissions_report r JOIN registry_budgetitem i ON i.id = r.item_id JOIN submissions_period p ON p.id = r.period_id
  JOIN registry_unit u ON u.id = i.unit_id JOIN registry_government g ON g.id = u.government_id
  JOIN registry_fiscalyear y ON y.id = i.fiscal_year_id JOIN registry_budgetversion v ON v.id = r.budget_version_id
  JOIN workflow_routeversion w ON w.id = r.route_id
WHERE r.id = ANY (%s)"""


def gather(model: Any, cursor: Any, documents: Sequence[Any], question: Question) -> dict[int, Facts]:
    """Facts of each locked report: two statements, and one more each for stand-ins and named units where a route has them,
    two more when its figures have to be judged."""
    ids = [document.pk for document in documents]
    asked = {
        "ids": listed(ids),
        "actor": question.actor_id,
        "now": question.now,
        "together": listed(ids if question.whole else ()),
        "funds": any(_asks_funds(law(document.route_id)) for document in documents),
    }
    offices = offices_of(cursor, question.actor_id, documents)
    named = named_units(cursor, documents)
    rows = {row[0]: _Row(*row[1:]) for row in cursor.execute(CONTEXT, asked).fetchall()}
    facts = {
        document.pk: _facts(document, rows[document.pk], question, offices, named) for document in documents
    }
    judged = [one.pk for one in documents if _is_judged(one, question.verb, moved=rows[one.pk].moved)]
    if judged:
        entering = frozenset(one.pk for one in documents if one.state in route.OPEN_STATES)
        blocking = _blocking(cursor, judged, [pk for pk in judged if rows[pk].revision], entering)
        facts |= {pk: replace(facts[pk], blocking=blocking[pk]) for pk in judged}
    return facts


def _asks_funds(route_: Route) -> bool:
    return any(condition.fact == "fund_source" for tier in route_.tiers for condition in tier.when)


def offices_of(cursor: Any, actor_id: int | None, documents: Sequence[Any]) -> tuple[Office, ...]:
    """The offices a person holds now, and then those that he may act for because they are vacant; the second only where
    the route of one of these documents lets anybody."""
    rows = cursor.execute(OFFICES, {"actor": actor_id}).fetchall()
    if any(tier.escalate_days is not None for one in documents for tier in law(one.route_id).tiers):
        rows += cursor.execute(STAND_INS, {"actor": actor_id}).fetchall()
    return tuple(Office(*row) for row in rows)


def named_units(cursor: Any, documents: Sequence[Any]) -> dict[int, dict[str, str]]:
    """Paths of the units that the routes of these documents name, by government; no statement when none does."""
    codes = {tier.unit for document in documents for tier in law(document.route_id).tiers if tier.unit}
    found: dict[int, dict[str, str]] = {}
    for government, scope, path in cursor.execute(NAMED_UNITS, [sorted(codes)]).fetchall() if codes else ():
        found.setdefault(government, {})[scope] = path
    return found


def grant_facts(rows: str | None) -> tuple[GrantFact, ...]:
    """Grants as a statement gathered them, in JSON text as Django's connection hands it out: [[id, kind, person], ...]."""
    return tuple(GrantFact(*row) for row in json.loads(rows or "[]"))


class _Row(NamedTuple):
    """What CONTEXT says about one report, after its id."""

    unit: str
    parent: str
    agency: str
    root: str
    kind: str
    officer: int | None
    verifier: int | None
    government: int
    opens: datetime
    submits: datetime
    locks: datetime
    earlier: str | None
    unpublished: str | None
    anew: str | None
    moved: bool  # an earlier month moved since this one was submitted
    opened: datetime | None
    editors: list[int]
    signed: datetime | None
    revision: int
    revised: bool
    replaced: bool
    ceiling: Decimal
    funds: list[str] | None
    grants: str | None


def _is_judged(document: Any, verb: str | None, *, moved: bool) -> bool:
    """Whether the report's own rules are asked: on submission, and again when an earlier month moved under it since."""
    waits = document.state in (route.SUBMITTED, route.VERIFIED)
    if document.state in route.OPEN_STATES:
        return verb in (None, route.SUBMIT)
    return moved and waits and verb in (None, route.VERIFY, route.SIGN)


def _facts(
    document: Any,
    row: _Row,
    question: Question,
    offices: tuple[Office, ...],
    named: Mapping[int, Mapping[str, str]],
) -> Facts:
    tiers = law(document.route_id)
    record = question.record.get(document.pk, Record())
    return Facts(
        state=document.state,
        tier=document.tier,
        version=document.version,
        seen_version=question.seen.get(document.pk),
        route=tiers,
        actor_id=question.actor_id,
        offices=offices,
        paths={
            "self": row.unit,
            "parent": row.parent,
            "agency": row.agency,
            "government": row.root,
            **named.get(row.government, {}),
        },
        tier_posts={number: row.verifier if number else row.officer for number in range(len(tiers.tiers))},
        now=question.now,
        opens_at=row.opens,
        submit_from=row.submits,
        locks_at=row.locks,
        about={"ceiling": row.ceiling, "fund_source": frozenset(row.funds or ()), "kind": row.kind},
        arrived_at=record.arrived_at,
        signed_at=row.signed,
        editors=record.submitters | frozenset(row.editors),
        deciders=record.deciders,
        agreed=record.agreed,
        submitted_by=record.submitted_by,
        opened_at=min((at for at in (row.opened, record.first_passed) if at), default=None),
        earlier_open=row.earlier,
        earlier_unpublished=row.unpublished,
        earlier_moved=row.anew,
        grants=grant_facts(row.grants),
        revision=row.revision,
        revised=row.revised,
        replaced=row.replaced,
        reason=question.reason,
        to_previous_tier=question.to_previous_tier,
    )


def _blocking(
    cursor: Any, ids: Sequence[int], revisions: Sequence[int], entering: frozenset[int]
) -> dict[int, int]:
    """How many blocking findings each report has by the rules of domain.md 2.3. A missing explanation is asked of the officer
    alone, of reports that are open: who verifies cannot write it."""
    found = {
        pk: rules.check_submission(facts, figures.POLICY) for pk, facts in figures.load(cursor, ids).items()
    }
    restated = restating.check(cursor, revisions) if revisions else {}
    return {
        pk: sum(
            finding.blocks and (pk in entering or finding.code != rules.EXPLAIN)
            for finding in (*findings, *restated.get(pk, ()))
        )
        for pk, findings in found.items()
    }


def content_of(model: Any, cursor: Any, ids: Sequence[int]) -> dict[int, str]:
    """Canonical text of each report, as PostgreSQL prints jsonb: keys by length then bytes, sums as decimal strings."""
    return dict(cursor.execute(CONTENT, [listed(ids)]).fetchall())
