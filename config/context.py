"""What every page shows around its own content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.models import Notice
from approvals.offices_law import SEEING
from approvals.route_services import may_see
from approvals.selectors import verbs_of
from indicators.selectors import reports_indicators
from registry.grants import AUDIT, OVERSEE
from registry.models import Office, Post
from registry.selectors import government, government_of, offices_of, rights_of
from submissions.month_board import WATCHING
from submissions.payment_scope import ABOVE
from submissions.selectors import assists
from wording.numbers import symbol
from workflow.route import REVIEW, SIGN, VERIFY

ICONS = {
    "submissions:payments": "download",
    "submissions:plans": "download",
    "submissions:work": "list",
    "approvals:inbox": "inbox",
    "approvals:to_sign": "sign",
    "approvals:to_review": "check",
    "indicators:desk": "file",
    "requests:list": "clip",
    "portal:overview": "chart",
    "board:board": "layers",
    "dashboards:decisions": "sign",
    "voices:desk": "inbox",
    "audit:home": "search",
    "calendar:month": "clock",
    "routes:index": "layers",
    "offices:index": "user",
    "webhooks:list": "seal",
    "keeping:index": "layers",
    "approvals:outbox": "inbox",
    "admin:index": "lock",
}
# Who is asked what citizens say: officers of what they run, those who verify it, heads, the bureau.
ANSWERING = (Post.Role.OFFICER, Post.Role.SECTION_HEAD, Post.Role.AGENCY_HEAD, Post.Role.OVERSIGHT)


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
    # Of addresses that lie within one another, the innermost is where he is.
    here_at = max(
        (url for url in (reverse(name) for name, _label in links) if request.path.startswith(url)), default=""
    )
    return context | {
        "office_line": "; ".join(_line(office) for office in offices),
        "nav": [
            {
                "label": label,
                "url": reverse(name),
                "icon": ICONS[name],
                "current": reverse(name) == here_at,
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
    if _bureau(offices):
        links.append(("submissions:plans", _("Budgets")))
    if user.is_superuser or _bureau(offices):
        links.append(("webhooks:list", _("Webhooks")))
    if _bureau(offices) or AUDIT in rights:
        links.append(("keeping:index", _("Keeping")))
    if user.is_superuser:
        links.append(("approvals:outbox", _("Dead letters")))
    if set(SEEING) & (roles | rights):
        links.append(("offices:index", _("Offices")))
    # Public entities report by packs: for their people, and those above them, this is where work waits.
    return [("indicators:desk", _("KPI packs")), *links] if reports_indicators(offices) else links


def _oversees(user: Any, offices: list[Office], rights: set[str]) -> bool:
    """Whether he oversees the whole government; a grant on a part of it is not enough, which takes a look."""
    return _bureau(offices) or (OVERSEE in rights and may_see(user))


def _bureau(offices: list[Office]) -> bool:
    return any(one.role == Post.Role.OVERSIGHT and one.unit.parent_id is None for one in offices)


def _line(office: Any) -> str:
    acting = {"plt": "Plt. ", "plh": "Plh. "}.get(office.capacity, "")
    return f"{acting}{office.title}, {office.unit_name}"


def _links(roles: set[str], verbs: set[str], rights: set[str], superuser: bool) -> list[tuple[str, str]]:
    decides = bool(roles - {Post.Role.OFFICER})
    known = (
        (Post.Role.OFFICER in roles, "submissions:work", _("My work")),
        (VERIFY in verbs, "approvals:inbox", _("Inbox")),
        (SIGN in verbs, "approvals:to_sign", _("To sign")),
        (REVIEW in verbs, "approvals:to_review", _("To review")),
        (Post.Role.LEADER in roles, "dashboards:decisions", _("Decisions")),
        (Post.Role.LEADER in roles, "portal:overview", _("Overview")),
        (decides, "requests:list", _("Requests")),
        (bool(roles & set(ABOVE)), "submissions:payments", _("Payments")),
        (AUDIT in rights, "audit:home", _("Audit")),
        (Post.Role.LEADER not in roles and (decides or bool(rights)), "portal:overview", _("Overview")),
        (bool(set(WATCHING) & (roles | rights)), "board:board", _("Board")),
        (bool(set(WATCHING) & (roles | rights)), "calendar:month", _("Calendar")),
        (bool(roles & set(ANSWERING)), "voices:desk", _("Citizens’ messages")),
        (superuser, "admin:index", _("Administration")),
    )
    return [(url, label) for meant, url, label in known if meant]
