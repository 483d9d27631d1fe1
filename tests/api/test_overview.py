"""The overview by program: row for row what the pages say, with the golden figures of domain.md 10, and to nobody else."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from registry.grants import SEE, give
from registry.models import User
from tests.api.conftest import Program, program
from tests.portal.conftest import works, world
from tests.portal.leading_world import ASKS
from tests.portal.test_contracts import contract
from tests.portal.world import Agency, World

__all__ = ["works", "world"]  # the fixtures that live beside that story
Told = Callable[[str], Any]


@pytest.fixture
def leader(world: World) -> User:
    person = world.person("leader")
    give(SEE, person, world.root)
    return person


@pytest.fixture
def told(leader: User) -> Told:
    """What a program of the leader is told."""
    asking = program(leader, "read")

    def read(path: str) -> Any:
        response = asking.get(path)
        assert response.status_code == 200, response.content
        return response.json()

    return read


@pytest.fixture
def rows(client: Client, leader: User) -> Callable[[str], list[dict[str, str]]]:
    """A file of the page, as the leader gets it."""

    def read(address: str) -> list[dict[str, str]]:
        client.force_login(leader)
        response = client.get(address)
        assert response.status_code == 200, address
        return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))

    return read


def plain(value: Any) -> str:
    """As a file has it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def same(found: Sequence[dict[str, Any]], file: Sequence[dict[str, str]], names: dict[str, str]) -> None:
    """`names`: the API's name -> the file's; money of a file may have no cents."""
    assert len(found) == len(file)
    for one, row in zip(found, file, strict=True):
        for ours, theirs in names.items():
            mine, its = plain(one[ours]), row[theirs]
            assert mine == its or (mine and its and Decimal(mine) == Decimal(its)), (ours, one, row)


def alike(*names: str, **others: str) -> dict[str, str]:
    return {name: name for name in names} | others


RANKED = alike(
    "place", "absorption", "planned_absorption", "physical", "ceiling", "coverage", unit="unit_code", name="unit_name"
)  # fmt: skip
HEATED = alike("month", "value", "deviation", "colour", "coverage")
OUTLOOK = alike("ceiling", "expected", "risk", "risk_percent", "coverage", realized="realised")


def flat(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for line in table["units"] for cell in line["cells"]]


def curves(said: dict[str, Any]) -> list[dict[str, Any]]:
    pairs = zip(said["physical"], said["money"], strict=True)
    return [
        {f"{kind}_{name}": point[name] for kind, point in (("physical", work), ("absorption", cash)) for name in
         ("plan", "actual", "forecast")}
        | {"complete": work["complete"]}
        for work, cash in pairs
    ]  # fmt: skip


CURVE = alike(
    "complete",
    *(f"{kind}_{name}" for kind in ("physical", "absorption") for name in ("plan", "actual", "forecast")),
)


def test_a_cut_ceiling_is_restated_as_on_the_page(world: World, works: Agency, told: Told, rows: Any) -> None:
    """T-2."""
    item = world.item(works, "1.03.01", Decimal(1000))
    world.open(8)
    world.done(works, item, 8, Decimal(600))
    world.ceiling(item, Decimal(800), version=world.version(works.unit, "perubahan", 9))
    world.open(9)
    world.done(works, item, 9, Decimal(50))
    for query, page, august in (
        ("?restated=true", "?basis=restated&", "75.0000"), ("", "?", "60.0000"),
    ):  # fmt: skip
        curve = told(f"/overview/curve{query}")
        assert [one["actual"] for one in curve["money"][7:9]] == [august, "81.2500"]
        same(curves(curve), rows(f"/overview/{page}format=csv&table=curve"), CURVE)
        mark = f"{query}&" if query else "?"
        heat = told(f"/overview/heat{mark}measure=money")
        assert flat(heat)[0]["value"] == august
        same(flat(heat), rows(f"/overview/{page}by=money&format=csv&table=heat"), HEATED)
        ranking = told(f"/overview/ranking{mark}month=2026-08")
        assert ranking["classes"][0][0]["absorption"] == august
        found = [one for each in ranking["classes"] for one in each]
        same(found, rows(f"/overview/{page}month=2026-08&format=csv&table=ranking"), RANKED)


