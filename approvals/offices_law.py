"""Who may appoint whom to which post, judged at the moment of the act by the offices in force.

The central bureau appoints for every post of its government. The head of an agency appoints a Plh. for his own post and for
the posts below him. Seeing needs an office or a grant; appointing needs an office (design.md 1).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ledger.clock import now
from registry.assignments import DEFINITIVE, PLH, PLT, clashes
from registry.grants import AUDIT, OVERSEE
from registry.models import Assignment, Government, Office, Post, Reach, User
from registry.selectors import within

LONGEST_NOTE, SHORTEST_NOTE, LONGEST_DECREE = 100, 5, 80
MOST_PLT, MOST_PLH = (
    timedelta(days=93),
    timedelta(days=31),
)  # usual at most (domain.md 1.1: three months, days to weeks)
SEEING = (Post.Role.AGENCY_HEAD, Post.Role.OVERSIGHT, AUDIT, OVERSEE)


class OfficeRefused(Exception):
    """An appointment or its change was refused: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


@dataclass(frozen=True, slots=True)
class Decree:
    """The file of a decree as it was brought and found good."""

    content: bytes
    name: str
    ending: str  # of files of its kind: ".pdf"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be so: a person in a post, by decree, from-to. `assignment`: the one that is changed."""

    post: Post
    person: User
    kind: str
    decree_no: str
    first: date
    last: date | None
    decree_date: date | None = None
    decree: Decree | None = None
    assignment: Assignment | None = None
    note: str = ""  # of a change: why, or by which decree

    def asked(self) -> Assignment:
        """As an assignment that is stored nowhere, to be judged."""
        return Assignment(
            person=self.person, post=self.post, kind=self.kind, valid_from=self.first, valid_to=self.last
        )


@dataclass(frozen=True, slots=True)
class Head:
    """An agency head's office: his post, what lies below it, and until when he holds it."""

    post: int
    agency: int | None
    path: str
    acting: bool
    last: date | None


@dataclass(frozen=True, slots=True)
class Authority:
    """Where a person may appoint now. `absent`: posts that are his own, in which somebody else acts for him today."""

    person: int
    bureaus: tuple[str, ...] = ()
    heads: tuple[Head, ...] = ()
    absent: frozenset[int] = frozenset()

    def as_bureau(self, post: Post) -> bool:
        """Whether he appoints for this post as the central bureau."""
        return any(post.unit.path.startswith(path) for path in self.bureaus)

    def as_head(self, post: Post) -> Head | None:
        """The head's office in which he may appoint a Plh. for this post."""
        for one in self.heads:
            below = one.agency is not None and one.agency == post.unit.agency_id
            below = below and post.unit.path.startswith(one.path) and post.role != Post.Role.AGENCY_HEAD
            if post.pk == one.post or below:
                return one
        return None

    def may(self, post: Post) -> bool:
        """Whether he may appoint anybody to this post."""
        return self.as_bureau(post) or self.as_head(post) is not None

    def may_change(self, one: Assignment) -> bool:
        """Whether he may change an assignment: what he may appoint, and the Plh. of his own post when he is back."""
        if self.as_bureau(one.post):
            return True
        return one.kind == PLH and (one.post_id in self.absent or self.as_head(one.post) is not None)


def today() -> date:
    """The day by the database's clock, in the zone of the page."""
    return timezone.localtime(now()).date()


def day_in(government: Government) -> date:
    """The day by the database's clock, in the government's zone: what the offices in force go by."""
    return now().astimezone(ZoneInfo(government.time_zone)).date()


def in_force(day: date) -> Q:
    """Assignments that cover a day."""
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))


