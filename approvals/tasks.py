"""The worker's side of the outbox: each row is taken once, done, and marked in one transaction; deliveries by a lease."""

import logging
import time
from datetime import timedelta

from celery import shared_task
from django.db import transaction

from approvals import (
    account_notices,
    asking_notices,
    asking_positions,
    certificates,
    delivering,
    desk_reminding,
    digests,
    gathering,
    leading,
    letters,
    notices,
    offices_notices,
    report_notices,
    requests,
    scan_notices,
    services,
)
from approvals.keeping import disposing, making
from approvals.keeping import telling as keeping_telling
from approvals.keeping.services import BUNDLE, DISPOSE, TELL
from ledger.clock import now
from submissions import scanning, telling, ticking
from workflow.models import Outbox
from workflow.outbox import deliveries, handlers, listeners

log = logging.getLogger("jenjang.outbox")
# Well below the time limit of a task, which would cut a letter off in the middle; the sweep goes on with what is left.
ROUND = 60.0  # seconds
PREPARE = "batch.prepare"
# Its signer waits for a document and should hear that it cannot be printed; everything else has time.
GIVEN_UP_AFTER = {PREPARE: timedelta(hours=2)}

deliveries[notices.LETTER] = letters.post
deliveries[account_notices.RESET] = account_notices.mail_link
deliveries[account_notices.MOVED] = account_notices.mail_warning
deliveries[BUNDLE] = making.make  # it may take minutes, and locks nothing meanwhile
handlers.update(
    {
        **dict.fromkeys(report_notices.TOLD, report_notices.tell_of_report),
        desk_reminding.TOPIC: desk_reminding.tell,
        account_notices.CHANGED: account_notices.tell,
        offices_notices.TOPIC: offices_notices.tell,
        leading.TOPIC: leading.tell,
        telling.OPENED: report_notices.tell_of_opening,
        "notice.mail": notices.mail,
        PREPARE: lambda row: services.render(row.payload["id"]),
        DISPOSE: disposing.carry_on,
        TELL: keeping_telling.tell,
        telling.DIGEST: digests.tell,
        scanning.INFECTED: scan_notices.tell,
        **{f"request.{kind}": asking_notices.tell for kind in asking_notices.TOLD},
    }
)


@shared_task
def drain() -> int:
    """Do what waits in the outbox, for a minute at most; several workers share it by SKIP LOCKED. Returns how many were done.

    What needs nobody else comes first, so that a slow mail server keeps no document waiting.
    """
    done, silent, ends = 0, set[str](), time.monotonic() + ROUND
    while time.monotonic() < ends and (_one() or delivering.deliver_next(silent)):
        done += 1
    return done


@shared_task
def gather_letters() -> int:
    """Make the letters of the morning; returns how many."""
    return gathering.gather()


@shared_task
def void_abandoned() -> int:
    """Give up signings that were cut off, and end those whose publication waited; its failure holds nothing else up."""
    services.settle_waiting()
    return services.void_abandoned()


@shared_task
def check_certificates() -> int:
    """Look at the certificates of those who have to sign within a week, each once a day. Returns how many."""
    return certificates.check()


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
            .filter(done_at=None, not_before__lte=now())
            .exclude(topic__in=list(deliveries))
            .order_by("id")
            .first()
        )
        if row is None:
            return False
        row.attempts += 1
        try:
            with transaction.atomic():
                handlers[row.topic](row)
                for listen in listeners:
                    listen(row)
            row.done_at, row.last_error = now(), ""
        except Exception as error:  # noqa: BLE001 - whatever a handler meets must not stop the others
            log.warning("outbox row %s (%s) failed: %s", row.pk, row.topic, type(error).__name__)
            _failed(row, type(error).__name__)
        row.save()
    return True


def _failed(row: Outbox, error: str) -> None:
    """Try again later, or give up. Only the kind of error is kept: its text may carry what somebody wrote."""
    at = now()
    row.last_error, row.not_before = error, at + delivering.wait_after(row.attempts)
    if delivering.failing_for(row, at) >= GIVEN_UP_AFTER.get(row.topic, delivering.GIVEN_UP_AFTER):
        row.done_at = at
        if row.topic == PREPARE:
            services.give_up(row.payload["id"], error)
