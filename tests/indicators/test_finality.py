"""What was judged or published cannot be changed by raw SQL, nor moved without a decision of who holds the office."""

import psycopg
import pytest

from indicators import services
from indicators.models import Pack, PackFile
from tests.indicators.province import Province

FORBIDDEN = {
    "a figure": "UPDATE indicators_packfigure SET value = value + 1",
    "a note": "UPDATE indicators_packfigure SET note = 'x'",
    "a figure away": "DELETE FROM indicators_packfigure WHERE code = 'cash'",
    "a figure more": "INSERT INTO indicators_packfigure (pack_id, code, value, note) SELECT id, 'x', 1, '' FROM indicators_pack",
    "remarks": "UPDATE indicators_pack SET remarks = 'x'",
    "the version": "UPDATE indicators_pack SET version = version + 1",
    "the hash": "UPDATE indicators_pack SET content_hash = repeat('0', 64)",
    "the lock": "UPDATE indicators_pack SET locks_at = locks_at + interval '1 year'",
    "another form": "UPDATE indicators_pack SET form_id = form_id + 1",
    "back to draft": "UPDATE indicators_pack SET state = 'draft', tier = 0, step = step + 1",
    "back to signed": "UPDATE indicators_pack SET state = 'signed', tier = 3, step = step + 1",
    "a pack away": "DELETE FROM indicators_pack",
    "packs emptied": "TRUNCATE indicators_pack CASCADE",
    "a file away": "DELETE FROM indicators_packfile",
    "another file": "UPDATE indicators_packfile SET sha256 = 'x'",
    "an editor away": "DELETE FROM indicators_packeditor",
    "an opening away": "DELETE FROM indicators_packopening",
    "a form changed": "UPDATE indicators_formversion SET indicators = '[]'",
    "a form away": "DELETE FROM indicators_formversion",
    "history changed": "UPDATE indicators_historicalpackfigure SET value = 1",
    "history away": "DELETE FROM indicators_historicalpack",
}


@pytest.fixture
def published(committed: dict[str, str], province: Province) -> Pack:
    pack = province.submitted(province.open())
    services.mark_opened(actor=province.palwasha, pack=pack, at=province.at("2025-10-20 10:00"))
    return province.published(province.signed(province.verified(pack)))


@pytest.mark.parametrize("role", ["app", "superuser"])
def test_nothing_that_was_published_can_be_changed(
    committed: dict[str, str], published: Pack, role: str
) -> None:
    for name in FORBIDDEN:
        with psycopg.connect(committed[role]) as connection:
            with pytest.raises(psycopg.Error) as refused:
                connection.execute(f"{FORBIDDEN[name]}{_only(name)}")
                connection.commit()
            assert refused.value.sqlstate in ("23000", "42501", "23503"), (name, refused.value)
            connection.rollback()
    fresh = Pack.objects.get(pk=published.pk)
    assert (fresh.state, fresh.version, fresh.content_hash) == (
        published.state,
        published.version,
        published.content_hash,
    )


def _only(name: str) -> str:
    """The other entity's draft is open, so a change of all rows would be refused for one of them only."""
    if name.startswith(("packs", "a form", "history", "an opening")):
        return ""
    table_is_pack = "indicators_pack " in f"{FORBIDDEN[name]} "
    of_published = "state = 'published'"
    if name == "a figure more":
        return f" WHERE {of_published}"
    word = " AND" if " WHERE " in FORBIDDEN[name] else " WHERE"
    if table_is_pack:
        return f"{word} {of_published}"
    return f"{word} pack_id IN (SELECT id FROM indicators_pack WHERE {of_published})"  # noqa: S608 - written above


@pytest.mark.parametrize("state", ["submitted", "verified", "signed"])
def test_what_is_being_judged_is_frozen_too(
    committed: dict[str, str], province: Province, state: str
) -> None:
    pack = getattr(province, state)(province.open())
    for sql in (
        "UPDATE indicators_packfigure SET value = 0 WHERE pack_id = %s",
        "UPDATE indicators_pack SET remarks = 'x' WHERE id = %s",
        "DELETE FROM indicators_packfile WHERE pack_id = %s",
    ):
        with (
            psycopg.connect(committed["app"]) as connection,
            pytest.raises(psycopg.Error, match="frozen"),
        ):
            connection.execute(sql, [pack.pk])


@pytest.mark.parametrize(
    ("source", "state", "tier"), [("submitted", "verified", 2), ("signed", "published", 4)]
)
def test_no_pack_moves_without_its_decision(
    committed: dict[str, str], province: Province, source: str, state: str, tier: int
) -> None:
    pack = getattr(province, source)(province.open())
    with psycopg.connect(committed["app"]) as connection:
        connection.execute(
            "UPDATE indicators_pack SET state = %s, tier = %s, step = step + 1 WHERE id = %s",
            [state, tier, pack.pk],
        )
        with pytest.raises(psycopg.Error, match="no decision"):
            connection.commit()


