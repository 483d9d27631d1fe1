"""What is printed: literally, the same every time, on any machine, and never refused for an odd name."""

import hashlib
import json
import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from approvals.document import Figures, manifest_bytes, render
from approvals.printing import printable_text
from approvals.signing import manifest_of, signature_place
from tests.approvals.printed import FIGURES, entries, pages, recap, renamed, words
from wording.ways import Ways

NOTHING_KNOWN = replace(
    FIGURES,
    absorption=None,
    physical_plan=None,
    physical_month=None,
    physical_to_date=None,
    deviation=None,
    band="",
    band_word="",
)


@pytest.mark.parametrize(
    "name",
    [
        "#set page(width: 1cm) #panic()",
        "*bold* _slanted_ `code` $x^2$ [body] {code}",
        "@label <label> // comment /* comment */",
        r"back\slash \u{41} \n #include",
        "\"quoted\" 'single' = heading - list + list",
        '#read("/etc/passwd")',
    ],
)
def test_markup_in_a_name_is_printed_as_it_was_written(name: str) -> None:
    printed = words(render(renamed(name), b"{}"))
    assert name in printed


def test_a_name_of_the_template_language_reaches_no_other_data() -> None:
    printed = words(render(renamed("#d.signer.number #sys.inputs"), b"{}"))
    assert "#d.signer.number #sys.inputs" in printed


def test_figures_are_printed_in_the_language_of_the_government() -> None:
    indonesian = words(render(recap(language="id"), b"{}"))
    english = words(render(recap(language="en"), b"{}"))
    assert "1.234.567.890" in indonesian and "172.839.504,50" in indonesian and "4,13" in indonesian
    assert "1,234,567,890" in english and "172,839,504.50" in english and "4.13" in english
    assert "Februari 2026 11.15 WITA" in indonesian and "February 2026 11:15 WITA" in english


def test_unknown_values_are_a_dash_and_never_zero() -> None:
    made = recap(1)
    printed = words(render(replace(made, items=[replace(made.items[0], figures=NOTHING_KNOWN)]), b"{}"))
    assert printed.count("–") >= 5


def test_behind_is_a_minus_and_ahead_a_plus_with_the_word_beside_it() -> None:
    ahead: Figures = replace(FIGURES, deviation=Decimal("2.1"), band="AHEAD", band_word="mendahului")
    made = recap(2)
    printed = words(
        render(replace(made, items=[made.items[0], replace(made.items[1], figures=ahead)]), b"{}")
    )
    assert "\u22125.50" in printed and "perlu perhatian" in printed
    assert "+2.10" in printed and "mendahului" in printed


def test_everything_that_the_law_asks_for_is_on_the_page() -> None:
    made = recap(2, notes=["Selisih karena pembulatan: 0,01."])
    manifest = manifest_bytes(made, entries(2))
    printed = words(render(made, manifest))
    for text in (
        "Kabupaten Tirta Mandala",
        "Sekretariat Daerah",
        "4.01.0.00.0.00.01.0000",
        "RFK/4.01/2026-01/7QK2",
        "4.01.03.2.01.0002",
        "Plt. Sekretaris Daerah,",
        "Citra Anggraini, S.E.",
        "Pembina",
        "197803152003122004",
        "Budi Santoso",
        "Kepala Bagian",
        "48,211 events, root 9f2c4a7be1d00345",
        "https://jenjang.example/v/7Qm2-XK4f",
        "2 of 2 sub-activities",
        "Selisih karena pembulatan: 0,01.",
        hashlib.sha256(manifest).hexdigest(),
    ):
        assert text in printed, text


def test_a_later_revision_and_a_public_note_are_told() -> None:
    made = recap(1)
    item = replace(made.items[0], revision=2, note="Penyedia terlambat; dijadwal ulang.")
    printed = words(render(replace(made, items=[item]), b"{}"))
    assert "Revision 2" in printed and "Penyedia terlambat; dijadwal ulang." in printed


def test_the_same_input_gives_the_same_bytes() -> None:
    made = recap(16)
    assert render(made, b'{"a":1}') == render(made, b'{"a":1}')
    assert render(made, b'{"a":1}') != render(made, b'{"a":2}')


