"""Webhooks as a receiver, the bureau and an attacker meet them: a real server here, and the reference library as the judge."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Judge
from standardwebhooks.webhooks import WebhookVerificationError

from approvals import dead_letters, services
from approvals.models import Notice
from approvals.tasks import drain
from ledger.clock import now
from ledger.recording import recorded
from portal import tasks, webhook_sending, webhooks
from portal.models import Delivery, Webhook
from portal.webhook_addresses import AddressRefused
from portal.webhook_events import TOPICS
from portal.webhooks import WebhookRefused
from registry.models import FiscalYear, Government, Unit
from submissions import services as entering
from submissions.models import Report
from submissions.telling import announce_opening
from submissions.ticking import tick
from tests.approvals.bureau import Bureau, settle
from tests.cast import World
from tests.portal.receiver import Receiver, receiving
from tests.settled import settled
from wording.webhook_sentences import WHY
from workflow import engine, granting, route
from workflow.models import Outbox

assert tasks.deliveries  # the workers' side is in place

HOME = ("127.0.0.0/8",)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = HOME
    with receiving() as one:
        yield one


@pytest.fixture
def bureau(cast: World) -> Bureau:
    bureau = settle(cast)
    cast.items(1)
    cast.open(1)
    drain()
    return bureau


def root_of(cast: World) -> int:
    assert cast.agency.parent_id is not None
    return cast.agency.parent_id


def registered(cast: World, receiver: Receiver, **said: Any) -> tuple[Webhook, str]:
    usual: dict[str, Any] = {
        "name": "Portal data",
        "url": receiver.url,
        "topics": list(TOPICS),
        "scope": root_of(cast),
    }
    return webhooks.register(actor=cast.hadi, **(usual | said))


def refused(act: Any) -> str:
    with pytest.raises((WebhookRefused, AddressRefused)) as caught:
        act()
    return str(caught.value.code)


def returned(cast: World) -> Report:
    """One report submitted and returned, with words that must not leave the house."""
    (report,) = cast.reports(1)
    versions = cast.submitted([report], 10)
    (done,) = engine.perform(
        route.RETURN, Report, versions, actor=cast.budi, reason="Rahasia dapur kantor", marks=["status"]
    )
    assert done.done, done
    return Report.objects.get(pk=report.pk)


def published(cast: World, report: Report, amount: int = 10) -> Report:
    versions = cast.submitted([report], amount)
    services.verify(actor=cast.budi, versions=versions)
    for verb in (route.SIGN, route.PUBLISH):
        assert all(one.done for one in engine.perform(verb, Report, versions, actor=cast.citra, whole=True))
    return Report.objects.get(pk=report.pk)


def told(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(body) for _headers, body in receiver.came]


# --- What arrives ----------------------------------------------------------------------------------------


def test_a_publication_arrives_signed_as_the_reference_library_wants_it(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    hook, secret = registered(cast, receiver)
    assert secret.startswith("whsec_")
    report = published(cast, cast.reports(1)[0])
    drain()
    ((headers, body),) = receiver.came
    message = Judge(secret).verify(body, headers)
    assert message["type"] == "report.published"
    assert message["data"] == {
        "report": report.token, "fiscal_year": "2026", "month": "2026-01", "agency": cast.agency.code, "unit": cast.agency.code,
        "sub_activity": report.item.sub_activity_code, "revision": 0, "state": "published", "version": report.version,
        "content_hash": report.content_hash,
        "url": message["data"]["url"],
    }  # fmt: skip
    assert message["data"]["url"].endswith(f"/p/2026/{cast.agency.code}/{report.item.sub_activity_code}/")
    assert headers["content-type"] == "application/json" and "cookie" not in headers
    with pytest.raises(WebhookVerificationError):
        Judge(secret).verify(body.replace(b"published", b"publishex"), headers)
    one = Delivery.objects.get()
    assert (one.state, one.message, one.attempts) == ("delivered", headers["webhook-id"], 1)


def test_no_person_no_reason_and_no_text_leaves_the_house(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    registered(cast, receiver)
    returned(cast)
    drain()
    ((_headers, body),) = receiver.came
    assert json.loads(body)["type"] == "report.returned"
    text = settled(body.decode())
    for word in ("Rahasia", "Budi", "Ani", "budi", "19800101"):
        assert word not in text


def test_a_revision_tells_what_it_replaced(cast: World, bureau: Bureau, receiver: Receiver) -> None:
    registered(cast, receiver)
    old = published(cast, cast.reports(1)[0])
    granting.give(
        key="t", kind="amendment", actor=cast.hadi, office="Bagian", scope_path=cast.agency.path, subjects=["2026-01"],
        reason="Disetujui atas nota dinas 17", expires_at=now() + timedelta(days=3),
    )  # fmt: skip
    entering.amend(actor=cast.citra, versions={old.pk: old.version}, reason="Salah ketik SP2D")
    new = published(cast, Report.objects.get(revision=1), 12)
    drain()
    found = {(one["type"], one["data"]["report"]): one["data"] for one in told(receiver)}
    assert set(found) == {
        ("report.published", old.token), ("report.published", new.token), ("report.superseded", old.token),
    }  # fmt: skip
    assert found["report.superseded", old.token]["replaced_by"] == new.token
    assert found["report.published", new.token]["revision"] == 1


def test_months_that_open_and_lock_are_told_once(cast: World, bureau: Bureau, receiver: Receiver) -> None:
    registered(cast, receiver)
    cast.open(2)
    for _twice in range(2):
        announce_opening(cast.year.pk, 2, now())
        drain()
    assert [(one["type"], one["data"]["month"]) for one in told(receiver)] == [("period.opened", "2026-02")]
    for _twice in range(2):
        cast.at("2026-03-25 10:00")
        tick()
        drain()
    locked = [one["data"] for one in told(receiver) if one["type"] == "period.locked"]
    assert {(one["agency"], one["month"]) for one in locked} >= {
        (cast.agency.code, "2026-01"),
        (cast.agency.code, "2026-02"),
    }
    assert len(locked) == len({(one["agency"], one["month"]) for one in locked})


def test_only_what_was_asked_for_and_only_of_the_agency_in_scope(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    registered(cast, receiver, topics=["report.returned"])
    registered(cast, receiver, scope=cast.other_agency.pk, topics=list(TOPICS))
    published(cast, cast.reports(1)[0])
    drain()
    assert receiver.came == []
    assert not Delivery.objects.exists()


def test_one_delivery_for_each_event_and_address_whatever_is_retried(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    registered(cast, receiver)
    published(cast, cast.reports(1)[0])
    drain()
    row = Outbox.objects.get(topic="report.published")
    Outbox.objects.filter(pk=row.pk).update(done_at=None)  # the worker was killed before it said so
    drain()
    assert len(receiver.came) == Delivery.objects.count() == 1


# --- When it fails ---------------------------------------------------------------------------------------


def test_what_fails_is_tried_again_with_the_same_id_until_it_arrives(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    _hook, secret = registered(cast, receiver)
    receiver.answers = [500, 503]
    published(cast, cast.reports(1)[0])
    drain()
    one = Delivery.objects.get()
    assert (one.state, one.attempts, len(receiver.came)) == ("waiting", 1, 1)
    assert drain() == 0, "not before its time"
    moment = cast.at("2026-02-03 09:01")
    drain()
    cast.move_clock(moment + timedelta(minutes=6))
    drain()
    one.refresh_from_db()
    assert (one.state, [tried["status"] for tried in one.log]) == ("delivered", [500, 503, 200])
    assert len(set(receiver.ids)) == 1 and len(receiver.came) == 3
    Judge(secret).verify(receiver.came[-1][1], receiver.came[-1][0])


def test_it_is_given_up_after_three_days_and_the_address_is_switched_off(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    hook, _secret = registered(cast, receiver)
    receiver.answers = [500] * 50
    published(cast, cast.reports(1)[0])
    moment = now()
    for _hour in range(100):
        cast.move_clock(moment)
        drain()
        moment += timedelta(hours=1)
    one = Delivery.objects.get()
    hook.refresh_from_db()
    assert (one.state, one.attempts, len(receiver.came)) == ("failed", 10, 10)
    assert hook.state == "disabled"
    (notice,) = Notice.objects.filter(person=cast.hadi, code="notice.webhook.disabled")
    assert notice.link == f"/webhooks/{hook.token}/"
    assert Notice.objects.filter(person=cast.root, code="notice.webhook.disabled").count() == 1


def test_one_that_is_gone_is_switched_off_at_once(cast: World, bureau: Bureau, receiver: Receiver) -> None:
    hook, _secret = registered(cast, receiver)
    receiver.answers = [410]
    published(cast, cast.reports(1)[0])
    drain()
    hook.refresh_from_db()
    assert hook.state == "disabled"
    receiver.answers = []
    webhooks.resume(actor=cast.hadi, hook=hook)
    cast.at("2026-02-03 09:10")
    drain()
    assert Delivery.objects.get().state == "delivered"


def test_a_redirect_is_not_followed(cast: World, bureau: Bureau, receiver: Receiver) -> None:
    registered(cast, receiver)
    with receiving() as elsewhere:
        receiver.answers, receiver.location = [307], elsewhere.url
        published(cast, cast.reports(1)[0])
        drain()
        assert elsewhere.came == []
    assert Delivery.objects.get().log[0]["why"] == "redirect"


def test_an_endless_answer_is_cut_off(
    cast: World, bureau: Bureau, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte now and then would outlast every timeout but that of the whole."""
    monkeypatch.setattr(webhook_sending, "WHOLE", 1.0)
    receiver.slowly = 0.1
    answer = webhook_sending.post(receiver.url, b"{}", {"Content-Type": "application/json"})
    assert answer.ms < 5000


