"""Published is final: what is wrong in it is put right by a new revision, through the same tiers (domain.md 6.1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ledger.history import insert_history
from submissions.models.tokens import PUBLIC_NAME_IN_SQL

NEW_REPORTS = f"""
INSERT INTO submissions_report (token, item_id, period_id, revision, budget_version_id, ceiling, physical_mode,
  output_target, state, tier, step, version, content_hash, route_id, status, increment, volume, physical_reason, problems,
  problem_text, follow_up_text, follow_up_pic, follow_up_due, follow_up_answer, needs_leadership, public_note)
SELECT {PUBLIC_NAME_IN_SQL}, r.item_id, r.period_id,
  (SELECT max(o.revision) + 1 FROM submissions_report o WHERE o.item_id = r.item_id AND o.period_id = r.period_id),
  r.budget_version_id, r.ceiling, r.physical_mode, r.output_target, 'draft', 0, 0, 1, '', r.route_id, r.status, r.increment,
  r.volume, r.physical_reason, r.problems, r.problem_text, r.follow_up_text, r.follow_up_pic, r.follow_up_due, r.follow_up_answer,
  r.needs_leadership, r.public_note
FROM submissions_report r WHERE r.id = ANY (%s) ORDER BY r.id RETURNING id"""  # noqa: S608

# The published revision that a new one was made from: the same item and month, and the only one published.
PAIRS = """submissions_report n JOIN submissions_report o ON o.item_id = n.item_id AND o.period_id = n.period_id
  AND o.id <> n.id AND o.state = 'published' AND n.id = ANY (%s)"""

NEW_LINES = f"""
INSERT INTO submissions_reportline (report_id, line_id, ceiling, realized, correction_reason, corrects_month)
SELECT n.id, l.line_id, l.ceiling, l.realized, l.correction_reason, l.corrects_month
FROM {PAIRS} JOIN submissions_reportline l ON l.report_id = o.id ORDER BY n.id, l.id RETURNING id"""  # noqa: S608

NEW_EVIDENCE = f"""
INSERT INTO submissions_evidence (token, report_id, kind, file, original_name, mime, bytes, sha256, caption,
  taken_at, latitude, longitude, public, public_file, uploaded_by_id, uploaded_at)
SELECT {PUBLIC_NAME_IN_SQL}, n.id, e.kind, e.file, e.original_name, e.mime,
  e.bytes, e.sha256, e.caption, e.taken_at, e.latitude, e.longitude, e.public, e.public_file, e.uploaded_by_id, e.uploaded_at
FROM {PAIRS} JOIN submissions_evidence e ON e.report_id = o.id ORDER BY n.id, e.id RETURNING id"""  # noqa: S608

# A line of the new revision is the same budget line.
NEW_EXPLANATIONS = f"""
INSERT INTO submissions_explanation (report_id, rule, line_id, text)
SELECT n.id, x.rule, k.id, x.text FROM {PAIRS} JOIN submissions_explanation x ON x.report_id = o.id
  LEFT JOIN submissions_reportline l ON l.id = x.line_id
  LEFT JOIN submissions_reportline k ON k.report_id = n.id AND k.line_id = l.line_id
ORDER BY n.id, x.id RETURNING id"""  # noqa: S608

COPIED = {"lines": NEW_LINES, "evidence": NEW_EVIDENCE, "explanations": NEW_EXPLANATIONS}


def revise(model: Any, cursor: Any, ids: Sequence[int], actor_id: int, at: datetime) -> None:
    """The next revision of published reports: a draft with the same figures, words, reasons and evidence, on the same route."""
    of = {name: model._meta.get_field(name).related_model for name in COPIED}
    reports = [pk for (pk,) in cursor.execute(NEW_REPORTS, [list(ids)]).fetchall()]
    for name, statement in COPIED.items():
        made = [pk for (pk,) in cursor.execute(statement, [reports]).fetchall()]
        insert_history(cursor, of[name], made, kind="+", actor_id=actor_id, at=at, reason="amend")
    insert_history(cursor, model, reports, kind="+", actor_id=actor_id, at=at, reason="amend")


PREDECESSORS = f"SELECT o.id FROM {PAIRS} AND o.revision < n.revision ORDER BY o.id"  # noqa: S608


def replaced(model: Any, cursor: Any, ids: Sequence[int]) -> list[int]:
    """The published reports that the revisions `ids`, just published, take the place of."""
    rows = cursor.execute(PREDECESSORS, [list(ids)]).fetchall()
    return [pk for (pk,) in rows]
