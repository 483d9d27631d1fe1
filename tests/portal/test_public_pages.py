"""What a visitor without an account finds, and what stays inside."""

import csv
import gzip
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from approvals.models import SigningBatch
from registry.models import User
from tests.portal.world import Agency, World
from tests.settled import settled
from wording.files import guarded

CODE = "1.03.10.2.01.0051"
PAGES = ["/", "/p/2026/2026-01/", "/p/2026/2026-01/1.03/", f"/p/2026/1.03/{CODE}/"]
SECRETS = {
    "problem_text": "Penyedia menghilang, internal",
    "follow_up_text": "Panggil penyedia, internal",
    "follow_up_pic": "Orang Dalam",
    "physical_reason": "Alasan internal",
}


@pytest.fixture
def january(world: World, works: Agency) -> World:
    """One published report, and one that is only submitted."""
    road = world.item(works, CODE, Decimal("1000000000.50"), plan={1: (Decimal(100_000_000), Decimal(10))})
    bridge = world.item(works, "1.03.10.2.01.0053", Decimal(500))
    world.open(1)
    world.done(
        works,
        road,
        1,
        Decimal("123456789.25"),
        increment=Decimal("7.5"),
        public_note="Jalan dibuka Maret",
        **SECRETS,
    )
    world.submit(works, world.enter(bridge, 1, Decimal(444), public_note="Belum ditandatangani"))
    return world


def rows_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def body(client: Client, path: str) -> str:
    response = client.get(path, headers={"accept-language": "en"})
    assert response.status_code == 200, path
    return response.content.decode()


def test_a_visitor_goes_from_the_government_down_to_one_sub_activity(january: World, client: Client) -> None:
    home = body(client, "/")
    assert 'href="/p/2026/2026-01/1.03/"' in home
    agency = body(client, "/p/2026/2026-01/1.03/")
    assert f'href="/p/2026/1.03/{CODE}/"' in agency
    item = body(client, f"/p/2026/1.03/{CODE}/")
    assert "123,456,789.25" in item
    assert "Jalan dibuka Maret" in item
    assert "PPTK Dinas PUPR" in item


def test_she_sees_figures_with_plan_deviation_coverage_and_formula(january: World, client: Client) -> None:
    page = body(client, "/p/2026/2026-01/")
    for words in [
        "12.35",
        "plan 10.00",
        "-2.50",
        "on plan",
        "ahead of plan",
        "1 of 2 reports",
        "Incomplete",
        "As of",
    ]:
        assert words in page, words
    assert "Absorption is 100 × money realised to date ÷ ceiling" in page


def test_nothing_that_is_not_published_reaches_her(january: World, client: Client) -> None:
    for path in [*PAGES, "/p/2026/1.03/1.03.10.2.01.0053/"]:
        for form in ("", "?format=csv"):
            answer = settled(body(client, path + form))
            assert "444" not in answer
            assert "Belum ditandatangani" not in answer


def test_no_names_no_numbers_of_persons_and_no_internal_words_reach_her(
    january: World, client: Client
) -> None:
    people = list(User.objects.values_list("name", "username"))
    for path in PAGES:
        for form in ("", "?format=csv"):
            answer = settled(body(client, path + form))
            for word in [*SECRETS.values(), "rahasia.pdf", *(name for person in people for name in person)]:
                assert word not in answer, (path, word)


def test_she_finds_the_signed_document(january: World, client: Client) -> None:
    batch = SigningBatch.objects.get()
    for path in ["/p/2026/2026-01/1.03/", f"/p/2026/1.03/{CODE}/"]:
        page = body(client, path)
        assert f"/v/{batch.token}/" in page
        assert batch.document_no in page


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_its_one_address_and_may_be_kept_for_a_minute(
    january: World, client: Client, path: str
) -> None:
    response = client.get(path)
    assert response["Cache-Control"] == "public, max-age=60"
    assert f'<link rel="canonical" href="http://localhost:8000{path}">' in response.content.decode()


def test_a_page_of_somebody_who_is_signed_in_is_not_kept(
    january: World, works: Agency, client: Client
) -> None:
    client.force_login(works.people["agency_head"])
    assert "public" not in client.get("/").get("Cache-Control", "")


