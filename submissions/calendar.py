"""The calendar: months are opened and closed; due moments are computed once, when a month is opened (domain.md 3.1)."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Max, QuerySet

from ledger.history import insert_history
from ledger.recording import recorded
from registry.models import BudgetItem, FiscalYear, Government, Unit, User
from submissions import rollups
from submissions.answers import MONTH as MONTH_NAMED
from submissions.extensions import extended
from submissions.models import PUBLIC_NAME_IN_SQL, CalendarRule, Period, Report, ReportLine
from submissions.moments import (
    CalendarPolicy,
    Moments,
    due_moments,
    fiscal_month,
    start_of_month,
)
from workflow.cursor import Prepared, moment, prepared
from workflow.engine import newest_route
from workflow.models import Grant

MONTH = re.compile(r"((?!0000)[0-9]{4})-(0[1-9]|1[0-2])")


class CalendarRefused(Exception):
    """A month cannot be opened or closed: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any]) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Opened:
    """How many periods and reports came about; both 0 when the month was open already."""

    periods: int
    reports: int


def month_of(government: Government, text: str) -> tuple[FiscalYear, int]:
    """The fiscal year and fiscal month (1 to 12) that "2026-03" is in; raises CalendarRefused."""
    found = MONTH.fullmatch(text.strip())
    if not found:
        raise CalendarRefused("calendar.month", {"value": text})
    year = government.fiscal_years.filter(start_date__lte=f"{text}-01", end_date__gte=f"{text}-01").first()
    if year is None:
        raise CalendarRefused("calendar.year", {"value": text})
    first = year.start_date.replace(year=int(found[1]), month=int(found[2]), day=1)
    return year, fiscal_month(first, government.fiscal_start_month)[1]


# One definition of a fiscal year's rule, for one year or for all of them: without a rule of its own, a rule's defaults.
RULE = "open_day, entry_day, verify_day, sign_day, lock_day, roll, day_unit, grace_minutes, work_from, work_until"
POLICIES = f"""
SELECT y.id AS fiscal_year, g.time_zone, c.{RULE.replace(", ", ", c.")},
  ARRAY(SELECT h.day FROM submissions_holiday h WHERE h.government_id = g.id ORDER BY h.day) AS holidays
FROM registry_fiscalyear y JOIN registry_government g ON g.id = y.government_id
  LEFT JOIN submissions_calendarrule c ON c.fiscal_year_id = y.id"""  # noqa: S608 - names of columns, no values


def policy_of(fiscal_year: FiscalYear) -> CalendarPolicy:
    """The rule and the holidays of a fiscal year, as the pure functions want them."""
    with connection.cursor() as cursor:
        cursor.execute(f"{POLICIES} WHERE y.id = %s", [fiscal_year.pk])
        return policy_from(cursor.fetchone())


def policy_from(row: Sequence[Any]) -> CalendarPolicy:
    """A row of POLICIES as a policy."""
    _year, time_zone, *values, holidays = row
    given = {
        name: getattr(CalendarRule(), name) if value is None else value
        for name, value in zip(RULE.split(", "), values, strict=True)
    }
    unit = str(given.pop("day_unit"))
    return CalendarPolicy(time_zone=time_zone, unit=unit, holidays=frozenset(holidays), **given)


