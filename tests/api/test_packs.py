"""KPI packs by program: entered, handed in, judged and signed in the names of who may, in the version that was seen."""

import errno
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from approvals.factors import code_now
from indicators.models import Pack, PackFile
from tests.api.conftest import BASE, Program, program
from tests.cast import PNG
from tests.indicators.conftest import folder, province
from tests.indicators.province import SOUND, Province
from workflow.models import Decision

__all__ = ["folder", "province"]  # the fixtures that live beside that story
REASON = "The receivables differ from the ledger of the company."
# act: (what is sent, who may, what it becomes, who may not)
ACTS: dict[str, tuple[dict[str, Any] | None, str, str, str]] = {
    "submit": ({"statement": "1"}, "gulzar", "submitted", "palwasha"),
    "recall": (None, "gulzar", "draft", "palwasha"),
    "verify": (None, "palwasha", "verified", "gulzar"),
    "return": ({"reason": REASON, "figures": ["receivable"]}, "palwasha", "returned", "shehram"),
    "sign": ({}, "shehram", "signed", "palwasha"),
    "review": (None, "zarmina", "published", "shehram"),
}


def ready(province: Province, act: str) -> Pack:
    """A pack that waits for this act."""
    found = province.open()
    if act == "submit":
        province.enter(found)
    else:
        {"sign": province.verified, "review": province.signed}.get(act, province.submitted)(found)
    return Pack.objects.get(pk=found.pk)


def etag(pack: Pack) -> str:
    now = Pack.objects.get(pk=pack.pk)
    return f'"{now.revision}-{now.version}-{now.state}-{now.tier}-{now.step}"'


def said(province: Province, act: str, who: str) -> dict[str, Any] | None:
    return {"code": code_now(province.people[who])} if act == "sign" else ACTS[act][0]


def test_a_pack_is_entered_and_handed_in_by_program(province: Province) -> None:
    found = province.open()
    gulzar = program(province.gulzar)
    told = gulzar.get(f"/packs/{found.token}").json()
    assert told["etag"] == etag(found) and told["acts"] == ["submit"] and told["statement"]["version"] == "1"
    assert {one["cell"] for one in told["findings"]} >= {"figures/revenue", "evidence"}
    figures: list[dict[str, Any]] = [{"code": code, "value": value} for code, value in SOUND.items()]
    figures[0] = {"code": figures[0]["code"], "value": None, "note": "Not received yet this quarter."}
    entered = gulzar(
        "PATCH",
        f"/packs/{found.token}/entry",
        {"figures": figures, "remarks": "Sound."},
        If_Match=told["etag"],
    )
    assert entered.status_code == 200, entered.content
    assert entered["ETag"] == entered.json()["etag"] == etag(found)
    again = gulzar(
        "PATCH", f"/packs/{found.token}/entry", {"figures": [figures[3]]}, If_Match=entered["ETag"]
    )
    assert again.json()["remarks"] == "Sound."  # what is left out stays
    assert {one["code"]: one["note"] for one in again.json()["figures"]}[figures[0]["code"]].startswith(
        "Not received"
    )
    blocked = gulzar.post(f"/packs/{found.token}/submit", {"statement": "1"}, If_Match=etag(found))
    assert (blocked.status_code, blocked.json()["code"]) == (422, "route.blocked")
    assert [one["cell"] for one in blocked.json()["errors"]] == ["evidence"]
    attached = _attached(gulzar, found)
    assert (attached.status_code, attached.json()["mime"]) == (201, "image/png")
    assert gulzar.get(f"/pack-files/{attached.json()['id']}").getvalue() == PNG
    sent = gulzar.post(f"/packs/{found.token}/submit", {"statement": "1"}, If_Match=etag(found))
    assert sent.json() == {"id": found.token, "done": True, "state": "submitted", "etag": etag(found)}
    told = gulzar.get(f"/packs/{found.token}").json()
    assert (
        told["decisions"][0]["verb"] == "submit" and told["acts"] == ["recall"] and told["holder"]["person"]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ledger.event WHERE of_table = 'indicators_pack' AND of_row = %s AND payload::text LIKE %s",
            [found.pk, "% key-%"],
        )
        assert cursor.fetchone()[0] >= 3


