"""Files of a treasury, made by the tests, and what becomes of them."""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from registry.models import BudgetItem, BudgetLine
from submissions.models import Payment
from submissions.payment_reading import Choices, recognise, says_cumulative
from submissions.payment_scope import Scope, scope_of
from submissions.payments import Applied, File, bring_in, look_at
from tests.cast import World

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
HEADING = "Nomor SP2D;Tanggal SP2D;Kode Sub Kegiatan;Kode Rekening;Sumber Dana;Nilai SP2D"
TO_DATE = "Kode Sub Kegiatan;Kode Rekening;Bulan;Realisasi s/d Bulan Ini"
ROAD = "1.03.10.2.01.0051"
FIRST, SECOND = "5.1.02.01.001.00001", "5.1.02.01.001.00002"


def csv(*rows: str, heading: str = HEADING, name: str = "sp2d.csv") -> File:
    """A CSV file as a treasury exports it."""
    return File("\r\n".join([heading, *rows, ""]).encode(), name)


def xlsx(rows: Sequence[Sequence[Any]], name: str = "sp2d.xlsx") -> File:
    """A workbook with one sheet of those rows."""
    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("SP2D")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return File(held.getvalue(), name)


def paid(
    number: str, day: str, amount: str, account: str = FIRST, fund: str = "PAD", item: str = ROAD
) -> str:
    """One row of a register."""
    return f"{number};{day};{item};{account};{fund};{amount}"


def choices(file: File, **changed: Any) -> Choices:
    """As the headings say, with what a person chose instead."""
    columns = recognise(file.table.columns)
    said = {"columns": columns, "cumulative": says_cumulative(columns.get("amount", "")), **changed}
    return Choices(**said)


def scope(cast: World, who: str = "ani") -> Scope:
    """What somebody may bring in at Ani's agency."""
    found = scope_of(cast.people[who], cast.agency.code, "2026")
    assert found is not None
    return found


def bring(cast: World, file: File, who: str = "ani", *, fill: bool = False, **changed: Any) -> Applied:
    """Somebody brings a file in."""
    return bring_in(
        actor=cast.people[who], file=file, scope=scope(cast, who), choices=choices(file, **changed), fill=fill
    )


def look(cast: World, file: File, who: str = "ani", **changed: Any) -> list[tuple[str, int | None]]:
    """(code, row) of each error that somebody would be told."""
    found = look_at(file=file, scope=scope(cast, who), choices=choices(file, **changed))
    return [(one.code, one.row) for one in found.errors]


def stored() -> list[tuple[str, int, str, Decimal]]:
    """(account, month, number, amount) of every payment."""
    rows = Payment.objects.order_by("line__account_code", "month", "number", "pk")
    return list(rows.values_list("line__account_code", "month", "number", "amount"))


def line(item: BudgetItem, fund: str, account: str = FIRST) -> BudgetLine:
    """One more line of a sub-activity."""
    return BudgetLine.objects.create(
        item=item, account_code=account, account_name="Belanja", fund_source=fund
    )
