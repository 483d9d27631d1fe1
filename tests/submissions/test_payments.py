"""Payments of the treasury: what a row means, where it belongs, what is new, and that nothing entered ever changes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.recording import recorded
from registry.models import BudgetItem, Unit
from submissions.models import Payment, PaymentImport, ReportLine
from submissions.payments import bring_in
from submissions.services import save_entries
from tests.cast import World
from tests.submissions.treasury import (
    FIRST,
    HEADING,
    ROAD,
    SECOND,
    TO_DATE,
    bring,
    choices,
    csv,
    line,
    look,
    paid,
    scope,
    stored,
    xlsx,
)

MILLION = 1_000_000


@pytest.fixture
def road(cast: World) -> BudgetItem:
    """One sub-activity of two lines, 100 million each."""
    return cast.item(ceilings=(100 * MILLION, 100 * MILLION))


def cells(month: int) -> dict[str, Decimal | None]:
    """What stands in a month's money cells, by account."""
    rows = ReportLine.objects.filter(report__period__month=month)
    return dict(rows.values_list("line__account_code", "realized"))


def test_a_register_is_stored_by_line_month_and_number(cast: World, road: BudgetItem) -> None:
    file = csv(
        paid("001/LS", "15/01/2026", "1.250.000,00"),
        paid("002/LS", "20/01/2026", "Rp 2.000.000"),
        paid("002/LS", "20/01/2026", "500.000", SECOND),
        paid("003/LS", "05/02/2026", "(250.000,00)"),
    )

    done = bring(cast, file)

    assert stored() == [
        (FIRST, 1, "001/LS", Decimal(1_250_000)),
        (FIRST, 1, "002/LS", Decimal(2_000_000)),
        (FIRST, 2, "003/LS", Decimal(-250_000)),
        (SECOND, 1, "002/LS", Decimal(500_000)),
    ]
    assert done.stored and (done.stored.rows, done.stored.person) == (4, cast.ani)
    assert (done.stored.sha256, done.stored.name, done.stored.kind) == (file.sha256, "sp2d.csv", "SP2D")
    assert Payment.objects.get(number="001/LS").paid_on == date(2026, 1, 15)


@pytest.mark.parametrize("account", ["5.1.02.01.001.00001", "5.1.02.01.01.0001", "5.1.2.1.1.1"])
def test_an_account_is_known_in_every_width(cast: World, road: BudgetItem, account: str) -> None:
    bring(cast, csv(paid("1", "15/01/2026", "5", account)))

    assert stored() == [(FIRST, 1, "1", Decimal(5))]


def test_a_full_reference_carries_the_sub_activity_in_front(cast: World, road: BudgetItem) -> None:
    heading = "No SP2D;Tgl SP2D;Kode Rekening;Nilai"
    file = csv(f"1;15/01/2026;{ROAD}.{SECOND} Belanja Alat;5", heading=heading)

    bring(cast, file)

    assert stored() == [(SECOND, 1, "1", Decimal(5))]


def test_a_workbook_says_the_same_as_a_text(cast: World, road: BudgetItem) -> None:
    heading = [
        "Nomor SP2D",
        "Tanggal SP2D",
        "Kode Sub Kegiatan",
        "Kode Rekening",
        "Sumber Dana",
        "Nilai SP2D",
    ]
    bring(cast, xlsx([heading, ["1", date(2026, 1, 15), ROAD, FIRST, "PAD", 1250.5]]))

    assert stored() == [(FIRST, 1, "1", Decimal("1250.50"))]
    assert not bring(cast, csv(paid("1", "15/01/2026", "1.250,50"))).look.found.changes


def test_the_same_file_again_says_nothing_new(cast: World, road: BudgetItem) -> None:
    file = csv(paid("1", "15/01/2026", "5"), paid("2", "16/01/2026", "7"))
    bring(cast, file)

    again = bring(cast, file)

    assert again.stored is None
    assert (again.look.found.same, again.look.found.changes) == (2, [])
    assert PaymentImport.objects.count() == 1


