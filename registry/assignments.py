"""Which assignments of one post go together: one definitive holder at a time, one acting one, Plt. and Plh. where they belong.

Plt. acts in a post that has no definitive holder in those days, Plh. in one whose holder is absent (domain.md 1.1).
The database forbids two holders at once by itself; here it is said in words, with names and dates.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from registry.models import Assignment

DEFINITIVE, PLT, PLH = Assignment.Kind.DEFINITIVE, Assignment.Kind.PLT, Assignment.Kind.PLH
DAY = timedelta(days=1)
Said = tuple[str, dict[str, Any]]


def last_day(one: Assignment) -> date:
    """The last day of an assignment; the end of time where none is set."""
    return one.valid_to or date.max


def meet(one: Assignment, other: Assignment) -> bool:
    """Whether two assignments have a day in common."""
    return one.valid_from <= last_day(other) and other.valid_from <= last_day(one)


def clashes(mine: Assignment, others: Iterable[Assignment]) -> Iterator[Said]:
    """What stands in the way of one assignment among the other ones of its post, by code and parameters."""
    near = [one for one in others if meet(mine, one)]
    for one in near:
        code = _clash(mine, one)
        if code:
            yield _told(code, mine, one)
    if mine.kind == PLH:
        free = uncovered(mine, [one for one in near if one.kind == DEFINITIVE])
        if free:
            yield "office.plh_vacant", {"post": str(mine.post), "from_on": free.isoformat()}


def _clash(mine: Assignment, one: Assignment) -> str:
    """Why two assignments of a post that meet cannot stand beside each other; empty where they can."""
    if one.person == mine.person:
        return "office.holds"
    if mine.kind == one.kind == DEFINITIVE:
        return "office.overlap"
    if DEFINITIVE not in (mine.kind, one.kind):
        return "office.overlap_acting"
    if mine.kind == PLT:
        return "office.plt_held"
    return "office.plt_acts" if one.kind == PLT else ""


def _told(code: str, mine: Assignment, one: Assignment) -> Said:
    params = {"post": str(mine.post), "name": one.person.name, "from_on": one.valid_from.isoformat()}
    if one.valid_to:
        return f"{code}.until", params | {"to_on": one.valid_to.isoformat()}
    return code, params


def uncovered(mine: Assignment, holders: Iterable[Assignment]) -> date | None:
    """The first day of an assignment on which none of `holders` holds the post; None when each day has one."""
    day = mine.valid_from
    for one in sorted(holders, key=lambda held: held.valid_from):
        if one.valid_from > day:
            return day
        if last_day(one) >= last_day(mine):
            return None
        day = last_day(one) + DAY
    return day
