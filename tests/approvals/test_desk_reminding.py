"""Reminding who has not submitted: the holder, once a day for a report, one notice however many reports."""

import pytest
from django.db import connection

from approvals import desk_reminding
from approvals.models import Notice
from approvals.tasks import drain
from ledger.recording import recorded
from registry.models import Assignment, User
from submissions.models import Report
from tests.approvals.deskwork import as_, plain, plain_text, second_officer
from tests.cast import World
from workflow.models import Outbox


@pytest.fixture
def owed(cast: World) -> list[Report]:
    """Two reports that Ani owes, and one that Joko does."""
    second_officer(cast)
    cast.items(2)
    cast.item("1.03.10.2.01.0500", officer="joko")
    return cast.open()


def test_one_officer_is_reminded_of_all_of_his(cast: World, owed: list[Report]) -> None:
    budi = as_(cast.budi)
    page = budi.get("/inbox/?tab=missing")
    assert [(one["name"], one["count"]) for one in page.context["officers"]] == [
        ("Ani Lembayung", 2),
        ("Joko Telaga", 1),
    ]
    told = budi.post("/inbox/", {"do": "remind", "officer": cast.posts["officer"].pk}, follow=True)
    assert told.redirect_chain == [("/inbox/?tab=missing", 302)]
    assert "Reminded of reports: 2. Told: Ani Lembayung." in plain_text(told)
    drain()
    notice = Notice.objects.get()
    assert (notice.person, notice.code) == (cast.ani, "notice.report.reminded_many")
    assert notice.params["count"] == 2 and notice.link.startswith("/entry/2026-01/#r")
    assert "Budi Wiratmaka (Kepala Bidang Bina Marga" in plain_text(as_(cast.ani).get("/notices/"))
    rows = budi.get("/inbox/?tab=missing").context["missing"]
    assert [bool(row["reminded"]) for row in rows] == [True, True, False]
    assert "Reminded by Budi Wiratmaka" in rows[0]["reminded"]


def test_all_are_reminded_once_a_day_whoever_reminds(cast: World, owed: list[Report]) -> None:
    budi, citra = as_(cast.budi), as_(cast.citra)
    assert "Reminded of reports: 3. Told: Ani Lembayung, Joko Telaga." in plain_text(
        budi.post("/inbox/", {"do": "remind"}, follow=True)
    )
    for client, address in ((budi, "/inbox/"), (citra, "/sign/")):
        told = plain_text(client.post(address, {"do": "remind"}, follow=True))
        assert "they were today already: 3" in told and "Reminded of reports" not in told
    drain()
    assert Notice.objects.count() == 2
    cast.at("2026-02-04 00:30")
    assert "Reminded of reports: 3." in plain_text(citra.post("/sign/", {"do": "remind"}, follow=True))
    drain()
    drain()
    assert Notice.objects.count() == 4
    assert Outbox.objects.filter(topic="report.reminded").count() == 6


def test_the_filter_of_the_list_holds_for_the_reminder(cast: World, owed: list[Report]) -> None:
    posted = {"do": "remind", "filter": f"tab=missing&officer={cast.posts['joko'].pk}"}
    as_(cast.budi).post("/inbox/", posted)
    assert [row.payload["id"] for row in Outbox.objects.filter(topic="report.reminded")] == [owed[2].pk]


def test_a_reminder_is_recorded_with_who_gave_it(cast: World, owed: list[Report]) -> None:
    as_(cast.budi).post("/inbox/", {"do": "remind", "officer": cast.posts["joko"].pk})
    row = Outbox.objects.get(topic="report.reminded")
    assert row.key == f"report.reminded:{owed[2].pk}:2026-02-03"
    assert (row.payload["id"], row.payload["step"], row.payload["by"]) == (
        owed[2].pk,
        owed[2].step,
        cast.budi.pk,
    )
    drain()
    notice = Notice.objects.get()
    assert notice.code == "notice.report.reminded" and notice.params["person"] == "Budi Wiratmaka"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) > 0 FROM ledger.event WHERE of_table = 'approvals_notice' AND of_row = %s",
            [notice.pk],
        )
        assert cursor.fetchone() == (True,)


def test_what_was_submitted_meanwhile_is_left_out(cast: World, owed: list[Report]) -> None:
    as_(cast.budi).post("/inbox/", {"do": "remind"})
    cast.submitted(owed[:2], 5)
    drain()
    assert {
        notice.person.username for notice in Notice.objects.filter(code__startswith="notice.report.reminded")
    } == {"joko"}


def test_only_who_can_act_is_reminded(cast: World, owed: list[Report]) -> None:
    with recorded(None):
        Assignment.objects.filter(person=cast.people["joko"]).update(valid_to="2026-02-02")
        User.objects.filter(pk=cast.ani.pk).update(is_active=False)
    told = plain_text(as_(cast.budi).post("/inbox/", {"do": "remind"}, follow=True))
    assert "nobody else holds the officer's post: 3" in told
    assert not Outbox.objects.filter(topic="report.reminded").exists()


def test_of_a_locked_month_nobody_is_reminded(cast: World, owed: list[Report]) -> None:
    cast.at("2026-02-25 09:00")
    told = plain_text(as_(cast.budi).post("/inbox/", {"do": "remind"}, follow=True))
    assert "the month takes no entry any more: 3" in told
    assert not Outbox.objects.filter(topic="report.reminded").exists()


@pytest.mark.parametrize("who", ["ani", "dewi", "eko", "gita", "root"])
def test_who_has_no_desk_reminds_nobody(cast: World, owed: list[Report], who: str) -> None:
    for address in ("/inbox/", "/sign/", "/reviews/"):
        assert as_(cast.people[who]).post(address, {"do": "remind"}).status_code == 404
    assert not Outbox.objects.filter(topic="report.reminded").exists()


def test_another_agency_is_not_his_to_remind(cast: World, owed: list[Report]) -> None:
    told = as_(cast.fitri).post("/inbox/", {"do": "remind", "officer": cast.posts["officer"].pk}, follow=True)
    assert "Nobody is left to be reminded" in plain_text(told)
    for odd in ("x", "-1", "9" * 30, "\x00"):
        assert as_(cast.budi).post("/inbox/", {"do": "remind", "officer": odd}).status_code == 302
    assert not Outbox.objects.filter(topic="report.reminded").exists()


def test_what_is_submitted_is_nobody_to_remind_of(cast: World) -> None:
    reports = plain(cast, 1)
    done = desk_reminding.remind(actor=cast.budi, reports=[reports[0].pk])
    assert done.locked == [reports[0].pk] and not done.told
