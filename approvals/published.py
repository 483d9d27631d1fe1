"""All published lines of a year, one row per sub-activity and month: the open data set, and a part of the yearly bundle.

No names of people, no numbers of persons, no internal texts: only what domain.md 5.7 opens.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

from django.db import connection, transaction

from registry.models import FiscalYear
from wording.files import plain

AT_ONCE = 2_000  # rows in memory
COLUMNS = (
    "fiscal_year", "month", "first_day", "agency_code", "agency_name", "unit_code", "unit_name", "sub_activity_code",
    "sub_activity_name", "officer_post", "revision", "budget_version", "ceiling", "realized_month", "realized_to_date",
    "cash_plan_to_date", "absorption", "physical_mode", "output_unit", "output_target", "physical_month",
    "physical_to_date", "physical_plan_to_date", "status", "problems", "public_note", "submitted_at", "verified_at",
    "signed_at", "published_at", "document_no", "verification",
)  # fmt: skip

# The running sums need all months of a sub-activity together; sorting spills to the server's disk, never to our memory.
PUBLISHED_LINES = """
WITH counted AS (
  SELECT DISTINCT ON (r.item_id, p.month) r.*, p.month, p.first_day FROM submissions_report r
    JOIN submissions_period p ON p.id = r.period_id
  WHERE p.fiscal_year_id = %(year)s AND r.state = 'published' ORDER BY r.item_id, p.month, r.revision DESC
),
run AS (
  SELECT c.*, s.money, sum(s.money) OVER months AS realised, sum(c.increment) OVER months AS points,
    sum(c.volume) OVER months AS volumes
  FROM counted c LEFT JOIN (SELECT l.report_id, sum(l.realized) AS money FROM submissions_reportline l
      JOIN counted k ON k.id = l.report_id GROUP BY l.report_id) s ON s.report_id = c.id
  WINDOW months AS (PARTITION BY c.item_id ORDER BY c.month)
)
SELECT y.label, c.month::int, c.first_day, a.code, a.name, u.code, u.name, i.sub_activity_code, i.sub_activity_name,
  coalesce(q.title, ''), c.revision::int, v.kind || ' ' || v.sequence, c.ceiling, c.money, c.realised, plan.cash,
  round(100 * c.realised / nullif(c.ceiling, 0), 4), c.physical_mode, i.output_unit, c.output_target,
  round(CASE WHEN c.physical_mode = 'VOLUME' THEN 100 * c.volume / nullif(c.output_target, 0) ELSE c.increment END, 4),
  round(CASE WHEN c.physical_mode = 'VOLUME' THEN 100 * c.volumes / nullif(c.output_target, 0) ELSE c.points END, 4),
  round(CASE WHEN c.physical_mode = 'VOLUME' THEN 100 * plan.physical / nullif(c.output_target, 0) ELSE plan.physical END, 4),
  c.status, array_to_string(c.problems, ' '), c.public_note, c.submitted_at, c.verified_at, c.signed_at, c.published_at,
  coalesce(batch.document_no, ''), coalesce(batch.token, '')
FROM run c JOIN registry_budgetitem i ON i.id = c.item_id JOIN registry_unit u ON u.id = i.unit_id
  JOIN registry_unit a ON a.id = coalesce(u.agency_id, u.id) JOIN registry_fiscalyear y ON y.id = i.fiscal_year_id
  JOIN registry_budgetversion v ON v.id = c.budget_version_id LEFT JOIN registry_post q ON q.id = i.officer_post_id
  LEFT JOIN registry_budgetitemversion pinned ON pinned.item_id = c.item_id AND pinned.version_id = c.budget_version_id
  LEFT JOIN LATERAL (SELECT sum(k.cash) AS cash, sum(k.physical) AS physical FROM registry_monthlyplan k
    WHERE k.item_version_id = pinned.id AND k.month <= c.month) plan ON true
  LEFT JOIN LATERAL (SELECT b.token, b.document_no FROM approvals_signingentry e
    JOIN approvals_signingbatch b ON b.id = e.batch_id
    WHERE e.report_id = c.id AND b.state = 'published' ORDER BY b.id DESC LIMIT 1) batch ON true
WHERE starts_with(u.path, %(path)s) ORDER BY a.code, u.code, i.sub_activity_code, c.month"""


def published_lines(year: FiscalYear, path: str = "") -> Iterator[Sequence[Any]]:
    """Every published sub-activity and month of a year, of units at or below `path`; read through a server-side cursor, so
    that memory stays constant."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(PUBLISHED_LINES, {"year": year.pk, "path": path})
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows


def write_csv(rows: Iterable[Sequence[Any]], out: TextIO) -> int:
    """All rows with a header line; returns how many."""
    writer, count = csv.writer(out), 0
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([plain(value) for value in row])
        count += 1
    return count
