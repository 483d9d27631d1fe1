"""What follows from an act is done once, whatever is repeated, and a failure stops nobody else."""

import pytest
from django.core import mail

from approvals import services, tasks
from approvals.models import Notice
from submissions.models import Report
from tests.cast import World
from workflow.models import Outbox
from workflow.outbox import handlers


@pytest.fixture
def returned(cast: World) -> Report:
    cast.item()
    (report,) = cast.open()
    versions = cast.submitted([report], 10)
    services.send_back(actor=cast.budi, versions=versions, reason="Bukti belum ada di berkas")
    return report


def test_ani_is_told_once_by_mail_and_once_in_the_app(cast: World, returned: Report) -> None:
    assert tasks.drain() == 2  # the notice, and its letter
    assert not Outbox.objects.filter(done_at=None).exists()
    Outbox.objects.update(done_at=None)  # the worker died after the work and before its mark
    tasks.drain()
    assert Notice.objects.filter(person=cast.ani).count() == 1
    (letter,) = mail.outbox
    assert letter.to == ["ani@contoh.test"]
    assert "Bukti belum ada di berkas" in letter.body
    assert "Budi Wiratmaka" in letter.body
    assert returned.token in letter.body


def test_a_failure_waits_and_the_others_go_on(
    cast: World, returned: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = cast.at("2026-02-03 10:00")
    Outbox.objects.create(
        key="other", topic="report.published", payload={}, created_at=moment, not_before=moment
    )

    def fail(row: Outbox) -> None:
        raise ValueError("a secret that must not be kept")

    monkeypatch.setitem(handlers, "report.published", fail)
    tasks.drain()
    broken = Outbox.objects.get(key="other")
    assert (broken.done_at, broken.attempts, broken.last_error) == (None, 1, "ValueError")
    assert not Outbox.objects.exclude(key="other").filter(done_at=None).exists()
    assert tasks.drain() == 0  # not before its time
    cast.at("2026-02-03 10:01")
    tasks.drain()
    assert Outbox.objects.get(key="other").attempts == 2


def test_what_is_down_for_an_hour_is_done_afterwards_and_after_two_days_given_up(
    cast: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = cast.at("2026-02-03 10:00")
    for key in ("short", "long"):
        Outbox.objects.create(key=key, topic=key, payload={}, created_at=at, not_before=at)

    def down(row: Outbox) -> None:
        raise ConnectionError

    monkeypatch.setitem(handlers, "short", down)
    monkeypatch.setitem(handlers, "long", down)
    for minute in range(0, 60, 2):
        cast.at(f"2026-02-03 10:{minute:02}")
        tasks.drain()
    assert Outbox.objects.filter(done_at=None).count() == 2
    monkeypatch.setitem(handlers, "short", lambda row: None)
    cast.at("2026-02-03 11:10")
    tasks.drain()
    short = Outbox.objects.get(key="short")
    assert short.done_at
    assert short.last_error == ""
    cast.at("2026-02-05 09:59")
    tasks.drain()
    assert Outbox.objects.get(key="long").done_at is None
    cast.at("2026-02-05 10:20")
    tasks.drain()
    long = Outbox.objects.get(key="long")
    assert long.done_at
    assert long.last_error == "ConnectionError"


def test_a_document_that_cannot_be_printed_is_given_up_and_said(
    cast: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.item()
    reports = cast.open()
    services.verify(actor=cast.budi, versions=cast.submitted(reports, 10))
    batch = services.prepare(actor=cast.citra, period=cast.period(), versions=cast.versions(reports))

    def fail(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr("approvals.preparing.render_document", fail)
    for day in range(4, 12):
        cast.at(f"2026-02-{day:02} 09:00")
        tasks.drain()
    batch.refresh_from_db()
    assert (batch.state, batch.void_code) == ("void", "batch.unprinted")
    over = Outbox.objects.get(topic="batch.prepare")
    assert (over.attempts, over.last_error) == (2, "MemoryError")
    assert over.done_at


def test_a_mail_that_cannot_be_sent_is_tried_again(
    cast: World, returned: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: object) -> None:
        raise OSError("no mail server")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        tasks.drain()
    assert Outbox.objects.get(done_at=None).topic == "letter"
    assert Notice.objects.get().mailed_at is None
    cast.at("2026-02-03 12:00")
    tasks.drain()
    assert len(mail.outbox) == 1
    assert Notice.objects.get().mailed_at