# Sub-activities with an active, non-zero ceiling in the version in force at the month's end (V-06), and a random public
# name of 22 characters each; TIME progresses as planned unless the officer says otherwise. What comes into a month that is
# open already keeps the route that its unit, or its route's other units, have there. Whose unit has changed its agency in
# between keeps the report that he has of the month.
REPORTS = f"""
WITH there AS MATERIALIZED (
  SELECT e.id, e.period_id, e.route_id, i.unit_id, w.code FROM submissions_report e
    JOIN registry_budgetitem i ON i.id = e.item_id JOIN workflow_routeversion w ON w.id = e.route_id
  WHERE e.period_id = ANY (%(periods)s) AND e.revision = 0
),
of_unit AS (SELECT DISTINCT ON (period_id, unit_id) * FROM there ORDER BY period_id, unit_id, id),
of_code AS (SELECT DISTINCT ON (period_id, code) * FROM there ORDER BY period_id, code, id)
INSERT INTO submissions_report (token, item_id, period_id, revision, budget_version_id, ceiling, physical_mode,
  output_target, state, tier, step, version, content_hash, route_id, status, increment, physical_reason, problems,
  problem_text, follow_up_text, follow_up_pic, public_note)
SELECT {PUBLIC_NAME_IN_SQL}, i.id, p.id, 0, v.id, iv.ceiling,
  iv.physical_mode, iv.output_target, 'draft', 0, 0, 1, '',
  coalesce(of_unit.route_id, of_code.route_id, (%(routes)s::jsonb ->> u.route_code)::bigint), '',
  CASE WHEN iv.physical_mode = 'TIME' THEN m.physical END, '', '{{}}', '', '', '', ''
FROM submissions_period p JOIN registry_unit u ON u.agency_id = p.agency_id
  JOIN registry_budgetitem i ON i.unit_id = u.id AND i.fiscal_year_id = p.fiscal_year_id
  JOIN LATERAL (SELECT w.id FROM registry_budgetversion w WHERE w.unit_id = i.unit_id AND w.fiscal_year_id = i.fiscal_year_id
    AND w.effective_month <= p.month ORDER BY w.effective_month DESC, w.sequence DESC LIMIT 1) v ON true
  JOIN registry_budgetitemversion iv ON iv.item_id = i.id AND iv.version_id = v.id AND iv.active
  LEFT JOIN registry_monthlyplan m ON m.item_version_id = iv.id AND m.month = p.month
  LEFT JOIN of_unit ON of_unit.period_id = p.id AND of_unit.unit_id = u.id
  LEFT JOIN of_code ON of_code.period_id = p.id AND of_code.code = u.route_code
WHERE p.id = ANY (%(periods)s) AND u.id = ANY (%(units)s) AND (iv.ceiling > 0 OR {rollups.HEARD.format(month="p.month")})
  AND NOT EXISTS (SELECT 1 FROM submissions_report e JOIN submissions_period ep ON ep.id = e.period_id
    WHERE e.item_id = i.id AND ep.month = p.month)
ORDER BY i.id
ON CONFLICT (item_id, period_id, revision) DO NOTHING RETURNING id"""  # noqa: S608

LINES = """
INSERT INTO submissions_reportline (report_id, line_id, ceiling, correction_reason)
SELECT r.id, b.id, lv.ceiling, '' FROM submissions_report r JOIN registry_budgetline b ON b.item_id = r.item_id
  JOIN registry_budgetlineversion lv ON lv.line_id = b.id AND lv.version_id = r.budget_version_id
WHERE r.id = ANY (%s) ORDER BY r.id, b.id RETURNING id"""


AT_ONCE = 500  # reports whose lines are made by one statement


def open_month(
    *, fiscal_year: FiscalYear, month: int, agencies: Sequence[Unit] | None = None, actor: User | None = None
) -> Opened:
    """Open a fiscal month for all agencies, or for those named: periods, one report per active item, their lines.

    Again for a month that is open it adds only what is missing. Raises CalendarRefused out of order.
    """
    units = _agencies(fiscal_year, agencies)
    _in_order(fiscal_year, month, units)
    first = start_of_month(fiscal_year.start_date.year, month, fiscal_year.government.fiscal_start_month)
    moments = asdict(due_moments(policy_of(fiscal_year), first, month))
    with recorded(actor):
        cursor = prepared()
        now = moment(cursor)
        existing = set(
            Period.objects.filter(fiscal_year=fiscal_year, month=month).values_list("agency", flat=True)
        )
        new = [
            Period(fiscal_year=fiscal_year, agency=unit, month=month, first_day=first, **moments)
            for unit in units
            if unit.pk not in existing
        ]
        Period.objects.bulk_create(new)
        _remember(cursor, Period, [period.pk for period in new], actor, now)
        periods = list(
            Period.objects.filter(fiscal_year=fiscal_year, month=month, agency__in=units).values_list(
                "pk", flat=True
            )
        )
        reports = _reports(cursor, periods, Unit.objects.filter(agency__in=units), actor, now)
        _keep(fiscal_year, units, month, new)
    return Opened(len(new), reports)


