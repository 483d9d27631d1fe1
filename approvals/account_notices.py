"""What a person is told about his own account: each change of its keys, of those of his programs too, and the link with which he
sets a password."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import int_to_base36
from django.utils.translation import gettext as _

from approvals import notices
from approvals.notices import To
from approvals.smtp import meaning_of
from ledger.clock import now
from registry.models import User
from workflow.models import Outbox
from workflow.outbox import nudge

CHANGED, RESET, MOVED = "account.changed", "account.reset", "account.moved"
SECURITY = "account_security"
# So long after an address was replaced is the earlier one told of a link: who changes it and sends himself one is seen.
REMEMBERED = timedelta(days=90)


def announce(whose: User, change: str, /, page: str = SECURITY, **params: Any) -> None:
    """Have a person told what was done to his account ("totp_activated", ...), in the transaction that does it.

    `page`: the name of the address where he sees how it stands.
    """
    _queue(CHANGED, whose, {"change": change, "params": params, "page": page})


def send_link(person: User) -> None:
    """Have a link mailed with which a person sets his password, once. The link itself is made by who mails it.

    Whoever can change an address could have the link sent to himself: addresses of the last months are told of it.
    """
    _queue(RESET, person, {})
    if _earlier_addresses(person):
        _queue(MOVED, person, {})


def _earlier_addresses(person: User) -> list[str]:
    """Addresses that stood in the account lately and stand there no more."""
    since = now() - REMEMBERED
    rows = person.history.order_by("history_date", "history_id").values_list("history_date", "email")
    ends = [(at, before) for (_then, before), (at, _after) in pairwise(rows)]
    return sorted({old for at, old in ends if old and old != person.email and at >= since})


def _queue(topic: str, person: User, payload: dict[str, Any]) -> None:
    at = now()
    Outbox.objects.create(
        key=f"{topic}:{person.pk}:{at:%Y%m%d%H%M%S%f}", topic=topic, payload={"id": person.pk, **payload},
        created_at=at, not_before=at,
    )  # fmt: skip
    nudge()


def tell(row: Outbox) -> None:
    """One notice and one letter; a second time tells nothing new."""
    person = User.objects.get(pk=row.payload["id"])
    params = {"name": person.username, "done_at": row.created_at.isoformat(), **row.payload["params"]}
    notices.tell(
        event=row.key,
        code=f"notice.account.{row.payload['change']}",
        to=[To(person, params, reverse(row.payload.get("page", SECURITY)))],
        urgent=True,
    )


def mail_link(row: Outbox) -> None:
    """The letter with the link; it works once and for a few hours, and is written down nowhere."""
    person = User.objects.get(pk=row.payload["id"])
    if not (person.email and person.is_active):
        return
    key = default_token_generator.make_token(person)
    address = reverse("account_reset_password_from_key", args=[int_to_base36(person.pk), key])
    with translation.override(person.language):
        words = {
            "name": person.name,
            "username": person.username,
            "url": f"{settings.PUBLIC_URL}{address}",
            "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        }
        body = render_to_string("mail/password.txt", words)
        message = EmailMessage(_("Jenjang: set your password"), body, to=[person.email])
    _send(message)


def mail_warning(row: Outbox) -> None:
    """What the earlier addresses of an account are told: that its link went elsewhere. There is no link in it."""
    person = User.objects.get(pk=row.payload["id"])
    earlier = _earlier_addresses(person)
    if not earlier:
        return
    with translation.override(person.language):
        body = render_to_string("mail/moved.txt", {"name": person.name, "username": person.username})
        message = EmailMessage(_("Jenjang: the way to your account was changed"), body, bcc=earlier)
    _send(message)


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except Exception as error:
        raise meaning_of(error) from error
