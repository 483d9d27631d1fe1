"""What a worker does for packs; Celery finds this module by its name."""

from approvals import still
from indicators import notices
from workflow.outbox import handlers

handlers.update({topic: notices.tell for topic in notices.TOLD})
still.checks[f"notice.{notices.WAITS}"] = notices.still_waits