# The months in which an officer of a unit may enter something that is not there yet; as `submissions.answers` says of a report.
ENTERED = f"""
SELECT p.id FROM registry_unit u JOIN submissions_period p ON p.agency_id = u.agency_id
WHERE u.id = %(unit)s AND p.fiscal_year_id = %(year)s AND p.closed_at IS NULL AND (p.lock_at > %(now)s
  OR EXISTS (SELECT 1 FROM workflow_grant w WHERE w.kind = 'reopening' AND w.revoked_at IS NULL AND w.granted_at <= %(now)s
    AND w.expires_at > %(now)s AND starts_with(u.path, w.scope_path)
    AND (w.subjects = '{{}}' OR {MONTH_NAMED} = ANY (w.subjects))))"""  # noqa: S608 - a constant


def complete(*, fiscal_year: FiscalYear, unit: Unit, actor: User | None = None) -> int:
    """Make the reports that a unit's budget asks for in its open months and that are not there yet; returns how many.

    The roll-ups are for the caller to refresh.
    """
    with recorded(actor):
        cursor = prepared()
        now = moment(cursor)
        asked = {"unit": unit.pk, "year": fiscal_year.pk, "now": now}
        periods = [pk for (pk,) in cursor.execute(ENTERED, asked).fetchall()]
        return _reports(cursor, periods, Unit.objects.filter(pk=unit.pk), actor, now) if periods else 0


def _keep(fiscal_year: FiscalYear, units: Sequence[Unit], month: int, new: Sequence[Period]) -> None:
    """The roll-ups know of an opened month: what is required of the agencies may have changed in any month (V-06), and
    for all others the newest month is another one, when this is the first agency that it is opened for."""
    first = not Period.objects.filter(fiscal_year=fiscal_year, month__gte=month).exclude(
        pk__in=[one.pk for one in new]
    )
    with connection.cursor() as cursor:
        mine = Unit.objects.filter(agency__in=units).values_list("pk", flat=True)
        rollups.refresh(cursor, fiscal_year.pk, rollups.units_of(cursor, fiscal_year.pk) if first else mine)


def close_month(*, fiscal_year: FiscalYear, month: int, actor: User | None = None) -> int:
    """Close a month for good: nothing moves in it any more. Returns how many periods were still open."""
    with recorded(actor):
        cursor = prepared()
        now = moment(cursor)
        closed = cursor.execute(
            "UPDATE submissions_period SET closed_at = %s WHERE fiscal_year_id = %s AND month = %s AND closed_at IS NULL"
            " RETURNING id",
            [now, fiscal_year.pk, month],
        ).fetchall()
        insert_history(
            cursor,
            Period,
            [pk for (pk,) in closed],
            kind="~",
            actor_id=actor.pk if actor else None,
            at=now,
            reason="close",
        )
    return len(closed)


EXTENDED = """
UPDATE submissions_period p SET entry_due = m.entry_due, verify_due = m.verify_due, sign_due = m.sign_due, lock_at = m.lock_at
FROM jsonb_to_recordset(%s::jsonb) AS m(id bigint, entry_due timestamptz, verify_due timestamptz, sign_due timestamptz,
  lock_at timestamptz) WHERE p.id = m.id RETURNING p.id"""


