"""Budgets as other systems export them (SIPD and its kin, domain.md 1.2, 2.1), brought into the form that `import_plan` reads.

Such a file has all units in one table, columns under its own headings, one row for each thing that is bought, codes padded with
spaces or followed by the name. Which of its columns means what is a mapping: recognised by its headings, or saved under a name.
Row numbers stay those of the file, so that every error can be found in it. Nothing here asks the database.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from registry.imports.columns import Unclear, money
from registry.imports.plan_rows import CASH, CEILINGS, OF_ITEM, PHYSICAL, LineKey
from registry.imports.plan_store import VersionState
from registry.imports.problems import Problem, Problems, in_words
from registry.models import BudgetLine
from registry.reading import Cell, Row, Table
from registry.rules import account_key
from wording.numbers import NumberRefused, quantity

PLAN, CASH_PLAN = "plan", "cash"
MONTHS = (
    ("januari", "jan"), ("februari", "feb"), ("maret", "mar"), ("april", "apr"), ("mei", "may"), ("juni", "jun"),
    ("juli", "jul"), ("agustus", "agt", "ags", "aug"), ("september", "sep", "sept"), ("oktober", "okt", "oct"),
    ("november", "nov", "nop"), ("desember", "des", "dec"),
)  # fmt: skip
# How exports head their columns; letters and digits only, the likeliest first.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "unit_code": (
        "kodesubskpd", "kodesubunit", "kdsubunit", "kodeunitskpd", "kodeunit", "kdunit", "kodeunitkerja", "kodeskpd",
        "kdskpd", "kodeopd", "unitcode", "ddocode", "costcentre",
    ),
    "sub_activity_code": (
        "kodesubkegiatan", "kdsubkegiatan", "kodesubkeg", "kdsubkeg", "subkegiatan", "subactivitycode", "projectcode",
    ),
    "sub_activity_name": (
        "namasubkegiatan", "nmsubkegiatan", "uraiansubkegiatan", "subactivityname", "projectname",
    ),
    "account_code": (
        "koderekening", "kdrekening", "kodeakun", "kodebelanja", "rekening", "accountcode", "objecthead", "objectcode",
    ),
    "account_name": (
        "namarekening", "nmrekening", "namaakun", "uraianakun", "namabelanja", "accountname", "objectname",
    ),
    "fund_source": (
        "namasumberdana", "sumberdana", "sumberpendanaan", "kodesumberdana", "fundsource", "fund",
    ),
    "ceiling": (
        "pagu", "pagudpa", "nilaipagu", "anggaran", "nilaianggaran", "nilairincian", "totalharga", "jumlahanggaran",
        "ceiling", "allocation", "budget",
    ),
    "output_indicator": ("indikatorkeluaran", "indikatorsubkegiatan", "tolakukurkeluaran", "outputindicator"),
    "output_target": ("targetkeluaran", "targetsubkegiatan", "outputtarget"),
    "output_unit": ("satuankeluaran", "satuansubkegiatan", "outputunit"),
    **{
        column: (*names, f"bulan{names[0]}", f"bulan{number}", f"bulan{number:02}", f"b{number:02}", f"cash{number:02}")
        for number, (column, names) in enumerate(zip(CASH, MONTHS, strict=True), 1)
    },
}  # fmt: skip
# Columns of our own form are known by their own names, beside those of others.
OWN = (*CEILINGS.values(), "physical_mode", *PHYSICAL, "officer_nip", "verifier_nip")
FIELDS = {
    PLAN: tuple(name for name in HEADINGS if name not in CASH),
    CASH_PLAN: ("unit_code", "sub_activity_code", *CASH),
}
NEEDED = {
    PLAN: ("unit_code", "sub_activity_code"),
    CASH_PLAN: FIELDS[CASH_PLAN],
}  # the import says what else is
_PLAIN = re.compile(r"[^a-z0-9]+")
_CODE_AND_NAME = re.compile(r"([0-9Xx][0-9Xx.]*\.[0-9]+)[\s:–-]+(\S.*)")
_TOTAL = re.compile(r"(?:sub\s*|grand\s*)?(?:total|jumlah)\b", re.IGNORECASE)


@dataclass(slots=True)
class Part:
    """What a file says of one unit, in our form."""

    code: str
    first_row: int
    rows: list[Row] = field(default_factory=list)


def recognised(headings: Sequence[str], kind: str) -> dict[str, str]:
    """Our columns -> headings of the file, as far as its headings say so by themselves."""
    plain = {_PLAIN.sub("", heading.lower()): heading for heading in reversed(headings)}
    own = (*OWN, *CASH) if kind == PLAN else ()
    found: dict[str, str] = {}
    for name in (*FIELDS[kind], *own):
        known = (*HEADINGS.get(name, ()), name.replace("_", ""))
        heading = next((plain[each] for each in known if each in plain), None)
        if heading is not None and heading not in found.values():
            found[name] = heading
    return found


def adapted(
    table: Table, kind: str, columns: Mapping[str, str], unit: str, locale: str, problems: Problems
) -> list[Part]:
    """The parts of a file by unit, in the order of the file; rows of the same line are added up.

    `columns`: ours -> heading. `unit`: whose the file is, where it has no column for it. What is missing goes to `problems`.
    """
    places = _places(table, kind, columns, unit, problems)
    if problems:
        return []
    parts: dict[str, Part] = {}
    for row in table.rows:
        cells = {name: row.cells[column] for name, column in places.items()}
        if _is_total(cells):
            continue
        told = _tidied(cells)
        code = str(told.pop("unit_code", "") or unit)
        part = parts.setdefault(code, Part(code, row.number))
        part.rows.append(Row(row.number, told, row.extra))
    amounts = [name for name in ("ceiling", *CEILINGS.values(), *CASH) if name in places]
    for part in parts.values():
        part.rows = _added_up(part.rows, amounts, locale)
    return list(parts.values())


def as_plan(part: Part) -> Table:
    """One unit's part as a plan that `import_plan` reads."""
    columns = list(part.rows[0].cells)
    return Table(columns, columns, part.rows, [])


