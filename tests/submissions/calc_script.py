"""Run by LibreOffice's own Python: opens workbooks, does what a person would do in them, saves each as XLSX.

Standard input: {"soffice", "profile", "work": [{"source", "target", "steps": [[verb, sheet, ...], ...]}, ...]}.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]
from com.sun.star.lang import Locale  # type: ignore[import-not-found]

DAY = 2  # com.sun.star.util.NumberFormat.DATE
PATIENCE = 120  # seconds until LibreOffice answers; its first start makes a profile


def main() -> None:
    told = json.load(sys.stdin)
    pipe = f"jenjang{time.monotonic_ns()}"
    office = subprocess.Popen(
        [
            told["soffice"], "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck",
            f"--accept=pipe,name={pipe};urp", f"-env:UserInstallation={uno.systemPathToFileUrl(told['profile'])}",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        desktop = _desktop(pipe)
        for one in told["work"]:
            _work(desktop, one)
        desktop.terminate()
        office.wait(PATIENCE)
    finally:
        if office.poll() is None:
            office.kill()


def _desktop(pipe: str) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _work(desktop: Any, one: dict[str, Any]) -> None:
    document = desktop.loadComponentFromURL(
        uno.systemPathToFileUrl(one["source"]), "_blank", 0, (_property("Hidden", True),)
    )
    document.calculateAll()
    for verb, sheet, *rest in one["steps"]:
        STEPS[verb](document, document.Sheets.getByName(sheet), *rest)
    document.storeToURL(
        uno.systemPathToFileUrl(one["target"]), (_property("FilterName", "Calc MS Excel 2007 XML"),)
    )
    document.close(True)


def _property(name: str, value: Any) -> Any:
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def _number(_document: Any, sheet: Any, cell: str, value: float) -> None:
    sheet.getCellRangeByName(cell).setValue(value)


def _text(_document: Any, sheet: Any, cell: str, value: str) -> None:
    sheet.getCellRangeByName(cell).setString(value)


def _typed(_document: Any, sheet: Any, cell: str, value: str) -> None:
    """As typed on the keyboard of an English computer: a formula, a day, a percentage, a number."""
    sheet.getCellRangeByName(cell).setFormula(value)


def _day(document: Any, sheet: Any, cell: str, value: str) -> None:
    """A day, shown as one."""
    sheet.unprotect("")
    target = sheet.getCellRangeByName(cell)
    target.setFormula(value)
    target.NumberFormat = document.NumberFormats.getStandardFormat(DAY, Locale("en", "US", ""))


def _merge(_document: Any, sheet: Any, cells: str) -> None:
    sheet.unprotect("")
    sheet.getCellRangeByName(cells).merge(True)


def _hide_rows(_document: Any, sheet: Any, first: int, last: int) -> None:
    for row in range(first - 1, last):
        sheet.Rows.getByIndex(row).IsVisible = False


def _rename(_document: Any, sheet: Any, name: str) -> None:
    sheet.setName(name)


STEPS: dict[str, Callable[..., None]] = {
    "number": _number,
    "text": _text,
    "typed": _typed,
    "day": _day,
    "merge": _merge,
    "hide_rows": _hide_rows,
    "rename": _rename,
}

main()
