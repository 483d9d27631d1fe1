"""The agency index: four parts, their weights, and who may see it (W-11)."""

import csv
import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from ledger.recording import recorded
from registry.grants import SEE, give
from registry.models import FiscalYear, Post, User
from tests.cast import assign
from tests.portal.world import Agency, World

LATER = datetime(2026, 5, 20, 1, tzinfo=UTC)  # the deadlines of March are over


@pytest.fixture
def leader(world: World) -> User:
    person = world.person("leader")
    give(SEE, person, world.root)
    return person


@pytest.fixture
def march(world: World, works: Agency) -> World:
    """Public works reports in time after one return: 80 % of the work and 50 % of the money it planned; another is silent."""
    silent = world.agency("1.05", "Satpol PP")
    world.item(silent, "1.05.01", Decimal(120), plan={3: (Decimal(60), Decimal(60))})
    item = world.item(works, "1.03.01", Decimal(100), plan={3: (Decimal(40), Decimal(50))})
    world.open(3)
    report = world.enter(item, 3, Decimal(20), increment=Decimal(40))
    world.submit(works, report)
    world.act("return", works, "section_head", [report], reason="Bukti pembayaran belum ada")
    world.publish(works, world.report(item, 3))
    return world


def rows(client: Client, person: User, query: str = "") -> list[dict[str, str]]:
    client.force_login(person)
    body = client.get(f"/overview/index/?month=2026-03&format=csv{query}").content.decode()
    return list(csv.DictReader(io.StringIO(body, newline="")))


def test_the_four_parts_and_their_mean(march: World, leader: User, client: Client) -> None:
    march.clock(LATER)
    best, silent = rows(client, leader)
    assert [best[name] for name in ("timeliness", "physical_achievement", "financial_achievement", "data_quality")] == [
        "100.0000", "80.0000", "50.0000", "95.0000",
    ]  # fmt: skip
    # (100 x 30 + 80 x 35 + 50 x 25 + 95 x 10) / 100
    assert best["index"] == "80.0000"
    # Who never reports has nothing but his lateness: no index of it.
    assert (silent["timeliness"], silent["physical_achievement"], silent["index"]) == ("0.0000", "", "")


def test_work_without_a_plan_does_not_make_up_for_work_that_lags(
    world: World, works: Agency, leader: User, client: Client
) -> None:
    """A large sub-activity without a plan is nearly done; a small one is at 25 of the 50 points that were planned."""
    unplanned = world.item(works, "1.03.01", Decimal(900))
    lagging = world.item(works, "1.03.02", Decimal(100), plan={3: (Decimal(50), Decimal(50))})
    world.open(3)
    for item, points in ((unplanned, 90), (lagging, 25)):
        world.enter(item, 3, Decimal(20), increment=Decimal(points))
        world.publish(works, world.report(item, 3))
    (row,) = rows(client, leader)
    assert (row["physical_achievement"], row["physical_band"]) == ("50.0000", "SR")


def test_the_index_of_march_does_not_change_with_a_late_april(
    march: World, leader: User, client: Client
) -> None:
    march.clock(LATER)
    before = rows(client, leader)
    march.open(4)
    march.clock(datetime(2026, 6, 20, 1, tzinfo=UTC))
    assert rows(client, leader) == before
    best = next(row for row in rows(client, leader, "&month=2026-04") if row["unit_code"] == "1.03")
    assert Decimal(best["timeliness"]) == 50


@pytest.mark.parametrize(
    ("done", "band", "word"),
    [
        ("91", "ST", "Very high"), ("90.99", "T", "High"), ("76", "T", "High"), ("66", "S", "Medium"), ("51", "R", "Low"),
        ("50.99", "SR", "Very low"),
    ],
)  # fmt: skip
def test_T9_the_band_of_the_work_is_told_in_words(
    world: World, works: Agency, leader: User, client: Client, done: str, band: str, word: str
) -> None:
    item = world.item(works, "1.03.01", Decimal(100), plan={3: (Decimal(20), Decimal(100))})
    world.open(3)
    world.enter(item, 3, Decimal(20), increment=Decimal(done))
    world.publish(works, world.report(item, 3))
    (row,) = rows(client, leader)
    assert (Decimal(row["physical_achievement"]), row["physical_band"]) == (Decimal(done), band)
    page = client.get("/overview/index/?month=2026-03", headers={"accept-language": "en"}).content.decode()
    assert f'<span class="sub">{word}</span>' in page


