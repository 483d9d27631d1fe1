"""What a hostile or broken client may send to the entry page's background doors, and what comes of it: a plain answer."""

from typing import Any

import pytest
from django.test import Client

from ledger.recording import recorded
from submissions import services
from submissions.models import Evidence, Explanation, Report, ReportLine
from tests.cast import World
from tests.submissions.corpus_makers import picture
from tests.submissions.evidence import begun, folder, sent, signed_in
from tests.submissions.test_cells_page import CELLS, STATE, events, put

__all__ = ["folder"]
HALF = "\ud83d"  # half of a sign outside the basic plane, as a script that cuts a text in two sends it


@pytest.fixture
def report(cast: World) -> Report:
    cast.item(ceilings=[1_000_000])
    return cast.open()[0]


@pytest.fixture
def line(report: Report) -> ReportLine:
    return report.lines.get()


@pytest.fixture
def ani(cast: World, report: Report) -> Client:
    return signed_in(cast.ani)


def mine(answer: dict[str, Any], report: Report) -> dict[str, Any]:
    found: dict[str, Any] = answer["reports"][str(report.pk)]
    return found


@pytest.mark.parametrize(
    "name", ["problem_text", "public_note", "why-V-15", "status", "follow_up_due", "increment", HALF]
)
def test_half_a_sign_is_never_an_error_of_the_server(ani: Client, report: Report, name: str) -> None:
    answer = mine(put(ani, report, {name: (f"Lahan {HALF} belum dibebaskan", "")}), report)
    assert answer["saved"] or answer["refused"] or answer["conflicts"]


def test_two_spellings_of_one_mark_are_not_two_explanations(
    ani: Client, report: Report, line: ReportLine
) -> None:
    name, other = f"why-V-15-line-{line.pk}", f"why-V-15-line-0{line.pk}"
    answer = mine(
        put(ani, report, {name: ("Karena uang muka dibayar.", ""), other: ("Karena lain hal.", "")}), report
    )
    assert answer["saved"] == {name: "Karena uang muka dibayar."}
    assert list(answer["refused"]) == [other]


def test_a_mark_of_a_line_of_another_report_is_refused_and_not_called_saved(
    cast: World, ani: Client, report: Report
) -> None:
    cast.item("1.03.10.2.01.0052", ceilings=[1_000])
    other = next(one for one in cast.open() if one.pk != report.pk)
    name = f"why-V-15-line-{other.lines.get().pk}"
    answer = mine(put(ani, report, {name: ("Karena uang muka dibayar.", "")}), report)
    assert not Explanation.objects.exists()
    assert (answer["saved"], list(answer["refused"])) == ({}, [name])


def test_problems_in_another_order_are_no_conflict(ani: Client, report: Report) -> None:
    put(ani, report, {"problems": ("LAND,PROCUREMENT", "")})
    answer = mine(put(ani, report, {"problems": ("LAND", "PROCUREMENT,LAND")}), report)
    assert answer["conflicts"] == {} and answer["saved"] == {"problems": "LAND"}


@pytest.mark.parametrize(
    "body",
    [
        "{", "[]", "null", "1e999", '"x"', "[" * 100_000, '{"reports": []}', '{"reports": {"1": []}}',
        '{"reports": {"1": {"status": {"text": 1, "was": ""}}}}', '{"reports": {"1": {"status": {"text": "x"}}}}',
        '{"language": [], "reports": {}}', b"\xff\xfe{}",
    ],
)  # fmt: skip
def test_what_no_page_sends_is_answered_plainly(ani: Client, body: Any) -> None:
    answer = ani.generic("POST", CELLS, body, content_type="application/json")
    assert answer.status_code == 400 and answer.json()["sentence"]


def test_nothing_and_signs_that_no_database_keeps_are_taken_calmly(ani: Client, report: Report) -> None:
    assert put(ani, report, {})["reports"]
    answer = ani.post(CELLS, {"reports": {}}, content_type="application/json")
    assert answer.status_code == 200 and answer.json()["reports"] == {}
    said = mine(
        put(ani, report, {"public_note": ("a\x00b", ""), "x" * 5000: ("1", ""), "line-1\x00": ("1", "")}),
        report,
    )
    assert said["saved"] == {"public_note": "ab"} and len(said["refused"]) == 2


def test_four_thousand_cells_of_nobody_leave_nothing(ani: Client, report: Report) -> None:
    before = events()
    said = mine(
        put(ani, report, {f"line-{number}": ("1", "") for number in range(10**9, 10**9 + 4000)}), report
    )
    assert len(said["refused"]) == 4000 and events() == before


def test_one_number_written_otherwise_changes_nothing(ani: Client, report: Report, line: ReportLine) -> None:
    put(ani, report, {f"line-{line.pk}": ("1.500,50", "")})
    before = events()
    said = mine(put(ani, report, {f"line-{line.pk}": ("Rp 1500,50", "-")}), report)
    assert said["saved"] == {f"line-{line.pk}": "1.500,50"} and events() == before


def test_a_budget_cut_below_what_stands_there_lets_the_words_be_kept(
    ani: Client, report: Report, line: ReportLine
) -> None:
    put(ani, report, {f"line-{line.pk}": ("900.000", "")})
    cut(report)
    said = mine(put(ani, report, {"problem_text": ("Anggaran dipotong.", "")}), report)
    assert said["saved"] == {"problem_text": "Anggaran dipotong."}, said
    said = mine(put(ani, report, {f"line-{line.pk}": ("950.000", "900.000")}), report)
    assert list(said["refused"]) == [f"line-{line.pk}"]


def cut(report: Report) -> None:
    """A new version of the budget leaves 100 of it."""
    with recorded(None):
        Report.objects.filter(pk=report.pk).update(ceiling=100)
        report.lines.update(ceiling=100)


def test_what_was_cut_below_what_stands_there_is_still_not_submitted(
    cast: World, ani: Client, report: Report, line: ReportLine
) -> None:
    cast.entered([report], 900_000)
    cut(report)
    assert mine(put(ani, report, {"public_note": ("Dipotong.", "")}), report)["saved"]
    (outcome,) = services.submit(actor=cast.ani, versions=cast.versions([report]))
    assert not outcome.done and outcome.code == "route.blocked"


@pytest.mark.parametrize("field", ["caption", "name", "key", "kind", "taken_at", "latitude", "public"])
def test_half_a_sign_in_what_is_said_of_a_file(ani: Client, report: Report, field: str) -> None:
    said: dict[str, Any] = {"name": "foto.jpg", "size": 10, field: f"x{HALF}y"}
    answer = begun(ani, report, **said)
    assert answer.status_code in (200, 201, 400, 422)


def test_a_moment_before_all_cameras_is_not_kept(ani: Client, report: Report) -> None:
    assert sent(ani, report, "foto.jpg", picture(), taken_at="0001-01-01T00:00").status_code == 200
    assert Evidence.objects.get().taken_at is None
    assert ani.get("/entry/2026-01/").status_code == 200


def test_a_stranger_is_told_nothing(cast: World, report: Report) -> None:
    for who in (cast.people[name] for name in cast.people if name != "ani"):
        client = signed_in(who)
        answer = client.get(STATE)
        assert answer.status_code == 404 or str(report.pk) not in answer.json()["reports"]
    assert Client().get(STATE).status_code == 401
