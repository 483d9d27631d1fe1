# ruff: noqa: S608 - the statements of an attacker, put together from constants
"""Who runs the database server attacks the ledger: what is prevented, what is found, what only an anchor finds.

One small site lived through eight seals, and somebody outside keeps two of the eight checkpoints: the third and the last. The
attacker is the server's superuser, who switches every trigger off and holds, where it helps, the sealer's own key.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config import embedded
from ledger.notes import Sealer
from ledger.verify import Key, check
from tests.ledger.attacker import ASIDE, HEALTH, WORKS, Attacker, Site

OWN = Ed25519PrivateKey.generate()  # a key that the attacker made himself


def row_altered(he: Attacker) -> None:
    he.everywhere("Dinas Kesehatan 1", "Dinas Kesehatan X")


def who_altered(he: Attacker) -> None:
    with he.silent():
        he.do("""UPDATE ledger.event SET payload = replace(payload, '"actor" : null', '"actor" : "4"')"""
              f" WHERE id = {he.last_event(HEALTH)}")  # fmt: skip


def row_deleted(he: Attacker) -> None:
    with he.silent():
        he.without(he.last_event(HEALTH))


def deleted_and_renumbered(he: Attacker) -> None:
    event = he.ask("SELECT max(id) FROM ledger.event WHERE of_table = 'ddl'")  # whose absence breaks no chain
    with he.silent():
        at = he.place(event)
        he.without(event)
        he.shift(at + 1, -1)


def inserted_in_the_middle(he: Attacker) -> None:
    with he.silent():
        he.shift(100, +1)
        he.do(
            "INSERT INTO ledger.event (of_table, of_row, payload) SELECT of_table, of_row, replace(payload, 'ledger.event', 'x')"
            " FROM ledger.event WHERE of_table = 'ddl' ORDER BY id LIMIT 1",
            "INSERT INTO ledger.leaf SELECT 100, max(id) FROM ledger.event",
        )


def two_swapped(he: Attacker) -> None:
    one, other = he.last_event(HEALTH), he.last_event(WORKS)
    first, second = he.place(one), he.place(other)
    with he.silent():
        he.do(
            f"UPDATE ledger.leaf SET index = {ASIDE} WHERE event_id = {one}",
            f"UPDATE ledger.leaf SET index = {first} WHERE event_id = {other}",
            f"UPDATE ledger.leaf SET index = {second} WHERE event_id = {one}",
        )


def duplicated(he: Attacker) -> None:
    with he.silent():
        he.shift(50, +1)
        he.do(
            "INSERT INTO ledger.event (of_table, of_row, payload) SELECT of_table, of_row, payload FROM ledger.event"
            " WHERE of_table = 'ddl' ORDER BY id LIMIT 1",
            "INSERT INTO ledger.leaf SELECT 50, max(id) FROM ledger.event",
        )


def back_dated_unqueued(he: Attacker) -> None:
    with he.silent("ledger.event", "registry_unit"):
        he.do(
            f"UPDATE registry_unit SET name = 'Dinas Bayangan' WHERE code = '{HEALTH}'",
            "INSERT INTO ledger.event (of_table, of_row, payload) SELECT of_table, of_row,"
            " jsonb_set(jsonb_set(jsonb_set(p, '{old}', p -> 'new'),"
            " '{new,name}', '\"Dinas Bayangan\"'), '{at}', '\"2025-01-02T09:00:00+00:00\"')::text"
            f" FROM ledger.event, LATERAL (SELECT payload::jsonb) AS j(p) WHERE id = {he.last_event(HEALTH)}",
        )


def back_dated_and_sealed(he: Attacker) -> None:
    back_dated_unqueued(he)
    he.do("INSERT INTO ledger.queue SELECT max(id) FROM ledger.event")
    assert he.sealed() == 1


def tail_cut(he: Attacker) -> None:
    with he.silent():
        he.without(he.last_event(WORKS), he.last_event(HEALTH))


def tail_and_checkpoints_cut(he: Attacker) -> None:
    with he.silent():
        he.cut(he.checkpoints()[4][0])


def tail_checkpoints_and_events_cut(he: Attacker) -> None:
    with he.silent():
        he.without(*he.cut(he.checkpoints()[4][0]))


def wound_back(he: Attacker) -> None:
    he.wind_back(he.checkpoints()[4][0])


def rebuilt_with_another_key(he: Attacker) -> None:
    he.everywhere("Dinas Kesehatan 1", "Dinas Kesehatan X")
    he.rebuild(Sealer(he.site.sealer.name, OWN))


def rebuilt_with_the_stolen_key(he: Attacker) -> None:
    he.everywhere("Dinas Kesehatan 1", "Dinas Kesehatan X")
    he.rebuild(he.site.sealer)


def checkpoint_removed(he: Attacker) -> None:
    with he.silent():
        he.do(f"DELETE FROM ledger.checkpoint WHERE size = {he.checkpoints()[2][0]}")


def checkpoint_edited(he: Attacker) -> None:
    size, note = he.checkpoints()[3]
    with he.silent():
        root = note.split("\n")[2]
        other = b64encode(bytes([b64decode(root)[0] ^ 1]) + b64decode(root)[1:]).decode()
        he.do(f"UPDATE ledger.checkpoint SET note = replace(note, '{root}', '{other}') WHERE size = {size}")


def live_row_changed(he: Attacker) -> None:
    with he.silent("registry_unit"):
        he.do(f"UPDATE registry_unit SET name = 'Dinas Bayangan' WHERE code = '{HEALTH}'")


def live_row_inserted(he: Attacker) -> None:
    with he.silent("registry_unit"):
        he.do(
            "INSERT INTO registry_unit (government_id, parent_id, kind, code, name, route_code, path)"
            " SELECT government_id, parent_id, kind, '9', 'Dinas Bayangan', route_code, '/9/' FROM registry_unit"
            f" WHERE code = '{HEALTH}'"
        )


def live_row_deleted(he: Attacker) -> None:
    with he.silent("registry_assignment"):
        he.do("DELETE FROM registry_assignment WHERE id = (SELECT max(id) FROM registry_assignment)")


def live_table_emptied(he: Attacker) -> None:
    with he.silent("registry_assignment"):
        he.do("TRUNCATE registry_assignment CASCADE")


def changed_as_a_replica(he: Attacker) -> None:
    he.do("SET session_replication_role = replica")
    he.do(f"UPDATE registry_unit SET name = 'Dinas Bayangan' WHERE code = '{HEALTH}'")


def unqueued(he: Attacker) -> None:
    he.do(
        f"UPDATE registry_unit SET name = 'Dinas Bayangan' WHERE code = '{HEALTH}'",
        "DELETE FROM ledger.queue",
    )


def unsealed_erased(he: Attacker) -> None:
    he.do(f"UPDATE registry_unit SET name = 'Dinas Bayangan' WHERE code = '{HEALTH}'")
    with he.silent():
        he.without(he.last_event(HEALTH))


def history_changed(he: Attacker) -> None:
    with he.silent("registry_historicalunit"):
        he.do("UPDATE registry_historicalunit SET name = 'Dinas Bayangan' WHERE name = 'Dinas Kesehatan 2'")


def history_inserted(he: Attacker) -> None:
    with he.silent("registry_historicalunit"):
        columns = he.ask(
            "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = 'registry_historicalunit'::regclass"
            " AND attnum > 0 AND NOT attisdropped AND attname <> 'history_id'"
        )
        he.do(
            f"INSERT INTO registry_historicalunit ({columns}) SELECT {columns} FROM registry_historicalunit LIMIT 1"
        )


def history_deleted(he: Attacker) -> None:
    with he.silent("registry_historicalunit"):
        he.do("DELETE FROM registry_historicalunit WHERE name = 'Dinas Kesehatan 2'")


def column_untold(he: Attacker) -> None:
    source = he.ask("SELECT pg_get_functiondef('ledger.record_registry_unit_update()'::regprocedure)")
    untold = source.replace("'name', o.name, ", "").replace("'name', n.name, ", "")
    assert untold != source
    he.do("SET event_triggers = off", untold, "SET event_triggers = on")
    he.do(f"UPDATE registry_unit SET name = 'Dinas Bayangan' WHERE code = '{HEALTH}'")


def tile_rewritten(he: Attacker) -> None:
    with he.silent():  # a full tile stands behind later roots through the one above it
        he.do(
            "UPDATE ledger.tile SET hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40)) WHERE index = 0"
        )
    he.do(f"UPDATE registry_unit SET name = 'Dinas Sesudahnya' WHERE code = '{HEALTH}'")
    assert he.sealed() > 0


def restore_invented(he: Attacker) -> None:
    size, note = he.checkpoints()[4]
    root, lost = note.split("\n")[2], he.site.anchors[-1].split("\n")
    he.wind_back(size)
    text = f"jenjang.ledger/restored\n{size}\n{root}\n{lost[1]}\n{lost[2]}\nlistrik padam\n"
    signed = f"{text}\n{Sealer('bayangan', OWN).signature(text)}{he.site.sealer.signature(text)}"
    he.connection.execute("SELECT ledger.declare('restored', %s::json)", [json.dumps({"note": signed})])
    assert he.sealed() == 1


CHAIN, LIVE = "does not follow the one before it", "is not as its last event left it"
ROOT, MISSING = "has another root than the ledger", "what came after is missing"
UNSIGNED, UNSEEN = "is not signed with the given key", ""
TABLE: dict[Callable[[Attacker], None], tuple[str, str]] = {
    #                                  without an anchor, with two of the eight checkpoints kept outside
    row_altered:                       (ROOT, ROOT),
    who_altered:                       (ROOT, ROOT),
    row_deleted:                       (MISSING, MISSING),
    deleted_and_renumbered:            (ROOT, ROOT),
    inserted_in_the_middle:            (ROOT, ROOT),
    two_swapped:                       (ROOT, ROOT),
    duplicated:                        (ROOT, ROOT),
    back_dated_unqueued:               (LIVE, LIVE),
    back_dated_and_sealed:             (UNSEEN, UNSEEN),  # and the sentence tells of it: below
    tail_cut:                          (MISSING, MISSING),
    tail_and_checkpoints_cut:          (LIVE, LIVE),
    tail_checkpoints_and_events_cut:   (LIVE, LIVE),
    wound_back:                        (UNSEEN, MISSING),
    rebuilt_with_another_key:          (UNSIGNED, UNSIGNED),
    rebuilt_with_the_stolen_key:       (UNSEEN, ROOT),
    checkpoint_removed:                (UNSEEN, ROOT),  # nothing is lost by it
    checkpoint_edited:                 (UNSIGNED, UNSIGNED),
    live_row_changed:                  (LIVE, LIVE),
    live_row_inserted:                 (LIVE, LIVE),
    live_row_deleted:                  (LIVE, LIVE),
    live_table_emptied:                (LIVE, LIVE),
    changed_as_a_replica:              (UNSEEN, UNSEEN),  # it is on the record like any other change: below
    unqueued:                          (LIVE, LIVE),
    unsealed_erased:                   (LIVE, LIVE),
    # The 24 of the design end here.
    history_changed:                   (LIVE, LIVE),
    history_inserted:                  (LIVE, LIVE),
    history_deleted:                   (LIVE, LIVE),
    column_untold:                     (LIVE, LIVE),
    tile_rewritten:                    (ROOT, ROOT),
    restore_invented:                  ("without the signatures of two custodians", "without the signatures of two custodians"),
}  # fmt: skip


@pytest.mark.parametrize("attack", TABLE, ids=lambda attack: attack.__name__)
def test_what_the_verifier_finds(he: Attacker, tmp_path: Path, attack: Callable[[Attacker], None]) -> None:
    attack(he)
    for found, expected in zip(he.verdicts(tmp_path / "export"), TABLE[attack], strict=True):
        assert expected in found if expected else found == ""


def test_nothing_is_found_where_nobody_attacks(he: Attacker, tmp_path: Path) -> None:
    assert he.verdicts(tmp_path / "export") == ["", ""]


def test_of_the_24_attacks_19_are_found_without_an_anchor_and_22_with_two() -> None:
    design = list(TABLE.values())[:24]
    assert sum(bool(alone) for alone, _ in design) == 19
    assert sum(bool(anchored) for _, anchored in design) == 22
    # The other two are told by what is on the record.
    assert {attack for attack, found in TABLE.items() if found == (UNSEEN, UNSEEN)} == {
        back_dated_and_sealed,
        changed_as_a_replica,
    }


def trail_forged(he: Attacker) -> None:
    with he.silent():
        he.do(f"UPDATE ledger.trail SET actor = 4 WHERE event_id = {he.last_event(HEALTH)}")


def filed_elsewhere(he: Attacker) -> None:
    with he.silent():
        he.do(f"UPDATE ledger.event SET of_row = of_row + 1 WHERE id = {he.last_event(HEALTH)}")


def command_unqueued(he: Attacker) -> None:
    he.do("COMMENT ON TABLE registry_unit IS 'x'", "DELETE FROM ledger.queue")


def trigger_left_off(he: Attacker) -> None:
    he.do("SET event_triggers = off", "ALTER TABLE registry_unit DISABLE TRIGGER ledger_update")


@pytest.mark.parametrize(
    ("attack", "expected"),
    [
        (trail_forged, "rows of the trail are wrong"),
        (filed_elsewhere, "are filed under another row"),
        (command_unqueued, "neither sealed nor in the queue"),
        (trigger_left_off, "not always in force, ledger_update of registry_unit"),
    ],
)
def test_what_shows_in_the_database_alone(
    he: Attacker, tmp_path: Path, attack: Callable[[Attacker], None], expected: str
) -> None:
    assert he.inside() == ""
    attack(he)
    assert he.verdicts(tmp_path / "export") == ["", ""]
    assert expected in he.inside()


def test_an_event_with_a_date_of_long_ago_is_told(he: Attacker, tmp_path: Path) -> None:
    back_dated_and_sealed(he)
    assert he.verdicts(tmp_path / "export") == ["", ""]
    event = he.ask("SELECT max(id) FROM ledger.event")
    sentence = check(tmp_path / "export", Key(he.site.sealer.public))
    assert f"1 events, {event} first, say they are a day older than some before them" in sentence


def test_a_replica_is_recorded_like_everybody(he: Attacker) -> None:
    before = he.last_event(HEALTH)
    changed_as_a_replica(he)
    event = he.last_event(HEALTH)
    told = json.loads(he.ask(f"SELECT payload FROM ledger.event WHERE id = {event}"))
    assert event > before and told["role"] == embedded.SUPERUSER and told["new"]["name"] == "Dinas Bayangan"
    assert he.ask(f"SELECT count(*) FROM ledger.queue WHERE id = {event}") == 1


def test_who_makes_a_table_tell_less_is_on_the_record(he: Attacker) -> None:
    before = he.ask("SELECT max(id) FROM ledger.event")
    he.do(he.ask("SELECT pg_get_functiondef('ledger.record_registry_unit_update()'::regprocedure)"))
    told = json.loads(he.ask(f"SELECT payload FROM ledger.event WHERE id > {before}"))
    assert (told["op"], told["what"]["name"]) == ("CREATE FUNCTION", "ledger.record_registry_unit_update()")


REFUSED = {
    "superuser": [
        "DELETE FROM ledger.event", "UPDATE ledger.event SET payload = ''", "TRUNCATE ledger.event CASCADE",
        "DELETE FROM ledger.leaf", "UPDATE ledger.leaf SET index = index + 1", "TRUNCATE ledger.leaf",
        "UPDATE ledger.checkpoint SET note = ''", "DELETE FROM ledger.checkpoint", "DELETE FROM ledger.tile",
        "UPDATE ledger.tile SET hashes = decode(repeat('00', 32), 'hex')", "DELETE FROM ledger.trail",
        "UPDATE ledger.trail SET actor = 1", "UPDATE registry_historicalunit SET name = ''",
        "DELETE FROM registry_historicalunit", "TRUNCATE registry_historicalunit",
        "SET session_replication_role = replica; UPDATE registry_historicalunit SET name = ''",
        "SET session_replication_role = replica; DELETE FROM ledger.event",
    ],
    "owner": [
        "DELETE FROM ledger.event", "UPDATE ledger.checkpoint SET note = ''", "DELETE FROM registry_historicalunit",
        "SET session_replication_role = replica", "SET event_triggers = off", "ALTER EVENT TRIGGER jenjang_sql_drop DISABLE",
    ],
    "app": [
        "INSERT INTO ledger.checkpoint VALUES (1, '', '', now())", "DELETE FROM ledger.queue", "DELETE FROM ledger.leaf",
        "UPDATE ledger.tile SET hashes = ''", "INSERT INTO ledger.event (of_table, of_row, payload) VALUES ('x', 1, '')",
        "INSERT INTO ledger.queue VALUES (1)", "INSERT INTO ledger.trail SELECT * FROM ledger.trail",
        "SELECT ledger.declare('restored', '{}')", "ALTER TABLE registry_unit DISABLE TRIGGER ALL", "TRUNCATE registry_unit",
        "SET session_replication_role = replica", "UPDATE registry_historicalunit SET name = ''",
    ],
    "sealer": [
        "DELETE FROM ledger.leaf", "UPDATE ledger.checkpoint SET note = ''", "DELETE FROM ledger.tile",
        "UPDATE ledger.tile SET hashes = decode(repeat('00', 32), 'hex')", "UPDATE ledger.event SET payload = ''",
        "SELECT * FROM registry_user", "INSERT INTO ledger.queue VALUES (1)",
    ],
    "auditor": ["DELETE FROM ledger.queue", "INSERT INTO ledger.leaf VALUES (1, 1)", "UPDATE registry_unit SET name = ''"],
}  # fmt: skip


@pytest.mark.parametrize("role", REFUSED)
def test_what_is_prevented(site: Site, role: str) -> None:
    with psycopg.connect(site.urls[role], autocommit=True) as connection:
        for statement in REFUSED[role]:
            with pytest.raises(psycopg.Error) as refused, connection.transaction(force_rollback=True):
                connection.execute(statement.encode())
            assert refused.value.sqlstate in ("42501", "23000"), (statement, refused.value)


def test_what_no_ledger_can_tell(he: Attacker, tmp_path: Path) -> None:
    """In the seconds before an event is sealed, who runs the server can change both the row and what is said of it."""
    he.do(f"UPDATE registry_unit SET name = 'Dinas Lama' WHERE code = '{HEALTH}'")
    with he.silent("ledger.event", "registry_unit"):
        he.do(
            "UPDATE ledger.event SET payload = replace(payload, 'Dinas Lama', 'Dinas Bayangan')"
            f" WHERE id = {he.last_event(HEALTH)}",
            f"UPDATE registry_unit SET name = 'Dinas Bayangan' WHERE code = '{HEALTH}'",
        )
    assert he.sealed() == 1
    assert he.verdicts(tmp_path / "export") == ["", ""]
