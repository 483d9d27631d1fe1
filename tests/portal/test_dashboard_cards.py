"""Each card of the overview counts exactly the list that it leads to, wherever it stands."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from approvals import leading
from portal.dashboards.card import Card
from registry.models import BudgetItem, BudgetLine, Contract, Post, Unit, User
from submissions.models import Report
from tests.portal.leading_world import asking, bureau, page, regent, rows
from tests.portal.world import Agency, World

PLACES = ["government", "agency", "branch", "section", "branch section", "nobody's section"]
CAPITAL = "5.2.04.01.001.00003"


@pytest.fixture
def branch(world: World, works: Agency) -> Unit:
    """A unit below the agency; one of its two sub-activities is verified by a post of its own."""
    return world.unit(works.unit, "SECTION", "1.03.A", "UPTD Jalan")


@pytest.fixture
def places(world: World, works: Agency, branch: Unit) -> dict[str, str]:
    """January published and February open: at every place another number of problems, contracts and decisions."""
    other = world.agency("1.05", "Satpol PP")
    own = Post.objects.create(unit=branch, role="section_head", title="Kepala UPTD Jalan")
    plan = {1: (Decimal(10), Decimal(72))}
    items = [
        world.item(works, "1.03.00", Decimal(400), plan=plan),
        world.item(works, "1.03.01", Decimal(300), plan=plan, unit=branch),
        world.item(works, "1.03.02", Decimal(200), plan=plan, unit=branch),
        world.item(works, "1.03.03", Decimal(100), plan=plan, unit=branch),
        world.item(other, "1.05.00", Decimal(500), plan=plan),
    ]
    BudgetLine.objects.filter(item__in=items).update(account_code=CAPITAL)
    _critical(items[1])
    _critical(items[4])
    world.open(1)
    reports = [_asked(world, other if one is items[4] else works, one) for one in items]
    BudgetItem.objects.filter(pk=items[1].pk).update(verifier_post=own)
    BudgetItem.objects.filter(pk=items[3].pk).update(verifier_post=None)
    wish = leading.Wish("Bebaskan lahannya.", works.posts["agency_head"], date(2026, 5, 29))
    leading.decide(
        actor=regent(world), key="k", versions={one.pk: one.version for one in reports[:3]}, wish=wish
    )
    world.open(2)  # and a budget from February on, in which one of them is no more
    later = world.version(branch, "perubahan", 2)
    for item, active in ((items[1], True), (items[2], False), (items[3], True)):
        world.ceiling(item, Decimal(200), version=later, active=active)
    section = works.posts["section_head"].pk
    return {
        "government": "", "agency": "&unit=1.03", "branch": "&unit=1.03.A",
        "section": f"&unit=1.03&post={section}", "branch section": f"&unit=1.03.A&post={own.pk}",
        "nobody's section": "&unit=1.03.A&post=0",
    }  # fmt: skip


def _critical(item: BudgetItem) -> None:
    Contract.objects.create(
        item=item, number=f"{item.pk}/SP", name="Jalan", provider="CV Batu Andesit", value=Decimal(90),
        signed_on=date(2026, 1, 5), starts_on=date(2026, 1, 9), ends_on=date(2026, 11, 30),
    )  # fmt: skip


def _asked(world: World, agency: Agency, item: BudgetItem) -> Report:
    return asking(world, agency, item, 1, increment=Decimal("66.5"))


def cards(client: Client, person: User, place: str) -> list[Card]:
    client.force_login(person)
    answer = client.get(f"/overview/?month=2026-01{place}", headers={"accept-language": "en"})
    assert answer.status_code == 200
    found: list[Card] = answer.context["cards"]
    return found


def test_each_card_counts_the_list_behind_it(world: World, places: dict[str, str], client: Client) -> None:
    """Proven by the filter by agency, of which a unit below one and a section had empty lists, and by the month that is
    looked at instead of the newest as the one whose budget is in force."""
    person, told = bureau(world), {}
    for place in PLACES:
        found = cards(client, person, places[place])
        for card in found[:5]:
            assert len(rows(client, person, card.url)) == int(card.value), (place, card)
        told[place] = [int(card.value) for card in found[:5]]
        if "section" in place:
            assert len(found) == 5, "a section has no months of which a year's end could follow"
            continue
        risks = sum(Decimal(row["risk"]) for row in rows(client, person, found[5].url))
        assert risks == Decimal(found[5].value.removeprefix("Rp ").replace(",", "")), place
    assert told == {  # waiting, decided, problems, critical contracts, without one
        "government": [2, 3, 5, 2, 2], "agency": [1, 3, 4, 1, 2], "branch": [1, 2, 3, 1, 1],
        "section": [0, 2, 2, 0, 1], "branch section": [0, 1, 1, 1, 0], "nobody's section": [1, 0, 1, 0, 1],
    }  # fmt: skip


def test_the_list_says_of_what_it_is_and_leads_to_the_whole(
    world: World, places: dict[str, str], client: Client
) -> None:
    person = bureau(world)
    for name in ("problems", "decisions", "contracts"):
        shown = page(client, person, f"/overview/{name}/?year=2026{places['section']}")
        assert "Only of Kepala Bidang Dinas PUPR, Dinas PUPR." in shown
        assert '<a href="?year=2026">Show all</a>' in shown
        assert "/overview/risk/?unit=1.03&amp;post=" in shown
    assert "Only of Dinas PUPR." in page(client, person, f"/overview/risk/?year=2026{places['section']}")
    assert "Only of" not in page(client, person, "/overview/problems/")


@pytest.mark.parametrize("place", ["unit=9.99", "unit=%00", "unit=1.03&post=x", "unit=1.03&post=999999"])
def test_a_place_that_is_not_there_is_not_found(
    world: World, works: Agency, client: Client, place: str
) -> None:
    client.force_login(bureau(world))
    for name in ("problems", "decisions", "contracts", "risk"):
        assert client.get(f"/overview/{name}/?{place}").status_code == 404


def test_who_oversees_one_agency_reads_nothing_of_another(
    world: World, places: dict[str, str], works: Agency, client: Client
) -> None:
    head = works.people["agency_head"]
    for name in ("problems", "decisions", "contracts"):
        assert rows(client, head, f"/overview/{name}/?unit=1.05") == []


def test_an_agency_below_another_one_is_in_no_list_of_that_one(
    world: World, works: Agency, client: Client
) -> None:
    """As in the overview's own figures, where each agency stands for itself."""
    own = world.unit(works.unit, "PUBLIC_ENTITY", "1.03.B", "RSUD Muara Tujuh")
    items = [world.item(works, "1.03.00", Decimal(400)), world.item(works, "1.03.09", Decimal(900), unit=own)]
    for item in items:
        _critical(item)
    world.open(1)
    person = bureau(world)
    for code, unit in (("1.03.00", "1.03"), ("1.03.09", "1.03.B")):
        for address in (
            "/overview/?table=items&",
            "/overview/risk/?table=items&",
            "/overview/contracts/?tab=all&",
        ):
            found = rows(client, person, f"{address}month=2026-01&unit={unit}")
            assert [row.get("sub_activity_code", row.get("code")) for row in found] == [code], address
