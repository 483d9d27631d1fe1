"""Reports that Dewi collects into one archive, and what plain Python says of it."""

import csv
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
import pytest
from django.conf import settings as site
from django.test import Client

from audit import cases
from audit.models import Reading
from ledger.notes import sealer_of
from ledger.sealing import seal
from registry import grants
from submissions.models import Evidence, Report
from tests.cast import World
from tests.files import kept_in


@pytest.fixture
def dewi(cast: World, client: Client) -> Client:
    return signed_in(client, cast, "dewi")


def signed_in(client: Client, cast: World, who: str) -> Client:
    client.cookies[site.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(cast.people[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def query(reports: list[Report], *more: str) -> str:
    return "&".join(f"report={token}" for token in (*(one.token for one in reports), *more))


# --- Taken away ------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Path:
    settings.LEDGER_KEYS = tmp_path / "ledger"
    settings.STORAGES = kept_in(tmp_path / "files")
    return tmp_path


@pytest.fixture
def three(committed: dict[str, str], store: Path, cast: World) -> list[Report]:
    """Three reports, two of them with evidence, all sealed."""
    cast.items(3, ceilings=(90_000_000, 10))
    reports = cast.open()
    cast.entered(reports, 4_000_000, 5)
    cast.with_evidence(reports[:2])
    with psycopg.connect(committed["sealer"], autocommit=True) as connection:
        seal(connection, sealer_of(store / "ledger"))
    return reports


def taken(client: Client, reports: list[Report], folder: Path) -> Path:
    """The archive, unpacked."""
    answer: Any = client.get(f"/audit/case/archive/?{query(reports)}")
    assert answer.status_code == 200, answer.headers
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        packed.extractall(folder)
    return folder


def verdict(folder: Path) -> tuple[int, str]:
    """What plain Python says in that folder, without any library and without this site."""
    told = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", ".", "--key", "sealer.pub"],
        cwd=folder, env={}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return told.returncode, told.stdout + told.stderr


def test_one_archive_holds_the_case_and_verifies_with_plain_python(
    three: list[Report], cast: World, client: Client, tmp_path: Path
) -> None:
    dewi, two = signed_in(client, cast, "dewi"), three[:2]
    folder = taken(dewi, two, tmp_path / "case")
    status, told = verdict(folder)
    assert status == 0, told
    case = json.loads((folder / "case.json").read_text())
    assert case["exported_by"] == {"id": cast.dewi.pk, "name": "Dewi Rimbawan"}
    assert (case["asked"], case["files_that_are_gone"]) == (query(two), [])
    assert [one["token"] for one in case["reports"]] == [one.token for one in two]
    for one in case["reports"]:
        story = json.loads((folder / one["folder"] / "story.json").read_text())
        rows = list(csv.DictReader((folder / one["folder"] / "story.csv").open()))
        assert len(rows) == len(story) > 2
    (photo,) = {one.sha256 for one in Evidence.objects.all()}
    assert hashlib.sha256((folder / "files" / f"{photo}.png").read_bytes()).hexdigest() == photo
    assert three[2].token not in (folder / "rows.jsonl").read_text()
    assert_listed(folder)


def assert_listed(folder: Path) -> None:
    """Every file stands in the two lists with its hash."""
    lines = [line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, name in lines}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert set(sums) == there - {"SHA256SUMS"}
    assert all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for name, digest in sums.items()
    )
    listed = {row["name"]: row["sha256"] for row in csv.DictReader((folder / "contents.csv").open())}
    assert listed == {name: digest for name, digest in sums.items() if name != "contents.csv"}


def test_what_was_changed_is_found_what_is_gone_is_named_and_what_is_not_sealed_waits(
    three: list[Report], cast: World, client: Client, tmp_path: Path, statements: Callable[[], Any]
) -> None:
    dewi = signed_in(client, cast, "dewi")
    folder = taken(dewi, three[:1], tmp_path / "changed")
    rows = (folder / "rows.jsonl").read_text()
    (folder / "rows.jsonl").write_text(rows.replace("4000000.00", "5000000.00"))
    assert verdict(folder)[0] == 1
    for stored in (tmp_path / "files").rglob("*.png"):
        stored.unlink()
    folder = taken(dewi, three[:1], tmp_path / "gone")
    assert json.loads((folder / "case.json").read_text())["files_that_are_gone"] == [
        Evidence.objects.first().sha256
    ]
    assert_waits(three, cast, dewi, statements)


def assert_waits(three: list[Report], cast: World, dewi: Client, statements: Callable[[], Any]) -> None:
    """What is not sealed yet is said, and nothing is taken away; the reading is on the record."""
    counts = []
    for report in three[:2]:
        with statements() as seen:
            assert dewi.get(f"/audit/case/archive/?{query([report])}").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    cast.entered(three[:1], 4_500_000, 6)
    answer = dewi.get(f"/audit/case/archive/?{query(three[:1])}", follow=True)
    assert "The newest events wait for their seal" in answer.content.decode()
    kept = Reading.objects.latest("pk")
    assert (kept.person, kept.page, kept.query) == (cast.dewi, "case", query(three[:1]))


# --- Collected -------------------------------------------------------------------------------------------


def test_the_page_shows_what_the_case_will_hold(cast: World, dewi: Client) -> None:
    cast.items(2)
    reports = cast.open()
    cast.with_evidence(reports)
    answer = dewi.get(f"/audit/case/?{query(reports)}&{query(reports)}")
    text = answer.content.decode()
    assert [one.files for one in answer.context["reports"]] == [1, 1]
    assert "1 file of evidence and signed documents" in text
    assert "/audit/case/archive/?report=" in text


def test_what_stands_in_the_way_is_said(cast: World, dewi: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.items(2)
    reports = cast.open()
    cast.with_evidence(reports)
    assert "Choose at least one report" in dewi.get("/audit/case/").content.decode()
    unknown = dewi.get(f"/audit/case/?{query(reports[:1], 'nothing', 'a%00b')}").content.decode()
    assert "2 of the reports asked for are not within the units that you audit: nothing, a�b." in unknown
    many = dewi.get("/audit/case/?" + "&".join(f"report=x{n}" for n in range(600))).content.decode()
    assert "600 reports were asked for; one case holds at most 50." in many
    monkeypatch.setattr(cases, "LARGEST", 10)
    large = dewi.get(f"/audit/case/?{query(reports)}").content.decode()
    assert "one archive holds at most 10" in large and "/audit/case/archive/" not in large
    for asked in ("", query(reports), "report=nothing"):
        answer = dewi.get(f"/audit/case/archive/?{asked}")
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/audit/case/")


def test_who_audits_nothing_finds_nothing(cast: World, client: Client) -> None:
    for stranger in ("ani", "budi", "citra", "eko", "fitri", "gita", "root"):
        signed_in(client, cast, stranger)
        assert [client.get(url).status_code for url in ("/audit/case/", "/audit/case/archive/")] == [404, 404]


def test_a_visitor_is_asked_to_sign_in_and_nothing_can_be_sent(cast: World, client: Client) -> None:
    urls = ("/audit/case/", "/audit/case/archive/")
    assert all(client.get(url)["Location"].startswith("/accounts/login/") for url in urls)
    signed_in(client, cast, "dewi")
    assert [client.post(url).status_code for url in urls] == [405, 405]


def test_another_agencys_reports_are_left_out(cast: World, client: Client) -> None:
    cast.items(1)
    (report,) = cast.open()
    grants.give(grants.AUDIT, cast.gita, cast.other_agency)
    answer = signed_in(client, cast, "gita").get(f"/audit/case/?{query([report])}")
    assert list(answer.context["reports"]) == [] and report.token in answer.context["unknown"]
    assert client.get(f"/audit/case/archive/?{query([report])}").status_code == 302


def test_the_page_costs_the_same_for_one_report_and_for_fifty(
    cast: World, dewi: Client, statements: Callable[[], Any]
) -> None:
    cast.items(50)
    reports = cast.open()
    cast.with_evidence(reports)
    dewi.get(f"/audit/case/?{query(reports)}")
    counts = []
    for size in (1, 50):
        with statements() as seen:
            assert len(dewi.get(f"/audit/case/?{query(reports[:size])}").context["reports"]) == size
        counts.append(len(seen))
    assert len(set(counts)) == 1, counts
