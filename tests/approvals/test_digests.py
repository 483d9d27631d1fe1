"""A digest is one notice and one letter, in the reader's language and the government's zone, by day only."""

import pytest
from django.core import mail
from django.test import Client

from approvals import tasks
from approvals.models import Notice
from ledger.recording import recorded
from registry.models import Government, Post, Unit, User
from submissions.calendar import open_month
from submissions.models import Report
from submissions.ticking import tick
from tests.cast import World, assign
from tests.sixty import region
from tests.together import together
from workflow.models import Outbox

FIRST_LATE_MORNING = "2026-02-06 07:00"


@pytest.fixture
def month(cast: World) -> list[Report]:
    """Three reports of Ani's, January open; everybody reads English, but Citra reads Indonesian."""
    with recorded(None):
        User.objects.exclude(username="citra").update(language="en")
    cast.items(3)
    return cast.open()


def told(cast: World, at: str) -> None:
    cast.at(at)
    assert tick().failed == []
    tasks.drain()
    assert not Outbox.objects.filter(done_at=None).exists()


def test_a_person_gets_one_notice_and_one_letter_with_all_that_waits(
    cast: World, month: list[Report]
) -> None:
    cast.submitted(month[:1], 10)
    told(cast, "2026-02-10 07:00")
    assert sorted(letter.to[0] for letter in mail.outbox) == [
        "ani@contoh.test",
        "budi@contoh.test",
        "citra@contoh.test",
    ]
    (letter,) = (one for one in mail.outbox if one.to == ["budi@contoh.test"])
    assert letter.subject == "Jenjang: Overdue: 1 reports wait for you."
    assert "January 2026, Dinas Pekerjaan Umum: 1 to verify since 9 February 2026 23:59 WITA." in letter.body
    assert f"/reports/{month[0].token}/" in letter.body
    assert "/inbox/" in letter.body
    assert Notice.objects.get(person=cast.budi).link == "/inbox/"


def test_the_officers_letter_leads_to_the_month_and_names_what_is_missing(
    cast: World, month: list[Report]
) -> None:
    told(cast, "2026-02-04 19:00")
    (letter,) = mail.outbox
    assert "3 to submit until 5 February 2026 23:59 WITA." in letter.body
    assert "/entry/2026-01/" in letter.body
    assert letter.body.count("Pemeliharaan Rutin Jalan") == 3


def test_a_superior_reads_who_is_late_in_his_own_language(cast: World, month: list[Report]) -> None:
    told(cast, FIRST_LATE_MORNING)
    (letter,) = (one for one in mail.outbox if one.to == ["citra@contoh.test"])
    assert "Ani Lembayung (PPTK Bina Marga, Dinas Pekerjaan Umum)" in letter.body
    assert "5 Februari 2026 23.59 WITA" in letter.body
    assert "/calendar/?month=2026-01" in letter.body


def test_a_long_list_is_cut_and_counted(cast: World) -> None:
    with recorded(None):
        User.objects.update(language="en")
    cast.items(13)
    cast.open()
    told(cast, "2026-02-04 19:00")
    assert "and 3 more" in mail.outbox[0].body
    assert mail.outbox[0].body.count("Pemeliharaan") == 10


def test_a_second_delivery_tells_nobody_anything_new(cast: World, month: list[Report]) -> None:
    told(cast, "2026-02-04 19:00")
    Outbox.objects.update(done_at=None)  # the worker died after the work and before its mark
    tasks.drain()
    assert (Notice.objects.count(), len(mail.outbox)) == (1, 1)


def test_a_digest_found_at_night_is_mailed_in_the_morning(cast: World, month: list[Report]) -> None:
    cast.at("2026-02-06 19:55")
    tick()
    cast.at("2026-02-07 03:00")  # the worker stood still; and it is Saturday
    tasks.drain()
    assert Notice.objects.filter(person=cast.ani).exists()
    assert mail.outbox == []
    cast.at("2026-02-09 07:00")
    tasks.drain()
    assert len(mail.outbox) == 2


def test_a_person_without_an_address_has_the_notice(cast: World, month: list[Report]) -> None:
    with recorded(None):
        User.objects.filter(pk=cast.ani.pk).update(email="")
    told(cast, "2026-02-04 19:00")
    assert mail.outbox == []
    assert Notice.objects.get(person=cast.ani)


def test_the_list_of_notices_shows_each_line_with_its_link(
    cast: World, month: list[Report], client: Client
) -> None:
    cast.submitted(month[:1], 10)
    told(cast, "2026-02-10 07:00")
    client.force_login(cast.budi)
    page = client.get("/notices/", headers={"accept-language": "en"}).content.decode()
    assert "1 to verify since 9 February 2026 23:59 WITA." in page
    assert f"/reports/{month[0].token}/" in page
    client.force_login(cast.gita)
    assert "to verify since" not in client.get("/notices/").content.decode()


def test_every_kind_of_line_has_its_words(cast: World, month: list[Report]) -> None:
    """The life of a month that nobody reports, and of the next one, whose verifying post is vacant."""
    with recorded(None):
        root = Post.objects.create(
            unit=Unit.objects.get(parent=None), role="oversight", title="Kepala Bagian Adbang"
        )
    assign(cast.gita, root)
    with recorded(None):
        cast.posts["section_head"].assignments.update(valid_to="2026-02-10")
    cast.item("1.03.10.2.01.0009")
    for at in ("2026-02-05 19:00", "2026-02-12 07:00", "2026-02-18 07:00", "2026-02-23 07:00"):
        told(cast, at)
    lines = [letter.body for letter in mail.outbox]
    assert any(
        "Kepala Bidang Bina Marga, Dinas Pekerjaan Umum (for 4 sub-activities)" in one for one in lines
    )
    assert any("dikunci" in one for one in lines)


def test_letters_of_another_zone_show_that_zone(cast: World, month: list[Report]) -> None:
    with recorded(None):
        Government.objects.update(time_zone="Asia/Karachi", zone_name="PKT")
    told(cast, "2026-02-04 19:00")
    assert "5 February 2026 20:59 PKT" in mail.outbox[0].body


def test_no_subject_can_smuggle_a_header(cast: World, month: list[Report]) -> None:
    with recorded(None):
        type(cast.agency).objects.filter(pk=cast.agency.pk).update(name="Dinas\r\nBcc: x@contoh.test")
    told(cast, "2026-02-04 19:00")
    assert "\n" not in mail.outbox[0].subject


def test_three_workers_at_once_write_each_notice_and_letter_once(
    committed: dict[str, str], cast: World
) -> None:
    region(cast, 40)
    open_month(fiscal_year=cast.year, month=1)
    cast.at("2026-02-04 19:00")
    assert tick().digests == 40
    together(3, tasks.drain)
    people = Notice.objects.values_list("person__email", flat=True)
    assert len(people) == 40
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(people)
