"""Waking the workers. The outbox row is what counts; a lost nudge costs only the time until the next sweep."""

import logging
from collections.abc import Callable

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from workflow.models import Outbox

# topic -> what a worker does with a row of it; each app registers its own when it is ready.
handlers: dict[str, Callable[[Outbox], None]] = {}

log = logging.getLogger("jenjang.outbox")
DRAIN = "approvals.tasks.drain"


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
