"""What Dewi takes away verifies without this site, and nothing can be changed in it."""

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any
from zipfile import ZipFile

import psycopg
import pytest
from django.db import connection
from django.test import Client
from pyhanko.pdf_utils.reader import PdfFileReader

from approvals.models import SigningBatch
from audit.proof import Packed, pack
from ledger import exporting, proving
from ledger.merkle import Log
from ledger.verify import Fault, Key, check
from submissions.models import Evidence, Report
from tests.audit.sealed import Sealed, sealed_world

PACKED = ("events.log", "rows.jsonl", "checkpoints.jsonl", "proofs.jsonl")


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sealed]:
    with django_db_blocker.unblock(), sealed_world(tmp_path_factory.mktemp("sealed")) as found:
        yield found


@pytest.fixture
def proof(world: Sealed, tmp_path: Path) -> Path:
    """The proof of the second revision, unpacked."""
    return world.unpacked(world.second, tmp_path / "proof")


def alone(folder: Path, *more: str, export: str = ".") -> tuple[int, str]:
    """What plain Python says in that folder, without any library and without this site."""
    told = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", export, "--key", "sealer.pub", *more],
        cwd=folder, env={}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return told.returncode, told.stdout + told.stderr


def verdict(world: Sealed, folder: Path, *anchors: str) -> str:
    """The same in this process: the sentence, of success or of the first fault."""
    try:
        return check(folder, Key(world.sealer.public), anchors)
    except Fault as fault:
        return f"FAULT {fault}"


def attached(batch: SigningBatch) -> str:
    """checkpoint.txt as anybody takes it out of the PDF."""
    with batch.signed_file.open("rb") as file:
        files = [one.get_object() for one in PdfFileReader(file).root["/AF"]]
        found = {str(one["/UF"]): one["/EF"]["/F"].data for one in files}
    return bytes(found["checkpoint.txt"]).decode()


def test_plain_python_verifies_what_she_downloads(world: Sealed, proof: Path) -> None:
    status, told = alone(proof)
    assert status == 0 and told.startswith(f"{len(lines(proof, 'events.log'))} events under 1 checkpoints"), (
        told
    )
    packed = proof.with_suffix(".zip")
    assert alone(proof, export=str(packed)) == (status, told)
    assert sums_hold(proof) and len(lines(proof, "SHA256SUMS")) == len([*proof.rglob("*.*")])
    spoiled(proof / "events.log", 100)
    status, told = alone(proof)
    assert status == 1 and told.count("\n") == 1, told


def test_the_checkpoint_that_is_attached_to_the_document_is_an_anchor(world: Sealed, proof: Path) -> None:
    batch = SigningBatch.objects.get(entries__report=world.second)
    (proof / "checkpoint.txt").write_text(attached(batch))
    status, told = alone(proof, "--anchor", "checkpoint.txt")
    assert status == 0 and "1 anchors" in told, told
    first = SigningBatch.objects.get(entries__report=world.first)
    older = world.unpacked(world.first, proof.parent / "older")
    assert "1 anchors" in verdict(world, older, attached(first))


def test_it_holds_all_that_the_report_is_made_of(world: Sealed, proof: Path) -> None:
    first = world.unpacked(world.first, proof.parent / "first")
    tables = {json.loads(line)["table"] for line in lines(first, "rows.jsonl")}
    assert tables == {
        "submissions_report", "submissions_reportline", "submissions_evidence", "submissions_editor",
        "submissions_explanation", "submissions_comment", "workflow_decision", "approvals_signingentry",
        "approvals_signingbatch", "submissions_historicalreport", "submissions_historicalreportline",
        "submissions_historicalevidence", "submissions_historicalexplanation", "approvals_historicalsigningbatch",
    } - absent(world.first)  # fmt: skip
    batch, evidence = SigningBatch.objects.get(entries__report=world.first), world.first.evidence.get()
    names = {path.name for path in (first / "files").iterdir()}
    assert names == {f"{batch.signed_sha256}.pdf", f"{evidence.sha256}.png"}


def absent(report: Report) -> set[str]:
    """What this report has none of."""
    return (
        set()
        if report.explanations.exists()
        else {"submissions_explanation", "submissions_historicalexplanation"}
    )


def test_the_same_state_makes_the_same_archive(world: Sealed) -> None:
    assert world.archive(world.foreign) == world.archive(world.foreign)


def test_people_read_the_story_in_their_language(world: Sealed, proof: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((proof / "story.csv").read_text())))
    assert [row["what"] for row in rows if row["kind"] == "decision"] == [
        "Submitted", "Verified", "Signed", "Published",
    ]  # fmt: skip
    assert all(row["checkpoint"].isdecimal() for row in rows)
    told = json.loads((proof / "report.json").read_text())
    assert told["revision"] == 1 and all(
        one["content_sha256"] == one["content_sha256_now"] for one in told["decisions"]
    )
    assert "python3 verify.py . --key sealer.pub" in (proof / "README.txt").read_text()
    assert "not verified" in (proof / "README.txt").read_text()


