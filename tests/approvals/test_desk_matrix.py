"""Sub-activity by month: states, deviations and links of a decider's own field, as a page and as a file."""

import csv
import gzip
import io
from typing import Any

import pytest

from approvals import services
from ledger.recording import recorded
from submissions.models import Report
from tests.approvals.deskwork import as_, plain, plain_text, ticked
from tests.cast import World


def table(page: Any) -> dict[str, list[tuple[str, str]]]:
    """State and words by month, by the last digits of the sub-activity."""
    return {
        row["code"][-4:]: [(cell["state"], cell["band"]) for cell in row["cells"]]
        for row in page.context["rows"]
    }


@pytest.fixture
def two_months(cast: World) -> list[Report]:
    """January: one verified, one waiting, one not begun; February: open, and nobody began."""
    first, second = plain(cast, 2)
    (behind,) = plain(cast, 1, start=700, cash=[0] * 12, physical=[50, *[0] * 11])
    as_(cast.budi).post("/inbox/", ticked(cast, [first]))
    cast.item("1.03.10.2.01.0900", ceilings=(1000,))
    cast.open()
    cast.at("2026-03-03 09:00")
    cast.open(2)
    return [first, second, behind]


def test_each_cell_says_where_its_report_stands(cast: World, two_months: list[Report]) -> None:
    budi = as_(cast.budi)
    page = budi.get("/inbox/matrix/")
    assert [month["short"] for month in page.context["months"]] == ["January", "February"]
    found = table(page)
    assert {code: [state for state, _band in cells] for code, cells in found.items()} == {
        "0001": ["verified", "missing"], "0002": ["submitted", "missing"], "0700": ["submitted", "missing"],
        "0900": ["missing", "missing"],
    }  # fmt: skip
    assert found["0700"][0][1] == "far behind plan" and found["0001"][0][1] == ""
    text = page.content.decode()
    for report in two_months:
        assert f'href="/reports/{report.token}/"' in text
    draft = Report.objects.get(item__sub_activity_code__endswith="0900", period__month=1)
    assert draft.token not in text


def test_the_head_has_the_same_of_his_agency(cast: World, two_months: list[Report]) -> None:
    page = as_(cast.citra).get("/inbox/matrix/")
    assert set(table(page)) == {"0001", "0002", "0700", "0900"}
    assert page.context["tabs"] == []
    assert "Matrix by month" in plain_text(as_(cast.citra).get("/sign/"))


def test_another_agency_sees_its_own_only(cast: World, two_months: list[Report]) -> None:
    assert as_(cast.fitri).get("/inbox/matrix/").context["rows"] == []
    answer = as_(cast.fitri).get("/inbox/matrix/?format=csv&desk=sign&year=1")
    assert answer.content.decode().count("\n") == 1


@pytest.mark.parametrize("who", ["ani", "dewi", "gita", "root"])
def test_who_decides_nothing_has_no_matrix(cast: World, two_months: list[Report], who: str) -> None:
    for query in ("", "?format=csv", "?desk=verify"):
        assert as_(cast.people[who]).get(f"/inbox/matrix/{query}").status_code == 404


def test_the_file_has_one_row_a_report_and_nothing_a_spreadsheet_runs(
    cast: World, two_months: list[Report]
) -> None:
    with recorded(None):
        item = two_months[0].item
        item.sub_activity_name = "=HYPERLINK(1)"
        item.save()
    answer = as_(cast.budi).get("/inbox/matrix/?format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(rows) == 8
    first = rows[0]
    assert (first["sub_activity"][-4:], first["month"], first["state"]) == ("0001", "2026-01", "verified")
    assert first["name"] == "'=HYPERLINK(1)"
    behind = next(row for row in rows if row["sub_activity"].endswith("0700"))
    assert (behind["deviation"], behind["band"]) == ("-45.0000", "RED")
    assert first["deviation"] == "" and first["this_month"] == "50.00"


def test_the_newest_revision_or_none_is_shown(cast: World) -> None:
    reports = plain(cast, 1)
    services.verify(actor=cast.budi, versions=cast.versions(reports))
    for odd in ("year=x", "desk=x", "page=x", "year=99999999999999999999", "desk=sign", "format=xml"):
        assert as_(cast.budi).get(f"/inbox/matrix/?{odd}").status_code == 200


def test_a_year_of_fifty_sub_activities_is_a_light_page(cast: World) -> None:
    """What crosses the line for 600 cells with their links; style and script of every page come on top once."""
    reports = plain(cast, 50)
    services.verify(actor=cast.budi, versions=cast.versions(reports))
    for month in range(2, 13):
        cast.open(month)
    page = as_(cast.budi).get("/inbox/matrix/")
    assert sum(len(row["cells"]) for row in page.context["rows"]) == 600
    assert len(gzip.compress(page.content)) <= 30 * 1024
    cast.at("2026-02-03 09:00")
    inbox = as_(cast.citra).get("/sign/")
    assert len(inbox.context["rows"]) == 50
    assert len(gzip.compress(inbox.content)) <= 30 * 1024


def test_fifty_sub_activities_a_page(cast: World) -> None:
    plain(cast, 51)
    budi = as_(cast.budi)
    assert len(budi.get("/inbox/matrix/").context["rows"]) == 50
    assert len(budi.get("/inbox/matrix/?page=2").context["rows"]) == 1
    assert budi.get("/inbox/matrix/?format=csv").content.decode().count("\n") == 52
