"""What may be looked at as it stood once, and which rows belong to it: live ones, and those that only a history remembers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.moments_events import Wanted, grouped
from registry.models import BudgetItem, Unit, User
from registry.selectors import within
from submissions.models import Report
from workflow.models import Grant, RouteVersion

REPORT, PUBLISHED, OFFICES, ITEM = "report", "published", "offices", "item"
CALENDAR, PERSON, ROUTE, GRANT = "calendar", "person", "route", "grant"
KINDS: Mapping[str, Promise] = {
    REPORT: _("A report, by its token"),
    PUBLISHED: _("What the public could read, by the token of a report"),
    OFFICES: _("Who held which office, by the code of the unit"),
    ITEM: _("A sub-activity with its budget, by its code or the token of a report"),
    CALENDAR: _("Periods and calendar of an agency, by the code of the unit"),
    PERSON: _("The account of a person, by user name"),
    ROUTE: _("A route, by its code"),
    GRANT: _("A grant, by its key or the number of its request"),
}
LONGEST = 100  # characters that a name of something may have


def _of(table: str, column: str, ids: str) -> str:
    """Rows of a table and of its history whose `column` is among `ids`."""
    app, _dash, model = table.partition("_")
    return (
        f"SELECT '{table}', id FROM {table} WHERE {column} IN ({ids})"  # noqa: S608 - names of our own tables
        f" UNION SELECT '{table}', id FROM {app}_historical{model} WHERE {column} IN ({ids})"
    )


def _ids(table: str, column: str, ids: str) -> str:
    return f"SELECT id FROM ({_of(table, column, ids)}) AS f(name, id)"  # noqa: S608


_ONE = "%(id)s::bigint"
_FAMILY = """
SELECT o.id FROM submissions_report o JOIN submissions_report r ON r.item_id = o.item_id AND r.period_id = o.period_id
WHERE r.id = %(id)s"""
_LINES = _ids("registry_budgetline", "item_id", _ONE)
_CEILINGS = _ids("registry_budgetitemversion", "item_id", _ONE)
_POSTS = _ids("registry_post", "unit_id", _ONE)
_GOVERNMENT = "SELECT government_id FROM registry_unit WHERE id = %(id)s"
_YEARS = f"SELECT id FROM registry_fiscalyear WHERE government_id IN ({_GOVERNMENT})"  # noqa: S608
_VERSIONS = f"SELECT version_id FROM registry_historicalbudgetitemversion WHERE item_id = {_ONE}"  # noqa: S608
# Grants on units have no history: only the ledger remembers those that were taken back.
_SEEING = """
SELECT DISTINCT of_table, of_row FROM ledger.event e CROSS JOIN LATERAL (SELECT e.payload::jsonb) AS x(p)
WHERE of_table = 'registry_unituserpermission'
  AND coalesce(p -> 'new' ->> 'user_id', p -> 'old' ->> 'user_id')::bigint = %(id)s"""


def _all(*parts: str) -> str:
    return " UNION ".join(parts)


PARTS: Mapping[str, str] = {
    REPORT: _all(
        f"SELECT 'submissions_report', {_ONE}",
        _of("submissions_reportline", "report_id", _ONE),
        _of("submissions_explanation", "report_id", _ONE),
        _of("submissions_evidence", "report_id", _ONE),
    ),
    PUBLISHED: _all(
        f"SELECT 'submissions_report', id FROM ({_FAMILY}) AS f(id)",  # noqa: S608
        _of("submissions_reportline", "report_id", _FAMILY),
    ),
    OFFICES: _all(
        f"SELECT 'registry_unit', {_ONE}",
        _of("registry_post", "unit_id", _ONE),
        _of("registry_assignment", "post_id", _POSTS),
    ),
    ITEM: _all(
        f"SELECT 'registry_budgetitem', {_ONE}",
        _of("registry_budgetline", "item_id", _ONE),
        _of("registry_budgetitemversion", "item_id", _ONE),
        _of("registry_budgetlineversion", "line_id", _LINES),
        _of("registry_monthlyplan", "item_version_id", _CEILINGS),
        _of("registry_budgetversion", "id", _VERSIONS),
    ),
    CALENDAR: _all(
        _of("submissions_period", "agency_id", _ONE),
        _of("submissions_calendarrule", "fiscal_year_id", _YEARS),
        _of("submissions_holiday", "government_id", _GOVERNMENT),
    ),
    PERSON: _all(
        f"SELECT 'registry_user', {_ONE}", _of("registry_assignment", "person_id", _ONE), _SEEING
    ),
    ROUTE: "SELECT 'workflow_routeversion', o.id FROM workflow_routeversion o JOIN workflow_routeversion r USING (code)"
    " WHERE r.id = %(id)s",
    GRANT: f"SELECT 'workflow_grant', {_ONE}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that can be looked at; `which` names it in an address."""

    kind: str
    id: int
    which: str
    title: str
    under: str = ""  # where it belongs

    def rows(self) -> Wanted:
        """Every row that belongs to it, by table; one statement."""
        with connection.cursor() as cursor:
            cursor.execute(PARTS[self.kind] + " ORDER BY 1, 2", {"id": self.id})
            return grouped(cursor.fetchall())


