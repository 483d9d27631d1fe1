"""Cell by cell: nothing is overwritten unseen, what can be kept is kept, the same twice changes nothing (V-54)."""

from decimal import Decimal
from typing import Any

import pytest

from registry.models import User
from submissions import cells
from submissions.cells import Answer, Cell
from submissions.models import Explanation, Report, ReportLine
from submissions.readings import read
from tests.cast import World

LONG = "Termin kedua dibayar bulan ini sesuai kontrak."


@pytest.fixture
def report(cast: World) -> Report:
    cast.item(ceilings=[1_000, 500])
    return cast.open()[0]


def lines_of(report: Report) -> list[ReportLine]:
    return list(report.lines.order_by("-ceiling"))


def put(actor: User, report: Report, language: str = "id", **options: Any) -> Any:
    """A function that writes cells of this report: name -> (text, was)."""

    def write(typed: dict[str, tuple[str, str | None]]) -> Answer:
        said = {name: Cell(*cell) for name, cell in typed.items()}
        return cells.save(actor=actor, typed={report.pk: said}, language=language, **options)[report.pk]

    return write


def test_ani_writes_two_cells_and_reads_them_back(cast: World, report: Report) -> None:
    first, second = lines_of(report)
    answer = put(cast.ani, report)({f"line-{first.pk}": ("600", ""), "status": ("PELAKSANAAN", "")})
    assert answer.clean and answer.saved == {f"line-{first.pk}": "600", "status": "PELAKSANAAN"}
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.realized == Decimal(600) and second.realized is None
    assert answer.version == Report.objects.get(pk=report.pk).version == report.version + 1
    assert cells.stored(read([report.pk])[0], "en")["status"] == "PELAKSANAAN"


def test_the_same_thing_twice_changes_nothing(cast: World, report: Report) -> None:
    first, _ = lines_of(report)
    write = put(cast.ani, report)
    before = write({f"line-{first.pk}": ("600", "")})
    again = write({f"line-{first.pk}": ("600,00", "")})
    assert again.clean and again.version == before.version
    assert first.history.count() == 2


def test_what_another_wrote_meanwhile_is_shown_and_not_overwritten(cast: World, report: Report) -> None:
    first, second = lines_of(report)
    write = put(cast.ani, report)
    write({f"line-{first.pk}": ("600", "")})
    answer = write({f"line-{first.pk}": ("700", ""), f"line-{second.pk}": ("50", "")})
    conflict = answer.conflicts[f"line-{first.pk}"]
    assert (conflict.stored, conflict.by) == ("600", cast.ani.name) and conflict.at
    assert answer.saved == {f"line-{second.pk}": "50"}
    first.refresh_from_db()
    assert first.realized == 600
    # Having seen it, she may decide.
    assert write({f"line-{first.pk}": ("700", "600")}).clean


def test_a_cell_over_the_ceiling_is_refused_and_its_neighbours_are_kept(cast: World, report: Report) -> None:
    first, second = lines_of(report)
    answer = put(cast.ani, report)(
        {f"line-{first.pk}": ("1.200", ""), f"line-{second.pk}": ("50", ""), "public_note": ("Baik", "")}
    )
    assert "200" in answer.refused[f"line-{first.pk}"]
    assert answer.saved == {f"line-{second.pk}": "50", "public_note": "Baik"}
    first.refresh_from_db()
    assert first.realized is None


@pytest.mark.parametrize("text", ["12a", "1,234.5", "1.2.3", "1,234567", "99999999999999999999"])
def test_what_cannot_be_read_is_refused_by_name(cast: World, report: Report, text: str) -> None:
    first, second = lines_of(report)
    answer = put(cast.ani, report)({f"line-{first.pk}": (text, ""), f"line-{second.pk}": ("50", "")})
    assert text[:5] in answer.refused[f"line-{first.pk}"] and answer.saved == {f"line-{second.pk}": "50"}


def test_numbers_are_read_in_the_language_of_the_page(cast: World, report: Report) -> None:
    first, second = lines_of(report)
    put(cast.ani, report, "en")({f"line-{first.pk}": ("100.5", "")})
    put(cast.ani, report, "id")({f"line-{second.pk}": ("100,5", "")})
    assert {one.realized for one in lines_of(report)} == {Decimal("100.5")}


def test_an_amount_below_zero_waits_for_its_reason(cast: World, report: Report) -> None:
    first, _ = lines_of(report)
    name = f"line-{first.pk}"
    answer = put(cast.ani, report)({name: ("-5", "")})
    assert name in answer.refused


def test_an_explanation_is_a_cell(cast: World, report: Report) -> None:
    first, _ = lines_of(report)
    write = put(cast.ani, report)
    answer = write({f"why-V-15-line-{first.pk}": (LONG, ""), "why-V-22": (LONG, "")})
    assert answer.clean and Explanation.objects.filter(report=report).count() == 2
    assert Explanation.history.count() == 2 and answer.version == report.version + 1
    assert cells.stored(read([report.pk])[0], "id")["why-V-22"] == LONG
    assert write({"why-V-22": ("", LONG)}).clean
    assert Explanation.objects.get(report=report, rule="V-22").text == ""


def test_an_explanation_for_a_line_of_another_report_is_none(cast: World, report: Report) -> None:
    answer = put(cast.ani, report)({"why-V-15-line-999999": (LONG, "")})
    assert not Explanation.objects.exists() and answer.saved in ({}, {"why-V-15-line-999999": ""})


def test_a_name_that_is_no_cell_is_refused(cast: World, report: Report) -> None:
    answer = put(cast.ani, report)({"ceiling": ("5", ""), "state": ("published", "draft")})
    assert set(answer.refused) == {"ceiling", "state"} and not answer.saved


def test_all_or_nothing_keeps_nothing_when_one_is_refused(cast: World, report: Report) -> None:
    first, second = lines_of(report)
    typed: dict[str, tuple[str, str | None]] = {
        f"line-{first.pk}": ("1.200", ""),
        f"line-{second.pk}": ("50", ""),
    }
    answer = put(cast.ani, report, all_or_nothing=True)(typed)
    assert answer.refused and not answer.saved
    second.refresh_from_db()
    assert second.realized is None


@pytest.mark.parametrize("who", ["budi", "citra", "dewi", "eko", "gita", "root"])
def test_nobody_else_writes_there(cast: World, report: Report, who: str) -> None:
    first, _ = lines_of(report)
    answer = put(getattr(cast, who), report)({f"line-{first.pk}": ("600", "")})
    assert answer.closed and not answer.saved
    first.refresh_from_db()
    assert first.realized is None


def test_a_submitted_report_takes_nothing(cast: World, report: Report) -> None:
    cast.submitted([report])
    first, _ = lines_of(report)
    was = str(int(first.realized or 0))
    answer = put(cast.ani, report)({f"line-{first.pk}": ("1", was)})
    assert answer.closed and not answer.saved
