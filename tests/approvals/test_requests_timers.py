"""Requests under haste and failure: two sweeps, two people, a worker killed in the middle, a step that fails."""

import json
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from threading import Barrier, Event, Thread

import psycopg
import pytest
from django.db import connection, connections
from django.test import Client
from viewflow.workflow.lock import no_lock

from approvals import asking_notices, asking_positions, requests, tasks
from approvals.asking_law import RequestRefused
from approvals.models import Notice, Request, RequestAct
from tests import databases
from tests.approvals.bureau import Bureau, bureau, locked
from tests.cast import World
from tests.together import noticed
from workflow.models import Grant, Outbox

__all__ = ["bureau"]
SECRET = "password hunter2 of Ani Lembayung"
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def together(*acts: Callable[[], object]) -> list[object]:
    """Each act in a thread of its own, all let go at once; what it answered, or the code with which it was refused."""
    gate = Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            gate.wait(60)
            answers[place] = act()
        except RequestRefused as refused:
            answers[place] = refused.code
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return answers


def held_up(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None]) -> None:
    """Each act, half done and holding what it holds, waits until `meanwhile` returns."""
    announce = asking_notices.announce

    def linger(act: RequestAct) -> None:
        meanwhile()
        announce(act)

    monkeypatch.setattr(asking_notices, "announce", linger)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each act takes a while, so that two at once are truly at once."""
    held_up(monkeypatch, lambda: time.sleep(0.4))


def waited_for(urls: dict[str, str]) -> None:
    """Return when somebody waits for a row that this thread holds."""
    with psycopg.connect(urls["superuser"], autocommit=True) as watcher:
        for _ in range(3000):
            if watcher.execute(WAITING).fetchone() != (0,):
                return
            time.sleep(0.02)


# --- At once ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("guarded", [True, False])
def test_two_sweeps_at_once_act_once_and_without_the_lock_they_would_not(
    committed: dict[str, str],
    cast: World,
    bureau: Bureau,
    slow: None,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    cast.at("2026-02-25 09:00")
    if not guarded:
        monkeypatch.setattr(
            requests.RequestFlow, "lock_impl", no_lock
        )  # what viewflow does unless told otherwise
        first = [True]

        def until_another_looked_too() -> None:
            """He has found the timer due as well, and waits for its row until the first is done."""
            if first and first.pop():
                waited_for(committed)

        held_up(monkeypatch, until_another_looked_too)
    together(requests.sweep, requests.sweep, requests.sweep)
    reminded = case.acts.filter(kind="reminded").count()
    assert reminded == 1 if guarded else reminded > 1
    assert Outbox.objects.filter(topic="request.reminded").count() == reminded


def test_six_requests_and_three_sweeps_and_three_workers(
    committed: dict[str, str], cast: World, bureau: Bureau
) -> None:
    locked(cast)
    items = [report.item_id for report in cast.reports(1)]
    cases = [bureau.ask("reopening", items=chosen) for chosen in ([], items[:1], items[1:], items)]
    cases += [bureau.ask("waiver", months=[]), bureau.ask("assistance", months=[])]
    cast.at("2026-02-25 09:00")
    together(*[requests.sweep] * 3)
    requests.sweep()
    together(*[tasks.drain] * 3)
    assert RequestAct.objects.filter(kind="reminded").count() == 8  # two of them wait for two opinions
    assert {bureau.state(case) for case in cases} == {"asked"}
    assert Notice.objects.filter(code="notice.request.reminded", person=cast.hadi).count() == 6
    assert Notice.objects.filter(code="notice.request.reminded", person=cast.indah).count() == 2


def test_a_whole_life_under_two_sweeps_at_once_is_the_same_life(
    committed: dict[str, str], cast: World, bureau: Bureau
) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    for moment in ("2026-02-25 09:00", "2026-02-27 09:00", "2026-03-03 09:00"):
        cast.at(moment)
        together(requests.sweep, requests.sweep)
        requests.sweep()  # what two held against each other waits for the next minute
    bureau.answer(case, "joko", step="review")
    cast.at("2026-03-30 09:00")
    together(requests.sweep, requests.sweep)
    requests.sweep()
    assert bureau.acts(case) == [
        "asked", "reminded review", "escalated review", "escalated review", "agreed review", "granted", "expired",
    ]  # fmt: skip
    assert Grant.objects.count() == 1
    assert asking_positions.troubles() == []


def test_two_people_answer_at_once_and_one_counts(
    committed: dict[str, str], cast: World, bureau: Bureau, slow: None
) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    cast.at("2026-03-02 09:00")
    requests.sweep()
    answers = together(
        lambda: bureau.answer(case, "hadi", seen=1),
        lambda: bureau.answer(case, "joko", agree=False, step="review", seen=1),
    )
    assert sorted(map(str, answers)) in (["None", "asking.busy"], ["None", "asking.decided"])
    assert case.acts.filter(kind__in=("agreed", "refused")).count() == 1


def test_a_sweep_leaves_alone_what_somebody_is_answering(
    committed: dict[str, str], cast: World, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    cast.at("2026-02-25 09:00")
    answering, swept = Event(), Event()

    def until_swept() -> None:
        answering.set()
        swept.wait(60)

    held_up(monkeypatch, until_swept)

    def later() -> int:
        assert answering.wait(60)
        try:
            return requests.sweep()
        finally:
            swept.set()

    _, fired = together(lambda: bureau.answer(case, "hadi"), later)
    assert fired == 0
    assert bureau.acts(case) == ["asked", "agreed review", "granted"]


def test_the_same_wish_sent_four_times_at_once_is_one_request(
    committed: dict[str, str], cast: World, bureau: Bureau
) -> None:
    answers = together(*[lambda: bureau.ask("extension")] * 4)
    assert sorted(str(type(one).__name__) for one in answers) == ["Request", "str", "str", "str"]
    assert Request.objects.count() == 1


# --- Killed ----------------------------------------------------------------------------------------------

KILLED = """
import os, signal, django
django.setup()
from approvals import asking_notices, requests
def die(act):
    if act.kind == {kind!r}:
        os.kill(os.getpid(), signal.SIGKILL)
