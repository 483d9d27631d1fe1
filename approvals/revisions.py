"""Revisions as the pages show them: what replaced what and why, and who may open the next one (domain.md 6.1)."""

from collections.abc import Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse

from registry.models import User
from submissions.differences import Difference, revised
from submissions.granted import Granted, granted
from submissions.models import Report
from submissions.selectors import revision_notes
from workflow.route import AMEND, Refusal


def family(report: Report) -> list[Report]:
    """All revisions of the same sub-activity and month, the oldest first."""
    return list(Report.objects.filter(item=report.item_id, period=report.period_id).order_by("revision"))


def revisions_of(
    user: User, report: Report, buttons: Mapping[str, Refusal | None] | None = None
) -> dict[str, Any]:
    """For templates/approvals/revisions.html: the others, the reason of this one, and the way to the next."""
    reports = family(report)
    notes = revision_notes(one.pk for one in reports)
    refusal = buttons.get(AMEND) if buttons else None
    return {
        "note": notes.get(report.pk, ""),
        **_changed(report),
        "others": [
            {
                "revision": one.revision,
                "state": one.state,
                "url": reverse("approvals:review", args=[one.token]),
                "note": notes.get(one.pk, ""),
                "at": one.published_at,
            }
            for one in reports
            if one.pk != report.pk
        ],
        "next": max((one.revision for one in reports), default=0) + 1,
        "ask_url": asking_url(report) if refusal and refusal.code == "route.no_grant" else "",
    }


def _changed(report: Report) -> dict[str, Any]:
    """What a revision changes, each beside what was granted for it; and what was granted and is not there."""
    if not report.revision:
        return {"changes": [], "missing": [], "named": False}
    allowed = granted([report.pk]).get(report.pk, {})
    changes = revised([report.pk]).get(report.pk, [])
    touched = {one.mark for one in changes if not one.aside}
    return {
        "named": bool(allowed),
        "changes": [_beside(one, allowed, bool(allowed)) for one in changes],
        "missing": [
            {"field": one.label, "granted": one.text}
            for name, one in allowed.items()
            if name not in touched and one.differs
        ],
    }


def _beside(one: Difference, allowed: Mapping[str, Granted], named: bool) -> dict[str, Any]:
    """A change beside its grant. A reason or a month that goes with an amount was granted with it."""
    found = None if one.aside else allowed.get(one.mark)
    return {
        "field": one.field,
        "seen": one.seen,
        "stored": one.stored,
        "granted": found.text if found else "",
        "differs": named and (found.differs if found else one.amount not in allowed),
    }


def asking_url(report: Report) -> str:
    """Where the permission to amend is asked for; empty where requests are not served."""
    try:
        return f"{reverse('requests:new', args=['amendment'])}?report={report.token}"
    except NoReverseMatch:
        return ""
