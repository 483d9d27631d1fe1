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
    # Indonesian writes 23.59. Seconds are dropped, so 23:59:59 is shown as the last minute of its day.
    clock = "H.i" if (get_language() or "id").startswith("id") else "H:i"
    return f"{formatted(local, f'j F Y {clock}')} {_zone_name(local)}"


def _zone_name(local: datetime) -> str:
    """The zone's short name; zones without one have their offset, such as UTC+05."""
    name = local.tzname() or ""
    return f"UTC{name}" if name[:1] in ("+", "-") else name
