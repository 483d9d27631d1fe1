"""What the law asks about packs, answered for whole sets: a fixed number of statements whatever their size."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from indicators import readings, rules
from submissions.answers import grant_facts, named_units, offices_of
from workflow import route
from workflow.engine import Question
from workflow.record import Record, law
from workflow.route import Facts, Office

# What a grant may name: the quarter of a fiscal year.
SUBJECTS = "ARRAY[y.label || '/Q' || p.quarter]::varchar[]"

COVERED = f"""w.revoked_at IS NULL AND w.granted_at <= %(now)s AND w.expires_at > %(now)s AND starts_with(u.path, w.scope_path)
  AND (w.subjects = '{{}}' OR w.subjects && {SUBJECTS})"""

# Another quarter of the same entity, before this one.
EARLIER = """FROM indicators_pack e WHERE e.unit_id = p.unit_id AND e.first_day < p.first_day AND"""

# Another revision of the same quarter, after this one.
LATER = """FROM indicators_pack n WHERE n.unit_id = p.unit_id AND n.first_day = p.first_day AND n.revision > p.revision AND"""

CONTEXT = f"""
SELECT p.id, u.path, coalesce(up.path, ''), ua.path, '/' || split_part(u.path, '/', 2) || '/', u.government_id, u.kind,
  p.opens_at,
  greatest(p.locks_at, (SELECT max(w.expires_at) FROM workflow_grant w WHERE w.kind IN ('reopening', 'amendment')
    AND (w.kind = 'reopening' OR p.revision > 0) AND {COVERED})),
  (SELECT to_char(min(e.first_day), 'YYYY-MM') {EARLIER} e.state IN ('draft', 'returned') AND e.revision = 0),
  (SELECT to_char(min(e.first_day), 'YYYY-MM') {EARLIER} e.state IN ('draft', 'returned', 'submitted', 'verified')
    AND e.revision = 0 AND NOT e.id = ANY (%(together)s::bigint[])),
  (SELECT min(o.at) FROM indicators_packopening o WHERE o.pack_id = p.id AND o.step = p.step),
  ARRAY(SELECT c.person_id FROM indicators_packeditor c WHERE c.pack_id = p.id),
  coalesce(p.moved_at, p.opens_at), p.signed_at, p.revision,
  EXISTS (SELECT {LATER} n.state <> 'cancelled'), EXISTS (SELECT {LATER} n.state = 'published'),
  (SELECT f.value FROM indicators_packfigure f WHERE f.pack_id = p.id AND f.code = 'budget'),
  (SELECT json_agg(json_build_array(w.id, w.kind, w.person_id) ORDER BY w.id)::text FROM workflow_grant w WHERE {COVERED})
FROM indicators_pack p JOIN registry_unit u ON u.id = p.unit_id JOIN registry_unit ua ON ua.id = u.agency_id
  JOIN registry_fiscalyear y ON y.id = p.fiscal_year_id LEFT JOIN registry_unit up ON up.id = u.parent_id
WHERE p.id = ANY (%(ids)s)"""  # noqa: S608 - only the texts above are put in

CONTENT = """
SELECT p.id, jsonb_build_object('format', 'jenjang-pack-1', 'government', g.code, 'unit', u.code, 'fiscal_year', y.label,
  'quarter', p.quarter, 'revision', p.revision, 'form', v.code || '-' || v.number, 'route', w.code || '-' || w.number,
  'remarks', p.remarks,
  'figures', (SELECT coalesce(jsonb_agg(jsonb_build_array(f.code, f.value::text, f.note) ORDER BY f.code), '[]')
    FROM indicators_packfigure f WHERE f.pack_id = p.id),
  'files', (SELECT coalesce(jsonb_agg(e.sha256 ORDER BY e.sha256), '[]')
    FROM indicators_packfile e WHERE e.pack_id = p.id))::text
