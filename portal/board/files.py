"""The board as files: CSV, XLSX and JSON with the same columns, and a printed page. As filtered, all pages of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from approvals.printing import compile_pdf
from portal.board import shown
from portal.board.acting import BoardRefused
from portal.board.figures import TIERS, Cell, Row, Sum, Timeliness, covered, summed, timeliness
from portal.board.filters import Asked
from portal.board.selectors import Board
from portal.exports import ANSWERS, Column, points
from portal.selectors import Month
from wording.board_sentences import LEVELS
from wording.dates import moment
from wording.numbers import points as spoken

TALLEST = 400  # units on a printed board: about fifteen pages


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell as a row of a file."""

    row: Row
    month: Month
    cell: Cell


@dataclass(frozen=True, slots=True)
class Missing:
    """One unit on the list of missing reports (the gate of the next release): what is overdue, and who has it."""

    row: Row
    months: Sequence[Month]
    cells: Sequence[Cell]


CELLS: Sequence[Column] = (
    Column("unit_code", lambda one: one.row.code),
    Column("unit_name", lambda one: one.row.name),
    Column("month", lambda one: one.month.slug),
    Column("state", lambda one: one.cell.state),
    Column("entered_percent", lambda one: one.cell.counts.percent if one.cell.counts.required else None),
    Column("reports_required", lambda one: one.cell.counts.required),
    Column("reports_published", lambda one: one.cell.counts.published),
    Column("late_working_days", lambda one: one.cell.late),
    Column("overdue", lambda one: one.cell.overdue),
    Column("signature_due", lambda one: one.cell.times.sign_due if one.cell.times else None),
    Column("reopened_until", lambda one: one.cell.reopened_until),
    Column("last_letter", lambda one: LEVELS.get(one.cell.letter, "")),
    Column("ceiling", lambda one: one.cell.ceiling),
    Column("published_ceiling", lambda one: one.cell.published_ceiling),
    Column("coverage", lambda one: points(covered([one.cell]))),
    Column("updated_at", lambda one: one.cell.updated_at),
)


def _tier(name: str, what: str) -> Column:
    return Column(f"{name}_{what}", lambda row: points(getattr(row.tier(name), what)))


UNITS: Sequence[Column] = (
    Column("unit_code", lambda row: row.code),
    Column("unit_name", lambda row: row.name),
    _tier("publish", "graded"),
    _tier("publish", "binary"),
    *(_tier(name, what) for name in TIERS for what in ("graded", "binary")),
    _tier("verify", "hours"),
    _tier("sign", "hours"),
    Column("holder_office", lambda row: row.holder.office if row.holder else ""),
    Column("holder_unit", lambda row: row.holder.unit if row.holder else ""),
    Column("holder_person", lambda row: row.holder.person if row.holder else ""),
    Column("holder_days", lambda row: row.holder.days if row.holder else None),
    Column("updated_at", lambda row: row.updated_at),
)

RELEASE: Sequence[Column] = (
    Column("unit_code", lambda one: one.row.code),
    Column("unit_name", lambda one: one.row.name),
    Column("months_missing", lambda one: " ".join(month.slug for month in one.months)),
    Column("reports_missing", lambda one: sum(cell.counts.missing for cell in one.cells)),
    Column("reports_required", lambda one: sum(cell.counts.required for cell in one.cells)),
    Column("ceiling_missing", lambda one: max(cell.ceiling - cell.published_ceiling for cell in one.cells)),
    Column("late_working_days", lambda one: max(cell.late for cell in one.cells)),
    Column("last_letter", lambda one: LEVELS.get(max(cell.letter for cell in one.cells), "")),
    Column("holder_office", lambda one: one.row.holder.office if one.row.holder else ""),
    Column("holder_person", lambda one: one.row.holder.person if one.row.holder else ""),
)


def entries(look: Asked, rows: Sequence[Row]) -> list[Entry]:
    """Each unit in each month of the year, or in the month that was asked for."""
    months = [look.month] if look.month else list(look.months)
    return [Entry(row, month, row.cell(month.number)) for row in rows for month in months]


