"""LibreOffice Calc at work on files, without a window and with a profile of its own."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("calc_script.py")
SECONDS = 300
MISSING = "LibreOffice Calc and its Python bridge are missing: sh config/libreoffice.sh, or set SOFFICE to its path."


@dataclass
class Calc:
    """Files to be worked on: each is opened, changed step by step and saved as XLSX in one run of LibreOffice."""

    soffice: str
    python: str
    folder: Path
    work: list[dict[str, Any]] = field(default_factory=list)

    def change(self, content: bytes, *steps: list[Any]) -> Path:
        """Where the changed workbook will lie after `run`."""
        number = len(self.work)
        source, target = self.folder / f"before-{number}.xlsx", self.folder / f"after-{number}.xlsx"
        source.write_bytes(content)
        self.work.append({"source": str(source), "target": str(target), "steps": steps})
        return target

    def run(self) -> None:
        told = {"soffice": self.soffice, "profile": str(self.folder / "profile"), "work": self.work}
        # Its own libraries must not meet those of the environment that the tests run in.
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))
        }
        done = subprocess.run(
            [self.python, str(SCRIPT)], input=json.dumps(told), env=kept, text=True, capture_output=True, timeout=SECONDS,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        self.work.clear()


@pytest.fixture(scope="session")
def calc_programs() -> tuple[str, str]:
    """LibreOffice and a Python that can talk to it."""
    soffice = which(os.environ.get("SOFFICE", "soffice"))
    own = Path(soffice).resolve().parent / "python" if soffice else Path()
    for python in (own, Path("/usr/bin/python3")):
        if soffice and python.is_file():
            asked = subprocess.run([python, "-c", "import uno"], capture_output=True, check=False)
            if asked.returncode == 0:
                return soffice, str(python)
    pytest.exit(MISSING, returncode=1)


@pytest.fixture
def calc(calc_programs: tuple[str, str], tmp_path: Path) -> Calc:
    return Calc(*calc_programs, folder=tmp_path)