def test_there_is_a_table_as_a_file_beside_every_table(january: World, client: Client) -> None:
    (agency, total) = rows_of(client.get("/p/2026/2026-01/?format=csv"))
    assert agency["unit_code"] == "1.03"
    assert agency["ceiling"] == "1000000500.50"
    assert agency["realized_to_date"] == "123456789.25"
    assert agency["absorption_of_reported"] == "12.3457"
    assert agency["planned_physical"] == "10.0000"
    assert agency["deviation_physical_colour"] == "GREEN"
    assert agency["complete"] == "no"
    assert (total["unit_name"], total["ceiling"]) == ("TOTAL", "1000000500.50")
    road, bridge = rows_of(client.get("/p/2026/2026-01/1.03/?format=csv"))
    assert (road["sub_activity_code"], road["realized_month"], road["published"]) == (
        CODE,
        "123456789.25",
        "yes",
    )
    assert (bridge["published"], bridge["realized_to_date"], bridge["absorption"]) == ("no", "", "")
    (month,) = rows_of(client.get(f"/p/2026/1.03/{CODE}/?format=csv"))
    assert (month["month"], month["remaining"]) == ("2026-01", "876543211.25")


def test_a_file_is_plain_csv_whatever_the_language(january: World, client: Client) -> None:
    answers = [
        client.get(PAGES[2] + "?format=csv", headers={"accept-language": code}).content
        for code in ("id", "en")
    ]
    assert answers[0] == answers[1]
    assert answers[0].count(b"\r\n") == 3
    assert client.get(PAGES[2] + "?format=csv")["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_looks_like_a_formula_is_kept_from_running(
    world: World, works: Agency, client: Client, start: str
) -> None:
    item = world.item(works, CODE, Decimal(100))
    world.open(1)
    world.done(works, item, 1, Decimal(10), public_note=f"{start}cmd|' /C calc'!A0")
    (row,) = rows_of(client.get("/p/2026/2026-01/1.03/?format=csv"))
    assert row["public_note"] == f"'{start}cmd|' /C calc'!A0"
    assert guarded("plain") == "plain"