def test_no_byte_can_be_changed(world: Sealed, proof: Path) -> None:
    """What still says the same, such as another space in JSON, only the sums of the files find."""
    anchors = world.checkpoints()[-2:]
    assert not verdict(world, proof, *anchors).startswith("FAULT") and sums_hold(proof)
    chance, missed = Random(7), []
    for path in [*(proof / name for name in PACKED), *sorted((proof / "files").iterdir())]:
        kept = path.read_bytes()
        for at in sorted(chance.sample(range(len(kept)), min(len(kept), 24))):
            for other in {kept[at] ^ 0x20, kept[at] ^ 1, 0x20} - {kept[at]}:
                path.write_bytes(changed := kept[:at] + bytes([other]) + kept[at + 1 :])
                assert not sums_hold(proof)
                found = verdict(world, proof, *anchors).startswith("FAULT")
                if not found and (path.suffix != ".jsonl" or meaning(changed) != meaning(kept)):
                    missed.append((path.name, at, kept[max(at - 30, 0) : at + 30], other))
        path.write_bytes(kept)
    assert missed == []


def meaning(content: bytes) -> Any:
    """What the lines say; the spelling of hexadecimal digits and the size beside a signed checkpoint say nothing."""
    told = [json.loads(line, parse_float=str) for line in content.splitlines()]
    return [
        {
            name: [step.lower() for step in said] if name == "path" else said
            for name, said in one.items()
            if "note" not in one
        }
        | {"note": one.get("note")}
        for one in told
    ]


def sums_hold(folder: Path) -> bool:
    said = [line.split("  ") for line in lines(folder, "SHA256SUMS")]
    return all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for digest, name in said)


