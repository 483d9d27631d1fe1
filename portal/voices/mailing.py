"""What a citizen is told by e-mail, when he left an address: that his message was passed on, answered, refused or closed.

Nothing is mailed before an official has looked: nobody can have letters sent to somebody else by typing his address here.
The address is read from the vault when the letter is sent and stands in no queue and no log. One letter for each act.
"""

import hashlib
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from approvals.smtp import meaning_of
from portal.models import Feedback, FeedbackAct
from registry.vault import Unreadable, unlock
from wording import ways
from workflow.models import Outbox
from workflow.outbox import Dropped, nudge

TOPIC = "voices.mail"
TOLD = (FeedbackAct.Kind.ROUTE, FeedbackAct.Kind.REFUSE, FeedbackAct.Kind.ANSWER, FeedbackAct.Kind.CLOSE)


def ask(feedback: Feedback, act: FeedbackAct) -> None:
    """Have the citizen told of an official's act, in its transaction; nobody without a contact, nothing of his own acts."""
    if act.kind not in TOLD or not act.office or not feedback.contact_locked:
        return
    Outbox.objects.create(
        key=f"{TOPIC}:{act.pk}", topic=TOPIC, payload={"id": act.pk}, created_at=act.at, not_before=act.at
    )
    nudge()


def post(row: Outbox) -> None:
    """Send one letter, unless its address was erased meanwhile or is a telephone number. A delivery of the outbox."""
    act = FeedbackAct.objects.select_related("feedback__government", "unit").get(pk=row.payload["id"])
    address = _address(act.feedback)
    message = compose(act, address)
    try:
        message.send()
    except Exception as error:
        raise meaning_of(error) from error


def _address(feedback: Feedback) -> str:
    if not feedback.contact_locked:
        raise Dropped("erased")
    try:
        contact = unlock(feedback.contact_locked)
    except Unreadable as error:
        raise Dropped("unreadable") from error
    if "@" not in contact:
        raise Dropped("telephone")
    return contact


def compose(act: FeedbackAct, address: str) -> EmailMessage:
    """The letter in the citizen's language; again, it is the same."""
    feedback, here = act.feedback, act.feedback.government
    with translation.override(feedback.language), timezone.override(here.time_zone), ways.of(here):
        words: dict[str, Any] = {
            "act": act,
            "feedback": feedback,
            "government": here,
            "url": f"{settings.PUBLIC_URL}{reverse('voices:ticket', args=[feedback.token])}",
        }
        subject = _("Your message %(ticket)s") % {"ticket": feedback.ticket}
        body = render_to_string("mail/voice.txt", words)
    return EmailMessage(
        subject, body, to=[address], headers={"Message-ID": _name(act), "Auto-Submitted": "auto-generated"}
    )


def _name(act: FeedbackAct) -> str:
    """The same whenever it is sent, so that a copy is known as one."""
    name = hashlib.sha256(f"{settings.SECRET_KEY}:{TOPIC}:{act.pk}".encode()).hexdigest()[:40]
    return f"<{name}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition('@')[2] or 'localhost'}>"