def with_cash(
    part: Part,
    state: VersionState,
    lines: Mapping[tuple[str, LineKey], BudgetLine],
    locale: str,
    problems: Problems,
) -> Table:
    """The stored plan of a unit (`state`: the version that is meant) with the months of cash that the file says; what it does
    not name stays as it is."""
    told: dict[str, Row] = {}
    # Several rows of one sub-activity are left where one of them cannot be read: that one is to be heard of.
    for row in part.rows:
        code = str(row.cells["sub_activity_code"])
        if code not in told or _sums(row, row, CASH, locale) is None:
            told[code] = row
    for code, row in told.items():
        if code not in state:
            problems.add(
                "import.item_unknown", row.number, "sub_activity_code", code, value=code, unit=part.code
            )
    rows = []
    for code, item in state.items():
        months = _cash(told.get(code), item.cash, locale)
        for key, ceiling in item.lines.items():
            line = lines[code, key]
            cells: dict[str, Cell] = {
                "sub_activity_code": code, "account_code": line.account_code, "fund_source": line.fund_source,
                "ceiling": quantity(ceiling, locale), **months,
            }  # fmt: skip
            rows.append(Row(told[code].number if code in told else part.first_row, cells))
            months = dict.fromkeys(CASH, "")  # said once for the whole sub-activity
    columns = ["sub_activity_code", "account_code", "fund_source", "ceiling", *CASH]
    return Table(columns, columns, rows, [])


def in_the_files_words(problem: Problem, columns: Mapping[str, str]) -> Problem:
    """A problem under the heading that its reader sees in his file."""
    return Problem(
        problem.code, problem.params, problem.row, columns.get(problem.column, problem.column), problem.value
    )