def test_the_file_is_pdf_a_3b_with_every_font_inside() -> None:
    pdf = render(recap(), b"{}")
    reader = PdfFileReader(BytesIO(pdf))
    xmp = reader.root["/Metadata"].data
    assert b"<pdfaid:part>3</pdfaid:part>" in xmp and b"<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    fonts = [font.get_object() for font in reader.root["/Pages"]["/Kids"][0]["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
    assert reader.root["/Lang"] == "en"
    assert "/StructTreeRoot" in reader.root


def test_the_manifest_is_attached_byte_for_byte_in_the_order_of_the_print() -> None:
    made = recap(3)
    manifest = manifest_bytes(made, entries(3))
    pdf = render(made, manifest)
    files = [one.get_object() for one in PdfFileReader(BytesIO(pdf)).root["/AF"]]
    (attached,) = [one for one in files if one["/UF"] == "manifest.json"]
    assert attached["/EF"]["/F"].data == manifest
    assert attached["/AFRelationship"] == "/Data"
    assert manifest_of(pdf) == json.loads(manifest)
    assert [one["token"] for one in json.loads(manifest)["reports"]] == ["token1", "token2", "token3"]


def test_names_in_urdu_are_printed_and_an_urdu_document_runs_from_the_right() -> None:
    name = "ضلع سوات کے بنیادی مراکز صحت"
    assert render(renamed(name), b"{}") != render(renamed("x"), b"{}")
    pdf = render(replace(renamed(name), language="ur"), b"{}")
    assert PdfFileReader(BytesIO(pdf)).root["/ViewerPreferences"]["/Direction"] == "/R2L"


def test_what_no_font_has_is_named_and_stops_nobody_from_signing() -> None:
    printed = words(render(renamed("Rehab 😀 漢 gedung"), b"{}"))
    assert "Rehab [U+1F600] [U+6F22] gedung" in printed


def test_hidden_and_reordering_characters_do_not_reach_the_page() -> None:
    assert printable_text("Rp\u202e000.1\u200b\x07\ttotal\r\n") == "Rp000.1 total"
    assert printable_text("e\u0301") == "é"
    assert "\u200c" in printable_text("می\u200cشود")


def test_a_word_longer_than_its_column_is_broken_and_a_hash_is_not() -> None:
    pdf = render(renamed("x" * 95), b"{}")
    assert "x" * 95 not in words(pdf) and words(pdf).count("x" * 30) >= 3
    assert hashlib.sha256(b"{}").hexdigest() in words(pdf)


def test_a_long_month_repeats_its_head_and_counts_its_pages() -> None:
    printed = pages(render(recap(150), b"{}"))
    count = len(printed)
    assert count > 3
    for place, page in enumerate(printed, start=1):
        assert f"Page {place} of {count}" in page
        assert "RFK/4.01/2026-01/7QK2" in page
    tables = printed[:-1]
    assert all(("Financial realization (Rp)" in page) != ("Treasury (Rp)" in page) for page in tables)
    assert "Financial realization (Rp)" in tables[0] and "Treasury (Rp)" in tables[-1]
    assert "Citra Anggraini, S.E." in printed[-1] and "Budi Santoso" in printed[-1]


def test_the_signature_has_its_place_on_the_last_page() -> None:
    pdf = render(recap(40), b"{}")
    place = signature_place(pdf)
    assert place is not None
    assert place.page == len(pages(pdf)) - 1
    left, bottom, right, top = place.box
    assert (right - left, top - bottom) == (221, 54)
    assert 0 < left < right < 842 and 0 < bottom < top < 595


def test_a_government_of_lakh_and_crore_reads_its_own_way_in_print() -> None:
    theirs = Ways(grouping="lakh", currency="PKR", fiscal_start_month=7)
    page = words(render(recap(2, language="en", ways=theirs), b"{}"))
    assert "1,23,45,67,890" in page and "Financial realization (Rs)" in page
    assert "1,234,567,890" not in page and "Rp" not in page


def test_a_document_without_items_is_not_printed() -> None:
    with pytest.raises(ValueError, match="without items"):
        render(recap(0), b"{}")


def test_the_manifest_names_the_document_and_nothing_that_changes_by_itself() -> None:
    made = recap(2)
    manifest = manifest_bytes(made, entries(2))
    assert manifest == manifest_bytes(made, entries(2))
    told = json.loads(manifest)
    assert (
        told["number"] == made.number
        and told["month"] == "2026-01"
        and told["format"] == "jenjang-manifest-1"
    )
    assert not re.search(rb"\s\"", manifest)
