"""The rows that a sample is drawn from, and those that were drawn, with what an auditor needs to find them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from audit import labels
from audit.sampling import Drawn, Member
from audit.sampling_forms import DECISIONS, EVIDENCE, LINES, REPORTS
from registry.selectors import within
from submissions.models import Evidence, Explanation, Report, ReportLine
from workflow.models import Decision
from workflow.route import PUBLISHED, RETURN

MOST = 500_000  # rows of a population
ZERO = Decimal(0)


class TooMany(Exception):
    """More rows than MOST; the argument says how many."""


@dataclass(frozen=True, slots=True)
class Found:
    """A drawn row: its report, what it is itself, and where to look at it."""

    drawn: Drawn
    report: Report
    what: str
    url: str


def members(paths: Sequence[str], asked: Mapping[str, Any]) -> list[Member]:
    """The population within the auditor's reach that the filters leave; one statement. Raises TooMany."""
    kind, above = asked["kind"], asked.get("above")
    reports = _reports(paths, asked)
    if kind == REPORTS:
        rows = _rows(reports, "token", "amount", "item__unit", above)
    elif kind == LINES:
        lines = ReportLine.objects.filter(report__in=reports.values("pk"), realized__isnull=False).exclude(
            realized=ZERO
        )
        rows = _rows(lines.annotate(amount=F("realized")), "pk", "amount", "report__item__unit", above)
    else:
        if above is not None:
            reports = reports.filter(amount__gt=above)
        rows = _without_amounts(kind, reports)
    found = [
        Member(str(key), pk, amount or ZERO, agency or unit)
        for key, pk, amount, agency, unit in rows[: MOST + 1]
    ]
    if len(found) > MOST:
        raise TooMany(rows.count())
    return found


def _reports(paths: Sequence[str], asked: Mapping[str, Any]) -> QuerySet[Any]:
    money = ReportLine.objects.filter(report=OuterRef("pk")).values("report").annotate(sum=Sum("realized"))
    reports: QuerySet[Any] = Report.objects.filter(within(paths, "item__unit__path")).annotate(
        amount=Coalesce(Subquery(money.values("sum")), ZERO)
    )
    if asked.get("unit"):
        reports = reports.filter(item__unit__path__startswith=asked["unit"].path)
    if asked.get("month"):
        reports = reports.filter(period__first_day__in=asked["month"])
    if asked.get("state"):
        reports = reports.filter(state__in=asked["state"])
    if asked.get("published"):
        reports = reports.filter(state=PUBLISHED)
    if asked.get("warned"):
        reports = reports.filter(Exists(Explanation.objects.filter(report=OuterRef("pk")).exclude(text="")))
    if asked.get("returned"):
        reports = reports.filter(Exists(_decisions().filter(object_id=OuterRef("pk"), verb=RETURN)))
    return reports


def _decisions() -> QuerySet[Decision]:
    return Decision.objects.filter(content_type=ContentType.objects.get_for_model(Report))


def _rows(rows: QuerySet[Any], key: str, amount: str, unit: str, above: Decimal | None) -> QuerySet[Any]:
    if above is not None:
        rows = rows.filter(amount__gt=above)
    return rows.order_by().values_list(key, "pk", amount, f"{unit}__agency__code", f"{unit}__code")


def _without_amounts(kind: str, reports: QuerySet[Any]) -> QuerySet[Any]:
    agency, unit = "item__unit__agency__code", "item__unit__code"
    if kind == EVIDENCE:
        files = Evidence.objects.filter(report__in=reports.values("pk")).annotate(amount=_nothing())
        return files.order_by().values_list("token", "pk", "amount", f"report__{agency}", f"report__{unit}")
    report = Report.objects.filter(pk=OuterRef("object_id"))
    decisions = _decisions().filter(object_id__in=reports.values("pk"))
    return (
        decisions.annotate(
            amount=_nothing(), agency=Subquery(report.values(agency)), unit=Subquery(report.values(unit))
        )
        .order_by()
        .values_list("pk", "pk", "amount", "agency", "unit")
    )


def _nothing() -> Any:
    return Coalesce(None, ZERO)


def found(kind: str, drawn: Iterable[Drawn]) -> list[Found]:
    """The drawn rows with their reports, in the order they were drawn; two statements."""
    rows = list(drawn)
    ids = [one.member.id for one in rows]
    if kind == REPORTS:
        reports = _with_names(ids)
        return [Found(one, reports[one.member.id], "", _dossier(reports[one.member.id])) for one in rows]
    model, of = {
        LINES: (ReportLine, "report_id"),
        EVIDENCE: (Evidence, "report_id"),
        DECISIONS: (Decision, "object_id"),
    }[kind]
    beside = ("line",) if kind == LINES else ()
    things = model._default_manager.select_related(*beside).in_bulk(ids)
    reports = _with_names({getattr(one, of) for one in things.values()})
    return [
        _found(kind, one, things[one.member.id], reports[getattr(things[one.member.id], of)]) for one in rows
    ]


def _found(kind: str, drawn: Drawn, thing: Any, report: Report) -> Found:
    if kind == LINES:
        url = reverse("audit:cell", args=[report.token, f"line-{thing.pk}"])
        return Found(drawn, report, f"{thing.line.account_code} {thing.line.account_name}".strip(), url)
    if kind == EVIDENCE:
        return Found(drawn, report, thing.original_name, reverse("submissions:evidence", args=[thing.token]))
    title = str(labels.DONE.get(thing.verb, thing.verb))
    return Found(drawn, report, f"{title}: {thing.actor_name}", _dossier(report))


def _dossier(report: Report) -> str:
    return reverse("audit:report", args=[report.token])


def _with_names(ids: Iterable[int]) -> Mapping[int, Report]:
    return Report.objects.select_related("item__unit__agency", "period").in_bulk(list(ids))
