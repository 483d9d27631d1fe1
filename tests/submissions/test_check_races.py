"""Two taps at the same moment, and a value that changes under the page: one answer, and nothing submitted unseen."""

from typing import Any

import pytest

from submissions.models import Explanation, Report
from submissions.services import save_entries
from tests.cast import World
from tests.submissions.test_check import WHY, line_of, page, ticked, unexplained
from tests.submissions.test_nil import as_
from tests.submissions.test_revision_races import at_once
from workflow.models import Act, Decision

TRIES = 6


@pytest.fixture
def reports(committed: None, cast: World) -> list[Report]:
    cast.items(TRIES, ceilings=(100,))
    found = cast.open()
    for one in found:
        unexplained(cast, one, 60, increment=55)
    return found


def posted(cast: World, report: Report) -> dict[str, Any]:
    why = {f"r{report.pk}-why-V-15-line-{line_of(report)}": WHY}
    return ticked(cast, [report], key=f"tap-{report.pk}", **why)


def test_two_taps_at_once_are_one_submission_with_one_answer(cast: World, reports: list[Report]) -> None:
    for one in reports:
        data, client, other = posted(cast, one), as_(cast.ani), as_(cast.ani)
        first, second = at_once(lambda: client.post(page([one]), data), lambda: other.post(page([one]), data))  # noqa: B023
        assert (first.status_code, second.status_code) == (302, 302), (first, second)
        assert first["Location"] == second["Location"]
        assert Decision.objects.filter(object_id=one.pk, verb="submit").count() == 1
        assert Explanation.objects.get(report=one).text == WHY
    assert Act.objects.filter(verb="submit").count() == len(reports)


def test_a_value_that_changes_at_that_moment_is_not_submitted_unseen(
    cast: World, reports: list[Report]
) -> None:
    """Either the page came first and the change is refused, or the change did and the page is shown again."""
    for one in reports:
        data, client = posted(cast, one), as_(cast.ani)
        change = cast.entry(one, 70, increment=60)
        answer, saved = at_once(
            lambda: client.post(page([one]), data),  # noqa: B023
            lambda: save_entries(actor=cast.ani, entries=[change]),  # noqa: B023
        )
        if not hasattr(answer, "status_code"):
            answer, saved = saved, answer
        now = Report.objects.get(pk=one.pk)
        amount = one.lines.get().realized
        assert answer.status_code == (302 if now.state == "submitted" else 422)
        assert now.state != "submitted" or amount == 60
        assert bool(saved.versions) == (amount == 70)
