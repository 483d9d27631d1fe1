"""manage.py export_published: all published lines of a year, the same in every format."""

import csv
import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from approvals import published
from approvals.published import COLUMNS, published_lines
from portal import exports
from tests.portal.world import Agency, World


@pytest.fixture
def two_months(world: World, works: Agency) -> World:
    road = world.item(
        works, "1.03.10.2.01.0053", Decimal("98765432109876.54"), physical_mode="VOLUME", output_target=Decimal(8),
        plan={1: (Decimal("10.25"), Decimal(2))},
    )  # fmt: skip
    silent = world.item(works, "1.03.10.2.01.0055", Decimal(100))
    world.open(1)
    world.done(
        works, road, 1, Decimal("12345678901234.56"), volume=Decimal(1), public_note='=1+1 "Jalan"\nbaris dua'
    )
    world.enter(silent, 1, Decimal(10))
    world.open(2)
    world.done(works, road, 2, Decimal("0.44"), volume=Decimal(3))
    return world


def export(kind: str, out: Path) -> Path:
    told = StringIO()
    call_command("export_published", year="2026", format=kind, out=out, stdout=told)
    assert "2 published lines of 2026" in told.getvalue()
    return out


def test_only_published_lines_are_written_with_exact_money(two_months: World, tmp_path: Path) -> None:
    with export("csv", tmp_path / "open.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert tuple(first) == COLUMNS
    assert (first["month"], first["ceiling"]) == ("1", "98765432109876.54")
    assert first["realized_month"] == "12345678901234.56"
    assert (second["realized_month"], second["realized_to_date"]) == ("0.44", "12345678901235.00")
    assert (first["physical_to_date"], second["physical_to_date"]) == ("12.5000", "50.0000")
    assert (first["physical_plan_to_date"], second["physical_month"]) == ("25.0000", "37.5000")
    assert first["absorption"] == "12.5000"
    assert first["public_note"] == '\'=1+1 "Jalan"\nbaris dua'
    assert first["submitted_at"].startswith("2026-02-03T01:00")
    assert first["officer_post"] == "PPTK Dinas PUPR"
    assert first["document_no"].startswith("RFK/1.03/")


def test_all_formats_say_the_same(two_months: World, tmp_path: Path) -> None:
    objects = json.loads(export("json", tmp_path / "open.json").read_text(encoding="utf-8"))
    sheet = openpyxl.load_workbook(export("xlsx", tmp_path / "open.xlsx")).active
    with export("csv", tmp_path / "open.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    header, *cells = sheet.iter_rows(values_only=True)
    assert header == COLUMNS
    for line, one, row in zip(lines, objects, cells, strict=True):
        assert tuple(one) == COLUMNS
        for name, cell in zip(COLUMNS, row, strict=True):
            text = line[name].removeprefix("'")
            assert (one[name] is None and text == "") or str(one[name]).removeprefix("'") == text
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                assert Decimal(str(cell)) == Decimal(text)
            else:
                assert (cell or "").removeprefix("'") == text, name


def test_the_rows_come_in_small_portions(two_months: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "AT_ONCE", 1)
    assert [row[1] for row in published_lines(two_months.year)] == [1, 2]


def test_a_worksheet_that_is_full_is_followed_by_another(
    two_months: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(exports, "ROWS_A_SHEET", 1)
    book = openpyxl.load_workbook(export("xlsx", tmp_path / "open.xlsx"))
    assert [[row[1] for row in sheet.iter_rows(values_only=True)] for sheet in book] == [
        ["month", 1],
        ["month", 2],
    ]


def test_an_empty_year_is_a_file_with_a_header(world: World, tmp_path: Path) -> None:
    for kind in ("csv", "json", "xlsx"):
        call_command("export_published", year="2026", format=kind, out=tmp_path / kind, stdout=StringIO())
    assert (tmp_path / "csv").read_text().strip() == ",".join(COLUMNS)
    assert json.loads((tmp_path / "json").read_text()) == []


def test_an_unknown_year_and_a_missing_folder_are_said_plainly(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no fiscal year 1999. Known: 2026"):
        call_command("export_published", year="1999", out=tmp_path / "a.csv")
    with pytest.raises(CommandError, match="no folder"):
        call_command("export_published", year="2026", out=tmp_path / "none" / "a.csv")
    assert list(tmp_path.iterdir()) == []
