"""What officials do about a citizen's message. Every act names who did it and in which office, by the offices in force now.

Refused (VoiceRefused): the wrong office, the wrong state, and a page that was read before somebody else acted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from ledger.clock import now
from ledger.recording import recorded
from portal.models import Feedback, FeedbackAct
from portal.voices import photos, telling
from portal.voices.acting import number_of, record
from portal.voices.rights import Standing, standing
from portal.voices.senders import VoiceRefused
from registry.models import Office, Unit, User
from registry.vault import Unreadable, unlock

SHORTEST, LONGEST = 10, 2000  # characters of an answer, and of everything else that is written
State, Act = Feedback.State, FeedbackAct.Kind
In = Callable[[Standing, Feedback], Office | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as an official saw it: which one, and when it had moved last (ISO)."""

    feedback: int
    moved_at: str


@dataclass(frozen=True, slots=True)
class Held:
    """A message, locked, the office in which it is acted on, and when."""

    feedback: Feedback
    actor: User
    office: Office
    at: datetime

    def record(self, kind: str, **said: Any) -> FeedbackAct:
        """Write the act."""
        return record(self.feedback, kind, at=self.at, actor=self.actor, office=self.office, **said)


@contextmanager
def _held(actor: User, seen: Seen, office_in: In, states: tuple[str, ...] = ()) -> Iterator[Held]:
    """The message, locked, if `actor` may do this with it now and nobody did anything since he looked."""
    with recorded(actor):
        feedback = (
            Feedback.objects.select_for_update(of=("self",))
            .select_related("government", "unit", "item__unit", "routed_to")
            .get(pk=seen.feedback)
        )
        office = office_in(standing(actor), feedback)
        if office is None:
            raise VoiceRefused("voices.office")
        if feedback.moved_at.isoformat() != seen.moved_at:
            _stale(feedback)
        if states and feedback.state not in states:
            raise VoiceRefused("voices.state", {"number": number_of(feedback), "now": _word(feedback)})
        yield Held(feedback, actor, office, now())


def _stale(feedback: Feedback) -> NoReturn:
    last = feedback.acts.order_by("-pk").first()
    params = {
        "number": number_of(feedback),
        "changed_at": feedback.moved_at.isoformat(),
        "office": last.office if last else "",
    }
    raise VoiceRefused("voices.stale" if params["office"] else "voices.stale_citizen", params)


def _word(feedback: Feedback) -> str:
    return str(feedback.get_state_display())


def _words(text: str, shortest: int = 0) -> str:
    text = text.strip()
    if len(text) < shortest or len(text) > LONGEST:
        code = "voices.words_short" if len(text) < shortest else "voices.words_long"
        raise VoiceRefused(code, {"length": len(text), "shortest": shortest, "limit": LONGEST})
    return text


def unit_for(government: int, code: str) -> Unit:
    """To whom a message of a government may be passed on, by its code. Raises VoiceRefused for what is no unit of that very
    government, also where who acts is of another one too, which has such a unit."""
    found = Unit.objects.filter(government=government, code=code).exclude(parent=None).first()
    if found is None:
        raise (
            VoiceRefused("voices.unit_elsewhere", {"code": code[:40]})
            if code
            else VoiceRefused("voices.unit")
        )
    return found


def route(*, actor: User, seen: Seen, unit: Unit | None, text: str = "", together: str = "") -> FeedbackAct:
    """Pass a message on to a unit; again to another one. Its officer, verifier and head are told."""
    words = _words(text)
    with _held(actor, seen, Standing.as_bureau, (State.RECEIVED, State.ROUTED, State.REFUSED)) as held:
        if unit is None:
            raise VoiceRefused("voices.unit")
        if unit.government_id != held.feedback.government_id or unit.parent_id is None:
            raise VoiceRefused("voices.unit_elsewhere", {"code": unit.code})
        held.feedback.routed_to = unit
        act = held.record(Act.ROUTE, state=State.ROUTED, text=words, unit=unit)
        telling.tell(held.feedback, act, together)
    return act


