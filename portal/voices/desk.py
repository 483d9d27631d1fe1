"""What officials see of citizens' messages: the inbox by clock, and one message with all that was done."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.clock import now
from portal.models import Feedback, FeedbackAct
from portal.voices import photos, rights, selectors
from portal.voices.acting import SYSTEM, number_of
from portal.voices.moderation import LONGEST, SHORTEST
from portal.voices.pages import TAGS
from portal.voices.rights import Standing
from portal.voices.selectors import OPEN, by_clock
from portal.voices.tickets import read_ticket
from registry.models import Unit
from submissions.forms import whole_number

PAGE_SIZE = 30
State, Act = Feedback.State, FeedbackAct.Kind
TABS: Mapping[str, tuple[str, ...]] = {
    "open": tuple(OPEN), "received": (State.RECEIVED,), "routed": (State.ROUTED,), "answered": (State.ANSWERED,),
    "over": (State.CLOSED, State.REFUSED),
}  # fmt: skip


def list_context(held: Standing, asked: Mapping[str, str]) -> dict[str, Any]:
    """For templates/portal/voices/desk.html."""
    messages = rights.visible(held)
    tab = asked.get("tab", "") if asked.get("tab") in TABS else "open"
    search = asked.get("q", "").replace("\x00", "")[:40].strip()
    rows = searched(messages, search) if search else messages.filter(state__in=TABS[tab])
    page = Paginator(by_clock(rows), PAGE_SIZE).get_page(asked.get("page"))
    at = now()
    return {
        "tabs": _tabs(messages, tab),
        "rows": [_row(one, at) for one in page],
        "page": page,
        "base": f"{urlencode({'tab': tab, 'q': search})}&",
        "search": search,
        "bureau": bool(held.bureaus),
        "units": units([one.unit.government_id for one in held.bureaus]),
        "reasons": FeedbackAct.Reason.choices,
        "longest": LONGEST,
        "counts": selectors.counts(paths(held)) if paths(held) else None,
    }


def searched(messages: QuerySet[Feedback], search: str) -> QuerySet[Feedback]:
    """By number, or by the whole ticket that a citizen reads out on the telephone."""
    return messages.filter(Q(pk=whole_number(search, 15) or 0) | Q(ticket=read_ticket(search) or "-"))


def paths(held: Standing) -> list[str]:
    """Below which somebody counts messages."""
    return [one.unit_path for one in (*held.bureaus, *held.heads)]


def units(governments: Sequence[int]) -> list[tuple[str, str]]:
    """Whom the bureau of these governments may pass their messages on to: (code, name), in the order of the organisation."""
    if not governments:
        return []
    found = Unit.objects.filter(government__in=governments).exclude(parent=None)
    return [(one.code, one.name) for one in found.order_by("path")]


def _tabs(messages: QuerySet[Feedback], tab: str) -> list[dict[str, Any]]:
    labels = {
        "open": _("Waiting"),
        "received": _("Not looked at yet"),
        "routed": _("With agencies"),
        "answered": _("Answered"),
        "over": _("Over"),
    }
    found = dict(messages.order_by().values_list("state").annotate(n=Count("pk")))
    return [
        {
            "label": labels[name],
            "url": f"?tab={name}",
            "count": sum(found.get(state, 0) for state in states),
            "current": name == tab,
        }
        for name, states in TABS.items()
    ]


def _row(one: Feedback, at: Any) -> dict[str, Any]:
    due = one.due if one.state in OPEN else None  # type: ignore[attr-defined]
    hue, icon = TAGS[State(one.state)]
    return {
        "id": one.pk,
        "number": number_of(one),
        "url": reverse("voices:message", args=[one.pk]),
        "seen": one.moved_at.isoformat(),
        "kind": one.get_kind_display(),
        "text": one.text,
        "erased": one.erased_at,
        "about": about(one),
        "routed_to": one.routed_to.name if one.routed_to else "",
        "state": {"hue": hue, "icon": icon, "word": one.get_state_display()},
        "shown": one.shown,
        "received_at": one.received_at,
        "due": due,
        "late": due is not None and due < at,
    }


def about(one: Feedback) -> str:
    """What a message is about, in words; empty when nothing was said."""
    if one.item:
        return f"{one.item.sub_activity_code} {one.item.sub_activity_name}"
    return one.unit.name if one.unit else ""


# --- One message -----------------------------------------------------------------------------------------


def message_context(held: Standing, one: Feedback) -> dict[str, Any]:
    """For templates/portal/voices/message.html; what was typed and refused comes on top of it."""
    hue, icon = TAGS[State(one.state)]
    at, bureau = now(), held.as_bureau(one) is not None
    due = one.due if one.state in OPEN else None  # type: ignore[attr-defined]
    acts = one.acts.select_related("unit").order_by("-pk")
    return {
        "one": one,
        "number": number_of(one),
        "seen": one.moved_at.isoformat(),
        "state": {"hue": hue, "icon": icon, "word": one.get_state_display()},
        "about": about(one),
        "photo": photos.may_be_seen(one),
        "due": due,
        "late": due is not None and due < at,
        "history": [_line(act) for act in acts],
        "may": {
            "route": bureau and one.state in (State.RECEIVED, State.ROUTED, State.REFUSED),
            "refuse": bureau and one.state in OPEN,
            "answer": held.as_answerer(one) is not None and one.state in OPEN,
            "close": bureau and one.state == State.ANSWERED,
            "show": bureau and not one.shown and not one.erased_at and one.state != State.REFUSED,
            "hide": bureau and one.shown,
            "erase": bureau and not one.erased_at,
            "look": bool(one.contact_locked) and (bureau or held.as_answerer(one) is not None),
        },
        "units": units([one.government_id]) if bureau else [],
        "reasons": FeedbackAct.Reason.choices,
        "shortest": SHORTEST,
        "longest": LONGEST,
        "crumbs": [
            {"label": _("Citizens’ messages"), "url": reverse("voices:desk")},
            {"label": number_of(one), "url": ""},
        ],
    }


def _line(act: FeedbackAct) -> dict[str, Any]:
    """For templates/components/history.html: with the name and the office as of that day."""
    title = str(act.get_kind_display()).capitalize()
    if act.unit:
        title = _("Passed on to %(unit)s") % {"unit": act.unit.name}
    nobody = _("The clock") if act.office == SYSTEM else _("The citizen")
    return {
        "title": title,
        "person": act.person_name or nobody,
        "office": act.office if act.person_id else "",
        "at": act.at,
        "category": act.get_reason_display() if act.reason else "",
        "reason": act.text,
        "hue": {Act.ANSWER: "green", Act.REFUSE: "red"}.get(Act(act.kind), ""),
    }
