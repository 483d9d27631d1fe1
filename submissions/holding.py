"""Where is it? Who holds each report, since when, and until when: one question, two statements for any set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from submissions.answers import law
from submissions.models import Period, Report
from submissions.readings import Reading
from workflow.route import OPEN_STATES, PUBLISHED, RETURNED, SUBMITTED, Tier

POSTS = """
SELECT p.id, p.role, u.path, p.title, u.name, coalesce(w.name, ''), coalesce(o.capacity, '')
FROM registry_post p JOIN registry_unit u ON u.id = p.unit_id LEFT JOIN registry_office o ON o.post_id = p.id
  LEFT JOIN registry_user w ON w.id = o.person_id
WHERE p.id = ANY (%(posts)s) OR (p.role = ANY (%(roles)s) AND u.path = ANY (%(paths)s)) ORDER BY p.id"""

CAPACITIES = {"plt": "Plt. ", "plh": "Plh. "}


@dataclass(frozen=True, slots=True)
class Holder:
    """A post and who holds it today; `person` is empty when the post is vacant."""

    post: int
    role: str
    path: str
    title: str
    unit: str
    person: str
    capacity: str

    @property
    def office(self) -> str:
        return f"{CAPACITIES.get(self.capacity, '')}{self.title}, {self.unit}"


@dataclass(frozen=True, slots=True)
class Where:
    """The one sentence that says who holds a report (templates/components/where.html)."""

    kind: str
    office: str
    person: str
    since: datetime | None
    due: datetime | None
    overdue: bool


def where(readings: Sequence[Reading], *, now: datetime) -> dict[int, Where]:
    """For each report by id: who holds it, since when, due when."""
    periods = {
        period.pk: period
        for period in Period.objects.filter(pk__in={one.period for one in readings}).select_related("agency")
    }
    routes = dict(Report.objects.filter(pk__in=[one.id for one in readings]).values_list("pk", "route"))
    wanted = {
        one.id: _sought(one, law(routes[one.id]).tiers, periods[one.period].agency.path) for one in readings
    }
    holders = _holders(wanted.values())
    return {one.id: _where(one, _find(wanted[one.id], holders), periods[one.period], now) for one in readings}


@dataclass(frozen=True, slots=True)
class _Sought:
    post: int | None
    role: str
    path: str


def _sought(reading: Reading, tiers: Sequence[Tier], agency_path: str) -> _Sought | None:
    """Which post has to act next; None when nobody has to."""
    if reading.state not in (*OPEN_STATES, SUBMITTED, "verified"):
        return None
    tier = tiers[reading.tier]
    if tier.scope == "item":
        post = reading.verifier_post if reading.tier else reading.officer_post
        return _Sought(post, tier.role, reading.unit_path)
    return _Sought(None, tier.role, agency_path if tier.scope == "agency" else reading.unit_path)


def _holders(sought: Iterable[_Sought | None]) -> list[Holder]:
    wanted = [one for one in sought if one]
    with connection.cursor() as cursor:
        cursor.execute(
            POSTS,
            {
                "posts": [one.post for one in wanted if one.post],
                "roles": sorted({one.role for one in wanted if not one.post}),
                "paths": sorted({one.path for one in wanted if not one.post}),
            },
        )
        return [Holder(*row) for row in cursor.fetchall()]


def _find(sought: _Sought | None, holders: Sequence[Holder]) -> Holder | None:
    if sought is None:
        return None
    for holder in holders:
        if (
            holder.post == sought.post
            if sought.post
            else (holder.role, holder.path) == (sought.role, sought.path)
        ):
            return holder
    return None


def _where(reading: Reading, holder: Holder | None, period: Period, now: datetime) -> Where:
    due = (
        period.entry_due
        if not reading.tier
        else period.verify_due
        if reading.state == SUBMITTED
        else period.sign_due
    )
    if reading.state == PUBLISHED:
        return Where("published", "", "", reading.moved_at, None, False)
    kind = "returned" if reading.state == RETURNED else "draft" if reading.state in OPEN_STATES else "waiting"
    since = reading.moved_at or period.opens_at
    office, person = (holder.office, holder.person) if holder else ("", "")
    return Where(kind, office, person, since, due, now > due)
