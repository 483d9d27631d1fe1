"""What somebody with the site's own right to the database might try: none of it may pass."""

from typing import Any

from tests.workflow.model import OPEN, Report
from tests.workflow.play import Play

Attempt = tuple[str, dict[str, Any], int | None]
MOVE = "UPDATE submissions_report SET state = %(state)s, tier = %(tier)s, step = step + %(more)s WHERE id = %(report)s"
FROZEN = (
    "UPDATE submissions_report SET increment = 99 WHERE id = %(report)s",
    "UPDATE submissions_report SET version = version + 1 WHERE id = %(report)s",
    "UPDATE submissions_report SET content_hash = repeat('0', 64) WHERE id = %(report)s",
    "UPDATE submissions_report SET submitted_at = NULL, verified_at = now() WHERE id = %(report)s",
    "UPDATE submissions_reportline SET realized = 7 WHERE report_id = %(report)s",
    "DELETE FROM submissions_reportline WHERE report_id = %(report)s",
    "UPDATE submissions_reportline SET report_id = %(report)s WHERE report_id = %(other)s",
    "INSERT INTO submissions_editor (report_id, person_id) SELECT %(report)s, id FROM registry_user WHERE id NOT IN"
    " (SELECT person_id FROM submissions_editor WHERE report_id = %(report)s) LIMIT 1",
)
ALWAYS = (
    "UPDATE submissions_report SET route_id = (SELECT min(id) FROM workflow_routeversion) WHERE id = %(report)s",
    "UPDATE submissions_report SET item_id = (SELECT max(id) FROM registry_budgetitem) + 1 - item_id WHERE id = %(report)s",
    "UPDATE submissions_report SET revision = revision + 7 WHERE id = %(report)s",
    "UPDATE submissions_report SET period_id = (SELECT period_id FROM submissions_report WHERE id <> %(report)s AND period_id <>"
    " (SELECT period_id FROM submissions_report WHERE id = %(report)s) LIMIT 1) WHERE id = %(report)s",
    "DELETE FROM submissions_report WHERE id = %(report)s",
    "UPDATE submissions_report SET content_hash = repeat('0', 64) WHERE id = %(report)s",
    "UPDATE workflow_routeversion SET tiers = '[]', embargo_hours = 0",
    "INSERT INTO ledger.event (of_table, of_row, payload) VALUES ('workflow_decision', 1, '{}')",
    "UPDATE jenjang_clock SET ahead = '1 day'",
    "INSERT INTO workflow_grant (key, kind, scope_path, subjects, reason, document_no, params, granted_by_id, granted_by_name,"
    " granted_office, granted_at, expires_at, revoke_reason) SELECT 'forged', 'reopening', '/', '{}', '', '', '{}', id, '', '',"
    " now(), now() + interval '1 day', '' FROM registry_user WHERE id <> %(person)s LIMIT 1",
    "INSERT INTO submissions_report (token, item_id, period_id, revision, budget_version_id, ceiling, physical_mode, state, tier,"
    " step, version, content_hash, route_id, status, physical_reason, problems, problem_text, follow_up_text, follow_up_pic,"
    " public_note) SELECT 'forged', item_id, period_id, 7, budget_version_id, ceiling, physical_mode, 'published', 2, 3, 1, '',"
    " route_id, '', '', '{}', '', '', '', '' FROM submissions_report WHERE id = %(report)s",
)
DECIDED = (
    "UPDATE workflow_decision SET actor_name = 'Orang Lain' WHERE object_id = %(report)s",
    "UPDATE workflow_decision SET step = step + 20 WHERE object_id = %(report)s",
    "DELETE FROM workflow_decision WHERE object_id = %(report)s",
    "UPDATE workflow_act SET answer = '[]' WHERE id IN (SELECT act_id FROM workflow_decision WHERE object_id = %(report)s)",
    "DELETE FROM submissions_historicalreport WHERE id = %(report)s",
    "UPDATE submissions_historicalreport SET increment = 1 WHERE id = %(report)s",
    "DELETE FROM ledger.event WHERE of_table = 'submissions_report' AND of_row = %(report)s",
)
GRANTED = (
    "DELETE FROM workflow_grant",
    "UPDATE workflow_grant SET expires_at = expires_at + interval '10 days'",
    "UPDATE workflow_grant SET revoked_at = NULL",
)
# The row is as the door would write it, but for who decides: by whom it is said to be, in whose name, at which post.
FORGED = """
WITH act AS (INSERT INTO workflow_act (key, actor_id, verb, asked, at)
  VALUES ('forged', %(person)s, %(verb)s, '', now()) RETURNING id),
decision AS (INSERT INTO workflow_decision (act_id, content_type_id, object_id, step, verb, version, content_hash, tier, source,
  target, target_tier, actor_id, actor_name, post_id, post_title, unit_name, capacity, reason, marks, at, xid)
SELECT act.id, c.id, r.id, r.step + 1, %(verb)s, r.version, r.content_hash, r.tier, r.state, %(state)s, %(tier)s, %(person)s,
  coalesce(u.name, ''), p.id, coalesce(p.title, ''), '', 'definitive', '', '[]', now(), pg_current_xact_id()::text::bigint
FROM act, django_content_type c, submissions_report r LEFT JOIN registry_user u ON u.id = %(person)s
  LEFT JOIN registry_post p ON p.id = %(post)s
WHERE r.id = %(report)s AND c.app_label = 'submissions' AND c.model = 'report' RETURNING id)
UPDATE submissions_report SET state = %(state)s, tier = %(tier)s, step = step + 1 WHERE id = %(report)s"""
ALONE = (
    FORGED[: FORGED.rindex("UPDATE")]
    .replace("decision AS (", "")
    .replace("RETURNING id)\n", "")
    .replace("id),\nINSERT", "id)\nINSERT")
)
EDGES = (
    ("verified", 2),
    ("signed", 3),
    ("published", 3),
    ("returned", 0),
    ("draft", 0),
    ("submitted", 1),
    ("cancelled", 0),
)