FROM indicators_pack p JOIN registry_unit u ON u.id = p.unit_id JOIN registry_government g ON g.id = u.government_id
  JOIN registry_fiscalyear y ON y.id = p.fiscal_year_id JOIN indicators_formversion v ON v.id = p.form_id
  JOIN workflow_routeversion w ON w.id = p.route_id
WHERE p.id = ANY (%s)"""


class _Row(NamedTuple):
    """What CONTEXT says about one pack, after its id."""

    unit: str
    parent: str
    agency: str
    root: str
    government: int
    kind: str
    opens: datetime
    locks: datetime
    earlier_open: str | None
    earlier_unsigned: str | None
    opened: datetime | None
    editors: list[int]
    arrived: datetime
    signed: datetime | None
    revision: int
    revised: bool
    replaced: bool
    budget: Decimal | None
    grants: str | None


def gather(model: Any, cursor: Any, documents: Sequence[Any], question: Question) -> dict[int, Facts]:
    """Facts of each locked pack: two statements, one more for named units, three more when its figures have to be judged."""
    ids = [document.pk for document in documents]
    together = ids if question.whole else []
    offices = offices_of(cursor, question.actor_id, documents)
    named = named_units(cursor, documents)
    found = cursor.execute(CONTEXT, {"ids": ids, "now": question.now, "together": together}).fetchall()
    rows = {row[0]: _Row(*row[1:]) for row in found}
    facts = {one.pk: _facts(one, rows[one.pk], question, offices, named) for one in documents}
    if question.verb == route.SUBMIT:
        blocking = _blocking(cursor, ids)
        facts = {pk: replace(fact, blocking=blocking[pk]) for pk, fact in facts.items()}
    return facts


def _facts(
    document: Any,
    row: _Row,
    question: Question,
    offices: tuple[Office, ...],
    named: Mapping[int, Mapping[str, str]],
) -> Facts:
    record = question.record.get(document.pk, Record())
    return Facts(
        state=document.state,
        tier=document.tier,
        version=document.version,
        seen_version=question.seen.get(document.pk),
        route=law(document.route_id),
        actor_id=question.actor_id,
        offices=offices,
        paths={
            "self": row.unit,
            "parent": row.parent,
            "agency": row.agency,
            "government": row.root,
            **named.get(row.government, {}),
        },
        tier_posts={},
        now=question.now,
        opens_at=row.opens,
        locks_at=row.locks,
        about=about(row.kind, row.budget),
        arrived_at=row.arrived,
        signed_at=row.signed,
        editors=record.submitters | frozenset(row.editors),
        deciders=record.deciders,
        agreed=record.agreed,
        submitted_by=record.submitted_by,
        opened_at=min((at for at in (row.opened, record.first_passed) if at), default=None),
        earlier_open=row.earlier_open,
        earlier_unpublished=row.earlier_unsigned,
        grants=grant_facts(row.grants),
        revision=row.revision,
        revised=row.revised,
        replaced=row.replaced,
        reason=question.reason,
        to_previous_tier=question.to_previous_tier,
    )


def about(kind: str, budget: Decimal | None) -> dict[str, Any]:
    """What the conditions of tiers may ask of a pack: its year's budget stands for the ceiling; it has no fund sources."""
    return {"ceiling": budget or Decimal(0), "fund_source": frozenset(), "kind": kind}


def _blocking(cursor: Any, ids: Sequence[int]) -> dict[int, int]:
    """How many findings stand in the way of each pack's submission."""
    return {
        pk: sum(finding.blocks for finding in findings_of(one))
        for pk, one in readings.load(cursor, ids).items()
    }


def findings_of(one: readings.Reading) -> tuple[rules.Finding, ...]:
    """What stands in the way of a pack's submission, by its own rules."""
    return rules.check_submission(
        one.form, one.reported, remarks=one.remarks, files=one.files, measured=one.measured()
    )


def content_of(model: Any, cursor: Any, ids: Sequence[int]) -> dict[int, str]:
    """Canonical text of each pack, as PostgreSQL prints jsonb: keys by length then bytes, figures as decimal strings."""
    return dict(cursor.execute(CONTENT, [list(ids)]).fetchall())
