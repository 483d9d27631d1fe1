"""What anybody finds of the ledger: checkpoint, hashes in tiles, key; never what an event says, and nothing of the caller."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.test import Client

from ledger.merkle import WIDTH, Log
from ledger.notes import Sealer, sealer_of
from ledger.sealing import seal
from ledger.verify import Key
from ledger.witness import path_of
from portal.ledger_urls import TileConverter
from tests.cast import World

Urls = dict[str, str]
MACHINES = ["checkpoint", "key", "restored", "tile/0/000"]


@pytest.fixture
def sealer(tmp_path: Path, settings: Any) -> Sealer:
    settings.LEDGER_KEYS = tmp_path / "ledger"
    return sealer_of(settings.LEDGER_KEYS)


@pytest.fixture
def size(committed: Urls, cast: World, sealer: Sealer) -> int:
    """A small world of some hundred events, sealed."""
    cast.items(40)
    cast.open()
    with psycopg.connect(committed["sealer"], autocommit=True) as connection:
        return seal(connection, sealer)


def shown(path: str, **headers: str) -> Any:
    return Client().get(f"/ledger/{path}", headers=headers)


def test_the_published_tiles_are_the_tree_of_the_published_checkpoint(size: int, sealer: Sealer) -> None:
    note = shown("checkpoint").content.decode()
    assert Key(shown("key").content.decode()).open(note)[0] == size > WIDTH

    def fetch(tile: tuple[int, int]) -> bytes:
        width = min(WIDTH, size // WIDTH ** tile[0] - tile[1] * WIDTH)
        return bytes(shown(path_of(*tile, width)).content)

    log = Log(size, fetch)
    assert log.root() == Key(sealer.public).open(note)[1]
    assert log.inclusion(3, size)


def test_only_what_a_checkpoint_covers_is_there(committed: Urls, size: int) -> None:
    rest = size % WIDTH
    last = f"tile/0/{size // WIDTH:03}"
    there = {
        f"{last}.p/{rest}": rest,
        f"{last}.p/1": 1,
        "tile/0/000": 256,
        "tile/0/000.p/255": 255,
        "tile/1/000.p/1": 1,
    }
    for path, width in there.items():
        assert len(shown(path).content) == width * 32, path
    missing = [
        last, f"{last}.p/{rest + 1}", f"tile/0/{size // WIDTH + 1:03}.p/1", "tile/1/000", f"tile/1/000.p/{size // WIDTH + 1}",
        "tile/2/000.p/1", "tile/63/000", "tile/0/x999/x999/x999/x999/x999/999", "tile/63/x999/x999/x999/x999/x999/999.p/255",
    ]  # fmt: skip
    for path in missing:
        assert shown(path).status_code == 404, path
    # Nor is a row that nobody signed for.
    tile = size // WIDTH + 1
    with psycopg.connect(committed["sealer"], autocommit=True) as connection:
        connection.execute("INSERT INTO ledger.tile VALUES (0, %s, %s)", [tile, b"\1" * 32])
    assert shown(f"tile/0/{tile:03}.p/1").status_code == 404
    # Nor one that was cut short.
    with psycopg.connect(committed["superuser"], autocommit=True) as connection:
        connection.execute("ALTER TABLE ledger.tile DISABLE TRIGGER USER")
        connection.execute("UPDATE ledger.tile SET hashes = substring(hashes FROM 1 FOR 64)")
    assert [shown(f"tile/0/000{width}").status_code for width in ("", ".p/3", ".p/2")] == [404, 404, 200]


def test_what_never_changes_is_kept_for_ever_and_the_rest_shortly(size: int) -> None:
    assert shown("tile/0/000")["Cache-Control"] == "public, max-age=31536000, immutable"
    assert shown("tile/0/000.p/9")["Cache-Control"] == "public, max-age=3600"
    for path in ("checkpoint", "restored", "tile/9/000"):
        assert shown(path)["Cache-Control"] == "public, max-age=5", path
    assert shown("tile/0/000")["Content-Type"] == "application/octet-stream"
    assert shown("checkpoint")["Content-Type"] == "text/plain; charset=utf-8"
    for path in MACHINES:  # who has it already is told so in one line
        etag = shown(path)["ETag"]
        again = shown(path, if_none_match=etag)
        assert (again.status_code, again.content) == (304, b""), path
        assert shown(path, if_none_match='"another"').status_code == 200, path


def test_one_statement_answers_whoever_asks_and_nobody_is_looked_up(
    size: int, cast: World, statements: Callable[[], Any]
) -> None:
    known = Client()
    known.force_login(cast.dewi, backend="django.contrib.auth.backends.ModelBackend")
    known.cookies["django_language"] = "ur"
    for path in MACHINES:
        bodies = set()
        for client in (Client(), known):
            with statements() as seen:
                answer = client.get(
                    f"/ledger/{path}", headers={"accept-language": "en", "accept-encoding": "gzip"}
                )
            assert len(seen) == (0 if path == "key" else 1), (path, seen)
            assert not answer.cookies and "Vary" not in answer and "Content-Language" not in answer
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer["Content-Security-Policy"]
            bodies.add(answer.content)
        assert len(bodies) == 1, path


def test_a_citizen_reads_what_it_is_and_no_word_of_any_event(committed: Urls, size: int) -> None:
    answer = Client().get("/ledger/", headers={"accept-language": "en"})
    page = answer.content.decode()
    assert answer["Cache-Control"] == "public, max-age=60"
    assert re.search(rf"<dd>{size}</dd>", page) and 'href="/ledger/checkpoint"' in page
    assert "python3 -m ledger.witness" in page and "How to become a witness" in page
    with psycopg.connect(committed["auditor"]) as connection:
        rows = connection.execute("SELECT payload FROM ledger.event ORDER BY id LIMIT 20").fetchall()
    everything = b"".join(shown(path).content for path in MACHINES) + answer.content
    assert not any(payload.encode() in everything for (payload,) in rows)
    for path in ("tile/entries/000", "entries/000", "event/1", "tile/data/000"):
        assert shown(path).status_code == 404, path


def test_before_the_sealer_has_begun(cast: World, settings: Any, tmp_path: Path) -> None:
    settings.LEDGER_KEYS = tmp_path / "nowhere"
    for path in ("checkpoint", "key", "tile/0/000"):
        answer = shown(path)
        assert (answer.status_code, answer["Content-Type"]) == (404, "text/plain; charset=utf-8"), path
    assert (shown("restored").status_code, shown("restored").content) == (200, b"")
    assert (
        "Nothing has been sealed yet"
        in Client().get("/ledger/", headers={"accept-language": "en"}).content.decode()
    )


def test_nobody_writes_here(db: None) -> None:
    for path in ("", *MACHINES):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert Client().generic(method, f"/ledger/{path}").status_code == 405, (method, path)


def test_a_tile_has_one_name(db: None) -> None:
    strange = [
        "tile/0/x000/001", "tile/0/1", "tile/0/0001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/64/000",
        "tile/00/000", "tile/-1/000", "tile/0/x001", "tile/0/000.p", "tile/0/000/", "tile/0/%00", "tile/0/٠٠٠",
    ]  # fmt: skip
    for path in strange:
        assert shown(path).status_code == 404, path


@pytest.mark.parametrize(
    ("index", "width", "path"),
    [
        (0, 256, "000"),
        (7, 1, "007.p/1"),
        (999, 256, "999"),
        (1000, 256, "x001/000"),
        (1234067, 56, "x001/x234/067.p/56"),
    ],
)
def test_tiles_are_named_as_the_format_names_them(index: int, width: int, path: str) -> None:
    assert path_of(0, index, width) == f"tile/0/{path}"
    assert re.fullmatch(TileConverter.regex, path) and TileConverter().to_python(path) == (index, width)
