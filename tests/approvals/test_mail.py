"""Every mail of a month, over a real mail server; and the same mails when that server is down, slow, choosy or rude."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from approvals import dead_letters, delivering, gathering, services, tasks
from approvals.models import Letter, Notice, Preference
from ledger.recording import recorded
from registry.models import User
from submissions.models import CalendarRule, Report
from submissions.ticking import tick
from tests.approvals.postoffice import PostOffice, office, text_of
from tests.cast import WITA, World
from workflow import engine, route
from workflow.models import Outbox

__all__ = ["office"]
WHY = "Bukti SP2D belum ada di berkas"


@pytest.fixture
def returned(cast: World) -> list[Report]:
    """Two reports of Ani's came back from Budi, each by an act of its own."""
    english(cast)
    cast.items(2)
    reports = cast.open()
    versions = cast.submitted(reports, 10)
    for one in reports:
        services.send_back(actor=cast.budi, versions={one.pk: versions[one.pk]}, reason=WHY)
    return reports


def english(cast: World) -> None:
    with recorded(None):
        User.objects.update(language="en")
    for person in cast.people.values():
        person.refresh_from_db()


def rhythm(person: User, wish: str, **quiet: Any) -> None:
    with recorded(None):
        Preference.objects.update_or_create(person=person, defaults={"rhythm": wish, **quiet})


def passing(
    cast: World, office: PostOffice, begin: str, end: str, step: timedelta, calendar: bool = False
) -> Iterator[datetime]:
    """Time passes in steps; after each it is the worker's turn, and the calendar's where that matters."""
    at, last = (datetime.fromisoformat(text).replace(tzinfo=WITA) for text in (begin, end))
    while at <= last:
        cast.move_clock(at)
        office.when = f"{at:%m-%d %H:%M}"
        yield at
        if calendar:
            assert tick().failed == []
            gathering.gather()
        tasks.drain()
        at += step


# --- A month ---------------------------------------------------------------------------------------------

MONTH = """
01-25 06:00 ani: January 2026 is open: 3 reports to enter
01-30 19:00 ani: Due soon: 3 reports wait for you, the first until 5 February 2026 23:59 WITA.
02-03 19:00 ani: Due soon: 3 reports wait for you, the first until 5 February 2026 23:59 WITA.
02-04 19:00 ani: Due soon: 1 reports wait for you, the first until 5 February 2026 23:59 WITA.
02-04 19:00 budi: Due soon: 2 reports wait for you, the first until 9 February 2026 23:59 WITA.
02-05 06:00 ani: Returned: 1.03.10.2.01.0001 Pemeliharaan Rutin Jalan, January 2026
02-05 19:00 ani: Due soon: 1 reports wait for you, the first until 5 February 2026 23:59 WITA.
02-06 07:00 ani: Overdue: 1 reports wait for you.
02-06 07:00 budi: 1 notice since the last letter
02-06 07:00 citra: Overdue below you: 1 reports are late.
02-06 19:00 budi: Due soon: 3 reports wait for you, the first until 9 February 2026 23:59 WITA.
02-09 19:00 budi: Due soon: 3 reports wait for you, the first until 9 February 2026 23:59 WITA.
02-10 07:00 budi: Overdue: 3 reports wait for you.
02-10 07:00 citra: Overdue below you: 3 reports are late.
02-11 07:00 budi: Overdue: 3 reports wait for you.
02-11 07:00 citra: Overdue below you: 3 reports are late.
02-11 13:00 ani: Published: 1.03.10.2.01.0001 Pemeliharaan Rutin Jalan, January 2026, and 2 more
"""


def test_every_mail_of_a_month_for_one_agency(cast: World, office: PostOffice) -> None:
    """Opened, reminded, returned at night, corrected, late, escalated, published; Budi has the rest once a day."""
    english(cast)
    rhythm(cast.budi, "daily")
    cast.items(3)
    with recorded(None):
        CalendarRule.objects.create(fiscal_year=cast.year, opens_itself=True)

    def send_back() -> None:
        one = cast.reports()[0]
        services.send_back(actor=cast.budi, versions=cast.versions([one]), reason=WHY, marks=["status"])

    def publish() -> None:
        services.verify(actor=cast.budi, versions=cast.versions(cast.reports()))
        for verb, who in ((route.SIGN, cast.citra), (route.PUBLISH, cast.citra)):
            outcomes = engine.perform(verb, Report, cast.versions(cast.reports()), actor=who)
            assert all(one.done for one in outcomes), outcomes

    happenings = {
        "02-04 10:00": lambda: cast.submitted(cast.reports()[:2], 10),
        "02-04 22:00": send_back,
        "02-05 10:00": lambda: cast.submitted(cast.reports()[:1], 11),
        "02-06 10:00": lambda: cast.submitted(cast.reports()[2:], 10),
        "02-11 13:00": publish,
    }
    for _at in passing(cast, office, "2026-01-25 00:00", "2026-02-20 20:00", timedelta(hours=1), True):
        if office.when in happenings:
            happenings.pop(office.when)()
    assert happenings == {}
    lines = [
        f"{when} {str(letter['To']).partition('@')[0]}: {str(letter['Subject']).removeprefix('Jenjang: ')}"
        for when, letter in office.received
    ]
    assert sorted(lines) == sorted(MONTH.strip().splitlines())
    assert len(set(office.ids())) == len(lines)
    assert not Outbox.objects.filter(done_at=None).exists()
    assert not Outbox.objects.exclude(last_error="").exists()
    expect_good_manners(office)


