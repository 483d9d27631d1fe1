"""Which posts and persons each tier of a route leads to, for every unit that uses it, on every day (domain.md 4.1).

A fixed number of statements whatever the size: the days, what uses the routes, posts, assignments, units. What is read
once answers for any number of routes, saved or not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection

from registry.models import FiscalYear, Government
from submissions.calendar import policy_of
from submissions.moments import due_moments, fiscal_month
from submissions.tenure import Held, Seat, Seats, Span, Standing
from workflow.document import Document
from workflow.route import SUBMIT, Refusal, Route, Tier

NOBODY_KNOWS = timedelta(days=62)  # ahead, where no fiscal year says when the next month locks

DAYS = """
SELECT (jenjang_now() AT TIME ZONE g.time_zone)::date, max(p.first_day),
  max(p.lock_at) FILTER (WHERE p.closed_at IS NULL AND p.lock_at > jenjang_now()) AT TIME ZONE g.time_zone
FROM registry_government g LEFT JOIN registry_unit u ON u.government_id = g.id
  LEFT JOIN submissions_period p ON p.agency_id = u.id WHERE g.id = %s GROUP BY g.id"""

_OF = """u.id, u.code, u.name, u.kind, u.parent_id, u.agency_id, split_part(u.path, '/', 2)::bigint, {officer}, {verifier}"""
# Sub-activities alike: of one unit, with the same officer and verifier. A public entity reports without any.
USES = f"""
SELECT u.route_code, {_OF.format(officer="i.officer_post_id", verifier="i.verifier_post_id")}, count(DISTINCT i.id),
  min(i.sub_activity_code), min(v.ceiling), max(v.ceiling), array_agg(DISTINCT b.fund_source) FILTER (WHERE b.id IS NOT NULL)
FROM registry_budgetitem i JOIN registry_unit u ON u.id = i.unit_id
  JOIN registry_fiscalyear y ON y.id = i.fiscal_year_id AND y.start_date <= %(last)s AND (y.end_date >= %(first)s
    OR EXISTS (SELECT FROM submissions_period p WHERE p.fiscal_year_id = y.id AND p.closed_at IS NULL
      AND p.lock_at > jenjang_now()))
  JOIN registry_budgetitemversion v ON v.item_id = i.id AND v.active AND v.ceiling > 0
  LEFT JOIN registry_budgetline b ON %(funds)s AND b.item_id = i.id
WHERE u.government_id = %(government)s AND (u.route_code = ANY (%(codes)s) OR u.id = ANY (%(units)s))
GROUP BY u.id, i.officer_post_id, i.verifier_post_id
UNION ALL
SELECT u.route_code, {_OF.format(officer="NULL", verifier="NULL")}, 0, '', NULL, NULL, NULL FROM registry_unit u
WHERE u.government_id = %(government)s AND (u.kind = 'PUBLIC_ENTITY' AND u.route_code = ANY (%(plain)s)
  OR u.id = ANY (%(units)s)) AND NOT EXISTS (SELECT FROM registry_budgetitem i WHERE i.unit_id = u.id)
ORDER BY 3, 11, 12, 9, 10"""  # noqa: S608 - names of columns, no values

PINNED = f"""
SELECT r.route_id::text, {_OF.format(officer="i.officer_post_id", verifier="i.verifier_post_id")}, count(*),
  min(i.sub_activity_code), min(r.ceiling), max(r.ceiling), array_agg(DISTINCT b.fund_source) FILTER (WHERE b.id IS NOT NULL)
FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id AND p.closed_at IS NULL
  JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id
  LEFT JOIN registry_budgetline b ON %(funds)s AND b.item_id = i.id
WHERE u.government_id = %(government)s AND r.state NOT IN ('superseded', 'cancelled')
  AND EXISTS (SELECT FROM workflow_tier t WHERE t.route_id = r.route_id AND t.number >= r.tier)