def authority_of(user: User) -> Authority:
    """Where a person may appoint now; three statements."""
    held = list(
        Office.objects.filter(
            person=user.pk, role__in=(Post.Role.OVERSIGHT, Post.Role.AGENCY_HEAD)
        ).select_related("unit")
    )
    ends = dict(Assignment.objects.filter(pk__in=[one.pk for one in held]).values_list("pk", "valid_to"))
    bureaus = [
        one.unit_path for one in held if one.role == Post.Role.OVERSIGHT and one.unit.parent_id is None
    ]
    heads = [
        Head(one.post_id, one.unit.agency_id, one.unit_path, one.capacity != DEFINITIVE, ends.get(one.pk))
        for one in held
        if one.role == Post.Role.AGENCY_HEAD
    ]
    return Authority(user.pk, tuple(bureaus), tuple(heads), frozenset(_absent(user)))


def _absent(user: User) -> Iterator[int]:
    mine = Assignment.objects.filter(
        in_force(today()), person=user.pk, kind=DEFINITIVE, post__role=Post.Role.AGENCY_HEAD
    )
    return iter(mine.values_list("post", flat=True))


def seen_paths(user: User) -> list[str]:
    """Below which units a person sees who holds the posts: as head, bureau, auditor or by a grant to oversee."""
    reached = Reach.objects.filter(person=user.pk, right__in=SEEING).values_list("path", flat=True)
    own = Post.objects.filter(pk__in=list(_absent(user))).values_list("unit__path", flat=True)
    return sorted({*reached, *own})


def may_see_any(user: User) -> bool:
    """Whether there is anything for him on the pages of offices."""
    return bool(seen_paths(user))


def may_rotate(user: User) -> bool:
    """Whether he may let many people change posts by one file: the central bureau."""
    return bool(authority_of(user).bureaus)


def visible_posts(user: User) -> QuerySet[Post]:
    """The posts whose holders a person may see."""
    return Post.objects.filter(within(seen_paths(user), "unit__path")).select_related("unit")


def people_for(held: Authority, post: Post) -> QuerySet[User]:
    """Whom he may appoint to a post: as the bureau anybody who does not work for another government alone, else people who
    hold a post of the agency."""
    people = User.objects.filter(is_active=True, is_staff=False, is_superuser=False).exclude(pk=held.person)
    if held.as_bureau(post):
        posts = Assignment.objects.filter(person=OuterRef("pk"))
        here = posts.filter(post__unit__government=post.unit.government_id)
        return people.filter(Exists(here) | ~Exists(posts))
    inside = Assignment.objects.filter(in_force(today()), post__unit__agency=post.unit.agency_id)
    if post.unit.agency_id is None:
        inside = Assignment.objects.filter(in_force(today()), post__unit=post.unit_id)
    return people.filter(pk__in=inside.values("person"))


def mark_of(post: Post) -> str:
    """A short name of who holds a post when, to see whether somebody changed it since a page was made."""
    rows = Assignment.objects.filter(post=post.pk).order_by("pk")
    held = rows.values_list("pk", "person", "kind", "valid_from", "valid_to", "decree_no")
    return hashlib.sha256(repr(list(held)).encode()).hexdigest()[:20]


# --- Objections ------------------------------------------------------------------------------------------


def objections(held: Authority, wish: Wish, others: Iterable[Assignment], day: date) -> list[OfficeRefused]:
    """Everything that keeps a wish from being done, on the day `day`; empty when nothing does."""
    before = wish.assignment
    if not (held.may_change(before) if before else held.may(wish.post)):
        return [OfficeRefused("office.stranger")]
    found = [*_person(held, wish), *_words(wish)]
    dates = list(_dates(held, wish, day))
    if not dates:
        asked = wish.asked()
        dates = [OfficeRefused(code, params) for code, params in clashes(asked, others)]
    return [*found, *_kind(held, wish), *dates]


def _person(held: Authority, wish: Wish) -> Iterator[OfficeRefused]:
    before = wish.assignment
    if held.person in (wish.person.pk, before.person_id if before else None):
        yield OfficeRefused("office.self")
    elif wish.person.is_staff or wish.person.is_superuser:
        yield OfficeRefused("office.staff", {"name": wish.person.name})
    elif not wish.person.is_active:
        yield OfficeRefused("office.inactive", {"name": wish.person.name})
    elif not (before and before.person_id == wish.person.pk):
        if not people_for(held, wish.post).filter(pk=wish.person.pk).exists():
            yield OfficeRefused("office.outside", {"name": wish.person.name})


