"""A sub-activity for those who oversee it, its agency's sections, and the files and the print of the overview."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from registry.grants import AUDIT, OVERSEE, SEE, give
from registry.models import BudgetItem, Post, User
from submissions.models import Evidence, Report
from tests.portal.world import Agency, World

ADDRESS = "/overview/item/2026/1.03/1.03.01/"


@pytest.fixture
def road(world: World, works: Agency) -> BudgetItem:
    """March is published, with a problem and a photograph; April is being entered."""
    item = world.item(
        works, "1.03.01", Decimal(100), plan={3: (Decimal(40), Decimal(40)), 4: (Decimal(20), Decimal(20))}
    )
    world.open(3)
    told: dict[str, Any] = {"problems": ["LAND"], "problem_text": "Lahan belum bebas di titik nol"}
    told |= {
        "follow_up_text": "Rapat dengan BPN setempat",
        "follow_up_due": date(2026, 12, 15),
        "follow_up_pic": "Kepala Bidang",
    }
    report = world.enter(item, 3, Decimal(30), increment=Decimal(25))
    Report.objects.filter(pk=report.pk).update(needs_leadership=True, **told)
    Evidence.objects.filter(report=report).update(
        mime="image/png", original_name="jalan.png", caption="Titik nol"
    )
    world.publish(works, world.report(item, 3))
    world.open(4)
    world.enter(item, 4, Decimal(10), problem_text="Rahasia draf")
    return item


@pytest.fixture
def leader(world: World) -> User:
    person = world.person("leader")
    give(SEE, person, world.root)
    return person


def get(client: Client, person: User, address: str) -> Any:
    client.force_login(person)
    return client.get(address, headers={"accept-language": "en"})


def test_a_leader_goes_from_the_headline_to_the_photograph(
    road: BudgetItem, leader: User, client: Client
) -> None:
    page = get(client, leader, "/overview/?month=2026-03").content.decode()
    assert 'href="?month=2026-03&amp;unit=1.03"' in page
    page = get(client, leader, "/overview/?month=2026-03&unit=1.03").content.decode()
    assert f'href="{ADDRESS}"' in page
    page = get(client, leader, ADDRESS).content.decode()
    (file,) = Evidence.objects.filter(report__period__month=3)
    for words in ("Lahan belum bebas", "Rapat dengan BPN", "Needs a decision of the leadership", "Titik nol"):
        assert words in page
    assert f"/evidence/{file.token}/preview/" in page
    assert f'href="/evidence/{file.token}/"' in page


def test_what_is_being_entered_is_never_shown(road: BudgetItem, leader: User, client: Client) -> None:
    page = get(client, leader, ADDRESS).content.decode()
    assert "Rahasia draf" not in page
    assert 'id="told-2026-04"' not in page
    (draft,) = Evidence.objects.filter(report__period__month=4)
    assert draft.token not in page
    assert "30.00 %" in page  # March alone


def test_the_months_are_a_file(road: BudgetItem, leader: User, client: Client) -> None:
    body = get(client, leader, f"{ADDRESS}?format=csv").content.decode()
    assert body.count("\r\n") == 2
    assert "30.0000" in body


@pytest.mark.parametrize("right", [SEE, OVERSEE, AUDIT])
def test_who_oversees_the_agency_may_look(
    world: World, works: Agency, road: BudgetItem, client: Client, right: str
) -> None:
    person = world.person("granted")
    give(right, person, works.unit)
    assert get(client, person, ADDRESS).status_code == 200


def test_heads_of_the_agency_may_look_and_nobody_else(
    world: World, works: Agency, road: BudgetItem, client: Client
) -> None:
    other = world.agency("1.05", "Satpol PP")
    for role, status in (("agency_head", 200), ("section_head", 200), ("officer", 404)):
        assert get(client, works.people[role], ADDRESS).status_code == status
        assert get(client, other.people[role], ADDRESS).status_code == 404
    root = User.objects.create_superuser("root", name="Root")
    for person in (world.person("stranger"), root):
        assert get(client, person, ADDRESS).status_code == 404
    client.logout()
    assert client.get(ADDRESS).status_code == 302
    client.force_login(works.people["agency_head"])
    assert client.post(ADDRESS).status_code == 405


@pytest.mark.parametrize("address", ["2025/1.03/1.03.01", "2026/9.99/1.03.01", "2026/1.03/9.99"])
def test_what_is_not_there_is_not_found(road: BudgetItem, leader: User, client: Client, address: str) -> None:
    assert get(client, leader, f"/overview/item/{address}/").status_code == 404


def test_an_agency_has_its_sections_and_each_its_sub_activities(
    world: World, works: Agency, road: BudgetItem, leader: User, client: Client
) -> None:
    bridges = Post.objects.create(unit=works.unit, role="section_head", title="Kepala Seksi Jembatan")
    bridge = world.item(works, "1.03.02", Decimal(50))
    BudgetItem.objects.filter(pk=bridge.pk).update(verifier_post=bridges)
    world.open(5)
    page = get(client, leader, "/overview/?month=2026-05&unit=1.03").content.decode()
    assert "Kepala Seksi Jembatan" in page
    assert f"post={bridges.pk}" in page
    page = get(client, leader, f"/overview/?month=2026-05&unit=1.03&post={bridges.pk}").content.decode()
    assert "Kepala Seksi Jembatan, Dinas PUPR, May 2026" in page
    assert "1.03.02" in page
    assert "1.03.01" not in page
    for wrong in ("999999", "x", "9" * 30):
        assert get(client, leader, f"/overview/?unit=1.03&post={wrong}").status_code == 404


@pytest.mark.parametrize("query", ["", "&unit=1.03", "&all=1", "&basis=restated&by=money"])
def test_the_print_is_a_pdf_with_both_pictures(
    road: BudgetItem, leader: User, client: Client, query: str
) -> None:
    answer = get(client, leader, f"/overview/?month=2026-03{query}&format=pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_each_table_is_a_worksheet(road: BudgetItem, leader: User, client: Client) -> None:
    for table in ("units", "heat", "ranking", "curve"):
        body = get(client, leader, f"/overview/?month=2026-03&format=xlsx&table={table}").content
        assert "xl/worksheets/sheet1.xml" in zipfile.ZipFile(io.BytesIO(body)).namelist()


def test_nothing_is_shown_of_a_unit_outside_ones_sight_in_any_form(
    world: World, works: Agency, road: BudgetItem, client: Client
) -> None:
    other = world.agency("1.05", "Satpol PP")
    world.item(other, "1.05.01", Decimal(10))
    for form in ("", "&format=pdf", "&format=csv", "&format=xlsx&table=items"):
        assert (
            get(client, other.people["agency_head"], f"/overview/?month=2026-03&unit=1.03{form}").status_code
            == 404
        )


def test_the_item_page_costs_the_same_for_one_month_and_for_two(
    world: World, works: Agency, road: BudgetItem, leader: User, client: Client, statements: Callable[[], Any]
) -> None:
    def count() -> int:
        with statements() as seen:
            assert client.get(ADDRESS).status_code == 200
        return len(seen)

    client.force_login(leader)
    count()
    one = count()
    world.publish(works, Report.objects.get(item=road, period__month=4))
    assert count() == one <= 26
