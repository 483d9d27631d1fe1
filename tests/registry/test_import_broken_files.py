"""Broken variants of a plan: each is refused with its sentence and imports nothing, or its meaning is certain."""

import random
import re
import resource
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from registry import workbooks
from registry.models import BudgetItem
from tests.cast import World
from tests.registry.files import Answer, csv_file, import_plan, said, stored, xlsx_file
from tests.registry.test_import_real_plan import REAL_PLAN

HEADING = "sub_activity_code,account_code,account_name,fund_source,ceiling\n"
LINE = "1.03.10.2.01.0051,5.1.02.01.001.00024,Alat Tulis Kantor,PAD,1000\n"


@pytest.fixture(autouse=True)
def world(cast: World) -> World:
    return cast


def refused(file: Path, *arguments: object) -> Answer:
    """Import it; nothing may have been written."""
    before = stored()
    answer = import_plan(file, *arguments)
    assert answer.exit == 1
    assert answer["errors"]
    assert stored() == before
    return answer


def test_a_bad_code_names_row_column_value_and_what_was_probably_meant(tmp_path: Path) -> None:
    file = csv_file(tmp_path, HEADING + LINE + "1.01.01.02.02.0001,5.1.02.01.001.00024,X,PAD,5\n")

    error = refused(file).only()

    assert (error["row"], error["column"], error["value"]) == (3, "sub_activity_code", "1.01.01.02.02.0001")
    assert error["message"] == "“1.01.01.02.02.0001” is no sub-activity code. Did you mean 1.01.01.2.02.0001?"


def test_a_bad_account_names_an_example(tmp_path: Path) -> None:
    error = refused(csv_file(tmp_path, HEADING + LINE.replace("5.1.02", "5.5.02"))).only()

    assert (error["row"], error["column"], error["code"]) == (2, "account_code", "V-01.account")
    assert "Write it like 5.1.02.01.001.00024" in error["message"]


@pytest.mark.parametrize("account", ["5.1.02.01.001.00024", "5.1.02.01.01.0024"])
def test_a_duplicate_line_names_both_rows_in_either_width_of_account(tmp_path: Path, account: str) -> None:
    again = LINE.replace("5.1.02.01.001.00024", account)

    error = refused(csv_file(tmp_path, HEADING + LINE + "\n" + again)).only()

    assert (error["row"], error["column"]) == (4, "account_code")
    assert "Row 2 already has account" in error["message"]


def test_a_negative_ceiling_is_named(tmp_path: Path) -> None:
    error = refused(csv_file(tmp_path, HEADING + LINE.replace("1000", "-1000"))).only()

    assert (error["row"], error["column"], error["value"], error["code"]) == (
        2,
        "ceiling",
        "-1000",
        "V-02.negative",
    )


def test_a_missing_column_is_named_with_those_found(tmp_path: Path) -> None:
    text = "sub_activity_code,fund_source,account_name,ceiling\n1.03.10.2.01.0051,PAD,X,5\n"

    error = refused(csv_file(tmp_path, text)).only()

    assert error["message"] == (
        "The column “account_code” is missing. The file has these columns: sub_activity_code, fund_source, "
        "account_name, ceiling. Add it and try again."
    )


def test_a_slip_in_a_heading_names_the_right_one(tmp_path: Path) -> None:
    error = refused(csv_file(tmp_path, (HEADING + LINE).replace("fund_source", "fund_sorce"))).codes()

    assert error == ["import.column_typo", "import.missing_column"]


def test_a_column_of_ones_own_is_left_alone(tmp_path: Path) -> None:
    answer = import_plan(csv_file(tmp_path, "catatan," + HEADING + "x," + LINE))

    assert answer.exit == 0
    assert answer.codes("notes") == ["import.column_ignored"]


