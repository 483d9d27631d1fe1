"""The pages of webhooks: the list with a form for a new one, and one webhook with what became of its messages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import webhooks
from portal.models import Delivery, Webhook
from portal.webhook_addresses import AddressRefused
from portal.webhook_events import TEST, TOPICS
from portal.webhooks import CHANGING, LONGEST_NAME, WebhookRefused
from registry.models import User
from submissions.forms import whole_number
from wording.sentences import say
from wording.webhook_sentences import WHY

PAGE_SIZE = 30
ACTS = {"test": webhooks.test, "pause": webhooks.pause, "resume": webhooks.resume, "remove": webhooks.remove}
STATES = {
    Webhook.State.ACTIVE: ("green", "check"), Webhook.State.PAUSED: ("amber", "clock"),
    Webhook.State.DISABLED: ("red", "warning"), Webhook.State.REMOVED: ("", "cross"),
}  # fmt: skip
DELIVERIES = {
    Delivery.State.WAITING: ("amber", "clock"), Delivery.State.HELD: ("", "clock"), Delivery.State.DELIVERED: ("green", "check"),
    Delivery.State.FAILED: ("red", "cross"),
}  # fmt: skip
FIELDS = {"webhook.name": "name", "webhook.topics": "topics", "webhook.scope": "scope"}


@dataclass
class Draft:
    """A webhook as it is being written: what was typed, and what was refused."""

    typed: dict[str, str] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, post: QueryDict) -> "Draft":
        """What came in from the form."""
        typed = {name: post.get(name, "").replace("\x00", "") for name in ("name", "url", "scope")}
        return cls(typed, post.getlist("topics"))


def register(user: User, draft: Draft) -> tuple[Webhook, str] | None:
    """The new webhook and its secret; None when it was refused, with the reason in the draft."""
    typed = draft.typed
    try:
        return webhooks.register(
            actor=user, name=typed["name"], url=typed["url"], topics=draft.topics,
            scope=whole_number(typed["scope"]) or 0,
        )  # fmt: skip
    except (WebhookRefused, AddressRefused) as refused:
        place = FIELDS.get(refused.code, "url")
        draft.errors.append({"field": place, "sentence": say(refused.code, refused.params)})
        return None


def list_context(user: User, draft: Draft) -> dict[str, Any]:
    """For templates/portal/webhooks.html."""
    return {
        "rows": [
            {
                "name": one.name,
                "url": reverse("webhooks:webhook", args=[one.token]),
                "address": one.url,
                "scope": one.scope.name,
                "topics": [TOPICS[topic] for topic in one.topics],
                "state": _tag(STATES, one),
                "failing_since": one.health.failing_since,
            }
            for one in webhooks.visible_to(user)
        ],
        "topics": [(code, label, code in draft.topics) for code, label in TOPICS.items()],
        "scopes": [
            (one.pk, one.name, str(one.pk) == draft.typed.get("scope")) for one in webhooks.scopes(user)
        ],
        "typed": draft.typed,
        "longest": LONGEST_NAME,
        "errors": draft.errors,
        "wrong": {one["field"]: one["sentence"] for one in draft.errors},
    }


def _tag(hues: Mapping[Any, tuple[str, str]], one: Webhook | Delivery) -> dict[str, str]:
    hue, icon = hues[one.state]
    return {"hue": hue, "icon": icon, "word": one.get_state_display()}


def webhook_context(request: HttpRequest, hook: Webhook, secret: str = "") -> dict[str, Any]:
    """For templates/portal/webhook.html; `secret` is shown this once."""
    deliveries = Delivery.objects.filter(webhook=hook)
    page = Paginator(deliveries, PAGE_SIZE).get_page(request.GET.get("page"))
    return {
        "hook": hook,
        "state": _tag(STATES, hook),
        "topics": [TOPICS[topic] for topic in hook.topics],
        "secret": secret,
        "secret_seen": hook.secret_at.isoformat(),
        "changing": CHANGING.seconds // 3600 or CHANGING.days * 24,
        "active": hook.state == Webhook.State.ACTIVE,
        "rows": [_row(one) for one in page],
        "page": page,
        "crumbs": [
            {"label": _("Webhooks"), "url": reverse("webhooks:list")},
            {"label": hook.name, "url": ""},
        ],
    }


def _row(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.pk,
        "message": one.message,
        "topic": _("Test") if one.topic == TEST else TOPICS.get(one.topic, one.topic),
        "state": _tag(DELIVERIES, one),
        "attempts": len(one.log),
        "created_at": one.created_at,
        "next_at": one.next_at if one.state == Delivery.State.WAITING else None,
        "body": json.dumps(json.loads(one.body), indent=2, ensure_ascii=False),
        "log": [
            {
                "at": datetime.fromisoformat(tried["at"]),
                "status": tried["status"],
                "why": WHY.get(tried["why"], tried["why"]),
                "ms": tried["ms"],
            }
            for tried in reversed(one.log)
        ],
    }


def act_on(request: HttpRequest, user: User, hook: Webhook) -> str:
    """Do what was clicked and say so; a new secret is returned, to be shown this once."""
    act = request.POST.get("act", "")
    try:
        if act == "rotate":
            return webhooks.rotate(actor=user, hook=hook, seen=_moment(request.POST.get("seen", "")))
        if act == "resend":
            webhooks.resend(
                actor=user, hook=hook, delivery=whole_number(request.POST.get("delivery", "")) or 0
            )
        elif act in ACTS:
            ACTS[act](actor=user, hook=hook)
        else:
            raise WebhookRefused("webhook.state")
        messages.success(request, say(f"webhook.done.{act}", {"name": hook.name}))
    except WebhookRefused as refused:
        messages.error(request, say(refused.code, refused.params))
    return ""


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise WebhookRefused("webhook.rotated") from None
