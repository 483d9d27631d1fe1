"""Who is told, when and by what: rhythm, quiet hours, only who can act, nothing that is no longer true."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from approvals import gathering, services, tasks
from approvals.models import Notice, Preference
from approvals.notices import everyone, tell
from approvals.quiet import quiet_until
from ledger.recording import recorded
from registry.models import Post, User
from submissions import services as entering
from submissions.models import CalendarRule, Editor, Report
from submissions.ticking import tick
from tests.cast import WITA, World, assign
from workflow import engine, route
from workflow.models import Outbox

WHY = "Bukti SP2D belum ada di berkas"


@pytest.fixture
def reports(cast: World) -> list[Report]:
    """Three reports of Ani's; everybody reads English."""
    with recorded(None):
        User.objects.update(language="en")
    cast.items(3)
    return cast.open()


def wish(person: User, rhythm: str, **quiet: time) -> None:
    with recorded(None):
        Preference.objects.update_or_create(person=person, defaults={"rhythm": rhythm, **quiet})


def send_back(cast: World, reports: list[Report], **options: Any) -> None:
    versions = cast.submitted(reports, 10)
    services.send_back(actor=cast.budi, versions=versions, reason=WHY, **options)


def publish(cast: World, reports: list[Report]) -> None:
    services.verify(actor=cast.budi, versions=cast.submitted(reports, 10))
    for verb in (route.SIGN, route.PUBLISH):
        outcomes = engine.perform(verb, Report, cast.versions(reports), actor=cast.citra)
        assert all(one.done for one in outcomes), outcomes


def letters() -> list[tuple[str, str]]:
    """(to whom, subject) of everything sent so far, in the order it was sent."""
    tasks.drain()
    return [(one.to[0].partition("@")[0], one.subject.removeprefix("Jenjang: ")) for one in mail.outbox]


# --- Rhythm ----------------------------------------------------------------------------------------------


def test_one_act_is_one_letter_and_a_notice_for_each_report(cast: World, reports: list[Report]) -> None:
    publish(cast, reports)
    assert letters() == [
        ("ani", "Published: 1.03.10.2.01.0001 Pemeliharaan Rutin Jalan, January 2026, and 2 more")
    ]
    assert Notice.objects.filter(person=cast.ani).exclude(mailed_at=None).count() == 3
    assert all(one.token in mail.outbox[0].body for one in reports)


def test_a_return_comes_at_once_whatever_the_rhythm_and_names_the_cells(
    cast: World, reports: list[Report]
) -> None:
    wish(cast.ani, "never")
    line = reports[0].lines.get()
    send_back(cast, reports[:1], marks=["status", f"line-{line.pk}", "increment"])
    assert letters() == [("ani", "Returned: 1.03.10.2.01.0001 Pemeliharaan Rutin Jalan, January 2026")]
    assert WHY in mail.outbox[0].body
    assert f"About: execution status, {line.line.account_code}" in mail.outbox[0].body
    assert "physical progress" in mail.outbox[0].body


def test_daily_gathers_what_was_not_read_until_seven(cast: World, reports: list[Report]) -> None:
    wish(cast.ani, "daily")
    publish(cast, reports[:2])
    assert letters() == []
    cast.at("2026-02-04 06:59")
    assert gathering.gather() == 0
    cast.at("2026-02-04 07:00")
    with recorded(None):
        Notice.objects.filter(params__code="1.03.10.2.01.0002").update(read_at=cast.at("2026-02-04 07:00"))
    assert gathering.gather() == 1
    assert gathering.gather() == 0
    assert letters() == [("ani", "1 notice since the last letter")]
    assert "1.03.10.2.01.0001" in mail.outbox[0].body
    assert "1.03.10.2.01.0002" not in mail.outbox[0].body
    cast.at("2026-02-05 07:00")
    assert gathering.gather() == 0  # nothing new


def test_what_comes_after_seven_waits_for_the_next_morning(cast: World, reports: list[Report]) -> None:
    wish(cast.ani, "daily")
    cast.at("2026-02-04 07:01")
    publish(cast, reports[:1])
    tasks.drain()
    cast.at("2026-02-04 07:05")
    assert gathering.gather() == 0
    cast.at("2026-02-05 11:00")  # the worker stood still until then
    assert gathering.gather() == 1


def test_weekly_comes_on_the_first_working_day_of_the_week(cast: World, reports: list[Report]) -> None:
    wish(cast.ani, "weekly")
    publish(cast, reports[:1])
    tasks.drain()
    made = {}
    for day in range(4, 18):
        cast.at(f"2026-02-{day:02} 08:00")
        made[day] = gathering.gather()
    assert [day for day, count in made.items() if count] == [9]