def found(paths: Sequence[str], kind: str, which: str) -> list[Subject]:
    """What `which` may mean within the auditor's reach: nothing, one thing, or those to choose from."""
    return _FIND[kind](paths, which)


def _reports(paths: Sequence[str], kind: str, which: str) -> list[Subject]:
    reports = Report.objects.filter(within(paths, "item__unit__path"), token=which)
    return [
        Subject(
            kind, one.pk, which, f"{one.item.sub_activity_code} {one.item.sub_activity_name}", _place(one)
        )
        for one in reports.select_related("item__unit", "period")
    ]


def _place(report: Report) -> str:
    return f"{report.item.unit.name} · {report.period}"


def _units(paths: Sequence[str], kind: str, which: str) -> list[Subject]:
    units: QuerySet[Unit] = Unit.objects.filter(within(paths), code=which)
    return [Subject(kind, one.pk, which, one.name, one.code) for one in units]


def _items(paths: Sequence[str], which: str) -> list[Subject]:
    number = which.removeprefix("item-")
    named = Q(sub_activity_code=which) | Q(reports__token=which)
    if which.startswith("item-") and number.isascii() and number.isdigit() and len(number) < 18:
        named = Q(pk=int(number))
    items = BudgetItem.objects.filter(named, within(paths, "unit__path")).distinct()
    return [
        Subject(
            ITEM,
            one.pk,
            f"item-{one.pk}",
            f"{one.sub_activity_code} {one.sub_activity_name}",
            f"{one.unit.name} · {one.fiscal_year}",
        )
        for one in items.select_related("unit", "fiscal_year").order_by("unit__code", "fiscal_year", "pk")[
            :MOST
        ]
    ]


def _people(paths: Sequence[str], which: str) -> list[Subject]:
    """People who hold or held an office within reach, or may see something there; who audits every government: all."""
    mine = within(paths, "assignments__post__unit__path") | within(
        paths, "unituserpermission__content_object__path"
    )
    everything = not Unit.objects.filter(parent=None).exclude(within(paths)).exists()
    people = User.objects.filter(username=which).filter(Q() if everything else mine).distinct()
    return [Subject(PERSON, one.pk, which, one.name, one.username) for one in people]


def _routes(_paths: Sequence[str], which: str) -> list[Subject]:
    one = RouteVersion.objects.filter(code=which).order_by("-number").first()
    return [Subject(ROUTE, one.pk, which, one.name, one.code)] if one else []


def _grants(paths: Sequence[str], which: str) -> list[Subject]:
    number = which.removeprefix("P-")
    asked = which.startswith("P-") and number.isascii() and number.isdigit() and len(number) < 18
    key = f"request-{int(number)}" if asked else which
    grants = Grant.objects.filter(within(paths, "scope_path"), key=key)
    return [Subject(GRANT, one.pk, which, f"{one.get_kind_display()} {one.key}") for one in grants]


MOST = 50  # sub-activities of one code that are offered
_FIND: Mapping[str, Callable[[Sequence[str], Any], list[Subject]]] = {
    REPORT: lambda paths, which: _reports(paths, REPORT, which),
    PUBLISHED: lambda paths, which: _reports(paths, PUBLISHED, which),
    OFFICES: lambda paths, which: _units(paths, OFFICES, which),
    ITEM: _items,
    CALENDAR: lambda paths, which: _units(paths, CALENDAR, which),
    PERSON: _people,
    ROUTE: _routes,
    GRANT: _grants,
}
