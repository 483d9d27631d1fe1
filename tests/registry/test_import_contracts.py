"""Contracts from a file: all or nothing, by sub-activity and number, and nothing changes the second time."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from registry.models import BudgetItem, Contract, Unit
from tests.cast import World
from tests.registry.files import Answer, csv_file, run, said, xlsx_file

HEADING = "sub_activity_code,number,name,provider,value,signed_on,starts_on,ends_on,package_code,ended_on\n"
CODE = "1.03.10.2.01.0051"
ROW = f"{CODE},602/1,Rehabilitasi Jalan,CV Batu Andesit,90.50,2026-03-02,2026-03-09,2026-11-30,50012,\n"
AGENCY = "1.03.1.04.0.00.01.0000"


@pytest.fixture
def item(cast: World) -> BudgetItem:
    return cast.item(CODE)


def bring(file: Path, *arguments: object, unit: str = AGENCY, year: str = "2026") -> Answer:
    return run("import_contracts", file, "--year", year, "--unit", unit, "--locale", "en", *arguments)


def refused(folder: Path, text: str) -> dict[str, Any]:
    """The one error; nothing may have been written."""
    contracts = Contract.objects.order_by("pk")
    before = list(contracts.values())
    answer = bring(csv_file(folder, text))
    assert (answer.exit, list(contracts.values())) == (1, before)
    return answer.only()


def test_a_file_makes_contracts_with_their_history(item: BudgetItem, tmp_path: Path) -> None:
    answer = bring(csv_file(tmp_path, HEADING + ROW))
    assert (answer["errors"], answer["summary"]["contracts"]) == (
        [],
        {"new": 1, "changed": 0, "unchanged": 0},
    )
    one = Contract.objects.get()
    assert (one.item, one.number, one.value, one.ends_on) == (
        item,
        "602/1",
        Decimal("90.50"),
        date(2026, 11, 30),
    )
    assert Contract.history.get().history_change_reason == "import_contracts plan.csv"


def test_importing_it_twice_changes_nothing(item: BudgetItem, tmp_path: Path) -> None:
    file = csv_file(tmp_path, HEADING + ROW)
    bring(file)
    again = bring(file)
    assert again["summary"] == {
        "dry_run": False, "changed": False, "contracts": {"new": 0, "changed": 0, "unchanged": 1},
    }  # fmt: skip
    assert Contract.history.count() == 1


def test_a_contract_that_comes_again_is_updated_and_others_stay(item: BudgetItem, tmp_path: Path) -> None:
    bring(csv_file(tmp_path, HEADING + ROW + ROW.replace("602/1", "602/2")))
    answer = bring(
        csv_file(tmp_path, HEADING + ROW.replace(",50012,\n", ",,2026-08-01\n").replace("90.50", "80"))
    )
    assert answer["summary"]["contracts"] == {"new": 0, "changed": 1, "unchanged": 0}
    first, second = Contract.objects.order_by("number")
    assert (first.value, first.ended_on, first.package_code) == (
        Decimal(80),
        date(2026, 8, 1),
        "",
    )
    assert (second.value, second.ended_on) == (Decimal("90.50"), None)


def test_what_the_file_has_no_column_for_stays_as_it_was(item: BudgetItem, tmp_path: Path) -> None:
    bring(csv_file(tmp_path, HEADING + ROW))
    bring(csv_file(tmp_path, f"sub_activity_code,number,ended_on\n{CODE},602/1,2026-09-01\n"))
    one = Contract.objects.get()
    assert (one.ended_on, one.provider, one.package_code) == (date(2026, 9, 1), "CV Batu Andesit", "50012")


def test_a_workbook_says_the_same(item: BudgetItem, tmp_path: Path) -> None:
    names = HEADING.strip().split(",")[:8]
    values = [CODE, "602/1", "Jalan", "CV X", 90.5, date(2026, 3, 2), date(2026, 3, 9), date(2026, 11, 30)]
    answer = bring(xlsx_file(tmp_path, [names, values]))
    assert answer["errors"] == []
    assert Contract.objects.get().starts_on == date(2026, 3, 9)


def test_a_trial_writes_nothing(item: BudgetItem, tmp_path: Path) -> None:
    answer = bring(csv_file(tmp_path, HEADING + ROW), "--dry-run")
    assert answer["summary"]["contracts"]["new"] == 1
    assert not Contract.objects.exists()


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (ROW.replace(CODE, "1.03.10.2.01.0052"), "contracts.suggest", "sub_activity_code"),
        (ROW.replace(CODE, "9.99.99"), "contracts.unknown", "sub_activity_code"),
        (ROW.replace("90.50", "-1"), "contracts.negative", "value"),
        (ROW.replace("90.50", "banyak"), "number.letters", "value"),
        (ROW.replace("2026-11-30", "2026-03-01"), "contracts.order", "ends_on"),
        (ROW.replace(",50012,", ",50012,2026-02-01"), "contracts.ended", "ended_on"),
        (ROW.replace("2026-03-02", "2/3/2026"), "import.date", "signed_on"),
        (ROW.replace("CV Batu Andesit", ""), "import.required", "provider"),
        (ROW + ROW, "contracts.twice", "number"),
    ],
)  # fmt: skip
def test_an_error_is_named_by_row_and_column(
    item: BudgetItem, tmp_path: Path, row: str, code: str, column: str
) -> None:
    error = refused(tmp_path, HEADING + row)
    assert (error["code"], error["column"], error["row"]) == (code, column, 3 if row.count("\n") == 2 else 2)
    assert error["message"]


def test_one_error_keeps_everything_out(item: BudgetItem, tmp_path: Path) -> None:
    refused(tmp_path, HEADING + ROW + ROW.replace("602/1", "602/2").replace("90.50", "-1"))
    assert not Contract.objects.exists()


def test_a_new_contract_needs_all_its_columns(item: BudgetItem, tmp_path: Path) -> None:
    answer = bring(csv_file(tmp_path, f"sub_activity_code,number,value\n{CODE},602/9,5\n"))
    assert {one["column"] for one in answer["errors"]} == {
        "name",
        "provider",
        "signed_on",
        "starts_on",
        "ends_on",
    }
    assert set(answer.codes()) == {"contracts.missing"}


def test_the_same_code_at_several_units_needs_the_unit(cast: World, tmp_path: Path) -> None:
    root = Unit.objects.get(parent=None)
    for unit in (cast.agency, cast.other_agency):
        cast.item(CODE, unit=unit)
    answer = bring(csv_file(tmp_path, HEADING + ROW), unit=root.code)
    assert answer.only()["code"] == "contracts.several"
    named = "unit_code," + HEADING + f"{cast.other_agency.code},{ROW}"
    assert bring(csv_file(tmp_path, named), unit=root.code)["errors"] == []
    assert Contract.objects.get().item.unit == cast.other_agency
    assert bring(csv_file(tmp_path, named)).only()["code"] == "contracts.unit", "another agency's unit"


def test_what_is_seldom_right_is_a_warning(item: BudgetItem, tmp_path: Path) -> None:
    row = ROW.replace("90.50", "900").replace("2026-03-09", "2026-03-01")
    answer = bring(csv_file(tmp_path, HEADING + row))
    assert set(answer.codes("warnings")) == {"contracts.early", "contracts.ceiling"}
    assert Contract.objects.exists()


def test_unknown_units_years_and_empty_files_are_said(item: BudgetItem, tmp_path: Path) -> None:
    file = csv_file(tmp_path, HEADING + ROW)
    assert bring(file, unit="9.99").only()["code"] == "import.unit_unknown"
    assert bring(file, year="1999").only()["code"] == "import.year_unknown"
    assert refused(tmp_path, HEADING)["code"] == "import.no_rows"
    file = csv_file(tmp_path, HEADING + ROW)
    text, code = said("import_contracts", file, "--year", "2026", "--unit", AGENCY, "--locale", "en")
    assert (code, "Contracts: 1 new, 0 changed, 0 unchanged" in text) == (0, True)
