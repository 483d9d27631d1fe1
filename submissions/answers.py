"""What the law asks about reports, answered for whole sets: a fixed number of statements whatever their size.

Facts are read after the lock, in statements of their own: joined into the locking statement they would be stale for
whoever had to wait (perform-trial.md 5.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType

from submissions import figures, rules
from workflow import route
from workflow.engine import Question
from workflow.models import RouteVersion
from workflow.route import Facts, Office, Route

CONTEXT = """
SELECT r.id, u.path, coalesce(up.path, ''), ua.path, i.officer_post_id, i.verifier_post_id,
  CASE WHEN %(verb)s = 'submit' THEN p.submit_from ELSE p.opens_at END, least(p.lock_at, p.closed_at),
  (SELECT to_char(min(ep.first_day), 'YYYY-MM') FROM submissions_report e JOIN submissions_period ep ON ep.id = e.period_id
    WHERE e.item_id = r.item_id AND e.state IN ('draft', 'returned') AND ep.month < p.month),
  (SELECT to_char(min(ep.first_day), 'YYYY-MM') FROM submissions_report e JOIN submissions_period ep ON ep.id = e.period_id
    WHERE e.item_id = r.item_id AND e.state <> 'published' AND ep.month < p.month
      AND NOT e.id = ANY (%(together)s::bigint[])),
  (SELECT to_char(min(ep.first_day), 'YYYY-MM') FROM submissions_report e JOIN submissions_period ep ON ep.id = e.period_id
    WHERE e.item_id = r.item_id AND ep.month < p.month AND e.submitted_at > r.verified_at),
  EXISTS (SELECT FROM submissions_report e JOIN submissions_period ep ON ep.id = e.period_id WHERE e.item_id = r.item_id
    AND ep.month < p.month AND (e.submitted_at > r.submitted_at OR e.state IN ('draft', 'returned'))),
  (SELECT d.actor_id FROM workflow_decision d WHERE d.content_type_id = %(content_type)s AND d.object_id = r.id
    AND d.verb = 'submit' ORDER BY d.step DESC LIMIT 1),
  least((SELECT min(o.at) FROM submissions_opening o WHERE o.report_id = r.id AND o.step = r.step),
    (SELECT min(d.at) FROM workflow_decision d WHERE d.content_type_id = %(content_type)s AND d.object_id = r.id
      AND d.verb = 'verify' AND d.at >= r.submitted_at))
FROM submissions_report r JOIN registry_budgetitem i ON i.id = r.item_id JOIN submissions_period p ON p.id = r.period_id
  JOIN registry_unit u ON u.id = i.unit_id JOIN registry_unit ua ON ua.id = p.agency_id
  LEFT JOIN registry_unit up ON up.id = u.parent_id
WHERE r.id = ANY (%(ids)s)"""

MOVED = 10  # place of "an earlier month moved since this one was submitted" in a row of CONTEXT, after the id

PEOPLE = """
SELECT report_id, true, person_id FROM submissions_editor WHERE report_id = ANY (%(ids)s)
UNION
SELECT object_id, true, actor_id FROM workflow_decision
WHERE content_type_id = %(content_type)s AND object_id = ANY (%(ids)s) AND verb = 'submit'
UNION ALL
SELECT d.object_id, false, d.actor_id FROM workflow_decision d JOIN submissions_report r ON r.id = d.object_id
WHERE d.tier < r.tier AND d.content_type_id = %(content_type)s AND d.object_id = ANY (%(ids)s) AND d.verb = 'verify' AND d.step >
  (SELECT max(s.step) FROM workflow_decision s WHERE s.content_type_id = d.content_type_id AND s.object_id = d.object_id
    AND s.verb = 'submit')"""

OFFICES = """
SELECT post_id, role, title, unit_name, unit_path, capacity FROM registry_office
WHERE person_id = %(actor)s ORDER BY post_id"""

CONTENT = """
SELECT r.id, jsonb_build_object('format', 'jenjang-report-1', 'government', g.code, 'unit', u.code, 'fiscal_year', y.label,
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
    FROM submissions_evidence e WHERE e.report_id = r.id))::text
