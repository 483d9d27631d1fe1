"""Two hands at the same reports at the same moment: nobody's cell is lost, and nobody is left without an answer."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ledger.clock import now
from ledger.recording import recorded
from submissions import cells
from submissions.cells import Answer, Cell
from submissions.models import Report, ReportLine
from submissions.payments import bring_in
from tests.cast import World
from tests.submissions.test_revision_races import at_once
from tests.submissions.treasury import choices, csv, paid, scope
from workflow import granting

TRIES = 6


@pytest.fixture
def reports(committed: None, cast: World) -> list[Report]:
    cast.items(6, ceilings=(1000, 1000))
    return cast.open()


def writing(
    cast: World, reports: list[Report], name: str, text: str, was: str | None
) -> Callable[[], dict[int, Answer]]:
    typed = {one.pk: {name: Cell(text, was)} for one in reports}
    return lambda: cells.save(actor=cast.ani, typed=typed, language="id")


def test_two_windows_with_overlapping_reports_lose_nothing(cast: World, reports: list[Report]) -> None:
    for turn in range(TRIES):
        there = at_once(
            writing(cast, reports[:4], "public_note", f"catatan {turn}", None),
            writing(cast, reports[:1:-1], "follow_up_pic", f"orang {turn}", None),
        )
        assert all(answer.clean for answers in there for answer in answers.values())
        for one in Report.objects.filter(pk__in=[one.pk for one in reports[2:4]]):
            assert (one.public_note, one.follow_up_pic) == (f"catatan {turn}", f"orang {turn}")


def test_two_who_saw_the_same_cell_do_not_both_write_it(cast: World, reports: list[Report]) -> None:
    for turn in range(TRIES):
        was = Report.objects.get(pk=reports[0].pk).public_note
        texts = (f"satu {turn}", f"dua {turn}")
        first, second = at_once(*(writing(cast, reports, "public_note", text, was) for text in texts))
        for one in reports:
            assert bool(first[one.pk].saved) != bool(second[one.pk].saved)
            winner = first[one.pk] if first[one.pk].saved else second[one.pk]
            loser = second[one.pk] if first[one.pk].saved else first[one.pk]
            assert Report.objects.get(pk=one.pk).public_note == winner.saved["public_note"]
            assert loser.conflicts["public_note"].stored == winner.saved["public_note"]


def test_payments_of_many_months_and_a_window_on_the_same_months_wait_in_one_order(
    committed: None, cast: World
) -> None:
    """February was opened before January, so its reports have the lower numbers."""
    cast.items(12, ceilings=(1_000_000,))
    cast.open(2)
    cast.open(1)
    cast.at("2026-03-03 09:00")
    granting.give(
        key="test-1", kind="reopening", actor=cast.dewi, office="Bagian Adbang", scope_path=cast.agency.path,
        subjects=["2026-01", "2026-02"], reason="Dibuka kembali atas permohonan", expires_at=now() + timedelta(days=9),
    )  # fmt: skip
    months = [*cast.reports(1), *cast.reports(2)]
    for turn in range(TRIES):
        with recorded(None):
            ReportLine.objects.update(realized=None)
        rows = [
            paid(f"{turn}-{month}-{number}", f"15/0{month}/2026", "7", item=f"1.03.10.2.01.{number:04}")
            for month in (1, 2)
            for number in range(1, 13)
        ]
        file = csv(*rows)
        place = scope(cast)
        answers = at_once(
            lambda: bring_in(actor=cast.ani, file=file, scope=place, choices=choices(file), fill=True),  # noqa: B023
            writing(cast, months, "public_note", f"catatan {turn}", None),
            writing(cast, months, "follow_up_pic", f"orang {turn}", None),
        )
        assert not [one for one in answers if isinstance(one, Exception)], answers
        assert not ReportLine.objects.filter(realized=None).exists()
