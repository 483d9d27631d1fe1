# ruff: noqa: S608 - names come from migrations, never from a request
"""SQL that makes a document final in the database itself, whatever role asks (design.md 10.4).

`guard(table, ...)` is for a Document's table: legal edges only, content frozen outside the open states, no deletion, and
no change of state or tier that commits without its decision. `freeze(table, ...)` is for the rows that belong to one.
"""

from collections.abc import Sequence

FUNCTIONS = """
CREATE OR REPLACE FUNCTION workflow_guard_document() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  climbing text[] := ARRAY['state', 'tier', 'step', 'moved_at', 'content_hash'] || TG_ARGV[0]::text[];
  was jsonb;
  is_now jsonb;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '% %: reports are never deleted', TG_TABLE_NAME, OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' OR NEW.step <> 0 OR NEW.tier <> 0 THEN
      RAISE EXCEPTION '%: a report begins as a draft', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;
  was := to_jsonb(OLD);
  is_now := to_jsonb(NEW);
  IF EXISTS (SELECT 1 FROM unnest(coalesce(TG_ARGV[2], '{}')::text[]) AS pinned (name)
      WHERE is_now -> pinned.name IS DISTINCT FROM was -> pinned.name) THEN
    RAISE EXCEPTION '% %: what it reports on and its route are fixed', TG_TABLE_NAME, OLD.id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state = OLD.state AND NEW.tier = OLD.tier AND NEW.step = OLD.step THEN
    IF OLD.state NOT IN ('draft', 'returned') AND is_now IS DISTINCT FROM was THEN
      RAISE EXCEPTION '% % is %: its content is frozen', TG_TABLE_NAME, OLD.id, OLD.state
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.version NOT IN (OLD.version, OLD.version + 1) OR NEW.content_hash <> OLD.content_hash THEN
      RAISE EXCEPTION '% %: version % cannot follow %', TG_TABLE_NAME, OLD.id, NEW.version, OLD.version
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF NOT (OLD.state || '>' || NEW.state = ANY (TG_ARGV[1]::text[])) OR NEW.step <> OLD.step + 1 THEN
    RAISE EXCEPTION '% %: from % to % is no step', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF is_now - climbing IS DISTINCT FROM was - climbing
     OR (NEW.content_hash <> OLD.content_hash AND OLD.state NOT IN ('draft', 'returned')) THEN
    RAISE EXCEPTION '% %: content cannot change in the act that moves it', TG_TABLE_NAME, OLD.id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION workflow_require_decision() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM workflow_decision d JOIN django_content_type c ON c.id = d.content_type_id
      WHERE c.app_label = TG_ARGV[0] AND c.model = TG_ARGV[1] AND d.object_id = NEW.id AND d.step = NEW.step
        AND d.source = OLD.state AND d.target = NEW.state AND d.tier = OLD.tier AND d.target_tier = NEW.tier
        AND d.version = NEW.version AND d.content_hash = NEW.content_hash
        AND d.xid = pg_current_xact_id()::text::bigint) THEN
    RAISE EXCEPTION '% %: % to % has no decision', TG_TABLE_NAME, NEW.id, OLD.state, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
"""


def guard(
    table: str,
    label: str,
    moments: Sequence[str],
    edges: Sequence[tuple[str, str]],
    pinned: Sequence[str] = ("route_id",),
) -> str:
    """Statements that guard a Document's table: `label` is app.model, `moments` its columns of last acts, `pinned` columns
    never change after the row is made."""
    app, model = label.split(".")
    climbing = "{" + ",".join(moments) + "}"
    fixed = "{" + ",".join(pinned) + "}"
    legal = "{" + ",".join(f"{source}>{target}" for source, target in edges) + "}"
    return f"""
CREATE OR REPLACE TRIGGER guard_document BEFORE INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION workflow_guard_document('{climbing}', '{legal}', '{fixed}');
ALTER TABLE {table} ENABLE ALWAYS TRIGGER guard_document;
DROP TRIGGER IF EXISTS require_decision ON {table};
CREATE CONSTRAINT TRIGGER require_decision AFTER UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.tier IS DISTINCT FROM NEW.tier OR OLD.step IS DISTINCT FROM NEW.step)
  EXECUTE FUNCTION workflow_require_decision('{app}', '{model}');
ALTER TABLE {table} ENABLE ALWAYS TRIGGER require_decision;
"""


def freeze(table: str, document: str, column: str) -> str:
    """Statements that let rows of `table` change only while the `document` row they belong to is open.

    A function for each table, because a statement that is put together anew is planned anew each time.
    """
    # Rows of the transition table are called `touched` in all four triggers. The share lock waits for an act in progress, so
    # that nothing slips in between a submission and its commit; asked in WHERE, the state would be looked at before the lock.
    function = f"""
CREATE OR REPLACE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  closed text;
BEGIN
  SELECT string_agg(held.id || ' is ' || held.state, ', ') FILTER (WHERE held.state NOT IN ('draft', 'returned')) INTO closed
    FROM (SELECT d.id, d.state FROM {document} d WHERE d.id = ANY (ARRAY(SELECT DISTINCT t.{column} FROM touched t))
      ORDER BY d.id FOR SHARE) AS held;
  IF closed IS NOT NULL THEN
    RAISE EXCEPTION '%: its report is frozen (%)', TG_TABLE_NAME, closed USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;"""
    rows = (
        ("insert", "INSERT", "NEW"),
        ("update", "UPDATE", "OLD"),
        ("update_to", "UPDATE", "NEW"),
        ("delete", "DELETE", "OLD"),
    )
    return function + "".join(
        f"""
CREATE OR REPLACE TRIGGER frozen_{name} AFTER {what} ON {table} REFERENCING {which} TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION {table}_frozen();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER frozen_{name};"""
        for name, what, which in rows
    )  # fmt: skip
