"""Where a webhook must not go: inside, elsewhere than was looked at, or in the clear."""

from ipaddress import ip_address
from typing import Any

import pytest

from approvals.tasks import drain
from portal import webhook_addresses, webhook_sending, webhooks
from portal.models import Delivery, Webhook
from portal.webhook_addresses import target_of
from portal.webhook_events import TOPICS
from tests.approvals.bureau import Bureau
from tests.cast import World
from tests.portal.receiver import Receiver
from tests.portal.test_webhooks import HOME, bureau, published, receiver, refused, root_of

__all__ = ["bureau", "receiver"]


PRIVATE = [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "169.254.1.1", "100.64.0.1",
    "100.100.100.200", "0.0.0.0", "255.255.255.255", "224.0.0.1", "239.1.1.1", "192.0.2.1",  # noqa: S104
    "198.18.0.1", "192.0.0.192",
    "168.63.129.16", "240.0.0.1", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
    "2002:c0a8:101::1", "2001:0:7f00:1::", "2001:db8::1", "64:ff9b:1::1", "64:ff9b::808:808", "fe80::1%eth0",
    "fec0::1", "feff::1", "3fff::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    code = refused(lambda: target_of("https://hook.example.org/x", lambda _host, _port: [address]))
    assert code == "webhook.private"
    assert (
        refused(
            lambda: target_of("https://hook.example.org/x", lambda _host, _port: ["93.184.215.14", address])
        )
        == code
    )


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111"])
def test_a_public_address_is_taken_as_it_was_resolved(address: str) -> None:
    target = target_of("https://hook.example.org:8443/x?y=1", lambda _host, _port: [address])
    assert (ip_address(target.address), target.port, target.host, target.path, target.secure) == (
        ip_address(address), 8443, "hook.example.org", "/x?y=1", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "code"),
    [
        *((url, "webhook.https") for url in ("http://example.org/", "ftp://example.org/", "file:///etc/passwd", "https://")),
        *((url, "webhook.https") for url in ("gopher://127.0.0.1:25/", "example.org", "")),
        *((url, "webhook.credentials") for url in ("https://user:pw@example.org/", "https://example.org@127.0.0.1/")),
        *((url, "webhook.port") for url in ("https://example.org:25/", "https://example.org:1023/")),
        *((url, "webhook.url") for url in ("https://example.org:99999/", "https://exa mple.org/", "https://[::1")),
        *((url, "webhook.url") for url in ("https://example.org/\r\nX: y", "https://example.org/\u00e9")),
        ("https://example.org/" + "x" * 500, "webhook.url"),
    ],
)  # fmt: skip
def test_what_is_no_https_address_is_refused(url: str, code: str) -> None:
    assert refused(lambda: target_of(url, lambda _host, _port: ["93.184.215.14"])) == code


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "127.1",
        "[::ffff:127.0.0.1]",
    ],
)
def test_every_way_of_writing_this_machine_is_refused_at_registration(
    cast: World, bureau: Bureau, host: str
) -> None:
    code = refused(
        lambda: webhooks.register(
            actor=cast.hadi,
            name="x",
            url=f"https://{host}/",
            topics=list(TOPICS),
            scope=root_of(cast),
        )
    )
    assert code in ("webhook.private", "webhook.unknown_host")
    assert not Webhook.objects.exists()


def test_a_name_that_changes_after_it_was_registered_is_refused_when_it_is_sent_to(
    cast: World, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it was looked at, this machine afterwards."""
    answers = ["93.184.215.14"]
    monkeypatch.setattr(webhook_addresses, "resolve", lambda _host, _port: answers)
    webhooks.register(
        actor=cast.hadi,
        name="x",
        url="https://hook.example.org/",
        topics=list(TOPICS),
        scope=root_of(cast),
    )
    answers[:] = ["127.0.0.1"]
    published(cast, cast.reports(1)[0])
    drain()
    assert [tried["why"] for tried in Delivery.objects.get().log] == ["private"]


def test_the_connection_goes_to_the_very_address_that_was_judged(
    receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is asked for once; what it would say the second time does not count."""
    said: list[str] = []

    def resolver(host: str, _port: int) -> list[str]:
        said.append(host)
        return ["127.0.0.1"] if len(said) == 1 else ["127.0.0.9"]

    monkeypatch.setattr(webhook_addresses, "resolve", resolver)
    port = target_of(receiver.url).port
    said.clear()
    answer = webhook_sending.post(f"http://hook.example.org:{port}/", b"{}", {})
    assert (answer.status, said) == (200, ["hook.example.org"])
    assert receiver.came[0][0]["host"] == f"hook.example.org:{port}"


def test_plain_http_is_for_trusted_networks_only(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = HOME
    assert (
        refused(lambda: target_of("http://example.org/", lambda _host, _port: ["93.184.215.14"]))
        == "webhook.https"
    )


def test_a_certificate_that_is_not_trusted_ends_it(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver here speaks no TLS at all; nothing of the message is sent to it in the clear."""
    answer = webhook_sending.post(receiver.url.replace("http://", "https://"), b"{}", {})
    assert (answer.status, answer.why, receiver.came) == (None, "certificate", [])