@pytest.mark.parametrize(
    ("locale", "written", "cure"),
    [("id", "1,234,567.00", "write 1.234.567,00"), ("en", "1.234.567,00", "write 1,234,567.00")],
)
def test_separators_of_the_other_language_are_refused_with_the_right_way(
    tmp_path: Path, locale: str, written: str, cure: str
) -> None:
    error = refused(
        csv_file(tmp_path, HEADING + LINE.replace("1000", f'"{written}"')), "--locale", locale
    ).only()

    assert (error["row"], error["column"], error["value"]) == (2, "ceiling", written)
    assert cure in error["message"]


@pytest.mark.parametrize(
    ("locale", "written"), [("id", "1.234.567,00"), ("en", "1,234,567.00"), ("id", "Rp 1.234.567")]
)
def test_separators_of_the_declared_language_are_read(tmp_path: Path, locale: str, written: str) -> None:
    answer = import_plan(
        csv_file(tmp_path, HEADING + LINE.replace("1000", f'"{written}"')), "--locale", locale
    )

    assert answer["summary"]["versions"][0]["total"] == "1234567.00"


@pytest.mark.parametrize("name", ["plan.csv", "plan.xlsx"])
def test_an_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    assert refused(csv_file(tmp_path, "", name)).codes() == ["import.empty"]


def test_a_heading_without_rows_is_refused(tmp_path: Path) -> None:
    assert refused(csv_file(tmp_path, HEADING)).codes() == ["import.no_rows"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("<!DOCTYPE html><html><body><table><tr><td>1</td></tr></table></body></html>", "HTML"),
        ("\n  <html><body>", "HTML"),
        ("<?xml version='1.0'?><a/>", "XML"),
        ("%PDF-1.7", "PDF"),
        (HEADING + LINE, "CSV"),
    ],
)
def test_anything_else_named_xlsx_is_refused_by_its_content(tmp_path: Path, content: str, found: str) -> None:
    error = refused(csv_file(tmp_path, content, "rencana.xlsx")).only()

    assert error["message"] == (
        f"The file is named rencana.xlsx but its content is {found}. Save it as CSV or XLSX and try again."
    )


def test_a_workbook_named_csv_is_refused_by_its_content(tmp_path: Path) -> None:
    assert refused(xlsx_file(tmp_path, [["a"], ["b"]], "rencana.csv")).only()["params"]["found"] == "XLSX"


def test_an_old_or_protected_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lama.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)

    assert refused(path).codes() == ["import.protected"]


def test_a_cut_off_workbook_is_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, [["a"], ["b"]])
    path.write_bytes(path.read_bytes()[:-200])

    assert refused(path).codes() == ["import.damaged"]


# --- Files made to do harm -------------------------------------------------------------------------------


def repacked(folder: Path, name: str, parts: dict[str, bytes], add: bool = False) -> Path:
    """A workbook of the library's making with some parts replaced."""
    source = xlsx_file(folder, [["a"], ["b"]], "source.xlsx")
    path = folder / name
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part not in parts:
                new.writestr(part, old.read(part))
        for part, content in parts.items():
            new.writestr(part, content)
    return path