def test_a_correction_downwards_stays_a_number_in_the_file(
    world: World, works: Agency, client: Client
) -> None:
    item = world.item(works, CODE, Decimal(100))
    world.open(1)
    world.done(works, item, 1, Decimal(90))
    world.open(2)
    report = world.enter(item, 2, Decimal(-20))
    report.lines.update(correction_reason="Setoran kembali", corrects_month=1)
    world.publish(works, report)
    rows = rows_of(client.get(f"/p/2026/1.03/{CODE}/?format=csv"))
    assert [(row["realized_month"], row["realized_to_date"]) for row in rows] == [
        ("90.00", "90.00"),
        ("-20.00", "70.00"),
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/p/1999/",
        "/p/2026/2026-07/",
        "/p/2026/2026-01/9.99/",
        f"/p/2026/9.99/{CODE}/",
        "/p/2026/1.03/0.00/",
        "/p/2026/2026-14/",
    ],
)
def test_a_wrong_address_is_answered_with_404(january: World, client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_year_leads_to_its_newest_published_month(january: World, client: Client) -> None:
    january.open(2)
    assert client.get("/p/2026/")["Location"] == "/p/2026/2026-01/"
    assert "January 2026" in body(client, "/")


def test_before_the_first_publication_the_start_page_says_so(world: World, client: Client) -> None:
    assert "Nothing has been published yet" in body(client, "/")


def test_without_any_government_the_start_page_still_answers(client: Client, db: None) -> None:
    assert client.get("/").status_code == 200


def test_a_sub_unit_has_a_page_of_its_own(world: World, client: Client) -> None:
    health = world.agency("1.02", "Dinas Kesehatan")
    centre = world.unit(health.unit, "HEALTH_CENTRE", "1.02.07", "Puskesmas Tujuh")
    own, theirs = (
        world.item(health, "1.02.01", Decimal(100)),
        world.item(health, "1.02.02", Decimal(300), unit=centre),
    )
    world.open(1)
    world.publish(health, world.enter(own, 1, Decimal(100)), world.enter(theirs, 1, Decimal(150)))
    agency = body(client, "/p/2026/2026-01/1.02/")
    assert 'href="/p/2026/2026-01/1.02.07/"' in agency
    assert "62.50" in agency
    page = body(client, "/p/2026/2026-01/1.02.07/")
    assert "50.00" in page
    assert "1.02.01" not in page
    units = rows_of(client.get("/p/2026/2026-01/1.02/?format=csv&table=units"))
    assert [(row["unit_code"], row["absorption_of_total"]) for row in units] == [
        ("1.02", "100.0000"), ("1.02.07", "50.0000"), ("", "62.5000"),
    ]  # fmt: skip


def test_a_sub_activity_that_was_dropped_keeps_what_it_spent(
    world: World, works: Agency, client: Client
) -> None:
    dropped, kept = (
        world.item(works, CODE, Decimal(100)),
        world.item(works, "1.03.10.2.01.0053", Decimal(100)),
    )
    world.open(1)
    world.publish(works, world.enter(dropped, 1, Decimal(30)), world.enter(kept, 1, Decimal(10)))
    world.ceiling(kept, Decimal(100), version=world.version(works.unit, "perubahan", 2))
    world.open(2)
    world.done(works, kept, 2, Decimal(10))
    page = body(client, "/p/2026/2026-02/1.03/")
    assert "Stopped" in page
    (agency, _) = rows_of(client.get("/p/2026/2026-02/?format=csv"))
    assert (agency["realized_to_date"], agency["reports_required"], agency["complete"]) == (
        "50.00",
        "1",
        "yes",
    )
    assert (agency["absorption_of_reported"], agency["absorption_of_total"]) == ("20.0000", "50.0000")


@pytest.mark.parametrize(
    "path", ["/", "/p/2026/2026-01/1.03/", "/p/2026/2026-01/?format=csv", f"/p/2026/1.03/{CODE}/"]
)
def test_a_page_costs_the_same_number_of_statements_however_large(
    world: World, works: Agency, client: Client, statements: Callable[[], Any], path: str
) -> None:
    def count() -> int:
        with statements() as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    item = world.item(works, CODE, Decimal(100))
    world.open(1)
    world.done(works, item, 1, Decimal(10))
    client.get(path)
    one = count()
    many = [world.item(works, f"1.03.10.2.01.{n:04}", Decimal(100)) for n in range(100, 130)]
    others = [world.agency(f"2.{n:02}", f"Dinas {n}") for n in range(10)]
    theirs = [world.item(other, "2.99.01", Decimal(100)) for other in others]
    world.open(1)
    world.publish(works, *[world.enter(each, 1, Decimal(5)) for each in many])
    for other, each in zip(others, theirs, strict=True):
        world.done(other, each, 1, Decimal(5))
    assert count() == one <= 20


def test_a_long_agency_is_paged_and_light(world: World, works: Agency, client: Client) -> None:
    made = [
        world.item(
            works,
            f"1.03.10.2.01.{n:04}",
            Decimal(1_000_000 + n * 7919),
            plan={1: (Decimal(n * 31), Decimal(n) / 7)},
        )
        for n in range(120)
    ]
    world.open(1)
    note = "Pekerjaan berjalan sesuai jadwal di ruas jalan nomor "
    world.publish(
        works,
        *[
            world.enter(item, 1, Decimal(n * 29), increment=Decimal(n) / 8, public_note=f"{note}{n}")
            for n, item in enumerate(made)
        ],
    )
    page = client.get("/p/2026/2026-01/1.03/", headers={"accept-language": "en"})
    assert page.content.decode().count('scope="row" class="pin"') == 51
    assert "1 to 50 of 120" in page.content.decode()
    assert len(gzip.compress(page.content)) < 40_000
    last = body(client, "/p/2026/2026-01/1.03/?page=3")
    assert "101 to 120 of 120" in last
    assert 'href="http://localhost:8000/p/2026/2026-01/1.03/?page=3"' in last
    assert len(rows_of(client.get("/p/2026/2026-01/1.03/?format=csv&page=2"))) == 120
