"""Who follows from outside: feeds, the map for search engines, languages in links, and what need not be sent again."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from approvals.models import SigningBatch
from portal.opendata import sitemap
from registry.models import BudgetItemVersion, MonthlyPlan, Unit
from tests.approvals.bureau import Bureau
from tests.approvals.test_corrections import REASON, files, march, office, revised
from tests.cast import World as Cast
from tests.portal.world import Agency, World

__all__ = ["files", "office"]
CODE = "1.03.10.2.01.0051"
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@pytest.fixture
def january(world: World, works: Agency) -> World:
    road = world.item(works, CODE, Decimal(1000))
    police = world.agency("1.05", "Satpol <PP> & \x0bLinmas")
    patrol = world.item(police, "1.05.02.2.01.0025", Decimal(120))
    world.open(1)
    world.done(works, road, 1, Decimal(100), problem_text="Kata dalam")
    world.done(police, patrol, 1, Decimal(20))
    return world


def feed(client: Client, path: str) -> ElementTree.Element:
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return ElementTree.fromstring(response.content)  # noqa: S314 - our own


def check_atom(root: ElementTree.Element) -> list[ElementTree.Element]:
    """What RFC 4287 asks of a feed and of each entry."""
    entries = root.findall(f"{ATOM}entry")
    for one in [root, *entries]:
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"{ATOM}{name}")) == 1 and one.findtext(f"{ATOM}{name}"), (one, name)
        assert one.findtext(f"{ATOM}id", "").startswith("urn:uuid:")
        assert RFC3339.fullmatch(one.findtext(f"{ATOM}updated", ""))
        assert one.find(f"{ATOM}link[@rel='alternate']") is not None
    assert root.findtext(f"{ATOM}author/{ATOM}name") and root.find(f"{ATOM}link[@rel='self']") is not None
    ids = [one.findtext(f"{ATOM}id") for one in entries]
    assert len(set(ids)) == len(ids)
    return entries


def world_item(world: World) -> Any:
    return world.year.budgetitem_set.get(sub_activity_code=CODE)


def test_documents_are_told_with_ids_that_stay_when_the_site_moves(
    january: World, client: Client, settings: Any
) -> None:
    root = feed(client, "/feeds/published.atom")
    entries = check_atom(root)
    assert (
        len(entries) == 2
        and "Linmas" in "".join(root.itertext())
        and "Kata dalam" not in "".join(root.itertext())
    )
    tokens = set(SigningBatch.objects.values_list("token", flat=True))
    links = [one.find(f"{ATOM}link").get("href", "") for one in entries]
    assert {link.rstrip("/").rpartition("/")[2] for link in links} == tokens
    settings.PUBLIC_URL = "https://elsewhere.example"
    moved = feed(client, "/feeds/published.atom")
    assert [one.text for one in moved.iter(f"{ATOM}id")] == [one.text for one in root.iter(f"{ATOM}id")]


def test_an_agency_has_a_feed_of_its_own(january: World, client: Client) -> None:
    (entry,) = check_atom(feed(client, "/feeds/1.03/published.atom"))
    assert "Dinas PUPR" in entry.findtext(f"{ATOM}title", "")
    assert check_atom(feed(client, "/feeds/1.05/corrections.atom")) == []
    assert client.get("/feeds/9.99/published.atom").status_code == 404


def test_who_has_the_feed_is_told_so(january: World, client: Client, statements: Callable[[], Any]) -> None:
    first = client.get("/feeds/published.atom")
    with statements() as seen:
        assert (
            client.get("/feeds/published.atom", headers={"if-none-match": first["ETag"]}).status_code == 304
        )
    assert len(seen) <= 5


def test_search_engines_find_every_public_page_and_only_those(
    january: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "PART", 3)
    told = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314
    parts = [one.text or "" for one in told.iter(f"{MAP}loc")]
    assert [part.rpartition("/")[2] for part in parts] == ["sitemap-2026-1.xml", "sitemap-2026-2.xml"]
    pages: list[str] = []
    for part in parts:
        found = ElementTree.fromstring(client.get(part.removeprefix("http://localhost:8000")).content)  # noqa: S314
        pages += [(one.text or "").removeprefix("http://localhost:8000") for one in found.iter(f"{MAP}loc")]
    assert sorted(pages) == sorted(
        ["/", "/data/2026/", "/p/2026/2026-01/1.03/", "/p/2026/2026-01/1.05/", f"/p/2026/1.03/{CODE}/",
         "/p/2026/1.05/1.05.02.2.01.0025/"]
    )  # fmt: skip
    assert all(client.get(page).status_code == 200 for page in pages)
    assert (
        client.get("/sitemap-2026-7.xml").status_code == client.get("/sitemap-1999-1.xml").status_code == 404
    )
    robots = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://localhost:8000/sitemap.xml" in robots and "Disallow: /accounts/" in robots


def test_a_page_is_not_sent_again_until_something_public_changes(
    january: World, works: Agency, client: Client, statements: Callable[[], Any]
) -> None:
    path = "/p/2026/2026-01/1.03/"
    first = client.get(path)
    known = {"if-none-match": first["ETag"]}
    with statements() as seen:
        assert client.get(path, headers=known).status_code == 304
    assert len(seen) <= 3
    assert client.get(path, headers=known | {"accept-language": "en"}).status_code == 200
    Unit.objects.get(code="1.03").save()
    assert client.get(path, headers=known).status_code == 200
    second = {"if-none-match": client.get(path)["ETag"]}
    MonthlyPlan.objects.create(item_version=BudgetItemVersion.objects.latest("pk"), month=1, cash=Decimal(7))
    assert client.get(path, headers=second).status_code == 200
    second = {"if-none-match": client.get(path)["ETag"]}
    january.open(2)
    january.done(works, world_item(january), 2, Decimal(5))
    assert client.get(path, headers=second).status_code == 200


def test_a_person_who_signed_in_never_gets_a_visitors_page(
    january: World, works: Agency, client: Client
) -> None:
    visitor = client.get("/")
    client.force_login(works.people["agency_head"])
    mine = client.get("/", headers={"if-none-match": visitor["ETag"]})
    assert mine.status_code == 200 and "ETag" not in mine and "public" not in mine.get("Cache-Control", "")


def test_a_link_brings_its_language_along(january: World, client: Client) -> None:
    page = client.get("/p/2026/2026-01/1.03/?lang=ur&page=1")
    assert '<html lang="ur" dir="rtl">' in page.content.decode() and page["Content-Language"] == "ur"
    assert "lang=ur" not in re.sub(r"<link [^>]*>", "", page.content.decode())
    assert "public" not in page.get("Cache-Control", "")
    assert '<html lang="ur"' in client.get("/").content.decode()
    assert client.get("/?lang=xx").status_code == 200
    assert 'hreflang="en" href="http://localhost:8000/?lang=en"' in Client().get("/").content.decode()


def test_a_correction_is_told_with_what_it_changed(cast: Cast, office: Bureau) -> None:
    visitor = Client()
    assert check_atom(feed(visitor, "/feeds/corrections.atom")) == []
    revised(cast, office, march("15"))
    (entry,) = check_atom(feed(visitor, f"/feeds/{cast.agency.code}/corrections.atom"))
    told = "".join(entry.itertext())
    assert "Rp10" in told and "Rp15" in told and "Maret 2026" in told and REASON not in told
    assert entry.find(f"{ATOM}link").get("href", "").endswith("/#corrections")
