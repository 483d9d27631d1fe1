"""Who is told that a post changes hands: the appointed, and whoever he relieves or replaces."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from approvals import notices
from ledger.clock import now
from registry.models import Assignment, Post, User
from submissions.holding import CAPACITIES
from workflow.models import Outbox
from workflow.outbox import nudge

TOPIC = "office.changed"
APPOINTED, ENDED, PROLONGED, CORRECTED = "appointed", "ended", "prolonged", "corrected"


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to an assignment (appointed, ended, prolonged, corrected), and whom it concerns besides its person."""

    act: str
    assignment: int
    others: tuple[int, ...] = ()


def announce(changes: Sequence[Change]) -> None:
    """Have people told, in the change's own transaction; one statement for any number. The telling is the worker's."""
    at = now()
    Outbox.objects.bulk_create(
        Outbox(
            key=f"{TOPIC}:{one.assignment}:{one.act}:{at:%Y%m%d%H%M%S%f}",
            topic=TOPIC,
            payload={"id": one.assignment, "act": one.act, "others": list(one.others)},
            created_at=at,
            not_before=at,
        )
        for one in changes
    )
    nudge()


def tell(row: Outbox) -> None:
    """Tell the person of the assignment, and who holds the post besides; again, it tells nobody anything new."""
    held = Assignment.objects.select_related("person", "post__unit").get(pk=row.payload["id"])
    act = row.payload["act"]
    params = {
        "code": held.decree_no,
        "name": f"{CAPACITIES.get(held.kind, '')}{held.post.title}, {held.post.unit.name}",
        "person": held.person.name,
        "from_on": held.valid_from.isoformat(),
        "to_on": held.valid_to.isoformat() if held.valid_to else None,
    }
    takes_over = held.post.role == Post.Role.OFFICER and act != ENDED
    link = reverse("submissions:handover") if takes_over else reverse("home")
    notices.tell(event=row.key, code=f"notice.office.{act}", to=notices.everyone([held.person], params, link))
    others = User.objects.filter(pk__in=row.payload["others"])
    notices.tell(
        event=row.key, code="notice.office.beside", to=notices.everyone(others, params, reverse("home"))
    )
