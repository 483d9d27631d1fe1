"""When everything of a month happens: entries, returns, verifications, signatures (domain.md 7.4, 7.5). Pure.

A month is planned backwards from each signature: what is late, and by how much, is drawn for the agency and the month;
verification comes before it, and entry before that. What lies after the moment at which the regency stands has not
happened yet: that is how the open month comes to be half done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from config.demo import narratives
from config.demo.chance import pick, stream
from config.demo.offices import Staff
from config.demo.profiles import ZONE
from config.demo.structure import HOLIDAYS

Seat = tuple[str, str]
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


class Act(StrEnum):
    """What somebody does."""

    DRAFT = "draft"
    SUBMIT = "submit"
    RETURN = "return"
    RESUBMIT = "resubmit"
    VERIFY = "verify"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Event:
    """One act of one person on a set of items (by key) at a moment; `why` is the kind of fault for a return."""

    at: datetime
    act: Act
    seat: Seat
    items: tuple[str, ...]
    why: str = ""
    faulty: tuple[str, ...] = ()  # of a first submission: what will be sent back for `why`


@dataclass(frozen=True, slots=True)
class Desk:
    """Who handles an item: its agency, the officer's seat, the verifier's."""

    agency: str
    officer: Seat
    verifier: Seat


@dataclass(frozen=True, slots=True)
class Due:
    """Last days of a month: entry, verification, signature; and the day from which nothing moves any more."""

    month: int
    entry: date
    verify: date
    sign: date
    lock: date
    opened: date


@dataclass(slots=True)
class Stories:
    """Scripted exceptions: what is returned twice and published late, who never signs or enters, what is left to try."""

    twice: dict[tuple[int, str], str] = field(default_factory=dict)  # (month, item key) -> why
    unsigned_from: dict[str, int] = field(
        default_factory=dict
    )  # agency -> first month that its head does not sign
    silent_from: dict[str, int] = field(default_factory=dict)  # agency -> first month in which nobody enters
    open_desk: dict[Seat, tuple[str, ...]] = field(
        default_factory=dict
    )  # officer -> what becomes of his items, in turn
    head_waits: frozenset[str] = frozenset()  # agencies whose open month is verified and waits for the head


# Working days after the due day -> share of agency-months (domain.md 7.4); who never publishes is a story.
LATENESS = (((0, 0), 65), ((1, 2), 19), ((3, 5), 10), ((6, 7), 6))
ROUNDS = ((0, 80), (1, 17), (2, 3))  # how often a verifier sends something back in a month


def month(items: Mapping[str, Desk], due: Due, staff: Staff, stories: Stories, last: bool) -> list[Event]:
    """All acts of one month in order; `last`: the month that is open."""
    events: list[Event] = []
    agencies = sorted({desk.agency for desk in items.values()})
    for agency in agencies:
        if due.month >= stories.silent_from.get(agency, 99):
            continue
        own = {key: desk for key, desk in items.items() if desk.agency == agency}
        events += _of_agency(agency, own, due, staff, stories, last)
    return sorted(events, key=lambda event: (event.at, event.seat, event.items))


def _of_agency(
    agency: str, items: dict[str, Desk], due: Due, staff: Staff, stories: Stories, last: bool
) -> list[Event]:
    rng = stream("month", agency, due.month)
    events: list[Event] = []
    if last:
        for seat, fates in stories.open_desk.items():
            desk = [key for key in items if items[key].officer == seat]
            events += _open_desk(desk, seat, fates, items, due)
            items = {key: each for key, each in items.items() if key not in desk}
    late = {key for key, desk in items.items() if _absent(desk, due, staff)}
    twice = {key for key in items if (due.month, key) in stories.twice}
    main = {key: desk for key, desk in items.items() if key not in late | twice}
    signed = _at(rng, due.sign, 15, 16) if last and agency in stories.head_waits else _signing(rng, due)
    if main:
        events += _course(rng, agency, main, signed, due)
    if last and agency in stories.head_waits:
        # All but the signature came early.
        events = [_brought_forward(event, due) for event in events]
    for key in sorted(twice):
        later = min(_later(due.sign, 6), _earlier(due.lock - DAY))
        events += _returned_twice(key, items[key], stories.twice[due.month, key], later, agency, due)
    events += _backlog(agency, {key: items[key] for key in late}, due, staff)
    if due.month >= stories.unsigned_from.get(agency, 99):
        events = [event for event in events if event.act != Act.SIGN]
    return events


def _brought_forward(event: Event, due: Due) -> Event:
    """The same act in the first days of the month, in the same order."""
    start, end = datetime.combine(due.opened, time(8), ZONE), datetime.combine(due.sign, time(17), ZONE)
    soon = datetime.combine(_later(due.opened, 1), time(16), ZONE)
    share = (event.at - start) / (end - start)
    at = event.at if event.act == Act.SIGN else start + (soon - start) * share
    return replace(event, at=at)


def _signing(rng: Random, due: Due) -> datetime:
    """When the head signs the month's main document."""
    fewest, most = pick(rng, LATENESS)
    if most:
        day = _later(due.sign, rng.randint(fewest, most))
        # A late month is still signed in the late window: afterwards nothing moves without a grant.
        day = min(day, _earlier(due.lock - DAY))
    else:
        early = rng.choices(range(8), (26, 16, 12, 10, 8, 8, 6, 14))[0]
        day = _earlier(max(due.sign - early * DAY, _later(due.opened, 2)))
    return _at(rng, day, 13, 16)


