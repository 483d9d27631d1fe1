"""A fiscal year as one file: made by the page or the command, verified with plain python3, and a changed byte is found."""

import csv
import hashlib
import json
import subprocess
import sys
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from approvals.keeping import services
from approvals.models import SigningBatch, YearBundle
from approvals.published import COLUMNS
from approvals.tasks import drain
from ledger.notes import sealer_of
from ledger.sealing import seal
from submissions.models import Evidence
from tests.approvals import issued
from tests.approvals.keeping_world import House, houses, refused
from tests.approvals.posts import browser_of
from tests.cast import World

Urls = dict[str, str]
SAME = ("documents/", "documents.csv", "published.csv", "evidence", "README", "verify.py", "sealer.pub")


@pytest.fixture
def year(committed: Urls, cast: World, tmp_path: Path, settings: Any) -> tuple[House, SigningBatch]:
    """A year with one signed document of two reports that share a photograph, sealed."""
    issued.keys_in(tmp_path, settings)
    settings.LEDGER_KEYS = tmp_path / "ledger"
    house = houses(cast)
    cast.items(2)
    reports = cast.open()
    cast.with_evidence(reports)
    issued.services.verify(actor=cast.budi, versions=cast.submitted(reports, 10))
    batch = issued.published(cast, reports)
    sealer = sealer_of(tmp_path / "ledger")
    with psycopg.connect(committed["sealer"], autocommit=True) as reader:
        seal(reader, sealer)
    return house, SigningBatch.objects.get(pk=batch.pk)


def made(folder: Path, name: str = "2026.zip", **options: Any) -> Path:
    told = StringIO()
    call_command("year_bundle", year="2026", out=folder / name, stdout=told, **options)
    assert hashlib.sha256((folder / name).read_bytes()).hexdigest() in told.getvalue()
    return folder / name


def unpacked(bundle: Path, folder: Path) -> Path:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    return folder