def _attached(who: Program, pack: Pack) -> Any:
    upload = SimpleUploadedFile("accounts.png", PNG)
    return who.client.post(f"{BASE}/packs/{pack.token}/files", {"file": upload}, headers=who.headers)


def test_a_file_is_taken_away_while_its_pack_is_open(province: Province) -> None:
    found = province.open()
    province.enter(found)
    (file,) = PackFile.objects.filter(pack=found)
    for stranger in ("tariq", "spozhmay"):
        assert program(province.people[stranger]).get(f"/pack-files/{file.token}").status_code == 404
        assert program(province.people[stranger])("DELETE", f"/pack-files/{file.token}").status_code == 404
    refused = program(province.palwasha)("DELETE", f"/pack-files/{file.token}")
    assert (refused.status_code, refused.json()["code"]) == (422, "route.office")
    assert program(province.gulzar)("DELETE", f"/pack-files/{file.token}").status_code == 204
    assert not PackFile.objects.filter(pk=file.pk).exists()


def test_lines_end_as_on_the_page(province: Province) -> None:
    """What comes from another system is kept as if it were typed; the same words again change nothing."""
    found = province.open()
    gulzar = program(province.gulzar)
    said = {
        "remarks": "The tariff\r\nwas late.\rIt came in May.",
        "figures": [{"code": "cash", "value": None, "note": "Not closed\r\nyet this quarter."}],
    }
    entered = gulzar("PATCH", f"/packs/{found.token}/entry", said, If_Match=etag(found))
    assert entered.json()["remarks"] == "The tariff\nwas late.\nIt came in May."
    notes = {one["code"]: one["note"] for one in entered.json()["figures"]}
    assert notes["cash"] == "Not closed\nyet this quarter."
    again = gulzar("PATCH", f"/packs/{found.token}/entry", said, If_Match=entered["ETag"])
    assert again["ETag"] == entered["ETag"]


UNFIT: list[tuple[list[dict[str, str]], str]] = [
    ([{"code": "nothing", "value": "1"}], "cell.unknown"),
    ([{"code": "cash", "value": "1"}, {"code": "cash", "value": "2"}], "api.twice"),
    ([{"code": "board_met", "value": "2"}], "api.refused"),
    ([{"code": "audit_paras", "value": "1.50"}], "api.refused"),
    ([{"code": "own_revenue", "value": "9"}, {"code": "revenue", "value": "5"}], "api.refused"),
    ([{"code": "cash", "value": "many"}], "api.fields"),
]


def test_what_does_not_fit_is_not_saved(province: Province) -> None:
    found = province.open()
    before, gulzar = etag(found), program(province.gulzar)
    for figures, code in UNFIT:
        answer = gulzar("PATCH", f"/packs/{found.token}/entry", {"figures": figures}, If_Match=before)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.content
    assert etag(found) == before


def test_entering_wants_the_office_the_state_and_the_version(province: Province) -> None:
    found = province.open()
    entry = {"figures": [{"code": "cash", "value": "1"}]}
    address = f"/packs/{found.token}/entry"
    assert program(province.tariq)("PATCH", address, entry, If_Match=etag(found)).status_code == 404
    refused = program(province.palwasha)("PATCH", address, entry, If_Match=etag(found))
    assert (refused.status_code, refused.json()["code"]) == (422, "route.office")
    gulzar = program(province.gulzar)
    assert gulzar("PATCH", address, entry).status_code == 428
    assert gulzar("PATCH", address, entry, If_Match='"0-9-draft-0-0"').status_code == 412
    province.submitted(found)
    assert gulzar("PATCH", address, entry, If_Match=etag(found)).json()["code"] == "route.state"
    assert program(province.gulzar, "read")("PATCH", address, entry, If_Match=etag(found)).status_code == 403


