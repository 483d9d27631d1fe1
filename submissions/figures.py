"""The figures of reports as the rules want them: two statements for a whole set, prior months included."""

import json
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from registry.models import BudgetVersion
from submissions.facts import VOLUME, WHOLE, ItemFacts, LineFacts, MonthFacts, Policy

POLICY = Policy()

# Of an item and month, the revision that counts is the published one; a later draft is a proposal until it is published.
COUNTS = (
    "(({0}.revision = 0 AND {0}.state NOT IN ('superseded', 'cancelled'))"
    " OR ({0}.revision > 0 AND {0}.state = 'published'))"
)

ITEMS = f"""
SELECT r.id, p.month, p.first_day, r.revision, r.ceiling, v.kind, v.sequence, r.physical_mode, r.status, r.increment, r.volume,
  r.output_target, r.physical_reason, r.problems, r.problem_text, r.follow_up_text, r.follow_up_due, r.follow_up_answer,
  plan.physical, plan.cash, plan.physical_to_date, plan.cash_to_date, coalesce(prior.points, 0), coalesce(prior.volume, 0),
  prior.months::text, (SELECT count(*) FROM submissions_evidence e WHERE e.report_id = r.id),
  (SELECT jsonb_object_agg(concat_ws('-line-', x.rule, x.line_id), x.text) FROM submissions_explanation x
    WHERE x.report_id = r.id)::text,
  (SELECT jsonb_agg(DISTINCT jsonb_build_array(e.original_name, op.month)) FROM submissions_evidence e
    JOIN submissions_report o ON o.item_id = r.item_id AND o.period_id <> r.period_id
    JOIN submissions_evidence oe ON oe.report_id = o.id AND oe.sha256 = e.sha256
    JOIN submissions_period op ON op.id = o.period_id WHERE e.report_id = r.id)::text,
  ARRAY(SELECT e.original_name FROM submissions_evidence e WHERE e.report_id = r.id AND 'infected' =
    (SELECT s.state FROM submissions_evidencescan s WHERE s.sha256 = e.sha256 ORDER BY s.id DESC LIMIT 1)),
  EXISTS (SELECT 1 FROM registry_office o WHERE o.post_id = i.officer_post_id)
FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
  JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_budgetversion v ON v.id = r.budget_version_id
  LEFT JOIN LATERAL (SELECT sum(m.physical) AS physical_to_date, sum(m.cash) AS cash_to_date,
      sum(m.physical) FILTER (WHERE m.month = p.month) AS physical, sum(m.cash) FILTER (WHERE m.month = p.month) AS cash
    FROM registry_budgetitemversion iv JOIN registry_monthlyplan m ON m.item_version_id = iv.id
    WHERE iv.item_id = r.item_id AND iv.version_id = r.budget_version_id AND m.month <= p.month) plan ON true
  LEFT JOIN LATERAL (SELECT sum(e.increment) AS points, sum(e.volume) AS volume, jsonb_agg(jsonb_build_array(ep.month,
      ep.first_day, e.state = 'published', e.output_target::text, e.status, e.increment::text, e.volume::text,
      (SELECT sum(l.realized) FROM submissions_reportline l WHERE l.report_id = e.id)::text, m.physical::text, m.cash::text,
      e.follow_up_text, e.follow_up_due, e.follow_up_answer) ORDER BY ep.month) AS months
    FROM submissions_report e JOIN submissions_period ep ON ep.id = e.period_id
      LEFT JOIN registry_budgetitemversion iv ON iv.item_id = e.item_id AND iv.version_id = e.budget_version_id
      LEFT JOIN registry_monthlyplan m ON m.item_version_id = iv.id AND m.month = ep.month
    WHERE e.item_id = r.item_id AND ep.month < p.month AND {COUNTS.format("e")}) prior ON true
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
      JOIN submissions_reportline e ON e.report_id = er.id GROUP BY w.id, e.line_id),
  paid AS MATERIALIZED (SELECT w.id AS report_id, y.line_id, sum(y.amount) AS total
    FROM wanted w JOIN registry_budgetline b ON b.item_id = w.item_id
      JOIN submissions_payment y ON y.line_id = b.id AND y.month = w.month GROUP BY w.id, y.line_id)
SELECT w.id, l.id, b.account_code, b.fund_source, coalesce(l.ceiling, 0), l.realized, coalesce(l.correction_reason, ''),
  l.corrects_month, coalesce(prior.total, 0), coalesce(prior.published, '{{}}'), coalesce(prior.history, '{{}}'),
  CASE WHEN EXISTS (SELECT 1 FROM paid y WHERE y.report_id = w.id) THEN coalesce(paid.total, 0) END
FROM wanted w JOIN registry_budgetline b ON b.item_id = w.item_id
  LEFT JOIN submissions_reportline l ON l.report_id = w.id AND l.line_id = b.id
  LEFT JOIN prior ON prior.report_id = w.id AND prior.line_id = b.id
  LEFT JOIN paid ON paid.report_id = w.id AND paid.line_id = b.id
WHERE l.id IS NOT NULL OR prior.total IS NOT NULL OR paid.total IS NOT NULL
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
    (_, month, first_day, revision, ceiling, kind, sequence, mode, status, increment, volume, target, physical_reason,
     problems, problem_text, follow_up_text, follow_up_due, follow_up_answer, planned, cash, planned_to_date, cash_to_date,
     points, volumes, months, evidence, explanations, reused, infected, assigned) = row  # fmt: skip
    by_volume = mode == VOLUME
    return ItemFacts(
        month=month,
        ceiling=ceiling,
        version_name=version_name(kind, sequence),
        mode=mode,
        lines=tuple(_line(line, cash_to_date if len(lines) == 1 else None) for line in lines),
        status=status,
        increment=increment,
        points_before=_points(volumes, target) or Decimal(0) if by_volume else points,
        volume=volume,
        volume_before=volumes,
        target=target,
        planned_increment=_points(planned, target) if by_volume else planned,
        planned_points=_points(planned_to_date, target) if by_volume else planned_to_date,
        planned_cash=cash,
        planned_cash_to_date=cash_to_date,
        physical_reason=physical_reason,
        evidence_count=evidence,
        revision=revision,
        earlier=tuple(_month(one) for one in json.loads(months or "[]")),
        first_day=first_day,
        last_day=_last_day(month, first_day),
        problems=tuple(problems),
        problem_text=problem_text,
        follow_up_text=follow_up_text,
        follow_up_due=follow_up_due,
        follow_up_answer=follow_up_answer,
        explanations=json.loads(explanations or "{}"),
        reused_files=tuple((name, other) for name, other in json.loads(reused or "[]")),
        infected_files=tuple(infected),
        officer_assigned=assigned,
    )


def _points(units: Decimal | None, target: Decimal | None) -> Decimal | None:
    """Output units as points of the target, as they are stored."""
    if units is None or not target:
        return None
    return (WHOLE * units / target).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _last_day(month: int, first_day: date) -> date | None:
    """The last day of a month; the adjustment, month 13, has none."""
    return None if month > 12 else first_day.replace(day=monthrange(first_day.year, first_day.month)[1])


def _month(row: Sequence[Any]) -> MonthFacts:
    """One earlier month, from JSON."""
    (
        month,
        first_day,
        published,
        target,
        status,
        increment,
        volume,
        money,
        planned,
        cash,
        follow_up,
        due,
        answer,
    ) = row
    whole = _decimal(target)
    by_volume = volume is not None
    return MonthFacts(
        month=month,
        status=status,
        increment=_points(_decimal(volume), whole) if by_volume else _decimal(increment),
        money=_decimal(money),
        planned_increment=_points(_decimal(planned), whole) if by_volume else _decimal(planned),
        planned_cash=_decimal(cash),
        follow_up_text=follow_up,
        follow_up_due=date.fromisoformat(due) if due else None,
        follow_up_answer=answer,
        published=published,
        last_day=_last_day(month, date.fromisoformat(first_day)),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _line(row: Sequence[Any], plan_to_date: Decimal | None) -> LineFacts:
    pk, account, fund, ceiling, realized, reason, corrects, before, published, history, paid = row
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
        paid=paid,
    )
