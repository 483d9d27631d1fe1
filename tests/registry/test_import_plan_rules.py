"""What a plan may say: V-01..V-06 through the importer, optional columns, names, officers, T-18..T-20."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from ledger.recording import recorded
from registry.models import (
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetVersion,
    MonthlyPlan,
    Nomenclature,
    Unit,
)
from registry.rules import PAKISTAN
from tests.cast import World, assign
from tests.registry.files import csv_file, import_plan, stored, xlsx_file

CODE = "1.03.10.2.01.0051"
CASH = [f"cash_{month:02}" for month in range(1, 13)]
PHYSICAL = [f"physical_{month:02}" for month in range(1, 13)]


@pytest.fixture(autouse=True)
def world(cast: World) -> World:
    return cast


def plan(folder: Path, columns: str, *rows: str, name: str = "plan.csv") -> Path:
    return csv_file(folder, "\n".join([columns, *rows]) + "\n", name)


@pytest.mark.parametrize(
    "code", ["1.02.01.2.02.0001", "1.02.01.2.02.01", "X.XX.01.2.07.0002", "2.22.08.5.07.0006"]
)
def test_T18_codes_of_every_year_are_read(tmp_path: Path, code: str) -> None:
    assert import_plan(plan(tmp_path, "sub_activity_code,ceiling", f"{code},5"))["errors"] == []
    assert BudgetItem.objects.get().sub_activity_code == code


def test_T18_a_code_with_a_segment_too_wide_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    error = import_plan(plan(tmp_path, "sub_activity_code,ceiling", "1.01.01.02.02.0001,5")).only()

    assert error["params"]["suggestion"] == "1.01.01.2.02.0001"


def test_T19_accounts_of_both_widths_are_read_and_others_refused(tmp_path: Path) -> None:
    columns = "sub_activity_code,account_code,fund_source,ceiling"
    rows = [f"{CODE},5.1.02.01.01.0024,PAD,5", f"{CODE},5.1.02.01.001.00025,PAD,5"]

    assert import_plan(plan(tmp_path, columns, *rows))["errors"] == []
    assert import_plan(plan(tmp_path, columns, f"{CODE},5.5.02.01.01.0024,PAD,5")).codes() == ["V-01.account"]


def test_T20_twelve_health_centres_carry_the_same_code(tmp_path: Path, cast: World) -> None:
    with recorded(None):
        centres = [
            Unit.objects.create(
                government=cast.government, parent=cast.other_agency, kind="HEALTH_CENTRE",
                code=f"1.02.2.14.0.00.01.{number:04}", name=f"Puskesmas {number}",
            )
            for number in range(1, 13)
        ]  # fmt: skip
    file = plan(
        tmp_path,
        "sub_activity_code,account_code,fund_source,ceiling",
        "1.02.05.2.03.0001,5.1.02.01.001.00024,BLUD,7000",
    )

    for centre in centres:
        assert import_plan(file, unit=centre.code)["errors"] == []

    assert BudgetItem.objects.filter(sub_activity_code="1.02.05.2.03.0001").count() == 12
    assert BudgetLine.objects.count() == 12


def test_another_country_has_its_own_codes(tmp_path: Path, cast: World) -> None:
    with recorded(None):
        cast.government.sub_activity_pattern = PAKISTAN.sub_activity
        cast.government.account_pattern = PAKISTAN.account
        cast.government.save()
    columns = "sub_activity_code,account_code,fund_source,ceiling"

    assert import_plan(plan(tmp_path, columns, "041101,A01101,GRANT,5"))["errors"] == []
    assert (
        import_plan(plan(tmp_path, columns, f"{CODE},A01101,GRANT,5")).only()["params"]["example"] == "041101"
    )


def test_V03_a_cash_plan_makes_the_ceiling_summed_over_the_rows_of_an_item(tmp_path: Path) -> None:
    columns = ",".join(["sub_activity_code", "account_code", "fund_source", "ceiling", *CASH])
    right = [
        f"{CODE},5.1.02.01.001.00024,PAD,120" + ",10" * 12,
        f"{CODE},5.1.02.01.001.00025,PAD,12,12" + "," * 11,
    ]
    wrong = [right[0], right[1].replace("12,12", "12,11")]

    error = import_plan(plan(tmp_path, columns, *wrong)).only()
    assert (error["code"], error["row"], error["column"]) == ("V-03", 2, "cash_01")
    assert error["params"] | {"item": CODE} == {
        "item": CODE, "sum_rp": "131", "ceiling_rp": "132", "difference_rp": "-1",
    }  # fmt: skip

    assert import_plan(plan(tmp_path, columns, *right))["errors"] == []
    months = dict(MonthlyPlan.objects.values_list("month", "cash"))
    assert months == {1: 22} | dict.fromkeys(range(2, 13), 10)
    assert set(MonthlyPlan.objects.values_list("physical", flat=True)) == {None}


def test_V04_a_physical_plan_makes_100_and_is_said_once(tmp_path: Path) -> None:
    columns = ";".join(["sub_activity_code", "account_code", "fund_source", "ceiling", *PHYSICAL])
    months = ";".join(["8,3333"] * 11 + ["8,3337"])
    text = plan(tmp_path, columns, *(f"{CODE};5.1.02.01.001.0002{n};PAD;5;{months}" for n in (4, 5)))

    assert import_plan(text)["errors"] == []
    assert MonthlyPlan.objects.aggregate(sum=Sum("physical"))["sum"] == 100
    assert MonthlyPlan.objects.count() == 12


def test_V04_less_than_100_and_volume_without_target_are_refused(tmp_path: Path) -> None:
    columns = ",".join(["sub_activity_code", "ceiling", "physical_mode", "output_target", *PHYSICAL])
    rows = [
        f"{CODE},5,PERCENT,,99" + "," * 11,
        "1.03.10.2.01.0052,5,VOLUME,,7" + "," * 11,
        "1.03.10.2.01.0053,5,volume,12,12" + "," * 11,
    ]

    errors = import_plan(plan(tmp_path, columns, *rows))["errors"]

    assert [(error["row"], error["code"]) for error in errors] == [(2, "V-04"), (3, "V-04.no_target")]


def test_V06_a_sub_activity_without_money_is_imported_with_a_warning(tmp_path: Path) -> None:
    answer = import_plan(plan(tmp_path, "sub_activity_code,ceiling", f"{CODE},0", "1.03.10.2.01.0052,5"))

    assert (answer["errors"], answer.exit) == ([], 0)
    assert [(each["code"], each["row"]) for each in answer["warnings"]] == [("V-06", 2)]
    assert BudgetItem.objects.count() == 2


def test_without_names_the_nomenclature_of_the_year_names_them(tmp_path: Path, cast: World) -> None:
    with recorded(None):
        for year, name in ((2025, "Nama lama"), (2026, "Rehabilitasi Jalan")):
            Nomenclature.objects.create(government=cast.government, year=year, code=CODE, name=name)

    import_plan(plan(tmp_path, "sub_activity_code,ceiling", f"{CODE},5", "1.03.10.2.01.0052,5"))

    assert dict(BudgetItem.objects.values_list("sub_activity_code", "sub_activity_name")) == {
        CODE: "Rehabilitasi Jalan",
        "1.03.10.2.01.0052": "",
    }


def test_all_columns_are_kept_and_what_a_later_file_leaves_out_stays(tmp_path: Path, cast: World) -> None:
    columns = (
        "sub_activity_code,sub_activity_name,output_indicator,output_unit,output_target,physical_mode,account_code,"
        "account_name,fund_source,ceiling,officer_nip,verifier_nip"
    )
    row = f'{CODE},"Pemeliharaan, Rutin",Panjang,Km,"12,5",volume,5.1.02.01.001.00024,ATK,PAD,5,{cast.ani.nip},{cast.budi.nip}'
    assert import_plan(plan(tmp_path, columns, row))["errors"] == []

    again = import_plan(
        plan(
            tmp_path,
            "sub_activity_code,account_code,fund_source,ceiling",
            f"{CODE},5.1.02.01.001.00024,PAD,5",
        )
    )

    assert again["summary"]["changed"] is False
    item, planned = BudgetItem.objects.get(), BudgetItemVersion.objects.get()
    assert (item.sub_activity_name, item.output_indicator, item.output_unit) == (
        "Pemeliharaan, Rutin",
        "Panjang",
        "Km",
    )
    assert (item.officer_post, item.verifier_post) == (cast.posts["officer"], cast.posts["section_head"])
    assert (planned.output_target, planned.physical_mode) == (Decimal("12.5"), "VOLUME")
    assert item.lines.get().account_name == "ATK"


def test_rows_of_one_item_that_disagree_are_named_both(tmp_path: Path) -> None:
    columns = "sub_activity_code,sub_activity_name,account_code,fund_source,ceiling"
    rows = [
        f"{CODE},Nama satu,5.1.02.01.001.00024,PAD,5",
        f"{CODE},,5.1.02.01.001.00025,PAD,5",
        f"{CODE},Nama dua,5.1.02.01.001.00026,PAD,5",
    ]

    error = import_plan(plan(tmp_path, columns, *rows)).only()

    assert (error["code"], error["row"], error["column"], error["value"]) == (
        "import.differs",
        4,
        "sub_activity_name",
        "Nama dua",
    )
    assert "Row 2 says “Nama satu”" in error["message"]


def test_an_officer_must_be_known_and_hold_one_post_of_the_agency(tmp_path: Path, cast: World) -> None:
    numbers = ["199901012020011999", cast.eko.nip, cast.gita.nip, cast.ani.nip]
    assign(cast.ani, cast.agency.posts.create(role="officer", title="PPTK Cipta Karya"))
    rows = [f"1.03.10.2.01.005{n},5,{number}" for n, number in enumerate(numbers)]

    errors = import_plan(plan(tmp_path, "sub_activity_code,ceiling,officer_nip", *rows))["errors"]

    assert [(error["row"], error["code"]) for error in errors] == [
        (2, "import.person_unknown"),
        (3, "import.person_without_post"),
        (4, "import.person_without_post"),
        (5, "import.person_several_posts"),
    ]


def test_a_nip_that_a_spreadsheet_made_a_number_of_is_refused(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["sub_activity_code", "ceiling", "officer_nip"], [CODE, 5, 198001012005012901]]

    assert import_plan(xlsx_file(tmp_path, rows)).codes() == ["import.digits_lost"]


def test_an_item_without_account_columns_has_one_line(tmp_path: Path) -> None:
    import_plan(plan(tmp_path, "sub_activity_code,ceiling", f"{CODE},5"))

    line = BudgetLine.objects.get()
    assert (line.account_code, line.fund_source) == ("", "")
    before = stored()
    error = import_plan(plan(tmp_path, "sub_activity_code,ceiling", f"{CODE},5", f"{CODE},6")).only()
    assert (error["code"], error["row"]) == ("import.line_twice", 3)
    assert stored() == before


@pytest.mark.parametrize(
    ("columns", "arguments", "code"),
    [
        ("ceiling", ("--version", "pergeseran"), "import.effective_missing"),
        ("ceiling", ("--version", "pergeseran", "--effective-month", "Mei"), "import.effective_range"),
        ("ceiling", ("--version", "pergeseran", "--effective-month", "14"), "import.effective_range"),
        ("ceiling", ("--effective-month", "3"), "import.effective_murni"),
        ("ceiling", ("--effective-month", "pergeseran=3"), "import.effective_unused"),
        ("ceiling", ("--legal-basis", "a", "--legal-basis", "b"), "import.effective_twice"),
        ("ceiling_murni,ceiling_pergeseran", (), "import.effective_missing"),
        ("ceiling_murni,ceiling_pergeseran,ceiling_perubahan", ("--effective-month", "5"), "import.which_version"),
        ("ceiling_murni,ceiling_pergeseran", ("--version", "perubahan", "--effective-month", "5"), "import.version_column"),
        ("ceiling,ceiling_pergeseran", ("--effective-month", "5"), "import.ceiling_columns"),
        ("ceiling_murni,ceiling_pergeseran,cash_01", ("--effective-month", "5"), "import.cash_of_which"),
    ],
)  # fmt: skip
def test_what_is_not_certain_of_a_version_is_refused(
    tmp_path: Path, columns: str, arguments: Any, code: str
) -> None:
    file = plan(tmp_path, f"sub_activity_code,{columns}", f"{CODE}" + ",5" * len(columns.split(",")))

    assert code in import_plan(file, *arguments).codes()
    assert not BudgetVersion.objects.exists()


def test_one_of_several_versions_can_be_imported_alone(tmp_path: Path) -> None:
    file = plan(tmp_path, "sub_activity_code,ceiling_murni,ceiling_pergeseran", f"{CODE},5,salah")

    assert import_plan(file, "--version", "murni", "--legal-basis", "Perda 1/2026")["errors"] == []
    assert BudgetVersion.objects.get().legal_basis == "Perda 1/2026"
