"""ledger/verify.py: what it calls sound, and how it names the first fault."""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.notes import Sealer
from ledger.verify import Fault, Key, agree, check, gap, read
from tests.ledger.sample import (
    CUSTODIANS,
    EVENTS,
    KEY,
    LOST,
    OTHER,
    ROWS,
    SEALER,
    WAITING,
    declared,
    edit,
    event,
    fault,
    note,
    proved,
    restored,
    sha256,
    tree_of,
    written,
    zipped,
)


def test_a_sound_export_is_said_to_be_so(tmp_path: Path) -> None:
    folder = written(tmp_path / "one")
    sentence = check(folder, KEY, [note(3), note(7)])
    assert sentence == (
        "8 events under 3 checkpoints and 2 anchors, 3 rows: as they were written. The ledger has 7 sealed events."
    )
    assert check(zipped(folder, tmp_path / "one.zip"), KEY, [note(3), note(7)]) == sentence


def test_a_sound_proof_is_said_to_be_one(tmp_path: Path) -> None:
    folder = proved(tmp_path / "one")
    sentence = check(folder, KEY, [note(3)])
    assert sentence == (
        "4 events under 1 checkpoints and 1 anchors, 2 rows: as they were written. The ledger has 7 sealed events."
    )
    assert check(zipped(folder, tmp_path / "one.zip"), KEY, [note(3)]) == sentence


def test_an_anchor_may_have_passed_through_a_mail(tmp_path: Path) -> None:
    assert check(written(tmp_path / "one"), KEY, [f"\n{note(3)}\n  \n"])