def _places(
    table: Table, kind: str, columns: Mapping[str, str], unit: str, problems: Problems
) -> dict[str, str]:
    """Our columns -> names of the table's columns; what must be there and is not is a problem."""
    by_heading = dict(zip(table.headings, table.columns, strict=True))
    for name, heading in columns.items():
        if name not in HEADINGS and name not in OWN:
            problems.add("import.mapping_column", None, name, heading, column=name, known=in_words(HEADINGS))
        elif heading not in by_heading:
            problems.add(
                "import.mapping_heading", None, name, heading, column=name, heading=heading,
                found=in_words(table.headings),
            )  # fmt: skip
    places = {name: by_heading[heading] for name, heading in columns.items() if heading in by_heading}
    if unit and "unit_code" in places:
        del places["unit_code"]
    for name in NEEDED[kind]:
        if name not in columns and not (name == "unit_code" and unit):
            problems.add("import.mapping_missing", None, name, column=name, found=in_words(table.headings))
    return places


def _is_total(cells: Mapping[str, Cell]) -> bool:
    """Exports end with a line of sums, which has words where a code should be."""
    texts = [value for value in cells.values() if isinstance(value, str) and value]
    return not cells.get("sub_activity_code") and any(_TOTAL.match(text) for text in texts)


def _tidied(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """Codes without the spaces they are padded with; a name that follows its code goes where names are."""
    told = dict(cells)
    for code, name in (
        ("sub_activity_code", "sub_activity_name"),
        ("account_code", "account_name"),
        ("unit_code", ""),
    ):
        value = told.get(code)
        if not isinstance(value, str):
            continue
        both = _CODE_AND_NAME.fullmatch(value)
        if both:
            told[code] = both[1]
            if name and not told.get(name):
                told[name] = both[2]
        else:
            told[code] = re.sub(r"\s*\.\s*", ".", value)
    return told


def _added_up(rows: Sequence[Row], amounts: Sequence[str], locale: str) -> list[Row]:
    """Rows of one line as one row with the first one's number. An amount that cannot be read, and what contradicts the first,
    keeps its row to itself: the import says what is wrong with it."""
    kept: list[Row] = []
    lines: dict[tuple[object, ...], Row] = {}
    for row in rows:
        key = tuple(
            account_key(str(row.cells.get(name, ""))) if name == "account_code" else row.cells.get(name, "")
            for name in ("sub_activity_code", "account_code", "fund_source")
        )
        earlier = lines.get(key)
        sums = _sums(earlier, row, amounts, locale) if earlier and _agree(earlier, row) else None
        if earlier is None or sums is None:
            lines.setdefault(key, row)
            kept.append(row)
        else:
            earlier.cells.update(
                {name: value for name, value in row.cells.items() if earlier.cells[name] == ""} | sums
            )
    return kept


def _agree(earlier: Row, row: Row) -> bool:
    """Whether both say the same of their sub-activity, or one of them nothing."""
    said = [(earlier.cells.get(name, ""), row.cells.get(name, "")) for name in OF_ITEM]
    return all("" in both or both[0] == both[1] for both in said)


def _sums(earlier: Row, row: Row, amounts: Sequence[str], locale: str) -> dict[str, Cell] | None:
    try:
        return {
            name: quantity(_value(earlier.cells[name], locale) + _value(row.cells[name], locale), locale)
            for name in amounts
            if earlier.cells[name] != "" or row.cells[name] != ""
        }
    except (NumberRefused, Unclear):
        return None


def _value(cell: Cell, locale: str) -> Decimal:
    return Decimal(0) if cell == "" else money(cell, locale)


def _cash(row: Row | None, stored: Sequence[Decimal] | None, locale: str) -> dict[str, Cell]:
    if row is not None:
        return {name: row.cells[name] for name in CASH}
    return (
        {name: quantity(value, locale) for name, value in zip(CASH, stored, strict=True)}
        if stored
        else dict.fromkeys(CASH, "")
    )
