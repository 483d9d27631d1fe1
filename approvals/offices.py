"""What the pages of posts show: who holds which post, by which decree, from when to when, and what changes next. Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals import offices_law as law
from approvals.offices_law import Authority
from registry.assignments import DAY, DEFINITIVE, last_day
from registry.models import Assignment, Post, Unit, User
from registry.selectors import within
from submissions.forms import whole_number
from submissions.holding import CAPACITIES

PAGE_SIZE = 40
HISTORY = 30  # changes of an assignment that are shown


@dataclass(frozen=True, slots=True)
class Held:
    """A post on a day: who holds it, whose place he takes, since when nobody does, and what comes next."""

    holder: Assignment | None
    absent: Assignment | None  # the definitive holder while somebody acts for him
    vacant_since: date | None
    next_day: date | None
    next: Assignment | None


def held_on(rows: Sequence[Assignment], day: date) -> Held:
    """Of all assignments of one post. People whose account is closed, or who run the system, hold nothing."""
    good = [
        one
        for one in rows
        if one.person.is_active and not one.person.is_staff and not one.person.is_superuser
    ]
    holder = _holder(good, day)
    absent = next((one for one in _covering(good, day) if one.kind == DEFINITIVE and one != holder), None)
    over = [last_day(one) for one in rows if last_day(one) < day]
    since = max(over) + DAY if over and holder is None else None
    starts = {one.valid_from for one in good} | {
        last_day(one) + DAY for one in good if last_day(one) < date.max
    }
    changes = [
        (start, _holder(good, start))
        for start in sorted(starts)
        if start > day and _holder(good, start) != holder
    ]
    following = changes[0] if changes else (None, None)
    return Held(holder, absent, since, *following)


def _covering(rows: Iterable[Assignment], day: date) -> list[Assignment]:
    return [one for one in rows if one.valid_from <= day <= last_day(one)]


def _holder(rows: Iterable[Assignment], day: date) -> Assignment | None:
    return min(_covering(rows, day), key=lambda one: one.kind == DEFINITIVE, default=None)


def named(one: Assignment | None) -> str:
    """ "Plh. Budi Wiratmaka"; empty for nobody."""
    return f"{CAPACITIES.get(one.kind, '')}{one.person.name}" if one else ""


# --- The list --------------------------------------------------------------------------------------------


def list_context(user: User, asked: Mapping[str, str]) -> dict[str, Any]:
    """For templates/offices/index.html: the posts below the units that he may see, or below one of them."""
    held, day = law.authority_of(user), law.today()
    posts = law.visible_posts(user)
    units = _units(posts)
    chosen = next((one for one in units if one.pk == whole_number(asked.get("unit", ""))), None)
    search = asked.get("q", "").replace("\x00", "")[:80]
    if chosen:
        posts = posts.filter(within([chosen.path], "unit__path"))
    for word in search.split():
        persons = Assignment.objects.filter(law.in_force(day), person__name__icontains=word)
        posts = posts.filter(
            Q(title__icontains=word) | Q(unit__name__icontains=word) | Q(pk__in=persons.values("post"))
        )
    page = Paginator(posts.order_by("unit__path", "role", "title", "pk"), PAGE_SIZE).get_page(
        asked.get("page")
    )
    by_post = _assignments([one.pk for one in page])
    return {
        "rows": [_row(one, by_post.get(one.pk, []), held, day) for one in page],
        "page": page,
        "base": f"unit={chosen.pk if chosen else ''}&q={search}&",
        "units": [(one.pk, str(one), one == chosen) for one in units],
        "search": search,
        "rotation_url": reverse("offices:rotation") if held.bureaus else "",
        "crumbs": [{"label": _("Posts and their holders"), "url": ""}],
    }


def _units(posts: Any) -> list[Unit]:
    """Agencies, and units that belong to none, of these posts."""
    roots = Q(pk__in=posts.values("unit__agency")) | Q(pk__in=posts.filter(unit__agency=None).values("unit"))
    return list(Unit.objects.filter(roots).order_by("path"))


def _assignments(posts: Sequence[int]) -> dict[int, list[Assignment]]:
    rows = Assignment.objects.filter(post__in=posts).select_related("person").order_by("valid_from", "pk")
    found: dict[int, list[Assignment]] = {}
    for one in rows:
        found.setdefault(one.post_id, []).append(one)
    return found


def _row(post: Post, rows: Sequence[Assignment], held: Authority, day: date) -> dict[str, Any]:
    state = held_on(rows, day)
    return {
        "post": post,
        "url": reverse("offices:post", args=[post.pk]),
        "holder": named(state.holder),
        "assignment": state.holder,
        "absent": state.absent.person.name if state.absent else "",
        "vacant": state.holder is None,
        "vacant_since": state.vacant_since,
        "next_day": state.next_day,
        "next": named(state.next),
        "file_url": _file_url(state.holder),
        "appoint_url": reverse("offices:appoint", args=[post.pk]) if held.may(post) else "",
    }


def _file_url(one: Assignment | None) -> str:
    return reverse("offices:decree", args=[one.pk]) if one and one.decree_file else ""


# --- One post --------------------------------------------------------------------------------------------


def post_context(user: User, post: Post) -> dict[str, Any]:
    """For templates/offices/post.html: everybody who held, holds or will hold it."""
    held, day = law.authority_of(user), law.today()
    rows = _assignments([post.pk]).get(post.pk, [])
    return {
        "post": post,
        "now": _row(post, rows, held, day),
        "rows": [_assignment(one, held, day) for one in reversed(rows)],
        "handover_url": reverse("submissions:handover") if post.role == Post.Role.OFFICER else "",
        "crumbs": [*crumbs(), {"label": post.title, "url": ""}],
    }


def _assignment(one: Assignment, held: Authority, day: date) -> dict[str, Any]:
    over = last_day(one) < day
    # What is over for long is history; the bureau alone may set a last day that was wrong.
    changeable = held.may_change(one) and one.person_id != held.person
    changeable = changeable and (not over or held.as_bureau(one.post))
    return {
        "assignment": one,
        "kind": one.get_kind_display(),
        "state": _("over") if over else _("in force") if one.valid_from <= day else _("to come"),
        "current": not over and one.valid_from <= day,
        "file_url": _file_url(one),
        "change_url": reverse("offices:change", args=[one.pk]) if changeable else "",
    }


def crumbs() -> list[dict[str, str]]:
    """The way to every page of offices."""
    return [{"label": _("Posts and their holders"), "url": reverse("offices:index")}]


def history_of(one: Assignment) -> list[dict[str, Any]]:
    """For templates/components/history.html: every change of an assignment, the latest first."""
    rows = one.history.select_related("history_user", "person").order_by("-history_id")
    kinds = {"+": _("Appointed"), "~": _("Changed"), "-": _("Removed")}
    return [
        {
            "title": kinds[each.history_type],
            "person": each.history_user.name if each.history_user else _("The system"),
            "office": "",
            "at": each.history_date,
            "reason": each.history_change_reason or "",
            "hue": "",
            "assignment": each,
        }
        for each in rows[:HISTORY]
    ]