def test_who_has_not_reported_stands_below_and_the_forecast_goes_on(
    world: World, works: Agency, told: Told, rows: Any
) -> None:
    """T-8, W-8 and W-9 at once: the same rows as in the page's files."""
    second = world.agency("1.05", "Satpol PP")
    road, guard = world.item(works, "1.03.01", Decimal(900)), world.item(second, "1.05.01", Decimal(100))
    world.open(1)
    world.done(works, road, 1, Decimal(90), increment=Decimal(10))
    world.done(second, guard, 1, Decimal(10), increment=Decimal(10))
    world.open(2)
    world.done(second, guard, 2, Decimal(10), increment=Decimal(10))
    curve = told("/overview/curve")
    assert [one["actual"] for one in curve["physical"][:2]] == ["10.0000", "11.0000"]
    assert curve["physical"][2] == {
        "month": "2026-03", "plan": None, "actual": None, "forecast": "16.5000", "complete": False,
    }  # fmt: skip
    same(curves(curve), rows("/overview/?format=csv&table=curve"), CURVE)
    classes = told("/overview/ranking")["classes"]
    assert {one["unit"]: one["place"] for each in classes for one in each} == {"1.03": None, "1.05": 1}
    same([one for each in classes for one in each], rows("/overview/?format=csv&table=ranking"), RANKED)
    same(flat(told("/overview/heat")), rows("/overview/?format=csv&table=heat"), HEATED)
    (section,) = told("/overview/sections?unit=1.03&month=2026-01")["sections"]
    (row,) = rows("/overview/?unit=1.03&month=2026-01&format=csv&table=sections")
    assert (section["office"], section["figures"]["absorption"]) == (row["office"], "10.0000")


def test_the_index_and_the_risk_are_those_of_the_pages(
    world: World, works: Agency, told: Told, rows: Any
) -> None:
    """W-11 and W-13."""
    guards = world.agency("1.05", "Satpol PP")
    road, school = (
        world.item(works, "1.03.00", Decimal(1200), plan={3: (Decimal(40), Decimal(50))}),
        world.item(works, "1.03.01", Decimal(600)),
    )
    guard = world.item(guards, "1.05.00", Decimal(200))
    for month in (1, 2, 3):
        world.open(month)
        world.publish(works, world.enter(road, month, 100, increment=5), world.enter(school, month, 0))
        if month < 3:
            world.done(guards, guard, month, 30, increment=5)
    world.clock(datetime(2026, 5, 20, 1, tzinfo=UTC))
    index = told("/overview/index?month=2026-03")
    names = alike(
        "place", "index", "timeliness", "physical_achievement", "physical_band", "financial_achievement", "data_quality",
        "returns", "amendments", "standing", "coverage", "reports_published", "reports_required", unit="unit_code",
        name="unit_name",
    )  # fmt: skip
    same(index["agencies"], rows("/overview/index/?month=2026-03&format=csv"), names)
    assert index["weights"]["physical"] == "35.0000" and "coverage = " in index["formula"]
    first, silent = index["agencies"]
    assert (first["place"], first["standing"]) == (1, "COMPLETE") and first["index"] and first["as_of"]
    assert (silent["place"], silent["index"], silent["standing"]) == (None, None, "UNPUBLISHED")
    risk = told("/overview/risk?year=2026&month=2026-03")
    assert [one["outlook"]["risk"] for one in risk["agencies"]] == ["600.00", "0.00"]
    assert (risk["total"]["risk"], risk["total"]["risk_percent"], risk["months_left"]) == (
        "600.00", "30.0000", 9,
    )  # fmt: skip
    page = "/overview/risk/?month=2026-03&format=csv"
    same([one["outlook"] | one for one in risk["agencies"]], rows(page), OUTLOOK | {"unit": "unit_code"})
    same(
        [one["outlook"] | one for one in risk["items"]],
        rows(f"{page}&table=items"),
        OUTLOOK | {"code": "sub_activity_code"},
    )
    of_works = told("/overview/risk?year=2026&month=2026-03&unit=1.03")["items"]
    assert [one["code"] for one in of_works] == ["1.03.00", "1.03.01"]
    same([one["outlook"] for one in of_works], rows(f"{page}&unit=1.03&table=items"), OUTLOOK)


def test_contracts_and_problems_are_those_of_the_pages(
    world: World, works: Agency, told: Told, rows: Any
) -> None:
    """T-4 and T-5; a problem with its age and its owner."""
    made = []
    for number, plan in enumerate(("72.00", "68.00")):
        made.append(
            world.item(works, f"1.03.0{number}", Decimal(400), plan={1: (Decimal(10), Decimal(plan))})
        )
        contract(made[-1], f"{number}/SP")
    world.open(1)
    world.done(works, made[0], 1, Decimal(10), increment=Decimal("66.50"))
    world.done(works, made[1], 1, Decimal(10), increment=Decimal("59.00"), **ASKS)
    found = told("/contracts")["items"]
    assert [(one["standing"], one["lag"]) for one in found] == [("II", "5.5000"), ("SOUND", "9.0000")]
    names = alike(
        "number", "work", "provider", "value", "signed_on", "ends_on", "month", "physical", "lag", "standing",
        agency="agency_code",
    )  # fmt: skip
    same(found, rows("/overview/contracts/?tab=all&format=csv"), names)
    assert [one["number"] for one in told("/contracts?standing=II")["items"]] == ["0/SP"]
    public = Program().get("/public/2026/contracts").json()["items"]
    assert len(public) == 2 and not {"value", "package_code"} & public[0].keys()  # as on the public pages
    works_ = alike("agency", "unit", "code", agency="agency_code", unit="unit_code", code="sub_activity_code")
    for kind in ("uncontracted", "not_started"):
        same(
            told(f"/contracts/missing?kind={kind}")["items"],
            rows(f"/overview/contracts/?tab={kind}&format=csv"),
            works_,
        )
    problems = told("/problems")["items"]
    names = alike("category", "age_days", "since", owner="owner_level", code="sub_activity_code")
    same(problems, rows("/overview/problems/?format=csv"), names)
    (land,) = [one for one in problems if one["category"] == "LAND"]
    assert told("/problems?owner=sekda&leadership=true&sort=ceiling")["items"] == [land]
    assert told("/problems?owner=ministry")["items"] == []


