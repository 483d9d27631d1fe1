"""The drills of docs/restore.md, whole: back to a moment before a mistake, and into an empty server from a dump."""

import gzip
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import embedded, folder
from ledger import restoring
from ledger.notes import sealer_of
from ledger.verify import Fault, Key, check
from tests import databases
from tests.cast import World
from tests.ledger import drills
from tests.ledger.custody import Keys, asked, done, installed, said, sealed, size_of, verdict

PASSPHRASE = "gunung sungai laut angin"
PATIENCE = 180
TIMEOUT = 2  # seconds after which a segment is archived though it is not full
PAGE = Path(__file__).parents[2] / "docs" / "restore.md"
# A segment that is there already, whole and the same, is no error: the server asks again when it was killed in between.
COPYING = (
    "gzip -dc {archive}/%f.gz | cmp -s - %p || (test ! -f {archive}/%f.gz && gzip -c %p > {archive}/%f.new"
    " && sync {archive}/%f.new && mv {archive}/%f.new {archive}/%f.gz && sync {archive})"
)
FETCHING = 'gzip -dc {archive}/%f.gz > "%p"'


@pytest.fixture
def keys(tmp_path: Path, settings: Any) -> Keys:
    settings.LEDGER_KEYS = tmp_path / "ledger"
    return installed(tmp_path / "away", settings.LEDGER_KEYS)


def until(ready: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


# --- Back to a moment before a mistake -------------------------------------------------------------------


def archiving(data: Path) -> Path:
    """Switch archiving on as docs/restore.md says, and see that it is on; the archive."""
    archive = data / "postgres" / "archive"
    archive.mkdir()
    os.chown(archive, *folder.server_user())
    copying = COPYING.format(archive=archive)
    done(
        embedded.urls(data),
        "ALTER SYSTEM SET archive_mode = on",
        f"ALTER SYSTEM SET archive_command = '{copying}'",
        f"ALTER SYSTEM SET archive_timeout = '{TIMEOUT}s'",
    )
    embedded.stop(data)
    embedded.ensure(data)
    with psycopg.connect(embedded.urls(data)["superuser"]) as connection:
        found: dict[str, str] = dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())
    wanted = {
        "archive_mode": "on",
        "archive_command": copying,
        "archive_timeout": str(TIMEOUT),
        "wal_level": "replica",
    }
    assert found.items() >= wanted.items()
    return archive


def test_the_page_says_what_the_drills_do() -> None:
    words = PAGE.read_text()
    assert COPYING.format(archive="/backup/wal") in words and FETCHING.format(archive="/backup/wal") in words
    assert all(option in words for option in drills.REPLACING)


def test_a_segment_is_archived_once_and_never_written_over(tmp_path: Path) -> None:
    def copied(name: str) -> int:
        command = COPYING.format(archive=tmp_path).replace("%p", str(tmp_path / name)).replace("%f", "0001")
        return subprocess.run(["sh", "-c", command], stderr=subprocess.DEVNULL).returncode  # noqa: S607

    (tmp_path / "one").write_bytes(b"1" * 1000)
    (tmp_path / "other").write_bytes(b"2" * 1000)
    assert (copied("one"), copied("one"), copied("other")) == (0, 0, 1)
    assert gzip.decompress((tmp_path / "0001.gz").read_bytes()) == b"1" * 1000