def test_a_changed_amount_corrects_the_earlier_import(cast: World, road: BudgetItem) -> None:
    bring(cast, csv(paid("1", "15/01/2026", "5"), paid("2", "16/01/2026", "7")))

    done = bring(cast, csv(paid("1", "15/01/2026", "6"), paid("2", "16/01/2026", "7")))

    assert stored() == [(FIRST, 1, "1", Decimal(6)), (FIRST, 1, "2", Decimal(7))]
    assert (done.look.found.new, done.look.found.changed, done.look.found.same) == (0, 1, 1)
    payment = Payment.objects.get(number="1")
    assert payment.source == done.stored
    assert [(row.history_type, row.amount) for row in payment.history.all()] == [
        ("~", Decimal(6)),
        ("+", Decimal(5)),
    ]


def test_rows_of_one_number_on_one_line_are_added(cast: World, road: BudgetItem) -> None:
    bring(cast, csv(paid("1", "15/01/2026", "5"), paid("1", "15/01/2026", "7")))

    assert stored() == [(FIRST, 1, "1", Decimal(12))]


def test_a_row_that_stands_twice_is_named_with_both_places(cast: World, road: BudgetItem) -> None:
    file = csv(paid("1", "15/01/2026", "5"), paid("2", "15/01/2026", "5"), paid("1", "15/01/2026", "5"))

    done = bring(cast, file)

    assert [(one.code, one.row, one.params["other_row"]) for one in done.look.errors] == [
        ("payments.twice", 4, 2)
    ]
    assert stored() == []


def test_one_bad_row_and_nothing_of_the_file_is_stored(cast: World, road: BudgetItem) -> None:
    file = csv(paid("1", "15/01/2026", "5"), paid("2", "15/01/2026", "5", "5.1.02.99.001.00001"))

    done = bring(cast, file)

    (error,) = done.look.errors
    assert (error.code, error.row, error.column) == ("payments.account_unknown", 3, "kode_rekening")
    assert FIRST in error.sentence()
    assert (stored(), PaymentImport.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (paid("1", "15/01/2026", "5", item="1.03.10.2.01.0052"), "payments.item_suggest"),
        (paid("1", "15/01/2026", "5", item="9.99.10.2.01.0052"), "payments.item_unknown"),
        (paid("1", "15/01/2026", "5", fund="DAK"), "payments.fund_unknown"),
        (paid("1", "15/01/2025", "5"), "payments.day_outside"),
        (paid("1", "15/13/2026", "5"), "import.date"),
        (paid("1", "", "5"), "import.required"),
        (paid("1", "15/01/2026", ""), "import.required"),
        (paid("1", "15/01/2026", "lima"), "number.letters"),
        (paid("1", "15/01/2026", "5", "", item=""), "import.required"),
        (paid("1", "15/01/2026", "5", ""), "payments.several_accounts"),
        (paid("1" * 81, "15/01/2026", "5"), "import.too_long"),
    ],
)
def test_what_cannot_be_placed_is_named_by_row(cast: World, road: BudgetItem, row: str, code: str) -> None:
    assert look(cast, csv(row)) == [(code, 2)]


def test_an_account_of_several_fund_sources_asks_for_the_source(cast: World, road: BudgetItem) -> None:
    line(road, "DAK Fisik")

    assert look(cast, csv(paid("1", "15/01/2026", "5", fund=""))) == [("payments.several_funds", 2)]
    bring(cast, csv(paid("1", "15/01/2026", "5", fund="dak-fisik")))
    assert Payment.objects.get().line.fund_source == "DAK Fisik"


def test_one_code_at_several_units_asks_for_the_unit(cast: World, road: BudgetItem) -> None:
    with recorded(None):
        ward = Unit.objects.create(
            government=cast.government,
            parent=cast.agency,
            kind="UPTD",
            code="1.03.1.04.0.00.01.0001",
            name="UPTD",
        )
        cast.item(unit=ward)
    heading = f"Kode Sub SKPD;{HEADING}"

    assert look(cast, csv(paid("1", "15/01/2026", "5"))) == [("payments.several_units", 2)]
    bring(cast, csv(f"{ward.code};{paid('1', '15/01/2026', '5')}", heading=heading))
    assert Payment.objects.get().line.item.unit == ward


