"""Where is it? Who holds each report, since when, until when, and what comes next: one statement for any set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from submissions.desks import BRANCHES
from submissions.readings import Reading
from wording import words
from workflow.record import law
from workflow.route import CANCELLED, OPEN_STATES, PUBLISHED, RETURNED, REVIEW, SIGNED, SUPERSEDED, Route

CAPACITIES = {"plt": "Plt. ", "plh": "Plh. "}

# The same branches as in the view submissions_holder, over the reports that are asked for and no others: through the view the
# database would begin with all posts.
BRANCH = """SELECT d.id AS report_id, p.id AS post_id FROM asked d CROSS JOIN LATERAL (SELECT d.role, d.scope, d.unit) t
  JOIN registry_post p ON p.role = t.role"""
HELD = " UNION ALL ".join(
    f"{BRANCH} AND {join} WHERE d.state NOT IN ('superseded', 'cancelled') AND {where}"
    for join, where in BRANCHES
)
# Working days are Monday to Friday without the government's holidays; a tier's days are counted from the day it arrived.
WHERE = f"""
WITH asked AS MATERIALIZED (
    SELECT r.id, r.state, r.tier, r.route_id, r.moved_at, r.published_at, r.signed_at, r.ceiling, p.opens_at, p.entry_due,
      p.verify_due, p.sign_due, i.id AS item_id, i.officer_post_id, i.verifier_post_id, u.id AS unit_id, u.parent_id,
      u.agency_id, split_part(u.path, '/', 2)::bigint AS root_id, u.kind, u.government_id, g.time_zone AS zone, t.verb,
      t.role, t.scope, t.unit, t.due_days, t.escalate_days
    FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id JOIN registry_budgetitem i ON i.id = r.item_id
      JOIN registry_unit u ON u.id = i.unit_id JOIN registry_government g ON g.id = u.government_id
      LEFT JOIN workflow_tier t ON t.route_id = r.route_id AND t.number = r.tier
    WHERE r.id = ANY (%(ids)s)),
  said AS MATERIALIZED (
    SELECT d.object_id AS id, d.step, d.verb, d.tier, d.target_tier, d.actor_name, d.at FROM workflow_decision d
    WHERE d.object_id = ANY (%(ids)s) AND d.content_type_id = (SELECT c.id FROM django_content_type c
      WHERE c.app_label = 'submissions' AND c.model = 'report')),
  came AS MATERIALIZED (
    SELECT a.id, max(d.step) AS step, max(d.at) AS at FROM asked a
      JOIN said d ON d.id = a.id AND d.target_tier = a.tier AND d.tier <> a.tier GROUP BY a.id),
  held AS MATERIALIZED ({HELD}),
  seat AS MATERIALIZED (
    SELECT q.id, q.title, u.name AS unit, o.capacity, w.name AS person, n.vacant_since, n.title AS for_title,
      n.unit_name AS for_unit, n.capacity AS for_capacity, z.name AS for_person
    FROM (SELECT DISTINCT post_id FROM held) x JOIN registry_post q ON q.id = x.post_id
      JOIN registry_unit u ON u.id = q.unit_id LEFT JOIN registry_office o ON o.post_id = q.id
      LEFT JOIN registry_user w ON w.id = o.person_id
      LEFT JOIN LATERAL (SELECT * FROM registry_standin s WHERE o.post_id IS NULL AND s.vacant_post_id = q.id) n ON true
      LEFT JOIN registry_user z ON z.id = n.person_id)
SELECT a.id, a.state, a.tier, a.route_id, a.role, a.moved_at, a.published_at, a.signed_at, coalesce(c.at, a.opens_at),
  CASE WHEN a.due_days IS NOT NULL AND c.at IS NOT NULL THEN (
      SELECT (d.day + 1)::timestamp AT TIME ZONE a.zone - interval '1 second'
      FROM (SELECT (c.at AT TIME ZONE a.zone)::date + n AS day
        FROM generate_series(least(a.due_days, 1), a.due_days * 2 + 60) n) d
      WHERE extract(isodow FROM d.day) < 6 AND NOT EXISTS (SELECT 1 FROM submissions_holiday y
        WHERE y.government_id = a.government_id AND y.day = d.day)
      ORDER BY d.day LIMIT 1 OFFSET greatest(a.due_days - 1, 0))
    WHEN a.tier = 0 THEN a.entry_due WHEN a.verb = 'verify' THEN a.verify_due WHEN a.verb = 'sign' THEN a.sign_due END,
  ARRAY(SELECT DISTINCT d.actor_name FROM said d WHERE d.id = a.id AND d.step > c.step AND d.verb = a.verb
    AND d.tier = a.tier AND d.target_tier = a.tier ORDER BY 1),
  a.ceiling, a.kind, ARRAY(SELECT b.fund_source FROM registry_budgetline b WHERE b.item_id = a.item_id),
  s.title, s.unit, s.capacity, s.person,
  CASE WHEN a.escalate_days IS NOT NULL AND %(now)s >= greatest(s.vacant_since, coalesce(a.moved_at, a.opens_at))
    + make_interval(days => a.escalate_days) THEN ARRAY[s.for_capacity, s.for_title, s.for_unit, s.for_person] END
