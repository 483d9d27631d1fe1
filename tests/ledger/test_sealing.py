# ruff: noqa: S608 - the statements of an attacker, put together from constants
"""The sealer at work on a real database, and what an outsider finds when somebody rewrites what was sealed."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from ledger.exporting import export
from ledger.notes import Sealer, sealer_of
from ledger.sealing import seal
from ledger.verify import Fault, Key, check
from registry.models import Government
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


def as_superuser(urls: Urls, *statements: str) -> None:
    """What only who runs the database server can do: with every trigger switched off."""
    with psycopg.connect(urls["superuser"], autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


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


def test_a_second_sealer_finds_the_first_at_work(committed: Urls, cast: World, sealer: Sealer) -> None:
    with psycopg.connect(committed["sealer"]) as first:
        first.execute("SELECT pg_advisory_xact_lock(7201306501)")
        assert sealed(committed, sealer) == 0
    assert sealed(committed, sealer) > 0


OFF = "ALTER TABLE ledger.{0} DISABLE TRIGGER ALL"
ATTACKS: dict[str, tuple[Callable[[int], list[str]], str]] = {
    "a row changed behind the triggers": (
        lambda pk: [
            "SET session_replication_role = replica",
            "ALTER TABLE registry_government DISABLE TRIGGER ALL",
            f"UPDATE registry_government SET currency = 'USD' WHERE id = {pk}",
        ],
        "is not as its last event left it",
    ),
    "an event rewritten": (
        lambda pk: [
            OFF.format("event"),
            "UPDATE ledger.event SET payload = replace(payload, 'Mahakarsa', 'Mahakersa')"
            " WHERE id = (SELECT max(id) FROM ledger.event)",
            "UPDATE ledger.event SET payload = payload || ' ' WHERE id = (SELECT min(id) FROM ledger.event)",
        ],
        "has another root than the ledger",
    ),
    "an event and its leaf taken out": (
        lambda pk: [
            OFF.format("leaf"),
            OFF.format("event"),
            "DELETE FROM ledger.leaf WHERE index = 3",
            "DELETE FROM ledger.event WHERE id NOT IN (SELECT event_id FROM ledger.leaf)",
        ],
        "what came after is missing",
    ),
    "a row put in without an event": (
        lambda pk: [
            "ALTER TABLE registry_unit DISABLE TRIGGER ALL",
            f"INSERT INTO registry_unit (government_id, parent_id, kind, code, name, route_code, path)"
            f" SELECT {pk}, min(id), 'AGENCY', 'X', 'Dinas Bayangan', 'DINAS', '/0/' FROM registry_unit",
        ],
        "no event made it",
    ),
    "a checkpoint forged with another key": (
        lambda pk: [
            OFF.format("checkpoint"),
            "UPDATE ledger.checkpoint SET note = replace(note, E'\\n\\n', E'\\n\\nx')",
        ],
        "checkpoint",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_who_runs_the_server_cannot_rewrite_unseen(
    committed: Urls, cast: World, sealer: Sealer, tmp_path: Path, attack: str
) -> None:
    sealed(committed, sealer)
    assert verdict(committed, sealer, tmp_path / "before")
    statements, sentence = ATTACKS[attack]
    as_superuser(committed, *statements(Government.objects.get().pk))
    with pytest.raises(Fault, match=sentence):
        verdict(committed, sealer, tmp_path / "after")


def test_a_ledger_wound_back_is_told_by_what_somebody_kept_outside(
    committed: Urls, cast: World, sealer: Sealer, tmp_path: Path
) -> None:
    sealed(committed, sealer)
    anchor = newest(committed)
    with psycopg.connect(committed["auditor"]) as connection:
        (last,) = connection.execute("SELECT max(event_id) FROM ledger.leaf").fetchone() or (0,)
    as_superuser(
        committed,
        *[OFF.format(table) for table in ("event", "leaf", "tile", "checkpoint", "trail")],
        "TRUNCATE ledger.leaf, ledger.tile, ledger.checkpoint, ledger.trail",
        f"DELETE FROM ledger.queue WHERE id >= {last}",
        f"DELETE FROM ledger.event WHERE id >= {last}",
        "INSERT INTO ledger.queue SELECT id FROM ledger.event ON CONFLICT DO NOTHING",
    )
    sealed(committed, sealer)  # with the very key of the installation
    with pytest.raises(Fault, match="An anchored checkpoint|is not as its last event left it"):
        verdict(committed, sealer, tmp_path / "after", anchor)


FORBIDDEN = {
    "app": ["INSERT INTO ledger.checkpoint VALUES (1, '', '', now())", "DELETE FROM ledger.queue", "DELETE FROM ledger.leaf",
            "UPDATE ledger.tile SET hashes = ''", "INSERT INTO ledger.event (of_table, of_row, payload) VALUES ('x', 1, '')"],
    "sealer": ["DELETE FROM ledger.leaf", "UPDATE ledger.checkpoint SET note = ''", "DELETE FROM ledger.tile",
               "UPDATE ledger.tile SET hashes = decode(repeat('00', 32), 'hex')", "UPDATE ledger.event SET payload = ''",
               "SELECT * FROM registry_user"],
    "auditor": ["DELETE FROM ledger.queue", "INSERT INTO ledger.leaf VALUES (1, 1)"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "statement"), [(role, one) for role, many in FORBIDDEN.items() for one in many]
)
def test_nobody_else_writes_what_the_sealer_writes(
    committed: Urls, cast: World, sealer: Sealer, role: str, statement: str
) -> None:
    sealed(committed, sealer)
    with psycopg.connect(committed[role]) as connection, pytest.raises(psycopg.Error):
        connection.execute(statement.encode())


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
