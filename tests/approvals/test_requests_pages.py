"""Requests page by page: who finds them, what they say, what becomes of hurried, stale and odd posts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from approvals.models import Notice, Request
from approvals.tasks import drain
from registry import grants
from registry.models import Unit
from tests.approvals.bureau import WHY, Bureau, bureau, locked
from tests.cast import PNG, World
from tests.files import kept_in
from workflow.models import Grant

__all__ = ["bureau"]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.STORAGES = kept_in(tmp_path / "files")
    yield tmp_path / "files"


def as_(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_citra_asks_with_a_file_and_hadi_finds_it_waiting(cast: World, bureau: Bureau, files: Path) -> None:
    citra = as_(cast.citra)
    assert "/requests/new/extension/" in page_of(citra, "/requests/")
    assert "2026" in page_of(citra, "/requests/new/extension/")
    sent = {"months": cast.period().pk, "until": "2026-02-20", "reason": WHY, "document_no": "050/12/2026"}
    answer = citra.post("/requests/new/extension/", sent | {"file": SimpleUploadedFile("surat.png", PNG)})
    case = Request.objects.get()
    assert answer["Location"] == f"/requests/{case.token}/"
    assert (case.file_name, len(case.file_sha256)) == ("surat.png", 64)
    hadi = as_(cast.hadi)
    assert 'href="/requests/"' in page_of(hadi, "/notices/")
    assert case.number in page_of(hadi, "/requests/")
    told = page_of(hadi, answer["Location"])
    assert WHY in told and "Citra Hastapura" in told and "surat.png" in told
    assert b"".join(hadi.get(f"{answer['Location']}file/").streaming_content) == PNG
    assert 'value="agreed"' not in page_of(citra, answer["Location"])
    said = {
        "act": "answer",
        "step": "review",
        "seen": bureau.seen(case),
        "reason": "Gangguan server terbukti",
    }
    assert hadi.post(answer["Location"], said | {"verdict": "agreed"}).status_code == 302
    assert "Gangguan server terbukti" in page_of(citra, answer["Location"])
    drain()
    assert {one.code for one in Notice.objects.filter(person=cast.citra)} == {"notice.request.granted"}
    assert case.number in page_of(citra, "/notices/")


@pytest.mark.parametrize("kind", ["reopening", "amendment", "waiver", "assistance"])
def test_each_kind_has_its_page_and_becomes_a_request(cast: World, bureau: Bureau, kind: str) -> None:
    if kind == "reopening":
        locked(cast)
    citra = as_(cast.citra)
    page_of(citra, f"/requests/new/{kind}/")
    sent = {"reason": WHY, "until": "2026-03-31", "days": "3", "person": str(cast.budi.pk)}
    if kind == "assistance":
        sent["person"] = str(cast.kiran.pk)
    if kind in ("reopening",):
        sent["months"] = str(cast.period().pk)
    answer = citra.post(f"/requests/new/{kind}/", sent)
    if kind == "amendment":  # nothing is published yet, so no month is offered
        assert answer.status_code == 422
        return
    assert answer.status_code == 302, answer.content.decode()
    assert Request.objects.get().kind == kind


@pytest.mark.parametrize(
    ("who", "status"),
    [("citra", 200), ("hadi", 200), ("joko", 200), ("dewi", 200), ("budi", 200), ("ani", 404), ("fitri", 404),
     ("indah", 404), ("gita", 404), ("kiran", 200), ("root", 404)],
)  # fmt: skip
def test_strangers_do_not_find_a_request(cast: World, bureau: Bureau, who: str, status: int) -> None:
    case = bureau.ask("extension")
    assert as_(cast.people[who]).get(f"/requests/{case.token}/").status_code == status
    assert as_(cast.people[who]).get(f"/requests/{case.token}/file/").status_code == 404


@pytest.mark.parametrize(
    ("who", "kinds"), [("budi", {"extension", "amendment"}), ("ani", set()), ("hadi", set())]
)
def test_who_may_ask_for_what(cast: World, bureau: Bureau, who: str, kinds: set[str]) -> None:
    client = as_(cast.people[who])
    for kind in ("extension", "reopening", "amendment", "waiver", "assistance", "nonsense"):
        assert client.get(f"/requests/new/{kind}/").status_code == (200 if kind in kinds else 404), kind
        assert client.post(f"/requests/new/{kind}/", {}).status_code == (422 if kind in kinds else 404), kind


@pytest.mark.parametrize(
    "odd",
    [{"until": "besok"}, {"until": "2026-02-01"}, {"until": "2099-01-01"}, {"until": ""}, {"months": "0"}, {"months": "x"},
     {"months": "9" * 30}, {"reason": "singkat"}, {"reason": "x" * 3000}, {"until": "2026-02-10"}],
)  # fmt: skip
def test_odd_wishes_are_refused_with_a_sentence_and_nothing_is_lost(
    cast: World, bureau: Bureau, odd: dict[str, str]
) -> None:
    sent = {
        "months": str(cast.period().pk),
        "until": "2026-02-20",
        "reason": WHY,
        "document_no": "050/<b>",
    } | odd
    answer = as_(cast.citra).post("/requests/new/extension/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "error-summary" in page and "050/&lt;b&gt;" in page
    assert not Request.objects.exists()


def test_all_that_has_to_be_corrected_is_said_at_once(cast: World, bureau: Bureau) -> None:
    page = (
        as_(cast.citra)
        .post("/requests/new/extension/", {"until": "2026-01-01", "reason": "x"})
        .content.decode()
    )
    for field in ("months", "until", "reason"):
        assert f'href="#{field}"' in page


def test_a_file_of_no_known_kind_is_refused_and_leaves_nothing(
    cast: World, bureau: Bureau, files: Path
) -> None:
    sent = {"months": cast.period().pk, "until": "2026-02-20", "reason": WHY}
    citra = as_(cast.citra)
    answer = citra.post(
        "/requests/new/extension/", sent | {"file": SimpleUploadedFile("a.pdf", b"MZ nothing")}
    )
    assert answer.status_code == 422
    citra.post("/requests/new/extension/", sent)
    answer = citra.post("/requests/new/extension/", sent | {"file": SimpleUploadedFile("a.png", PNG)})
    assert answer.status_code == 422, "the same is asked for already"
    assert not [one for one in files.rglob("*") if one.is_file()]


def test_a_stale_page_shows_what_was_added_and_keeps_the_words(cast: World, bureau: Bureau) -> None:
    for month in (2, 3):
        cast.open(month)
    cast.at("2026-04-25 09:00")
    case = bureau.ask("reopening", months=[1, 2, 3])
    stale = {
        "act": "answer",
        "step": "second",
        "seen": bureau.seen(case),
        "verdict": "agreed",
        "reason": "Kami setuju sepenuhnya",
    }
    bureau.answer(case, "hadi", reason="Data SP2D sudah diperiksa")
    indah = as_(cast.indah)
    answer = indah.post(f"/requests/{case.token}/", stale)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Data SP2D sudah diperiksa" in page and "Kami setuju sepenuhnya" in page
    assert bureau.state(case) == "asked"
    assert indah.post(f"/requests/{case.token}/", stale | {"seen": bureau.seen(case)}).status_code == 302
    assert indah.post(f"/requests/{case.token}/", stale).status_code == 422, "a second click finds it decided"
    assert bureau.state(case) == "granted"


@pytest.mark.parametrize("odd", [{"verdict": ""}, {"step": "in_force"}, {"step": "nonsense"}, {"seen": "x"}, {"reason": ""},
                                 {"reason": "\x00"}, {"act": "revoke"}])  # fmt: skip
def test_odd_answers_change_nothing(cast: World, bureau: Bureau, odd: dict[str, str]) -> None:
    case = bureau.ask("extension")
    said = {
        "act": "answer",
        "step": "review",
        "verdict": "agreed",
        "reason": WHY,
        "seen": str(bureau.seen(case)),
    }
    answer = as_(cast.hadi).post(f"/requests/{case.token}/", said | odd)
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert bureau.acts(case) == ["asked"]


def test_hadi_revokes_on_the_page_of_the_request(cast: World, bureau: Bureau) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    bureau.answer(case, "hadi")
    hadi, url = as_(cast.hadi), f"/requests/{case.token}/"
    assert 'id="revoke-reason"' in page_of(hadi, url)
    assert 'id="revoke-reason"' not in page_of(as_(cast.citra), url)
    said = {"act": "revoke", "reason": "Laporan sudah lengkap", "seen": bureau.seen(case)}
    assert as_(cast.citra).post(url, said).status_code == 422
    assert hadi.post(url, said).status_code == 302
    assert Grant.objects.get().revoke_reason == "Laporan sudah lengkap"
    assert "Laporan sudah lengkap" in page_of(as_(cast.citra), url)
    drain()
    assert Notice.objects.filter(person=cast.citra, code="notice.request.revoked").count() == 1


def test_the_lists_say_whom_each_request_waits_for(cast: World, bureau: Bureau) -> None:
    case = bureau.ask("extension")
    for tab in ("answer", "mine", "all", "nonsense", ""):
        for who in ("citra", "hadi", "joko", "gita", "ani"):
            page_of(as_(cast.people[who]), f"/requests/?tab={tab}&page=9")
    assert case.number in page_of(as_(cast.hadi), "/requests/?tab=answer")
    assert case.number not in page_of(as_(cast.joko), "/requests/?tab=answer")
    assert case.number in page_of(as_(cast.citra), "/requests/?tab=mine")
    assert case.number not in page_of(as_(cast.gita), "/requests/?tab=all")


def test_the_list_costs_the_same_for_one_request_and_for_six(
    cast: World, bureau: Bureau, statements: Any
) -> None:
    locked(cast)
    items = [report.item_id for report in cast.reports(1)]
    bureau.ask("reopening")
    hadi = as_(cast.hadi)
    page_of(hadi, "/requests/?tab=all")
    with statements() as few:
        page_of(hadi, "/requests/?tab=all")
    for chosen in ([items[0]], [items[1]]):
        bureau.ask("reopening", items=chosen)
    bureau.ask("waiver", months=[])
    bureau.ask("assistance", months=[])
    with statements() as many:
        page_of(hadi, "/requests/?tab=all")
    assert len(many) == len(few), str(many)
    assert len(few) <= 40


@pytest.mark.parametrize(
    ("who", "status"), [("root", 200), ("hadi", 200), ("citra", 404), ("gita", 404), ("indah", 404)]
)
def test_who_looks_after_stuck_steps(cast: World, bureau: Bureau, who: str, status: int) -> None:
    client = as_(cast.people[who])
    assert client.get("/requests/watch/").status_code == status
    assert client.post("/requests/watch/1/").status_code == (302 if status == 200 else 404)
    assert client.get("/requests/watch/1/").status_code == 405


def test_who_oversees_by_a_grant_may_look_after_them_too(cast: World, bureau: Bureau) -> None:
    grants.give(grants.OVERSEE, cast.gita, Unit.objects.get(parent=None))
    assert as_(cast.gita).get("/requests/watch/").status_code == 200