def answered(path: Path) -> tuple[Answer, int, float]:
    """The refusal, and how many bytes were unpacked and how many megabytes it took until it came."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unpacked = 0

    def counted(*part: Any) -> Iterator[bytes]:
        nonlocal unpacked
        for piece in unpack(*part):
            unpacked += len(piece)
            yield piece

    unpack = workbooks._unpacked
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbooks, "_unpacked", counted)
        answer = refused(path)
    return answer, unpacked, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def test_a_100_mb_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = repacked(tmp_path, "bom.xlsx", {"xl/worksheets/sheet1.xml": b"0" * (100 << 20)})

    answer, unpacked, megabytes = answered(path)

    assert answer.codes() == ["import.packed"]
    assert unpacked == 0
    assert megabytes < 50


def test_a_directory_that_lies_about_the_size_is_found_out(tmp_path: Path) -> None:
    path = repacked(tmp_path, "bohong.xlsx", {"xl/worksheets/sheet1.xml": b"0" * (100 << 20)})
    size = (100 << 20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (5000).to_bytes(4, "little")))

    answer, unpacked, megabytes = answered(path)

    assert answer.codes() == ["import.packed"]
    assert unpacked < 1 << 20
    assert megabytes < 50


def test_a_bomb_below_the_ratio_is_bounded_too(tmp_path: Path) -> None:
    block = random.Random(7).randbytes(8_000) + b">" * 600_000
    large = {f"xl/media/{n}.bin": block * 120 for n in range(3)}

    answer, unpacked, megabytes = answered(repacked(tmp_path, "besar.xlsx", large))

    assert answer.codes() == ["import.unpacked"]
    assert unpacked == 0
    assert megabytes < 50


def test_millions_of_cells_are_not_counted_to_the_end(tmp_path: Path) -> None:
    # Cells that differ pack worse than 1 : 100, so that only their number is too large.
    cells = b"".join(b'<c r="A%d"/>' % (n * 7919 % 100_003) for n in range(100_000)) * 15

    answer, unpacked, megabytes = answered(
        repacked(tmp_path, "sel.xlsx", {"xl/worksheets/sheet1.xml": cells})
    )

    assert answer.codes() == ["import.sheet_reach"]
    assert unpacked < len(cells) * 3 // 4
    assert megabytes < 50


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    path = repacked(tmp_path, "banyak.xlsx", {f"xl/media/{n}.xml": b"<a/>" for n in range(2_001)})

    assert refused(path).codes() == ["import.packed"]


def test_two_cells_in_opposite_corners_do_not_end_the_process(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "a", "b"
    book.save(tmp_path / "sudut.xlsx")

    error = refused(tmp_path / "sudut.xlsx").only()

    assert error["code"] == "import.sheet_reach"
    assert "XFD1048576" in error["message"]


# --- Where the meaning is certain, and where it is not ---------------------------------------------------


def test_merged_cells_are_refused_with_their_range(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["sub_activity_code", "ceiling"], ["1.03.10.2.01.0051", 5], ["", 6]]

    error = refused(xlsx_file(tmp_path, rows, merge="A2:A3")).only()

    assert (error["code"], error["row"]) == ("import.merged", 2)
    assert "A2:A3" in error["message"]


def test_spaces_around_no_break_and_thin_spaces_are_taken_away(tmp_path: Path) -> None:
    spaced = re.sub(r",", "\u00a0,", LINE.strip()) + "\u2009 \n"
    plain = import_plan(csv_file(tmp_path, HEADING + LINE))

    answer = import_plan(csv_file(tmp_path, "\ufeff" + HEADING.replace(",", " ,") + " " + spaced))

    assert plain["summary"]["changed"] is True
    assert answer["errors"] == []
    assert answer["summary"]["changed"] is False


def test_spaces_in_the_real_plan_change_nothing(tmp_path: Path, cast: World) -> None:
    text = REAL_PLAN.read_text(encoding="utf-8")
    padded = "\n".join(re.sub(r",(?=\d+$)", ",\u00a0 ", line) + " " for line in text.splitlines())
    options = ("--effective-month", "pergeseran=5")
    assert import_plan(csv_file(tmp_path, text), *options).exit == 0

    answer = import_plan(csv_file(tmp_path, padded), *options)

    assert (answer["errors"], answer["summary"]["changed"]) == ([], False)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_the_separator_is_taken_from_the_heading(tmp_path: Path, separator: str) -> None:
    text = (HEADING + LINE).replace(",", separator).replace("1000", "1.000,50")

    assert import_plan(csv_file(tmp_path, text))["summary"]["versions"][0]["total"] == "1000.50"


def test_text_that_is_not_utf_8_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes((HEADING + LINE.replace("Alat", "Café")).encode("cp1252"))

    error = refused(path).only()

    assert (error["code"], error["row"]) == ("import.encoding", 2)
    assert "CSV UTF-8" in error["message"]


@pytest.mark.parametrize("row", ['"1.03.10.2.01.0051,5.1,X,PAD,5\n', "1.03.10.2.01.0051,a,b,PAD,1.000,50\n"])
def test_open_quotes_and_values_too_many_name_their_row(tmp_path: Path, row: str) -> None:
    error = refused(csv_file(tmp_path, HEADING + LINE + row))["errors"][0]

    assert error["row"] == 3
    assert error["code"] in ("import.quotes", "import.extra_cells")


def test_rows_are_numbered_as_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    text = (
        "\n"
        + HEADING
        + LINE.replace("Alat Tulis Kantor", '"dua\nbaris"')
        + "\n"
        + LINE.replace("1000", "seribu")
    )

    error = refused(csv_file(tmp_path, text))["errors"]

    assert {each["row"] for each in error} == {5}


def test_a_date_in_a_number_column_is_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "plan.xlsx") as book:
        sheet, style = book.add_worksheet(), book.add_format({"num_format": "d mmm yyyy"})
        sheet.write_row(0, 0, ["sub_activity_code", "ceiling"])
        sheet.write_string(1, 0, "1.03.10.2.01.0051")
        sheet.write_number(1, 1, 46000, style)

    error = refused(tmp_path / "plan.xlsx").only()

    assert (error["code"], error["row"], error["column"], error["value"]) == (
        "import.is_date",
        2,
        "ceiling",
        "2025-12-09",
    )


@pytest.mark.parametrize(
    ("value", "total"),
    [(1000.1 + 0.2, "1000.30"), (681989691.35, "681989691.35"), (9_999_999_999_999.99, "9999999999999.99")],
)
def test_numbers_of_a_workbook_are_exact_and_formulas_count_by_their_value(
    tmp_path: Path, value: float, total: str
) -> None:
    with xlsxwriter.Workbook(tmp_path / "plan.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["sub_activity_code", "ceiling"])
        sheet.write_string(1, 0, "1.03.10.2.01.0051")
        sheet.write_formula(1, 1, "=B9", None, value)

    assert import_plan(tmp_path / "plan.xlsx")["summary"]["versions"][0]["total"] == total


def test_more_than_two_decimals_are_refused(tmp_path: Path) -> None:
    error = refused(
        xlsx_file(tmp_path, [["sub_activity_code", "ceiling"], ["1.03.10.2.01.0051", 10.125]])
    ).only()

    assert (error["code"], error["value"]) == ("number.decimals", "10.125")


def test_every_error_is_named_not_only_the_first(tmp_path: Path) -> None:
    text = HEADING + "".join(f"{n},5.5,X,PAD,-1\n" for n in range(100, 240))

    answer = refused(csv_file(tmp_path, text))

    assert len(answer["errors"]) == 201
    assert answer["errors"][-1]["message"].startswith("220 more errors are not shown")


def test_errors_are_printed_with_their_place(tmp_path: Path) -> None:
    file = csv_file(tmp_path, HEADING + LINE.replace("1000", "1,5,0"))

    text, code = said("import_plan", file, "--year", 2026, "--unit", "1.03.1.04.0.00.01.0000")

    assert code == 1
    assert "row 2: The row has more values" in text
    assert "Nothing was imported" in text


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--year", 2031, "--unit", "1.03.1.04.0.00.01.0000"), "import.year_unknown"),
        (("--year", 2026, "--unit", "9.99"), "import.unit_unknown"),
        (("--year", 2026, "--unit", "9.99", "--government", "77"), "import.government_unknown"),
    ],
)
def test_what_the_command_refers_to_must_exist(tmp_path: Path, arguments: Any, code: str) -> None:
    text, exit_code = said("import_plan", csv_file(tmp_path, HEADING + LINE), *arguments, "--json")

    assert exit_code == 1
    assert code in text
    assert not BudgetItem.objects.exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path / "tidak-ada.csv").codes() == ["import.file"]
