"""What the pages of a past moment show: rows in words, what they rest on, and where history and ledger part."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from audit import moments, moments_events, moments_words
from audit.moments import DIGEST, Moment, Stood
from audit.moments_subjects import Subject
from audit.moments_words import Names, Office
from audit.story import Event, Image, held, ranges
from registry.models import User
from wording.numbers import NOTHING


@dataclass(frozen=True, slots=True)
class Fact:
    """One column then; `history`: what the history says instead, where it differs."""

    label: str
    text: str
    erased: bool = False
    history: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One row then, in words. `state`: there, later (did not exist yet) or gone."""

    state: str
    what: str
    head: str
    facts: Sequence[Fact]
    events: str
    sealed: bool
    suspect: bool
    outside: bool
    silent: bool  # the history knows nothing of a row that was there
    torn: str
    last: Event | None
    next: Event | None
    person: str = ""
    offices: Sequence[Office] = ()


@dataclass(frozen=True, slots=True)
class Then:
    """Everything of one subject at one moment."""

    rows: Sequence[Stood]
    named: Names


def then(subject: Subject, moment: Moment) -> Then:
    """Replay the ledger for the subject's rows; a fixed number of statements."""
    wanted = subject.rows()
    told, kept, live = moments_events.told(wanted), moments_events.kept(wanted), moments_events.live(wanted)
    rows = moments.stood(told, kept, live, moment, moments_events.HISTORIES)
    order = {
        row: place for place, row in enumerate((table, pk) for table, ids in wanted.items() for pk in ids)
    }
    rows.sort(key=lambda row: (_RANK.get(row.table, 0), order[row.table, row.row]))
    return Then(rows, named(told, [(row.table, image) for row in rows for image in _images(row)]))


def named(told: Iterable[Event], images: Iterable[tuple[str, Image]]) -> Names:
    """Names of all that events and rows point at: writers, the offices they held, whom they replaced."""
    people, posts = set(), set()
    for event in told:
        people |= {event.actor_id} if event.actor_id else set()
        for one in event.offices:
            posts.add(one["post"])
            people |= {one["for"]} if one.get("for") else set()
    return moments_words.names(images, people, posts)


# The thing itself comes first, what belongs to it after it.
_RANK = {
    name: place
    for place, name in enumerate(
        (
            "submissions_report", "submissions_reportline", "submissions_explanation", "submissions_evidence", "registry_unit",
            "registry_user", "registry_post", "registry_assignment", "registry_unituserpermission", "registry_budgetitem",
            "registry_budgetversion", "registry_budgetitemversion", "registry_budgetline", "registry_budgetlineversion",
            "registry_monthlyplan", "submissions_calendarrule", "submissions_period", "submissions_holiday",
        )
    )
}  # fmt: skip


def shown(row: Stood, named: Names) -> Shown:
    """One row as the page shows it."""
    last, image = row.last, row.image
    about = image or (last.old if last else None) or (row.next.new if row.next else None) or {}
    silent = image is not None and row.history == {}
    writer = (last or row.next) if image is None else last
    return Shown(
        "there" if image is not None else "gone" if row.gone else "later",
        str(moments_words.ROWS.get(row.table, row.table)),
        moments_words.head(row.table, about, named) or _own_words(row),
        _facts(row, named),
        ranges(event.id for event in row.events),
        all(event.sealed is not None for event in row.events),
        row.suspect,
        bool(last and last.id in row.outside),
        silent,
        ranges(row.torn),
        last,
        row.next,
        named.get((User, writer.actor_id), "") if writer and writer.actor_id else "",
        moments_words.offices(writer, named) if writer else (),
    )


def _own_words(row: Stood) -> str:
    """A heading from words that the ledger knows as digests only: the name of a person, of a file."""
    for column in ("name", "original_name"):
        words, _erased = row.says(column)
        if words:
            return words
    return str(row.row)