QUESTIONS = (
    "/overview/heat", "/overview/ranking", "/overview/curve", "/overview/sections?unit=1.03", "/overview/index",
    "/overview/risk?year=2026&month=2026-01", "/contracts/missing",
)  # fmt: skip


def test_it_is_told_to_who_oversees_and_of_that_alone(world: World, works: Agency, told: Told) -> None:
    second = world.agency("1.05", "Satpol PP")
    for agency, code in ((works, "1.03.01"), (second, "1.05.01")):
        item = world.item(agency, code, Decimal(100))
        world.open(1)
        world.done(agency, item, 1, Decimal(10))
    officer, head = program(works.people["officer"], "read"), program(second.people["agency_head"], "read")
    for path in QUESTIONS:
        told(path)
        assert officer.get(path).status_code == 404, path
    for path in ("heat", "ranking", "curve", "sections"):
        assert head.get(f"/overview/{path}?unit=1.03").status_code == 404, path
    assert [one["unit"] for one in head.get("/overview/heat").json()["units"]] == ["1.05"]
    assert [one["unit"] for one in head.get("/overview/index").json()["agencies"]] == ["1.05"]
    assert head.get("/overview/curve?month=2026-07").status_code == 404  # not opened
    assert head.get("/overview/risk?year=2026&month=2026-07").status_code == 404


OF_ONE_UNIT = {
    "/totals?year=2026&month=2026-01&": "/overview/?",
    "/totals/year?year=2026&": "/overview/?",
    "/totals/items?year=2026&month=2026-01&": "/overview/?",
    "/overview/heat?": "/overview/?",
    "/overview/risk?year=2026&month=2026-01&": "/overview/risk/?month=2026-01&",
    "/board?year=2026&month=2026-01&": "/board/{unit}/?",
    "/problems?": "/overview/problems/?",
    "/decisions?": "/overview/decisions/?tab=open&",
    "/decisions/waiting?": "/overview/decisions/?",
    "/contracts?": "/overview/contracts/?",
    "/contracts/missing?": "/overview/contracts/?tab=uncontracted&",
}


def test_of_a_unit_out_of_sight_a_program_is_told_what_the_page_tells(
    world: World, works: Agency, client: Client
) -> None:
    """Never zeros that look like figures; a list of nothing is a list of nothing in both."""
    second = world.agency("1.05", "Satpol PP")
    clinic = world.unit(works.unit, "UPTD", "1.03.9", "UPTD")
    for agency, place, code in (
        (works, works.unit, "1.03.01"), (works, clinic, "1.03.02"), (second, second.unit, "1.05.01"),
    ):  # fmt: skip
        item = world.item(agency, code, Decimal(100), unit=place)
        world.open(1)
        world.done(agency, item, 1, Decimal(10), **ASKS)
    lists = ("/problems?", "/decisions?", "/decisions/waiting?", "/contracts?", "/contracts/missing?")
    head = works.people["agency_head"]
    asking = program(head, "read")
    client.force_login(head)
    shown: dict[str, int] = {}
    for path, page in OF_ONE_UNIT.items():
        for unit in ("1.03.9", "1.05"):
            told = asking.get(f"{path}unit={unit}")
            address = f"{page.format(unit=unit)}unit={unit}"
            shown[address] = shown.get(address) or client.head(address).status_code
            wanted = 200 if path in lists or unit == "1.03.9" else 404
            assert (told.status_code, shown[address]) == (wanted, wanted), (path, unit)
            assert wanted == 200 or told.json()["code"] == "api.found"
            assert path not in lists or unit == "1.03.9" or told.json()["items"] == []
    (waiting,) = asking.get("/decisions/waiting?unit=1.03.9").json()["items"]
    assert waiting["code"] == "1.03.02"