FORGED = """
WITH act AS (INSERT INTO workflow_act (key, actor_id, verb, asked, at)
  VALUES ('forged', %(actor)s, 'verify', '', now()) RETURNING id)
INSERT INTO workflow_decision (act_id, content_type_id, object_id, step, verb, version, content_hash, tier, source, target,
  target_tier, actor_id, actor_name, post_id, post_title, unit_name, capacity, reason, marks, at, xid)
SELECT act.id, c.id, k.id, 2, 'verify', k.version, k.content_hash, 1, 'submitted', 'verified', 2, %(actor)s,
  %(name)s, p.id, p.title, 'x', 'definitive', '', '[]', now(), pg_current_xact_id()::text::bigint
FROM act, indicators_pack k, django_content_type c, registry_post p
WHERE k.id = %(pack)s AND c.app_label = 'indicators' AND c.model = 'pack' AND p.id = %(post)s"""


@pytest.mark.parametrize(
    ("actor", "said", "name", "post", "stands"),
    [
        ("palwasha", "palwasha", "Palwasha Marwatkhel", "water_ceo", True),  # what the door itself writes
        (
            "palwasha",
            "nadir",
            "Palwasha Marwatkhel",
            "water_ceo",
            False,
        ),  # the transaction names somebody else
        ("palwasha", "", "Palwasha Marwatkhel", "water_ceo", False),  # or nobody
        ("nadir", "nadir", "Nadir Marwatkhel", "water_ceo", False),  # he does not hold the post
        ("palwasha", "palwasha", "Somebody Else", "water_ceo", False),  # not her name
        ("gulzar", "gulzar", "Gulzar Durrazai", "water_officer", False),  # he entered it
    ],
)
def test_a_decision_is_written_for_who_holds_the_office_only(
    committed: dict[str, str], province: Province, actor: str, said: str, name: str, post: str, stands: bool
) -> None:
    pack = province.submitted(province.open())
    claimed = str(province.people[said].pk) if said else ""
    values = {
        "actor": province.people[actor].pk,
        "name": name,
        "post": province.posts[post].pk,
        "pack": pack.pk,
    }
    with psycopg.connect(committed["app"]) as connection:
        connection.execute("SELECT set_config('jenjang.actor', %s, true)", [claimed])
        connection.execute(
            "UPDATE indicators_pack SET state = 'verified', tier = 2, step = 2 WHERE id = %s", [pack.pk]
        )
        if stands:
            connection.execute(FORGED, values)
        else:
            with pytest.raises(psycopg.Error, match="holds the office"):
                connection.execute(FORGED, values)
        connection.rollback()


def test_a_decision_is_written_only_with_the_step_it_makes(
    committed: dict[str, str], province: Province
) -> None:
    pack = province.submitted(province.open())
    palwasha = province.palwasha
    values = {
        "actor": palwasha.pk,
        "name": palwasha.name,
        "post": province.posts["water_ceo"].pk,
        "pack": pack.pk,
    }
    with psycopg.connect(committed["app"]) as connection:
        connection.execute("SELECT set_config('jenjang.actor', %s, true)", [str(palwasha.pk)])
        with pytest.raises(psycopg.Error, match="holds the office"):
            connection.execute(FORGED, values)


def test_a_pack_is_never_born_beyond_draft(committed: dict[str, str], province: Province) -> None:
    pack = province.open()
    with (
        psycopg.connect(committed["app"]) as connection,
        pytest.raises(psycopg.Error, match="begins as a draft"),
    ):
        connection.execute(
            "INSERT INTO indicators_pack (token, unit_id, fiscal_year_id, quarter, revision, form_id, first_day, opens_at,"
            " due_at, locks_at, remarks, state, tier, step, version, content_hash, route_id) SELECT 't', unit_id,"
            " fiscal_year_id, quarter, 7, form_id, first_day, opens_at, due_at, locks_at, '', 'published', 4, 0, 1, '',"
            " route_id FROM indicators_pack WHERE id = %s",
            [pack.pk],
        )


def test_every_figure_and_file_leaves_its_event(committed: dict[str, str], published: Pack) -> None:
    with psycopg.connect(committed["auditor"]) as connection:
        rows = connection.execute(
            "SELECT of_table, count(*) FROM ledger.event WHERE of_table LIKE 'indicators%%' GROUP BY 1"
        ).fetchall()
    told: dict[str, int] = dict(rows)
    file = PackFile.objects.get()
    assert told["indicators_packfile"] == 1 and file.sha256
    assert told["indicators_packfigure"] == 2 * 28 + 28  # two packs opened, one filled
    assert told["indicators_packeditor"] == 1
    assert told["indicators_packopening"] == 1
