"""The worker's side of the outbox: each row is taken once, done, and marked in one transaction."""

import logging
from collections.abc import Callable
from datetime import timedelta

from celery import shared_task
from django.db import transaction

from approvals import notices, services
from ledger.clock import now
from workflow.models import Outbox

log = logging.getLogger("jenjang.outbox")
MOST_ATTEMPTS = 8

HANDLERS: dict[str, Callable[[Outbox], None]] = {
    "report.returned": notices.tell,
    "report.published": notices.tell,
    "notice.mail": notices.mail,
    "batch.prepare": lambda row: services.render(row.payload["id"]),
}


@shared_task
def drain() -> int:
    """Do everything that waits in the outbox; several workers share it by SKIP LOCKED. Returns how many were done."""
    done = 0
    while _one():
        done += 1
    return done


@shared_task
def void_abandoned() -> int:
    """Give up signings that were cut off; a task of its own, so that its failure holds nothing else up."""
    return services.void_abandoned()


def _one() -> bool:
    with transaction.atomic():
        row = (
            Outbox.objects.select_for_update(skip_locked=True)
            .filter(done_at=None, not_before__lte=now(), attempts__lt=MOST_ATTEMPTS)
            .order_by("id")
            .first()
        )
        if row is None:
            return False
        try:
            with transaction.atomic():
                HANDLERS[row.topic](row)
            row.done_at = now()
        except Exception as error:  # noqa: BLE001 - whatever a handler meets must not stop the others
            log.warning("outbox row %s (%s) failed: %s", row.pk, row.topic, type(error).__name__)
            # Only the kind of error is kept: its text may carry what somebody wrote.
            row.last_error, row.not_before = (
                type(error).__name__,
                now() + timedelta(seconds=10 * 2**row.attempts),
            )
            if row.topic == "batch.prepare" and row.attempts + 1 >= MOST_ATTEMPTS:
                services.give_up(row.payload["id"], type(error).__name__)
        row.attempts += 1
        row.save()
    return True
