"""The example client of the documentation against a running site with its worker: a month from a CSV file to the public page."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from approvals.authority import create_authority, issue_signer
from approvals.signing import verify
from portal.api import tokens
from submissions.models import Report
from tests.browser.running import collect_static, running
from tests.cast import PASSPHRASE, World, factor, png

CLIENT = Path(settings.BASE_DIR) / "docs" / "examples" / "client.py"
COLUMNS = ["unit", "code", "status", "increment", "account", "fund", "realized", "evidence", "why"]


@pytest.fixture
def site(committed: dict[str, str], cast: World, tmp_path: Path, worker_id: str) -> Iterator[str]:
    """January is open; the site and its worker run."""
    for number in (51, 52, 53):
        cast.item(f"1.03.10.2.01.{number:04}", ceilings=(1_000_000, 2_000_000))
    cast.open()
    keys = tmp_path / "keys"
    create_authority(keys)
    issue_signer(
        keys,
        cast.citra.name,
        str(cast.citra.nip),
        "Dinas",
        PASSPHRASE,
        path=keys / f"signer-{cast.citra.pk}.p12",
    )
    # The same folder as that of the browser tests of this process, so that static files are gathered once.
    data = settings.DATA_DIR / f"site-{worker_id}"
    data.mkdir(mode=0o700, exist_ok=True)
    collect_static(data, keys, committed)
    with running(data, keys, committed) as base:
        yield base


def month(cast: World, folder: Path) -> Path:
    """What an officer's own system writes."""
    path = folder / "january.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for report in cast.reports():
            (folder / f"{report.pk}.png").write_bytes(png(str(report.pk)))
            for line in report.lines.select_related("line").order_by("line__account_code"):
                writer.writerow({
                    "unit": cast.agency.code, "code": report.item.sub_activity_code, "status": "PELAKSANAAN", "increment": "8.5",
                    "account": line.line.account_code, "fund": line.line.fund_source, "realized": "125000.50",
                    "evidence": f"{report.pk}.png", "why": "Sesuai SP2D nomor 000123",
                })  # fmt: skip
    return path


def keys_of(cast: World) -> dict[str, str]:
    made = {}
    for name, person in (("OFFICER", cast.ani), ("VERIFIER", cast.budi), ("SIGNER", cast.citra)):
        factor(person)
        made[f"JENJANG_{name}"] = tokens.issue(person=person, name="client", scope="act", days=1)[1]
    return made


def run(base: str, file: Path, told: dict[str, str], said: str) -> Any:
    command = [
        sys.executable,
        str(CLIENT),
        "--base",
        base,
        "--month",
        "2026-01",
        "--save",
        str(file.parent / "document.pdf"),
    ]
    return subprocess.run(
        [*command, str(file)],
        env=os.environ | told,
        input=said,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_example_enters_submits_verifies_and_signs_a_month(
    site: str, cast: World, tmp_path: Path, worker_id: str
) -> None:
    file, told = month(cast, tmp_path), keys_of(cast)
    wrong = run(site, file, told, "yes\n000000\nwrong\n")
    assert wrong.returncode == 1 and "signed" not in wrong.stdout.replace("to sign", ""), wrong
    done = run(site, file, told, f"yes\n{factor(cast.citra).code}\n{PASSPHRASE}\n")
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "is published" in done.stdout and PASSPHRASE not in done.stdout
    assert {one.state for one in cast.reports()} == {"published"}
    assert (tmp_path / "document.pdf").read_bytes().startswith(b"%PDF")
    report = Report.objects.order_by("pk")[0]
    batch = report.signings.get().batch
    assert batch.state == "published" and batch.signed_sha256
    stored = settings.DATA_DIR / f"site-{worker_id}" / "files" / str(batch.signed_file)
    authority = (tmp_path / "keys" / "authority.pem").read_bytes()
    assert verify(stored.read_bytes(), [authority]).valid
    again = run(site, file, told, "")
    assert again.returncode == 0 and "done" not in again.stdout, again