def _course(rng: Random, agency: str, items: dict[str, Desk], signed: datetime, due: Due) -> list[Event]:
    """Entry, verification and signature of one document, planned backwards."""
    events = [Event(signed, Act.SIGN, (agency, "head"), tuple(sorted(items)))]
    late = signed.date() > due.sign
    for verifier in sorted({desk.verifier for desk in items.values()}):
        own = {key: desk for key, desk in items.items() if desk.verifier == verifier}
        verified = _before(rng, signed, due)
        events.append(Event(verified, Act.VERIFY, verifier, tuple(sorted(own))))
        events += _entry(rng, own, verifier, verified, due, late)
    return events


def _entry(
    rng: Random, items: dict[str, Desk], verifier: Seat, verified: datetime, due: Due, late: bool
) -> list[Event]:
    """Submissions of the officers under one verifier, and what he sends back of them, the last time first."""
    events: list[Event] = []
    until, sent_back, why = verified - 40 * MINUTE, list[str](), ""
    for _ in range(pick(rng, ROUNDS)):
        again = _awake(until - rng.randint(20, 150) * MINUTE)
        back = _awake(again - rng.randint(60, 2000) * MINUTE)
        if back < datetime.combine(due.opened, time(12), ZONE):
            break
        sent_back, why = sent_back or _some(rng, items), pick(rng, narratives.RETURN_REASONS)
        events.append(Event(back, Act.RETURN, verifier, tuple(sent_back), why))
        for officer, keys in _by_officer(items, sent_back).items():
            events.append(Event(again, Act.RESUBMIT, officer, keys, why))
        until = back - 40 * MINUTE
    for officer, keys in _by_officer(items, sorted(items)).items():
        faulty = tuple(key for key in keys if key in sent_back)
        # Half of what is signed late was entered late already.
        typed = until - rng.randint(0, 900) * MINUTE if late and rng.random() < 0.5 else _typed(rng, due)
        at = max(_awake(min(typed, until)), datetime.combine(due.opened, time(1), ZONE))
        events.append(Event(at, Act.SUBMIT, officer, keys, why if faulty else "", faulty))
    return events


def _by_officer(items: Mapping[str, Desk], keys: Sequence[str]) -> dict[Seat, tuple[str, ...]]:
    officers = sorted({items[key].officer for key in keys})
    return {officer: tuple(key for key in keys if items[key].officer == officer) for officer in officers}


def _some(rng: Random, items: Mapping[str, Desk]) -> list[str]:
    """The reports that one verifier finds wanting."""
    keys = sorted(items)
    return sorted(rng.sample(keys, max(1, min(len(keys), round(len(keys) * rng.uniform(0.3, 0.8))))))


def _typed(rng: Random, due: Due) -> datetime:
    """When an officer submits: more than half in the last day before the due moment, in the morning or late at night."""
    day = (
        due.entry
        if rng.random() < 0.55
        else due.opened + rng.randint(0, max(0, (due.entry - due.opened).days - 1)) * DAY
    )
    if rng.random() < 0.55:
        return _at(rng, day, 9, 11)
    return _at(rng, day, 20, 23)


def _before(rng: Random, signed: datetime, due: Due) -> datetime:
    """A verification: on the day of the signature or up to two days before, never before anything could be entered."""
    day = _earlier(signed.date() - rng.randint(0, 2) * DAY)
    at = _at(rng, day, 8, 16)
    at = at if at < signed - HOUR else signed - rng.randint(70, 200) * MINUTE
    return max(at, datetime.combine(due.opened + DAY, time(15), ZONE))