GROUP BY r.route_id, u.id, i.officer_post_id, i.verifier_post_id ORDER BY 3, 11, 12, 9, 10, 1"""  # noqa: S608 - names of columns, no values

# Documents that belong to a unit as a whole; which of them still wait for somebody, or will.
OF_UNITS = """
SELECT w.code, d.route_id::text, bool_or(d.state <> 'published' OR d.tier < jsonb_array_length(w.tiers)), {of}
FROM "{table}" d JOIN workflow_routeversion w ON w.id = d.route_id JOIN registry_unit u ON u.id = d.unit_id
WHERE u.government_id = %s AND d.state NOT IN ('superseded', 'cancelled') GROUP BY w.code, d.route_id, u.id ORDER BY u.code"""

POSTS = """
SELECT p.id, p.role, p.title, p.unit_id, u.agency_id, p.superior_id FROM registry_post p JOIN registry_unit u
  ON u.id = p.unit_id WHERE u.government_id = %s ORDER BY p.id"""

HELD = """
SELECT a.post_id, a.person_id, w.name, a.kind, a.valid_from, coalesce(a.valid_to, %(ever)s::date)
FROM registry_assignment a
  JOIN registry_user w ON w.id = a.person_id AND w.is_active AND NOT w.is_staff AND NOT w.is_superuser
  JOIN registry_post p ON p.id = a.post_id JOIN registry_unit u ON u.id = p.unit_id
WHERE u.government_id = %(government)s AND a.valid_from <= %(last)s AND coalesce(a.valid_to, %(ever)s::date) >= %(first)s
ORDER BY a.post_id, a.valid_from"""

UNITS = "SELECT id, code, name FROM registry_unit WHERE government_id = %s"


@dataclass(frozen=True, slots=True)
class Use:
    """Sub-activities that go the same way: of one unit, with the same posts named. Ceilings from `least` to `most`."""

    key: str  # the code of the route, or the id of the version they are pinned to
    unit: int
    code: str
    name: str
    kind: str
    parent: int | None
    agency: int | None
    root: int
    officer: int | None
    verifier: int | None
    items: int
    example: str
    least: Decimal | None
    most: Decimal | None
    funds: tuple[str, ...]

    def may_meet(self, tier: Tier) -> bool:
        """Whether one of them could come by a tier; what is not known of them may be so."""
        return all(self._may_hold(one.fact, one.op, one.value) for one in tier.when)

    def _may_hold(self, fact: str, op: str, value: Any) -> bool:
        if fact == "kind":
            return self.kind in value if op == "in" else self.kind == value
        if not self.items or self.most is None or self.least is None:
            return True
        if fact == "fund_source":
            return value in self.funds
        return self.most >= Decimal(value) if op == ">=" else self.least < Decimal(value)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a tier is, for some uses: a post that they name, or the posts of its role at a unit."""

    tier: int
    unit: int | None
    post: int | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something about a route that leads to nobody (it blocks), or to one who should not have to (it does not)."""

    refusal: Refusal
    tier: int
    place: str
    blocks: bool = True


class Offices:
    """The posts of a government and who holds them on the days of a span; read once."""

    def __init__(self, government: Government, span: Span) -> None:
        self.span = span
        asked: dict[str, Any] = {
            "government": government.pk,
            "first": span.first,
            "last": span.last,
            "ever": date.max,
        }
        with connection.cursor() as cursor:
            cursor.execute(HELD, asked)
            held: dict[int, list[Held]] = {}
            for post, person, name, kind, first, last in cursor.fetchall():
                held.setdefault(post, []).append(Held(person, name, kind, Span(first, last)))
            cursor.execute(POSTS, [government.pk])
            self.seats = Seats(Seat(*[*row, tuple(held.get(row[0], ()))]) for row in cursor.fetchall())
            cursor.execute(UNITS, [government.pk])
            units = cursor.fetchall()
        self.names = {pk: name for pk, _, name in units}
        self.named = {code: pk for pk, code, _ in units}
        self._kept: dict[tuple[tuple[int, ...], bool], list[Standing]] = {}

    def seats_of(self, law: Route, desk: Desk) -> tuple[Seat, ...]:
        """The posts of a desk; of a named post only when it is of the tier's role."""
        role = law.tiers[desk.tier].role
        if desk.post is None:
            return self.seats.at(desk.unit, role)
        seat = self.seats.by_id.get(desk.post)
        return (seat,) if seat and seat.role == role else ()

    def standings(self, law: Route, desk: Desk) -> list[Standing]:
        """Who could act at a desk on each day of the span."""
        seats = self.seats_of(law, desk)
        key = tuple(seat.id for seat in seats), law.tiers[desk.tier].escalate_days is not None
        if key not in self._kept:
            self._kept[key] = self.seats.standings(seats, self.span, stand_in=key[1])
        return self._kept[key]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The days to look at, and the first day of the month that opens next."""

    span: Span
    coming: date


def days_ahead(government: Government) -> Ahead:
    """From today until the last day on which the open months, and the month after them, may be decided on."""
    with connection.cursor() as cursor:
        cursor.execute(DAYS, [government.pk])
        today, newest, locks = cursor.fetchone()
    coming = _month_after(newest) if newest else today.replace(day=1)
    years = FiscalYear.objects.filter(government=government, start_date__lte=coming).select_related(
        "government"
    )
    year = years.order_by("start_date").last()
    if year is None:
        return Ahead(Span(today, today + NOBODY_KNOWS), coming)
    month = fiscal_month(coming, government.fiscal_start_month)[1]
    next_lock = due_moments(policy_of(year), coming, month).lock_at
    ends = [moment.date() - timedelta(days=1) for moment in (locks,) if moment] + [next_lock.date()]
    return Ahead(Span(today, max(today, *ends)), coming)


def _month_after(first: date) -> date:
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def uses_of(
    government: Government, span: Span, laws: Mapping[str, Route], units: Sequence[int] = ()
) -> dict[str, list[Use]]:
    """What uses the routes with these codes, by code; `units` are taken along whatever route they follow."""
    plain = [code for code, law in laws.items() if all(tier.scope != "item" for tier in law.tiers)]
    found = _read(USES, {
        "government": government.pk, "first": span.first, "last": span.last, "codes": list(laws), "plain": plain,
        "units": list(units), "funds": asks_for_funds(laws.values()),
    })  # fmt: skip
    for code, _, _, use in _of_units(government):
        if code in laws and all(one.unit != use.unit for one in found.get(code, ())):
            found.setdefault(code, []).append(replace(use, key=code))
    return found


def pinned_uses(government: Government, laws: Iterable[Route]) -> dict[str, list[Use]]:
    """What unfinished documents are pinned to, by the id of the version."""
    found = _read(PINNED, {"government": government.pk, "funds": asks_for_funds(laws)})
    for _, version, unfinished, use in _of_units(government):
        if unfinished:
            found.setdefault(version, []).append(replace(use, key=version))
    return found


def _of_units(government: Government) -> list[tuple[str, str, bool, Use]]:
    """Code and version of the route, and whether something is unfinished, of documents that name a unit and no item."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if issubclass(model, Document) and any(field.name == "unit" for field in model._meta.fields):
                of = _OF.format(officer="NULL", verifier="NULL")
                cursor.execute(OF_UNITS.format(of=of, table=model._meta.db_table), [government.pk])
                for code, version, unfinished, *fields in cursor.fetchall():
                    found.append((code, version, unfinished, Use(code, *[*fields, 0, "", None, None, ()])))
    return found


