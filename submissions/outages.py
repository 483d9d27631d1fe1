"""Outages before a deadline, and the extension that the bureau grants for one by a click (domain.md 3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import override

from ledger.clock import now as database_now
from ledger.recording import recorded
from registry.models import FiscalYear, Office, Post, Unit, User
from submissions.answers import MONTH
from submissions.calendar import CalendarRefused, extend, policy_of
from submissions.extensions import AVAILABLE, WATCHED, availability, proposed_due
from submissions.moments import CalendarPolicy
from wording.sentences import say
from workflow import granting
from workflow.models import Grant

# Deadlines that are over in months that are neither locked nor finished, each with the minutes in which the calendar ran in
# the hours before it. Before the first heartbeat of all nothing is known, so nothing is called an outage; and one extension
# makes up for all that was lost before it.
OVER = f"""
SELECT d.fiscal_year_id, d.month, d.slug, d.step, d.due, d.sign_due, d.agencies,
  (SELECT count(*) FROM submissions_heartbeat h WHERE h.minute > d.due - %(watched)s AND h.minute <= d.due),
  coalesce((SELECT min(h.minute) FROM submissions_heartbeat h WHERE h.minute > d.due), %(now)s)
FROM (SELECT p.fiscal_year_id, p.month, {MONTH} AS slug, s.step, s.due, p.sign_due,
    array_agg(p.agency_id ORDER BY p.agency_id) AS agencies
  FROM submissions_period p JOIN registry_unit u ON u.id = p.agency_id
    CROSS JOIN LATERAL (VALUES ('entry', p.entry_due), ('verify', p.verify_due), ('sign', p.sign_due)) s(step, due)
  WHERE p.closed_at IS NULL AND p.lock_at > %(now)s AND s.due <= %(now)s
    AND EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) w WHERE starts_with(u.path, w))
    AND EXISTS (SELECT 1 FROM submissions_report r WHERE r.period_id = p.id AND r.revision = 0
      AND r.state IN ('draft', 'returned', 'submitted', 'verified'))
  GROUP BY p.fiscal_year_id, p.month, p.first_day, s.step, s.due, p.sign_due) d
WHERE EXISTS (SELECT 1 FROM submissions_heartbeat h WHERE h.minute <= d.due - %(watched)s)
  AND NOT EXISTS (SELECT 1 FROM workflow_grant w WHERE w.granted_at > d.due
    AND w.key LIKE 'outage-' || d.fiscal_year_id || '-' || d.month || '-%%')
ORDER BY d.due"""  # noqa: S608 - only the month's name is put in


@dataclass(frozen=True, slots=True)
class Outage:
    """A deadline before which too little ran, and the day until which it is proposed to extend the month."""

    fiscal_year: int
    month: int
    slug: str
    step: str
    due: datetime
    available: int  # per cent of the minutes before the deadline
    new_due: date
    agencies: tuple[int, ...]

    @property
    def key(self) -> str:
        """Names the proposal, on the page and as the key of the grant that it may become."""
        return f"outage-{self.fiscal_year}-{self.month}-{self.step}-{self.due:%Y%m%d%H%M}"


def outages(paths: Sequence[str]) -> list[Outage]:
    """Deadlines below these paths before which less than 99 per cent of four hours were served, the earliest first."""
    now = database_now()
    asked: dict[str, Any] = {"now": now, "watched": WATCHED, "paths": list(paths)}
    with connection.cursor() as cursor:
        cursor.execute(OVER, asked)
        rows = cursor.fetchall()
    years = {pk: policy_of(FiscalYear.objects.get(pk=pk)) for pk in {row[0] for row in rows}}
    return [_outage(row, years[row[0]]) for row in rows if availability(row[7]) < AVAILABLE]


def _outage(row: Sequence[Any], policy: CalendarPolicy) -> Outage:
    year, month, slug, step, due, sign_due, agencies, beats, back_at = row
    new_due = proposed_due(policy, sign_due, due, back_at)
    return Outage(year, month, slug, step, due, availability(beats), new_due, tuple(agencies))


def bureau(user: User) -> Office | None:
    """The oversight office that a person holds, by which he may extend for an outage; the widest when he holds several."""
    held = Office.objects.filter(person=user.pk, role=Post.Role.OVERSIGHT).select_related("unit__government")
    return min(held, key=lambda office: len(office.unit_path), default=None)


def extend_for(*, actor: User, key: str) -> int:
    """Accept the proposal with this key: one grant, and the deadlines of all agencies that it names moved.

    Returns how many periods moved. Raises CalendarRefused when there is no such proposal any more, or for who holds no
    oversight office (the pages show him none).
    """
    office = bureau(actor)
    with recorded(actor):
        found = next((one for one in outages([office.unit_path]) if one.key == key), None) if office else None
        if office is None or found is None:
            raise CalendarRefused("calendar.outage_over", {"month": "".join(key.split("-")[2:3])})
        year = FiscalYear.objects.select_related("government").get(pk=found.fiscal_year)
        grant = _granted(actor, office, found, year)
        return extend(
            fiscal_year=year,
            month=found.month,
            agencies=list(Unit.objects.filter(pk__in=found.agencies)),
            new_due=found.new_due,
            reason=grant.reason,
            grant=grant,
            actor=actor,
        )


def _granted(actor: User, office: Office, found: Outage, year: FiscalYear) -> Grant:
    government = year.government
    zone = ZoneInfo(government.time_zone)
    with override(government.language):
        reason = say(
            "calendar.outage",
            {"available": found.available, "due_at": found.due.astimezone(zone), "limit": AVAILABLE},
        )
    return granting.give(
        key=found.key,
        kind=Grant.Kind.EXTENSION,
        actor=actor,
        office=f"{office.title}, {office.unit_name}",
        scope_path=office.unit_path,
        subjects=[found.slug],
        reason=reason,
        params={"step": found.step, "available": found.available, "agencies": list(found.agencies)},
        expires_at=datetime.combine(found.new_due, time(23, 59, 59), zone),
    )
