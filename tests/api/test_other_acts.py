"""The other acts of offices by program: revisions given up, files described, the board, citizens' messages, and more."""

from typing import Any

from django.db import connection

from approvals import services as deciding
from approvals.models import Notice, SigningBatch
from approvals.tasks import drain
from ledger.recording import recorded
from portal.models import ApiAnswer, Feedback, FeedbackAct
from registry.models import Government, Post, Unit
from submissions.models import Evidence, Period, Report
from tests.api.conftest import program
from tests.board.conftest import board
from tests.board.people import HEALTH, WORKS, Board
from tests.cast import World, assign
from tests.submissions.test_revisions import amended, permitted, published
from tests.voices.conftest import town
from tests.voices.town import REPLY, WORDS, Town, fresh
from workflow.models import Act, Grant

__all__ = ["board", "town"]  # the fixtures that live beside those stories
REASON = "Salah ketik, SP2D nomor 17 belum masuk"


def in_ledger(table: str, row: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ledger.event WHERE of_table = %s AND of_row = %s AND payload::text LIKE %s",
            [table, row, "% key-%"],
        )
        return cursor.fetchone()[0] > 0


# --- Revisions, documents, files, notices -----------------------------------------------------------------


def test_a_revision_is_given_up_once_in_the_version_that_was_seen(cast: World, of: Any) -> None:
    cast.item(ceilings=(100,))
    cast.open()
    january = published(cast, 1, 10)
    permitted(cast)
    draft = amended(cast, january)
    ani, address = of("ani"), f"/reports/{draft.token}/cancel"
    etag = ani.get(f"/reports/{draft.token}")["ETag"]
    assert of("eko").post(address, {"reason": REASON}, If_Match=etag).status_code == 404
    assert of("budi").post(address, {"reason": REASON}, If_Match=etag).json()["code"] == "route.office"
    assert ani.post(address, {"reason": REASON}).status_code == 428
    assert ani.post(address, {"reason": REASON}, If_Match='"0-9-draft-0-0"').status_code == 412
    first = ani.post(address, {"reason": REASON}, If_Match=etag, Idempotency_Key="c")
    assert (first.json()["id"], first.json()["state"]) == (january.token, "published"), first.content
    assert ani.post(address, {"reason": REASON}, If_Match=etag, Idempotency_Key="c").json() == first.json()
    assert Report.objects.get(pk=draft.pk).state == "cancelled" and in_ledger("submissions_report", draft.pk)
    owed = ani.post(f"/reports/{january.token}/cancel", {"reason": REASON}, If_Match="*")
    assert owed.status_code == 422


def test_the_reports_of_a_void_document_are_prepared_again_by_its_signer(cast: World, of: Any) -> None:
    cast.item()
    reports = cast.open()
    versions = cast.submitted(reports)
    deciding.verify(actor=cast.budi, versions=versions)
    void = deciding.prepare(actor=cast.citra, period=cast.period(), versions=versions)
    citra, address = of("citra"), f"/batches/{void.token}/again"
    early = citra.post(address)
    assert (early.status_code, early.json()["code"]) == (422, "batch.state")
    assert citra("DELETE", f"/batches/{void.token}").status_code == 204
    for stranger in ("budi", "eko", "dewi"):
        assert of(stranger).post(address).status_code == 404, stranger
    first = citra.post(address, Idempotency_Key="again")
    assert first.status_code == 202 and first.json()["state"] == "preparing", first.content
    assert first["Location"] == f"/api/v1/batches/{first.json()['id']}" and first.json()["id"] != void.token
    second = citra.post(address, Idempotency_Key="again")
    assert second.json() == first.json() and SigningBatch.objects.count() == 2


