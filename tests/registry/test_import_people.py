"""People, posts and assignments from a file: all or nothing, one holder at a time, never a password."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.models import Assignment, Office, Post, Unit, User
from tests.cast import PASSWORD, World
from tests.registry.files import FIXTURES, Answer, csv_file, run, stored, xlsx_file

HEADING = "username,name,nip,unit_code,role,title,kind,decree_no,valid_from,valid_to"
UNIT = "1.03.1.04.0.00.01.0000"
NIP = "198801012012011905"


@pytest.fixture(autouse=True)
def world(cast: World) -> World:
    return cast


def bring(folder: Path, *rows: str, heading: str = HEADING) -> Answer:
    return run("import_people", csv_file(folder, "\n".join([heading, *rows]) + "\n", "people.csv"))


def refused(folder: Path, *rows: str) -> Answer:
    before = stored()
    answer = bring(folder, *rows)
    assert (answer.exit, stored()) == (1, before)
    return answer


def test_a_new_person_gets_a_post_and_an_account_without_password(tmp_path: Path) -> None:
    answer = bring(tmp_path, f"hana,Hana Serayu,{NIP},{UNIT},officer,PPTK Cipta Karya,,SK 1,2026-01-01,")

    assert (answer["errors"], answer["summary"]["posts"]["new"]) == ([], 1)
    hana = User.objects.get(username="hana")
    assert not hana.has_usable_password()
    assert not (hana.is_staff or hana.is_superuser)
    assert [office.title for office in Office.objects.filter(person=hana)] == ["PPTK Cipta Karya"]
    assert User.history.filter(id=hana.pk).count() == 1


def test_the_examples_of_units_and_people_fit_together(cast: World) -> None:
    assert run("import_units", FIXTURES / "units_example.csv", "--government", "99.01")["errors"] == []

    answer = run("import_people", FIXTURES / "people_example.csv")

    assert answer["errors"] == []
    assert answer["summary"]["assignments"] == {"new": 5, "changed": 0, "unchanged": 0}
    before = stored()
    assert run("import_people", FIXTURES / "people_example.csv")["summary"]["changed"] is False
    assert stored() == before


def test_someone_known_by_nip_is_renamed_and_keeps_password_and_post(tmp_path: Path, cast: World) -> None:
    answer = bring(tmp_path, f"ani.l,Ani Lembayung Senja,{cast.ani.nip},,,,,,,")

    assert answer["summary"]["people"] == {"new": 0, "changed": 1, "unchanged": 0}
    ani = User.objects.get(pk=cast.ani.pk)
    assert (ani.username, ani.name) == ("ani.l", "Ani Lembayung Senja")
    assert ani.check_password(PASSWORD)
    assert Office.objects.filter(person=ani).exists()


def test_her_renamed_account_is_still_the_holder_of_her_post(tmp_path: Path, cast: World) -> None:
    row = (
        f"ani.l,Ani Lembayung,{cast.ani.nip},{UNIT},officer,PPTK Bina Marga,definitive,821/1/2025,2025-01-01,"
    )

    assert bring(tmp_path, row)["summary"]["assignments"] == {"new": 0, "changed": 0, "unchanged": 1}


def test_a_user_name_of_somebody_else_is_refused(tmp_path: Path, cast: World) -> None:
    error = refused(tmp_path, f"ani,Hana Serayu,{NIP},,,,,,,").only()

    assert (error["code"], error["row"], error["column"]) == ("import.username_taken", 2, "username")
    assert "Ani Lembayung" in error["message"]


def test_two_definitive_holders_at_once_are_named_with_dates_and_cure(tmp_path: Path) -> None:
    row = f"hana,Hana Serayu,{NIP},{UNIT},agency_head,Kepala Dinas Pekerjaan Umum,definitive,SK 1,2026-03-01,"

    error = refused(tmp_path, row).only()

    assert (error["code"], error["row"]) == ("import.overlap", 2)
    assert error["message"] == (
        "Kepala Dinas Pekerjaan Umum at Dinas Pekerjaan Umum is held by Citra Hastapura since 1 January 2025 without an "
        "end. Let that assignment end before 1 March 2026 (valid_to), or use plt or plh."
    )


def test_the_holder_ends_and_the_next_begins_in_one_file(tmp_path: Path, cast: World) -> None:
    title = "Kepala Dinas Pekerjaan Umum"
    rows = [
        f"hana,Hana Serayu,{NIP},{UNIT},agency_head,{title},definitive,SK 1,2026-03-01,",
        f"citra,Citra Hastapura,{cast.citra.nip},{UNIT},agency_head,{title},definitive,821/1/2025,2025-01-01,2026-02-28",
    ]

    assert bring(tmp_path, *rows)["summary"]["assignments"] == {"new": 1, "changed": 1, "unchanged": 0}


def test_an_acting_holder_may_stand_beside_the_definitive_one_but_not_beside_another(
    tmp_path: Path, cast: World
) -> None:
    title = "Kepala Dinas Pekerjaan Umum"
    first = f"hana,Hana Serayu,{NIP},{UNIT},agency_head,{title},Plh.,SK 1,2026-03-01,2026-03-10"
    assert bring(tmp_path, first)["errors"] == []

    second = f"gita,Gita Karangjati,{cast.gita.nip},{UNIT},agency_head,{title},plt,SK 2,2026-03-10,2026-03-20"

    assert refused(tmp_path, second).only()["code"] == "import.overlap_acting.until"


def test_who_administers_the_system_gets_no_post(tmp_path: Path) -> None:
    error = refused(tmp_path, f"root,Root,,{UNIT},officer,PPTK,,SK 1,2026-01-01,").only()

    assert (error["code"], error["value"]) == ("import.staff_post", "root")


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (f"hana,Hana,123,{UNIT},officer,PPTK,,SK 1,2026-01-01,", ["import.nip"]),
        (f"hana,Hana,{NIP},{UNIT},kepala,PPTK,,SK 1,2026-01-01,", ["import.choice", "import.post_half"]),
        (f"hana,Hana,{NIP},9.99,officer,PPTK,,SK 1,2026-01-01,", ["import.unit_unknown"]),
        (f"hana,Hana,{NIP},{UNIT},officer,PPTK,,SK 1,01/02/2026,", ["import.date", "import.post_half"]),
        (f"hana,Hana,{NIP},{UNIT},officer,PPTK,,SK 1,2026-02-30,", ["import.date", "import.post_half"]),
        (f"hana,Hana,{NIP},{UNIT},officer,PPTK,,SK 1,2026-02-01,2026-01-31", ["import.ends_before"]),
        (f"hana,Hana,{NIP},{UNIT},officer,PPTK,,,2026-02-01,", ["import.post_half"]),
        (f",Hana,{NIP},,,,,,,", ["import.required"]),
    ],
)
def test_what_is_wrong_with_a_person_is_named_with_its_row(
    tmp_path: Path, row: str, codes: list[str]
) -> None:
    answer = refused(tmp_path, row)

    assert sorted(answer.codes()) == sorted(codes)
    assert {error["row"] for error in answer["errors"]} == {2}


def test_a_person_on_several_rows_must_be_the_same_person(tmp_path: Path) -> None:
    row = f"hana,Hana Serayu,{NIP},{UNIT},officer,PPTK Cipta Karya,,SK 1,2026-01-01,"

    answer = refused(tmp_path, row, row.replace("Hana Serayu", "Hana S."), row)

    assert set(answer.codes()) == {"import.differs", "import.assignment_twice"}


def test_dates_of_a_workbook_are_dates(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        HEADING.split(","),
        ["hana", "Hana Serayu", NIP, UNIT, "officer", "PPTK Cipta Karya", "", "SK 1", date(2026, 1, 1), ""],
    ]

    assert run("import_people", xlsx_file(tmp_path, rows))["errors"] == []
    assert Assignment.objects.get(person__username="hana").valid_from == date(2026, 1, 1)


def test_a_trial_changes_nothing(tmp_path: Path) -> None:
    before = stored()
    file = csv_file(
        tmp_path, f"{HEADING}\nhana,Hana Serayu,{NIP},{UNIT},officer,PPTK Cipta Karya,,SK 1,2026-01-01,\n"
    )

    assert run("import_people", file, "--dry-run")["summary"]["changed"] is True
    assert stored() == before
    assert Post.objects.filter(unit=Unit.objects.get(code=UNIT)).count() == 3
