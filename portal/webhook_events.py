"""What is told outside: from the rows of the outbox to one delivery for each address that wants to hear of it.

A message names things by ids, codes, states and addresses of pages; no person, no reason, no text that somebody wrote.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.clock import now
from portal.models import Delivery, Webhook
from registry.models import FiscalYear, Unit
from submissions.models import CalendarAct, Period, Report
from submissions.moments import TELL_LOCKED, start_of_month
from submissions.telling import DIGEST, OPENED
from workflow.models import Outbox
from workflow.outbox import nudge
from workflow.route import SUPERSEDED

PUBLISHED, RETURNED = "report.published", "report.returned"
REPLACED, MONTH_OPENED, MONTH_LOCKED, TEST = (
    "report.superseded",
    "period.opened",
    "period.locked",
    "webhook.test",
)
TOPICS: dict[str, Promise] = {
    PUBLISHED: _("A report was published"),
    REPLACED: _("A published report was replaced by a revision"),
    RETURNED: _("A report was returned"),
    MONTH_OPENED: _("A month was opened"),
    MONTH_LOCKED: _("A month of an agency was locked"),
}
SEND = "webhook.send"  # topic of the outbox: one message that is to be sent


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: told once to each address by its key. `path`: the unit that it is about."""

    key: str
    topic: str
    at: datetime
    path: str
    data: Mapping[str, Any]


def hear(row: Outbox) -> None:
    """Make the deliveries that follow from a row, in its own transaction; a second time makes no second one."""
    maker = MAKERS.get(row.topic)
    if maker is None or not Webhook.objects.exclude(state=Webhook.State.REMOVED).exists():
        return
    for event in maker(row):
        announce(event)


def announce(event: Event) -> None:
    """One delivery for each address that wants to hear of this topic and unit."""
    wanting = Webhook.objects.filter(
        state__in=(Webhook.State.ACTIVE, Webhook.State.PAUSED), topics__contains=[event.topic]
    ).select_related("scope")
    deliver(event, [one for one in wanting if _concerns(event, one)])


def _concerns(event: Event, hook: Webhook) -> bool:
    """Below the scope; what is about the whole government concerns every agency."""
    return event.path.startswith(hook.scope.path) or hook.scope.path.startswith(event.path)


def deliver(event: Event, hooks: Iterable[Webhook]) -> list[Delivery]:
    """The deliveries of an event, made where missing, and asked to be sent; of a paused address the sender holds them."""
    body = json.dumps(
        {"type": event.topic, "timestamp": event.at.isoformat(), "data": event.data}, ensure_ascii=False
    )
    made = []
    for hook in hooks:
        one, new = Delivery.objects.get_or_create(
            webhook=hook,
            event=event.key,
            defaults={
                "message": f"msg_{uuid4().hex}",
                "topic": event.topic,
                "body": body,
                "created_at": now(),
            },
        )
        if new:
            ask_to_send(one)
        made.append(one)
    return made


def ask_to_send(*deliveries: Delivery) -> None:
    """Have a worker send these; each once in each of its rounds."""
    at = now()
    Outbox.objects.bulk_create(
        [
            Outbox(key=key_of(one), topic=SEND, payload={"id": one.pk}, created_at=at, not_before=at)
            for one in deliveries
        ],
        ignore_conflicts=True,
    )
    nudge()


def key_of(one: Delivery) -> str:
    """The key of the outbox row by which a delivery is sent in its present round."""
    return f"{SEND}:{one.pk}:{one.round}"


def test_event(hook: Webhook) -> Event:
    """What a test sends: the same for everybody, with a key of its own."""
    return Event(f"{TEST}:{uuid4().hex}", TEST, now(), hook.scope.path, {"webhook": hook.token})


# --- From the outbox -------------------------------------------------------------------------------------


def _of_report(row: Outbox) -> Iterator[Event]:
    report = _report(row.payload["id"])
    step = row.payload["step"]
    yield _told(report, row.topic, f"{row.topic}:{report.pk}:{step}", row.created_at)
    if row.topic == PUBLISHED and report.revision:
        earlier = Report.objects.filter(
            item=report.item_id, period=report.period_id, state=SUPERSEDED, revision__lt=report.revision
        )
        replaced = earlier.order_by("-revision").values_list("pk", flat=True).first()
        if replaced:
            old = _report(replaced)
            yield _told(old, REPLACED, f"{REPLACED}:{old.pk}", row.created_at, {"replaced_by": report.token})


def _report(pk: int) -> Report:
    return Report.objects.select_related("item__unit", "period__agency", "period__fiscal_year").get(pk=pk)


def _told(report: Report, topic: str, key: str, at: datetime, more: Mapping[str, Any] | None = None) -> Event:
    item, period = report.item, report.period
    public = reverse("portal:item", args=[period.fiscal_year.label, item.unit.code, item.sub_activity_code])
    inside = reverse("approvals:review", args=[report.token])
    data = {
        "report": report.token,
        "fiscal_year": period.fiscal_year.label,
        "month": str(period),
        "agency": period.agency.code,
        "unit": item.unit.code,
        "sub_activity": item.sub_activity_code,
        "revision": report.revision,
        "state": topic.partition(".")[2],
        "version": report.version,
        "content_hash": report.content_hash,
        "url": settings.PUBLIC_URL + (inside if topic == RETURNED else public),
        **(more or {}),
    }
    return Event(key, topic, at, item.unit.path, data)


def _of_opening(row: Outbox) -> Iterator[Event]:
    year = FiscalYear.objects.select_related("government").get(pk=row.payload["year"])
    month = row.payload["month"]
    root = Unit.objects.get(government=year.government, parent=None)
    first = start_of_month(year.start_date.year, month, year.government.fiscal_start_month)
    data = {
        "fiscal_year": year.label,
        "month": f"{first:%Y-%m}",
        "state": "open",
        "url": settings.PUBLIC_URL + "/",
    }
    yield Event(f"{MONTH_OPENED}:{year.pk}:{month}", MONTH_OPENED, row.created_at, root.path, data)


def _of_locks(row: Outbox) -> Iterator[Event]:
    """The months that the calendar locked when it spoke; each is told once, however many people were told of it."""
    acts = CalendarAct.objects.filter(kind=TELL_LOCKED, done_at=row.created_at)
    periods = Period.objects.filter(pk__in=acts.values("period")).select_related("agency", "fiscal_year")
    for one in periods.order_by("pk"):
        data = {
            "fiscal_year": one.fiscal_year.label,
            "month": str(one),
            "agency": one.agency.code,
            "state": "locked",
            "locked_at": one.lock_at.isoformat(),
            "url": settings.PUBLIC_URL + "/",
        }
        yield Event(
            f"{MONTH_LOCKED}:{one.pk}:{one.lock_at:%Y%m%d}",
            MONTH_LOCKED,
            row.created_at,
            one.agency.path,
            data,
        )


MAKERS = {PUBLISHED: _of_report, RETURNED: _of_report, OPENED: _of_opening, DIGEST: _of_locks}