ANCHOR = "An anchored checkpoint"
CHANGED: dict[str, tuple[dict[str, list[Any]], str]] = {
    "an event left out": ({"events": EVENTS[1:]}, "A checkpoint of size 3 has another root"),
    "the last event left out": ({"events": EVENTS[:6]}, "is of 7 events and the ledger has 6: what came after is missing"),
    "an event more": ({"events": [*EVENTS, event(8, "ddl", 0, None, None)]}, "There are 8 sealed events, and the last"),
    "no checkpoint": ({"checkpoints": []}, "There are 7 sealed events, and the last checkpoint is of 0"),
    "nothing at all": ({"checkpoints": [], "events": [], "unsealed": [], "rows": []}, "There are 0 sealed events"),
    "another number": ({"events": [EVENTS[0].replace("1 ", "8 ", 1), *EVENTS[1:]]}, "A checkpoint of size 3 has another root"),
    "a checkpoint by another key": ({"checkpoints": [{"note": note(7, sealer=OTHER)}]}, "The checkpoint of size 7 is not signed"),
    "a checkpoint of another root": ({"checkpoints": [{"note": note(3, EVENTS[1:])}, {"note": note(7)}]}, "of size 3 has"),
    "an event that comes twice": ({"unsealed": [EVENTS[3]]}, "Event 4 does not follow the one before it of plan 1"),
    "an event of what there was not": ({"unsealed": [event(9, "plan", 8, {"id": 8}, {"id": 8})]}, "Event 9 does not follow"),
    "a number that differs": ({"unsealed": [event(9, "plan", 1, {"amount": 2.5}, {"amount": 1})]}, "Event 9 does not follow"),
    "a row changed": ({"rows": [{**ROWS[0], "row": {**ROWS[0]["row"], "code": "x"}}, *ROWS[1:]]}, "plan 1 is not as its"),
    "a row left out": ({"rows": ROWS[:2]}, "plan 4 is not as its last event left it: it is gone"),
    "a row more": ({"rows": [*ROWS, {"table": "plan", "id": 9, "row": {"id": 9}}]}, "or no event made it"),
    "a row that is nothing": ({"rows": [*ROWS, {"table": "plan", "id": 9, "row": None}]}, "or no event made it"),
    "a row twice": ({"rows": [*ROWS, ROWS[0]]}, "plan 1 is not as its last event left it, or no event made it"),
    "a row that was deleted": ({"rows": [*ROWS, {"table": "plan", "id": 3, "row": {"id": 3, "code": "d"}}]}, "plan 3 is not as"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGED)
def test_the_first_fault_is_named(tmp_path: Path, change: str) -> None:
    spoiled, sentence = CHANGED[change]
    assert sentence in fault(written(tmp_path / "one", **spoiled))


@pytest.mark.parametrize(
    ("anchor", "sentence"),
    [
        (note(4), f"{ANCHOR} of size 4 has another root than the ledger, or was taken out of it"),
        (note(3, EVENTS[1:]), f"{ANCHOR} of size 3 has another root than the ledger"),
        (
            note(8, [*EVENTS, *WAITING]),
            f"{ANCHOR} is of 8 events and the ledger has 7: what came after is missing",
        ),
        (
            note(7, sealer=OTHER),
            "The checkpoint of size 7 is not signed with the given key",
        ),
        (note(7).replace("ledger\n", "other\n", 1), "is not signed with the given key"),
        (note(7).replace("\n7\n", "\n8\n"), "is not signed with the given key"),
        ("", "is not signed with the given key"),
    ],
)
def test_an_anchor_that_the_ledger_never_had(tmp_path: Path, anchor: str, sentence: str) -> None:
    assert sentence in fault(written(tmp_path / "one"), anchor)


def test_an_event_of_long_before_others_is_told(tmp_path: Path) -> None:
    late = [
        event(9, "plan", 4, None, {"id": 4}, at="2026-02-02T00:59:59+00:00"),
        event(10, "ddl", 0, None, None, at="2026-02-02T02:00:00Z"),
    ]
    sentence = check(
        written(tmp_path / "one", unsealed=late, rows=[*ROWS[:2], {"table": "plan", "id": 4, "row": {}}]), KEY
    )
    assert sentence.endswith(" 1 events, 9 first, say they are a day older than some before them.")


PROOFS: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "another payload": ("events.log", lambda raw: raw.replace(b'"more": "m"', b'"more": "n"'), "Event 4 is not proved"),
    "another number": ("events.log", lambda raw: raw.replace(b"2 {", b"9 {", 1), "Event 9 is not proved"),
    "another order": ("events.log", lambda raw: b"".join(raw.splitlines(True)[at] for at in (1, 0, 2, 3)), "Event 2 is not"),
    "an event twice": ("events.log", lambda raw: raw + raw.splitlines(True)[-1], "Event 7 is not proved to be in its place"),
    "an event left out": ("events.log", lambda raw: b"".join(raw.splitlines(True)[1:]), "Event 4 does not follow"),
    "another index": ("proofs.jsonl", lambda raw: raw.replace(b'"index": 6', b'"index": 5'), "Event 7 is not proved"),
    "a path too short": ("proofs.jsonl", lambda raw: raw[: raw.rindex(b", ")] + b"]}", "Event 7 is not proved"),
    "no way from the anchor": ("proofs.jsonl", lambda raw: raw.replace(b'"from": 3', b'"from": 2'), "size 3 has another root"),
    "a wrong way from the anchor": ("proofs.jsonl", lambda raw: raw.replace(raw[24:26], b"00", 1), "size 3 has another root"),
    "a value of a row": ("rows.jsonl", lambda raw: raw.replace(b'"m"', b'"n"'), "plan 1 is not as its last event left it"),
    "a column left out": ("rows.jsonl", lambda raw: raw.replace(b', "more": "m"', b""), "plan 1 is not as"),
    "a column by another name": ("rows.jsonl", lambda raw: raw.replace(b'"more": "m"', b'"mora": "m"'), "plan 1 is not as"),
    "another checkpoint": ("checkpoints.jsonl", lambda raw: raw.replace(b"\\n7\\n", b"\\n8\\n"), "of size 8 is not signed"),
    "two checkpoints": ("checkpoints.jsonl", lambda raw: raw + json.dumps({"note": note(4, EVENTS[1:])}).encode(), "of size 4"),
}  # fmt: skip


