"""Where each agency's month stands, for the calendar's page: a fixed number of statements whatever the number of agencies.

Stages and lateness follow from the stored moments and the database's clock; nothing here remembers them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from registry.models import FiscalYear, Reach, User
from submissions.answers import MONTH
from submissions.calendar import policy_of
from submissions.moments import SIGN, VERIFY, CalendarPolicy, Moments, due_of, late_workdays, stage

# Heads and bureaus see the months below them; an oversight grant shows all below its unit. Seeing moves nothing.
WATCHING = (
    "section_head",
    "planner",
    "assistant",
    "agency_head",
    "oversight",
    "inspector",
    "leader",
    "oversee_unit",
)

MONTHS = """
SELECT DISTINCT p.fiscal_year_id, p.month, p.first_day FROM submissions_period p JOIN registry_unit u ON u.id = p.agency_id
WHERE EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) s WHERE starts_with(u.path, s)) ORDER BY p.first_day DESC, p.month DESC
LIMIT 24"""

PERIODS = f"""
SELECT p.id, u.id, u.code, u.name, u.path, p.opens_at, p.submit_from, p.entry_due, p.verify_due, p.sign_due, p.lock_at,
  p.closed_at, r.owed, r.published, r.last_at, g.reopened_until
FROM submissions_period p JOIN registry_unit u ON u.id = p.agency_id
  CROSS JOIN LATERAL (SELECT count(*) AS owed, count(*) FILTER (WHERE r.state IN ('published', 'superseded')) AS published,
    max(r.published_at) AS last_at FROM submissions_report r WHERE r.period_id = p.id AND r.revision = 0) r
  CROSS JOIN LATERAL (SELECT max(w.expires_at) AS reopened_until FROM workflow_grant w WHERE w.kind = 'reopening'
    AND w.revoked_at IS NULL AND w.granted_at <= %(now)s AND w.expires_at > %(now)s
    AND (starts_with(u.path, w.scope_path) OR starts_with(w.scope_path, u.path)) AND (w.subjects = '{{}}' OR EXISTS (
      SELECT 1 FROM unnest(w.subjects) s WHERE split_part(s, '/', 1) = {MONTH}))) g
WHERE p.fiscal_year_id = %(year)s AND p.month = %(month)s
  AND EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) s WHERE starts_with(u.path, s)) ORDER BY u.code"""  # noqa: S608 - only the month's name is put in

# The view is asked once for all of them: joined row by row it would be read again for each report.
HOLDERS = """
WITH open AS MATERIALIZED (SELECT r.id, r.period_id, coalesce(r.moved_at, p.opens_at) AS since,
    CASE r.state WHEN 'submitted' THEN 'verify' WHEN 'verified' THEN 'sign' WHEN 'signed' THEN 'review'
      WHEN 'published' THEN 'review' ELSE 'entry' END AS step
    FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
    WHERE r.period_id = ANY (%(periods)s) AND r.revision = 0),
  held AS MATERIALIZED (SELECT h.report_id, h.post_id FROM submissions_holder h
    WHERE h.report_id = ANY (ARRAY(SELECT id FROM open))),
  office AS MATERIALIZED (SELECT o.post_id, o.person_id, o.capacity FROM registry_office o)
SELECT r.period_id, b.title, bu.name, coalesce(w.name, ''), coalesce(o.capacity, ''), r.step, count(DISTINCT r.id), min(r.since)
FROM open r JOIN held h ON h.report_id = r.id JOIN registry_post b ON b.id = h.post_id JOIN registry_unit bu ON bu.id = b.unit_id
  LEFT JOIN office o ON o.post_id = b.id LEFT JOIN registry_user w ON w.id = o.person_id
GROUP BY r.period_id, b.id, b.title, bu.name, w.name, o.capacity, r.step ORDER BY r.period_id, 8, b.title"""

ACTS = """
SELECT a.period_id, sum(a.told) FILTER (WHERE a.kind LIKE 'remind.%%' OR a.kind LIKE 'overdue.%%'),
  sum(a.told) FILTER (WHERE a.kind LIKE 'escalate.%%'), count(*) FILTER (WHERE a.skipped),
  max(a.done_at) FILTER (WHERE a.told > 0)
FROM submissions_calendaract a WHERE a.period_id = ANY (%(periods)s) GROUP BY a.period_id"""

EXTENSIONS = """
SELECT h.id, h.history_change_reason, h.sign_due, h.history_date, coalesce(w.name, '') FROM submissions_historicalperiod h
  LEFT JOIN registry_user w ON w.id = h.history_user_id
WHERE h.id = ANY (%(periods)s) AND h.history_change_reason LIKE 'extend%%' ORDER BY h.history_id"""

FAULTS = """
SELECT u.name, f.kind, f.error, f.first_at, f.last_at, f.times FROM submissions_calendarfault f
  JOIN registry_unit u ON u.id = f.agency_id
