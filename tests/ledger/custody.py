"""Who holds which key of a ledger, what is asked of its database, and what the verifier says of it."""

import shutil
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command

from ledger import restoring
from ledger.exporting import export
from ledger.notes import Sealer, sealer_of
from ledger.sealing import seal
from ledger.verify import Key, check

Urls = dict[str, str]
PASSPHRASE = "gunung sungai laut angin"


@dataclass
class Keys:
    """The sealer, and two custodians whose public lines the installation has."""

    folder: Path
    sealer: Sealer
    custodians: tuple[Sealer, Sealer]

    @property
    def public(self) -> list[Key]:
        return [Key(one.public) for one in self.custodians]

    def arguments(self) -> dict[str, list[Path]]:
        """Both keys for the command, with the file of their passphrase."""
        files = [self.folder / f"{one.name}.key" for one in self.custodians]
        return {"custodian_key": files, "passphrase_file": [self.folder / "passphrase"] * 2}


def installed(home: Path, keys: Path) -> Keys:
    """A sealer with his key in `keys`, and two custodians with theirs below `home` and their public lines where they belong."""
    sealer = sealer_of(keys)
    home.mkdir()
    (home / "passphrase").write_text(PASSPHRASE + "\n")
    (keys / "custodians").mkdir()
    made = []
    for name in ("inspectorate.sari", "bureau.tono"):
        said("custodian_key", name, out=home, passphrase_file=home / "passphrase")
        shutil.copy(home / f"{name}.pub", keys / "custodians")
        made.append(restoring.custodian(home / f"{name}.key", PASSPHRASE))
    return Keys(home, sealer, (made[0], made[1]))


def said(command: str = "declare_restore", *arguments: str, **options: Any) -> str:
    """What the command says."""
    call_command(command, *arguments, stdout=(out := StringIO()), **options)
    return out.getvalue()


def sealed(urls: Urls, sealer: Sealer) -> str:
    """The checkpoint after sealing what waits."""
    with psycopg.connect(urls["sealer"], autocommit=True) as connection:
        assert seal(connection, sealer)
    return str(asked(urls, "SELECT note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1"))


def asked(urls: Urls, sentence: str, role: str = "superuser") -> Any:
    with psycopg.connect(urls[role], autocommit=True) as connection:
        row = connection.execute(sentence.encode()).fetchone()
        return row and row[0]


def done(urls: Urls, *sentences: str, role: str = "superuser") -> None:
    with psycopg.connect(urls[role], autocommit=True) as connection:
        for sentence in sentences:
            connection.execute(sentence.encode())


def verdict(urls: Urls, keys: Keys, place: Path, *anchors: str, custodians: list[Key] | None = None) -> str:
    with psycopg.connect(urls["app"], autocommit=True) as connection:
        export(connection, place)
    return check(place, Key(keys.sealer.public), anchors, keys.public if custodians is None else custodians)


def size_of(note: str) -> int:
    return int(note.split("\n")[1])
