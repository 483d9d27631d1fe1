"""The story of one report, told from its history rows and checked against the ledger. Pure Python.

A history row says what a person may read; a ledger event says what the database saw. Each history row is
paired with the event of the same change. What has no partner is shown as such: an event without a history row
is a change made outside the application (raw SQL), a history row without an event was written by hand.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from ledger.sealing import person_of

Image = Mapping[str, Any]
KINDS = {"I": "+", "U": "~", "D": "-"}  # operation of the database -> kind of a history row
FAR = 1 << 62  # what has no event is told last


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the ledger. `actor_id` is what the application claimed, `role` what the database knew.

    `act` names the transaction and the request in it: what was done together has the same.
    """

    id: int
    table: str
    row: int
    op: str
    old: Image | None
    new: Image | None
    act: str
    actor_id: int | None
    role: str
    at: datetime
    offices: tuple[Mapping[str, Any], ...] = ()  # those the actor held: post, capacity, for whom he acts
    address: str = ""  # where the request came from
    sealed: tuple[int, datetime] | None = None  # size and moment of the first checkpoint that covers it


def event_of(
    number: int, table: str, row: int, said: Mapping[str, Any], size: int | None, at: datetime | None
) -> Event:
    """One event by its payload; `size` and `at` are of the first checkpoint that covers it, where one does."""
    return Event(
        number,
        table,
        row,
        said["op"],
        said["old"],
        said["new"],
        f"{said['xid']}/{said['request']}",
        person_of(said),
        said["role"],
        datetime.fromisoformat(said["at"]),
        tuple(said.get("offices") or ()),
        said["address"] or "",
        (size, at) if size is not None and at is not None else None,
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """One history row of a report, a line or a piece of evidence, and the event of the same change."""

    table: str
    row: int
    number: int
    kind: str
    at: datetime
    person_id: int | None
    image: Image
    event: Event | None = None

    @property
    def place(self) -> int:
        return self.event.id if self.event else FAR


@dataclass(frozen=True, slots=True)
class Version:
    """The content as it stood when the report had this number; its parts by their row's id."""

    number: int
    at: datetime
    person_id: int | None
    report: Image
    lines: Mapping[int, Image]
    evidence: Mapping[int, Image]
    explanations: Mapping[int, Image]


@dataclass(frozen=True, slots=True)
class Saved:
    """What one act changed without deciding anything; `before` is None for what was added."""

    at: datetime
    person_id: int | None
    version: int
    opened: bool
    changes: tuple[tuple[Kept, Image | None], ...]
    events: tuple[int, ...]

    @property
    def place(self) -> int:
        return self.events[0] if self.events else FAR


@dataclass(frozen=True)
class Story:
    """Everything of one report that history and ledger say, paired."""

    kept: tuple[Kept, ...]
    outside: tuple[Event, ...]  # events of changes that have no history row
    unproved: tuple[Kept, ...]  # history rows of changes that have no event
    events: tuple[Event, ...]
    versions: tuple[Version, ...] = field(default=())

    @cached_property
    def by_id(self) -> dict[int, Event]:
        """The events by their number."""
        return {event.id: event for event in self.events}

    @cached_property
    def _acts(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for event in self.events:
            found[event.act].append(event.id)
        return found

    def of_act(self, act: str) -> tuple[int, ...]:
        """Ids of the events that one act left about this report."""
        return tuple(self._acts.get(act, ()))


def tell(report: str, kept: Sequence[Kept], events: Sequence[Event]) -> Story:
    """Pair history and ledger and lay out the versions; `report` is the name of the report's own table."""
    tables = {row.table for row in kept} | {report, *_parts_of(report)}
    rows, outside = paired(kept, [event for event in events if event.table in tables])
    repeats = _repeats(rows)
    unproved = tuple(row for row in rows if not row.event and row.number not in repeats.get(row.table, ()))
    return Story(rows, outside, unproved, tuple(events), _versions(report, rows))


def saves(report: str, story: Story, decided: Iterable[str]) -> list[Saved]:
    """Acts that changed content, without those that made a decision (`decided`: their names)."""
    skipped, before = set(decided), _before(story.kept)
    acts: dict[str, list[Kept]] = defaultdict(list)
    for row in story.kept:
        if row.event and row.event.act not in skipped:
            acts[row.event.act].append(row)
    found, version = [], 0
    for act, rows in sorted(acts.items(), key=lambda one: min(row.place for row in one[1])):
        head = next((row for row in reversed(rows) if row.table == report), None)
        version = head.image["version"] if head else version
        rows.sort(key=lambda row: row.place)
        changes = tuple((row, before[row.table, row.number]) for row in rows)
        said = head or rows[0]
        opened = bool(head and head.kind == "+")
        found.append(Saved(said.at, said.person_id, version, opened, changes, story.of_act(act)))
    return found


def ranges(numbers: Iterable[int]) -> str:
    """Event numbers in short: 12–14, 20."""
    parts = []
    for _, run in groupby(enumerate(sorted(set(numbers))), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        parts.append(str(members[0]) if len(members) == 1 else f"{members[0]}–{members[-1]}")
    return ", ".join(parts)


def paired(kept: Sequence[Kept], events: Sequence[Event]) -> tuple[tuple[Kept, ...], tuple[Event, ...]]:
    """Row by row the longest run of changes that both tell in the same order; the rest stands alone."""
    by_row: dict[tuple[str, int], tuple[list[Kept], list[Event]]] = defaultdict(lambda: ([], []))
    for row in sorted(kept, key=lambda row: row.number):
        by_row[row.table, row.row][0].append(row)
    for event in sorted(events, key=lambda event: event.id):
        by_row[event.table, event.row][1].append(event)
    found: list[Kept] = []
    outside: list[Event] = []
    for rows, changes in by_row.values():
        partner = dict(_common(rows, changes))
        for number, row in enumerate(rows):
            found.append(replace(row, event=changes[partner[number]]) if number in partner else row)
        met = set(partner.values())
        outside += [event for n, event in enumerate(changes) if n not in met]
    found.sort(key=lambda row: (row.place, row.number))
    outside.sort(key=lambda event: event.id)
    return tuple(found), tuple(outside)


def _common(rows: Sequence[Kept], events: Sequence[Event]) -> list[tuple[int, int]]:
    """Which row belongs to which event. What agrees from the first on is paired without comparing all with all."""
    start = 0
    while start < min(len(rows), len(events)) and _tells(rows[start], events[start]):
        start += 1
    rest = _longest(rows[start:], events[start:])
    return [*((n, n) for n in range(start)), *((start + i, start + j) for i, j in rest)]


def _longest(rows: Sequence[Kept], events: Sequence[Event]) -> list[tuple[int, int]]:
    same = [[_tells(row, event) for event in events] for row in rows]
    best = [[0] * (len(events) + 1) for _ in range(len(rows) + 1)]
    for i in range(len(rows) - 1, -1, -1):
        for j in range(len(events) - 1, -1, -1):
            best[i][j] = best[i + 1][j + 1] + 1 if same[i][j] else max(best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(rows) and j < len(events):
        if same[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _tells(row: Kept, event: Event) -> bool:
    """The same change: same kind, and each value of the ledger (or its digest) stands in the history row."""
    if KINDS[event.op] != row.kind:
        return False
    return event.new is None or all(held(row.image, column) == value for column, value in event.new.items())


def held(image: Image, column: str) -> Any:
    """The value of a column as the ledger tells it: a digest where the ledger has only that."""
    if column in image or not column.endswith("_sha256"):
        return image.get(column)
    words = image.get(column.removesuffix("_sha256"))
    return hashlib.sha256(str(words).encode()).hexdigest() if words else words


def _before(kept: Iterable[Kept]) -> dict[tuple[str, int], Image | None]:
    """For each history row, by table and number, the row's image before it."""
    last: dict[tuple[str, int], Image] = {}
    found = {}
    for row in sorted(kept, key=lambda row: row.number):
        found[row.table, row.number] = last.get((row.table, row.row))
        last[row.table, row.row] = row.image
    return found


def _repeats(kept: Iterable[Kept]) -> dict[str, set[int]]:
    """History rows that repeat the one before: saved without a change, so the ledger has nothing to tell."""
    found: dict[str, set[int]] = defaultdict(set)
    rows = list(kept)
    before = _before(rows)
    for row in rows:
        if row.kind == "~" and row.image == before[row.table, row.number]:
            found[row.table].add(row.number)
    return found


def _versions(report: str, kept: Sequence[Kept]) -> tuple[Version, ...]:
    heads: dict[int, list[Kept]] = defaultdict(list)
    for row in sorted((row for row in kept if row.table == report), key=lambda row: row.number):
        heads[row.image["version"]].append(row)
    placed = _placed(kept, heads)
    parts: dict[str, dict[int, Image]] = defaultdict(dict)
    found = []
    for number in sorted(heads):
        for row in placed[number]:
            if row.kind == "-":
                parts[row.table].pop(row.row, None)
            else:
                parts[row.table][row.row] = row.image
        first, last = heads[number][0], heads[number][-1]
        lines, evidence, explanations = (dict(parts.get(name, {})) for name in _parts_of(report))
        found.append(Version(number, first.at, first.person_id, last.image, lines, evidence, explanations))
    return tuple(found)


def _parts_of(report: str) -> tuple[str, str, str]:
    app = report.rpartition("_")[0]
    return f"{report}line", f"{app}_evidence", f"{app}_explanation"


def _placed(kept: Sequence[Kept], heads: Mapping[int, Sequence[Kept]]) -> dict[int, list[Kept]]:
    """Lines and evidence by version: that of the act that changed them, else the one then in force."""
    of_act = {row.event.act: number for number, rows in heads.items() for row in rows if row.event}
    starts = [(rows[0].place, rows[0].at, number) for number, rows in sorted(heads.items())]
    placed: dict[int, list[Kept]] = defaultdict(list)
    own = {row.number for rows in heads.values() for row in rows}
    table = next((rows[0].table for rows in heads.values()), "")
    for row in sorted(kept, key=lambda row: (row.place, row.number)):
        if row.table == table and row.number in own:
            continue
        number = of_act.get(row.event.act) if row.event else None
        placed[number if number is not None else _in_force(row, starts)].append(row)
    return placed


def _in_force(row: Kept, starts: Sequence[tuple[int, datetime, int]]) -> int:
    if row.event:
        begun = [number for place, _, number in starts if place <= row.place]
    else:
        begun = [number for _, at, number in starts if at <= row.at]
    return begun[-1] if begun else starts[0][2]