def test_sums_below_the_table_and_advances_do_not_count(cast: World, road: BudgetItem) -> None:
    heading = f"Jenis;{HEADING}"
    file = csv(
        "UP;0;02/01/2026;;;;50.000.000",
        f"LS;{paid('1', '15/01/2026', '5')}",
        f"GU Nihil;{paid('2', '15/01/2026', '9')}",
        ";JUMLAH;;;;;50.000.014",
        heading=heading,
    )

    done = bring(cast, file)

    assert stored() == [(FIRST, 1, "1", Decimal(5))]
    assert {note.code: note.params["count"] for note in done.look.notes} == {
        "payments.totals": 1,
        "payments.advances": 2,
    }


def test_in_an_account_of_spending_the_advances_count_and_direct_payments_do_not(
    cast: World, road: BudgetItem
) -> None:
    heading = f"Jenis;{HEADING}"
    file = csv(f"LS;{paid('1', '15/01/2026', '5')}", f"GU;{paid('2', '15/01/2026', '9')}", heading=heading)

    bring(cast, file, kind="SPJ")

    assert stored() == [(FIRST, 1, "2", Decimal(9))]
    assert look(cast, csv(f"XX;{paid('1', '15/01/2026', '5')}", heading=heading)) == [("import.choice", 2)]


def test_of_an_agency_s_register_only_ones_own_rows_are_taken(cast: World, road: BudgetItem) -> None:
    cast.item("1.03.10.2.01.0099", officer="")
    file = csv(paid("1", "15/01/2026", "5"), paid("2", "15/01/2026", "9", item="1.03.10.2.01.0099"))

    done = bring(cast, file)

    assert stored() == [(FIRST, 1, "1", Decimal(5))]
    assert [(note.code, note.params) for note in done.look.notes] == [
        ("payments.not_mine", {"count": 1, "total_rp": "9"})
    ]
    bring(cast, file, "citra")
    assert [number for _, _, number, _ in stored()] == ["1", "2"]


def test_rows_of_another_agency_are_left_out(cast: World, road: BudgetItem) -> None:
    file = csv(f"{cast.other_agency.code};{paid('1', '15/01/2026', '5')}", heading=f"Kode SKPD;{HEADING}")

    assert look(cast, file) == [("payments.nothing", None)]
    assert look(cast, csv(f"9.9;{paid('1', '15/01/2026', '5')}", heading=f"Kode SKPD;{HEADING}")) == [
        ("payments.unit_unknown", 2)
    ]


# --- Amounts to date -------------------------------------------------------------------------------------


def to_date(*rows: tuple[str, str], account: str = FIRST) -> Any:
    """A table of figures to date: (month, amount)."""
    return csv(
        *(f"{ROAD};{account};{month};{amount}" for month, amount in rows), heading=TO_DATE, name="rfk.csv"
    )


def test_figures_to_date_become_figures_of_the_month(cast: World, road: BudgetItem) -> None:
    bring(cast, to_date(("Januari", "100"), ("Februari", "250"), ("Maret", "240")))

    assert stored() == [
        (FIRST, 1, "", Decimal(100)),
        (FIRST, 2, "", Decimal(150)),
        (FIRST, 3, "", Decimal(-10)),
    ]


def test_the_next_month_is_differenced_against_earlier_imports(cast: World, road: BudgetItem) -> None:
    bring(cast, csv(paid("1", "15/01/2026", "60"), paid("2", "16/01/2026", "40")))

    bring(cast, to_date(("2", "250")))

    assert [amount for *_, amount in stored()] == [60, 40, 150]


def test_a_month_that_is_missing_in_between_is_refused_with_the_cure(cast: World, road: BudgetItem) -> None:
    bring(cast, to_date(("Januari", "100")))

    done = bring(cast, to_date(("Maret", "300")))

    (error,) = done.look.errors
    assert (error.code, error.row, error.params["missing_months"]) == ("payments.gap", 2, [2])
    assert "February" in error.sentence() or "Februari" in error.sentence()
    assert len(stored()) == 1


def test_an_earlier_month_that_changes_leaves_the_later_cumulative_as_it_was(
    cast: World, road: BudgetItem
) -> None:
    bring(cast, to_date(("Januari", "100"), ("Februari", "250")))

    bring(cast, to_date(("Januari", "120")))

    assert [amount for *_, amount in stored()] == [120, 130]


