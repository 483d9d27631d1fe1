"""The calendar's page: each head sees his agency, the bureau sees all, and extends for an outage by one click."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client

from ledger import clock
from ledger.recording import recorded
from registry import grants
from registry.models import Post, Unit, User
from submissions import outages
from submissions.calendar import CalendarRefused, close_month, extend, open_month
from submissions.models import Heartbeat, Period, Report
from submissions.month_board import board, months
from submissions.ticking import tick
from tests.cast import World, assign
from tests.sixty import region
from workflow import engine, granting, route
from workflow.models import Grant, Outbox

WITA = ZoneInfo("Asia/Makassar")


@pytest.fixture(autouse=True)
def english(cast: World) -> None:
    with recorded(None):
        User.objects.update(language="en")


@pytest.fixture
def month(cast: World) -> list[Report]:
    cast.items(3)
    return cast.open()


@pytest.fixture
def bureau(cast: World) -> Post:
    """Gita heads the bureau that oversees reporting."""
    with recorded(None):
        post = Post.objects.create(
            unit=Unit.objects.get(parent=None), role="oversight", title="Kepala Biro Organisasi"
        )
    assign(cast.gita, post)
    return post


def as_(person: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(person: Any, query: str = "") -> str:
    answer = as_(person).get(f"/calendar/{query}")
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def beats(start: str, end: str) -> None:
    """The calendar ran each minute from one local moment to another."""
    first, last = (datetime.fromisoformat(text).replace(tzinfo=WITA) for text in (start, end))
    minutes = int((last - first) / timedelta(minutes=1)) + 1
    Heartbeat.objects.bulk_create(
        [Heartbeat(minute=first + timedelta(minutes=n)) for n in range(minutes)], ignore_conflicts=True
    )


# --- The page --------------------------------------------------------------------------------------------


def test_a_head_sees_his_own_agency_and_who_has_what_since_when(cast: World, month: list[Report]) -> None:
    cast.item(
        "1.02.01.2.01.0001", unit=cast.other_agency, officer="other_officer", verifier="other_section_head"
    )
    open_month(fiscal_year=cast.year, month=1)
    cast.submitted(month[:1], 10)
    cast.at("2026-02-12 09:00")
    tick()
    seen = page(cast.citra)
    assert "Dinas Pekerjaan Umum" in seen and "Dinas Kesehatan" not in seen
    assert "Late" in seen and "2 working days late" in seen
    assert "0 of 3" in seen
    assert "2 to enter and submit: Ani Lembayung" in seen
    assert "1 to verify: Budi Wiratmaka" in seen
    assert "since 3 February 2026" in seen
    assert "2 reminders" in seen and "1 escalation" in seen and "skipped while nothing ran" in seen


def test_a_section_head_sees_the_month_of_his_agency(cast: World, month: list[Report]) -> None:
    assert "Dinas Pekerjaan Umum" in page(cast.budi)


def test_who_may_not_look_finds_nothing(cast: World, month: list[Report]) -> None:
    for stranger in (cast.ani, cast.gita, cast.dewi, cast.root):
        assert as_(stranger).get("/calendar/").status_code == 404
    assert Client().get("/calendar/").status_code == 302
    assert as_(cast.citra).get("/calendar/?month=2031-01").status_code == 404
    assert as_(cast.citra).post("/calendar/").status_code == 405


def test_a_grant_to_oversee_shows_all_below_and_moves_nothing(cast: World, month: list[Report]) -> None:
    grants.give(grants.OVERSEE, cast.gita, Unit.objects.get(parent=None))
    assert "Dinas Pekerjaan Umum" in page(cast.gita)
    assert as_(cast.gita).post("/calendar/outage/", {"key": "x"}).status_code == 404


def test_before_the_first_month_the_page_says_so(cast: World, bureau: Post) -> None:
    assert "No month is open yet" in page(cast.gita)


def test_stages_extensions_reopenings_faults_and_vacancies_are_shown(
    cast: World, month: list[Report], bureau: Post
) -> None:
    extend(
        fiscal_year=cast.year, month=1, agencies=[cast.agency], new_due=date(2026, 2, 12),
        reason="Server SIPD padam", actor=cast.gita,
    )  # fmt: skip
    with recorded(None):
        cast.posts["section_head"].assignments.update(valid_to=date(2026, 2, 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO submissions_calendarfault (agency_id, kind, error, first_at, last_at, times)"
            " VALUES (%s, 'acts', 'OperationalError', jenjang_now(), jenjang_now(), 3)",
            [cast.agency.pk],
        )
    seen = page(cast.gita)
    assert "12 February 2026 23:59 WITA" in seen
    assert "Server SIPD padam" in seen and "Gita Karangjati" in seen
    assert "3 times since" in seen and "OperationalError" in seen
    assert "Kepala Bidang Bina Marga, Dinas Pekerjaan Umum (for 3 sub-activities)" in seen
    cast.at("2026-02-24 09:00")
    assert "Locked" in page(cast.gita)
    granting.give(
        key="request-1", kind="reopening", actor=cast.gita, office="Kepala Bagian Adbang", scope_path=cast.agency.path,
        subjects=["2026-01"], reason="Bendahara berganti", expires_at=datetime(2026, 2, 27, 23, 59, tzinfo=WITA),
    )  # fmt: skip
    seen = page(cast.gita)
    assert "Reopened" in seen and "until 27 February 2026 23:59 WITA" in seen
    close_month(fiscal_year=cast.year, month=1)
    assert "Closed for good" in page(cast.gita)


def test_a_reopened_december_does_not_reopen_the_adjustment(
    cast: World, month: list[Report], bureau: Post
) -> None:
    for number in range(2, 14):
        cast.open(number)
    cast.at("2027-03-01 10:00")
    granting.give(
        key="request-1", kind="reopening", actor=cast.gita, office="Kepala Bagian Adbang", scope_path=cast.agency.path,
        subjects=["2026-12"], reason="Bendahara berganti", expires_at=datetime(2027, 3, 5, 23, 59, tzinfo=WITA),
    )  # fmt: skip
    shown = {
        one.slug: [bool(standing.reopened_until) for standing in board(one, [cast.agency.path], clock.now())]
        for one in months([cast.agency.path])[:2]
    }
    assert shown == {"2026-13": [False], "2026-12": [True]}


def test_a_finished_month_is_complete_and_late_by_its_last_report(cast: World, month: list[Report]) -> None:
    versions = cast.submitted(month, 10)
    engine.perform(route.VERIFY, Report, versions, actor=cast.budi)
    cast.at("2026-02-12 10:00")
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, dict.fromkeys(versions), actor=cast.citra, whole=True)
    cast.at("2026-03-20 10:00")
    seen = page(cast.citra)
    assert "Complete" in seen and "3 of 3" in seen and "2 working days late" in seen
    assert "nobody" in seen


def test_the_page_costs_the_same_for_one_agency_and_for_twenty(
    cast: World, month: list[Report], bureau: Post, statements: Callable[[], Any]
) -> None:
    cast.at("2026-02-12 09:00")
    tick()
    client = as_(cast.gita)
    client.get("/calendar/")
    with statements() as few:
        client.get("/calendar/")
    region(cast, 20)
    open_month(fiscal_year=cast.year, month=1)
    cast.at("2026-02-13 09:00")
    tick()
    with statements() as many:
        assert "Dinas 20" in client.get("/calendar/").content.decode()
    assert len(many) == len(few) <= 26, str(many)


# --- Extensions ------------------------------------------------------------------------------------------


def extended(cast: World, day: str, **options: Any) -> int:
    return extend(
        fiscal_year=cast.year, month=1, agencies=[cast.agency], new_due=date.fromisoformat(day),
        reason="Server SIPD padam dua hari", actor=cast.citra, **options,
    )  # fmt: skip


def test_an_extension_moves_all_deadlines_and_leaves_its_trace(cast: World, month: list[Report]) -> None:
    before = cast.period()
    assert extended(cast, "2026-02-25") == 1
    after = cast.period()
    assert after.sign_due == datetime(2026, 2, 25, 23, 59, 59, tzinfo=WITA)
    assert after.entry_due - before.entry_due == after.verify_due - before.verify_due == timedelta(days=15)
    assert after.lock_at == datetime(2026, 2, 26, tzinfo=WITA)
    kept = after.history.latest()
    assert (kept.history_user_id, kept.history_type) == (cast.citra.pk, "~")
    assert kept.history_change_reason == "extend: Server SIPD padam dua hari"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ledger.event WHERE of_table = 'submissions_period' AND payload::json ->> 'actor' = %s",
            [str(cast.citra.pk)],
        )
        assert cursor.fetchone() == (1,)


def test_a_second_time_changes_nothing(cast: World, month: list[Report]) -> None:
    assert (extended(cast, "2026-02-25"), extended(cast, "2026-02-25")) == (1, 0)
    assert cast.period().history.count() == 2


@pytest.mark.parametrize(
    ("day", "at", "code"),
    [
        ("2026-02-02", "2026-02-03 09:00", "calendar.extend_past"),
        ("2026-02-09", "2026-02-03 09:00", "calendar.extend_earlier"),
        ("2026-02-27", "2026-02-21 00:00", "calendar.extend_locked"),
    ],
)
def test_a_deadline_that_cannot_move_is_refused_with_a_sentence(
    cast: World, month: list[Report], day: str, at: str, code: str
) -> None:
    cast.at(at)
    with pytest.raises(CalendarRefused, match=code):
        extended(cast, day)


def test_a_month_that_is_not_open_cannot_be_extended(cast: World) -> None:
    with pytest.raises(CalendarRefused, match="extend_not_open"):
        extended(cast, "2026-02-25")


def test_after_an_extension_who_was_late_is_late_no_more_and_is_reminded_anew(
    cast: World, month: list[Report]
) -> None:
    cast.at("2026-02-11 09:00")
    tick()
    assert "Late" in page(cast.citra)
    extended(cast, "2026-02-20")
    assert "To be reported" in page(cast.citra)
    Outbox.objects.all().delete()
    cast.at("2026-02-13 19:00")
    tick()
    (row,) = Outbox.objects.all()
    assert [line["act"] for line in row.payload["lines"]] == ["remind"]


# --- Outages ---------------------------------------------------------------------------------------------


@pytest.fixture
def outage(cast: World, month: list[Report], bureau: Post) -> None:
    """Nothing ran from 20:30 on Tuesday the 10th, the last day, until 01:00."""
    beats("2026-02-10 08:00", "2026-02-10 20:30")
    beats("2026-02-11 01:00", "2026-02-11 01:05")
    cast.at("2026-02-11 08:00")


def test_the_bureau_is_offered_an_extension_after_an_outage(cast: World, outage: None) -> None:
    seen = page(cast.gita)
    assert "The system was down before a deadline of January 2026" in seen
    assert "Only 12 % of the four hours before 10 February 2026 23:59 WITA (to sign) were served." in seen
    assert "1 agency would have until 11 February 2026." in seen
    assert "was down" not in page(cast.citra)


def test_one_click_extends_and_a_second_one_changes_nothing(cast: World, outage: None) -> None:
    (found,) = outages.outages([cast.government.unit_set.get(parent=None).path])
    gita = as_(cast.gita)
    answer = gita.post("/calendar/outage/", {"key": found.key}, follow=True).content.decode()
    assert "The deadlines of 1 agency were extended" in answer
    assert cast.period().sign_due == datetime(2026, 2, 11, 23, 59, 59, tzinfo=WITA)
    grant = Grant.objects.get()
    assert (grant.kind, grant.granted_by, grant.granted_office) == (
        "extension", cast.gita, "Kepala Biro Organisasi, Kabupaten Mahakarsa Hulu",
    )  # fmt: skip
    assert "12" in grant.reason and "10 Februari 2026 23.59" in grant.reason
    again = gita.post("/calendar/outage/", {"key": found.key}, follow=True).content.decode()
    assert "Nothing was changed" in again
    assert Grant.objects.count() == 1
    assert "was down" not in again


def test_only_an_oversight_office_extends_for_an_outage(cast: World, outage: None) -> None:
    (found,) = outages.outages([cast.government.unit_set.get(parent=None).path])
    for other in (cast.citra, cast.budi, cast.ani, cast.root, cast.dewi):
        assert as_(other).post("/calendar/outage/", {"key": found.key}).status_code == 404
    with pytest.raises(CalendarRefused):
        outages.extend_for(actor=cast.citra, key=found.key)
    assert as_(cast.gita).get("/calendar/outage/").status_code == 405
    assert not Grant.objects.exists()


@pytest.mark.parametrize("key", ["", "outage-1-1-sign-203001010000", "nonsense", "a-b-c-d-e-f"])
def test_a_proposal_that_is_not_there_is_said_politely(cast: World, outage: None, key: str) -> None:
    seen = as_(cast.gita).post("/calendar/outage/", {"key": key}, follow=True).content.decode()
    assert "Nothing was changed" in seen


def test_two_lost_minutes_are_no_outage_and_three_are(cast: World, month: list[Report], bureau: Post) -> None:
    beats("2026-02-10 08:00", "2026-02-10 23:57")
    cast.at("2026-02-11 08:00")
    assert "was down" not in page(cast.gita)
    Heartbeat.objects.filter(minute=datetime(2026, 2, 10, 23, 57, tzinfo=WITA)).delete()
    assert "was down" in page(cast.gita)


def test_before_the_first_heartbeat_nothing_is_known(cast: World, month: list[Report], bureau: Post) -> None:
    beats("2026-02-10 23:00", "2026-02-10 23:30")
    cast.at("2026-02-11 08:00")
    assert "was down" not in page(cast.gita)


def test_a_locked_or_finished_month_is_not_offered(cast: World, outage: None) -> None:
    cast.at("2026-02-21 08:00")
    assert "was down" not in page(cast.gita)
    assert Period.objects.get().lock_at == datetime(2026, 2, 21, tzinfo=WITA)


def test_an_outage_before_the_entry_deadline_moves_everything_by_as_much(
    cast: World, month: list[Report], bureau: Post
) -> None:
    beats("2026-02-05 08:00", "2026-02-05 21:00")
    beats("2026-02-06 02:00", "2026-02-06 02:10")
    cast.at("2026-02-06 08:00")
    (found,) = outages.outages([bureau.unit.path])
    assert (found.step, found.new_due) == ("entry", date(2026, 2, 11))
    outages.extend_for(actor=cast.gita, key=found.key)
    assert cast.period().entry_due == datetime(2026, 2, 6, 23, 59, 59, tzinfo=WITA)
