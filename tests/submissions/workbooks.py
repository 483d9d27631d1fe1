"""A month's workbook in the hands of a person: downloaded, changed in a spreadsheet program, uploaded, applied."""

import html
import re
import zipfile
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from registry.models import User
from submissions.models import Report, ReportLine
from submissions.workbook import HIDDEN, PREFIX
from submissions.workbook_columns import BY_KEY
from submissions.workbook_views import XLSX
from tests.cast import World
from wording.sentences import say

PAGE = "/entry/2026-01/workbook/"
ENTRY = "/entry/2026-01/"


def window(person: User, language: str = "id") -> Client:
    """A signed-in person's browser."""
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


class Book:
    """A downloaded workbook; cells are found by the hidden keys, as the site itself finds them."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(BytesIO(content))

    @property
    def units(self) -> list[Worksheet]:
        return [one for one in self.book.worksheets[1:] if one.title != HIDDEN]

    def place(self, sheet: Worksheet, row: str, column: str) -> Cell:
        across = next(cell.column for cell in sheet[1] if cell.value == f"{PREFIX}{column}")
        down = next(cell.row for cell in sheet["A"] if cell.value == row)
        return sheet.cell(down, across)

    def line(self, line: ReportLine, column: str = "money") -> Cell:
        """The cell of a budget line."""
        return self._find(f"r{line.report_id}-line-{line.pk}", column)

    def item(self, report: Report, column: str) -> Cell:
        """The cell of a sub-activity as a whole."""
        return self._find(f"r{report.pk}", column)

    def _find(self, row: str, column: str) -> Cell:
        for sheet in self.units:
            if any(cell.value == row for cell in sheet["A"]):
                return self.place(sheet, row, column)
        raise AssertionError(f"no row {row}")

    def saved(self) -> bytes:
        target = BytesIO()
        self.book.save(target)
        return target.getvalue()


def download(client: Client, page: str = PAGE) -> Book:
    answer = client.get(page)
    assert answer.status_code == 200, answer.content[:500]
    assert answer["Content-Type"] == XLSX
    return Book(answer.content)


def upload(client: Client, content: bytes | Book, name: str = "januari.xlsx", page: str = PAGE) -> Any:
    content = content.saved() if isinstance(content, Book) else content
    return client.post(page, {"workbook": SimpleUploadedFile(name, content, XLSX)})


def preview_of(answer: Any) -> str:
    """The signed changes on a page; "" where they cannot be applied."""
    found = re.search(r'name="preview" value="([^"]*)"', answer.content.decode())
    return found[1] if found else ""


def applied(client: Client, answer: Any, *take: str) -> Any:
    assert preview_of(answer), text_of(answer)
    return client.post(PAGE, {"preview": preview_of(answer), "take": list(take)})


def text_of(answer: Any) -> str:
    """What the page says, without its tags."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", main)))


def said(code: str, language: str = "id", **params: Any) -> str:
    """A sentence as it stands on a page in that language."""
    with override(language):
        return re.sub(r"\s+", " ", say(code, params))


def label(column: str, language: str = "id") -> str:
    """The heading of a column."""
    with override(language):
        return str(BY_KEY[column].label)


def fresh(report: Report) -> Report:
    """The report as it is stored now."""
    return Report.objects.get(pk=report.pk)


def unlocked(sheet: Worksheet) -> set[str]:
    return {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}


def where(cell: Cell) -> str:
    """Jalan!F12, as the site names it."""
    return f"{cell.parent.title}!{cell.coordinate}"


def lines_of(report: Report) -> list[ReportLine]:
    return list(report.lines.order_by("line__account_code"))


@pytest.fixture
def january(cast: World) -> list[Report]:
    cast.item("1.03.10.2.01.0051", ceilings=(100_000_000, 50_000_000))
    cast.item("1.03.10.2.01.0053", ceilings=(1_000_000_000,), mode="VOLUME", target=40)
    return cast.open()


@pytest.fixture
def ani(cast: World, january: list[Report]) -> Client:
    return window(cast.ani)


@pytest.fixture
def book(ani: Client) -> Book:
    return download(ani)


def refused(answer: Any, *sentences: str) -> None:
    """Nothing can be applied, and the page says why."""
    page = text_of(answer)
    assert answer.status_code == 422, page
    assert preview_of(answer) == ""
    for sentence in sentences:
        assert sentence in page, page


def taken(answer: Any, *sentences: str) -> None:
    """It can be applied, and the page says how it was read."""
    page = text_of(answer)
    assert answer.status_code == 200, page
    assert preview_of(answer)
    for sentence in sentences:
        assert sentence in page, page


def patched(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with a piece of one part replaced."""
    parts = unzipped(content)
    assert old in parts[part], parts[part][:2000]
    return zipped(parts | {part: parts[part].replace(old, new)})


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()
