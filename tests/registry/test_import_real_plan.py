"""The real plan of 2026: 52 lines of 16 sub-activities in two versions of Rp 681.989.691 each."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from registry.models import BudgetItem, BudgetItemVersion, BudgetLineVersion, BudgetVersion, Unit
from tests.cast import World
from tests.registry.files import (
    REAL_PLAN,
    SECTION,
    Answer,
    import_plan,
    said,
    section_of_the_secretariat,
    stored,
    xlsx_file,
)

TOTAL = Decimal(681_989_691)


@pytest.fixture
def section(cast: World) -> Unit:
    return section_of_the_secretariat(cast)


def bring(file: Path = REAL_PLAN, *arguments: object) -> Answer:
    return import_plan(file, "--effective-month", "pergeseran=5", *arguments, unit=SECTION)


def real_rows() -> list[list[Any]]:
    with REAL_PLAN.open(newline="", encoding="utf-8") as file:
        heading, *rows = csv.reader(file)
    return [heading, *([*row[:4], int(row[4]), int(row[5])] for row in rows)]


def events() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.event")
        (number,) = cursor.fetchone()
    return int(number)


def content() -> list[Any]:
    rows = BudgetLineVersion.objects.order_by(
        "version__sequence", "line__item__sub_activity_code", "line__account_code", "line__fund_source"
    )
    return list(
        rows.values_list(
            "version__kind", "version__effective_month", "line__item__sub_activity_code", "line__account_code",
            "line__account_name", "line__fund_source", "ceiling",
        )
    )  # fmt: skip


def test_it_has_52_lines_16_sub_activities_and_two_versions_of_the_same_total(section: Unit) -> None:
    answer = bring()

    assert (answer["errors"], answer.exit) == ([], 0)
    assert BudgetItem.objects.filter(unit=section).count() == 16
    assert list(
        BudgetVersion.objects.order_by("sequence").values_list("kind", "sequence", "effective_month")
    ) == [
        ("murni", 1, 1),
        ("pergeseran", 2, 5),
    ]
    for version in BudgetVersion.objects.all():
        lines = BudgetLineVersion.objects.filter(version=version)
        assert lines.count() == 52
        assert lines.aggregate(sum=Sum("ceiling"))["sum"] == TOTAL
        assert BudgetItemVersion.objects.filter(version=version).aggregate(sum=Sum("ceiling"))["sum"] == TOTAL
    assert answer["summary"]["items"] == {"new": 16, "changed": 0, "unchanged": 0}
    assert answer["summary"]["lines"] == {"new": 52, "changed": 0, "unchanged": 0}
    assert [version["total"] for version in answer["summary"]["versions"]] == ["681989691.00", "681989691.00"]


def test_each_version_and_its_total_are_printed(section: Unit) -> None:
    text, code = said(
        "import_plan", REAL_PLAN, "--year", 2026, "--unit", SECTION, "--effective-month", "pergeseran=5"
    )

    assert code == 0
    assert text.count("16 sub-activities, 52 lines") == 2
    assert text.count("total Rp681,989,691") == 2


def test_importing_it_twice_changes_nothing(section: Unit) -> None:
    bring()
    before, counted = stored(), events()

    again = bring()

    assert again["summary"]["changed"] is False
    assert again["summary"]["items"] == {"new": 0, "changed": 0, "unchanged": 16}
    assert stored() == before
    assert events() == counted
    assert (
        "Nothing changes"
        in said("import_plan", REAL_PLAN, "--year", 2026, "--unit", SECTION, "--effective-month", "5")[0]
    )


def test_every_row_leaves_its_history(section: Unit) -> None:
    bring()

    counts = stored()
    assert counts["BudgetLineVersion"] == (104, 104)
    assert counts["BudgetItemVersion"] == (32, 32)
    assert counts["BudgetLine"] == (52, 52)


def test_the_same_file_as_xlsx_gives_the_same(section: Unit, tmp_path: Path) -> None:
    bring()
    before, expected = stored(), content()

    answer = bring(xlsx_file(tmp_path, real_rows()))

    assert answer["errors"] == []
    assert answer["summary"]["changed"] is False
    assert (stored(), content()) == (before, expected)


def test_the_xlsx_alone_gives_the_same_rows(section: Unit, tmp_path: Path) -> None:
    bring(xlsx_file(tmp_path, real_rows()))

    rows = real_rows()[1:]
    expected = sorted((row[0], row[3], row[2], row[1], Decimal(row[4])) for row in rows)
    assert sorted(row[2:] for row in content() if row[0] == "murni") == expected


def test_a_trial_says_what_would_change_and_changes_nothing(section: Unit) -> None:
    before, counted = stored(), BudgetVersion.objects.count()

    answer = bring(REAL_PLAN, "--dry-run")

    assert answer["summary"]["dry_run"] is True
    assert answer["summary"]["changed"] is True
    assert answer["summary"]["lines"]["new"] == 52
    assert (stored(), BudgetVersion.objects.count()) == (before, counted)


def test_its_lines_without_money_are_kept_and_no_item_is_without(section: Unit) -> None:
    answer = bring()

    assert BudgetLineVersion.objects.filter(version__kind="murni", ceiling=0).exists()
    assert "V-06" not in answer.codes("warnings")


def test_the_number_of_statements_does_not_grow_with_the_rows(
    section: Unit, cast: World, tmp_path: Path, statements: Any
) -> None:
    def counted(lines: int, unit: str) -> int:
        rows = [["sub_activity_code", "account_code", "fund_source", "ceiling"]]
        rows += [[f"1.03.10.2.01.{n // 10:04}", f"5.1.02.01.001.{n:05}", "PAD", 1000] for n in range(lines)]  # type: ignore[list-item]
        file = xlsx_file(tmp_path, rows, f"{lines}.xlsx")
        with statements() as seen:
            assert import_plan(file, unit=unit)["errors"] == []
        return len(seen)

    assert counted(10, cast.agency.code) == counted(300, cast.other_agency.code) < 60
