"""Budgets as another system exports them: all units in one file, its own headings, a row for each thing that is bought."""

from decimal import Decimal
from pathlib import Path

import pytest

from ledger.recording import recorded
from registry.imports.adapters import CASH_PLAN, PLAN, recognised
from registry.models import BudgetItem, BudgetLineVersion, FileMapping, MonthlyPlan, Unit
from tests.cast import World
from tests.registry.files import Answer, run, said

ROADS, HEALTH = "1.03.1.04.0.00.01.0000", "1.02.2.14.0.00.01.0000"
HEADS = "KODE SUB SKPD;NAMA SUB SKPD;KODE SUB KEGIATAN;NAMA SUB KEGIATAN;KODE REKENING;NAMA REKENING;SUMBER DANA;URAIAN;PAGU"
DPA = f"""{HEADS}
{ROADS};Dinas PU;1.03.10.2.01.0051 ;Pemeliharaan Rutin Jalan;5.1.02.01.001.00024;Alat Tulis Kantor;PAD;Kertas;1.250.000,50
{ROADS};Dinas PU;1.03.10.2.01.0051;Pemeliharaan Rutin Jalan;5.1.02.01.01.0024;Alat Tulis Kantor;PAD;Pulpen;749.999,50
{ROADS};Dinas PU;1.03.10.2.01.0051;Pemeliharaan Rutin Jalan;5.2.04.01.001.00003;Modal Jalan;DAK Fisik;Aspal;98.000.000
{HEALTH};Dinkes;1 .02.02.2.02.0001;Kesehatan Ibu Hamil;5.1.02.02.001.00003;Narasumber;PAD;Honor;40.000.000
;;;Jumlah;;;;;140.000.000
"""
MONTHS = "Januari;Februari;Maret;April;Mei;Juni;Juli;Agustus;September;Oktober;November;Desember"
KAS = f"Kode Unit;Kode Sub Kegiatan;Kode Rekening;{MONTHS}"


@pytest.fixture
def places(cast: World) -> World:
    cast.at("2026-01-05 09:00")
    return cast


