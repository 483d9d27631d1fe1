"""Handing over to somebody else's server what waits in the outbox: claimed, done, marked, and locked by nobody meanwhile.

A claim is a lease that outlasts any task, committed before the first byte goes out. What fails is tried again after 10 s,
doubling up to 10 minutes, for 48 hours; then, or when it was refused for good, it is a dead letter: the row is over
(`done_at`) and says why (`last_error`).

Between the other side's yes and our mark there is a moment in which a worker can be killed or the line can be cut. Nobody can
tell then whether it arrived, so it is handed over once more, with the same name; if that one stays without an answer as well, a
person decides. So there is at most one too many.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from ledger.clock import now
from workflow.models import Outbox
from workflow.outbox import Dropped, Postponed, Undelivered, deliveries

log = logging.getLogger("jenjang.outbox")

LEASE = timedelta(seconds=330)  # no task runs longer: CELERY_TASK_TIME_LIMIT
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=10)
GIVEN_UP_AFTER = timedelta(hours=48)
MOST_UNANSWERED = 2
UNFINISHED, UNANSWERED = "unfinished", "unanswered"


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return min(FIRST_WAIT * 2 ** min(attempts - 1, 6), LONGEST_WAIT)


def failing_for(row: Outbox, at: datetime) -> timedelta:
    """Since when a row fails; the first failure is written into it."""
    since = row.payload.setdefault("failing_since", at.isoformat())
    return at - datetime.fromisoformat(since)


def deliver_next(silent: set[str]) -> bool:
    """Hand over what has been due for longest; whether there was one. Topics whose server is not there join `silent`."""
    row = _claim(silent)
    if row is None:
        return False
    try:
        if row.payload.get(UNANSWERED, 0) >= MOST_UNANSWERED:
            raise Undelivered(UNANSWERED, final=True)
        deliveries[row.topic](row)
    except Postponed as later:
        _put(row, attempts=row.attempts - 1, not_before=later.until, last_error="")
    except Dropped as dropped:
        _put(row, done_at=now(), last_error="", payload=row.payload | {"dropped": str(dropped)})
    except Undelivered as failure:
        silent.update({row.topic} if failure.silent else ())
        _failed(row, failure)
    except Exception as error:  # noqa: BLE001 - whatever one letter meets must not stop the others
        _failed(row, Undelivered(type(error).__name__))
    else:
        _put(row, done_at=now(), last_error="")
    return True


def _claim(silent: set[str]) -> Outbox | None:
    with transaction.atomic():
        at = now()
        row = (
            Outbox.objects.select_for_update(skip_locked=True)
            .filter(done_at=None, not_before__lte=at, topic__in=deliveries.keys() - silent)
            .order_by("not_before", "id")
            .first()
        )
        if row is None:
            return None
        if row.last_error == UNFINISHED:  # who had it was killed, and cannot say how far it came
            row.payload[UNANSWERED] = row.payload.get(UNANSWERED, 0) + 1
        row.attempts += 1
        row.last_error, row.not_before = UNFINISHED, at + LEASE
        row.save()
    return row


def _failed(row: Outbox, failure: Undelivered) -> None:
    """Try again later, or give up. Only the kind of failure is kept: an answer's text may carry an address."""
    log.warning("outbox row %s (%s) failed: %s", row.pk, row.topic, failure.why)
    at = now()
    over = failing_for(row, at) >= GIVEN_UP_AFTER
    if failure.unanswered:
        row.payload[UNANSWERED] = row.payload.get(UNANSWERED, 0) + 1
    if failure.final or over:
        _put(row, done_at=at, last_error=failure.why, payload=row.payload)
    else:
        _put(row, not_before=at + wait_after(row.attempts), last_error=failure.why, payload=row.payload)


def _put(row: Outbox, **values: object) -> None:
    """Write to the row, unless its lease ran out and somebody else has it now."""
    Outbox.objects.filter(pk=row.pk, attempts=row.attempts, done_at=None).update(**values)