@pytest.mark.parametrize("change", PROOFS)
def test_a_proof_proves_nothing_else(tmp_path: Path, change: str) -> None:
    name, change_of, sentence = PROOFS[change]
    folder = proved(tmp_path / "one")
    edit(folder / name, change_of)
    assert sentence in fault(folder, note(3))


def test_what_is_not_sealed_is_no_part_of_a_proof(tmp_path: Path) -> None:
    folder = proved(tmp_path / "one")
    (folder / "unsealed.log").write_text(event(9, "plan", 1, ROWS[0]["row"], {"id": 1, "code": "x"}) + "\n")
    edit(folder / "rows.jsonl", lambda raw: raw.replace(b'"c"', b'"x"'))
    assert "plan 1 is not as its last event left it" in fault(folder)


@pytest.mark.parametrize("change", ["another content", "another name", "one more"])
def test_a_file_is_one_that_a_row_tells_of(tmp_path: Path, change: str) -> None:
    folder = proved(tmp_path / "one")
    [file] = (folder / "files").iterdir()
    if change == "another content":
        file.write_bytes(b"foto lain")
    elif change == "another name":
        file.rename(file.with_name("foto.jpg"))
    else:
        (file.parent / sha256(b"x")).write_bytes(b"x")
    assert fault(folder).endswith("is not one that the ledger tells of.")


@pytest.mark.parametrize(
    ("size", "known"), [(8, True), (9, True), (12, True), (13, False), (6, False), (7, True)]
)
def test_what_a_declared_restore_lost_is_accepted(tmp_path: Path, size: int, known: bool) -> None:
    folder = declared(tmp_path / "one", restored(7, 12))
    keys = [Key(one.public) for one in CUSTODIANS]
    anchor = note(size, [*EVENTS, *LOST])
    if known:
        sentence = check(folder, KEY, [anchor], keys)
        assert sentence.endswith(" A restore lost what came after 7 until 12: declared.")
    else:
        with pytest.raises(Fault, match=ANCHOR):
            check(folder, KEY, [anchor], keys)


def test_another_state_of_the_lost_size_is_not_the_lost_one(tmp_path: Path) -> None:
    folder = declared(tmp_path / "one", restored(7, 12))
    with pytest.raises(Fault, match=ANCHOR):
        check(folder, KEY, [note(12, [*EVENTS[1:], *LOST, *LOST])], [Key(one.public) for one in CUSTODIANS])


def test_everything_may_be_lost(tmp_path: Path) -> None:
    folder = declared(tmp_path / "one", restored(0, 12))
    keys = [Key(one.public) for one in CUSTODIANS]
    assert check(folder, KEY, [], keys).endswith(" A restore lost what came after 0 until 12: declared.")


def test_a_lost_checkpoint_inside_the_ledger_is_no_excuse(tmp_path: Path) -> None:
    folder = declared(tmp_path / "one", restored(3, 12))
    edit(folder / "checkpoints.jsonl", lambda raw: raw + json.dumps({"note": note(5, EVENTS[1:])}).encode())
    with pytest.raises(Fault, match="A checkpoint of size 5 has another root"):
        check(folder, KEY, [], [Key(one.public) for one in CUSTODIANS])