def refuse(*, actor: User, seen: Seen, reason: str, text: str = "") -> FeedbackAct:
    """Not take a message up, with a reason that its citizen reads. What was public of it is so no more."""
    words = _words(text)
    if reason not in FeedbackAct.Reason.values:
        raise VoiceRefused("voices.reason")
    with _held(actor, seen, Standing.as_bureau, (State.RECEIVED, State.ROUTED)) as held:
        held.feedback.shown = False
        return held.record(Act.REFUSE, state=State.REFUSED, text=words, reason=reason)


def answer(*, actor: User, seen: Seen, text: str) -> FeedbackAct:
    """Answer a message: the head of the agency, or the verifier of its sub-activity; the bureau what is with nobody."""
    words = _words(text, SHORTEST)
    with _held(actor, seen, Standing.as_answerer, (State.RECEIVED, State.ROUTED)) as held:
        return held.record(Act.ANSWER, state=State.ANSWERED, text=words)


def note(*, actor: User, seen: Seen, text: str) -> FeedbackAct:
    """Write down what only officials read: a draft of an answer, what was found."""
    words = _words(text, 1)
    with _held(actor, seen, Standing.as_reader) as held:
        return held.record(Act.NOTE, text=words)


def close(*, actor: User, seen: Seen) -> FeedbackAct:
    """Close what was answered."""
    with _held(actor, seen, Standing.as_bureau, (State.ANSWERED,)) as held:
        return held.record(Act.CLOSE, state=State.CLOSED)


def show(*, actor: User, seen: Seen) -> FeedbackAct:
    """Have everybody read a message and its answers."""
    states = (State.RECEIVED, State.ROUTED, State.ANSWERED, State.CLOSED)
    with _held(actor, seen, Standing.as_bureau, states) as held:
        if held.feedback.shown or held.feedback.erased_at:
            raise VoiceRefused("voices.shown" if held.feedback.shown else "voices.erased")
        held.feedback.shown = True
        return held.record(Act.SHOW)


def hide(*, actor: User, seen: Seen) -> FeedbackAct:
    """Take a message off the public pages."""
    with _held(actor, seen, Standing.as_bureau) as held:
        if not held.feedback.shown:
            raise VoiceRefused("voices.hidden")
        held.feedback.shown = False
        return held.record(Act.HIDE)


def erase(*, actor: User, seen: Seen, text: str) -> FeedbackAct:
    """Delete for good what a person wrote about himself: words, place, contact, photo. `text`: who asked for it, or why."""
    why = _words(text, SHORTEST)
    with _held(actor, seen, Standing.as_bureau) as held:
        if held.feedback.erased_at:
            raise VoiceRefused("voices.erased")
        blank(held.feedback, held.at)
        return held.record(Act.ERASE, text=why)


def blank(feedback: Feedback, at: datetime) -> None:
    """Take the personal words out of a message that is about to be saved."""
    feedback.text = feedback.place = feedback.contact_locked = feedback.sender = ""
    feedback.latitude = feedback.longitude = None
    photos.forget(feedback)
    feedback.shown, feedback.erased_at = False, at


def look(*, actor: User, seen: Seen) -> str:
    """The contact that a citizen left, for whoever answers or moderates; that it was looked at is written down."""

    def reader(one: Standing, feedback: Feedback) -> Office | None:
        return one.as_bureau(feedback) or one.as_answerer(feedback)

    with _held(actor, seen, reader) as held:
        if not held.feedback.contact_locked:
            raise VoiceRefused("voices.no_contact")
        try:
            contact = unlock(held.feedback.contact_locked)
        except Unreadable as error:
            raise VoiceRefused("voices.unreadable") from error
        held.record(Act.LOOK)
    return contact


# --- Many at once ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of many: done, or why not."""

    feedback: int
    refused: VoiceRefused | None = None


MANY: Mapping[str, Callable[..., FeedbackAct]] = {
    Act.ROUTE: route, Act.REFUSE: refuse, Act.SHOW: show, Act.HIDE: hide, Act.CLOSE: close,
}  # fmt: skip


def many(*, actor: User, kind: str, chosen: Sequence[Seen], **said: Any) -> list[Outcome]:
    """The same with each of these; one that is refused keeps no other from being done."""
    done = []
    for seen in chosen:
        try:
            MANY[kind](actor=actor, seen=seen, **said)
            done.append(Outcome(seen.feedback))
        except VoiceRefused as refused:
            done.append(Outcome(seen.feedback, refused))
    return done