FROM submissions_report r JOIN registry_budgetitem i ON i.id = r.item_id JOIN submissions_period p ON p.id = r.period_id
  JOIN registry_unit u ON u.id = i.unit_id JOIN registry_government g ON g.id = u.government_id
  JOIN registry_fiscalyear y ON y.id = i.fiscal_year_id JOIN registry_budgetversion v ON v.id = r.budget_version_id
  JOIN workflow_routeversion w ON w.id = r.route_id
WHERE r.id = ANY (%s)"""


@cache
def law(route_id: int) -> Route:
    """The tiers of a route version; kept in memory because a version never changes."""
    return RouteVersion.objects.get(pk=route_id).law


def gather(model: Any, cursor: Any, documents: Sequence[Any], question: Question) -> dict[int, Facts]:
    """Facts of each locked report: three statements, and two more when its figures have to be judged."""
    ids = [document.pk for document in documents]
    asked = {
        "ids": ids,
        "verb": question.verb,
        "actor": question.actor_id,
        "together": ids if question.whole else [],
        "content_type": ContentType.objects.get_for_model(model).pk,
    }
    offices = tuple(Office(*row) for row in cursor.execute(OFFICES, asked).fetchall())
    editors: dict[int, set[int]] = {pk: set() for pk in ids}
    deciders: dict[int, set[int]] = {pk: set() for pk in ids}
    for pk, edited, person in cursor.execute(PEOPLE, asked).fetchall():
        (editors if edited else deciders)[pk].add(person)
    rows = {row[0]: row[1:] for row in cursor.execute(CONTEXT, asked).fetchall()}
    facts = {
        document.pk: _facts(
            document, rows[document.pk], question, offices, editors[document.pk], deciders[document.pk]
        )
        for document in documents
    }
    judged = [one.pk for one in documents if _is_judged(one, question.verb, moved=rows[one.pk][MOVED])]
    if judged:
        blocking = _blocking(cursor, judged)
        facts |= {pk: replace(facts[pk], blocking=blocking[pk]) for pk in judged}
    return facts


def _is_judged(document: Any, verb: str | None, *, moved: bool) -> bool:
    """Whether the report's own rules are asked: on submission, and again when an earlier month moved under it since."""
    waits = document.state in (route.SUBMITTED, route.VERIFIED)
    return verb == route.SUBMIT or (moved and waits and verb in (None, route.VERIFY, route.SIGN))


def _facts(
    document: Any,
    row: Sequence[Any],
    question: Question,
    offices: tuple[Office, ...],
    editors: set[int],
    deciders: set[int],
) -> Facts:
    (
        unit,
        parent,
        agency,
        officer,
        verifier,
        opens,
        locks,
        earlier,
        unpublished,
        anew,
        _moved,
        submitter,
        opened,
    ) = row
    tiers = law(document.route_id)
    named: Mapping[int, int | None] = {0: officer} | {
        number: verifier for number, tier in enumerate(tiers.tiers) if number and tier.scope == "item"
    }
    return Facts(
        state=document.state,
        tier=document.tier,
        version=document.version,
        seen_version=question.seen.get(document.pk),
        route=tiers,
        actor_id=question.actor_id,
        offices=offices,
        unit_path=unit,
        parent_path=parent,
        agency_path=agency,
        tier_posts=named,
        now=question.now,
        opens_at=opens,
        locks_at=locks,
        editors=frozenset(editors),
        deciders=frozenset(deciders),
        submitted_by=submitter,
        opened_at=opened,
        earlier_open=earlier,
        earlier_unpublished=unpublished,
        earlier_moved=anew,
        reason=question.reason,
        to_previous_tier=question.to_previous_tier,
    )


def _blocking(cursor: Any, ids: Sequence[int]) -> dict[int, int]:
    """How many blocking findings each report has by the rules of domain.md 2.3."""
    found = {
        pk: rules.check_submission(facts, figures.POLICY) for pk, facts in figures.load(cursor, ids).items()
    }
    return {pk: sum(finding.blocks for finding in findings) for pk, findings in found.items()}


def content_of(model: Any, cursor: Any, ids: Sequence[int]) -> dict[int, str]:
    """Canonical text of each report, as PostgreSQL prints jsonb: keys by length then bytes, sums as decimal strings."""
    return dict(cursor.execute(CONTENT, [list(ids)]).fetchall())