@pytest.mark.parametrize(
    ("text", "keys", "sentence"),
    [
        (restored(7, 12, signing=CUSTODIANS[:1]), CUSTODIANS, "without the signatures of two custodians"),
        (restored(7, 12, signing=[CUSTODIANS[0], CUSTODIANS[0]]), CUSTODIANS, "without the signatures of two custodians"),
        (restored(7, 12), CUSTODIANS[1:], "without the signatures of two custodians"),
        (restored(7, 12), [CUSTODIANS[0], CUSTODIANS[0]], "without the signatures of two custodians"),
        (restored(7, 12).replace("12", "13"), CUSTODIANS, "without the signatures of two custodians"),
        (restored(7, 12, kind="checkpoint"), CUSTODIANS, "say nothing of what was kept"),
        (restored(7, 7), CUSTODIANS, "say nothing of what was kept"),
        (restored(5, 12), CUSTODIANS, "Event 8 declares a restore to a state that the ledger never had"),
        (restored(3, 12, EVENTS[1:]), CUSTODIANS, "Event 8 declares a restore to a state that the ledger never had"),
    ],
)  # fmt: skip
def test_a_restore_is_declared_by_two_and_tells_the_truth(
    tmp_path: Path, text: str, keys: list[Sealer], sentence: str
) -> None:
    with pytest.raises(Fault, match=sentence):
        check(declared(tmp_path / "one", text), KEY, [], [Key(one.public) for one in keys])


def test_images_agree_on_what_both_tell() -> None:
    def same(one: str, other: str) -> bool:
        return agree(read(f'{{"a": {one}}}'), read(f'{{"a": {other}}}'))

    assert agree({"a": 1, "b": 2}, {"a": 1, "c": 3}) and agree(None, None)
    assert not agree(None, {}) and not agree({}, None) and not agree({"a": 1}, {"a": 2})
    assert (
        same("1.50", "1.5000")
        and same('"2026-02-03T09:00:00+08:00"', '"2026-02-03T01:00:00Z"')
        and same("[1]", "[1]")
    )
    for one, other in (
        ("1.50", "1.51"), ("1.5", '"1.5"'), ('"1.10"', '"1.1"'), ("1.0", "null"), ("true", '"true"'),
        ('"2026-02-03"', '"20260203"'), ("12345678901234567.8", "12345678901234567.9"),
        ("[1.5]", "[1.6]"), ('""', "null"), ('"2026-02-03T09:00"', '"2026-02-03 09"'),
        ('"2026-02-03T09:00:00+08:00"', '"2026-02-03T09:00:00+07:00"'),
    ):  # fmt: skip
        assert not same(one, other), (one, other)


def test_a_key_that_is_none() -> None:
    for line in (
        "",
        "x",
        "a+b+c",
        SEALER.public[:-4],
        SEALER.public.replace("ledger", "other"),
        "jenjang.ledger+00000000+AAAA",
    ):
        with pytest.raises((Fault, ValueError)):
            Key(line)


def test_a_gap_is_read_by_whoever_asks() -> None:
    keys = [Key(one.public) for one in CUSTODIANS]
    kept, lost = gap(restored(3, 9), keys)
    assert kept == (3, tree_of(EVENTS).root(3)) and lost == (9, tree_of([*EVENTS, *LOST]).root(9))


def test_a_key_of_another_kind_is_none() -> None:
    packed = b"\2" + KEY.public
    number = hashlib.sha256(b"jenjang.ledger\n" + packed).hexdigest()[:8]
    with pytest.raises(Fault, match="is not of the form"):
        Key(f"jenjang.ledger+{number}+{b64encode(packed).decode()}")


def test_a_note_is_signed_under_the_name_and_with_the_mark_of_its_key() -> None:
    text, _, line = note(7).partition("\n\n")
    start, _, packed = line.rpartition(" ")
    raw = b64decode(packed)
    assert KEY.open(f"{text}\n\n{OTHER.signature('x')}{line}")[0] == 7  # others may sign too
    for below in (f"\u2014 other {packed}", f"{start} {b64encode(bytes(4) + raw[4:]).decode()}", packed, ""):
        with pytest.raises(Fault, match="is not signed"):
            KEY.open(f"{text}\n\n{below}")
    foreign = text.replace("jenjang.ledger", "another.ledger") + "\n"
    with pytest.raises(Fault, match="is not signed"):
        KEY.open(f"{foreign}\n{SEALER.signature(foreign)}")
