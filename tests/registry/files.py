"""Files to import, made by the tests, and the answer of an import command."""

import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.management import call_command

from ledger.recording import recorded
from registry.models import (
    Assignment,
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetLineVersion,
    BudgetVersion,
    MonthlyPlan,
    Nomenclature,
    Post,
    Unit,
    User,
)
from tests.cast import World

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
REAL_PLAN = FIXTURES / "dpa_setda_perekonomian_2026.csv"
SECTION = "4.01.0.00.0.00.01.0008"
KEPT = (
    User, Unit, Post, Assignment, Nomenclature, BudgetItem, BudgetLine, BudgetVersion, BudgetItemVersion,
    BudgetLineVersion, MonthlyPlan,
)  # fmt: skip


class Answer(dict[str, Any]):
    """What a command answered as JSON, and its exit code."""

    exit = 0

    def codes(self, part: str = "errors") -> list[str]:
        return [problem["code"] for problem in self[part]]

    def only(self) -> dict[str, Any]:
        """The one error."""
        assert len(self["errors"]) == 1, self["errors"]
        return self["errors"][0]


def run(command: str, *arguments: object) -> Answer:
    """Run an import with --json in English."""
    text, code = said(command, *arguments, "--json")
    answer = Answer(json.loads(text))
    answer.exit = code
    return answer


def said(command: str, *arguments: object, language: str = "en") -> tuple[str, int]:
    """What an import prints, and its exit code."""
    out, code = StringIO(), 0
    try:
        call_command(command, *map(str, arguments), "--language", language, stdout=out)
    except SystemExit as stop:
        code = int(str(stop.code))
    return out.getvalue(), code


def import_plan(file: Path, *arguments: object, unit: str = "1.03.1.04.0.00.01.0000") -> Answer:
    """Import a plan for 2026; for Ani's agency unless said."""
    return run("import_plan", file, "--year", 2026, "--unit", unit, *arguments)


def csv_file(folder: Path, text: str, name: str = "plan.csv") -> Path:
    """A file of that text."""
    path = folder / name
    path.write_bytes(text.encode())
    return path


def xlsx_file(folder: Path, rows: Sequence[Sequence[Any]], name: str = "plan.xlsx", merge: str = "") -> Path:
    """A workbook with one sheet of those rows; numbers as numbers."""
    path = folder / name
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("DPA")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if merge:
            sheet.merge_range(merge, rows[1][0])
    return path


def stored() -> dict[str, tuple[int, int]]:
    """Rows and history rows of every imported table."""
    return {model.__name__: (model.objects.count(), model.history.count()) for model in KEPT}


def section_of_the_secretariat(cast: World) -> Unit:
    """The unit of the real plan: the economic section below the regional secretariat."""
    root = Unit.objects.get(parent=None)
    with recorded(None):
        agency = Unit.objects.create(
            government=cast.government, parent=root, kind="AGENCY", code="4.01.0.00.0.00.01.0000",
            name="Sekretariat Daerah",
        )  # fmt: skip
        return Unit.objects.create(
            government=cast.government,
            parent=agency,
            kind="SECTION",
            code=SECTION,
            name="Bagian Perekonomian",
        )