def test_a_long_answer_is_not_read_to_its_end(receiver: Receiver) -> None:
    receiver.body = b"x" * 5_000_000
    answer = webhook_sending.post(receiver.url, b"{}", {})
    assert (answer.status, answer.why) == (200, "")


def test_a_failing_address_keeps_the_others_waiting_for_no_more_than_one_try(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    hook, _secret = registered(cast, receiver)
    receiver.answers = [500] * 9
    for _number in range(5):
        webhooks.test(actor=cast.hadi, hook=hook)
    drain()
    assert len(receiver.came) == 1


def test_a_slow_receiver_leaves_the_workers_their_time(
    cast: World, bureau: Bureau, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes every message, in fifteen seconds each: the next one waits, and letters go out meanwhile."""
    hook, _secret = registered(cast, receiver)
    posted: list[str] = []

    def slowly(url: str, _body: bytes, _headers: Any) -> webhook_sending.Answer:
        posted.append(url)
        return webhook_sending.Answer(200, "", 15_000)

    monkeypatch.setattr(webhooks, "post", slowly)
    for _number in range(5):
        webhooks.test(actor=cast.hadi, hook=hook)
    moment = now()
    drain()
    assert len(posted) == 1
    for _minute in range(5):
        moment += timedelta(minutes=1)
        cast.move_clock(moment)
        drain()
    assert len(posted) == 5
    assert not Delivery.objects.exclude(state="delivered").exists()


def test_who_looks_after_a_webhook_that_was_switched_off_is_written_to(
    cast: World, bureau: Bureau, receiver: Receiver, mailoutbox: list[Any]
) -> None:
    hook, _secret = registered(cast, receiver)
    receiver.answers = [410]
    webhooks.test(actor=cast.hadi, hook=hook)
    drain()
    letters = [one for one in mailoutbox if "Portal data" in one.subject and one.to == [cast.hadi.email]]
    assert f"/webhooks/{hook.token}/" in letters[0].body
    assert not Outbox.objects.filter(topic="letter").exclude(last_error="").exists()


def test_a_month_that_another_government_opens_is_not_told(
    cast: World, bureau: Bureau, receiver: Receiver
) -> None:
    registered(cast, receiver)
    with recorded(None):
        other = Government.objects.create(code="75.02", name="Kabupaten Lain", time_zone="Asia/Jayapura")
        Unit.objects.create(government=other, kind="GOVERNMENT", code="75.02", name="Lain")
        year = FiscalYear.objects.create(
            government=other, label="2026", start_date=cast.year.start_date, end_date=cast.year.end_date
        )
    announce_opening(year.pk, 3, now())
    drain()
    assert receiver.came == []


# --- Paused and resumed ----------------------------------------------------------------------------------


def test_what_a_worker_holds_while_somebody_resumes_is_sent(
    cast: World, bureau: Bureau, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has read that the address is paused; before it says so, the address is resumed."""
    hook, _secret = registered(cast, receiver)
    webhooks.test(actor=cast.hadi, hook=hook)
    webhooks.pause(actor=cast.hadi, hook=hook)
    hold = webhooks._hold

    def after_the_resumption(one: Delivery, at: Any) -> None:
        monkeypatch.setattr(webhooks, "_hold", hold)
        webhooks.resume(actor=cast.hadi, hook=hook)
        hold(one, at)

    monkeypatch.setattr(webhooks, "_hold", after_the_resumption)
    drain()
    assert (Delivery.objects.get().state, len(receiver.came)) == ("delivered", 1)


def test_resuming_takes_the_same_statements_for_two_held_messages_and_for_twenty(
    cast: World, bureau: Bureau, receiver: Receiver, statements: Callable[[], Any]
) -> None:
    def resumed(count: int) -> int:
        hook, _secret = registered(cast, receiver, url=f"{receiver.url}&n={count}")
        for _number in range(count):
            webhooks.test(actor=cast.hadi, hook=hook)
        webhooks.pause(actor=cast.hadi, hook=hook)
        drain()
        assert Delivery.objects.filter(webhook=hook, state="held").count() == count
        with statements() as seen:
            webhooks.resume(actor=cast.hadi, hook=hook)
        drain()
        assert Delivery.objects.filter(webhook=hook, state="delivered").count() == count
        return len(seen)

    assert resumed(2) == resumed(20)


def test_what_was_given_up_is_named_to_the_administrator_who_has_it_sent_again(
    cast: World, bureau: Bureau, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook, _secret = registered(cast, receiver)
    receiver.answers = [500]
    monkeypatch.setattr(webhooks, "AGAIN", ())
    webhooks.test(actor=cast.hadi, hook=hook)
    drain()
    assert Delivery.objects.get().state == "failed"
    (given_up,) = dead_letters.shown(list(dead_letters.dead()))
    assert given_up["why"] == str(WHY["status"])
    assert dead_letters.resend(actor=cast.root) == 1
    cast.move_clock(now() + timedelta(minutes=6))
    drain()
    assert (Delivery.objects.get().state, len(receiver.came), len(set(receiver.ids))) == ("delivered", 2, 1)
