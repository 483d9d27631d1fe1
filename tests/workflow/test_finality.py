# ruff: noqa: S608
"""Final in the database: what raw SQL cannot do, whoever sends it."""

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from approvals import services as approvals
from submissions import evidence
from submissions.models import Report
from submissions.services import submit
from tests.cast import PNG, World
from workflow import engine, route

FORBIDDEN = {
    "the money of a published line": "UPDATE submissions_reportline SET realized = 5",
    "a new line in a published report": "INSERT INTO submissions_reportline (report_id, line_id, ceiling, correction_reason)"
    " SELECT report_id, line_id + 1000, 0, '' FROM submissions_reportline LIMIT 1",
    "a published line away": "DELETE FROM submissions_reportline",
    "the progress of a published report": "UPDATE submissions_report SET increment = 99",
    "the narrative of a published report": "UPDATE submissions_report SET problem_text = 'x'",
    "the version of a published report": "UPDATE submissions_report SET version = version + 1",
    "the hash of a published report": "UPDATE submissions_report SET content_hash = repeat('0', 64)",
    "back to draft": "UPDATE submissions_report SET state = 'draft', tier = 0, step = step + 1",
    "back to verified": "UPDATE submissions_report SET state = 'verified', tier = 2, step = step + 1",
    "a published report away": "DELETE FROM submissions_report",
    "evidence away": "DELETE FROM submissions_evidence",
    "other evidence": "UPDATE submissions_evidence SET sha256 = 'x'",
    "an editor away": "DELETE FROM submissions_editor",
    "a decision changed": "UPDATE workflow_decision SET actor_name = 'Orang Lain'",
    "a decision away": "DELETE FROM workflow_decision",
    "decisions emptied": "TRUNCATE workflow_decision CASCADE",
    "reports emptied": "TRUNCATE submissions_report CASCADE",
    "an answered act changed": "UPDATE workflow_act SET actor_id = actor_id, answer = '[]'",
    "a route changed": "UPDATE workflow_routeversion SET tiers = '[]'",
    "history changed": "UPDATE submissions_historicalreport SET increment = 1",
    "history away": "DELETE FROM submissions_historicalreportline",
    "an event changed": "UPDATE ledger.event SET payload = 'x'",
    "an event away": "DELETE FROM ledger.event",
    "an event made up": "INSERT INTO ledger.event (of_table, of_row, payload) VALUES ('x', 1, '{}')",
    "events emptied": "TRUNCATE ledger.event CASCADE",
    "the queue emptied": "DELETE FROM ledger.queue",
    "the clock moved": "UPDATE jenjang_clock SET ahead = '1 hour'",
    "a trigger off": "ALTER TABLE submissions_report DISABLE TRIGGER ALL",
    "triggers passed by": "SET session_replication_role = replica",
    "a table away": "DROP TABLE submissions_report CASCADE",
    "a table made": "CREATE TABLE x (id int)",
    "a unit's path made up": "UPDATE registry_unit SET path = '/1/' WHERE parent_id IS NOT NULL"
    " RETURNING 1 / (CASE WHEN path = '/1/' THEN 1 ELSE 0 END)",
}
# What not even the superuser does by one plain statement; the site's role has no right to more.
FOR_ANYBODY = [
    name
    for name in FORBIDDEN
    if name
    not in ("an event made up", "the queue emptied", "the clock moved", "a trigger off", "triggers passed by")
    and not name.startswith(("a table", "an editor", "a route"))
]


@pytest.fixture
def published(committed: dict[str, str], cast: World) -> Report:
    cast.item()
    (report,) = cast.open()
    cast.entered([report], 10)
    upload = SimpleUploadedFile("foto.png", PNG)
    evidence.attach(actor=cast.ani, report=report, upload=upload, kind="PHOTO_PROGRESS")
    versions = cast.submitted([report], 10)
    approvals.verify(actor=cast.budi, versions=versions)
    engine.perform(route.SIGN, Report, versions, actor=cast.citra)
    engine.perform(route.PUBLISH, Report, versions, actor=cast.citra)
    report = Report.objects.get(pk=report.pk)
    assert report.state == "published"
    return report


@pytest.mark.parametrize("role", ["app", "superuser"])
def test_nothing_that_was_published_can_be_changed_by_raw_sql(
    committed: dict[str, str], published: Report, role: str
) -> None:
    tried = FORBIDDEN if role == "app" else FOR_ANYBODY
    for name in tried:
        with psycopg.connect(committed[role]) as connection:
            with pytest.raises(psycopg.Error) as refused:
                connection.execute(FORBIDDEN[name])
                connection.commit()
            assert refused.value.sqlstate in ("23000", "42501", "22012", "23514"), (name, refused.value)
            connection.rollback()
    fresh = Report.objects.get(pk=published.pk)
    assert (fresh.state, fresh.increment, fresh.version) == (
        published.state,
        published.increment,
        published.version,
    )


def test_replica_mode_does_not_switch_the_guards_off(committed: dict[str, str], published: Report) -> None:
    with psycopg.connect(committed["superuser"]) as connection:
        connection.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.Error, match="frozen"):
            connection.execute("UPDATE submissions_report SET increment = 99")
        connection.rollback()
        connection.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.Error, match="frozen"):
            connection.execute("UPDATE submissions_reportline SET realized = 99")