@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_done_once_by_who_may_in_the_version_that_was_seen(province: Province, act: str) -> None:
    found = ready(province, act)
    _body, who, target, other = ACTS[act]
    address, seen = f"/packs/{found.token}/{act}", etag(found)
    stranger = program(province.tariq).post(address, said(province, act, who), If_Match=seen)
    assert stranger.status_code == 404, stranger.content
    wrong, right = program(province.people[other]), program(province.people[who])
    refused = wrong.post(address, said(province, act, other), If_Match=seen)
    assert refused.status_code == 422 and refused.json()["code"].startswith("route."), refused.content
    assert right.post(address, said(province, act, who), If_Match='"0-1-draft-0-0"').status_code == 412
    first = right.post(address, said(province, act, who), If_Match=seen, Idempotency_Key="once")
    assert first.status_code == 200 and first.json()["state"] == target, first.content
    assert first["ETag"] == etag(found)
    second = right.post(address, said(province, act, who), If_Match=seen, Idempotency_Key="once")
    assert second.json() == first.json() and second["Idempotency-Replayed"] == "true"
    done = Decision.objects.filter(object_id=found.pk, content_type__model="pack", verb=act)
    assert done.count() == 1 and done.get().actor_name == province.people[who].name
    assert right.post(address, said(province, act, who), If_Match="*").status_code == 422  # the wrong state


def test_a_signature_takes_a_fresh_code_and_keeps_it_nowhere(province: Province) -> None:
    found = ready(province, "sign")
    shehram = program(province.shehram)
    wrong = shehram.post(
        f"/packs/{found.token}/sign", {"code": "000000"}, If_Match=etag(found), Idempotency_Key="k"
    )
    assert (wrong.status_code, wrong.json()["code"]) == (422, "factor.wrong")
    code = code_now(province.shehram)
    # A refusal is not kept: the same key with the right code signs.
    assert (
        shehram.post(
            f"/packs/{found.token}/sign", {"code": code}, If_Match=etag(found), Idempotency_Key="k"
        ).status_code
        == 200
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.event WHERE payload::text LIKE %s", [f'%"{code}"%'])
        assert cursor.fetchone()[0] == 0


def test_looking_at_a_pack_ends_its_recall_and_a_revision_needs_a_grant(province: Province) -> None:
    found = ready(province, "recall")
    assert program(province.tariq).post(f"/packs/{found.token}/open").status_code == 404
    assert program(province.palwasha).post(f"/packs/{found.token}/open").status_code == 204
    late = program(province.gulzar).post(f"/packs/{found.token}/recall", If_Match=etag(found))
    assert (late.status_code, late.json()["code"]) == (422, "route.opened")
    for act in ("amend", "cancel"):
        told = program(province.gulzar).post(
            f"/packs/{found.token}/{act}", {"reason": REASON}, If_Match=etag(found)
        )
        assert told.status_code == 422 and told.json()["code"].startswith("route."), told.content


def test_a_list_of_packs_costs_the_same_however_long_it_is(province: Province, statements: Any) -> None:
    province.open()
    shehram = program(province.shehram)
    shehram.get("/packs")
    with statements() as few:
        assert len(shehram.get("/packs").json()["items"]) == 1
    province.many(4)
    with statements() as many:
        assert len(shehram.get("/packs").json()["items"]) == 5
    assert len(many) == len(few)


@pytest.mark.parametrize("half", [b'"\\ud800"', b'"\xed\xa0\x80"'])
def test_half_a_sign_breaks_nothing(province: Province, half: bytes) -> None:
    found = ready(province, "return")
    palwasha = program(province.palwasha)
    body = b'{"reason": "The receivables differ.", "figures": [' + half + b"]}"
    refused = palwasha.client.generic(
        "POST", f"{BASE}/packs/{found.token}/return", body, "application/json",
        headers=palwasha.headers | {"If-Match": etag(found)},
    )  # fmt: skip
    assert (refused.status_code, refused.json()["code"]) == (400, "api.unread"), refused.content


def test_a_full_disk_is_told_as_one(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any, **_more: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    found = province.open()
    monkeypatch.setattr(FileSystemStorage, "save", full)
    refused = _attached(program(province.gulzar), found)
    assert (refused.status_code, refused.json()["code"]) == (507, "evidence.disk")
    assert not PackFile.objects.exists()
