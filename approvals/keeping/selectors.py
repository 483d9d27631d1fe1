# ruff: noqa: S608 - table names come from things.LOGS, never from a request
"""What the pages of keeping show: how much there is of what and until when it is kept, holds, lists, bundles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from approvals.keeping import rules, things
from approvals.keeping.law import Authority, visible_bundles, visible_holds
from approvals.keeping.rules import Kind
from approvals.models import Disposal, Hold, SigningBatch
from registry.models import FiscalYear, Government, Unit
from registry.selectors import within
from submissions.models import Evidence, Report
from workflow.route import PUBLISHED, SUPERSEDED

LABELS: dict[Kind, Promise] = {
    Kind.REPORTS: _("Published reports and decisions"),
    Kind.DOCUMENTS: _("Signed documents"),
    Kind.EVIDENCE: _("Files of evidence"),
    Kind.RECAP: _("Yearly bundles"),
    Kind.PAPERS: _("Working papers"),
    Kind.LOGS: _("Session and delivery logs"),
}
KEPT_FILES = {Kind.DOCUMENTS: (things.SIGNED, "signed_file"), Kind.PAPERS: (things.PREPARED, "prepared_file")}


@dataclass(slots=True)
class Held:
    """What there is of one kind of one year. `size` (bytes) is None where nobody measured it."""

    year: FiscalYear
    kind: Kind
    count: int
    size: int | None
    held: int
    gone: int
    until: date | None  # the last day on which it must be there; None for ever

    @property
    def label(self) -> str:
        return str(LABELS[self.kind])

    @property
    def measurable(self) -> bool:
        return self.size is None and self.count > 0 and self.kind in KEPT_FILES


def terms() -> list[dict[str, Any]]:
    """How long each kind is kept here, and on whose word."""
    return [
        {
            "label": LABELS[term.kind],
            "years": rules.years_of(term.kind, settings.KEEPING_YEARS),
            "source": term.source,
            "longer": rules.years_of(term.kind, settings.KEEPING_YEARS) != term.years,
            "logs": term.kind == Kind.LOGS,
        }
        for term in rules.TERMS
    ]


def overview(authority: Authority, government: Government, measured: str = "") -> list[Held]:
    """What there is within reach, the newest year first; files of the year `measured` with their bytes. A fixed number of
    statements."""
    years = {one.pk: one for one in FiscalYear.objects.filter(government=government)}
    rows = [
        *_rows(years, Kind.REPORTS, _reports(authority)),
        *_rows(years, Kind.EVIDENCE, _evidence(authority)),
        *_rows(years, Kind.DOCUMENTS, _batches(authority, Kind.DOCUMENTS)),
        *_rows(years, Kind.PAPERS, _batches(authority, Kind.PAPERS)),
        *_rows(years, Kind.RECAP, _recaps(authority)),
    ]
    if authority.whole:  # logs tell of nobody's unit
        rows += _rows(years, Kind.LOGS, _logs(government))
    for one in rows:
        if one.measurable and one.year.label == measured:
            one.size = _measured(authority, one)
    order = list(LABELS)
    return sorted(rows, key=lambda one: (-one.year.start_date.toordinal(), order.index(one.kind)))


Found = Iterator[tuple[int, int, int | None, int, int]]  # year, count, bytes, held, gone


def _rows(years: dict[int, FiscalYear], kind: Kind, found: Found) -> list[Held]:
    return [
        Held(
            years[year], kind, count, size, held, gone,
            rules.kept_until(kind, years[year].end_date, settings.KEEPING_YEARS),
        )
        for year, count, size, held, gone in found
        if year in years
    ]  # fmt: skip


def _reports(authority: Authority) -> Found:
    mine = Report.objects.filter(
        within(authority.paths, "item__unit__path"), state__in=(PUBLISHED, SUPERSEDED)
    )
    counted = mine.values("period__fiscal_year").annotate(
        n=Count("pk"), h=Count("pk", filter=Q(things.held()))
    )
    return ((one["period__fiscal_year"], one["n"], None, one["h"], 0) for one in counted.order_by())


def _evidence(authority: Authority) -> Found:
    mine = Evidence.objects.filter(within(authority.paths, "report__item__unit__path"))
    there = Q(disposed=None)
    counted = mine.values("report__period__fiscal_year").annotate(
        n=Count("pk", filter=there),
        b=Sum("bytes", filter=there),
        h=Count("pk", filter=there & Q(things.held("report__"))),
        g=Count("disposed"),
    )
    return (
        (one["report__period__fiscal_year"], one["n"], one["b"] or 0, one["h"], one["g"])
        for one in counted.order_by()
    )


def _batches(authority: Authority, kind: Kind) -> Found:
    what, name = KEPT_FILES[kind]
    mine = SigningBatch.objects.filter(within(authority.paths, "period__agency__path")).exclude(**{name: ""})
    gone = Q(things.gone(what))
    counted = mine.values("period__fiscal_year").annotate(
        n=Count("pk", filter=~gone),
        h=Count("pk", filter=~gone & Q(things.held_batch())),
        g=Count("pk", filter=gone),
    )
    return ((one["period__fiscal_year"], one["n"], None, one["h"], one["g"]) for one in counted.order_by())


def _measured(authority: Authority, row: Held) -> int:
    """Bytes of the stored files of a year, asked of the storage one by one."""
    what, name = KEPT_FILES[row.kind]
    mine = SigningBatch.objects.filter(
        within(authority.paths, "period__agency__path"), period__fiscal_year=row.year
    ).exclude(**{name: ""})
    there = mine.exclude(things.gone(what))
    return sum(things.stored_size(getattr(one, name)) or 0 for one in there.iterator())


def _recaps(authority: Authority) -> Found:
    made = visible_bundles(authority).exclude(made_at=None).order_by()
    counted = made.values("fiscal_year").annotate(n=Count("pk"), b=Sum("size"))
    return ((one["fiscal_year"], one["n"], one["b"], 0, 0) for one in counted)


def _logs(government: Government) -> Found:
    """All tables of logs in one statement; a row is of the year that its moment lies in."""
    parts = " UNION ALL ".join(
        f"SELECT (t.{log.moment} AT TIME ZONE %(zone)s)::date AS day, pg_column_size(t.*) AS size,"
        f" {things.HELD_LOG.format(moment=log.moment)} AS held FROM {log.table} t"
        for log in things.LOGS
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT y.id, count(*), sum(l.size)::bigint, count(*) FILTER (WHERE l.held), 0"
            f" FROM ({parts}) l JOIN registry_fiscalyear y ON l.day BETWEEN y.start_date AND y.end_date"
            " WHERE y.government_id = %(government)s GROUP BY y.id",
            {"zone": government.time_zone, "government": government.pk},
        )
        return iter(cursor.fetchall())


# --- Holds -----------------------------------------------------------------------------------------------


def holds_on(report: Report) -> list[Hold]:
    """Holds in force that cover a report, the newest first: for the pages of auditors. One statement."""
    path = report.item.unit.path
    above = [path[: place + 1] for place, letter in enumerate(path) if letter == "/" and place]
    year = Q(fiscal_year=None) | Q(fiscal_year=report.period.fiscal_year_id)
    this = Q(report__item=report.item_id, report__period=report.period_id)
    agency = Unit.objects.filter(pk=report.period.agency_id, path__startswith=OuterRef("unit__path"))
    below = Q(unit__path__in=above) | Exists(agency)
    found = Hold.objects.filter(this | Q(report=None) & below & year, released_at=None)
    return list(found.select_related("unit", "fiscal_year", "placed_by").order_by("-pk"))


def holds(authority: Authority) -> list[Hold]:
    """Holds within reach: those in force first, then the released ones, the newest first."""
    return sorted(visible_holds(authority).order_by("-pk"), key=lambda one: one.released_at is not None)


def units_for(authority: Authority, paths: Sequence[str]) -> list[Unit]:
    """The units that somebody may choose, in the order of the tree."""
    units = Unit.objects.filter(within(paths)).select_related("government")
    return sorted(units, key=lambda one: (one.path.count("/"), one.code))


def latest_days(today: date) -> dict[str, date]:
    """For each kind that can go: the latest "closed before" that may be listed today."""
    days = {kind: rules.latest_before(kind, today, settings.KEEPING_YEARS) for kind in LABELS}
    return {str(kind): day for kind, day in days.items() if day and kind in Disposal.Kind.values}
