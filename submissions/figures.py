"""The figures of reports as the rules want them: two statements for a whole set, prior months included."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from registry.models import BudgetVersion
from submissions.facts import VOLUME, WHOLE, ItemFacts, LineFacts, Policy

POLICY = Policy()

# Of an item and month, the revision that counts is the published one; a later draft is a proposal until it is published.
COUNTS = (
    "(({0}.revision = 0 AND {0}.state NOT IN ('superseded', 'cancelled'))"
    " OR ({0}.revision > 0 AND {0}.state = 'published'))"
)

ITEMS = f"""
SELECT r.id, p.month, r.ceiling, v.kind, v.sequence, r.physical_mode, r.status, r.increment, r.volume, r.output_target,
  r.physical_reason, r.problem_text,
  (SELECT m.physical FROM registry_budgetitemversion iv JOIN registry_monthlyplan m ON m.item_version_id = iv.id
    WHERE iv.item_id = r.item_id AND iv.version_id = r.budget_version_id AND m.month = p.month),
  (SELECT sum(m.cash) FROM registry_budgetitemversion iv JOIN registry_monthlyplan m ON m.item_version_id = iv.id
    WHERE iv.item_id = r.item_id AND iv.version_id = r.budget_version_id AND m.month <= p.month),
  coalesce(prior.points, 0), coalesce(prior.volume, 0),
  (SELECT count(*) FROM submissions_evidence e WHERE e.report_id = r.id)
FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
  JOIN registry_budgetversion v ON v.id = r.budget_version_id
  LEFT JOIN LATERAL (SELECT sum(e.increment) AS points, sum(e.volume) AS volume FROM submissions_report e
    JOIN submissions_period ep ON ep.id = e.period_id WHERE e.item_id = r.item_id AND ep.month < p.month
      AND {COUNTS.format("e")}) prior ON true
WHERE r.id = ANY (%s)"""  # noqa: S608 - only COUNTS is put in

# Prior months come as one grouped set: per line, a stale plan of the database could read them again and again. Lines that
# the version in force no longer has still count: their earlier months are part of the item's cumulative.
LINES = f"""
WITH wanted AS MATERIALIZED (SELECT r.id, r.item_id, p.month FROM submissions_report r
    JOIN submissions_period p ON p.id = r.period_id WHERE r.id = ANY (%s)),
  prior AS MATERIALIZED (SELECT w.id AS report_id, e.line_id, sum(e.realized) AS total,
      array_agg(ep.month) FILTER (WHERE er.state = 'published' AND e.realized IS NOT NULL) AS published,
      array_agg(e.realized ORDER BY ep.month) FILTER (WHERE e.realized IS NOT NULL) AS history
    FROM wanted w JOIN submissions_report er ON er.item_id = w.item_id
      JOIN submissions_period ep ON ep.id = er.period_id AND ep.month < w.month AND {COUNTS.format("er")}
      JOIN submissions_reportline e ON e.report_id = er.id GROUP BY w.id, e.line_id)
SELECT w.id, l.id, b.account_code, b.fund_source, coalesce(l.ceiling, 0), l.realized, coalesce(l.correction_reason, ''),
  l.corrects_month, coalesce(prior.total, 0), coalesce(prior.published, '{{}}'), coalesce(prior.history, '{{}}')
FROM wanted w JOIN registry_budgetline b ON b.item_id = w.item_id
  LEFT JOIN submissions_reportline l ON l.report_id = w.id AND l.line_id = b.id
  LEFT JOIN prior ON prior.report_id = w.id AND prior.line_id = b.id
WHERE l.id IS NOT NULL OR prior.total IS NOT NULL
ORDER BY w.id, b.account_code, b.fund_source"""  # noqa: S608


def load(cursor: Any, ids: Sequence[int]) -> dict[int, ItemFacts]:
    """Facts of each report as stored; money in the government's currency, progress in points."""
    cursor.execute(ITEMS, [list(ids)])
    items = cursor.fetchall()
    cursor.execute(LINES, [list(ids)])
    lines: dict[int, list[Sequence[Any]]] = {row[0]: [] for row in items}
    for row in cursor.fetchall():
        lines[row[0]].append(row[1:])
    return {row[0]: _item(row, lines[row[0]]) for row in items}


def version_name(kind: str, sequence: int) -> str:
    """A budget version as people call it: "Pergeseran 1"; the original budget has no number."""
    label = str(BudgetVersion.Kind(kind).label)
    return label if kind == BudgetVersion.Kind.MURNI else f"{label} {sequence - 1}"


def _item(row: Sequence[Any], lines: Sequence[Sequence[Any]]) -> ItemFacts:
    (_, month, ceiling, kind, sequence, mode, status, increment, volume, target, physical_reason, problem_text,
     planned, cash_to_date, points, volumes, evidence) = row  # fmt: skip
    if mode == VOLUME:
        points = (
            (WHOLE * volumes / target).quantize(Decimal("0.0001"), ROUND_HALF_UP) if target else Decimal(0)
        )
    return ItemFacts(
        month=month,
        ceiling=ceiling,
        version_name=version_name(kind, sequence),
        mode=mode,
        lines=tuple(_line(line, cash_to_date if len(lines) == 1 else None) for line in lines),
        status=status,
        increment=increment,
        points_before=points,
        volume=volume,
        volume_before=volumes,
        target=target,
        planned_increment=planned if mode != VOLUME else None,
        physical_reason=physical_reason,
        status_reason=problem_text,
        evidence_count=evidence,
    )


def _line(row: Sequence[Any], plan_to_date: Decimal | None) -> LineFacts:
    pk, account, fund, ceiling, realized, reason, corrects, before, published, history = row
    return LineFacts(
        line_id=pk,
        label=" ".join(part for part in (account, fund) if part),
        ceiling=ceiling,
        entered=realized,
        before=before,
        account_code=account,
        correction_reason=reason,
        corrects_month=corrects,
        published_months=frozenset(published),
        plan_to_date=plan_to_date,
        history=tuple(history),
    )