def test_before_a_deadline_nobody_is_late(march: World, leader: User, client: Client) -> None:
    found = rows(client, leader)
    assert {row["timeliness"] for row in found} <= {"", "100.0000"}
    # Nobody has all parts yet.
    assert {row["index"] for row in found} == {row["place"] for row in found} == {""}


def test_the_weights_are_printed(march: World, leader: User, client: Client) -> None:
    client.force_login(leader)
    page = client.get("/overview/index/?month=2026-03", headers={"accept-language": "en"}).content.decode()
    assert "timeliness 30, physical achievement 35, financial achievement 25, data quality 10 of 100" in page


def test_a_year_with_weights_of_its_own_is_weighed_and_printed_by_them(
    march: World, leader: User, client: Client
) -> None:
    march.clock(LATER)
    FiscalYear.objects.filter(pk=march.year.pk).update(
        index_timeliness=0, index_physical=50, index_financial=50, index_quality=0
    )
    assert rows(client, leader)[0]["index"] == "65.0000"  # (80 x 50 + 50 x 50) / 100
    page = client.get("/overview/index/?month=2026-03", headers={"accept-language": "en"}).content.decode()
    assert "timeliness 0, physical achievement 50, financial achievement 50, data quality 0 of 100" in page


def test_each_sees_his_own_agencies_and_officers_none(march: World, works: Agency, client: Client) -> None:
    assert [row["unit_code"] for row in rows(client, works.people["agency_head"])] == ["1.03"]
    for person in (
        works.people["officer"],
        march.person("stranger"),
        User.objects.create_superuser("root", name="R"),
    ):
        client.force_login(person)
        assert client.get("/overview/index/").status_code == 404
    client.logout()
    assert client.get("/overview/index/").status_code == 302


def test_who_sees_a_part_of_an_agency_sees_the_returns_of_that_part(
    march: World, works: Agency, leader: User, client: Client
) -> None:
    clinic = march.unit(works.unit, "UPTD", "1.03.9", "UPTD")
    item = march.item(works, "1.03.02", Decimal(100), unit=clinic, plan={3: (Decimal(40), Decimal(50))})
    march.open(3)
    march.done(works, item, 3, Decimal(10), increment=Decimal(20))
    with recorded(None):
        nurse = march.person("nurse")
        assign(nurse, Post.objects.create(unit=clinic, role="section_head", title="Kepala UPTD"))
    (own,) = rows(client, nurse)
    assert (own["returns"], own["data_quality"]) == ("0", "100.0000")
    assert rows(client, leader)[0]["returns"] == "1"


def test_who_published_nothing_never_leads(world: World, works: Agency, leader: User, client: Client) -> None:
    """By timeliness alone, 100 in February and 0 in March, the guards would lead with 50 before 46."""
    guards = world.agency("1.05", "Satpol PP")
    guard = world.item(guards, "1.05.01", Decimal(100))
    world.open(2)
    world.done(guards, guard, 2, Decimal(10))
    road = world.item(works, "1.03.01", Decimal(100), plan={3: (Decimal(100), Decimal(100))})
    world.open(3)
    world.done(works, road, 3, Decimal(10), increment=Decimal(10))
    world.clock(LATER)
    first, last = rows(client, leader)
    assert [first[name] for name in ("unit_code", "place", "standing", "index")] == [
        "1.03", "1", "COMPLETE", "46.0000",
    ]  # fmt: skip
    assert last["timeliness"] == "50.0000"
    assert [last[name] for name in ("place", "index", "standing", "coverage", "reports_published", "reports_required")] == [
        "", "", "UNPUBLISHED", "0.0000", "0", "1",
    ]  # fmt: skip
    page = client.get("/overview/index/?month=2026-03", headers={"accept-language": "en"}).content.decode()
    assert "Nothing of this month is published: timeliness alone is not compared" in page
    assert page.index("Without index and place") < page.index("Satpol PP") and "0 of 1 reports" in page


