"""A second office keeps checkpoints, over real HTTP, from an honest site and from sites that lie to it."""

import hashlib
import os
import shutil
import socketserver
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application

import ledger
from ledger.exporting import export
from ledger.merkle import Log
from ledger.notes import NAME, Sealer, sealer_of
from ledger.restoring import TITLE, signed
from ledger.sealing import seal
from ledger.verify import Key, check
from ledger.witness import run
from tests.cast import World
from tests.ledger.witnessed import MANY, Office, Site, custodians, honest, key, office, serving, site, tree

__all__ = ["office", "site"]
Urls = dict[str, str]


def refused(office: Office, site: Site, sentence: str) -> None:
    """The witness refuses, keeps what it had, and has both sides as evidence."""
    before, shown = office.head(), site.note().encode()
    if isinstance(site.lies.get("checkpoint"), bytes):
        shown = site.lies["checkpoint"]
    for _again in range(2):  # cron comes back, and nothing piles up
        status, said = office.looks(site)
        assert (status, sentence in said) == (1, True), said
    assert office.head() == before
    proof = office.evidence()
    assert (proof["kept.txt"], proof["shown.txt"].encode()) == (before, shown) and sentence in proof[
        "why.txt"
    ]


# --- Honest sites ----------------------------------------------------------------------------------------


def test_an_honest_ledger_grows_over_all_the_edges_of_its_tiles(site: Site, office: Office) -> None:
    sizes = [0, 1, 2, 255, 256, 257, 511, 513, 40_000, 65_535, 65_536, 65_537, 65_792, MANY]
    for before, site.size in zip([None, *sizes], sizes, strict=False):
        status, said = office.looks(site)
        assert (status, f"{site.size} events" in said) == (0, True), said
        assert before is None or f"going on from {before}." in said
    assert office.heads() == sizes
    for one in (office.folder / "heads").iterdir():  # each is as good an anchor as when it was signed
        size, root = Key(key().public).open(one.read_text())
        assert root == honest().root(size)
    assert office.looks(site) == (0, f"Nothing new: {MANY} events, as before.")


def test_a_look_costs_a_few_tiles_however_long_the_ledger(site: Site, office: Office) -> None:
    site.size = 300
    office.looks(site)
    site.size, site.asked = MANY - 1, []
    assert office.looks(site)[0] == 0
    assert len(site.asked) <= 10


@pytest.mark.parametrize("before", [1, 255, 256, 257, 300, 65_535, 65_536, 65_537])
def test_it_goes_on_from_any_size_in_one_step(site: Site, office: Office, before: int) -> None:
    for site.size in (before, MANY):
        assert office.looks(site)[0] == 0


def test_our_own_pages_are_witnessed_and_what_was_kept_is_an_anchor(
    committed: Urls, cast: World, tmp_path: Path, settings: Any
) -> None:
    settings.LEDGER_KEYS = tmp_path / "ledger"
    sealer = sealer_of(settings.LEDGER_KEYS)
    folder, public = tmp_path / "state", settings.LEDGER_KEYS / "sealer.pub"

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_args: Any) -> None:
            """Nothing is said on the test's own output."""

    with serving(make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)) as port:
        for count in (1, 12, 25):
            cast.item(f"1.03.10.2.01.{count:04}", ceilings=[1] * count)
            with psycopg.connect(committed["sealer"], autocommit=True) as connection:
                assert seal(connection, sealer)
            call_command(
                "ledger_witness", f"http://127.0.0.1:{port}/ledger", "--key", public, "--state", folder
            )
    anchors = [one.read_text() for one in (folder / "heads").iterdir()]
    assert len(anchors) == 3
    with psycopg.connect(committed["app"], autocommit=True) as connection:
        export(connection, tmp_path / "export")
    assert "3 anchors" in check(tmp_path / "export", Key(sealer.public), anchors)


