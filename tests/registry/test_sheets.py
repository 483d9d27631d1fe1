"""Workbooks of other programs: the same cells written in other ways are read alike."""

import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from registry import sheets
from registry.reading import check_xlsx
from registry.sheets import Cell, Sheet, read_sheets
from registry.workbooks import FileRefused

RELATIONS = b'<Relationships><Relationship Id="a1" Type="http://x/worksheet" Target="/xl/worksheets/one.xml"/></Relationships>'
BOOK = b'<x:workbook xmlns:x="m" xmlns:r="n">%s<x:sheets><x:sheet name="Satu" r:id="a1"/></x:sheets></x:workbook>'
STYLES = b"""<styleSheet><numFmts><numFmt numFmtId="200" formatCode="[$-421]d mmmm yyyy"/><numFmt numFmtId="201"
 formatCode="0.0%"/><numFmt numFmtId="202" formatCode="&quot;hari&quot; 0"/></numFmts><cellStyleXfs><xf numFmtId="14"/>
</cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="200"/><xf numFmtId="201"/><xf numFmtId="202"/>
</cellXfs></styleSheet>"""
STRINGS = (
    b"<sst><si><t>a_x0041_b</t></si><si><r><t>te</t></r><r><t>bal</t></r><rPh><t>bunyi</t></rPh></si></sst>"
)


def sheet_of(
    rows: bytes, *, before: bytes = b"", after: bytes = b"", book: bytes = b"", prologue: bytes = b""
) -> Sheet:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {
            "xl/workbook.xml": BOOK % book, "xl/_rels/workbook.xml.rels": RELATIONS, "xl/styles.xml": STYLES,
            "xl/sharedStrings.xml": STRINGS,
            "xl/worksheets/one.xml": prologue + b"<worksheet>" + before + b"<sheetData>" + rows + b"</sheetData>" + after
            + b"</worksheet>",
        }.items():  # fmt: skip
            archive.writestr(name, part)
    check_xlsx(file, "satu.xlsx")
    (sheet,) = read_sheets(file)
    return sheet


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        (b"<c><v>1250000.10</v></c>", Cell(Decimal("1250000.10"))),
        (b"<c><v>1.25E6</v></c>", Cell(Decimal("1.25E6"))),
        (b'<c t="s"><v>0</v></c>', Cell("aAb")),
        (b'<c t="s"><v>1</v></c>', Cell("tebal")),
        (b'<c t="inlineStr"><is><r><t>di</t></r><r><t> sini</t></r></is></c>', Cell("di sini")),
        (b'<c t="str"><f>A2&amp;"x"</f><v>satu</v></c>', Cell("satu", formula=True)),
        (b'<c t="str"><f>""</f><v></v></c>', Cell("", formula=True)),
        (b"<c><f>A2*2</f></c>", Cell(None, formula=True)),
        (b'<c><f t="shared" si="0"/><v>7</v></c>', Cell(Decimal(7), formula=True)),
        (b'<c t="e"><f>1/0</f><v>#DIV/0!</v></c>', Cell(None, "#DIV/0!", True)),
        (b'<c t="b"><v>1</v></c>', Cell(True)),
        (b'<c t="d"><v>2026-03-15T00:00:00</v></c>', Cell(date(2026, 3, 15))),
        (b'<c s="1"><v>46096</v></c>', Cell(date(2026, 3, 15))),
        (b'<c s="2"><v>46096</v></c>', Cell(date(2026, 3, 15))),
        (b'<c s="2"><v>46096.5</v></c>', Cell("2026-03-15 12:00:00")),
        (b'<c s="2"><v>-1</v></c>', Cell(Decimal(-1))),
        (b'<c s="3"><v>0.125</v></c>', Cell(Decimal("0.125"), percent=True)),
        (b'<c s="4"><v>12</v></c>', Cell(Decimal(12))),
        (b"<c><v>NaN</v></c>", Cell(None, "NaN")),
        (b"<c><v>" + b"9" * 41 + b"</v></c>", Cell(None, "9" * 20)),
        (b'<c t="str"><v>a_xD83D_b</v></c>', Cell("a\ufffdb")),
    ],
)  # fmt: skip
def test_a_cell_holds_what_its_program_meant(written: bytes, cell: Cell) -> None:
    assert sheet_of(b"<row>" + written + b"</row>").at(1, 1) == cell


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    sheet = sheet_of(b'<row><c s="1"><v>44634</v></c></row>', book=b'<x:workbookPr date1904="1"/>')
    assert sheet.at(1, 1) == Cell(date(2026, 3, 15))


def test_rows_and_cells_without_a_place_follow_the_one_before() -> None:
    sheet = sheet_of(
        b'<row r="4"><c><v>1</v></c><c r="D4"><v>2</v></c><c><v>3</v></c></row><row><c><v>4</v></c></row>'
    )
    found = {(row, column): cell.value for row, cells in sheet.rows.items() for column, cell in cells.items()}
    assert found == {(4, 1): 1, (4, 4): 2, (4, 5): 3, (5, 1): 4}


def test_what_is_hidden_or_merged_is_known() -> None:
    sheet = sheet_of(
        b'<row r="2" hidden="1"><c><v>1</v></c></row><row r="3" ht="0"/><row r="4" ht="12.8"/>',
        before=b'<cols><col min="2" max="3" hidden="true"/><col min="5" max="5" width="0"/></cols>',
        after=b'<mergeCells><mergeCell ref="A2:B4"/></mergeCells>',
    )
    assert sheet.hidden_rows == {2, 3}
    assert [column for column in range(1, 7) if sheet.hides_column(column)] == [2, 3, 5]
    assert sheet.merged == [(2, 1, 4, 2)]


@pytest.mark.parametrize(
    "rows",
    [
        b'<row><c t="s"><v>-1</v></c></row>', b'<row><c t="s"><v>9</v></c></row>', b'<row><c r="1A"><v>1</v></c></row>',
        b'<row r="' + b"9" * 5000 + b'"/>', b"<row>", b'<row><c t="d"><v>kemarin</v></c></row>', b"<row>&a;</row>",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_a_damaged_workbook(rows: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        sheet_of(rows)
    assert refused.value.code in ("import.damaged", "import.sheet_reach")


@pytest.mark.parametrize(
    ("limit", "found", "part"),
    [
        ("MOST_ELEMENTS", "import.packed", b'<row><c r="A1"/><c r="B1"/><c r="C1"/></row>' * 9),
        ("MOST_FILLED", "import.sheet_reach", b'<row><c r="A1"><v>1</v></c><c r="B1"><v>1</v></c></row>' * 9),
        ("MOST_STRINGS", "import.packed", b""),
        ("MOST_MERGED", "import.packed", b'<mergeCell ref="A1:B2"/>' * 9),
        ("MOST_READ", "import.unpacked", b""),
    ],
)
def test_what_is_read_is_bounded(
    monkeypatch: pytest.MonkeyPatch, limit: str, found: str, part: bytes
) -> None:
    monkeypatch.setattr(sheets, limit, 1)
    with pytest.raises(FileRefused) as refused:
        sheet_of(part)
    assert refused.value.code == found


def test_declarations_are_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        sheet_of(b"", prologue=b'<!DOCTYPE a [<!ENTITY b "ha">]>')
    assert refused.value.params["found"] == "DOCTYPE"
