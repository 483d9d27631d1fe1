# ruff: noqa: S608 - table and column names come from migrations, never from a request
"""SQL that makes a table speak to the ledger, for the migrations of the apps above.

`audit(table, columns, hashed)` returns the statements that give a table its three statement-level triggers. One event
is written per changed row with the listed columns only: an allow-list, so that a column added later stays out of the
ledger until somebody decides otherwise (design.md 10.5). A hashed column enters as the sha256 of its text.
"""

from collections.abc import Sequence

# A column as `_image` writes it: plain, or as a digest.
PAIR = r"$re$('[a-z0-9_]+'), (?:n\.([a-z0-9_]+)|ledger\.digest\(n\.([a-z0-9_]+)::text\))$re$"
OF_HISTORY = (
    "''history_id'', n.history_id, ''history_type'', n.history_type, ''history_date'', n.history_date, ''history_user_id'',"
    " n.history_user_id, ''history_change_reason_sha256'', ledger.digest(n.history_change_reason)"
)


def written(name: str, operation: str, row: str, old: str, new: str) -> str:
    """The payload of one event, letter for letter what `ledger.payload` says, from images that are text already: what it says
    of the transaction (`told`, see `recorder`) is the same for all rows of a statement."""
    return (
        f"""'{{"table" : "{name}", "op" : "{operation}", "id" : ' || {row} || ', "old" : ' || {old} || ', "new" : ' || {new}"""
        """ || ', "at" : ' || to_json(clock_timestamp()) || envelope.told"""
    )


def recorder(name: str, kind: str, operation: str, body: str) -> str:
    """The trigger function of `name` for a kind of statement; `body` writes the events and answers with their ids."""
    return f"""
CREATE OR REPLACE FUNCTION ledger.record_{name}_{kind}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $fn$
<<envelope>> DECLARE  -- named, because a table may have a column of the same name
  said text := ledger.payload('{name}', '{operation}', 0, NULL, NULL);
  told text := substr(envelope.said, strpos(envelope.said, ', "xid" : '));  -- before it stand only names and the moment
BEGIN
  {body}
  INSERT INTO ledger.queue (id) SELECT id FROM e;
  RETURN NULL; END $fn$;"""


def inserted(name: str, key: str, image: str) -> str:
    """The function for added rows; `image` makes the JSON of a row `n`."""
    payload = written(name, "I", f"n.{key}", "'null'", f"{image}::text")
    return recorder(
        name, "insert", "I",
        f"""WITH e AS (INSERT INTO ledger.event (of_table, of_row, payload)
    SELECT '{name}', n.{key}, {payload} FROM n RETURNING id)""",
    )  # fmt: skip


def updated(name: str, old: str, new: str) -> str:
    """The function for changed rows; each image is made once, and a row that says what it said leaves no event."""
    payload = written(name, "U", "id", "coalesce(before, 'null')", "coalesce(after, 'null')")
    return recorder(
        name, "update", "U",
        f"""WITH images AS MATERIALIZED (SELECT coalesce(n.id, o.id) AS id,
      CASE WHEN o.id IS NOT NULL THEN {old}::text END AS before, CASE WHEN n.id IS NOT NULL THEN {new}::text END AS after
      FROM o FULL JOIN n ON n.id = o.id),
    e AS (INSERT INTO ledger.event (of_table, of_row, payload)
      SELECT '{name}', id, {payload} FROM images WHERE before IS DISTINCT FROM after RETURNING id)""",
    )  # fmt: skip


def deleted(name: str, image: str) -> str:
    """The function for removed rows; `image` makes the JSON of a row `o`."""
    payload = written(name, "D", "o.id", f"{image}::text", "'null'")
    return recorder(
        name, "delete", "D",
        f"""WITH e AS (INSERT INTO ledger.event (of_table, of_row, payload)
    SELECT '{name}', o.id, {payload} FROM o RETURNING id)""",
    )  # fmt: skip


def audit(table: str, columns: Sequence[str], hashed: Sequence[str] = ()) -> str:
    """Statements that record every insert, update and delete of `table` as ledger events."""
    name = table.replace('"', "")
    old, new = _image("o", columns, hashed), _image("n", columns, hashed)
    return f"""{inserted(name, "id", new)}{updated(name, old, new)}{deleted(name, old)}
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


def seal_history(table: str, history: str) -> str:
    """Statements that record each row added to the history of `table`, with the columns that `table` itself tells of.

    To be said again after the columns of `table` have changed. Rows that stand there already enter as a baseline (op "B"); nobody
    writes between that and the trigger.
    """
    return f"""
LOCK TABLE {history} IN SHARE ROW EXCLUSIVE MODE;
DO $do$ DECLARE told text; pair text[]; columns text := ''; image text; BEGIN
  SELECT substring(prosrc FROM 'json_build_object.*') INTO STRICT told FROM pg_proc WHERE oid = 'ledger.record_{table}_insert()'::regprocedure;
  FOR pair IN SELECT regexp_matches(told, {PAIR}, 'g') LOOP
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'public.{history}'::regclass AND NOT attisdropped
        AND attname = coalesce(pair[2], pair[3])) THEN
      columns := columns || CASE WHEN pair[2] IS NULL THEN format(', %s, ledger.digest(n.%I::text)', pair[1], pair[3])
        ELSE format(', %s, n.%I', pair[1], pair[2]) END;
    END IF;
  END LOOP;
  image := 'json_build_object({OF_HISTORY}' || columns || ')';
  EXECUTE format($make${inserted(history, "history_id", "%s")}$make$, image);
  EXECUTE format($base$
    WITH e AS (INSERT INTO ledger.event (of_table, of_row, payload)
      SELECT '{history}', n.history_id, ledger.payload('{history}', 'B', n.history_id, NULL, %s) FROM public.{history} n
      WHERE NOT EXISTS (SELECT FROM ledger.event x WHERE x.of_table = '{history}' AND x.of_row = n.history_id)
      ORDER BY n.history_id RETURNING id)
    INSERT INTO ledger.queue (id) SELECT id FROM e$base$, image);
END $do$;
ALTER FUNCTION ledger.record_{history}_insert() OWNER TO ledger_owner;
DROP TRIGGER IF EXISTS ledger_insert ON {history};
CREATE TRIGGER ledger_insert AFTER INSERT ON {history} REFERENCING NEW TABLE AS n
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.record_{history}_insert();
ALTER TABLE {history} ENABLE ALWAYS TRIGGER ledger_insert;
"""


def unseal_history(history: str) -> str:
    """The reverse of `seal_history`."""
    return f"DROP TRIGGER ledger_insert ON {history}; DROP FUNCTION ledger.record_{history}_insert();"


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
