# ruff: noqa: S608 - statements are joined from constants of this module and of submissions.desks; values go as parameters
"""What a change of assignments would do to the work that is open: who would hold which report, and what the law would say.

The change is made in a transaction that is rolled back, so it is judged as it would be. Who acts next is asked of the same
branches as everywhere (submissions.desks); whether he may, of the law itself (workflow.route), with the offices that he
would hold on the day. A fixed number of statements, whatever the number of changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from approvals import asking_positions
from approvals.asking_law import posts_of
from approvals.asking_rules import ANSWERERS
from approvals.models import Request, SigningBatch, SigningEntry
from registry.models import Government, Unit
from submissions.desks import BRANCHES
from submissions.models import Report
from submissions.resolving import Offices
from submissions.tenure import Held, Seat, Span
from workflow import route
from workflow.cursor import moment, prepared
from workflow.engine import Question
from workflow.record import records
from workflow.route import Facts, Office, Refusal
from workflow.terms import WAIVER

SELF, TWICE = "route.self", "route.twice"
SHOWN = 12  # reports that are named of each kind; all are counted
_DAY = timedelta(days=1)

REPORTS = """
  SELECT r.id, r.state, r.tier, r.route_id, i.unit_id, u.parent_id, u.agency_id, u.government_id,
    split_part(u.path, '/', 2)::bigint AS root_id, i.officer_post_id, i.verifier_post_id
  FROM submissions_report r JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id"""
# Which open reports come by one of these posts, now or at a later tier.
AHEAD = " UNION ".join(
    "SELECT d.id, t.number, t.verb, p.id AS post_id, t.number = d.tier AS here FROM registry_post p"
    f" JOIN workflow_tier t ON t.role = p.role JOIN ({REPORTS}) d ON d.route_id = t.route_id AND t.number >= d.tier"
    f" AND {join} WHERE p.id = ANY (%s) AND d.state NOT IN ('superseded', 'cancelled')"
    f" AND {where.replace('d.tier', 't.number')}"
    for join, where in BRANCHES
)


@dataclass(frozen=True, slots=True)
class Turn:
    """On a day a post goes from one holder to another because of the change, or back because it is over; None is nobody."""

    seat: Seat
    day: date
    was: Held | None
    now: Held | None


@dataclass(frozen=True, slots=True)
class Line:
    """An open report that a change touches. `refusal`: what the law would say to who then holds the post."""

    report: Report
    verb: str
    turn: Turn
    here: bool  # it waits for this post now; else it comes there later
    refusal: str = ""

    @property
    def agency(self) -> Unit:
        found: Unit = self.report.period.agency
        return found


@dataclass(frozen=True, slots=True)
class Paper:
    """A prepared document that its signer could not sign any more, or that would say another capacity."""

    batch: SigningBatch
    turn: Turn


@dataclass(slots=True)
class Effects:
    """All that a change would do. `requests`: how many requests for exceptions wait at each step for a changed post."""

    turns: list[Turn] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)


def seats_of(government: Government, day: date) -> Offices:
    """The posts of a government and who holds them from a day on, as the present transaction sees it."""
    return Offices(government, Span(day, date.max))


def effects_of(government: Government, before: Offices, after: Offices, day: date) -> Effects:
    """What becomes of the open work when the assignments go from `before` to `after`; asked where `after` is in force."""
    turns = list(_turns(before, after, day))
    first: dict[int, Turn] = {}
    for turn in turns:
        first.setdefault(turn.seat.id, turn)
    if not first:
        return Effects(units=after.names)
    lines = _lines(government, after, first)
    return Effects(turns, lines, _papers(lines), _requests(government, first), after.names)


# --- Who holds what when ---------------------------------------------------------------------------------


def _turns(before: Offices, after: Offices, day: date) -> Iterator[Turn]:
    for pk, seat in after.seats.by_id.items():
        old = before.seats.by_id.get(pk, replace(seat, held=()))
        if old.held != seat.held:
            yield from _of_seat(old, seat, day)


def _of_seat(old: Seat, seat: Seat, day: date) -> Iterator[Turn]:
    last: Held | None = None
    apart = False
    for start in _starts((*old.held, *seat.held), day):
        was, now = old.holder(start), seat.holder(start)
        if _who(was) != _who(now):
            if not apart or _who(now) != _who(last):
                yield Turn(seat, start, last if apart else was, now)
            apart = True
        elif apart:
            # Here the change is over, and whoever it concerned comes back.
            yield Turn(seat, start, last, now)
            apart = False
        last = now


def _starts(held: Iterable[Held], day: date) -> list[date]:
    """The days from `day` on at which an assignment begins or has just ended."""
    found = {day}
    for one in held:
        found.add(one.days.first)
        if one.days.last < date.max:
            found.add(one.days.last + _DAY)
    return sorted(start for start in found if start >= day)


def _who(held: Held | None) -> tuple[int, str] | None:
    return (held.person, held.kind) if held else None


def offices_on(
    after: Offices, paths: Mapping[int, str], people: Mapping[int, date]
) -> dict[int, tuple[Office, ...]]:
    """The offices that each of `people` would hold on his day, as the law reads them."""
    found: dict[int, list[Office]] = {pk: [] for pk in people}
    for seat in after.seats.by_id.values():
        for one in seat.held:
            day = people.get(one.person)
            if day is not None and seat.holder(day) == one:
                office = Office(
                    seat.id, seat.role, seat.title, after.names[seat.unit], paths[seat.unit], one.kind
                )
                found[one.person].append(office)
    return {pk: tuple(some) for pk, some in found.items()}


# --- Reports ---------------------------------------------------------------------------------------------


def _lines(government: Government, after: Offices, first: Mapping[int, Turn]) -> list[Line]:
    with transaction.atomic():
        cursor = prepared()
        rows = cursor.execute(AHEAD, [list(first)] * len(BRANCHES)).fetchall()
        reports = {
            one.pk: one
            for one in Report.objects.filter(pk__in={row[0] for row in rows}).select_related(
                "item", "period__agency"
            )
        }
        facts = _facts(cursor, list(reports.values()))
    paths = dict(Unit.objects.filter(government=government).values_list("pk", "path"))
    people: dict[int, date] = {}
    for turn in first.values():
        if turn.now:
            people[turn.now.person] = max(turn.day, people.get(turn.now.person, turn.day))
    offices = offices_on(after, paths, people)
    found = [
        _line(reports[pk], facts[pk], first[post], offices, tier, verb, here)
        for pk, tier, verb, post, here in rows
    ]
    return sorted(
        found, key=lambda one: (one.report.period.first_day, one.report.item.sub_activity_code, one.report.pk)
    )


def _facts(cursor: Any, reports: Sequence[Report]) -> dict[int, Facts]:
    """What the law asks about each report, of nobody in particular; asked for a return, so that no figures are judged."""
    if not reports:
        return {}
    record = records(Report, reports, cursor)
    return dict(
        Report.facts(cursor, reports, Question(route.RETURN, None, moment(cursor), {}, record=record))
    )


def _line(
    report: Report, facts: Facts, turn: Turn, offices: Mapping[int, tuple[Office, ...]], tier: int, verb: str, here: bool
) -> Line:  # fmt: skip
    if turn.now is None or (turn.was and turn.was.person == turn.now.person):
        return Line(report, verb, turn, here)
    mine = offices[turn.now.person]
    # Separation of persons does not depend on the hour; the window is for the day that comes.
    asked = replace(facts, actor_id=turn.now.person, offices=mine, now=facts.submit_from or facts.opens_at)
    return Line(report, verb, turn, here, refusal_at(asked, tier, verb, here=here))


def refusal_at(facts: Facts, tier: int, verb: str, *, here: bool) -> str:
    """Whether one person, with the offices of `facts`, could not decide at a tier: because he entered (V-53), or because
    he decided or would decide at another tier as well. Empty where nothing stands in the way."""
    if tier == 0 or not facts.route.tiers[tier].asks(facts.about):
        return ""
    if here:
        answer = route.decide(facts, verb)
        if isinstance(answer, Refusal) and answer.code in (SELF, TWICE):
            return answer.code
    elif facts.actor_id in facts.editors:
        return SELF
    held = {
        number
        for number in range(facts.tier, len(facts.route.tiers))
        if number != tier and facts.route.tiers[number].asks(facts.about)
        and any(route.holds(facts, number, office) for office in facts.offices)
    }  # fmt: skip
    if 0 in held:
        return SELF
    before = facts.deciders.get(facts.actor_id, frozenset()) if facts.actor_id else frozenset()
    if (held or (not here and before - {tier})) and facts.grant(WAIVER) is None:
        return TWICE
    return ""


# --- Documents and requests ------------------------------------------------------------------------------


def _papers(lines: Sequence[Line]) -> list[Paper]:
    """Prepared documents that name as signer who would not hold the post in that capacity any more."""
    waiting = {
        one.report.pk: one.turn for one in lines if one.here and one.verb == route.SIGN and one.turn.was
    }
    states = (SigningBatch.State.PREPARING, SigningBatch.State.PREPARED, SigningBatch.State.SIGNING)
    entries = SigningEntry.objects.filter(report__in=waiting, batch__state__in=states)
    found: dict[int, Paper] = {}
    for entry in entries.select_related("batch").order_by("batch"):
        turn = waiting[entry.report_id]
        if turn.was and turn.was.person == entry.batch.signer_id:
            found.setdefault(entry.batch_id, Paper(entry.batch, turn))
    return list(found.values())


def _requests(government: Government, first: Mapping[int, Turn]) -> dict[str, int]:
    found = {}
    for step, role in ANSWERERS.items():
        if not any(turn.seat.role == role for turn in first.values()):
            continue
        if posts_of(step, government.pk).filter(pk__in=first).exists():
            cases = Request.objects.filter(
                pk__in=asking_positions.waiting(step), agency__government=government
            )
            found[step] = cases.count()
    return {step: count for step, count in found.items() if count}
