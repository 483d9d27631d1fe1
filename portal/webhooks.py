"""What people do with webhooks, and what comes of each attempt to send. Every act of a person is in the ledger."""

import base64
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from approvals.asking_rules import ANSWERERS, REVIEW
from approvals.notices import everyone, tell
from ledger.clock import now
from ledger.recording import recorded
from portal import webhook_events as events
from portal.models import Delivery, Health, Webhook
from portal.webhook_addresses import target_of
from portal.webhook_sending import AGAIN, GONE, PREFIX, Answer, headers_of, post
from registry.models import Office, Unit, User
from registry.selectors import government_of
from registry.vault import lock, unlock
from workflow.models import Outbox
from workflow.outbox import Dropped, Postponed, Undelivered, nudge

SECRET_BYTES = 32
CHANGING = timedelta(hours=24)  # how long the earlier secret signs beside the new one
SWITCHED_OFF_AFTER = timedelta(days=3)
# One message in five minutes finds out whether a failing address is back; the others do not keep the workers waiting.
HOLD = timedelta(minutes=5)
# A receiver that takes its time has a quarter of a worker's, so that letters and other addresses have the rest.
SLOW, SHARE = timedelta(seconds=1), 4
LONGEST_NAME, MOST_LOG = 80, 30


class WebhookRefused(Exception):
    """An act on a webhook was refused: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


def may_manage(user: User) -> bool:
    """Who runs the system, or holds the bureau's post at the government's root."""
    bureau = Office.objects.filter(person=user.pk, role=ANSWERERS[REVIEW], unit__parent=None)
    return user.is_active and (user.is_superuser or bureau.exists())


def scopes(user: User) -> list[Unit]:
    """What a webhook may be about: the government that somebody works for, and its agencies."""
    units = Unit.objects.filter(parent=None) | Unit.objects.filter(kind__in=Unit.AGENCY_KINDS)
    here = government_of(user)
    return list(units.filter(government=here).order_by("path") if here else units.order_by("path"))


def visible_to(user: User) -> Any:
    """The webhooks that somebody looks after; none for anybody else."""
    found = Webhook.objects.exclude(state=Webhook.State.REMOVED).select_related("scope", "owner", "health")
    return found.filter(scope__in=scopes(user)) if may_manage(user) else found.none()


def register(*, actor: User, name: str, url: str, topics: Sequence[str], scope: int) -> tuple[Webhook, str]:
    """A new address with its secret, which is told this once. Raises WebhookRefused, AddressRefused."""
    url, name = url.strip(), name.strip()
    unit = next((one for one in scopes(actor) if one.pk == scope), None)
    if not may_manage(actor):
        raise WebhookRefused("webhook.office")
    if not name or len(name) > LONGEST_NAME:
        raise WebhookRefused("webhook.name", {"longest": LONGEST_NAME})
    if not topics or set(topics) - events.TOPICS.keys():
        raise WebhookRefused("webhook.topics")
    if unit is None:
        raise WebhookRefused("webhook.scope")
    target_of(url)
    secret, at = _secret(), now()
    try:
        with recorded(actor):
            hook = Webhook.objects.create(
                name=name, url=url, topics=sorted(set(topics)), scope=unit, secret_locked=lock(secret), secret_at=at,
                owner=actor, created_at=at,
            )  # fmt: skip
            Health.objects.create(webhook=hook)
    except IntegrityError as error:
        raise WebhookRefused("webhook.twice") from error
    return hook, secret


def rotate(*, actor: User, hook: Webhook, seen: datetime) -> str:
    """A new secret, told this once; the earlier one signs beside it for a day. `seen`: of when the secret was on the page."""
    with recorded(actor):
        held = _held(actor, hook)
        if held.secret_at != seen:
            raise WebhookRefused("webhook.rotated")
        secret, at = _secret(), now()
        held.earlier_locked, held.earlier_until = held.secret_locked, at + CHANGING
        held.secret_locked, held.secret_at = lock(secret), at
        held.save()
    return secret


def pause(*, actor: User, hook: Webhook) -> None:
    """Send nothing more; what happens meanwhile is kept until it is resumed."""
    _move(actor, hook, (Webhook.State.ACTIVE,), Webhook.State.PAUSED)


def resume(*, actor: User, hook: Webhook) -> None:
    """Send again, and what was held meanwhile."""
    with recorded(actor):
        _move(actor, hook, (Webhook.State.PAUSED, Webhook.State.DISABLED), Webhook.State.ACTIVE)
        Health.objects.filter(webhook=hook).update(failing_since=None, held_until=None)
        _again(Delivery.objects.filter(webhook=hook, state=Delivery.State.HELD).order_by("pk"))


def remove(*, actor: User, hook: Webhook) -> None:
    """Never send to it again; what was sent stays on record."""
    _move(
        actor,
        hook,
        (Webhook.State.ACTIVE, Webhook.State.PAUSED, Webhook.State.DISABLED),
        Webhook.State.REMOVED,
    )


def test(*, actor: User, hook: Webhook) -> Delivery:
    """Send a message that says nothing, to see whether it arrives."""
    with recorded(actor):
        held = _held(actor, hook)
        if held.state != Webhook.State.ACTIVE:
            raise WebhookRefused("webhook.not_active")
        Health.objects.filter(webhook=held).update(held_until=None)
        (one,) = events.deliver(events.test_event(held), [held])
    return one


def resend(*, actor: User, hook: Webhook, delivery: int) -> None:
    """Send one message once more, with the same id, whatever became of it; one that waits for its next try, now."""
    with recorded(actor):
        held = _held(actor, hook)
        if held.state != Webhook.State.ACTIVE:
            raise WebhookRefused("webhook.not_active")
        one = Delivery.objects.select_for_update().filter(webhook=held, pk=delivery).first()
        if one is None:
            raise WebhookRefused("webhook.no_delivery")
        Health.objects.filter(webhook=held).update(held_until=None)
        row = Outbox.objects.select_for_update().filter(key=events.key_of(one), done_at=None).first()
        if row is None:
            _again([one])
        elif row.last_error:  # a worker has it at this very moment
            raise WebhookRefused("webhook.waits")
        else:
            Outbox.objects.filter(pk=row.pk).update(not_before=now())
            nudge()


def _again(deliveries: Iterable[Delivery]) -> None:
    """A fresh round for each of these; a fixed number of statements."""
    again = list(deliveries)
    for one in again:
        one.state, one.round, one.attempts, one.next_at = Delivery.State.WAITING, one.round + 1, 0, None
    Delivery.objects.bulk_update(again, ["state", "round", "attempts", "next_at"])
    events.ask_to_send(*again)


def _secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _held(actor: User, hook: Webhook) -> Webhook:
    """The webhook locked, for who may act on it."""
    if not visible_to(actor).filter(pk=hook.pk).exists():
        raise WebhookRefused("webhook.office")
    return Webhook.objects.select_for_update().get(pk=hook.pk)


def _move(actor: User, hook: Webhook, sources: Sequence[str], target: str) -> None:
    with recorded(actor):
        held = _held(actor, hook)
        if held.state not in sources:
            raise WebhookRefused("webhook.state")
        held.state = target
        held.save()


# --- Sending, by a worker outside of any transaction -----------------------------------------------------


def send(row: Outbox) -> None:
    """Send one message, and remember what came of it. Raises what the outbox understands."""
    one = Delivery.objects.select_related("webhook__health").get(pk=row.payload["id"])
    hook, at = one.webhook, now()
    if (
        one.state == Delivery.State.FAILED and "resent_by" in row.payload
    ):  # from the page of what was given up
        one.attempts = 0
    elif one.state != Delivery.State.WAITING:
        raise Dropped("over")
    if hook.state in (Webhook.State.PAUSED, Webhook.State.DISABLED):
        _hold(one, at)
    if hook.state == Webhook.State.REMOVED:
        _put(one, state=Delivery.State.FAILED)
        raise Dropped(hook.state)
    if hook.health.held_until and hook.health.held_until > at:
        raise Postponed(hook.health.held_until)
    body = one.body.encode()
    answer = post(hook.url, body, headers_of(_signing(hook, at), one.message, body))
    _remember(one, answer)


def _hold(one: Delivery, at: datetime) -> None:
    """Keep a message until its address is resumed, unless that is happening this moment: then it is sent. Always raises."""
    with transaction.atomic():
        hook = Webhook.objects.select_for_update().get(pk=one.webhook_id)
        if hook.state == Webhook.State.ACTIVE:
            raise Postponed(at)
        Delivery.objects.filter(pk=one.pk).update(state=Delivery.State.HELD)
    raise Dropped(hook.state)


def _signing(hook: Webhook, at: datetime) -> list[str]:
    """The present secret, and the earlier one while the receiver changes over."""
    both = hook.earlier_until is not None and hook.earlier_until > at
    return [unlock(hook.secret_locked), *([unlock(hook.earlier_locked)] if both else [])]


def _remember(one: Delivery, answer: Answer) -> None:
    """Write what came of an attempt: delivered, to be tried again later, or given up."""
    at, tried = now(), one.attempts + 1
    told = {"at": at.isoformat(), "status": answer.status, "why": answer.why, "ms": answer.ms}
    log = [*one.log, told][-MOST_LOG:]
    health = Health.objects.filter(webhook=one.webhook_id)
    if answer.good:
        _put(one, state=Delivery.State.DELIVERED, attempts=tried, log=log, delivered_at=at, next_at=None)
        took = timedelta(milliseconds=answer.ms)
        health.update(failing_since=None, held_until=at + took * (SHARE - 1) if took > SLOW else None)
        return
    again = at + AGAIN[tried - 1] if tried <= len(AGAIN) else None
    state = Delivery.State.WAITING if again else Delivery.State.FAILED
    _put(one, state=state, attempts=tried, log=log, next_at=again)
    health.filter(failing_since=None).update(failing_since=at)
    health.update(held_until=at + min(again - at, HOLD) if again else at + HOLD)
    _switch_off(one, answer, at)
    if again is None:
        raise Undelivered(answer.why, final=True)
    raise Postponed(again)


def _switch_off(one: Delivery, answer: Answer, at: datetime) -> None:
    """An address that has failed for days, or says that it is gone, is not asked any more; who looks after it is told."""
    hook = Webhook.objects.select_related("health", "owner").get(pk=one.webhook_id)
    since = hook.health.failing_since
    if hook.state != Webhook.State.ACTIVE or not (
        answer.status == GONE or (since and at - since >= SWITCHED_OFF_AFTER)
    ):
        return
    with recorded(None):
        held = Webhook.objects.select_for_update().get(pk=hook.pk)
        if held.state != Webhook.State.ACTIVE:
            return
        held.state = Webhook.State.DISABLED
        held.save()
        people = {hook.owner, *User.objects.filter(is_superuser=True, is_active=True)}
        params = {"name": hook.name, "since_at": (since or at).isoformat()}
        link = reverse("webhooks:webhook", args=[hook.token])
        event = f"webhook.disabled:{hook.pk}:{at.isoformat()}"
        tell(event=event, code="notice.webhook.disabled", to=everyone(people, params, link), urgent=True)


def _put(one: Delivery, **values: object) -> None:
    with transaction.atomic():
        Delivery.objects.filter(pk=one.pk).update(**values)
