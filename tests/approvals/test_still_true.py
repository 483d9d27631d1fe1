"""A letter that was held up says nothing that is no longer true: it is asked again when it is about to be sent."""

from datetime import date, datetime

from django.core import mail

from approvals import desk_reminding, tasks
from approvals.models import Letter
from ledger.recording import recorded
from registry.models import Assignment, Post, User
from submissions import services as entering
from submissions.calendar import extend
from submissions.models import Editor, Period, Report
from submissions.ticking import tick
from tests.approvals.bureau import settle
from tests.approvals.test_being_told import letters, reports, send_back
from tests.cast import WITA, World, assign
from workflow import granting
from workflow.models import Outbox

__all__ = ["reports"]


def late(cast: World, at: str) -> None:
    """The calendar speaks, but its letters are held up."""
    cast.at(at)
    tick()
    while tasks._one():
        pass
    assert mail.outbox == []


def test_a_reminder_of_what_is_done_meanwhile_is_dropped_and_recorded(
    cast: World, reports: list[Report]
) -> None:
    late(cast, "2026-02-04 19:00")
    cast.submitted(reports, 10)
    assert letters() == []
    assert Outbox.objects.get(topic="letter").payload["dropped"] == "moved_on"
    assert Letter.objects.get().sent_at is None


def test_a_reminder_counts_only_what_is_left(cast: World, reports: list[Report]) -> None:
    late(cast, "2026-02-04 19:00")
    cast.submitted(reports[:2], 10)
    ((who, subject),) = letters()
    assert (who, subject) == (
        "ani",
        "Due soon: 1 reports wait for you, the first until 5 February 2026 23:59 WITA.",
    )
    assert "1.03.10.2.01.0003" in mail.outbox[0].body
    assert "1.03.10.2.01.0001" not in mail.outbox[0].body


def test_a_reminder_whose_deadline_is_over_says_nothing(cast: World, reports: list[Report]) -> None:
    late(cast, "2026-02-05 19:00")
    cast.at("2026-02-06 06:30")
    assert letters() == []


def test_a_reminder_of_a_deadline_that_was_moved_says_nothing(cast: World, reports: list[Report]) -> None:
    late(cast, "2026-02-04 19:00")
    extended(cast)
    assert letters() == []


def test_overdue_is_not_said_of_what_got_more_time(cast: World, reports: list[Report]) -> None:
    late(cast, "2026-02-06 07:00")
    extended(cast)
    assert letters() == []


def extended(cast: World) -> None:
    grant = granting.give(
        key="x", kind="extension", actor=cast.root, office="Bagian Adbang", scope_path=cast.agency.path, subjects=["2026-01"],
        reason="Server SIPD tidak dapat dibuka dua hari", expires_at=datetime(2026, 2, 20, 23, 59, 59, tzinfo=WITA),
    )  # fmt: skip
    moved = extend(
        fiscal_year=cast.year, month=1, agencies=[cast.agency], new_due=date(2026, 2, 20), reason=grant.reason, grant=grant,
        actor=cast.root,
    )  # fmt: skip
    assert moved == 1
    assert Period.objects.get(agency=cast.agency, month=1).entry_due.astimezone(WITA).day > 6


def test_who_lost_the_post_meanwhile_is_not_reminded(cast: World, reports: list[Report]) -> None:
    late(cast, "2026-02-06 07:00")
    with recorded(None):
        Assignment.objects.filter(person__in=[cast.ani, cast.citra]).update(valid_to=date(2026, 2, 5))
    assert letters() == []


def test_a_verifier_who_entered_it_himself_is_not_reminded_late_either(
    cast: World, reports: list[Report]
) -> None:
    cast.submitted(reports, 10)
    late(cast, "2026-02-06 19:00")
    entering.recall(actor=cast.ani, versions=cast.versions(reports))
    with recorded(None):
        Editor.objects.bulk_create(Editor(report=report, person=cast.budi) for report in reports)
    entering.submit(actor=cast.ani, versions=cast.versions(reports))
    assert {one.state for one in cast.reports()} == {"submitted"}
    assert letters() == []


def test_locked_is_told_to_the_head_as_long_as_it_is_so(cast: World, reports: list[Report]) -> None:
    late(cast, "2026-02-23 07:00")
    assert [who for who, subject in letters() if subject.startswith("Locked")] == ["citra"]


# --- Who left meanwhile ----------------------------------------------------------------------------------


def left(person: User, on: date = date(2026, 2, 3)) -> None:
    """The person's offices end with this day."""
    with recorded(None):
        Assignment.objects.filter(person=person).update(valid_to=on)


def test_a_return_of_the_night_is_not_written_to_who_left_the_service(
    cast: World, reports: list[Report]
) -> None:
    """It carries a reason; in the morning Ani has no office any more."""
    cast.at("2026-02-03 22:30")
    send_back(cast, reports[:1])
    assert letters() == []
    left(cast.ani)
    cast.at("2026-02-04 08:00")
    assert letters() == []
    assert Outbox.objects.get(topic="letter").payload["dropped"] == "moved_on"


def test_a_reminder_of_the_night_is_not_written_to_who_has_another_post_by_now(
    cast: World, reports: list[Report]
) -> None:
    cast.at("2026-02-03 22:30")
    desk_reminding.remind(actor=cast.budi, reports=[one.pk for one in reports])
    assert letters() == []
    left(cast.ani)
    elsewhere = Post.objects.create(unit=cast.other_agency, role="officer", title="PPTK Gizi")
    assign(cast.ani, elsewhere, start="2026-02-04")
    cast.at("2026-02-04 08:00")
    assert letters() == []


def test_a_request_of_the_night_is_not_written_to_who_left_the_bureau(
    cast: World, reports: list[Report]
) -> None:
    bureau = settle(cast)
    cast.at("2026-02-10 22:30")
    bureau.ask("extension", until=date(2026, 2, 27))
    assert letters() == []
    left(cast.hadi, date(2026, 2, 10))
    cast.at("2026-02-11 08:00")
    assert "hadi" not in [who for who, _subject in letters()]