def archived(urls: drills.Urls, archive: Path) -> float:
    """Wait until all that was written until now is in the archive, with nobody's help; seconds."""
    began, segment = time.monotonic(), asked(urls, "SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
    until((archive / f"{segment}.gz").exists, f"{segment} in the archive")
    assert asked(urls, "SELECT failed_count FROM pg_stat_archiver") == 0
    seconds = time.monotonic() - began
    with gzip.open(archive / f"{segment}.gz") as whole:
        assert len(whole.read()) == 16 * 1024 * 1024
    return seconds


def recovered(base: Path, archive: Path, moment: datetime, secrets: Path, data: Path) -> None:
    """A server in `data` from a base backup and the archive, as it stood at a moment."""
    cluster = data / "postgres" / "cluster"
    cluster.parent.mkdir()
    subprocess.run(["cp", "-a", base, cluster], check=True)  # noqa: S607 - as the page says
    for name in ("secrets.json", "postgres/prepared"):
        shutil.copy(secrets / name, data / name)
    with (cluster / "postgresql.auto.conf").open("a") as conf:
        conf.write(f"restore_command = '{FETCHING.format(archive=archive)}'\n")
        conf.write(f"recovery_target_time = '{moment.isoformat()}'\nrecovery_target_action = 'promote'\n")
    (cluster / "recovery.signal").touch()
    embedded.ensure(data)
    until(lambda: not asked(embedded.urls(data), "SELECT pg_is_in_recovery()"), "the end of the recovery")


TO_KEEP = (
    "UPDATE registry_unit SET name = 'Dinas Pekerjaan Umum dan Penataan Ruang' WHERE kind = 'AGENCY'",
    "UPDATE registry_government SET zone_name = 'WIB'",
)
MISTAKE = ("UPDATE submissions_reportline SET realized = 0", "UPDATE registry_unit SET name = 'salah'")


def test_a_bad_mass_change_is_undone_and_what_is_lost_is_declared(
    committed: drills.Urls, cast: World, keys: Keys, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cast.item()
    cast.entered(cast.open(), 10)
    with drills.folders() as data, drills.folders() as other:
        urls = drills.copied(committed, data)
        archive, base = archiving(data), data / "postgres" / "base"
        early, began = sealed(urls, keys.sealer), time.monotonic()
        embedded.run(data, "pg_basebackup", "-D", base, "--checkpoint=fast", "-d", urls["superuser"])
        backup = time.monotonic() - began
        assert "verified" in embedded.run(data, "pg_verifybackup", base)
        done(urls, TO_KEEP[0], role="app")
        kept = sealed(urls, keys.sealer)
        done(urls, TO_KEEP[1], role="app")  # the sealer does not come to it before the mistake
        moment = asked(urls, "SELECT clock_timestamp()")
        done(urls, MISTAKE[0], role="app")
        between = sealed(urls, keys.sealer)
        done(urls, MISTAKE[1], role="app")
        anchors = early, kept, between, sealed(urls, keys.sealer)
        away = archived(urls, archive)
        embedded.run(data, "pg_ctl", "stop", "--mode=immediate", "-D", data / "postgres" / "cluster")

        began = time.monotonic()
        recovered(base, archive, moment, data, other)
        recovery, again = time.monotonic() - began, embedded.urls(other, databases.name_of(committed))
        assert asked(again, "SELECT count(*) FROM registry_unit WHERE name = 'salah'") == 0
        assert asked(again, "SELECT sum(realized) FROM submissions_reportline") == 10
        assert asked(again, "SELECT zone_name FROM registry_government") == "WIB"
        sentence = accused_and_declared(again, keys, tmp_path, anchors)
        whole = time.monotonic() - began
    told(
        capsys,
        f"base backup {backup:.1f} s; an act is in the archive after {away:.1f} s (archive_timeout {TIMEOUT} s)",
    )
    told(capsys, f"recovery {recovery:.1f} s, until declared, sealed and verified {whole:.1f} s; {sentence}")


def accused_and_declared(
    urls: drills.Urls, keys: Keys, place: Path, anchors: tuple[str, str, str, str]
) -> str:
    """Who holds the lost checkpoint accuses the ledger, until two custodians have declared; what the verifier says then."""
    early, kept, between, lost = anchors
    assert verdict(urls, keys, place / "restored", early, kept)
    for gone in (between, lost):
        missing = f"is of {size_of(gone)} events and .* {size_of(kept)}: what came after is missing"
        with pytest.raises(Fault, match=missing):
            verdict(urls, keys, place / f"accused-{size_of(gone)}", early, kept, gone)
    declared_at_three_desks(urls, keys, place, kept, lost)
    sentence = verdict(urls, keys, place / "declared", *anchors, sealed(urls, keys.sealer))
    assert f"A restore lost what came after {size_of(kept)} until {size_of(lost)}: declared." in sentence

    strangers = [Key(sealer_of(place / name, name).public) for name in ("one", "two")]
    for trusted in ([], keys.public[:1], [keys.public[0], keys.public[0]], strangers):
        with pytest.raises(Fault, match="without the signatures of two custodians"):
            check(place / "declared", Key(keys.sealer.public), anchors, trusted)
    for size in (size_of(kept), size_of(lost), size_of(lost) + 1):
        with pytest.raises(Fault, match="An anchored checkpoint"):
            stray = keys.sealer.note(size, b"\1" * 32)
            check(place / "declared", Key(keys.sealer.public), [stray], keys.public)
    return sentence


def declared_at_three_desks(urls: drills.Urls, keys: Keys, place: Path, kept: str, lost: str) -> None:
    """The note is made where the database is, signed by each custodian at his own desk, and declared."""
    (place / "lost.txt").write_text(lost)
    note, reason = place / "note.txt", "Perubahan massal yang keliru"
    with drills.pointed_at(urls):
        said(lost=place / "lost.txt", reason=reason, note=note)
    for key, passphrase in zip(*keys.arguments().values(), strict=True):
        said(note=note, custodian_key=[key], passphrase_file=[passphrase])
    with drills.pointed_at(urls):
        assert "Declared" in said(note=note)
    assert restoring.told(note.read_text()) == (size_of(kept), size_of(lost), reason)


def told(capsys: pytest.CaptureFixture[str], figures: str) -> None:
    with capsys.disabled():
        print(f"\n{figures}")  # noqa: T201 - the figures are the point


# --- Into an empty server, from a dump -------------------------------------------------------------------

# Who may do what, and what watches: everything that a restore could lose without anybody noticing.
STANDING = """
SELECT 'relation', c.oid::regclass::text, c.relkind::text, c.relowner::regrole::text, a::text
  FROM pg_class c LEFT JOIN LATERAL unnest(c.relacl) a ON true WHERE c.relnamespace::regnamespace::text = ANY (%(ours)s)
UNION ALL SELECT 'column', attrelid::regclass::text, attname, '', a::text
  FROM pg_attribute, unnest(attacl) a WHERE attrelid::regclass::text LIKE 'ledger.%%'
UNION ALL SELECT 'function', p.oid::regprocedure::text, prosecdef::text, proowner::regrole::text, proconfig::text || a::text
  FROM pg_proc p LEFT JOIN LATERAL unnest(proacl) a ON true WHERE pronamespace::regnamespace::text = ANY (%(ours)s)
UNION ALL SELECT 'schema', nspname, '', nspowner::regrole::text, a::text
  FROM pg_namespace LEFT JOIN LATERAL unnest(nspacl) a ON true WHERE nspname = ANY (%(ours)s)
UNION ALL SELECT 'default', defaclnamespace::regnamespace::text, defaclobjtype::text, defaclrole::regrole::text, a::text
  FROM pg_default_acl, unnest(defaclacl) a
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, tgenabled::text, pg_get_triggerdef(oid)
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'event trigger', evtname, evtevent, evtenabled::text, evtfoid::regprocedure::text FROM pg_event_trigger
UNION ALL SELECT 'rule', conrelid::regclass::text, conname, contype::text, convalidated::text FROM pg_constraint"""


def standing(urls: drills.Urls) -> set[tuple[str, ...]]:
    with psycopg.connect(urls["superuser"]) as connection:
        return set(connection.execute(STANDING.encode(), {"ours": ["public", "ledger", "pgmq"]}).fetchall())


def test_a_dump_goes_into_an_empty_server_and_all_goes_on(
    committed: drills.Urls, cast: World, keys: Keys, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cast.item(ceilings=(1000,))
    reports = cast.open()
    cast.entered(reports, 10)
    anchor, before = sealed(committed, keys.sealer), standing(committed)
    assert {("trigger", "A"), ("event trigger", "A")} <= {
        (kind, enabled) for kind, _, _, enabled, _ in before
    }
    cast.entered(reports, 11)  # not sealed when the dump is made
    with drills.folders() as data:
        embedded.ensure(data)
        began = time.monotonic()
        file = drills.dumped(committed, data)
        dump = time.monotonic() - began
        drills.restored(file, data)
        both = time.monotonic() - began
        urls = embedded.urls(data, databases.name_of(committed))
        assert standing(urls) == before
        assert verdict(urls, keys, tmp_path / "restored", anchor)

        with drills.pointed_at(urls):
            cast.entered(reports, 12)
        done(urls, "SET session_replication_role = replica", "UPDATE registry_unit SET name = 'Dinas'")
        done(urls, "CREATE TABLE public.shadow (id int)", role="owner")
        assert (
            asked(urls, "SELECT payload::json #>> '{what,name}' FROM ledger.event ORDER BY id DESC")
            == "public.shadow"
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            done(urls, "DELETE FROM ledger.queue", role="app")
        later = sealed(urls, keys.sealer)
        sentence = verdict(urls, keys, tmp_path / "later", anchor, later)
        assert size_of(later) - size_of(anchor) == 4 + 4 + 3 + 1  # two saved reports, three units, one table
    told(capsys, f"pg_dump {dump:.1f} s, with pg_restore {both:.1f} s; {sentence}")
