"""What the calendar could not do, remembered until it could: it tries again each minute, and its page shows it."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

log = logging.getLogger("jenjang.calendar")

ACTS, OPENING, VACANCIES, PUBLISHING = "acts", "opening", "vacancies", "publishing"  # what can fail

FAILED = """
INSERT INTO submissions_calendarfault AS f (agency_id, kind, error, first_at, last_at, times)
VALUES (%(agency)s, %(kind)s, %(error)s, %(now)s, %(now)s, 1)
ON CONFLICT (agency_id, kind) DO UPDATE SET error = excluded.error, last_at = excluded.last_at, cleared_at = NULL,
  times = CASE WHEN f.cleared_at IS NULL THEN f.times + 1 ELSE 1 END,
  first_at = CASE WHEN f.cleared_at IS NULL THEN f.first_at ELSE excluded.first_at END"""

CLEARED = """
UPDATE submissions_calendarfault SET cleared_at = %(now)s
WHERE kind = %(kind)s AND agency_id = ANY (%(agencies)s) AND cleared_at IS NULL"""


def failed(agency: int, kind: str, error: Exception, now: datetime) -> str:
    """Remember a failure; only the kind of error, since its text may carry what somebody wrote. Returns it for the log."""
    name = str(getattr(error, "code", "") or type(error).__name__)[:120]
    log.error("calendar: %s of unit %s failed: %s", kind, agency, name)
    _write(FAILED, {"agency": agency, "kind": kind, "error": name, "now": now})
    return f"{kind}:{agency}:{name}"


def cleared(agencies: Sequence[int], kind: str, now: datetime) -> None:
    """What failed before has been done."""
    _write(CLEARED, {"agencies": list(agencies), "kind": kind, "now": now})


def _write(sentence: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sentence, values)
