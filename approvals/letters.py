"""Sending a letter: looked at once more, written in its reader's language, handed over, and marked.

Nothing is locked and no transaction is open while the mail server takes its time. The Message-ID follows from the letter's key,
so that a copy which a killed worker or a cut line may cause is known as one by every mail program.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from approvals import digests, letter_words, still
from approvals.letter_words import Told
from approvals.models import Letter, Notice, Preference
from approvals.quiet import QUIET_FROM, QUIET_TO, quiet_until
from approvals.smtp import meaning_of
from ledger.clock import now
from ledger.recording import recorded
from registry.models import Government
from registry.selectors import government_of
from workflow.models import Outbox
from workflow.outbox import Dropped, Postponed, Undelivered

log = logging.getLogger("jenjang.outbox")


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter that has something to say: how it is written, and whose zone and ways it keeps; `until`: what it reminds of."""

    write: Callable[[], EmailMultiAlternatives]
    here: Government | None
    until: Sequence[datetime] = ()


def post(row: Outbox) -> None:
    """Send one letter of notices. A delivery of the outbox."""
    deliver(row, _of_notices)


def deliver(row: Outbox, say: Callable[[Letter], Ready | None]) -> None:
    """Send one letter, unless it was sent, its reader left, it has nothing to say any more, or it is night."""
    letter = Letter.objects.select_related("person").get(pk=row.payload["id"])
    if letter.sent_at:
        return
    if not (letter.person.is_active and letter.person.email):
        raise Dropped("nobody")
    ready = say(letter)
    if ready is None:
        raise Dropped("moved_on")
    _by_day(letter, ready)
    message = ready.write()
    try:
        message.send()
    except Exception as error:
        raise meaning_of(error) from error
    try:
        _mark(letter)
    except Exception as error:
        raise Undelivered("unmarked", unanswered=True) from error


def _of_notices(letter: Letter) -> Ready | None:
    told = _still(letter)
    if not told:
        return None
    here = _government(letter, told)
    return Ready(lambda: letter_words.compose(letter, told, here), here, _deadlines(told))


def _still(letter: Letter) -> list[Told]:
    """What the letter still has to say."""
    told, in_office = [], still.in_office(letter.person_id)
    for notice in letter.notices.order_by("pk"):
        if digests.is_digest(notice):
            lines = still.lines_still(letter.person_id, notice.params["lines"])
            told += [Told(notice, *digests.retold(notice, lines))] if lines else []
        elif still.stands(notice, in_office):
            told.append(Told(notice, notice.code, notice.params))
    return told


def _government(letter: Letter, told: Sequence[Told]) -> Government | None:
    """Whose zone and ways the letter keeps: the calendar's lines are of one government, everything else is of the reader's."""
    of_calendar = [one.params["government"] for one in told if digests.is_digest(one.notice)]
    return Government.objects.get(pk=of_calendar[0]) if of_calendar else government_of(letter.person)


def _by_day(letter: Letter, ready: Ready) -> None:
    """Wait for the end of the quiet hours, unless what the letter reminds of would be over by then. Raises Postponed."""
    wish = Preference.objects.filter(person=letter.person_id).first()
    begin, end = QUIET_FROM, QUIET_TO
    if wish and wish.quiet_from is not None and wish.quiet_to is not None:
        begin, end = wish.quiet_from, wish.quiet_to
    until = quiet_until(now(), ready.here.time_zone if ready.here else settings.TIME_ZONE, begin, end)
    if until and not any(due <= until for due in ready.until):
        raise Postponed(until)


def _deadlines(told: Sequence[Told]) -> list[datetime]:
    """The deadlines of which a letter reminds."""
    lines = [line for one in told if digests.is_digest(one.notice) for line in one.params["lines"]]
    return [datetime.fromisoformat(line["due_at"]) for line in lines if line["act"] == "remind"]


def _mark(letter: Letter) -> None:
    at = now()
    with recorded(None):
        Letter.objects.filter(pk=letter.pk, sent_at=None).update(sent_at=at)
        Notice.objects.filter(letter=letter, mailed_at=None).update(mailed_at=at)