def asks_for_funds(laws: Iterable[Route]) -> bool:
    """Whether a condition needs the fund sources, which are the dearest to read."""
    return any(one.fact == "fund_source" for law in laws for tier in law.tiers for one in tier.when)


def _read(statement: str, params: Mapping[str, Any]) -> dict[str, list[Use]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found: dict[str, list[Use]] = {}
        for *fields, funds in cursor.fetchall():
            found.setdefault(fields[0], []).append(Use(*[*fields, tuple(funds or ())]))
    return found


def desk_of(law: Route, number: int, use: Use, named: Mapping[str, int]) -> Desk:
    """Where a tier of a route is for some sub-activities: the same answer that the law gives (`workflow.route.holds`)."""
    tier = law.tiers[number]
    if tier.scope == "item":
        post = use.verifier if number else use.officer
        return Desk(number, None if post or not number else use.unit, post)
    places = {"self": use.unit, "parent": use.parent, "agency": use.agency, "government": use.root}
    return Desk(number, named.get(tier.unit) if tier.scope == "unit" else places[tier.scope])


def desks_of(law: Route, uses: Iterable[Use], named: Mapping[str, int]) -> dict[Desk, list[Use]]:
    """All desks of a route, each with the uses that come by it, in the order of the tiers."""
    found: dict[Desk, list[Use]] = {}
    for use in uses:
        for number, tier in enumerate(law.tiers):
            if use.may_meet(tier):
                found.setdefault(desk_of(law, number, use, named), []).append(use)
    return dict(sorted(found.items(), key=lambda pair: pair[0].tier))


def troubles(law: Route, uses: Sequence[Use], offices: Offices) -> list[Trouble]:
    """Every tier of a route that leads to nobody, or to too few, on a day of the span; those that block first."""
    unknown = [
        (number, tier.unit)
        for number, tier in enumerate(law.tiers)
        if tier.scope == "unit" and tier.unit not in offices.named
    ]
    found = [
        Trouble(Refusal("resolve.unknown_unit", {"tier": number, "unit": code}), number, code)
        for number, code in unknown
    ]
    skipped = {number for number, _ in unknown}
    for desk, concerned in desks_of(law, uses, offices.named).items():
        if desk.tier not in skipped:
            found += _at(law, desk, concerned, offices)
    found += _one_person(law, uses, offices, skipped)
    return sorted(found, key=lambda one: not one.blocks)


def _at(law: Route, desk: Desk, concerned: Sequence[Use], offices: Offices) -> Iterator[Trouble]:
    """What is wrong at one desk."""
    first, tier = concerned[0], law.tiers[desk.tier]
    seats = offices.seats_of(law, desk)
    place = offices.names.get(desk.unit or 0, "") or (offices.names[seats[0].unit] if seats else first.name)
    said = {"tier": desk.tier, "place": place, "role": tier.role}
    items = sum(use.items for use in concerned)
    code: str
    more: dict[str, Any] = {}
    if desk.unit is None and desk.post is None and tier.scope == "item":
        code, more = "resolve.unnamed", {"item": first.example, "count": items}
    elif desk.unit is None and desk.post is None:
        code, more = "resolve.no_place", {"scope": tier.scope}
    elif not seats and desk.post is not None:
        post = offices.seats.by_id[desk.post]
        code, more = "resolve.other_role", {"item": first.example, "post": post.title}
    elif not seats:
        code = "resolve.no_post"
    elif len(seats) < tier.quorum:
        code, more = "resolve.few_posts", {"count": len(seats), "quorum": tier.quorum}
    else:
        yield from _on_days(law, desk, seats, said, offices)
        return
    yield Trouble(Refusal(code, {**said, **more}), desk.tier, place)


def _on_days(
    law: Route, desk: Desk, seats: Sequence[Seat], said: dict[str, Any], offices: Offices
) -> Iterator[Trouble]:
    tier = law.tiers[desk.tier]
    for standing in offices.standings(law, desk):
        days = {"first_on": standing.days.first.isoformat(), "last_on": standing.days.last.isoformat()}
        post = {"post": "; ".join(seat.title for seat in standing.vacant)}
        count = len(standing.persons)
        if not count:
            yield Trouble(Refusal("resolve.vacant", {**said, **days, **post}), desk.tier, said["place"])
        elif count < tier.quorum:
            params = {**said, **days, "count": count, "quorum": tier.quorum}
            yield Trouble(Refusal("resolve.few", params), desk.tier, said["place"])
        elif len({one.person for one in standing.people}) < tier.quorum:
            names = ", ".join(one.name for one in standing.stand_ins)
            params = {**said, **days, **post, "person": names, "days": tier.escalate_days}
            yield Trouble(Refusal("resolve.stand_in", params), desk.tier, said["place"], blocks=False)


def _one_person(law: Route, uses: Sequence[Use], offices: Offices, skipped: set[int]) -> Iterator[Trouble]:
    """Tiers that only one person could pass who is needed at an earlier tier too (V-53)."""
    seen: set[tuple[Desk, Desk]] = set()
    for use in uses:
        met = [
            desk_of(law, number, use, offices.named)
            for number, tier in enumerate(law.tiers)
            if number not in skipped and use.may_meet(tier)
        ]
        pairs = [(met[one], met[other]) for one in range(len(met)) for other in range(one + 1, len(met))]
        for earlier, later in pairs:
            if (earlier, later) not in seen:
                seen.add((earlier, later))
                yield from _both(law, earlier, later, use, offices)


def _both(law: Route, earlier: Desk, later: Desk, use: Use, offices: Offices) -> Iterator[Trouble]:
    first, second = law.tiers[earlier.tier], law.tiers[later.tier]
    enters = first.verb == SUBMIT
    for before in offices.standings(law, earlier):
        needed = before.persons if len(before.persons) <= first.quorum else frozenset()
        for standing in offices.standings(law, later):
            days = _shared(before.days, standing.days)
            left = standing.persons - needed
            if days is None or len(left) >= second.quorum or len(standing.persons) < second.quorum:
                continue
            names = sorted(
                {one.name for one in (*standing.people, *standing.stand_ins) if one.person in needed}
            )
            params = {
                "tier": later.tier, "other": earlier.tier, "verb": second.verb, "person": ", ".join(names),
                "item": use.example, "place": use.name,
                "first_on": days.first.isoformat(), "last_on": days.last.isoformat(),
            }  # fmt: skip
            code = "resolve.self" if enters else "resolve.twice"
            yield Trouble(Refusal(code, params), later.tier, use.name, blocks=enters)


def _shared(one: Span, other: Span) -> Span | None:
    first, last = max(one.first, other.first), min(one.last, other.last)
    return Span(first, last) if first <= last else None
