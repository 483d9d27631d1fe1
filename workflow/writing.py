"""What an act leaves, in one statement: the documents moved, their history, the decisions, what follows, and the answer."""

from functools import cache

from ledger.history import history_sql
from workflow.document import Document

# One text for the whole set: psycopg takes longer to write fourteen lists than PostgreSQL to read this.
MOVES = """m AS (SELECT * FROM json_to_recordset(%(moves)s::json) AS m(id bigint, step int, version int, hash text, tier smallint,
    source text, target text, target_tier smallint, post bigint, title text, unit text, capacity text, vacant bigint,
    granted bigint))"""

DECISIONS = """decisions AS (INSERT INTO workflow_decision (act_id, content_type_id, object_id, step, verb, version,
    content_hash, tier, source, target, target_tier, actor_id, actor_name, post_id, post_title, unit_name, capacity,
    stands_in_for, grant_id, reason, marks, at, xid)
  SELECT %(act)s, %(content_type)s, m.id, m.step + 1, %(verb)s, m.version, m.hash, m.tier, m.source, m.target, m.target_tier,
    %(actor)s, %(actor_name)s, m.post, m.title, m.unit, m.capacity, m.vacant, m.granted, %(reason)s, %(marks)s::jsonb, %(at)s,
    pg_current_xact_id()::text::bigint FROM m)"""

FOLLOWING = """following AS (INSERT INTO workflow_outbox (key, topic, payload, created_at, not_before, attempts, last_error)
  SELECT %(topic)s || ':' || m.id || ':' || m.step, %(topic)s,
    jsonb_build_object('id', m.id, 'step', m.step, 'actor', %(actor)s::bigint), %(at)s, %(at)s, 0, '' FROM m
  WHERE %(told_from)s IN ('', m.source))"""

ANSWER = "UPDATE workflow_act SET answer = %(answer)s::jsonb WHERE id = %(act)s"


@cache
def statement(model: type[Document], verb: str) -> str:
    """The statement for a kind of document and a verb; it answers with how many documents it moved."""
    moment = model.moments.get(verb)
    stamp = f", {moment} = %(at)s" if moment else ""
    parts = [
        MOVES,
        f"""moved AS (UPDATE "{model._meta.db_table}" AS d SET state = m.target, tier = m.target_tier, step = d.step + 1,
    content_hash = m.hash, moved_at = CASE WHEN (m.target, m.target_tier) = (m.source, m.tier) THEN d.moved_at
      ELSE %(at)s END{stamp} FROM m WHERE d.id = m.id AND d.step = m.step AND d.id = ANY (%(ids)s::bigint[])
  RETURNING d.*)""",  # noqa: S608 - the list only says that few rows are meant: how many a text holds cannot be foreseen
        f"history AS ({history_sql(model, 'moved')})",
        DECISIONS,
        *([FOLLOWING] if verb in model.topics else []),
        f"answer AS ({ANSWER})",
    ]
    return "WITH " + ",\n".join(parts) + "\nSELECT count(*) FROM moved"
