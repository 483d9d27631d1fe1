"""What every page shows around its own content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.models import Notice
from approvals.route_services import may_see
from approvals.selectors import verbs_of
from indicators.selectors import reports_indicators
from registry.grants import AUDIT, OVERSEE
from registry.models import Office, Post
from registry.selectors import government, government_of, offices_of, rights_of
from submissions.month_board import WATCHING
from submissions.selectors import assists
from wording.numbers import symbol
from workflow.route import REVIEW, SIGN, VERIFY

ICONS = {
    "submissions:work": "list",
    "approvals:inbox": "inbox",
    "approvals:to_sign": "sign",
    "approvals:to_review": "check",
    "indicators:desk": "file",
    "requests:list": "clip",
    "portal:overview": "chart",
    "audit:home": "search",
    "calendar:month": "clock",
    "routes:index": "layers",
    "admin:index": "lock",
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """The government, the links by role, the office line, unread notices and the banner of example data."""
    user: Any = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    here = government_of(user) if signed_in else government()
    context: dict[str, Any] = {
        "government": here,
        "currency": symbol(here.currency) if here else "",
        "demo_banner": settings.DEMO,
        "nav": [],
        "public_url": settings.PUBLIC_URL,
    }
    if not signed_in:
        return context
    offices = offices_of(user)
    links = _own(user, offices)
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
    return _own(user, offices_of(user))


def _own(user: Any, offices: list[Office]) -> list[tuple[str, str]]:
    roles = {office.role for office in offices}
    rights = rights_of(user)
    links = _links(roles, verbs_of(user), rights, user.is_superuser)
    if Post.Role.OFFICER not in roles and assists(user):
        links.insert(0, ("submissions:work", _("My work")))
    if _oversees(user, offices, rights):
        links.append(("routes:index", _("Routes")))
    # Public entities report by packs: for their people, and those above them, this is where work waits.
    return [("indicators:desk", _("KPI packs")), *links] if reports_indicators(offices) else links


def _oversees(user: Any, offices: list[Office], rights: set[str]) -> bool:
    """Whether he oversees the whole government; a grant on a part of it is not enough, which takes a look."""
    bureau = any(one.role == Post.Role.OVERSIGHT and one.unit.parent_id is None for one in offices)
    return bureau or (OVERSEE in rights and may_see(user))


def _line(office: Any) -> str:
    acting = {"plt": "Plt. ", "plh": "Plh. "}.get(office.capacity, "")
    return f"{acting}{office.title}, {office.unit_name}"


def _links(roles: set[str], verbs: set[str], rights: set[str], superuser: bool) -> list[tuple[str, str]]:
    links = []
    if Post.Role.OFFICER in roles:
        links.append(("submissions:work", _("My work")))
    if VERIFY in verbs:
        links.append(("approvals:inbox", _("Inbox")))
    if SIGN in verbs:
        links.append(("approvals:to_sign", _("To sign")))
    if REVIEW in verbs:
        links.append(("approvals:to_review", _("To review")))
    if roles - {Post.Role.OFFICER}:
        links.append(("requests:list", _("Requests")))
    if AUDIT in rights:
        links.append(("audit:home", _("Audit")))
    if roles - {Post.Role.OFFICER} or rights:
        links.append(("portal:overview", _("Overview")))
    if set(WATCHING) & (roles | rights):
        links.append(("calendar:month", _("Calendar")))
    if superuser:
        links.append(("admin:index", _("Administration")))
    return links
