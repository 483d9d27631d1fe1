"""Which rows are a report's: its own, its parts', the decisions on it, the signatures over it, and the histories of all these."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from submissions.models import Report

# Rows that are gone, and rows that never had a history, are found too: each table is asked beside its history.
OWN = """
  SELECT 'submissions_report' AS name, id FROM unnest(%(reports)s::bigint[]) AS asked(id)
  UNION SELECT 'submissions_reportline', id FROM submissions_reportline WHERE report_id = ANY (%(reports)s)
  UNION SELECT 'submissions_reportline', id FROM submissions_historicalreportline WHERE report_id = ANY (%(reports)s)
  UNION SELECT 'submissions_evidence', id FROM submissions_evidence WHERE report_id = ANY (%(reports)s)
  UNION SELECT 'submissions_evidence', id FROM submissions_historicalevidence WHERE report_id = ANY (%(reports)s)
  UNION SELECT 'submissions_explanation', id FROM submissions_explanation WHERE report_id = ANY (%(reports)s)
  UNION SELECT 'submissions_explanation', id FROM submissions_historicalexplanation WHERE report_id = ANY (%(reports)s)
  UNION SELECT 'submissions_editor', id FROM submissions_editor WHERE report_id = ANY (%(reports)s)
  UNION SELECT 'submissions_opening', id FROM submissions_opening WHERE report_id = ANY (%(reports)s)
  UNION SELECT 'submissions_comment', id FROM submissions_comment WHERE report_id = ANY (%(reports)s)
  UNION SELECT 'workflow_decision', id FROM workflow_decision WHERE content_type_id = %(type)s AND object_id = ANY (%(reports)s)
  UNION SELECT 'workflow_attempt', id FROM workflow_attempt WHERE content_type_id = %(type)s AND object_id = ANY (%(reports)s)
  UNION SELECT 'approvals_signingentry', id FROM approvals_signingentry WHERE report_id = ANY (%(reports)s)
  UNION SELECT 'approvals_signingbatch', batch_id FROM approvals_signingentry WHERE report_id = ANY (%(reports)s)"""
HISTORIES = """
  SELECT 'submissions_historicalreport' AS name, history_id AS id FROM submissions_historicalreport WHERE id = ANY (%(reports)s)
  UNION ALL SELECT 'submissions_historicalreportline', history_id FROM submissions_historicalreportline
    WHERE report_id = ANY (%(reports)s)
  UNION ALL SELECT 'submissions_historicalevidence', history_id FROM submissions_historicalevidence
    WHERE report_id = ANY (%(reports)s)
  UNION ALL SELECT 'submissions_historicalexplanation', history_id FROM submissions_historicalexplanation
    WHERE report_id = ANY (%(reports)s)
  UNION ALL SELECT 'approvals_historicalsigningbatch', history_id FROM approvals_historicalsigningbatch
    WHERE id IN (SELECT batch_id FROM approvals_signingentry WHERE report_id = ANY (%(reports)s))"""
# An event, its first checkpoint where it has one, oldest first.
EVENTS = f"""
WITH rows AS ({OWN})
SELECT e.id, e.of_table, e.of_row, e.payload, c.size, c.at
FROM rows JOIN ledger.event e ON e.of_table = rows.name AND e.of_row = rows.id LEFT JOIN ledger.leaf l ON l.event_id = e.id
  LEFT JOIN LATERAL (SELECT size, at FROM ledger.checkpoint WHERE size > l.index ORDER BY size LIMIT 1) c ON true
ORDER BY e.id"""  # noqa: S608 - constants
HISTORY_EVENTS = f"""
WITH rows AS ({HISTORIES})
SELECT count(*), count(l.index) FROM rows JOIN ledger.event e ON e.of_table = rows.name AND e.of_row = rows.id
  LEFT JOIN ledger.leaf l ON l.event_id = e.id"""  # noqa: S608
# What people read of a report's past.
HISTORY = """
SELECT 'submissions_report', id, history_id, history_type, history_date, history_user_id, to_jsonb(h)::text
FROM submissions_historicalreport h WHERE id = ANY (%(reports)s)
UNION ALL
SELECT 'submissions_reportline', id, history_id, history_type, history_date, history_user_id, to_jsonb(h)::text
FROM submissions_historicalreportline h WHERE report_id = ANY (%(reports)s)
UNION ALL
SELECT 'submissions_evidence', id, history_id, history_type, history_date, history_user_id, to_jsonb(h)::text
FROM submissions_historicalevidence h WHERE report_id = ANY (%(reports)s)
UNION ALL
SELECT 'submissions_explanation', id, history_id, history_type, history_date, history_user_id, to_jsonb(h)::text
FROM submissions_historicalexplanation h WHERE report_id = ANY (%(reports)s)"""


def asked(statement: str, reports: Iterable[int]) -> list[tuple[Any, ...]]:
    """What one of the statements above says of these reports."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"reports": list(reports), "type": report_type().pk})
        return list(cursor.fetchall())


def rows_of(reports: Sequence[int]) -> list[tuple[str, int]]:
    """Table and number of every row that a proof of these reports is about; two statements."""
    return [*asked(OWN, reports), *asked(HISTORIES, reports)]


def report_type() -> ContentType:
    """How decisions and attempts name reports."""
    return ContentType.objects.get_for_model(Report)