def outside(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in an unpacked bundle, with nothing of ours: no environment, no site packages."""
    return subprocess.run(words, cwd=folder, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)  # noqa: S603


def verdict(folder: Path) -> subprocess.CompletedProcess[str]:
    return outside(folder, sys.executable, "-I", "-S", "verify.py", "ledger", "--key", "sealer.pub")


def test_a_bundle_holds_all_is_verified_outside_and_a_changed_byte_is_found(
    year: tuple[House, SigningBatch], tmp_path: Path
) -> None:
    house, batch = year
    folder = unpacked(made(tmp_path, with_evidence=True), tmp_path / "out")
    _holds_all(folder, batch)
    assert outside(folder, "sha256sum", "-c", "--quiet", "SHA256SUMS").returncode == 0
    good = verdict(folder)
    assert good.returncode == 0 and "as they were written" in good.stdout, good.stderr
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        before = path.read_bytes()
        if path.name == "SHA256SUMS" or not before:
            continue
        path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
        found = outside(folder, "sha256sum", "-c", "--quiet", "SHA256SUMS")
        assert found.returncode == 1 and path.name in found.stdout, path
        path.write_bytes(before)
    log = folder / "ledger" / "events.log"
    log.write_bytes(log.read_bytes().replace(b"published", b"publishex", 1))
    bad = verdict(folder)
    assert bad.returncode == 1 and bad.stderr
    assert len(files) > 12 and batch.signed_sha256 in (folder / "documents.csv").read_text()


def _holds_all(folder: Path, batch: SigningBatch) -> None:
    """Documents, figures, evidence, and a manifest of all that is recorded."""
    manifest = json.loads((folder / "manifest.json").read_text())
    told = {one["path"]: one for one in manifest["files"]}
    on_disk = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert on_disk == {*told, "manifest.json", "SHA256SUMS"}
    for path, one in told.items():
        content = (folder / path).read_bytes()
        assert (one["sha256"], one["size"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert manifest["counts"] == {"documents": 1, "published_lines": 2, "evidence": 2}
    assert manifest["missing"] == [] and manifest["checkpoint"].startswith("jenjang.ledger\n")
    assert [one["sha256"] for one in manifest["documents"]] == [batch.signed_sha256]
    rows = list(csv.reader((folder / "published.csv").open(newline="")))
    assert rows[0] == list(COLUMNS) and len(rows) == 3
    listed = list(csv.DictReader((folder / "evidence.csv").open(newline="")))
    assert {one["sha256"] for one in listed} == set(Evidence.objects.values_list("sha256", flat=True))
    assert [path for path in told if path.startswith("evidence/")] == [f"evidence/{listed[0]['sha256']}.png"]
    for language in ("id", "en", "ur"):
        assert "python3 verify.py ledger --key sealer.pub" in (folder / f"README.{language}.txt").read_text()
    kept = YearBundle.objects.get()
    assert kept.manifest == (folder / "manifest.json").read_text() and kept.made_at and kept.asked_by is None
    assert kept.manifest_sha256 == hashlib.sha256(kept.manifest.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload FROM ledger.event WHERE of_table = 'approvals_yearbundle' ORDER BY id DESC LIMIT 1"
        )
        assert kept.manifest_sha256 in cursor.fetchone()[0]


def _the_same_twice(tmp_path: Path) -> None:
    """What did not change is the same in a second bundle."""
    first, second = made(tmp_path), made(tmp_path, "again.zip")
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as other:
        assert one.namelist() == other.namelist()
        same = [name for name in one.namelist() if name.startswith(SAME)]
        assert len(same) > 7
        assert [one.getinfo(name).CRC for name in same] == [other.getinfo(name).CRC for name in same]
        assert {info.date_time for info in one.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_second_one_is_the_same_a_unit_has_its_own_and_what_is_damaged_is_named(
    year: tuple[House, SigningBatch], tmp_path: Path
) -> None:
    house, batch = year
    _the_same_twice(tmp_path)
    with zipfile.ZipFile(made(tmp_path, unit=house.other_agency.code)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["counts"] == {"documents": 0, "published_lines": 0, "evidence": 0}
    Path(default_storage.path(str(batch.signed_file))).write_bytes(b"%PDF-")
    with zipfile.ZipFile(made(tmp_path, "damaged.zip", unit=house.agency.code)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert "damaged" in archive.read("documents.csv").decode()
    assert (manifest["counts"]["documents"], manifest["documents"]) == (0, [])
    assert manifest["missing"] == [
        {"document_no": batch.document_no, "sha256": batch.signed_sha256, "why": "damaged"}
    ]


def test_the_page_has_it_made_once_and_hands_it_out(year: tuple[House, SigningBatch], tmp_path: Path) -> None:
    house, batch = year
    hadi = browser_of(house.hadi)
    asked = {"fiscal_year": str(house.year.pk), "unit": str(house.root.pk)}
    for _click in range(2):
        assert hadi.post("/keeping/bundles/", asked).status_code == 302
    assert YearBundle.objects.count() == 1
    waiting = hadi.get("/keeping/bundles/")
    assert "being made" in waiting.content.decode()
    drain()
    drain()
    kept = YearBundle.objects.get()
    dewi = browser_of(house.dewi)
    answer = dewi.get(f"/keeping/bundles/{kept.token}/bundle.zip")
    content = b"".join(answer)
    assert hashlib.sha256(content).hexdigest() == kept.sha256 and len(content) == kept.size
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.read("manifest.json").decode() == kept.manifest
    assert dewi.get(f"/keeping/bundles/{kept.token}/manifest.json").content.decode() == kept.manifest
    assert browser_of(house.citra).get(f"/keeping/bundles/{kept.token}/bundle.zip").status_code == 404
    with pytest.raises(DatabaseError), transaction.atomic():
        YearBundle.objects.filter(pk=kept.pk).update(manifest_sha256="0" * 64)


def test_without_a_checkpoint_it_is_refused_in_words(
    committed: Urls, cast: World, tmp_path: Path, settings: Any
) -> None:
    settings.LEDGER_KEYS = tmp_path / "ledger"
    issued.keys_in(tmp_path, settings)
    house = houses(cast)
    with pytest.raises(CommandError, match="titik periksa|checkpoint"):
        made(tmp_path)
    assert list(tmp_path.glob("*.zip")) == [] and not YearBundle.objects.exists()
    services.ask_bundle(actor=house.hadi, year=house.year, unit=house.root, with_evidence=False)
    drain()
    assert YearBundle.objects.get().refused == "bundle.unsealed"
    assert (
        refused(
            lambda: services.ask_bundle(
                actor=house.dewi, year=house.year, unit=house.root, with_evidence=False
            )
        )
        == "keeping.bureau_only"
    )
    for wrong in ({"year": "1999"}, {"year": "2026", "unit": "nowhere"}):
        with pytest.raises(CommandError):
            call_command("year_bundle", out=tmp_path / "x.zip", **wrong)
