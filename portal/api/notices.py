"""What a person was told, and that he has read it."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status
from pydantic import Field

from approvals.models import Notice
from ledger.clock import now
from ledger.recording import recorded
from portal.api import paging
from portal.api.door import person_of
from portal.api.reading import Cursor, Limit
from portal.api.report_shapes import Written
from portal.api.role_shapes import NoticeShape
from portal.api.shapes import Part
from wording.sentences import say

router = Router(tags=["notices"])


class NoticesRead(Written):
    """Which notices were read: those of these numbers, and all up to one."""

    ids: list[int] = Field([], max_length=500)
    up_to: int | None = Field(None, ge=1, lt=2**63)


@router.get(
    "/notices",
    response=Part[NoticeShape],
    operation_id="notices",
    summary="What I was told, the newest first",
)
def notices(
    request: HttpRequest, unread: bool = False, cursor: Cursor = "", limit: Limit = paging.USUAL
) -> Any:
    rows = Notice.objects.filter(person=person_of(request))
    if unread:
        rows = rows.filter(read_at=None)
    found, following = paging.newest_first(rows, cursor, limit, {"list": "notices", "unread": unread})
    told = [
        {
            "id": one.pk, "code": one.code, "sentence": say(one.code, one.params), "link": one.link, "at": one.created_at,
            "read_at": one.read_at,
        }
        for one in found
    ]  # fmt: skip
    return {"items": told, "next": following}


@router.post(
    "/notices/read", response={204: None}, operation_id="noticesRead", summary="Mark notices of mine as read"
)
def read(request: HttpRequest, body: NoticesRead) -> Any:
    """Those of others are left alone, and what was read stays read as it was."""
    person = person_of(request)
    named = [one for one in body.ids if 0 < one < 2**63]
    meant = Q(pk__in=named) if body.up_to is None else Q(pk__in=named) | Q(pk__lte=body.up_to)
    with recorded(person):
        Notice.objects.filter(meant, person=person, read_at=None).update(read_at=now())
    return Status(204, None)
