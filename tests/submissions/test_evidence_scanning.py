"""A virus scanner beside the site: nobody else gets a file before it is clean, and its officer is told of what is not."""

from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from approvals import tasks as working
from approvals.models import Notice
from submissions import services, tasks
from submissions.evidence import attach, remove
from submissions.evidence_forms import Said
from submissions.models import Evidence, EvidenceScan, Report
from submissions.scanner import ScannerFailed, scan
from tests.cast import PNG, World, png
from tests.submissions.clamd import EICAR, scanner
from tests.submissions.corpus_makers import pdf
from tests.submissions.evidence import folder, signed_in
from workflow.models import Outbox

__all__ = ["folder"]
VIRUS = pdf(text=b"BT (%s) Tj ET" % EICAR)


@pytest.fixture
def report(cast: World) -> Report:
    cast.item()
    (january,) = cast.open()
    return january


def kept(cast: World, report: Report, content: bytes = PNG, name: str = "foto.png", **said: Any) -> Evidence:
    upload = SimpleUploadedFile(name, content)
    return attach(actor=cast.ani, report=report, upload=upload, kind="OTHER", said=Said(**said))


def test_the_scanner_is_asked_in_its_own_words_over_tcp_and_a_local_socket(tmp_path: Path) -> None:
    for place in (None, tmp_path / "clamd.sock"):
        with scanner(place) as (url, server):
            assert scan(url, b"x" * 200_000).clean
            assert scan(url, EICAR).found == "Eicar-Test-Signature"
            assert scan(url, b"").clean
            assert server.seen == [b"x" * 200_000, EICAR, b""]


@pytest.mark.parametrize(
    "says",
    [
        b"",
        b"stream: \x00",
        b"INSTREAM size limit exceeded. ERROR\x00",
        b"FOUND",
        b"\xff\xfe\x00",
        b"x" * 9000,
        b"OK but\x00",
    ],
)
def test_an_answer_that_is_neither_yes_nor_no_is_none(says: bytes) -> None:
    with scanner() as (url, server):
        server.says = says
        with pytest.raises(ScannerFailed):
            scan(url, b"x")


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "/nowhere/clamd.sock", "tcp://127.0.0.1:x", "http://"])
def test_a_scanner_that_is_not_there_is_a_failure_and_no_yes(url: str) -> None:
    with pytest.raises(ScannerFailed):
        scan(url, b"x")


def test_without_a_scanner_nothing_waits_for_one(cast: World, report: Report) -> None:
    file = kept(cast, report)
    assert not Outbox.objects.filter(topic="evidence.scan").exists()
    assert signed_in(cast.budi).get(f"/evidence/{file.token}/").status_code == 200
    assert tasks.rescan() == 0


def test_others_get_a_file_only_when_it_is_clean(cast: World, report: Report, settings: Any) -> None:
    with scanner() as (settings.CLAMD_URL, server):
        file = kept(cast, report)
        budi, ani = signed_in(cast.budi), signed_in(cast.ani)
        waiting = budi.get(f"/evidence/{file.token}/")
        assert (waiting.status_code, "foto.png" in waiting.content.decode()) == (403, True)
        assert (
            ani.get(f"/evidence/{file.token}/").status_code == 200
        )  # it is hers, she just had it in her hands
        working.drain()
        assert budi.get(f"/evidence/{file.token}/").status_code == 200
        assert server.seen == [PNG]
        assert EvidenceScan.objects.get().state == "clean"
        cast.item("1.03.10.2.01.0052")
        remove(actor=cast.ani, evidence=file)
        kept(cast, report)  # the same content again is known already
        working.drain()
        assert len(server.seen) == 1


def test_a_virus_is_told_to_the_officer_once_and_reaches_nobody(
    cast: World, report: Report, settings: Any
) -> None:
    with scanner() as (settings.CLAMD_URL, _server):
        file = kept(cast, report, VIRUS, "surat.pdf", public=True)
        for _ in range(2):
            working.drain()
    assert EvidenceScan.objects.get().state == "infected"
    for who in ("ani", "budi", "dewi"):
        answer = signed_in(cast.people[who]).get(f"/evidence/{file.token}/")
        assert answer.status_code == 403
        assert "Eicar-Test-Signature" in answer.content.decode()
    assert Client().get(f"/evidence/{file.token}/public/").status_code == 404
    (notice,) = Notice.objects.all()
    assert (notice.person, notice.params["name"]) == (cast.ani, "surat.pdf")
    assert signed_in(cast.ani).get("/notices/").status_code == 200
    (letter,) = mail.outbox
    assert letter.to == [cast.ani.email] and "surat.pdf" in letter.body
    settings.CLAMD_URL = ""  # a scanner that was taken away again makes nothing clean
    assert signed_in(cast.budi).get(f"/evidence/{file.token}/").status_code == 403


def test_a_report_with_a_virus_cannot_be_submitted_until_the_file_is_removed(
    cast: World, report: Report, settings: Any
) -> None:
    cast.entered([report], 10)
    with scanner() as (settings.CLAMD_URL, _server):
        file = kept(cast, report, VIRUS, "surat.pdf")
        kept(cast, report)
        working.drain()
    (outcome,) = services.submit(actor=cast.ani, versions=cast.versions([report]))
    assert (outcome.done, outcome.code) == (False, "route.blocked")
    remove(actor=cast.ani, evidence=file)
    (outcome,) = services.submit(actor=cast.ani, versions=cast.versions([report]))
    assert outcome.done


def test_a_scanner_that_was_away_is_asked_again(cast: World, report: Report, settings: Any) -> None:
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    file = kept(cast, report)
    working.drain()
    assert not EvidenceScan.objects.exists()
    row = Outbox.objects.get(topic="evidence.scan")
    assert (row.attempts, row.done_at, row.last_error) == (1, None, "ScannerFailed")
    assert signed_in(cast.budi).get(f"/evidence/{file.token}/").status_code == 403
    assert tasks.rescan() == 0  # it is in the queue yet
    Outbox.objects.update(done_at=cast.at("2026-02-03 11:00"))  # given up
    with scanner() as (settings.CLAMD_URL, _server):
        assert tasks.rescan() == 1
        working.drain()
        assert tasks.rescan() == 0
    assert signed_in(cast.budi).get(f"/evidence/{file.token}/").status_code == 200


def test_files_from_before_there_was_a_scanner_are_asked_about(
    cast: World, report: Report, settings: Any
) -> None:
    for number in range(3):
        kept(cast, report, png(str(number)))
    with scanner() as (settings.CLAMD_URL, server):
        assert tasks.rescan() == 3
        working.drain()
        assert len(server.seen) == 3
        assert tasks.rescan() == 0


def test_a_file_that_was_removed_meanwhile_needs_no_answer(
    cast: World, report: Report, settings: Any
) -> None:
    with scanner() as (settings.CLAMD_URL, server):
        file = kept(cast, report)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.db.transaction.on_commit", lambda act, **_options: act())
            patch.setattr("submissions.scanning.nudge", lambda: None)
            remove(actor=cast.ani, evidence=file)
        working.drain()
        assert server.seen == []
    assert Outbox.objects.get(topic="evidence.scan").done_at