def test_an_event_left_out_is_missed(world: Sealed, proof: Path) -> None:
    kept = (proof / "events.log").read_bytes().splitlines(keepends=True)
    for number in (0, len(kept) // 2, len(kept) - 1):
        (proof / "events.log").write_bytes(b"".join([*kept[:number], *kept[number + 1 :]]))
        told = verdict(world, proof)
        assert "does not follow the one before" in told or "no event made it" in told or "left it" in told, (
            told
        )


def test_the_proof_of_another_report_does_not_do(world: Sealed, proof: Path) -> None:
    foreign = world.unpacked(world.foreign, proof.parent / "foreign")
    shutil.copy(foreign / "proofs.jsonl", proof)
    assert "is not proved to be in" in verdict(world, proof) or "cannot be read" in verdict(world, proof)
    shutil.copy(foreign / "events.log", proof)
    assert "is not one that the ledger tells of" in verdict(world, proof)
    shutil.rmtree(proof / "files")
    assert "left it" in verdict(world, proof)


def test_an_older_checkpoint_does_not_do(world: Sealed, proof: Path) -> None:
    (proof / "checkpoints.jsonl").write_text(json.dumps({"size": 0, "note": world.early}))
    assert "is not proved to be in" in verdict(world, proof)


def test_an_anchor_must_be_of_this_ledger(world: Sealed, proof: Path) -> None:
    size = int(world.checkpoints()[-2].split("\n")[1])
    assert "is not signed with the given key" in verdict(world, proof, world.early.replace("\n", "\n1", 1))
    forged = world.sealer.note(size, b"\7" * 32)
    assert "An anchored checkpoint" in verdict(world, proof, forged)
    later = world.sealer.note(10_000_000, b"\7" * 32)
    assert "An anchored checkpoint" in verdict(world, proof, later)


def test_many_reports_make_one_proof(world: Sealed, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "case.zip", "w") as into:
        pack([world.first, world.second, world.foreign], Packed(into, "proof/"))
    with ZipFile(tmp_path / "case.zip") as archive:
        archive.extractall(tmp_path)
    assert not verdict(world, tmp_path / "proof").startswith("FAULT")


def test_the_dossier_verifies_the_report_at_once(world: Sealed) -> None:
    page = world.browser().get(f"/audit/reports/{world.second.token}/?check=1&files=1")
    assert (page.context["checked"].fault, page.context["waiting"]) == ("", 0)
    text = page.content.decode()
    assert "Verified up to event" in text and "The stored file has this hash" in text
    assert all(one["signature"].holds for one in page.context["signings"])
    assert all(entry.sealed for entry in page.context["timeline"])


def test_versions_of_two_revisions_stand_side_by_side(world: Sealed) -> None:
    signed = world.first.version
    page = world.browser().get(f"/audit/reports/{world.second.token}/?a={world.second.version}&b=r0-{signed}")
    heads = [head["name"] for head in page.context["versions"]["heads"]]
    assert heads == [f"First report, version {signed}", f"Version {world.second.version}"]
    one, other = page.context["versions"]["lines"]
    assert [cell.changed for line in (one, other) for cell in line["rows"][0].cells] == [False, True] * 2
    (file,) = page.context["versions"]["evidence"]
    assert [(cell.text, cell.changed) for cell in file.cells] == [("attached", False), ("attached", False)]
    assert 'href="/audit/reports/' in page.content.decode()
    nowhere = world.browser().get(f"/audit/reports/{world.second.token}/?a=1&b=r7-1")
    assert (nowhere.status_code, "r7-1" in nowhere.context["shown"]) == (200, False)


def test_a_value_changed_behind_the_ledger_is_told_in_red_and_spoils_the_proof(
    world: Sealed, tmp_path: Path
) -> None:
    line = world.first.lines.order_by("pk").first()
    assert line
    with behind(
        world, "submissions_reportline", f"realized = 7 WHERE id = {line.pk}", f"realized = {line.realized}"
    ):
        page = world.browser().get(f"/audit/reports/{world.first.token}/?check=1")
        assert (
            f"submissions_reportline {line.pk} is not as its last event left it"
            in page.context["checked"].fault
        )
        assert "This report does not agree with the sealed ledger" in page.content.decode()
        status, told = alone(world.unpacked(world.first, tmp_path / "spoiled"))
        assert status == 1 and "is not as its last event left it" in told
    assert world.browser().get(f"/audit/reports/{world.first.token}/?check=1").context["checked"].fault == ""


def test_a_history_rewritten_behind_the_ledger_shows_that_it_is_not_what_was_signed(world: Sealed) -> None:
    def page() -> Any:
        return world.browser().get(f"/audit/reports/{world.first.token}/")

    assert [one.same for one in page().context["decisions"]] == [True] * 6
    table, signed = "submissions_historicalreport", world.first.version
    note = f"public_note = 'lain' WHERE id = {world.first.pk} AND version = {signed}"
    with behind(world, table, note, "public_note = ''"):
        answer = page()
        assert not any(one.same for one in answer.context["decisions"])
        assert "is not what was seen" in answer.content.decode()


def test_a_file_changed_in_the_store_is_told(world: Sealed) -> None:
    evidence = world.first.evidence.get()
    path, kept = Path(evidence.file.path), Path(evidence.file.path).read_bytes()
    url = f"/audit/reports/{world.first.token}/?files=1"
    assert "The stored file has this hash" in world.browser().get(url).content.decode()
    try:
        path.write_bytes(kept + b"x")
        assert "The stored file has another hash" in world.browser().get(url).content.decode()
        path.unlink()
        assert "There is no file in the store" in world.browser().get(url).content.decode()
    finally:
        path.write_bytes(kept)


def test_what_is_not_sealed_yet_is_not_proved_yet(world: Sealed) -> None:
    february = next(report for report in world.cast.open(2) if report.item_id == world.first.item_id)
    url = f"/audit/reports/{february.token}/"
    answer = world.browser().get(f"{url}proof/")
    assert (answer.status_code, answer["Location"]) == (302, f"{url}?wait=1#proof")
    page = world.browser().get(f"{url}?wait=1&check=1")
    assert page.context["checked"] is None and "Try again in some seconds" in page.content.decode()
    world.seal()
    assert world.browser().get(f"{url}proof/").status_code == 200
    assert world.browser().get(f"{url}?check=1").context["checked"].fault == ""


def test_what_is_written_while_a_proof_is_made_is_no_fault(
    world: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.cast.open(2)
    march = next(report for report in world.cast.open(3) if report.item_id == world.first.item_id)
    world.seal()
    begun: list[Any] = []

    def images(*asked: Any) -> Any:
        if not begun:
            begun.append(asked)
            with psycopg.connect(world.urls["app"], autocommit=True) as other:
                other.execute(
                    "UPDATE submissions_reportline SET realized = 5 WHERE report_id = %s", [march.pk]
                )
        return exporting.images(*asked)

    monkeypatch.setattr(proving, "images", images)
    url = f"/audit/reports/{march.token}/?check=1"
    assert world.browser().get(url).context["checked"].fault == "" and begun
    assert (
        world.browser().get(url).context["checked"] is None
    )  # what was written meanwhile waits for its seal
    world.seal()
    page = world.browser().get(url)
    assert (page.context["checked"].fault, page.context["outside"]) == ("", 2)


def test_a_file_attached_while_a_proof_is_made_is_no_fault_of_it(
    world: Sealed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.cast.open(2)
    march = next(report for report in world.cast.open(3) if report.item_id == world.first.item_id)
    world.seal()
    here = Evidence.objects.filter(report=world.first)[0]
    fields = {one.name: getattr(here, one.name) for one in Evidence._meta.concrete_fields if one.name != "id"}
    attached = Evidence(**fields | {"token": "march", "report": march})

    def attach() -> None:
        attached.save()
        connection.close()

    def images(*asked: Any) -> Any:
        if not attached.pk:
            other = Thread(target=attach)
            other.start()
            other.join()
        return exporting.images(*asked)

    monkeypatch.setattr(proving, "images", images)
    folder = world.unpacked(march, tmp_path / "march")
    assert attached.pk and alone(folder)[0] == 0 and not (folder / "files").exists()
    world.seal()


@pytest.mark.parametrize("who", ["ani", "budi", "citra", "eko", "gita"])
def test_only_an_auditor_takes_a_proof_away(world: Sealed, who: str) -> None:
    assert world.browser(who).get(f"/audit/reports/{world.second.token}/proof/").status_code == 404


def test_taking_it_away_is_on_the_record(world: Sealed) -> None:
    with psycopg.connect(world.urls["auditor"]) as connection:
        asked = "SELECT count(*) FROM audit_reading WHERE page = 'proof' AND subject = %s"
        before = connection.execute(asked, [world.foreign.token]).fetchone()
        world.archive(world.foreign)
        connection.rollback()
        after = connection.execute(asked, [world.foreign.token]).fetchone()
    assert before and after and after[0] == before[0] + 1


def test_a_proof_costs_the_same_for_one_report_and_for_three(
    world: Sealed, statements: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Counted(psycopg.Cursor[Any]):
        asked = 0

        def execute(self, *args: Any, **options: Any) -> Any:
            Counted.asked += 1
            return super().execute(*args, **options)

        def copy(self, *args: Any, **options: Any) -> Any:
            Counted.asked += 1
            return super().copy(*args, **options)

    monkeypatch.setattr("audit.proof.psycopg.Cursor", Counted)

    def cost(*reports: Report) -> tuple[int, int]:
        Counted.asked = 0
        with statements() as seen, ZipFile(tmp_path / "case.zip", "w") as into:
            pack(reports, Packed(into, ""))
        return len(seen), Counted.asked

    assert cost(world.first) == cost(world.first, world.second, world.foreign)


def test_every_tile_that_a_proof_needs_is_fetched_at_once() -> None:
    for size in (1, 2, 255, 256, 257, 600, 65_536, 66_000):
        whole = Log(0, lambda tile: b"")
        whole.add(number.to_bytes(32, "big") for number in range(size))

        class Shelf:
            def execute(self, query: str, asked: list[list[int]], log: Log = whole) -> "Shelf":
                self.found = [(*tile, bytes(log.tile(tile))) for tile in zip(*asked, strict=True)]
                return self

            def fetchall(self) -> list[tuple[int, int, bytes]]:
                return [row for row in self.found if row[2]]

        for place in {0, size // 3, size // 2, size - 1}:
            log = proving._log(Shelf(), size, [place])  # type: ignore[arg-type]
            assert log.inclusion(place, size) == whole.inclusion(place, size)
            assert log.consistency(place + 1, size) == whole.consistency(place + 1, size)


def test_from_the_public_figure_an_auditor_finds_the_dossier_and_nobody_else(world: Sealed) -> None:
    item = world.second.item
    url = f"/p/2026/{item.unit.code}/{item.sub_activity_code}/"
    link = f"/audit/reports/{world.second.token}/"
    dewi = world.browser().get(url)
    assert link in dewi.content.decode() and "public" not in dewi.get("Cache-Control", "")
    assert "Cookie" in dewi["Vary"]
    visitor = Client().get(url)
    assert "/audit/" not in visitor.content.decode() and "public" in visitor["Cache-Control"]
    for who in ("ani", "citra", "eko", "gita"):
        assert link not in world.browser(who).get(url).content.decode()


def lines(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text().splitlines()


def spoiled(path: Path, at: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])


@contextmanager
def behind(world: Sealed, table: str, change: str, back: str) -> Iterator[None]:
    """A row changed by who runs the database server, with the table's triggers switched off, and put back at the end."""

    def write(said: str) -> None:
        with psycopg.connect(world.urls["superuser"]) as connection:
            triggers = connection.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'A'", [table]
            ).fetchall()
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
            connection.execute(f"UPDATE {table} SET {said}".encode())  # noqa: S608 - constants of this file
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
            for (name,) in triggers:
                connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}".encode())

    write(change)
    try:
        yield
    finally:
        write(f"{back} WHERE {change.partition(' WHERE ')[2]}")