WHERE f.cleared_at IS NULL AND EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) s WHERE starts_with(u.path, s))
ORDER BY f.last_at DESC, f.id"""


@dataclass(frozen=True, slots=True)
class Month:
    """A month that somebody may look at."""

    fiscal_year: int
    number: int
    first_day: date

    @property
    def slug(self) -> str:
        """2026-01; the adjustment is 2026-13."""
        return f"{self.first_day:%Y}-13" if self.number == 13 else f"{self.first_day:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Holding:
    """A post that has something to do in a period; no name when it is vacant. `late` is in working days."""

    title: str
    unit: str
    person: str
    capacity: str
    step: str
    count: int
    since: datetime
    late: int


@dataclass(frozen=True, slots=True)
class Extension:
    """A deadline that was moved: to when, why, when and by whom."""

    sign_due: datetime
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One agency's month. `late` counts working days: of the last report, or until now."""

    agency: int
    code: str
    name: str
    times: Moments
    stage: str
    owed: int
    published: int
    late: int
    reopened_until: datetime | None
    holders: tuple[Holding, ...]
    reminders: int
    escalations: int
    skipped: int
    last_told: datetime | None
    extensions: tuple[Extension, ...]

    @property
    def unpublished(self) -> int:
        return self.owed - self.published


@dataclass(frozen=True, slots=True)
class Fault:
    """Something the calendar could not do and tries again."""

    agency: str
    kind: str
    error: str
    first_at: datetime
    last_at: datetime
    times: int


def watched(user: User) -> list[str]:
    """Paths below which a person sees the calendar; empty for who has no such office or grant."""
    found = Reach.objects.filter(person=user.pk, right__in=WATCHING).select_related("unit")
    agencies = {reach.unit.agency_id: reach for reach in found if reach.right == "section_head"}
    paths = {reach.path for reach in found if reach.right != "section_head"}
    return sorted(paths | {_agency_path(reach) for reach in agencies.values()})


def _agency_path(reach: Reach) -> str:
    """The path of the agency in which a section lies: everybody in it looks at the same month."""
    agency = reach.unit.agency_id
    return f"{reach.path.split(f'/{agency}/')[0]}/{agency}/" if agency else reach.path


def months(paths: Sequence[str]) -> list[Month]:
    """Months that were opened below these paths, the newest first."""
    return [Month(*row) for row in _rows(MONTHS, paths=list(paths))]


def board(month: Month, paths: Sequence[str], now: datetime) -> list[Standing]:
    """All agencies below these paths in a month."""
    asked = {"year": month.fiscal_year, "month": month.number, "paths": list(paths), "now": now}
    rows = _rows(PERIODS, **asked)
    if not rows:
        return []
    policy = policy_of(FiscalYear.objects.get(pk=month.fiscal_year))
    periods = [row[0] for row in rows]
    holders = _by_period(HOLDERS, periods)
    acts = _by_period(ACTS, periods)
    extensions = _by_period(EXTENSIONS, periods)
    return [
        _standing(
            row,
            policy,
            now,
            holders.get(row[0], []),
            acts.get(row[0], [(0, 0, 0, None)])[0],
            extensions.get(row[0], []),
        )
        for row in rows
    ]


def _standing(
    row: Sequence[Any],
    policy: CalendarPolicy,
    now: datetime,
    holders: Sequence[Any],
    acts: Sequence[Any],
    extensions: Sequence[Any],
) -> Standing:
    times = Moments(*row[5:11])
    closed, owed, published, last_at, reopened = row[11:16]
    reminders, escalations, skipped, last_told = acts
    return Standing(
        agency=row[1],
        code=row[2],
        name=row[3],
        times=times,
        stage=stage(
            times,
            now,
            grace_minutes=policy.grace_minutes,
            unpublished=owed - published,
            closed=closed is not None,
            reopened=reopened is not None,
        ),
        owed=owed,
        published=published,
        late=late_workdays(times.sign_due, (last_at or times.sign_due) if owed == published else now, policy),
        reopened_until=reopened,
        holders=tuple(_holding(one, times, policy, now) for one in holders),
        reminders=reminders or 0,
        escalations=escalations or 0,
        skipped=skipped,
        last_told=last_told,
        extensions=tuple(
            Extension(due, reason.partition(": ")[2], at, by) for reason, due, at, by in extensions
        ),
    )


def _holding(row: Sequence[Any], times: Moments, policy: CalendarPolicy, now: datetime) -> Holding:
    title, unit, person, capacity, step, count, since = row
    # What follows a signature has no deadline of the calendar.
    late = late_workdays(due_of(times, step), now, policy) if step in (VERIFY, SIGN, "entry") else 0
    return Holding(title, unit, person, capacity, step, count, since, late)


def troubles(paths: Sequence[str]) -> list[Fault]:
    """What the calendar could not do below these paths, the latest first."""
    return [Fault(*row) for row in _rows(FAULTS, paths=list(paths))]


def _by_period(sentence: str, periods: Sequence[int]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for period, *row in _rows(sentence, periods=list(periods)):
        found.setdefault(period, []).append(row)
    return found


def _rows(sentence: str, **asked: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sentence, asked)
        return cursor.fetchall()