def test_who_published_a_part_comes_after_who_published_all(
    march: World, works: Agency, leader: User, client: Client
) -> None:
    """Else publishing what goes well and nothing else would lead."""
    chosen = march.agency("1.06", "Dinas Sosial")
    good = march.item(chosen, "1.06.01", Decimal(100), plan={3: (Decimal(10), Decimal(10))})
    march.item(chosen, "1.06.02", Decimal(300), plan={3: (Decimal(10), Decimal(10))})
    march.open(3)
    march.publish(chosen, march.enter(good, 3, Decimal(10), increment=Decimal(10)))
    march.clock(LATER)
    found = rows(client, leader)
    assert [(row["unit_code"], row["place"], row["standing"]) for row in found] == [
        ("1.03", "1", "COMPLETE"), ("1.06", "2", "PARTIAL"), ("1.05", "", "UNPUBLISHED"),
    ]  # fmt: skip
    part = found[1]
    assert Decimal(part["index"]) > Decimal(found[0]["index"])
    assert (part["coverage"], part["reports_published"], part["reports_required"]) == ("25.0000", "1", "2")
    assert part["as_of"]
    page = client.get("/overview/index/?month=2026-03", headers={"accept-language": "en"}).content.decode()
    assert '25.00<span class="sub">1 of 2 reports</span><span class="tag amber">Incomplete</span>' in page
    assert page.index("PUPR") < page.index("A part of the reports is published") < page.index("Dinas Sosial")
    assert "Who has published all reports of the month comes first" in page and "As of" in page


def test_who_planned_nothing_has_no_index_and_reads_why(
    world: World, works: Agency, leader: User, client: Client
) -> None:
    """By timeliness and few returns alone he would lead."""
    item = world.item(works, "1.03.01", Decimal(100), plan={3: (None, Decimal(10))})
    world.open(3)
    world.publish(works, world.enter(item, 3, Decimal(10), increment=Decimal(10)))
    world.clock(LATER)
    (row,) = rows(client, leader)
    assert (row["place"], row["index"], row["standing"], row["coverage"]) == ("", "", "UNKNOWN", "100.0000")
    page = client.get("/overview/index/?month=2026-03", headers={"accept-language": "en"}).content.decode()
    assert "Not known of this month, and so no index: financial achievement." in page
    FiscalYear.objects.update(index_timeliness=40, index_physical=50, index_financial=0, index_quality=10)
    assert rows(client, leader)[0]["index"] == "100.0000"  # what does not count need not be known


def test_equal_ones_share_a_place(world: World, works: Agency, leader: User, client: Client) -> None:
    for agency, code, done in (
        (works, "1.03.01", 10), (world.agency("1.01", "Disdik"), "1.01.01", 5), (world.agency("1.04", "Dinkes"), "1.04.01", 10),
    ):  # fmt: skip
        item = world.item(agency, code, Decimal(100), plan={3: (Decimal(10), Decimal(10))})
        world.open(3)
        world.publish(agency, world.enter(item, 3, Decimal(10), increment=Decimal(done)))
    world.clock(LATER)
    assert [(row["unit_code"], row["place"]) for row in rows(client, leader)] == [
        ("1.03", "1"), ("1.04", "1"), ("1.01", "3"),
    ]  # fmt: skip


def test_what_is_not_signed_is_not_in_it(world: World, works: Agency, leader: User, client: Client) -> None:
    """Whatever the address says: also what its links lead to is published."""
    item = world.item(works, "1.03.01", Decimal(100), plan={3: (Decimal(10), Decimal(10))})
    world.open(3)
    world.submit(works, world.enter(item, 3, Decimal(10), increment=Decimal(10)))
    assert rows(client, leader, "&all=1")[0]["standing"] == "UNPUBLISHED"
    page = client.get("/overview/index/?month=2026-03&all=1&basis=restated").content.decode()
    assert 'href="../?month=2026-03&amp;unit=1.03"' in page


def test_it_costs_the_same_for_one_and_fifty_agencies(
    world: World, works: Agency, leader: User, client: Client, statements: Callable[[], Any]
) -> None:
    client.force_login(leader)

    def count() -> int:
        with statements() as seen:
            assert client.get("/overview/index/?month=2026-03").status_code == 200
        return len(seen)

    def grown(agencies: Iterable[Agency]) -> int:
        for agency in agencies:
            world.item(agency, f"{agency.unit.code}.01", Decimal(100))
        world.open(3)
        count()
        return count()

    one = grown([works])
    others = (world.unit(world.root, "AGENCY", f"3.{n:02}", f"Dinas {n}") for n in range(49))
    assert grown(Agency(unit, works.people, works.posts) for unit in others) == one