def file(folder: Path, text: str, name: str = "dpa.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def brought(folder: Path, text: str, *options: str, mapping: str = PLAN) -> Answer:
    return run(
        "import_plan", file(folder, text), "--year", "2026", "--mapping", mapping, "--locale", "id", *options
    )


def ceilings() -> dict[tuple[str, str, str], Decimal]:
    rows = BudgetLineVersion.objects.order_by("pk").values_list(
        "line__item__sub_activity_code", "line__account_code", "line__fund_source", "ceiling"
    )
    return {(item, account, fund): ceiling for item, account, fund, ceiling in rows}


def test_one_file_brings_the_budgets_of_all_its_units(tmp_path: Path, places: World) -> None:
    answer = brought(tmp_path, DPA)
    assert (answer.exit, answer["errors"]) == (0, [])
    assert ceilings() == {
        # Two writings of one account, and two things that are bought from it, are one line.
        ("1.03.10.2.01.0051", "5.1.02.01.001.00024", "PAD"): Decimal("2000000.00"),
        ("1.03.10.2.01.0051", "5.2.04.01.001.00003", "DAK Fisik"): Decimal("98000000.00"),
        ("1.02.02.2.02.0001", "5.1.02.02.001.00003", "PAD"): Decimal("40000000.00"),
    }
    assert dict(BudgetItem.objects.order_by("pk").values_list("unit__code", "sub_activity_name")) == {
        ROADS: "Pemeliharaan Rutin Jalan", HEALTH: "Kesehatan Ibu Hamil",
    }  # fmt: skip
    summary = answer["summary"]
    assert (summary["plans"], summary["items"]["new"], summary["lines"]["new"]) == (2, 2, 3)
    assert [(one["kind"], one["total"]) for one in summary["versions"]] == [("murni", "140000000.00")]


def test_the_same_file_again_changes_nothing(tmp_path: Path, places: World) -> None:
    brought(tmp_path, DPA)
    again = brought(tmp_path, DPA)
    assert again.exit == 0 and not again["summary"]["changed"]


def test_one_wrong_cell_keeps_all_units_out_and_is_named_as_the_file_names_it(
    tmp_path: Path, places: World
) -> None:
    wrong = DPA.replace("40.000.000\n", "empat puluh juta\n", 1)
    answer = brought(tmp_path, wrong)
    problem = answer.only()
    assert answer.exit == 1 and (problem["row"], problem["column"]) == (5, "PAGU")
    assert not BudgetItem.objects.exists()


def test_a_trial_writes_nothing(tmp_path: Path, places: World) -> None:
    assert brought(tmp_path, DPA, "--dry-run").exit == 0
    assert not BudgetItem.objects.exists()


def test_a_unit_that_is_not_known_is_named_with_its_row(tmp_path: Path, places: World) -> None:
    answer = brought(tmp_path, DPA.replace(HEALTH, "1.02.2.14.0.00.01.0099"))
    problem = answer.only()
    assert (problem["code"], problem["row"], problem["column"]) == ("import.unit_unknown", 5, "KODE SUB SKPD")


def test_a_unit_of_another_government_is_not_found(tmp_path: Path, places: World) -> None:
    government = places.government
    other = type(government).objects.create(
        code="98.01", name="Kota Lain", sub_activity_pattern=".*", account_pattern=".*", unit_pattern=".*"
    )
    with recorded(None):
        Unit.objects.create(
            government=other, kind="GOVERNMENT", code="9.99.9.99.0.00.01.0000", name="Kota Lain"
        )
    answer = brought(tmp_path, DPA.replace(HEALTH, "9.99.9.99.0.00.01.0000"))
    assert answer.codes() == ["import.unit_unknown"]


def test_a_code_with_its_name_in_one_cell_is_both(tmp_path: Path, places: World) -> None:
    text = (
        "Sub Kegiatan;Rekening;Sumber Dana;Pagu\n"
        "1.03.10.2.01.0051 Pemeliharaan Rutin Jalan;5.1.02.01.001.00024 - Alat Tulis Kantor;PAD;2.000.000\n"
    )
    answer = brought(tmp_path, text, "--unit", ROADS)
    assert (answer.exit, answer["errors"]) == (0, [])
    assert BudgetItem.objects.get().sub_activity_name == "Pemeliharaan Rutin Jalan"
    assert list(ceilings()) == [("1.03.10.2.01.0051", "5.1.02.01.001.00024", "PAD")]


def test_headings_that_nobody_knows_are_said_once_and_kept_under_a_name(
    tmp_path: Path, places: World
) -> None:
    odd = DPA.replace("PAGU", "NILAI DPA").replace("SUMBER DANA", "ASAL")
    answer = brought(tmp_path, odd)
    assert answer.exit == 1 and {one["column"] for one in answer["errors"]} == {"fund_source", "ceiling"}
    options = (
        "--column",
        "ceiling=NILAI DPA",
        "--column",
        "fund_source=ASAL",
        "--save-mapping",
        "SIMDA 2026",
    )
    assert brought(tmp_path, odd, *options).exit == 0
    kept = FileMapping.objects.get()
    assert (kept.name, kept.kind, kept.columns["ceiling"]) == ("SIMDA 2026", PLAN, "NILAI DPA")
    assert kept.history.count() == 1
    again = brought(tmp_path, odd, mapping="SIMDA 2026")
    assert again.exit == 0 and not again["summary"]["changed"]
    # Another layout under that name says which heading it misses.
    answer = brought(tmp_path, DPA, mapping="SIMDA 2026")
    assert answer.codes() == ["import.mapping_heading"] * 2


@pytest.mark.parametrize("words", ["pagu", "ceiling=", "=PAGU", "price=PAGU"])
def test_what_says_no_column_is_refused_with_the_known_ones(
    tmp_path: Path, places: World, words: str
) -> None:
    answer = brought(tmp_path, DPA, "--column", words)
    assert answer.codes() == ["import.mapping_said"] and "sub_activity_code" in answer.only()["message"]


def test_a_mapping_that_was_never_saved_is_refused_with_the_known_ones(tmp_path: Path, places: World) -> None:
    answer = brought(tmp_path, DPA, mapping="SIPD lama")
    assert answer.codes() == ["import.mapping_unknown"] and "plan, cash" in answer.only()["message"]


def kas(*months: int, code: str = "1.03.10.2.01.0051") -> str:
    amounts = ";".join(f"{1000 * month:,}".replace(",", ".") for month in months)
    return f"{ROADS};{code};5.2.04.01.001.00003;{amounts}"


def test_months_of_cash_come_in_a_file_of_their_own(tmp_path: Path, places: World) -> None:
    brought(tmp_path, DPA)
    months = (0, 0, 0, 5_000, 10_000, 15_000, 15_000, 15_000, 12_000, 10_000, 10_000, 8_000)
    answer = brought(tmp_path, f"{KAS}\n{kas(*months)}\n", mapping=CASH_PLAN)
    assert (answer.exit, answer["errors"]) == (0, [])
    planned = MonthlyPlan.objects.filter(item_version__item__sub_activity_code="1.03.10.2.01.0051").order_by(
        "month"
    )
    assert list(planned.values_list("cash", flat=True)) == [Decimal(1000 * month) for month in months]
    assert ceilings()["1.03.10.2.01.0051", "5.2.04.01.001.00003", "DAK Fisik"] == Decimal(98_000_000)
    assert not MonthlyPlan.objects.filter(item_version__item__sub_activity_code="1.02.02.2.02.0001").exists()


def test_V03_cash_that_is_not_the_ceiling_is_refused(tmp_path: Path, places: World) -> None:
    brought(tmp_path, DPA)
    answer = brought(tmp_path, f"{KAS}\n{kas(*[8_000] * 12)}\n", mapping=CASH_PLAN)
    problem = answer.only()
    assert (problem["code"], problem["row"], problem["column"]) == ("V-03", 2, "Januari")


def test_cash_of_one_version_leaves_the_ceilings_of_all_as_they_are(tmp_path: Path, places: World) -> None:
    brought(tmp_path, DPA)
    more = DPA.replace("98.000.000", "118.000.000").replace("140.000.000", "160.000.000")
    shift = ("--version", "pergeseran", "--effective-month", "pergeseran=5")
    assert brought(tmp_path, more, *shift).exit == 0

    def versions() -> list[tuple[str, Decimal]]:
        rows = BudgetLineVersion.objects.order_by("version__sequence", "line")
        return list(rows.values_list("version__kind", "ceiling"))

    before = versions()
    months = (0, 0, 0, 5_000, 10_000, 15_000, 15_000, 15_000, 12_000, 10_000, 10_000, 8_000)
    for some, options in ((months, ()), ((20_000, *months[1:]), shift)):
        assert brought(tmp_path, f"{KAS}\n{kas(*some)}\n", *options, mapping=CASH_PLAN).exit == 0
        assert versions() == before
    # What is meant for the shifted budget is not the original one's.
    answer = brought(tmp_path, f"{KAS}\n{kas(20_000, *months[1:])}\n", mapping=CASH_PLAN)
    assert answer.codes() == ["V-03"] and versions() == before


def test_a_row_of_cash_that_cannot_be_read_is_named_whatever_else_the_file_says(
    tmp_path: Path, places: World
) -> None:
    brought(tmp_path, DPA)
    good = kas(0, 0, 0, 5_000, 10_000, 15_000, 15_000, 15_000, 12_000, 10_000, 10_000, 8_000)
    bad = f"{ROADS};1.03.10.2.01.0051;5.1.02.01.001.00024;seratus{';0' * 11}"
    for rows, number in (((bad, good), 2), ((good, bad), 3)):
        answer = brought(tmp_path, "\n".join([KAS, *rows]), mapping=CASH_PLAN)
        assert (answer.exit, answer.only()["row"], answer.only()["column"]) == (1, number, "Januari")
    assert not MonthlyPlan.objects.exists()


def test_things_of_one_line_may_not_contradict_each_other(tmp_path: Path, places: World) -> None:
    """Added up to one line, the second one's name would be lost without a word."""
    wrong = DPA.replace("Pemeliharaan Rutin Jalan;5.1.02.01.01", "Rehabilitasi Jembatan;5.1.02.01.01")
    answer = brought(tmp_path, wrong)
    assert "import.differs" in answer.codes() and answer["errors"][0]["row"] == 3
    assert not BudgetItem.objects.exists()


def test_what_only_a_later_thing_of_a_line_says_is_read(tmp_path: Path, places: World) -> None:
    assert brought(tmp_path, DPA.replace("0051 ;Pemeliharaan Rutin Jalan", "0051 ;")).exit == 0
    assert BudgetItem.objects.get(unit__code=ROADS).sub_activity_name == "Pemeliharaan Rutin Jalan"


def test_a_file_of_sums_alone_is_no_budget(tmp_path: Path, places: World) -> None:
    answer = brought(tmp_path, f"{HEADS}\n;;;Jumlah;;;;;140.000.000\n")
    assert (answer.exit, answer.codes()) == (1, ["import.no_rows"])


def test_cash_of_a_sub_activity_that_is_not_planned_is_refused(tmp_path: Path, places: World) -> None:
    brought(tmp_path, DPA)
    answer = brought(tmp_path, f"{KAS}\n{kas(*[1] * 12, code='1.03.10.2.01.0055')}\n", mapping=CASH_PLAN)
    assert answer.only()["code"] == "import.item_unknown" and answer.only()["row"] == 2


def test_the_answer_for_people_says_how_many_units(tmp_path: Path, places: World) -> None:
    text, code = said(
        "import_plan", file(tmp_path, DPA), "--year", "2026", "--mapping", PLAN, "--locale", "id"
    )
    assert code == 0 and "Plans of 2 units" in text


def test_headings_are_known_in_any_case_and_order() -> None:
    found = recognised(["pagu", "Kode_Sub_Kegiatan", "KODE  SUB SKPD", "Kode SKPD", "uraian"], PLAN)
    assert found == {
        "unit_code": "KODE  SUB SKPD",
        "sub_activity_code": "Kode_Sub_Kegiatan",
        "ceiling": "pagu",
    }
