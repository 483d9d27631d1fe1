"""A treasury's file of payments as rows: which column means what, which month a row belongs to, what it says.

Nothing here asks the database. A row is as the file has it; where its money belongs is decided by
`submissions.payment_places`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from registry.imports.columns import Column, Record, amount, money, take, text
from registry.imports.problems import Problem, Problems, in_words
from registry.models import FiscalYear
from registry.reading import Cell, Row, Table
from submissions.models import PaymentKind
from submissions.payment_dates import day, fiscal_month, month_of

FIELDS = ("unit", "sub_activity", "account", "fund", "number", "date", "month", "type", "amount", "physical")
LONGEST_NUMBER = 80
ZERO = Decimal(0)
# How exports of SIPD and regional treasuries head their columns; letters and digits only, the likeliest first.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "unit": (
        "kodesubunit", "kodesubskpd", "kdsubunit", "kodeunitskpd", "kodeunit", "kdunit", "kodeunitkerja", "kodeskpd",
        "kdskpd", "kodeopd", "unitcode",
    ),
    "sub_activity": (
        "kodesubkegiatan", "kdsubkegiatan", "kodesubkeg", "kdsubkeg", "subkegiatan", "subactivitycode", "subactivity",
    ),
    "account": (
        "koderekening", "kdrekening", "koderekeningbelanja", "kodeakun", "kodebelanja", "rekeningbelanja", "rekening",
        "accountcode", "account", "objecthead", "objectcode",
    ),
    "fund": ("sumberdana", "namasumberdana", "sumberpendanaan", "kodesumberdana", "fundsource", "fund"),
    "number": (
        "nomorsp2d", "nosp2d", "nomorspj", "nospj", "nomortbp", "nomordokumen", "nodokumen", "nomorbukti", "nobukti",
        "documentno", "voucherno", "number",
    ),
    "date": (
        "tanggalsp2d", "tglsp2d", "tanggalspj", "tglspj", "tanggalpencairan", "tglpencairan", "tanggalcair",
        "tanggaldokumen", "tanggalbukti", "tglbukti", "tanggal", "tgl", "paidon", "paymentdate", "date",
    ),
    "month": ("bulan", "bulanrealisasi", "periode", "month"),
    "type": ("jenissp2d", "jenisspm", "jenisspj", "jenisspp", "jenistransaksi", "jenispembayaran", "jenis", "type"),
    "amount": (
        "nilaisp2d", "nilaibruto", "nilaikotor", "jumlahkotor", "bruto", "nilaispj", "nilairealisasi", "jumlahrealisasi",
        "nilairekening", "realisasi", "nilai", "jumlah", "nominal", "amount",
        "realisasisdbulanini", "realisasisampaidenganbulanini", "sdbulanini", "realisasikumulatif", "kumulatif",
        "cumulative", "cumulativeamount",
    ),
    "physical": ("realisasifisik", "progresfisik", "fisiksdbulanini", "fisikkumulatif", "fisik", "physical"),
}  # fmt: skip
TO_DATE = frozenset(HEADINGS["amount"][-7:])
# Advances leave the treasury before anything is bought; they count when they are accounted for (domain.md 1.1).
ADVANCES, DIRECT = frozenset({"UP", "GU", "TU", "GUP", "TUP"}), frozenset({"LS", "LANGSUNG"})
KNOWN_TYPES = ("LS", "UP", "GU", "TU")
_TOTAL = re.compile(r"(?:sub\s*|grand\s*)?(?:total|jumlah)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choices:
    """How a file is to be read. `columns`: field -> column; `of_month`: the fiscal month of all rows, when it is one;
    `numbers`: the language in which texts are written as numbers, id or en."""

    columns: Mapping[str, str]
    kind: str = PaymentKind.SP2D.value
    cumulative: bool = False
    of_month: int | None = None
    numbers: str = "id"

    def missing(self) -> list[str]:
        """Fields without which no row can be placed."""
        chosen = {name for name in FIELDS if self.columns.get(name)}
        found = [] if "amount" in chosen else ["amount"]
        found += [] if chosen & {"sub_activity", "account"} else ["sub_activity"]
        return found + ([] if chosen & {"date", "month"} or self.of_month else ["date"])

    def as_json(self) -> dict[str, Any]:
        """What a saved mapping and an import keep of it."""
        return {"fields": dict(self.columns), "cumulative": self.cumulative, "numbers": self.numbers}


@dataclass(frozen=True, slots=True)
class PaidRow:
    """One row of the file: codes as written, the fiscal month, money in the government's currency, cumulative points."""

    row: int
    unit: str
    sub_activity: str
    account: str
    fund: str
    number: str
    paid_on: date | None
    month: int
    amount: Decimal
    physical: Decimal | None = None

    @property
    def said(self) -> tuple[object, ...]:
        """What makes two rows the same payment written twice."""
        codes = (self.unit, self.sub_activity, self.account, self.fund)
        return *codes, self.number, self.paid_on, self.month, self.amount, self.physical


