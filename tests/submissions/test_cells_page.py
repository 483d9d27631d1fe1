"""What Ani's browser asks in the background: keep these cells, and how the month stands now."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from submissions.models import Report, ReportLine
from submissions.offline import person_mark
from tests.cast import World

CELLS, STATE = "/entry/2026-01/cells/", "/entry/2026-01/state/"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def report(cast: World) -> Report:
    cast.item(ceilings=[1_000_000])
    return cast.open()[0]


@pytest.fixture
def line(report: Report) -> ReportLine:
    return report.lines.get()


def as_(cast: World, who: str) -> Client:
    client = Client()
    client.force_login(cast.people[who], backend=BACKEND)
    return client


def put(
    client: Client, report: Report, cells: dict[str, tuple[str, str]], language: str = "id"
) -> dict[str, Any]:
    """The answer to (text, what stood there) by cell."""
    said = {name: {"text": text, "was": was} for name, (text, was) in cells.items()}
    body = {"language": language, "reports": {str(report.pk): said}}
    answer = client.post(CELLS, body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def events() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.event")
        return int(cursor.fetchone()[0])


def test_ani_keeps_a_cell_and_is_told_how_it_stands(cast: World, report: Report, line: ReportLine) -> None:
    answer = put(as_(cast, "ani"), report, {f"line-{line.pk}": ("1500", ""), "status": ("PELAKSANAAN", "")})
    mine = answer["reports"][str(report.pk)]
    assert mine["saved"] == {f"line-{line.pk}": "1.500", "status": "PELAKSANAAN"}
    assert (mine["refused"], mine["conflicts"], mine["closed"]) == ({}, {}, "")
    assert mine["version"] == report.version + 1 and answer["unknown"] == []
    assert mine["sums"]["month"] == answer["total"]["month"] == "1500.00"


def test_the_same_twice_changes_nothing_and_is_recorded_once(
    cast: World, report: Report, line: ReportLine
) -> None:
    ani = as_(cast, "ani")
    first = put(ani, report, {f"line-{line.pk}": ("1.500", "")})
    before = events()
    second = put(ani, report, {f"line-{line.pk}": ("1500", "")})
    assert first["reports"] == second["reports"]
    assert events() == before


def test_what_stood_there_when_she_saw_it_decides(cast: World, report: Report, line: ReportLine) -> None:
    ani, name = as_(cast, "ani"), f"line-{line.pk}"
    put(ani, report, {name: ("1.500", "")})
    mine = put(ani, report, {name: ("2.000", ""), "public_note": ("Catatan", "")})["reports"][str(report.pk)]
    assert mine["conflicts"][name]["stored"] == "1.500"
    assert mine["conflicts"][name]["by"] == cast.ani.name and mine["conflicts"][name]["at"]
    assert mine["saved"] == {"public_note": "Catatan"}
    assert report.lines.get().realized == 1500
    assert put(ani, report, {name: ("2.000", "1500")})["reports"][str(report.pk)]["saved"] == {name: "2.000"}


def test_a_number_is_read_in_the_language_it_was_typed_in(
    cast: World, report: Report, line: ReportLine
) -> None:
    ani, name = as_(cast, "ani"), f"line-{line.pk}"
    mine = put(ani, report, {name: ("1,500.50", "")}, "en")["reports"][str(report.pk)]
    assert mine["saved"] == {name: "1,500.50"}
    refused = put(ani, report, {name: ("1,500.50", "1.500,50")})["reports"][str(report.pk)]
    assert "1,500.50" in refused["refused"][name]
    assert report.lines.get().realized == pytest.approx(1500.5)


def test_one_bad_cell_holds_no_other_back(cast: World, report: Report, line: ReportLine) -> None:
    cells = {f"line-{line.pk}": ("2.000.000", ""), "increment": ("5", ""), "nothing": ("1", "")}
    mine = put(as_(cast, "ani"), report, cells)["reports"][str(report.pk)]
    assert mine["saved"] == {"increment": "5"}
    assert set(mine["refused"]) == {f"line-{line.pk}", "nothing"}
    assert "1.000.000" in mine["refused"][f"line-{line.pk}"]


@pytest.mark.parametrize("who", ["eko", "budi", "citra", "dewi", "gita"])
def test_for_others_there_is_no_such_month_or_it_is_not_theirs(
    cast: World, report: Report, line: ReportLine, who: str
) -> None:
    body = {"language": "id", "reports": {str(report.pk): {f"line-{line.pk}": {"text": "5", "was": ""}}}}
    answer = as_(cast, who).post(CELLS, body, content_type="application/json")
    assert answer.status_code == 404 or answer.json()["unknown"] == [report.pk]
    assert (
        as_(cast, who).get(STATE).status_code == 404
        or str(report.pk) not in as_(cast, who).get(STATE).json()["reports"]
    )
    assert report.lines.get().realized is None


def test_what_has_gone_its_way_says_why_it_is_closed(cast: World, report: Report, line: ReportLine) -> None:
    cast.submitted([report], 5)
    ani = as_(cast, "ani")
    mine = put(ani, report, {f"line-{line.pk}": ("7", "5")})["reports"][str(report.pk)]
    assert mine["closed"] and not mine["saved"]
    state = ani.get(STATE).json()["reports"][str(report.pk)]
    assert not state["editable"] and state["closed"] == mine["closed"]


def test_a_session_that_ended_is_said_with_the_way_back(cast: World, report: Report) -> None:
    for answer in (Client().get(STATE), Client().post(CELLS, {}, content_type="application/json")):
        assert (answer.status_code, answer.json()) == (401, {"login": "/accounts/login/"})


def test_a_stranger_without_our_token_changes_nothing(cast: World, report: Report, line: ReportLine) -> None:
    ani = Client(enforce_csrf_checks=True)
    ani.force_login(cast.ani, backend=BACKEND)
    body = {"language": "id", "reports": {str(report.pk): {f"line-{line.pk}": {"text": "5", "was": ""}}}}
    answer = ani.post(
        CELLS, body, content_type="application/json", headers={"origin": "https://stranger.test"}
    )
    assert answer.status_code == 403
    token = ani.get(STATE).json()["csrf"]
    answer = ani.post(CELLS, body, content_type="application/json", headers={"x-csrftoken": token})
    assert answer.status_code == 200 and report.lines.get().realized == 5


def test_the_state_tells_who_asks_and_every_cell(cast: World, report: Report, line: ReportLine) -> None:
    ani = as_(cast, "ani")
    put(ani, report, {f"line-{line.pk}": ("1500", "")})
    answer = ani.get(STATE, {"language": "en"})
    found = answer.json()
    assert "no-store" in answer["Cache-Control"]
    assert found["person"] == person_mark(cast.ani) != person_mark(cast.eko)
    assert str(cast.ani.pk) != found["person"] and found["month"] == "2026-01"
    mine = found["reports"][str(report.pk)]
    assert mine["editable"] and mine["version"] == report.version + 1
    assert mine["cells"][f"line-{line.pk}"] == "1,500" and mine["cells"]["status"] == ""


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "{", '{"reports": []}', '{"reports": {"1": []}}', '{"reports": {"1": {"status": "x"}}}',
        '{"reports": {"1": {"status": {"text": 5, "was": ""}}}}', '{"language": [], "reports": 7}', "[" * 100_000,
    ],
)  # fmt: skip
def test_what_no_page_of_ours_sends_is_refused_with_a_sentence(
    cast: World, report: Report, body: str
) -> None:
    answer = as_(cast, "ani").post(CELLS, body, content_type="application/json")
    assert answer.status_code == 400 and answer.json()["sentence"]


def test_a_whole_month_costs_the_same_statements_as_one_report(
    cast: World, statements: Callable[[], Any]
) -> None:
    cast.items(6, ceilings=[1_000_000])
    reports = cast.open()
    ani = as_(cast, "ani")
    counts = []
    for some in (reports[:1], reports[1:2], reports[2:]):  # the first one fills the caches
        body = {
            "language": "id",
            "reports": {
                str(one.pk): {f"line-{one.lines.get().pk}": {"text": "5", "was": ""}} for one in some
            },
        }
        with statements() as seen:
            ani.post(CELLS, json.dumps(body), content_type="application/json")
        counts.append(len(seen))
    assert counts[1] == counts[2], counts
