"""Reading for auditors: which reports are in reach, and all that history and ledger hold about one."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q, QuerySet

from approvals.models import SigningEntry
from audit import story
from audit.story import Event, Kept, Story
from registry.models import BudgetLine, BudgetVersion, Unit, User
from registry.selectors import within
from submissions.comments import comments_on
from submissions.marks import readable
from submissions.models import Comment, Evidence, Opening, Period, Report
from submissions.readings import read
from workflow.models import Decision

REPORT, LINE, EVIDENCE = "submissions_report", "submissions_reportline", "submissions_evidence"
OPENING, COMMENT, DECISION = "submissions_opening", "submissions_comment", "workflow_decision"
LATEST = 20

# Rows that are gone, and rows that never had a history, are found too: each table is asked beside its history.
EVENTS = """
WITH rows (name, id) AS (
  SELECT 'submissions_report', %(report)s::bigint
  UNION SELECT 'submissions_reportline', id FROM submissions_reportline WHERE report_id = %(report)s
  UNION SELECT 'submissions_reportline', id FROM submissions_historicalreportline WHERE report_id = %(report)s
  UNION SELECT 'submissions_evidence', id FROM submissions_evidence WHERE report_id = %(report)s
  UNION SELECT 'submissions_evidence', id FROM submissions_historicalevidence WHERE report_id = %(report)s
  UNION SELECT 'submissions_opening', id FROM submissions_opening WHERE report_id = %(report)s
  UNION SELECT 'submissions_comment', id FROM submissions_comment WHERE report_id = %(report)s
  UNION SELECT 'workflow_decision', id FROM workflow_decision
    WHERE content_type_id = %(type)s AND object_id = %(report)s)
SELECT e.id, e.of_table, e.of_row, e.payload
FROM rows JOIN ledger.event e ON e.of_table = rows.name AND e.of_row = rows.id ORDER BY e.id"""

HISTORY = """
SELECT 'submissions_report', id, history_id, history_type, history_date, history_user_id, to_jsonb(h)::text
FROM submissions_historicalreport h WHERE id = %(report)s
UNION ALL
SELECT 'submissions_reportline', id, history_id, history_type, history_date, history_user_id, to_jsonb(h)::text
FROM submissions_historicalreportline h WHERE report_id = %(report)s
UNION ALL
SELECT 'submissions_evidence', id, history_id, history_type, history_date, history_user_id, to_jsonb(h)::text
FROM submissions_historicalevidence h WHERE report_id = %(report)s"""


def reports_within(paths: Sequence[str]) -> QuerySet[Report]:
    """Reports of units at or below `paths`, the newest month first."""
    return (
        Report.objects.filter(within(paths, "item__unit__path"))
        .select_related("item__unit__agency", "period__fiscal_year")
        .order_by("-period__first_day", "item__unit__code", "item__sub_activity_code", "-revision", "pk")
    )


def narrowed(
    reports: QuerySet[Report],
    *,
    unit: Unit | None = None,
    month: date | None = None,
    state: str = "",
    words: str = "",
) -> QuerySet[Report]:
    """The reports that a search asks for; what is empty does not narrow."""
    if unit:
        reports = reports.filter(item__unit__path__startswith=unit.path)
    if month:
        reports = reports.filter(period__first_day=month)
    if state:
        reports = reports.filter(state=state)
    for word in words.split():
        reports = reports.filter(
            Q(item__sub_activity_code__icontains=word)
            | Q(item__sub_activity_name__icontains=word)
            | Q(item__unit__name__icontains=word)
        )
    return reports


def units_within(paths: Sequence[str]) -> QuerySet[Unit]:
    """Units that a search may choose: agencies in reach, and the units of the grants themselves."""
    named = Q(kind__in=Unit.AGENCY_KINDS) | Q(path__in=list(paths))
    return Unit.objects.filter(within(paths) & named).order_by("path")


def months() -> list[date]:
    """First days of all months that were ever opened, the newest first."""
    return list(Period.objects.values_list("first_day", flat=True).distinct().order_by("-first_day"))


def latest_decisions(paths: Sequence[str]) -> list[tuple[Decision, Report]]:
    """The last decisions on reports within `paths`, each with its report."""
    reach = Report.objects.filter(within(paths, "item__unit__path")).values("pk")
    decisions = list(
        Decision.objects.filter(content_type=_report_type(), object_id__in=reach).order_by("-pk")[:LATEST]
    )
    reports = reports_within(paths).in_bulk({decision.object_id for decision in decisions})
    return [(decision, reports[decision.object_id]) for decision in decisions]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is kept about one report."""

    report: Report
    story: Story
    decisions: Sequence[Decision]
    openings: Sequence[Opening]
    comments: Sequence[Comment]
    cells: Mapping[str, str]  # mark -> name of what a return or a comment points at
    evidence: Sequence[Evidence]
    signings: Sequence[SigningEntry]
    people: Mapping[int, str]
    lines: Mapping[int, BudgetLine]
    budget_versions: Mapping[int, BudgetVersion]


def dossier(report: Report) -> Dossier:
    """Decisions, history, openings, signatures and ledger of one report, in a fixed number of statements."""
    kept, events = _history(report), _events(report)
    decisions = Decision.objects.filter(content_type=_report_type(), object_id=report.pk)
    told = story.tell(REPORT, kept, events)
    return Dossier(
        report,
        told,
        list(decisions.order_by("step")),
        list(Opening.objects.filter(report=report).select_related("person").order_by("pk")),
        list(comments_on([report.pk])),
        readable(read([report.pk])[0]),
        list(Evidence.objects.filter(report=report).select_related("uploaded_by").order_by("pk")),
        list(SigningEntry.objects.filter(report=report).select_related("batch").order_by("-pk")),
        _names(kept, events),
        BudgetLine.objects.in_bulk(_pointed_at(kept, LINE, "line_id")),
        BudgetVersion.objects.in_bulk(_pointed_at(kept, REPORT, "budget_version_id")),
    )


def _pointed_at(kept: Iterable[Kept], table: str, column: str) -> set[int]:
    return {row.image[column] for row in kept if row.table == table}


def _report_type() -> ContentType:
    return ContentType.objects.get_for_model(Report)


def _history(report: Report) -> list[Kept]:
    rows = _asked(HISTORY, {"report": report.pk})
    return [
        Kept(table, row, number, kind, at, person, _read(image))
        for table, row, number, kind, at, person, image in rows
    ]


def _events(report: Report) -> list[Event]:
    rows = _asked(EVENTS, {"report": report.pk, "type": _report_type().pk})
    return [_event(*row) for row in rows]


def _event(number: int, table: str, row: int, payload: str) -> Event:
    said = _read(payload)
    return Event(
        number,
        table,
        row,
        said["op"],
        said["old"],
        said["new"],
        f"{said['xid']}/{said['request']}",
        int(said["actor"]) if said["actor"] else None,
        said["role"],
        datetime.fromisoformat(said["at"]),
    )


def _asked(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def _names(kept: Iterable[Kept], events: Iterable[Event]) -> dict[int, str]:
    asked = [*(row.person_id for row in kept), *(event.actor_id for event in events)]
    return dict(User.objects.filter(pk__in={pk for pk in asked if pk}).values_list("pk", "name"))
