"""What those who oversee see: the same figures, what is on its way, and who has not reported."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from ledger.recording import recorded
from portal import selectors
from portal.board import holders
from portal.selectors import View, sight_of
from registry.grants import AUDIT, OVERSEE, SEE, give
from registry.models import Assignment, Post, User
from submissions.models import Report
from tests.portal.world import Agency, World
from tests.roads import BUREAU, HEAD
from workflow import engine, route
from workflow.models import RouteVersion


@pytest.fixture
def safety(world: World) -> Agency:
    return world.agency("1.05", "Satpol PP")


@pytest.fixture
def march(world: World, works: Agency, safety: Agency) -> World:
    """Public works: one published, one verified, one submitted. Safety: one draft, one returned."""
    roads = [world.item(works, f"1.03.0{n}", Decimal(100)) for n in range(3)]
    guards = [world.item(safety, f"1.05.0{n}", Decimal(200)) for n in range(2)]
    world.open(3)
    world.done(works, roads[0], 3, Decimal(50))
    verified, submitted = (world.enter(item, 3, Decimal(20)) for item in roads[1:])
    world.submit(works, verified, submitted)
    world.verify(works, verified)
    returned = world.enter(guards[0], 3, Decimal(99))
    world.submit(safety, returned)
    world.act("return", safety, "section_head", [returned], reason="Bukti pembayaran belum ada")
    return world


@pytest.fixture
def leader(march: World) -> User:
    person = march.person("leader")
    give(SEE, person, march.root)
    return person


def page(client: Client, person: User, query: str = "") -> str:
    client.force_login(person)
    response = client.get(f"/overview/{query}", headers={"accept-language": "en"})
    assert response.status_code == 200
    return response.content.decode()


def rows(client: Client, person: User, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page(client, person, query), newline="")))


def test_a_leader_sees_published_figures_unless_he_asks_for_more(
    march: World, leader: User, client: Client
) -> None:
    safety_row, works_row, total = sorted(
        rows(client, leader, "?format=csv"), key=lambda row: row["unit_name"] != "Satpol PP"
    )
    assert (works_row["realized_to_date"], works_row["coverage"]) == ("50.00", "33.3333")
    assert safety_row["realized_to_date"] == ""
    more = {row["unit_code"]: row for row in rows(client, leader, "?all=1&format=csv")}
    assert (more["1.03"]["realized_to_date"], more["1.03"]["coverage"]) == ("90.00", "100.0000")
    assert (more["1.03"]["reports_counted"], more["1.03"]["reports_published"]) == ("3", "1")
    assert more["1.05"]["realized_to_date"] == ""  # a returned report is nobody's statement
    assert "Not final" in page(client, leader, "?all=1")
    assert "Not final" not in page(client, leader)


def test_he_sees_how_far_each_agency_is(march: World, leader: User, client: Client) -> None:
    works_row, safety_row = rows(client, leader, "?format=csv&table=states")
    assert [works_row[key] for key in ("in_entry", "returned", "submitted", "verified", "published", "required")] == [
        "0", "0", "1", "1", "1", "3",
    ]  # fmt: skip
    assert [safety_row[key] for key in ("in_entry", "returned", "submitted", "verified", "published", "required")] == [
        "1", "1", "0", "0", "0", "2",
    ]  # fmt: skip


def test_he_sees_who_holds_what_since_when(march: World, leader: User, client: Client) -> None:
    found = {
        (row["agency_code"], row["state"]): row for row in rows(client, leader, "?format=csv&table=holders")
    }
    assert found["1.03", "submitted"]["office"] == "Kepala Bidang Dinas PUPR"
    assert found["1.03", "verified"]["office"] == "Kepala Dinas Dinas PUPR"
    assert found["1.03", "verified"]["person"] == "Agency Head 1.03"
    assert found["1.05", "returned"]["office"] == "PPTK Satpol PP"
    assert found["1.05", "returned"]["since"].startswith("2026-04-03T01:00")
    assert found["1.05", "draft"]["since"] == "2026-03-24T16:00:00Z"  # when the month opened
    assert ("1.03", "published") not in found
    assert 'href="/board/?month=2026-03"' in page(client, leader)  # where they are shown


def test_he_sees_the_offices_of_the_government_and_of_one_unit_by_name(
    march: World, leader: User, safety: Agency, client: Client
) -> None:
    """Safety's reports are verified by the secretariat and reviewed by the bureau, whoever else is of the same role."""
    with recorded(None):
        secretariat = march.unit(march.root, "AGENCY", "4.01", "Sekretariat Daerah")
        for unit, role in ((secretariat, "planner"), (march.root, "oversight")):
            post = Post.objects.create(unit=unit, role=role, title=f"Kepala {role}")
            Assignment.objects.create(
                person=march.person(role), post=post, decree_no="SK 1", valid_from=date(2025, 1, 1)
            )
        RouteVersion.objects.create(
            code="UJI", number=1, name="Rute uji",
            tiers=[
                {"verb": "submit", "role": "officer", "scope": "self"},
                {"verb": "verify", "role": "planner", "scope": "unit", "unit": "4.01"}, HEAD, BUREAU | {"blocks": True},
            ],
        )  # fmt: skip
        safety.unit.route_code = "UJI"
        safety.unit.save(update_fields=["route_code"])
    items = [march.item(safety, f"1.05.1{n}", Decimal(100)) for n in range(3)]
    march.open(4)
    handed_in = [march.enter(one, 4, Decimal(20)) for one in items[:2]]
    march.submit(safety, *handed_in)
    planner = User.objects.get(username="planner")
    engine.perform(route.VERIFY, Report, {handed_in[0].pk: None}, actor=planner, whole=True)
    march.act(route.SIGN, safety, "agency_head", handed_in[:1])
    found = [
        (row["state"], row["office"], row["person"], row["reports"])
        for row in rows(client, leader, "?month=2026-04&format=csv&table=holders")
        if row["agency_code"] == "1.05"
    ]
    assert ("submitted", "Kepala planner", "Planner", "1") in found
    assert ("signed", "Kepala oversight", "Oversight", "1") in found
    assert ("draft", "PPTK Satpol PP", "Officer 1.05", "3") in found


