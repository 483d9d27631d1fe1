"""Since when somebody holds an officer's post, and who held it before and will after: dated assignments."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from registry.models import Assignment, Office, Post, User
from submissions.holding import CAPACITIES


@dataclass(frozen=True, slots=True)
class Stint:
    """One person's time in a post, by decree."""

    person: str
    capacity: str  # "Plt. ", "Plh. " or nothing
    first: date
    last: date | None
    decree: str


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A post that somebody holds now as its officer."""

    id: int
    title: str
    unit: str
    mine: Stint
    before: tuple[Stint, ...]
    after: tuple[Stint, ...]

    @property
    def since_moment(self) -> datetime:
        """The first moment of the first day, in the government's zone."""
        return timezone.make_aware(datetime.combine(self.mine.first, time.min))


def new_posts(user: User, now: datetime) -> list[PostHeld]:
    """The officer's posts that a person holds now, the newest assignment first; two statements."""
    held = {
        office.post_id: office for office in Office.objects.filter(person=user.pk, role=Post.Role.OFFICER)
    }
    if not held:
        return []
    today = timezone.localtime(now).date()
    stints = Assignment.objects.filter(post__in=held).select_related("person").order_by("valid_from", "pk")
    by_post: dict[int, list[Assignment]] = {}
    for one in stints:
        by_post.setdefault(one.post_id, []).append(one)
    found = [_held(pk, office, by_post[pk], user, today) for pk, office in held.items()]
    return sorted(found, key=lambda post: post.mine.first, reverse=True)


def _held(pk: int, office: Office, stints: list[Assignment], user: User, today: date) -> PostHeld:
    begun = [one for one in stints if one.person_id == user.pk and one.valid_from <= today]
    mine = begun[-1]
    others = [one for one in stints if one.pk != mine.pk]
    return PostHeld(
        id=pk,
        title=office.title,
        unit=office.unit_name,
        mine=_stint(mine),
        before=tuple(_stint(one) for one in reversed(others) if one.valid_from < mine.valid_from),
        after=tuple(_stint(one) for one in others if one.valid_from >= mine.valid_from),
    )


def _stint(one: Assignment) -> Stint:
    return Stint(one.person.name, CAPACITIES.get(one.kind, ""), one.valid_from, one.valid_to, one.decree_no)