FROM asked a LEFT JOIN came c ON c.id = a.id LEFT JOIN held h ON h.report_id = a.id LEFT JOIN seat s ON s.id = h.post_id
ORDER BY a.id, s.id, s.for_person"""  # noqa: S608 - only HELD is put in


@dataclass(frozen=True, slots=True)
class Holder:
    """An office that has to act next; `person` is empty while it is vacant, then `in_place` says who acts for it."""

    office: str
    person: str
    in_place: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """The one sentence that says who holds a report (templates/components/where.html)."""

    kind: str
    office: str
    person: str
    since: datetime | None
    due: datetime | None
    overdue: bool
    holders: tuple[Holder, ...] = ()  # all who may act next, when there are several or one stands in
    agreed: tuple[str, ...] = ()  # who has let it pass at this tier already
    quorum: int = 1
    then: str = ""  # the step after this one, in words


class _Row(NamedTuple):
    id: int
    state: str
    tier: int
    route: int
    role: str | None
    moved_at: datetime | None
    published_at: datetime | None
    signed_at: datetime | None
    arrived_at: datetime
    due: datetime | None
    agreed: list[str]
    ceiling: Decimal
    unit_kind: str
    funds: list[str]
    title: str | None
    unit: str | None
    capacity: str | None
    person: str | None
    in_place: list[str] | None


def where(readings: Sequence[Reading], *, now: datetime) -> dict[int, Where]:
    """For each report by id: who holds it, since when, due when, and what comes next."""
    return where_of([one.id for one in readings], now=now)


def where_of(ids: Iterable[int], *, now: datetime) -> dict[int, Where]:
    """The same by the reports' ids."""
    wanted = list(ids)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(WHERE, {"ids": wanted, "now": now})
        rows = [_Row(*row) for row in cursor.fetchall()]
    return {pk: _where(list(found), now) for pk, found in groupby(rows, key=lambda row: row.id)}


def _where(rows: Sequence[_Row], now: datetime) -> Where:
    one = rows[0]
    route = law(one.route)
    if one.state in (SUPERSEDED, CANCELLED):
        return Where(one.state, "", "", one.moved_at, None, False)
    holders = _holders(rows)
    open_ones = tuple(holder for holder in holders if holder.person not in one.agreed)
    holders = open_ones or holders
    office, person = _named(holders, one.role)
    if one.state == PUBLISHED:
        since = one.published_at or one.moved_at
        return Where(PUBLISHED, office if one.role else "", person, since, one.due, False, holders)
    if one.state == SIGNED and not route.holds_publication(one.tier):
        until = (one.signed_at or now) + timedelta(hours=route.embargo_hours)
        return Where("embargo", "", "", one.signed_at, until, False)
    kind = "returned" if one.state == RETURNED else "draft" if one.state in OPEN_STATES else "waiting"
    due = one.due
    return Where(
        kind, office, person, one.arrived_at, due, due is not None and now > due, holders, tuple(one.agreed),
        route.tiers[one.tier].quorum, _then(route, one),
    )  # fmt: skip


def _holders(rows: Sequence[_Row]) -> tuple[Holder, ...]:
    found: dict[str, Holder] = {}
    for row in rows:
        if row.title is None:
            continue
        office = f"{CAPACITIES.get(row.capacity or '', '')}{row.title}, {row.unit}"
        in_place = ""
        if row.in_place and row.in_place[3]:
            capacity, title, unit, person = row.in_place
            in_place = f"{person}, {CAPACITIES.get(capacity, '')}{title}, {unit}"
        found[office] = Holder(office, row.person or "", in_place)
    return tuple(found.values())


def _named(holders: Sequence[Holder], role: str | None) -> tuple[str, str]:
    """Who holds it in one line: the one office and its person, or all of them."""
    if not holders:
        return (str(words.ROLES.get(role, role)) if role else "", "")
    if len(holders) == 1:
        return holders[0].office, holders[0].person
    return "; ".join(f"{one.office} ({one.person or _('vacant')})" for one in holders), ""


def _then(route: Route, one: _Row) -> str:
    """What comes after the tier that has it: "signature (agency head)", or publication."""
    about = {"ceiling": one.ceiling, "fund_source": frozenset(one.funds), "kind": one.unit_kind}
    following = route.after(one.tier, about)
    if following >= len(route.tiers):
        return str(words.STEPS["publish"])
    tier = route.tiers[following]
    if tier.verb == REVIEW and not tier.blocks:
        return str(words.STEPS["publish"])
    return f"{words.STEPS[tier.verb]} ({tier.label or words.ROLES.get(tier.role, tier.role)})"
