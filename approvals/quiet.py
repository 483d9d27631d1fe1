"""Quiet hours: no letters at night. No database, no framework.

They are a person's own, else 21:00 to 06:00, by the clock of his government. What comes meanwhile is not lost: it goes out when
they end. Only a reminder whose deadline would be over by then goes through, because later it would be of no use to anybody
(the last one, three hours before a deadline, is kept to working hours by the calendar already).
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM, QUIET_TO = time(21), time(6)


def quiet_until(at: datetime, zone: str, begin: time = QUIET_FROM, end: time = QUIET_TO) -> datetime | None:
    """When the quiet hours end that a moment falls into, UTC; None outside of them. From 00:00 to 00:00 means: none at all."""
    local = at.astimezone(ZoneInfo(zone))
    clock, day = local.time(), local.date()
    over_night = begin > end
    quiet = (clock >= begin or clock < end) if over_night else begin <= clock < end
    if not quiet:
        return None
    if over_night and clock >= begin:
        day += timedelta(days=1)
    return datetime.combine(day, end, tzinfo=ZoneInfo(zone)).astimezone(UTC)
