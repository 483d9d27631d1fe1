"""Who could act on which days: cut where something changes, the same as day by day."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from submissions.tenure import Held, Seat, Seats, Span

FIRST = date(2026, 2, 1)
SPAN = Span(FIRST, FIRST + timedelta(days=20))


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@st.composite
def held(draw: st.DrawFn, kinds: tuple[str, ...] = ("definitive", "plt")) -> tuple[Held, ...]:
    """Assignments of one post, as the database allows them: of each sort never two on one day."""
    found = []
    for kind in kinds:
        ends = sorted(draw(st.sets(st.integers(-5, 25), max_size=6)))
        for first, last in zip(ends[::2], ends[1::2], strict=False):
            person = draw(st.integers(1, 4))
            found.append(Held(person, f"P{person}", kind, Span(day(first), day(last))))
    return tuple(found)


@st.composite
def seats(draw: st.DrawFn) -> Seats:
    """A head, a secretary below him, and two posts below one of them each."""
    return Seats([
        Seat(1, "agency_head", "Kepala", 10, 10, None, draw(held())),
        Seat(2, "planner", "Sekretaris", 10, 10, None, draw(held())),
        Seat(3, "section_head", "Kabid A", 10, 10, 2, draw(held())),
        Seat(4, "section_head", "Kabid B", 10, 10, None, draw(held())),
    ])  # fmt: skip


def by_day(offices: Seats, stand_in: bool, at: date) -> set[int]:
    """The plain meaning, a day at a time."""
    found = set()
    for seat in offices.at(10, "section_head"):
        holder = seat.holder(at)
        if holder:
            found.add(holder.person)
        elif stand_in:
            above = offices.by_id[2] if seat.id == 3 else offices.by_id[1]
            acting = [
                one for one in above.held if one.kind == "plt" and one.days.first <= at <= one.days.last
            ]
            own = [
                one
                for one in above.held
                if one.kind == "definitive" and one.days.first <= at <= one.days.last
            ]
            if own and not acting:
                found.add(own[0].person)
    return found


@given(seats(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_spans_say_the_same_as_days(offices: Seats, stand_in: bool) -> None:
    found = offices.standings(offices.at(10, "section_head"), SPAN, stand_in=stand_in)
    assert found[0].days.first == SPAN.first and found[-1].days.last == SPAN.last
    for one, following in zip(found, found[1:], strict=False):
        assert following.days.first == one.days.last + timedelta(days=1)
        assert (one.people, one.stand_ins) != (following.people, following.stand_ins)
    for number in range(21):
        (there,) = [one for one in found if one.days.first <= day(number) <= one.days.last]
        assert there.persons == by_day(offices, stand_in, day(number))


def test_who_acts_holds_the_post_in_his_dates_only() -> None:
    seat = Seat(1, "agency_head", "Kepala", 10, 10, None, (
        Held(1, "Citra", "definitive", Span(day(0), day(20))), Held(2, "Gita", "plh", Span(day(5), day(7))),
    ))  # fmt: skip
    assert [seat.holder(day(at)).name for at in (4, 5, 7, 8)] == ["Citra", "Gita", "Gita", "Citra"]
    assert seat.holder(day(6), definitive=True) is None
