"""Who may declare that a restore has lost something, and what may be declared."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management.base import CommandError

from ledger import restoring
from ledger.management.commands import custodian_key
from ledger.notes import sealer_of
from ledger.restoring import Refused
from ledger.verify import Key
from tests.ledger.custody import (
    PASSPHRASE,
    Keys,
    Urls,
    asked,
    done,
    installed,
    said,
    sealed,
    size_of,
    verdict,
)


@pytest.fixture
def keys(tmp_path: Path, settings: Any) -> Keys:
    settings.LEDGER_KEYS = tmp_path / "ledger"
    return installed(tmp_path / "away", settings.LEDGER_KEYS)


def test_a_custodians_key_is_made_once_and_locked(tmp_path: Path) -> None:
    public = restoring.make_custodian("inspectorate.sari", tmp_path, PASSPHRASE)
    locked = tmp_path / "inspectorate.sari.key"
    assert locked.stat().st_mode & 0o077 == 0
    key = restoring.custodian(locked, PASSPHRASE)
    assert key.public == public.read_text().strip()
    assert base64.b64encode(key.key.private_bytes_raw()).decode() not in locked.read_text()
    with pytest.raises(Refused, match="not its passphrase"):
        restoring.custodian(locked, PASSPHRASE + "x")
    with pytest.raises(Refused, match="is there already"):
        restoring.make_custodian("inspectorate.sari", tmp_path, PASSPHRASE)
    assert restoring.custodian(locked, PASSPHRASE).public == key.public


@pytest.mark.parametrize("name", ["", "two words", "../away", "a+b", "jenjang.ledger", ".hidden"])
def test_a_custodian_has_a_name_of_his_own(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="cannot be the name"):
        restoring.make_custodian(name, tmp_path, PASSPHRASE)
    assert not list(tmp_path.iterdir())


def test_a_passphrase_is_long_and_typed_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="has 5 characters and needs at least 15"):
        restoring.make_custodian("sari", tmp_path, "pendek"[:5])
    typed = iter([PASSPHRASE, PASSPHRASE + "x", PASSPHRASE, PASSPHRASE])
    monkeypatch.setattr(custodian_key, "getpass", lambda prompt: next(typed))
    with pytest.raises(CommandError, match="differ"):
        said("custodian_key", "sari", out=tmp_path)
    assert "sari.key is locked" in said("custodian_key", "sari", out=tmp_path)


@dataclass
class Lost:
    """A ledger of two checkpoints, `kept` the older; `note` is of a third one that it no longer has."""

    urls: Urls
    keys: Keys
    kept: str
    newest: str
    note: str

    def declaration(self, lost: str = "", reason: str = "Disk rusak", kept: int | None = None) -> str:
        with psycopg.connect(self.urls["owner"]) as connection:
            return restoring.note_of(
                connection, Key(self.keys.sealer.public), lost or self.note, reason, kept
            )

    def declare(self, note: str, role: str = "owner") -> int:
        with psycopg.connect(self.urls[role]) as connection:
            return restoring.declare(connection, note, restoring.custodians(Path(settings.LEDGER_KEYS)))


@pytest.fixture
def lost(committed: Urls, keys: Keys, database: None) -> Lost:
    kept = sealed(committed, keys.sealer)
    done(committed, "CREATE TABLE public.shadow (id int)", "DROP TABLE public.shadow")
    newest = sealed(committed, keys.sealer)
    return Lost(committed, keys, kept, newest, keys.sealer.note(size_of(newest) + 9, b"\1" * 32))


def test_what_was_not_lost_is_not_declared(lost: Lost, tmp_path: Path) -> None:
    newest, sealer = size_of(lost.newest), lost.keys.sealer
    refused: list[tuple[dict[str, Any], str]] = [
        (
            {"lost": sealer_of(tmp_path / "other").note(newest + 9, b"\1" * 32)},
            "not signed with the key of this ledger's sealer",
        ),
        ({"lost": "no checkpoint"}, "not signed with the key"),
        (
            {"lost": lost.kept},
            f"of {size_of(lost.kept)} events is still contained in this ledger of {newest}: nothing was lost",
        ),
        ({"lost": lost.newest, "kept": size_of(lost.kept)}, "is still contained"),
        ({"lost": sealer.note(newest, b"\1" * 32)}, "A restore alone does not do that"),
        ({"lost": sealer.note(newest - 1, b"\1" * 32), "kept": newest}, "A restore alone does not do that"),
        ({}, f"The newest checkpoint, of {newest} events, was sealed after this database server started"),
        ({"kept": 3}, "has no checkpoint of 3 events"),
        ({"reason": " "}, "one line"),
        ({"reason": "one\ntwo"}, "one line"),
    ]
    for said_of_it, sentence in refused:
        with pytest.raises(Refused, match=sentence):
            lost.declaration(**said_of_it)
    assert restoring.told(lost.declaration(kept=newest)) == (newest, newest + 9, "Disk rusak")
    late = sealer.note(newest, b"\1" * 32)  # the sealer ran on before anybody declared
    assert restoring.told(lost.declaration(late, kept=size_of(lost.kept)))[:2] == (size_of(lost.kept), newest)


def test_two_custodians_declare_and_nobody_else(lost: Lost, tmp_path: Path) -> None:
    text, (sari, tono) = lost.declaration(kept=size_of(lost.newest)), lost.keys.custodians
    stranger = restoring.custodian(
        restoring.make_custodian("stranger", tmp_path, PASSPHRASE).with_suffix(".key"), PASSPHRASE
    )
    one = restoring.signed(text, sari)
    for note in (text, one, restoring.signed(one, stranger), one + one.splitlines()[-1] + "\n"):
        with pytest.raises(Refused, match="without the signatures of two custodians"):
            lost.declare(note)
    with pytest.raises(Refused, match="inspectorate.sari has signed already"):
        restoring.signed(one, sari)
    both = restoring.signed(one, tono)
    for forged in (
        both.replace("Disk rusak", "Disk aman"),
        both.replace(f"\n{size_of(lost.newest)}\n", "\n1\n"),
    ):
        with pytest.raises(Refused, match="without the signatures"):
            lost.declare(forged)
    with pytest.raises(Refused, match="no declaration"):
        restoring.signed(lost.newest, sari)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        lost.declare(both, role="app")
    assert lost.declare(both) == asked(lost.urls, "SELECT max(id) FROM ledger.event")
    with psycopg.connect(lost.urls["app"]) as connection:
        assert restoring.declared(connection) == [both]
    with pytest.raises(Refused, match="declared already"):
        lost.declare(both)
    assert verdict(lost.urls, lost.keys, tmp_path / "unsealed", lost.kept, lost.newest, lost.note)


def test_a_declaration_of_another_ledger_is_refused(lost: Lost) -> None:
    text, (sari, tono) = lost.declaration(kept=size_of(lost.newest)), lost.keys.custodians
    lines = text.split("\n")
    for other in ([lines[0], "5", *lines[2:]], [lines[0], "99999998", lines[2], "99999999", *lines[4:]]):
        with pytest.raises(Refused, match="of another ledger than this one"):
            lost.declare(restoring.signed(restoring.signed("\n".join(other), sari), tono))


def test_at_one_desk_both_sign_and_declare_at_once(lost: Lost, tmp_path: Path) -> None:
    (tmp_path / "lost.txt").write_text(lost.note)
    asking: dict[str, Any] = {
        "lost": tmp_path / "lost.txt",
        "reason": "Disk rusak",
        "kept": size_of(lost.newest),
    }
    with pytest.raises(CommandError, match="without the signatures"):
        said(**asking)
    with pytest.raises(CommandError, match="--lost, or the note"):
        said()
    with pytest.raises(CommandError, match="No such file"):
        said(note=tmp_path / "nowhere")
    told = said(**asking | lost.keys.arguments())
    assert told.startswith(f"Kept: {size_of(lost.newest)} events.") and "Declared: event" in told
    assert verdict(lost.urls, lost.keys, tmp_path / "one", lost.note)
