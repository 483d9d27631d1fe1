"""Where somebody is signed in, as he would recognise it: device, place, time."""

import re
from typing import Any

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from registry.models import User

# The first that is named counts: each browser also names those whose pages it wants.
BROWSERS = ("Edg", "OPR", "SamsungBrowser", "Firefox", "FxiOS", "CriOS", "Chrome", "Safari")
NAMES = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
}
SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS X": "macOS", "CrOS": "ChromeOS",
    "Linux": "Linux",
}  # fmt: skip


def device_of(user_agent: str) -> str:
    """ "Firefox, Windows"; a browser that does not say what it is has no name."""
    browser = next((one for one in BROWSERS if re.search(rf"\b{one}/", user_agent)), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return ", ".join(part for part in (NAMES.get(browser, browser), system) if part) or _("Unknown device")


def sessions_of(person: User, current: str) -> list[dict[str, Any]]:
    """The open sessions of a person, this one first, then the latest; what has ended meanwhile is left out."""
    found = [
        {
            "pk": one.pk,
            "device": device_of(one.user_agent),
            "address": one.ip,
            "since": one.created_at,
            "seen": one.last_seen_at,
            "current": one.session_key == current,
        }
        for one in UserSession.objects.purge_and_list(person)
    ]
    return sorted(found, key=lambda one: (one["current"], one["seen"]), reverse=True)
