"""Reading packs: what waits for whom, who holds what, what was decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from indicators.answers import about
from indicators.models import Pack, PackFile, PackHolder
from indicators.readings import Reading, load
from registry.models import Office, Unit, User
from registry.selectors import within
from submissions.holding import CAPACITIES, Where
from submissions.models import Holiday
from submissions.moments import CalendarPolicy, own_due
from wording import words
from workflow import route
from workflow.models import Decision
from workflow.record import law

# The first holder of the first post is named; an acting one replaces the definitive one in the view of offices already.
HOLDERS = """
SELECT DISTINCT ON (h.pack_id) h.pack_id, p.title, u.name, coalesce(w.name, ''), coalesce(o.capacity, '')
FROM indicators_holder h JOIN registry_post p ON p.id = h.post_id JOIN registry_unit u ON u.id = p.unit_id
  LEFT JOIN registry_office o ON o.post_id = p.id LEFT JOIN registry_user w ON w.id = o.person_id
WHERE h.pack_id = ANY (%s) ORDER BY h.pack_id, o.id IS NULL, p.id, o.id"""

KINDS = {
    route.DRAFT: "draft",
    route.RETURNED: "returned",
    route.PUBLISHED: "published",
    route.SUPERSEDED: "superseded",
    route.CANCELLED: "cancelled",
}


def reports_indicators(offices: Iterable[Office]) -> bool:
    """Whether offices have to do with packs: at a public entity, or above one."""
    units = [office.unit for office in offices]
    if any(unit.kind == Unit.Kind.PUBLIC_ENTITY for unit in units):
        return True
    paths = [office.unit_path for office in offices if office.role != "officer"]
    entities = Unit.objects.filter(within(paths), kind=Unit.Kind.PUBLIC_ENTITY)
    return bool(paths) and entities.exists()


def waiting_for(user: User) -> QuerySet[Pack]:
    """Packs on which a person has to act next, by the offices held now."""
    held = Office.objects.filter(person=user.pk).values("post")
    return Pack.objects.filter(pk__in=PackHolder.objects.filter(post__in=held).values("pack"))


def others(user: User) -> QuerySet[Pack]:
    """Packs that a person may see and that wait for somebody else, or for nobody."""
    return Pack.objects.visible_to(user).exclude(pk__in=waiting_for(user).values("pk"))


def read(ids: Sequence[int]) -> list[Reading]:
    """Packs with their figures and indicators, the newest quarter first."""
    with connection.cursor() as cursor:
        return list(load(cursor, ids).values())


def where(readings: Sequence[Reading], *, now: datetime) -> dict[int, Where]:
    """For each pack by id: who holds it, since when, due when, and what comes next (templates/components/where.html)."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, [[one.id for one in readings]])
        holders = {pk: rest for pk, *rest in cursor.fetchall()}
    policies = _policies(readings)
    return {one.id: _where(one, holders.get(one.id), policies[one.government_id], now) for one in readings}


def _policies(readings: Sequence[Reading]) -> dict[int, CalendarPolicy]:
    """Zone and holidays of the packs' governments: what working days are counted by."""
    zones = {one.government_id: one.zone for one in readings}
    days: dict[int, set[date]] = {pk: set() for pk in zones}
    for pk, day in Holiday.objects.filter(government__in=zones).values_list("government", "day"):
        days[pk].add(day)
    return {pk: CalendarPolicy(time_zone=zone, holidays=frozenset(days[pk])) for pk, zone in zones.items()}


def _where(one: Reading, holder: Sequence[str] | None, policy: CalendarPolicy, now: datetime) -> Where:
    title, unit, person, capacity = holder or ("", "", "", "")
    office = f"{CAPACITIES.get(capacity, '')}{title}, {unit}" if title else ""
    kind = KINDS.get(one.state, "waiting")
    due, then = _next(one, policy)
    overdue = due is not None and now > due
    return Where(kind, office, person, one.moved_at or one.opens_at, due, overdue, then=then)


def _next(one: Reading, policy: CalendarPolicy) -> tuple[datetime | None, str]:
    """Until when the tier that has a pack should act, and which step follows it; nothing for what is final."""
    tiers = law(one.route_id).tiers
    if one.state in (route.PUBLISHED, *route.GONE_STATES) or one.tier >= len(tiers):
        return None, ""
    days = tiers[one.tier].due_days
    due = own_due(policy, one.moved_at, days) if one.tier and days and one.moved_at else one.due_at
    budget = one.reported.get("budget")
    following = law(one.route_id).after(one.tier, about(one.kind, budget.value if budget else None))
    if following == len(tiers):
        return due, str(words.STEPS[route.PUBLISH])
    tier = tiers[following]
    return due, f"{words.STEPS[tier.verb]} ({tier.label or words.ROLES.get(tier.role, tier.role)})"


def decisions_on(ids: Iterable[int]) -> QuerySet[Decision]:
    """All decisions on these packs, the oldest first."""
    return Decision.objects.filter(
        content_type__app_label="indicators", content_type__model="pack", object_id__in=list(ids)
    ).order_by("step")


@dataclass(frozen=True, slots=True)
class Return:
    """Why a pack came back, with the codes of the figures it is about."""

    reason: str
    person: str
    office: str
    at: datetime
    marks: tuple[str, ...]


def return_of(one: Reading, decisions: Sequence[Decision]) -> Return | None:
    """The newest return of a pack that has not been submitted since."""
    returns = [each for each in decisions if each.verb == route.RETURN]
    if one.state != route.RETURNED or not returns:
        return None
    last: Any = returns[-1]
    office = f"{CAPACITIES.get(last.capacity, '')}{last.post_title}, {last.unit_name}"
    return Return(last.reason, last.actor_name, office, last.at, tuple(last.marks))


def files_of(pack: int) -> list[PackFile]:
    """The files of a pack, in the order they came."""
    return list(PackFile.objects.filter(pack=pack).order_by("uploaded_at", "pk"))
