"""Each of the eleven states of a cell, as the story of a month brings it about (domain.md 5.1)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from approvals.desk_reminding import remind
from ledger.clock import now
from portal.board import shown, states
from portal.board.states import Counts, state_of
from registry.models import BudgetItemVersion
from submissions import services
from submissions.calendar import open_month
from submissions.models import Report
from submissions.moments import CalendarPolicy, due_moments
from tests.board.people import Board
from tests.cast import World
from wording.board_sentences import MEANINGS, STATE_WORDS
from workflow import granting

TIMES = due_moments(CalendarPolicy(), datetime(2026, 1, 1).date(), 1)
IN_TIME = TIMES.sign_due - timedelta(hours=1)


def grant(cast: World, kind: str, days: int = 3) -> None:
    granting.give(
        key=f"test-{kind}", kind=kind, actor=cast.hadi, office="Bagian Adbang", scope_path=cast.agency.path,
        subjects=["2026-01"], reason="Disetujui atas nota dinas 17", expires_at=now() + timedelta(days=days),
    )  # fmt: skip


def test_a_month_on_its_way_up(cast: World, board: Board) -> None:
    first, second = board.works
    assert (board.state(), board.state(2)) == (states.EMPTY, states.NOT_DUE)
    cast.entered([first], 5)
    assert (board.state(), board.cell().counts.percent) == (states.DRAFT, 50)
    cast.submitted([first], 5)
    assert (board.state(), board.cell().counts.percent) == (states.DRAFT, 50)
    cast.submitted([second], 5)
    assert board.state() == states.SUBMITTED
    services.recall(actor=cast.ani, versions=cast.versions([second]))
    assert board.state() == states.DRAFT
    board.verified([second])
    assert board.state() == states.SUBMITTED


def test_verified_partly_published_on_time(cast: World, board: Board) -> None:
    board.verified(board.works)
    assert board.state() == states.VERIFIED
    board.signed(board.works[:1])
    cell = board.cell()
    assert (cell.state, cell.counts.published, cell.counts.required) == (states.PARTIAL, 1, 2)
    board.signed(board.works[1:])
    assert (board.state(), board.cell().late) == (states.ON_TIME, 0)


def test_published_late_by_working_days(cast: World, board: Board) -> None:
    board.verified(board.works)
    cast.at("2026-02-11 00:14")  # due on Tuesday the 10th; these are its minutes of grace
    board.signed(board.works[:1])
    assert not board.cell().overdue
    cast.at("2026-02-13 09:00")
    assert (board.cell().overdue, board.cell().late) == (True, 3)
    board.signed(board.works[1:])
    cast.at("2026-02-20 09:00")
    assert (board.state(), board.cell().late) == (states.LATE, 3)


def test_locked_and_open_again_by_a_grant(cast: World, board: Board) -> None:
    cast.at("2026-02-23 09:00")
    assert board.state() == states.EMPTY
    grant(cast, "reopening")
    assert board.state() == states.REOPENED
    assert board.cell(cast.other_agency).state == states.EMPTY
    cast.at("2026-02-27 09:00")
    assert board.state() == states.EMPTY


def test_the_adjustment_and_december_are_opened_again_each_by_itself(cast: World, board: Board) -> None:
    """Both belong to the days of December, and are not the same month."""
    for month in range(2, 14):
        open_month(fiscal_year=cast.year, month=month)
    cast.at("2027-06-01 09:00")
    granting.give(
        key="test-adjustment", kind="reopening", actor=cast.hadi, office="Bagian Adbang", scope_path=cast.agency.path,
        subjects=["2026-13"], reason="Disetujui atas nota dinas 17", expires_at=now() + timedelta(days=3),
    )  # fmt: skip
    assert (board.state(13), board.state(12)) == (states.REOPENED, states.EMPTY)
    adjustment, december = ([one.pk for one in board.of(cast.agency, month)] for month in (13, 12))
    told = remind(actor=cast.hadi, reports=[*adjustment, *december])
    assert (sorted(told.told), sorted(told.locked)) == (adjustment, december)


def test_a_correction_under_way_and_published(cast: World, board: Board) -> None:
    board.published(board.works)
    grant(cast, "amendment")
    first = board.works[0]
    (outcome,) = services.amend(
        actor=cast.citra, versions={first.pk: first.version}, reason="Salah ketik, SP2D 17 belum masuk"
    )
    assert outcome.done
    assert board.state() == states.REOPENED
    draft = Report.objects.get(item=first.item, revision=1)
    cast.entered([draft], 7)
    board.verified([draft])
    board.signed([draft])
    assert board.state() == states.AMENDED


def test_nothing_to_report_is_exempt(cast: World, board: Board) -> None:
    BudgetItemVersion.objects.filter(item__unit=cast.other_agency).update(active=False)
    cast.open(2)
    assert board.cell(cast.agency, 2).state == states.NOT_DUE  # opened, and entry begins on 25 February
    cast.at("2026-02-25 09:00")
    assert board.cell(cast.agency, 2).state == states.EMPTY
    assert board.cell(cast.other_agency, 2).state == states.EXEMPT


DECIDED: list[tuple[Counts, int, bool, datetime, str]] = [
    (Counts(), 0, False, IN_TIME, states.EXEMPT),
    (Counts(3), 0, False, TIMES.opens_at - timedelta(seconds=1), states.NOT_DUE),
    (Counts(3), 0, False, TIMES.opens_at, states.EMPTY),
    (Counts(3, begun=1), 0, False, IN_TIME, states.DRAFT),
    (Counts(3, submitted=2, verified=1), 0, False, IN_TIME, states.SUBMITTED),
    (Counts(3, submitted=1, verified=1), 0, False, IN_TIME, states.DRAFT),
    (Counts(3, verified=3), 0, False, IN_TIME, states.VERIFIED),
    (Counts(3, published=1, verified=2), 0, False, IN_TIME, states.PARTIAL),
    (Counts(3, published=1), 5, True, TIMES.lock_at, states.REOPENED),
    (Counts(3, published=1), 5, True, IN_TIME, states.PARTIAL),
    (Counts(3, published=3), 0, True, TIMES.lock_at, states.ON_TIME),
    (Counts(3, published=3), 4, False, IN_TIME, states.LATE),
    (Counts(3, published=3, amended=1), 4, False, IN_TIME, states.AMENDED),
    (Counts(3, published=3, amended=1, correcting=1), 0, False, IN_TIME, states.REOPENED),
]


def test_the_first_that_holds_counts() -> None:
    for counts, late, reopened, at, state in DECIDED:
        assert state_of(counts, TIMES, late=late, reopened=reopened, now=at) == state, counts


def test_every_state_has_a_word_a_meaning_and_its_own_looks() -> None:
    assert len(states.STATES) == 11
    assert set(STATE_WORDS) == set(MEANINGS) == set(shown.LOOKS) == set(states.STATES)
    assert len({str(word) for word in STATE_WORDS.values()}) == 11
    assert all(f"\n{name}" in (states.__doc__ or "") for name in states.STATES)


def test_a_hundred_per_cent_is_only_said_when_all_is_there() -> None:
    assert Counts(3, entered=Decimal("2.999")).percent == 99
    assert Counts(0).percent == 0
    assert (
        state_of(Counts(3), None, late=0, reopened=False, now=datetime(2026, 1, 1, tzinfo=UTC))
        == states.NOT_DUE
    )
