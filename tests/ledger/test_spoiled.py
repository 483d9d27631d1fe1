"""The verifier as a command: alike with and without a library, and never more than one sentence for what somebody spoiled."""

import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger import verify
from ledger.verify import Fault, check
from tests.ledger.sample import (
    CUSTODIANS,
    KEY,
    NAMES,
    SEALER,
    declared,
    edit,
    note,
    proved,
    restored,
    written,
    zipped,
)

DEEP = b"[" * 200_000
HUGE = b"9" * 100_000


def command(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *more: str
) -> tuple[int, str, str]:
    """Exit status, what was said, and what was said of a fault."""
    key = folder.parent / "sealer.pub"
    key.write_text(SEALER.public + "\n")
    monkeypatch.setattr(sys, "argv", ["verify.py", str(folder), "--key", str(key), *more])
    status = verify.main()
    return status, *capsys.readouterr()


@pytest.mark.parametrize("kind", ["export", "proof"])
def test_plain_python_is_enough(tmp_path: Path, kind: str) -> None:
    """A copy of one file, run where nothing is installed, says the same."""
    folder = (written if kind == "export" else proved)(tmp_path / "one")
    shutil.copy(verify.__file__, tmp_path / "verify.py")
    (tmp_path / "sealer.pub").write_text(SEALER.public)
    (tmp_path / "anchor").write_text(note(3))
    words = [sys.executable, "-I", "-S", "verify.py", "one", "--key", "sealer.pub", "--anchor", "anchor"]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)

    assert "cryptography" in sys.modules
    sound = run()
    assert (sound.returncode, sound.stderr) == (0, "")
    assert sound.stdout == check(folder, KEY, [note(3)]) + "\n"
    edit(folder / "checkpoints.jsonl", lambda raw: raw.replace(b"\\n7\\n", b"\\n6\\n"))
    spoiled = run()
    assert (spoiled.returncode, spoiled.stdout) == (1, "")
    assert spoiled.stderr == "The checkpoint of size 6 is not signed with the given key.\n"


def test_custodians_are_named_in_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, more = declared(tmp_path / "one", restored(7, 12)), []
    for one in CUSTODIANS:
        (tmp_path / one.name).write_text(one.public)
        more += ["--custodian", str(tmp_path / one.name)]
    assert command(folder, capsys, monkeypatch, *more)[0] == 0
    status, _, told = command(folder, capsys, monkeypatch, *more[:2])
    assert status == 1 and "without the signatures of two custodians" in told


def gone(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def folder_instead(folder: Path) -> None:
    (folder / "events.log").unlink()
    (folder / "events.log").mkdir()


def change(name: str, how: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda folder: edit(folder / name, how)


SPOILED: dict[str, Callable[[Path], None]] = {
    **{f"{name} is gone": gone(name) for name in NAMES},
    **{f"{name} is cut": change(name, lambda raw: raw[:-9]) for name in NAMES},
    **{f"{name} is no text": change(name, lambda raw: b"\xff\xfe" + raw) for name in NAMES},
    **{f"{name} is nested too deep": change(name, lambda raw: raw + b"10 " + DEEP + b"\n") for name in NAMES[:2]},
    **{f"{name} is nested too deep": change(name, lambda raw: raw + DEEP + b"\n") for name in NAMES[2:]},
    **{f"{name} has an empty line": change(name, lambda raw: b"\n" + raw) for name in NAMES},
    **{f"{name} has a line that is no object": change(name, lambda raw: raw + b"7 7\n") for name in NAMES},
    "a number is huge": change("events.log", lambda raw: HUGE + b" " + raw),
    "a number in an event is huge": change("events.log", lambda raw: raw.replace(b'"id": 1', b'"id": ' + HUGE)),
    "a size is huge": change("checkpoints.jsonl", lambda raw: raw.replace(b"\\n7\\n", b"\\n" + HUGE + b"\\n")),
    "a signature is no base64": change("checkpoints.jsonl", lambda raw: raw.replace(b"ledger ", b"ledger *A")),
    "a note is a number": change("checkpoints.jsonl", lambda raw: b'{"note": 7}\n' + raw),
    "a row is a list": change("rows.jsonl", lambda raw: raw.replace(b'{"id": 1, "code"', b'[], "x": {"code"')),
    "a moment is none": change("unsealed.log", lambda raw: raw.replace(b'"at": "', b'"at": "x')),
    "a moment has no zone": change("unsealed.log", lambda raw: raw.replace(b"+08:00", b"")),
    "there is no moment": change("unsealed.log", lambda raw: raw.replace(b'"at"', b'"ta"')),
    "an image is a text": change("unsealed.log", lambda raw: raw.replace(b'"old": null', b'"old": "x"')),
    "the events are a folder": folder_instead,
}  # fmt: skip


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_spoiled_export_gets_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, spoiled: str
) -> None:
    folder = written(tmp_path / "one")
    assert command(folder, capsys, monkeypatch)[0] == 0
    SPOILED[spoiled](folder)
    status, said, told = command(folder, capsys, monkeypatch)
    assert (status, said) == (1, "") and told.endswith(".\n") and "Traceback" not in told
    assert len(told) < 1000 and told.count("\n") == 1


PROOF_SPOILED: dict[str, Callable[[Path], None]] = {
    "proofs.jsonl is cut": change("proofs.jsonl", lambda raw: raw[:-9]),
    "proofs.jsonl is empty": change("proofs.jsonl", lambda raw: b""),
    "a path is no hex": change("proofs.jsonl", lambda raw: raw.replace(b'"path": ["', b'"path": ["zz')),
    "a path is a number": change("proofs.jsonl", lambda raw: raw + b'\n{"event": 7, "index": 6, "path": 5}'),
    "a path is endless": change("proofs.jsonl", lambda raw: raw.replace(b'"path": [', b'"path": [' + b'"00",' * 99999)),
    "an index is huge": change("proofs.jsonl", lambda raw: raw.replace(b'"index": 6', b'"index": ' + HUGE)),
    "an index is below nothing": change("proofs.jsonl", lambda raw: raw.replace(b'"index": 1', b'"index": -6')),
    "an index is a fraction": change("proofs.jsonl", lambda raw: raw.replace(b'"index": 6', b'"index": 6.5')),
    "a folder among the files": lambda folder: (folder / "files/x").mkdir(),
    "no rows": change("rows.jsonl", lambda raw: b""),
}  # fmt: skip


@pytest.mark.parametrize("spoiled", PROOF_SPOILED)
def test_a_spoiled_proof_gets_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, spoiled: str
) -> None:
    folder = proved(tmp_path / "one")
    PROOF_SPOILED[spoiled](folder)
    status, said, told = command(folder, capsys, monkeypatch)
    assert (status, said) == (1, "") and told.endswith(".\n") and told.count("\n") == 1 and len(told) < 1000


