"""Importing a plan again: what is corrected in place, what becomes a new version, and what reports do to it."""

from decimal import Decimal
from pathlib import Path

import pytest

from registry.models import BudgetItemVersion, BudgetLineVersion, BudgetVersion, MonthlyPlan
from submissions.models import Report, ReportLine
from tests.cast import World
from tests.registry.files import Answer, csv_file, import_plan, said, stored
from workflow import engine, route

CODE = "1.03.10.2.01.0051"
OTHER = "1.03.10.2.01.0052"


def bring(
    folder: Path,
    cast: World,
    *ceilings: int,
    version: str = "murni",
    month: int | None = None,
    more: str = "",
) -> Answer:
    """Import ceilings of lines 24, 25, ... of one sub-activity that Ani enters and Budi verifies."""
    rows = [
        f"{CODE},5.1.02.01.001.000{24 + number},PAD,{ceiling},{cast.ani.nip},{cast.budi.nip}"
        for number, ceiling in enumerate(ceilings)
    ]
    text = "\n".join(
        ["sub_activity_code,account_code,fund_source,ceiling,officer_nip,verifier_nip", *rows, more]
    )
    options = ["--version", version] + (["--effective-month", str(month)] if month else [])
    return import_plan(csv_file(folder, text), *options)


def versions() -> list[tuple[str, int, int, Decimal]]:
    """Kind, sequence, first month and total of each version."""
    return [
        (
            row.kind,
            row.sequence,
            row.effective_month,
            sum(BudgetItemVersion.objects.filter(version=row).values_list("ceiling", flat=True), Decimal(0)),
        )
        for row in BudgetVersion.objects.order_by("sequence")
    ]


def publish(cast: World, *amounts: int, month: int = 1) -> Report:
    """One month all the way up."""
    (report,) = cast.open(month)
    cast.submitted([report], *amounts)
    for verb, actor in ((route.VERIFY, cast.budi), (route.SIGN, cast.citra), (route.PUBLISH, cast.citra)):
        (outcome,) = engine.perform(verb, Report, cast.versions([report]), actor=actor)
        assert outcome.done, outcome
    return report


def test_a_plan_that_no_report_stands_on_is_corrected_in_place(tmp_path: Path, cast: World) -> None:
    bring(tmp_path, cast, 100, 50)

    answer = bring(tmp_path, cast, 100, 60)

    assert versions() == [("murni", 1, 1, Decimal(160))]
    assert (
        answer["summary"]["versions"][0]
        | {"action": "corrected", "total_before": "150.00", "total": "160.00"}
        == (answer["summary"]["versions"][0])
    )
    assert answer["summary"]["lines"] == {"new": 0, "changed": 1, "unchanged": 1}
    assert BudgetLineVersion.history.filter(history_type="~").count() == 1


def test_a_line_left_out_leaves_the_version_with_its_history(tmp_path: Path, cast: World) -> None:
    bring(tmp_path, cast, 100, 50, more=f"{OTHER},5.1.02.01.001.00024,PAD,5,,")

    answer = bring(tmp_path, cast, 100)

    assert versions() == [("murni", 1, 1, Decimal(100))]
    assert answer["summary"]["versions"][0]["lines_dropped"] == 2
    assert BudgetLineVersion.history.filter(history_type="-").count() == 2
    assert BudgetItemVersion.history.filter(history_type="-").count() == 1


def test_open_drafts_follow_the_corrected_plan(tmp_path: Path, cast: World) -> None:
    bring(tmp_path, cast, 100, 50)
    cast.open()

    bring(tmp_path, cast, 100, 60, 7)

    assert versions() == [("murni", 1, 1, Decimal(167))]
    assert Report.objects.get().ceiling == 167
    assert sorted(ReportLine.objects.values_list("ceiling", flat=True)) == [7, 60, 100]


def test_a_plan_that_a_submitted_report_stands_on_gets_a_new_version(tmp_path: Path, cast: World) -> None:
    bring(tmp_path, cast, 100, 50)
    cast.submitted(cast.open(), 10)

    answer = bring(tmp_path, cast, 100, 60)

    assert answer["errors"] == []
    assert versions() == [("murni", 1, 1, Decimal(150)), ("murni", 2, 1, Decimal(160))]
    assert Report.objects.get().ceiling == 150
    before = stored()
    assert bring(tmp_path, cast, 100, 60)["summary"]["changed"] is False
    assert stored() == before


