"""Waking the workers. The outbox row is what counts; a lost nudge costs only the time until the next sweep."""

import logging
from collections.abc import Callable
from datetime import datetime

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from workflow.models import Outbox

# topic -> what a worker does with a row of it; each app registers its own when it is ready.
handlers: dict[str, Callable[[Outbox], None]] = {}
# The same for what waits for somebody else's server: done outside of any transaction, so that nothing is locked meanwhile.
deliveries: dict[str, Callable[[Outbox], None]] = {}
# What else wants to hear of each row that a handler did, in the handler's transaction: it only writes rows of its own.
listeners: list[Callable[[Outbox], None]] = []

log = logging.getLogger("jenjang.outbox")
DRAIN = "approvals.tasks.drain"


class Undelivered(Exception):
    """What was to be handed over was not: `why` in a word and a number, never with what was in it or the answer's text.

    final: it never will be. unanswered: perhaps it was. silent: nobody is there, so what else waits need not try now.
    """

    def __init__(
        self, why: str, *, final: bool = False, unanswered: bool = False, silent: bool = False
    ) -> None:
        super().__init__(why)
        self.why, self.final, self.unanswered, self.silent = why, final, unanswered, silent


class Postponed(Exception):
    """It is too early: nothing was tried."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class Dropped(Exception):
    """There is nothing to hand over any more: `why` is kept with the row."""


def nudge() -> None:
    """Ask a worker to drain the outbox as soon as the present transaction is committed."""
    transaction.on_commit(_send, robust=True)


def _send() -> None:
    try:
        current_app.send_task(DRAIN)
    except (OperationalError, OSError) as error:
        log.warning(
            "the broker cannot be reached (%s); the sweep will drain the outbox", type(error).__name__
        )