def renamed(prefix: str) -> Callable[[Path], bytes]:
    """A ZIP file whose entries are called something else."""

    def made(folder: Path) -> bytes:
        path = folder.parent / "made.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name in NAMES:
                archive.writestr(prefix + name, (folder / name).read_bytes())
        return path.read_bytes()

    return made


def repacked(how: Callable[[bytes], bytes]) -> Callable[[Path], bytes]:
    def made(folder: Path) -> bytes:
        zipped(folder, folder.parent / "made.zip")
        return how((folder.parent / "made.zip").read_bytes())

    return made


def marked(raw: bytes, at: int, value: int) -> bytes:
    """Another byte in what a ZIP file's directory says of its first entry."""
    place = raw.index(b"PK\1\2") + at
    return raw[:place] + bytes([value]) + raw[place + 1 :]


ZIPS: dict[str, Callable[[Path], bytes]] = {
    "no ZIP file": lambda folder: b"PK\3\4 nothing",
    "an empty file": lambda folder: b"",
    "cut in the middle": repacked(lambda raw: raw[: len(raw) // 2]),
    "cut at its end": repacked(lambda raw: raw[:-5]),
    "packed in an unknown way": repacked(lambda raw: marked(raw, 10, 99)),
    "said to be encrypted": repacked(lambda raw: marked(raw, 8, 1)),
    "with bytes that do not unpack": repacked(lambda raw: raw[:80] + bytes(60) + raw[140:]),
    "with names that lead out of it": renamed("../"),
    "with names from the root": renamed("/"),
    "with a folder around it": renamed("one/"),
    "with nothing inside": lambda folder: b"PK\5\6" + bytes(18),
}  # fmt: skip


@pytest.mark.parametrize("odd", ZIPS)
def test_an_odd_zip_file_gets_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    archive = tmp_path / "export.zip"
    archive.write_bytes(ZIPS[odd](written(tmp_path / "one")))
    status, said, told = command(archive, capsys, monkeypatch)
    assert (status, said) == (1, "") and told.count("\n") == 1 and len(told) < 1000


def test_a_sentence_cannot_paint_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "one")
    edit(
        folder / "rows.jsonl",
        lambda raw: raw.replace(b'"plan"', b'"\\u001b[2K\\r7 events: as they were written.\\n"', 1),
    )
    _, _, told = command(folder, capsys, monkeypatch)
    assert "\x1b" not in told and "\r" not in told and told.count("\n") == 1


@pytest.mark.parametrize("named", ["export", "key", "anchor", "custodian"])
def test_a_file_that_is_not_there_gets_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    folder = written(tmp_path / "one")
    nowhere = str(tmp_path / "nowhere")
    more = [] if named == "export" else [f"--{named}", nowhere]
    status, said, told = command(
        tmp_path / "two" if named == "export" else folder, capsys, monkeypatch, *more
    )
    assert (status, said) == (1, "") and "nowhere" in told or "two" in told


def spoil(lot: random.Random, raw: bytes) -> bytes:
    """One random change."""
    at, end = sorted((lot.randrange(len(raw)), lot.randrange(len(raw))))
    lines = raw.splitlines(True)
    line = lot.randrange(len(lines))
    return lot.choice([
        lambda: raw[:at], lambda: raw[at:], lambda: raw[:at] + raw[end:], lambda: raw[:at] + lot.randbytes(3) + raw[at:],
        lambda: raw[:at] + bytes([raw[at] ^ 1 << lot.randrange(8)]) + raw[at + 1 :],
        lambda: raw[:at] + lot.choice([b"{", b"]", b'"', b"\\", b"\0", b"null", b"-1e999", b"\n", b"\\ud800"]) + raw[at:],
        lambda: b"".join(lines[:line] + lines[line + 1 :]), lambda: b"".join([*lines[: line + 1], *lines[line:]]),
        lambda: b"".join(lot.sample(lines, len(lines))), lambda: raw[:at] + raw[at:end] * 2 + raw[end:],
    ])()  # fmt: skip


@pytest.mark.parametrize("kind", ["export", "proof"])
def test_whatever_is_spoiled_is_a_fault_and_never_an_error(tmp_path: Path, kind: str) -> None:
    folder = (written if kind == "export" else proved)(tmp_path / "one")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    lot, found = random.Random(kind), 0
    for _ in range(500):
        path = lot.choice(files)
        before = path.read_bytes()
        path.write_bytes(after := spoil(lot, before))
        try:
            check(folder, KEY, [note(3)])
            assert after.rstrip() == before.rstrip() or path.suffix == ".jsonl" or path.name == "unsealed.log"
        except Fault:
            found += 1
        path.write_bytes(before)
    assert found > 400
