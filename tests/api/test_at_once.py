"""The same request many times at the same moment: one effect, and the same answer to all."""

from typing import Any

from portal.api import limits
from portal.models import ApiAnswer
from submissions.models import Report
from tests.api.conftest import Program, program
from tests.cast import World
from tests.together import together
from workflow.models import Decision

TIMES = 8


def test_eight_clicks_at_once_have_one_effect_and_one_answer(committed: Any, cast: World) -> None:
    """Holds without the row of `ApiAnswer` only as far as the engine's own key does; a return is told to nobody twice."""
    cast.item("1.03.10.2.01.0051")
    (report,) = cast.open()
    cast.submitted([report])
    secret = program(cast.budi).secret
    seen = Program(secret).get(f"/reports/{report.token}")["ETag"]
    body = {"reason": "Nilai tidak sama dengan SP2D nomor 12."}

    def click() -> tuple[int, bytes, bool]:
        response = Program(secret).post(
            f"/reports/{report.token}/return", body, If_Match=seen, Idempotency_Key="return-1"
        )
        return response.status_code, response.content, "Idempotency-Replayed" in response.headers

    answers = together(TIMES, click)
    assert {status for status, _, _ in answers} == {200}, answers
    assert len({content for _, content, _ in answers}) == 1 and sum(not again for *_, again in answers) == 1
    assert Decision.objects.filter(verb="return").count() == 1 and ApiAnswer.objects.count() == 1
    assert Report.objects.get(pk=report.pk).state == "returned"


def test_what_several_processes_count_at_once_is_counted(committed: Any, database: None) -> None:
    """Without the lock two read the same count, and one of their additions is lost."""
    together(TIMES, lambda: [limits._add("api-limit:1:somebody", 1) for _ in range(5)])
    assert limits._add("api-limit:1:somebody", 0) == TIMES * 5