def missing(look: Asked, rows: Sequence[Row]) -> list[Missing]:
    """Units whose report of a month is overdue, up to the month that was asked for: their next release waits for it."""
    last = look.month.number if look.month else look.months[-1].number
    names = {month.number: month for month in look.months}
    found = []
    for row in rows:
        cells = [cell for cell in row.overdue if cell.month <= last]
        if cells:
            found.append(Missing(row, [names[cell.month] for cell in cells], cells))
    return found


def answer(kind: str, table: str, board: Board, look: Asked, rows: Sequence[Row]) -> HttpResponse | None:
    """The file that the address asks for; None for anything else. Raises BoardRefused for a page that would be too long."""
    tables: dict[str, tuple[Sequence[Column], Iterable[Any]]] = {
        "board": (CELLS, entries(look, rows)),
        "units": (UNITS, rows),
        "release": (RELEASE, missing(look, rows)),
    }
    if table not in tables or kind not in (*ANSWERS, "pdf"):
        return None
    name = "-".join([table, board.scope.unit.code if board.scope.unit else look.year.label, *(
        [look.month.slug] if look.month else []
    )])  # fmt: skip
    return _pdf(name, board, look, rows) if kind == "pdf" else ANSWERS[kind](name, *tables[table])


def _pdf(name: str, board: Board, look: Asked, rows: Sequence[Row]) -> HttpResponse:
    if len(rows) > TALLEST:
        raise BoardRefused("board.pdf_tall", {"limit": TALLEST, "count": len(rows)})
    content = compile_pdf("board", printed(board, look, rows), at=board.at, extra={})
    return attached(f"{name}.pdf", content, "application/pdf")


def printed(board: Board, look: Asked, rows: Sequence[Row]) -> dict[str, object]:
    """The words of the printed board, in the reader's language."""
    sums = [summed(rows, month.number) for month in look.months]
    whole = summed(rows, look.looked_at.number)
    score = timeliness("publish", [one for row in rows for one in row.times])
    return {
        **_heads(board, look),
        "months": [month.short for month in look.months],
        "rows": [_printed_row(row, look) for row in rows],
        "totals": [_of(one) for one in sums],
        "coverage": spoken(whole.covered),
        "timeliness": _score(score),
        "legend": [{name: str(one[name]) for name in ("word", "meaning", "hue")} for one in shown.legend()],
        "formula": _("Coverage (W-6) of %(month)s; timeliness (W-10): 100 less 10 for each late working day, mean over all "
                     "required reports of months that are due.") % {"month": look.looked_at.label},
    }  # fmt: skip


def _heads(board: Board, look: Asked) -> dict[str, object]:
    here, unit = board.scope.government, board.scope.unit
    heading = _("Compliance board %(year)s") % {"year": look.year.label}
    return {
        "language": get_language() or "id",
        "rtl": get_language_bidi(),
        "government": here.name,
        "title": heading,
        "heading": f"{heading}, {unit.name}" if unit else heading,
        "lede": _("Who has reported which month, as it stands."),
        "as_of": _("As of %(moment)s") % {"moment": moment(board.at)},
        "page": _("Page %(page)s of %(pages)s"),
        "words": {
            "unit": _("Unit"), "coverage": _("Coverage"), "timeliness": _("Timeliness"), "holder": _("Who has it now"),
            "total": _("Complete"), "legend": _("What the words mean"),
        },
    }  # fmt: skip


def _printed_row(row: Row, look: Asked) -> dict[str, object]:
    cells = [shown.cell(row.cell(month.number)) for month in look.months]
    return {
        "name": row.name,
        "code": row.code,
        "cells": [{"word": one.word, "under": one.under, "hue": one.hue} for one in cells],
        "coverage": spoken(covered([row.cell(look.looked_at.number)])),
        "timeliness": _score(row.published),
        "holder": shown.holder(row.holder),
    }


def _score(one: Timeliness) -> str:
    return spoken(one.graded)


def _of(one: Sum) -> str:
    return f"{one.complete}/{one.units}" if one.units else ""


def attached(name: str, content: bytes, kind: str) -> HttpResponse:
    """Bytes that a browser saves and never shows in place."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
