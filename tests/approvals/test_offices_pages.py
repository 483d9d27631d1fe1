"""The pages of posts: what they show to whom, what they keep when something is refused, and the rotation by file."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from ledger.recording import recorded
from registry import grants
from registry.models import Assignment, Office, Post, Unit, User
from tests.approvals.bureau import Bureau, bureau  # noqa: F401 - a fixture
from tests.approvals.posts import TYPED, address, browser_of, hidden, placed, said
from tests.cast import PNG, World, assign, png
from workflow.models import Outbox


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def house(bureau: Bureau) -> World:  # noqa: F811
    return placed(bureau)


@pytest.fixture
def go(house: World) -> Callable[[str], Client]:
    """`go("hadi")` is his browser, signed in."""
    return lambda who: browser_of(house.people[who])


# --- Who sees what ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["ani", "budi", "eko", "fitri", "gita", "root", "indah", "kiran", "lia"])
def test_strangers_find_no_page(house: World, go: Callable[[str], Client], who: str) -> None:
    client, held = go(who), Assignment.objects.get(post=house.posts["agency_head"])
    for url in (
        "/offices/", "/offices/rotation/", address(house), f"/offices/posts/{held.post_id}/",
        f"/offices/assignments/{held.pk}/", f"/offices/assignments/{held.pk}/decree/",
    ):  # fmt: skip
        assert client.get(url).status_code == 404, url
    assert client.post(address(house), TYPED | {"do": "save"}).status_code == 404
    assert client.post("/offices/rotation/", {}).status_code == 404
    assert Client().get("/offices/").status_code == 302


def test_heads_see_their_agency_the_bureau_all_and_auditors_only_look(
    house: World, go: Callable[[str], Client]
) -> None:
    citra, hadi, dewi = (go(who).get("/offices/") for who in ("citra", "hadi", "dewi"))
    assert "Kepala Dinas Kesehatan" not in said(citra) and "PPTK Bina Marga" in said(citra)
    assert "Kepala Dinas Kesehatan" in said(hadi) and "/offices/rotation/" in hadi.content.decode()
    assert "Kepala Dinas Kesehatan" in said(dewi) and "appoint" not in dewi.content.decode()
    assert "vacant" in said(hadi)
    assert go("dewi").get(address(house)).status_code == 404
    assert go("citra").get(address(house, "other_agency_head")).status_code == 404


def test_who_may_oversee_by_a_grant_looks_and_appoints_nobody(
    house: World, go: Callable[[str], Client]
) -> None:
    grants.give(grants.OVERSEE, house.gita, Unit.objects.get(parent=None))
    assert go("gita").get("/offices/").status_code == 200
    assert go("gita").get(address(house)).status_code == 404
    assert go("gita").get("/offices/rotation/").status_code == 404


def test_the_list_takes_as_many_statements_for_forty_posts_as_for_ten(
    house: World, go: Callable[[str], Client], statements: Any
) -> None:
    client = go("hadi")
    client.get("/offices/")
    with statements() as few:
        client.get("/offices/")
    with recorded(None):
        for number in range(25):
            post = Post.objects.create(unit=house.agency, role="officer", title=f"PPTK {number}")
            assign(User.objects.create(username=f"p{number}", name=f"Orang {number}"), post)
    with statements() as many:
        client.get("/offices/")
    assert len(many) == len(few), str(many)


def test_the_list_is_searched_and_says_what_changes_next(house: World, go: Callable[[str], Client]) -> None:
    assign(house.budi, house.posts["agency_head"], "plh", "2026-02-04", "2026-02-10")
    page = said(go("hadi").get("/offices/", {"q": "Kepala Dinas Pekerjaan"}))
    assert "Citra Hastapura" in page and "4 February 2026 Plh. Budi Wiratmaka" in page
    assert "PPTK Bina Marga" not in page
    house.at("2026-02-05 09:00")
    page = said(go("hadi").get("/offices/", {"q": "Budi"}))
    assert "Plh. Budi Wiratmaka in place of Citra Hastapura" in page
    for odd in ({"unit": "x"}, {"unit": "9" * 30}, {"page": "x"}, {"q": "\x00"}):
        assert go("hadi").get("/offices/", odd).status_code == 200, odd


# --- Appointing ------------------------------------------------------------------------------------------


def test_a_head_appoints_from_the_screen_and_the_decree_is_kept(
    house: World, go: Callable[[str], Client]
) -> None:
    client = go("citra")
    found = client.post(address(house), {"who": "wirat", "do": "look"})
    assert "Budi Wiratmaka" in said(found) and "Kepala Bidang Bina Marga" in said(found)
    sent = TYPED | {"file": SimpleUploadedFile("SK Plh.png", PNG), "do": "preview"}
    shown = client.post(address(house), sent)
    assert shown.status_code == 200
    assert "Citra Hastapura → Plh. Budi Wiratmaka" in said(shown)
    saved = client.post(address(house), hidden(shown) | {"do": "save"})
    assert saved.status_code == 302, said(saved)
    held = Assignment.objects.get(kind="plh")
    assert held.decree_name == "SK Plh.png" and len(held.decree_sha256) == 64
    got = client.get(f"/offices/assignments/{held.pk}/decree/")
    assert b"".join(got.streaming_content) == PNG
    assert "attachment" in got["Content-Disposition"] and "sandbox" in got["Content-Security-Policy"]
    assert go("dewi").get(f"/offices/assignments/{held.pk}/decree/").status_code == 200
    assert go("eko").get(f"/offices/assignments/{held.pk}/decree/").status_code == 404
    again = client.post(address(house), hidden(shown) | {"do": "save"})
    assert again.status_code == 302 and Assignment.objects.filter(kind="plh").count() == 1
    assert Outbox.objects.filter(topic="office.changed").count() == 1


def test_what_was_typed_comes_back_with_each_reason_beside_its_field(
    house: World, go: Callable[[str], Client]
) -> None:
    client = go("citra")
    page = client.post(
        address(house),
        {"who": "xyz", "decree_no": "", "first": "4/2/2026", "last": "x", "do": "preview", "kind": "plh"},
    )
    assert page.status_code == 422
    assert 'value="4/2/2026"' in page.content.decode()
    assert "“xyz”" in said(page) and "“4/2/2026” is no day" in said(page)
    page = client.post(address(house), TYPED | {"last": "", "decree_no": "", "do": "save"})
    assert page.status_code == 422 and 'href="#decree_no"' in page.content.decode()
    assert not Assignment.objects.filter(kind="plh").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [("sk.pdf", b"MZ%PDF-"), ("sk.exe", b"MZ"), ("sk.xlsx", b"PK\x03\x04" + b"\0" * 400), ("e.png", b"")],
)
def test_a_decree_is_a_pdf_or_a_picture(
    house: World, go: Callable[[str], Client], name: str, content: bytes
) -> None:
    sent = TYPED | {"file": SimpleUploadedFile(name, content), "do": "preview"}
    assert go("citra").post(address(house), sent).status_code == 422


def test_a_page_that_is_old_is_shown_anew(house: World, go: Callable[[str], Client]) -> None:
    client = go("hadi")
    shown = client.post(address(house), TYPED | {"do": "preview"})
    assign(house.ani, house.posts["agency_head"], "plh", "2026-02-20", "2026-02-21")
    stale = client.post(address(house), hidden(shown) | {"do": "save"})
    assert stale.status_code == 422 and "Somebody changed who holds this post" in said(stale)
    assert client.post(address(house), hidden(stale) | {"do": "save"}).status_code == 302


ODD: list[dict[str, str]] = [
    {"person": "9" * 30, "who": "\x00"}, {"first": "9999-12-31", "last": "9999-12-31"}, {"first": "0001-01-01"},
    {"file_kept": "../../etc/passwd"}, {"file_kept": "0" * 64}, {"kind": "x" * 400}, {"decree_no": "x" * 900},
    {"person": "-1", "who": "<script>alert(1)</script>"}, {"seen": "x"}, {"do": "x"},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_odd_fields_are_answered_with_a_page(
    house: World, go: Callable[[str], Client], odd: dict[str, str]
) -> None:
    for who in ("citra", "hadi"):
        for do in ("look", "preview", "save"):
            answer = go(who).post(address(house), TYPED | {"do": do} | odd)
            assert answer.status_code in (200, 302, 422), (who, do, odd)
            assert b"<script>alert" not in answer.content
    assert Assignment.objects.exclude(kind="definitive").count() <= 1


def test_a_file_of_somebody_else_is_nobodys_decree(house: World, go: Callable[[str], Client]) -> None:
    sent = TYPED | {"file": SimpleUploadedFile("sk.png", png("kept by Hadi alone")), "do": "preview"}
    shown = go("hadi").post(address(house), sent)
    taken = hidden(shown) | {"do": "preview"}
    answer = go("citra").post(address(house), taken)
    assert answer.status_code == 422 and "not kept any more" in said(answer)


def test_an_assignment_is_changed_from_the_screen(house: World, go: Callable[[str], Client]) -> None:
    held = assign(house.budi, house.posts["agency_head"], "plh", "2026-02-02", "2026-02-10")
    url = f"/offices/assignments/{held.pk}/"
    client = go("citra")  # somebody acts for her today; she is back
    assert client.get(url).status_code == 200
    shown = client.post(url, {"last": "2026-02-03", "note": "", "do": "preview"})
    assert shown.status_code == 422 and 'href="#note"' in shown.content.decode()
    shown = client.post(url, {"last": "2026-02-02", "note": "Sudah kembali bertugas", "do": "preview"})
    assert shown.status_code == 200, said(shown)
    assert client.post(url, hidden(shown) | {"do": "save"}).status_code == 302
    held.refresh_from_db()
    assert held.valid_to and held.valid_to.isoformat() == "2026-02-02"
    assert held.history.order_by("history_id")[1].history_change_reason == "Sudah kembali bertugas"
    assert Office.objects.get(post=held.post).person_id == house.citra.pk
    assert go("budi").get(url).status_code == 404
    assert go("dewi").get(url).status_code == 404


def test_a_post_can_be_held_until_the_end_of_time(house: World, go: Callable[[str], Client]) -> None:
    client, post = go("hadi"), house.posts["agency_head"]
    shown = client.post(address(house), TYPED | {"last": "9999-12-31", "do": "preview"})
    assert client.post(address(house), hidden(shown) | {"do": "save"}).status_code == 302
    assert Assignment.objects.filter(post=post, valid_to="9999-12-31").exists()
    for url in ("/offices/", f"/offices/posts/{post.pk}/", address(house)):
        assert client.get(url).status_code == 200, url
