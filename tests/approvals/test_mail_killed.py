"""A worker killed at any step of sending: every letter arrives, and a copy is possible at one step only, under the same name."""

import os
import signal
import smtplib
from collections.abc import Callable
from typing import Any

from django.db import connection

from approvals import services, tasks
from approvals.models import Letter, Notice
from submissions.models import Report
from tests.approvals.postoffice import PostOffice, office
from tests.cast import World
from tests.together import noticed
from workflow.models import Outbox

__all__ = ["office"]
TALK = ("connect", "ehlo", "mail", "rcpt", "data", "quit")  # steps of the conversation with the server


def killed_at(number: int) -> bool:
    """A process of its own does the worker's round and is killed at that step: a statement, or a word to the mail server, before
    or after it. Whether it came to that."""
    child = os.fork()
    if not child:
        _work_and_die(number)
    _, status = os.waitpid(child, 0)
    noticed()
    return os.WIFSIGNALED(status)


def _work_and_die(number: int) -> None:
    """In the child: the parent's connection is left alone, not closed, and a new one opened."""
    left = iter(range(number))

    def step() -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrapper(execute: Any, *call: Any) -> Any:
        step()
        return execute(*call)

    for name in TALK:
        setattr(smtplib.SMTP, name, _stepping(getattr(smtplib.SMTP, name), step))
    try:
        connection.connection = None
        with connection.execute_wrapper(wrapper):
            tasks.drain()
    finally:
        os._exit(0)


def _stepping(act: Callable[..., Any], step: Callable[[], None]) -> Callable[..., Any]:
    def stepping(*given: Any, **named: Any) -> Any:
        step()
        answer = act(*given, **named)
        step()
        return answer

    return stepping


def test_a_worker_killed_at_each_step_loses_nothing_and_repeats_at_one_step_only(
    committed: dict[str, str], cast: World, office: PostOffice
) -> None:
    cast.items(1)
    (report,) = cast.open()
    copies: dict[int, int] = {}
    for number in range(200):
        cast.at(f"2026-02-03 {9 + number // 60:02}:{number % 60:02}")
        versions = cast.submitted([report], 10 + number % 7)
        services.send_back(actor=cast.budi, versions=versions, reason=f"Bukti belum ada, {number}")
        before = len(office.seen)
        was_killed = killed_at(number)
        # Only between the server's yes and the mark of the letter nobody can tell whether it arrived.
        event = f"report.returned:{report.pk}:{Report.objects.get().step - 1}:"
        marked = Letter.objects.exclude(sent_at=None).filter(notices__key__startswith=event).exists()
        unsure = len(office.seen) > before and not marked
        cast.at(f"2026-02-03 {9 + (number + 6) // 60:02}:{(number + 6) % 60:02}")
        tasks.drain()
        mine = office.seen[before:]
        copies[number] = len(mine)
        assert len(mine) == (2 if unsure else 1), number
        assert len({str(letter["Message-ID"]) for letter in mine}) == 1, number
        assert not Outbox.objects.filter(done_at=None).exists(), number
        if not was_killed:
            break
    assert not was_killed
    assert Letter.objects.count() == Notice.objects.count() == len(set(office.ids()))
    assert not Letter.objects.filter(sent_at=None).exists()
    twice = [number for number, count in copies.items() if count == 2]
    assert set(copies.values()) <= {1, 2}
    # From the server's yes to our mark: after the letter, goodbye before and after, and the statements of the mark itself.
    assert len(copies) > 40
    assert twice == list(range(twice[0], twice[0] + len(twice)))
    assert len(twice) <= 10
