"""A new budget version: the open reports it applies to are held to its ceilings from now on (domain.md 0.4)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ledger.history import insert_history
from ledger.recording import recorded
from registry.models import User
from submissions.models import Report, ReportLine
from workflow.cursor import moment, prepared

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
