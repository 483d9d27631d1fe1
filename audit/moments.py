"""Rows as they stood at a past moment, rebuilt from the ledger's events alone. Pure Python.

A row stood as the newest event up to the moment says. The history is laid beside it: where both do not tell the same, or a
change has no history row at all, it is said. The words of a column that the ledger knows as a digest come from whatever row
has words of that digest; when there is none any more, they were erased.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.story import Event, Image, Kept, held, paired

DIGEST = "_sha256"
Row = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Moment:
    """Up to and including a moment of the server's clock, or an event of the ledger."""

    at: datetime
    event: int | None = None

    def covers(self, event: Event) -> bool:
        """Whether the event had happened by then."""
        return event.at <= self.at if self.event is None else event.id <= self.event


@dataclass(frozen=True, slots=True)
class Stood:
    """One row then. `image` is None when it was not there: `last` tells whether it came later or had gone."""

    table: str
    row: int
    image: Image | None
    events: tuple[Event, ...]  # on which it rests
    next: Event | None  # the first one after
    outside: frozenset[int]  # those of its events that have no history row
    history: Image | None  # what the history says instead, where it differs
    torn: tuple[int, ...]  # events that begin elsewhere than the one before ended
    sources: tuple[Image, ...]  # rows in which words may be found

    @property
    def last(self) -> Event | None:
        return self.events[-1] if self.events else None

    @property
    def gone(self) -> bool:
        return self.image is None and bool(self.events)

    @property
    def suspect(self) -> bool:
        """Whether what stood there came in past the application, or history and ledger differ."""
        return bool(self.last and self.last.id in self.outside) or self.history is not None or bool(self.torn)

    def says(self, column: str) -> tuple[str | None, bool]:
        """The words behind a digest, and whether they are erased."""
        digest = self.image.get(column + DIGEST) if self.image else None
        return words(digest, column, self.sources)


def words(digest: str | None, column: str, images: Iterable[Image]) -> tuple[str | None, bool]:
    """The words of a digest, from the first row that has words of that digest; and whether they are erased."""
    if not digest:
        return digest, False
    for image in images:
        if held(image, column + DIGEST) == digest:
            return image[column], False
    return None, True


def stood(
    events: Sequence[Event],
    kept: Sequence[Kept],
    live: Mapping[Row, Image],
    moment: Moment,
    historied: Iterable[str],
) -> list[Stood]:
    """Each row that the ledger ever spoke of, as it was then; `historied`: tables that have a history."""
    tables = set(historied)
    pairs, outside = paired(kept, [event for event in events if event.table in tables])
    alone = frozenset(event.id for event in outside)
    by_row: dict[Row, list[Event]] = defaultdict(list)
    for event in events:
        by_row[event.table, event.row].append(event)
    rows: dict[Row, list[Kept]] = defaultdict(list)
    for one in sorted(pairs, key=lambda one: one.number):
        rows[one.table, one.row].append(one)
    return [
        _stood(row, told, rows[row], live.get(row), moment, alone if row[0] in tables else None)
        for row, told in by_row.items()
    ]


def _stood(
    row: Row,
    told: Sequence[Event],
    kept: Sequence[Kept],
    live: Image | None,
    moment: Moment,
    alone: frozenset[int] | None,  # None: the table has no history
) -> Stood:
    events = tuple(event for event in told if moment.covers(event))
    image = events[-1].new if events else None
    return Stood(
        *row,
        image,
        events,
        next((event for event in told if not moment.covers(event)), None),
        frozenset(event.id for event in events if event.id in (alone or ())),
        None if alone is None else _otherwise(image, events, kept, moment),
        tuple(after.id for before, after in zip(events, events[1:], strict=False) if _torn(before, after)),
        (*(one.image for one in kept), *([live] if live else [])),
    )


def _otherwise(
    image: Image | None, events: Sequence[Event], kept: Sequence[Kept], moment: Moment
) -> Image | None:
    """What the history of that moment says, unless it says the same."""
    known = {event.id for event in events}
    then = [one for one in kept if (one.event.id in known if one.event else one.at <= moment.at)]
    last = then[-1] if then else None
    said = None if last is None or last.kind == "-" else last.image
    if image is None or said is None:
        return None if image is said else (said or {})
    differs = any(held(said, column) != value for column, value in image.items())
    return said if differs else None


def _torn(before: Event, after: Event) -> bool:
    """A column that both speak of has not the value that it was left with. Columns that came later do not count."""
    one, other = before.new or {}, after.old or {}
    return any(one[column] != other[column] for column in one.keys() & other.keys())