def attempts(play: Play, report: Report, person: int) -> list[Attempt]:
    """What a person may try on a report as it stands: sentence, values, and who he says that he is."""
    other = next(pk for pk in play.law.reports if pk != report.id)
    values: dict[str, Any] = {"report": report.id, "other": other, "person": person}
    tried: list[Attempt] = [(sentence, values, person) for sentence in ALWAYS]
    if report.state not in OPEN:
        tried += [(sentence, values, person) for sentence in FROZEN]
    if report.acts:
        tried += [(sentence, values, person) for sentence in DECIDED]
    if report.typed:
        tried.append(("DELETE FROM submissions_editor WHERE report_id = %(report)s", values, person))
    if play.law.grants:
        tried += [(sentence, values, person) for sentence in GRANTED]
    for state, tier in EDGES:
        for more in (0, 1):
            if (state, tier) != (report.state, report.tier):
                tried.append((MOVE, {**values, "state": state, "tier": tier, "more": more}, person))
    tried.append((MOVE, {**values, "state": report.state, "tier": report.tier, "more": 1}, person))
    return tried + _forged(play, report, values, person)


def _forged(play: Play, report: Report, values: dict[str, Any], person: int) -> list[Attempt]:
    """Decisions in the name of somebody else, from a post one does not hold, on what one entered, by nobody."""
    held = {post for post in play.law.posts if (term := play.law.term(post)) and term.person == person}
    strange = next(post for post in play.law.posts if post not in held)
    tried: list[Attempt] = []
    for state, tier in (("verified", 2), ("signed", 3), ("published", 3)):
        decision = {**values, "verb": "verify", "state": state, "tier": tier}
        tried.append((FORGED, {**decision, "post": strange}, person))
        tried.append((FORGED, {**decision, "post": None, "person": None}, None))
        for post in held:
            tried.append((ALONE, {**decision, "post": post}, person))  # by who may, but nothing moves
            tried.append((FORGED, {**decision, "post": post}, person + 1))
            if person in report.editors:
                tried.append((FORGED, {**decision, "post": post}, person))
    return tried
