"""A visitor looks for an agency, a sub-activity or a contract, and slips a little."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from portal.opendata.search import Question
from registry.models import Contract
from tests.portal.world import Agency, World

ROAD, BRIDGE = "1.03.10.2.01.0051", "1.03.10.2.01.0053"


@pytest.fixture
def town(world: World, works: Agency) -> World:
    road, bridge = world.item(works, ROAD, Decimal(1000)), world.item(works, BRIDGE, Decimal(500))
    for item, name in ((road, "Rekonstruksi Jalan Kabupaten"), (bridge, "Pembangunan Jembatan 100% Beton")):
        item.sub_activity_name = name
        item.save()
    police = world.agency("1.05", "Satpol PP")
    world.unit(works.unit, "UPTD", "1.03.01", "UPTD Jalan Wilayah Pesisir")
    world.item(police, "1.05.02.2.01.0025", Decimal(120))
    Contract.objects.create(
        item=bridge, number="602/17-K/BM/2026", name="Jembatan Sungai Lurus", provider="CV Karya Bersama", value=Decimal(400),
        signed_on=date(2026, 1, 5), starts_on=date(2026, 1, 10), ends_on=date(2026, 6, 30), package_code="RAHASIA-77",
    )  # fmt: skip
    world.open(1)
    world.done(works, road, 1, Decimal(10), increment=Decimal(1), problem_text="Kata dalam rahasia")
    return world


def hits(client: Client, question: str, **more: str) -> str:
    response = client.get("/search/", {"q": question, **more}, headers={"accept-language": "en"})
    assert response.status_code == 200
    page = response.content.decode()
    return page[page.index("<main") :].split('<ol class="found"')[-1] if '<ol class="found"' in page else ""


FIRST = [
    (ROAD, f"/p/2026/1.03/{ROAD}/"),
    ("1031020100 51", f"/p/2026/1.03/{ROAD}/"),
    ("1.03.10.2.01.0051.", f"/p/2026/1.03/{ROAD}/"),
    ("1,03.10.2..01 0051".replace(",", "."), f"/p/2026/1.03/{ROAD}/"),
    ("jalan kabupaten", f"/p/2026/1.03/{ROAD}/"),
    ("JEMBATAN beton", f"/p/2026/1.03/{BRIDGE}/"),
    ("rekonstuksi jalan", f"/p/2026/1.03/{ROAD}/"),
    ("satpol", "/p/2026/2026-01/1.05/"),
    ("1.05", "/p/2026/2026-01/1.05/"),
    ("pesisir", "/p/2026/2026-01/1.03.01/"),
    ("602/17-K/BM/2026", f"/p/2026/1.03/{BRIDGE}/"),
    ("60217k bm 2026", f"/p/2026/1.03/{BRIDGE}/"),
    ("karya bersama", f"/p/2026/1.03/{BRIDGE}/"),
]


def test_she_finds_it_first(town: World, client: Client) -> None:
    for question, first in FIRST:
        found = hits(client, question)
        assert first in found.split("</li>")[0], (question, found[:600])


def test_what_is_only_alike_is_said_to_be(town: World, client: Client) -> None:
    page = client.get("/search/", {"q": "jembatn"}, headers={"accept-language": "en"}).content.decode()
    assert "Nothing has exactly this name or code" in page and BRIDGE in page


def test_internal_words_people_and_patterns_find_nothing(town: World, client: Client) -> None:
    for question in [
        "rahasia-77",
        "Kata dalam rahasia",
        "section-head",
        "%",
        "_____",
        "' OR 1=1 --",
        "\\",
        "zzzzzz",
    ]:
        assert hits(client, question) == "", question


def test_a_percent_sign_is_a_percent_sign(town: World, client: Client) -> None:
    assert BRIDGE in hits(client, "100%") and ROAD not in hits(client, "100%")


def test_whatever_is_typed_is_answered(town: World, client: Client) -> None:
    for question in ["", "a", "a" * 3000, "\x00jalan", "é" * 50, "１２", "jalan " * 40]:
        assert client.get("/search/", {"q": question, "page": "-1", "year": "x"}).status_code == 200


def test_too_short_is_said_with_the_limit(town: World, client: Client) -> None:
    page = client.get("/search/", {"q": "j"}, headers={"accept-language": "en"}).content.decode()
    assert "“j” is too short to search for. Type at least 2" in page


def test_another_government_is_not_searched(town: World, client: Client) -> None:
    other = type(town.government).objects.create(code="88", name="Kota Lain")
    unit = type(town.root).objects.create(government=other, kind="GOVERNMENT", code="88", name="Kota Lain")
    type(town.root).objects.create(
        government=other, parent=unit, kind="AGENCY", code="88.1", name="Dinas Seberang"
    )
    assert hits(client, "seberang") == ""


def test_an_answer_costs_the_same_however_much_is_found_and_comes_by_pages(
    town: World, works: Agency, client: Client, statements: Callable[[], Any]
) -> None:
    def count() -> int:
        with statements() as seen:
            assert "Jalan" in hits(client, "jalan")
        return len(seen)

    hits(client, "jalan")
    one = count()
    for number in range(45):
        item = town.item(works, f"1.03.10.2.02.{number:04}", Decimal(1))
        item.sub_activity_name = f"Pemeliharaan Jalan Ruas {number}"
        item.save()
    assert count() == one <= 6
    page = client.get(
        "/search/", {"q": "jalan", "page": "3"}, headers={"accept-language": "en"}
    ).content.decode()
    assert "41 to 47 of 47" in page and page.count('<li><span class="tag">') == 7
    assert client.get("/search/", {"q": "jalan", "page": "9"}).status_code == 404


def test_every_public_page_has_the_search_on_top(town: World, client: Client) -> None:
    for path in [
        "/",
        "/p/2026/2026-01/",
        "/p/2026/2026-01/1.03/",
        f"/p/2026/1.03/{ROAD}/",
        "/data/",
        "/search/",
        "/no/such/",
    ]:
        assert 'role="search" action="/search/"' in client.get(path).content.decode(), path


def test_words_are_cut_as_indexes_have_them() -> None:
    assert Question("1.03 .10 2-01").words == ["10310201"]
    assert Question("Jalan  1.03").words == ["jalan", "103"]
    assert Question(" . ").words == []
