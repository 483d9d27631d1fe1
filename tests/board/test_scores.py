"""W-10 and W-6 on the board: exact, and no tier pays for the time that another one had it."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client

from approvals import services as deciding
from ledger.recording import recorded
from portal.board import selectors
from portal.board.figures import Row
from portal.board.selectors import Scope
from registry.grants import SEE, give
from registry.models import Post, Unit
from submissions.formulas import half_up
from submissions.models import CalendarRule, Report
from tests.approvals.deskwork import plain_text
from tests.board.people import WORKS, Board
from tests.cast import World as Cast
from tests.portal.conftest import works, world
from tests.portal.world import Agency, World
from tests.roads import HEAD, PLANNER, SECTION, follows, planner
from workflow import route

__all__ = ["works", "world"]
WITA = ZoneInfo("Asia/Makassar")
# Signature was due on Friday 10 April; so many working days after it, and how many reports came that day (T-7).
LATE = {13: 2, 14: 1, 15: 1, 17: 1, 23: 1}


@pytest.fixture
def forty(world: World, works: Agency) -> World:
    """T-7: 40 required, 30 on time, 6 late by 1, 1, 2, 3, 5 and 9 working days, 4 never."""
    CalendarRule.objects.create(fiscal_year=world.year, lock_day=28)
    items = [world.item(works, f"1.03.{number:02}", Decimal(100)) for number in range(40)]
    world.open(3)
    world.publish(works, *(world.enter(item, 3, Decimal(10)) for item in items[:30]))
    late = [world.enter(item, 3, Decimal(10)) for item in items[30:36]]
    world.submit(works, *late)
    world.verify(works, *late)
    for day, count in LATE.items():
        world.clock(datetime(2026, 4, day, 9, tzinfo=WITA))
        now, late = late[:count], late[count:]
        for verb in (route.SIGN, route.PUBLISH):
            world.act(verb, works, "agency_head", [world.report(one.item, 3) for one in now], whole=True)
    return world


def row_of(world: World) -> Row:
    (row,) = selectors.board(Scope(world.government, world.year)).rows
    return row


def hours(row: Row, tier: str) -> Decimal:
    return half_up(row.tier(tier).hours or Decimal(0), 2)


def test_T7_on_the_board_its_file_and_its_page(forty: World, works: Agency, client: Client) -> None:
    published = row_of(forty).published
    assert (published.reports, published.graded, published.binary) == (40, Decimal("84.75"), Decimal(75))
    leader = forty.person("leader")
    give(SEE, leader, forty.root)
    client.force_login(leader)
    page = client.get("/board/", headers={"accept-language": "en"})
    (row,) = page.context["rows"]
    assert (row["graded"], row["binary"]) == ("84.75", "75.00")
    assert (page.context["total"]["graded"], page.context["total"]["binary"]) == ("84.75", "75.00")
    sheet = client.get("/board/?format=csv&table=units").content.decode().splitlines()
    found = dict(zip(sheet[0].split(","), sheet[1].split(","), strict=True))
    assert (found["publish_graded"], found["publish_binary"]) == ("84.7500", "75.0000")
    assert (found["entry_graded"], found["verify_graded"]) == ("90.0000", "100.0000")


def test_nothing_counts_before_its_deadline(board: Board, cast: Cast) -> None:
    row = board.row(cast.agency)
    assert [row.tier(name).reports for name in ("publish", "entry", "verify", "sign")] == [0, 0, 0, 0]
    assert row.published.graded is None
    cast.at("2026-02-06 09:00")  # entry was due yesterday
    row = board.row(cast.agency)
    assert (row.tier("entry").reports, row.tier("entry").graded) == (2, Decimal(0))
    assert row.tier("verify").reports == 0 and row.published.reports == 0


def test_a_verifier_does_not_pay_for_an_officer_who_was_late(board: Board, cast: Cast) -> None:
    cast.at("2026-02-16 09:00")  # Monday; verification was due on Monday the 9th
    versions = cast.submitted(board.works, 5)
    cast.at("2026-02-17 09:00")
    from_officer = board.row(cast.agency)
    assert from_officer.tier("entry").graded == 30  # seven working days
    assert from_officer.tier("verify").reports == 0  # it came yesterday: there are two working days for it
    assert [one.done for one in deciding.verify(actor=cast.budi, versions=versions)] == [True, True]
    row = board.row(cast.agency)
    assert (row.tier("verify").graded, row.tier("verify").binary) == (Decimal(100), Decimal(100))
    assert hours(row, "verify") == 13  # from Monday 9:00 to Tuesday 9:00, 7:00 to 20:00 being working hours
    cast.at("2026-02-19 09:00")
    board.signed(board.works)
    row = board.row(cast.agency)
    assert (row.tier("sign").graded, hours(row, "sign")) == (
        Decimal(90),
        Decimal(26),
    )  # one working day was its own
    assert row.published.graded == 30


def test_an_officer_does_not_pay_for_a_report_that_came_back(board: Board, cast: Cast) -> None:
    versions = cast.submitted(board.works, 5)
    cast.at("2026-02-06 09:00")
    (outcome, _) = deciding.send_back(actor=cast.budi, versions=versions, reason="Bukti pembayaran belum ada")
    assert outcome.done
    assert (board.row(cast.agency).tier("entry").graded, board.row(cast.agency).tier("verify").reports) == (
        Decimal(100),
        0,
    )
    cast.at("2026-02-10 09:00")
    cast.submitted(board.works, 5)
    assert board.row(cast.agency).tier("entry").graded == 100


def test_T8_coverage_is_the_share_of_the_ceilings(
    world: World, works: Agency, client: Client, clock: Callable[[datetime], None]
) -> None:
    first, second = world.item(works, "1.03.01", Decimal(880)), world.item(works, "1.03.02", Decimal(120))
    world.open(3)
    world.done(works, first, 3, Decimal(572))
    assert world.report(second, 3).state == "draft"
    client.force_login(works.people["agency_head"])
    page = client.get("/board/?month=2026-03", headers={"accept-language": "en"})
    (row,) = page.context["rows"]
    assert (row["coverage"], page.context["total"]["coverage"], page.context["total"]["counted"]) == (
        "88.00",
        "88.00",
        "50.00",
    )
    assert "1 of 2" in plain_text(page)


def test_who_has_it_and_for_how_many_days(board: Board, cast: Cast) -> None:
    cast.submitted(board.works[:1], 5)
    cast.at("2026-02-07 23:00")
    row = board.row(cast.agency)
    assert [(one.step, one.person, one.days, one.reports) for one in row.holders] == [
        ("entry", "Ani Lembayung", 13, 1), ("verify", "Budi Wiratmaka", 4, 1),
    ]  # fmt: skip
    assert row.holder and row.holder.office == "PPTK Bina Marga" and row.more_holders == 1
    board.verified(board.works[1:])
    assert Report.objects.get(pk=board.works[0].pk).state == "submitted"
    assert datetime(2026, 2, 7, 15, tzinfo=UTC) <= (
        board.row(cast.agency).updated_at or datetime.min.replace(tzinfo=UTC)
    )
    assert board.rows("hadi", "?format=csv&table=units")[1]["unit_code"] == WORKS


def test_nobody_is_late_at_a_tier_that_a_route_does_not_have(cast: Cast) -> None:
    follows(cast, HEAD)
    cast.items(2)
    cast.open()
    board = Board(cast)
    cast.submitted(board.works, 5)
    cast.at("2026-02-12 09:00")
    board.signed(board.works)
    row = board.row(cast.agency)
    assert [row.tier(name).reports for name in ("entry", "verify", "sign")] == [2, 0, 2]
    assert row.tier("verify").graded is None
    sign = row.tier("sign")
    assert sign.graded == 80 and half_up(sign.hours or Decimal(0), 2) == 91  # seven days of thirteen hours


HELD = """
SELECT o.title, count(*) FROM submissions_holder h JOIN submissions_report r ON r.id = h.report_id
  JOIN registry_post o ON o.id = h.post_id WHERE r.state IN ('draft', 'submitted', 'verified') GROUP BY o.title"""


def test_who_holds_what_is_said_of_each_report(board: Board, cast: Cast) -> None:
    """Reports of one unit that differ in officer, in verifier, in tier or in route lie with different people."""
    with recorded(None):
        posts = [("third", "officer"), ("fourth", "section_head")]
        cast.posts |= {
            name: Post.objects.create(unit=cast.agency, role=role, title=name) for name, role in posts
        }
        section = Unit.objects.create(
            government=cast.government, parent=cast.agency, kind="SECTION", code="B1", name="Bidang 1"
        )
        Post.objects.create(unit=section, role="section_head", title="of the section")
    section.refresh_from_db()
    for code, options in (
        ("1.03.10.2.05.0001", {"officer": "third"}), ("1.03.10.2.05.0002", {"verifier": "fourth"}),
        ("1.03.10.2.05.0003", {"verifier": None}), ("1.03.10.2.05.0004", {"verifier": None, "unit": section}),
    ):  # fmt: skip
        cast.item(code, **options)
    cast.open()
    mine = [one for one in board.works if one.item.officer_post_id == cast.posts["officer"].pk]
    board.verified(mine[1:2])
    cast.submitted(mine[2:], 5)
    follows(cast, SECTION, PLANNER, HEAD)
    planner(cast)
    cast.open(2)
    cast.at("2026-03-02 09:00")
    board.verified([one for one in board.of(cast.agency, 2) if one.item_id == mine[1].item_id])
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        held = dict(cursor.fetchall())
    told: dict[str, int] = {}
    for one in (one for row in board.read().rows for one in row.holders):
        told[one.title] = told.get(one.title, 0) + one.reports
    assert told == held and {"third", "fourth", "of the section"} <= set(told)