def test_what_is_said_about_a_file_is_put_right_by_who_may(cast: World, of: Any) -> None:
    cast.item()
    reports = cast.open()
    cast.with_evidence(reports)
    (file,) = Evidence.objects.all()
    ani, address = of("ani"), f"/evidence/{file.token}"
    (row,) = ani.get(f"/reports/{reports[0].token}/evidence").json()
    body = {"caption": "Pengecoran lantai", "seen": row["seen"]}
    assert of("eko")("PUT", address, body).status_code == 404
    refused = of("budi")("PUT", address, body)
    assert (refused.status_code, refused.json()["code"]) == (422, "route.office")
    done = ani("PUT", address, body, Idempotency_Key="say")
    assert done.status_code == 200 and done.json()["caption"] == "Pengecoran lantai", done.content
    assert ani("PUT", address, body, Idempotency_Key="say").json() == done.json()
    stale = ani("PUT", address, {"caption": "Lain", "seen": row["seen"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "evidence.changed")
    cast.submitted(reports)
    closed = ani("PUT", address, {"caption": "Lain", "seen": done.json()["seen"]})
    assert (closed.status_code, closed.json()["code"]) == (422, "route.state")
    assert in_ledger("submissions_evidence", file.pk)


def test_one_reads_ones_own_notices_and_no_others(cast: World, of: Any) -> None:
    program(cast.ani)
    for who in ("ani", "budi"):
        program(cast.people[who])
    drain()
    ani, budi = of("ani"), of("budi")
    mine = ani.get("/notices?unread=true").json()["items"]
    theirs = budi.get("/notices?unread=true").json()["items"]
    assert len(mine) == 2 and mine[0]["code"] == "notice.account.key_made"
    assert ani.post("/notices/read", {"ids": [mine[1]["id"], theirs[0]["id"]]}).status_code == 204
    assert [one["id"] for one in ani.get("/notices?unread=true").json()["items"]] == [mine[0]["id"]]
    assert budi.get("/notices?unread=true").json()["items"] == theirs
    assert ani.post("/notices/read", {"up_to": mine[0]["id"]}).status_code == 204
    assert ani.get("/notices?unread=true").json()["items"] == []
    assert Notice.objects.filter(person=cast.budi, read_at=None).exists()


# --- The board --------------------------------------------------------------------------------------------

MONTH = {"year": "2026", "months": ["2026-01"], "units": [WORKS, HEALTH]}
LATER = {
    "year": "2026", "month": "2026-01", "agencies": [WORKS], "until": "2026-02-20",
    "reason": "Gangguan jaringan dua hari menurut Diskominfo", "document_no": "100/ADB/2026",
}  # fmt: skip


def test_the_bureau_reminds_and_moves_a_deadline_once(board: Board, cast: World) -> None:
    hadi = program(cast.hadi)
    told = hadi.post("/board/remind", MONTH, Idempotency_Key="r")
    assert told.status_code == 200 and told.json()["code"] == "board.reminded", told.content
    assert hadi.post("/board/remind", MONTH, Idempotency_Key="r").json() == told.json()
    again = hadi.post("/board/remind", MONTH).json()
    assert again["code"] == "board.reminded_none" and not any(one["done"] for one in again["lines"])
    moved = hadi.post("/board/extend", LATER, Idempotency_Key="e")
    assert moved.status_code == 200 and [one["done"] for one in moved.json()["lines"]] == [True], (
        moved.content
    )
    assert hadi.post("/board/extend", LATER, Idempotency_Key="e").json() == moved.json()
    period = Period.objects.get(agency=cast.agency, month=1)
    assert f"{period.sign_due:%Y-%m-%dT%H:%M:%S}" == "2026-02-20T15:59:59"
    grant = Grant.objects.get()
    assert grant.granted_by == cast.hadi and in_ledger("workflow_grant", grant.pk)
    past = hadi.post("/board/extend", LATER | {"until": "2026-01-01"})
    assert (past.status_code, past.json()["code"]) == (422, "asking.until_past")
    bare = hadi.post("/board/extend", LATER | {"document_no": " "})
    assert (bare.status_code, bare.json()["code"]) == (422, "board.note")


def test_from_the_board_only_the_bureau_extends_and_heads_remind_their_own(board: Board, cast: World) -> None:
    for who in ("ani", "eko", "dewi"):
        assert program(cast.people[who]).post("/board/remind", MONTH).status_code == 404, who
    for who in ("ani", "budi", "citra", "dewi"):
        assert program(cast.people[who]).post("/board/extend", LATER).status_code == 404, who
    citra = program(cast.citra)
    assert citra.post("/board/remind", MONTH).status_code == 404  # health is not hers
    assert citra.post("/board/remind", MONTH | {"units": [WORKS]}).json()["code"] == "board.reminded"
    for wrong in ({"units": ["nowhere"]}, {"months": ["2026-09"]}, {"year": "2030"}):
        assert citra.post("/board/remind", MONTH | wrong).status_code == 404
    assert Act.objects.filter(verb__startswith="board.").count() == 1 and not Grant.objects.exists()


def test_reminding_of_many_months_costs_no_more_than_of_one(
    board: Board, cast: World, statements: Any
) -> None:
    cast.open(2)
    hadi = program(cast.hadi)
    hadi.post("/board/remind", MONTH | {"months": ["2026-01", "2026-02"]})
    with statements() as few:
        assert len(hadi.post("/board/remind", MONTH).json()["lines"]) == 2
    with statements() as many:
        both = hadi.post("/board/remind", MONTH | {"months": ["2026-01", "2026-02"]})
    assert len(both.json()["lines"]) == 4
    assert len(many) == len(few)


# --- Citizens' messages -----------------------------------------------------------------------------------


def test_a_message_goes_from_the_bureau_to_its_answer(town: Town, cast: World) -> None:
    one = town.message()
    hadi, citra = program(town.hadi), program(cast.citra)
    (row,) = hadi.get("/feedback").json()["items"]
    assert (row["text"], row["item"], row["state"]) == (WORDS, town.road.sub_activity_code, "received")
    assert citra.get("/feedback").json()["items"] == []
    address = f"/feedback/{one.pk}"
    assert (
        citra.get(address).status_code
        == citra.post(f"{address}/answer", _said(row, REPLY)).status_code
        == 404
    )
    routed = hadi.post(f"{address}/route", _said(row, unit=cast.agency.code), Idempotency_Key="1")
    assert routed.json()["state"] == "routed", routed.content
    assert (
        hadi.post(f"{address}/route", _said(row, unit=cast.agency.code), Idempotency_Key="1").json()
        == routed.json()
    )
    stale = citra.post(f"{address}/answer", _said(row, REPLY))
    assert (stale.status_code, stale.json()["code"]) == (412, "voices.stale")
    short = citra.post(f"{address}/answer", _said(routed.json(), "Ya."))
    assert (short.status_code, short.json()["code"]) == (422, "voices.words_short")
    wrong = citra.post(f"{address}/close", _said(routed.json()))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "voices.office")
    answered = citra.post(f"{address}/answer", _said(routed.json(), REPLY), Idempotency_Key="2")
    assert answered.json()["state"] == "answered" and fresh(one).state == "answered"
    assert (
        citra.post(f"{address}/answer", _said(routed.json(), REPLY), Idempotency_Key="2").json()
        == answered.json()
    )
    late = citra.post(f"{address}/answer", _said(answered.json(), REPLY))
    assert (late.status_code, late.json()["code"]) == (422, "voices.state")
    told = citra.get(address).json()
    assert [act["kind"] for act in told["acts"]][-2:] == ["route", "answer"]
    assert told["acts"][-1]["person"] == cast.citra.name and "contact" not in told
    assert FeedbackAct.objects.filter(feedback=one, kind="answer").count() == 1
    assert in_ledger("portal_feedbackact", FeedbackAct.objects.get(feedback=one, kind="answer").pk)


def _said(row: dict[str, Any], text: str = "", **more: str) -> dict[str, Any]:
    return {"seen": row["seen"], "text": text} | more


def test_the_desk_costs_the_same_however_many_wrote(town: Town, statements: Any) -> None:
    town.message()
    hadi = program(town.hadi)
    hadi.get("/feedback")
    with statements() as few:
        assert len(hadi.get("/feedback").json()["items"]) == 1
    for _ in range(4):
        town.routed()
    with statements() as many:
        assert len(hadi.get("/feedback").json()["items"]) == 5
    assert len(many) == len(few)


def test_what_is_erased_is_in_no_kept_answer(town: Town, cast: World) -> None:
    one = town.message()
    hadi = program(town.hadi)
    row = hadi.get(f"/feedback/{one.pk}").json()
    done = hadi.post(f"/feedback/{one.pk}/erase", _said(row, "Warga meminta sendiri."), Idempotency_Key="x")
    assert done.status_code == 200 and Feedback.objects.get(pk=one.pk).text == "", done.content
    assert WORDS not in ApiAnswer.objects.get().body
    shown = hadi.post(f"/feedback/{one.pk}/show", _said(done.json()))
    assert (shown.status_code, shown.json()["code"]) == (422, "voices.erased")


def test_who_neither_answers_nor_moderates_has_no_such_desk(town: Town, cast: World) -> None:
    one = town.routed()
    for who in ("eko", "gita", "root", "dewi"):
        stranger = program(cast.people[who])
        assert stranger.get(f"/feedback/{one.pk}").status_code == 404, who
        assert stranger.post(f"/feedback/{one.pk}/note", {"seen": "", "text": "x"}).status_code == 404, who


def test_who_moderates_for_two_governments_passes_a_message_on_within_its_own(
    town: Town, cast: World
) -> None:
    with recorded(None):
        other = Government.objects.create(
            code="98.01", name="Kabupaten Tirtahening", sub_activity_pattern=".*", account_pattern=".*", unit_pattern=".*"
        )  # fmt: skip
        root = Unit.objects.create(government=other, kind="GOVERNMENT", code="98.01", name="Tirtahening")
        same = Unit.objects.create(
            government=other, parent=root, kind="AGENCY", code=cast.agency.code, name="Dinas PU Tirtahening"
        )
        assign(town.hadi, Post.objects.create(unit=root, role="oversight", title="Kepala Bagian"))
    one = town.message(government=other, item=None, unit=None)
    hadi = program(town.hadi)
    row = hadi.get(f"/feedback/{one.pk}").json()
    routed = hadi.post(f"/feedback/{one.pk}/route", _said(row, unit=same.code))
    assert routed.status_code == 200, routed.content
    assert fresh(one).routed_to == same