def test_single_payments_of_a_month_are_part_of_its_cumulative(cast: World, road: BudgetItem) -> None:
    bring(cast, to_date(("Januari", "100"), ("Februari", "250")))

    bring(cast, csv(paid("1", "15/02/2026", "30")))

    assert stored() == [
        (FIRST, 1, "", Decimal(100)),
        (FIRST, 2, "", Decimal(120)),
        (FIRST, 2, "1", Decimal(30)),
    ]
    assert not bring(cast, to_date(("Januari", "100"), ("Februari", "250"))).look.found.changes


def test_a_file_may_be_of_one_month_as_a_whole(cast: World, road: BudgetItem) -> None:
    file = csv(f"{ROAD};{FIRST};700", heading="Kode Sub Kegiatan;Kode Rekening;Realisasi")

    assert look(cast, file) == [("payments.needs_date", None)]
    bring(cast, file, of_month=1)
    assert stored() == [(FIRST, 1, "", Decimal(700))]


# --- Filling ---------------------------------------------------------------------------------------------


def test_empty_cells_are_filled_and_entered_ones_stay(cast: World, road: BudgetItem) -> None:
    (report,) = cast.open(1)
    save_entries(actor=cast.ani, entries=[cast.entry(report, 9, None, status="", increment=None)])

    done = bring(
        cast, csv(paid("1", "15/01/2026", "5"), paid("1", "15/01/2026", "7.500,50", SECOND)), fill=True
    )

    assert cells(1) == {FIRST: Decimal(9), SECOND: Decimal("7500.50")}
    assert (done.filled.cells, done.filled.reports, done.filled.refused) == (1, 1, ())


def test_nothing_is_filled_unless_asked(cast: World, road: BudgetItem) -> None:
    cast.open(1)

    bring(cast, csv(paid("1", "15/01/2026", "5")))

    assert cells(1) == {FIRST: None, SECOND: None}


def test_several_payments_fill_a_cell_with_their_sum_of_both_kinds(cast: World, road: BudgetItem) -> None:
    cast.open(1)
    bring(cast, csv(paid("9", "15/01/2026", "100")), kind="SPJ")

    bring(cast, csv(paid("1", "15/01/2026", "5"), paid("2", "16/01/2026", "7")), fill=True)

    assert cells(1)[FIRST] == 112


def test_a_negative_month_is_kept_and_leaves_its_cell_to_the_officer(cast: World, road: BudgetItem) -> None:
    cast.open(1)

    done = bring(cast, csv(paid("1", "15/01/2026", "-5"), paid("1", "15/01/2026", "7", SECOND)), fill=True)

    assert stored()[0] == (FIRST, 1, "1", Decimal(-5))
    assert cells(1) == {FIRST: None, SECOND: Decimal(7)}
    ((code, sentence),) = done.filled.refused
    assert code == ROAD and sentence


def test_a_month_that_is_closed_takes_payments_and_fills_nothing(cast: World, road: BudgetItem) -> None:
    (report,) = cast.open(1)
    cast.at("2026-03-25 09:00")

    done = bring(cast, csv(paid("1", "15/01/2026", "5")), fill=True)

    assert (len(stored()), done.filled.cells, cells(1)[FIRST]) == (1, 0, None)


def test_the_head_brings_payments_in_and_fills_nothing(cast: World, road: BudgetItem) -> None:
    cast.open(1)

    done = bring(cast, csv(paid("1", "15/01/2026", "5")), "citra", fill=True)

    assert (len(stored()), done.filled.cells, cells(1)[FIRST]) == (1, 0, None)


def test_a_preview_that_is_no_longer_true_stores_nothing(cast: World, road: BudgetItem) -> None:
    file = csv(paid("1", "15/01/2026", "5"), paid("2", "15/01/2026", "9"))
    bring(cast, csv(paid("1", "15/01/2026", "4")), "citra")

    done = bring_in(
        actor=cast.ani, file=file, scope=scope(cast), choices=choices(file), seen="of-another-day"
    )

    assert done.moved
    assert [amount for *_, amount in stored()] == [4]
