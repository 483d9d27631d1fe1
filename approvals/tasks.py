"""The worker's side of the outbox: each row is taken once, done, and marked in one transaction."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db import transaction

from approvals import (
    asking_notices,
    asking_positions,
    digests,
    notices,
    requests,
    scan_notices,
    services,
)
from ledger.clock import now
from submissions import scanning, telling, ticking
from workflow.models import Outbox
from workflow.outbox import handlers

log = logging.getLogger("jenjang.outbox")
MOST_ATTEMPTS = 8

handlers.update(
    {
        "report.returned": notices.tell,
        "report.published": notices.tell,
        "notice.mail": notices.mail,
        "batch.prepare": lambda row: services.render(row.payload["id"]),
        telling.DIGEST: digests.tell,
        scanning.INFECTED: scan_notices.tell,
        **{f"request.{kind}": asking_notices.tell for kind in asking_notices.TOLD},
    }
)


@shared_task
def drain() -> int:
    """Do everything that waits in the outbox; several workers share it by SKIP LOCKED. Returns how many were done."""
    done = 0
    while _one():
        done += 1
    return done


@shared_task
def void_abandoned() -> int:
    """Give up signings that were cut off, and end those whose publication waited; its failure holds nothing else up."""
    services.settle_waiting()
    return services.void_abandoned()


@shared_task
def tick() -> list[str]:
    """The calendar's minute; several at once do everything once. Returns what failed, to be tried again in a minute."""
    return ticking.tick().failed


@shared_task
def sweep_requests() -> int:
    """Fire the timers of requests that are due, and say in the log when a step is stuck. Returns how many fired."""
    fired = requests.sweep()
    stuck = len(asking_positions.troubles())
    if stuck:
        log.error("%s steps of requests are stuck: look at /requests/watch/", stuck)
    return fired


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
                handlers[row.topic](row)
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
