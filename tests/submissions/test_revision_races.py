"""A revision is published while others act on the one that it replaces: nobody is answered by a deadlock."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

from approvals import services as deciding
from submissions.models import Report
from tests.cast import World
from tests.roads import BUREAU, HEAD, SECTION, bureau, follows
from tests.submissions.test_revisions import amended, permitted
from workflow import engine, route


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """The answers of all, or what they raised."""
    start, found = threading.Barrier(len(works)), []

    def run(work: Callable[[], Any]) -> None:
        start.wait()
        try:
            found.append(work())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            found.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_publishing_revisions_waits_for_nobody_who_waits_for_it(committed: None, cast: World) -> None:
    hana = bureau(cast)
    follows(cast, SECTION, HEAD, BUREAU)
    cast.items(6)
    old = cast.open()
    deciding.verify(actor=cast.budi, versions=cast.submitted(old, 10))
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, cast.versions(old), actor=cast.citra, whole=True)
    permitted(cast)
    new = [amended(cast, one) for one in Report.objects.filter(revision=0).order_by("pk")]
    deciding.verify(actor=cast.budi, versions=cast.submitted(new, 12))
    engine.perform(route.SIGN, Report, cast.versions(new), actor=cast.citra, whole=True)
    later, earlier = cast.versions(new), cast.versions(old)
    answers = at_once(
        lambda: engine.perform(route.PUBLISH, Report, later, actor=cast.citra, key="one"),
        lambda: engine.perform(route.PUBLISH, Report, later, actor=cast.citra, key="one"),
        lambda: deciding.review(actor=hana, versions={**earlier, **later}),
        lambda: engine.perform(
            route.AMEND, Report, earlier, actor=cast.citra, reason="Salah ketik sekali lagi"
        ),
    )
    assert [one for one in answers if isinstance(one, Exception)] == []
    stand = set(Report.objects.values_list("revision", "state"))
    assert stand == {(0, "superseded"), (1, "published")}
