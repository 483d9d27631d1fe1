"""That an auditor read is on the record, like what others write."""

from typing import Any

from audit.models import Reading
from ledger.clock import now
from ledger.recording import recorded


def note(person: Any, page: str, subject: str = "", query: str = "") -> None:
    """Keep that `person` looked at `page` ("search", "report", ...); `subject` is a report's token, `query` what was asked."""
    with recorded(person):
        Reading.objects.create(person=person, page=page, subject=subject, query=query, at=now())