def expect_good_manners(office: PostOffice) -> None:
    """Two parts, nothing loaded from outside, a way out of what gathers only, and a return that says why and where."""
    for _when, letter in office.received:
        gathers = "since the last letter" in letter["Subject"]
        assert bool(letter["List-Unsubscribe"]) == bool(letter["List-Unsubscribe-Post"]) == gathers
        assert letter["Auto-Submitted"] == "auto-generated"
        for kind in ("plain", "html"):
            assert "https://jenjang.contoh.test/" in text_of(letter, kind)
        assert "<img" not in text_of(letter, "html") and "url(" not in text_of(letter, "html")
    (back,) = (letter for _when, letter in office.received if "Returned" in letter["Subject"])
    for kind in ("plain", "html"):
        assert WHY in text_of(back, kind)
        assert "About: execution status" in text_of(back, kind)
        assert "Budi Wiratmaka" in text_of(back, kind)


# --- The server is down ----------------------------------------------------------------------------------


def test_down_for_an_hour_none_is_lost_and_none_doubled(
    cast: World, office: PostOffice, returned: list[Report]
) -> None:
    office.close()
    for _at in passing(cast, office, "2026-02-03 09:00", "2026-02-03 10:00", timedelta(seconds=15)):
        assert office.seen == []
    waiting = Outbox.objects.filter(topic="letter", done_at=None)
    assert waiting.count() == 2
    assert {row.last_error for row in waiting} == {"ConnectionRefusedError"}
    office.open()
    for _at in passing(cast, office, "2026-02-03 10:00:15", "2026-02-03 10:12", timedelta(seconds=15)):
        pass
    assert sorted(office.to()) == ["ani@contoh.test"] * 2
    assert len(set(office.ids())) == 2
    assert not Outbox.objects.filter(done_at=None).exists()
    assert Notice.objects.filter(mailed_at=None).count() == 0
    assert Letter.objects.filter(sent_at=None).count() == 0


def test_a_server_that_is_not_there_is_asked_once_a_round(
    cast: World, office: PostOffice, returned: list[Report]
) -> None:
    office.close()
    tasks.drain()
    tried = Outbox.objects.filter(topic="letter", attempts__gt=0)
    assert tried.count() == 1


def test_after_two_days_a_letter_is_given_up_and_can_be_sent_again(
    cast: World, office: PostOffice, returned: list[Report]
) -> None:
    office.close()
    for _at in passing(cast, office, "2026-02-03 09:00", "2026-02-05 11:30", timedelta(minutes=30)):
        pass
    assert Outbox.objects.filter(topic="letter", done_at=None, payload__has_key="failing_since").count() == 0
    over = Outbox.objects.filter(topic="letter", last_error="ConnectionRefusedError").exclude(done_at=None)
    assert over.count() == 2
    office.open()
    assert dead_letters.resend(actor=cast.root) == 2
    tasks.drain()
    assert len(set(office.ids())) == len(office.received) == 2
    assert dead_letters.resend(actor=cast.root) == 0


def test_a_server_that_hangs_up_at_once_is_down_as_well(
    cast: World, office: PostOffice, returned: list[Report]
) -> None:
    office.close()
    with hanging_up(office.port):
        for _at in passing(cast, office, "2026-02-03 09:00", "2026-02-03 09:30", timedelta(minutes=1)):
            pass
    rows = Outbox.objects.filter(topic="letter", done_at=None)
    assert rows.count() == 2
    assert not any("unanswered" in row.payload for row in rows)
    office.open()
    cast.at("2026-02-03 10:00")
    tasks.drain()
    assert len(office.received) == 2


