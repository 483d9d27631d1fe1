"""What corrections changed in what was published before: the figures as first published beside the figures in force.

"As first published" is what the first document of a month said: of each month up to it the revision that was in force when
that document was published. What was signed stays as it was; nothing here is recomputed on it (domain.md 6.1).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from portal import queries
from portal.figures import Total
from portal.selectors import View, build, rows_of
from registry.models import BudgetItem
from submissions import formulas

# Of each month that counts, the revision in force at the moment f.at; a month that was published later only, by its first.
IN_FORCE = """
SELECT DISTINCT ON (i.month) i.* FROM issued i WHERE i.item_id = f.item_id AND i.month <= f.month
ORDER BY i.month, i.published_at <= f.at DESC, CASE WHEN i.published_at <= f.at THEN -i.revision ELSE i.revision END"""

# What is in force less what the first documents said, of those sub-activities of a view that a correction touched.
MOVED = f"""
WITH {queries.SCOPE},
touched AS MATERIALIZED (
  SELECT DISTINCT o.item_id FROM submissions_period p JOIN submissions_report o ON o.period_id = p.id AND o.state = 'superseded'
    JOIN scope s ON s.id = o.item_id WHERE p.fiscal_year_id = %(year)s AND p.month <= %(month)s
),
issued AS MATERIALIZED (
  SELECT r.id, r.item_id, p.month, r.revision, r.state, r.published_at, r.increment, r.volume, r.ceiling, r.physical_mode,
    r.output_target, (SELECT sum(l.realized) FROM submissions_reportline l WHERE l.report_id = r.id) AS money
  FROM touched t JOIN submissions_report r ON r.item_id = t.item_id JOIN submissions_period p ON p.id = r.period_id
  WHERE p.month <= %(month)s AND r.state IN ('published', 'superseded')
),
first AS (SELECT item_id, month, min(published_at) AS at FROM issued WHERE month = %(month)s GROUP BY item_id, month),
said AS (
  SELECT f.item_id, sum(v.money) AS money, sum(v.increment) AS points, sum(v.volume) AS volume
  FROM first f CROSS JOIN LATERAL ({IN_FORCE}) v GROUP BY f.item_id
),
stands AS (
  SELECT n.item_id, n.ceiling, n.physical_mode, n.output_target, sum(i.money) AS money, sum(i.increment) AS points,
    sum(i.volume) AS volume
  FROM issued n JOIN issued i ON i.item_id = n.item_id AND i.state = 'published'
  WHERE n.month = %(month)s AND n.state = 'published'
  GROUP BY n.item_id, n.ceiling, n.physical_mode, n.output_target
),
moved AS (
  SELECT n.ceiling, n.money - s.money AS money, CASE WHEN n.physical_mode = 'VOLUME'
    THEN 100 * (n.volume - s.volume) / nullif(n.output_target, 0) ELSE n.points - s.points END AS points
  FROM stands n JOIN said s ON s.item_id = n.item_id
)
SELECT count(*) FILTER (WHERE money <> 0 OR points <> 0) AS items, coalesce(sum(money), 0) AS money,
  coalesce(sum(ceiling * points), 0) AS value FROM moved"""  # noqa: S608 - joined from constants

ISSUED = """
issued AS MATERIALIZED (
  SELECT r.id, r.item_id, p.month, r.revision, r.state, r.published_at, r.increment, r.volume, r.physical_mode, r.ceiling,
    r.output_target, r.status, r.public_note,
    (SELECT sum(l.realized) FROM submissions_reportline l WHERE l.report_id = r.id) AS money
  FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
  WHERE r.item_id = %(item)s AND r.state IN ('published', 'superseded')
)"""

# Each month of one sub-activity as its first document had it, and the months that were corrected after it.
FIRST = f"""
WITH {ISSUED},
first AS (SELECT item_id, month, min(published_at) AS at FROM issued GROUP BY item_id, month)
SELECT f.month, sum(v.money) AS realised, CASE WHEN min(n.physical_mode) = 'VOLUME'
    THEN 100 * sum(v.volume) / nullif(min(n.output_target), 0) ELSE sum(v.increment) END AS physical,
  (SELECT array_agg(DISTINCT c.month ORDER BY c.month) FROM issued c WHERE c.month <= f.month AND c.published_at > f.at
    AND c.revision > 0) AS corrected