def test_an_acting_head_is_named_as_acting(march: World, leader: User, works: Agency, client: Client) -> None:
    Assignment.objects.create(
        person=march.person("stand-in"), post=works.posts["agency_head"], kind="plh", decree_no="SK 2",
        valid_from=date(2026, 4, 1), valid_to=date(2026, 4, 10),
    )  # fmt: skip
    found = {row["state"]: row for row in rows(client, leader, "?format=csv&table=holders")}
    assert found["verified"]["office"] == "Plh. Kepala Dinas Dinas PUPR"
    assert found["verified"]["person"] == "Stand In"


def test_lateness_is_counted_in_working_days_after_each_own_due_moment(
    march: World, leader: User, client: Client
) -> None:
    assert {row["late_working_days"] for row in rows(client, leader, "?format=csv&table=holders")} == {"0"}
    # Entry was due Monday 6 April (the 5th is a Sunday), verification Wednesday 8th, signature Friday 10th.
    march.clock(datetime(2026, 4, 9, 1, tzinfo=UTC))
    found = {row["state"]: row for row in rows(client, leader, "?format=csv&table=holders")}
    assert {state: row["late_working_days"] for state, row in found.items()} == {
        "draft": "3", "returned": "3", "submitted": "1", "verified": "0",
    }  # fmt: skip


@pytest.mark.parametrize("right", [SEE, OVERSEE, AUDIT])
def test_any_grant_opens_the_overview_of_its_units_and_no_others(
    march: World, works: Agency, client: Client, right: str
) -> None:
    person = march.person("granted")
    give(right, person, works.unit)
    assert [row["unit_code"] for row in rows(client, person, "?format=csv")] == ["1.03", ""]
    assert "Satpol PP" not in page(client, person)


