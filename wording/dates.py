"""Days and moments as people read them: 15 Juni 2026; 12 Januari 2026 23.59 WITA."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import get_language

NOTHING = "–"


def day(value: date | None) -> str:
    """A day with the name of its month, in the active language."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return formatted(value, "j F Y")


def moment(value: datetime | None) -> str:
    """A moment in the active zone (the government's), with the zone's name, since officers compare it with
    the wall clock."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value)
    return f"{formatted(local, 'j F Y')} {clock(value)} {_zone_name(local)}"


def clock(value: datetime) -> str:
    """The time of day in the active zone, "23.59" in Indonesian. Seconds are dropped: 23:59:59 is the last minute of its
    day."""
    return formatted(timezone.localtime(value), "H.i" if (get_language() or "id").startswith("id") else "H:i")


def _zone_name(local: datetime) -> str:
    """The zone's short name; zones without one have their offset, such as UTC+05."""
    name = local.tzname() or ""
    return f"UTC{name}" if name[:1] in ("+", "-") else name