def _facts(row: Stood, named: Names) -> list[Fact]:
    image = row.image or {}
    return [
        _fact(row, column, stored, named)
        for column, stored in image.items()
        if column not in moments_words.HIDDEN
    ]


def _fact(row: Stood, column: str, stored: Any, named: Names) -> Fact:
    erased = False
    if column.endswith(DIGEST) and moments_words.is_digest(row.table, column):
        words, erased = row.says(column.removesuffix(DIGEST))
        text = stored if erased else words or NOTHING
    else:
        text = moments_words.value(row.table, column, stored, named)
    return Fact(moments_words.label(row.table, column), text, erased, _history(row, column, stored, named))


def _history(row: Stood, column: str, stored: Any, named: Names) -> str:
    if not row.history or held(row.history, column) == stored:
        return ""
    plain = column.removesuffix(DIGEST)
    known = column if column in row.history else plain
    return moments_words.value(row.table, known, row.history.get(known), named)


def _images(row: Stood) -> list[Image]:
    found = [row.image, row.history, row.next.new if row.next else None, row.last.old if row.last else None]
    return [image for image in found if image]


# --- Offices on a day ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a post on a day by one assignment; `events` on which that rests."""

    assignment: int
    person: str
    capacity: str
    decree: str
    since: str
    until: str
    events: str


@dataclass(frozen=True, slots=True)
class Held:
    """A post on a day: its holders as the ledger had it then, and as it has it today where that is another answer."""

    post: str
    role: str
    then: Sequence[Holder]
    today: Sequence[Holder] | None


def offices_on(day: date, before: Then, today: Then) -> list[Held]:
    """Who held which post on `day`, as recorded at the moment and as recorded today."""
    posts = {
        row.row: row for row in [*today.rows, *before.rows] if row.table == "registry_post" and row.image
    }
    early, late = _holders(day, before), _holders(day, today)
    found = []
    for pk, row in posts.items():
        one, other = early.get(pk, []), late.get(pk, [])
        image = row.image or {}
        role = moments_words.value(row.table, "role", image.get("role"), before.named)
        same = [holder.assignment for holder in one] == [holder.assignment for holder in other]
        found.append(Held(image.get("title", ""), role, one, None if same else other))
    return sorted(found, key=lambda one: (one.role, one.post))


def _holders(day: date, then: Then) -> dict[int, list[Holder]]:
    """By post: the acting holder where there is one, else the definitive one."""
    found: dict[int, list[tuple[bool, Holder]]] = defaultdict(list)
    for row in then.rows:
        image = row.image
        if row.table != "registry_assignment" or not image or not _in_force(image, day):
            continue
        say = {name: moments_words.value(row.table, name, image.get(name), then.named) for name in image}
        holder = Holder(
            row.row,
            say["person_id"],
            moments_words.ACTING.get(image["kind"], ""),
            say["decree_no"],
            say["valid_from"],
            say["valid_to"],
            ranges(event.id for event in row.events),
        )
        found[image["post_id"]].append((image["kind"] != "definitive", holder))
    return {
        post: [
            holder
            for acts, holder in sorted(both, key=lambda one: one[1].assignment)
            if acts == _any_acts(both)
        ]
        for post, both in found.items()
    }


def _any_acts(holders: Iterable[tuple[bool, Holder]]) -> bool:
    return any(acts for acts, _holder in holders)


def _in_force(image: Image, day: date) -> bool:
    return image["valid_from"] <= day.isoformat() and (image["valid_to"] or "9999-12-31") >= day.isoformat()


# --- What the public could read --------------------------------------------------------------------------


def public(then: Then, state: str) -> list[Stood]:
    """The revision that was published then, with its lines; nothing when none was."""
    open_then = {
        row.row
        for row in then.rows
        if row.table == "submissions_report" and row.image and row.image["state"] == state
    }
    return [
        row
        for row in then.rows
        if row.image
        and (row.row if row.table == "submissions_report" else row.image["report_id"]) in open_then
    ]
