"""The standby of docs/operating.md: the server dies at work, the standby takes over, and what was acknowledged is there."""

import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config import embedded
from ledger.exporting import export
from ledger.verify import Key, check
from tests import databases
from tests.cast import World
from tests.ledger import drills
from tests.ledger.custody import asked, done, sealed
from tests.ledger.test_crash import Drill, at_work
from tests.ledger.test_restoring import until

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
COPYING = ("--write-recovery-conf", "--create-slot", "--slot=standby", "--checkpoint=fast")
NAMED = "ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (standby)'"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
STREAMING = (
    "SELECT sync_state FROM pg_stat_replication WHERE application_name = 'standby' AND state = 'streaming'"
)


def standby(drill: Drill, data: Path) -> drills.Urls:
    """A second server in `data` that follows the drill's and without which nothing is acknowledged; its URLs."""
    copy, cluster = drill.data / "postgres" / "copy", data / "postgres" / "cluster"
    url = drill.urls["superuser"] + "&application_name=standby"
    embedded.run(drill.data, "pg_basebackup", *COPYING, "-D", copy, "-d", url)
    cluster.parent.mkdir()
    subprocess.run(["cp", "-a", copy, cluster], check=True)  # noqa: S607 - to the other machine
    for name in ("secrets.json", "postgres/prepared"):
        shutil.copy(drill.data / name, data / name)
    embedded.ensure(data)
    done(drill.urls, NAMED, "SELECT pg_reload_conf()")
    until(lambda: asked(drill.urls, STREAMING) == "sync", "a standby that is waited for")
    return embedded.urls(data, databases.name_of(drill.urls))


def promoted(data: Path) -> float:
    """Make the standby the server; seconds until it takes acts."""
    began = time.monotonic()
    embedded.run(data, "pg_ctl", "promote", "-D", data / "postgres" / "cluster", "-w")
    done(
        embedded.urls(data, "postgres"),
        "ALTER SYSTEM RESET synchronous_standby_names",
        "SELECT pg_reload_conf()",
    )
    return time.monotonic() - began


def test_the_page_says_what_the_drill_does() -> None:
    words = PAGE.read_text()
    assert all(option in words for option in COPYING) and NAMED in words and "pg_ctl promote" in words
    assert "ALTER SYSTEM RESET synchronous_standby_names" in words


def test_the_standby_takes_over_with_all_that_was_acknowledged(
    committed: drills.Urls, cast: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with at_work(committed, cast, tmp_path) as drill, drills.folders() as other:
        urls = standby(drill, other)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            done(urls, "UPDATE registry_unit SET name = 'Dinas'", role="app")
        waits_for(drill, other)
        drill.until_killed(acts=200)
        seconds = promoted(other)
        after = replace(drill, data=other, urls=urls)
        assert drill.outside.acknowledged - after.found().keys() == set()
        assert len(drill.outside.acknowledged) >= 200 and drill.outside.checkpoints
        with drills.pointed_at(urls):
            assert written(after) == len(drill.reports)
            drill.outside.checkpoints.append(sealed(urls, drill.sealer))
        with psycopg.connect(urls["app"], autocommit=True) as reading:
            export(reading, tmp_path / "after")
        sentence = check(tmp_path / "after", Key(drill.sealer.public), drill.outside.checkpoints)
    with capsys.disabled():
        print(  # noqa: T201 - the figures are the point
            f"\n{len(drill.outside.acknowledged)} acts acknowledged, 0 lost, promoted in {seconds:.1f} s; {sentence}"
        )


def waits_for(drill: Drill, data: Path) -> None:
    """An act stays unanswered while the standby is away."""
    embedded.stop(data)
    with ThreadPoolExecutor(1) as pool:
        act = pool.submit(
            done, drill.urls, "UPDATE registry_unit SET name = 'Dinas' WHERE kind = 'AGENCY'", role="app"
        )
        try:
            until(lambda: asked(drill.urls, WAITING), "an act that waits for the standby")
            assert not act.done()
        finally:
            embedded.ensure(data)
        act.result()


def written(drill: Drill) -> int:
    """So many reports are entered again on the new server."""
    drill.world.entered(list(drill.reports), 12)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM submissions_reportline WHERE realized = 12")
        return int(cursor.fetchone()[0])