def test_the_other_office_needs_python_and_four_files(site: Site, office: Office, tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    for name in ("__init__", "merkle", "verify", "witness"):
        shutil.copy(Path(ledger.__path__[0]) / f"{name}.py", tmp_path / "ledger")
    told = [site.url, "--key", str(office.key), "--state", str(office.folder)]
    program = [sys.executable, "-S", "-m", "ledger.witness"]
    bare = {"PATH": os.environ["PATH"]}
    for site.size, log, status in ((300, honest(), 0), (400, honest(), 0), (400, tree(3, 400), 1)):
        site.log = log
        done = subprocess.run(
            [*program, *told], cwd=tmp_path, env=bare, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stderr
    assert "Two different ledgers of 400 events are signed" in done.stderr
    untold = subprocess.run(program, cwd=tmp_path, env=bare, capture_output=True, check=False)
    assert untold.returncode == 2


# --- Sites that lie --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kept", "shown"), [(300, 299), (256, 255), (65_537, 65_536), (40_000, 0)])
def test_a_ledger_that_went_back_is_refused(site: Site, office: Office, kept: int, shown: int) -> None:
    for site.size in (kept, shown):
        status, said = office.looks(site)
    assert status == 1
    refused(office, site, f"The ledger went back: {kept} events were kept, {shown} are shown now.")


@pytest.mark.parametrize("kept", [200, 256, 65_600])
def test_two_ledgers_of_one_size_are_refused(site: Site, office: Office, kept: int) -> None:
    site.size = kept
    office.looks(site)
    site.log = tree(kept - 1, kept)
    refused(office, site, f"Two different ledgers of {kept} events are signed")


@pytest.mark.parametrize(
    ("kept", "shown"), [(200, 201), (200, 600), (256, 257), (300, 65_600), (65_536, 65_600)]
)
def test_an_old_event_rewritten_and_sealed_with_the_real_key_is_refused(
    site: Site, office: Office, kept: int, shown: int
) -> None:
    site.size = kept
    office.looks(site)
    site.log, site.size = tree(kept - 1, shown), shown
    refused(office, site, f"The ledger of {shown} events does not go on from that of {kept}")
    # Nor when the old hashes are shown below the new ones, so that the old root can still be reckoned.
    place = (kept - 1) // 256
    site.lies[f"tile/0/{place:03}"] = bytes(honest().tile((0, place)))
    status, said = office.looks(site)
    assert status == 1 and ("does not go on" in said or "do not lead" in said), said


def test_what_comes_after_may_be_anything(site: Site, office: Office) -> None:
    site.size = 300
    office.looks(site)
    site.log, site.size = tree(300, 700), 700
    assert office.looks(site)[0] == 0


@pytest.mark.parametrize("path", ["tile/0/000.p/200", "tile/0/001.p/44", "tile/1/000.p/1"])
def test_hashes_that_do_not_lead_to_the_checkpoint_are_refused(site: Site, office: Office, path: str) -> None:
    kept, shown = (100, 200) if "200" in path else (200, 300)
    site.size = kept
    office.looks(site)
    site.size = shown
    right = site.answer(path)
    site.lies[path] = right[:31] + bytes([right[31] ^ 1]) + right[32:]
    refused(office, site, f"The published hashes do not lead to the checkpoint of {shown} events.")
    site.lies = {}
    assert office.looks(site)[0] == 0


def test_another_key_is_refused_at_the_first_look_and_later(site: Site, office: Office) -> None:
    true, site.size = site.sealer, 300
    site.sealer = Sealer(NAME, Ed25519PrivateKey.generate())
    assert office.looks(site)[0] == 1 and not (office.folder / "head.txt").exists()
    shutil.rmtree(office.folder)
    site.sealer = true
    office.looks(site)
    site.sealer, site.size = Sealer(NAME, Ed25519PrivateKey.generate()), 400
    refused(office, site, "is not signed with the given key")


def signed_by(sealer: Sealer, text: str) -> bytes:
    return f"{text}\n{sealer.signature(text)}".encode()


@pytest.mark.parametrize(
    "shown",
    [
        b"", b"<html>Please sign in to the network</html>", b"\xff\xfe", f"{NAME}\n7\n\n".encode(),
        "jenjang.ledger\n7\n!!\n\n\u2014 jenjang.ledger !!\n".encode(),
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(site: Site, office: Office, shown: bytes) -> None:
    site.size = 300
    office.looks(site)
    site.lies["checkpoint"] = shown
    assert office.looks(site)[0] == 1
    assert Key(key().public).open(office.head())[0] == 300


def test_a_signed_text_that_names_no_tree_is_refused(site: Site, office: Office) -> None:
    for text in (
        f"{NAME}\n7\n{b64encode(b'short').decode()}\n",
        f"{NAME}\n-7\n{b64encode(bytes(32)).decode()}\n",
    ):
        site.lies["checkpoint"] = signed_by(key(), text)
        assert office.looks(site)[0] == 1, text


# --- Sites that do not answer ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "lie", "sentence"),
    [
        ("checkpoint", 500, "gives no answer"),
        ("checkpoint", 404, "gives no answer"),
        ("checkpoint", b"x" * 10_001, "answers with more than 10000 bytes"),
        ("checkpoint", "ftp://127.0.0.1/ledger/checkpoint", "is not followed"),
        ("checkpoint", "https://127.0.0.1/ledger/checkpoint", "is not followed"),
        ("checkpoint", "file:///etc/hostname", "gives no answer"),
        ("tile/0/001.p/144", 404, "gives no answer"),
        ("tile/0/001.p/144", b"x" * 31, "has not the 144 hashes of a tile"),
        ("tile/0/001.p/144", b"x" * 8192, "answers with more than 4608 bytes"),
    ],
)
def test_without_a_proper_answer_nothing_is_learnt(
    site: Site, office: Office, path: str, lie: Any, sentence: str
) -> None:
    site.size = 300
    office.looks(site)
    site.size, site.lies = 400, {path: lie}
    status, said = office.looks(site)
    assert (status, sentence in said) == (2, True), said
    assert office.heads() == [300] and not list((office.folder / "refused").iterdir())


def test_a_site_that_moved_within_its_scheme_is_followed(site: Site, office: Office) -> None:
    site.size, site.lies = 300, {"checkpoint": f"{site.url}moved"}
    site.lies["moved"] = site.note().encode()
    assert office.looks(site)[0] == 0


def test_only_web_addresses_are_asked(site: Site, office: Office, tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_text(site.note())
    for url in (f"file://{tmp_path}", "ftp://127.0.0.1/", "127.0.0.1", "http://127.0.0.1:1/ledger"):
        status, _ = run(url, office.key, office.folder, [])
        assert status == 2, url
    assert run(site.url, tmp_path / "none.pub", office.folder, [])[0] == 2
    assert run(site.url, tmp_path / "checkpoint", office.folder, [])[0] == 2
    with pytest.raises(CommandError) as refusal:
        call_command("ledger_witness", "ftp://x", "--key", office.key, "--state", office.folder)
    assert refusal.value.returncode == 2


def test_an_answer_that_never_ends_is_given_up(
    site: Site, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.witness.PATIENCE", -1.0)
    site.size = 300
    status, said = office.looks(site)
    assert status == 2 and "takes more than" in said


class Babble(socketserver.BaseRequestHandler):
    """Who answers in no words of the web, or points elsewhere and then never ends."""

    said, told = b"", 0

    def handle(self) -> None:
        self.request.recv(4096)
        self.request.sendall(self.said)
        try:
            while self.said.startswith(b"HTTP") and Babble.told < 64_000_000:
                self.request.sendall(b"x" * 64_000)
                Babble.told += 64_000
        except OSError:
            return


@pytest.mark.parametrize(
    "said", [b"\x1b[2Jhello\r\n\r\n", b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"]
)
def test_who_babbles_is_no_answer_and_costs_no_memory(
    office: Office, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Babble, "said", said)
    monkeypatch.setattr(Babble, "told", 0)
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Babble)) as port:
        status, sentence = run(f"http://127.0.0.1:{port}/ledger", office.key, office.folder, [])
    assert (status, "gives no answer" in sentence) == (2, True), sentence
    assert sentence.isprintable() and Babble.told < 32_000_000


def test_what_is_shown_plays_no_tricks_on_the_reader_of_the_refusal(site: Site, office: Office) -> None:
    site.lies["checkpoint"] = b"jenjang.ledger\n\x1b[2J\x1b[31m\nroot\n\nnobody\n"
    status, said = office.looks(site)
    assert status == 1 and said.isprintable(), repr(said)


# --- Restores --------------------------------------------------------------------------------------------


def declaration(kept: int, lost: int, *, of: Log, by: tuple[Sealer, ...], root: bytes | None = None) -> str:
    """What custodians sign after a restore to `kept` events that lost those up to `lost`."""
    lines = [
        TITLE,
        kept,
        b64encode(root or honest().root(kept)).decode(),
        lost,
        b64encode(of.root(lost)).decode(),
        "Disk",
    ]
    note = "\n".join(map(str, lines)) + "\n\n"
    for one in by:
        note = signed(note, one)
    return note


AFTER = 500  # what a restore kept


@pytest.fixture
def wound_back(site: Site, office: Office) -> Site:
    """Heads of 400, 500, 600 and 900 are kept; then the ledger is restored to 500 events and grows on to others."""
    for site.size in (400, AFTER, 600, 900):
        office.looks(site)
    site.log, site.size = tree(AFTER, 950), 700
    return site


def test_a_restore_that_two_custodians_declared_is_accepted_and_said_loudly(
    wound_back: Site, office: Office
) -> None:
    two = custodians()[:2]
    other = declaration(100, 120, of=honest(), by=custodians()[1:])
    wound_back.lies["restored"] = (other + declaration(AFTER, 900, of=honest(), by=two)).encode()
    status, said = office.looks(wound_back)
    assert status == 0 and "A RESTORE WAS DECLARED" in said and f"after {AFTER} events is lost" in said
    assert (office.heads(), office.heads("lost")) == ([400, AFTER, 700], [600, 900])
    wound_back.size = 950
    assert office.looks(wound_back) == (0, "Kept: 950 events, going on from 700.")


def test_larger_than_before_it_is_still_a_restore_and_needs_the_declaration(
    wound_back: Site, office: Office
) -> None:
    wound_back.size = 950
    assert office.looks(wound_back)[0] == 1
    wound_back.lies["restored"] = declaration(AFTER, 930, of=honest(), by=custodians()[1:]).encode()
    assert office.looks(wound_back)[0] == 0


def made(kept: int = AFTER, lost: int = 900, **how: Any) -> Callable[[], str]:
    return lambda: declaration(kept, lost, **{"of": honest(), "by": custodians()[:2], **how})


REFUSED: dict[str, Callable[[], Any]] = {
    "nobody declared": lambda: "",
    "one custodian": made(by=custodians()[:1]),
    "one custodian, twice": lambda: made(by=custodians()[:1])() * 2,
    "another ledger's head is lost": made(of=tree(AFTER, 900)),
    "it lost less than was kept here": made(lost=899),
    "it kept more than is shown": made(kept=800),
    "it kept another ledger": made(root=hashlib.sha256(b"another").digest()),
    "it kept what was here, and the site shows something else": made(kept=600),
    "the page is not there": lambda: 500,
    "the page is no text": lambda: b"\xff",
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_restore_that_does_not_cover_it_is_refused(wound_back: Site, office: Office, why: str) -> None:
    shown = REFUSED[why]()
    wound_back.lies["restored"] = shown.encode() if isinstance(shown, str) else shown
    refused(office, wound_back, "The ledger went back: 900 events were kept, 700 are shown now.")


def test_a_restore_does_not_excuse_what_was_kept_before_it(site: Site, office: Office) -> None:
    for site.size in (400, 900):
        office.looks(site)
    site.log, site.size = tree(399, 950), 950  # rewritten even below what they say they kept
    site.lies["restored"] = declaration(
        AFTER, 930, of=honest(), by=custodians()[:2], root=site.log.root(AFTER)
    ).encode()
    refused(office, site, "does not go on from that of 900")


def test_without_custodians_keys_no_declaration_counts(wound_back: Site, office: Office) -> None:
    wound_back.lies["restored"] = declaration(AFTER, 900, of=honest(), by=custodians()[:2]).encode()
    office.custodians, wound_back.asked = [], []
    refused(office, wound_back, "The ledger went back")
    assert "restored" not in wound_back.asked


def test_the_draft_of_a_run_that_was_stopped_is_in_nobodys_way(wound_back: Site, office: Office) -> None:
    (office.folder / "heads" / ".000000000000950-0123456789abcdef.txt.draft").write_text("half")
    note = declaration(AFTER, 900, of=honest(), by=custodians()[:2])
    wound_back.lies["restored"] = note.encode()
    status, said = office.looks(wound_back)
    assert (status, "A RESTORE WAS DECLARED" in said) == (0, True), said


@pytest.mark.parametrize("lived_through_it", [True, False])
def test_a_restore_excuses_nothing_that_was_kept_after_it(
    wound_back: Site, office: Office, lived_through_it: bool
) -> None:
    note = declaration(AFTER, 900, of=honest(), by=custodians()[:2])
    wound_back.lies["restored"] = note.encode()
    if not lived_through_it:  # who began only then
        shutil.rmtree(office.folder)
    assert office.looks(wound_back)[0] == 0
    wound_back.log, wound_back.size = (
        tree(AFTER + 10, 800),
        800,
    )  # what came after is written anew, the note shown again
    assert office.looks(wound_back)[0] == 1