@dataclass(slots=True)
class Left:
    """Rows that do not count here, by reason (a code of `wording.payment_sentences`): how many, and their sum."""

    count: dict[str, int] = field(default_factory=dict)
    total: dict[str, Decimal] = field(default_factory=dict)

    def out(self, reason: str, amount: Decimal = ZERO) -> None:
        """One more row that is left out."""
        self.count[reason] = self.count.get(reason, 0) + 1
        self.total[reason] = self.total.get(reason, ZERO) + amount

    def notes(self) -> list[Problem]:
        """What to say of them."""
        return [
            Problem(reason, {"count": count, "total_rp": f"{self.total[reason]:f}"})
            for reason, count in self.count.items()
        ]


def recognise(columns: Sequence[str]) -> dict[str, str]:
    """Which column means what, by its heading; a column means one thing."""
    plain = {_plain(name): name for name in reversed(columns)}
    found: dict[str, str] = {}
    for name in FIELDS:
        match = next(
            (plain[one] for one in HEADINGS[name] if plain.get(one, "") not in ("", *found.values())), ""
        )
        if match:
            found[name] = match
    return found


def says_cumulative(column: str) -> bool:
    """Whether a heading says that its amounts are to date."""
    return _plain(column) in TO_DATE


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower()).removesuffix("rp").removesuffix("idr")


def read_rows(
    table: Table, choices: Choices, year: FiscalYear, problems: Problems
) -> tuple[list[PaidRow], Left]:
    """The rows that count, and those left out; what cannot be read goes to `problems`, by row."""
    here = {name: column for name in FIELDS if (column := choices.columns.get(name, "")) in table.columns}
    reader = _Reader(here, choices, year, problems)
    if reader.misses(table):
        return [], reader.left
    rows = [row for row in table.rows if not reader.is_total(row)]
    columns = [Column(column, READERS[name]) for name, column in here.items()]
    body = Table(table.columns, table.headings, rows, table.notes, table.separator)
    found: list[PaidRow] = []
    first: dict[tuple[object, ...], int] = {}
    for cells, record in zip(rows, take(body, columns, choices.numbers, problems), strict=True):
        row = reader.row(cells, record)
        if row is None:
            continue
        if first.setdefault(row.said, row.row) != row.row:
            problems.add("payments.twice", row.row, here["amount"], row.amount, other_row=first[row.said])
            continue
        found.append(row)
    return found, reader.left


