"""Hostile files and scanners, payments that no treasury makes, and months reported as nil over what was typed."""

import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from submissions import cells, scanner, uploads
from submissions.cells import Cell
from submissions.models import Evidence, Payment, PaymentMapping, Report, Upload
from submissions.scanner import ScannerFailed, scan
from tests.cast import World
from tests.submissions import test_payments_page as paying
from tests.submissions.clamd import scanner as clamd
from tests.submissions.corpus_makers import picture
from tests.submissions.evidence import begun, folder, signed_in
from tests.submissions.test_nil import HALTED, as_, ticked, told
from tests.submissions.treasury import csv, paid

__all__ = ["folder"]
BILLION = 10**9


@pytest.fixture
def report(cast: World) -> Report:
    cast.item(ceilings=[100 * BILLION])
    return cast.open()[0]


@pytest.fixture
def ani(cast: World, report: Report) -> Client:
    return signed_in(cast.ani)


def test_a_virus_without_a_name_is_a_virus() -> None:
    with clamd() as (url, server):
        server.says = b"stream:  FOUND\x00"
        assert not scan(url, b"x").clean


def test_a_scanner_that_answers_a_byte_at_a_time_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "LONGEST", 0.4)
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def dribble() -> None:
            line, _whence = door.accept()
            with line, suppress(OSError):
                while not gone.wait(0.05):
                    line.sendall(b"x")

        thread = threading.Thread(target=dribble, daemon=True)
        thread.start()
        with pytest.raises(ScannerFailed, match="Timeout"):
            scan(f"tcp://127.0.0.1:{door.getsockname()[1]}", b"x")
        gone.set()
        thread.join(5)


def test_sums_beyond_every_budget_are_refused_before_they_are_stored(cast: World, ani: Client) -> None:
    most = "999.999.999.999.999.999"
    file = csv(paid("1", "15/01/2026", most), paid("1", "15/01/2026", most.replace("9", "8")))
    page = paying.choose(ani, cast, file)
    answer = ani.post(paying.address(page), paying.hidden(page), follow=True)
    assert answer.status_code in (200, 422) and not Payment.objects.exists()


def test_single_payments_that_only_together_are_too_much(cast: World, ani: Client) -> None:
    most = "999.999.999.999.999.999"
    file = csv(paid("1", "15/01/2026", most), paid("2", "15/01/2026", most))
    page = paying.choose(ani, cast, file)
    answer = ani.post(paying.address(page), paying.hidden(page), follow=True)
    assert answer.status_code in (200, 422)
    assert ani.get("/entry/2026-01/").status_code == 200


@pytest.mark.parametrize("name", ["a\x00b", "<b>x</b>", "x" * 500, "\ud83d"])
def test_a_mapping_may_be_called_anything(cast: World, ani: Client, name: str) -> None:
    page = paying.choose(ani, cast, csv(paid("1", "15/01/2026", "7")))
    answer = ani.post(
        paying.address(page),
        paying.hidden(page) | {"save_as": name.encode(errors="replace").decode()},
        follow=True,
    )
    assert answer.status_code == 200 and "<b>x</b>" not in answer.content.decode()
    assert PaymentMapping.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["支" * 90 + ".csv", "ادائیگی" * 12 + ".csv", "....csv", "*.csv", "\u202egnp.csv"]
)
def test_a_file_may_be_called_anything(cast: World, ani: Client, name: str) -> None:
    page = paying.choose(ani, cast, paying.File(csv(paid("1", "15/01/2026", "7")).content, name))
    assert page.status_code == 200 and paying.address(page) != paying.START


def test_what_was_typed_this_month_is_not_replaced_by_last_months_words(cast: World) -> None:
    cast.item()
    (january,) = cast.open()
    cast.submitted([january], 10, status="TERHENTI", **HALTED)
    cast.open(2)
    cast.at("2026-03-03 09:00")
    (february,) = cast.reports(2)
    words = {
        "problem_text": Cell("Banjir di lokasi sejak pekan lalu.", ""),
        "problems": Cell("PROCUREMENT", ""),
    }
    saved = cells.save(actor=cast.ani, typed={february.pk: words}, language="id")
    assert saved[february.pk].clean
    answer = as_(cast.ani).post("/entry/2026-02/nil/", ticked(cast, cast.reports(2)), follow=True)
    fresh = Report.objects.get(pk=february.pk)
    assert (fresh.problem_text, fresh.problems) == ("Banjir di lokasi sejak pekan lalu.", ["PROCUREMENT"]), (
        told(answer)
    )


def test_the_last_part_sent_twice_at_once_is_one_file(
    ani: Client, cast: World, report: Report, monkeypatch: Any
) -> None:
    photo = picture()
    url = begun(ani, report, "foto.jpg", len(photo)).json()["url"]
    token = url.rstrip("/").rpartition("/")[2]
    real = uploads._place

    def late(upload: Upload) -> Path:
        """Between the question and the opening the other request has finished."""
        monkeypatch.setattr(uploads, "_place", real)
        uploads.finish(actor=cast.ani, token=token)
        return real(upload)

    uploads.append(actor=cast.ani, token=token, offset=0, part=photo)
    monkeypatch.setattr(uploads, "_place", late)
    file = uploads.finish(actor=cast.ani, token=token)
    assert file == Evidence.objects.get()
