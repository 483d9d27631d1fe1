"""Reading by program: what a person sees, a program of his sees, and no other."""

from typing import Any

import pytest

from audit.models import Reading
from tests.api.conftest import Program
from tests.cast import World


@pytest.fixture
def january(cast: World) -> Any:
    cast.item("1.03.10.2.01.0051", ceilings=(100, 200))
    return cast.open()[0]


def test_a_program_knows_in_whose_name_it_speaks(cast: World, of: Any) -> None:
    said = of("ani").get("/me").json()
    assert (
        said["name"] == "Ani Lembayung" and said["scope"] == "act" and said["offices"][0]["role"] == "officer"
    )


@pytest.mark.parametrize(
    "path",
    [
        "/me", "/statement", "/units", "/years", "/periods", "/items", "/reports", "/inbox", "/inbox?verb=enter", "/notices",
        "/packs", "/batches", "/requests",
    ],
)  # fmt: skip
def test_every_list_answers(cast: World, of: Any, january: Any, path: str) -> None:
    response = of("budi").get(path)
    assert response.status_code == 200, response.content
    assert response.headers["Content-Type"].startswith("application/json")


def test_one_report_is_told_with_everything(cast: World, of: Any, january: Any) -> None:
    response = of("ani").get(f"/reports/{january.token}")
    said = response.json()
    assert response.status_code == 200, said
    assert (
        said["entry"]["lines"][0]["ceiling"] == "100.00"
        and said["editable"]
        and response["ETag"] == said["etag"]
    )
    assert of("ani").get(f"/reports/{january.token}", If_None_Match=said["etag"]).status_code == 304


INSIDE = "year=2026&month=2026-01"


@pytest.mark.parametrize(
    "path",
    [
        f"/totals?{INSIDE}", f"/totals/items?{INSIDE}", "/totals/year?year=2026", f"/board?{INSIDE}", "/problems",
        "/decisions/waiting", "/decisions", "/contracts",
    ],
)  # fmt: skip
def test_what_leaders_see_is_for_who_oversees(cast: World, of: Any, january: Any, path: str) -> None:
    response = of("dewi").get(path)
    assert response.status_code == 200, response.content
    assert of("ani").get(path).status_code == 404


def test_an_officer_decides_nothing_for_leaders(cast: World, of: Any, january: Any) -> None:
    body = {
        "reports": [{"id": january.token, "version": january.version}], "text": "Dilanjutkan.", "due": "2026-03-01",
        "owner_unit": cast.agency.code, "owner_title": "Kepala Dinas Pekerjaan Umum",
    }  # fmt: skip
    response = of("ani").post("/decisions", body)
    assert response.status_code in (200, 422), response.content
    assert response.status_code == 422 or response.json()["done"] == 0
    assert of("ani").post("/decisions/nobody/done", {"note": "Selesai."}).status_code == 404


def test_a_year_is_told_month_by_month(cast: World, of: Any, january: Any) -> None:
    said = of("dewi").get("/totals/year?year=2026").json()
    assert [one["month"] for one in said["months"]] == [f"2026-{month:02}" for month in range(1, 13)]
    assert Program().get("/public/2026/totals").json()["months"][0]["figures"]["reports_required"] == 1


@pytest.mark.parametrize("path", ["", "/decisions", "/evidence"])
def test_a_stranger_finds_nothing(cast: World, of: Any, january: Any, path: str) -> None:
    response = of("eko").get(f"/reports/{january.token}{path}")
    assert response.status_code == 404 and response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "api.found"


def test_without_a_key_there_is_nothing_but_the_public(cast: World, january: Any) -> None:
    visitor = Program()
    response = visitor.get("/me")
    assert response.status_code == 401 and response["WWW-Authenticate"] == "Bearer"
    assert visitor.get("/public").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/units",
        "/2026/months",
        "/2026/2026-01/totals",
        "/2026/2026-01/items",
        "/2026/documents",
        "/2026/contracts",
    ],
)
def test_everybody_reads_the_public(cast: World, january: Any, path: str) -> None:
    response = Program().get(f"/public{path}")
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == "public, max-age=60"
    assert Program().get(f"/public{path}", If_None_Match=response["ETag"]).status_code == 304


def test_an_auditor_searches_the_ledger_and_that_he_did_is_noted(cast: World, of: Any, january: Any) -> None:
    dewi = of("dewi")
    found = dewi.get(f"/audit/events?words=0051&unit={cast.agency.code}&month=2026-01")
    assert found.status_code == 200 and found.json()["items"], found.content
    told = dewi.get(f"/audit/reports/{january.token}").json()
    assert told["report"] == january.token and told["history_rows"] > 0
    assert list(Reading.objects.order_by("pk").values_list("page", "subject")) == [
        ("search", "api"), ("report", january.token),
    ]  # fmt: skip
    wrong = dewi.get("/audit/events?since=yesterday")
    assert wrong.status_code == 422 and "yesterday" in wrong.json()["detail"]
    assert of("ani").get("/audit/events").status_code == 404
    assert of("ani").get(f"/audit/reports/{january.token}").status_code == 404
