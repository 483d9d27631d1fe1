"""Who looks after webhooks, what they may do, and where the secret is not."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from standardwebhooks.webhooks import Webhook as Judge
from standardwebhooks.webhooks import WebhookVerificationError

from approvals.tasks import drain
from ledger.recording import recorded
from portal import webhooks
from portal.models import Delivery, Webhook
from registry.models import User
from tests.approvals.bureau import Bureau
from tests.cast import World
from tests.portal.receiver import Receiver
from tests.portal.test_webhooks import bureau, published, receiver, refused, registered

__all__ = ["bureau", "receiver"]


def as_(who: User) -> Client:
    with recorded(None):
        User.objects.filter(pk=who.pk).update(language="en")
    who.refresh_from_db()
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    ("who", "status"),
    [("hadi", 200), ("root", 200), ("citra", 404), ("budi", 404), ("ani", 404), ("dewi", 404), ("indah", 404), ("gita", 404)],
)  # fmt: skip
def test_who_finds_the_pages(cast: World, bureau: Bureau, receiver: Receiver, who: str, status: int) -> None:
    hook, _secret = registered(cast, receiver)
    client = as_(cast.people[who])
    for address in ("/webhooks/", f"/webhooks/{hook.token}/"):
        assert client.get(address).status_code == status
        assert (client.post(address, {"act": "pause"}).status_code == 404) == (status == 404)
    hook.refresh_from_db()
    assert hook.state == ("paused" if status == 200 else "active")


@pytest.mark.parametrize("act", ["pause", "resume", "remove", "test"])
def test_nobody_else_acts_on_them(cast: World, bureau: Bureau, receiver: Receiver, act: str) -> None:
    hook, _secret = registered(cast, receiver)
    assert refused(lambda: getattr(webhooks, act)(actor=cast.citra, hook=hook)) == "webhook.office"
    assert (
        refused(lambda: webhooks.rotate(actor=cast.citra, hook=hook, seen=hook.secret_at)) == "webhook.office"
    )


def test_hadi_registers_one_sees_its_secret_once_and_tests_it(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    hadi = as_(cast.hadi)
    typed = {
        "name": "Portal",
        "url": "http://10.0.0.1/",
        "scope": cast.agency.pk,
        "topics": ["report.published"],
    }
    answer = hadi.post("/webhooks/", typed)
    assert answer.status_code == 422 and "private, local or reserved" in answer.content.decode()
    assert 'value="http://10.0.0.1/"' in answer.content.decode()
    answer = hadi.post("/webhooks/", typed | {"url": receiver.url})
    hook = Webhook.objects.get()
    secret = answer.context["secret"]
    assert secret in answer.content.decode() and "no-store" in answer["Cache-Control"]
    page = hadi.get(f"/webhooks/{hook.token}/")
    assert secret not in page.content.decode() and "whsec_" not in page.content.decode()
    assert "registered already" in hadi.post("/webhooks/", typed | {"url": receiver.url}).content.decode()
    assert hadi.post(f"/webhooks/{hook.token}/", {"act": "test"}).status_code == 302
    drain()
    assert Judge(secret).verify(receiver.came[0][1], receiver.came[0][0])["type"] == "webhook.test"
    assert "Delivered" in hadi.get(f"/webhooks/{hook.token}/").content.decode()


def test_the_secret_is_locked_and_neither_the_ledger_nor_the_history_has_it(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    hook, secret = registered(cast, receiver)
    assert secret not in hook.secret_locked and secret[6:] not in hook.secret_locked
    new = webhooks.rotate(actor=cast.hadi, hook=hook, seen=hook.secret_at)
    hook.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(payload, ' '), count(*) FROM ledger.event WHERE of_table = 'portal_webhook'"
        )
        payloads, count = cursor.fetchone()
        cursor.execute("SELECT string_agg(h::text, ' ') FROM portal_historicalwebhook h")
        (history,) = cursor.fetchone()
    assert count == 2 and "secret_at" in payloads
    for word in (secret, new, secret[6:], new[6:], hook.secret_locked, hook.earlier_locked):
        assert word not in payloads and word not in history


def test_both_secrets_sign_for_a_day_after_a_change(cast: World, bureau: Bureau, receiver: Receiver) -> None:
    hook, old = registered(cast, receiver)
    new = webhooks.rotate(actor=cast.hadi, hook=hook, seen=hook.secret_at)
    assert refused(lambda: webhooks.rotate(actor=cast.hadi, hook=hook, seen=hook.created_at)) != "", (
        "a reload changes nothing"
    )
    webhooks.test(actor=cast.hadi, hook=hook)
    drain()
    headers, body = receiver.came[-1]
    for secret in (old, new):
        Judge(secret).verify(body, headers)
    cast.at("2026-02-04 10:00")
    webhooks.test(actor=cast.hadi, hook=hook)
    drain()
    headers, body = receiver.came[-1]
    Judge(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Judge(old).verify(body, headers)


def test_what_happens_during_a_pause_is_sent_when_it_is_resumed(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    hook, _secret = registered(cast, receiver)
    webhooks.pause(actor=cast.hadi, hook=hook)
    assert refused(lambda: webhooks.pause(actor=cast.hadi, hook=hook)) == "webhook.state"
    published(cast, cast.reports(1)[0])
    drain()
    assert (receiver.came, Delivery.objects.get().state) == ([], "held")
    webhooks.resume(actor=cast.hadi, hook=hook)
    drain()
    assert Delivery.objects.get().state == "delivered"


def test_a_message_is_sent_again_with_its_id(cast: World, bureau: Bureau, receiver: Receiver) -> None:
    hook, _secret = registered(cast, receiver)
    webhooks.test(actor=cast.hadi, hook=hook)
    drain()
    one = Delivery.objects.get()
    hadi = as_(cast.hadi)
    assert hadi.post(f"/webhooks/{hook.token}/", {"act": "resend", "delivery": one.pk}).status_code == 302
    drain()
    assert len(receiver.came) == 2 and len(set(receiver.ids)) == 1
    assert len(Delivery.objects.get().log) == 2
    other, _secret = registered(cast, receiver, scope=cast.agency.pk)
    assert (
        refused(lambda: webhooks.resend(actor=cast.hadi, hook=other, delivery=one.pk))
        == "webhook.no_delivery"
    )


def test_one_that_waits_for_its_next_try_is_sent_at_once_when_asked(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    hook, _secret = registered(cast, receiver)
    receiver.answers = [500]
    webhooks.test(actor=cast.hadi, hook=hook)
    drain()
    webhooks.resend(actor=cast.hadi, hook=hook, delivery=Delivery.objects.get().pk)
    drain()
    assert Delivery.objects.get().state == "delivered"


def test_a_removed_one_hears_nothing_and_may_be_registered_anew(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    hook, _secret = registered(cast, receiver)
    webhooks.test(actor=cast.hadi, hook=hook)
    webhooks.remove(actor=cast.hadi, hook=hook)
    drain()
    assert receiver.came == []
    assert as_(cast.hadi).get(f"/webhooks/{hook.token}/").status_code == 404
    registered(cast, receiver)


@pytest.mark.parametrize(
    ("said", "code"),
    [({"name": " "}, "webhook.name"), ({"name": "x" * 81}, "webhook.name"), ({"topics": []}, "webhook.topics"),
     ({"topics": ["letter"]}, "webhook.topics"), ({"scope": 0}, "webhook.scope")],
)  # fmt: skip
def test_what_is_missing_is_said(
    cast: World, bureau: Bureau, receiver: Receiver, said: dict[str, Any], code: str
) -> None:
    assert refused(lambda: registered(cast, receiver, **said)) == code
