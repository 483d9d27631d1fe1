"""What a revision of a published month does to that month and all later ones: rule V-60, asked of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from submissions.amendment import Amended, Standing, check_amendment
from submissions.facts import WHOLE, Finding
from submissions.figures import COUNTS, POLICY

# For each revision: the months from its own on that count, with the cumulative value at their ends. Lines and the item
# together are alike; the item has no line, progress no money. Its own month is held to the ceiling that the revision is
# pinned to, which a later budget version may have changed. Asked of a published report itself, `old` and `new` are the same.
WANTED = """
WITH wanted AS MATERIALIZED (SELECT r.id, r.item_id, r.ceiling, p.month FROM submissions_report r
    JOIN submissions_period p ON p.id = r.period_id WHERE r.id = ANY (%(ids)s) AND (r.revision > 0 OR %(all)s)),
  months AS MATERIALIZED (SELECT w.id AS wanted, w.month AS from_month, w.ceiling AS own_ceiling, e.id, ep.month, e.ceiling,
      e.increment, e.volume, e.output_target FROM wanted w JOIN submissions_report e ON e.item_id = w.item_id
      JOIN submissions_period ep ON ep.id = e.period_id WHERE """

MONEY = f"""{WANTED} {COUNTS.format("e")})
SELECT wanted, line_id, label, month, total, ceiling, old, new FROM (
  SELECT m.wanted, l.line_id, concat_ws(' ', b.account_code, nullif(b.fund_source, '')) AS label, m.month, m.from_month,
    coalesce((SELECT n.ceiling FROM submissions_reportline n WHERE m.month = m.from_month AND n.report_id = m.wanted
      AND n.line_id = l.line_id), l.ceiling) AS ceiling, sum(coalesce(l.realized, 0)) OVER (o ORDER BY m.month) AS total,
    coalesce(max(l.realized) FILTER (WHERE m.month = m.from_month) OVER o, 0) AS old,
    (SELECT n.realized FROM submissions_reportline n WHERE n.report_id = m.wanted AND n.line_id = l.line_id) AS new
  FROM months m JOIN submissions_reportline l ON l.report_id = m.id JOIN registry_budgetline b ON b.id = l.line_id
  WINDOW o AS (PARTITION BY m.wanted, l.line_id)) each
WHERE month >= from_month ORDER BY wanted, line_id, month"""  # noqa: S608 - only COUNTS is put in

POINTS = "CASE WHEN {0}.volume IS NOT NULL THEN 100 * {0}.volume / nullif({0}.output_target, 0) ELSE {0}.increment END"

ITEM = f"""{WANTED} {COUNTS.format("e")})
SELECT wanted, month, total, ceiling, points, old, new, old_points, new_points FROM (
  SELECT m.wanted, m.month, m.from_month, CASE WHEN m.month = m.from_month THEN m.own_ceiling ELSE m.ceiling END AS ceiling,
    sum(s.money) OVER (o ORDER BY m.month) AS total,
    sum(s.points) OVER (o ORDER BY m.month) AS points,
    coalesce(max(s.money) FILTER (WHERE m.month = m.from_month) OVER o, 0) AS old,
    coalesce(max(s.points) FILTER (WHERE m.month = m.from_month) OVER o, 0) AS old_points,
    (SELECT coalesce(sum(n.realized), 0) FROM submissions_reportline n WHERE n.report_id = m.wanted) AS new,
    (SELECT coalesce({POINTS.format("n")}, 0) FROM submissions_report n WHERE n.id = m.wanted) AS new_points
  FROM months m CROSS JOIN LATERAL (SELECT coalesce({POINTS.format("m")}, 0) AS points,
    (SELECT coalesce(sum(l.realized), 0) FROM submissions_reportline l WHERE l.report_id = m.id) AS money) s
  WINDOW o AS (PARTITION BY m.wanted)) each
WHERE month >= from_month ORDER BY wanted, month"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Months:
    """A report among the months from its own on: each line, all lines together, and progress in points."""

    lines: tuple[Amended, ...]
    whole: Amended
    physical: Amended


def check(cursor: Any, ids: Sequence[int]) -> dict[int, tuple[Finding, ...]]:
    """Findings of V-60 for those of `ids` that are revisions; two statements whatever their number."""
    return {
        report: check_amendment([*one.lines, one.whole], one.physical, POLICY)
        for report, one in months_of(cursor, ids, every=False).items()
    }


def months_of(cursor: Any, ids: Sequence[int], *, every: bool) -> dict[int, Months]:
    """How the months from each report's own on stand; of those that are no revisions only with `every`. Two statements."""
    asked = {"ids": list(ids), "all": every}
    money = cursor.execute(MONEY, asked).fetchall()
    items = cursor.execute(ITEM, asked).fetchall()
    lines: dict[int, list[Amended]] = {}
    for (report, line), rows in groupby(money, key=lambda row: row[:2]):
        lines.setdefault(report, []).append(_line(line, list(rows)))
    found = {}
    for report, grouped in groupby(items, key=lambda row: row[0]):
        months = list(grouped)
        found[report] = Months(tuple(lines.get(report, ())), _whole(months), _physical(months))
    return found


def _line(line: int, rows: Sequence[Sequence[Any]]) -> Amended:
    _, _, label, *_, old, new = rows[0]
    standings = tuple(Standing(row[3], row[4], row[5]) for row in rows)
    return Amended(line, label, old, new if new is not None else Decimal(0), standings)


def _whole(rows: Sequence[Sequence[Any]]) -> Amended:
    """All lines of the item together (V-11)."""
    standings = tuple(Standing(row[1], row[2], row[3]) for row in rows)
    return Amended(None, "Σ", rows[0][5], rows[0][6], standings)


def _physical(rows: Sequence[Sequence[Any]]) -> Amended:
    standings = tuple(Standing(row[1], row[4], WHOLE) for row in rows)
    return Amended(None, "", rows[0][7], rows[0][8], standings)
