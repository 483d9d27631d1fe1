"""What the sealer keeps: the order of the events, the tree's tiles, the signed checkpoints. Only it writes here."""

from django.db import migrations

TABLES = """
CREATE TABLE ledger.leaf (
  index bigint PRIMARY KEY CHECK (index >= 0),
  event_id bigint NOT NULL UNIQUE REFERENCES ledger.event);
CREATE TABLE ledger.tile (
  level smallint NOT NULL,
  index bigint NOT NULL,
  hashes bytea NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
  PRIMARY KEY (level, index));
CREATE TABLE ledger.checkpoint (
  size bigint PRIMARY KEY CHECK (size >= 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  note text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE FUNCTION ledger.grow_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$ BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.level, NEW.index) = (OLD.level, OLD.index)
    AND substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) = OLD.hashes THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a tile of the ledger only grows: % is refused', TG_OP USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER grow_only BEFORE UPDATE OR DELETE ON ledger.tile FOR EACH ROW EXECUTE FUNCTION ledger.grow_only();
ALTER TABLE ledger.tile ENABLE ALWAYS TRIGGER grow_only;
"""
KEPT = "".join(
    f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger.{table} FOR EACH ROW EXECUTE FUNCTION ledger.refuse();
ALTER TABLE ledger.{table} ENABLE ALWAYS TRIGGER append_only;"""
    for table in ("leaf", "checkpoint")
) + "".join(
    f"""
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON ledger.{table} FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
ALTER TABLE ledger.{table} ENABLE ALWAYS TRIGGER never_truncated;
ALTER TABLE ledger.{table} OWNER TO ledger_owner;
GRANT SELECT ON ledger.{table} TO jenjang_app, jenjang_auditor;
GRANT SELECT, INSERT ON ledger.{table} TO jenjang_sealer;"""
    for table in ("leaf", "tile", "checkpoint")
)
RIGHTS = """
ALTER FUNCTION ledger.grow_only() OWNER TO ledger_owner;
GRANT UPDATE (hashes) ON ledger.tile TO jenjang_sealer;
GRANT SELECT ON ledger.queue TO jenjang_app, jenjang_auditor;
"""
UNDO = """
DROP TABLE ledger.checkpoint, ledger.tile, ledger.leaf;
DROP FUNCTION ledger.grow_only();
REVOKE SELECT ON ledger.queue FROM jenjang_app, jenjang_auditor;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(TABLES + KEPT + RIGHTS, UNDO)]
