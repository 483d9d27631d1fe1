"""The sealer at work on a real database, and what an outsider makes of what it exports."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from ledger.exporting import export
from ledger.inside import trail
from ledger.notes import Sealer, sealer_of
from ledger.sealing import person_of, seal
from ledger.verify import Fault, Key, check
from tests.cast import World

Urls = dict[str, str]


@pytest.fixture
def sealer(tmp_path: Path) -> Sealer:
    return sealer_of(tmp_path / "key")


def sealed(urls: Urls, sealer: Sealer) -> int:
    with psycopg.connect(urls["sealer"], autocommit=True) as connection:
        return seal(connection, sealer)


def verdict(urls: Urls, sealer: Sealer, folder: Path, *anchors: str) -> str:
    with psycopg.connect(urls["app"], autocommit=True) as connection:
        export(connection, folder)
    return check(folder, Key(sealer.public), anchors)


def newest(urls: Urls) -> str:
    with psycopg.connect(urls["auditor"]) as connection:
        row = connection.execute("SELECT note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1").fetchone()
        assert row
        return str(row[0])


def test_a_new_database_is_sealed_and_verifies(
    committed: Urls, cast: World, sealer: Sealer, tmp_path: Path
) -> None:
    cast.items(2)
    cast.submitted(cast.open(), 10)
    count = sealed(committed, sealer)
    assert count > 50 and sealed(committed, sealer) == 0
    assert verdict(committed, sealer, tmp_path / "one").startswith(f"{count} events under 1 checkpoints")


def test_what_is_not_sealed_yet_is_followed_too(
    committed: Urls, cast: World, sealer: Sealer, tmp_path: Path
) -> None:
    sealed(committed, sealer)
    anchor = newest(committed)
    cast.items(1)
    assert verdict(committed, sealer, tmp_path / "one", anchor)
    sealed(committed, sealer)
    assert verdict(committed, sealer, tmp_path / "two", anchor, newest(committed))


def test_an_event_that_commits_late_is_sealed_late_and_never_missed(
    committed: Urls, cast: World, sealer: Sealer, tmp_path: Path
) -> None:
    with psycopg.connect(committed["app"]) as slow:
        slow.execute("UPDATE registry_government SET zone_name = 'WIB'")
        cast.items(1)
        early = sealed(committed, sealer)
        slow.commit()
    assert early > 0 and sealed(committed, sealer) == 1
    assert verdict(committed, sealer, tmp_path / "one")


def test_who_claims_to_be_no_number_names_nobody_and_does_not_stop_the_sealer(
    committed: Urls, cast: World, sealer: Sealer, tmp_path: Path
) -> None:
    sealed(committed, sealer)
    with psycopg.connect(committed["app"]) as mallory:
        mallory.execute("SET jenjang.actor = 'mallory'")
        mallory.execute("UPDATE registry_government SET zone_name = 'WIT'")
    with psycopg.connect(committed["superuser"]) as older:  # events of before were written with any claim
        older.execute(
            "WITH e AS (INSERT INTO ledger.event (of_table, of_row, payload)"
            " SELECT 'x', 7, replace(ledger.payload('x', 'D', 7, NULL, NULL), %s, %s) RETURNING id)"
            " INSERT INTO ledger.queue (id) SELECT id FROM e",
            ['"actor" : null', '"actor" : "mallory"'],
        )
        claims = older.execute("SELECT payload::json ->> 'actor' FROM ledger.event ORDER BY id DESC LIMIT 2")
        assert [claim for (claim,) in claims] == ["mallory", None]
    assert sealed(committed, sealer) == 2
    with psycopg.connect(committed["auditor"], autocommit=True) as reader:
        assert reader.execute("SELECT actor FROM ledger.trail ORDER BY event_id DESC LIMIT 2").fetchall() == [
            (None,),
            (None,),
        ]
        trail(reader, Key(sealer.public))


@pytest.mark.parametrize("what", ["[" * 2000 + "]" * 2000, "9" * 5000])
def test_what_the_sealer_cannot_read_is_sealed_all_the_same(
    committed: Urls, cast: World, sealer: Sealer, what: str
) -> None:
    sealed(committed, sealer)
    with psycopg.connect(committed["owner"]) as owner:
        owner.execute("SELECT ledger.declare('odd', %s::json)", [what])
    assert sealed(committed, sealer) == 1
    cast.items(1)
    assert sealed(committed, sealer) > 0


def test_a_second_sealer_finds_the_first_at_work(committed: Urls, cast: World, sealer: Sealer) -> None:
    with psycopg.connect(committed["sealer"]) as first:
        first.execute("SELECT pg_advisory_xact_lock(7201306501)")
        assert sealed(committed, sealer) == 0
    assert sealed(committed, sealer) > 0


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    one, other = sealer_of(tmp_path / "key"), sealer_of(tmp_path / "key")
    assert one.public == other.public == (tmp_path / "key/sealer.pub").read_text().strip()
    assert (tmp_path / "key/sealer.key").stat().st_mode & 0o077 == 0
    with pytest.raises(Fault, match="not signed with the given key"):
        Key(sealer_of(tmp_path / "another").public).open(one.note(0, b"\0" * 32))


def test_the_export_is_plain_json_lines(committed: Urls, cast: World, sealer: Sealer, tmp_path: Path) -> None:
    count = sealed(committed, sealer)
    verdict(committed, sealer, tmp_path / "one")
    lines = (tmp_path / "one/events.log").read_text().splitlines()
    assert len(lines) == count and json.loads(lines[0].partition(" ")[2])["table"]


def ddl(urls: Urls) -> list[tuple[str, str, str]]:
    with psycopg.connect(urls["auditor"]) as connection:
        rows = connection.execute(
            "SELECT payload::json ->> 'op', payload::json #>> '{what,name}', payload::json ->> 'role'"
            " FROM ledger.event WHERE of_table = 'ddl' ORDER BY id"
        )
        return list(rows)


@pytest.mark.parametrize("role", ["owner", "superuser"])
def test_whoever_changes_the_shape_of_what_is_kept_is_on_the_record(
    committed: Urls, cast: World, sealer: Sealer, tmp_path: Path, role: str
) -> None:
    before = ddl(committed)
    with psycopg.connect(committed[role], autocommit=True) as connection:
        connection.execute("ALTER TABLE registry_unit DISABLE TRIGGER ledger_update")
        connection.execute("CREATE TABLE public.shadow (id int)")
        connection.execute("DROP TABLE public.shadow")
        connection.execute("CREATE TEMP TABLE passing (id int)")
    found = ddl(committed)[len(before) :]
    assert [one[:2] for one in found] == [
        ("ALTER TABLE", "public.registry_unit"),
        ("CREATE TABLE", "public.shadow"),
        ("DROP TABLE", "public.shadow"),
    ]
    assert {one[2] for one in found} == {f"jenjang_{role}"}
    sealed(committed, sealer)
    assert verdict(committed, sealer, tmp_path / "one")


def test_a_lost_key_is_not_silently_replaced(
    committed: Urls, cast: World, sealer: Sealer, tmp_path: Path, settings: Any
) -> None:
    settings.LEDGER_SEALER_URL, settings.LEDGER_KEYS = committed["sealer"], tmp_path / "key"
    call_command("seal", once=True, stdout=StringIO())
    (tmp_path / "key/sealer.key").unlink()
    cast.items(1)
    with pytest.raises(CommandError, match="holds another key than the one that sealed this ledger"):
        call_command("seal", once=True, stdout=StringIO())
    with psycopg.connect(committed["auditor"]) as connection:
        assert connection.execute("SELECT count(*) FROM ledger.checkpoint").fetchone() == (1,)


@pytest.mark.parametrize(
    ("claim", "person"),
    [(None, None), ("12", 12), ("mallory", None), ("\u0663", None), ("9" * 30, None), ("-1", None)],
)
def test_an_event_of_before_names_a_person_only_by_a_number(claim: str | None, person: int | None) -> None:
    """Whoever reads the ledger meets what anybody at the database once claimed to be."""
    assert person_of({"actor": claim}) == person
