"""Signing that is cut off anywhere: never published without a verified document, never a signature without its record."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connections

from approvals import services
from approvals.authority import create_authority, issue_signer
from approvals.models import SigningBatch
from approvals.recap import trusted
from approvals.signing import verify
from ledger.clock import now
from submissions.models import Report
from tests.approvals.signing_faults import Points, cut, lost
from tests.cast import PASSPHRASE, World
from tests.files import kept_in
from tests.together import noticed

SPARE = 40  # reports: each round that ends in a publication uses one up
FEWEST = 50  # points of a signing; less means that the faults strike no more where they should
MOST = 200
State = SigningBatch.State


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.SIGNING_KEYS = tmp_path / "keys"
    settings.STORAGES = kept_in(tmp_path / "files")
    create_authority(settings.SIGNING_KEYS)
    return Path(settings.SIGNING_KEYS)


class Story:
    """Citra signs one report after the other, and each time something else goes wrong."""

    def __init__(self, cast: World) -> None:
        self.cast = cast
        path = site.SIGNING_KEYS / f"signer-{cast.citra.pk}.p12"
        issue_signer(site.SIGNING_KEYS, cast.citra.name, str(cast.citra.nip), "Dinas", PASSPHRASE, path=path)
        cast.items(SPARE)
        services.verify(actor=cast.budi, versions=cast.submitted(cast.open(), 10))

    def prepared(self) -> SigningBatch:
        report = Report.objects.filter(state="verified").order_by("pk")[:1]
        versions = self.cast.versions(list(report))
        made = services.prepare(actor=self.cast.citra, period=self.cast.period(), versions=versions)
        services.render(made.pk)
        return SigningBatch.objects.get(pk=made.pk)

    def sign(self, batch: SigningBatch, points: Points, factor: Any) -> None:
        with points.watching():
            services.sign(actor=self.cast.citra, batch=batch, factor=factor, passphrase=PASSPHRASE)

    def settled(self, batch: SigningBatch, made: int) -> str:
        """What became of it, now and once the sweep has been by; the promises are checked both times."""
        connections.close_all()
        before = kept(batch, made)
        self.cast.move_clock(now() + services.ABANDONED_AFTER + timedelta(minutes=1))
        services.void_abandoned()
        after = kept(batch, made)
        assert after in (State.PREPARED, State.VOID, State.PUBLISHED), (before, after)
        return after


def kept(batch: SigningBatch, made: int) -> str:
    """The promises that hold at every moment; returns the state of the batch."""
    held = SigningBatch.objects.get(pk=batch.pk)
    states = set(Report.objects.filter(signings__batch=batch).values_list("state", flat=True))
    if states != {"verified"}:
        assert (states, held.state) == ({"published"}, State.PUBLISHED)
    if held.state in (State.SIGNED, State.PUBLISHED):
        content = held.signed_file.read()
        held.signed_file.close()
        assert hashlib.sha256(content).hexdigest() == held.signed_sha256
        assert verify(content, trusted()).valid
    if made:
        assert held.attempts == 1 and held.state not in (State.PREPARING, State.PREPARED)
    return str(held.state)


@pytest.mark.parametrize("strike", [lost, cut])
def test_an_act_that_fails_at_any_point_keeps_every_promise(
    committed: dict[str, str], cast: World, strike: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    story, ends = Story(cast), dict[str, int]()
    for number in range(1, MOST):
        batch, points = story.prepared(), Points(strike, number)
        factor = cast.factor("citra")
        try:
            story.sign(batch, points, factor)
        except Exception:  # noqa: BLE001 - whatever it ends in, the promises hold
            assert points.struck
        end = story.settled(batch, len(points.made))
        ends[end] = ends.get(end, 0) + 1
        if not points.struck:
            break
    _reported(capsys, f"{strike.__name__}: {number - 1} points", ends)
    assert number > FEWEST and end == State.PUBLISHED


def test_a_process_that_is_killed_at_any_point_keeps_every_promise(
    committed: dict[str, str], cast: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story, ends, notes = Story(cast), dict[str, int](), tmp_path / "made"
    with signing_in_children(notes) as sign:
        for number in range(1, MOST):
            batch, factor = story.prepared(), cast.factor("citra")
            notes.unlink(missing_ok=True)
            connections.close_all()
            whole = sign(batch.pk, number, factor.code)
            noticed()
            end = story.settled(batch, int(notes.exists()))
            ends[end] = ends.get(end, 0) + 1
            if whole:
                break
    _reported(capsys, f"killed: {number - 1} points", ends)
    assert number > FEWEST and end == State.PUBLISHED


@contextmanager
def signing_in_children(notes: Path) -> Iterator[Callable[[int, int, str], bool]]:
    """A process that signs in children of its own, each killed at a point; whether one came to its end.

    They are not children of this process: it has threads, and those are lost in a fork.
    """
    told = {
        "database": connections.settings["default"]["NAME"],
        "keys": str(site.SIGNING_KEYS),
        "files": site.STORAGES["default"]["OPTIONS"]["location"].__fspath__(),
        "notes": str(notes),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.approvals.dying_signer", json.dumps(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": os.getcwd()},
    )
    assert process.stdin and process.stdout

    def sign(batch: int, number: int, code: str) -> bool:
        process.stdin.write(json.dumps([batch, number, code]) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline().strip()
        assert answer in ("killed", "whole"), answer
        return answer == "whole"

    try:
        yield sign
    finally:
        process.stdin.close()
        process.wait(60)


def _reported(capsys: pytest.CaptureFixture[str], what: str, ends: dict[str, int]) -> None:
    with capsys.disabled():
        print(f"\n{what}; ended {ends}")  # noqa: T201 - the figure is the point
