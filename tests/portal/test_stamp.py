"""The stamp of what is public differs after every commit that changes it, in whatever order ids and commits come."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from ledger.clock import now
from ledger.recording import recorded
from portal.models import Feedback, FeedbackAct
from portal.opendata.stamp import stamp
from tests.cast import World
from tests.voices.town import furnish


def done(message: Feedback, kind: str) -> FeedbackAct:
    return FeedbackAct.objects.create(feedback=message, kind=kind, at=now())


@contextmanager
def uncommitted(message: Feedback, kind: str) -> Iterator[None]:
    """Somebody else has done it, and commits at the end of the block."""
    written, commit = threading.Event(), threading.Event()

    def act() -> None:
        try:
            with recorded(None):
                done(message, kind)
                written.set()
                commit.wait(60)
        finally:
            connection.close()

    other = threading.Thread(target=act)
    other.start()
    assert written.wait(60)
    yield
    commit.set()
    other.join(60)
    assert not other.is_alive()


def test_an_act_that_commits_after_a_later_one_changes_the_stamp(
    committed: dict[str, str], cast: World
) -> None:
    """A message is taken off the public page while another is put on it: by the newest ids alone nothing happened after."""
    town = furnish(cast)
    first, second = town.message(), town.message()
    seen = [stamp().text]
    with uncommitted(first, "hide"):
        with recorded(None):
            later = done(second, "show")
        seen.append(stamp().text)
        assert stamp().text == seen[-1], "as long as nothing happens it is the same"
    hidden = FeedbackAct.objects.get(kind="hide")
    assert hidden.pk < later.pk
    seen.append(stamp().text)
    assert len(set(seen)) == 3
    assert stamp().text == seen[-1]
