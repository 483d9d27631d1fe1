"""Who is told: those who may approve a list, and who placed a hold that somebody else released."""

from typing import Any

from django.urls import reverse

from approvals import notices
from approvals.models import Disposal, Hold
from registry.models import Office, Post, User
from workflow.models import Outbox


def tell(row: Outbox) -> None:
    """Tell of what a row of the outbox names; again, it tells nobody anything new."""
    if "hold" in row.payload:
        _released(
            row, Hold.objects.select_related("unit", "placed_by", "released_by").get(pk=row.payload["hold"])
        )
    else:
        _listed(row, Disposal.objects.select_related("unit", "listed_by").get(pk=row.payload["list"]))


def _released(row: Outbox, hold: Hold) -> None:
    params = {
        "person": hold.released_by.name if hold.released_by else "",
        "unit": hold.unit.name,
        "reference": hold.reference,
    }
    link = reverse("keeping:hold", args=[hold.token])
    _tell(row, "notice.keeping.released", [hold.placed_by], params, link)


def _listed(row: Outbox, listed: Disposal) -> None:
    params = {
        "person": listed.listed_by.name,
        "count": listed.things,
        "unit": listed.unit.name,
        "before_on": listed.before.isoformat(),
    }
    link = reverse("keeping:disposal", args=[listed.token])
    _tell(row, "notice.keeping.listed", approvers(listed), params, link)


def approvers(listed: Disposal) -> list[User]:
    """Who may approve a list now: other holders of the bureau's post, and the heads of its agency and above."""
    offices = Office.objects.filter(role__in=(Post.Role.OVERSIGHT, Post.Role.AGENCY_HEAD)).select_related(
        "unit"
    )
    found = {
        one.person_id
        for one in offices
        if listed.unit.path.startswith(one.unit_path)
        and (one.role == Post.Role.AGENCY_HEAD or one.unit.parent_id is None)
    }
    return list(User.objects.filter(pk__in=found - {listed.listed_by_id}).order_by("pk"))


def _tell(row: Outbox, code: str, people: list[User], params: dict[str, Any], link: str) -> None:
    notices.tell(event=row.key, code=code, to=notices.everyone(people, params, link), urgent=True)
