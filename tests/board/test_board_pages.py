"""Who sees the board, what the address asks of it, and that it costs the same for few and many."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from registry.grants import AUDIT, OVERSEE, SEE, give
from registry.models import Unit
from tests.approvals.deskwork import as_, plain_text
from tests.board.people import HEALTH, WORKS, Board
from tests.cast import World, assign


def codes(page: Any) -> list[str]:
    return [row["unit"].code for row in page.context["rows"]]


@pytest.mark.parametrize("who", ["ani", "gita", "lia", "root"])
def test_strangers_do_not_find_it(board: Board, who: str) -> None:
    client = board.client(who)
    for address in ("", "rows/", f"{WORKS}/", f"{WORKS}/rows/", "letters/"):
        assert client.get(f"/board/{address}").status_code == 404, address


def test_a_visitor_is_asked_to_sign_in(board: Board) -> None:
    assert Client().get("/board/").status_code == 302


def test_the_bureau_and_auditors_of_the_whole_see_all_of_it(board: Board) -> None:
    for who in ("hadi", "dewi"):
        assert codes(board.client(who).get("/board/")) == [HEALTH, WORKS]


def test_a_grant_on_the_whole_shows_all_of_it(board: Board, cast: World) -> None:
    for right, person in ((SEE, cast.gita), (OVERSEE, cast.lia), (AUDIT, cast.eko)):
        give(right, person, Unit.objects.get(parent=None))
        page = as_(person).get("/board/")
        assert codes(page) == [HEALTH, WORKS] and not page.context["acts"]


def test_heads_see_what_lies_below_them_and_nothing_else(board: Board) -> None:
    for who in ("citra", "budi"):
        client = board.client(who)
        assert codes(client.get("/board/")) == [WORKS]
        assert client.get(f"/board/{WORKS}/").status_code == 200
        assert client.get(f"/board/{HEALTH}/").status_code == 404
        assert client.get("/board/nothing/").status_code == 404
    for code in ("99.01", "%00", "odd"):  # the government itself is no row
        assert board.client("hadi").get(f"/board/{code}/").status_code == 404


def test_an_agency_opens_to_its_units(board: Board, cast: World) -> None:
    centre = Unit.objects.create(
        government=cast.government, parent=cast.agency, kind="UPTD", code="1.03.1.04.0.00.01.0001", name="UPTD Jalan"
    )  # fmt: skip
    centre.refresh_from_db()
    cast.item("1.03.10.2.01.0900", unit=centre)
    cast.open(1)
    page = board.client("hadi").get("/board/")
    assert f'href="/board/{WORKS}/?' in page.content.decode()
    below = board.client("hadi").get(f"/board/{WORKS}/")
    assert codes(below) == [WORKS, centre.code]
    assert [row["unit"].cell(1).counts.required for row in below.context["rows"]] == [2, 1]
    assert (
        next(row for row in page.context["rows"] if row["unit"].code == WORKS)["unit"].cell(1).counts.required
        == 3
    )


ASKED = [
    ("", [HEALTH, WORKS]),
    ("?state=PARTIAL", [WORKS]),
    ("?state=EMPTY&month=2026-01", [HEALTH]),
    ("?state=EMPTY&month=2026-02", []),
    ("?state=odd", [HEALTH, WORKS]),
    ("?late=1", [HEALTH, WORKS]),
    ("?late=1&month=2026-02", []),
    ("?holder=sign", [WORKS]),
    ("?holder=entry", [HEALTH]),
    ("?holder=vacant", []),
    ("?sort=-coverage", [WORKS, HEALTH]),
    ("?sort=coverage", [HEALTH, WORKS]),
    ("?sort=-code", [WORKS, HEALTH]),
    ("?sort=-held&page=7", [HEALTH, WORKS]),
    ("?sort=%00&page=x&holder=%00", [HEALTH, WORKS]),
]


def test_what_the_address_asks_for(board: Board, cast: World) -> None:
    board.verified(board.works)
    board.signed(board.works[:1])
    cast.at("2026-02-11 09:00")
    client = board.client("hadi")
    for query, found in ASKED:
        assert codes(client.get(f"/board/{query}")) == found, query


def test_months_and_years_that_never_were_are_not_found(board: Board) -> None:
    for query in ("?month=2026-14", "?month=x", "?year=2031", "?format=exe", "?format=csv&table=odd"):
        assert board.client("hadi").get(f"/board/{query}").status_code == 404


def test_every_state_is_explained_on_the_page(board: Board) -> None:
    told = plain_text(board.client("hadi").get("/board/"))
    for word in (
        "Not due",
        "Draft",
        "Partly published",
        "Published on time",
        "Published late",
        "Reopened",
        "Exempt",
    ):
        assert word in told
    assert "W-6" in told and "W-10" in told


def test_a_page_that_looks_again_is_told_when_nothing_changed(
    board: Board, cast: World, statements: Any
) -> None:
    client = board.client("hadi")
    page = client.get("/board/")
    live = re.search(r'data-live="([^"]+)"', page.content.decode())
    assert live
    address = live[1].replace("&amp;", "&")
    with statements() as seen:
        answer = client.get(f"{address}&seen={page.context['version']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not [one for one in seen if "submissions_reportline" in one]
    cast.entered(board.works[:1], 5)
    answer = client.get(f"{address}&seen={page.context['version']}")
    assert answer.status_code == 200 and b"<table" in answer.content and b"<html" not in answer.content


def test_it_costs_the_same_for_few_and_for_many(
    board: Board, cast: World, statements: Callable[[], Any]
) -> None:
    client = board.client("hadi")

    def count(address: str = "/board/") -> int:
        with statements() as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    count()
    few, sheet = count(), count("/board/?format=csv")
    root = Unit.objects.get(parent=None)
    for number in range(12):
        unit = Unit.objects.create(
            government=cast.government,
            parent=root,
            kind="AGENCY",
            code=f"2.{number:02}",
            name=f"Dinas {number}",
        )
        unit.refresh_from_db()
        for place in range(3):
            cast.item(f"2.{number:02}.2.01.000{place}", unit=unit)
    cast.open(1)
    cast.submitted(board.works, 5)
    assert len(codes(client.get("/board/"))) == 14
    assert (count(), count("/board/?format=csv")) == (few, sheet)
    assert few <= 30


def test_files_have_the_same_rows(board: Board, cast: World) -> None:
    board.published(board.works)
    cast.at("2026-02-13 09:00")
    cells = {(row["unit_code"], row["month"]): row for row in board.rows("hadi", "?format=csv")}
    assert len(cells) == 24
    assert (cells[WORKS, "2026-01"]["state"], cells[WORKS, "2026-01"]["coverage"]) == ("ON_TIME", "100.0000")
    late = cells[HEALTH, "2026-01"]
    assert (late["state"], late["overdue"], late["late_working_days"]) == ("EMPTY", "yes", "3")
    assert cells[HEALTH, "2026-12"]["state"] == "NOT_DUE"
    (gate,) = board.rows("hadi", "?format=csv&table=release")
    assert (gate["unit_code"], gate["months_missing"], gate["reports_missing"]) == (HEALTH, "2026-01", "1")
    assert gate["holder_person"] == "Eko Pelangiwan"
    assert board.rows("citra", "?format=csv&table=release") == []
    for kind, begins in (("xlsx", b"PK"), ("pdf", b"%PDF-1")):
        answer = board.client("hadi").get(f"/board/?format={kind}&late=1")
        assert answer.content.startswith(begins), kind
        assert f'filename="board-2026.{kind}"' in answer["Content-Disposition"]


def test_everybody_sees_published_or_not_yet_and_nothing_else(board: Board, cast: World) -> None:
    board.published(board.works)
    visitor = Client(headers={"accept-language": "en"})

    def words() -> dict[str, list[str]]:
        page = visitor.get("/board/public/")
        assert page.status_code == 200 and page["Cache-Control"] == "public, max-age=60"
        for told in ("Ani Lembayung", "Eko Pelangiwan", "draft", "empty", "late"):
            assert told not in plain_text(page)
        return {row["unit"].code: [cell["word"] for cell in row["cells"]] for row in page.context["rows"]}

    assert words() == {WORKS: ["published"], HEALTH: [""]}
    cast.at("2026-02-13 09:00")
    assert words() == {WORKS: ["published"], HEALTH: ["not_yet"]}


def test_a_vacant_office_is_said(board: Board, cast: World) -> None:
    post = cast.posts["other_officer"]
    post.assignments.update(valid_to="2026-02-01")
    assert codes(board.client("hadi").get("/board/?holder=vacant")) == [HEALTH]
    assign(cast.gita, post, "plt", "2026-02-02")
    row = board.row(cast.other_agency)
    assert row.holder and (row.holder.office, row.holder.person) == (
        "Plt. PPTK Kesehatan Masyarakat",
        "Gita Karangjati",
    )
    assert as_(cast.gita).get("/board/").status_code == 404