def test_a_shift_is_a_version_of_its_own_and_drafts_from_its_month_follow_it(
    tmp_path: Path, cast: World
) -> None:
    bring(tmp_path, cast, 100, 50)
    january, february = cast.open(1), cast.open(2)

    bring(tmp_path, cast, 70, 80, version="pergeseran", month=2)

    assert versions() == [("murni", 1, 1, Decimal(150)), ("pergeseran", 2, 2, Decimal(150))]
    (old,), (new,) = cast.reports(1), cast.reports(2)
    assert (old.pk, new.pk) == (january[0].pk, february[0].pk)
    assert old.budget_version.kind == "murni"
    assert new.budget_version.kind == "pergeseran"
    assert sorted(new.lines.values_list("ceiling", flat=True)) == [70, 80]


def test_a_second_shift_stands_beside_the_first(tmp_path: Path, cast: World) -> None:
    bring(tmp_path, cast, 100)
    bring(tmp_path, cast, 110, version="pergeseran", month=5)
    bring(tmp_path, cast, 120, version="pergeseran", month=8)

    again = bring(tmp_path, cast, 110, version="pergeseran", month=5)

    assert [row[:3] for row in versions()] == [("murni", 1, 1), ("pergeseran", 2, 5), ("pergeseran", 3, 8)]
    assert again["summary"]["changed"] is False


def test_V05_a_ceiling_below_what_is_published_goes_to_the_exceptions(tmp_path: Path, cast: World) -> None:
    bring(tmp_path, cast, 100, 50)
    publish(cast, 40, 30)
    before = stored()

    answer = bring(tmp_path, cast, 39, 111, version="pergeseran", month=2)

    error = answer.only()
    assert answer["exceptions"] == answer["errors"]
    assert (error["code"], error["row"], error["column"], error["value"]) == ("V-05", 2, "ceiling", "39")
    assert "below what is already realised, Rp40. Raise it by Rp1" in error["message"]
    assert stored() == before


def test_V05_a_line_with_published_money_may_not_be_left_out(tmp_path: Path, cast: World) -> None:
    bring(tmp_path, cast, 100, 50)
    publish(cast, 40, 30)

    assert bring(tmp_path, cast, 150, version="pergeseran", month=2).codes() == ["V-05.dropped"]
    assert bring(tmp_path, cast, 40, 110, version="pergeseran", month=2)["errors"] == []


def test_the_exceptions_have_a_heading_of_their_own(tmp_path: Path, cast: World) -> None:
    bring(tmp_path, cast, 100)
    publish(cast, 40)
    file = csv_file(
        tmp_path, f"sub_activity_code,account_code,fund_source,ceiling\n{CODE},5.1.02.01.001.00024,PAD,1\n"
    )

    text, code = said(
        "import_plan",
        file,
        "--year",
        2026,
        "--unit",
        cast.agency.code,
        "--version",
        "perubahan",
        "--effective-month",
        2,
    )

    assert code == 1
    assert "Realised money exceeds the new ceiling (1)\n  row 2, ceiling: " in text


def test_the_same_plan_again_is_no_error_when_reports_were_published_since(
    tmp_path: Path, cast: World
) -> None:
    bring(tmp_path, cast, 100)
    publish(cast, 40)
    before = stored()

    assert bring(tmp_path, cast, 100)["summary"]["changed"] is False
    assert stored() == before


@pytest.mark.parametrize(("ceiling", "kept", "notes"), [(120, 12, []), (130, 0, ["import.cash_dropped"])])
def test_a_cash_plan_is_kept_only_with_its_ceiling(
    tmp_path: Path, cast: World, ceiling: int, kept: int, notes: list[str]
) -> None:
    columns = ",".join(["sub_activity_code", "ceiling", *(f"cash_{month:02}" for month in range(1, 13))])
    import_plan(csv_file(tmp_path, f"{columns}\n{CODE},120" + ",10" * 12 + "\n"))

    answer = import_plan(
        csv_file(tmp_path, f"sub_activity_code,ceiling\n{CODE},{ceiling}\n"),
        "--version",
        "pergeseran",
        "--effective-month",
        5,
    )

    assert answer["errors"] == []
    assert MonthlyPlan.objects.filter(item_version__version__kind="pergeseran").count() == kept
    assert answer.codes("notes") == notes