@contextmanager
def hanging_up(port: int) -> Iterator[None]:
    """Somebody who takes up the phone and puts it down."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        listening.settimeout(0.2)
        over = threading.Event()

        def answer() -> None:
            while not over.is_set():
                try:
                    listening.accept()[0].close()
                except TimeoutError:
                    continue

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


# --- The server says no ----------------------------------------------------------------------------------


def test_later_said_the_server_and_later_it_takes_the_letter(
    cast: World, office: PostOffice, returned: list[Report]
) -> None:
    answers = iter(["451 4.7.1 Greylisted", "250 OK", "250 OK"])
    office.refuse = lambda address: next(answers)
    tasks.drain()
    assert len(office.received) == 1
    row = Outbox.objects.get(topic="letter", done_at=None)
    assert (row.attempts, row.last_error) == (1, "SMTPRecipientsRefused 451")
    tasks.drain()
    assert len(office.received) == 1  # not before its time
    cast.at("2026-02-03 09:01")
    tasks.drain()
    assert len(office.received) == 2
    assert len(set(office.ids())) == 2


def test_one_refused_address_is_given_up_at_once_and_the_others_are_served(
    cast: World, office: PostOffice, returned: list[Report]
) -> None:
    cast.at("2026-02-06 07:00")
    office.refuse = lambda address: "550 5.1.1 no such user" if address.startswith("citra") else "250 OK"
    assert tick().digests == 2
    tasks.drain()
    assert sorted(office.to()) == ["ani@contoh.test"] * 3
    row = Outbox.objects.exclude(done_at=None).exclude(last_error="").get()
    assert (row.attempts, row.last_error) == (1, "SMTPRecipientsRefused 550")
    assert "citra" not in str(row.payload)
    assert not Outbox.objects.filter(done_at=None).exists()


def test_a_letter_refused_for_what_is_in_it_is_given_up_and_one_for_lack_of_room_is_not(
    cast: World, office: PostOffice, returned: list[Report]
) -> None:
    answers = iter(["554 5.7.1 looks like spam", "452 4.3.1 no room", "250 OK"])
    office.weigh = lambda letter: next(answers)
    tasks.drain()
    assert office.received == []
    cast.at("2026-02-03 09:05")
    tasks.drain()
    assert len(office.received) == 1
    assert [row.last_error for row in Outbox.objects.exclude(last_error="")] == ["SMTPDataError 554"]


def test_our_own_wrong_password_gives_nothing_up(
    cast: World, office: PostOffice, returned: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"no")

    with monkeypatch.context() as wrong:
        wrong.setattr("approvals.smtp.Backend.open", refuse)
        for minute in range(30):
            cast.at(f"2026-02-03 09:{minute:02}")
            tasks.drain()
    assert Outbox.objects.filter(topic="letter", done_at=None).count() == 2
    cast.at("2026-02-03 10:00")
    tasks.drain()
    assert len(office.received) == 2


# --- The server says nothing -----------------------------------------------------------------------------


def test_a_line_cut_after_the_letter_costs_one_copy_with_the_same_name(
    cast: World, office: PostOffice, returned: list[Report]
) -> None:
    office.drops = 1
    for _at in passing(cast, office, "2026-02-03 09:00", "2026-02-03 09:10", timedelta(minutes=1)):
        pass
    assert len(office.seen) == 3
    assert len(set(office.ids())) == 2
    assert len(office.received) == 2


def test_a_server_that_never_answers_gets_no_third_copy(
    cast: World, office: PostOffice, returned: list[Report]
) -> None:
    office.drops = 1000
    for _at in passing(cast, office, "2026-02-03 09:00", "2026-02-03 12:00", timedelta(minutes=5)):
        pass
    assert len(office.seen) == 4
    assert len(set(office.ids())) == 2
    over = Outbox.objects.filter(topic="letter").exclude(done_at=None)
    assert [row.last_error for row in over] == ["unanswered"] * 2


def test_a_server_that_hangs_at_goodbye_has_the_letter_all_the_same(
    cast: World, office: PostOffice, returned: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(self: smtplib.SMTP) -> None:
        raise TimeoutError

    monkeypatch.setattr(smtplib.SMTP, "quit", hang)
    tasks.drain()
    cast.at("2026-02-03 11:00")
    tasks.drain()
    assert len(office.seen) == 2
    assert Letter.objects.filter(sent_at=None).count() == 0


def test_a_slow_server_locks_nothing(committed: dict[str, str], cast: World, office: PostOffice) -> None:
    cast.items(1)
    reports = cast.open()
    versions = cast.submitted(reports, 10)
    services.send_back(actor=cast.budi, versions=versions, reason=WHY)
    office.gate.clear()

    def work() -> None:
        try:
            tasks.drain()
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert office.reached.wait(30)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND xact_start IS NOT NULL AND backend_type = 'client backend'"
            )
            assert cursor.fetchone() == (0,)
            cursor.execute(
                "SELECT o.id, l.id, n.id, u.id FROM workflow_outbox o, approvals_letter l, approvals_notice n, registry_user u"
                " FOR UPDATE NOWAIT"
            )
        assert tasks.drain() == 0  # another worker finds nothing to do
    finally:
        office.gate.set()
        worker.join(30)
    assert len(office.received) == 1
    assert not Outbox.objects.filter(done_at=None).exists()


# --- Times and rhythms -----------------------------------------------------------------------------------


def test_waits_grow_from_ten_seconds_to_ten_minutes() -> None:
    waits = [delivering.wait_after(attempts).total_seconds() for attempts in range(1, 10)]
    assert waits == [10, 20, 40, 80, 160, 320, 600, 600, 600]
    assert delivering.wait_after(30_000) == timedelta(minutes=10)
