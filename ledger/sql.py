# ruff: noqa: S608 - table and column names come from migrations, never from a request
"""SQL that makes a table speak to the ledger, for the migrations of the apps above.

`audit(table, columns, hashed)` returns the statements that give a table its three statement-level triggers. One event
is written per changed row with the listed columns only: an allow-list, so that a column added later stays out of the
ledger until somebody decides otherwise (design.md 10.5). A hashed column enters as the sha256 of its text.
"""

from collections.abc import Sequence


def audit(table: str, columns: Sequence[str], hashed: Sequence[str] = ()) -> str:
    """Statements that record every insert, update and delete of `table` as ledger events."""
    name = table.replace('"', "")
    old, new = _image("o", columns, hashed), _image("n", columns, hashed)
    return f"""
CREATE OR REPLACE FUNCTION ledger.record_{name}_insert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ BEGIN
  WITH e AS (INSERT INTO ledger.event (of_table, of_row, payload)
    SELECT '{name}', n.id, ledger.payload('{name}', 'I', n.id, NULL, {new}) FROM n RETURNING id)
  INSERT INTO ledger.queue (id) SELECT id FROM e;
  RETURN NULL; END $$;
CREATE OR REPLACE FUNCTION ledger.record_{name}_update() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ BEGIN
  WITH images AS (SELECT coalesce(n.id, o.id) AS id,
      CASE WHEN o.id IS NOT NULL THEN {old} END AS before, CASE WHEN n.id IS NOT NULL THEN {new} END AS after
      FROM o FULL JOIN n ON n.id = o.id),
    e AS (INSERT INTO ledger.event (of_table, of_row, payload)
      SELECT '{name}', id, ledger.payload('{name}', 'U', id, before, after) FROM images WHERE before::text IS DISTINCT FROM after::text RETURNING id)
  INSERT INTO ledger.queue (id) SELECT id FROM e;
  RETURN NULL; END $$;
CREATE OR REPLACE FUNCTION ledger.record_{name}_delete() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ BEGIN
  WITH e AS (INSERT INTO ledger.event (of_table, of_row, payload)
    SELECT '{name}', o.id, ledger.payload('{name}', 'D', o.id, {old}, NULL) FROM o RETURNING id)
  INSERT INTO ledger.queue (id) SELECT id FROM e;
  RETURN NULL; END $$;
ALTER FUNCTION ledger.record_{name}_insert() OWNER TO ledger_owner;
ALTER FUNCTION ledger.record_{name}_update() OWNER TO ledger_owner;
ALTER FUNCTION ledger.record_{name}_delete() OWNER TO ledger_owner;
DROP TRIGGER IF EXISTS ledger_insert ON {table};
DROP TRIGGER IF EXISTS ledger_update ON {table};
DROP TRIGGER IF EXISTS ledger_delete ON {table};
CREATE TRIGGER ledger_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS n
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.record_{name}_insert();
CREATE TRIGGER ledger_update AFTER UPDATE ON {table} REFERENCING OLD TABLE AS o NEW TABLE AS n
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.record_{name}_update();
CREATE TRIGGER ledger_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS o
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.record_{name}_delete();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER ledger_insert;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER ledger_update;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER ledger_delete;
{never_truncated(table)}
"""


def unaudit(table: str) -> str:
    """The reverse of `audit`."""
    kinds = ("insert", "update", "delete")
    triggers = "".join(f"DROP TRIGGER IF EXISTS ledger_{kind} ON {table};\n" for kind in kinds)
    functions = "".join(f"DROP FUNCTION IF EXISTS ledger.record_{table}_{kind}();\n" for kind in kinds)
    return triggers + functions + f"DROP TRIGGER IF EXISTS never_truncated ON {table};"


def append_only(table: str) -> str:
    """Statements after which rows of `table` can be added and read, and nothing else, by any role."""
    return f"""
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only;
{never_truncated(table)}
"""


def never_truncated(table: str) -> str:
    """TRUNCATE passes by row triggers, so it is refused by one of its own."""
    return f"""
CREATE OR REPLACE TRIGGER never_truncated BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_truncated;
"""


def _image(alias: str, columns: Sequence[str], hashed: Sequence[str]) -> str:
    plain = [f"'{column}', {alias}.{column}" for column in columns]
    digests = [f"'{column}_sha256', ledger.digest({alias}.{column}::text)" for column in hashed]
    return f"json_build_object({', '.join([*plain, *digests])})"
