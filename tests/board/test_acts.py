"""What the bureau and heads do from the board: remind, extend, write letters. Each for the stranger, twice, and in the ledger."""

from datetime import date
from typing import Any

from django.db import connection

from approvals import services as deciding
from approvals.models import Notice
from approvals.tasks import drain
from ledger.recording import recorded
from portal.models import ReminderLetter
from registry.models import Post, Unit
from submissions.models import Period, Report
from tests.approvals.bureau import settle
from tests.approvals.deskwork import plain_text
from tests.approvals.printed import words
from tests.board.people import HEALTH, WORKS, Board
from tests.cast import World
from tests.roads import BUREAU, HEAD, SECTION, follows
from workflow import engine, route
from workflow.models import Act, Grant, Outbox

REASON = "Gangguan jaringan dua hari menurut Diskominfo"
TYPED = {"until": "2026-02-20", "reason": REASON, "document_no": "100/ADB/2026"}


def in_ledger(table: str, row: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.event WHERE of_table = %s AND of_row = %s", [table, row])
        return cursor.fetchone()[0] > 0


def notices() -> list[tuple[str, str]]:
    drain()
    found = Notice.objects.order_by("person__username", "code")
    return list(found.values_list("person__username", "code"))


# --- Reminding -------------------------------------------------------------------------------------------


def test_whoever_has_it_now_is_reminded_in_one_notice(board: Board, cast: World) -> None:
    board.verified(board.works[:1])
    told = board.told("hadi", "remind", WORKS, HEALTH)
    assert "Reports reminded of: 3. People told: 3." in told
    for name in ("Ani Lembayung", "Citra Hastapura", "Eko Pelangiwan"):
        assert f"{name} was told. Reports: 1." in told
    assert notices() == [
        ("ani", "notice.report.reminded"), ("citra", "notice.report.reminded_sign"), ("eko", "notice.report.reminded"),
    ]  # fmt: skip
    sentence = plain_text(board.client("citra").get("/notices/"))
    assert (
        "Hadi Wanareja (Kepala Bagian Administrasi Pembangunan" in sentence
        and "reminds you to sign" in sentence
    )
    assert Notice.objects.get(person=cast.citra).link == "/sign/"
    assert in_ledger("approvals_notice", Notice.objects.get(person=cast.citra).pk)
    row = Outbox.objects.filter(topic="report.reminded").order_by("pk").first()
    assert row and (row.payload["by"], row.payload["by_name"]) == (cast.hadi.pk, "Hadi Wanareja")


def test_once_a_day_at_a_tier_whoever_reminds(board: Board, cast: World) -> None:
    board.told("hadi", "remind", WORKS)
    again = board.told("citra", "remind", WORKS)
    assert "Nobody was reminded." in again and "Reminded of today already: 2." in again
    cast.submitted(board.works[:1], 5)
    later = board.told("hadi", "remind", WORKS, key="another-tier")
    assert "Budi Wiratmaka was told. Reports: 1." in later and "Reminded of today already: 1." in later
    assert [key for _, key in notices()] == ["notice.report.reminded", "notice.report.reminded_verify"]
    cast.at("2026-02-04 08:00")
    assert "Ani Lembayung was told. Reports: 1." in board.told("citra", "remind", WORKS, key="next-day")


def test_the_second_click_does_nothing_and_shows_the_first_answer(board: Board) -> None:
    first = board.post("hadi", "remind", WORKS)
    second = board.post("hadi", "remind", WORKS)
    assert first.redirect_chain == second.redirect_chain
    assert "Ani Lembayung was told. Reports: 2." in plain_text(second)
    assert Act.objects.filter(verb="board.remind").count() == 1
    other = board.post("hadi", "remind", HEALTH)
    assert other.status_code == 422 and "was sent before with something else" in plain_text(other)
    assert Outbox.objects.filter(topic="report.reminded").count() == 2
    act = Act.objects.get(verb="board.remind")
    assert board.client("citra").get(f"/board/?result={act.pk}").context["result"] is None


def test_who_was_not_told_is_named_with_the_reason(board: Board, cast: World) -> None:
    with recorded(None):
        cast.posts["other_officer"].assignments.update(valid_to="2026-02-01")
    board.published(board.works)
    told = board.told("hadi", "remind", WORKS, HEALTH)
    assert "Nobody was reminded." in told
    assert "Dinas Pekerjaan Umum, January 2026: Nothing waits for anybody" in told
    assert "Dinas Kesehatan, January 2026: The office that has them is vacant, or it is yours: 1." in told
    cast.at("2026-02-25 09:00")
    assert "The month is locked" in board.told("hadi", "remind", HEALTH, key="locked")


def signed_on(cast: World, *tiers: dict[str, Any], embargo: int = 0) -> Board:
    """Both reports of public works are signed on 9 February, on a route of these tiers; it is ten working days later."""
    settle(cast)
    follows(cast, SECTION, HEAD, *tiers, embargo=embargo)
    cast.items(2)
    cast.open()
    board = Board(cast)
    board.verified(board.works)
    cast.at("2026-02-09 09:00")
    engine.perform(route.SIGN, Report, cast.versions(board.works), actor=cast.citra, whole=True)
    cast.at("2026-02-23 09:00")
    return board


def test_what_a_review_holds_up_is_with_its_reviewer_who_is_reminded_of_it(cast: World) -> None:
    """Although the month is locked: what follows a signature is not bound to it."""
    board = signed_on(cast, BUREAU | {"blocks": True})
    held = [(one.step, one.person, one.days, one.reports) for one in board.row(cast.agency).holders]
    assert held == [("review", "Hadi Wanareja", 14, 2)] and board.state() == "VERIFIED"
    page = plain_text(board.client("hadi").get("/board/?holder=review"))
    assert "with who reviews" in page and "Hadi Wanareja" in page and "Dinas Pekerjaan Umum" in page
    (row,) = board.rows("hadi", "?format=csv&table=units&holder=review")
    assert (row["holder_person"], row["holder_days"]) == ("Hadi Wanareja", "14")
    assert "Hadi Wanareja was told. Reports: 2." in board.told("citra", "remind", WORKS)
    assert notices() == [("hadi", "notice.report.reminded_review_many")]
    assert Notice.objects.get().link == "/reviews/"
    assert "reminds you to review 2 reports" in plain_text(board.client("hadi").get("/notices/"))
    assert all(one.done for one in deciding.review(actor=cast.hadi, versions=cast.versions(board.works)))
    assert board.row(cast.agency).holders == ()
    assert "Nothing waits for anybody" in board.told("citra", "remind", WORKS, key="reviewed")


def test_what_is_reviewed_before_a_reminder_is_told_is_left_out(cast: World) -> None:
    board = signed_on(cast, BUREAU | {"blocks": True})
    board.told("citra", "remind", WORKS)
    deciding.review(actor=cast.hadi, versions=cast.versions(board.works[:1]))
    assert ("hadi", "notice.report.reminded_review") in notices()
    assert Notice.objects.get(person=cast.hadi).params["reports"] == [board.works[1].pk]


def test_what_is_signed_and_waits_for_its_hour_is_with_nobody(cast: World) -> None:
    """Also where a review follows that holds nothing up."""
    board = signed_on(cast, BUREAU, embargo=24 * 30)
    assert (board.row(cast.agency).holders, board.state()) == ((), "VERIFIED")
    assert "Nothing waits for anybody: it is signed" in board.told("citra", "remind", WORKS)
    assert notices() == []


def test_heads_remind_below_themselves_only(board: Board, cast: World) -> None:
    cast.submitted(board.works[:1], 5)
    told = board.told("citra", "remind", WORKS, HEALTH)
    assert (
        "People told: 2." in told
        and "Kesehatan" not in told.partition("Reports reminded")[2].partition("Month")[0]
    )
    cast.at("2026-02-04 09:00")
    section = board.told("budi", "remind", WORKS, key="section")
    assert "Ani Lembayung was told. Reports: 1." in section
    assert (
        "Reports that are not yours to remind of: 1." in section
    )  # what he holds himself, and what lies above him
    assert not Outbox.objects.filter(topic="report.reminded", payload__id=board.health[0].pk).exists()


def test_strangers_act_on_nothing(board: Board) -> None:
    for who in ("ani", "dewi", "gita", "lia", "root"):
        for act in ("remind", "extend", "letters/new"):
            assert board.post(who, act, WORKS, **TYPED).status_code == 404, (who, act)
    assert not Act.objects.filter(verb__startswith="board.").exists() and not Grant.objects.exists()


def test_only_the_bureau_extends_and_writes_letters(board: Board) -> None:
    for who in ("citra", "budi", "indah", "joko"):
        for act in ("extend", "letters/new"):
            assert board.post(who, act, WORKS, **TYPED).status_code == 404, (who, act)


def test_nothing_ticked_keeps_what_was_ticked(board: Board) -> None:
    page = board.post("hadi", "remind", months=["2026-01"])
    assert page.status_code == 422 and "No unit is ticked" in plain_text(page)
    page = board.post("hadi", "extend", WORKS, months=[])
    assert page.status_code == 422 and "No month is ticked" in plain_text(page)
    assert f'value="{WORKS}" data-select-item id="pick-{WORKS}" checked' in page.content.decode()
    assert board.post("hadi", "remind", "odd\x00", months=["2026-14"]).status_code == 422


# --- Extending -------------------------------------------------------------------------------------------


def test_the_bureau_moves_a_deadline_with_reason_and_note(board: Board, cast: World) -> None:
    page = board.post("hadi", "extend", WORKS, HEALTH)
    assert [one.unit.code for one in page.context["targets"]] == [HEALTH, WORKS]
    told = board.told("hadi", "extend", WORKS, HEALTH, **TYPED)
    assert "Deadlines moved to 20 February 2026: 2." in told
    for period in Period.objects.filter(month=1):
        assert f"{period.sign_due:%Y-%m-%dT%H:%M:%S}" == "2026-02-20T15:59:59"
    grant = Grant.objects.get(scope_path=cast.agency.path)
    assert (grant.kind, grant.reason, grant.document_no, grant.granted_by) == (
        "extension", REASON, "100/ADB/2026", cast.hadi,
    )  # fmt: skip
    assert in_ledger("workflow_grant", grant.pk) and in_ledger("submissions_period", cast.period().pk)
    assert ("citra", "notice.board.extended") in notices()
    assert "100/ADB/2026" in plain_text(board.client("citra").get("/notices/"))
    assert REASON in plain_text(board.client("hadi").get("/calendar/?month=2026-01"))


def test_a_second_click_extends_nothing_twice(board: Board) -> None:
    board.told("hadi", "extend", WORKS, **TYPED)
    told = board.told("hadi", "extend", WORKS, **TYPED)
    assert "Deadlines moved to 20 February 2026: 1." in told
    assert Grant.objects.count() == 1 and Period.history.filter(history_type="~").count() == 1
    again = board.told("hadi", "extend", WORKS, **TYPED, key="another")
    assert "No deadline was moved." in again and "20 February 2026" in again
    assert Grant.objects.count() == 1


FAULTS: list[tuple[dict[str, str], str]] = [
    ({"until": "2026-02-02"}, "3 February 2026"),
    ({"until": ""}, "3 February 2026"),
    ({"until": "soon"}, "“soon” is no day"),
    ({"until": "2027-08-01"}, "4 February 2027"),
    ({"reason": "kurang"}, "6 characters"),
    ({"document_no": " "}, "number of the note"),
    ({"document_no": "x" * 81}, "81 characters"),
]


def test_what_cannot_be_extended_keeps_what_was_typed(board: Board) -> None:
    for typed, said in FAULTS:
        page = board.post("hadi", "extend", WORKS, **TYPED | typed)
        assert page.status_code == 422 and said in plain_text(page), plain_text(page)
        assert all(page.context["typed"][name] == value for name, value in (TYPED | typed).items())
    assert not Grant.objects.exists()


def test_a_locked_month_is_left_out_with_its_reason(board: Board, cast: World) -> None:
    cast.at("2026-02-23 09:00")
    told = board.told("hadi", "extend", WORKS, HEALTH, **TYPED | {"until": "2026-03-10"})
    assert "No deadline was moved." in told and told.count("locked") >= 2
    assert not Grant.objects.exists()


def test_one_month_at_a_time(board: Board, cast: World) -> None:
    cast.open(2)
    page = board.post("hadi", "extend", WORKS, months=["2026-01", "2026-02"], **TYPED)
    assert page.status_code == 422 and "2 months are ticked" in plain_text(page)


# --- Letters ---------------------------------------------------------------------------------------------


def letter(board: Board, *units: str, level: str = "I", **said: str) -> str:
    return board.told("hadi", "letters/new", *units, level=level, make="1", **said)


def test_letters_one_two_three_in_order_each_once(board: Board, cast: World) -> None:
    assert "No letter was made." in letter(board, WORKS, key="early")
    cast.at("2026-02-12 09:00")
    preview = board.told("hadi", "letters/new", WORKS, HEALTH)
    assert "can be made" in preview and "Make 2 letters I" in preview and "Sekretaris Daerah" in preview
    assert "Letters made: 2." in letter(board, WORKS, HEALTH, key="first")
    assert "Letter I was made before" in letter(board, WORKS, key="first-again")
    assert "Letter I (002/ST-I/99.01/2026) may still be answered" in letter(
        board, WORKS, level="II", key="soon"
    )
    assert "Letter II was not made yet" in letter(board, WORKS, level="III", key="jump")
    cast.at("2026-02-18 09:00")  # after Tuesday 17 February, the third working day
    assert "Letters made: 1." in letter(board, WORKS, level="II", key="second")
    cast.at("2026-02-24 09:00")
    assert "Letters made: 1." in letter(board, WORKS, level="III", key="third")
    found = ReminderLetter.objects.order_by("number")
    assert [(one.document_no, one.level, one.missing, one.required) for one in found] == [
        ("001/ST-I/99.01/2026", 1, 1, 1), ("002/ST-I/99.01/2026", 1, 2, 2),
        ("003/ST-II/99.01/2026", 2, 2, 2), ("004/ST-III/99.01/2026", 3, 2, 2),
    ]  # fmt: skip
    assert found[0].answer_until == date(2026, 2, 17)
    assert (found[0].signer_title, found[0].signer_name) == ("Sekretaris Daerah", "Joko Samodra")
    assert all(in_ledger("portal_reminderletter", one.pk) for one in found)
    assert board.cell().letter == 3


def test_the_letter_says_what_is_missing_and_is_for_its_readers_only(board: Board, cast: World) -> None:
    board.published(board.works[:1])
    cast.at("2026-02-12 09:00")
    letter(board, WORKS, HEALTH)
    mine = ReminderLetter.objects.get(period__agency=cast.agency)
    address = f"/board/letters/{mine.token}/"
    answer = board.client("hadi").get(address)
    assert answer["Content-Type"] == "application/pdf" and "attachment" in answer["Content-Disposition"]
    said = words(answer.content)
    for one in (mine.document_no, "Dinas Pekerjaan Umum", "Joko Samodra", "Sekretaris Daerah"):
        assert one in said, said
    assert board.client("citra").get(address).content == answer.content
    for who in ("fitri", "eko", "ani", "budi", "dewi", "gita", "root"):
        assert board.client(who).get(address).status_code == 404
    assert mine.document_no in plain_text(board.client("citra").get("/board/letters/"))
    assert "001/ST-I" not in plain_text(board.client("citra").get("/board/letters/")) or mine.number == 1
    assert ("citra", "notice.board.letter") in notices()
    mine.file.storage.delete(str(mine.file.name))
    assert board.client("citra").get(address).status_code == 404


def test_who_has_published_everything_gets_no_letter(board: Board, cast: World) -> None:
    board.published(board.works)
    cast.at("2026-02-12 09:00")
    assert "Everything is published. No letter is needed." in letter(board, WORKS)
    assert not ReminderLetter.objects.exists()


def test_a_second_click_gives_the_same_letter(board: Board, cast: World) -> None:
    cast.at("2026-02-12 09:00")
    first = letter(board, WORKS)
    assert letter(board, WORKS) == first
    assert ReminderLetter.objects.count() == 1


def test_without_a_leader_nobody_could_sign(board: Board, cast: World) -> None:
    Post.objects.filter(role="oversight").update(superior=None)
    cast.at("2026-02-12 09:00")
    page = board.post("hadi", "letters/new", WORKS, level="I", make="1")
    assert page.status_code == 422 and "nobody could sign" in plain_text(page)
    with recorded(None):
        root = Unit.objects.get(parent=None)
        regent = Post.objects.create(unit=root, role="leader", title="Bupati")
        Post.objects.create(unit=root, role="leader", title="Sekretaris Daerah II", superior=regent)
    letter(board, WORKS)
    assert ReminderLetter.objects.get().signer_title == "Sekretaris Daerah II"
