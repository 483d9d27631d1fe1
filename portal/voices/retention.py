"""What time does by itself: what was answered is closed after 60 days, and nobody's contact is kept longer than 2 years."""

from datetime import timedelta

from ledger.clock import now
from portal.models import Feedback, FeedbackAct
from portal.voices.acting import SYSTEM, record
from portal.voices.senders import unnamed

KEPT = timedelta(days=730)
AT_ONCE = 200
State, Act = Feedback.State, FeedbackAct.Kind


def tend() -> int:
    """Close what is due, erase contacts that are too old; a second time finds nothing. Returns how many messages moved."""
    at = now()
    due = Feedback.objects.filter(state=State.ANSWERED, close_due__lt=at)
    old = Feedback.objects.filter(received_at__lt=at - KEPT).exclude(contact_locked="")
    return sum(
        _each(list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]), kind)
        for rows, kind in ((due, Act.CLOSE), (old, Act.ERASE))
    )


def _each(ids: list[int], kind: str) -> int:
    done = 0
    for pk in ids:
        with unnamed():
            held = Feedback.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            done += held is not None and _one(held, kind)
    return done


def _one(held: Feedback, kind: str) -> bool:
    if kind == Act.CLOSE:
        if held.state != State.ANSWERED:
            return False
        record(held, kind, at=now(), state=State.CLOSED, office=SYSTEM)
        return True
    if not held.contact_locked:
        return False
    held.contact_locked = ""
    record(held, kind, at=now(), office=SYSTEM)
    return True
