"""Reading for auditors: which reports are in reach, and what was decided on them last."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from audit.belongings import report_type
from registry.models import Unit
from registry.selectors import within
from submissions.models import Period, Report
from workflow.models import Decision

LATEST = 20


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
        Decision.objects.filter(content_type=report_type(), object_id__in=reach).order_by("-pk")[:LATEST]
    )
    reports = reports_within(paths).in_bulk({decision.object_id for decision in decisions})
    return [(decision, reports[decision.object_id]) for decision in decisions]