asking_notices.announce = die
requests.sweep()
"""


@pytest.mark.parametrize(
    ("kind", "moment", "fired"),
    [
        ("reminded", "2026-02-25 09:00", 1),
        ("escalated", "2026-02-27 09:00", 2),
        ("expired", "2026-02-26 23:59:59", 1),
    ],
)
def test_a_worker_killed_inside_a_step_leaves_nothing_half_done(
    committed: dict[str, str], cast: World, bureau: Bureau, kind: str, moment: str, fired: int
) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    if kind == "expired":
        bureau.answer(case, "hadi")
    cast.at(moment)
    time.sleep(0.01)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED.format(kind=kind)],
        cwd=databases.CHECKOUT,
        env=databases.environment(committed),
        timeout=300,
    )
    assert killed.returncode == -signal.SIGKILL
    noticed()
    assert not case.acts.filter(kind=kind).exists()
    left = requests.sweep()
    assert left == (1 if kind != "escalated" else fired - 1), "the reminder before it had its own transaction"
    assert case.acts.filter(kind=kind).count() == 1
    assert requests.sweep() == 0
    assert asking_positions.troubles() == []


# --- Failed ----------------------------------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], pytest.MonkeyPatch]:
    """Telling of an act of this kind fails, with something in hand that must not be kept."""

    def broke(kind: str) -> pytest.MonkeyPatch:
        announce = asking_notices.announce

        def fail(act: RequestAct) -> None:
            secret = SECRET
            if act.kind == kind:
                raise ValueError(secret)
            announce(act)

        monkeypatch.setattr(asking_notices, "announce", fail)
        return monkeypatch

    return broke


def test_a_reminder_that_failed_is_seen_tried_again_and_holds_nothing_up(
    cast: World, bureau: Bureau, broken: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    mend = broken("reminded")
    cast.at("2026-02-25 09:00")
    with caplog.at_level(logging.ERROR):
        tasks.sweep_requests()
    assert "1 steps of requests are stuck" in caplog.text
    (trouble,) = asking_positions.troubles()
    assert (trouble.request, trouble.node, trouble.failed, trouble.what) == (
        case,
        "review_remind",
        True,
        "ValueError",
    )
    assert bureau.acts(case) == ["asked"]
    assert requests.retry(actor=cast.root, task=trouble.task) is False, "it fails again"
    (trouble,) = asking_positions.troubles()
    mend.undo()
    assert requests.retry(actor=cast.root, task=trouble.task) is True
    assert asking_positions.troubles() == []
    assert bureau.acts(case) == ["asked", "retried", "retried", "reminded review"]
    with pytest.raises(RequestRefused, match="asking.no_trouble"):
        requests.retry(actor=cast.root, task=trouble.task)
    bureau.answer(case, "hadi")
    assert bureau.state(case) == "granted"


def test_nothing_of_a_failure_is_kept_but_its_kind(
    cast: World, bureau: Bureau, broken: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    locked(cast)
    bureau.ask("reopening")
    broken("reminded")
    cast.at("2026-02-25 09:00")
    tasks.sweep_requests()
    kept = json.dumps(list(requests.RequestFlow.task_class.objects.values_list("data", flat=True)))
    assert '"ValueError"' in kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(payload, ' ') FROM ledger.event WHERE of_table = 'viewflow_task'")
        kept += cursor.fetchone()[0] + caplog.text
    assert "hunter2" not in kept and "Lembayung" not in kept


def test_a_failed_reminder_does_not_hold_up_the_answer(cast: World, bureau: Bureau, broken: Callable) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    mend = broken("reminded")
    cast.at("2026-02-25 09:00")
    requests.sweep()
    mend.undo()
    bureau.answer(case, "hadi")
    assert bureau.state(case) == "granted"
    assert asking_positions.troubles() == [], "who has answered needs no reminder any more"


def test_a_grant_whose_end_failed_is_over_all_the_same(cast: World, bureau: Bureau, broken: Callable) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    bureau.answer(case, "hadi")
    mend = broken("expired")
    cast.at("2026-02-27 09:00")
    requests.sweep()
    assert Grant.objects.get().expires_at < cast.at("2026-02-27 09:00")
    assert bureau.state(case) == "expired"
    (trouble,) = asking_positions.troubles()
    mend.undo()
    requests.retry(actor=cast.hadi, task=trouble.task)
    assert (bureau.state(case), asking_positions.troubles()) == ("expired", [])
    case.process.refresh_from_db()
    assert case.process.status == "DONE"


def test_a_timer_that_nobody_fires_is_an_alarm_after_ten_minutes(cast: World, bureau: Bureau) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    cast.at("2026-02-25 09:09")
    assert asking_positions.troubles() == []
    cast.at("2026-02-25 09:11")
    (trouble,) = asking_positions.troubles()
    assert (trouble.node, trouble.failed) == ("review_reminder", False)
    assert requests.retry(actor=cast.root, task=trouble.task) is True
    assert bureau.acts(case) == ["asked", "reminded review"]


def test_trying_again_never_answers_for_a_person(cast: World, bureau: Bureau) -> None:
    case = bureau.ask("extension")
    for task in requests.RequestFlow.task_class.objects.filter(process=case.process_id):
        with pytest.raises(RequestRefused, match="asking.no_trouble"):
            requests.retry(actor=cast.root, task=task.pk)
    assert bureau.acts(case) == ["asked"]


def test_one_broken_timer_stops_no_other(
    cast: World, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked(cast)
    first, second = bureau.ask("reopening"), bureau.ask("waiver", months=[])
    flow = requests.RequestFlow
    task = flow.task_class.objects.get(process=first.process_id, flow_task=flow.review_reminder)
    with connection.cursor() as cursor:  # a node that a later version of the flow does not have
        cursor.execute(
            "UPDATE viewflow_task SET flow_task = 'approvals/requests.RequestFlow.gone' WHERE id = %s",
            [task.pk],
        )
    cast.at("2026-02-25 09:00")
    assert requests.sweep() == 2
    assert "reminded review" in bureau.acts(second)
    cast.at("2026-02-25 09:30")
    (trouble,) = asking_positions.troubles()
    assert trouble.node == "gone"
    client = Client()
    client.force_login(cast.root, backend="django.contrib.auth.backends.ModelBackend")
    assert "gone" in client.get("/requests/watch/").content.decode()
    assert client.post(f"/requests/watch/{trouble.task}/").status_code == 302


def test_an_idle_sweep_is_one_statement_and_its_clock(cast: World, bureau: Bureau, statements) -> None:
    for kind in ("extension", "waiver", "assistance"):
        bureau.ask(kind)
    with statements() as seen:
        assert requests.sweep() == 0
    assert len(seen) == 2, str(seen)
