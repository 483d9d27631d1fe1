"""At the end of a run: state, decisions, history and ledger tell one story, and nothing that was decided on has changed."""

from hashlib import sha256
from typing import Any

from submissions.models import Report
from tests.workflow.model import OPEN, Standing
from tests.workflow.model import Report as Modelled
from tests.workflow.play import Disagreement, Play
from workflow.cursor import prepared

DECISIONS = """SELECT d.object_id, d.step, d.verb, d.actor_id, d.source, d.tier, d.target, d.target_tier,
  d.content_hash, d.id, d.post_id, d.capacity NOT IN ('', 'definitive'), d.stands_in_for, d.grant_id
FROM workflow_decision d JOIN django_content_type c ON c.id = d.content_type_id
WHERE c.app_label = 'submissions' AND c.model = 'report' AND d.object_id = ANY (%s) ORDER BY d.object_id, d.step"""
HISTORY = """SELECT h.id, h.step, h.history_change_reason, h.state, h.tier FROM submissions_historicalreport h
WHERE h.id = ANY (%s) AND h.history_change_reason <> '' AND h.step > 0 AND h.history_type = '~' ORDER BY h.id, h.history_id"""
EVENTS = """SELECT d.object_id, e.of_row, (e.payload::jsonb #>> '{new,step}')::int, e.payload::jsonb #>> '{new,verb}',
  e.payload::jsonb #>> '{new,target}', e.payload::jsonb #>> '{new,content_hash}'
FROM workflow_decision d JOIN ledger.event e ON e.of_table = 'workflow_decision' AND e.of_row = d.id
WHERE d.object_id = ANY (%s) ORDER BY d.object_id, e.id"""
STORED = """SELECT r.id, r.content_hash, array_agg(DISTINCT l.realized::int) FROM submissions_report r
JOIN submissions_reportline l ON l.report_id = r.id WHERE r.id = ANY (%s) GROUP BY r.id"""


def records_agree(play: Play) -> None:
    """Every report of the run; raises Disagreement."""
    ids = list(play.law.reports)
    decisions, history, events = (_by_report(sql, ids) for sql in (DECISIONS, HISTORY, EVENTS))
    content, stored = Report.content(prepared(), ids), _by_report(STORED, ids)
    for pk, report in play.law.reports.items():
        _one_story(report, decisions.get(pk, []), history.get(pk, []), events.get(pk, []))
        _by_right(report, decisions.get(pk, []), {one.id: one.kind for one in play.law.grants.values()})
        ((hashed, amounts),) = stored[pk]
        if report.state not in (*OPEN, "cancelled") and hashed != sha256(content[pk].encode()).hexdigest():
            raise Disagreement(f"{pk} is {report.state} and its content is not what was decided on")
        if amounts != [report.amount]:
            raise Disagreement(f"{pk} says {amounts}, {report.amount} was entered")


def _by_report(sentence: str, ids: list[int]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for report, *row in prepared().execute(sentence, [ids]).fetchall():
        found.setdefault(report, []).append(tuple(row))
    return found


def _one_story(report: Modelled, decisions: list[Any], history: list[Any], events: list[Any]) -> None:
    acts = [(number, act.verb, act.person) for number, act in enumerate(report.acts, 1)]
    if [row[:3] for row in decisions] != acts:
        raise Disagreement(f"{report.id}: decisions {decisions}, acts {acts}")
    place, digest = ("draft", 0), ""
    for _, verb, _, source, tier, target, target_tier, hashed, *_ in decisions:
        bound = hashed != "" if verb == "submit" else hashed == digest
        if (source, tier) != place or not bound:
            raise Disagreement(
                f"{report.id}: {verb} from {source} {tier}, it stood at {place}; bound: {bound}"
            )
        place, digest = (target, target_tier), hashed
    if place != (report.state, report.tier):
        raise Disagreement(f"{report.id}: the last decision led to {place}, it stands at {report.state}")
    if history != [(row[0], row[1], row[5], row[6]) for row in decisions]:
        raise Disagreement(f"{report.id}: history {history}, decisions {decisions}")
    if events != [(row[8], row[0], row[1], row[5], row[7]) for row in decisions]:
        raise Disagreement(f"{report.id}: events {events}, decisions {decisions}")


def _by_right(report: Modelled, decisions: list[Any], grants: dict[int, str]) -> None:
    """Each decision names an office that allowed it, and the exception if it took one."""
    for act, (*_, post, acting, vacant, grant) in zip(report.acts, decisions, strict=True):
        if Standing(post, acting, vacant) not in act.offices or grants.get(grant, "") != act.exception:
            raise Disagreement(
                f"{report.id}: {act} is printed as of {post}, {acting}, {vacant}, by grant {grant}"
            )