def test_nothing_gathers_on_a_day_off(cast: World, reports: list[Report]) -> None:
    wish(cast.ani, "daily")
    cast.at("2026-02-06 19:00")
    publish(cast, reports[:1])
    tasks.drain()
    for day, expected in ((7, 0), (8, 0), (9, 1)):
        cast.at(f"2026-02-{day:02} 08:00")
        assert gathering.gather() == expected, day


def test_never_means_in_the_application_only(cast: World, reports: list[Report]) -> None:
    wish(cast.ani, "never")
    publish(cast, reports)
    cast.at("2026-02-09 07:00")
    assert gathering.gather() == 0
    assert letters() == []
    assert Notice.objects.filter(person=cast.ani).count() == 3


def test_the_letter_for_a_daily_reader_keeps_the_zone_of_his_government(
    cast: World, reports: list[Report]
) -> None:
    wish(cast.ani, "daily")
    with recorded(None):
        cast.government.time_zone = "Asia/Karachi"
        cast.government.save()
    publish(cast, reports[:1])
    tasks.drain()
    cast.at("2026-02-04 07:00")  # four in the morning there
    assert gathering.gather() == 0
    cast.at("2026-02-04 10:00")
    assert gathering.gather() == 1


# --- Quiet hours -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "begin", "end", "until"),
    [
        ("20:59", "21:00", "06:00", None), ("21:00", "21:00", "06:00", "+06:00"), ("23:59", "21:00", "06:00", "+06:00"),
        ("00:00", "21:00", "06:00", "06:00"), ("05:59", "21:00", "06:00", "06:00"), ("06:00", "21:00", "06:00", None),
        ("12:30", "12:00", "13:00", "13:00"), ("13:00", "12:00", "13:00", None), ("03:00", "00:00", "00:00", None),
        ("23:00", "22:00", "00:00", "+00:00"), ("00:00", "22:00", "00:00", None),
    ],
)  # fmt: skip
def test_quiet_hours_end_when_they_end(at: str, begin: str, end: str, until: str | None) -> None:
    day = datetime(2026, 2, 3, tzinfo=WITA)
    hour, minute = map(int, at.split(":"))
    expected = None
    if until:
        later = time.fromisoformat(until.removeprefix("+"))
        expected = datetime.combine(
            day.date() + timedelta(days=until[0] == "+"), later, tzinfo=WITA
        ).astimezone(UTC)
    found = quiet_until(
        day.replace(hour=hour, minute=minute),
        "Asia/Makassar",
        time.fromisoformat(begin),
        time.fromisoformat(end),
    )
    assert found == expected


def test_at_night_a_letter_waits_and_is_not_lost(cast: World, reports: list[Report]) -> None:
    cast.at("2026-02-03 21:30")
    send_back(cast, reports[:1])
    assert letters() == []
    assert Notice.objects.filter(person=cast.ani).count() == 1  # the app has it
    row = Outbox.objects.get(topic="letter")
    assert (row.attempts, row.last_error) == (0, "")
    cast.at("2026-02-04 05:59")
    assert letters() == []
    cast.at("2026-02-04 06:00")
    assert len(letters()) == 1


def test_a_person_keeps_quiet_hours_of_his_own(cast: World, reports: list[Report]) -> None:
    wish(cast.ani, "at_once", quiet_from=time(8), quiet_to=time(16))
    send_back(cast, reports[:1])
    assert letters() == []
    cast.at("2026-02-03 16:00")
    assert len(letters()) == 1
    wish(cast.ani, "at_once", quiet_from=time(0), quiet_to=time(0))
    cast.at("2026-02-03 23:00")
    send_back(cast, reports[1:2])
    assert len(letters()) == 2


def test_the_last_reminder_goes_through_because_afterwards_it_is_of_no_use(
    cast: World, reports: list[Report]
) -> None:
    wish(cast.ani, "at_once", quiet_from=time(18), quiet_to=time(7))
    cast.at("2026-02-04 19:00")  # a day before: it may wait for the morning
    tick()
    assert letters() == []
    cast.at("2026-02-05 07:00")
    assert len(letters()) == 1
    cast.at("2026-02-05 19:00")  # the deadline is tonight
    tick()
    assert len(letters()) == 2


# --- Only who can act ------------------------------------------------------------------------------------


def test_who_left_or_is_locked_out_is_not_told(cast: World, reports: list[Report]) -> None:
    versions = cast.submitted(reports[:1], 10)
    with recorded(None):
        cast.posts["officer"].assignments.update(valid_to=date(2026, 2, 2))
        assign(cast.gita, cast.posts["officer"], start="2026-02-03")
    services.send_back(actor=cast.budi, versions=versions, reason=WHY)
    assert letters() == [("gita", "Returned: 1.03.10.2.01.0001 Pemeliharaan Rutin Jalan, January 2026")]
    with recorded(None):
        User.objects.filter(pk=cast.gita.pk).update(is_active=False)
    send_by_act = Notice.objects.count()
    tell(event="e", code="notice.report.returned", to=everyone([User.objects.get(pk=cast.gita.pk)], {}, "/"))
    assert Notice.objects.count() == send_by_act


