"""Who could act at a tier on which days: assignments cut where something changes. Pure Python, no database.

Days are the government's own. An acting holder replaces the definitive one in his dates; the superior of a vacant post
stands in by his definitive office only, and never where another acts for him (acting does not chain).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DEFINITIVE, AGENCY_HEAD = "definitive", "agency_head"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Held:
    """A post by a person on some days; `kind` as in assignments."""

    person: int
    name: str
    kind: str
    days: Span


@dataclass(frozen=True, slots=True)
class Seat:
    """A post, who holds it when, and who stands above it."""

    id: int
    role: str
    title: str
    unit: int
    agency: int | None
    superior: int | None
    held: tuple[Held, ...] = ()

    def holder(self, day: date, *, definitive: bool = False) -> Held | None:
        """Who holds it on a day; `definitive` asks for the definitive holder while nobody acts for him."""
        found = [one for one in self.held if one.days.first <= day <= one.days.last]
        acting = next((one for one in found if one.kind != DEFINITIVE), None)
        if acting is not None:
            return None if definitive else acting
        return next(iter(found), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who could act on some days: by an office of his own (`people`), or in the place of a vacant post (`stand_ins`)."""

    days: Span
    people: tuple[Held, ...]
    stand_ins: tuple[Held, ...] = ()
    vacant: tuple[Seat, ...] = ()

    @property
    def persons(self) -> frozenset[int]:
        return frozenset(one.person for one in (*self.people, *self.stand_ins))


class Seats:
    """The posts of a government by their ids, units and roles."""

    def __init__(self, seats: Iterable[Seat]) -> None:
        self.by_id: Mapping[int, Seat] = {seat.id: seat for seat in seats}
        self._at: dict[tuple[int, str], list[Seat]] = {}
        for seat in self.by_id.values():
            self._at.setdefault((seat.unit, seat.role), []).append(seat)

    def at(self, unit: int | None, role: str) -> tuple[Seat, ...]:
        """The posts of a role at a unit."""
        return tuple(self._at.get((unit, role), ())) if unit is not None else ()

    def superiors(self, seat: Seat) -> tuple[Seat, ...]:
        """Who acts for it while it is vacant: the superior it names, else the heads of its agency."""
        if seat.superior is not None:
            above = self.by_id.get(seat.superior)
            return (above,) if above else ()
        return tuple(one for one in self.at(seat.agency, AGENCY_HEAD) if one.id != seat.id)

    def standings(self, seats: Sequence[Seat], span: Span, *, stand_in: bool) -> list[Standing]:
        """Who could act at one of `seats` on each day of `span`; neighbours in the list differ."""
        above = {seat.id: self.superiors(seat) if stand_in else () for seat in seats}
        watched = [*seats, *(one for some in above.values() for one in some)]
        starts = _changes((held.days for seat in watched for held in seat.held), span)
        found: list[Standing] = []
        for start, following in zip(starts, [*starts[1:], span.last + _DAY], strict=True):
            standing = _standing(seats, above, Span(start, following - _DAY))
            alike = found and (found[-1].people, found[-1].stand_ins) == (standing.people, standing.stand_ins)
            if alike:
                found[-1] = _standing(seats, above, Span(found[-1].days.first, standing.days.last))
            else:
                found.append(standing)
        return found


def _changes(days: Iterable[Span], span: Span) -> list[date]:
    """The days of a span on which something begins or has just ended, its first day among them."""
    starts = {span.first}
    for one in days:
        starts |= {one.first, one.last + _DAY if one.last < span.last else span.first}
    return sorted(day for day in starts if span.first <= day <= span.last)


def _standing(seats: Sequence[Seat], above: Mapping[int, Sequence[Seat]], days: Span) -> Standing:
    holders = {seat.id: seat.holder(days.first) for seat in seats}
    vacant = tuple(seat for seat in seats if holders[seat.id] is None)
    stand_ins = [one.holder(days.first, definitive=True) for seat in vacant for one in above[seat.id]]
    return Standing(
        days,
        tuple(held for held in holders.values() if held),
        tuple(dict.fromkeys(held for held in stand_ins if held)),
        vacant,
    )
