# ruff: noqa: S608 - the statements of an attacker, put together from constants
"""manage.py verify_ledger: the outsiders' verifier, and what only the database can tell beside it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from ledger.notes import Sealer, sealer_of
from ledger.sealing import seal
from registry.models import Government
from tests.cast import World

Urls = dict[str, str]


@pytest.fixture
def sealer(tmp_path: Path, settings: Any) -> Sealer:
    settings.LEDGER_KEYS = tmp_path / "ledger"
    return sealer_of(settings.LEDGER_KEYS)


@pytest.fixture
def sealed(committed: Urls, cast: World, sealer: Sealer, settings: Any) -> Urls:
    """A small world, sealed, which the command reads as the site does."""
    settings.LEDGER_READER_URL = committed["app"]
    cast.items(60)
    sealing(committed, sealer)
    return committed


def sealing(urls: Urls, sealer: Sealer) -> None:
    with psycopg.connect(urls["sealer"], autocommit=True) as connection:
        assert seal(connection, sealer)


def verdict(*options: Any) -> tuple[bool, str, dict[str, float]]:
    out, side = StringIO(), StringIO()
    try:
        call_command("verify_ledger", "--json", *options, stdout=out, stderr=side)
        fault = ""
    except CommandError as error:
        fault = str(error)
    said = json.loads(out.getvalue())
    assert fault == ("" if said["valid"] else said["sentence"])
    assert "queue ..." in side.getvalue()
    return said["valid"], said["sentence"], said["seconds"]


def as_superuser(urls: Urls, *statements: str) -> None:
    with psycopg.connect(urls["superuser"], autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def off(table: str, *statements: str) -> list[str]:
    """Statements on a table of the ledger past its triggers, which stand as before afterwards."""
    on = ["append_only", "never_truncated"] if table != "tile" else ["grow_only", "never_truncated"]
    return [
        f"ALTER TABLE ledger.{table} DISABLE TRIGGER USER",
        *statements,
        *(f"ALTER TABLE ledger.{table} ENABLE ALWAYS TRIGGER {one}" for one in on),
    ]


def flipped(column: str) -> str:
    return f"set_byte({column}, 5, get_byte({column}, 5) # 1)"


def test_a_sound_ledger_is_said_to_be_so(sealed: Urls, sealer: Sealer, cast: World) -> None:
    valid, sentence, seconds = verdict()
    assert valid and "1 checkpoints and 0 anchors" in sentence
    assert list(seconds) == ["queue", "export", "events", "checkpoints", "tiles", "trail", "triggers"]
    cast.item("1.03.10.2.01.0999")  # what waits in the queue is no fault
    assert verdict()[0]
    sealing(sealed, sealer)
    assert "2 checkpoints" in verdict()[1]
    out = StringIO()
    call_command("verify_ledger", stdout=out, stderr=StringIO())
    assert out.getvalue().endswith("as they were written.\n")


LAST = "level = 0 AND index = (SELECT max(index) FROM ledger.tile WHERE level = 0)"
# What is done behind the ledger's back, what is said of it, and how it is put back.
BEHIND: dict[str, tuple[list[str], str, list[str]]] = {
    "an event taken out of the queue": (
        ["DELETE FROM ledger.queue WHERE id = (SELECT max(id) FROM ledger.queue)"],
        "1 events are neither sealed nor in the queue, event",
        ["INSERT INTO ledger.queue SELECT e.id FROM ledger.event e WHERE NOT EXISTS"
         " (SELECT FROM ledger.leaf WHERE event_id = e.id) ON CONFLICT DO NOTHING"],
    ),
    "a checkpoint's size beside its note": (
        off("checkpoint", "UPDATE ledger.checkpoint SET size = size + 7"),
        "1 checkpoints stand beside another size or root than they sign",
        off("checkpoint", "UPDATE ledger.checkpoint SET size = size - 7"),
    ),
    "a checkpoint's root beside its note": (
        off("checkpoint", f"UPDATE ledger.checkpoint SET root = {flipped('root')}"),
        "1 checkpoints stand beside another size or root than they sign",
        off("checkpoint", f"UPDATE ledger.checkpoint SET root = {flipped('root')}"),
    ),
    "a hash in a tile": (
        off("tile", f"UPDATE ledger.tile SET hashes = {flipped('hashes')} WHERE (level, index) = (0, 0)"),
        "Tile 0 of level 1 is not the one that was sealed",
        off("tile", f"UPDATE ledger.tile SET hashes = {flipped('hashes')} WHERE (level, index) = (0, 0)"),
    ),
    "a hash in the last tile": (
        off("tile", f"UPDATE ledger.tile SET hashes = {flipped('hashes')} WHERE {LAST}"),
        "The stored tiles do not lead to the checkpoint of",
        off("tile", f"UPDATE ledger.tile SET hashes = {flipped('hashes')} WHERE {LAST}"),
    ),
    "a tile gone": (
        ["CREATE TABLE public.aside AS SELECT * FROM ledger.tile WHERE level = 1",
         *off("tile", "DELETE FROM ledger.tile WHERE level = 1")],
        "Tile 0 of level 1 is missing",
        [*off("tile", "INSERT INTO ledger.tile SELECT * FROM public.aside"), "DROP TABLE public.aside"],
    ),
    "a tile too many": (
        ["INSERT INTO ledger.tile VALUES (3, 0, decode(repeat('00', 32), 'hex'))"],
        "Tile 0 of level 3 belongs to no tree",
        off("tile", "DELETE FROM ledger.tile WHERE level = 3"),
    ),
    "an event filed under another row": (
        off("event", "UPDATE ledger.event SET of_row = of_row + 1 WHERE id <= 3"),
        "3 events are filed under another row than they tell of, event 1 first",
        off("event", "UPDATE ledger.event SET of_row = of_row - 1 WHERE id <= 3"),
    ),
    "a trail's row gone": (
        off("trail", "DELETE FROM ledger.trail WHERE event_id IN (4, 5)"),
        "2 rows of the trail are wrong: that of event 4 is missing.",
        ["INSERT INTO ledger.trail SELECT e.id, (p ->> 'at')::timestamptz, (p ->> 'actor')::bigint, p ->> 'op', of_table, of_row"
         " FROM ledger.event e CROSS JOIN LATERAL (SELECT payload::json) AS x(p) WHERE e.id IN (4, 5)"],
    ),
    "a trail's row altered": (
        off("trail", "UPDATE ledger.trail SET actor = 77 WHERE event_id = 6"),
        "1 rows of the trail are wrong: that of event 6 says something else than its event.",
        off("trail", "UPDATE ledger.trail SET actor = NULL WHERE event_id = 6"),
    ),
    "a trail's row too many": (
        ["INSERT INTO ledger.trail SELECT q.id, now(), NULL, 'I', 'x', 1 FROM ledger.queue q ORDER BY q.id DESC LIMIT 1"],
        "stands for no sealed event.",
        off("trail", "DELETE FROM ledger.trail WHERE of_table = 'x'"),
    ),
    "a trigger switched off": (
        ["ALTER TABLE registry_unit DISABLE TRIGGER ledger_update"],
        "1 triggers are missing or not always in force, ledger_update of registry_unit first.",
        ["ALTER TABLE registry_unit ENABLE ALWAYS TRIGGER ledger_update"],
    ),
    "a trigger that a replica's session passes by": (
        ["ALTER TABLE ledger.leaf ENABLE TRIGGER append_only"],
        "1 triggers are missing or not always in force, append_only of ledger.leaf first.",
        ["ALTER TABLE ledger.leaf ENABLE ALWAYS TRIGGER append_only"],
    ),
    "a guard switched off": (
        ["ALTER TABLE submissions_report DISABLE TRIGGER guard_document"],
        "guard_document of submissions_report first.",
        ["ALTER TABLE submissions_report ENABLE ALWAYS TRIGGER guard_document"],
    ),
    "an event trigger switched off": (
        ["ALTER EVENT TRIGGER jenjang_sql_drop DISABLE"],
        "The event trigger jenjang_sql_drop is missing or not always in force",
        ["ALTER EVENT TRIGGER jenjang_sql_drop ENABLE ALWAYS"],
    ),
}  # fmt: skip
# Nothing puts these back, so they come last.
FOR_GOOD = {
    "a trigger dropped": (
        "DROP TRIGGER ledger_delete ON registry_unit",
        "1 triggers are missing or not always in force, ledger_delete of registry_unit first.",
    ),
    "a history's guard dropped": (
        "DROP TRIGGER append_only ON registry_historicalunit",
        "2 triggers are missing or not always in force, append_only of registry_historicalunit first.",
    ),
}


def test_what_happens_behind_its_back_is_found_and_named(sealed: Urls, cast: World) -> None:
    cast.item("1.03.10.2.01.0999")
    for name, (done, sentence, undone) in BEHIND.items():
        as_superuser(sealed, *done)
        valid, said, _ = verdict()
        assert (valid, sentence in said) == (False, True), (name, said)
        as_superuser(sealed, *undone)
    assert verdict()[0]
    for name, (statement, sentence) in FOR_GOOD.items():
        as_superuser(sealed, statement)
        assert verdict()[:2] == (False, sentence), name


def test_it_is_the_outsiders_verifier_first_of_all(sealed: Urls, sealer: Sealer, tmp_path: Path) -> None:
    anchor = tmp_path / "anchor.txt"
    anchor.write_text(sealer.note(3, b"\7" * 32))
    assert "An anchored checkpoint" in verdict("--anchor", anchor)[1]
    other = tmp_path / "other.pub"
    other.write_text(sealer_of(tmp_path / "another").public)
    assert "is not signed with the given key" in verdict("--key", other)[1]
    as_superuser(
        sealed,
        "ALTER TABLE registry_government DISABLE TRIGGER ALL",
        f"UPDATE registry_government SET currency = 'USD' WHERE id = {Government.objects.get().pk}",
    )
    assert "is not as its last event left it" in verdict("--export", tmp_path / "kept")[1]
    assert (tmp_path / "kept/events.log").exists()
    with pytest.raises(CommandError, match="is not empty"):
        call_command("verify_ledger", "--export", tmp_path / "kept")


def test_keys_that_are_not_there_are_named(db: None, sealer: Sealer, tmp_path: Path, settings: Any) -> None:
    bad = tmp_path / "bad.pub"
    bad.write_text("no key")
    for options in (["--key", bad], ["--custodian", bad], ["--anchor", tmp_path / "none"]):
        with pytest.raises(CommandError, match="A key or an anchor cannot be read"):
            call_command("verify_ledger", *options, stderr=StringIO())
    (settings.LEDGER_KEYS / "custodians").mkdir()
    (settings.LEDGER_KEYS / "custodians/arsip.pub").write_text(
        "no key"
    )  # the installation's own are read unasked
    with pytest.raises(CommandError, match="A key or an anchor cannot be read"):
        call_command("verify_ledger", stderr=StringIO())
    settings.LEDGER_KEYS = tmp_path / "nowhere"
    with pytest.raises(CommandError, match="is not there"):
        call_command("verify_ledger", stderr=StringIO())