def _returned_twice(key: str, desk: Desk, why: str, later: date, agency: str, due: Due) -> list[Event]:
    """Story S02: returned twice, published late in a document of its own."""
    rng = stream("twice", key, due.month)
    items = (key,)
    first = _at(rng, _later(due.opened, 2), 9, 10)
    return [
        Event(first, Act.SUBMIT, desk.officer, items, why, items),
        Event(first + 5 * HOUR, Act.RETURN, desk.verifier, items, why),
        Event(first + DAY + HOUR, Act.RESUBMIT, desk.officer, items, why),
        Event(first + DAY + 6 * HOUR, Act.RETURN, desk.verifier, items, narratives.NARRATIVE),
        Event(_at(rng, later, 8, 8), Act.RESUBMIT, desk.officer, items, narratives.NARRATIVE),
        Event(_at(rng, later, 10, 11), Act.VERIFY, desk.verifier, items),
        Event(_at(rng, later, 14, 15), Act.SIGN, (agency, "head"), items),
    ]


def _absent(desk: Desk, due: Due, staff: Staff) -> bool:
    """Whether nobody holds the officer's post in the days of entry."""
    return any(staff.holder(desk.officer, day) is None for day in (due.opened, due.entry))


def _backlog(agency: str, items: dict[str, Desk], due: Due, staff: Staff) -> list[Event]:
    """Story S07: the post was vacant; whoever is appointed before the month locks enters it at once."""
    events: list[Event] = []
    for officer in sorted({desk.officer for desk in items.values()}):
        own = tuple(sorted(key for key, desk in items.items() if desk.officer == officer))
        days = [due.opened + number * DAY for number in range((due.lock - due.opened).days - 1)]
        day = next((each for each in days if staff.holder(officer, each)), None)
        if day is None or staff.holder(officer, day + DAY) is None:
            continue
        rng = stream("backlog", officer, due.month)
        done = _at(rng, day + DAY, 9, 9)
        events.append(Event(done, Act.SUBMIT, officer, own))
        verifiers = sorted({items[key].verifier for key in own})
        for verifier in verifiers:
            theirs = tuple(key for key in own if items[key].verifier == verifier)
            events.append(Event(done + 2 * HOUR, Act.VERIFY, verifier, theirs))
        events.append(Event(done + 5 * HOUR, Act.SIGN, (agency, "head"), own))
    return events


def _open_desk(
    keys: Sequence[str], seat: Seat, fates: Sequence[str], items: Mapping[str, Desk], due: Due
) -> list[Event]:
    """What a visitor finds on the desk he tries: one item each of what can be done next, as far as they go round."""
    rng = stream("desk", seat)
    start = _at(rng, _later(due.opened, 1), 9, 9)
    events: list[Event] = []
    for place, key in enumerate(sorted(keys)):
        fate, at = fates[place % len(fates)], start + 11 * place * MINUTE
        verifier = items[key].verifier
        if fate in ("submitted", "returned", "verified"):
            faulty = (key,) if fate == "returned" else ()
            events.append(Event(at, Act.SUBMIT, seat, (key,), narratives.NUMBERS if faulty else "", faulty))
        if fate == "draft":
            events.append(Event(at, Act.DRAFT, seat, (key,)))
        if fate == "returned":
            events.append(Event(at + 4 * HOUR, Act.RETURN, verifier, (key,), narratives.NUMBERS))
        if fate == "verified":
            events.append(Event(at + 4 * HOUR, Act.VERIFY, verifier, (key,)))
    return events


def _works(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def _later(day: date, working_days: int) -> date:
    while working_days > 0:
        day += DAY
        working_days -= _works(day)
    return day


def _awake(at: datetime) -> datetime:
    """Nobody works before seven: the evening before instead."""
    return at if at.hour >= 7 else at - timedelta(hours=at.hour + 2)


def _earlier(day: date) -> date:
    """The day itself, or the last working day before it."""
    while not _works(day):
        day -= DAY
    return day


def _at(rng: Random, day: date, first_hour: int, last_hour: int) -> datetime:
    return datetime.combine(
        day, time(rng.randint(first_hour, last_hour), rng.randint(0, 59), rng.randint(0, 59)), ZONE
    )
