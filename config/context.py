"""What every page shows around its own content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.models import Notice
from registry.grants import AUDIT
from registry.models import Post
from registry.selectors import government, offices_of, rights_of
from wording.numbers import symbol

ICONS = {
    "submissions:work": "list",
    "approvals:inbox": "inbox",
    "approvals:to_sign": "sign",
    "portal:overview": "chart",
    "audit:home": "search",
    "admin:index": "lock",
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """The government, the links by role, the office line, unread notices and the banner of example data."""
    here = government()
    context: dict[str, Any] = {
        "government": here,
        "currency": symbol(here.currency) if here else "",
        "demo_banner": settings.DEMO,
        "nav": [],
        "public_url": settings.PUBLIC_URL,
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    offices = offices_of(user)
    links = _links({office.role for office in offices}, rights_of(user), user.is_superuser)
    return context | {
        "office_line": "; ".join(_line(office) for office in offices),
        "nav": [
            {
                "label": label,
                "url": reverse(name),
                "icon": ICONS[name],
                "current": request.path.startswith(reverse(name)),
            }
            for name, label in links
        ],
        "notices_url": reverse("approvals:notices"),
        "unread_notices": Notice.objects.filter(person=user, read_at=None).count(),
    }


def links_of(user: Any) -> list[tuple[str, str]]:
    """(URL name, label) of a person's own pages, what waits for him first."""
    return _links({office.role for office in offices_of(user)}, rights_of(user), user.is_superuser)


def _line(office: Any) -> str:
    acting = {"plt": "Plt. ", "plh": "Plh. "}.get(office.capacity, "")
    return f"{acting}{office.title}, {office.unit_name}"


def _links(roles: set[str], rights: set[str], superuser: bool) -> list[tuple[str, str]]:
    links = []
    if Post.Role.OFFICER in roles:
        links.append(("submissions:work", _("My work")))
    if Post.Role.SECTION_HEAD in roles:
        links.append(("approvals:inbox", _("Inbox")))
    if Post.Role.AGENCY_HEAD in roles:
        links.append(("approvals:to_sign", _("To sign")))
    if AUDIT in rights:
        links.append(("audit:home", _("Audit")))
    if roles - {Post.Role.OFFICER} or rights:
        links.append(("portal:overview", _("Overview")))
    if superuser:
        links.append(("admin:index", _("Administration")))
    return links
