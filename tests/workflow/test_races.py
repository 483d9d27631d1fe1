"""Thirty-two people decide on the same two hundred reports at the same moment: each report is decided once."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, close_old_connections, connection, transaction

from approvals import services as approvals
from submissions import services
from submissions.models import Report
from tests.cast import World, assign
from workflow import engine
from workflow.cursor import prepared
from workflow.models import Act, Decision

THREADS, REPORTS = 32, 200
Decide = Callable[[World, int, list[int], dict[int, int]], int]


def through_the_door(cast: World, number: int, chosen: list[int], versions: dict[int, int]) -> int:
    """Verify in even threads, return in odd ones, by `perform()`; how many were done."""
    seen = {pk: versions[pk] for pk in chosen}
    if number % 2:
        outcomes = approvals.send_back(actor=cast.budi, versions=seen, reason="Dikembalikan oleh uji balapan")
    else:
        outcomes = approvals.verify(actor=cast.budi, versions=seen)
    return sum(one.done for one in outcomes)


def check_then_write(cast: World, number: int, chosen: list[int], versions: dict[int, int]) -> int:
    """The naive way: look first, then write what was decided on what one saw. Guards are off, as in a common system."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM naive WHERE id = ANY (%s) AND state = 'submitted'", [chosen])
        found = [pk for (pk,) in cursor.fetchall()]
        cursor.execute("SELECT pg_sleep(0.05)")
        target = "returned" if number % 2 else "verified"
        cursor.execute("INSERT INTO naive_decision SELECT unnest(%s::bigint[]), %s", [found, target])
        with suppress(OperationalError):  # it may even lock itself up; what it decided twice stands already
            cursor.execute("UPDATE naive SET state = %s WHERE id = ANY (%s)", [target, found])
    return len(found)


def race(cast: World, versions: dict[int, int], decide: Decide) -> int:
    start = Barrier(THREADS)

    def one(number: int) -> int:
        close_old_connections()
        chance = random.Random(number)
        ids = list(versions)
        chance.shuffle(ids)
        connection.ensure_connection()
        start.wait()
        done = 0
        try:
            while ids:
                size = chance.choice([1, 7, 20, 50, 200])
                chosen, ids = ids[:size], ids[size:]
                done += decide(cast, number, chosen, versions)
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(one, range(THREADS)))


@pytest.fixture
def versions(cast: World) -> dict[int, int]:
    cast.items(REPORTS)
    return cast.submitted(cast.open(), 1)


def test_each_report_is_decided_once(committed: object, cast: World, versions: dict[int, int]) -> None:
    done = race(cast, versions, through_the_door)
    decided = Counter(
        Decision.objects.filter(verb__in=("verify", "return")).values_list("object_id", flat=True)
    )
    assert done == REPORTS
    assert set(decided) == set(versions)
    assert set(decided.values()) == {1}
    states = Counter(Report.objects.values_list("state", flat=True))
    verbs = Counter(Decision.objects.exclude(verb="submit").values_list("verb", flat=True))
    assert (states["verified"], states["returned"]) == (verbs["verify"], verbs["return"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.event WHERE of_table = 'workflow_decision'")
        assert cursor.fetchone()[0] == 2 * REPORTS  # one submission, one decision each


def test_the_naive_way_fails_the_same_race(
    committed: dict[str, str], cast: World, versions: dict[int, int]
) -> None:
    """The mutation that proves that the race above would be seen."""
    with psycopg.connect(committed["owner"], autocommit=True) as owner:
        owner.execute("CREATE TABLE naive AS SELECT id, state FROM submissions_report")
        owner.execute("CREATE TABLE naive_decision (id bigint, target text)")
        owner.execute("GRANT ALL ON naive, naive_decision TO jenjang_app")
        race(cast, versions, check_then_write)
        twice = owner.execute(
            "SELECT count(*) FROM (SELECT id FROM naive_decision GROUP BY id HAVING count(*) > 1) AS double"
        ).fetchone()
    assert twice is not None
    assert twice[0] > 0


def test_one_key_sent_thirty_two_times_at_once_acts_once(committed: object, cast: World) -> None:
    cast.items(5)
    versions = cast.submitted(cast.open(), 1)
    start = Barrier(THREADS)

    def click(_: int) -> list[engine.Outcome]:
        close_old_connections()
        start.wait()
        try:
            return approvals.verify(actor=cast.budi, versions=versions, key="one click")
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(click, range(THREADS)))
    assert all(answer == answers[0] for answer in answers)
    assert Decision.objects.filter(verb="verify").count() == 5
    assert Act.objects.filter(key="one click").count() == 1


def test_an_entry_never_slips_in_between_submission_and_commit(committed: object, cast: World) -> None:
    cast.items(20)
    reports = cast.open()
    cast.entered(reports, 1)
    versions = cast.versions(reports)
    start = Barrier(2)

    def enter(_: int) -> None:
        close_old_connections()
        start.wait()
        try:
            for report in reports:
                services.save_entries(actor=cast.ani, entries=[cast.entry(report, 2)])
        finally:
            connection.close()

    def hand_in(_: int) -> list[engine.Outcome]:
        close_old_connections()
        start.wait()
        try:
            return services.submit(actor=cast.ani, versions=versions)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        writing, acting = pool.submit(enter, 0), pool.submit(hand_in, 0)
        writing.result()
        acting.result()
    for report in Report.objects.filter(state="submitted"):
        with transaction.atomic():
            text = Report.content(prepared(), [report.pk])[report.pk]
        assert hashlib.sha256(text.encode()).hexdigest() == report.content_hash


def test_an_acting_head_named_twice_at_once_is_named_once(committed: object, cast: World) -> None:
    start = Barrier(8)

    def name(_: int) -> bool:
        close_old_connections()
        start.wait()
        try:
            assign(cast.gita, cast.posts["agency_head"], kind="plt", start="2026-03-01", end="2026-03-31")
            return True
        except IntegrityError:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(name, range(8))) == 1
