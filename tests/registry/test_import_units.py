"""The tree of units from a file: all or nothing, in any order, and nothing changes the second time."""

from pathlib import Path
from typing import Any

import pytest

from ledger.recording import recorded
from registry.models import Government, Unit
from registry.rules import INDONESIA
from tests.registry.files import FIXTURES, Answer, csv_file, run, stored

EXAMPLE = FIXTURES / "units_example.csv"
HEADING = "code,name,kind,parent_code\n"
ROOT = "99.01,Kabupaten Mahakarsa Hulu,GOVERNMENT,\n"
AGENCY = "4.01.0.00.0.00.01.0000"


@pytest.fixture(autouse=True)
def government(database: None) -> Government:
    with recorded(None):
        return Government.objects.create(
            code="99.01", name="Kabupaten Mahakarsa Hulu", sub_activity_pattern=INDONESIA.sub_activity,
            account_pattern=INDONESIA.account, unit_pattern=INDONESIA.unit,
        )  # fmt: skip


def bring(file: Path, *arguments: object, government: str = "99.01") -> Answer:
    return run("import_units", file, "--government", government, *arguments)


def refused(folder: Path, *rows: str) -> dict[str, Any]:
    """The one error; nothing may have been written."""
    before = stored()
    answer = bring(csv_file(folder, HEADING + "".join(f"{row}\n" for row in rows)))
    assert (answer.exit, stored()) == (1, before)
    return answer.only()


def test_the_example_makes_a_tree_with_paths_and_agencies() -> None:
    answer = bring(EXAMPLE)

    assert (answer["errors"], answer["summary"]["units"]) == ([], {"new": 7, "changed": 0, "unchanged": 0})
    units = {unit.code: unit for unit in Unit.objects.all()}
    section = units["4.01.0.00.0.00.01.0008"]
    assert section.path == f"/{units['99.01'].pk}/{units[AGENCY].pk}/{section.pk}/"
    assert section.agency_id == units[AGENCY].pk
    assert Unit.history.get(id=section.pk).path == section.path


def test_importing_it_twice_changes_nothing() -> None:
    bring(EXAMPLE)
    before = stored()

    again = bring(EXAMPLE)

    assert again["summary"] == {
        "dry_run": False,
        "changed": False,
        "units": {"new": 0, "changed": 0, "unchanged": 7},
    }
    assert stored() == before


def test_a_trial_changes_nothing() -> None:
    assert bring(EXAMPLE, "--dry-run")["summary"]["units"]["new"] == 7
    assert not Unit.objects.exists()


def test_units_may_stand_before_the_unit_above_them(tmp_path: Path) -> None:
    rows = [f"4.01.0.00.0.00.01.0008,Bagian,SECTION,{AGENCY}\n", f"{AGENCY},Setda,agency,99.01\n", ROOT]

    assert bring(csv_file(tmp_path, HEADING + "".join(rows)))["errors"] == []


def test_a_unit_that_moves_takes_those_below_along_with_history(tmp_path: Path) -> None:
    bring(EXAMPLE)
    moved = csv_file(
        tmp_path, HEADING + "1.02.2.14.0.00.01.0000,Dinas Kesehatan,AGENCY,7.01.0.00.0.00.01.0000\n"
    )

    answer = bring(moved)

    assert answer["summary"]["units"] == {"new": 0, "changed": 1, "unchanged": 0}
    centre = Unit.objects.get(code="1.02.2.14.0.00.01.0001")
    assert centre.path.startswith(Unit.objects.get(code="7.01.0.00.0.00.01.0000").path)
    assert Unit.history.filter(id=centre.pk).latest("history_id").path == centre.path


def test_a_unit_twice_names_both_rows(tmp_path: Path) -> None:
    error = refused(tmp_path, ROOT.strip(), f"{AGENCY},A,AGENCY,99.01", f"{AGENCY},B,AGENCY,99.01")

    assert (error["code"], error["row"], error["params"]["other_row"]) == ("import.unit_twice", 4, 3)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("4.01.0.00.0.00.01,A,AGENCY,99.01", "V-01.unit"),
        (f"{AGENCY},A,AGENCY,77", "import.parent_unknown"),
        (f"{AGENCY},A,AGENCY,", "import.parent_missing"),
        (f"{AGENCY},A,DINAS,99.01", "import.choice"),
        (f"{AGENCY},,AGENCY,99.01", "import.required"),
        ("99.02,A,GOVERNMENT,", "import.root_twice"),
        ("99.02,A,GOVERNMENT,99.01", "import.root_with_parent"),
        (f"{AGENCY},{'A' * 201},AGENCY,99.01", "import.too_long"),
    ],
)
def test_what_is_wrong_with_a_unit_is_named_with_its_row(tmp_path: Path, row: str, code: str) -> None:
    bring(csv_file(tmp_path, HEADING + ROOT, "root.csv"))

    error = refused(tmp_path, row)

    assert (error["code"], error["row"]) == (code, 2)


def test_a_circle_is_named(tmp_path: Path) -> None:
    rows = [f"4.01.0.00.0.00.01.000{n},Bagian,SECTION,4.01.0.00.0.00.01.000{3 - n}\n" for n in (1, 2)]

    answer = bring(csv_file(tmp_path, HEADING + ROOT + "".join(rows)))

    assert answer.codes() == ["import.parent_circle", "import.parent_circle"]
    assert (
        "4.01.0.00.0.00.01.0001 → 4.01.0.00.0.00.01.0002 → 4.01.0.00.0.00.01.0001"
        in answer["errors"][0]["message"]
    )


def test_an_unknown_government_is_named_with_those_known() -> None:
    answer = bring(EXAMPLE, government="77")

    assert (answer.only()["code"], answer.only()["params"]["known"]) == ("import.government_unknown", "99.01")
