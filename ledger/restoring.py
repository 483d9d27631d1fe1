"""After a restore the ledger lacks what came after the backup, and checkpoints kept outside tell. So the restore is declared:
two custodians sign what was kept, what was lost and why, and their note stands in the ledger (trust.md 2.4).

A declaration is a C2SP signed note of six lines, read by `ledger.verify.gap`. A custodian's key is his own: the installation
has only its public line, and one custodian alone declares nothing.
"""

import base64
import json
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ledger.merkle import NOTHING
from ledger.notes import NAME, Sealer
from ledger.sealing import CHANNEL, stored
from ledger.verify import Fault, Key, State, gap

KIND = "restored"
TITLE = f"{NAME}/{KIND}"
NAMES = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,59}")
SHORTEST = 15  # characters of a passphrase
NEWEST = """
SELECT size, root, at, at > pg_postmaster_start_time() FROM ledger.checkpoint
WHERE size = coalesce(%s::bigint, size) ORDER BY size DESC LIMIT 1"""


class Refused(Exception):
    """Why a restore is not declared, as a sentence."""


# --- Custodians ------------------------------------------------------------------------------------------


def make_custodian(name: str, folder: Path, passphrase: str) -> Path:
    """A new key, NAME.key locked with the passphrase and NAME.pub for everybody; the path of the latter."""
    if not NAMES.fullmatch(name) or name == NAME:
        raise Refused(f"{name} cannot be the name of a custodian: 2 to 60 letters, digits, dots and hyphens.")
    if len(passphrase) < SHORTEST:
        raise Refused(f"The passphrase has {len(passphrase)} characters and needs at least {SHORTEST}.")
    made, salt = Sealer(name, Ed25519PrivateKey.generate()), os.urandom(16)
    locked = Fernet(_derived(passphrase, salt)).encrypt(made.key.private_bytes_raw())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    public = folder / f"{name}.pub"
    _write_once(folder / f"{name}.key", f"{name}\n{base64.b64encode(salt).decode()}\n{locked.decode()}\n")
    public.write_text(f"{made.public}\n")
    return public


def custodian(path: Path, passphrase: str) -> Sealer:
    """The key that `make_custodian` locked."""
    try:
        name, salt, locked = path.read_text().split()
        raw = Fernet(_derived(passphrase, base64.b64decode(salt))).decrypt(locked.encode())
    except (ValueError, InvalidToken) as error:
        raise Refused(f"{path} is not a custodian's key, or this is not its passphrase.") from error
    return Sealer(name, Ed25519PrivateKey.from_private_bytes(raw))


def custodians(folder: Path) -> list[Key]:
    """The custodians of an installation, from folder/custodians/*.pub."""
    return [Key(path.read_text()) for path in sorted((folder / "custodians").glob("*.pub"))]


def _derived(passphrase: str, salt: bytes) -> bytes:
    key = Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(passphrase.encode())
    return base64.urlsafe_b64encode(key)


def _write_once(path: Path, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(f"{path} is there already; a custodian's key is never written over.") from None
    with os.fdopen(handle, "w") as lines:
        lines.write(text)
        os.fsync(lines.fileno())


# --- What was kept and what was lost ---------------------------------------------------------------------


def note_of(connection: psycopg.Connection, key: Key, lost: str, reason: str, kept: int | None = None) -> str:
    """The unsigned declaration. `lost`: the newest checkpoint that somebody kept outside; `kept`: the size of the last
    checkpoint that was restored, to be named when the sealer ran on since.

    Raises Refused when there is nothing to declare, or no way to know what was kept.
    """
    reason = reason.strip()
    if not reason or len(reason.splitlines()) > 1 or reason == TITLE:
        raise Refused("The reason is one line, and not empty.")
    size, root = _lost(key, lost)
    with connection.cursor() as cursor:
        here = cursor.execute(NEWEST, [kept]).fetchone() or (0, NOTHING, None, False)
        if kept not in (None, here[0]):
            raise Refused(f"This ledger has no checkpoint of {kept} events.")
        _compare(cursor, here, (size, root), named=kept is not None)
    return f"{TITLE}\n{here[0]}\n{_text(here[1])}\n{size}\n{_text(root)}\n{reason}\n\n"


def _lost(key: Key, lost: str) -> State:
    try:
        return key.open(lost.strip() + "\n")  # as it came out of a letter
    except (Fault, ValueError) as fault:
        raise Refused("The lost checkpoint is not signed with the key of this ledger's sealer.") from fault


def _compare(
    cursor: psycopg.Cursor, here: tuple[int, bytes, datetime | None, bool], lost: State, *, named: bool
) -> None:
    """Raises Refused unless `lost` is what this ledger had, and has no longer."""
    size, root = lost
    (top,) = cursor.execute("SELECT coalesce(max(size), 0) FROM ledger.checkpoint").fetchone() or (0,)
    if size <= top and stored(cursor, top).root(size) == root:
        raise Refused(
            f"The checkpoint of {size} events is still contained in this ledger of {top}: nothing was lost."
        )
    if size <= here[0] or (size <= top and not named):
        raise Refused(
            f"The checkpoint is of {size} events, with another root than this ledger of {top}. A restore alone does not do that: "
            "if the sealer ran on after it, name the last checkpoint that was restored with --kept SIZE."
        )
    if here[3] and not named:
        raise Refused(
            f"The newest checkpoint, of {here[0]} events, was sealed after this database server started: it may be from after "
            "the restore. Look at ledger.checkpoint and name the last one that was restored with --kept SIZE."
        )


def _text(root: bytes) -> str:
    return base64.b64encode(root).decode()


# --- Signing and declaring -------------------------------------------------------------------------------


def told(note: str) -> tuple[int, int, str]:
    """What a declaration says: how many events were kept, up to which size they are lost, why."""
    title, kept, _, lost, _, reason, *_ = [*note.split("\n"), *[""] * 6]
    if title != TITLE or not kept.isdecimal() or not lost.isdecimal():
        raise Refused("This file is no declaration of a restore.")
    return int(kept), int(lost), reason


def signed(note: str, by: Sealer) -> str:
    """The note with one signature more; nobody signs twice."""
    told(note)
    if Key(by.public).signs(note):
        raise Refused(f"{by.name} has signed already; the second signature is another custodian's.")
    return note + by.signature(note.rpartition("\n\n")[0] + "\n")


def declare(connection: psycopg.Connection, note: str, keys: list[Key]) -> int:
    """Put a declaration into the ledger, signed by two of these custodians; the number of its event."""
    told(note)
    try:
        (size, root), _ = gap(note, keys)
    except Fault as fault:
        raise Refused(str(fault)) from fault
    if note in declared(connection):
        raise Refused("This restore is declared already.")
    with connection.transaction(), connection.cursor() as cursor:
        here = cursor.execute(NEWEST, [size]).fetchone() or (0, NOTHING)
        if (size, root) != (here[0], bytes(here[1])):
            raise Refused(f"The note keeps {size} events of another ledger than this one.")
        found = cursor.execute("SELECT ledger.declare(%s, %s)", [KIND, json.dumps({"note": note})]).fetchone()
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return int(found[0]) if found else 0


def declared(connection: Any) -> list[str]:
    """Every declared note, oldest first. A connection of Django or of psycopg."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload::json #>> '{what,note}' FROM ledger.event WHERE of_table = %s ORDER BY id", [KIND]
        )
        return [note for (note,) in cursor.fetchall()]