def _words(wish: Wish) -> Iterator[OfficeRefused]:
    length = len(wish.decree_no)
    if not 1 <= length <= LONGEST_DECREE:
        yield OfficeRefused("office.decree_no", {"length": length, "longest": LONGEST_DECREE})
    if wish.assignment and not SHORTEST_NOTE <= len(wish.note) <= LONGEST_NOTE:
        told = {"length": len(wish.note), "shortest": SHORTEST_NOTE, "longest": LONGEST_NOTE}
        yield OfficeRefused("office.note", told)


def _kind(held: Authority, wish: Wish) -> Iterator[OfficeRefused]:
    if wish.kind not in Assignment.Kind.values:
        yield OfficeRefused("office.kind")
    elif wish.kind != PLH and not held.as_bureau(wish.post):
        yield OfficeRefused("office.only_plh")


def _dates(held: Authority, wish: Wish, day: date) -> Iterator[OfficeRefused]:
    before, bureau = wish.assignment, held.as_bureau(wish.post)
    if wish.last and wish.last < wish.first:
        yield OfficeRefused(
            "office.order", {"from_on": wish.first.isoformat(), "to_on": wish.last.isoformat()}
        )
    elif wish.last is None and wish.kind != DEFINITIVE:
        yield OfficeRefused("office.no_end")
    elif before and before.valid_from <= day:
        yield from _begun(held, wish, before, day)
    elif not bureau and wish.first < day:
        yield OfficeRefused("office.past", {"today_on": day.isoformat()})
    head = held.as_head(wish.post)
    if head and not bureau and head.acting and head.post == wish.post.pk and _beyond(wish.last, head.last):
        yield OfficeRefused("office.chain", {"to_on": head.last.isoformat() if head.last else None})


def _beyond(last: date | None, limit: date | None) -> bool:
    return limit is not None and (last is None or last > limit)


def _begun(held: Authority, wish: Wish, before: Assignment, day: date) -> Iterator[OfficeRefused]:
    """Of an assignment that has begun only the last day can change; what is over can be changed by the bureau alone."""
    same = (wish.person.pk, wish.kind, wish.first) == (before.person_id, before.kind, before.valid_from)
    if not same or wish.decree_no != before.decree_no or wish.decree_date != before.decree_date:
        yield OfficeRefused("office.begun", {"from_on": before.valid_from.isoformat()})
    if held.as_bureau(wish.post):
        return
    if (before.valid_to and before.valid_to < day) or (wish.last and wish.last < day - timedelta(days=1)):
        yield OfficeRefused("office.past", {"today_on": day.isoformat()})
    elif before.post_id in held.absent and not held.as_head(before.post):
        if wish.last is None or (before.valid_to and wish.last > before.valid_to):
            yield OfficeRefused("office.absent")


def warnings(wish: Wish, day: date) -> list[OfficeRefused]:
    """What should be looked at before it is saved, though it may be so."""
    found = []
    past = {"from_on": wish.first.isoformat(), "today_on": day.isoformat()}
    if wish.assignment is None and wish.first < day:
        found.append(OfficeRefused("office.past_warning", past))
    elif wish.assignment and wish.last and wish.last < day - timedelta(days=1):
        found.append(OfficeRefused("office.past_warning", past | {"from_on": wish.last.isoformat()}))
    usual = {PLT: MOST_PLT, PLH: MOST_PLH}.get(Assignment.Kind(wish.kind)) if wish.last else None
    if usual and wish.last and wish.last - wish.first > usual:
        days = (wish.last - wish.first).days + 1
        found.append(OfficeRefused("office.long", {"days": days, "usual": usual.days}))
    if wish.decree is None and not (wish.assignment and wish.assignment.decree_file):
        found.append(OfficeRefused("office.no_file"))
    return found
