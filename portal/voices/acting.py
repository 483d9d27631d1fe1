"""The one way in which a message moves: its row, its history, the act with name and office, and what its citizen is told."""

from datetime import datetime

from approvals.asking_law import printed
from portal.models import Feedback, FeedbackAct
from portal.voices import mailing
from registry.models import Office, Unit, User

SYSTEM = "Jenjang"  # the office of what the clock does; an act without office and person is the citizen's


def number_of(feedback: Feedback) -> str:
    """What officials call a message. Its ticket is its citizen's key and is shown to nobody else."""
    return f"{feedback.pk:06d}"


def record(
    held: Feedback,
    kind: str,
    *,
    at: datetime,
    state: str = "",
    actor: User | None = None,
    office: Office | str = "",
    text: str = "",
    reason: str = "",
    unit: Unit | None = None,
) -> FeedbackAct:
    """Write an act on a message that is locked, in the caller's transaction; without `state` it stays where it is.

    `moved_at` moves with every act, so that it tells whether somebody acted since a page was read.
    """
    held.state = state or held.state
    held.moved_at = at
    held.save()
    act = FeedbackAct.objects.create(
        feedback=held,
        kind=kind,
        text=text,
        reason=reason,
        unit=unit,
        person=actor,
        person_name=actor.name if actor else "",
        office=office if isinstance(office, str) else printed(office),
        at=at,
    )
    mailing.ask(held, act)
    return act
