"""Two hands at the same reports at the same moment: nobody's cell is lost, and nobody is left without an answer."""

from collections.abc import Callable

import pytest

from submissions import cells
from submissions.cells import Answer, Cell
from submissions.models import Report
from tests.cast import World
from tests.submissions.test_revision_races import at_once

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