def extend(
    *,
    fiscal_year: FiscalYear,
    month: int,
    agencies: Sequence[Unit],
    new_due: date,
    reason: str,
    grant: Grant | None = None,
    actor: User | None = None,
) -> int:
    """Move the deadlines of a month: signature due at the end of `new_due` in the government's zone, entry and verification
    as much later, the lock never before the day after. Who may do so is for the caller to judge.

    Returns how many periods moved; a period that is due then or later stays as it is, so a second time changes nothing.
    Raises CalendarRefused for a month that is locked, closed or not open, and for a day that is past or too early.
    """
    policy = policy_of(fiscal_year)
    with recorded(actor, reason):
        cursor = prepared()
        now = moment(cursor)
        periods = list(
            Period.objects.select_for_update(no_key=True, of=("self",))
            .filter(fiscal_year=fiscal_year, month=month, agency__in=agencies)
            .select_related("agency")
            .order_by("pk")
        )
        moved = _moved(periods, policy, new_due, now)
        if not moved:
            return 0
        cursor.execute(EXTENDED, [json.dumps(moved, default=str)])
        note = f"extend {grant.key}: {reason}" if grant else f"extend: {reason}"
        insert_history(
            cursor,
            Period,
            [one["id"] for one in moved],
            kind="~",
            actor_id=actor.pk if actor else None,
            at=now,
            reason=note,
        )
    return len(moved)


def _moved(
    periods: Sequence[Period], policy: CalendarPolicy, new_due: date, now: datetime
) -> list[dict[str, Any]]:
    """The new moments of each period that moves."""
    named = {"new_due_on": new_due.isoformat()}
    if not periods:
        raise CalendarRefused("calendar.extend_not_open", named)
    moved = []
    for period in periods:
        named |= {"agency": period.agency.name, "month": str(period)}
        if period.closed_at or now >= period.lock_at:
            locked = period.closed_at or period.lock_at
            raise CalendarRefused("calendar.extend_locked", {**named, "locked_at": locked.isoformat()})
        before = times_of(period)
        after = extended(before, policy, new_due)
        if after.sign_due <= now:
            raise CalendarRefused("calendar.extend_past", named)
        if after.sign_due > before.sign_due:
            moved.append({"id": period.pk, **asdict(after)})
        elif after.sign_due < before.sign_due and len(periods) == 1:
            raise CalendarRefused("calendar.extend_earlier", {**named, "due_at": before.sign_due.isoformat()})
    return moved


def times_of(period: Period) -> Moments:
    """A period's moments as the pure functions want them."""
    return Moments(*(getattr(period, name) for name in Moments.__dataclass_fields__))


def _agencies(fiscal_year: FiscalYear, agencies: Sequence[Unit] | None) -> list[Unit]:
    """Agencies with a budget this year."""
    with_budget = BudgetItem.objects.filter(fiscal_year=fiscal_year).values("unit__agency")
    units = Unit.objects.filter(pk__in=with_budget).order_by("pk")
    return list(units.filter(pk__in=[unit.pk for unit in agencies]) if agencies is not None else units)


def _in_order(fiscal_year: FiscalYear, month: int, units: Sequence[Unit]) -> None:
    latest = (
        Period.objects.filter(fiscal_year=fiscal_year, agency__in=units)
        .values("agency", "agency__name")
        .annotate(month=Max("month"))
        .filter(month__lt=month - 1)
        .order_by("agency")
        .first()
    )
    if latest:
        raise CalendarRefused(
            "calendar.order", {"agency": latest["agency__name"], "last_month": latest["month"]}
        )


def _reports(
    cursor: Prepared, periods: list[int], units: QuerySet[Unit], actor: User | None, now: Any
) -> int:
    codes = dict(units.values_list("pk", "route_code"))
    routes = {code: newest_route(code).pk for code in set(codes.values())}
    asked = {"routes": json.dumps(routes), "periods": periods, "units": list(codes)}
    made = cursor.execute(REPORTS, asked).fetchall()
    ids = [pk for (pk,) in made]
    _remember(cursor, Report, ids, actor, now)
    # In portions: all lines of a province in one statement would take longer than a statement of the site may.
    for start in range(0, max(len(ids), 1), AT_ONCE):
        lines = [pk for (pk,) in cursor.execute(LINES, [ids[start : start + AT_ONCE]]).fetchall()]
        _remember(cursor, ReportLine, lines, actor, now)
    return len(ids)


def _remember(cursor: Prepared, model: Any, ids: list[int], actor: User | None, now: Any) -> None:
    insert_history(cursor, model, ids, kind="+", actor_id=actor.pk if actor else None, at=now)
