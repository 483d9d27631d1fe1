"""`import_payments`: the treasury's own files, all or nothing, large ones in a fixed number of statements, two at once."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from ledger.recording import recorded
from registry.models import BudgetItem, Unit
from submissions.models import Payment, PaymentImport, PaymentMapping
from submissions.payment_scope import Scope
from submissions.payments import File, bring_in, look_at
from tests.cast import World
from tests.registry.files import REAL_PLAN, SECTION, Answer, run, said, section_of_the_secretariat
from tests.registry.files import import_plan as bring_plan
from tests.submissions.treasury import FIRST, FIXTURES, ROAD, choices, csv, paid, stored
from tests.together import together
from wording.sentences import say

MILLION = 1_000_000
JANUARY = csv(paid("1", "15/01/2026", "0"))


def bring(file: File | Path, folder: Path, *more: object, kind: str = "SP2D", unit: str = "") -> Answer:
    path = file if isinstance(file, Path) else folder / file.name
    if isinstance(file, File):
        path.write_bytes(file.content)
    place = unit or "1.03.1.04.0.00.01.0000"
    return run("import_payments", path, "--year", 2026, "--unit", place, "--kind", kind, *more)


@pytest.fixture
def road(cast: World) -> BudgetItem:
    return cast.item(ceilings=(100 * MILLION, 100 * MILLION))


@pytest.fixture
def section(cast: World) -> Unit:
    """The economic section with its real plan."""
    unit = section_of_the_secretariat(cast)
    assert bring_plan(REAL_PLAN, "--effective-month", "pergeseran=5", unit=SECTION)["errors"] == []
    return unit


def by_month() -> dict[int, Decimal]:
    rows = Payment.objects.order_by("month").values_list("month").annotate(Sum("amount"))
    return dict(rows)


# --- The files of the treasury ----------------------------------------------------------------------------


def test_the_register_of_sp2d_of_a_whole_quarter(section: Unit, tmp_path: Path) -> None:
    answer = bring(FIXTURES / "sp2d_setda_perekonomian_2026.csv", tmp_path, unit=SECTION)

    assert (answer["errors"], answer.exit) == ([], 0)
    assert answer["summary"]["payments"] == {"new": 28, "changed": 0, "unchanged": 0}
    assert answer["summary"]["corrections"] == 1
    assert sum(by_month().values()) == Decimal(79_244_000 - 50_000_000)
    assert {
        note["code"]: note["params"]["count"] for note in answer["notes"] if "count" in note["params"]
    } == {
        "payments.totals": 1,
        "payments.advances": 1,
    }
    again = bring(FIXTURES / "sp2d_setda_perekonomian_2026.csv", tmp_path, unit=SECTION)
    assert again["summary"]["changed"] is False
    assert again["summary"]["payments"] == {"new": 0, "changed": 0, "unchanged": 28}


def test_the_workbook_of_spj_by_months_with_names(section: Unit, tmp_path: Path) -> None:
    answer = bring(FIXTURES / "spj_setda_perekonomian_2026.xlsx", tmp_path, kind="SPJ", unit=SECTION)

    assert (answer["errors"], answer["summary"]["payments"]["new"]) == ([], 18)
    assert sorted(by_month()) == [1, 2, 3]
    assert sum(by_month().values()) == Decimal(10_812_900)
    assert Payment.objects.get(number="001/SPJ-GU/SETDA/01/2026").paid_on == date(2026, 1, 20)


def test_the_table_of_figures_to_date(section: Unit, tmp_path: Path) -> None:
    file = FIXTURES / "rfk_setda_perekonomian_2026.csv"
    rows = [line.split(";") for line in file.read_text(encoding="utf-8-sig").splitlines()[1:]]
    reached = sum(
        Decimal(row[5].replace(".", "").replace(",", "."))
        for row in rows
        if row[4] == "Maret" and row[5] != "-"
    )

    answer = bring(file, tmp_path, unit=SECTION)

    assert (answer["errors"], answer["summary"]["payments"]["new"]) == ([], len(rows))
    assert sum(by_month().values()) == reached
    assert PaymentImport.objects.get().cumulative


def test_both_kinds_stand_side_by_side(section: Unit, tmp_path: Path) -> None:
    bring(FIXTURES / "sp2d_setda_perekonomian_2026.csv", tmp_path, unit=SECTION)
    bring(FIXTURES / "spj_setda_perekonomian_2026.xlsx", tmp_path, kind="SPJ", unit=SECTION)

    assert set(Payment.objects.values_list("kind", flat=True)) == {"SP2D", "SPJ"}
    assert sum(by_month().values()) == Decimal(29_244_000 + 10_812_900)


# --- What the command answers -----------------------------------------------------------------------------


def test_a_trial_writes_nothing(road: BudgetItem, tmp_path: Path) -> None:
    answer = bring(csv(paid("1", "15/01/2026", "5")), tmp_path, "--dry-run")

    assert (answer.exit, answer["summary"]["payments"]["new"], stored()) == (0, 1, [])


def test_problems_are_named_by_row_and_nothing_is_written(road: BudgetItem, tmp_path: Path) -> None:
    file = csv(paid("1", "15/01/2026", "5"), paid("2", "31/12/2025", "5"), paid("3", "15/01/2026", "x"))

    answer = bring(file, tmp_path)

    assert answer.exit == 1
    assert [(one["row"], one["column"], one["code"]) for one in answer["errors"]] == [
        (3, "tanggal_sp2d", "payments.day_outside"),
        (4, "nilai_sp2d", "number.letters"),
    ]
    assert (stored(), PaymentImport.objects.count()) == ([], 0)


def test_the_answer_in_words(road: BudgetItem, tmp_path: Path) -> None:
    path = tmp_path / "sp2d.csv"
    path.write_bytes(csv(paid("1", "15/01/2026", "5")).content)

    text, code = said(
        "import_payments", path, "--year", 2026, "--unit", "1.03.1.04.0.00.01.0000", "--kind", "SP2D"
    )

    assert code == 0
    assert "1 new, 0 changed, 0 unchanged" in text


def test_a_saved_mapping_reads_headings_that_nobody_knows(
    cast: World, road: BudgetItem, tmp_path: Path
) -> None:
    columns = {"number": "dok", "date": "hari", "sub_activity": "a", "account": "b", "amount": "keluar"}
    with recorded(None):
        saved = {
            "fields": columns,
            "cumulative": False,
            "numbers": "id",
            "headings": sorted(columns.values()),
        }
        PaymentMapping.objects.create(agency=cast.agency, name="Kas", columns=saved)
    file = csv(f"1;15/01/2026;{ROAD};{FIRST};1.000", heading="Dok;Hari;A;B;Keluar")

    assert sorted(bring(file, tmp_path).codes()) == [
        "payments.needs_amount", "payments.needs_date", "payments.needs_sub_activity",
    ]  # fmt: skip
    answer = bring(file, tmp_path, "--mapping", "Tidak ada")
    assert answer.only()["code"] == "payments.mapping_unknown"
    assert "Kas" in answer.only()["message"]
    assert bring(file, tmp_path, "--mapping", "Kas").exit == 0
    assert stored() == [(FIRST, 1, "1", Decimal(1000))]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--year", 2031, "--unit", "1.03.1.04.0.00.01.0000"), "import.year_unknown"),
        (("--year", 2026, "--unit", "9.99"), "import.unit_unknown"),
        (("--year", 2026, "--unit", "99.01"), "payments.unit_without_agency"),
        (("--year", 2026, "--unit", "1.03.1.04.0.00.01.0000", "--month", "13"), "payments.month_range"),
    ],
)
def test_what_the_command_refers_to_must_exist(
    cast: World, road: BudgetItem, tmp_path: Path, arguments: Any, code: str
) -> None:
    path = tmp_path / "sp2d.csv"
    path.write_bytes(csv(paid("1", "15/01/2026", "5")).content)

    text, exit_code = said("import_payments", path, "--kind", "SP2D", *arguments, "--json")

    assert (exit_code, [one["code"] for one in json.loads(text)["errors"]]) == (1, [code])


def test_a_file_that_is_not_there_is_named(road: BudgetItem, tmp_path: Path) -> None:
    assert bring(tmp_path / "tidak-ada.csv", tmp_path).codes() == ["import.file"]


def test_a_month_for_the_whole_file_and_figures_to_date_by_option(road: BudgetItem, tmp_path: Path) -> None:
    heading = "Kode Sub Kegiatan;Kode Rekening;Realisasi"
    for month, amount in ((1, "100"), (2, "250")):
        file = csv(f"{ROAD};{FIRST};{amount}", heading=heading)
        assert bring(file, tmp_path, "--month", month, "--cumulative").exit == 0

    assert [(month, amount) for _, month, _, amount in stored()] == [(1, Decimal(100)), (2, Decimal(150))]


def test_a_year_that_begins_in_july_counts_its_months_from_there(
    cast: World, road: BudgetItem, tmp_path: Path
) -> None:
    cast.year.start_date, cast.year.end_date = date(2025, 7, 1), date(2026, 6, 30)
    with recorded(None):
        cast.year.save()
    file = csv(paid("1", "15/07/2025", "5"), paid("2", "01/01/2026", "7"), paid("3", "30/06/2026", "9"))

    assert bring(file, tmp_path).exit == 0
    assert sorted(month for _, month, _, _ in stored()) == [1, 7, 12]


@pytest.mark.parametrize(
    ("written", "locale", "expected"),
    [
        ("2026-03-04", "en", 3),
        ("2026-03-04 10:20:30", "id", 3),
        ("04/03/2026", "id", 3),
        ("4-3-2026", "id", 3),
        ("25/03/2026", "en", 3),
        ("03/25/2026", "en", 3),
        ("03/04/2026", "en", None),
        ("4 Maret 2026", "id", 3),
        ("04 Mar 2026", "id", 3),
        ("4 March 2026", "en", 3),
        ("29/02/2026", "id", None),
        ("Maret", "id", None),
        ("46000", "id", None),
    ],
)
def test_days_are_read_as_they_are_written_or_refused(
    road: BudgetItem, tmp_path: Path, written: str, locale: str, expected: int | None
) -> None:
    answer = bring(csv(paid("1", written, "5")), tmp_path, "--locale", locale)

    assert [month for _, month, _, _ in stored()] == ([expected] if expected else [])
    assert answer.codes() == ([] if expected else ["import.date"])


@pytest.mark.parametrize(
    ("written", "expected"),
    [("3", 3), ("03", 3), ("Maret", 3), ("MAR", 3), ("March 2026", 3), ("2026-03", 3), ("03/2026", 3), ("13", None),
     ("0", None), ("Maret 2025", None), ("musim hujan", None)],
)  # fmt: skip
def test_months_are_read_as_they_are_written_or_refused(
    road: BudgetItem, tmp_path: Path, written: str, expected: int | None
) -> None:
    file = csv(f"{ROAD};{FIRST};{written};5", heading="Kode Sub Kegiatan;Kode Rekening;Bulan;Nilai")

    answer = bring(file, tmp_path)

    assert [month for _, month, _, _ in stored()] == ([expected] if expected else [])
    assert answer.exit == (0 if expected else 1)


# --- Physical progress to date ----------------------------------------------------------------------------


def progress(*rows: tuple[str, str]) -> File:
    lines = [f"{ROAD};{FIRST};{month};0;{points}" for month, points in rows]
    heading = "Kode Sub Kegiatan;Kode Rekening;Bulan;Realisasi s/d Bulan Ini;Fisik s/d Bulan Ini (%)"
    return csv(*lines, heading=heading, name="rfk.csv")


def filled(cast: World, file: File) -> Any:
    done = bring_in(actor=cast.ani, file=file, scope=whole(cast), choices=choices(file), fill=True)
    assert done.look.errors == []
    return done.filled


def increments(cast: World) -> list[Decimal | None]:
    return [cast.reports(month)[0].increment for month in (1, 2) if cast.reports(month)]


def test_progress_to_date_becomes_the_points_of_each_empty_month(cast: World, road: BudgetItem) -> None:
    cast.open(1)
    filled(cast, progress(("Januari", "10")))
    cast.at("2026-03-03 09:00")
    cast.open(2)

    filled(cast, progress(("Januari", "10"), ("Februari", "25,5%")))

    assert increments(cast) == [Decimal(10), Decimal("15.5")]


def test_progress_does_not_touch_what_was_entered(cast: World, road: BudgetItem) -> None:
    cast.entered(cast.open(1), 0, 0, increment=Decimal(4))

    filled(cast, progress(("Januari", "10")))

    assert increments(cast) == [Decimal(4)]


def test_progress_waits_for_an_earlier_month_that_is_empty(cast: World, road: BudgetItem) -> None:
    cast.open(1)
    bring_in(actor=cast.ani, file=JANUARY, scope=whole(cast), choices=choices(JANUARY))
    cast.at("2026-03-03 09:00")
    cast.open(2)

    answer = filled(cast, progress(("Februari", "25")))

    assert increments(cast) == [None, None]
    assert answer.refused == ((ROAD, say("payments.progress_gap")),)


def test_rows_of_one_month_have_to_agree_on_its_progress(road: BudgetItem, tmp_path: Path) -> None:
    assert bring(progress(("Januari", "10"), ("Januari", "12")), tmp_path).codes() == ["import.differs"]


# --- Large files, and two at once -------------------------------------------------------------------------


def many(cast: World, count: int, items: int) -> File:
    """A register of `count` rows over sub-activities of ten lines each."""
    with recorded(None):
        for number in range(items):
            cast.item(f"1.03.10.2.02.{number:04}", ceilings=(MILLION,) * 10)
    rows = (
        paid(str(n), f"{n % 27 + 1:02}/{n % 12 + 1:02}/2026", f"{n % 997 + 1}.000,25", f"5.1.02.01.01.{n % 10 + 1:04}",
             item=f"1.03.10.2.02.{n // 10 % items:04}")
        for n in range(count)
    )  # fmt: skip
    return csv(*rows)


def whole(cast: World) -> Scope:
    return Scope(cast.agency, cast.year, frozenset(BudgetItem.objects.values_list("pk", flat=True)))


def test_twenty_thousand_rows_take_as_many_statements_as_ten(
    cast: World, statements: Callable[[], Any]
) -> None:
    large = many(cast, 20_000, 40)
    small = csv(*large.content.decode().split("\r\n")[1:11])
    counts = []
    for file in (small, large):
        with statements() as seen:
            done = bring_in(actor=cast.ani, file=file, scope=whole(cast), choices=choices(file))
        assert done.stored, done.look.errors[:3]
        counts.append(len(seen))

    assert Payment.objects.count() == 20_000
    assert counts[0] == counts[1] <= 16, counts
    with statements() as seen:
        again = look_at(file=large, scope=whole(cast), choices=choices(large))
    assert (again.found.same, again.found.changes, len(seen)) == (20_000, [], 4)


def test_two_people_import_the_same_file_at_once(committed: None, cast: World) -> None:
    file = many(cast, 600, 4)
    people = iter([cast.ani, cast.citra, cast.ani, cast.citra])

    def act() -> bool:
        who = next(people)
        return bring_in(actor=who, file=file, scope=whole(cast), choices=choices(file)).stored is not None

    answers = together(4, act)

    assert sorted(answers) == [False, False, False, True]
    assert (Payment.objects.count(), PaymentImport.objects.count()) == (600, 1)
