"""What citizens do: write, ask again, say that it is solved. Nobody is named; the ledger keeps digests of what may be erased."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from ledger.clock import now
from portal.models import Feedback, FeedbackAct
from portal.voices import photos, telling
from portal.voices.acting import record
from portal.voices.clocks import dues, policy_on
from portal.voices.photos import Photo
from portal.voices.senders import DAY, HOUR, VoiceRefused, not_too_often, one_at_a_time, unnamed
from portal.voices.tickets import new_ticket
from registry.models import BudgetItem, Government, Unit
from registry.vault import lock
from submissions.models import new_token
from submissions.moments import zone_of

LIMITS: Mapping[timedelta, int] = {HOUR: 5, DAY: 20}
MOST_REOPENED = 2
LONGEST_MORE = 1000  # characters that are added when asking again
State, Act = Feedback.State, FeedbackAct.Kind


@dataclass(frozen=True, slots=True)
class Message:
    """What a citizen wants to say, read and found good. Both coordinates or none, in degrees."""

    government: Government
    kind: str
    text: str
    unit: Unit | None = None
    item: BudgetItem | None = None
    month: int | None = None
    place: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    contact: str = ""
    photo: Photo | None = None
    language: str = "id"


def may_write(*, sender: str, token: str, text: str) -> bool:
    """Whether this is a further message, and not a form that came before; raises VoiceRefused for who wrote too often. Asked
    before a picture of his is unpacked, and again by `receive`."""
    if Feedback.objects.filter(token=token, text=text).exists():
        return False
    _not_too_often(sender, now())
    return True


def receive(*, message: Message, sender: str, token: str = "") -> Feedback:
    """Take a message in: its ticket, and the clock of its days. Raises VoiceRefused too often, FileRefused without room.

    `token` is the name that its form was given: the same words sent twice from one form are one message.
    """
    stored = ""
    try:
        with unnamed():
            one_at_a_time(sender)
            before = Feedback.objects.filter(token=token).first() if token else None
            if before and before.text == message.text:
                return before
            at = now()
            _not_too_often(sender, at)
            feedback = _made(message, sender, new_token() if before or not token else token)
            times = dues(policy_on(message.government, at), at)
            feedback.received_at = feedback.moved_at = at
            feedback.triage_due, feedback.answer_due = times.triage_due, times.answer_due
            feedback.close_due = times.close_due
            if message.photo:
                photos.keep(feedback, message.photo, at)
                stored = str(feedback.photo)
            feedback.save()
    except BaseException:
        if stored:
            photos.drop(stored)
        raise
    return feedback


def _not_too_often(sender: str, at: datetime) -> None:
    if sender:
        not_too_often(Feedback.objects.filter(sender=sender), "received_at", at, dict(LIMITS))


def _made(message: Message, sender: str, token: str) -> Feedback:
    return Feedback(
        token=token,
        ticket=new_ticket(),
        government=message.government,
        kind=message.kind,
        unit=message.unit or (message.item.unit if message.item else None),
        item=message.item,
        month=message.month,
        place=message.place,
        latitude=message.latitude,
        longitude=message.longitude,
        text=message.text,
        contact_locked=lock(message.contact) if message.contact else "",
        language=message.language if message.language in dict(settings.LANGUAGES) else "id",
        sender=sender,
    )


def solved(*, feedback: Feedback) -> Feedback:
    """The citizen is content: the message is closed. Raises VoiceRefused in another state; a second time changes nothing."""
    with unnamed():
        held = Feedback.objects.select_for_update().get(pk=feedback.pk)
        if held.state == State.CLOSED:
            return held
        if held.state != State.ANSWERED:
            raise VoiceRefused("voices.not_answered")
        record(held, Act.CLOSE, at=now(), state=State.CLOSED)
    return held


def times_reopened(feedback: Feedback) -> int:
    """How often its citizen asked again."""
    return feedback.acts.filter(kind=Act.REOPEN).count()


def ask_again(*, feedback: Feedback, text: str) -> Feedback:
    """The citizen is not content: it goes back to whom it was with, with what he adds. Twice at most. Raises VoiceRefused.

    What he adds stands with his message, which can be erased; acts cannot. Nobody has looked at it, so that a message that was
    public is so no more until it is shown again. The clock is the one it came with.
    """
    if len(text) > LONGEST_MORE:
        raise VoiceRefused("voices.more_long", {"length": len(text), "limit": LONGEST_MORE})
    with unnamed():
        held = (
            Feedback.objects.select_for_update(of=("self",))
            .select_related("government", "item__unit", "routed_to")
            .get(pk=feedback.pk)
        )
        if held.state != State.ANSWERED:
            raise VoiceRefused("voices.not_answered")
        if times_reopened(held) >= MOST_REOPENED:
            raise VoiceRefused("voices.reopened", {"limit": MOST_REOPENED})
        at = now()
        if text and not held.erased_at:
            day = at.astimezone(zone_of(held.government.time_zone)).date()
            held.text, held.shown = f"{held.text}\n\n[{day.isoformat()}] {text}", False
        again = State.ROUTED if held.routed_to_id else State.RECEIVED
        telling.tell(held, record(held, Act.REOPEN, at=at, state=again))
    return held