def test_a_grant_to_a_group_counts_too(march: World, works: Agency, client: Client) -> None:
    person, group = march.person("member"), Group.objects.create(name="Bagian Organisasi")
    person.groups.add(group)
    give(OVERSEE, group, works.unit)
    assert "Dinas PUPR" in page(client, person)


@pytest.mark.parametrize("role", ["section_head", "agency_head"])
def test_heads_see_their_own_agency(march: World, works: Agency, client: Client, role: str) -> None:
    shown = page(client, works.people[role])
    assert "Dinas PUPR" in shown
    assert "Satpol PP" not in shown


def test_officers_strangers_and_superusers_find_no_overview(
    march: World, works: Agency, client: Client
) -> None:
    root = User.objects.create_superuser("root", name="Root")
    for person in [works.people["officer"], march.person("stranger"), root]:
        client.force_login(person)
        assert client.get("/overview/").status_code == 404
        assert client.get("/overview/?format=csv").status_code == 404


def test_a_visitor_is_asked_to_sign_in(march: World, client: Client) -> None:
    assert client.get("/overview/").status_code == 302


def test_she_counts_exactly_the_reports_that_she_may_see(
    march: World, works: Agency, safety: Agency, leader: User
) -> None:
    month = selectors.months(march.year)[0]
    for person in [leader, *works.people.values(), *safety.people.values()]:
        seen, _ = holders.standings(View(month, sight=sight_of(person)))
        assert sum(one.required for one in seen) == Report.objects.visible_to(person).count()


def test_a_month_that_was_never_opened_is_not_found(march: World, leader: User, client: Client) -> None:
    client.force_login(leader)
    for query in ("?month=2026-09", "?month=nonsense", "?format=csv&table=nonsense"):
        assert client.get(f"/overview/{query}").status_code == 404


def test_before_any_month_is_open_the_overview_says_so(world: World, client: Client) -> None:
    person = world.person("early")
    give(SEE, person, world.root)
    assert "No month is open" in page(client, person)


@pytest.mark.parametrize("query", ["", "?all=1", "?format=csv", "?format=csv&table=holders"])
def test_the_overview_costs_the_same_number_of_statements_for_any_number_of_agencies(
    march: World, leader: User, client: Client, statements: Callable[[], Any], query: str
) -> None:
    def count() -> int:
        with statements() as seen:
            assert client.get(f"/overview/{query}").status_code == 200
        return len(seen)

    client.force_login(leader)
    count()
    few = count()
    for n in range(12):
        more = march.agency(f"3.{n:02}", f"Dinas {n}")
        item = march.item(more, "3.01", Decimal(100))
        march.item(more, "3.02", Decimal(100))
        march.open(3)
        march.done(more, item, 3, Decimal(10))
    assert count() == few <= 34


def test_he_goes_down_to_the_sub_activities_of_an_agency_also_of_what_is_not_signed(
    march: World, leader: User, client: Client
) -> None:
    assert 'href="?month=2026-03&amp;all=1&amp;unit=1.03"' in page(client, leader, "?all=1")
    found = rows(client, leader, "?all=1&unit=1.03&format=csv&table=items")
    assert [(row["sub_activity_code"], row["realized_month"], row["published"]) for row in found] == [
        ("1.03.00", "50.00", "yes"), ("1.03.01", "20.00", "no"), ("1.03.02", "20.00", "no"),
    ]  # fmt: skip
    assert "Satpol PP" not in page(client, leader, "?all=1&unit=1.03")
    assert "1.03.02" in page(client, leader, "?all=1&unit=1.03")


def test_a_unit_outside_ones_sight_is_not_found(march: World, works: Agency, client: Client) -> None:
    client.force_login(works.people["agency_head"])
    for code in ("1.05", "9.99"):
        assert client.get(f"/overview/?unit={code}").status_code == 404