def test_who_is_locked_out_before_the_letter_goes_gets_none(cast: World, reports: list[Report]) -> None:
    cast.at("2026-02-03 22:00")
    send_back(cast, reports[:1])
    assert letters() == []
    with recorded(None):
        User.objects.filter(pk=cast.ani.pk).update(is_active=False)
    cast.at("2026-02-04 06:00")
    assert letters() == []
    assert Outbox.objects.get(topic="letter").payload["dropped"] == "nobody"


def test_a_report_sent_one_tier_back_is_told_to_that_tier_and_to_its_officer(
    cast: World, reports: list[Report]
) -> None:
    versions = cast.submitted(reports[:1], 10)
    services.verify(actor=cast.budi, versions=versions)
    services.send_back(actor=cast.citra, versions=versions, reason=WHY, to_previous_tier=True)
    assert {who for who, _subject in letters()} == {"ani", "budi"}


def test_a_correction_is_told_to_who_can_verify_it_and_did_not_enter_it(
    cast: World, reports: list[Report]
) -> None:
    send_back(cast, reports[:1])
    tasks.drain()
    with recorded(None):
        assign(
            cast.gita, Post.objects.create(unit=cast.agency, role="section_head", title="Kabid Cipta Karya")
        )
    cast.submitted(reports[:1], 11)
    assert [who for who, subject in letters() if subject.startswith("Submitted again")] == ["budi"]
    send_back(cast, reports[1:2])
    with recorded(None):
        Editor.objects.create(report=reports[1], person=cast.budi)
    cast.submitted(reports[1:2], 11)
    assert [who for who, subject in letters() if subject.startswith("Submitted again")] == ["budi"]


def test_a_correction_that_moved_on_is_told_to_nobody(cast: World, reports: list[Report]) -> None:
    send_back(cast, reports[:1])
    versions = cast.submitted(reports[:1], 11)
    entering.recall(actor=cast.ani, versions=versions)
    assert {subject.partition(":")[0] for _who, subject in letters()} == {"Returned"}


def test_a_first_submission_leaves_no_row_for_the_worker(cast: World, reports: list[Report]) -> None:
    cast.submitted(reports, 10)
    assert not Outbox.objects.exists()


def test_officers_hear_that_a_month_is_open_each_once(cast: World) -> None:
    with recorded(None):
        User.objects.update(language="en")
        CalendarRule.objects.create(fiscal_year=cast.year, opens_itself=True)
    cast.items(2)
    cast.item(
        "1.02.01.2.02.0001", unit=cast.other_agency, officer="other_officer", verifier="other_section_head"
    )
    cast.at("2026-01-26 08:00")
    tick()
    assert letters() == [
        ("ani", "January 2026 is open: 2 reports to enter"), ("eko", "January 2026 is open: 1 reports to enter"),
    ]  # fmt: skip
    tick()
    assert len(letters()) == 2


# --- Numbers ---------------------------------------------------------------------------------------------


def test_telling_takes_the_same_statements_for_one_and_for_fifty(cast: World, statements: Any) -> None:
    counts = []
    for many in (1, 50):
        people = [
            User(username=f"p{many}-{n}", name=f"P {n}", email=f"p{many}-{n}@contoh.test")
            for n in range(many)
        ]
        with recorded(None):
            User.objects.bulk_create(people)
        with transaction.atomic(), statements() as seen:
            tell(
                event=f"e{many}",
                code="notice.month.opened",
                to=everyone(people, {}, "/"),
                together=f"t{many}",
            )
        counts.append(len(seen))
        assert Notice.objects.filter(key__startswith=f"e{many}:").exclude(letter=None).count() == many
    assert counts[0] == counts[1] <= 14


def test_gathering_takes_the_same_statements_for_one_and_for_fifty(cast: World, statements: Any) -> None:
    counts = []
    for many, day in ((1, 4), (50, 5)):
        people = [
            User(username=f"g{many}-{n}", name=f"P {n}", email=f"g{many}-{n}@contoh.test")
            for n in range(many)
        ]
        with recorded(None):
            User.objects.bulk_create(people)
            Preference.objects.bulk_create([Preference(person=one, rhythm="daily") for one in people])
        tell(event=f"g{many}", code="notice.month.opened", to=everyone(people, {}, "/"))
        cast.at(f"2026-02-{day:02} 07:00")
        with statements() as seen:
            assert gathering.gather() == many
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 25