@pytest.mark.parametrize("state", ["submitted", "verified"])
def test_what_is_being_judged_is_frozen_too(committed: dict[str, str], cast: World, state: str) -> None:
    cast.item()
    (report,) = cast.open()
    versions = cast.submitted([report], 10)
    if state == "verified":
        approvals.verify(actor=cast.budi, versions=versions)
    for sql in (
        "UPDATE submissions_report SET increment = 99",
        "UPDATE submissions_reportline SET realized = 99",
    ):
        with psycopg.connect(committed["app"]) as connection, pytest.raises(psycopg.Error, match="frozen"):
            connection.execute(sql)


def test_an_edge_with_a_decision_that_does_not_match_is_refused(
    committed: dict[str, str], cast: World
) -> None:
    cast.item()
    (report,) = cast.open()
    cast.submitted([report], 10)
    with psycopg.connect(committed["app"]) as connection:
        connection.execute("UPDATE submissions_report SET state = 'verified', tier = 2, step = step + 1")
        with pytest.raises(psycopg.Error, match="no decision"):
            connection.commit()


def test_a_report_cannot_be_born_published(committed: dict[str, str], cast: World) -> None:
    cast.item()
    (report,) = cast.open()
    columns = [str(field.column) for field in Report._meta.concrete_fields if field.column != "id"]
    with (
        psycopg.connect(committed["app"]) as connection,
        pytest.raises(psycopg.Error, match="begins as a draft"),
    ):
        values = ", ".join(
            {"state": "'published'", "revision": "1", "token": "'t'"}.get(one, one) for one in columns
        )
        connection.execute(
            f"INSERT INTO submissions_report ({', '.join(columns)}) SELECT {values} FROM submissions_report"
        )


FORGED = """
WITH act AS (INSERT INTO workflow_act (key, actor_id, verb, asked, at)
  VALUES ('forged', %(actor)s, 'verify', '', now()) RETURNING id),
  moved AS (UPDATE submissions_report SET state = 'verified', tier = 2, step = step + 1, moved_at = now()
    WHERE id = %(report)s AND %(moves)s)
INSERT INTO workflow_decision (act_id, content_type_id, object_id, step, verb, version, content_hash, tier, source, target,
  target_tier, actor_id, actor_name, post_id, post_title, unit_name, capacity, reason, marks, at, xid)
SELECT act.id, c.id, r.id, r.step + 1, 'verify', r.version, r.content_hash, r.tier, r.state, 'verified', 2, %(actor)s,
  %(name)s, p.id, p.title, 'x', 'definitive', '', '[]', now(), pg_current_xact_id()::text::bigint
FROM act, submissions_report r, django_content_type c, registry_post p
WHERE r.id = %(report)s AND c.app_label = 'submissions' AND c.model = 'report' AND p.id = %(post)s"""


@pytest.mark.parametrize(
    ("actor", "said", "name", "post", "moves", "stands"),
    [
        ("budi", "budi", "Budi Wiratmaka", "section_head", True, True),  # what the door itself writes
        ("budi", "budi", "Budi Wiratmaka", "section_head", False, False),  # a decision that moves nothing
        ("budi", "eko", "Budi Wiratmaka", "section_head", True, False),  # the transaction names somebody else
        ("budi", "", "Budi Wiratmaka", "section_head", True, False),  # or nobody
        ("eko", "eko", "Eko Pelangiwan", "section_head", True, False),  # he does not hold the post
        ("budi", "budi", "Orang Lain", "section_head", True, False),  # not his name
        ("ani", "ani", "Ani Lembayung", "officer", True, False),  # she entered the report
    ],
)
def test_a_decision_is_written_for_who_holds_the_office_only(
    committed: dict[str, str],
    cast: World,
    actor: str,
    said: str,
    name: str,
    post: str,
    moves: bool,
    stands: bool,
) -> None:
    cast.item()
    (report,) = cast.open()
    cast.submitted([report], 10)
    person, claimed = cast.people[actor], str(cast.people[said].pk) if said else ""
    values = {"actor": person.pk, "name": name, "post": cast.posts[post].pk, "report": report.pk}
    values["moves"] = moves
    with psycopg.connect(committed["app"]) as connection:
        connection.execute("SELECT set_config('jenjang.actor', %s, true)", [claimed])
        if stands:
            connection.execute(FORGED, values)
        else:
            with pytest.raises(psycopg.Error, match="holds the office"):
                connection.execute(FORGED, values)
        connection.rollback()


def test_a_line_waits_for_a_submission_that_is_under_way(committed: dict[str, str], cast: World) -> None:
    """Raw SQL locks no report itself: it is the guard that waits, and finds it frozen when the act is committed."""
    cast.item()
    (report,) = cast.open()
    cast.entered([report], 10)
    with psycopg.connect(committed["app"]) as connection:
        connection.execute("SET lock_timeout = 200")
        with transaction.atomic():
            submit(actor=cast.ani, versions=cast.versions([report]))
            with pytest.raises(psycopg.errors.LockNotAvailable):
                connection.execute("UPDATE submissions_reportline SET realized = 99")
        connection.rollback()
        with pytest.raises(psycopg.Error, match="frozen"):
            connection.execute("UPDATE submissions_reportline SET realized = 99")
