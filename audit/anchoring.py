"""The day's checkpoint by mail to the inspectorate: what it keeps, nobody here can take back.

To everybody who audits the whole government, and to offices outside by LEDGER_ANCHOR_MAIL. A row of the outbox for each of them
and each day, so that a mail server which is down costs no day and nobody is written to twice.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from approvals.letter_words import message_id
from approvals.models import Letter
from approvals.smtp import meaning_of
from ledger.checkpoints import latest
from ledger.clock import now
from ledger.recording import recorded
from registry.grants import AUDIT
from registry.models import Reach, User
from registry.selectors import government
from wording import ways
from workflow.models import Outbox
from workflow.outbox import Dropped, nudge

TOPIC = "ledger.anchor"
FROM = time(6)  # by the government's clock; who is asleep need not be written to


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who keeps checkpoints: a person of ours, or an address outside."""

    key: str
    person: int | None
    address: str


def auditors() -> list[User]:
    """Who audits a government from its root, and can be written to."""
    whole = Reach.objects.filter(right=AUDIT, unit__parent=None).values("person")
    return list(User.objects.filter(pk__in=whole, is_active=True).exclude(email="").order_by("pk"))


def recipients() -> list[Recipient]:
    """Everybody who is written to, each once."""
    people = [Recipient(str(one.pk), one.pk, one.email) for one in auditors()]
    known = {one.address.lower() for one in people}
    outside = {one.lower(): one for one in settings.LEDGER_ANCHOR_MAIL if one.lower() not in known}
    return people + [
        Recipient(hashlib.sha256(lower.encode()).hexdigest()[:16], None, address)
        for lower, address in sorted(outside.items())
    ]


def queue() -> int:
    """Have today's checkpoint mailed to each who has not been written to today; how many. Nobody before six in the morning."""
    at, here = now(), government()
    local = at.astimezone(ZoneInfo(here.time_zone if here else settings.TIME_ZONE))
    if local.time() < FROM:
        return 0
    newest = latest()
    told = {"size": newest.size, "note": newest.note, "at": newest.at.isoformat()} if newest else {"size": 0}
    before = Outbox.objects.filter(topic=TOPIC, created_at__lt=_midnight(local)).order_by("-pk").first()
    told |= {"before": before.payload["size"] if before else None}
    rows = [
        Outbox(
            key=f"{TOPIC}:{local:%Y-%m-%d}:{one.key}", topic=TOPIC,
            payload={**told, "person": one.person, "address": "" if one.person else one.address},
            created_at=at, not_before=at,
        )
        for one in recipients()
    ]  # fmt: skip
    known = set(Outbox.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
    fresh = [row for row in rows if row.key not in known]
    if fresh:
        with recorded(None):
            Outbox.objects.bulk_create(fresh, ignore_conflicts=True)
            nudge()
    return len(fresh)


def _midnight(local: datetime) -> datetime:
    return datetime.combine(local.date(), time(), tzinfo=local.tzinfo)


def post(row: Outbox) -> None:
    """Mail one row's checkpoint. A delivery of the outbox; who audits no more, or left, is not written to."""
    person = next((one for one in auditors() if one.pk == row.payload["person"]), None)
    address = person.email if person else row.payload["address"]
    if not person and address not in settings.LEDGER_ANCHOR_MAIL:
        raise Dropped("nobody")
    message = compose(row, address, person)
    try:
        message.send()
    except Exception as error:
        raise meaning_of(error) from error


def compose(row: Outbox, address: str, person: User | None) -> EmailMessage:
    """The mail, in its reader's language; again, it is the same."""
    told, here = row.payload, government()
    language = person.language if person else settings.LANGUAGE_CODE
    zone = timezone.override(here.time_zone if here else None)
    with translation.override(language), zone, ways.of(here):
        subject = _subject(told)
        body = render_to_string("mail/anchor.txt", _words(told, person))
    headers = {"Message-ID": message_id(Letter(key=row.key)), "Auto-Submitted": "auto-generated"}
    message = EmailMessage(subject, body, to=[address], headers=headers)
    if told[
        "size"
    ]:  # as bytes: a mail server may end lines of text its own way, and what is signed are these
        message.attach(f"checkpoint-{told['size']}.txt", told["note"].encode(), "application/octet-stream")
    return message


def _subject(told: dict[str, Any]) -> str:
    if not told["size"]:
        return _("Jenjang: the ledger has no checkpoint yet")
    return _("Jenjang: the ledger's checkpoint of %(size)s entries") % {"size": told["size"]}


def _words(told: dict[str, Any], person: User | None) -> dict[str, Any]:
    size, before = told["size"], told["before"]
    return {
        "name": person.name if person else "",
        "size": size,
        "note": told.get("note", ""),
        "at": datetime.fromisoformat(told["at"]) if size else None,
        "file": f"checkpoint-{size}.txt",
        "more": None if before is None else size - before,
        "site": settings.PUBLIC_URL,
    }