@dataclass(slots=True)
class _Reader:
    here: Mapping[str, str]  # field -> column that the file has
    choices: Choices
    year: FiscalYear
    problems: Problems
    left: Left = field(default_factory=Left)

    def misses(self, table: Table) -> bool:
        """Whether a column is missing, or means two things."""
        chosen = list(self.here.values())
        for column in sorted({one for one in chosen if chosen.count(one) > 1}):
            self.problems.add("payments.column_twice", None, column, column=column)
        for name in replace(self.choices, columns=self.here).missing():
            self.problems.add(f"payments.needs_{name}", None, name, found=in_words(table.headings[:40]))
        return bool(self.problems)

    def is_total(self, row: Row) -> bool:
        """The line of sums below a table: no code, no number, and the word for it."""
        named = [
            row.cells[self.here[name]] for name in ("sub_activity", "account", "number") if name in self.here
        ]
        words = [cell for cell in row.cells.values() if isinstance(cell, str)]
        if any(cell != "" and not _TOTAL.match(str(cell)) for cell in named) or not any(
            map(_TOTAL.match, words)
        ):
            return False
        self.left.out("payments.totals")
        return True

    def row(self, cells: Row, record: Record) -> PaidRow | None:
        """One row; None when something of it is missing or could not be read."""
        said = {name: record[column] for name, column in self.here.items()}
        if said["amount"] is None:
            self._required(cells, "amount")
            return None
        if self._left_out(record, said):
            return None
        codes = [name for name in ("sub_activity", "account") if name in self.here]
        if not any(said[name] for name in codes):
            self._required(cells, codes[0])
            return None
        month = self._month(cells, said)
        if month is None:
            return None
        texts = {name: said.get(name) or "" for name in ("unit", "sub_activity", "account", "fund", "number")}
        if self.choices.cumulative:
            texts["number"] = ""
        return PaidRow(
            record.row, **texts, paid_on=said.get("date"), month=month, amount=said["amount"],
            physical=said.get("physical"),
        )  # fmt: skip

    def _required(self, cells: Row, name: str) -> None:
        """An empty cell is told here; one that could not be read has been told already."""
        column = self.here[name]
        if cells.cells[column] == "":
            self.problems.add("import.required", cells.number, column, column=column)

    def _month(self, cells: Row, said: Mapping[str, Any]) -> int | None:
        """The fiscal month: of the file, else of the row's month, else of its date by the government's calendar."""
        if self.choices.of_month:
            return self.choices.of_month
        year = self.year
        limits = {
            "year": year.label, "from_on": year.start_date.isoformat(), "to_on": year.end_date.isoformat(),
        }  # fmt: skip
        if written := said.get("month"):
            month = fiscal_month(written[0], written[1], year)
            if month is None:
                column = self.here["month"]
                value = str(cells.cells[column])
                self.problems.add(
                    "payments.month_outside", cells.number, column, value, value=value, **limits
                )
            return month
        if paid_on := said.get("date"):
            if year.start_date <= paid_on <= year.end_date:
                return fiscal_month(paid_on.year, paid_on.month, year)
            value = paid_on.isoformat()
            self.problems.add(
                "payments.day_outside", cells.number, self.here["date"], value, paid_on=value, **limits
            )
            return None
        self._required(cells, "month" if "month" in self.here else "date")
        return None

    def _left_out(self, record: Record, said: Mapping[str, Any]) -> bool:
        """LS is realised when it is disbursed, advances when they are accounted for: each counts once (domain.md 1.1)."""
        written = said.get("type")
        if not written:
            return False
        words = set(re.findall(r"[A-Z0-9]+", written.upper()))
        direct = bool(words & DIRECT)
        if not direct and not words & ADVANCES:
            known = in_words(KNOWN_TYPES)
            column = self.here["type"]
            self.problems.add("import.choice", record.row, column, written, value=written, known=known)
            return True
        if direct == (self.choices.kind == PaymentKind.SP2D):
            return False
        self.left.out("payments.direct" if direct else "payments.advances", said["amount"])
        return True


# --- Cells -----------------------------------------------------------------------------------------------


def _code(cell: Cell, locale: str) -> str:
    """The code at the beginning of a cell: exports like to write its name behind it."""
    return text(400)(cell, locale).strip("[]() ").split(" ")[0].strip("[]()")


def _sum(cell: Cell, locale: str) -> Decimal:
    """An amount; a lone dash is how tables write nothing."""
    return ZERO if isinstance(cell, str) and cell in ("-", "–", "—") else money(cell, locale)


def _points(cell: Cell, locale: str) -> Decimal:
    return amount(cell.removesuffix("%").rstrip() if isinstance(cell, str) else cell, locale)


READERS: Mapping[str, Callable[[Cell, str], Any]] = {
    "unit": _code,
    "sub_activity": _code,
    "account": _code,
    "fund": text(80),
    "number": text(LONGEST_NUMBER),
    "date": day,
    "month": month_of,
    "type": text(80),
    "amount": _sum,
    "physical": _points,
}
