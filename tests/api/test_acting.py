"""Entering and acting by program: the same law as on the pages, the version that was seen, and nothing twice."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from approvals import services
from approvals.authority import create_authority, issue_signer
from approvals.models import SigningBatch
from portal.models import ApiAnswer
from submissions.models import Report
from tests.api.conftest import BASE, Program
from tests.cast import PASSPHRASE, World, png
from tests.files import kept_in
from workflow.models import Decision

LONG = "verify-1".ljust(80, "x")  # the longest key there is


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Any) -> None:
    settings.STORAGES = kept_in(tmp_path / "files")
    settings.UPLOADS = tmp_path / "uploads"


@pytest.fixture
def signing(cast: World, tmp_path: Path, settings: Any) -> str:
    """Citra has a key file; its passphrase."""
    settings.SIGNING_KEYS = tmp_path / "keys"
    create_authority(settings.SIGNING_KEYS)
    path = settings.SIGNING_KEYS / f"signer-{cast.citra.pk}.p12"
    issue_signer(settings.SIGNING_KEYS, cast.citra.name, str(cast.citra.nip), "Dinas", PASSPHRASE, path=path)
    return PASSPHRASE


@pytest.fixture
def report(cast: World) -> Report:
    cast.item("1.03.10.2.01.0051", ceilings=(1000,))
    return cast.open()[0]


def etag(reader: Program, report: Report) -> str:
    return reader.get(f"/reports/{report.token}")["ETag"]


def line_of(reader: Program, report: Report) -> dict[str, str]:
    line = reader.get(f"/reports/{report.token}").json()["entry"]["lines"][0]
    return {"account": line["account"], "fund": line["fund"]}


def entry(reader: Program, report: Report, amount: str = "100.00") -> dict[str, Any]:
    return {
        "status": "PELAKSANAAN",
        "increment": "10",
        "lines": [line_of(reader, report) | {"realized": amount}],
    }


def bring(reader: Program, report: Report, content: bytes = b"", **headers: str) -> Any:
    file = SimpleUploadedFile("foto.png", content or png(), "image/png")
    told = reader.headers | {name.replace("_", "-"): text for name, text in headers.items()}
    return reader.client.post(
        f"{BASE}/reports/{report.token}/evidence", {"kind": "PHOTO_PROGRESS", "file": file}, headers=told
    )


def entered(reader: Program, report: Report) -> None:
    """Everything that a submission needs."""
    response = reader(
        "PATCH", f"/reports/{report.token}/entry", entry(reader, report), If_Match=etag(reader, report)
    )
    assert response.status_code == 200, response.content
    assert bring(reader, report).status_code == 201
    for finding in reader.get(f"/reports/{report.token}").json()["findings"]:
        if finding["severity"] == "warn":
            said = {"explanations": [{"rule": finding["rule"], "text": "Sudah dicocokkan dengan SP2D."}]}
            reader("PATCH", f"/reports/{report.token}/entry", said, If_Match=etag(reader, report))


def submitted(of: Callable[..., Program], report: Report) -> None:
    ani = of("ani")
    entered(ani, report)
    response = ani.post(f"/reports/{report.token}/submit", {"statement": "1"}, If_Match=etag(ani, report))
    assert response.status_code == 200, response.content


def test_ani_enters_and_the_rules_answer(cast: World, of: Any, report: Report) -> None:
    ani = of("ani")
    before = etag(ani, report)
    response = ani("PATCH", f"/reports/{report.token}/entry", entry(ani, report), If_Match=before)
    said = response.json()
    assert response.status_code == 200, said
    assert said["version"] == 2 and said["etag"] == response["ETag"] != before and said["refused"] == []
    assert report.lines.get().realized == 100


def test_what_a_rule_forbids_is_refused_with_its_cell_and_nothing_is_saved(
    cast: World, of: Any, report: Report
) -> None:
    ani = of("ani")
    typed, seen = entry(ani, report, "1500.00"), etag(ani, report)
    response = ani("PATCH", f"/reports/{report.token}/entry", typed, If_Match=seen)
    said = response.json()
    assert response.status_code == 422 and said["code"] == "api.refused"
    assert said["errors"][0]["cell"].startswith("lines/") and "500" in said["errors"][0]["detail"]
    assert report.lines.get().realized is None and etag(ani, report) == seen
    partly = ani("PATCH", f"/reports/{report.token}/entry?partial=true", typed, If_Match=seen).json()
    assert "status" in partly["saved"] and partly["refused"]


def test_an_entry_on_an_old_version_is_refused(cast: World, of: Any, report: Report) -> None:
    ani = of("ani")
    old = etag(ani, report)
    assert (
        ani("PATCH", f"/reports/{report.token}/entry", {"status": "PERSIAPAN"}, If_Match=old).status_code
        == 200
    )
    stale = ani("PATCH", f"/reports/{report.token}/entry", {"status": "PENGADAAN"}, If_Match=old)
    assert stale.status_code == 412 and stale["ETag"] == etag(ani, report)
    assert ani("PATCH", f"/reports/{report.token}/entry", {"status": "PENGADAAN"}).status_code == 428


def test_a_version_that_was_compressed_on_its_way_is_the_same(cast: World, of: Any, report: Report) -> None:
    ani = of("ani")
    weak = ani.get(f"/reports/{report.token}", Accept_Encoding="gzip")["ETag"]
    assert weak.startswith("W/")
    assert (
        ani("PATCH", f"/reports/{report.token}/entry", {"status": "PERSIAPAN"}, If_Match=weak).status_code
        == 200
    )


def test_put_empties_what_is_left_out(cast: World, of: Any, report: Report) -> None:
    ani = of("ani")
    ani(
        "PATCH",
        f"/reports/{report.token}/entry",
        entry(ani, report) | {"public_note": "Catatan"},
        If_Match=etag(ani, report),
    )
    said = ani("PUT", f"/reports/{report.token}/entry", {"status": "PERSIAPAN"}, If_Match=etag(ani, report))
    assert said.status_code == 200, said.content
    report = Report.objects.get(pk=report.pk)
    assert (report.public_note, report.status, report.lines.get().realized) == ("", "PERSIAPAN", None)


def test_a_line_that_the_report_has_not_is_named(cast: World, of: Any, report: Report) -> None:
    ani = of("ani")
    typed = {"lines": [{"account": "9.9", "fund": "X", "realized": "1"}]}
    response = ani("PATCH", f"/reports/{report.token}/entry", typed, If_Match=etag(ani, report))
    assert response.status_code == 422 and "9.9" in response.json()["detail"]


def test_the_report_goes_up_by_program(cast: World, of: Any, report: Report) -> None:
    submitted(of, report)
    budi = of("budi")
    response = budi.post(f"/reports/{report.token}/verify", If_Match=etag(budi, report))
    assert response.status_code == 200 and response.json()["state"] == "verified", response.content
    history = budi.get(f"/reports/{report.token}/decisions").json()
    assert [(one["verb"], one["person"]) for one in history] == [
        ("submit", "Ani Lembayung"), ("verify", "Budi Wiratmaka"),
    ]  # fmt: skip


def test_a_second_click_gets_the_first_answer_and_does_nothing(cast: World, of: Any, report: Report) -> None:
    cast.submitted([report])
    budi, seen = of("budi"), etag(of("budi"), report)
    answers = [
        budi.post(f"/reports/{report.token}/verify", If_Match=seen, Idempotency_Key=LONG) for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [200, 200] and answers[0].content == answers[1].content
    assert answers[1]["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in answers[0].headers
    assert Decision.objects.filter(verb="verify").count() == 1
    other = budi.post(f"/reports/{report.token}/recall", If_Match=seen, Idempotency_Key=LONG)
    assert other.status_code == 409 and other.json()["code"] == "api.key"


def test_without_a_key_a_second_click_is_stale(cast: World, of: Any, report: Report) -> None:
    cast.submitted([report])
    budi = of("budi")
    seen = etag(budi, report)
    assert budi.post(f"/reports/{report.token}/verify", If_Match=seen).status_code == 200
    assert budi.post(f"/reports/{report.token}/verify", If_Match=seen).status_code == 412


@pytest.mark.parametrize(
    ("who", "status"),
    [("eko", 404), ("fitri", 404), ("gita", 404), ("root", 404), ("dewi", 422), ("citra", 422)],
)
def test_who_has_not_the_office_verifies_nothing(
    cast: World, of: Any, report: Report, who: str, status: int
) -> None:
    cast.submitted([report])
    assert of(who).post(f"/reports/{report.token}/verify", If_Match="*").status_code == status
    assert Report.objects.get(pk=report.pk).state == "submitted"


def test_the_wrong_state_is_told_in_the_language_asked_for(cast: World, of: Any, report: Report) -> None:
    budi = of("budi")
    english = budi.post(f"/reports/{report.token}/verify", If_Match=etag(budi, report))
    indonesian = of("budi", language="id").post(
        f"/reports/{report.token}/verify", If_Match=etag(budi, report)
    )
    assert english.status_code == indonesian.status_code == 422
    assert (
        english.json()["code"] == indonesian.json()["code"]
        and english.json()["detail"] != indonesian.json()["detail"]
    )


def test_budi_sends_back_with_a_cell(cast: World, of: Any, report: Report) -> None:
    cast.submitted([report])
    budi = of("budi")
    line = line_of(budi, report)
    body = {
        "reason": "Nilai tidak sama dengan SP2D.",
        "cells": [f"lines/{line['account']}/{line['fund']}"],
        "category": "payments",
    }
    response = budi.post(f"/reports/{report.token}/return", body, If_Match=etag(budi, report))
    assert response.status_code == 200, response.content
    marks = Decision.objects.get(verb="return").marks
    assert marks == ["category-payments", f"line-{report.lines.get().pk}"]
    short = budi.post(f"/reports/{report.token}/return", {"reason": "x"}, If_Match="*")
    assert short.status_code == 422


def test_what_was_submitted_can_be_recalled_until_it_was_opened(cast: World, of: Any, report: Report) -> None:
    cast.submitted([report])
    ani, budi = of("ani"), of("budi")
    assert budi.post(f"/reports/{report.token}/open").status_code == 204
    assert ani.post(f"/reports/{report.token}/recall", If_Match=etag(ani, report)).status_code == 422


def test_many_have_an_outcome_each(cast: World, of: Any, report: Report) -> None:
    cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    second = next(one for one in cast.open() if one.pk != report.pk)
    cast.submitted([report])
    budi = of("budi")
    report = Report.objects.get(pk=report.pk)
    body = {
        "reports": [
            {"id": report.token, "version": report.version}, {"id": second.token, "version": second.version},
            {"id": "nobodyknows", "version": 1},
        ]
    }  # fmt: skip
    budi.post(f"/reports/{report.token}/open")
    said = budi.post("/reports/bulk/verify", body, Idempotency_Key="many-1").json()
    assert (said["done"], said["refused"]) == (1, 2), said
    assert [one["code"] for one in said["outcomes"]][2] == "route.unknown"
    assert budi.post("/reports/bulk/verify", body, Idempotency_Key="many-1").json() == said


def test_what_an_act_on_many_has_no_use_for_is_taken_and_what_it_needs_is_asked_for(
    cast: World, of: Any, report: Report
) -> None:
    """A program that sends one body with every act goes on as before."""
    seen = [{"id": report.token, "version": report.version}]
    every = {"reports": seen, "statement": "1", "reason": "Angka belum sesuai.", "category": "payments"}
    ani = of("ani")
    for act, part in (("submit", "statement"), ("return", "reason"), ("amend", "reason")):
        lacking = {name: value for name, value in every.items() if name != part}
        refused = ani.post(f"/reports/bulk/{act}", lacking)
        assert (refused.status_code, refused.json()["code"]) == (422, "api.fields"), act
        assert [one["pointer"].rpartition("/")[2] for one in refused.json()["errors"]] == [part]
    for act in ("submit", "recall", "verify", "review", "return", "amend"):
        said = ani.post(f"/reports/bulk/{act}", every)
        assert said.status_code == 200 and said.json()["outcomes"][0]["id"] == report.token, said.content
    assert ani.post("/reports/bulk/sign", every).status_code == 422  # nothing of it is verified
    assert ani.post("/reports/bulk/verify", every | {"nobody": 1}).status_code == 422


def test_the_document_is_prepared_read_and_signed(cast: World, of: Any, report: Report, signing: Any) -> None:
    cast.submitted([report])
    budi, citra = of("budi"), of("citra")
    budi.post(f"/reports/{report.token}/verify", If_Match=etag(budi, report))
    cast.factor("citra")
    made = citra.post(f"/reports/{report.token}/sign", If_Match=etag(citra, report))
    assert made.status_code == 202, made.content
    token = made.json()["id"]
    assert made["Location"] == f"/api/v1/batches/{token}"
    services.render(SigningBatch.objects.get(token=token).pk)
    batch = citra.get(f"/batches/{token}").json()
    pdf = b"".join(citra.get(f"/batches/{token}/document").streaming_content)
    assert batch["state"] == "prepared" and pdf.startswith(b"%PDF")
    said = {
        "manifest_sha256": batch["manifest_sha256"], "accepted": True, "code": cast.factor("citra").code,
        "passphrase": signing,
    }  # fmt: skip
    stranger = budi.post(f"/batches/{token}/sign", said)
    assert stranger.status_code == 422
    wrong = citra.post(f"/batches/{token}/sign", said | {"manifest_sha256": "0" * 64})
    assert wrong.status_code == 412
    # A code that was mistyped is in no digest, so that its refusal must not be the answer to the next one.
    wrong = citra.post(f"/batches/{token}/sign", said | {"code": "000000"}, Idempotency_Key="sign-1")
    assert wrong.status_code == 422
    done = citra.post(f"/batches/{token}/sign", said, Idempotency_Key="sign-1")
    assert done.status_code == 200 and done.json()["state"] == "published", done.content
    assert Report.objects.get(pk=report.pk).state == "published"
    again = citra.post(f"/batches/{token}/sign", said | {"code": "000000"}, Idempotency_Key="sign-1")
    assert again["Idempotency-Replayed"] == "true" and again.json()["state"] == "published"
    kept = ApiAnswer.objects.get(key="sign-1")
    assert signing not in kept.body + str(kept.headers) + kept.asked and said["code"] not in kept.asked


def test_the_act_stands_in_the_ledger_with_person_office_address_and_program(
    cast: World, of: Any, report: Report
) -> None:
    cast.submitted([report])
    budi = of("budi")
    budi.post(f"/reports/{report.token}/verify", If_Match=etag(budi, report))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload::json FROM ledger.event WHERE of_table = 'workflow_decision' ORDER BY id DESC LIMIT 1"
        )
        (said,) = cursor.fetchone()
    assert said["actor"] == str(cast.budi.pk) and said["address"] == "127.0.0.1" and said["offices"]
    assert said["request"].split()[1].startswith("key-")


def test_evidence_comes_whole_or_in_parts_and_once(cast: World, of: Any, report: Report) -> None:
    ani = of("ani")
    first, second = bring(ani, report), bring(ani, report)
    assert first.status_code == second.status_code == 201 and first.json()["id"] == second.json()["id"]
    content = png("two")
    begun = ani.post(
        "/uploads", {"report": report.token, "name": "dua.png", "size": len(content), "key": "upload-0001"}
    )
    assert begun.status_code == 201, begun.content
    token, half = begun.json()["id"], len(content) // 2
    for start, part in ((0, content[:half]), (half, content[half:])):
        sent = ani.client.generic(
            "PATCH",
            f"{BASE}/uploads/{token}?offset={start}",
            part,
            "application/octet-stream",
            headers=ani.headers,
        )
        assert sent.status_code == 200, sent.content
    assert sent.json()["evidence"] and len(ani.get(f"/reports/{report.token}/evidence").json()) == 2
    name = first.json()["id"]
    assert b"".join(ani.get(f"/evidence/{name}/file").streaming_content).startswith(b"\x89PNG")
    assert of("eko").get(f"/evidence/{name}/file").status_code == 404
    assert of("eko")("DELETE", f"/evidence/{name}").status_code == 404
    assert ani("DELETE", f"/evidence/{name}").status_code == 204


def test_another_part_under_the_same_key_is_refused_whatever_words_it_has(
    cast: World, of: Any, report: Report
) -> None:
    ani = of("ani")
    begun = ani.post(
        "/uploads", {"report": report.token, "name": "dua.png", "size": 40, "key": "upload-0002"}
    ).json()
    address, headers = f"{BASE}/uploads/{begun['id']}?offset=0", ani.headers | {"Idempotency-Key": "part-1"}
    one, other = (
        ani.client.generic("PATCH", address, part, "application/octet-stream", headers=headers)
        for part in (b"code one  ", b"code two  ")
    )
    assert one.status_code == 200 and other.json()["code"] == "api.key"


def test_another_file_under_the_same_key_is_refused(cast: World, of: Any, report: Report) -> None:
    ani = of("ani")
    first, again = (bring(ani, report, png("one"), Idempotency_Key="file-1") for _ in range(2))
    assert first.status_code == again.status_code == 201 and first.content == again.content
    assert bring(ani, report, png("two"), Idempotency_Key="file-1").json()["code"] == "api.key"
    assert report.evidence.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        b'{"public_note": "\\ud800"}', b"[" * 50_000, b'{"a":' * 50_000, b'{"public_note": "\xff"}', b'{"public_note": 1e999}',
        b'{"increment": "1e5"}', b'{"increment": "999999999999999"}', b'{"lines": [{"account": "x", "realized": "NaN"}]}',
        b'{"follow_up_due": "0000-00-00"}', b'{"follow_up_due": "0001-01-01"}', b"null", b"[]", b'""', b'{"status": "X"}',
        b'{"explanations": [{"rule": "V-99", "text": "x"}]}', b'{"nobody": 1}', "{}".encode("utf-16"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "hostile"}])
def test_no_body_breaks_it(cast: World, of: Any, report: Report, body: bytes, key: dict[str, str]) -> None:
    ani = of("ani")
    headers = ani.headers | {"If-Match": "*"} | key
    response = ani.client.generic(
        "PATCH", f"{BASE}/reports/{report.token}/entry", body, "application/json", headers=headers
    )
    assert response.status_code in (200, 400, 422), response.content
    assert json.loads(response.content)


def test_nothing_happened_this_month(cast: World, of: Any, report: Report) -> None:
    ani = of("ani")
    body = {"reports": [{"id": report.token, "version": report.version}], "statement": "1"}
    said = ani.post("/reports/nil", body)
    assert said.status_code == 200, said.content
    assert said.json()["outcomes"][0]["id"] == report.token


def test_budi_reminds_once_a_day(cast: World, of: Any, report: Report) -> None:
    budi = of("budi")
    first, second = (budi.post("/reports/remind", {"reports": [report.token]}).json() for _ in range(2))
    assert first["told"] == [report.token] and second["today"] == [report.token]


@pytest.mark.parametrize("path", ["/reports/bulk/verify", "/reports", "/inbox"])
def test_many_cost_the_same_number_of_statements(cast: World, of: Any, statements: Any, path: str) -> None:
    costs = []
    for first, last in ((100, 101), (101, 121)):
        for number in range(first, last):
            cast.item(f"1.03.10.2.01.{number:04}")
        fresh = [one for one in cast.open() if one.state == "draft"]
        versions = cast.submitted(fresh)
        body = {"reports": [{"id": one.token, "version": versions[one.pk]} for one in fresh]}
        budi = of("budi")
        budi.get("/me")
        with statements() as seen:
            response = budi.post(path, body) if "bulk" in path else budi.get(path)
            assert response.status_code == 200
        if "bulk" in path:
            assert len(response.json()["outcomes"]) == len(fresh)
        costs.append(len(seen))
    assert costs[0] == costs[1]