FROM first f CROSS JOIN LATERAL ({IN_FORCE}) v JOIN issued n ON n.month = f.month AND n.state = 'published'
GROUP BY f.month, f.at ORDER BY f.month"""  # noqa: S608

# Every published revision of the months that have more than one, with the cumulative that it stood on when it came out.
REVISIONS = f"""
WITH {ISSUED}
SELECT f.id AS report, f.month, f.revision, f.state, f.published_at, f.ceiling, f.money AS this_month, f.status, f.public_note,
  CASE WHEN f.physical_mode = 'VOLUME' THEN 100 * f.volume / nullif(f.output_target, 0) ELSE f.increment END AS increment,
  (SELECT sum(v.money) FROM ({IN_FORCE}) v) AS realised, b.token, b.document_no
FROM (SELECT i.*, i.published_at AS at FROM issued i) f
  LEFT JOIN LATERAL (SELECT b.token, b.document_no FROM approvals_signingentry e
    JOIN approvals_signingbatch b ON b.id = e.batch_id WHERE e.report_id = f.id AND b.state = 'published'
    ORDER BY b.id DESC LIMIT 1) b ON true
WHERE EXISTS (SELECT FROM issued o WHERE o.month = f.month AND o.revision <> f.revision)
ORDER BY f.month, f.revision"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Both:
    """A total that corrections have moved: how many sub-activities, and what the first documents said together."""

    items: int
    realised: Decimal | None
    physical: Decimal | None


@dataclass(frozen=True, slots=True)
class First:
    """A month of one sub-activity as its first document had it; `corrected`: the months that were corrected since."""

    month: int
    realised: Decimal | None
    physical: Decimal | None
    corrected: list[int] | None


@dataclass(frozen=True, slots=True)
class Revision:
    """One published revision of one month."""

    report: int
    month: int
    revision: int
    state: str
    published_at: datetime | None
    ceiling: Decimal
    this_month: Decimal | None
    status: str
    public_note: str
    increment: Decimal | None
    realised: Decimal | None
    token: str | None
    document_no: str | None

    @property
    def absorption(self) -> Decimal | None:
        """W-1 on the ceiling and the cumulative of its own day."""
        return None if self.realised is None else formulas.percent(self.realised, self.ceiling)


def both(view: View, total: Total) -> Both | None:
    """What the published total of a view was before corrections moved it; None where none did. One statement."""
    row = next(iter(rows_of(MOVED, view.parameters)))
    if not row["items"]:
        return None
    realised = None if total.realised is None else total.realised - row["money"]
    weighed = total.physical_value is not None and total.physical_ceiling
    physical = (total.physical_value - row["value"]) / total.physical_ceiling if weighed else None
    return Both(row["items"], realised, physical)


def first(item: BudgetItem) -> dict[int, First]:
    """The months of one sub-activity as first published; one statement."""
    return {row["month"]: build(First, row) for row in rows_of(FIRST, {"item": item.pk})}


def revisions(item: BudgetItem) -> list[list[Revision]]:
    """All published revisions of each corrected month, the oldest first; one statement."""
    found: dict[int, list[Revision]] = {}
    for row in rows_of(REVISIONS, {"item": item.pk}):
        found.setdefault(row["month"], []).append(build(Revision, row))
    return list(found.values())


def reports_of(corrected: Iterable[Iterable[Revision]]) -> list[int]:
    """The reports among them, for their notes."""
    return [one.report for month in corrected for one in month]
