"""What I was told, gathered by what it is about, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, CharField, Count, F, Max, Q, QuerySet, When
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals import digests
from approvals.letter_words import cells_named
from approvals.models import Notice
from ledger.clock import now
from ledger.recording import recorded
from registry.models import User
from submissions.forms import whole_number
from wording.sentences import say

MATTERS = 20  # on a page
AT_ONCE = 2  # of one matter; what is older is folded
MOST = 30  # of one matter, folded ones included


@dataclass
class Matter:
    """What several notices are about: a report, a request, or one digest of the calendar."""

    key: str
    title: str
    unread: int
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def first(self) -> list[dict[str, Any]]:
        return self.rows[:AT_ONCE]

    @property
    def older(self) -> list[dict[str, Any]]:
        return self.rows[AT_ONCE:]


def context(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the page needs; a fixed number of statements for any number of notices."""
    unread_only = request.GET.get("show") == "unread"
    matters = (
        _of(user).values("matter").annotate(newest=Max("pk"), unread=Count("pk", filter=Q(read_at=None)))
    )
    unread = Notice.objects.filter(person=user, read_at=None).count()
    shown = matters.filter(unread__gt=0) if unread_only else matters
    page = Paginator(shown.order_by("-newest"), MATTERS).get_page(request.GET.get("page"))
    return {
        "page": page,
        "base": "show=unread&" if unread_only else "",
        "matters": _matters(user, list(page)),
        "unread": unread,
        "tabs": _tabs(unread_only, unread),
    }


def _of(user: User) -> QuerySet[Any]:
    """His notices with what each is about: the address it leads to; the calendar's digests stand alone."""
    alone = When(code__startswith=digests.PREFIX, then=Cast("pk", CharField()))
    return Notice.objects.filter(person=user).annotate(matter=Case(alone, default=F("link")))


def _matters(user: User, found: Sequence[dict[str, Any]]) -> list[Matter]:
    matters = {one["matter"]: Matter(one["matter"], "", one["unread"]) for one in found}
    for notice in _of(user).filter(matter__in=list(matters)).order_by("-pk"):
        mine = matters[notice.matter]
        mine.title = mine.title or _title(notice)
        if len(mine.rows) < MOST:
            mine.rows.append(_row(notice))
    return list(matters.values())


def _title(notice: Notice) -> str:
    """What it is about by name, where it has one."""
    return " ".join(str(notice.params.get(name) or "") for name in ("code", "name")).strip()


def _row(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.pk,
        "sentence": say(notice.code, notice.params),
        "about": cells_named(notice.params),
        "url": notice.link,
        "at": notice.created_at,
        "read": notice.read_at,
        "lines": digests.shown(notice.params["lines"]) if digests.is_digest(notice) else [],
    }


def _tabs(unread_only: bool, unread: int) -> list[dict[str, Any]]:
    url = reverse("approvals:notices")
    return [
        {"label": _("All"), "url": url, "count": None, "current": not unread_only},
        {"label": _("Unread"), "url": f"{url}?show=unread", "count": unread, "current": unread_only},
    ]


def mark_read(request: HttpRequest, user: User) -> datetime:
    """Mark as read one notice (`one`), all about one matter (`matter`), or everything; only one's own."""
    mine = _of(user).filter(read_at=None)
    if "one" in request.POST:
        mine = mine.filter(pk=whole_number(request.POST["one"]) or 0)
    elif "matter" in request.POST:
        mine = mine.filter(matter=request.POST["matter"].replace("\x00", ""))
    at = now()
    with recorded(user):
        Notice.objects.filter(pk__in=list(mine.values_list("pk", flat=True)), read_at=None).update(read_at=at)
    return at
